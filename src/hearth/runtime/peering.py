"""Peering: snapshots of homes for `EVAL`, read from the store, published every ten minutes, and held by the live driver.

Publishing is a context service; the driver hears of it as of any other change. What a home sees of a snapshot is
`engine.peers`' to say. Invariant: a snapshot holds what windows hold at its instant, by the events stored until it is read.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from hearth.core.clock import Clock
from hearth.domain.buildings import Building
from hearth.domain.events import Series
from hearth.domain.peers import PeerHome, PeerSnapshot, dataset_key
from hearth.domain.profiles import NO_LIKENESS, HouseholdProfile, likeness_of
from hearth.domain.rules import Dataset
from hearth.engine.buildings import selects, span_ms_of
from hearth.engine.compiled import CompiledRule
from hearth.engine.peers import PERIOD_MS, SnapshotAt
from hearth.engine.views import UNLIMITED_MS
from hearth.ports import Session, Store
from hearth.runtime.rule_sets import RuleSets

_HOMES_AT_ONCE = 500
_SNAPSHOTS_KEPT = 256  # of a backtest, whose homes ask for the same instants


def peer_datasets(rules: Iterable[CompiledRule]) -> dict[str, Dataset]:
    """The datasets whose values in other homes the rules ask for, by their keys."""
    found: dict[str, Dataset] = {}
    for compiled in rules:
        names = {name for program in compiled.programs() for name in program.evaluated_elsewhere}
        found.update({dataset_key(dataset): dataset for dataset in compiled.rule.datasets if dataset.name in names})
    return found


def read_snapshot(session: Session, customer_id: str, datasets: Mapping[str, Dataset], at_ms: int) -> PeerSnapshot:
    """The values of these datasets in all homes of a customer at an instant. Homes that are deactivated are left out."""
    homes: dict[str, PeerHome] = {}
    values: dict[str, dict[str, list[float]]] = {key: {} for key in datasets}
    after: str | None = None
    while page := session.buildings.list_page(customer_id, after, _HOMES_AT_ONCE):
        after = page[-1].customer_building_id
        names = {building.id: building.customer_building_id for building in page if not building.is_deactivated()}
        profiles = session.household_profiles.list_of(customer_id, list(names))
        for each in page:
            if each.id in names:
                homes[each.customer_building_id] = _home_of(each, profiles.get(each.id))
        series = session.series.list_of(customer_id, list(names))
        for key, dataset in datasets.items():
            chosen = [each for each in series if selects(dataset, each)]
            for building_id, found in _values(session, customer_id, dataset, chosen, at_ms).items():
                values[key][names[building_id]] = found
    return PeerSnapshot(at_ms=at_ms, homes=homes, values=values)


def _home_of(building: Building, profile: HouseholdProfile | None) -> PeerHome:
    likeness = NO_LIKENESS if profile is None else likeness_of(profile)
    return PeerHome(
        country_code=building.country_code, profile=likeness.traits, consumption_category=likeness.consumption_category
    )


def _values(session: Session, customer_id: str, dataset: Dataset, series: Sequence[Series], at_ms: int) -> dict[str, list[float]]:
    """By building, what the dataset's window holds at an instant, oldest first."""
    ids = [each.id for each in series]
    timed: dict[str, list[tuple[int, float]]] = {}
    if dataset.kind == "SINGLE_VALUE":
        span_ms = span_ms_of(dataset)
        newest = session.events.latest(customer_id, ids, at_ms)
        for each in series:
            if each.id in newest and (span_ms == UNLIMITED_MS or newest[each.id][0] > at_ms - span_ms):
                timed.setdefault(each.building_id, []).append(newest[each.id])
        return {building_id: [max(found)[1]] for building_id, found in timed.items()}
    points = session.events.read(customer_id, ids, at_ms - span_ms_of(dataset), at_ms)
    for each in series:
        read = points[each.id]
        timed.setdefault(each.building_id, []).extend(zip(read.times_ms, read.values, strict=True))
    return {building_id: [value for _, value in sorted(found)] for building_id, found in timed.items()}


class PublishedPeers:
    """The newest snapshot of each customer that asks for one. Read in any thread, one at a time."""

    def __init__(self) -> None:
        self._by_customer: dict[str, PeerSnapshot | None] = {}

    def knows(self, customer_id: str) -> bool:
        """Whether the customer's snapshot is held, or that there is none."""
        return customer_id in self._by_customer

    def read(self, session: Session, customer_id: str) -> None:
        """Takes the newest one from the store."""
        self._by_customer[customer_id] = session.engine.find_peer_snapshot(customer_id)

    def of(self, customer_id: str) -> SnapshotAt:
        """The customer's snapshot, whenever it is asked for."""
        return lambda now_ms: self._by_customer.get(customer_id)


def past_peers(store: Store, customer_id: str, compiled: CompiledRule) -> SnapshotAt:
    """What was known of other homes in the past, as if it had been published in time: read when a rule asks for it."""
    datasets = peer_datasets([compiled])

    @lru_cache(maxsize=_SNAPSHOTS_KEPT)
    def read(at_ms: int) -> PeerSnapshot:
        with store.read() as session:
            return read_snapshot(session, customer_id, datasets, at_ms)

    return lambda now_ms: read(now_ms // PERIOD_MS * PERIOD_MS)


class PeerPublishing:
    """Publishes a snapshot for each customer whose active rules ask for one, every ten minutes."""

    def __init__(self, store: Store, rule_sets: RuleSets, clock: Clock) -> None:
        self._store = store
        self._rule_sets = rule_sets
        self._clock = clock
        self._published_ms: dict[str, int] = {}

    def publish(self) -> int:
        """One look: publishes for everybody for whom an instant has come. Returns how many snapshots."""
        at_ms = self._clock.now_ms() // PERIOD_MS * PERIOD_MS
        with self._store.read() as session:
            due = [each.id for each in session.customers.list_for_operator() if self._published_ms.get(each.id) != at_ms]
        published = 0
        for customer_id in due:
            published += self._publish_of(customer_id, at_ms)
            self._published_ms[customer_id] = at_ms  # what fails later need not be done again for this one
        return published

    def _publish_of(self, customer_id: str, at_ms: int) -> bool:
        with self._store.read() as session:
            self._rule_sets.forget(customer_id)
            datasets = peer_datasets(self._rule_sets.active(session, customer_id))
            if not datasets:
                return False
            snapshot = read_snapshot(session, customer_id, datasets, at_ms)
        with self._store.write(durable=False) as session:  # lost with the power, it is soon published again
            session.engine.replace_peer_snapshot(customer_id, snapshot)
            session.changes.add(customer_id, "peers")
        return True
