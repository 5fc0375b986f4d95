"""The JSON of the console's own endpoints, from which the pages' TypeScript types are made.

Only shapes and their filling stand here; nothing is decided. Instants are milliseconds UTC.
"""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from hearth.domain.notifications import DeliveryStatus, DropReason, Interaction, RenderedText
from hearth.domain.permissions import Permission, Role, permissions_of
from hearth.domain.rules import ActionQualifier
from hearth.services.credentials import EMAIL_LENGTH_MAX, PASSWORD_LENGTH_MAX
from hearth.services.live_view import MinuteCount, Overview, Pulse, Shown
from hearth.services.members import SignedIn


class Wire(BaseModel):
    """Everything on this wire: camelCase, nothing unknown taken."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, extra="forbid", serialize_by_alias=True)


class Credentials(Wire):
    """`code` only where an answer asked for one, at `/code`."""

    email: Annotated[str, Field(min_length=1, max_length=EMAIL_LENGTH_MAX)]
    password: Annotated[str, Field(min_length=1, max_length=PASSWORD_LENGTH_MAX)]
    code: Annotated[str, Field(max_length=20)] = ""


class SessionView(Wire):
    """Who is signed in, and the token that every changing request must carry as `X-CSRF-Token`."""

    member_name: str
    email: str
    language: Literal["en", "de", "fr"]
    customer_id: str
    customer_name: str
    languages: list[str]
    time_zone_id: str
    role: Role
    permissions: list[Permission]
    csrf_token: str


class TokenView(Wire):
    access_token: str
    expires_in_seconds: int


class MinuteView(Wire):
    starts_at_ms: int
    events: int


class StatusCounts(Wire):
    delivered: int
    pending: int
    failed: int
    dropped: int


class OverviewView(Wire):
    """The last 60 minutes, oldest first, the last one still running; today's notifications by status."""

    now_ms: int
    minutes: list[MinuteView]
    building_count: int
    active_rule_count: int
    notifications_today: StatusCounts


class LiveUpdate(Wire):
    """The last two minutes, and a number that differs when a notification was added or changed."""

    minutes: list[MinuteView]
    last_change: int


class ActionView(Wire):
    text: str
    parameter: str | None


class TextView(Wire):
    title: str
    message: str
    primary: ActionView | None
    secondary: ActionView | None


class InteractionView(Wire):
    action_qualifier: ActionQualifier
    occurred_at_ms: int
    user_id: str | None


class NotificationView(Wire):
    """A notification of the list. `texts` by language; empty for a dropped one, which has a reason instead."""

    id: str
    created_at_ms: int
    stored_at_ms: int
    status: DeliveryStatus
    drop_reason: DropReason | None
    priority: Literal["high", "normal"]
    rule_id: str
    rule_name: str | None
    customer_building_id: str
    case_label: str | None
    texts: dict[str, TextView]
    interaction: InteractionView | None


class NotificationPage(Wire):
    items: list[NotificationView]
    next_after: str | None


class NotificationDetail(NotificationView):
    rule_version: int
    user_ids: list[str]
    action_qualifiers: dict[str, ActionQualifier]
    command: str | None
    interactions: list[InteractionView]
    trace: dict[str, Any]


class FieldError(Wire):
    pointer: str
    message: str


class ProblemView(Wire):
    """A refused request (RFC 9457), with our stable code."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    errors: list[FieldError]


def session_view(signed_in: SignedIn) -> SessionView:
    """A signed-in member as JSON."""
    return SessionView(
        member_name=signed_in.member.name,
        email=signed_in.member.email,
        language=signed_in.member.language,
        customer_id=signed_in.customer.id,
        customer_name=signed_in.customer.name,
        languages=list(signed_in.customer.languages),
        time_zone_id=signed_in.customer.time_zone_id,
        role=signed_in.member.role,
        permissions=permissions_of(signed_in.member.role),
        csrf_token=signed_in.session.csrf_token,
    )


def overview_view(overview: Overview) -> OverviewView:
    """The figures and the chart as JSON."""
    return OverviewView(
        now_ms=overview.now_ms,
        minutes=[_minute_view(minute) for minute in overview.minutes],
        building_count=overview.building_count,
        active_rule_count=overview.active_rule_count,
        notifications_today=StatusCounts(**{status.lower(): count for status, count in overview.notifications_today.items()}),
    )


def live_update(pulse: Pulse) -> LiveUpdate:
    """What is sent when something changed."""
    return LiveUpdate(minutes=[_minute_view(minute) for minute in pulse.minutes], last_change=pulse.last_change)


def notification_view(shown: Shown) -> NotificationView:
    """A notification of the list as JSON."""
    return NotificationView(**_common(shown))


def notification_detail(shown: Shown, interactions: list[Interaction]) -> NotificationDetail:
    """A notification with everything known about it as JSON."""
    notification = shown.notification
    content = notification.content
    return NotificationDetail(
        **_common(shown),
        rule_version=notification.rule_version,
        user_ids=list(notification.user_ids),
        action_qualifiers=content.action_qualifiers if content else {},
        command=content.command if content else None,
        interactions=[_interaction_view(interaction) for interaction in interactions],
        trace=notification.trace,
    )


def _common(shown: Shown) -> dict[str, Any]:
    notification = shown.notification
    texts = notification.content.texts if notification.content else {}
    return {
        "id": notification.id,
        "created_at_ms": notification.created_at_ms,
        "stored_at_ms": notification.stored_at_ms,
        "status": notification.status,
        "drop_reason": notification.drop_reason,
        "priority": notification.priority,
        "rule_id": notification.rule_id,
        "rule_name": shown.rule_name,
        "customer_building_id": notification.customer_building_id,
        "case_label": notification.case_label,
        "texts": {language: _text_view(text) for language, text in texts.items()},
        "interaction": _interaction_view(notification.interaction) if notification.interaction else None,
    }


def _text_view(text: RenderedText) -> TextView:
    primary, secondary = (
        ActionView(text=action.text, parameter=action.parameter) if action else None for action in (text.primary, text.secondary)
    )
    return TextView(title=text.title, message=text.message, primary=primary, secondary=secondary)


def _interaction_view(interaction: Interaction) -> InteractionView:
    return InteractionView(
        action_qualifier=interaction.action_qualifier,
        occurred_at_ms=interaction.occurred_at_ms,
        user_id=interaction.user_id,
    )


def _minute_view(minute: MinuteCount) -> MinuteView:
    return MinuteView(starts_at_ms=minute.starts_at_ms, events=minute.events)
