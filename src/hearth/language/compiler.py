"""Compiler: typed tree -> one generated function.

Builds Python `ast` nodes from a closed list and compiles them; nothing of the author's text is executed as
such: it only appears as constants. Absence of a value is tested inline, `AND` and `OR` stop as soon as they
are decided and look at what is cheap first (three-valued logic gives the same in any order). What works on
many values calls `operations`. Invariant: the program gives what `reference.evaluate` gives.
"""

import ast
from collections.abc import Callable
from typing import Any, NamedTuple

from hearth.core.missing import Missing
from hearth.language import operations
from hearth.language.moments import MOMENTS
from hearth.language.rendering import formatted, rendered
from hearth.language.typed import Checked, Typed
from hearth.language.types import Type
from hearth.language.values import Need, Program

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
_NEEDS: dict[str, tuple[Need, ...]] = {
    "avg": ("sum", "count"),
    "sum": ("sum",),
    "count": ("count",),
    "min": ("min",),
    "max": ("max",),
    "last": ("last",),
    "last_value": ("last",),
    "events": ("events",),
}
_NEVER_MISSING = ("sum", "count", "events")
_COMPARE: dict[str, type[ast.cmpop]] = {
    "<": ast.Lt,
    "<=": ast.LtE,
    "=": ast.Eq,
    "!=": ast.NotEq,
    ">=": ast.GtE,
    ">": ast.Gt,
}
_ARITHMETIC: dict[str, type[ast.operator]] = {"+": ast.Add, "-": ast.Sub, "*": ast.Mult, "/": ast.Div}
_WORD_FIELDS = {
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
_DEEPEST_EXPRESSION = 12


class _Lazy(NamedTuple):
    """An expression that holds when none of the named locals is Missing."""

    expression: ast.expr
    guards: tuple[str, ...] = ()
    depth: int = 0


def compile_program(checked: Checked) -> Program:
    """Checked expression -> program. Raises ValueError when it has errors."""
    if checked.has_errors or checked.tree.type is None:
        raise ValueError("an expression with errors cannot be compiled; see its diagnostics")
    return _Compiler(checked).program()


def _name(name: str) -> ast.expr:
    return ast.Name(name, ast.Load())


def _call(name: str, *arguments: ast.expr) -> ast.expr:
    return ast.Call(_name(name), list(arguments), [])


def _field(of: ast.expr, name: str) -> ast.expr:
    return ast.Attribute(of, name, ast.Load())


def _is_missing(name: str) -> ast.expr:
    return ast.Compare(_field(_name(name), "__class__"), [ast.Is()], [_name("Missing")])


def _is(name: str, constant: bool, negated: bool = False) -> ast.expr:
    return ast.Compare(_name(name), [ast.IsNot() if negated else ast.Is()], [ast.Constant(constant)])


class _Compiler:
    def __init__(self, checked: Checked) -> None:
        self._checked = checked
        self._datasets: list[str] = []
        self._needs: dict[str, set[Need]] = {}
        self._read: dict[tuple[str, str], str] = {}
        self._statements: list[ast.stmt] = []
        self._count = 0

    def program(self) -> Program:
        """The whole function."""
        tree = self._checked.tree
        if self._checked.place in ("message", "command"):
            result: ast.expr = self._text(tree)
        else:
            result = self._guarded(self._plain(tree))
        self._statements.append(ast.Return(result))
        arguments = ast.arguments(
            posonlyargs=[], args=[ast.arg("now"), ast.arg("w"), ast.arg("context")], kwonlyargs=[], kw_defaults=[], defaults=[]
        )
        function = ast.FunctionDef("run", arguments, self._statements, [])
        module = ast.fix_missing_locations(ast.Module([function], []))
        namespace = dict(_NAMESPACE)
        exec(compile(module, "<expression>", "exec"), namespace)  # noqa: S102 - nodes of our own making
        return Program(
            datasets=tuple(self._datasets),
            needs={name: frozenset(needs) for name, needs in self._needs.items()},
            source=ast.unparse(module),
            run=namespace["run"],
        )

    # Statements

    def _assign(self, expression: ast.expr, name: str | None = None) -> str:
        if name is None:
            self._count += 1
            name = f"t{self._count}"
        self._statements.append(ast.Assign([ast.Name(name, ast.Store())], expression))
        return name

    def _if(self, test: ast.expr, body: Callable[[], None], otherwise: Callable[[], None] | None = None) -> None:
        outer, read = self._statements, self._read
        blocks: list[list[ast.stmt]] = []
        for fill in (body, otherwise):
            # What a block reads is at hand inside it alone.
            self._statements, self._read = [], dict(read)
            if fill is not None:
                fill()
            blocks.append(self._statements)
        self._statements, self._read = outer, read
        outer.append(ast.If(test, blocks[0], blocks[1]))

    def _guarded(self, lazy: _Lazy) -> ast.expr:
        expression = lazy.expression
        for guard in reversed(lazy.guards):
            if not (isinstance(expression, ast.Name) and expression.id == guard):
                expression = ast.IfExp(_is_missing(guard), _name(guard), expression)
        return expression

    def _held(self, lazy: _Lazy) -> str:
        """A local that holds the value, which may be Missing."""
        if isinstance(lazy.expression, ast.Name) and lazy.guards in ((), (lazy.expression.id,)):
            return lazy.expression.id
        return self._assign(self._guarded(lazy))

    def _settled(self, lazy: _Lazy) -> _Lazy:
        """The value in a local, with at most one guard."""
        name = self._held(lazy)
        return _Lazy(_name(name), (name,) if lazy.guards else ())

    def _strict(self, build: Callable[..., ast.expr], *operands: _Lazy, may_be_missing: bool = False) -> _Lazy:
        """A computation that has a value when all its operands have."""
        operands = tuple(self._settled(each) if each.depth >= _DEEPEST_EXPRESSION else each for each in operands)
        guards = tuple(dict.fromkeys(guard for operand in operands for guard in operand.guards))
        depth = max((operand.depth for operand in operands), default=0) + 1
        lazy = _Lazy(build(*(operand.expression for operand in operands)), guards, depth)
        if not may_be_missing:
            return self._settled(lazy) if len(guards) > _DEEPEST_EXPRESSION else lazy
        name = self._assign(self._guarded(lazy))
        return _Lazy(_name(name), (name,))

    def _computed(self, function: str, *operands: _Lazy, more: tuple[ast.expr, ...] = (), may_be_missing: bool = False) -> _Lazy:
        """A call of an operation, done once, here."""
        lazy = self._strict(lambda *values: _call(function, *values, *more), *operands, may_be_missing=may_be_missing)
        return lazy if may_be_missing else self._settled(lazy)

    # Windows

    def _window(self, dataset: str, method: str) -> _Lazy:
        """What a window says, asked once: it says the same for one instant."""
        if dataset not in self._datasets:
            self._datasets.append(dataset)
        self._needs.setdefault(dataset, set()).update(_NEEDS[method])
        name = self._read.get((dataset, method))
        if name is None:
            window = ast.Subscript(_name("w"), ast.Constant(self._datasets.index(dataset)), ast.Load())
            name = self._assign(ast.Call(_field(window, method), [_name("now")], []))
            self._read[dataset, method] = name
        return _Lazy(_name(name), () if method in _NEVER_MISSING else (name,))

    # Values

    def _plain(self, node: Typed) -> _Lazy:
        """The value; for one event, its number."""
        if node.type is None or node.type.structure != "Scalar" or node.type.kind != "Event":
            return self._value(node)
        if node.role == "dataset":
            return self._window(str(node.value), "last_value")
        if node.role == "attribute" and node.value == "Last" and node.children[0].role == "dataset":
            return self._window(str(node.children[0].value), "last_value")
        return self._strict(lambda event: _field(event, "value"), self._settled(self._value(node)))

    def _value(self, node: Typed) -> _Lazy:
        match node.role:
            case "constant":
                return _Lazy(ast.Constant(node.value))
            case "dataset":
                assert node.type is not None
                return self._window(str(node.value), "last" if node.type.is_scalar else "events")
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
                return _Lazy(_name(self._assign(self._text(node))))
            case "format":
                return self._format(node)
        return self._logic(node)

    def _word(self, name: str) -> _Lazy:
        if name == "now":
            return _Lazy(_name("now"))
        if name in MOMENTS:
            return _Lazy(_name(self._assign(_call(name, _name("now"), _field(_name("context"), "zone")))))
        if name in _WORD_FIELDS:
            return _Lazy(_name(self._assign(_field(_name("context"), _WORD_FIELDS[name]))))
        return _Lazy(ast.Constant(name))  # a building or notification: equal to itself

    def _one_sided(self, node: Typed) -> _Lazy:
        operand = node.children[0]
        of = operand.type
        assert of is not None
        if of.is_scalar:
            operator = ast.USub() if node.role == "minus" else ast.Not()
            return self._strict(lambda value: ast.UnaryOp(operator, value), self._plain(operand))
        return self._each(of, _name("negated" if node.role == "minus" else "not_"), self._value(operand))

    def _each(self, of: Type, compute: ast.expr, operand: _Lazy) -> _Lazy:
        """A computation per value of a vector or of groups."""
        if of.structure == "Vector":
            return self._strict(lambda value: _call("per_entry", compute, value), operand)
        if of.structure == "GroupedScalar":
            return self._strict(lambda value: _call("per_scalar", compute, value), operand)
        within = ast.Lambda(_one_argument("v"), _call("per_entry", compute, _name("v")))
        return self._strict(lambda value: _call("per_group", within, value), operand)

    # Operators

    def _chain(self, node: Typed) -> _Lazy:
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

    def _two_sided(self, node: Typed, left: _Lazy, right: _Lazy) -> _Lazy:
        symbol = str(node.value)
        sides = tuple(child.type for child in node.children)
        assert sides[0] is not None
        assert sides[1] is not None
        if not (sides[0].is_scalar and sides[1].is_scalar):
            return self._grouped(_operation(symbol), sides[0], sides[1], left, right)
        if symbol in _COMPARE:
            return self._strict(lambda a, b: ast.Compare(a, [_COMPARE[symbol]()], [b]), left, right)
        divides_safely = isinstance(right.expression, ast.Constant) and bool(right.expression.value)
        if symbol == "/" and not divides_safely:
            return self._strict(self._divided, left, right, may_be_missing=True)
        if symbol == "%":
            return self._strict(lambda a, b: _call("remainder", a, b), left, right, may_be_missing=True)
        return self._strict(lambda a, b: ast.BinOp(a, _ARITHMETIC[symbol](), b), left, right)

    def _divided(self, left: ast.expr, right: ast.expr) -> ast.expr:
        """`operations.divide`, written out: a call of it would cost more than the rest of most conditions."""
        self._count += 1
        divisor = f"t{self._count}"
        held = ast.NamedExpr(ast.Name(divisor, ast.Store()), right)
        return ast.IfExp(held, ast.BinOp(left, ast.Div(), _name(divisor)), _name("BY_ZERO"))

    def _grouped(self, compute: ast.expr, left_of: Type, right_of: Type, left: _Lazy, right: _Lazy, logic: bool = False) -> _Lazy:
        """Groups with groups or a scalar; a scalar without a value makes each group's value missing, not the whole."""
        name = "joined" if left_of.is_grouped and right_of.is_grouped else "with_scalar" if left_of.is_grouped else "scalar_with"
        more = (ast.Constant(False),) if logic else ()
        left, right = self._settled(left), self._settled(right)
        guards = (*(left.guards if left_of.is_grouped else ()), *(right.guards if right_of.is_grouped else ()))
        return self._settled(_Lazy(_call(name, compute, left.expression, right.expression, *more), guards))

    def _logic(self, node: Typed) -> _Lazy:
        is_and = node.role == "and"
        sides = [child.type for child in node.children]
        assert sides[0] is not None
        assert sides[1] is not None
        if not (sides[0].is_scalar and sides[1].is_scalar):
            left, right = (self._value(child) for child in node.children)
            return self._grouped(_name("both" if is_and else "either"), sides[0], sides[1], left, right, logic=True)
        terms = _terms(node)
        first = self._term(terms[0], is_and)
        if len(terms) == 1:
            return first
        result = self._assign(self._guarded(first))
        may_be_missing = bool(first.guards)
        for term in terms[1:]:
            may_be_missing = self._further_term(term, result, is_and, may_be_missing)
        return _Lazy(_name(result), (result,) if may_be_missing else ())

    def _term(self, term: list[Typed], is_and: bool) -> _Lazy:
        """A term, or comparisons of one single value, which are all missing or none."""
        lazies = [self._value(each) for each in term]
        if len(lazies) == 1:
            return lazies[0]
        together = ast.BoolOp(ast.And() if is_and else ast.Or(), [each.expression for each in lazies])
        return _Lazy(together, lazies[0].guards, 2)

    def _further_term(self, term: list[Typed], result: str, is_and: bool, may_be_missing: bool) -> bool:
        """`result` joined with a term, which is computed only while the result is open."""
        term_may_be_missing = False

        def compute() -> None:
            nonlocal term_may_be_missing
            lazy = self._term(term, is_and)
            term_may_be_missing = bool(lazy.guards)
            if not may_be_missing:
                self._assign(self._guarded(lazy), result)
                return
            value = self._held(lazy) if lazy.guards or isinstance(lazy.expression, ast.Name) else self._assign(lazy.expression)
            # While the result is open it is mostly a value, not missing: that is asked first.
            decides = ast.BoolOp(ast.Or(), [_is(result, is_and), _is(value, not is_and)])
            self._if(decides, lambda: (self._assign(_name(value), result), None)[1])

        self._if(_is(result, not is_and, negated=True), compute)
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
        return ast.Call(_field(ast.Constant(""), "join"), [ast.Tuple(texts, ast.Load())], [])

    def _part(self, node: Typed) -> ast.expr:
        if node.role == "constant" and isinstance(node.value, str):
            return ast.Constant(node.value)
        if node.role == "join":
            return _name(self._assign(self._text(node)))
        assert node.type is not None
        value = _name(self._held(self._plain(node)))
        return _name(self._assign(_call("rendered", value, *_type_arguments(node.type), ast.Constant(None), _name("context"))))

    def _format(self, node: Typed) -> _Lazy:
        what, pattern = node.children
        assert what.type is not None
        of = _type_arguments(what.type)
        return self._settled(
            self._strict(
                lambda value, text: _call("formatted", value, text, *of, _name("context")),
                self._plain(what),
                self._value(pattern),
            )
        )

    # Attributes

    def _attribute(self, node: Typed) -> _Lazy:
        target, name = node.children[0], str(node.value)
        of = target.type
        assert of is not None
        if of.kind in ("Building", "DeliveredNotification"):
            function = "building_attribute" if of.kind == "Building" else "delivered_attribute"
            held = self._assign(_call(function, _name("context"), ast.Constant(name)))
            return _Lazy(_name(held), (held,))
        if name in ("First", "Last"):
            return self._end(node, target, name)
        if of.kind == "Event":
            if name == "Value" and of.is_scalar:
                return self._plain(target)
            return self._event_attribute(of, target, name)
        # A grouped scalar's values, or its devices.
        field = {"Value": "entries", "DeviceId": "keys", "DeviceName": "names"}[name]
        return self._strict(lambda groups: _field(groups, field), self._value(target))

    def _end(self, node: Typed, target: Typed, name: str) -> _Lazy:
        assert target.type is not None
        if name == "Last" and target.role == "dataset":
            return self._window(str(target.value), "last")
        if target.type.structure == "Vector":
            return self._computed(name.lower(), self._value(target), may_be_missing=True)
        return self._strict(lambda groups: _call("per_group", _name(name.lower()), groups), self._value(target))

    def _event_attribute(self, of: Type, target: Typed, name: str) -> _Lazy:
        value = self._value(target)
        if of.is_scalar:
            fields = {"DeviceId": "device_id", "DeviceName": "device_name", "Timestamp": "time_ms"}
            if name in fields:
                return self._strict(lambda event: _field(event, fields[name]), self._settled(value))
            return self._computed("forecast_of", value, may_be_missing=True)
        more = ast.Constant(name)
        if of.structure == "Vector":
            return self._strict(lambda events: _call("column", events, more), value)
        if of.structure == "GroupedScalar":
            return self._strict(lambda groups: _call("attribute_of_groups", groups, more), value)
        return self._strict(lambda groups: _call("per_group", _name("column"), groups, more), value)

    # Functions

    def _function(self, node: Typed) -> _Lazy:
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
                held = self._assign(_call("eval_", _name("context"), *(ast.Constant(each.value) for each in arguments)))
                return _Lazy(_name(held), (held,))
            case "ABS" | "ROUND":
                return self._per_value(name, arguments, of)
        if name in ("DISTINCT", "REVERSE"):
            if of.is_scalar:
                return self._value(first)
            if of.structure == "GroupedVector":
                within = _name("distinct" if name == "DISTINCT" else "reverse")
                return self._strict(lambda groups: _call("per_group", within, groups), self._value(first))
        values = [self._value(first), *(self._plain(each) for each in arguments[1:])]
        if name == "SUBSET":
            return self._computed(_subset(arguments), *values, may_be_missing=True)
        if name == "POSITION":
            return self._computed("position", *values, may_be_missing=True)
        if name == "GROUP_BY_TIME":
            if len(values) == 2:
                return self._computed("group_by_time", *values, may_be_missing=True)
            zone = _field(_name("context"), "zone")
            return self._computed("group_from_anchor", *values, more=(zone,), may_be_missing=True)
        if name == "GROUP_BY_DEVICE":
            return self._computed("group_by_device", *values)
        return self._computed(_PER_STRUCTURE[name, of.structure], *values)

    def _aggregate(self, name: str, first: Typed, of: Type) -> _Lazy:
        if of.is_scalar:
            return self._plain(first)
        if first.role == "dataset":
            return self._window(str(first.value), name.lower())
        if of.structure == "GroupedVector":
            return self._strict(lambda groups: _call("per_group", _name(_AGGREGATES[name]), groups), self._value(first))
        value = self._value(first)
        if of.structure == "GroupedScalar":
            if of.kind == "Event":
                value = self._strict(lambda groups: _call("attribute_of_groups", groups, ast.Constant("Value")), value)
            value = self._strict(lambda groups: _field(groups, "entries"), value)
        return self._computed(_AGGREGATES[name], value, may_be_missing=True)

    def _counted(self, first: Typed, of: Type) -> _Lazy:
        if first.role == "dataset":
            return self._window(str(first.value), "count")
        value = self._value(first)
        if of.is_grouped:
            value = self._strict(lambda groups: _field(groups, "keys"), value)
        return self._strict(lambda entries: _call("len", entries), value)

    def _per_value(self, name: str, arguments: tuple[Typed, ...], of: Type) -> _Lazy:
        function = "abs" if name == "ABS" else "rounded"
        if of.is_scalar:
            values = [self._plain(argument) for argument in arguments]
            return self._computed(function, *values, may_be_missing=name == "ROUND")
        value = self._value(arguments[0])
        if len(arguments) == 1:
            return self._each(of, _name(function), value)
        digits = self._settled(self._plain(arguments[1]))
        within = ast.Lambda(_one_argument("x"), _call(function, _name("x"), digits.expression))
        each = self._each(of, within, value)
        return self._settled(_Lazy(each.expression, (*digits.guards, *each.guards), each.depth))

    def _choice(self, node: Typed) -> _Lazy:
        condition = self._held(self._value(node.children[0]))
        result = self._assign(_name(condition))

        def chosen(side: Typed) -> Callable[[], None]:
            def fill() -> None:
                assert node.type is not None
                lazy = self._value(side) if node.type.kind == "Event" else self._plain(side)
                self._assign(self._guarded(lazy), result)

            return fill

        self._if(_is(condition, True), chosen(node.children[1]))
        self._if(_is(condition, False), chosen(node.children[2]))
        return _Lazy(_name(result), (result,))


def _one_argument(name: str) -> ast.arguments:
    return ast.arguments(posonlyargs=[], args=[ast.arg(name)], kwonlyargs=[], kw_defaults=[], defaults=[])


def _type_arguments(of: Type) -> tuple[ast.expr, ...]:
    return ast.Constant(of.structure), ast.Constant(of.kind), ast.Constant(of.key == "Time")


def _operation(symbol: str) -> ast.expr:
    if symbol in _COMPARE:
        return _name(f"compare_{list(_COMPARE).index(symbol)}")
    return _name({"+": "add", "-": "subtract", "*": "multiply", "/": "divide", "%": "remainder"}[symbol])


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
