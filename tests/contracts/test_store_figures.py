"""What an operator is told of the store, on both databases."""

import msgspec
from prometheus_client import CollectorRegistry
from tests.contracts.store_contents import (
    NOW_MS,
    add_customer,
    add_notifications,
    add_series,
    customer,
    entry,
    notification,
)

from hearth.domain.endpoints import Endpoint
from hearth.domain.events import IssuedEvent
from hearth.runtime.housekeeping import StoreFigures
from hearth.runtime.metrics import DeliverMetrics
from hearth.testing.clocks import MovableClock


def figures_of(store, at_ms: int) -> dict[str, float]:
    registry = CollectorRegistry()
    StoreFigures(store, MovableClock(at_ms), DeliverMetrics(registry)).look()
    return {family.name: family.samples[0].value for family in registry.collect() if family.type == "gauge"}


def test_an_empty_store(store) -> None:
    figures = figures_of(store, NOW_MS)
    assert figures.pop("hearth_database_bytes") > 50_000
    assert set(figures.values()) == {0}
    assert len(figures) == 6


def test_the_outbox_tells_what_is_due_and_not_what_is_leased_or_closed(store) -> None:
    add_customer(store, "a", "one", "two")
    add_customer(store, "b", "one")
    notes = [notification("a", "one", 1), notification("a", "two", 2), notification("b", "one", 3)]
    add_notifications(store, *notes)
    figures = figures_of(store, NOW_MS + 60_000)
    assert [figures[f"hearth_outbox_{name}"] for name in ("open", "due", "oldest_due_seconds")] == [3, 3, 60]

    with store.write() as session:
        session.outbox.close(customer("a"), f"delivery-of-{notes[0].id}", delivered=True, at_ms=NOW_MS)
        session.outbox.reschedule(customer("a"), f"delivery-of-{notes[1].id}", NOW_MS + 50_000)
        leased = session.outbox.lease_for_operator(NOW_MS, NOW_MS + 90_000, 1)
    assert [each.id for each in leased] == [f"delivery-of-{notes[2].id}"]
    figures = figures_of(store, NOW_MS + 60_000)
    assert [figures[f"hearth_outbox_{name}"] for name in ("open", "due", "oldest_due_seconds")] == [2, 1, 10]
    figures = figures_of(store, NOW_MS + 100_000)  # the lease has run out
    assert [figures[f"hearth_outbox_{name}"] for name in ("open", "due", "oldest_due_seconds")] == [2, 2, 50]


def test_what_waits_behind_a_retry_is_not_due(store) -> None:
    add_customer(store, "a", "one")
    notes = [notification("a", "one", number) for number in (1, 2)]
    add_notifications(store, *notes)
    with store.write() as session:
        session.outbox.reschedule(customer("a"), f"delivery-of-{notes[0].id}", NOW_MS + 600_000)
    figures = figures_of(store, NOW_MS + 500_000)
    assert [figures[f"hearth_outbox_{name}"] for name in ("open", "due", "oldest_due_seconds")] == [2, 0, 0]
    figures = figures_of(store, NOW_MS + 610_000)
    assert [figures[f"hearth_outbox_{name}"] for name in ("open", "due", "oldest_due_seconds")] == [2, 1, 10]


def test_disabled_endpoints_the_line_and_the_log(store) -> None:
    add_customer(store, "a", "one")
    add_customer(store, "b", "one")
    series_id = add_series(store, "a", "one")
    with store.write() as session:
        session.endpoints.replace(Endpoint(customer_id=customer("a"), url="https://a.example", signing_secret_sealed="x"))
        session.endpoints.replace(
            Endpoint(customer_id=customer("b"), url="https://b.example", signing_secret_sealed="x", disabled_reason="gone")
        )
        event = IssuedEvent(event_type="POWER", source="PLATFORM", occurred_at_ms=NOW_MS, value=1.0)
        session.issued.add(customer("a"), "a-one", [event, event])
        session.events.append(
            [entry("a", 1, [(series_id, NOW_MS + at, 1.0) for at in range(5)]), entry("a", 6, [(series_id, 1, 1.0)])]
        )
        session.engine.set_applied_sequence_for_operator(5)
    figures = figures_of(store, NOW_MS)
    assert figures["hearth_endpoints_disabled"] == 1
    with store.write() as session:
        session.endpoints.replace(msgspec.structs.replace(session.endpoints.find(customer("b")), is_enabled=False))
    assert figures_of(store, NOW_MS)["hearth_endpoints_disabled"] == 0, "switched off by a person"
    assert figures["hearth_issued_line_batches"] == 1
    assert figures["hearth_compaction_waiting_events"] == 5
