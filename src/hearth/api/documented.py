"""How an operation is documented: its scope, its problems with an example each, and whether it is ours.

The guard enforces the scope that stands here; the OpenAPI document is completed from the same words.
"""

from collections.abc import Mapping
from typing import Any

from fastapi.routing import APIRoute

from hearth.api.problems import MEDIA_TYPE, STATUS_OF_CODE, TITLE_OF_CODE, problem_type
from hearth.api.wire.base import EXTENSION

_DETAILS = {
    400: ("invalid", "customerBuildingId: String should match pattern '^[a-zA-Z0-9:._-]{1,100}$'"),
    401: ("unauthorized", "The access token has expired; ask for a new one."),
    403: ("forbidden", "The access token does not have the scope write:buildings."),
    404: ("not_found", "There is no building of this customerBuildingId."),
    409: ("conflict", "There is a building of this customerBuildingId already."),
    412: (
        "precondition_failed",
        "The building has changed since you read it. Read it again, bring your change into it, and send the new ETag.",
    ),
    413: ("too_large", "The body is larger than the limit of this path."),
    415: ("unsupported_media_type", "The body must be JSON (Content-Type: application/json), not text/plain."),
    429: ("too_many_requests", "Too many requests; wait before the next one."),
    500: ("fault", "Something went wrong on our side. Tell us the request id if it stays."),
    503: ("unavailable", "The platform cannot keep what you send at the moment; try again."),
}
_LINES = "Lines of JSON: progress now and then, 0 to 1; the last one has the result, or the problem document."
_RETRIED = (429, 503)
_REQUEST_ID = "6f1f0c9a4be2d07c5a3d9e10"


def documented(
    scope: str,
    problems: tuple[int, ...] = (),
    *,
    ours: bool = False,
    success_headers: Mapping[str, str] | None = None,
    success_status: int = 200,
    has_not_modified: bool = False,
    success_lines: str | None = None,
    line: str | None = None,
) -> dict[str, Any]:
    """Arguments of a route that needs a token with `scope` and may answer with these problem statuses.

    `success_headers` are those of `success_status`; `has_not_modified`: it may be asked for with If-None-Match.
    `success_lines`: the media type under which it answers in lines of JSON, if it does; `line`: the schema of those that tell the
    progress, where it is more than that.
    """
    extra: dict[str, Any] = {"security": [{"oauth2": [scope]}, {"bearer": []}]}
    if ours:
        extra[EXTENSION] = True
    responses = problem_responses((*problems, 401, 403, 429, 500))
    if success_headers:
        responses[success_status] = {
            "headers": {name: {"description": text, "schema": {"type": "string"}} for name, text in success_headers.items()}
        }
    if has_not_modified:
        responses[304] = {"description": "It is as it was when it had the ETag of If-None-Match; no body."}
    if success_lines:
        schema: dict[str, Any] = {"type": "string", "description": _LINES}
        if line:
            schema["contentSchema"] = {"$ref": f"#/components/schemas/{line}"}
        lines = {"schema": schema, "example": '{"progress": 0.42}\n{"result": {}}\n'}
        responses[200] = {"content": {success_lines: lines}}
    return {"responses": responses, "openapi_extra": extra}


def operation_id(route: APIRoute) -> str:
    """The name of the route's function: what generated clients call the operation."""
    return route.name


def problem_responses(statuses: tuple[int, ...]) -> dict[int | str, dict[str, Any]]:
    """OpenAPI responses of problem documents, an example each; "default" stands for any other status."""
    responses: dict[int | str, dict[str, Any]] = {status: problem_answer(status) for status in sorted(statuses)}
    responses["default"] = {"description": "Any other problem", "content": _content()}
    return responses


def problem_answer(status: int) -> dict[str, Any]:
    """The OpenAPI response of one problem status."""
    code, detail = _DETAILS[status]
    errors = [{"pointer": "/customerBuildingId", "detail": detail.partition(": ")[2]}] if code == "invalid" else []
    example = {
        "type": problem_type(code),
        "title": TITLE_OF_CODE[code],
        "status": STATUS_OF_CODE[code],
        "detail": detail,
        "errors": errors,
        "requestId": _REQUEST_ID,
    }
    answer: dict[str, Any] = {"description": TITLE_OF_CODE[code], "content": _content(example)}
    if status in _RETRIED:
        seconds = {"description": "Seconds to wait before the next attempt.", "schema": {"type": "integer"}}
        answer["headers"] = {"Retry-After": seconds}
    return answer


def _content(example: dict[str, Any] | None = None) -> dict[str, Any]:
    media: dict[str, Any] = {"schema": {"$ref": "#/components/schemas/ProblemDocument"}}
    if example is not None:
        media["example"] = example
    return {MEDIA_TYPE: media}
