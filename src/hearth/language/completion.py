"""Completion: what may be written at a place of an expression, the likeliest first.

Pure: text, place and scope in, proposals out, for any editor. What stands before is found by `cursor` and typed by
the checker; what exists is in the catalogue. Invariant: it never raises, whatever the text and the place; every
proposal replaces a stretch that reaches up to the cursor or over it.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal, NamedTuple

from hearth.language.catalogue import (
    ANY,
    FUNCTIONS,
    OPERATORS,
    ORDER_DOCUMENTATION,
    SELECTOR_DOCUMENTATION,
    SYMBOLS,
    WORDS,
    Parameter,
    Word,
    attribute_documentation,
)
from hearth.language.checker import attribute_types, plain
from hearth.language.cursor import Cursor
from hearth.language.expectation import Wanted, operators_after, parameters_at, typical_results, wanted_at
from hearth.language.scope import Scope
from hearth.language.tree import BINDING
from hearth.language.typed import Typed
from hearth.language.types import BOOLEAN, EVENT, TIMESPAN, Type, in_words
from hearth.language.wording import EXAMPLE_PATTERNS, dataset_type, dataset_words, sample_text, symbol_words, type_words

CompletionKind = Literal[
    "dataset", "function", "word", "attribute", "operator", "unit", "pattern", "symbol", "order", "selector", "state"
]


@dataclass(frozen=True, slots=True)
class Completion:
    """A proposal: `insert` replaces the characters [start, end), then the cursor stands at start + cursor_offset.

    `label` is what is shown; `detail` the type or signature in words. Characters are Unicode code points.
    """

    label: str
    kind: CompletionKind
    insert: str
    start: int
    end: int
    detail: str
    documentation: str
    cursor_offset: int


class _Proposal(NamedTuple):
    """`name` is what the author's letters are compared with; `rank` 0 is the likeliest."""

    label: str
    kind: CompletionKind
    insert: str
    detail: str
    documentation: str
    name: str
    rank: int = 0
    back: int = 0  # the cursor stands so many characters before the end of what was inserted


class _Stretch(NamedTuple):
    """What is replaced, and the letters that are written of it."""

    start: int
    end: int
    written: str


_NAME_REST = re.compile(r"\w*")
# What may follow the cursor up to a closing quote for the two to be one text.
_TEXT_REST = re.compile(r"[^\s()\"']*")
_NUMBER = re.compile(r"[0-9.]+")
_OPERATORS = {operator.name: operator for operator in OPERATORS}
_UNITS = {"s": "seconds", "min": "minutes", "h": "hours", "d": "days"}


def completions(text: str, cursor: int, scope: Scope) -> tuple[Completion, ...]:
    """What may be written at `cursor`: exact beginnings first, then likely types, then the order of the catalogue."""
    place = Cursor(text, cursor, scope)
    if place.touched in ("comment", "unknown"):
        return ()
    if place.touched == "text":
        return _ranked(_in_text(place), _text_stretch(place))
    if place.touched == "number":
        return _after_number(place)
    if place.touched == "dataset":
        return _ranked(_datasets(place.scope, wanted_at(place, len(place.tokens))), _name_stretch(place))
    if place.operator_at(len(place.tokens) - 1) == "::":
        return _after_colons(place)
    if place.follows_operand:
        return _after_operand(place)
    return _ranked(_operands(place), _name_stretch(place))


def _ranked(proposals: Iterable[_Proposal], stretch: _Stretch) -> tuple[Completion, ...]:
    found: list[tuple[int, int, int, _Proposal]] = []
    for index, each in enumerate(proposals):
        likeness = _likeness(stretch.written, each.name)
        if likeness is not None:
            found.append((likeness, each.rank, index, each))
    found.sort(key=lambda entry: entry[:3])
    return tuple(
        Completion(
            label=each.label,
            kind=each.kind,
            insert=each.insert,
            start=stretch.start,
            end=stretch.end,
            detail=each.detail,
            documentation=each.documentation,
            cursor_offset=len(each.insert) - each.back,
        )
        for *_, each in found
    )


def _likeness(written: str, name: str) -> int | None:
    """0 where the name begins so, 1 but for case, 2 where it contains it, 3 where it has the letters in this order."""
    if name.startswith(written):
        return 0
    folded, letters = name.casefold(), written.casefold()
    if folded.startswith(letters):
        return 1
    if letters in folded:
        return 2
    rest = iter(folded)
    return 3 if len(letters) > 2 and all(letter in rest for letter in letters) else None


def _stretch(place: Cursor, start: int, is_begun: bool) -> _Stretch:
    """A name or unit from `start`; the rest of it after the cursor is replaced with it once it is begun."""
    rest = _NAME_REST.match(place.text, place.position) if is_begun else None
    return _Stretch(start, rest.end() if rest is not None else place.position, place.before[start:].removeprefix("$"))


def _name_stretch(place: Cursor) -> _Stretch:
    return _stretch(place, place.start, is_begun=place.written != "")


def _following(place: Cursor) -> str:
    """The character after the name that is written at the cursor."""
    end = _name_stretch(place).end
    return place.text[end : end + 1]


def _text_stretch(place: Cursor) -> _Stretch:
    """A text from its opening quote to its closing one, where that is near."""
    rest = _TEXT_REST.match(place.text, place.position)
    end = rest.end() if rest is not None else place.position
    is_closed = place.text[end : end + 1] == place.written[:1]
    return _Stretch(place.start, end + 1 if is_closed else place.position, place.written[1:])


def _in_text(place: Cursor) -> Iterator[_Proposal]:
    """The texts that mean something where a text has been begun, in the quotes it was begun with."""
    quote = place.written[0] if place.written[0] in "\"'" else '"'
    if place.operator_at(len(place.tokens) - 1) == "|":
        return _patterns(place, quote)
    parameter = _literal_parameter(place, len(place.tokens))
    return _literals(parameter, place.scope, quote) if parameter is not None and parameter.accepted != "selector" else iter(())


def _patterns(place: Cursor, quote: str) -> Iterator[_Proposal]:
    """Patterns for what stands before `|`; of every kind where that is not known."""
    end = len(place.tokens) - 1
    first = place.left_of(end, BINDING["|"])
    of = place.typed(first, end).type if first is not None else None
    for kind, patterns in EXAMPLE_PATTERNS.items():
        if of is None or plain(of.kind) == kind:
            for pattern in patterns:
                label = f"{quote}{pattern}{quote}"
                yield _Proposal(
                    label,
                    "pattern",
                    label,
                    sample_text(kind, pattern),
                    f"A pattern for {in_words(Type('Scalar', kind))}.",
                    pattern,
                )


def _literal_parameter(place: Cursor, index: int) -> Parameter | None:
    """The argument that begins at the token `index`, where it has to be a certain literal."""
    parameters = parameters_at(place, index)
    return parameters[0] if parameters and parameters[0].accepted != "value" else None


def _literals(parameter: Parameter, scope: Scope, quote: str) -> Iterator[_Proposal]:
    """What may stand literally as an argument."""
    if parameter.accepted == "selector":
        for name, documentation in SELECTOR_DOCUMENTATION.items():
            label = f"Building::{name}"
            yield _Proposal(label, "selector", label, "which buildings", documentation, label)
    elif parameter.accepted == "symbol":
        for symbol in SYMBOLS:
            label = f"{quote}{symbol}{quote}"
            yield _Proposal(label, "symbol", label, "how to compare", symbol_words(symbol), symbol)
    elif parameter.accepted == "order":
        for name, documentation in ORDER_DOCUMENTATION.items():
            yield _Proposal(name, "order", name, "how to order", documentation, name)
    else:
        for name, info in scope.datasets.items():
            label = f"{quote}{name}{quote}"
            yield _Proposal(label, "dataset", label, type_words(dataset_type(info), info.unit), dataset_words(info), name)


def _after_number(place: Cursor) -> tuple[Completion, ...]:
    """The units of time, where the number does not go on."""
    number = _NUMBER.match(place.written)
    if number is None or _NUMBER.match(place.text, place.position):
        return ()
    units = (
        _Proposal(unit, "unit", unit, in_words(TIMESPAN), f"{number[0]}{unit} is a timespan in {words}.", unit)
        for unit, words in _UNITS.items()
    )
    return _ranked(units, _stretch(place, place.start + number.end(), is_begun=True))


def _datasets(scope: Scope, wanted: Wanted) -> Iterator[_Proposal]:
    for name, info in scope.datasets.items():
        rank = 0 if wanted(dataset_type(info)) else 1 if wanted(EVENT) else 4
        label = f"${name}"
        yield _Proposal(label, "dataset", label, type_words(dataset_type(info), info.unit), dataset_words(info), name, rank)


def _after_colons(place: Cursor) -> tuple[Completion, ...]:
    """The attributes of what stands before `::`; the selectors where EVAL takes one."""
    end = len(place.tokens) - 1
    first = place.operand_before(end)
    if first is None:
        return ()
    stretch = _stretch(place, place.start, is_begun=True)
    parameter = _literal_parameter(place, first)
    if parameter is not None and parameter.accepted == "selector":
        start = place.tokens[first].span.start
        return _ranked(
            _literals(parameter, place.scope, ""), _Stretch(start, stretch.end, f"{place.tokens[first].text}::{stretch.written}")
        )
    return _ranked(_attributes(place.typed(first, end), wanted_at(place, first)), stretch)


def _attributes(target: Typed, wanted: Wanted) -> Iterator[_Proposal]:
    of = target.type
    if of is None:
        return
    for name, gives in attribute_types(of).items():
        if name != "Unit" or target.unit is not None:
            rank = 0 if wanted(gives) else 1
            yield _Proposal(name, "attribute", name, in_words(gives), attribute_documentation(of, name), name, rank)


def _after_operand(place: Cursor) -> tuple[Completion, ...]:
    """The operators that take what stands before, once a space or a letter follows it."""
    end = place.tokens[-1].span.end
    if end == place.position:
        return ()
    found = _ranked((_operator(place, name) for name in operators_after(place)), _name_stretch(place))
    first = place.operand_before(len(place.tokens))
    if place.written or first is None:
        return found
    target = place.typed(first, len(place.tokens))
    if target.type is None or not any(_attributes(target, bool)):
        return found
    colons = _Proposal("::", "operator", "::", "$Power::Value", _OPERATORS["::"].documentation, "")
    attribute = _ranked([colons], _Stretch(end, place.position, ""))
    # Several values go on with one of theirs; few operators take them all.
    return found + attribute if target.type.is_scalar and target.type.kind in ANY else attribute + found


def _operator(place: Cursor, name: str) -> _Proposal:
    operator = _OPERATORS[name]
    insert = name if _following(place).isspace() else f"{name} "
    return _Proposal(name, "operator", insert, operator.examples[0], operator.documentation, name)


def _operands(place: Cursor) -> Iterator[_Proposal]:
    """Everything an operand may begin with."""
    end = len(place.tokens)
    if place.operator_at(end - 1) == "|":
        yield from _patterns(place, "'")
        return
    parameters = parameters_at(place, end)
    if parameters == []:
        return
    if parameters and parameters[0].accepted != "value":
        yield from _literals(parameters[0], place.scope, "'" if parameters[0].accepted == "symbol" else '"')
        return
    wanted = wanted_at(place, len(place.tokens))
    yield from _states(place, end - 1)
    yield from _datasets(place.scope, wanted)
    is_called = _following(place) == "("
    for function in FUNCTIONS.values():
        name = function.name
        insert, back = (name, -1) if is_called else (f"{name}()", 1)
        rank = 2 if any(map(wanted, typical_results(name))) else 5
        signatures = "; ".join(overload.signature for overload in function.overloads)
        yield _Proposal(name, "function", insert, signatures, function.documentation, name, rank, back)
    for word in WORDS.values():
        if _is_known(word, place.scope):
            rank = 3 if wanted(word.type) else 6
            yield _Proposal(word.name, "word", word.name, in_words(word.type), word.documentation, word.name, rank)
    if wanted(BOOLEAN):
        yield _operator(place, "NOT")._replace(rank=3)


def _states(place: Cursor, operator: int) -> Iterator[_Proposal]:
    """What the dataset before `=` or `!=` may be, where its values are states with names."""
    first = place.operand_before(operator) if place.operator_at(operator) in ("=", "!=") else None
    left = place.typed(first, operator) if first is not None else None
    if left is None or left.role != "dataset":
        return
    for number, label in place.scope.datasets[str(left.value)].labels.items():
        yield _Proposal(f"{number} {label}", "state", str(number), "a state", f"{label}: a state of ${left.value}.", label)


def _is_known(word: Word, scope: Scope) -> bool:
    if word.name.startswith("Streak"):
        return scope.has_streak
    return word.name != "DeliveredNotification" or scope.place == "goal"
