"""Calls: which overload of a function is meant, and what is wrong with the arguments.

Reads the catalogue. Invariant: a call without diagnostics fits exactly the overload whose result type it has.
"""

from collections.abc import Callable, Iterator

from hearth.core.nearest import nearest
from hearth.language.advice import about_units, is_number, word_meant
from hearth.language.catalogue import FUNCTIONS, SELECTORS, SORT_ORDERS, SYMBOLS, SYNONYMS, Function, Overload, Parameter
from hearth.language.diagnostics import Report, Span
from hearth.language.printer import printed, shortened
from hearth.language.scope import Scope
from hearth.language.tokens import OPERATORS_MEANT
from hearth.language.tree import Attribute, Binary, Broken, Call, Dataset, Node, Text, Word
from hearth.language.typed import Typed
from hearth.language.types import TEXT, Kind, Type, in_words
from hearth.language.types import WORDS as ONE
from hearth.language.units import unit_of

# Functions of which two arguments are of one type.
_ALIKE = {"IF": (1, 2), "POSITION": (0, 1), "FILTER": (0, 2)}


def checked_call(node: Call, typed: Callable[[Node], Typed], scope: Scope, report: Report) -> Typed:
    """The typed form of a call; mistakes go to the report."""
    return _Call(node, typed, scope, report).checked()


class _Call:
    def __init__(self, node: Call, typed: Callable[[Node], Typed], scope: Scope, report: Report) -> None:
        self._node = node
        self._typed = typed
        self._scope = scope
        self._report = report
        self._literals: dict[str, Typed] = {}

    def checked(self) -> Typed:
        """The call, its overload chosen."""
        function = self._function()
        if function is None:
            for argument in self._node.arguments:
                self._typed(argument)
            return Typed("broken", None, self._node.span)
        if any(isinstance(argument, Broken) for argument in self._node.arguments):  # which is which is not known
            for argument in self._node.arguments:
                if not isinstance(argument, Word | Text):
                    self._typed(argument)
            return Typed("broken", None, self._node.span)
        arguments = [self._argument(function, index, argument) for index, argument in enumerate(self._node.arguments)]
        if any(argument.type is None for argument in arguments):
            return Typed("broken", None, self._node.span)
        fitting = [overload for overload in function.overloads if _takes(overload, len(arguments))]
        if not fitting:
            self._wrong_count(function)
            return Typed("broken", None, self._node.span)
        types = tuple(argument.type for argument in arguments if argument.type is not None)
        for overload in fitting:
            if all(fits(parameter, of) for parameter, of in zip(overload.parameters, types, strict=False)):
                return self._finished(function, overload, tuple(arguments), types)
        self._wrong_argument(function, fitting, arguments)
        return Typed("broken", None, self._node.span)

    def _function(self) -> Function | None:
        name, span = self._node.name, self._node.name_span
        function = FUNCTIONS.get(name)
        if function is not None:
            return function
        function = FUNCTIONS.get(name.upper())
        if function is not None:
            message = f"Write `{function.name}`: capital and small letters matter."
            self._report.error("wrong-case", span, message, fix=function.name)
            return function
        near = SYNONYMS.get(name.upper()) or nearest(name, FUNCTIONS)
        hint = f"did you mean {near}?" if near else f"functions are {', '.join(FUNCTIONS)}"
        self._report.error("unknown-function", span, f"There is no function {name}.", hint, near)
        return None

    def _argument(self, function: Function, index: int, node: Node) -> Typed:
        parameters = [each.parameters[index] for each in function.overloads if index < len(each.parameters)]
        accepted = parameters[0].accepted if parameters else "value"
        if accepted == "order" and parameters:
            return self._word(node, SORT_ORDERS, "SORT orders groups by byGroupKey or byGroupValue")
        if accepted == "symbol":
            return self._symbol(node)
        if accepted == "dataset name":
            return self._dataset_name(node)
        if accepted == "selector":
            return self._selector(node)
        return self._typed(node)

    def _broken(self, code: str, span: Span, message: str, hint: str | None = None, fix: str | None = None) -> Typed:
        self._report.error(code, span, message, hint, fix)
        return Typed("broken", None, span)

    def _word(self, node: Node, known: tuple[str, ...], message: str) -> Typed:
        name = node.name if isinstance(node, Word) else node.value if isinstance(node, Text) else None
        if name in known:
            return Typed("constant", TEXT, node.span, name)
        near = nearest(name, known) if name is not None else None
        hint = f"did you mean {near}?" if near else None
        return self._broken("literal-needed", node.span, f"{message}; here stands `{shortened(node)}`.", hint, near)

    def _symbol(self, node: Node) -> Typed:
        if isinstance(node, Text) and node.value in SYMBOLS:
            return Typed("constant", TEXT, node.span, node.value)
        if isinstance(node, Binary) and isinstance(node.left, Broken):  # a symbol without quotes: told when it was read
            return Typed("broken", None, node.span)
        listed = ", ".join(f"'{symbol}'" for symbol in SYMBOLS)
        meant = OPERATORS_MEANT.get(node.value.strip(), node.value.strip()) if isinstance(node, Text) else None
        hint, fix = (f"did you mean '{meant}'?", f"'{meant}'") if meant in SYMBOLS else (None, None)
        message = f"The second argument of FILTER is one of the texts {listed}."
        return self._broken("literal-needed", node.span, message, hint, fix)

    def _dataset_name(self, node: Node) -> Typed:
        name = node.value if isinstance(node, Text) else node.name if isinstance(node, Word | Dataset) else None
        if name is None:
            return self._broken("literal-needed", node.span, 'The first argument of EVAL is a dataset\'s name, such as "Power".')
        if name not in self._scope.datasets:
            near = nearest(name, self._scope.datasets)
            known = ", ".join(self._scope.datasets) or "none"
            hint = f'did you mean "{near}"?' if near else f"datasets of this rule: {known}"
            fix = f'"{near}"' if near else None
            return self._broken("undefined-dataset", node.span, f"There is no dataset {name} in this rule.", hint, fix)
        return Typed("constant", TEXT, node.span, name)

    def _selector(self, node: Node) -> Typed:
        if isinstance(node, Attribute) and node.target == Word("Building", node.span) and node.name in SELECTORS:
            return Typed("constant", TEXT, node.span, node.name)
        name = node.name if isinstance(node, Attribute | Word) else None
        near = nearest(name, SELECTORS) if name is not None else None
        hint = f"did you mean Building::{near}?" if near else ", ".join(f"Building::{each}" for each in SELECTORS)
        fix = f"Building::{near}" if near else None
        return self._broken("literal-needed", node.span, "The second argument of EVAL says which buildings.", hint, fix)

    def _wrong_count(self, function: Function) -> None:
        counts = sorted({count for each in function.overloads for count in _counts(each)})
        expected = f"{counts[0]}" if len(counts) == 1 else f"{counts[0]} to {counts[-1]}"
        message = (
            f"{function.name} takes {expected} argument{'s' if counts[-1] != 1 else ''}; here are {len(self._node.arguments)}."
        )
        hint = f"for instance {function.examples[0]}"
        if function.name in ("MIN", "MAX", "SUM", "AVG") and len(self._node.arguments) > 1:
            compute = {"MIN": "IF(a < b, a, b)", "MAX": "IF(a > b, a, b)", "SUM": "a + b", "AVG": "(a + b) / 2"}[function.name]
            hint = f"{function.name} takes the values of one time series; of two values: {compute}"
        self._report.error("argument-count", self._node.span, message, hint)

    def _wrong_argument(self, function: Function, fitting: list[Overload], arguments: list[Typed]) -> None:
        """Blames the first argument that no overload takes where it stands, given those before it."""
        remaining = fitting
        for index, argument in enumerate(arguments):
            assert argument.type is not None
            matching = [each for each in remaining if fits(each.parameters[index], argument.type)]
            if matching:
                remaining = matching
                continue
            ordinal = ("first", "second", "third")[index]
            syntax = self._node.arguments[index]
            if self._dataset_meant(argument, syntax) or word_meant(syntax, self._scope, self._report):
                return
            message = f"The {ordinal} argument of {function.name} cannot be {in_words(argument.type)} (`{shortened(syntax)}`)."
            *some, last = dict.fromkeys(word for each in remaining for word in _wanted(each.parameters[index]))
            wanted = f"{', '.join(some)} or {last}" if some else last
            self._report.error("argument-type", argument.span, message, f"it is {wanted}, as in {function.examples[0]}")
            return

    def _dataset_meant(self, argument: Typed, syntax: Node) -> bool:
        """Whether a text that stands where none can is the name of a dataset; then tells so."""
        if argument.role != "constant" or argument.type != TEXT:
            return False
        name = str(argument.value).removeprefix("$")
        near = name if name in self._scope.datasets else nearest(name, self._scope.datasets)
        if near is None:
            return False
        if isinstance(syntax, Word):
            return word_meant(syntax, self._scope, self._report)
        message = f"`{printed(syntax)}` is a text here; a dataset is written with a dollar and without quotes."
        self._report.error("dollar-missing", syntax.span, message, f"did you mean ${near}?", f"${near}")
        return True

    def _finished(self, function: Function, overload: Overload, arguments: tuple[Typed, ...], types: tuple[Type, ...]) -> Typed:
        if function.name in _ALIKE and not self._are_alike(function, arguments):
            return Typed("broken", None, self._node.span)
        if function.name == "FILTER" and types[0].kind == "Boolean" and arguments[1].value not in ("=", "!="):
            message = f"`{arguments[1].value}` compares numbers, times, timespans or texts; here are {in_words(types[0])}."
            return self._broken("operand-type", arguments[1].span, message, "yes/no values are compared by '=' and '!='")
        self._warn_of_state(function, arguments[0])
        return Typed("call", overload.result(types), self._node.span, function.name, arguments, self._unit(function, arguments))

    def _unit(self, function: Function, arguments: tuple[Typed, ...]) -> str | None:
        """The result's unit; warns where two units are compared or chosen from."""
        if function.name in _ALIKE:
            one, other = (arguments[index] for index in _ALIKE[function.name])
            about_units(other.span, one, other, self._report)
            if function.name == "IF":
                return unit_of("+", one, other)
        if function.name == "EVAL":
            return self._scope.datasets[str(arguments[0].value)].unit
        return arguments[0].unit if function.keeps_unit else None

    def _are_alike(self, function: Function, arguments: tuple[Typed, ...]) -> bool:
        """Two arguments that must be of one type: the sides of IF; entries and what they are compared with."""
        one, other = _ALIKE[function.name]
        left, right = arguments[one].type, arguments[other].type
        assert left is not None
        assert right is not None
        is_same = function.name != "IF" or (left.structure, left.key) == (right.structure, right.key)
        if _plain(left.kind) == _plain(right.kind) and is_same:
            if function.name == "IF" and left.kind != right.kind and left.structure != "Scalar":
                message = "Both sides of IF are of one type; take ::Value of the events."
                self._report.error("unlike-types", arguments[other].span, message)
                return False
            return True
        what = {
            "IF": "Both sides of IF",
            "POSITION": "The entries and the value of POSITION",
            "FILTER": "The entries and the threshold",
        }
        message = f"{what[function.name]} are of one type; here are {in_words(left)} and {in_words(right)}."
        written = str(arguments[other].value)
        is_quoted_number = _plain(left.kind) == "Number" and right == TEXT and is_number(written)
        hint, fix = (f"a number stands without quotes: {written}", written) if is_quoted_number else (None, None)
        self._report.error("unlike-types", arguments[other].span, message, hint, fix)
        return False

    def _warn_of_state(self, function: Function, argument: Typed) -> None:
        if function.name not in ("AVG", "SUM", "ABS", "ROUND") or argument.role != "dataset":
            return
        if self._scope.datasets[str(argument.value)].state:
            message = f"The values of ${argument.value} are ids of states: their {function.name} means nothing."
            self._report.warning("state-as-quantity", self._node.span, message, "compare the state by = or !=")


def _plain(kind: Kind) -> Kind:
    return "Number" if kind == "Event" else kind


def _counts(overload: Overload) -> range:
    most = len(overload.parameters)
    return range(most - sum(parameter.is_optional for parameter in overload.parameters), most + 1)


def _takes(overload: Overload, count: int) -> bool:
    return count in _counts(overload)


def fits(parameter: Parameter, of: Type) -> bool:
    """Whether a value of a type may be this argument."""
    if parameter.accepted != "value":
        return of == TEXT
    return of.structure in parameter.structures and of.kind in parameter.kinds


def _wanted(parameter: Parameter) -> Iterator[str]:
    """What may stand there, in words."""
    kinds: tuple[Kind, ...] = tuple(dict.fromkeys(_plain(kind) for kind in parameter.kinds))
    for structure in parameter.structures:
        if structure == "Scalar":
            yield " or ".join(ONE[kind] for kind in kinds[:3])
        else:
            what = "events" if parameter.kinds == ("Event",) else "values"
            yield {"Vector": f"a time series of {what}", "GroupedScalar": "groups of one value", "GroupedVector": "groups"}[
                structure
            ]
