"""The console's JSON endpoints of notifications: a list by what one looks for, one in full, counts by rule, CSV.

Each reads the request, asks a service and shapes the answer; nothing is decided here.
"""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Path, Query, Request

from hearth.console import notification_wire as wire
from hearth.console.downloads import CsvDownload
from hearth.console.security import Allowed
from hearth.console.wire import Instant, ProblemView
from hearth.core.identifiers import PATTERNS
from hearth.domain.notifications import DeliveryStatus, InteractionKind
from hearth.services.auditing import actor_of
from hearth.services.members import SignedIn
from hearth.services.notification_lists import NotificationLists, Sought

router = APIRouter(
    prefix="/api", responses={"default": {"model": ProblemView, "description": "Refused (application/problem+json)"}}
)


def _lists(request: Request) -> NotificationLists:
    lists: NotificationLists = request.app.state.notification_lists
    return lists


def _sought(
    status: DeliveryStatus | None = None,
    building: Annotated[str | None, Query(pattern=PATTERNS["customerBuildingId"])] = None,
    rule: Annotated[str | None, Query(pattern=PATTERNS["ruleId"])] = None,
    interaction: InteractionKind | Literal["NONE"] | None = None,
    from_ms: Annotated[Instant | None, Query(alias="fromMs")] = None,
    to_ms: Annotated[Instant | None, Query(alias="toMs")] = None,
) -> Sought:
    return Sought(status=status, building=building, rule_id=rule, interaction=interaction, from_ms=from_ms, to_ms=to_ms)


TheLists = Annotated[NotificationLists, Depends(_lists)]
TheSought = Annotated[Sought, Depends(_sought)]
MayReadNotifications = Annotated[SignedIn, Depends(Allowed("read:pushnotifications"))]
NotificationId = Annotated[str, Path(pattern=PATTERNS["pushNotificationId"])]


@router.get("/notifications", operation_id="listNotifications", summary="Notifications, newest first")
def list_notifications(
    signed_in: MayReadNotifications,
    lists: TheLists,
    sought: TheSought,
    after: Annotated[str | None, Query(pattern=PATTERNS["pushNotificationId"])] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 30,
) -> wire.NotificationPage:
    """One page; `nextAfter` asks for the next. Without a status all but the dropped ones. `interaction`: the last one;
    NONE = without any. Made at fromMs <= instant < toMs."""
    page, next_after = lists.list_page(signed_in.customer.id, sought, after, limit)
    return wire.NotificationPage(items=[wire.notification_view(shown) for shown in page], next_after=next_after)


@router.get(
    "/notifications/export", operation_id="exportNotifications", summary="Notifications as CSV", response_class=CsvDownload
)
def export_notifications(signed_in: MayReadNotifications, lists: TheLists, sought: TheSought) -> CsvDownload:
    """All that fit, newest first. It is noted in the audit log."""
    return CsvDownload("notifications", lists.export(signed_in.customer, sought, actor_of(signed_in.member)))


@router.get("/notifications/by-rule", operation_id="countNotifications", summary="Notifications by rule and status")
def count_notifications(
    signed_in: MayReadNotifications,
    lists: TheLists,
    from_ms: Annotated[Instant, Query(alias="fromMs")],
    to_ms: Annotated[Instant, Query(alias="toMs")],
) -> list[wire.RuleCountsView]:
    """Those made at fromMs <= instant < toMs; the rules that made most first."""
    return [wire.rule_counts_view(each) for each in lists.count_by_rule(signed_in.customer.id, from_ms, to_ms)]


@router.get("/notifications/{notification_id}", operation_id="getNotification", summary="One notification in full")
def get_notification(
    notification_id: NotificationId, signed_in: MayReadNotifications, lists: TheLists
) -> wire.NotificationDetail:
    """All languages, actions, attempts to deliver it, interactions and the trace of the evaluation."""
    return wire.notification_detail(lists.get(signed_in.customer.id, notification_id))
