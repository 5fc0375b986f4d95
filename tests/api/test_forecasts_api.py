"""Forecasts over HTTP: what was issued, hour after hour, and the newest one with its bounds; and why there is none."""

from pathlib import Path
from typing import Any

import httpx2
import pytest
from msgspec.structs import replace
from tests.api.energy_homes import add_home, append, series_of
from tests.api.manual_calls import assert_calls_give_what_is_shown

from hearth.api import ApiParts
from hearth.api.wire.forecasts import BuildingForecast, EnergyForecast
from hearth.core.instants import HOUR_MS, utc_day
from hearth.domain.customers import Customer
from hearth.domain.forecasts import ArrayFound, DayScore, Forecast, ForecastModel, HorizonScore, HourQuantiles
from hearth.ports import Store
from hearth.testing.clocks import MovableClock

PAGE = Path(__file__).parents[2] / "docs/integrate/forecasts.md"
NOON_MS = 1_767_261_600_000
TOMORROW_MS = 1_767_308_400_000
FORECAST = Forecast(
    kind="GENERATION",
    issued_at_ms=NOON_MS,
    method="regression",
    hours=(HourQuantiles(310.0, 820.5, 1_240.0), HourQuantiles(280.0, 700.0, 1_100.0)),
    learned_until_ms=NOON_MS - 11 * HOUR_MS,
    learned_share=0.75,
    weather="offline",
)
MODEL = ForecastModel(
    kind="GENERATION",
    form=1,
    learned_until_ms=NOON_MS - 11 * HOUR_MS,
    days=120.5,
    method="regression",
    scale_wh=5_230.0,
    array=ArrayFound(latitude=47.4, longitude=8.5, tilt=25.0, azimuth=180.0, capacity_w=5_230.0),
)


@pytest.fixture
def api_store(store: Store) -> Store:
    """Each database in turn."""
    return store


@pytest.fixture
def home(parts: ApiParts, customer: Customer, api_store: Store, clock: MovableClock) -> str:
    """The home of the manual's page: its building's id."""
    clock.move_to(NOON_MS + 60_000)
    building_id = add_home(parts.buildings, customer.id, "home-1")
    series = series_of(
        api_store, customer.id, building_id, "ENERGY_GENERATION_FORECAST_TOMORROW", source="PLATFORM", device="PLATFORM"
    )
    values = ((-2, 8_500.0), (-1, 8_421.5), (0, 8_390.0), (1, 8_300.0))
    append(api_store, customer.id, [(series, NOON_MS + at * HOUR_MS, wh) for at, wh in values], forecast_ms=TOMORROW_MS)
    score = HorizonScore(
        first_hour=1,
        last_hour=24,
        hours=480,
        error_wh=480 * 190.5,
        baseline_errors_wh={
            "persistence": 480 * 1_940.0,
            "yesterday": 480 * 227.0,
            "last_week": 480 * 300.0,
            "median_14_days": 480 * 195.0,
        },
        lit_hours=200,
        covered=160,
    )
    with api_store.write() as session:
        session.forecasts.add(customer.id, building_id, FORECAST)
        session.forecasts.replace_model(customer.id, building_id, MODEL)
        for day, of_day in ((5, score), (40, replace(score, error_wh=0.0))):
            of = DayScore(kind="GENERATION", utc_day=utc_day(NOON_MS) - day, horizons=(of_day,))
            session.forecasts.replace_score(customer.id, building_id, of)
    return building_id


async def forecasts(api: httpx2.AsyncClient, name: str = "home-1") -> dict[str, Any]:
    answer = await api.get(f"/buildings/{name}/forecasts/v1")
    assert answer.status_code == 200, answer.text
    for each in answer.json():
        BuildingForecast.model_validate(each)
    return {each["kind"]: each for each in answer.json()}


async def test_the_manual_shows_what_is_answered(api: httpx2.AsyncClient, home: str) -> None:
    await assert_calls_give_what_is_shown(PAGE, api, calls=2)
    found = await api.get(
        "/buildings/home-1/energy-forecast/v1", params={"eventType": "ENERGY_CONSUMPTION_FORECAST_1H", "from": 0, "to": 60}
    )
    assert found.json() == []
    EnergyForecast.model_validate({"timestamp": 1, "forecastTimestamp": 1, "value": 1.0})


async def test_a_forecast_that_is_not_renewed_is_said_to_be_stale(
    api: httpx2.AsyncClient, home: str, clock: MovableClock
) -> None:
    assert (await forecasts(api))["GENERATION"]["isStale"] is False
    clock.move_to(NOON_MS + 3 * HOUR_MS)
    assert (await forecasts(api))["GENERATION"]["isStale"] is True


async def test_why_there_is_none(
    api: httpx2.AsyncClient, parts: ApiParts, customer: Customer, api_store: Store, clock: MovableClock
) -> None:
    building_id = add_home(parts.buildings, customer.id, "new")
    placed = parts.buildings.get(customer.id, "new")
    reasons = {kind: each["absent"] for kind, each in (await forecasts(api, "new")).items()}
    assert reasons == {"CONSUMPTION": "NO_EVENTS", "GENERATION": "NO_PLACE"}
    series_of(api_store, customer.id, building_id, "ENERGY_CONSUMPTION")
    with api_store.write() as session:
        session.buildings.replace(replace(placed, latitude=47.4, longitude=8.5))
    reasons = {kind: each["absent"] for kind, each in (await forecasts(api, "new")).items()}
    assert reasons == {"CONSUMPTION": "NOT_YET", "GENERATION": "NO_EVENTS"}
    with api_store.write() as session:
        session.buildings.replace(replace(placed, latitude=47.4, longitude=8.5, kwp=5.0))
        session.customers.replace(replace(customer, plan="BASIC"))
    reasons = {kind: each["absent"] for kind, each in (await forecasts(api, "new")).items()}
    assert reasons == {"CONSUMPTION": "PLAN", "GENERATION": "NOT_YET"}


@pytest.mark.parametrize(
    ("parameters", "said"),
    [
        ({"eventType": "ENERGY_FORECAST", "from": 0, "to": 1}, "eventType"),
        ({"eventType": "POWER_CONSUMPTION_FORECAST_1H", "from": 0, "to": 1}, "eventType"),
        ({"eventType": "ENERGY_CONSUMPTION_FORECAST_1H", "from": 10, "to": 1}, "from is later than to"),
        ({"eventType": "ENERGY_CONSUMPTION_FORECAST_1H", "from": 0, "to": 31 * 86_400 + 1}, "at most 31 days"),
        ({"eventType": "ENERGY_CONSUMPTION_FORECAST_1H", "from": 0}, "to"),
        ({"eventType": "ENERGY_CONSUMPTION_FORECAST_1H", "from": "soon", "to": 1}, "not an instant"),
        ({"eventType": "ENERGY_CONSUMPTION_FORECAST_1H", "from": 0, "to": "9999-12-31T23:59Z"}, "between 1970 and 2200"),
    ],
)
async def test_what_cannot_be_asked_for_is_refused(
    api: httpx2.AsyncClient, home: str, parameters: dict[str, Any], said: str
) -> None:
    answer = await api.get("/buildings/home-1/energy-forecast/v1", params=parameters)
    assert answer.status_code == 400
    assert said in answer.text


async def test_another_customer_sees_nothing(other_api: httpx2.AsyncClient, home: str) -> None:
    for path in ("/buildings/home-1/forecasts/v1", "/buildings/home-1/energy-forecast/v1"):
        answer = await other_api.get(path, params={"eventType": "ENERGY_GENERATION_FORECAST_1H", "from": 0, "to": 1})
        assert answer.status_code == 404
