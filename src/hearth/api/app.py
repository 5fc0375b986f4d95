"""The ASGI application of the public API, joined from its routes and frame."""

from fastapi import FastAPI
from starlette.routing import BaseRoute
from starlette.types import Lifespan

from hearth.api import (
    access,
    buildings,
    contacts,
    docs,
    events,
    exports,
    forecasts,
    health,
    impact,
    notifications,
    rule_texts,
    rules,
    statistics,
    stopping,
    trials,
)
from hearth.api.frame import RequestFrame
from hearth.api.openapi import complete_openapi
from hearth.api.parts import ApiParts
from hearth.api.problems import handle_problems


def described_routes() -> list[BaseRoute]:
    """Every route but those that take events, which the OpenAPI document adds by itself."""
    of_buildings = (events, buildings, contacts, exports, notifications, statistics, forecasts)
    others = (impact, rule_texts, rules, trials, access, health, docs, stopping)
    return [route for module in (*of_buildings, *others) for route in module.router.routes]


def create_api(parts: ApiParts, lifespan: Lifespan[FastAPI] | None = None) -> FastAPI:
    """The application that serves these parts. Its routes lie flat, those that take events first."""
    app = FastAPI(lifespan=lifespan, docs_url=None, redoc_url=None, redirect_slashes=False)
    app.state.parts = parts
    app.router.routes[:0] = events.taking_routes(parts)
    app.router.routes.extend(described_routes())
    complete_openapi(app)
    handle_problems(app)
    app.add_middleware(RequestFrame, clock=parts.clock, identities=parts.identities, metrics=parts.metrics, tracer=parts.tracer)
    return app
