"""Checker: syntax tree -> typed tree, with everything an author should know.

Chooses every overload, so that nothing is left to decide when the expression runs. Calls of functions are in
`calls`, what two sides of an operator may be is in the catalogue. Invariant: it never
raises, whatever the text; a part that is wrong has no type, and what is built on it is not reported again.
"""

from hearth.core.nearest import nearest
from hearth.language import advice
from hearth.language.calls import checked_call
from hearth.language.catalogue import (
    ARITHMETIC,
    ATTRIBUTES,
    COMPARABLE,
    FUNCTIONS,
    NUMERIC,
    SORT_ORDERS,
    VECTOR_ATTRIBUTES,
    WORDS,
)
from hearth.language.diagnostics import Report, Span
from hearth.language.lint import lint
from hearth.language.parser import parse
from hearth.language.patterns import PatternError, date_pattern, number_pattern, timespan_pattern
from hearth.language.printer import printed, quoted, shortened
from hearth.language.scope import Scope
from hearth.language.tokens import UNITS_MS
from hearth.language.tree import (
    COMPARISONS,
    Attribute,
    Binary,
    Broken,
    Call,
    Dataset,
    Node,
    Number,
    Text,
    Timespan,
    Unary,
    Word,
    spine,
)
from hearth.language.typed import Checked, Typed
from hearth.language.types import BOOLEAN, EVENT, NUMBER, TEXT, TIMESPAN, Kind, Type, in_words, vector
from hearth.language.units import unit_of

_LARGEST = 1e300


def check(text: str, scope: Scope) -> Checked:
    """Text -> what it means and what is wrong with it. Never raises, whatever the text."""
    report = Report(text)
    syntax = parse(text, report)
    is_readable = not report.has_errors
    tree = _Checker(report, scope).typed(syntax)
    if is_readable:
        advice.about_place(tree, text, scope.place, report)
    if not report.has_errors:
        lint(tree, text, scope, report)
    return Checked(
        text=text,
        tree=tree,
        type=str(tree.type) if tree.type is not None else None,
        diagnostics=report.diagnostics,
        place=scope.place,
        datasets=dict(scope.datasets),
    )


def typed(node: Node, scope: Scope) -> Typed:
    """What a part of an expression means, whatever stands around it."""
    return _Checker(Report(""), scope).typed(node)


def plain(kind: Kind) -> Kind:
    """An event stands for its value."""
    return "Number" if kind == "Event" else kind


class _Checker:
    def __init__(self, report: Report, scope: Scope) -> None:
        self._report = report
        self._scope = scope

    def typed(self, node: Node) -> Typed:
        """The typed form of a node."""
        match node:
            case Number():
                return self._constant_number(node)
            case Timespan(text, unit, span):
                value = float(text) * UNITS_MS[unit]
                if value > _LARGEST:
                    self._report.error("number-too-large", span, "This timespan is too large.")
                    return _broken(span)
                return Typed("constant", TIMESPAN, span, int(value) if value.is_integer() else value)
            case Text(value, span):
                return Typed("constant", TEXT, span, value)
            case Word():
                return self._word(node)
            case Dataset():
                return self._dataset(node)
            case Attribute():
                return self._attribute(node)
            case Call():
                return checked_call(node, self.typed, self._scope, self._report)
            case Unary():
                return self._unary(node)
            case Binary():
                return self._chain(node)
            case Broken(span, parts):
                for part in parts:
                    self.typed(part)
                return _broken(span)

    def _constant_number(self, node: Number) -> Typed:
        value = float(node.text)
        if value > _LARGEST:
            self._report.error("number-too-large", node.span, "This number is too large.")
            return _broken(node.span)
        return Typed("constant", NUMBER, node.span, value)

    def _word(self, node: Word) -> Typed:
        word = WORDS.get(node.name)
        if word is None:
            return self._bare(node)
        if node.name.startswith("Streak") and not self._scope.has_streak:
            message = f"`{node.name}` needs the streak feature, which is off in this rule."
            self._report.error("needs-streak", node.span, message, "switch the streak on, or leave it out")
        if node.name == "DeliveredNotification" and self._scope.place != "goal":
            message = "`DeliveredNotification` is known in the goal-achieved condition only."
            self._report.error("needs-goal", node.span, message)
        if node.name in ("true", "false"):
            return Typed("constant", BOOLEAN, node.span, node.name == "true")
        return Typed("word", word.type, node.span, node.name)

    def _bare(self, node: Word) -> Typed:
        by_folded = {name.casefold(): name for name in (*WORDS, *SORT_ORDERS)}
        meant = by_folded.get(node.name.casefold())
        if meant is not None and meant != node.name:
            self._report.error("wrong-case", node.span, f"Write `{meant}`: capital and small letters matter.", fix=meant)
            return self.typed(Word(meant, node.span)) if meant in WORDS else _broken(node.span)
        if node.name in self._scope.datasets:
            hint, fix = f"did you mean ${node.name}?", f"${node.name}"
        elif node.name in FUNCTIONS:
            hint, fix = f"did you mean {node.name}(…)?", quoted(node.name)
        else:
            near = nearest(node.name, WORDS) if len(node.name) > 3 else None
            fix = quoted(node.name)
            hint = f"did you mean {near}? Otherwise write {fix}" if near else f"write {fix}"
        self._report.warning("unquoted-text", node.span, f"`{node.name}` is read as a text, without quotes.", hint, fix)
        return Typed("constant", TEXT, node.span, node.name)

    def _dataset(self, node: Dataset) -> Typed:
        info = self._scope.datasets.get(node.name)
        if info is None:
            near = nearest(node.name, self._scope.datasets)
            known = ", ".join(f"${name}" for name in self._scope.datasets) or "none"
            hint = f"did you mean ${near}?" if near else f"datasets of this rule: {known}"
            message = f"There is no dataset ${node.name} in this rule."
            self._report.error("undefined-dataset", node.span, message, hint, f"${near}" if near else None)
            return _broken(node.span)
        of = EVENT if info.kind == "SINGLE_VALUE" else vector("Event")
        return Typed("dataset", of, node.span, node.name, unit=info.unit)

    def _attribute(self, node: Attribute) -> Typed:
        target = self.typed(node.target)
        if target.type is None:
            return _broken(node.span)
        found = _attribute_type(target.type, node.name)
        if found is None:
            self._unknown_attribute(node, target.type)
            return _broken(node.span)
        if node.name == "Unit" and target.type.kind in NUMERIC:
            return self._unit(node, target)
        keeps_unit = node.name in ("Value", "First", "Last")
        return Typed("attribute", found, node.span, node.name, (target,), target.unit if keeps_unit else None)

    def _unit(self, node: Attribute, target: Typed) -> Typed:
        """`::Unit` is known before anything runs: a constant."""
        if target.unit is not None:
            return Typed("constant", TEXT, node.span, target.unit)
        message = f"The unit of `{shortened(node.target)}` is not known."
        hint = "values of different event types, ids and numbers computed from different units have none; write it as a text"
        self._report.error("unit-not-known", node.name_span, message, hint)
        return _broken(node.span)

    def _unknown_attribute(self, node: Attribute, of: Type) -> None:
        if self._is_meant(node.target):
            return
        known = attributes_of(of)
        if node.name == "All" and of.kind == "Building":
            message = "`Building::All` stands only as the second argument of EVAL."
            self._report.error("unknown-attribute", node.name_span, message)
            return
        near = nearest(node.name, known)
        message = f"{in_words(of)[0].upper()}{in_words(of)[1:]} (`{printed(node.target)}`) has no `::{node.name}`."
        listed = ", ".join(f"::{name}" for name in known)
        hint = f"did you mean ::{near}?" if near else (f"known are {listed}" if known else "it has no attributes")
        self._report.error("unknown-attribute", node.name_span, message, hint, near)

    def _unary(self, node: Unary) -> Typed:
        operand = self.typed(node.operand)
        if operand.type is None:
            return _broken(node.span)
        kind = operand.type.kind
        if node.operator == "NOT":
            if kind != "Boolean":
                self._needs_yes_no("NOT", "what follows", operand, node.operand)
                return _broken(node.span)
            return Typed("not", operand.type, node.span, None, (operand,))
        if kind in NUMERIC or operand.type == TIMESPAN:
            return Typed("minus", operand.type.of(plain(kind)), node.span, None, (operand,), operand.unit)
        if self._is_meant(node.operand):
            return _broken(node.span)
        message = f"`-` needs a number; `{shortened(node.operand)}` is {in_words(operand.type)}."
        self._report.error("operand-type", operand.span, message)
        return _broken(node.span)

    def _chain(self, node: Binary) -> Typed:
        first, operations = spine(node)
        left = self.typed(first)
        for operation in operations:
            left = self._binary(operation, left, self.typed(operation.right))
        return left

    def _binary(self, node: Binary, left: Typed, right: Typed) -> Typed:
        if left.type is None or right.type is None:
            return _broken(node.span)
        if node.operator == "|":
            return self._format(node, left, right)
        if node.operator == "+" and "Text" in (left.type.kind, right.type.kind):
            return self._join(node, left, right)
        if node.operator in ("AND", "OR"):
            kind: Kind | None = self._logic(node, left, right)
        elif node.operator in COMPARISONS:
            kind = self._comparison(node, left, right)
        else:
            kind = self._arithmetic(node, left, right)
        if kind is None:
            return _broken(node.span)
        structure = self._structure(node, left, right)
        if structure is None:
            return _broken(node.span)
        if node.operator in ("AND", "OR"):
            role = "and" if node.operator == "AND" else "or"
            return Typed("and" if role == "and" else "or", structure.of("Boolean"), node.span, None, (left, right))
        if node.operator in COMPARISONS or node.operator in "+-":
            advice.about_units(node.span, left, right, self._report)
        unit = None if node.operator in COMPARISONS else unit_of(node.operator, left, right)
        return Typed("operator", structure.of(kind), node.span, node.operator, (left, right), unit)

    def _structure(self, node: Binary, left: Typed, right: Typed) -> Type | None:
        """How the two sides go together: scalars, or a scalar with each group, or groups by equal keys."""
        assert left.type is not None
        assert right.type is not None
        for side, syntax in ((left, node.left), (right, node.right)):
            assert side.type is not None
            if side.type.structure in ("Vector", "GroupedVector"):
                advice.vector_operand(node.operator, side, syntax, self._report)
                return None
        if left.type.key and right.type.key and left.type.key != right.type.key:
            message = f"`{node.operator}` joins groups of equal keys; here are {in_words(left.type)} and {in_words(right.type)}."
            self._report.error("keys-differ", node.span, message)
            return None
        return left.type if left.type.key else right.type

    def _logic(self, node: Binary, left: Typed, right: Typed) -> Kind | None:
        is_fine = True
        for side, syntax, word in ((left, node.left, "the left side"), (right, node.right, "the right side")):
            assert side.type is not None
            if side.type.kind != "Boolean":
                also = advice.compared_too(node, right) if side is right else None
                self._needs_yes_no(node.operator, word, side, syntax, also)
                is_fine = False
        return "Boolean" if is_fine else None

    def _needs_yes_no(self, operator: str, word: str, side: Typed, syntax: Node, meant: str | None = None) -> None:
        assert side.type is not None
        both = "on both sides" if operator != "NOT" else "after it"
        written = shortened(syntax)
        if self._is_meant(syntax):
            return
        message = f"`{operator}` needs yes/no {both}; {word} is {_in_plain_words(side.type)} (`{written}`)."
        hint = f"did you mean `{meant}`?" if meant else None
        if hint is None and plain(side.type.kind) in COMPARABLE:
            hint = advice.compare(written, side)
        self._report.error("needs-yes-no", side.span, message, hint, meant)

    def _comparison(self, node: Binary, left: Typed, right: Typed) -> Kind | None:
        assert left.type is not None
        assert right.type is not None
        kinds = plain(left.type.kind), plain(right.type.kind)
        sides = f"on the left stands {_in_plain_words(left.type)}, on the right {_in_plain_words(right.type)}"
        if kinds[0] != kinds[1]:
            self._unlike(node, left, right, f"`{node.operator}` compares two values of one type; {sides}.")
            return None
        if node.operator not in ("=", "!=") and kinds[0] not in COMPARABLE:
            message = f"`{node.operator}` compares numbers, times, timespans or texts; {sides}."
            self._report.error("operand-type", node.span, message, "values of other types are compared by = and !=")
            return None
        return "Boolean"

    def _unlike(self, node: Binary, left: Typed, right: Typed, message: str) -> None:
        """Two types are compared: tells what was probably meant, instead of what an unquoted word could have been."""
        for side, other, syntax in ((left, right, node.left), (right, left, node.right)):
            text = str(side.value) if side.role == "constant" and side.type == TEXT else None
            if text is None or (isinstance(syntax, Word) and syntax.name in self._scope.datasets):
                continue
            state = advice.state_meant(text, other, self._scope)
            if state is not None:
                self._report.withdraw("unquoted-text", syntax.span)
                self._report.error("state-as-text", syntax.span, *state)
                return
        if self._is_meant(node.left) | self._is_meant(node.right):
            return
        hint = advice.for_unlike(node, left, right)
        for syntax in (node.left, node.right):
            if isinstance(syntax, Word):
                self._report.withdraw("unquoted-text", syntax.span)
        self._report.error("unlike-types", node.span, message, hint, advice.fix_for_unlike(node, left, right))

    def _is_meant(self, syntax: Node) -> bool:
        return advice.word_meant(syntax, self._scope, self._report)

    def _arithmetic(self, node: Binary, left: Typed, right: Typed) -> Kind | None:
        assert left.type is not None
        assert right.type is not None
        kind = ARITHMETIC.get((node.operator, plain(left.type.kind), plain(right.type.kind)))
        if kind is None and not (self._is_meant(node.left) | self._is_meant(node.right)):
            sides = " and ".join(
                f"{_in_plain_words(side)} (`{shortened(syntax)}`)"
                for side, syntax in ((left.type, node.left), (right.type, node.right))
            )
            message = f"`{node.operator}` cannot be applied to {sides}."
            self._report.error("operand-type", node.span, message, *advice.for_arithmetic(node, left, right))
        return kind

    def _join(self, node: Binary, left: Typed, right: Typed) -> Typed:
        for side in (left, right):
            assert side.type is not None
            if side.type.kind in ("Building", "DeliveredNotification"):
                message = f"{in_words(side.type)[0].upper()}{in_words(side.type)[1:]} cannot be joined to a text."
                self._report.error("operand-type", side.span, message, "name one of its attributes, such as ::Id")
                return _broken(node.span)
        if isinstance(node.right, Binary) and node.right.operator == "|" and left.type and left.type.kind != "Text":
            advice.format_before_join(node, left, self._report)
        return Typed("join", TEXT, node.span, None, (left, right))

    def _format(self, node: Binary, left: Typed, right: Typed) -> Typed:
        assert left.type is not None
        assert right.type is not None
        if plain(left.type.kind) not in ("Number", "Time", "Timespan"):
            message = f"`|` formats numbers, times and timespans; `{shortened(node.left)}` is {in_words(left.type)}."
            self._report.error("operand-type", left.span, message)
            return _broken(node.span)
        if right.type != TEXT:
            message = f"After `|` stands a pattern, a text such as '#,##0.0'; here is {_in_plain_words(right.type)}."
            self._report.error("operand-type", right.span, message)
            return _broken(node.span)
        if right.role == "constant":
            self._pattern(plain(left.type.kind), str(right.value), right.span)
        return Typed("format", TEXT, node.span, None, (left, right))

    def _pattern(self, kind: Kind, pattern: str, span: Span) -> None:
        readers = {"Number": number_pattern, "Time": date_pattern, "Timespan": timespan_pattern}
        examples = {"Number": "#,##0.0", "Time": "HH:mm", "Timespan": "ADAPTIVE:WORD"}
        try:
            readers[kind](pattern)
        except PatternError as error:
            self._report.error("bad-pattern", span, f"This pattern cannot be read: {error}.", f"for instance '{examples[kind]}'")


def _broken(span: Span) -> Typed:
    return Typed("broken", None, span)


def _in_plain_words(of: Type) -> str:
    """A type in words, an event as the number it stands for."""
    return in_words(of.of(plain(of.kind)))


def _attribute_type(of: Type, name: str) -> Type | None:
    """The type of `::name`, or None when there is none."""
    entry = ATTRIBUTES.get((of.kind, name))
    if entry is not None and entry.name == "Unit":
        return TEXT
    if entry is not None:
        return Type("Vector", entry.result) if entry.structure == "Vector" else of.of(entry.result)
    if of.structure == "Vector" and name in VECTOR_ATTRIBUTES:
        return Type("Scalar", of.kind)
    if of.structure == "GroupedVector" and name in VECTOR_ATTRIBUTES:
        return Type("GroupedScalar", of.kind, of.key)
    if of.structure == "GroupedScalar" and name == "Value":
        return vector(of.kind)
    if of.structure == "GroupedScalar" and of.key == "Device" and name in ("DeviceId", "DeviceName"):
        return vector("Text")
    return None


def attribute_types(of: Type) -> dict[str, Type]:
    """The names that may follow `::`, and what they give."""
    names = (*(name for _, name in ATTRIBUTES), *VECTOR_ATTRIBUTES)
    found = {name: _attribute_type(of, name) for name in dict.fromkeys(names)}
    return {name: gives for name, gives in found.items() if gives is not None}


def attributes_of(of: Type) -> list[str]:
    """The names that may follow `::`."""
    return list(attribute_types(of))
