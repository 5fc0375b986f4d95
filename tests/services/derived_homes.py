"""Homes whose devices send something, behind a live driver, and what the platform then says of them."""

from array import array
from collections.abc import Iterable
from datetime import datetime

from tests.conformance.rules_corpus import CATALOGUE, CUSTOMER_ID
from tests.conformance.rules_ways import NoWake

from hearth.core.instants import MINUTE_MS, instant_of_datetime, zone_named
from hearth.domain.buildings import Building
from hearth.domain.customers import Customer
from hearth.domain.events import PLATFORM_DEVICE, EventColumns, LogKind
from hearth.runtime.live import LiveDriver
from hearth.store import SqlStore
from hearth.testing.clocks import MovableClock

ZURICH = "Europe/Zurich"


def at(text: str, zone_id: str = ZURICH) -> int:
    """The instant of a time on the wall."""
    return instant_of_datetime(datetime.fromisoformat(text).replace(tzinfo=zone_named(zone_id)))


class Homes:
    """Homes of a customer, called "home", "home-2" …; the driver runs within `async with`."""

    def __init__(self, store: SqlStore, *zone_ids: str) -> None:
        self.store = store
        self.clock = MovableClock(at("2026-03-10T00:00"))
        self.driver = LiveDriver(store, CATALOGUE, self.clock, NoWake())
        with store.write() as session:
            session.customers.add(Customer(id=CUSTOMER_ID, name="Customer", created_at_ms=0))
            for number, zone_id in enumerate(zone_ids or (ZURICH,)):
                session.buildings.add(
                    Building(
                        id=f"{number:024x}",
                        customer_id=CUSTOMER_ID,
                        customer_building_id=f"home-{number + 1}" if number else "home",
                        time_zone_id=zone_id,
                        registration_at_ms=0,
                        activation_at_ms=0,
                    )
                )

    async def __aenter__(self) -> "Homes":
        await self.driver.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.driver.stop()

    def id_of(self, name: str) -> str:
        with self.store.read() as session:
            found = session.buildings.find(CUSTOMER_ID, name)
            assert found is not None
            return found.id

    async def hear(
        self,
        event_type: str,
        events: Iterable[tuple[int, float]],
        source: str = "GATEWAY",
        device: str = "meter-1",
        home: str = "home",
        kind: LogKind = LogKind.LIVE,
    ) -> None:
        """The customer sends these (instant, value)."""
        events = list(events)
        with self.store.write() as session:
            series = session.series.find_or_add(CUSTOMER_ID, self.id_of(home), event_type, device, source, None)
        self.driver.know(series)
        columns = EventColumns(
            series_ids=array("i", [series.id] * len(events)),
            times_ms=array("q", [each for each, _ in events]),
            values=array("d", [each for _, each in events]),
        )
        await self.driver.submit(CUSTOMER_ID, kind, columns, self.clock.now_ms())
        await self.driver.settle()

    async def enter(self) -> None:
        """What was said goes into the log."""
        await self.driver.enter_issued()
        await self.driver.settle()

    def said(self, event_type: str, home: str = "home", device: str = PLATFORM_DEVICE) -> dict[int, float]:
        """What is stored of a device, by instant."""
        with self.store.read() as session:
            found = [
                each
                for each in session.series.list_of(CUSTOMER_ID, [self.id_of(home)])
                if (each.event_type, each.device_id) == (event_type, device)
            ]
            points = session.events.read(CUSTOMER_ID, [each.id for each in found], 0, 2**60)
        return {at_ms: value for each in points.values() for at_ms, value in zip(each.times_ms, each.values, strict=True)}

    def said_of_household(self, home: str = "home") -> dict[str, float]:
        """The newest of each type that the platform says."""
        with self.store.read() as session:
            series = [
                each for each in session.series.list_of(CUSTOMER_ID, [self.id_of(home)]) if each.device_id == PLATFORM_DEVICE
            ]
            newest = session.events.latest(CUSTOMER_ID, [each.id for each in series], 2**60)
        return {each.event_type: round(newest[each.id][1], 3) for each in series if each.id in newest}


def every(minutes: float, start: str, end: str, value: float, zone_id: str = ZURICH) -> list[tuple[int, float]]:
    """The same value again and again in [start, end)."""
    return [(each, value) for each in range(at(start, zone_id), at(end, zone_id), round(minutes * MINUTE_MS))]
