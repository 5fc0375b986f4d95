"""Homes with energies for tests of statistics: events straight into the store, as they stand in it once they were taken in."""

from array import array
from collections.abc import Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from hearth.core.instants import MINUTE_MS, instant_of_datetime, start_of_local_day
from hearth.domain.events import EventColumns, LogEntry, LogKind, Series
from hearth.ports import Store
from hearth.services.buildings import BuildingDraft, Buildings

QUARTER_MS = 15 * MINUTE_MS
ZURICH = ZoneInfo("Europe/Zurich")

Events = Sequence[tuple[Series, int, float]]


def add_home(
    buildings: Buildings, customer_id: str, name: str, zone_id: str = "Europe/Zurich", country: str | None = "CH"
) -> str:
    """A building; its id."""
    return buildings.add(customer_id, BuildingDraft(customer_building_id=name, time_zone_id=zone_id, country_code=country)).id


def series_of(
    store: Store, customer_id: str, building_id: str, event_type: str, source: str = "GATEWAY", device: str = "gw"
) -> Series:
    """A series of a building."""
    with store.write() as session:
        return session.series.find_or_add(customer_id, building_id, event_type, device, source, None)


def append(store: Store, customer_id: str, events: Events, forecast_ms: int | None = None) -> None:
    """Takes (series, instant, Wh) into the log, all of them said of the instant `forecast_ms` where that is given."""
    columns = EventColumns(
        series_ids=array("i", [series.id for series, _, _ in events]),
        times_ms=array("q", [at_ms for _, at_ms, _ in events]),
        values=array("d", [wh for _, _, wh in events]),
        forecast_ms=None if forecast_ms is None else array("q", [forecast_ms] * len(events)),
    )
    with store.write() as session:
        sequence = session.events.last_sequence_for_operator() + 1
        session.events.append(
            [LogEntry(sequence=sequence, customer_id=customer_id, kind=LogKind.LIVE, received_at_ms=0, columns=columns)]
        )


def compact(store: Store) -> None:
    """Moves all of the log into chunks."""
    while True:
        with store.read() as session:
            steps = session.events.prepare_compaction_for_operator(2**60, 100_000)
        if not steps:
            return
        for step in steps:
            with store.write() as session:
                assert session.events.compact_for_operator(step)


def quarters(series: Series, day: date, first_wh: float, count: int = 96) -> Events:
    """So many quarters of an hour from local midnight in Zurich on, each half a Wh more than the one before."""
    start_ms = start_of_local_day(day, ZURICH)
    return [(series, start_ms + number * QUARTER_MS, first_wh + number / 2) for number in range(count)]


def at_ms(text: str) -> int:
    """ISO 8601 with an offset -> instant."""
    return instant_of_datetime(datetime.fromisoformat(text))


def add_manual_homes(store: Store, buildings: Buildings, customer_id: str) -> None:
    """The five homes of the manual's page about statistics: a Saturday, and the first four hours of the Sunday in March on which
    clocks are moved; one of the homes has panels."""
    for number in range(1, 6):
        home = add_home(buildings, customer_id, f"home-{number}")
        consumption = series_of(store, customer_id, home, "ENERGY_CONSUMPTION")
        append(store, customer_id, quarters(consumption, date(2026, 3, 28), 40 + 10 * number))
        append(store, customer_id, quarters(consumption, date(2026, 3, 29), 40 + 10 * number, 16))
        if number == 1:
            generation = series_of(store, customer_id, home, "ENERGY_GENERATION", "INVERTER", "inverter-1")
            append(store, customer_id, [(generation, at_ms("2026-03-28T12:00:00+01:00"), 1_800.0)])
