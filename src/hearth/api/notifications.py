"""Routes of notifications: what a building was told, and what its people did with it."""

from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import BeforeValidator

from hearth.api.buildings import PathBuildingId
from hearth.api.documented import documented, operation_id
from hearth.api.guard import GuardedRoute, grant_of
from hearth.api.paging import LINK_HEADER, next_link
from hearth.api.parts import parts_of
from hearth.api.repeating import IdempotencyKey, about_building
from hearth.api.wire.base import OURS, QueryInstant, RuleId
from hearth.api.wire.notifications import InteractionReport, Notification
from hearth.core.identifiers import PATTERNS
from hearth.domain.notifications import DeliveryStatus
from hearth.services.notification_body import notification_body
from hearth.services.notifications import MOST_PER_PAGE, Asked

router = APIRouter(
    tags=["Notifications"], generate_unique_id_function=operation_id, route_class=GuardedRoute, strict_content_type=False
)


def split_commas(given: Any) -> Any:
    """A repeated parameter may also be one with commas."""
    if isinstance(given, list):
        return [part.strip() for text in given for part in str(text).split(",") if part.strip()]
    return given


@router.get(
    "/pushnotifications/buildings/{customerBuildingId}/v1",
    response_model=list[Notification],
    **documented("read:pushnotifications", (400, 404), success_headers=LINK_HEADER),
)
def list_notifications(
    request: Request,
    customer_building_id: PathBuildingId,
    delivery_status: Annotated[
        list[DeliveryStatus],
        BeforeValidator(split_commas),
        Query(
            alias="deliveryStatus",
            description="Only these; repeated or separated by commas. Dropped ones are listed only when asked for.",
        ),
    ] = [],  # noqa: B006 - FastAPI copies defaults
    rule_id: Annotated[
        RuleId | None,
        Query(alias="ruleId", description="Only those that this rule made.", json_schema_extra=OURS),
    ] = None,
    from_ms: Annotated[
        QueryInstant | None,
        Query(
            alias="from",
            description="Only those made at or after it; epoch seconds or ISO 8601 with an offset.",
            json_schema_extra=OURS,
        ),
    ] = None,
    to_ms: Annotated[
        QueryInstant | None,
        Query(
            alias="to",
            description="Only those made before it; epoch seconds or ISO 8601 with an offset.",
            json_schema_extra=OURS,
        ),
    ] = None,
    limit: Annotated[
        int | None, Query(ge=1, le=MOST_PER_PAGE, description="Without it, all are listed.", json_schema_extra=OURS)
    ] = None,
    after: Annotated[
        str | None, Query(description="The id of the notification behind which the page starts.", json_schema_extra=OURS)
    ] = None,
) -> Response:
    """The notifications of a building, newest first; with `limit` a page of them and a link to the next."""
    notifications = parts_of(request).notifications
    customer_id = grant_of(request).customer_id
    asked = Asked(tuple(delivery_status), rule_id, from_ms, to_ms)
    headers = {}
    if limit is None and after is None:
        page = notifications.list_all(customer_id, customer_building_id, asked)
    else:
        limit = limit or MOST_PER_PAGE
        page, has_more = notifications.list_page(customer_id, customer_building_id, asked, after, limit)
        if has_more:
            headers = next_link(request, page[-1].id, limit)
    body = msgspec.json.encode([notification_body(one) for one in page])
    return Response(body, media_type="application/json", headers=headers)


@router.post(
    "/pushnotifications/{id}/interactions/v1",
    response_class=Response,
    **documented("write:pushnotifications", (400, 404, 409, 413, 415)),
)
def add_interaction(
    request: Request,
    notification_id: Annotated[str, Path(alias="id", json_schema_extra={"pattern": PATTERNS["pushNotificationId"]})],
    interaction: InteractionReport,
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """Records an interaction; all are kept, the last one is shown. STOPDELIVERY switches the rule off, see
    `disabledNotifications` of the building: for the user, or without a userId for the whole building. What waits to be
    sent to them is dropped. RESUMEDELIVERY (ours) undoes it for whom it names."""
    grant = grant_of(request)
    notifications, kind = parts_of(request).notifications, interaction.action_qualifier
    building_id = notifications.interact(grant.customer_id, notification_id, kind, interaction.user_id, grant.actor)
    about_building(request, building_id)
    return Response(status_code=200)
