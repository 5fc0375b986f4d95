"""What the page of a building shows in figures: forecasts beside what came, notifications by day."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

import pandas as pd
import pytest
from msgspec.structs import replace
from tests.api.energy_homes import append, compact, series_of
from tests.conformance.rules_corpus import CATALOGUE
from tests.contracts.store_contents import add_customer, add_notifications, customer, notification
from tests.metered_homes import file_of

from hearth.connectors.system import SystemIdentities
from hearth.core.instants import HOUR_MS, instant_of_datetime
from hearth.domain.catalogue import PLATFORM
from hearth.domain.customers import Customer
from hearth.domain.events import PLATFORM_DEVICE
from hearth.domain.notifications import Interaction
from hearth.domain.weather import CellState, cell_at
from hearth.services.building_dashboards import BuildingDashboards, RuleDay
from hearth.services.building_lists import BuildingLists
from hearth.services.buildings import BuildingDraft, Buildings
from hearth.services.forecast_homes import site_of
from hearth.services.forecasts import Forecasts
from hearth.services.statistics import Statistics
from hearth.testing.clocks import MovableClock

A = customer("a")
NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)


def ms(*, days: float = 0, hours: float = 0) -> int:
    """So long before noon in UTC."""
    return instant_of_datetime(NOW - timedelta(days=days, hours=hours))


@pytest.fixture
def clock():
    return MovableClock(ms())


@pytest.fixture
def dashboards(store, clock):
    add_customer(store, "a", "one")
    return BuildingDashboards(store, clock, Forecasts(store, clock, site_of))


def test_a_day_stands_beside_the_last_word_of_the_day_before(store, dashboards) -> None:
    used = series_of(store, A, "a-one", "ENERGY_CONSUMPTION")
    said = series_of(store, A, "a-one", "ENERGY_CONSUMPTION_FORECAST_TOMORROW", PLATFORM, PLATFORM_DEVICE)
    yesterday = NOW.date() - timedelta(days=1)
    midnight_ms = ms(days=1, hours=13)  # 00:00 in Zurich
    append(store, A, [(used, midnight_ms + at * HOUR_MS, 100.0) for at in range(24)])
    append(store, A, [(said, midnight_ms - 5 * HOUR_MS, 2_000.0), (said, midnight_ms - HOUR_MS, 2_300.0)], midnight_ms)
    consumption, generation = dashboards.forecasts(A, "one")
    assert consumption.days[-1] == (yesterday, 2_300.0, 2_400.0)
    assert consumption.days[-2] == (yesterday - timedelta(days=1), None, None)
    assert (consumption.kind, generation.kind, len(generation.days)) == ("CONSUMPTION", "GENERATION", 28)


def test_notifications_are_counted_by_local_day_and_dropped_ones_by_status_alone(store, dashboards) -> None:
    made = [
        notification("a", "one", 1, created_at_ms=ms(), status="DELIVERED"),
        notification("a", "one", 2, created_at_ms=ms(hours=12.5), status="DELIVERED"),  # 00:30 in Zurich
        notification("a", "one", 3, created_at_ms=ms(hours=13.5), status="FAILED"),  # 23:30 the day before
        notification("a", "one", 4, created_at_ms=ms(), status="DROPPED", drop_reason="time_between", content=None),
        notification("a", "one", 5, created_at_ms=ms(days=7), status="DELIVERED"),
    ]
    add_notifications(store, *made, deliver=False)
    with store.write() as session:
        session.notifications.add_interaction(A, made[0].id, Interaction(action_qualifier="OPENAPP", occurred_at_ms=ms()))
    figures = dashboards.notifications(A, "one", 7)
    assert (figures.first_day, figures.last_day) == (NOW.date() - timedelta(days=6), NOW.date())
    assert figures.by_status == {"DELIVERED": 2, "FAILED": 1, "DROPPED": 1}
    assert figures.by_rule == {"rule": 3}
    assert figures.by_interaction == {"OPENAPP": 1, "": 1}
    assert figures.by_day == [RuleDay("rule", NOW.date() - timedelta(days=1), 1), RuleDay("rule", NOW.date(), 2)]


def test_all_points_are_counted_and_grid_alone_is_told_where_nothing_else_is_known(store, dashboards) -> None:
    grid = series_of(store, A, "a-one", "GRID_ENERGY_CONSUMPTION")
    append(store, A, [(grid, ms(days=2) + at * HOUR_MS, 50.0) for at in range(24)])
    found = dashboards.energies(A, "one")
    assert [(each.event_type, each.points) for each in found.points] == [("GRID_ENERGY_CONSUMPTION", 24)]
    assert found.share_of == "GRID_ENERGY_CONSUMPTION"
    assert found.years["GRID_ENERGY_CONSUMPTION"].total_wh == 24 * 50.0
    assert (found.years["ENERGY_CONSUMPTION"].total_wh, found.night_share) == (None, None)


def test_stale_weather_is_said_of_a_building_with_a_place(store, dashboards, clock) -> None:
    lists = BuildingLists(store, clock)
    assert lists.stand(A, "one") == ("NEW", None, False, None)
    with store.write() as session:
        building = session.buildings.find(A, "one")
        session.buildings.replace(replace(building, latitude=47.4, longitude=8.5))
        state = CellState(cell=cell_at(47.4, 8.5), provider="open-meteo", issued_at_ms=ms(hours=1), ends_at_ms=ms(hours=-70))
        session.weather.replace_cell_for_operator(state)
    assert lists.stand(A, "one").weather == ("open-meteo", ms(hours=1), False)
    clock.advance(seconds=3 * 3_600)
    assert lists.stand(A, "one").weather.is_stale


class Metered(NamedTuple):
    """A real home as a building: hourly Wh by event type, in UTC. `last_day`: the day before the one on which one looks."""

    name: str
    zone: str
    last_day: date
    hours: pd.DataFrame

    def days(self) -> pd.DataFrame:
        """What each local day came to, by what its clock on the wall shows."""
        wall = self.hours.index.tz_convert(self.zone).tz_localize(None)
        sums = self.hours.groupby(wall.normalize()).sum()
        return sums[: pd.Timestamp(self.last_day)]

    def year(self) -> pd.DataFrame:
        return self.days()[pd.Timestamp(self.last_day) - pd.Timedelta(days=364) :]


def metered_hours(number: int) -> pd.DataFrame:
    """A home's year; what it took from the grid is what its panels did not give in the hour."""
    read = pd.read_csv(file_of(number), parse_dates=["hour_start_utc"], index_col="hour_start_utc")
    taken = (read.consumption_wh - read.generation_wh).clip(lower=0)
    columns = {"ENERGY_CONSUMPTION": read.consumption_wh, "ENERGY_GENERATION": read.generation_wh}
    return pd.DataFrame({**columns, "GRID_ENERGY_CONSUMPTION": taken})


def metered_homes() -> Iterator[Metered]:
    """Three to be looked at, and two that only stand beside them."""
    whole = date(2017, 7, 31)
    yield Metered("whole-year", "America/Los_Angeles", whole, metered_hours(1))
    # The same hours in days of another zone, whose clocks are moved on other nights; seen in the middle of a month.
    yield Metered("elsewhere", "Europe/Zurich", date(2017, 4, 12), metered_hours(4))
    before = metered_hours(8).shift(-364, freq="D")
    two_years = pd.concat([before, metered_hours(7)])
    yield Metered("two-years", "America/Los_Angeles", whole, two_years[~two_years.index.duplicated()])
    for number in (2, 3):
        yield Metered(f"peer-{number}", "America/Los_Angeles", whole, metered_hours(number)["2017-03-01":])


def add_metered(store, home: Metered) -> None:
    draft = BuildingDraft(customer_building_id=home.name, time_zone_id=home.zone, country_code="US")
    building = Buildings(store, MovableClock(0), SystemIdentities(), CATALOGUE).add(A, draft)
    for event_type in home.hours:
        series = series_of(store, A, building.id, event_type)
        times_ms = home.hours.index.as_unit("ms").asi8.tolist()
        append(store, A, [(series, at_ms, wh) for at_ms, wh in zip(times_ms, home.hours[event_type].tolist(), strict=True)])


def test_the_figures_of_three_real_homes_are_those_of_pandas(store) -> None:
    with store.write() as session:
        session.customers.add(Customer(id=A, name="Sierra Crest", created_at_ms=0))
    homes = list(metered_homes())
    for home in homes:
        add_metered(store, home)
        if home.name == "elsewhere":
            compact(store)  # the others are read from the log
    for home in homes[:3]:
        local_noon = datetime.combine(home.last_day + timedelta(days=1), time(12), ZoneInfo(home.zone))
        clock = MovableClock(instant_of_datetime(local_noon))
        found = BuildingDashboards(store, clock, Forecasts(store, clock, site_of)).energies(A, home.name)
        assert found.last_day == home.last_day
        days, year = home.days(), home.year()
        winter = year[year.index.month.isin([10, 11, 12, 1, 2, 3])]
        for event_type, told in found.years.items():
            wh = year[event_type]
            assert told.known_days == len(wh)
            assert told.total_wh == pytest.approx(wh.sum())
            by_month = days[event_type].groupby(days.index.to_period("M")).sum()
            months = pd.period_range(end=pd.Period(home.last_day, "M"), periods=13)
            assert [each.month for each in told.months] == [each.start_time.date() for each in months]
            assert [each.energy_wh for each in told.months] == [
                pytest.approx(by_month[month]) if month in by_month.index else None for month in months
            ]
            assert [each.is_whole for each in told.months] == [*[True] * 12, home.last_day.month != 4]
            month = days[event_type][pd.Timestamp(home.last_day) - pd.Timedelta(days=29) :]
            assert told.peak == (month.idxmax().date(), pytest.approx(month.max()))
            share = winter[event_type].sum() / wh.sum()
            assert told.winter_share == (pytest.approx(share) if len(wh) >= 330 else None)
            beside = pd.concat([wh, days[event_type].shift(364, freq="D").rename("before")], axis=1).dropna()
            change = beside[event_type].sum() / beside.before.sum() - 1 if len(beside) >= 90 else None
            assert told.change_share == (None if change is None else pytest.approx(change))
        assert (found.years["ENERGY_CONSUMPTION"].change_share is not None) == (home.name == "two-years")
        wall = home.hours.set_axis(home.hours.index.tz_convert(home.zone).tz_localize(None)).ENERGY_CONSUMPTION
        of_year = wall[year.index[0] : year.index[-1] + pd.Timedelta(hours=23)]
        nights = of_year[(of_year.index.hour >= 22) | (of_year.index.hour < 6)]
        assert (found.share_of, found.night_share) == ("ENERGY_CONSUMPTION", pytest.approx(nights.sum() / of_year.sum()))
        assert {each.event_type: each.points for each in found.points} == dict.fromkeys(home.hours, len(home.hours))

    # Beside the others, days on which clocks were moved among them: 1 is who used most.
    used = pd.DataFrame({home.name: home.days().ENERGY_CONSUMPTION for home in homes})["2017-03-10":"2017-04-12"]
    ranks, medians = used.rank(axis=1, ascending=False, method="min"), used.median(axis=1)
    for name in used.columns[:3]:
        compared = Statistics(store).comparison(A, name, "COUNTRY", date(2017, 3, 10), date(2017, 4, 12))
        of_used = [(day, told[1]) for day, told in compared]
        assert [day for day, _ in of_used] == [at.date() for at in used.index]
        assert [(told.rank, told.size) for _, told in of_used] == [(rank, 5) for rank in ranks[name]]
        assert [told.median for _, told in of_used] == pytest.approx(medians.tolist())
