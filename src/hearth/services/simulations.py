"""Simulations: a rule tried on what was stored, in one home or in many, and why it did or did not speak.

Reads buildings, rules and events and hands them to the simulation, which is the live engine; nothing is stored.
The rule may be a saved one or a draft. Invariant: one home's events are in memory at a time.
"""

from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from msgspec.structs import replace as replace_struct

from hearth.core.instants import DAY_MS, SECOND_MS, zone_named
from hearth.core.problems import Problem, invalid
from hearth.domain.buildings import Building
from hearth.domain.catalogue import Catalogue
from hearth.domain.events import NO_FORECAST_MS, Series
from hearth.domain.notifications import Content
from hearth.domain.profiles import HouseholdProfile
from hearth.domain.rules import Dataset, Rule
from hearth.engine.buildings import selects
from hearth.engine.compiled import CompiledRule, compile_rule
from hearth.engine.explanations import EvaluationExplained
from hearth.engine.peers import SnapshotAt
from hearth.engine.slots import decode_counters
from hearth.insights.backtests import HomeRun
from hearth.ports import Points, RuleStateKey, Session, Store
from hearth.runtime.peering import past_peers
from hearth.runtime.simulation import Simulation, SimulationResult, as_if_active, reach_ms_of
from hearth.services.buildings import get_building
from hearth.services.present_values import Present, compiled_for, datasets_in, fit_expressions, values_in
from hearth.services.rule_checks import UnfitRule, check_rule
from hearth.services.rule_files import read_files

_END_OF_TIME_MS = 2**62
_DEFAULT_RANGE_MS = 30 * DAY_MS
_WARM_UP_MS = 7 * DAY_MS  # streaks and pauses of so long are known when one asks why
_PAGE = 200
_PROGRESS_STEP = 0.01  # of one home; a simulation may tell it with every event
_DRAFT_ID = "0" * 24


@dataclass(frozen=True)
class SeenSeries:
    """The points of a series within the range, which a dataset looked at."""

    dataset: Dataset
    series: Series
    points: Points


@dataclass(frozen=True)
class Simulated:
    """A rule in a home over [from_ms, to_ms). `notes`: what speaks against its being sent there today."""

    rule: Rule
    building: Building
    from_ms: int
    to_ms: int
    result: SimulationResult
    notes: tuple[str, ...]
    seen: tuple[SeenSeries, ...]


@dataclass(frozen=True)
class Why:
    """The last evaluation at or before an instant, explained; None where there was none in the week before."""

    rule: Rule
    building: Building
    asked_ms: int
    evaluation: EvaluationExplained | None
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Progress:
    """How much of the work is done, 0..1."""

    done: float


@dataclass(frozen=True)
class HomesDone(Progress):
    """How many homes of a backtest are done. `runs`: of each rule in the home that has just been done; none in between."""

    homes_done: int
    homes: int
    runs: tuple[HomeRun, ...] = ()


@dataclass(frozen=True)
class _HomeTrial:
    """A simulation of a backtest in one home, and what it drops by reason."""

    building: Building
    simulation: Simulation
    from_ms: int
    to_ms: int
    dropped: Counter[str]

    def run(self) -> HomeRun:
        """What came out, once the simulation has run to its end."""
        result = self.simulation.result
        return HomeRun(
            building_id=self.building.customer_building_id,
            zone=zone_named(self.building.time_zone_id),
            from_ms=self.from_ms,
            to_ms=self.to_ms,
            sent_ms=[notification.created_at_ms for notification in result.notifications],
            texts=[_first_text(notification.content) for notification in result.notifications],
            dropped=self.dropped,
            evaluations=result.evaluations,
            faults=len(result.faults),
            goals=list(result.goals.values()),
        )


class Simulations:
    """The use cases. Long ones are iterators: they tell their progress and end with the answer; leaving them cancels."""

    def __init__(self, store: Store, catalogue: Catalogue) -> None:
        self._store = store
        self.catalogue = catalogue

    def saved_rule(self, customer_id: str, name_or_id: str) -> Rule:
        """The newest version of a rule by id or name. Raises Problem "not_found"."""
        with self._store.read() as session:
            rule = session.rules.find(customer_id, name_or_id) or session.rules.find_named(customer_id, name_or_id)
        if rule is None:
            raise Problem("not_found", f"There is no rule of the id or name {name_or_id!r}.")
        return rule

    def draft(self, customer_id: str, file: str, text: str) -> Rule:
        """The one rule of a YAML text, as a draft of the customer. Raises Problem "invalid" with its first mistake."""
        rules, diagnostics = read_files([(file, text)], self.catalogue, ())
        errors = [found for found in diagnostics if found.severity == "error"]
        if errors:
            first = errors[0]
            raise invalid("", f"{first.file}:{first.line}:{first.column}: {first.message} (see: hearth rules check {file})")
        if len(rules) != 1:
            raise invalid("", f"{file} holds {len(rules)} rules; a simulation takes a file of one.")
        return self.own_draft(customer_id, rules[0])

    def own_draft(self, customer_id: str, rule: Rule) -> Rule:
        """A rule that is not saved, as the customer's: without identity, sources as the catalogue names them."""
        datasets = self._as_catalogued(rule.datasets)
        return replace_struct(rule, id=_DRAFT_ID, customer_id=customer_id, version=0, datasets=datasets)

    def _as_catalogued(self, datasets: Sequence[Dataset]) -> tuple[Dataset, ...]:
        return tuple(
            replace_struct(each, sources=tuple(self.catalogue.source_named(name) or name for name in each.sources))
            for each in datasets
        )

    def simulate(
        self, customer_id: str, rule: Rule, customer_building_id: str, from_ms: int | None, to_ms: int | None
    ) -> Iterator[Progress | Simulated]:
        """A rule in one home, over the last 30 days of its events unless a range is given."""
        compiled = self._compiled(rule)
        with self._store.read() as session:
            building = _with_limits(session, get_building(session, customer_id, customer_building_id))
            profile = _profile_of(session, building)
            series = _series_of(session, building, compiled.rule.datasets)
            from_ms, to_ms = _range(session, building, series, from_ms, to_ms)
            points = _points(session, building, compiled, series, from_ms, to_ms)
        simulation = Simulation(
            building, compiled, series, points, from_ms, to_ms, past_peers(self._store, customer_id, compiled), profile=profile
        )
        for done in simulation.run():
            yield Progress(done)
        seen = _seen(rule.datasets, series, {each: _since(found, from_ms) for each, found in points.items()})
        yield Simulated(rule, building, from_ms, to_ms, simulation.result, notes_of(rule, building), seen)

    def why(self, customer_id: str, rule: Rule, customer_building_id: str, at_ms: int | None) -> Why:
        """The last evaluation of a rule in a home at or before `at_ms` (its newest event when absent), explained."""
        compiled = self._compiled(rule)
        with self._store.read() as session:
            building = _with_limits(session, get_building(session, customer_id, customer_building_id))
            profile = _profile_of(session, building)
            series = _series_of(session, building, compiled.rule.datasets)
            _, end_ms = _range(session, building, series, 0, None if at_ms is None else at_ms + 1)
            warm_up_ms = max(_WARM_UP_MS, rule.time_between_triggers_seconds * SECOND_MS)
            points = _points(session, building, compiled, series, end_ms - warm_up_ms, end_ms)
        peers = past_peers(self._store, customer_id, compiled)
        simulation = Simulation(
            building, compiled, series, points, end_ms - warm_up_ms, end_ms, peers, tells_counts=False, profile=profile
        )
        return Why(rule, building, end_ms - 1, simulation.explain_last(), notes_of(rule, building))

    def present(self, customer_id: str, draft: Rule, rule_id: str | None, customer_building_id: str, now_ms: int) -> Present:
        """What a draft's expressions and datasets are in a home as of its newest event of them, or now where there is none.

        `rule_id`: the saved rule that the draft is of, whose counts it sees.
        """
        expressions = fit_expressions(draft, self.catalogue)
        compiled = compiled_for(draft, expressions, self.catalogue)
        with self._store.read() as session:
            building = _with_limits(session, get_building(session, customer_id, customer_building_id))
            profile = _profile_of(session, building)
            series = _series_of(session, building, compiled.rule.datasets)
            newest = session.events.latest(customer_id, [each.id for each in series], _END_OF_TIME_MS)
            at_ms = max((each_ms for each_ms, _ in newest.values()), default=now_ms)
            points = _points(session, building, compiled, series, at_ms + 1, at_ms + 1)
            states = session.engine.read_states(customer_id, [building.id])
        peers = past_peers(self._store, customer_id, compiled)
        simulation = Simulation(
            building, compiled, series, points, at_ms + 1, at_ms + 1, peers, tells_counts=False, profile=profile
        )
        slot = simulation.slot
        if rule_id is not None and (stored := states.get(RuleStateKey(rule_id, building.id))) is not None:
            slot.counters = decode_counters(stored)
            slot.show_counters()
        return Present(building, at_ms, datasets_in(slot, self.catalogue, at_ms), values_in(slot, expressions, at_ms))

    def series(
        self, customer_id: str, datasets: Sequence[Dataset], customer_building_id: str, from_ms: int, to_ms: int
    ) -> tuple[SeenSeries, ...]:
        """The points of a home in [from_ms, to_ms) that datasets look at. Raises Problem "invalid" for an empty range."""
        beginning(from_ms, to_ms)
        datasets = self._as_catalogued(datasets)
        with self._store.read() as session:
            building = get_building(session, customer_id, customer_building_id)
            series = _series_of(session, building, datasets)
            points = session.events.read(customer_id, [each.id for each in series], from_ms - 1, to_ms - 1)
        return _seen(datasets, series, points)

    def backtest(
        self,
        customer_id: str,
        rules: Sequence[Rule],
        from_ms: int,
        to_ms: int,
        most_homes: int | None,
        chosen: Sequence[str] | None = None,
    ) -> Iterator[HomesDone | list[list[HomeRun]]]:
        """Rules over all homes of a customer, or the chosen ones -> progress and each home, then the runs of each rule by home.

        `most_homes`: of these so many, evenly taken. Raises Problem "invalid" for a chosen home that is unknown.
        """
        compiled = [as_if_active(self._compiled(rule)) for rule in rules]
        snapshots = [past_peers(self._store, customer_id, each) for each in compiled]
        ids = self._homes(customer_id, most_homes, chosen)
        runs: list[list[HomeRun]] = [[] for _ in rules]
        for number, building_id in enumerate(ids):
            found: list[HomeRun] = []
            for each, snapshot_at in zip(compiled, snapshots, strict=True):
                trial = self._home_trial(customer_id, building_id, each, from_ms, to_ms, snapshot_at)
                if trial is None:
                    break
                told = 0.0
                for done in trial.simulation.run():
                    if done >= told + _PROGRESS_STEP:
                        told = done
                        yield HomesDone((number + (len(found) + done) / len(rules)) / len(ids), number, len(ids))
                found.append(trial.run())
            if len(found) < len(rules):
                found = []  # erased meanwhile: it counts for no rule, or two could not be compared
            for rule_runs, run in zip(runs, found, strict=False):
                rule_runs.append(run)
            yield HomesDone((number + 1) / len(ids), number + 1, len(ids), tuple(found))
        yield runs

    def _homes(self, customer_id: str, most: int | None, chosen: Sequence[str] | None) -> list[str]:
        """The ids of the homes, those in between left out evenly where there are more than `most`."""
        with self._store.read() as session:
            ids = _all_ids(session, customer_id) if chosen is None else _ids_of(session, customer_id, chosen)
        if most is None or len(ids) <= most:
            return ids
        return [ids[index * len(ids) // most] for index in range(most)]

    def _home_trial(
        self, customer_id: str, building_id: str, compiled: CompiledRule, from_ms: int, to_ms: int, snapshot_at: SnapshotAt
    ) -> _HomeTrial | None:
        with self._store.read() as session:
            found = session.buildings.list_by_id(customer_id, [building_id])
            if not found:
                return None  # erased meanwhile
            building = _with_limits(session, found[0])
            profile = _profile_of(session, building)
            series = _series_of(session, building, compiled.rule.datasets)
            points = _points(session, building, compiled, series, from_ms, to_ms)
        dropped: Counter[str] = Counter()
        simulation = Simulation(
            building, compiled, series, points, from_ms, to_ms, snapshot_at, dropped, tells_counts=False, profile=profile
        )
        return _HomeTrial(building, simulation, from_ms, to_ms, dropped)

    def _compiled(self, rule: Rule) -> CompiledRule:
        errors = [finding for finding in check_rule(rule, self.catalogue, ()) if finding.severity == "error"]
        if errors:
            raise UnfitRule(rule, errors)
        return compile_rule(rule, self.catalogue)


def _profile_of(session: Session, building: Building) -> HouseholdProfile | None:
    return session.household_profiles.list_of(building.customer_id, [building.id]).get(building.id)


def beginning(from_ms: int | None, to_ms: int) -> int:
    """Where a range up to `to_ms` begins: 30 days before, unless it is said. Raises Problem "invalid" for an empty range."""
    from_ms = max(0, to_ms - _DEFAULT_RANGE_MS) if from_ms is None else from_ms
    if from_ms >= to_ms:
        raise invalid("/to", "The range is empty: its end does not come after its beginning.")
    return from_ms


def notes_of(rule: Rule, building: Building) -> tuple[str, ...]:
    """Why the rule would not be sent in the building today, whatever its condition says."""
    notes = []
    if rule.state != "ACTIVE":
        notes.append(f"The rule is not active ({rule.state}).")
    if building.is_deactivated():
        notes.append("The building is deactivated.")
    if rule.is_restricted_to_early_adopters and not building.is_early_adopter:
        notes.append("The rule is for early adopters only, and the building is none.")
    if rule.id != _DRAFT_ID and not building.has_rule_on(rule.id):
        notes.append("The rule is switched off in the building.")
    return tuple(notes)


def _all_ids(session: Session, customer_id: str) -> list[str]:
    ids: list[str] = []
    after = None
    while page := session.buildings.list_page(customer_id, after, _PAGE):
        ids.extend(building.id for building in page)
        after = page[-1].customer_building_id
    return ids


def _ids_of(session: Session, customer_id: str, chosen: Sequence[str]) -> list[str]:
    """The ids of homes that the customer names, each once."""
    ids: dict[str, None] = {}
    for index, name in enumerate(chosen):
        building = session.buildings.find(customer_id, name)
        if building is None:
            raise invalid(f"/customerBuildingIds/{index}", f"There is no building of the id {name}.")
        ids[building.id] = None
    return list(ids)


def _first_text(content: Content | None) -> str:
    return "" if content is None else next((text.message for text in content.texts.values()), "")


def _with_limits(session: Session, building: Building) -> Building:
    """The building with all limits that are in force in it, also its customer's."""
    customer = session.customers.find(building.customer_id)
    return building if customer is None else replace_struct(building, limits=building.limits.over(customer.limits))


def _series_of(session: Session, building: Building, datasets: Sequence[Dataset]) -> list[Series]:
    return [
        series
        for series in session.series.list_of(building.customer_id, [building.id])
        if any(selects(dataset, series) for dataset in datasets)
    ]


def _seen(datasets: Sequence[Dataset], series: Sequence[Series], points: Mapping[int, Points]) -> tuple[SeenSeries, ...]:
    return tuple(SeenSeries(dataset, each, points[each.id]) for dataset in datasets for each in series if selects(dataset, each))


def _range(
    session: Session, building: Building, series: Sequence[Series], from_ms: int | None, to_ms: int | None
) -> tuple[int, int]:
    """The range asked for; where its end is open, up to the newest event, and where its beginning is, 30 days before."""
    if to_ms is None:
        newest = session.events.latest(building.customer_id, [each.id for each in series], _END_OF_TIME_MS)
        if not newest:
            raise invalid("", "The home has no event of this rule's datasets: say the range, with its beginning and its end.")
        to_ms = max(at_ms for at_ms, _ in newest.values()) + 1
    return beginning(from_ms, to_ms), to_ms


def _points(
    session: Session, building: Building, compiled: CompiledRule, series: Sequence[Series], from_ms: int, to_ms: int
) -> dict[int, Points]:
    """The points of each series in the range, and those before it that may matter in it."""
    ids = [each.id for each in series]
    start_ms = from_ms - reach_ms_of(compiled)
    points = session.events.read(building.customer_id, ids, start_ms, to_ms - 1)
    # The newest event counts however old it is where a dataset has no timespan.
    for series_id, (at_ms, value) in session.events.latest(building.customer_id, ids, start_ms).items():
        points[series_id] = _preceded(points[series_id], at_ms, value)
    return points


def _since(points: Points, from_ms: int) -> Points:
    start = bisect_left(points.times_ms, from_ms)
    forecasts = points.forecast_ms
    return Points(points.times_ms[start:], points.values[start:], None if forecasts is None else forecasts[start:])


def _preceded(points: Points, at_ms: int, value: float) -> Points:
    forecasts = points.forecast_ms
    return Points(
        array("q", [at_ms]) + points.times_ms,
        array("d", [value]) + points.values,
        None if forecasts is None else array("q", [NO_FORECAST_MS]) + forecasts,
    )
