"""CompiledRule: a rule version as programs, made once and used for every building.

Says which aggregates each dataset must keep. A rule whose expressions have errors cannot be compiled;
that is refused when it is saved, so here it is a fault of ours.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from hearth.domain.catalogue import Catalogue
from hearth.domain.rules import NotificationTemplate, Rule
from hearth.engine.schedule import mistake_in
from hearth.engine.scope import scope_of
from hearth.language import Place, Program, check, compile_program


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

    @cached_property
    def needs(self) -> Mapping[str, frozenset[str]]:
        """Per dataset the aggregates that any expression of the rule asks for."""
        joined: dict[str, set[str]] = {dataset.name: set() for dataset in self.rule.datasets}
        for program in self._programs():
            for name, needs in program.needs.items():
                joined[name].update(needs)
        return {name: frozenset(needs) for name, needs in joined.items()}

    def _programs(self) -> Iterable[Program]:
        yield self.condition
        if self.streak is not None:
            yield self.streak
        for case in self.cases:
            yield case.condition
            yield from case.template.programs()
        if self.template is not None:
            yield from self.template.programs()


def compile_rule(rule: Rule, catalogue: Catalogue) -> CompiledRule:
    """Rule -> programs. Raises ValueError naming the expression or schedule that has an error."""
    wrong = mistake_in(rule.time_based_cron or "") if rule.is_time_based else None
    if wrong is not None:
        raise ValueError(f"rule {rule.id}, schedule: {wrong[0]}")

    def program(text: str, place: Place) -> Program:
        checked = check(text, scope_of(rule.datasets, catalogue, place, rule.is_streak))
        if checked.has_errors:
            first = next(diagnostic for diagnostic in checked.diagnostics if diagnostic.severity == "error")
            raise ValueError(f"rule {rule.id}, {place}, line {first.line}, column {first.column}: {first.message}")
        return compile_program(checked)

    def template(source: NotificationTemplate) -> CompiledTemplate:
        return CompiledTemplate(
            template=source,
            messages={language: program(text.message, "message") for language, text in source.texts.items()},
            command=program(source.command, "command") if source.command else None,
        )

    return CompiledRule(
        rule=rule,
        condition=program(rule.condition, "condition"),
        streak=program(rule.streak_condition or "", "streak") if rule.is_streak else None,
        cases=tuple(
            CompiledCase(case.label, program(case.condition, "case"), template(case.notification)) for case in rule.cases
        ),
        template=template(rule.notification) if rule.notification is not None else None,
    )
