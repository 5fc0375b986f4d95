"""What is said of meters and of values that cannot be, over HTTP; and the page of the manual about them."""

from pathlib import Path

import httpx2
import pytest
from tests.api.energy_homes import add_home, append, at_ms, series_of
from tests.api.manual_calls import assert_calls_give_what_is_shown

from hearth.api import ApiParts
from hearth.bootstrap import Settings, read_catalogue_setting
from hearth.core.instants import MINUTE_MS
from hearth.domain.customers import Customer
from hearth.ports import Store
from hearth.services.readings import Readings
from hearth.testing.clocks import MovableClock

PAGE = Path(__file__).parents[2] / "docs/integrate/meters.md"
CATALOGUE = read_catalogue_setting(Settings())
NINE_MS = at_ms("2026-03-10T09:00:00+01:00")


@pytest.fixture
def api_store(store: Store) -> Store:
    """Each database in turn."""
    return store


def look(store: Store, customer_id: str) -> None:
    """What the platform does beside: it reads what came, and what it says goes into the log."""
    Readings(store, CATALOGUE, MovableClock(NINE_MS + 200 * MINUTE_MS)).look()
    with store.read() as session:
        batches = session.issued.list_for_operator(1_000)
    for batch in batches:
        for event in batch.events:
            series = series_of(store, customer_id, batch.building_id, event.event_type, event.source, event.device_id)
            append(store, customer_id, [(series, event.occurred_at_ms, event.value)])
    with store.write() as session:
        session.issued.delete(customer_id, [batch.number for batch in batches])


async def test_the_manual_shows_what_is_answered(
    api: httpx2.AsyncClient, api_store: Store, parts: ApiParts, customer: Customer
) -> None:
    home = add_home(parts.buildings, customer.id, "home-1")
    meter = series_of(api_store, customer.id, home, "ENERGY_CONSUMPTION_METER", "SMART_METER", "meter-1")
    boiler = series_of(api_store, customer.id, home, "WATER_TEMPERATURE", "WATER_HEATER", "boiler-1")
    for minutes, kwh in ((0, 5_417.2), (15, 5_417.5), (30, 0), (45, 5_418.1), (105, 5_419.3), (120, 0.2), (135, 0.6)):
        append(api_store, customer.id, [(meter, NINE_MS + minutes * MINUTE_MS, kwh * 1_000)])
    append(api_store, customer.id, [(boiler, NINE_MS, 6_553.5)])
    look(api_store, customer.id)
    await assert_calls_give_what_is_shown(PAGE, api, 3)


async def test_what_is_set_aside_is_listed_in_pages_and_for_its_customer_alone(
    api: httpx2.AsyncClient, api_store: Store, parts: ApiParts, customer: Customer
) -> None:
    home = add_home(parts.buildings, customer.id, "home-1")
    energy = series_of(api_store, customer.id, home, "ENERGY_CONSUMPTION")
    append(api_store, customer.id, [(energy, NINE_MS + minute * MINUTE_MS, -5.0) for minute in range(5)])
    look(api_store, customer.id)
    found, path = [], "/events/set-aside/v1?customerBuildingId=home-1&limit=2"
    while path:
        answer = await api.get(path)
        assert answer.status_code == 200
        found += [each["timestamp"] for each in answer.json()]
        path = answer.links["next"]["url"] if "next" in answer.links else ""
    assert found == [(NINE_MS + minute * MINUTE_MS) // 1_000 for minute in (4, 3, 2, 1, 0)]
    assert (await api.get("/events/set-aside/v1", params={"customerBuildingId": "elsewhere"})).status_code == 404


def test_the_manual_names_every_limit() -> None:
    text = PAGE.read_text(encoding="utf-8")
    for name, event_type in CATALOGUE.event_types.items():
        if event_type.delta_type is not None:
            assert f"| `{name}` | `{event_type.delta_type}`" in text
        elif event_type.most is not None and not name.endswith(("_YESTERDAY", "_LAST_24H")):
            (row,) = [
                line for line in text.splitlines() if f"`{name}`" in line and "|" in line and f"{event_type.most:,g}" in line
            ]
            assert f"| {event_type.least:,g} |" in row
