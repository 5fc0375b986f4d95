"""The body of a function that is being generated: statements, locals, and what it reads of windows.

Knows Python's `ast` and how the absence of a value is passed on; what is computed is the compiler's to say.
Invariant: a local is assigned before it is used, on every way through the function.
"""

import ast
from collections.abc import Callable
from typing import NamedTuple

from hearth.language.values import Need

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
_DEEPEST_EXPRESSION = 12


class Lazy(NamedTuple):
    """An expression that holds when none of the named locals is Missing."""

    expression: ast.expr
    guards: tuple[str, ...] = ()
    depth: int = 0


def var(name: str) -> ast.expr:
    """The value of a local or global of that name."""
    return ast.Name(name, ast.Load())


def call(name: str, *arguments: ast.expr) -> ast.expr:
    """A call of the function of that name."""
    return ast.Call(var(name), list(arguments), [])


def attr(of: ast.expr, name: str) -> ast.expr:
    """A field or method of a value."""
    return ast.Attribute(of, name, ast.Load())


def is_missing(name: str) -> ast.expr:
    """Whether a local holds no value."""
    return ast.Compare(attr(var(name), "__class__"), [ast.Is()], [var("Missing")])


def is_(name: str, constant: bool, negated: bool = False) -> ast.expr:
    """Whether a local is that truth value (or is not, when negated)."""
    return ast.Compare(var(name), [ast.IsNot() if negated else ast.Is()], [ast.Constant(constant)])


class FunctionBody:
    """Grows statement by statement. `datasets` and `needs`: what it asks of which windows, in the order of asking."""

    def __init__(self) -> None:
        self.datasets: list[str] = []
        self.needs: dict[str, set[Need]] = {}
        self.statements: list[ast.stmt] = []
        self._read: dict[tuple[str, str], str] = {}
        self._count = 0

    def new_name(self) -> str:
        """The name of a local that is not used yet."""
        self._count += 1
        return f"t{self._count}"

    def assign(self, expression: ast.expr, name: str | None = None) -> str:
        """Puts a value into a local, a new one unless it is named -> its name."""
        name = self.new_name() if name is None else name
        self.statements.append(ast.Assign([ast.Name(name, ast.Store())], expression))
        return name

    def branch(self, test: ast.expr, body: Callable[[], None], otherwise: Callable[[], None] | None = None) -> None:
        """An `if` whose blocks are filled by the callbacks."""
        outer, read = self.statements, self._read
        blocks: list[list[ast.stmt]] = []
        for fill in (body, otherwise):
            # What a block reads is at hand inside it alone.
            self.statements, self._read = [], dict(read)
            if fill is not None:
                fill()
            blocks.append(self.statements)
        self.statements, self._read = outer, read
        outer.append(ast.If(test, blocks[0], blocks[1]))

    def guarded(self, lazy: Lazy) -> ast.expr:
        """The value, or that of the first guard that is Missing."""
        expression = lazy.expression
        for guard in reversed(lazy.guards):
            if not (isinstance(expression, ast.Name) and expression.id == guard):
                expression = ast.IfExp(is_missing(guard), var(guard), expression)
        return expression

    def held(self, lazy: Lazy) -> str:
        """A local that holds the value, which may be Missing."""
        if isinstance(lazy.expression, ast.Name) and lazy.guards in ((), (lazy.expression.id,)):
            return lazy.expression.id
        return self.assign(self.guarded(lazy))

    def settled(self, lazy: Lazy) -> Lazy:
        """The value in a local, with at most one guard."""
        name = self.held(lazy)
        return Lazy(var(name), (name,) if lazy.guards else ())

    def strict(self, build: Callable[..., ast.expr], *operands: Lazy, may_be_missing: bool = False) -> Lazy:
        """A computation that has a value when all its operands have."""
        operands = tuple(self.settled(each) if each.depth >= _DEEPEST_EXPRESSION else each for each in operands)
        guards = tuple(dict.fromkeys(guard for operand in operands for guard in operand.guards))
        depth = max((operand.depth for operand in operands), default=0) + 1
        lazy = Lazy(build(*(operand.expression for operand in operands)), guards, depth)
        if not may_be_missing:
            return self.settled(lazy) if len(guards) > _DEEPEST_EXPRESSION else lazy
        name = self.assign(self.guarded(lazy))
        return Lazy(var(name), (name,))

    def computed(self, function: str, *operands: Lazy, more: tuple[ast.expr, ...] = (), may_be_missing: bool = False) -> Lazy:
        """A call of an operation, done once, here."""
        lazy = self.strict(lambda *values: call(function, *values, *more), *operands, may_be_missing=may_be_missing)
        return lazy if may_be_missing else self.settled(lazy)

    def window(self, dataset: str, method: str) -> Lazy:
        """What a window says, asked once: it says the same for one instant."""
        if dataset not in self.datasets:
            self.datasets.append(dataset)
        self.needs.setdefault(dataset, set()).update(_NEEDS[method])
        name = self._read.get((dataset, method))
        if name is None:
            window = ast.Subscript(var("w"), ast.Constant(self.datasets.index(dataset)), ast.Load())
            name = self.assign(ast.Call(attr(window, method), [var("now")], []))
            self._read[dataset, method] = name
        return Lazy(var(name), () if method in _NEVER_MISSING else (name,))
