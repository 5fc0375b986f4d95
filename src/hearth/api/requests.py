"""What is known of the request being served: its id, and its customer once the token is verified."""

from dataclasses import dataclass

from starlette.types import Scope

from hearth.services.request_rates import Rate

REQUEST_KEY = "hearth.request"


@dataclass(slots=True)
class RequestFacts:
    """Made by the frame around all routes; the guard adds customer and rate. `is_frequent`: no log line unless it fails.

    `route`: the template of its path, where the framework does not leave it in the scope.
    """

    request_id: str
    customer_id: str | None = None
    is_frequent: bool = False
    rate: Rate | None = None
    route: str | None = None


def facts_of(scope: Scope) -> RequestFacts:
    """The facts of the request that is being served."""
    facts: RequestFacts = scope[REQUEST_KEY]
    return facts
