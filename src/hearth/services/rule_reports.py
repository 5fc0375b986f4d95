"""Rule reports: what a rule has done so far, and what became of its state with each version.

Reads only; what a figure means is `insights`' to say, what a save does the engine's.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from hearth.core.problems import Problem
from hearth.domain.notifications import DeliveryStatus
from hearth.domain.rules import Rule
from hearth.engine.versions import effects_of_save
from hearth.insights.goals import GoalFigures, goal_figures
from hearth.ports import RuleFaults, Session, Store
from hearth.services.rules import get_rule

_NEWEST_GOALS = 1_000  # whose times are looked at


@dataclass(frozen=True)
class VersionReport:
    """One version: what saving it did, in words, and how often it failed (None: never)."""

    rule: Rule
    effects: tuple[str, ...]
    faults: RuleFaults | None


@dataclass(frozen=True)
class RuleReport:
    """A rule, its versions (newest first), its notifications by status, and its goals."""

    rule: Rule
    versions: tuple[VersionReport, ...]
    notifications: Mapping[DeliveryStatus, int]
    goals: GoalFigures


class RuleReports:
    """The use cases; each reads one snapshot."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def report(self, customer_id: str, id_or_name: str) -> RuleReport:
        """The report of a rule. Raises Problem "not_found"."""
        with self._store.read() as session:
            rule = session.rules.find(customer_id, id_or_name) or session.rules.find_named(customer_id, id_or_name)
            if rule is None:
                raise Problem("not_found", f"There is no rule {id_or_name}.")
            goals = session.goals.count_by_state(customer_id).get(rule.id, {})
            achieved = session.goals.list_achieved(customer_id, rule.id, _NEWEST_GOALS)
            return RuleReport(
                rule=rule,
                versions=tuple(reversed(_versions(session, rule))),
                notifications=session.notifications.count_of_rule(customer_id, rule.id),
                goals=goal_figures(goals, achieved),
            )

    def versions(self, customer_id: str, rule_id: str) -> tuple[VersionReport, ...]:
        """The versions of a rule, newest first. Raises Problem "not_found"."""
        with self._store.read() as session:
            return tuple(reversed(_versions(session, get_rule(session, customer_id, rule_id))))

    def faults_of_newest(self, customer_id: str) -> dict[str, RuleFaults]:
        """By rule id, the faults of the version that runs; rules without any are left out."""
        with self._store.read() as session:
            newest = {rule.id: rule.version for rule in session.rules.list_of(customer_id)}
            return {
                each.rule_id: each for each in session.rules.list_faults(customer_id) if newest.get(each.rule_id) == each.version
            }


def _versions(session: Session, rule: Rule) -> list[VersionReport]:
    faults = {each.version: each for each in session.rules.list_faults(rule.customer_id) if each.rule_id == rule.id}
    reports: list[VersionReport] = []
    before = last_active = None
    for version in session.rules.list_versions(rule.customer_id, rule.id):
        reports.append(VersionReport(version, tuple(effects_of_save(before, version, last_active)), faults.get(version.version)))
        before = version
        last_active = version if version.state == "ACTIVE" else last_active
    return reports
