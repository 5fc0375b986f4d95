"""Everything that the corpora make the platform say to an author of rules, as (group of the catalogue, English sentence)."""

import re
from collections.abc import Iterable, Iterator
from copy import copy
from io import StringIO
from itertools import pairwise
from typing import Any, get_args
from zoneinfo import ZoneInfo

import pytest
from msgspec.structs import replace
from tests.conformance import language_corpus, rules_corpus
from tests.conformance.language_check import checked_case
from tests.conformance.rules_ways import in_memory
from tests.sentences.wrong_rules import MORE_EVALUATIONS, MORE_EXPRESSIONS, MORE_HELP, WRONG_RULES
from tests.services.test_lang_mistakes import MISTAKES

from hearth.domain.buildings import DisabledNotification
from hearth.domain.notifications import Notification
from hearth.domain.rules import RuleState
from hearth.engine import step as step_module
from hearth.engine.effects import Effects
from hearth.engine.explanations import explained_evaluation
from hearth.engine.slots import Counters, Evaluation, Slot
from hearth.engine.versions import effects_of_save
from hearth.language import DatasetInfo, Diagnostic, Explained, Hover, Place, Scope, check, completions, hover
from hearth.language.codes import CODES, SCENE
from hearth.services.building_limits import series_problem
from hearth.services.histories import HistoryColumns, HistoryOptions, Refusal, read_history
from hearth.services.intake import EventIn, wrong_with
from hearth.services.rule_checks import check_rule
from hearth.services.simulations import notes_of

Said = tuple[str, str]
CODE = re.compile(r"[$(|<>=:]| % ")  # a signature or an example, not words
WITH_A_STATE = {**SCENE, "Raw": DatasetInfo("SINGLE_VALUE", None, True)}  # one whose numbers have no names
PLACES_OF_HELP: tuple[Place, ...] = ("condition", "message", "goal")


def of_expressions() -> Iterator[Said]:
    """Diagnostics: of the corpus of the language, of the codes' examples, of the typical mistakes, and of MORE_EXPRESSIONS."""
    for case in language_corpus.cases():
        yield from _told(checked_case(case).diagnostics)
        yield from (("missing", reason) for reason in case.all("missing"))
    for code in CODES.values():
        yield from _told(check(code.wrong, code.scope).diagnostics)
    for _, place, text in (*MISTAKES, *MORE_EXPRESSIONS):
        yield from _told(check(text, Scope(WITH_A_STATE, place)).diagnostics)


def of_help() -> Iterator[Said]:
    """What is said under the pointer, and of what may be written, everywhere in the examples of the codes."""
    for expression in [*(code.right for code in CODES.values()), *MORE_HELP]:
        if len(expression) > 200:
            continue
        for place in PLACES_OF_HELP:
            scope = Scope(WITH_A_STATE, place, True)
            for cursor in range(len(expression) + 1):
                yield from _pointed_at(hover(expression, cursor, scope))
                for each in completions(expression, cursor, scope):
                    yield "help", each.documentation
                    if not CODE.search(each.detail):
                        yield "details", each.detail


def _pointed_at(found: Hover | None) -> Iterator[Said]:
    if found is not None:
        yield "help", found.documentation
        if re.search(" → |: ", found.title) and "(" not in found.title:
            yield "titles", found.title
        if found.type is not None:
            yield "typed", found.type


def of_rules() -> Iterator[Said]:
    """Findings of rules that are not fit."""
    for rule in WRONG_RULES:
        for found in check_rule(rule, rules_corpus.CATALOGUE, ("de", "en")):
            yield from (("sentences", text) for text in (found.message, found.hint, found.with_hint) if text)


def of_evaluations(monkeypatch: pytest.MonkeyPatch) -> list[Said]:
    """Why each evaluation of the corpus of rules ended as it did, and what the traces of its notifications say."""
    said: list[Said] = []

    def explain(slot: Slot, now_ms: int, before: Counters, outcome: Notification | None) -> None:
        explained = explained_evaluation(slot, now_ms, before, outcome)
        said.append(("sentences", explained.ended))
        for part in explained.parts.values():
            said.extend(_reasons(part))
        if outcome is not None:
            said.extend(_traced(outcome.trace))

    evaluation, held = Slot.evaluation, step_module.condition_held

    def watched(slot: Slot, shared: Any, facts: Any) -> Evaluation:
        asked = evaluation(slot, shared, facts)

        def run(now_ms: int, windows: Any, context: Any) -> Any:
            value = asked.run(now_ms, windows, context)
            if value is not True:
                explain(slot, now_ms, slot.counters, None)
            return value

        return asked._replace(run=run)

    def watched_match(slot: Slot, now_ms: int, sequence: int, stored_at_ms: int, effects: Effects) -> None:
        before, known = copy(slot.counters), len(effects.outcomes)
        held(slot, now_ms, sequence, stored_at_ms, effects)
        explain(slot, now_ms, before, effects.outcomes[-1].notification if len(effects.outcomes) > known else None)

    monkeypatch.setattr(Slot, "evaluation", watched)
    monkeypatch.setattr(step_module, "condition_held", watched_match)
    for case in (*rules_corpus.cases(), *rules_corpus.read_cases("more", MORE_EVALUATIONS)):
        in_memory(case)
    return said


def of_changes() -> Iterator[Said]:
    """What the versions of the rules of the corpus change for what runs."""
    rules = [rule for case in rules_corpus.cases() for rule in case.rules]
    for before, after in pairwise(rules):
        for one, other in ((before, after), (None, after), (before, replace(after, state="INACTIVE"))):
            yield from (("sentences", text) for text in effects_of_save(one, other, before))


def of_notes() -> Iterator[Said]:
    """What speaks against a rule's being sent in a home."""
    rule = replace(WRONG_RULES[0], is_restricted_to_early_adopters=True)
    home = rules_corpus.building_of("", [])
    off = replace(home, deactivated_at_ms=1, disabled_notifications=(DisabledNotification(rule_id=rule.id),))
    for state in get_args(RuleState):
        for building in (home, off):
            yield from (("sentences", note) for note in notes_of(replace(rule, state=state), building))


def of_imports() -> Iterator[Said]:
    """What is wrong with the rows of a file: those that no event can be read from, and those whose event is refused."""
    columns = HistoryColumns(timestamp="at", value="value", type="type")
    options = HistoryOptions(customer_building_id="home", columns=columns, zone=ZoneInfo("Europe/Zurich"))
    rows = (
        "1,P,meter,1,2",
        "1,P,,1",
        "1,P,meter,1;5",
        "1,P,meter,x",
        "1e99,P,meter,1",
        "x,P,meter,1",
        "2026-03-29T02:30,P,meter,1",
    )
    lines = "\n".join(("at,type,deviceId,value", *rows, '1,P,meter,"1,5"'))
    found = read_history(StringIO(lines), options)
    yield from (("sentences", each.reason) for each in found if isinstance(each, Refusal))
    for name, source in (("ENERGY_CONSUMTION", "GATEWY"), ("X", "Y")):
        event = EventIn(type=name, customer_building_id="a b", device_id="a", value=1e301, source=source, device_name="a\nb")
        yield from (("sentences", each.message) for each in wrong_with(event, rules_corpus.CATALOGUE, 0))
    for ahead_s, forecast_s in ((1e9, -1.0), (-1.0, None)):
        event = EventIn(
            type="P", customer_building_id="a", device_id="abc", value=1, timestamp=ahead_s, forecast_timestamp=forecast_s
        )
        yield from (("sentences", each.message) for each in wrong_with(event, rules_corpus.CATALOGUE, 0))
    too_many = series_problem(500, 1, 500)
    assert too_many is not None
    yield "sentences", too_many.message


def _told(diagnostics: Iterable[Diagnostic]) -> Iterator[Said]:
    for each in diagnostics:
        yield from (("sentences", text) for text in (each.message, each.hint, *(also.message for also in each.related)) if text)


def _reasons(part: Explained) -> Iterator[Said]:
    if part.missing is not None:
        yield "missing", part.missing
    for each in part.parts:
        yield from _reasons(each)


def _traced(trace: dict[str, Any]) -> Iterator[Said]:
    yield "sentences", trace["ended"]
    newest = (each["newest"] for each in trace["datasets"].values())
    yield from (("sentences", each) for each in newest if isinstance(each, str))
