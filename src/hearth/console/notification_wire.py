"""The JSON of notifications on the console's own endpoints: of a list, in full, counted by rule.

Only shapes and their filling stand here; nothing is decided. Instants are milliseconds UTC.
"""

from typing import Any, Literal

from hearth.console.wire import StatusCounts, Wire
from hearth.domain.notifications import DeliveryStatus, DropReason, Interaction, InteractionKind, RenderedText
from hearth.domain.rules import ActionQualifier
from hearth.services.notification_lists import RuleCounts, Shown, WholeNotification


class ActionView(Wire):
    text: str
    parameter: str | None


class TextView(Wire):
    title: str
    message: str
    primary: ActionView | None
    secondary: ActionView | None


class InteractionView(Wire):
    action_qualifier: InteractionKind
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


class SentView(Wire):
    """One try to deliver it; `statusCode` is null where no answer came, then `error` says why."""

    at_ms: int
    duration_ms: int
    status_code: int | None
    error: str | None


class NotificationDetail(NotificationView):
    rule_version: int
    user_ids: list[str]
    action_qualifiers: dict[str, ActionQualifier]
    command: str | None
    held_until_ms: int | None
    interactions: list[InteractionView]
    attempts: list[SentView]
    trace: dict[str, Any]


class RuleCountsView(Wire):
    """What a rule made; the name is null when the rule was deleted."""

    rule_id: str
    rule_name: str | None
    counts: StatusCounts


def notification_view(shown: Shown) -> NotificationView:
    """A notification of the list as JSON."""
    return NotificationView(**_common(shown))


def notification_detail(whole: WholeNotification) -> NotificationDetail:
    """A notification with everything known about it as JSON."""
    notification = whole.shown.notification
    content = notification.content
    return NotificationDetail(
        **_common(whole.shown),
        rule_version=notification.rule_version,
        user_ids=list(notification.user_ids),
        action_qualifiers=content.action_qualifiers if content else {},
        command=content.command if content else None,
        held_until_ms=notification.held_until_ms,
        interactions=[_interaction_view(interaction) for interaction in whole.interactions],
        attempts=[
            SentView(at_ms=each.attempted_at_ms, duration_ms=each.duration_ms, status_code=each.status_code, error=each.error)
            for each in whole.attempts
        ],
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


def rule_counts_view(of_rule: RuleCounts) -> RuleCountsView:
    """What a rule made as JSON."""
    counts = of_rule.counts
    return RuleCountsView(
        rule_id=of_rule.rule_id,
        rule_name=of_rule.rule_name,
        counts=StatusCounts(
            delivered=counts.get("DELIVERED", 0),
            pending=counts.get("PENDING", 0),
            failed=counts.get("FAILED", 0),
            dropped=counts.get("DROPPED", 0),
        ),
    )
