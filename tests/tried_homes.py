"""Three homes with a meter and a rule to try on them: those of the pages about trying rules."""

from array import array

from hearth.domain.events import EventColumns, LogEntry, LogKind
from hearth.ports import Store
from hearth.services.buildings import BuildingDraft, Buildings

RULE = """\
name: Much power
state: DRAFT
datasets:
  Power: {kind: TIME_SERIES, eventTypes: [POWER_CONSUMPTION], timespan: 30min}
condition: AVG($Power) > 1000 AND COUNT($Power) >= 2
timeBetweenNotifications: 3h
notification:
  texts:
    en: {title: Much power, message: '"You use " + AVG($Power) | "#,##0" + " W."'}
"""
STEP_MS = 15 * 60_000
START_MS = 1_772_841_600_000  # 2026-03-07T00:00Z
VALUES = [200, 200, 1500, 1600, 1700, 300, 300, 300]  # two hours, again and again
_FACTORS = (0.5, 1.0, 1.2)


def add_homes(store: Store, buildings: Buildings, customer_id: str) -> None:
    """home-0, home-1 and home-2, in Zurich, each with three days of values."""
    for number, factor in enumerate(_FACTORS):
        name = f"home-{number}"
        buildings.add(customer_id, BuildingDraft(customer_building_id=name, time_zone_id="Europe/Zurich"))
        add_values(store, customer_id, name, [factor * VALUES[step % len(VALUES)] for step in range(4 * 24 * 3)], STEP_MS)


def add_values(store: Store, customer_id: str, home: str, values: list[float], step_ms: int) -> None:
    """Power consumption of a home's meter, from the start on."""
    with store.write() as session:
        building = session.buildings.find(customer_id, home)
        assert building is not None
        series = session.series.find_or_add(customer_id, building.id, "POWER_CONSUMPTION", "meter", "GATEWAY", None)
        columns = EventColumns(
            series_ids=array("i", [series.id] * len(values)),
            times_ms=array("q", [START_MS + step * step_ms for step in range(len(values))]),
            values=array("d", values),
        )
        sequence = session.engine.applied_sequence_for_operator() + 1
        session.events.append(
            [LogEntry(sequence=sequence, customer_id=customer_id, kind=LogKind.HISTORICAL, received_at_ms=0, columns=columns)]
        )
        session.engine.set_applied_sequence_for_operator(sequence + len(values) - 1)
