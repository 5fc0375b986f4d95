"""Published expression libraries for Python, each in the fastest way its documentation shows: read once, evaluate often.

They know no windows and no absence of a value: each gets plain numbers in a dictionary. What is not installed is
left out. Invariant: an `Evaluation` is one Python expression in which `VALUES` stands for that dictionary.
"""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple


class Equal(NamedTuple):
    """One condition in four spellings, over numbers of the names in `datasets`.

    `by_hand` reads the windows in the order of `datasets`, and tests for no value, as one would write it.
    """

    title: str
    ours: str
    python: str
    cel: str
    datasets: tuple[str, ...]
    by_hand: Callable[..., Any]


class Evaluation(NamedTuple):
    """A Python expression in which `VALUES` stands for the values by name, and the names it needs."""

    expression: str
    names: Mapping[str, Any]


def _zen_engine(equal: Equal) -> Evaluation:
    import zen

    return Evaluation("compiled.evaluate(VALUES)", {"compiled": zen.compile_expression(equal.python)})


def _evalidate(equal: Equal) -> Evaluation:
    from evalidate import Expr, base_eval_model

    model = base_eval_model.clone()
    model.nodes.append("Mult")
    # The model checks the text once; Python itself evaluates the code, which is the faster of its two ways.
    return Evaluation("eval(code, None, VALUES)", {"code": Expr(equal.python, model=model).code})


def _numexpr(equal: Equal) -> Evaluation:
    import numexpr

    text = equal.cel.replace("&&", "&").replace("||", "|")
    compiled = numexpr.NumExpr(text, [(name, float) for name in sorted(equal.datasets)])
    order = ", ".join(f"values[{name!r}]" for name in sorted(equal.datasets))
    return Evaluation(f"(lambda values: compiled({order}))(VALUES)", {"compiled": compiled})


def _py_expression_eval(equal: Equal) -> Evaluation:
    from py_expression_eval import Parser

    return Evaluation("parsed.evaluate(VALUES)", {"parsed": Parser().parse(equal.python)})


def _simpleeval(equal: Equal) -> Evaluation:
    from simpleeval import SimpleEval

    evaluator = SimpleEval()
    parsed = evaluator.parse(equal.python)

    def evaluate(values: Mapping[str, float]) -> Any:
        evaluator.names = values
        return evaluator.eval(equal.python, previously_parsed=parsed)

    return Evaluation("evaluate(VALUES)", {"evaluate": evaluate})


def _asteval(equal: Equal) -> Evaluation:
    from asteval import Interpreter

    interpreter = Interpreter(minimal=True)
    parsed = interpreter.parse(equal.python)

    def evaluate(values: Mapping[str, float]) -> Any:
        interpreter.symtable.update(values)
        return interpreter.run(parsed)

    return Evaluation("evaluate(VALUES)", {"evaluate": evaluate})


def _cel_python(equal: Equal) -> Evaluation:
    import celpy

    def program(runner: type[Any]) -> Any:
        environment = celpy.Environment(runner_class=runner)
        return environment.program(environment.compile(equal.cel))

    try:
        made = program(celpy.CompiledRunner)
    except AttributeError:  # its compiling runner cannot read every expression (0.5.0)
        made = program(celpy.InterpretedRunner)
    return Evaluation("program.evaluate(json_to_cel(VALUES))", {"program": made, "json_to_cel": celpy.json_to_cel})


LIBRARIES: Mapping[str, Callable[[Equal], Evaluation]] = {
    "evalidate": _evalidate,
    "zen-engine": _zen_engine,
    "numexpr": _numexpr,
    "py-expression-eval": _py_expression_eval,
    "simpleeval": _simpleeval,
    "asteval": _asteval,
    "cel-python": _cel_python,
}


def evaluations(equal: Equal) -> dict[str, Evaluation]:
    """The condition as each library that is installed evaluates it."""
    found = {}
    for name, prepare in LIBRARIES.items():
        try:
            found[name] = prepare(equal)
        except ImportError:
            continue
    return found
