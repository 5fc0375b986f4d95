"""What the store's tests put into it: customers, buildings, entries of the log, notifications, deliveries."""

from array import array
from collections.abc import Sequence

from hearth.domain.buildings import Building
from hearth.domain.customers import Customer
from hearth.domain.events import NO_FORECAST_MS, EventColumns, LogEntry, LogKind, empty_columns
from hearth.domain.notifications import Content, Delivery, Notification, RenderedText
from hearth.store import SqlStore

NOW_MS = 1_750_000_000_000
ALWAYS = (-1, 2**60)


def customer(letter: str) -> str:
    """The id of the customer of that letter."""
    return letter * 24


def add_customer(store: SqlStore, letter: str, *buildings: str) -> str:
    """A customer with buildings; the id of building "one" of customer "a" is "a-one"."""
    with store.write() as session:
        session.customers.add(Customer(id=customer(letter), name=letter, created_at_ms=NOW_MS))
        for name in buildings:
            session.buildings.add(building(letter, name))
    return customer(letter)


def building(letter: str, name: str, **given: object) -> Building:
    """A building of the customer of that letter."""
    return Building(
        id=f"{letter}-{name}",
        customer_id=customer(letter),
        customer_building_id=name,
        time_zone_id="Europe/Zurich",
        registration_at_ms=NOW_MS,
        activation_at_ms=NOW_MS,
        **given,
    )


def add_series(store: SqlStore, letter: str, name: str, device: str = "meter") -> int:
    """A series of a building; its id."""
    with store.write() as session:
        return session.series.find_or_add(customer(letter), f"{letter}-{name}", "POWER", device, "METER", None).id


def compact(store: SqlStore, up_to_sequence: int, most_events: int = 1_000) -> int:
    """Prepares one compaction and writes all of its steps; the number of events moved."""
    with store.read() as session:
        steps = session.events.prepare_compaction_for_operator(up_to_sequence, most_events)
    for step in steps:
        with store.write() as session:
            assert session.events.compact_for_operator(step)
    return sum(step.moved for step in steps)


def compact_all(store: SqlStore, up_to_sequence: int, most_events: int = 10) -> int:
    """Compacts until nothing is left; the number of events moved."""
    moved = 0
    while moved_now := compact(store, up_to_sequence, most_events):
        moved += moved_now
    return moved


def entry(
    letter: str,
    sequence: int,
    events: Sequence[tuple[int, int, float] | tuple[int, int, float, int]],
    kind: LogKind = LogKind.LIVE,
) -> LogEntry:
    """An entry of (series, time, value) or (series, time, value, forecast) events."""
    has_forecast = any(len(event) > 3 for event in events)
    columns = EventColumns(
        series_ids=array("i", [event[0] for event in events]),
        times_ms=array("q", [event[1] for event in events]),
        values=array("d", [event[2] for event in events]),
        forecast_ms=array("q", [event[3] if len(event) > 3 else NO_FORECAST_MS for event in events]) if has_forecast else None,
    )
    return LogEntry(sequence=sequence, customer_id=customer(letter), kind=kind, received_at_ms=NOW_MS, columns=columns)


def facts_entry(letter: str, sequence: int, facts) -> LogEntry:
    """An entry of delivered facts."""
    return LogEntry(
        sequence=sequence,
        customer_id=customer(letter),
        kind=LogKind.DELIVERED,
        received_at_ms=NOW_MS,
        columns=empty_columns(),
        facts=tuple(facts),
    )


def tick_entry(letter: str, sequence: int, at_ms: int) -> LogEntry:
    """An entry of a tick."""
    return LogEntry(
        sequence=sequence,
        customer_id=customer(letter),
        kind=LogKind.TICK,
        received_at_ms=NOW_MS,
        columns=empty_columns(),
        tick_ms=at_ms,
    )


def notification(letter: str, name: str, number: int, **given: object) -> Notification:
    """A pending notification, created `number` seconds after NOW_MS."""
    values = {
        "id": f"{letter}-note-{number:04}",
        "customer_id": customer(letter),
        "building_id": f"{letter}-{name}",
        "customer_building_id": name,
        "rule_id": "rule",
        "rule_version": 1,
        "trigger_sequence": number,
        "created_at_ms": NOW_MS + number * 1_000,
        "stored_at_ms": NOW_MS + number * 1_000,
        "status": "PENDING",
        "content": Content(texts={"en": RenderedText(title="Sun", message="Use it.")}),
        "trace": {"power_w": 12.5},
    }
    return Notification(**{**values, **given})


def delivery(note: Notification, due_at_ms: int = NOW_MS) -> Delivery:
    """The delivery of a notification."""
    return Delivery(
        id=f"delivery-of-{note.id}",
        customer_id=note.customer_id,
        building_id=note.building_id,
        notification_id=note.id,
        channel="webhook",
        created_at_ms=NOW_MS,
        due_at_ms=due_at_ms,
        expires_at_ms=NOW_MS + 3_600_000,
    )


def add_notifications(store: SqlStore, *notes: Notification, deliver: bool = True) -> None:
    """Stores notifications and, unless told otherwise, their deliveries, due at NOW_MS."""
    with store.write() as session:
        session.notifications.add_all(notes)
        if deliver:
            session.outbox.add_all([delivery(note) for note in notes])
