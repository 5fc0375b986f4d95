"""The OpenAPI document: what FastAPI derives from the routes, completed by what it cannot know.

Adds the two paths that take events in, the security schemes and the problem document.
"""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from hearth import __version__
from hearth.api.documented import documented
from hearth.api.events import BATCH_PATH, EVENTS_PATH
from hearth.api.wire.base import EXTENSION
from hearth.api.wire.buildings import Building
from hearth.api.wire.events import EVENT_EXAMPLE, Event
from hearth.api.wire.notifications import Notification
from hearth.api.wire.problems import ProblemDocument
from hearth.api.wire.statistics import DailyComparison, DailyStatistic, HourlyStatistic, MonthlyStatistic
from hearth.api.wire.trials import Backtest, BacktestLine, Present, Simulation, Why
from hearth.domain.customers import SCOPES, WRITE_EVENTS
from hearth.services.access import TOKEN_PATH
from hearth.services.intake import MOST_HISTORICAL_EVENTS, MOST_LIVE_EVENTS

_DESCRIPTION = f"""Live energy data of households in, timely and personal recommendations out.

The API is compatible with the documented MOOST API: a client written for it works after changing the base URL.
What goes beyond it is marked `{EXTENSION}`.

* Ask for an access token (`{TOKEN_PATH}`), send it as `Authorization: Bearer …`. A token is valid for 24 hours. When a
  client is revoked, it gets no new token at once, and its tokens are refused within a minute.
* Errors are problem documents (RFC 9457); `errors[]` names each place by a JSON pointer.
* Every response has an `X-Request-Id`; send your own (up to 64 letters, digits, `-`, `_`) to find a request again.
* Another customer's data does not exist for you: its ids are answered with 404 like unknown ones.
"""
_TAGS = [
    {"name": "Access", "description": "Tokens, and the keys that verify them."},
    {"name": "Buildings", "description": "Households and their devices."},
    {"name": "Events", "description": "What devices observe."},
    {"name": "Notifications", "description": "What households are told, and what they do."},
    {"name": "Statistics", "description": "What a household's energies add up to, alone and beside others."},
    {"name": "Forecasts", "description": "What a household will use and generate, and how right that has been."},
    {"name": "Rules", "description": "What households are told, tried on what was stored before anyone hears it."},
    {"name": "Health", "description": "For whoever operates the platform."},
]


def complete_openapi(app: FastAPI) -> None:
    """Makes the application answer /openapi.json with the complete document, made once."""

    def document() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _document(app)
        return app.openapi_schema

    app.openapi = document  # type: ignore[method-assign]


def _document(app: FastAPI) -> dict[str, Any]:
    document = get_openapi(
        title="Hearth API", version=__version__, description=_DESCRIPTION, routes=app.routes, tags=_TAGS, openapi_version="3.1.0"
    )
    components = document.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    # FastAPI leaves null members out of examples; the models' own schemas have them whole.
    statistics = (HourlyStatistic, DailyStatistic, MonthlyStatistic, DailyComparison)
    whole = (Building, Event, Notification, *statistics, Simulation, Backtest, BacktestLine, Present, Why)
    models: list[tuple[type[BaseModel], JsonSchemaMode]] = [(model, "validation") for model in whole]
    _, definitions = models_json_schema(
        [*models, (ProblemDocument, "serialization")], ref_template="#/components/schemas/{model}"
    )
    schemas.update(definitions["$defs"])
    components["schemas"] = dict(sorted(schemas.items()))
    components["headers"] = {
        name: {"description": text, "schema": {"type": "integer"}, EXTENSION: True} for name, text in _RATE_HEADERS.items()
    }
    components["securitySchemes"] = _security_schemes()
    paths = document["paths"]
    paths.setdefault(EVENTS_PATH, {})["post"] = _take_live()
    paths[BATCH_PATH] = {"post": _take_historical()}
    for path in paths.values():
        for operation in path.values():
            _describe_headers(operation)
            for parameter in operation.get("parameters", ()):
                _leave_null_out(parameter["schema"])
    document["paths"] = dict(sorted(paths.items()))
    return document


def _security_schemes() -> dict[str, Any]:
    scopes = {scope: _words_of(scope) for scope in SCOPES}
    return {
        "oauth2": {"type": "oauth2", "flows": {"clientCredentials": {"tokenUrl": TOKEN_PATH, "scopes": scopes}}},
        "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
        "clientBasic": {"type": "http", "scheme": "basic", "description": "Client id and secret, for the token only."},
    }


def _words_of(scope: str) -> str:
    action, noun = scope.split(":")
    nouns = {"pushnotifications": "notifications and interactions"}
    return f"{action.capitalize()} {nouns.get(noun, noun)}"


def _take_live() -> dict[str, Any]:
    one_or_many = {
        "anyOf": [
            {"$ref": "#/components/schemas/Event"},
            {
                "type": "array",
                "items": {"$ref": "#/components/schemas/Event"},
                "maxItems": MOST_LIVE_EVENTS,
                EXTENSION: True,
            },
        ]
    }
    examples = {
        "one": {"summary": "One event", "value": EVENT_EXAMPLE},
        "several": {"summary": "Several events, all or none of them kept", "value": [EVENT_EXAMPLE]},
    }
    return _operation(
        "take_events",
        "Take Events",
        f"One event, or up to {MOST_LIVE_EVENTS:,} in an array: all are kept or none. "
        "Answered when they are on disk. gzip is accepted.",
        {"schema": one_or_many, "examples": examples},
        "201",
    )


def _take_historical() -> dict[str, Any]:
    many = {
        "type": "array",
        "items": {"$ref": "#/components/schemas/Event"},
        "maxItems": MOST_HISTORICAL_EVENTS,
    }
    return _operation(
        "take_historical_events",
        "Take Historical Events",
        f"Up to {MOST_HISTORICAL_EVENTS:,} historical events: stored and put into the rules' windows; "
        "they never trigger a notification.",
        {"schema": many, "example": [EVENT_EXAMPLE]},
        "200",
    )


def _operation(operation_id: str, summary: str, description: str, media: dict[str, Any], success: str) -> dict[str, Any]:
    arguments = documented(WRITE_EVENTS, (400, 413, 415, 429, 503))
    answers = {str(status): answer for status, answer in arguments["responses"].items()}
    return {
        "tags": ["Events"],
        "summary": summary,
        "description": description,
        "operationId": operation_id,
        "parameters": [
            {
                "name": "Content-Encoding",
                "in": "header",
                "required": False,
                "schema": {"type": "string", "enum": ["gzip", "identity"]},
                EXTENSION: True,
            }
        ],
        "requestBody": {"required": True, "content": {"application/json": media}},
        "responses": {success: {"description": "All events are on disk; no body."}, **answers},
        **arguments["openapi_extra"],
    }


_RATE_HEADERS = {
    "RateLimit-Limit": "How many requests your organisation may send in a minute.",
    "RateLimit-Remaining": "How many of them are left.",
    "RateLimit-Reset": "Seconds until the next minute begins.",
}


def _leave_null_out(schema: dict[str, Any]) -> None:
    """A parameter that may be left out is never null: in a path, a query or a header `null` is a text."""
    kinds = [kind for kind in schema.pop("anyOf", ()) if kind != {"type": "null"}]
    if len(kinds) == 1:
        schema.update(kinds[0])
    elif kinds:
        schema["anyOf"] = kinds


def _describe_headers(operation: dict[str, Any]) -> None:
    """The headers of every response; those of the rate are shown where they matter, though others with a token have them too."""
    request_id = {"description": "The id of this request, for log lines and questions.", "schema": {"type": "string"}}
    is_counted = any("oauth2" in alternative for alternative in operation.get("security", ()))
    rate = {name: {"$ref": f"#/components/headers/{name}"} for name in _RATE_HEADERS if is_counted}
    for status, response in operation["responses"].items():
        shown = rate if status.startswith("2") or status == "429" else {}
        response["headers"] = {**response.get("headers", {}), "X-Request-Id": request_id, **shown}
