"""Random well-typed expressions of any type, and random scenes for them: what the properties of the language are tested on.

An expression is made from its type downwards: each way to come to a value of that type is drawn with its parts. Invariant:
what is made has no error, and every function, operator, attribute, structure and time word can occur.
"""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from hearth.language import BuildingFacts, Context, DatasetInfo, DeliveredFacts, Event, RecordedWindow
from hearth.language.catalogue import SELECTORS, SORT_ORDERS, SYMBOLS
from hearth.language.moments import MOMENTS
from hearth.language.types import Key, Kind, Structure, Type, scalar, vector

DATASETS = {
    "P": DatasetInfo("TIME_SERIES", "W"),
    "R": DatasetInfo("TIME_SERIES", "W"),
    "N": DatasetInfo("TIME_SERIES", "W"),
    "Q": DatasetInfo("SINGLE_VALUE", "W"),
    "None": DatasetInfo("SINGLE_VALUE", "W"),
}
KINDS: tuple[Kind, ...] = ("Number", "Boolean", "Time", "Timespan", "Text")
COLUMNS: dict[Kind, tuple[str, ...]] = {
    "Number": ("Value",),
    "Time": ("Timestamp", "ForecastTimestamp"),
    "Text": ("DeviceId", "DeviceName"),
}
LITERALS: dict[Kind, tuple[str, ...]] = {
    "Number": ("0", "1", "2", "2.5", "0.1", "100", "3000000000", "StreakCounter", "DeliveredNotificationCounter"),
    "Boolean": ("true", "false", "StreakHasBeenReset", *(f"Building::{name}" for name in SELECTORS[1:])),
    "Time": ("now", *MOMENTS, "Building::RegistrationTimestamp"),
    "Timespan": ("0s", "90s", "7min", "30min", "1h", "1.5h", "1d", "2d", "7d"),
    "Text": ('""', '"a"', "'Car'", '"b"', "Building::Id", "Building::City", "Building::CountryCode", "Building::Zip", "$P::Unit"),
    "Event": ("$Q", "$None", "$P::Last"),
}
DELIVERED: dict[Kind, tuple[str, ...]] = {
    "Time": ("DeliveredNotification::CreatedAt", "DeliveredNotification::InteractedAt"),
    "Text": ("DeliveredNotification::ActionQualifier",),
}
PATTERNS = {"Number": ("#,##0.##", "0"), "Time": ("HH:mm", "dd.MM."), "Timespan": ("ADAPTIVE:WORD", "mm")}
# Zones, and instants at which their clocks are moved or their months end.
NIGHTS = (
    ("UTC", 1_773_140_400_000),  # 2026-03-10 11:00 UTC
    ("Europe/Zurich", 1_774_746_000_000),  # 2026-03-29 01:00 UTC
    ("Europe/Zurich", 1_792_890_000_000),  # 2026-10-25 01:00 UTC
    ("America/New_York", 1_772_953_200_000),  # 2026-03-08 07:00 UTC
    ("Australia/Lord_Howe", 1_791_041_400_000),  # 2026-10-03 15:30 UTC
    ("Australia/Lord_Howe", 1_775_314_800_000),  # 2026-04-04 15:00 UTC
    ("Asia/Kathmandu", 1_709_143_200_000),  # 2024-02-28 18:00 UTC, before midnight at 18:15
)
MINUTE_MS = 60_000


@dataclass
class Maker:
    """Makes expressions; `is_goal`: `DeliveredNotification` is known."""

    random: Random
    is_goal: bool

    def _one(self, *choices: Callable[[], str]) -> str:
        return self.random.choice(choices)()

    def _pick(self, *words: str) -> str:
        return self.random.choice(words)

    def _kind(self, *kinds: Kind) -> Kind:
        return self.random.choice(kinds)

    def _call(self, names: str, *arguments: str) -> str:
        return f"{self._pick(*names.split())}({', '.join(arguments)})"

    def made(self, of: Type, depth: int) -> str:
        """An expression of a type, in brackets where it needs them."""
        if of.structure == "Scalar":
            return self._scalar(of.kind, depth)
        if of.structure == "Vector":
            return self._vector(of, depth)
        return self._groups(of, depth) if of.structure == "GroupedScalar" else self._many_groups(of, depth)

    def several(self, depth: int) -> str:
        """Anything but a scalar."""
        kind, many = self._kind("Event", *KINDS), self._kind("Event", "Number", "Time", "Text")
        return self._one(
            lambda: self.made(vector(kind), depth),
            lambda: self.made(Type("GroupedScalar", kind, self._key(kind)), depth),
            lambda: self.made(Type("GroupedVector", many, self._key(many)), depth),
        )

    def focused(self, depth: int) -> str:
        """One function over shallow arguments, each function as often as the others."""
        kind = self._kind("Event", *KINDS)
        events, orderly, numbers = vector("Event"), self._kind("Event", "Number", "Time", "Text"), self._kind("Event", "Number")
        spans = ("7min", "90min", "12h", "1d", "1d", "2d", "7d")
        return self._one(
            lambda: self._call("AVG SUM MIN MAX", self.made(self._any(numbers), depth)),
            lambda: self._call("MIN MAX", self.made(self._any("Time"), depth)),
            lambda: f"COUNT({self.several(depth)})",
            lambda: self._call("DISTINCT REVERSE", self.several(depth)),
            lambda: f"SORT({self.made(vector(orderly), depth)})",
            lambda: f"SORT({self._groups(Type('GroupedScalar', kind, self._key(kind)), depth)}, {self._pick(*SORT_ORDERS)})",
            lambda: f"SORT({self._many_groups(Type('GroupedVector', numbers, self._key(numbers)), depth)})",
            lambda: self._filtered(self._any(orderly), depth),
            lambda: f"GROUP_BY_DEVICE({self._vector(events, depth)}){self._pick('', '::Last', '::DeviceName')}",
            lambda: f"AVG(GROUP_BY_DEVICE({self._vector(events, depth)}))::DeviceName",
            lambda: f"GROUP_BY_TIME({self._vector(events, depth)}, {self._pick(*spans)})",
            lambda: f"GROUP_BY_TIME({self._vector(events, depth)}, {self._pick(*spans)}, {self._scalar('Time', depth)})",
            lambda: f"POSITION({(found := self._vector(vector(kind), depth))}, {found}::Last)",
            lambda: f"POSITION({self._vector(vector(kind), depth)}, {self._scalar(kind, depth)})",
            lambda: self._subset(vector(kind), depth),
            lambda: self._subset(events, depth),
            lambda: f"SUBSET({(found := self._vector(events, depth))}, {found}::First::Timestamp, {found}::Last::Timestamp)",
            lambda: self._many_groups(Type("GroupedVector", "Number", "Text"), depth),
            lambda: self._choice(self._any(orderly), depth),
            lambda: self._one(*self._per_number(self._any("Number"), depth)),
            lambda: self._two_sided_groups(Type("GroupedScalar", "Boolean", self._key("Boolean")), depth),
            lambda: self._two_sided_groups(Type("GroupedScalar", "Number", self._key("Number")), depth),
            lambda: self._two_sided(self._kind("Number", "Time", "Timespan", "Boolean"), lambda each: self._scalar(each, depth)),
        )

    def _any(self, kind: Kind) -> Type:
        """A type of several structures and keys, of which all kinds but yes/no and timespans can be."""
        structure: Structure = self.random.choice(("Vector", "GroupedScalar", "GroupedVector"))
        return vector(kind) if structure == "Vector" else Type(structure, kind, self._key(kind))

    def _key(self, kind: Kind) -> Key:
        """A key that groups of a kind may have: of other buildings only numbers are known."""
        keys: tuple[Key, ...] = ("Device", "Time", "Text") if kind == "Number" else ("Device", "Time")
        return self.random.choice(keys)

    def _shared(self, of: Type, depth: int) -> list[Callable[[], str]]:
        """What any structure and kind has."""
        return [lambda: self._one(lambda: self._call("DISTINCT REVERSE", self.made(of, depth)), lambda: self._choice(of, depth))]

    def _choice(self, of: Type, depth: int) -> str:
        return f"IF({self._scalar('Boolean', depth)}, {self.made(of, depth)}, {self.made(of, depth)})"

    def _per_number(self, of: Type, depth: int) -> list[Callable[[], str]]:
        inner = of.of("Event" if of.key != "Text" and self.random.random() < 0.5 else "Number")
        return [
            lambda: f"(-{self.made(inner, depth)})",
            lambda: f"ABS({self.made(inner, depth)})",
            lambda: self._call("ROUND", self.made(inner, depth)),
            lambda: self._call("ROUND", self.made(inner, depth), self._pick("-1", "0", "1", "$Q", "$None")),
        ]

    def _scalar(self, kind: Kind, depth: int) -> str:
        if depth <= 0:
            return self._pick(*LITERALS[kind], *(DELIVERED.get(kind, ()) if self.is_goal else ()))
        inner = depth - 1
        choices = [*self._shared(scalar(kind), inner), lambda: self._end(vector(kind), inner)]
        if kind in COLUMNS:
            choices.append(lambda: f"{self._scalar('Event', inner)}::{self._pick(*COLUMNS[kind])}")
        match kind:
            case "Number":
                choices += [*self._per_number(scalar("Number"), inner), *self._computed_numbers(inner)]
            case "Boolean":
                choices += self._truths(inner)
            case "Time":
                choices += [lambda: self._call("MIN MAX", self._of_times(inner)), *self._arithmetic(kind, inner)]
            case "Timespan":
                choices += [lambda: f"(-{self._scalar('Timespan', inner)})", *self._arithmetic(kind, inner)]
            case "Text":
                choices += self._texts(inner)
        return self._one(*choices)

    def _of_times(self, depth: int) -> str:
        return self.made(self.random.choice((scalar("Time"), vector("Time"), Type("GroupedScalar", "Time", "Device"))), depth)

    def _end(self, of: Type, depth: int) -> str:
        return f"{self.made(of, depth)}::{self._pick('First', 'Last')}"

    def _computed_numbers(self, depth: int) -> list[Callable[[], str]]:
        kind = self._kind(*KINDS)
        numbers = self._kind("Number", "Event")
        return [
            *self._arithmetic("Number", depth),
            *self._arithmetic("Number", depth),
            lambda: self._call("AVG SUM MIN MAX", self.made(vector(numbers), depth)),
            lambda: self._call("AVG SUM MIN MAX", self.made(Type("GroupedScalar", "Number", "Device"), depth)),
            lambda: self._call("AVG SUM MIN MAX", self._scalar(numbers, depth)),
            lambda: f"COUNT({self.several(depth)})",
            lambda: f"POSITION({self.made(vector(kind), depth)}, {self._scalar(kind, depth)})",
            lambda: f"POSITION({self.made(vector('Event'), depth)}, {self._scalar(numbers, depth)})",
        ]

    def _arithmetic(self, kind: Kind, depth: int) -> list[Callable[[], str]]:
        return [lambda: self._two_sided(kind, lambda each: self._scalar(each, depth))]

    def _two_sided(self, kind: Kind, side: Callable[[Kind], str]) -> str:
        """A computation whose result is of a kind; `side` makes an operand."""
        ways: dict[Kind, tuple[tuple[Kind, str, Kind], ...]] = {
            "Number": (
                *(("Number", operator, "Number") for operator in "+-*/%"),
                ("Event", "*", "Number"),
                ("Event", "-", "Event"),
            ),
            "Time": (("Time", "+", "Timespan"), ("Timespan", "+", "Time"), ("Time", "-", "Timespan")),
            "Timespan": (
                ("Time", "-", "Time"),
                ("Timespan", "+", "Timespan"),
                ("Timespan", "-", "Timespan"),
                ("Timespan", "*", "Number"),
                ("Number", "*", "Timespan"),
                ("Timespan", "/", "Number"),
            ),
            "Boolean": (
                *((each, symbol, each) for symbol in SYMBOLS for each in ("Number", "Time", "Timespan", "Text")),
                *(("Boolean", symbol, "Boolean") for symbol in ("=", "!=", "AND", "OR", "AND", "OR")),
                *(("Event", symbol, "Number") for symbol in SYMBOLS),
            ),
        }
        left, operator, right = self.random.choice(ways[kind])
        return f"({side(left)} {operator} {side(right)})"

    def _truths(self, depth: int) -> list[Callable[[], str]]:
        return [*self._arithmetic("Boolean", depth) * 3, lambda: f"(NOT {self._scalar('Boolean', depth)})"]

    def _texts(self, depth: int) -> list[Callable[[], str]]:
        kind = self._kind("Event", *KINDS)
        shown = self._kind("Number", "Time", "Timespan", "Event")
        pattern = self._pick(*PATTERNS["Number" if shown == "Event" else shown])
        return [
            lambda: f"({self._scalar('Text', depth)} + {self._scalar(kind, depth)})",
            lambda: f"({self._scalar(kind, depth)} + {self._scalar('Text', depth)})",
            lambda: f"('x' + {self.several(depth)})",
            lambda: f"({self.several(depth)} + {self._scalar('Text', depth)})",
            lambda: f"({self._scalar(shown, depth)} | '{pattern}')",
            lambda: f"({self.made(vector(shown), depth)} | '{pattern}')",
            lambda: f"({self.made(Type('GroupedScalar', shown, 'Device'), depth)} | '{pattern}')",
            lambda: f"({self._scalar('Number', depth)} | ('' + {self._scalar('Text', depth)}))",
        ]

    def _filtered(self, of: Type, depth: int) -> str:
        symbol, threshold = self._pick(*SYMBOLS), self._scalar(of.kind, depth)
        return f"FILTER({self.made(of, depth)}, '{symbol}', {threshold})"

    def _vector(self, of: Type, depth: int) -> str:
        kind, inner = of.kind, depth - 1
        if depth <= 0 and kind == "Event":
            return self._pick("$P", "$P", "$R", "$N")
        choices: list[Callable[[], str]] = []
        if kind in COLUMNS:
            choices.append(lambda: f"{self._vector(vector('Event'), inner)}::{self._pick(*COLUMNS[kind])}")
        if kind == "Text":
            choices.append(lambda: "Building::DeviceTypes")
            choices.append(
                lambda: f"{self._groups(Type('GroupedScalar', 'Number', 'Device'), inner)}::{self._pick(*COLUMNS[kind])}"
            )
        if kind in ("Boolean", "Timespan"):
            choices.append(lambda: f"{self._groups(Type('GroupedScalar', kind, 'Device'), inner)}::Value")
        if depth <= 0:
            return self._one(*choices)
        choices += self._shared(of, inner)
        choices.append(lambda: self._subset(of, inner))
        if kind != "Event":
            choices.append(lambda: f"{self._groups(Type('GroupedScalar', kind, self._key(kind)), inner)}::Value")
        if kind != "Boolean":
            choices += [lambda: self._filtered(of, inner), lambda: f"SORT({self._vector(of, inner)})"]
        if kind == "Number":
            choices += self._per_number(of, inner)
        if kind == "Boolean":
            choices.append(lambda: f"(NOT {self._vector(of, inner)})")
        return self._one(*choices)

    def _subset(self, of: Type, depth: int) -> str:
        of_number = f"{self.random.randint(-9, 9)}"
        ways = [
            lambda: of_number,
            lambda: self._scalar(self._kind("Number", "Event"), depth),
            lambda: f"{of_number}, {self.random.randint(-9, 9)}",
            lambda: f"{self._scalar('Event', depth)}, {self._scalar('Number', depth)}",
            lambda: f"{self._scalar('Number', depth)}, {self._scalar('Event', depth)}",
        ]
        if of.kind == "Event":
            ways += [
                lambda: f"now - {self._scalar('Timespan', depth)}",
                lambda: f"{self._scalar('Time', depth)}, {self._scalar('Time', depth)}",
            ]
        return f"SUBSET({self._vector(of, depth)}, {self._one(*ways)})"

    def _groups(self, of: Type, depth: int) -> str:
        """A GroupedScalar."""
        kind, inner = of.kind, depth - 1
        many = Type("GroupedVector", kind, of.key)
        events = Type("GroupedScalar", "Event", of.key)
        choices: list[Callable[[], str]] = []
        if kind in ("Boolean", "Timespan"):
            choices.append(lambda: self._two_sided_groups(of, inner))
        else:
            choices.append(lambda: self._end(many, inner))
        if kind == "Number":
            choices.append(lambda: self._call("AVG SUM MIN MAX", self._many_groups(many, inner)))
        if kind == "Time":
            choices.append(lambda: self._call("MIN MAX", self._many_groups(many, inner)))
        if depth <= 0:
            return self._one(*choices)
        choices += self._shared(of, inner)
        choices += [
            lambda: f"SORT({self._groups(of, inner)})",
            lambda: f"SORT({self._groups(of, inner)}, {self._pick(*SORT_ORDERS)})",
        ]
        if kind != "Boolean":
            choices.append(lambda: self._filtered(of, inner))
        if kind not in ("Text", "Event"):
            choices += [lambda: self._two_sided_groups(of, inner)] * 2
        if kind in COLUMNS and of.key != "Text":
            choices.append(lambda: f"{self._groups(events, inner)}::{self._pick(*COLUMNS[kind])}")
        if kind == "Number":
            choices += self._per_number(of, inner)
        if kind == "Boolean":
            choices.append(lambda: f"(NOT {self._groups(of, inner)})")
        return self._one(*choices)

    def _two_sided_groups(self, of: Type, depth: int) -> str:
        """Groups with groups, or with a scalar on one side."""
        grouped = self.random.choice(((True, True), (True, False), (False, True)))
        sides = iter(grouped)

        def side(kind: Kind) -> str:
            if not next(sides):
                return self._scalar(kind, depth)
            return self._groups(Type("GroupedScalar", "Number" if kind == "Event" and of.key == "Text" else kind, of.key), depth)

        return self._two_sided(of.kind, side)

    def _many_groups(self, of: Type, depth: int) -> str:
        """A GroupedVector."""
        kind, inner = of.kind, depth - 1
        if of.key == "Text" and depth <= 0:
            dataset, selector = self._pick("$P", "P", '"R"', "'Q'"), self._pick(*SELECTORS)
            return f"EVAL({dataset}, Building::{selector})"
        if kind != "Event" and depth <= 0:
            return f"{self._many_groups(of.of('Event'), depth)}::{self._pick(*COLUMNS[kind])}"
        choices: list[Callable[[], str]] = []
        if kind != "Event":
            if of.key != "Text":
                choices.append(lambda: f"{self._many_groups(of.of('Event'), inner)}::{self._pick(*COLUMNS[kind])}")
        elif of.key == "Device":
            choices.append(lambda: f"GROUP_BY_DEVICE({self._vector(vector('Event'), inner)})")
        else:
            events = self._vector(vector("Event"), inner)
            span = self._pick("7min", "1h", "12h", "1d", "2d", "7d") if depth < 2 else self._scalar("Timespan", inner)
            choices.append(lambda: f"GROUP_BY_TIME({events}, {span})")
            choices.append(lambda: f"GROUP_BY_TIME({events}, {span}, {self._scalar('Time', inner)})")
        if depth <= 0:
            return self._one(*choices)
        choices += self._shared(of, inner)
        choices.append(lambda: f"SORT({self._many_groups(of, inner)}, byGroupKey)")
        choices.append(lambda: self._filtered(of, inner))
        if kind in ("Number", "Event"):
            choices.append(lambda: f"SORT({self._many_groups(of, inner)}{self._pick('', ', byGroupValue')})")
        if kind == "Number":
            choices += self._per_number(of, inner)
        return self._one(*choices)


def expressions(seed: int, count: int, is_goal: bool = True) -> list[str]:
    """Expressions of any type, as deep as four calls.

    Drawn evenly by a seed, not choice by choice by the testing library: that repeats much of one expression in the next.
    """
    maker = Maker(Random(seed), is_goal)

    def one() -> str:
        depth = maker.random.randint(0, 4)
        if maker.random.random() < 0.5:
            return maker.focused(min(depth, 1))
        if maker.random.random() < 0.5:
            return maker.several(depth)
        return maker.made(scalar(maker.random.choice((*KINDS, "Event"))), depth)

    return [one() for _ in range(count)]


def truths(seed: int, count: int) -> list[str]:
    """Conditions, as deep as four calls."""
    maker = Maker(Random(seed), is_goal=False)
    return [maker.made(scalar("Boolean"), maker.random.randint(1, 4)) for _ in range(count)]


SEEDS = st.integers(0, 2**32 - 1)
VALUES = st.sampled_from([0.0, 1.0, -2.0, 2.5, 1e16, 0.1, 3000.0]) | st.floats(-1e6, 1e6)


@dataclass(frozen=True)
class Scenery:
    """What an expression is evaluated over."""

    now_ms: int
    series: dict[str, list[Event]]
    span_ms: int | None
    context: Context

    def windows(self) -> dict[str, RecordedWindow]:
        """The datasets' windows."""
        return {name: RecordedWindow(self.series.get(name, []), self.span_ms, f"${name}") for name in DATASETS}


@st.composite
def sceneries(draw: st.DrawFn) -> Scenery:
    """Random series of up to three devices around a night in which a clock is moved."""
    zone, night_ms = draw(st.sampled_from(NIGHTS))
    now_ms = night_ms + draw(st.sampled_from((0, 1, -1, 37, 90, 12 * 60, 24 * 60))) * MINUTE_MS
    step_ms = draw(st.sampled_from((1, 30, 300))) * MINUTE_MS
    readings = st.lists(
        st.tuples(
            st.integers(-2, 12),
            VALUES,
            st.sampled_from("abc"),
            st.sampled_from(("Car", "Plug")),
            st.none() | st.integers(-100, 3000),
        ),
        min_size=draw(st.sampled_from((0, 2, 5))),
        max_size=12,
    )

    def series() -> list[Event]:
        told = {(now_ms - steps * step_ms, device): (value, name, ahead) for steps, value, device, name, ahead in draw(readings)}
        return [
            Event(at_ms, value, device, f"{name} {device}", now_ms + ahead * MINUTE_MS if ahead is not None else None)
            for (at_ms, device), (value, name, ahead) in told.items()
        ]

    peers = {"b2": [1.0, 2.0], "b3": [], "b10": [2.5, -2.0, 0.0]}
    context = Context(
        ZoneInfo(zone),
        draw(st.sampled_from(("de", "en"))),
        BuildingFacts("b1", now_ms - 40 * 86_400_000, ["PV", "EV", "PV"], city="Bern", profile={"IsResidential": True}),
        streak_counter=2,
        streak_has_been_reset=draw(st.booleans()),
        delivered_counter=3,
        delivered=DeliveredFacts(now_ms - 3_600_000) if draw(st.booleans()) else None,
        peers=(lambda now_ms, name, selector: peers if name != "Q" else {}) if draw(st.booleans()) else None,
    )
    span_ms = draw(st.sampled_from((None, 90 * MINUTE_MS, 3 * 86_400_000)))
    return Scenery(now_ms, {"P": series(), "R": series(), "Q": [Event(now_ms, 2.0, "q", "Q")]}, span_ms, context)
