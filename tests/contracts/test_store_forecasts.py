"""Forecasts, their models and scores: each is its building's, the newest of its key, and goes with it."""

import pytest
from msgspec.structs import replace
from tests.contracts.store_contents import NOW_MS, add_customer, customer

from hearth.core.instants import HOUR_MS
from hearth.domain.forecasts import ArrayFound, DayScore, Forecast, ForecastModel, HorizonScore, HourQuantiles

A, B = customer("a"), customer("b")
FORECAST = Forecast(
    kind="GENERATION",
    issued_at_ms=NOW_MS,
    method="regression",
    hours=(HourQuantiles(0.0, 0.5, 2.0), HourQuantiles(100.25, 1_000.0, 12_345.5)),
    learned_until_ms=NOW_MS - 5,
    weather="offline",
)
MODEL = ForecastModel(
    kind="GENERATION",
    form=1,
    learned_until_ms=NOW_MS,
    days=50.0,
    method="regression",
    scale_wh=4_200.0,
    coefficients=((0.1, 0.2), (0.3, 0.4), (0.5, 0.6)),
    array=ArrayFound(latitude=47.4, longitude=8.5, tilt=25.0, azimuth=180.0, capacity_w=4_200.0),
)
SCORE = DayScore(
    kind="GENERATION",
    utc_day=20_000,
    horizons=(
        HorizonScore(
            first_hour=1,
            last_hour=24,
            hours=576,
            error_wh=900.5,
            baseline_errors_wh={"last_week": 1.0},
            lit_hours=240,
            covered=190,
        ),
    ),
)


@pytest.fixture
def store(store):
    for letter in ("a", "b"):
        add_customer(store, letter, "one", "two")
    return store


def test_forecasts_are_found_by_building_kind_and_time(store) -> None:
    later = replace(FORECAST, issued_at_ms=NOW_MS + HOUR_MS, is_weather_stale=True)
    used = replace(FORECAST, kind="CONSUMPTION", weather=None)
    with store.write() as session:
        for each in (later, FORECAST, used, FORECAST):
            session.forecasts.add(A, "a-one", each)
        session.forecasts.add(B, "a-two", FORECAST)  # another customer's
    with store.read() as session:
        assert session.forecasts.list_issued(A, "a-one", "GENERATION", 0) == [FORECAST, later]
        assert session.forecasts.list_issued(A, "a-one", "GENERATION", NOW_MS, NOW_MS + HOUR_MS) == [FORECAST]
        assert session.forecasts.find_newest(A, "a-one", "GENERATION") == later
        assert session.forecasts.find_newest(A, "a-one", "CONSUMPTION") == used
        assert session.forecasts.find_newest(B, "a-one", "CONSUMPTION") is None
        assert session.forecasts.find_newest(A, "a-two", "GENERATION") is None
        assert session.forecasts.list_issued(B, "a-one", "GENERATION", 0) == []
        assert session.forecasts.count_newest(A, "GENERATION", NOW_MS + HOUR_MS) == ("GENERATION", 1, 0, NOW_MS + HOUR_MS)
        assert session.forecasts.count_newest(A, "CONSUMPTION", NOW_MS + 1) == ("CONSUMPTION", 0, 1, NOW_MS)
        assert session.forecasts.count_newest(B, "GENERATION", 0) == ("GENERATION", 0, 0, None)
    with store.write() as session:
        session.forecasts.delete_issued_before(B, "a-one", NOW_MS + HOUR_MS)
        session.forecasts.delete_issued_before(A, "a-one", NOW_MS + HOUR_MS)
    with store.read() as session:
        assert session.forecasts.list_issued(A, "a-one", "GENERATION", 0) == [later]
        assert session.forecasts.list_issued(A, "a-one", "CONSUMPTION", 0) == []


def test_the_newest_model_of_each_kind_is_kept(store) -> None:
    newer = replace(MODEL, days=51.0)
    used = replace(MODEL, kind="CONSUMPTION", array=None, coefficients=None, method="seasonal-naive")
    with store.write() as session:
        for each in (MODEL, newer, used):
            session.forecasts.replace_model(A, "a-one", each)
        session.forecasts.replace_model(B, "b-one", MODEL)
        session.forecasts.replace_model(B, "a-two", MODEL)
    with store.read() as session:
        assert session.forecasts.list_models(A, ["a-one", "a-two", "b-one"]) == {
            ("a-one", "GENERATION"): newer,
            ("a-one", "CONSUMPTION"): used,
        }


def test_scores_are_kept_by_day(store) -> None:
    with store.write() as session:
        for day in (20_001, 20_000, 20_002, 20_000):
            session.forecasts.replace_score(A, "a-one", replace(SCORE, utc_day=day))
    with store.read() as session:
        assert [each.utc_day for each in session.forecasts.list_scores(A, "a-one", "GENERATION", 20_001)] == [20_001, 20_002]
        assert session.forecasts.list_scores(A, "a-one", "GENERATION", 0)[0] == SCORE
        assert session.forecasts.list_scores(B, "a-one", "GENERATION", 0) == []
        assert session.forecasts.list_scores(A, "a-one", "CONSUMPTION", 0) == []


def test_all_of_it_goes_with_its_building(store) -> None:
    with store.write() as session:
        for building_id in ("a-one", "a-two"):
            session.forecasts.add(A, building_id, FORECAST)
            session.forecasts.replace_model(A, building_id, MODEL)
            session.forecasts.replace_score(A, building_id, SCORE)
        session.buildings.erase(A, "a-one")
        session.forecasts.add(A, "a-one", FORECAST)
        session.forecasts.replace_model(A, "a-one", MODEL)
        session.forecasts.replace_score(A, "a-one", SCORE)
    with store.read() as session:
        for building_id, count in (("a-one", 0), ("a-two", 1)):
            assert len(session.forecasts.list_issued(A, building_id, "GENERATION", 0)) == count
            assert len(session.forecasts.list_models(A, [building_id])) == count
            assert len(session.forecasts.list_scores(A, building_id, "GENERATION", 0)) == count
