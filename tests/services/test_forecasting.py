"""Forecasts of homes: issued every hour from what is known then, learned between, scored when the truth is there."""

from dataclasses import dataclass, field

import numpy as np
import pytest
from msgspec.structs import replace
from structlog.testing import capture_logs
from tests.api.energy_homes import append, compact, series_of
from tests.contracts.store_contents import add_customer, building, customer
from tests.unit.forecasting.made_homes import SITE, START_MS, consumption, generation

from hearth.core.instants import DAY_MS, HOUR_MS, utc_day
from hearth.domain.forecasts import DayScore, summed
from hearth.forecasting.hours import HORIZON_HOURS
from hearth.forecasting.signals import Weather
from hearth.forecasting.solar import Site, clear_sky
from hearth.services import forecast_learning
from hearth.services import forecasting as module
from hearth.services.forecast_homes import WeatherSeen
from hearth.services.forecasting import Forecasting
from hearth.testing.clocks import MovableClock

A = customer("a")
PLACED = {"latitude": SITE.latitude, "longitude": SITE.longitude}


def site_of(of):
    return None if of.latitude is None else SITE


def no_weather(*_):
    return None


def clear_weather(_session, _building, start_ms, hours):
    sky = clear_sky(SITE, start_ms, hours)
    return WeatherSeen(Weather(sky.dni.mean(axis=0), sky.dhi.mean(axis=0)), "clear", is_stale=True)


@dataclass
class World:
    store: object
    clock: MovableClock = field(default_factory=lambda: MovableClock(START_MS))

    def service(self, weather_of=no_weather) -> Forecasting:
        return Forecasting(self.store, self.clock, site_of, weather_of)

    def fill(self, building_id: str, days: int, kinds=("CONSUMPTION", "GENERATION"), seed: int = 1) -> None:
        """Hours of a made home, from START_MS on."""
        for kind in kinds:
            energies = (consumption if kind == "CONSUMPTION" else generation)(days, seed).energy_wh
            series = series_of(self.store, A, building_id, f"ENERGY_{kind}")
            append(self.store, A, [(series, START_MS + at * HOUR_MS, float(wh)) for at, wh in enumerate(energies)])
        compact(self.store)

    def move_to(self, days: float) -> int:
        """The clock shows so many days after the first hour; that hour."""
        self.clock.move_to(START_MS + round(days * DAY_MS) + 5_000)
        return START_MS + round(days * DAY_MS) // HOUR_MS * HOUR_MS

    def events(self) -> dict[str, dict[str, float]]:
        """What waits for the log: by building and type the value; taken out of the line."""
        found: dict[str, dict[str, float]] = {}
        with self.store.write() as session:
            batches = session.issued.list_for_operator(1_000)
            for batch in batches:
                of_building = found.setdefault(batch.building_id, {})
                of_building.update({each.event_type: each.value for each in batch.events})
            session.issued.delete(A, [batch.number for batch in batches])
        return found

    def newest(self, building_id: str, kind: str):
        with self.store.read() as session:
            return session.forecasts.find_newest(A, building_id, kind)

    def models(self, building_id: str):
        with self.store.read() as session:
            return {kind: each for (_, kind), each in session.forecasts.list_models(A, [building_id]).items()}


@pytest.fixture
def world(store) -> World:
    add_customer(store, "a", "one")
    with store.write() as session:
        session.buildings.replace(building("a", "one", **PLACED))
    return World(store)


def test_a_home_is_forecast_every_hour_plainly_at_first_and_better_once_it_is_learned(world):
    world.fill("a-one", 60)
    service = world.service()
    hour = world.move_to(50)
    service.issue(hour)
    plain = world.newest("a-one", "CONSUMPTION")
    assert (plain.method, plain.learned_until_ms, plain.issued_at_ms, len(plain.hours)) == (
        "median-14-days",
        None,
        hour,
        HORIZON_HOURS,
    )
    assert world.newest("a-one", "GENERATION") is None  # the array is not known yet
    assert sorted(world.events()["a-one"]) == [
        "ENERGY_CONSUMPTION_FORECAST_1H",
        "ENERGY_CONSUMPTION_FORECAST_24H",
        "ENERGY_CONSUMPTION_FORECAST_DAY_AFTER_TOMORROW",
        "ENERGY_CONSUMPTION_FORECAST_TOMORROW",
        "POWER_CONSUMPTION_FORECAST_1H",
        "POWER_CONSUMPTION_FORECAST_24H",
    ]
    assert service.learning.learn() == 2
    models = world.models("a-one")
    assert {kind: (each.method, each.learned_until_ms) for kind, each in models.items()} == {
        "CONSUMPTION": ("regression", hour),
        "GENERATION": ("regression", hour),
    }
    assert 3_500 < models["GENERATION"].array.capacity_w < 6_500

    later = world.move_to(50 + 1 / 24)
    service.look()
    service.look()
    again = world.newest("a-one", "CONSUMPTION")
    assert (again.method, again.learned_until_ms, again.issued_at_ms) == ("regression", hour, later)
    assert (plain.learned_share, 0 <= again.learned_share <= 1) == (0, True)
    sun = world.newest("a-one", "GENERATION")
    assert all(each.p10_wh <= each.p50_wh <= each.p90_wh for each in sun.hours)
    events = world.events()["a-one"]
    assert len(events) == 15
    energy_wh = sum(each.p50_wh for each in sun.hours[:24])
    assert events["ENERGY_GENERATION_FORECAST_24H"] == pytest.approx(energy_wh, rel=1e-5)
    assert events["POWER_GENERATION_FORECAST_24H"] == pytest.approx(energy_wh / 24, rel=1e-5)


def test_a_building_that_is_added_within_the_hour_need_not_wait_for_the_next(world):
    service = world.service()
    hour = world.move_to(20)
    service.look()
    world.fill("a-one", 20, ("CONSUMPTION",))
    service.look()
    assert world.newest("a-one", "CONSUMPTION") is None
    world.clock.move_to(hour + 6 * 60_000)
    service.look()
    assert world.newest("a-one", "CONSUMPTION").issued_at_ms == hour
    assert world.events()
    world.clock.move_to(hour + 12 * 60_000)
    service.look()
    assert not world.events()


def test_nothing_is_said_twice_also_after_a_restart(world):
    world.fill("a-one", 20, ("CONSUMPTION",))
    hour = world.move_to(20)
    assert world.service().issue(hour) == 1
    assert world.events()
    assert world.service().issue(hour) == 0
    assert not world.events()
    # What was missed while nothing ran is not made up for.
    assert world.service().issue(world.move_to(20.5)) == 1
    with world.store.read() as session:
        assert len(session.forecasts.list_issued(A, "a-one", "CONSUMPTION", 0)) == 2


def test_a_forecast_knows_nothing_of_what_came_after_its_hour(world):
    world.fill("a-one", 60)
    with world.store.write() as session:
        session.buildings.add(building("a", "two", **PLACED))
    # The same past, and another future.
    for kind, made in (("CONSUMPTION", consumption(60)), ("GENERATION", generation(60))):
        series = series_of(world.store, A, "a-two", f"ENERGY_{kind}")
        energies = np.where(np.arange(60 * 24) < 50 * 24, made.energy_wh, 9_999.0)
        append(world.store, A, [(series, START_MS + at * HOUR_MS, float(wh)) for at, wh in enumerate(energies)])
    service = world.service()
    service.issue(world.move_to(50))
    service.learning.learn()
    one, two = (world.models(building_id) for building_id in ("a-one", "a-two"))
    for kind in ("CONSUMPTION", "GENERATION"):
        assert np.allclose(one[kind].coefficients, two[kind].coefficients)
    assert world.newest("a-one", "CONSUMPTION").hours == world.newest("a-two", "CONSUMPTION").hours


def test_too_little_past_is_answered_by_nothing_or_plainly(world):
    world.fill("a-one", 20, ("CONSUMPTION",))
    service = world.service()
    assert service.issue(world.move_to(1.5)) == 0
    assert service.issue(world.move_to(5)) == 1
    assert world.newest("a-one", "CONSUMPTION").method == "seasonal-naive"
    service.issue(world.move_to(15))
    assert world.newest("a-one", "CONSUMPTION").method == "median-14-days"


def test_a_deactivated_building_is_not_forecast(world):
    world.fill("a-one", 20, ("CONSUMPTION",))
    with world.store.write() as session:
        session.buildings.replace(building("a", "one", **PLACED, deactivated_at_ms=START_MS))
    assert world.service().issue(world.move_to(20)) == 0
    assert not world.events()


def test_an_array_that_is_only_described_is_forecast_from_the_weather(world):
    described = building("a", "one", **PLACED, kwp=8.0, properties={"pvTilt": 30, "pvAzimuth": 180})
    with world.store.write() as session:
        session.buildings.replace(described)
    assert world.service().issue(world.move_to(1)) == 0  # no weather, no past
    assert world.service(clear_weather).issue(world.move_to(1 + 1 / 24)) == 1
    forecast = world.newest("a-one", "GENERATION")
    assert (forecast.method, forecast.weather, forecast.is_weather_stale) == ("weather", "clear", True)
    best = max(each.p50_wh for each in forecast.hours)
    assert 2_000 < best < 8_000  # a clear day in January
    assert min(each.p50_wh for each in forecast.hours) == 0
    with world.store.write() as session:
        session.buildings.replace(replace(described, kwp=4.0))
    world.service(clear_weather).issue(world.move_to(1 + 2 / 24))
    assert max(each.p50_wh for each in world.newest("a-one", "GENERATION").hours) == pytest.approx(best / 2, rel=0.01)


def test_the_plan_decides_whether_a_homes_own_past_is_learned_from(world):
    world.fill("a-one", 50)
    with world.store.write() as session:
        session.customers.replace(replace(session.customers.find(A), plan="BASIC"))
        session.buildings.replace(building("a", "one", **PLACED, kwp=5.0))
    world.service(clear_weather).issue(world.move_to(50))
    assert world.newest("a-one", "CONSUMPTION") is None
    assert world.newest("a-one", "GENERATION").method == "weather"
    assert not [name for name in world.events()["a-one"] if "CONSUMPTION" in name]


def test_of_a_home_of_the_basic_plan_no_consumption_is_learned(world):
    world.fill("a-one", 50)
    with world.store.write() as session:
        session.customers.replace(replace(session.customers.find(A), plan="BASIC"))
    service = world.service(clear_weather)
    service.issue(world.move_to(50))
    service.learning.learn()
    assert list(world.models("a-one")) == ["GENERATION"]


def test_a_home_that_moves_is_learned_anew_and_one_without_a_place_is_not_forecast(world):
    world.fill("a-one", 50, ("GENERATION",))
    service = world.service()
    service.issue(world.move_to(48))
    service.learning.learn()
    assert service.issue(world.move_to(48 + 1 / 24)) == 1
    with world.store.write() as session:
        session.buildings.replace(building("a", "one"))  # its city is not known any more
    with capture_logs() as logs:
        assert service.issue(world.move_to(48 + 2 / 24)) == 0
    assert logs == []
    elsewhere = Forecasting(world.store, world.clock, lambda _: Site(40.0, -3.0), no_weather)
    assert elsewhere.issue(world.move_to(48 + 3 / 24)) == 0  # nothing is known of that sky
    assert elsewhere.learning.learn() == 1
    assert world.models("a-one")["GENERATION"].array.latitude == 40.0
    assert elsewhere.issue(world.move_to(48 + 4 / 24)) == 1


def test_what_was_said_before_the_first_energy_came_is_not_scored(world):
    with world.store.write() as session:
        session.buildings.replace(building("a", "one", **PLACED, kwp=5.0))
    service = world.service(clear_weather)
    for hour in (0, 12):
        assert service.issue(world.move_to(36 + hour / 24)) == 1
    made = generation(60).energy_wh
    series = series_of(world.store, A, "a-one", "ENERGY_GENERATION")
    append(world.store, A, [(series, START_MS + at * HOUR_MS, float(made[at])) for at in range(40 * 24, 42 * 24)])
    with capture_logs() as logs:
        assert service.issue(world.move_to(40 + 7 / 24)) == 1
    assert logs == []
    with world.store.read() as session:
        assert session.forecasts.list_scores(A, "a-one", "GENERATION", 0) == []


def test_scores_are_kept_for_as_long_as_they_are_told(world):
    world.fill("a-one", 60, ("CONSUMPTION",))
    service = world.service()
    old, kept = (DayScore(kind="CONSUMPTION", utc_day=utc_day(START_MS) + day, horizons=()) for day in (10, 17))
    with world.store.write() as session:
        for each in (old, kept):
            session.forecasts.replace_score(A, "a-one", each)
    service.issue(world.move_to(51 + 7 / 24))  # what was said on the 47th day is due
    with world.store.read() as session:
        assert session.forecasts.list_scores(A, "a-one", "CONSUMPTION", 0) == [kept]


def test_forecasts_are_scored_when_their_truth_is_there(world):
    world.fill("a-one", 60, ("CONSUMPTION",))
    service = world.service()
    day = utc_day(START_MS) + 40
    for hour in range(0, 24, 6):
        service.issue(world.move_to(40 + hour / 24))
    service.learning.learn()
    service.issue(world.move_to(44 + 5 / 24))
    with world.store.read() as session:
        assert session.forecasts.list_scores(A, "a-one", "CONSUMPTION", 0) == []
    service.issue(world.move_to(44 + 6 / 24))
    with world.store.read() as session:
        scores = session.forecasts.list_scores(A, "a-one", "CONSUMPTION", 0)
        left = session.forecasts.list_issued(A, "a-one", "CONSUMPTION", 0)
    assert [each.utc_day for each in scores] == [day]
    first = summed(scores)[0]
    assert (first.first_hour, first.last_hour, first.hours) == (1, 24, 96)
    assert 0 < first.error_wh < first.baseline_errors_wh["last_week"]
    assert 0.5 * first.lit_hours < first.covered <= first.lit_hours
    assert [each.issued_at_ms for each in left] == [world.move_to(44 + 5 / 24), world.move_to(44 + 6 / 24)]


def test_models_are_learned_anew_in_time_and_survive_a_restart(world, monkeypatch):
    world.fill("a-one", 60, ("CONSUMPTION",))
    service = world.service()
    service.issue(world.move_to(43))
    assert service.learning.learn() == 1
    restarted = world.service()
    restarted.issue(world.move_to(43 + 1 / 24))
    assert restarted.learning.learn() == 0
    assert world.newest("a-one", "CONSUMPTION").method == "regression"
    restarted.issue(world.move_to(50))
    assert restarted.learning.learn() == 1
    assert world.models("a-one")["CONSUMPTION"].learned_until_ms == START_MS + 50 * DAY_MS
    monkeypatch.setattr(forecast_learning, "FORM", 2)  # a later version of Hearth cannot use these coefficients
    newer = world.service()
    newer.issue(world.move_to(50 + 1 / 24))
    assert world.newest("a-one", "CONSUMPTION").method == "median-14-days"
    assert newer.learning.learn() == 1


def test_a_building_that_fails_keeps_no_other_from_its_forecast(world, monkeypatch):
    with world.store.write() as session:
        session.buildings.add(building("a", "two", **PLACED))
    for building_id in ("a-one", "a-two"):
        world.fill(building_id, 20, ("CONSUMPTION",))
    forecast = module._forecast

    def failing(home, *given):
        if home.building.id == "a-one":
            raise ZeroDivisionError
        return forecast(home, *given)

    monkeypatch.setattr(module, "_forecast", failing)
    with capture_logs() as logs:
        assert world.service().issue(world.move_to(20)) == 1
    assert [(each["event"], each["building_id"]) for each in logs] == [("a forecast failed", "a-one")]
    assert list(world.events()) == ["a-two"]
