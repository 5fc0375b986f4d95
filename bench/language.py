"""Cost of the rule language: checking, compiling, evaluating single values and vectors, beside published libraries.

Equal expressions over equal values, verified to give equal answers before anything is timed. Two columns: "at hand",
where the values are already there (for us windows that hold one value each, for libraries a dictionary), and "from
windows", where the values come out of the engine's windows (for libraries into a dictionary). Each figure is the
best of several stretches, in which all contenders take turns.
"""

import timeit
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

import engine
from expression_libraries import LIBRARIES, Equal, evaluations

from hearth.core.missing import Missing
from hearth.domain.events import Series
from hearth.engine.buffers import SeriesBuffer
from hearth.engine.views import View
from hearth.engine.windows import MergedWindow
from hearth.language import BuildingFacts, Context, DatasetInfo, Program, Scope, check, compile_program

NOW_MS = 1_773_140_400_000
MINUTE_MS = 60_000
CONTEXT = Context(ZoneInfo("Europe/Zurich"), "en", BuildingFacts("b1", NOW_MS))
SCOPE_DATASETS = {
    **{name: DatasetInfo("SINGLE_VALUE", "W") for name in ("Grid", "Solar", "Car")},
    **{name: DatasetInfo("SINGLE_VALUE", None, state=True) for name in ("Mode", "Tariff")},
    "P": DatasetInfo("TIME_SERIES", "W"),
    "M": DatasetInfo("TIME_SERIES", "W"),
}
CONDITIONS = (
    "$Grid > 500 AND ($Mode = 0 OR $Mode = 4) AND $Tariff = 0",
    "$Solar - $Grid > 1500 AND $Car < 100",
    "AVG($P) > 1000 AND $Grid > 200",
    "MIN(SUBSET($P, -2)) > MIN(SUBSET($P, 0, -3))",
    "COUNT(FILTER($P, '>', 1000)) >= 3 AND NOT ($Solar > $Grid)",
    "MAX(SUM(GROUP_BY_TIME($P, 1d, lastZeroHour))) > 5000",
    "DeliveredNotificationCounter % 3 = 0 AND $Grid::Timestamp > now - 15min",
)
MESSAGES = (
    '"Sie beziehen aktuell " + ($Grid / 1000) + "kW vom Netz."',
    '"Now " + $Grid / 1000 | \'#,##0.0\' + " kW, on average " + AVG($P) | \'#,##0\' + " W"',
    '"Per device: " + AVG(GROUP_BY_DEVICE($P)) + IF($Solar > 0, " with sun", "")',
)
EQUAL = (
    Equal(
        "comparisons, AND, OR",
        "$Grid - $Solar > 500 AND $Car < 100 OR $Tariff = 1",
        "Grid - Solar > 500 and Car < 100 or Tariff == 1",
        "((Grid - Solar > 500.0) && (Car < 100.0)) || (Tariff == 1.0)",
        ("Grid", "Solar", "Car", "Tariff"),
        lambda now, w, context: (
            (
                (grid := w[0].last_value(now)).__class__ is not Missing
                and (solar := w[1].last_value(now)).__class__ is not Missing
                and grid - solar > 500.0
                and (car := w[2].last_value(now)).__class__ is not Missing
                and car < 100.0
            )
            or ((tariff := w[3].last_value(now)).__class__ is not Missing and tariff == 1.0)
        ),
    ),
    Equal(
        "the manual's car charging",
        "$Grid > 500 AND ($Mode = 0 OR $Mode = 4) AND $Tariff = 0",
        "Grid > 500 and (Mode == 0 or Mode == 4) and Tariff == 0",
        "(Grid > 500.0) && ((Mode == 0.0) || (Mode == 4.0)) && (Tariff == 0.0)",
        ("Grid", "Mode", "Tariff"),
        lambda now, w, context: (
            (grid := w[0].last_value(now)).__class__ is not Missing
            and grid > 500.0
            and (mode := w[1].last_value(now)).__class__ is not Missing
            and (mode == 0.0 or mode == 4.0)
            and (tariff := w[2].last_value(now)).__class__ is not Missing
            and tariff == 0.0
        ),
    ),
    Equal(
        "arithmetic",
        "(($Grid + 0.5) / ($Solar - 0.5)) * 2 > 2.5",
        "((Grid + 0.5) / (Solar - 0.5)) * 2 > 2.5",
        "((Grid + 0.5) / (Solar - 0.5)) * 2.0 > 2.5",
        ("Grid", "Solar"),
        lambda now, w, context: (
            (grid := w[0].last_value(now)).__class__ is not Missing
            and (solar := w[1].last_value(now)).__class__ is not Missing
            and (divisor := solar - 0.5) != 0.0
            and (grid + 0.5) / divisor * 2.0 > 2.5
        ),
    ),
)
# The first is what is timed: in it no contender may stop early.
VALUES: tuple[Mapping[str, float], ...] = (
    {"Grid": 730.0, "Solar": 120.0, "Car": 40.0, "Mode": 4.0, "Tariff": 0.0},
    {"Grid": 730.0, "Solar": 120.0, "Car": 140.0, "Mode": 1.0, "Tariff": 1.0},
    {"Grid": 430.0, "Solar": 1200.0, "Car": 140.0, "Mode": 0.0, "Tariff": 0.0},
    {"Grid": 530.0, "Solar": 12.0, "Car": 140.0, "Mode": 0.0, "Tariff": 0.0},
)
VECTORS = (
    ("AVG($P) > 0", "running"),
    ("AVG(SUBSET($P, -100)) > 0", "newest 100"),
    ("MIN(SUBSET($P, -100)) > 0", "newest 100"),
    ("MAX(SUBSET($P, 0, -3)) > 0", "all but 2"),
    ("SUM(SUBSET($P, now - 100min)) > 0", "newest 100"),
    ("COUNT(FILTER($P, '>', 1000)) > 3", "all 300"),
    ("MAX(AVG(GROUP_BY_DEVICE($P))) > 0", "one device"),
    ("MAX(AVG(GROUP_BY_DEVICE($M))) > 0", "three devices"),
    ("MAX(SUM(GROUP_BY_TIME($P, 1h))) > 0", "5 spans"),
)


class Held:
    """A window that holds one value: what reading costs at least."""

    __slots__ = ("value",)

    def __init__(self, value: float) -> None:
        self.value = value

    def last_value(self, now_ms: int) -> float:
        return self.value


def view(number: int, values: Sequence[float]) -> View:
    """One of the engine's windows, over a series of one value a minute up to now."""
    series = Series(
        id=number, customer_id="c", building_id="b", event_type="POWER", device_id=f"device-{number}", source="GATEWAY"
    )
    buffer: SeriesBuffer[Any] = SeriesBuffer(series)
    buffer.keep_ms = 30 * 86_400_000
    for index, value in enumerate(values, 1):
        buffer.append(NOW_MS - (len(values) - index) * MINUTE_MS, value)
    made = View(buffer, buffer.keep_ms)
    made.ask(has_sum=True, has_min=True, has_max=True)
    return made


def program(text: str) -> Program:
    """A condition, checked and compiled."""
    return compile_program(check(text, Scope(SCOPE_DATASETS, "condition")))


def best_ns(contenders: Mapping[str, tuple[str, Mapping[str, Any]]], seconds: float, stretches: int = 15) -> dict[str, float]:
    """Nanoseconds a run of each statement, the best of several stretches in which all take turns."""
    timers = {name: timeit.Timer(statement, globals=dict(names)) for name, (statement, names) in contenders.items()}
    runs = {name: max(1, int(seconds / (timer.timeit(20) / 20))) for name, timer in timers.items()}
    best = dict.fromkeys(timers, float("inf"))
    for _ in range(stretches):
        for name, timer in timers.items():
            best[name] = min(best[name], timer.timeit(runs[name]) / runs[name] * 1e9)
    return best


def contenders_of(equal: Equal, values: Mapping[str, float]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Everyone's statement with the names it needs: with the values at hand, and taking them from windows."""
    ours = program(equal.ours)
    assert ours.datasets == equal.datasets, ours.datasets
    held = tuple(Held(values[name]) for name in equal.datasets)
    views = tuple(view(number, [values[name]]) for number, name in enumerate(equal.datasets, 1))
    shared = {"now": NOW_MS, "context": CONTEXT}
    at_hand: dict[str, Any] = {}
    from_windows: dict[str, Any] = {}
    for name, run in (("hearth", ours.run), ("lambda by hand", equal.by_hand)):
        at_hand[name] = ("run(now, w, context)", {**shared, "run": run, "w": held})
        from_windows[name] = ("run(now, w, context)", {**shared, "run": run, "w": views})
    reads = ", ".join(f"{name!r}: w[{index}].last_value(now)" for index, name in enumerate(equal.datasets))
    given = {name: values[name] for name in equal.datasets}
    for name, (expression, names) in evaluations(equal).items():
        at_hand[name] = (expression.replace("VALUES", "given"), {**names, "given": given})
        from_windows[name] = (expression.replace("VALUES", f"{{{reads}}}"), {**shared, **names, "w": views})
    return at_hand, from_windows


def verify(equal: Equal) -> None:
    """Everyone gives the same answer, for all the values; and both answers occur."""
    answers = set()
    for values in VALUES:
        for contenders in contenders_of(equal, values):
            found = {name: bool(eval(statement, dict(names))) for name, (statement, names) in contenders.items()}
            assert len(set(found.values())) == 1, f"{equal.title}: {values}: {found}"
            answers.update(found.values())
    assert answers == {True, False}, equal.title


def beside_libraries(seconds: float) -> list[str]:
    """Rows: each contender on each expression, with ratios to ours."""
    rows = [f"{'equal expressions, ns an evaluation':<36}{'values at hand':>24}{'from windows':>24}"]
    for equal in EQUAL:
        verify(equal)
        measured = [best_ns(contenders, seconds) for contenders in contenders_of(equal, VALUES[0])]
        rows.append(equal.title)
        for name in measured[0]:
            columns = [f"{column[name]:>12,.0f} ({column[name] / column['hearth']:>8.2f}x)" for column in measured]
            rows.append(f"  {name:<34}{'  '.join(columns)}")
        at_hand, from_windows = measured
        published = [name for name in at_hand if name in LIBRARIES]
        summary = f"  ours: {from_windows['hearth'] / from_windows['lambda by hand']:.2f}x the lambda over windows"
        if published:
            best = min(published, key=at_hand.__getitem__)
            summary += f"; best published ({best}) {at_hand[best] / at_hand['hearth']:.1f}x ours at hand"
        rows.append(summary)
    missing = [name for name in LIBRARIES if name not in measured[0]]
    if missing:
        rows.append(f"not installed, left out: {', '.join(missing)}")
    return rows


def checking(seconds: float) -> list[str]:
    """Rows: how often a second an expression can be checked and compiled."""
    scopes = [(text, Scope(SCOPE_DATASETS, "condition")) for text in CONDITIONS]
    scopes += [(text, Scope(SCOPE_DATASETS, "message")) for text in MESSAGES]
    checked = [check(text, scope) for text, scope in scopes]
    assert not any(each.has_errors for each in checked)
    contenders = {
        "check": ("for text, scope in scopes: check(text, scope)", {"scopes": scopes, "check": check}),
        "compile": ("for each in checked: compile_program(each)", {"checked": checked, "compile_program": compile_program}),
    }
    best = best_ns(contenders, seconds * 5, stretches=3)
    rate = {name: len(scopes) / ns * 1e9 for name, ns in best.items()}
    return [
        f"text to typed: {rate['check']:>8,.0f} expressions a second ({len(scopes)} typical conditions and messages)",
        f"compilation:   {rate['compile']:>8,.0f} programs a second",
    ]


def vectors(seconds: float) -> list[str]:
    """Rows: functions of many values over 300 points."""
    values = [float(500 + index * 7919 % 1200) for index in range(300)]
    three = MergedWindow([view(number, values[number::3]) for number in range(3)])
    at = {"P": view(1, values), "M": three}
    contenders = {}
    for text, _ in VECTORS:
        made = program(text)
        w = tuple(at[name] for name in made.datasets)
        assert made.run(NOW_MS, w, CONTEXT) is True, text
        contenders[text] = ("run(now, w, context)", {"run": made.run, "now": NOW_MS, "w": w, "context": CONTEXT})
    best = best_ns(contenders, seconds, stretches=3)
    return [f"300 points: {text:<40}{best[text] / 1000:>8.2f} µs  ({note})" for text, note in VECTORS]


def report(quick: bool, *_: object) -> list[str]:
    """Rows of all of it."""
    seconds = 0.004 if quick else 0.02
    parts: tuple[Callable[[float], list[str]], ...] = (checking, beside_libraries, vectors)
    rows = [row for part in parts for row in part(seconds)]
    return [*rows, *engine.by_length(2_000 if quick else 10_000)]
