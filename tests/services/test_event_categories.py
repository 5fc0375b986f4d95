"""Event categories over both databases: what homes send, how many of them, how often — by a sample where there are many."""

from array import array
from collections.abc import Sequence

import pytest
from tests.services.accounts import Accounts, refusal

from hearth.bootstrap import Settings, read_catalogue_setting
from hearth.core.instants import DAY_MS, HOUR_MS, MINUTE_MS
from hearth.domain.audit import Actor
from hearth.domain.customers import Customer
from hearth.domain.events import EventColumns, LogEntry, LogKind
from hearth.ports import Store
from hearth.services.buildings import BuildingDraft, Buildings
from hearth.services.event_categories import MOST_SAMPLED, EventCategories
from hearth.testing.clocks import CountedIdentities

BY = Actor(kind="member", id="a" * 24, name="Ada <ada@example.com>")
CATALOGUE = read_catalogue_setting(Settings())
ENERGY, METER = "ENERGY_CONSUMPTION", "SMART_METER"


class Homes:
    """Homes of a customer, and what they sent."""

    def __init__(self, accounts: Accounts) -> None:
        self.accounts = accounts
        self.customer_id = accounts.customer.id
        self.now_ms = accounts.clock.now_ms()
        self.categories = EventCategories(accounts.store, accounts.clock, CATALOGUE)
        self._buildings = Buildings(accounts.store, accounts.clock, CountedIdentities("b"), CATALOGUE)
        self._sequence = 1

    def send(
        self, home: str, times_ms: Sequence[int], event_type: str = ENERGY, source: str = METER, customer_id: str = ""
    ) -> None:
        """Events of a home, which is added if there is none."""
        customer_id = customer_id or self.customer_id
        with self.accounts.store.read() as session:
            building = session.buildings.find(customer_id, home)
        building = building or self._buildings.add(customer_id, BuildingDraft(customer_building_id=home))
        with self.accounts.store.write() as session:
            series = session.series.find_or_add(customer_id, building.id, event_type, "device", source, None)
            columns = EventColumns(
                series_ids=array("i", [series.id] * len(times_ms)),
                times_ms=array("q", times_ms),
                values=array("d", [1.0] * len(times_ms)),
            )
            entry = LogEntry(
                sequence=self._sequence,
                customer_id=customer_id,
                kind=LogKind.LIVE,
                received_at_ms=self.now_ms,
                columns=columns,
            )
            session.events.append([entry])
        self._sequence += entry.size

    def every(self, spacing_ms: int, for_ms: int = DAY_MS) -> list[int]:
        """Times up to now."""
        return list(range(self.now_ms - for_ms + spacing_ms, self.now_ms + 1, spacing_ms))


@pytest.fixture
def homes(store: Store) -> Homes:
    return Homes(Accounts(store))


def test_each_type_and_source_with_its_homes_and_events(homes: Homes) -> None:
    for home in ("a", "b"):
        homes.send(home, homes.every(15 * MINUTE_MS, 2 * DAY_MS))
    homes.send("a", homes.every(HOUR_MS), "POWER_GENERATION", "INVERTER")
    other = Customer(id="d" * 24, name="Bergtal", created_at_ms=homes.now_ms)
    with homes.accounts.store.write() as session:
        session.customers.add(other)
    homes.send("x", homes.every(MINUTE_MS), customer_id=other.id)
    energy, power = homes.categories.list_of(homes.customer_id)
    assert (energy.group.event_type, energy.group.source, energy.group.buildings, energy.group.series) == (ENERGY, METER, 2, 2)
    assert (energy.events_last_day, energy.sampled, energy.measured) == (192, 2, None)
    assert (power.group.event_type, power.event_type.unit, power.events_last_day) == ("POWER_GENERATION", "W", 24)  # type: ignore[union-attr]
    [theirs] = homes.categories.list_of(other.id)
    assert (theirs.group.buildings, theirs.events_last_day) == (1, 1_440)
    assert homes.categories.list_of("e" * 24) == []


def test_measuring_keeps_the_answer_and_notes_it_when_it_is_another(homes: Homes) -> None:
    for number in range(4):
        homes.send(f"home-{number}", homes.every(HOUR_MS if number else 15 * MINUTE_MS))
    homes.send("quiet", [homes.now_ms])
    found = homes.categories.measure(homes.customer_id, ENERGY, METER, BY)
    measured = found.measured
    assert measured is not None
    assert (measured.interval_seconds, measured.alike_share) == (3_600, 0.75)
    assert (measured.series, measured.sampled, measured.measured) == (5, 5, 4)
    assert (measured.measured_at_ms, measured.looked_back_seconds) == (homes.now_ms, 86_400)
    assert measured.deviation_from(900) == "SLOWER"
    assert [each.measured for each in homes.categories.list_of(homes.customer_id)] == [measured]
    homes.accounts.clock.advance(seconds=60)
    again = homes.categories.measure(homes.customer_id, ENERGY, METER, BY)
    assert again.measured is not None
    assert again.measured.measured_at_ms == homes.now_ms + MINUTE_MS
    [entry] = homes.accounts.log("interval.measured")
    assert (entry.actor, entry.subject) == (BY, "ENERGY_CONSUMPTION of SMART_METER")
    assert (entry.before, entry.after) == ({"interval_seconds": None}, {"interval_seconds": 3_600.0})


def test_what_comes_once_a_day_is_measured_over_several_days(homes: Homes) -> None:
    homes.send("home", homes.every(DAY_MS, 10 * DAY_MS), "ENERGY_CONSUMPTION_YESTERDAY", "GATEWAY")
    found = homes.categories.measure(homes.customer_id, "ENERGY_CONSUMPTION_YESTERDAY", "GATEWAY", BY)
    assert found.measured is not None
    assert (found.measured.interval_seconds, found.measured.looked_back_seconds) == (86_400, 8 * 86_400)
    assert found.events_last_day == 1


def test_a_silent_category_says_so(homes: Homes) -> None:
    homes.send("home", [homes.now_ms - 3 * DAY_MS])
    found = homes.categories.measure(homes.customer_id, ENERGY, METER, BY)
    assert found.measured is not None
    assert (found.measured.measured, found.measured.interval_seconds, found.measured.alike_share) == (0, None, None)
    assert found.events_last_day == 0


def test_of_many_series_a_few_hundred_are_looked_at(homes: Homes) -> None:
    homes.send("flats", homes.every(HOUR_MS))
    with homes.accounts.store.write() as session:
        building = session.buildings.find(homes.customer_id, "flats")
        assert building is not None
        [first] = session.series.list_of(homes.customer_id, [building.id])
        ids = [
            session.series.find_or_add(homes.customer_id, building.id, ENERGY, f"device-{number}", METER, None).id
            for number in range(3 * MOST_SAMPLED)
        ]
        columns = EventColumns(
            series_ids=array("i", [each for each in ids for _ in range(24)]),
            times_ms=array("q", homes.every(HOUR_MS) * len(ids)),
            values=array("d", [1.0] * 24 * len(ids)),
        )
        entry = LogEntry(sequence=25, customer_id=homes.customer_id, kind=LogKind.LIVE, received_at_ms=0, columns=columns)
        session.events.append([entry])
    found = homes.categories.measure(homes.customer_id, ENERGY, METER, BY)
    assert found.measured is not None
    assert (found.measured.series, found.measured.sampled, found.measured.interval_seconds) == (601, MOST_SAMPLED, 3_600)
    [listed] = homes.categories.list_of(homes.customer_id)
    assert (listed.sampled, listed.events_last_day) == (MOST_SAMPLED, 601 * 24)
    with homes.accounts.store.read() as session:
        sampled = [each.id for each in session.series.sample(homes.customer_id, 10)]
        assert [(each - first.id) // 60 for each in sampled] == list(range(10))  # evenly spread
        assert [each.id for each in session.series.sample(homes.customer_id, 1_000)] == [first.id, *ids]


def test_what_was_never_sent_is_not_found(homes: Homes) -> None:
    homes.send("home", homes.every(HOUR_MS))
    for customer_id, event_type in ((homes.customer_id, "POWER_GENERATION"), ("d" * 24, ENERGY)):
        problem = refusal(lambda c=customer_id, e=event_type: homes.categories.measure(c, e, METER, BY))  # type: ignore[misc]
        assert problem.code == "not_found"
