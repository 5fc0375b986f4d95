"""One household behind a live driver: rules and events in the notation of the rule corpus, over a real store."""

import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

from tests.conformance.rules_corpus import CATALOGUE, CUSTOMER_ID, Case, EventInput, read_cases, told
from tests.conformance.rules_ways import RECEIVED_MS, NoWake, columns_of, find_series, kind_of, set_up, stored

from hearth.ports import Store
from hearth.runtime.live import LiveDriver
from hearth.store import SqlStore
from hearth.testing.clocks import MovableClock

ALWAYS = """
rule:
  name: Always
  datasets: {P: {kind: SINGLE_VALUE, eventTypes: [POWER_CONSUMPTION]}}
  condition: $P >= 0
  message: $P
"""


def case_of(rules: str, events: str = "") -> Case:
    """Rules (sections of the corpus) and events."""
    (case,) = read_cases("home", f"# Home\n{rules.strip()}\ninput:\n  {events.strip() or '10:00 POWER_CONSUMPTION 0'}\nexpect:\n")
    return case


class UnreliableStore:
    """A real store whose transactions fail, before they are committed, when `fails` says so."""

    def __init__(self, store: SqlStore) -> None:
        self._store = store
        self.fails: Callable[[Any], bool] = lambda session: False

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    @contextmanager
    def write(self, *given: Any, **named: Any) -> Iterator[Any]:
        with self._store.write(*given, **named) as session:
            yield session
            if self.fails(session):
                raise OSError("no space left on device")


def is_writer_thread() -> bool:
    return threading.current_thread().name == "group-writer"


class Home:
    """A household with rules; `send` returns when the events are on disk, `hear` what came of all so far."""

    def __init__(self, store: Store, rules: str = ALWAYS) -> None:
        self.store = store
        self.case = case_of(rules)
        set_up(store, self.case)

    def new_driver(self) -> LiveDriver:
        return LiveDriver(self.store, CATALOGUE, MovableClock(RECEIVED_MS), NoWake())

    @asynccontextmanager
    async def running(self) -> AsyncIterator[LiveDriver]:
        driver = self.new_driver()
        await driver.start()
        try:
            yield driver
        finally:
            await driver.stop()

    async def send(self, driver: LiveDriver, events: str) -> None:
        for batch in case_of(ALWAYS, events).batches(None):
            assert isinstance(batch, list)
            await self.submit(driver, batch)

    async def submit(self, driver: LiveDriver, batch: list[EventInput]) -> None:
        series_ids = [find_series(self.store, event).id for event in batch]
        await driver.submit(CUSTOMER_ID, kind_of(batch), columns_of(batch, series_ids), RECEIVED_MS)

    def told(self) -> list[str]:
        return told(self.case, stored(self.store, self.case))

    def delivered_counts(self) -> list[int]:
        return [counters.delivered_count for counters in stored(self.store, self.case).counters.values()]
