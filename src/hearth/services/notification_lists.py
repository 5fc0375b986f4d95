"""Notifications of a customer as its members read them: listed by what one looks for, one in full, counted by rule, as CSV.

Every answer is of one customer. Generating and delivering are the engine's and the delivery's; what households and their
apps tell comes in by `notifications`. Nothing is changed here but the audit log, which says who took a list along.
"""

from collections.abc import Iterator
from typing import Any, Literal, NamedTuple

import msgspec

from hearth.core.clock import Clock
from hearth.core.instants import datetime_of_instant
from hearth.core.problems import Problem
from hearth.domain.audit import Actor
from hearth.domain.customers import Customer
from hearth.domain.notifications import Attempt, DeliveryStatus, Interaction, InteractionKind, Notification
from hearth.ports import Session, Store
from hearth.services.auditing import note
from hearth.services.buildings import get_building
from hearth.services.csv_texts import csv_blocks, harmless

GENERATED: tuple[DeliveryStatus, ...] = ("DELIVERED", "PENDING", "FAILED")
_EXPORTED_AT_ONCE = 500
_COLUMNS = (
    "id",
    "createdAt",
    "customerBuildingId",
    "ruleId",
    "rule",
    "status",
    "dropReason",
    "priority",
    "case",
    "interaction",
    "interactionAt",
    "userId",
)


class Sought(msgspec.Struct, frozen=True, kw_only=True):
    """Which notifications. None = not restricted, but without a status the dropped ones would bury the others: they are
    listed when asked for. `building` is a customer_building_id; interaction "NONE" = nothing was done with it;
    made in [from_ms, to_ms)."""

    status: DeliveryStatus | None = None
    building: str | None = None
    rule_id: str | None = None
    interaction: InteractionKind | Literal["NONE"] | None = None
    from_ms: int | None = None
    to_ms: int | None = None


class Shown(NamedTuple):
    """A notification with the name of its rule, None when the rule was deleted."""

    notification: Notification
    rule_name: str | None


class WholeNotification(NamedTuple):
    """One with all that came of it."""

    shown: Shown
    interactions: list[Interaction]
    attempts: list[Attempt]


class RuleCounts(NamedTuple):
    """What a rule made, by status. The name is None when the rule was deleted."""

    rule_id: str
    rule_name: str | None
    counts: dict[DeliveryStatus, int]


class NotificationLists:
    """The use cases. Each takes a database's time: call it in a thread."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def list_page(self, customer_id: str, sought: Sought, after: str | None, limit: int) -> tuple[list[Shown], str | None]:
        """A page, newest first, and the id after which the next one begins (None: this was the last).

        Raises Problem("not_found") for a building the customer does not have.
        """
        with self._store.read() as session:
            found = _page(session, customer_id, _building_id(session, customer_id, sought), sought, after, limit + 1)
            names = _rule_names(session, customer_id)
        page = [Shown(notification, names.get(notification.rule_id)) for notification in found[:limit]]
        return page, page[-1].notification.id if len(found) > limit else None

    def get(self, customer_id: str, notification_id: str) -> WholeNotification:
        """A notification in full. Raises Problem("not_found"), also for another customer's."""
        with self._store.read() as session:
            found = session.notifications.find(customer_id, notification_id)
            if found is None:
                raise Problem("not_found", "There is no such notification.")
            return WholeNotification(
                Shown(found, _rule_names(session, customer_id).get(found.rule_id)),
                session.notifications.list_interactions(customer_id, notification_id),
                session.outbox.list_attempts_of_notification(customer_id, notification_id),
            )

    def count_by_rule(self, customer_id: str, from_ms: int, to_ms: int) -> list[RuleCounts]:
        """What each rule made in [from_ms, to_ms), those that made most first."""
        with self._store.read() as session:
            counts = session.notifications.count_by_rule(customer_id, from_ms, to_ms)
            names = _rule_names(session, customer_id)
        rows = [RuleCounts(rule_id, names.get(rule_id), of) for rule_id, of in counts.items()]
        return sorted(rows, key=lambda row: (-sum(row.counts.values()), row.rule_name or "", row.rule_id))

    def export(self, customer: Customer, sought: Sought, by: Actor) -> Iterator[bytes]:
        """All that fit as CSV, newest first, with title and message in the customer's languages.

        Who takes them along is noted before the first block. Raises Problem("not_found") at once.
        """
        with self._store.write() as session:
            building_id = _building_id(session, customer.id, sought)
            names = _rule_names(session, customer.id)
            asked = msgspec.to_builtins(sought)
            told = {name: value for name, value in asked.items() if value is not None}
            subject = sought.building or customer.name
            note(session, customer.id, self._clock.now_ms(), by, "notifications.exported", subject, after=told)
        texts = [f"{part}_{language}" for language in customer.languages for part in ("title", "message")]
        rows = (
            _row(each, names.get(each.rule_id), customer.languages)
            for page in self._pages(customer.id, building_id, sought)
            for each in page
        )
        return csv_blocks((*_COLUMNS, *texts), rows)

    def _pages(self, customer_id: str, building_id: str | None, sought: Sought) -> Iterator[list[Notification]]:
        after = None
        while True:
            with self._store.read() as session:
                page = _page(session, customer_id, building_id, sought, after, _EXPORTED_AT_ONCE)
            yield page
            if len(page) < _EXPORTED_AT_ONCE:
                return
            after = page[-1].id


def _building_id(session: Session, customer_id: str, sought: Sought) -> str | None:
    return None if sought.building is None else get_building(session, customer_id, sought.building).id


def _page(
    session: Session, customer_id: str, building_id: str | None, sought: Sought, after: str | None, limit: int
) -> list[Notification]:
    return session.notifications.list_page(
        customer_id,
        building_id,
        GENERATED if sought.status is None else (sought.status,),
        after,
        limit,
        rule_id=sought.rule_id,
        interaction=sought.interaction,
        from_ms=sought.from_ms,
        to_ms=sought.to_ms,
    )


def _rule_names(session: Session, customer_id: str) -> dict[str, str]:
    return {rule.id: rule.name for rule in session.rules.list_of(customer_id)}


def _row(notification: Notification, rule_name: str | None, languages: tuple[str, ...]) -> list[Any]:
    done = notification.interaction
    texts = notification.content.texts if notification.content else {}
    of_languages = [texts.get(language) for language in languages]
    return [
        notification.id,
        datetime_of_instant(notification.created_at_ms).isoformat(),
        notification.customer_building_id,
        notification.rule_id,
        harmless(rule_name),
        notification.status,
        notification.drop_reason or "",
        notification.priority,
        harmless(notification.case_label),
        done.action_qualifier if done else "",
        datetime_of_instant(done.occurred_at_ms).isoformat() if done else "",
        done.user_id or "" if done else "",
        *(harmless(part) for text in of_languages for part in ((text.title, text.message) if text else ("", ""))),
    ]
