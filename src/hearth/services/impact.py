"""Impact: what a customer's rules led to, over a span of days.

Reads what was counted; what a figure means is `insights.impact`'s to say, what is counted when `store`'s and
`impact_measuring`'s. Days are those of UTC, in which notifications were made.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from hearth.core.clock import Clock
from hearth.core.instants import utc_day
from hearth.core.problems import invalid
from hearth.domain.rules import Rule
from hearth.insights.impact import ALL_RULES, IGNORED_IN_A_ROW, NOTHING, Found, Impact, impact_of, together
from hearth.ports import Session, Store
from hearth.services.rules import get_rule

MOST_DAYS = 366
_DAYS_UNASKED = 90
_MONTH_DAYS = 30
_EPOCH = date(1970, 1, 1)
_NONE_YET = Found(home_weeks=0, homes_ignoring=0)  # of one rule, homes are counted


@dataclass(frozen=True)
class Span:
    """UTC days, both included."""

    first: date
    last: date


@dataclass(frozen=True)
class RuleImpact:
    """What one rule led to."""

    rule: Rule
    impact: Impact


@dataclass(frozen=True)
class ImpactOfRules:
    """What several rules led to: together, by tag, and each by its name."""

    span: Span
    total: Impact
    tags: dict[str, Impact]
    rules: tuple[RuleImpact, ...]


class Impacts:
    """The use cases; each reads one snapshot."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def of_rule(self, customer_id: str, id_or_name: str, first: date | None, last: date | None) -> tuple[Span, RuleImpact]:
        """One rule, by its id or name. Raises Problem "not_found", or "invalid" for the span."""
        span = self._span(first, last)
        with self._store.read() as session:
            rule = session.rules.find_named(customer_id, id_or_name) or get_rule(session, customer_id, id_or_name)
            found = _read(session, customer_id, span, [rule.id]).get(rule.id, _NONE_YET)
        return span, RuleImpact(rule, impact_of(found))

    def of_rules(self, customer_id: str, tags: Collection[str], first: date | None, last: date | None) -> ImpactOfRules:
        """All rules, or those with any of the tags. Raises Problem "invalid" for the span."""
        span = self._span(first, last)
        with self._store.read() as session:
            rules = [each for each in session.rules.list_of(customer_id) if not tags or set(tags) & set(each.tags)]
            found = _read(session, customer_id, span, [rule.id for rule in rules] if tags else None)
        of_all = found.get(ALL_RULES, Found()) if not tags else Found()
        shown = sorted({tag for rule in rules for tag in rule.tags if not tags or tag in tags})
        return ImpactOfRules(
            span=span,
            # Without tags also of rules that are deleted since: what they led to stays counted, as their homes do.
            total=impact_of(_joined(found, found.keys() - {ALL_RULES} if not tags else {rule.id for rule in rules}, of_all)),
            tags={tag: impact_of(_joined(found, {rule.id for rule in rules if tag in rule.tags}, Found())) for tag in shown},
            rules=tuple(RuleImpact(rule, impact_of(found.get(rule.id, _NONE_YET))) for rule in rules),
        )

    def _span(self, first: date | None, last: date | None) -> Span:
        """Unasked, the last ninety days up to today."""
        last = last or _EPOCH + timedelta(days=utc_day(self._clock.now_ms()))
        first = first or date.fromordinal(max(1, last.toordinal() - _DAYS_UNASKED + 1))
        if not first <= last or (last - first).days >= MOST_DAYS:
            raise invalid("", f"from is not later than to, and at most a year ({MOST_DAYS} days) before.")
        return Span(first, last)


def _joined(found: dict[str, Found], rule_ids: Collection[str], of_homes: Found) -> Found:
    return together([found.get(each, Found()) for each in sorted(rule_ids)], of_homes.home_weeks, of_homes.homes_ignoring)


def _read(session: Session, customer_id: str, span: Span, rule_ids: Sequence[str] | None) -> dict[str, Found]:
    """By rule id; "*" = what homes hear of all rules. `rule_ids`: of these alone."""
    first, last = (each.toordinal() - _EPOCH.toordinal() for each in (span.first, span.last))
    repository = session.impact
    counts = repository.sum_days(customer_id, rule_ids, first, last)
    this_month = repository.sum_days(customer_id, rule_ids, last - _MONTH_DAYS + 1, last)
    month_before = repository.sum_days(customer_id, rule_ids, last - 2 * _MONTH_DAYS + 1, last - _MONTH_DAYS)
    behaviour = repository.sum_behaviour(customer_id, rule_ids, first, last)
    ignoring = repository.count_ignoring(customer_id, rule_ids, IGNORED_IN_A_ROW)
    return {
        of: Found(
            counts=counts.get(of, NOTHING),
            behaviour=behaviour.get(of),
            last_month=this_month.get(of, NOTHING),
            month_before=month_before.get(of, NOTHING),
            home_weeks=counts.get(of, NOTHING).home_weeks,
            homes_ignoring=ignoring.get(of, 0),
        )
        for of in sorted({*counts, *this_month, *month_before, *ignoring, *behaviour})
    }
