"""Routes of contacts: where the end users of a building are reached by channels that speak to them."""

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from hearth.api.buildings import PathBuildingId
from hearth.api.documented import documented, operation_id
from hearth.api.guard import GuardedRoute, grant_of
from hearth.api.parts import parts_of
from hearth.api.wire.contacts import Contact, contact_body
from hearth.core.identifiers import PATTERNS

router = APIRouter(
    tags=["Buildings"], generate_unique_id_function=operation_id, route_class=GuardedRoute, strict_content_type=False
)

_PATH = "/buildings/{customerBuildingId}/users/{userId}/contacts/v1"
PathUserId = Annotated[str, Path(alias="userId", examples=["anna"], json_schema_extra={"pattern": PATTERNS["userId"]})]


@router.get(_PATH, **documented("read:buildings", (404,), ours=True))
def get_contact(request: Request, customer_building_id: PathBuildingId, user_id: PathUserId) -> Contact:
    """Where a user of the building is reached."""
    found = parts_of(request).contacts.get(grant_of(request).customer_id, customer_building_id, user_id)
    return contact_body(found)


@router.put(_PATH, **documented("write:buildings", (400, 404, 413, 415), ours=True))
def replace_contact(request: Request, customer_building_id: PathBuildingId, user_id: PathUserId, contact: Contact) -> Contact:
    """Sets where a user of the building (one of its `userIds`) is reached, and in which language. It is erased with the
    building, and when the user is no longer among them."""
    grant = grant_of(request)
    told = contact.to_domain(user_id)
    return contact_body(parts_of(request).contacts.replace(grant.customer_id, customer_building_id, told, grant.actor))


@router.delete(_PATH, status_code=204, response_class=Response, **documented("write:buildings", (404,), ours=True))
def forget_contact(request: Request, customer_building_id: PathBuildingId, user_id: PathUserId) -> Response:
    """Forgets where the user is reached; nothing is sent to it any more."""
    grant = grant_of(request)
    parts_of(request).contacts.forget(grant.customer_id, customer_building_id, user_id, grant.actor)
    return Response(status_code=204)
