"""Lint: what is right by the rules of the language and yet hardly meant.

Looks at a typed tree without errors and warns: a condition that never or always holds, an aggregate of one value,
a stretch of time that the dataset does not reach, a unit in a text that is not the value's, a text that a phone
cuts off. Decides nothing of what the expression means. Invariant: one pass, in linear time.
"""

import re
from collections.abc import Iterator
from itertools import pairwise

from hearth.language import units
from hearth.language.diagnostics import Report, Span
from hearth.language.printer import quoted, written_timespan
from hearth.language.ranges import ANYTHING, Range, compared, range_of
from hearth.language.scope import Scope
from hearth.language.tree import COMPARISONS
from hearth.language.typed import Typed, typed_spine

SAFE_MESSAGE_LENGTH = 50  # characters of a message that every phone shows without unfolding it
_AGGREGATES = ("AVG", "SUM", "MIN", "MAX")
_OPPOSITE = {"<": ">=", "<=": ">", "=": "!=", "!=": "=", ">=": "<", ">": "<="}
_MIRRORED = {"<": ">", "<=": ">=", "=": "=", "!=": "!=", ">=": "<=", ">": "<"}
_UNIT_BEHIND = re.compile(r"[ \u00a0\u202f]?(%|°C|[A-Za-z]+)(?![A-Za-z])")


def lint(tree: Typed, text: str, scope: Scope, report: Report) -> None:
    """Warnings about a typed tree without errors go to the report."""
    _Lint(text, scope, report).all(tree)


class _Lint:
    def __init__(self, text: str, scope: Scope, report: Report) -> None:
        self._text = text
        self._scope = scope
        self._report = report
        self._is_condition = scope.place not in ("message", "command")

    def all(self, tree: Typed) -> None:
        for node, parent_role in _walk(tree):
            if node.role == "call":
                self._call(node)
            elif node.role == "operator" and node.value in COMPARISONS:
                self._comparison(node)
            elif node.role in ("and", "or") and node.role != parent_role and self._is_condition:
                self._chain(node)
            elif node.role == "join" and parent_role != "join":
                self._units_in_text(node)
            elif node.role == "format":
                self._pattern(node)
        if self._scope.place == "message":
            self._length(tree)

    def _shown(self, node: Typed) -> str:
        written = " ".join(self._text[node.span.start : node.span.end].split())
        return written if len(written) <= 40 else f"{written[:37]}…"

    def _call(self, node: Typed) -> None:
        first = node.children[0]
        if node.value in _AGGREGATES and first.type is not None and first.type.is_scalar:
            message = f"`{self._shown(first)}` is one value: {node.value} of it is the value itself."
            hint = "leave it out, or make the dataset a time series" if first.role == "dataset" else f"leave {node.value} out"
            fix = self._text[first.span.start : first.span.end]
            self._report.warning("aggregate-of-one", node.span, message, hint, fix)
        if node.value == "SUBSET" and first.role == "dataset":
            self._reach(node, first)

    def _reach(self, node: Typed, dataset: Typed) -> None:
        """`SUBSET($P, now - 24h)` of a dataset that is kept for an hour."""
        reach_ms = self._scope.datasets[str(dataset.value)].timespan_ms
        back = node.children[1]
        if reach_ms is None or back.value != "-" or back.children[0].value != "now" or back.children[1].role != "constant":
            return
        asked_ms = back.children[1].value
        if isinstance(asked_ms, int | float) and asked_ms > reach_ms:
            held, asked = written_timespan(reach_ms), written_timespan(asked_ms)
            message = f"${dataset.value} holds the last {held} only; here the last {asked} are asked for."
            self._report.warning("beyond-timespan", back.span, message, f"make the timespan of ${dataset.value} longer")

    def _comparison(self, node: Typed) -> None:
        left, right = node.children
        symbol = str(node.value)
        if left.type is None or right.type is None or not (left.type.is_scalar and right.type.is_scalar):
            return
        if self._is_of_state(symbol, left, right, node) or self._is_of_state(_MIRRORED[symbol], right, left, node):
            return
        if not self._is_condition:
            return
        outcome: bool | None = None
        if left.role == right.role == "constant" and self._is_bare(left, right):
            return  # told already
        if left.role == right.role == "constant":
            # Outside a rule somebody tries what the operator does.
            outcome = _of_constants(symbol, left, right) if self._scope.place != "expression" else None
        elif _identity(left) == _identity(right):
            outcome = symbol in ("=", "<=", ">=")
        elif left.type.kind in ("Number", "Event"):
            outcome = compared(symbol, range_of(left), range_of(right))
            if outcome and not (_has_value(left) and _has_value(right)):
                return  # `$Rate >= 0` asks whether there is a value
        if outcome is not None:
            self._tell(outcome, node.span, f"`{self._shown(node)}`", self._bounds(left, right))

    def _is_bare(self, *sides: Typed) -> bool:
        """Whether one of the constants is a word that was read as a text."""
        return any(isinstance(side.value, str) and self._text[side.span.start].isalpha() for side in sides)

    def _bounds(self, left: Typed, right: Typed) -> str | None:
        """Which range of a side decides, in words."""
        for side in (left, right):
            found = range_of(side) if side.role != "constant" else ANYTHING
            if found != ANYTHING and not found.is_point:
                low = f"at least {found.low:g}" if found.low > -1e300 else ""
                high = f"{'below' if found.is_high_open else 'at most'} {found.high:g}" if found.high < 1e300 else ""
                return f"`{self._shown(side)}` is {' and '.join(filter(None, (low, high)))}"
        return None

    def _tell(self, outcome: bool, span: Span, what: str, why: str | None, earlier: Span | None = None) -> None:
        code, told = ("always-holds", "holds whenever there is a value") if outcome else ("never-holds", "never holds")
        related = (("the other condition", earlier),) if earlier is not None else ()
        self._report.warning(code, span, f"{what} {told}, whatever the events are.", why, related=related)

    def _is_of_state(self, symbol: str, side: Typed, other: Typed, node: Typed) -> bool:
        """A state compared with a number: whether that was worth a warning."""
        if side.role != "dataset" or other.role != "constant" or not isinstance(other.value, float):
            return False
        info = self._scope.datasets[str(side.value)]
        if not info.state:
            return False
        states = ", ".join(f"{number} {label}" for number, label in info.labels.items())
        if symbol not in ("=", "!="):
            message = f"The values of ${side.value} are ids of states; which is smaller means nothing."
            self._report.warning("state-as-quantity", node.span, message, states or "compare the state by = or !=")
            return True
        if info.labels and other.value not in info.labels:
            message = f"${side.value} has no state {other.value:g}."
            self._report.warning("unknown-state", other.span, message, f"its states are {states}")
            return True
        return False

    def _chain(self, chain: Typed) -> None:
        """Terms of AND that exclude each other; terms of OR of which one holds always."""
        is_and = chain.role == "and"
        seen: dict[object, tuple[Range, set[float], Typed]] = {}
        for term in _terms(chain):
            if term.role == "constant" and term.value is not is_and:
                self._tell(not is_and, chain.span, f"`{self._shown(chain)}`", f"because of `{self._shown(term)}`")
                return
            limited = _limit(term, is_negated=not is_and)
            if limited is None:
                continue
            key, allowed, excluded = limited
            before = seen.get(key, (ANYTHING, set[float](), term))
            left = before[0].within(allowed)
            excluded = before[1] | excluded
            seen[key] = (left, excluded, term)
            if left.is_empty or (left.is_point and left.low in excluded):
                if before[2] is not term and not allowed.is_empty:
                    joined = f"`{self._shown(before[2])} {chain.role.upper()} {self._shown(term)}`"
                    self._tell(not is_and, term.span, joined, None, before[2].span)
                return

    def _units_in_text(self, chain: Typed) -> None:
        """`$Power + " kW"` where the power is in watts."""
        parts = list(_terms(chain))
        for value, behind in pairwise(parts):
            node = value.children[0] if value.role == "format" else value
            match = _UNIT_BEHIND.match(behind.value) if behind.role == "constant" and isinstance(behind.value, str) else None
            if node.unit is None or match is None or match[1] not in units.KNOWN or match[1] == node.unit:
                continue
            message = f"`{self._shown(node)}` is in {node.unit}; the text behind it says {match[1]}."
            factor = units.factor_between(node.unit, match[1])
            written = self._text[node.span.start : node.span.end]
            fix = f"{written} / {factor}" if factor and node.role in ("dataset", "call", "attribute") else None
            self._report.warning("unit-in-text", node.span, message, f"write {fix}" if fix else None, fix)

    def _pattern(self, node: Typed) -> None:
        """`HH:MM`, `DD.MM.YYYY`: letters that mean something else than one thinks."""
        what, pattern = node.children
        if what.type is None or what.type.kind != "Time" or pattern.role != "constant":
            return
        written = str(pattern.value)
        letters = set(re.sub(r"'[^']*'", "", written))
        is_day, is_clock = bool(letters & set("dDyY")), bool(letters & set("HhKk"))
        slips = {
            "M": ("m", "`M` is the month; minutes are `m`", is_clock and not letters & set("dDymE")),
            "m": ("M", "`m` is the minute; months are `M`", is_day and not is_clock and "M" not in letters),
            "D": ("d", "`D` is the day of the year; days of the month are `d`", "M" in letters and "d" not in letters),
            "Y": ("y", "`Y` is the year of the week; years are `y`", bool(letters & set("MdD")) and "w" not in letters),
        }
        for letter, (meant, message, is_slip) in slips.items():
            if letter in letters and is_slip:
                parts = re.split(r"('[^']*')", written)
                fix = quoted("".join(part if part[:1] == "'" else part.replace(letter, meant) for part in parts))
                self._report.warning("doubtful-pattern", pattern.span, f"{message}.", f"write {fix}", fix)
                return

    def _length(self, tree: Typed) -> None:
        """A message that is too long whatever its values: a value takes at least one character."""
        texts = [part.value for part in _terms(tree) if part.role == "constant" and isinstance(part.value, str)]
        least = sum(map(len, texts)) + sum(1 for part in _terms(tree)) - len(texts)
        if least > SAFE_MESSAGE_LENGTH:
            message = f"This text has at least {least} characters; a phone may show only the first {SAFE_MESSAGE_LENGTH}."
            self._report.warning("long-text", tree.span, message, "say the most important thing first")


def _walk(tree: Typed) -> Iterator[tuple[Typed, str]]:
    """All nodes with the role of the node above."""
    waiting = [(tree, "")]
    while waiting:
        node, parent_role = waiting.pop()
        yield node, parent_role
        waiting.extend((child, node.role) for child in node.children)


def _terms(chain: Typed) -> Iterator[Typed]:
    """The operands of nested ANDs, ORs or joins, in the order of the text."""
    waiting = [chain]
    while waiting:
        node = waiting.pop()
        if node.role == chain.role and node.role in ("and", "or", "join"):
            waiting.extend(reversed(node.children))
        else:
            yield node


def _limit(term: Typed, is_negated: bool) -> tuple[object, Range, set[float]] | None:
    """`X > 5` -> what X is, the numbers it may have, and those it may not; of the opposite when negated."""
    while term.role == "not":
        term, is_negated = term.children[0], not is_negated
    if term.role != "operator" or term.value not in COMPARISONS:
        return None
    (left, right), symbol = term.children, str(term.value)
    if left.role == "constant":
        left, right, symbol = right, left, _MIRRORED[symbol]
    if right.role != "constant" or left.role == "constant" or not isinstance(right.value, float):
        return None
    if left.type is None or not left.type.is_scalar:
        return None
    number = right.value
    symbol = _OPPOSITE[symbol] if is_negated else symbol
    allowed = {
        "<": Range(high=number, is_high_open=True),
        "<=": Range(high=number),
        "=": Range(number, number),
        "!=": ANYTHING,
        ">=": Range(low=number),
        ">": Range(low=number, is_low_open=True),
    }[symbol]
    return _identity(left), allowed, {number} if symbol == "!=" else set()


def _identity(node: Typed) -> object:
    """What two equal computations have in common, wherever they stand."""
    first, chain = typed_spine(node)
    start = (first.role, first.value, *(_identity(child) for child in first.children))
    return (start, *((each.role, each.value, _identity(each.children[1])) for each in chain)) if chain else start


def _has_value(tree: Typed) -> bool:
    """Whether a number is there whatever the events are."""
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        if node.role == "call" and node.value in ("COUNT", "SUM") and node.children[0].role == "dataset":
            continue
        is_safe = node.role in ("constant", "word", "minus") or (node.role == "operator" and node.value in ("+", "-", "*"))
        is_divided_safely = node.role == "operator" and node.value in ("/", "%") and bool(node.children[1].value)
        if not (is_safe or is_divided_safely):
            return False
        waiting.extend(node.children)
    return True


def _of_constants(symbol: str, left: Typed, right: Typed) -> bool:
    one, other = left.value, right.value
    if symbol in ("=", "!="):
        return (one == other) is (symbol == "=")
    assert isinstance(one, int | float | str)
    is_less, is_equal = one < other, one == other  # type: ignore[operator]
    return {"<": is_less, "<=": is_less or is_equal, ">=": not is_less, ">": not (is_less or is_equal)}[symbol]
