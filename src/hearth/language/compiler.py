"""Compiler: typed tree -> one generated function.

Builds Python `ast` nodes from a closed list and compiles them; nothing of the author's text is executed as
such: it only appears as constants. Absence of a value is tested inline, `AND` and `OR` stop as soon as they
are decided and look at what is cheap first (three-valued logic gives the same in any order). What works on
many values calls `operations`. Invariant: the program gives what `reference.evaluate` gives.
"""

import ast
from collections.abc import Callable, Iterator
from typing import Any

from hearth.core.missing import Missing
from hearth.language import operations
from hearth.language.function_body import FunctionBody, Lazy, attr, call, is_, var
from hearth.language.moments import MOMENTS
from hearth.language.rendering import formatted, rendered
from hearth.language.typed import Checked, Typed
from hearth.language.types import Type
from hearth.language.values import Program

# Function name and structure of the first argument -> what computes it.
_PER_STRUCTURE: dict[tuple[str, str], str] = {
    ("DISTINCT", "Vector"): "distinct",
    ("DISTINCT", "GroupedScalar"): "distinct_groups",
    ("REVERSE", "Vector"): "reverse",
    ("REVERSE", "GroupedScalar"): "reverse_groups",
    ("SORT", "Vector"): "sort",
    ("SORT", "GroupedScalar"): "sort_groups",
    ("SORT", "GroupedVector"): "sort_grouped_vectors",
    ("FILTER", "Vector"): "filter_",
    ("FILTER", "GroupedScalar"): "filter_groups",
    ("FILTER", "GroupedVector"): "filter_grouped_vectors",
}
_AGGREGATES = {"AVG": "avg", "SUM": "sum_", "MIN": "min_", "MAX": "max_"}
_COMPARE: dict[str, type[ast.cmpop]] = {
    "<": ast.Lt,
    "<=": ast.LtE,
    "=": ast.Eq,
    "!=": ast.NotEq,
    ">=": ast.GtE,
    ">": ast.Gt,
}
_ARITHMETIC: dict[str, type[ast.operator]] = {"+": ast.Add, "-": ast.Sub, "*": ast.Mult, "/": ast.Div}
_COUNTER_FIELDS = {
    "StreakCounter": "streak_counter",
    "StreakHasBeenReset": "streak_has_been_reset",
    "DeliveredNotificationCounter": "delivered_counter",
}
_NAMESPACE: dict[str, Any] = {
    "Missing": Missing,
    "BY_ZERO": operations.BY_ZERO,
    **{name: getattr(operations, name) for name in dir(operations) if callable(getattr(operations, name)) and name[0].islower()},
    **MOMENTS,
    **{f"compare_{index}": operations.COMPARE[symbol] for index, symbol in enumerate(_COMPARE)},
    "abs": abs,
    "rendered": rendered,
    "formatted": formatted,
    "add": lambda left, right: left + right,
    "subtract": lambda left, right: left - right,
    "multiply": lambda left, right: left * right,
}


def compile_program(checked: Checked) -> Program:
    """Checked expression -> program. Raises ValueError when it has errors."""
    if checked.has_errors or checked.tree.type is None:
        raise ValueError("an expression with errors cannot be compiled; see its diagnostics")
    return _Compiler(checked).program()


class _Compiler:
    def __init__(self, checked: Checked) -> None:
        self._checked = checked
        self._body = FunctionBody()

    def program(self) -> Program:
        """The whole function."""
        tree = self._checked.tree
        if self._checked.place in ("message", "command"):
            result: ast.expr = self._text(tree)
        else:
            result = self._body.guarded(self._plain(tree))
        self._body.statements.append(ast.Return(result))
        arguments = ast.arguments(
            posonlyargs=[], args=[ast.arg("now"), ast.arg("w"), ast.arg("context")], kwonlyargs=[], kw_defaults=[], defaults=[]
        )
        function = ast.FunctionDef("run", arguments, self._body.statements, [])
        module = ast.fix_missing_locations(ast.Module([function], []))
        namespace = dict(_NAMESPACE)
        exec(compile(module, "<expression>", "exec"), namespace)  # noqa: S102 - nodes of our own making
        return Program(
            datasets=tuple(self._body.datasets),
            needs={name: frozenset(needs) for name, needs in self._body.needs.items()},
            evaluated_elsewhere=frozenset(
                str(each.children[0].value) for each in _nodes(tree) if each.role == "call" and each.value == "EVAL"
            ),
            uses=frozenset(str(each.value) for each in _nodes(tree) if each.role in ("word", "call")),
            source=ast.unparse(module),
            run=namespace["run"],
        )

    # Values

    def _plain(self, node: Typed) -> Lazy:
        """The value; for one event, its number."""
        if node.type is None or node.type.structure != "Scalar" or node.type.kind != "Event":
            return self._value(node)
        if node.role == "dataset":
            return self._body.window(str(node.value), "last_value")
        if node.role == "attribute" and node.value == "Last" and node.children[0].role == "dataset":
            return self._body.window(str(node.children[0].value), "last_value")
        return self._body.strict(lambda event: attr(event, "value"), self._body.settled(self._value(node)))

    def _value(self, node: Typed) -> Lazy:
        match node.role:
            case "constant":
                return Lazy(ast.Constant(node.value))
            case "dataset":
                assert node.type is not None
                return self._body.window(str(node.value), "last" if node.type.is_scalar else "events")
            case "word":
                return self._word(str(node.value))
            case "attribute":
                return self._attribute(node)
            case "call":
                return self._function(node)
            case "minus" | "not":
                return self._one_sided(node)
            case "operator":
                return self._chain(node)
            case "join":
                return Lazy(var(self._body.assign(self._text(node))))
            case "format":
                return self._format(node)
        return self._logic(node)

    def _word(self, name: str) -> Lazy:
        if name == "now":
            return Lazy(var("now"))
        if name in MOMENTS:
            return Lazy(var(self._body.assign(call(name, var("now"), attr(var("context"), "zone")))))
        if name in _COUNTER_FIELDS:
            return Lazy(var(self._body.assign(attr(var("context"), _COUNTER_FIELDS[name]))))
        return Lazy(ast.Constant(name))  # a building or notification: equal to itself

    def _one_sided(self, node: Typed) -> Lazy:
        operand = node.children[0]
        of = operand.type
        assert of is not None
        if of.is_scalar:
            operator = ast.USub() if node.role == "minus" else ast.Not()
            return self._body.strict(lambda value: ast.UnaryOp(operator, value), self._plain(operand))
        return self._each(of, var("negated" if node.role == "minus" else "not_"), self._value(operand))

    def _each(self, of: Type, compute: ast.expr, operand: Lazy) -> Lazy:
        """A computation per value of a vector or of groups."""
        if of.structure == "Vector":
            return self._body.strict(lambda value: call("per_entry", compute, value), operand)
        if of.structure == "GroupedScalar":
            return self._body.strict(lambda value: call("per_scalar", compute, value), operand)
        within = ast.Lambda(_one_argument("v"), call("per_entry", compute, var("v")))
        return self._body.strict(lambda value: call("per_group", within, value), operand)

    # Operators

    def _chain(self, node: Typed) -> Lazy:
        operations_: list[Typed] = []
        while node.role == "operator":
            operations_.append(node)
            node = node.children[0]
        left, left_node = None, node
        for operation in reversed(operations_):
            right_node = operation.children[1]
            if left is None:
                left = self._plain(left_node)
            left = self._two_sided(operation, left, self._plain(right_node))
        assert left is not None
        return left

    def _two_sided(self, node: Typed, left: Lazy, right: Lazy) -> Lazy:
        symbol = str(node.value)
        sides = tuple(child.type for child in node.children)
        assert sides[0] is not None
        assert sides[1] is not None
        if not (sides[0].is_scalar and sides[1].is_scalar):
            return self._grouped(_operation(symbol), sides[0], sides[1], left, right)
        if symbol in _COMPARE:
            return self._body.strict(lambda a, b: ast.Compare(a, [_COMPARE[symbol]()], [b]), left, right)
        divides_safely = isinstance(right.expression, ast.Constant) and bool(right.expression.value)
        if symbol == "/" and not divides_safely:
            return self._body.strict(self._divided, left, right, may_be_missing=True)
        if symbol == "%":
            return self._body.strict(lambda a, b: call("remainder", a, b), left, right, may_be_missing=True)
        return self._body.strict(lambda a, b: ast.BinOp(a, _ARITHMETIC[symbol](), b), left, right)

    def _divided(self, left: ast.expr, right: ast.expr) -> ast.expr:
        """`operations.divide`, written out: a call of it would cost more than the rest of most conditions."""
        divisor = self._body.new_name()
        held = ast.NamedExpr(ast.Name(divisor, ast.Store()), right)
        return ast.IfExp(held, ast.BinOp(left, ast.Div(), var(divisor)), var("BY_ZERO"))

    def _grouped(self, compute: ast.expr, left_of: Type, right_of: Type, left: Lazy, right: Lazy, logic: bool = False) -> Lazy:
        """Groups with groups or a scalar; a scalar without a value makes each group's value missing, not the whole."""
        name = "joined" if left_of.is_grouped and right_of.is_grouped else "with_scalar" if left_of.is_grouped else "scalar_with"
        more = (ast.Constant(False),) if logic else ()
        left, right = self._body.settled(left), self._body.settled(right)
        guards = (*(left.guards if left_of.is_grouped else ()), *(right.guards if right_of.is_grouped else ()))
        return self._body.settled(Lazy(call(name, compute, left.expression, right.expression, *more), guards))

    def _logic(self, node: Typed) -> Lazy:
        is_and = node.role == "and"
        sides = [child.type for child in node.children]
        assert sides[0] is not None
        assert sides[1] is not None
        if not (sides[0].is_scalar and sides[1].is_scalar):
            left, right = (self._value(child) for child in node.children)
            return self._grouped(var("both" if is_and else "either"), sides[0], sides[1], left, right, logic=True)
        terms = _terms(node)
        first = self._term(terms[0], is_and)
        if len(terms) == 1:
            return first
        result = self._body.assign(self._body.guarded(first))
        may_be_missing = bool(first.guards)
        for term in terms[1:]:
            may_be_missing = self._further_term(term, result, is_and, may_be_missing)
        return Lazy(var(result), (result,) if may_be_missing else ())

    def _term(self, term: list[Typed], is_and: bool) -> Lazy:
        """A term, or comparisons of one single value, which are all missing or none."""
        lazies = [self._value(each) for each in term]
        if len(lazies) == 1:
            return lazies[0]
        together = ast.BoolOp(ast.And() if is_and else ast.Or(), [each.expression for each in lazies])
        return Lazy(together, lazies[0].guards, 2)

    def _further_term(self, term: list[Typed], result: str, is_and: bool, may_be_missing: bool) -> bool:
        """`result` joined with a term, which is computed only while the result is open."""
        term_may_be_missing = False

        def compute() -> None:
            nonlocal term_may_be_missing
            lazy = self._term(term, is_and)
            term_may_be_missing = bool(lazy.guards)
            if not may_be_missing:
                self._body.assign(self._body.guarded(lazy), result)
                return
            is_local = bool(lazy.guards) or isinstance(lazy.expression, ast.Name)
            value = self._body.held(lazy) if is_local else self._body.assign(lazy.expression)
            # While the result is open it is mostly a value, not missing: that is asked first.
            decides = ast.BoolOp(ast.Or(), [is_(result, is_and), is_(value, not is_and)])
            self._body.branch(decides, lambda: (self._body.assign(var(value), result), None)[1])

        self._body.branch(is_(result, not is_and, negated=True), compute)
        return may_be_missing or term_may_be_missing

    # Text

    def _text(self, node: Typed) -> ast.expr:
        """A text in any case: an en dash for no value."""
        parts: list[Typed] = []
        while node.role == "join":
            parts.append(node.children[1])
            node = node.children[0]
        parts.append(node)
        texts = [self._part(part) for part in reversed(parts)]
        if len(texts) == 1:
            return texts[0]
        return ast.Call(attr(ast.Constant(""), "join"), [ast.Tuple(texts, ast.Load())], [])

    def _part(self, node: Typed) -> ast.expr:
        if node.role == "constant" and isinstance(node.value, str):
            return ast.Constant(node.value)
        if node.role == "join":
            return var(self._body.assign(self._text(node)))
        assert node.type is not None
        value = var(self._body.held(self._plain(node)))
        return var(self._body.assign(call("rendered", value, *_type_arguments(node.type), ast.Constant(None), var("context"))))

    def _format(self, node: Typed) -> Lazy:
        what, pattern = node.children
        assert what.type is not None
        of = _type_arguments(what.type)
        return self._body.settled(
            self._body.strict(
                lambda value, text: call("formatted", value, text, *of, var("context")),
                self._plain(what),
                self._value(pattern),
            )
        )

    # Attributes

    def _attribute(self, node: Typed) -> Lazy:
        target, name = node.children[0], str(node.value)
        of = target.type
        assert of is not None
        if of.kind in ("Building", "DeliveredNotification"):
            function = "building_attribute" if of.kind == "Building" else "delivered_attribute"
            held = self._body.assign(call(function, var("context"), ast.Constant(name)))
            return Lazy(var(held), (held,))
        if name in ("First", "Last"):
            return self._end(node, target, name)
        if of.kind == "Event":
            if name == "Value" and of.is_scalar:
                return self._plain(target)
            return self._event_attribute(of, target, name)
        # A grouped scalar's values, or its devices.
        field = {"Value": "entries", "DeviceId": "keys", "DeviceName": "names"}[name]
        return self._body.strict(lambda groups: attr(groups, field), self._value(target))

    def _end(self, node: Typed, target: Typed, name: str) -> Lazy:
        assert target.type is not None
        if name == "Last" and target.role == "dataset":
            return self._body.window(str(target.value), "last")
        if target.type.structure == "Vector":
            return self._body.computed(name.lower(), self._value(target), may_be_missing=True)
        return self._body.strict(lambda groups: call("per_group", var(name.lower()), groups), self._value(target))

    def _event_attribute(self, of: Type, target: Typed, name: str) -> Lazy:
        value = self._value(target)
        if of.is_scalar:
            fields = {"DeviceId": "device_id", "DeviceName": "device_name", "Timestamp": "time_ms"}
            if name in fields:
                return self._body.strict(lambda event: attr(event, fields[name]), self._body.settled(value))
            return self._body.computed("forecast_of", value, may_be_missing=True)
        more = ast.Constant(name)
        if of.structure == "Vector":
            return self._body.strict(lambda events: call("column", events, more), value)
        if of.structure == "GroupedScalar":
            return self._body.strict(lambda groups: call("attribute_of_groups", groups, more), value)
        return self._body.strict(lambda groups: call("per_group", var("column"), groups, more), value)

    # Functions

    def _function(self, node: Typed) -> Lazy:
        name, arguments = str(node.value), node.children
        first = arguments[0]
        of = first.type
        assert of is not None
        if name in _AGGREGATES:
            return self._aggregate(name, first, of)
        match name:
            case "COUNT":
                return self._counted(first, of)
            case "IF":
                return self._choice(node)
            case "EVAL":
                words = (ast.Constant(each.value) for each in arguments)
                held = self._body.assign(call("eval_", var("now"), var("context"), *words))
                return Lazy(var(held), (held,))
            case "ABS" | "ROUND":
                return self._per_value(name, arguments, of)
        if name in ("DISTINCT", "REVERSE"):
            if of.is_scalar:
                return self._value(first)
            if of.structure == "GroupedVector":
                within = var("distinct" if name == "DISTINCT" else "reverse")
                return self._body.strict(lambda groups: call("per_group", within, groups), self._value(first))
        values = [self._value(first), *(self._plain(each) for each in arguments[1:])]
        if name == "SUBSET":
            return self._body.computed(_subset(arguments), *values, may_be_missing=True)
        if name == "POSITION":
            return self._body.computed("position", *values, may_be_missing=True)
        if name == "GROUP_BY_TIME":
            if len(values) == 2:
                return self._body.computed("group_by_time", *values, may_be_missing=True)
            zone = attr(var("context"), "zone")
            return self._body.computed("group_from_anchor", *values, more=(zone,), may_be_missing=True)
        if name == "GROUP_BY_DEVICE":
            return self._body.computed("group_by_device", *values)
        return self._body.computed(_PER_STRUCTURE[name, of.structure], *values)

    def _aggregate(self, name: str, first: Typed, of: Type) -> Lazy:
        if of.is_scalar:
            return self._plain(first)
        if first.role == "dataset":
            return self._body.window(str(first.value), name.lower())
        if of.structure == "GroupedVector":
            return self._body.strict(lambda groups: call("per_group", var(_AGGREGATES[name]), groups), self._value(first))
        value = self._value(first)
        if of.structure == "GroupedScalar":
            if of.kind == "Event":
                value = self._body.strict(lambda groups: call("attribute_of_groups", groups, ast.Constant("Value")), value)
            value = self._body.strict(lambda groups: attr(groups, "entries"), value)
        return self._body.computed(_AGGREGATES[name], value, may_be_missing=True)

    def _counted(self, first: Typed, of: Type) -> Lazy:
        if first.role == "dataset":
            return self._body.window(str(first.value), "count")
        value = self._value(first)
        if of.is_grouped:
            value = self._body.strict(lambda groups: attr(groups, "keys"), value)
        return self._body.strict(lambda entries: call("len", entries), value)

    def _per_value(self, name: str, arguments: tuple[Typed, ...], of: Type) -> Lazy:
        function = "abs" if name == "ABS" else "rounded"
        if of.is_scalar:
            values = [self._plain(argument) for argument in arguments]
            return self._body.computed(function, *values, may_be_missing=name == "ROUND")
        value = self._value(arguments[0])
        if len(arguments) == 1:
            return self._each(of, var(function), value)
        digits = self._body.settled(self._plain(arguments[1]))
        within = ast.Lambda(_one_argument("x"), call(function, var("x"), digits.expression))
        each = self._each(of, within, value)
        return self._body.settled(Lazy(each.expression, (*digits.guards, *each.guards), each.depth))

    def _choice(self, node: Typed) -> Lazy:
        condition = self._body.held(self._value(node.children[0]))
        result = self._body.assign(var(condition))

        def chosen(side: Typed) -> Callable[[], None]:
            def fill() -> None:
                assert node.type is not None
                lazy = self._value(side) if node.type.kind == "Event" else self._plain(side)
                self._body.assign(self._body.guarded(lazy), result)

            return fill

        self._body.branch(is_(condition, True), chosen(node.children[1]))
        self._body.branch(is_(condition, False), chosen(node.children[2]))
        return Lazy(var(result), (result,))


def _one_argument(name: str) -> ast.arguments:
    return ast.arguments(posonlyargs=[], args=[ast.arg(name)], kwonlyargs=[], kw_defaults=[], defaults=[])


def _type_arguments(of: Type) -> tuple[ast.expr, ...]:
    return ast.Constant(of.structure), ast.Constant(of.kind), ast.Constant(of.key == "Time")


def _operation(symbol: str) -> ast.expr:
    if symbol in _COMPARE:
        return var(f"compare_{list(_COMPARE).index(symbol)}")
    return var({"+": "add", "-": "subtract", "*": "multiply", "/": "divide", "%": "remainder"}[symbol])


def _nodes(tree: Typed) -> Iterator[Typed]:
    """The node and all below it."""
    waiting = [tree]
    while waiting:
        each = waiting.pop()
        yield each
        waiting.extend(each.children)


def _subset(arguments: tuple[Typed, ...]) -> str:
    second = arguments[1].type
    if second is not None and second.kind == "Time":
        return "subset_times"
    return "subset" if len(arguments) == 2 else "subset_positions"


def _flattened(node: Typed) -> list[Typed]:
    """The terms of nested ANDs (or ORs) of single values, in the order of the text."""
    terms: list[Typed] = []
    waiting = [node]
    while waiting:
        each = waiting.pop()
        if each.role == node.role:
            waiting.extend(reversed(each.children))
        else:
            terms.append(each)
    return terms


def _terms(node: Typed) -> list[list[Typed]]:
    """The terms of nested ANDs (or ORs), what is cheap first; neighbours that compare one single value are one term."""
    terms: list[list[Typed]] = []
    for term in sorted(_flattened(node), key=_reads_arrays):
        compared = _compared(term)
        if terms and compared is not None and compared == _compared(terms[-1][0]):
            terms[-1].append(term)
        else:
            terms.append([term])
    return terms


def _compared(node: Typed) -> str | None:
    """The single value dataset that a node does nothing but compare with a constant."""
    roles = {child.role: child.value for child in node.children}
    return str(roles["dataset"]) if node.value in _COMPARE and set(roles) == {"dataset", "constant"} else None


def _reads_arrays(node: Typed) -> bool:
    """Whether computing it looks at more than running aggregates."""
    waiting = [node]
    while waiting:
        each = waiting.pop()
        if each.role == "dataset" and each.type is not None and not each.type.is_scalar:
            return True
        is_direct = bool(each.children) and each.children[0].role == "dataset"
        if is_direct and (each.value in ("COUNT", *_AGGREGATES) or (each.role == "attribute" and each.value == "Last")):
            continue
        if each.role == "call" and each.value == "EVAL":
            return True
        waiting.extend(each.children)
    return False
