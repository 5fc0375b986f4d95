"""What is said of ten real homes: single-family houses with panels in California, of which the installed power is known."""

import csv
from array import array
from datetime import datetime

import numpy as np
import pytest
from tests.api.energy_homes import compact
from tests.metered_homes import file_of

from hearth.core.instants import instant_of_datetime
from hearth.domain.buildings import Building
from hearth.domain.customers import Customer
from hearth.domain.events import EventColumns, LogEntry, LogKind
from hearth.domain.profiles import FIGURES
from hearth.services.household_profiles import HouseholdProfiles
from hearth.store import SqlStore
from hearth.testing.clocks import MovableClock

CUSTOMER_ID = "c" * 24
INSTALLED_KW = (12, 4, 4, 8, 10, 4, 9, 4, 4, 6)


def test_ten_houses_are_taken_for_what_they_are(sqlite_store: SqlStore) -> None:
    with sqlite_store.write() as session:
        session.customers.add(Customer(id=CUSTOMER_ID, name="Customer", created_at_ms=0))
        for number in range(1, 11):
            rows = list(csv.DictReader(file_of(number).read_text().splitlines()))
            times = [instant_of_datetime(datetime.fromisoformat(row["hour_start_utc"].replace("Z", "+00:00"))) for row in rows]
            home = Building(
                id=f"{number:024x}",
                customer_id=CUSTOMER_ID,
                customer_building_id=f"home-{number}",
                time_zone_id="America/Los_Angeles",
                country_code="US",
                latitude=34.09,
                longitude=-117.43,
                registration_at_ms=0,
                activation_at_ms=0,
            )
            session.buildings.add(home)
            for event_type, column in (("ENERGY_CONSUMPTION", "consumption_wh"), ("ENERGY_GENERATION", "generation_wh")):
                series = session.series.find_or_add(CUSTOMER_ID, home.id, event_type, "gw", "GATEWAY", None)
                columns = EventColumns(
                    series_ids=array("i", [series.id] * len(rows)),
                    times_ms=array("q", times),
                    values=array("d", [float(row[column]) for row in rows]),
                )
                sequence = session.events.last_sequence_for_operator() + 1
                entry = LogEntry(
                    sequence=sequence, customer_id=CUSTOMER_ID, kind=LogKind.HISTORICAL, received_at_ms=0, columns=columns
                )
                session.events.append([entry])
    compact(sqlite_store)
    assert HouseholdProfiles(sqlite_store, MovableClock(max(times) + 3_600_000)).look() == 10
    with sqlite_store.read() as session:
        found = session.household_profiles.list_of(CUSTOMER_ID, [f"{number:024x}" for number in range(1, 11)])
    shares = []
    for installed_kw, profile in zip(INSTALLED_KW, (found[each] for each in sorted(found)), strict=True):
        claimed = {name: getattr(profile, name).value for name in FIGURES}
        assert (claimed["has_energy_generation"], claimed["building_type"], claimed["household_type"]) == (
            True,
            "RESIDENTIAL",
            "MULTI_PERSON",
        )
        assert claimed["elcom_class"] in ("H5", "H7")  # 7,200 to 13,100 kWh a year, houses of one's own
        assert claimed["economical_motivation"] is None  # no tariff is known, and nothing was advised
        shares.append(claimed["effective_capacity_kw"] / installed_kw)
    assert min(shares) > 0.65
    assert max(shares) < 1
    assert np.mean(shares) == pytest.approx(0.85, abs=0.05)
