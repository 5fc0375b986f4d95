"""Present values: what each expression of a draft comes to in a home, and what its datasets hold.

For whoever writes the rule: the draft need not be whole, and an expression with errors has no value while the others have
theirs. The values are those of the engine's own windows, as the last evaluation saw them. Reads no database, decides nothing;
what is wrong with an expression is `rule_checks`' to say.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from msgspec.structs import replace as replace_struct

from hearth.domain.buildings import Building
from hearth.domain.catalogue import Catalogue
from hearth.domain.rules import NotificationTemplate, Rule
from hearth.engine.compiled import CompiledCase, CompiledRule, CompiledTemplate
from hearth.engine.scope import scope_of
from hearth.engine.slots import Slot
from hearth.language import Checked, Event, Explained, Explainer, Place, check, compile_program
from hearth.services.rule_checks import Path

MOST_PARTS = 6


class DraftExpression(NamedTuple):
    """An expression of a rule at its path in a rule file. `language`: of the message that it is."""

    path: Path
    checked: Checked
    language: str | None = None


class PresentValue(NamedTuple):
    """Its value as data and as text. `missing`: why it, or a part of a message, has none. `parts`: the single values in it."""

    path: Path
    type: str
    unit: str | None
    value: Any
    shown: str
    missing: str | None
    parts: Sequence[tuple[str, str]]


class PresentDataset(NamedTuple):
    """What a dataset's window holds. `samples`: None where the dataset has no timespan. `newest`: None where it is empty."""

    name: str
    unit: str | None
    samples: int | None
    newest: Event | None


@dataclass(frozen=True)
class Present:
    """As of `at_ms`, the newest event of the datasets."""

    building: Building
    at_ms: int
    datasets: tuple[PresentDataset, ...]
    values: tuple[PresentValue, ...]


def fit_expressions(rule: Rule, catalogue: Catalogue) -> list[DraftExpression]:
    """The expressions of a draft that are free of errors, in the order of the rule."""
    found = []
    for path, place, text, language in _written(rule):
        checked = check(text, scope_of(rule.datasets, catalogue, place, rule.is_streak))
        if not checked.has_errors and checked.tree.type is not None:
            found.append(DraftExpression(path, checked, language))
    return found


def compiled_for(rule: Rule, expressions: Sequence[DraftExpression], catalogue: Catalogue) -> CompiledRule:
    """A rule whose windows keep all that these expressions ask for: each stands as the condition of a case."""
    nothing = CompiledTemplate(NotificationTemplate(texts={}), {}, None)
    always = compile_program(check("true", scope_of((), catalogue, "condition", has_streak=False)))
    return CompiledRule(
        rule=replace_struct(rule, is_time_based=False, time_based_cron=None, goal_achieved_condition=None),
        condition=always,
        streak=None,
        cases=tuple(CompiledCase("", compile_program(each.checked), nothing) for each in expressions),
        template=None,
        goal=None,
        checked={},
    )


def values_in(slot: Slot, expressions: Sequence[DraftExpression], at_ms: int) -> tuple[PresentValue, ...]:
    """The value of each expression in a home, whose windows go up to `at_ms`."""
    return tuple(_value(slot, each, at_ms) for each in expressions)


def datasets_in(slot: Slot, catalogue: Catalogue, at_ms: int) -> tuple[PresentDataset, ...]:
    """What each dataset of the slot's rule holds."""
    rule = slot.compiled.rule
    infos = scope_of(rule.datasets, catalogue, "condition", rule.is_streak).datasets
    found = []
    for dataset in rule.datasets:
        window = slot.windows[dataset.name]
        last = window.last(at_ms)
        samples = None if dataset.timespan_seconds is None else window.count(at_ms)
        found.append(PresentDataset(dataset.name, infos[dataset.name].unit, samples, last if isinstance(last, Event) else None))
    return tuple(found)


def _value(slot: Slot, expression: DraftExpression, at_ms: int) -> PresentValue:
    path, checked, language = expression
    context = slot.context if language is None else replace(slot.context, locale=language)
    whole = Explainer(checked).explain(at_ms, slot.windows, context)
    parts = list(dict(_single_values(whole)).items())[:MOST_PARTS]
    value, shown = whole.value, whole.shown
    if language is not None:
        program = compile_program(checked)
        shown = str(program.run(at_ms, tuple(slot.windows[name] for name in program.datasets), context))
        value = shown
    return PresentValue(path, whole.type, whole.unit, value, shown, _missing_in(whole, is_text=language is not None), parts)


def _single_values(part: Explained) -> Iterator[tuple[str, str]]:
    """The outermost single values in it, as written and as shown; of what is asked of them the whole says enough."""
    for each in part.parts:
        if each.type.startswith("Scalar") and each.type != "Scalar<Boolean>" and each.shown:
            yield each.text, f"{each.shown} {each.unit}" if each.unit and each.missing is None else each.shown
        else:
            yield from _single_values(each)


def _missing_in(part: Explained, is_text: bool) -> str | None:
    """Why the whole has no value; of a text, which is never without one, why something in it has none."""
    if part.missing is not None or not is_text:
        return part.missing
    return next((found for each in part.parts if (found := _missing_in(each, is_text)) is not None), None)


def _written(rule: Rule) -> Iterator[tuple[Path, Place, str, str | None]]:
    yield ("condition",), "condition", rule.condition, None
    if rule.is_streak:
        yield ("streak",), "streak", rule.streak_condition or "", None
    if rule.goal_achieved_condition is not None:
        yield ("goal",), "goal", rule.goal_achieved_condition, None
    if rule.notification is not None:
        yield from _of_template(("notification",), rule.notification)
    for index, case in enumerate(rule.cases):
        yield ("cases", index, "when"), "case", case.condition, None
        yield from _of_template(("cases", index, "notification"), case.notification)


def _of_template(path: Path, template: NotificationTemplate) -> Iterator[tuple[Path, Place, str, str | None]]:
    for language, text in template.texts.items():
        yield (*path, "texts", language, "message"), "message", text.message, language
    if template.command is not None:
        yield (*path, "command"), "command", template.command, None
