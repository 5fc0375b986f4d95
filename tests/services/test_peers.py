"""EVAL of a running rule: homes are compared by a snapshot that is published every ten minutes; a simulation sees the same."""

from array import array

import pytest
from msgspec.structs import replace
from tests.conformance.rules_corpus import CATALOGUE, CUSTOMER_ID
from tests.conformance.rules_ways import NoWake
from tests.unit.runtime.one_home import case_of

from hearth.core.instants import HOUR_MS, MINUTE_MS
from hearth.domain.buildings import Building
from hearth.domain.customers import Customer
from hearth.domain.events import EventColumns, LogKind
from hearth.runtime import live as live_module
from hearth.runtime.live import LiveDriver
from hearth.runtime.peering import PeerPublishing
from hearth.runtime.rule_sets import RuleSets
from hearth.services.simulations import Simulated, Simulations
from hearth.store import SqlStore
from hearth.testing.clocks import MovableClock

HOMES = 6
NINE_MS = 1_773_133_200_000  # 2026-03-10T09:00Z
RULES = """
rule:
  name: Newest
  datasets: {P: {kind: SINGLE_VALUE, eventTypes: [POWER_CONSUMPTION]}}
  condition: $P > 2 * AVG(AVG(EVAL("P", Building::All)))
  message: COUNT(EVAL("P", Building::All)) + " others use " + AVG(AVG(EVAL("P", Building::All)))
rule:
  name: Window
  datasets:
    P: {kind: SINGLE_VALUE, eventTypes: [POWER_CONSUMPTION]}
    H: {kind: TIME_SERIES, eventTypes: [POWER_CONSUMPTION], timespan: 30min}
  condition: $P > 1000
  message: '"others use " + SUM(SUM(EVAL("H", Building::All)))'
"""


@pytest.fixture(autouse=True)
def _looks_when_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live_module, "_HOUSEKEEPING_SECONDS", 3600.0)


class Homes:
    """Six homes of a customer with a meter each, behind a live driver."""

    def __init__(self, store: SqlStore, homes: int = HOMES) -> None:
        self.store = store
        self.rules = case_of(RULES).rules
        self.clock = MovableClock(NINE_MS)
        self.publishing = PeerPublishing(store, RuleSets(CATALOGUE), self.clock)
        with store.write() as session:
            session.customers.add(Customer(id=CUSTOMER_ID, name="Customer", created_at_ms=0))
            for rule in self.rules:
                session.rules.add_version(rule)
            self.series = []
            for number in range(homes):
                building = Building(
                    id=f"{number:024x}",
                    customer_id=CUSTOMER_ID,
                    customer_building_id=f"home-{number}",
                    time_zone_id="UTC",
                    registration_at_ms=0,
                    activation_at_ms=0,
                )
                session.buildings.add(building)
                added = session.series.find_or_add(CUSTOMER_ID, building.id, "POWER_CONSUMPTION", "meter", "GATEWAY", None)
                self.series.append(added.id)

    async def hear(self, driver: LiveDriver, at_ms: int, *values: float) -> None:
        """The value of each home, as far as given."""
        columns = EventColumns(
            series_ids=array("i", self.series[: len(values)]),
            times_ms=array("q", [at_ms] * len(values)),
            values=array("d", values),
        )
        await driver.submit(CUSTOMER_ID, LogKind.LIVE, columns, at_ms)
        await driver.settle()

    def said(self, name: str = "home-0") -> list[str]:
        with self.store.read() as session:
            found = session.notifications.list_page(CUSTOMER_ID, None, ("DELIVERED",), None, 100)
        ordered = sorted((each for each in found if each.customer_building_id == name), key=lambda each: each.trigger_sequence)
        return [each.content.texts["en"].message for each in ordered if each.content is not None]


async def lived(store: SqlStore) -> Homes:
    homes = Homes(store)
    driver = LiveDriver(store, CATALOGUE, homes.clock, NoWake())
    await driver.start()
    await homes.hear(driver, NINE_MS - 20 * MINUTE_MS, 900, 100, 100, 100, 100, 100)  # nobody is compared yet
    await homes.hear(driver, NINE_MS, 900, 300, 300, 300, 300, 300)
    assert homes.publishing.publish() == 1
    assert homes.publishing.publish() == 0
    await homes.hear(driver, NINE_MS + MINUTE_MS, 500, 9_000)  # the second home's is of the next snapshot
    await homes.hear(driver, NINE_MS + 5 * MINUTE_MS, 700)
    homes.clock.move_to(NINE_MS + 10 * MINUTE_MS)
    assert homes.publishing.publish() == 1
    await homes.hear(driver, NINE_MS + 11 * MINUTE_MS, 1_500)
    await homes.hear(driver, NINE_MS + 26 * MINUTE_MS, 1_600)  # the newest snapshot is too old by now
    await driver.stop()
    return homes


async def test_homes_are_compared_by_the_newest_snapshot(store: SqlStore) -> None:
    homes = await lived(store)
    assert homes.said() == ["5 others use 300", "others use 10,500", "others use –"]


async def test_a_simulation_sees_what_would_have_been_published(sqlite_store: SqlStore) -> None:
    homes = await lived(sqlite_store)
    told = []
    for rule in homes.rules:
        *_, answer = Simulations(sqlite_store, CATALOGUE).simulate(CUSTOMER_ID, rule, "home-0", NINE_MS, NINE_MS + 12 * MINUTE_MS)
        assert isinstance(answer, Simulated)
        told += [each.content.texts["en"].message for each in answer.result.notifications if each.content is not None]
    # At nine it already knows the snapshot of nine, which live was published a moment later.
    assert told == ["5 others use 300", "5 others use 300", "others use 10,500"]


async def test_a_restart_knows_the_snapshot_that_was_published(store: SqlStore) -> None:
    homes = Homes(store)
    driver = LiveDriver(store, CATALOGUE, homes.clock, NoWake())
    await driver.start()
    await homes.hear(driver, NINE_MS, 100, 300, 300, 300, 300, 300)
    homes.publishing.publish()
    await driver.stop()
    driver = LiveDriver(store, CATALOGUE, homes.clock, NoWake())
    await driver.start()
    await homes.hear(driver, NINE_MS + MINUTE_MS, 700)
    await driver.stop()
    assert homes.said() == ["5 others use 300"]


async def test_few_homes_are_not_compared_and_erased_ones_are_gone(store: SqlStore) -> None:
    homes = Homes(store)
    driver = LiveDriver(store, CATALOGUE, homes.clock, NoWake())
    await driver.start()
    await homes.hear(driver, NINE_MS, 100, 300, 300, 300, 300, 300)
    with store.write() as session:
        for number in (4, 5):
            off = session.buildings.find(CUSTOMER_ID, f"home-{number}")
            assert off is not None
            session.buildings.replace(replace(off, deactivated_at_ms=1))
    homes.publishing.publish()
    await homes.hear(driver, NINE_MS + MINUTE_MS, 700)
    await driver.stop()
    assert homes.said() == []
    with store.write() as session:
        published = session.engine.find_peer_snapshot(CUSTOMER_ID)
        assert published is not None
        assert sorted(published.homes) == ["home-0", "home-1", "home-2", "home-3"]
        session.buildings.erase(CUSTOMER_ID, f"{3:024x}")
        assert session.engine.find_peer_snapshot(CUSTOMER_ID) is None


def test_nobody_is_compared_where_no_rule_asks(store: SqlStore) -> None:
    homes = Homes(store)
    with store.write() as session:
        for rule in homes.rules:
            session.rules.add_version(replace(rule, version=2, state="INACTIVE"))
    assert homes.publishing.publish() == 0
    homes.clock.move_to(NINE_MS + HOUR_MS)
    assert homes.publishing.publish() == 0
