"""How long the console's list of buildings takes: 10,000 homes, on SQLite and on PostgreSQL.

`python -m bench.building_lists [database URL]`: fills an empty database (a temporary SQLite file without a URL), asks each
kind of page in turn, and prints the median and the slowest of 50 calls in milliseconds. The bar is a median of 200.
"""

import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable

from hearth.bootstrap import Installation, Settings, open_installation
from hearth.core.identifiers import derived_id
from hearth.core.instants import HOUR_MS
from hearth.domain.buildings import Building, Device
from hearth.domain.customers import Customer
from hearth.services.building_lists import Asked, BuildingLists

_CUSTOMER = "0123456789abcdef01234567"
_HOMES = 10_000
_CALLS = 50
_CITIES = ("Zürich", "Bern", "Aarau", "Genève", "Lugano", "Basel", "Chur", "Thun")
_DEVICES = ("SMART_METER", "INVERTER", "BATTERY", "CAR_CHARGER")


def _fill(installation: Installation) -> None:
    chance, now_ms = random.Random(1), installation.clock.now_ms()
    with installation.store.write() as session:
        session.customers.add(Customer(id=_CUSTOMER, name="Many homes", created_at_ms=now_ms))
        heard = {}
        for number in range(_HOMES):
            building = Building(
                id=derived_id("home", number),
                customer_id=_CUSTOMER,
                customer_building_id=f"home-{number:05}",
                time_zone_id="Europe/Zurich",
                registration_at_ms=now_ms,
                activation_at_ms=now_ms,
                city=chance.choice(_CITIES),
                zip=str(chance.randrange(1_000, 10_000)),
                country_code="CH",
                user_ids=(f"user-{number}",),
                devices=tuple(Device(id=f"{kind}-{number}", type=kind) for kind in _DEVICES),
                tags=tuple(tag for tag in ("pilot", "solar", "spring") if chance.random() < 0.2),
            )
            session.buildings.add(building)
            heard[building.id] = now_ms - chance.randrange(72) * HOUR_MS
        session.listed_buildings.note_last_events(_CUSTOMER, heard)


def _report(name: str, call: Callable[[], object]) -> None:
    took = []
    for _ in range(_CALLS):
        began = time.perf_counter()
        call()
        took.append((time.perf_counter() - began) * 1_000)
    print(f"{name:34} median {statistics.median(took):6.1f} ms   slowest {max(took):6.1f} ms")


def main(database_url: str = "") -> None:
    """Measures and prints."""
    with tempfile.TemporaryDirectory(prefix="hearth-bench-lists-") as folder:
        settings = Settings(data_dir=folder, database_url=database_url)
        with open_installation(settings) as installation:
            _fill(installation)
            lists = BuildingLists(installation.store, installation.clock)
            behind = lists.list_page(_CUSTOMER, Asked(), None, 50).next_after
            for name, asked, after in (
                ("first page", Asked(), None),
                ("a later page", Asked(), behind),
                ("search", Asked(search="zürich 80"), None),
                ("silent, longest first", Asked(status="SILENT", order="lastEvent"), None),
                ("tag, by city, descending", Asked(tag="solar", order="city", is_descending=True), None),
            ):
                _report(name, lambda asked=asked, after=after: lists.list_page(_CUSTOMER, asked, after, 50))
            _report("the tags", lambda: lists.list_tags(_CUSTOMER))


if __name__ == "__main__":
    main(*sys.argv[1:2])
