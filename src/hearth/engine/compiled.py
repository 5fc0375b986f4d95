"""CompiledRule: a rule version as programs, made once and used for every building.

Says which aggregates each dataset must keep. A rule whose expressions have errors cannot be compiled;
that is refused when it is saved, so here it is a fault of ours.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from hearth.core.identifiers import derived_id
from hearth.domain.catalogue import Catalogue
from hearth.domain.rules import Dataset, NotificationTemplate, Rule
from hearth.engine.schedule import mistake_in
from hearth.engine.scope import scope_of
from hearth.language import Checked, Explainer, Place, Program, check, compile_program


@dataclass(frozen=True)
class CompiledTemplate:
    """A template with a program per language, and one for the command."""

    template: NotificationTemplate
    messages: Mapping[str, Program]
    command: Program | None

    def programs(self) -> Iterable[Program]:
        """All programs of the template."""
        yield from self.messages.values()
        if self.command is not None:
            yield self.command


@dataclass(frozen=True)
class CompiledCase:
    """A case with its condition."""

    label: str
    condition: Program
    template: CompiledTemplate


@dataclass(frozen=True)
class CompiledRule:
    """One version of a rule, ready to be evaluated."""

    rule: Rule
    condition: Program
    streak: Program | None
    cases: tuple[CompiledCase, ...]
    template: CompiledTemplate | None
    goal: Program | None
    checked: Mapping[str, Checked]  # the conditions, for who asks why: "condition", "streak", "case 0", "case 1", …

    def of(self, rule: Rule) -> "CompiledRule":
        """The same programs for a rule of the same expressions."""
        return replace(self, rule=rule)

    @cached_property
    def conditions_id(self) -> str:
        """Names the conditions under which matches and streaks are counted."""
        return conditions_id(self.rule)

    @cached_property
    def explainers(self) -> Mapping[str, Explainer]:
        """For each condition what tells the values of its parts; made when it is first asked for."""
        return {name: Explainer(checked) for name, checked in self.checked.items()}

    @cached_property
    def goal_datasets(self) -> tuple[Dataset, ...]:
        """The datasets that the goal condition looks at."""
        names = () if self.goal is None else self.goal.datasets
        return tuple(dataset for dataset in self.rule.datasets if dataset.name in names)

    @cached_property
    def asks_other_homes(self) -> bool:
        """Whether an expression of the rule compares homes."""
        return any(program.evaluated_elsewhere for program in self.programs())

    @cached_property
    def needs(self) -> Mapping[str, frozenset[str]]:
        """Per dataset the aggregates that any expression of the rule asks for."""
        joined: dict[str, set[str]] = {dataset.name: set() for dataset in self.rule.datasets}
        for program in self.programs():
            for name, needs in program.needs.items():
                joined[name].update(needs)
        return {name: frozenset(needs) for name, needs in joined.items()}

    def programs(self) -> Iterable[Program]:
        """All programs of the rule."""
        yield self.condition
        if self.streak is not None:
            yield self.streak
        if self.goal is not None:
            yield self.goal
        for case in self.cases:
            yield case.condition
            yield from case.template.programs()
        if self.template is not None:
            yield from self.template.programs()


def conditions_id(rule: Rule) -> str:
    """The same for all versions of a rule whose condition and streak condition are the same."""
    return derived_id(rule.condition, str(rule.is_streak), rule.streak_condition or "")


def compile_rule(rule: Rule, catalogue: Catalogue) -> CompiledRule:
    """Rule -> programs. Raises ValueError naming the expression or schedule that has an error."""
    wrong = mistake_in(rule.time_based_cron or "") if rule.is_time_based else None
    if wrong is not None:
        raise ValueError(f"rule {rule.id}, schedule: {wrong[0]}")

    conditions: dict[str, Checked] = {}

    def program(text: str, place: Place, name: str | None = None) -> Program:
        checked = check(text, scope_of(rule.datasets, catalogue, place, rule.is_streak))
        if checked.has_errors:
            first = next(diagnostic for diagnostic in checked.diagnostics if diagnostic.severity == "error")
            raise ValueError(f"rule {rule.id}, {place}, line {first.line}, column {first.column}: {first.message}")
        if name is not None:
            conditions[name] = checked
        return compile_program(checked)

    def template(source: NotificationTemplate) -> CompiledTemplate:
        return CompiledTemplate(
            template=source,
            messages={language: program(text.message, "message") for language, text in source.texts.items()},
            command=program(source.command, "command") if source.command else None,
        )

    return CompiledRule(
        rule=rule,
        condition=program(rule.condition, "condition", "condition"),
        streak=program(rule.streak_condition or "", "streak", "streak") if rule.is_streak else None,
        cases=tuple(
            CompiledCase(case.label, program(case.condition, "case", f"case {index}"), template(case.notification))
            for index, case in enumerate(rule.cases)
        ),
        template=template(rule.notification) if rule.notification is not None else None,
        goal=program(rule.goal_achieved_condition, "goal") if rule.goal_achieved_condition else None,
        checked=conditions,
    )
