"""Towns: random but valid rules, some homes, and what happens in them, for properties about the order of things.

A town is a customer with homes in several zones, and what happens is events (late, repeated, historical, of several
devices and sources, with gaps), deliveries, and a clock that passes. Invariant: every town is one that the platform would take:
its rules have no mistake, its clock does not turn back.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from hypothesis import strategies as st
from msgspec.structs import replace
from tests.conformance.rules_corpus import CATALOGUE, CUSTOMER_ID, ClockInput, DeliveredInput, EventInput, building_of, instant_of

from hearth.core.instants import HOUR_MS, MINUTE_MS, zone_named
from hearth.domain.buildings import Building
from hearth.domain.rules import Case, Dataset, NotificationTemplate, Rule, TemplateText
from hearth.engine.compiled import CompiledRule, compile_rule
from hearth.engine.schedule import ticks


@dataclass(frozen=True)
class HomeEvent:
    """An event of the home of that number."""

    home: int
    event: EventInput


Happening = HomeEvent | DeliveredInput | ClockInput
Batch = list[HomeEvent] | DeliveredInput | ClockInput


@dataclass
class Town:
    """A customer's rules and homes, when its clock begins to run, and what happens, in the order of arrival."""

    rules: list[Rule]
    buildings: list[Building]
    starts_ms: int
    happenings: list[Happening]

    @cached_property
    def compiled(self) -> list[CompiledRule]:
        """The rules as programs."""
        return [compile_rule(rule, CATALOGUE) for rule in self.rules]

    def batches(self, sizes: Sequence[int]) -> Iterator[Batch]:
        """What happens, cut into batches of these sizes in turn.

        A batch is of live events or of historical ones: the kind is the batch's and not the event's. So there is a cut
        wherever the kind changes, and where something else happens.
        """
        batch: list[HomeEvent] = []
        count = 0
        for each in self.happenings:
            if batch and (
                not isinstance(each, HomeEvent)
                or each.event.is_historical != batch[0].event.is_historical
                or len(batch) == sizes[count % len(sizes)]
            ):
                yield batch
                batch = []
                count += 1
            if isinstance(each, HomeEvent):
                batch.append(each)
            else:
                yield each
        if batch:
            yield batch

    def instants(self, buildings: Sequence[Building], after_ms: int, until_ms: int) -> list[int]:
        """When a schedule of the rules ticks in any of these buildings, each instant once."""
        crons = sorted({rule.time_based_cron for rule in self.rules if rule.time_based_cron is not None})
        zones = sorted({building.time_zone_id for building in buildings})
        return sorted({at_ms for cron in crons for zone in zones for at_ms in ticks(cron, zone_named(zone), after_ms, until_ms)})


# Rules. A dataset's window is shared by all rules that name it, unless they reset it.

LOAD, SUN = "POWER_CONSUMPTION", "POWER_GENERATION"
SINGLE_VALUES = (
    Dataset(name="Load", kind="SINGLE_VALUE", event_types=(LOAD,)),
    Dataset(name="Any", kind="SINGLE_VALUE", event_types=(LOAD, SUN)),
    Dataset(name="Sun", kind="SINGLE_VALUE", event_types=(SUN,)),
    Dataset(name="Fresh", kind="SINGLE_VALUE", event_types=(LOAD, SUN), timespan_seconds=20 * 60),
)
TIME_SERIES = (
    Dataset(name="Hour", kind="TIME_SERIES", event_types=(LOAD, SUN), timespan_seconds=3600),
    Dataset(name="Short", kind="TIME_SERIES", event_types=(LOAD,), timespan_seconds=15 * 60),
    Dataset(name="Plugs", kind="TIME_SERIES", event_types=(LOAD,), sources=("SMART_PLUG", "CAR_CHARGER"), timespan_seconds=9000),
    Dataset(name="Day", kind="TIME_SERIES", event_types=(SUN,), timespan_seconds=86_400),
)
BOUNDS = st.sampled_from(["0", "0", "-4", "1", "2"])
OF_SINGLE_VALUES = st.sampled_from(["$D > #", "$D > #", "$D::Value < #", "$D::Timestamp > now - 10min"])
OF_TIME_SERIES = st.sampled_from(
    [
        "SUM($D) > #",
        "COUNT($D) > #",
        "SUM($D) > #",
        "AVG($D) < #",
        "MAX($D) - MIN($D) > #",
        "$D::Last >= #",
        "SUM(SUBSET($D, lastZeroHour)) > #",
        "COUNT(GROUP_BY_DEVICE($D)) > 1",
        "COUNT(GROUP_BY_TIME($D, 20min, lastHour)) > 1",
    ]
)
OF_NOTHING = st.sampled_from(["true", "now > lastZeroHour + 2h", "DeliveredNotificationCounter % 3 != 2"])


def _about(text: str, dataset: Dataset, bound: str) -> str:
    return text.replace("$D", f"${dataset.name}").replace("#", bound)


ATOMS = st.one_of(
    st.builds(_about, OF_SINGLE_VALUES, st.sampled_from(SINGLE_VALUES), BOUNDS),
    st.builds(_about, OF_TIME_SERIES, st.sampled_from(TIME_SERIES), BOUNDS),
)
CONDITIONS = st.one_of(
    ATOMS,
    st.builds("{} AND {}".format, ATOMS, OF_NOTHING | ATOMS),
    st.builds("{} OR {}".format, ATOMS, ATOMS),
    st.builds("NOT ({})".format, ATOMS),
)
RULES = st.builds(
    Rule,
    id=st.just(""),
    customer_id=st.just(CUSTOMER_ID),
    name=st.just(""),
    created_at_ms=st.just(0),
    state=st.just("ACTIVE"),
    condition=CONDITIONS,
    streak_condition=st.none() | st.none() | st.none() | CONDITIONS,
    time_based_cron=st.sampled_from([None, None, None, None, "*/20 * * * *", "30 2,3 * * *"]),
    match_threshold=st.sampled_from([0, 0, 0, 2, 3]),
    time_between_triggers_seconds=st.sampled_from([0, 0, 20 * 60, 3 * 3600]),
    reset_state_when_matched=st.booleans(),
    is_restricted_to_early_adopters=st.sampled_from([False] * 6 + [True]),
    priority=st.sampled_from(["normal", "normal", "high"]),
    during_quiet_hours=st.sampled_from(["hold", "drop"]),
    valid_for_seconds=st.sampled_from([12 * 3600, 1800]),
    cases=st.just(()) | st.just(()) | st.just(()) | st.tuples(CONDITIONS, CONDITIONS),
)
TITLE = "{DeliveredNotificationCounter} so far"


def rules_of(drawn: Sequence[Rule]) -> list[Rule]:
    """What was drawn -> rules; a rule has the datasets that its expressions name, and tells of all of them."""
    return [_completed(f"{number:024x}", rule) for number, rule in enumerate(drawn, 1)]


def _completed(rule_id: str, rule: Rule) -> Rule:
    conditions = [rule.condition, rule.streak_condition or "", *rule.cases]
    named = [each for each in SINGLE_VALUES + TIME_SERIES if any(f"${each.name}" in text for text in conditions)]
    told = ['"Told"', *(f"COUNT(${each.name})" for each in named if each in TIME_SERIES)]
    told += [f"SUM(${each.name})" if each in TIME_SERIES else f"${each.name}" for each in named]
    told += ["StreakCounter", "StreakHasBeenReset"] if rule.streak_condition else []
    template = NotificationTemplate(texts={"en": TemplateText(title=TITLE, message=' + " " + '.join(told))})
    cases = tuple(
        Case(label=f"case {number}", condition=condition, notification=template) for number, condition in enumerate(rule.cases)
    )
    return replace(
        rule,
        id=rule_id,
        name=f"Rule {rule_id[-1]}",
        datasets=tuple(named),
        is_streak=rule.streak_condition is not None,
        is_time_based=rule.time_based_cron is not None,
        cases=cases,
        notification=None if cases else template,
    )


HOMES = st.fixed_dictionaries(
    {
        "zone": st.sampled_from(["UTC", "Europe/Zurich", "America/New_York", "Australia/Lord_Howe"]),
        "quiet": st.sampled_from([None, None, "22:00-07:00", "02:15-03:15", "12:00-14:00"]),
        "at most": st.sampled_from([None, None, 3, 1]),
        "early adopter": st.sampled_from([True, False]),
    }
)


def buildings_of(homes: Sequence[dict[str, object]], rules: Sequence[Rule]) -> list[Building]:
    """What was drawn -> buildings, by id in the order of their numbers."""
    found = []
    for number, home in enumerate(homes):
        phrases = [f"zone {home['zone']}"]
        phrases += [f"quiet {home['quiet']}"] if home["quiet"] else []
        phrases += [f"at most {home['at most']} a day"] if home["at most"] else []
        phrases += ["early adopter"] if home["early adopter"] else []
        building = building_of("; ".join(phrases), rules)
        found.append(replace(building, id=f"b{number:023}", customer_building_id=f"home-{number}"))
    return found


# What happens.

PLACES = st.sampled_from(
    [
        ("POWER_CONSUMPTION", "meter", "GATEWAY"),
        ("POWER_CONSUMPTION", "meter", "GATEWAY"),
        ("POWER_CONSUMPTION", "plug", "SMART_PLUG"),
        ("POWER_CONSUMPTION", "car", "CAR_CHARGER"),
        ("POWER_GENERATION", "sun", "INVERTER"),
        ("POWER_GENERATION", "meter", "GATEWAY"),
    ]
)
VALUES = st.sampled_from([1.0, 2.0, 3.0, 5.0, 0.0, -3.0, 0.1, 0.2, 1e16])
# Nights in which clocks are moved in one of the zones, and a summer's day.
STARTS = st.sampled_from(["2026-06-15T10:00", "2026-03-28T23:00", "2026-10-24T22:00", "2026-03-08T05:00", "2026-04-04T12:00"])
PASSED_MINUTES = st.sampled_from([0, 1, 1, 5, 5, 10, 30, 75, 500])
LAG_MINUTES = st.sampled_from([0, 0, 0, 0, 0, 2, 20, 59, 61, 300])
HISTORICAL = st.sampled_from([False] * 7 + [True])
NEW = st.tuples(st.just("new"), st.sampled_from([0, 0, 1, 2]), PASSED_MINUTES, LAG_MINUTES, PLACES, VALUES, HISTORICAL)
AGAIN = st.tuples(st.just("again"), st.integers(1, 6), st.none() | VALUES)
CLOCK = st.tuples(st.just("clock"), st.sampled_from([0, 20, 60, 75, 250]))
# Shrinks to a clock that stands still.
HAPPENINGS = st.lists(CLOCK | NEW | NEW | NEW | NEW | NEW | AGAIN | st.just(("delivered",)), min_size=20, max_size=45)


def _happened(starts_ms: int, drawn: Sequence[tuple[object, ...]], homes: int) -> list[Happening]:
    """What was drawn, at its instants. The clock shows the time of the newest event, when it is looked at."""
    now_ms = clock_ms = starts_ms
    happened: list[Happening] = []
    for kind, *details in drawn:
        if kind == "new":
            home, passed, lag, place, value, is_historical = details
            now_ms += passed * MINUTE_MS
            at_ms = now_ms - lag * MINUTE_MS
            event = EventInput(at_ms, *place, value, is_historical=is_historical)
            happened.append(HomeEvent(home % homes, event))
        elif kind == "again":
            back, value = details
            before = [each for each in happened if isinstance(each, HomeEvent)][-back:]
            if before:
                again = before[0].event
                event = EventInput(
                    again.at_ms, *again.series, again.value if value is None else value, is_historical=again.is_historical
                )
                happened.append(HomeEvent(before[0].home, event))
        elif kind == "delivered":
            happened.append(DeliveredInput())
        else:
            now_ms += details[0] * MINUTE_MS
            clock_ms = max(clock_ms, now_ms)
            happened.append(ClockInput(clock_ms, passes=True))
    return happened


@st.composite
def towns(draw: st.DrawFn) -> Town:
    """Any town."""
    rules = rules_of(draw(st.lists(RULES, min_size=1, max_size=3)))
    buildings = buildings_of(draw(st.lists(HOMES, min_size=1, max_size=3)), rules)
    starts_ms = instant_of(draw(STARTS))
    return Town(rules, buildings, starts_ms, _happened(starts_ms, draw(HAPPENINGS), len(buildings)))


@st.composite
def ordered_towns(draw: st.DrawFn) -> Town:
    """A town such as a simulation knows: live events in the order of time, each sent once, every notification delivered
    before the next event or tick, every rule in force.

    Events of one instant come in the order of their series, for a store keeps no other. Where the day has a number of
    notifications there is one rule: a rule is simulated alone, and others take of that number.
    """
    homes = [home | {"early adopter": True} for home in draw(st.lists(HOMES, min_size=1, max_size=2))]
    is_limited = any(home["at most"] for home in homes)
    rules = rules_of(draw(st.lists(RULES, min_size=1, max_size=1 if is_limited else 3)))
    town = Town(rules, buildings_of(homes, rules), instant_of(draw(STARTS)), [])
    drawn = draw(st.lists(NEW, min_size=10, max_size=25))
    events = {}
    for each in _happened(town.starts_ms + MINUTE_MS, drawn, len(homes)):
        assert isinstance(each, HomeEvent)
        if each.event.at_ms > town.starts_ms:
            event = EventInput(each.event.at_ms, *each.event.series, each.event.value)
            events[event.at_ms, each.home, event.series] = HomeEvent(each.home, event)
    numbers: dict[tuple[int, tuple[str, str, str]], int] = {}
    for _, home, series in sorted(events):
        numbers.setdefault((home, series), len(numbers))
    clock_ms = town.starts_ms
    for at_ms, home, series in sorted(events, key=lambda key: (key[0], numbers[key[1:]])):
        _pass_to(town, clock_ms, at_ms - 1)
        clock_ms = at_ms - 1
        town.happenings += [events[at_ms, home, series], DeliveredInput()]
    _pass_to(town, clock_ms, clock_ms + 2 * HOUR_MS)
    return town


def _pass_to(town: Town, after_ms: int, until_ms: int) -> None:
    """The clock passes, from tick to tick."""
    for tick_ms in town.instants(town.buildings, after_ms, until_ms):
        town.happenings += [ClockInput(tick_ms, passes=True), DeliveredInput()]
    town.happenings.append(ClockInput(until_ms, passes=True))
