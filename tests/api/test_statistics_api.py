"""Energy statistics over HTTP: figures of the own hours and days, groups too small to hide whose a figure is, refusals."""

import csv
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import numpy as np
import pandas as pd
import pytest
from tests.api.energy_homes import (
    ZURICH,
    add_home,
    add_manual_homes,
    append,
    at_ms,
    compact,
    quarters,
    series_of,
)
from tests.api.manual_calls import assert_calls_give_what_is_shown
from tests.metered_homes import file_of

from hearth.api import ApiParts, create_api
from hearth.api.wire.statistics import DailyComparison, DailyStatistic, HourlyStatistic, MonthlyStatistic
from hearth.core.instants import instant_of_datetime
from hearth.domain.customers import Customer
from hearth.insights.comparison import LEAST_BUILDINGS, LEAST_DAYS
from hearth.ports import Store
from hearth.services.access import Access
from hearth.services.statistics import MOST_DAYS, Statistics
from hearth.store import SqlStore, open_store

DAY = date(2026, 1, 10)
PAGE = Path(__file__).parents[2] / "docs/integrate/statistics.md"
KINDS = {"hourly": HourlyStatistic, "daily": DailyStatistic, "monthly": MonthlyStatistic, "comparison/daily": DailyComparison}


@pytest.fixture
def api_store(store: Store) -> Store:
    """Each database in turn."""
    return store


async def statistics(api: httpx2.AsyncClient, name: str, kind: str, **parameters: Any) -> list[dict[str, Any]]:
    parameters = {{"first": "from", "last": "to"}.get(key, key): str(value) for key, value in parameters.items()}
    answer = await api.get(f"/buildings/{name}/energy-statistics/{kind}/v1", params=parameters)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()
    for each in found:
        KINDS[kind].model_validate(each)
    return found


async def test_a_day_and_its_hours(api: httpx2.AsyncClient, api_store: Store, parts: ApiParts, customer: Customer) -> None:
    home = add_home(parts.buildings, customer.id, "one")
    meter = series_of(api_store, customer.id, home, "ENERGY_CONSUMPTION")
    append(api_store, customer.id, quarters(meter, DAY, 10))
    for _ in range(2):
        hours = await statistics(api, "one", "hourly", first=DAY, last=DAY)
        assert len(hours) == 24
        assert hours[1] == {
            "startTimestamp": at_ms("2026-01-10T01:00:00+01:00") // 1_000,
            "energyGeneration": None,
            "energyConsumption": 12 + 12.5 + 13 + 13.5,
            "gridEnergyConsumption": None,
        }
        assert await statistics(api, "one", "daily", first=DAY, last=DAY + timedelta(days=5)) == [
            {
                "day": "2026-01-10",
                "energyGeneration": None,
                "energyConsumption": 96 * 10 + 95 * 96 / 4,
                "gridEnergyConsumption": None,
                "energyBaseConsumption": 24 * hours[2]["energyConsumption"],
                "gridEnergyBaseConsumption": None,
            }
        ]
        compact(api_store)


async def test_event_types_are_repeated_or_separated_by_commas(
    api: httpx2.AsyncClient, api_store: Store, parts: ApiParts, customer: Customer
) -> None:
    home = add_home(parts.buildings, customer.id, "one")
    append(
        api_store, customer.id, [(series_of(api_store, customer.id, home, "ENERGY_GENERATION"), at_ms("2026-01-10T12:00Z"), 5.0)]
    )
    days = {"first": DAY, "last": DAY}
    assert await statistics(api, "one", "daily", eventTypes="ENERGY_CONSUMPTION", **days) == []
    assert await statistics(api, "one", "hourly", eventTypes="ENERGY_CONSUMPTION", **days) == []
    two = {"day": "2026-01-10", "energyGeneration": 5.0, "gridEnergyConsumption": None, "gridEnergyBaseConsumption": None}
    assert await statistics(api, "one", "daily", eventTypes="ENERGY_GENERATION, GRID_ENERGY_CONSUMPTION", **days) == [two]
    path = f"/buildings/one/energy-statistics/daily/v1?from={DAY}&to={DAY}"
    repeated = await api.get(f"{path}&eventTypes=GRID_ENERGY_CONSUMPTION&eventTypes=ENERGY_GENERATION")
    assert repeated.json() == [two]
    monthly = await statistics(api, "one", "monthly", eventTypes="ENERGY_GENERATION", first="2025-12-20", last="2026-02-01")
    assert monthly == [{"month": "2026-01", "energyGeneration": 5.0}]


async def test_the_gateway_counts_alone_and_devices_together(
    api: httpx2.AsyncClient, api_store: Store, parts: ApiParts, customer: Customer
) -> None:
    home = add_home(parts.buildings, customer.id, "one")
    noon = at_ms("2026-01-10T12:00Z")
    for wh, source, device in ((100.0, "HEAT_PUMP", "hp"), (30.0, "SMART_PLUG", "tv")):
        append(
            api_store, customer.id, [(series_of(api_store, customer.id, home, "ENERGY_CONSUMPTION", source, device), noon, wh)]
        )
    compact(api_store)
    found = await statistics(api, "one", "daily", first=DAY, last=DAY)
    assert found[0]["energyConsumption"] == 130
    append(api_store, customer.id, [(series_of(api_store, customer.id, home, "ENERGY_CONSUMPTION"), noon, 900.0)])
    found = await statistics(api, "one", "daily", first=DAY, last=DAY)
    assert found[0]["energyConsumption"] == 900


async def test_late_and_repeated_events_count_with_their_last_value(
    api: httpx2.AsyncClient, api_store: Store, parts: ApiParts, customer: Customer
) -> None:
    meter = series_of(api_store, customer.id, add_home(parts.buildings, customer.id, "one"), "GRID_ENERGY_CONSUMPTION")
    events = quarters(meter, DAY, 10)
    append(api_store, customer.id, events[1:])
    compact(api_store)
    append(api_store, customer.id, [events[0], (meter, events[5][1], 0.0)])
    for _ in range(2):
        found = await statistics(api, "one", "daily", first=DAY, last=DAY)
        assert found[0]["gridEnergyConsumption"] == sum(wh for _, _, wh in events) - events[5][2]
        compact(api_store)


async def test_figures_are_the_same_after_a_restart_and_gone_after_erasure(
    api: httpx2.AsyncClient, api_store: Store, parts: ApiParts, customer: Customer, database_url: str, access: Access
) -> None:
    meter = series_of(api_store, customer.id, add_home(parts.buildings, customer.id, "one"), "ENERGY_CONSUMPTION")
    append(api_store, customer.id, quarters(meter, DAY, 10))
    compact(api_store)
    append(api_store, customer.id, quarters(meter, DAY + timedelta(days=1), 10))
    before = await statistics(api, "one", "daily", first=DAY, last=DAY + timedelta(days=1))
    assert len(before) == 2
    again: SqlStore = open_store(database_url)
    try:
        app = create_api(replace(parts, statistics=Statistics(again)))
        async with httpx2.AsyncClient(
            transport=httpx2.ASGITransport(app=app), base_url="http://hearth.test", headers=api.headers
        ) as other:
            assert await statistics(other, "one", "daily", first=DAY, last=DAY + timedelta(days=1)) == before
    finally:
        again.close()
    parts.buildings.erase(customer.id, "one")
    answer = await api.get(f"/buildings/one/energy-statistics/daily/v1?from={DAY}&to={DAY}")
    assert answer.status_code == 404
    add_home(parts.buildings, customer.id, "one")
    assert await statistics(api, "one", "daily", first=DAY, last=DAY + timedelta(days=1)) == []


@pytest.mark.parametrize("kind", ["hourly", "daily", "monthly"])
@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("from=2026-01-01", "to: Field required"),
        ("to=2026-01-01", "from: Field required"),
        ("from=2026-02-30&to=2026-03-01", "from: there is no such day"),
        ("from=1767225600&to=2026-03-01", "from: not a day: use YYYY-MM-DD"),
        ("from=2026-03-02&to=2026-03-01", "The range is empty: from (2026-03-02) is later than to (2026-03-01)."),
        ("from=2026-01-01&to=2027-01-02", "The range has 367 days; at most a year (366 days, both ends included)"),
        ("from=0001-01-01&to=0001-01-02", "from must lie between"),
        ("from=9999-12-31&to=9999-12-31", "from must lie between"),
        ("from=2026-01-01&to=2026-01-02&eventTypes=POWER_CONSUMPTION", "eventTypes: Input should be 'ENERGY_GENERATION'"),
    ],
)
async def test_a_wrong_range_or_type_is_refused_in_clear_words(
    api: httpx2.AsyncClient, parts: ApiParts, customer: Customer, kind: str, query: str, words: str
) -> None:
    add_home(parts.buildings, customer.id, "one")
    answer = await api.get(f"/buildings/one/energy-statistics/{kind}/v1?{query}")
    assert (answer.status_code, answer.json()["type"]) == (400, "urn:hearth:problem:invalid")
    assert answer.json()["detail"].startswith(words)


async def test_the_longest_range_and_the_last_days_of_time_are_answered(
    api: httpx2.AsyncClient, parts: ApiParts, customer: Customer
) -> None:
    for zone_id in ("Pacific/Kiritimati", "Pacific/Pago_Pago"):
        add_home(parts.buildings, customer.id, zone_id[8:], zone_id)
        for kind in ("hourly", "daily", "monthly"):
            for first, last in ((date(2028, 1, 1), date(2028, 12, 31)), (date(1970, 1, 2),) * 2, (date(2199, 12, 30),) * 2):
                assert await statistics(api, zone_id[8:], kind, first=first, last=last) == []


async def test_another_customer_sees_nothing_and_counts_in_no_group(
    api: httpx2.AsyncClient,
    other_api: httpx2.AsyncClient,
    api_store: Store,
    parts: ApiParts,
    customer: Customer,
    other_customer: Customer,
) -> None:
    for owner, names in ((customer, "abcd"), (other_customer, "efgh")):
        for name in names:
            meter = series_of(api_store, owner.id, add_home(parts.buildings, owner.id, name), "ENERGY_CONSUMPTION")
            append(api_store, owner.id, quarters(meter, DAY, ord(name)))
    for kind in ("hourly", "daily", "monthly", "comparison/daily"):
        path = f"/buildings/a/energy-statistics/{kind}/v1?from={DAY}&to={DAY}&category=ALL"
        assert (await other_api.get(path)).status_code == 404
    found = await statistics(api, "a", "comparison/daily", category="ALL", first=DAY, last=DAY)
    assert found[0]["energyConsumption"] is None
    assert found[0]["withheld"]["energyConsumption"] == "GROUP_TOO_SMALL"
    meter = series_of(api_store, customer.id, add_home(parts.buildings, customer.id, "fifth"), "ENERGY_CONSUMPTION")
    append(api_store, customer.id, quarters(meter, DAY, 0))
    found = await statistics(api, "a", "comparison/daily", category="ALL", first=DAY, last=DAY)
    assert (found[0]["energyConsumption"]["size"], found[0]["energyConsumption"]["rank"]) == (5, 4)


async def test_statistics_need_their_scope(anonymous: httpx2.AsyncClient, access: Access, customer: Customer) -> None:
    client_id, secret = access.create_client(customer.id, scopes=("read:buildings",))
    token = access.issue_token(client_id, secret, None, "192.0.2.1").access_token
    for kind in KINDS:
        answer = await anonymous.get(f"/buildings/one/energy-statistics/{kind}/v1", headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code == 403
        assert "read:statistics" in answer.json()["detail"]


async def test_groups_of_a_country_a_fifth_and_an_elcom_class(
    api: httpx2.AsyncClient, api_store: Store, parts: ApiParts, customer: Customer
) -> None:
    """Thirty homes with 1 to 30 kWh a day for a month; a fifth is six of them."""
    for number in range(1, 31):
        home = add_home(parts.buildings, customer.id, f"home-{number}", country="CH")
        meter = series_of(api_store, customer.id, home, "ENERGY_CONSUMPTION")
        noons = [instant_of_datetime(datetime(2026, 1, 1, 12, tzinfo=ZURICH) + timedelta(days=day)) for day in range(30)]
        append(api_store, customer.id, [(meter, noon, 1_000.0 * number) for noon in noons])
    abroad = series_of(
        api_store, customer.id, add_home(parts.buildings, customer.id, "abroad", country="AT"), "ENERGY_CONSUMPTION"
    )
    append(api_store, customer.id, quarters(abroad, date(2026, 1, 30), 10))
    compact(api_store)
    days = {"first": "2026-01-30", "last": "2026-01-30"}

    async def told(name: str, category: str) -> Any:
        of_day = (await statistics(api, name, "comparison/daily", category=category, **days))[0]
        peer = of_day["energyConsumption"]
        return of_day["withheld"]["energyConsumption"] if peer is None else (peer["rank"], peer["size"], peer["min"], peer["max"])

    assert await told("home-30", "ALL") == (1, 31, 1_000, 30_000)
    assert await told("home-30", "COUNTRY") == (1, 30, 1_000, 30_000)
    assert await told("home-7", "CONSUMPTION_CATEGORY") == (6, 6, 7_000, 12_000)
    # 7,500 kWh a year, H5 and H8: from the mean with 4,500 (15.9 kWh a day) to that with 13,000 (27.05).
    assert await told("home-16", "ELCOM") == (12, 12, 16_000, 27_000)
    assert await told("abroad", "ELCOM") == "TOO_LITTLE_HISTORY"
    assert await told("abroad", "COUNTRY") == "GROUP_TOO_SMALL"


HOURS_OF_A_YEAR = 8_760


async def test_every_hour_day_and_month_of_real_homes_is_that_of_pandas(
    api: httpx2.AsyncClient, api_store: Store, parts: ApiParts, customer: Customer
) -> None:
    """A year of metered homes in California, with both nights on which clocks are moved."""
    for number in (1, 7):
        home = add_home(parts.buildings, customer.id, f"home-{number}", "America/Los_Angeles", "US")
        series = {name: series_of(api_store, customer.id, home, name) for name in ("ENERGY_CONSUMPTION", "ENERGY_GENERATION")}
        rows = list(csv.DictReader(file_of(number).read_text().splitlines()))
        assert len(rows) == HOURS_OF_A_YEAR
        events = [
            (series[event_type], at_ms(row["hour_start_utc"]), float(row[column]))
            for row in rows
            for event_type, column in (("ENERGY_CONSUMPTION", "consumption_wh"), ("ENERGY_GENERATION", "generation_wh"))
        ]
        for start in range(0, len(events), 10_000):
            append(api_store, customer.id, events[start : start + 10_000])
        if number == 1:
            compact(api_store)  # the other one is read from the log
    for number in (1, 7):
        frame = pd.read_csv(file_of(number), parse_dates=["hour_start_utc"])
        local = frame.set_index(frame.hour_start_utc.dt.tz_convert("America/Los_Angeles"))[["consumption_wh", "generation_wh"]]
        name, days = f"home-{number}", {"first": local.index[0].date(), "last": local.index[-1].date()}
        hours = await statistics(api, name, "hourly", **days)
        assert [each["startTimestamp"] for each in hours] == [int(at.timestamp()) for at in local.index]
        assert [each["energyConsumption"] for each in hours] == pytest.approx(local.consumption_wh.tolist(), abs=0.001)
        assert [each["energyGeneration"] for each in hours] == pytest.approx(local.generation_wh.tolist(), abs=0.001)
        daily = await statistics(api, name, "daily", **days)
        by_day = local.groupby(local.index.date)
        assert [each["day"] for each in daily] == [day.isoformat() for day in by_day.groups]
        assert {"2016-11-06", "2017-03-12"} < {each["day"] for each in daily}
        assert [each["energyConsumption"] for each in daily] == pytest.approx(by_day.consumption_wh.sum().tolist(), abs=0.01)
        assert [each["energyGeneration"] for each in daily] == pytest.approx(by_day.generation_wh.sum().tolist(), abs=0.01)
        base = by_day.consumption_wh.agg(lambda wh: np.quantile(wh, 0.1, method="inverted_cdf") * len(wh))
        assert [each["energyBaseConsumption"] for each in daily] == pytest.approx(base.tolist(), abs=0.01)
        monthly = await statistics(api, name, "monthly", **days)
        by_month = local.groupby(local.index.strftime("%Y-%m"))
        assert [each["month"] for each in monthly] == list(by_month.groups)
        assert [each["energyConsumption"] for each in monthly] == pytest.approx(by_month.consumption_wh.sum().tolist(), abs=0.1)


async def test_the_calls_of_the_manual_give_what_it_shows(
    api: httpx2.AsyncClient, api_store: Store, parts: ApiParts, customer: Customer
) -> None:
    add_manual_homes(api_store, parts.buildings, customer.id)
    await assert_calls_give_what_is_shown(PAGE, api, calls=4)


def test_numbers_of_the_manual() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert f"{MOST_DAYS} days" in text
    assert f"{LEAST_DAYS} days" in text
    assert LEAST_BUILDINGS == 5
    assert "fewer than five" in text
