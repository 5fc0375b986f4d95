"""What impact is read from and measured into. A part of `ports`, whose invariants hold here as well."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol

from hearth.insights.impact import Behaviour, Counts, Told


class Unmeasured(NamedTuple):
    """A delivered notification that is not measured yet. `is_ignored`: nobody answered it within 48 hours."""

    id: str
    rule_id: str
    building_id: str
    created_at_ms: int
    stored_at_ms: int
    delivered_at_ms: int
    is_ignored: bool


class MeasuredDay(NamedTuple):
    """Where something is counted."""

    rule_id: str
    utc_day: int


class HomeRun(NamedTuple):
    """How many notifications a home ignored in a row, and the week (Monday to Sunday, UTC) of the last one."""

    ignored_in_a_row: int
    week: int


class ImpactRepository(Protocol):
    """Counts by rule and UTC day. `rule_ids` None = of all rules; "*" among the answers is what homes hear of all."""

    def sum_days(self, customer_id: str, rule_ids: Sequence[str] | None, from_day: int, to_day: int) -> dict[str, Counts]:
        """By rule id; both days are included."""

    def sum_behaviour(
        self, customer_id: str, rule_ids: Sequence[str] | None, from_day: int, to_day: int
    ) -> dict[str, dict[str, Behaviour]]:
        """By rule id and event type; "" = any."""

    def count_ignoring(self, customer_id: str, rule_ids: Sequence[str] | None, more_than: int) -> dict[str, int]:
        """By rule id, the homes that ignored more than so many in a row, up to now."""

    def list_unmeasured(self, customer_id: str, stored_until_ms: int, ignored_after_ms: int, limit: int) -> list[Unmeasured]:
        """Delivered ones that were stored by then, oldest first."""

    def list_told(self, customer_id: str, building_id: str, from_ms: int, to_ms: int) -> list[Told]:
        """What reached a building of what was made in (from_ms, to_ms]."""

    def read_homes(self, customer_id: str, building_ids: Sequence[str]) -> dict[tuple[str, str], HomeRun]:
        """By building and rule."""

    def add_measured(
        self,
        customer_id: str,
        up_to: Unmeasured,
        days: Mapping[MeasuredDay, tuple[Counts, Mapping[str, Behaviour]]],
        homes: Mapping[tuple[str, str], HomeRun],
    ) -> None:
        """Adds to the days, replaces the homes' runs; what is up to that notification is measured from now on."""
