"""The house rules that no ready-made linter knows, in one walk over each syntax tree.

Holds the rules and a command that prints what breaks them; what each rule is for stands in
docs/decisions. Import direction is not among them: .importlinter holds it. Invariant: a rule looks at one
file alone, so a finding never depends on another file.

    python tests/architecture/house_rules.py
"""

import ast
import sys
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("src", "tests", "bench", "tools")

LINES_WARNING = 400
LINES_LIMIT = 700

VAGUE_NAMES = {"util", "utils", "helper", "helpers", "manager", "managers", "common", "misc"}

CLOCK_AND_CHANCE = {
    "datetime.date.today",
    "datetime.datetime.now",
    "datetime.datetime.today",
    "datetime.datetime.utcnow",
    "os.getrandom",
    "os.urandom",
    "time.clock_gettime",
    "time.clock_gettime_ns",
    "time.gmtime",
    "time.localtime",
    "time.monotonic",
    "time.monotonic_ns",
    "time.perf_counter",
    "time.perf_counter_ns",
    "time.time",
    "time.time_ns",
    "uuid.uuid1",
    "uuid.uuid4",
}
CHANCE_MODULES = ("random.", "secrets.", "numpy.random.")
NO_CHANCE = {"secrets.compare_digest", "numpy.random.Generator"}
# Reproducible when they are given a seed.
SEEDED = {f"numpy.random.{name}" for name in ("MT19937", "PCG64", "PCG64DXSM", "Philox", "SFC64", "SeedSequence", "default_rng")}

# Structs that carry their customer.
CARRIES_CUSTOMER = {
    "AuditEntry",
    "Building",
    "Client",
    "Customer",
    "Delivery",
    "Endpoint",
    "LogEntry",
    "MailedLink",
    "Member",
    "MemberSession",
    "Notification",
    "Rule",
}
TENANT_FREE_ENDINGS = ("_for_operator", "_for_login", "_for_cookie", "_for_token")
# Their one argument is a mapping whose keys begin with the customer.
KEYED_BY_CUSTOMER = {"count_minutes"}

# Whoever consumes a set with one of these cannot show its order. (`sum` of floats can.)
ORDER_BLIND = {"all", "any", "frozenset", "len", "max", "min", "set", "sorted"}
ORDER_SHOWING = {"enumerate", "iter", "list", "map", "next", "reversed", "tuple", "zip"}
SET_METHODS = {"difference", "intersection", "symmetric_difference", "union"}


class Finding(NamedTuple):
    """A broken rule: where, which one, and what to do."""

    path: str
    line: int
    rule: str
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.rule}: {self.message}"


class Source:
    """One file: its path from the root, its text, its tree, and what its names mean."""

    def __init__(self, path: str, text: str) -> None:
        self.path = path
        self.text = text
        self.tree = ast.parse(text, filename=path)
        self.parents = {child: node for node in ast.walk(self.tree) for child in ast.iter_child_nodes(node)}
        self._imported = dict(_imported_names(self.tree))

    @property
    def package(self) -> str:
        """The package below `hearth` ("store", "ports"), or "" for what is not part of Hearth."""
        parts = PurePosixPath(self.path).parts
        return parts[2].removesuffix(".py") if parts[:2] == ("src", "hearth") and len(parts) > 2 else ""

    def dotted(self, node: ast.expr) -> str | None:
        """`a.b.c` with `a` replaced by what it was imported as; None for what was not imported."""
        names: list[str] = []
        while isinstance(node, ast.Attribute):
            names.append(node.attr)
            node = node.value
        if not isinstance(node, ast.Name) or node.id not in self._imported:
            return None
        return ".".join([self._imported[node.id], *reversed(names)])

    def finding(self, node: ast.AST, rule: str, message: str) -> Finding:
        """A finding at a node."""
        return Finding(self.path, getattr(node, "lineno", 1), rule, message)


def _imported_names(tree: ast.Module) -> Iterator[tuple[str, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                first = alias.name.split(".", maxsplit=1)[0]
                yield (alias.asname, alias.name) if alias.asname else (first, first)
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                yield alias.asname or alias.name, f"{node.module}.{alias.name}"


def clock_and_chance(source: Source) -> Iterator[Finding]:
    """Only `connectors` reads the clock or chance; everybody else is handed an instant, a Clock or Identities.

    The kit in `testing` may draw from a seeded NumPy generator; the command line and bootstrap, which decide
    nothing about a household, may measure how long they wait.
    """
    if source.package in ("", "connectors"):
        return
    for node in ast.walk(source.tree):
        if not isinstance(node, ast.Attribute | ast.Name) or not isinstance(node.ctx, ast.Load):
            continue
        name = source.dotted(node)
        if name is None or name in NO_CHANCE:
            continue
        if name not in CLOCK_AND_CHANCE and not name.startswith(CHANCE_MODULES):
            continue
        if source.package == "testing" and name in SEEDED and _is_called_with_seed(source, node):
            continue
        if source.package in ("bootstrap", "cli") and name == "time.monotonic":
            continue
        yield source.finding(node, "clock-and-chance", f"{name} outside of connectors; take a Clock, Identities or an instant")


def _is_called_with_seed(source: Source, node: ast.expr) -> bool:
    call = source.parents[node]
    return isinstance(call, ast.Call) and call.func is node and bool(call.args or call.keywords)


def set_order(source: Source) -> Iterator[Finding]:
    """No loop, list or text may take its order from a set: it differs from run to run."""
    if not source.package:
        return
    for node in ast.walk(source.tree):
        if isinstance(node, ast.For | ast.AsyncFor | ast.comprehension):
            consumer = source.parents[node] if isinstance(node, ast.comprehension) else node
            shown = [] if _is_order_blind(source, consumer) else [node.iter]
        elif isinstance(node, ast.Call):
            shown = node.args if _shows_order(node.func) else []
        elif isinstance(node, ast.Starred):
            shown = [] if isinstance(source.parents[node], ast.Set) else [node.value]
        else:
            continue
        for expression in shown:
            if _is_set(expression):
                yield source.finding(expression, "set-order", "the order of a set shows; wrap it in sorted()")


def _is_set(node: ast.expr) -> bool:
    if isinstance(node, ast.Set | ast.SetComp):
        return True
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitAnd | ast.BitOr | ast.BitXor | ast.Sub):
        return any(_is_set(side) or _is_keys(side) for side in (node.left, node.right))
    if not isinstance(node, ast.Call):
        return False
    if isinstance(node.func, ast.Name):
        return node.func.id in ("set", "frozenset")
    return isinstance(node.func, ast.Attribute) and node.func.attr in SET_METHODS


def _is_keys(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "keys"


def _shows_order(function: ast.expr) -> bool:
    if isinstance(function, ast.Attribute):
        return function.attr in ("join", "extend")
    return isinstance(function, ast.Name) and function.id in ORDER_SHOWING


def _is_order_blind(source: Source, consumer: ast.AST) -> bool:
    if isinstance(consumer, ast.SetComp):
        return True
    if not isinstance(consumer, ast.GeneratorExp | ast.ListComp):
        return False
    call = source.parents[consumer]
    return isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in ORDER_BLIND


def repository_takes_customer(source: Source) -> Iterator[Finding]:
    """Each public method of a repository takes a customer and uses it, or says in its name why it needs none."""
    if source.package not in ("ports", "store"):
        return
    for node in ast.walk(source.tree):
        if not isinstance(node, ast.ClassDef) or not _is_repository(node):
            continue
        for method in node.body:
            if not isinstance(method, ast.FunctionDef | ast.AsyncFunctionDef):
                continue
            name = f"{node.name}.{method.name}"
            if not _takes_customer(method):
                message = f"{name} takes no customer and is not named after {', '.join(TENANT_FREE_ENDINGS)}"
                yield source.finding(method, "repository-takes-customer", message)
            elif source.package == "store" and _forgets_customer(method):
                yield source.finding(method, "repository-takes-customer", f"{name} does not use its customer_id")


def _is_repository(node: ast.ClassDef) -> bool:
    return any(name.endswith("Repository") for name in (node.name, *map(ast.unparse, node.bases)))


def _takes_customer(method: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    if method.name.startswith("_") or method.name.endswith(TENANT_FREE_ENDINGS) or method.name in KEYED_BY_CUSTOMER:
        return True
    for argument in (*method.args.posonlyargs, *method.args.args, *method.args.kwonlyargs):
        if argument.arg == "customer_id":
            return True
        named = ast.walk(argument.annotation) if argument.annotation else ()
        if any(isinstance(part, ast.Name) and part.id in CARRIES_CUSTOMER for part in named):
            return True
    return False


def _forgets_customer(method: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    if "customer_id" not in [argument.arg for argument in (*method.args.args, *method.args.kwonlyargs)]:
        return False
    return not any(isinstance(node, ast.Name) and node.id == "customer_id" for part in method.body for node in ast.walk(part))


def no_float_in_billing(source: Source) -> Iterator[Finding]:
    """Money is counted in decimals."""
    if source.package != "billing":
        return
    for node in ast.walk(source.tree):
        if (isinstance(node, ast.Name) and node.id == "float") or (
            isinstance(node, ast.Constant) and isinstance(node.value, float | complex)
        ):
            yield source.finding(node, "no-float-in-billing", "use Decimal or whole units")


def module_docstring(source: Source) -> Iterator[Finding]:
    """Each module says what it decides or holds, what it leaves to whom, and its invariant."""
    if source.package and not ast.get_docstring(source.tree):
        yield source.finding(source.tree, "module-docstring", "begin with what the module holds and what it leaves to whom")


def file_length(source: Source) -> Iterator[Finding]:
    """A file of more than 700 lines does more than one thing."""
    lines = source.text.count("\n")
    if lines > LINES_LIMIT:
        yield source.finding(source.tree, "file-length", f"{lines} lines, {LINES_LIMIT} at most; split it by what it decides")


def no_print(source: Source) -> Iterator[Finding]:
    """Only the command line speaks to a terminal."""
    if source.package in ("", "cli"):
        return
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print":
            yield source.finding(node, "no-print", "log it, or return it to the command line")


def telling_name(source: Source) -> Iterator[Finding]:
    """A module is named for what it holds."""
    for part in PurePosixPath(source.path).parts:
        vague = VAGUE_NAMES.intersection(part.removesuffix(".py").split("_"))
        if vague:
            yield source.finding(source.tree, "telling-name", f"{part} says nothing; name it for what it holds")


RULES: tuple[Callable[[Source], Iterator[Finding]], ...] = (
    clock_and_chance,
    set_order,
    repository_takes_customer,
    no_float_in_billing,
    module_docstring,
    file_length,
    no_print,
    telling_name,
)


def check(path: str, text: str) -> list[Finding]:
    """What is wrong with one file; `path` is relative to the root, with forward slashes."""
    source = Source(path, text)
    return sorted(finding for rule in RULES for finding in rule(source))


def check_tree(root: Path = ROOT) -> list[Finding]:
    """What is wrong with all of the project's Python files."""
    return [finding for path in _files(root) for finding in check(path.relative_to(root).as_posix(), path.read_text())]


def long_files(root: Path = ROOT) -> list[tuple[str, int]]:
    """Files that are longer than usual, with their lines, the longest first."""
    counted = [(path.relative_to(root).as_posix(), path.read_text().count("\n")) for path in _files(root)]
    return sorted(((path, lines) for path, lines in counted if lines > LINES_WARNING), key=lambda item: -item[1])


def _files(root: Path) -> Iterator[Path]:
    for folder in FOLDERS:
        yield from sorted((root / folder).rglob("*.py"))


def main() -> int:
    """Prints the findings, and as a warning the long files; 1 when there is a finding."""
    for path, lines in long_files():
        print(f"warning: {path}: {lines} lines, more than {LINES_WARNING}")
    findings = check_tree()
    for finding in findings:
        print(finding)
    print(f"house rules: {len(findings)} broken" if findings else "house rules: kept")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
