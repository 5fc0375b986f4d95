"""Lag: it grows while anything of storing or evaluating hangs, is 0 when nothing waits, and makes the platform not ready."""

import asyncio
import threading
from contextlib import contextmanager

import pytest
from prometheus_client import CollectorRegistry
from tests.conformance.rules_ways import CATALOGUE, RECEIVED_MS, NoWake
from tests.unit.runtime.one_home import Home, UnreliableStore, is_writer_thread

from hearth.runtime import live as live_module
from hearth.runtime.live import LiveDriver
from hearth.runtime.metrics import IngestMetrics
from hearth.testing.clocks import MovableClock

MOST_LAG_MS = 60_000


@pytest.fixture(autouse=True)
def _no_housekeeping(monkeypatch: pytest.MonkeyPatch) -> None:
    """It writes as well: what hangs would be its progress, before the event has come."""
    monkeypatch.setattr(live_module, "_HOUSEKEEPING_SECONDS", 3600.0)


class HangingStore(UnreliableStore):
    """A store whose writing thread hangs at its commit while `goes_on` is not set."""

    def __init__(self, store) -> None:
        super().__init__(store)
        self.goes_on = threading.Event()
        self.goes_on.set()
        self.hangs = threading.Event()

    @contextmanager
    def write(self, *given, **named):
        with self._store.write(*given, **named) as session:
            yield session
            if is_writer_thread() and not self.goes_on.is_set():
                self.hangs.set()
                assert self.goes_on.wait(60)


async def test_a_driver_that_hangs_is_seen_and_so_is_its_end(sqlite_store) -> None:
    store = HangingStore(sqlite_store)
    home = Home(store)
    clock = MovableClock(RECEIVED_MS)
    registry = CollectorRegistry()
    driver = LiveDriver(store, CATALOGUE, clock, NoWake(), IngestMetrics(registry))
    assert driver.not_ready_because(MOST_LAG_MS) == "The platform is starting."
    await driver.start()
    try:
        await home.send(driver, "10:00 POWER_CONSUMPTION 1")
        await driver.settle()
        assert (driver.lag_ms, driver.not_ready_because(MOST_LAG_MS)) == (0, None)
        clock.advance(seconds=600)
        assert driver.lag_ms == 0  # nobody sends: that is no lag

        store.goes_on.clear()
        sending = asyncio.create_task(home.send(driver, "10:05 POWER_CONSUMPTION 2"))
        assert await asyncio.to_thread(store.hangs.wait, 60)
        # The home's events are stamped with RECEIVED_MS.
        assert driver.lag_ms == 10 * MOST_LAG_MS
        assert registry.get_sample_value("hearth_lag_seconds") == 600
        assert registry.get_sample_value("hearth_backlog_events") == 1
        reason = driver.not_ready_because(MOST_LAG_MS)
        assert reason is not None
        assert "600 seconds ago" in reason
        clock.advance(seconds=1)
        assert registry.get_sample_value("hearth_lag_seconds") == 601

        store.goes_on.set()
        await sending
        await driver.settle()
        assert (driver.lag_ms, driver.not_ready_because(MOST_LAG_MS)) == (0, None)
        assert registry.get_sample_value("hearth_evaluated_events_total", {"kind": "live"}) == 2
        generated = {"status": "generated", "reason": ""}
        assert registry.get_sample_value("hearth_notifications_total", generated) == len(home.told()) == 2
    finally:
        store.goes_on.set()
        await driver.stop()


async def test_a_failed_transaction_is_counted_and_leaves_no_lag(sqlite_store) -> None:
    store = UnreliableStore(sqlite_store)
    home = Home(store)
    clock = MovableClock(RECEIVED_MS)
    registry = CollectorRegistry()
    driver = LiveDriver(store, CATALOGUE, clock, NoWake(), IngestMetrics(registry))
    await driver.start()
    try:
        store.fails = lambda _session: is_writer_thread()
        sent = await asyncio.gather(home.send(driver, "10:00 POWER_CONSUMPTION 1"), return_exceptions=True)
        assert "could not be stored" in str(sent[0])
        store.fails = lambda _session: False
        await driver.settle()
        clock.advance(seconds=600)
        assert (driver.lag_ms, driver.not_ready_because(MOST_LAG_MS)) == (0, None)
        assert registry.get_sample_value("hearth_store_group_failures_total") == 1
        assert registry.get_sample_value("hearth_driver_failures_total") == 1
    finally:
        await driver.stop()
