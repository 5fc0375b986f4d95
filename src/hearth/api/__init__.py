"""The public REST API: routes, wire models, problem documents, OpenAPI.

Speaks to services alone. `create_api` builds the ASGI application from the parts that `bootstrap` joins.
"""

from hearth.api.app import create_api
from hearth.api.parts import ApiParts, Intake, RequestLimits

__all__ = ["ApiParts", "Intake", "RequestLimits", "create_api"]
