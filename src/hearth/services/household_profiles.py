"""Computing household profiles: each building's once a day, at an instant of its own, spread over its local day.

A context service. Its figures are `insights.households`' to decide; here stands what is read for them, and when. In memory are a
few numbers a building: when it is due, its country and its yearly consumption, so that a look for which nothing is due reads
none of them; they are read anew every hour, which is when a new building gets its first profile. Invariant: a building is
computed for the present only, however long it was left out; a deactivated one keeps the profile it had.
"""

import heapq
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import NamedTuple

import numpy as np

from hearth.core.clock import Clock
from hearth.core.identifiers import derived_id
from hearth.core.instants import DAY_MS, HOUR_MS, local_date, start_of_local_day, zone_named
from hearth.domain.buildings import Building
from hearth.domain.catalogue import PLATFORM
from hearth.domain.events import Series
from hearth.domain.profiles import HouseholdProfile, likeness_of
from hearth.forecasting.solar import found_array
from hearth.insights.comparison import HISTORY_DAYS
from hearth.insights.energy import GENERATION, HOUSEHOLD, CountedSeries, Figures, counted_series, local_hours
from hearth.insights.households import SHAPE_DAYS, HomeFacts, consumption_column, household_profile
from hearth.insights.motives import Reaction
from hearth.insights.wall_hours import WallHours, wall_hours
from hearth.ports import Session, Store
from hearth.services.forecast_homes import site_of
from hearth.services.statistics import hourly_energies

_HOMES_AT_ONCE = 500
_READ_ANEW_MS = HOUR_MS
_MOST_REACTIONS = 300
_CAPACITY_DAYS = 60  # those with the most generation: elsewhere in the year the sky is clear less often, and lower
_LEAST_CAPACITY_DAYS = 7


class _Home(NamedTuple):
    """What the fifths of others' need of a building."""

    country_code: str | None
    yearly_kwh: float | None


class _Plan:
    """The buildings of a customer: what is known of each, and when each is due (a heap)."""

    def __init__(self, read_at_ms: int) -> None:
        self.read_at_ms = read_at_ms
        self.homes: dict[str, _Home] = {}
        self.due: list[tuple[int, str]] = []


class HouseholdProfiles:
    """The service. It may begin anew at any time: what is done stands in the store."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._plans: dict[str, _Plan] = {}

    def look(self) -> int:
        """Computes what has come due, one building at a time. Returns how many."""
        with self._store.read() as session:
            customers = [each.id for each in session.customers.list_for_operator()]
        for gone in sorted(self._plans.keys() - set(customers)):
            del self._plans[gone]
        return sum(self._look_at(customer_id) for customer_id in customers)

    def _look_at(self, customer_id: str) -> int:
        now_ms = self._clock.now_ms()
        plan = self._plans.get(customer_id)
        if plan is None or not 0 <= now_ms - plan.read_at_ms < _READ_ANEW_MS:
            plan = self._plans[customer_id] = self._read_plan(customer_id, now_ms)
        if not plan.due or plan.due[0][0] > now_ms:
            return 0
        with self._store.read() as session:
            tags = {rule.id: rule.tags for rule in session.rules.list_of(customer_id)}
        computed = 0
        while plan.due and plan.due[0][0] <= now_ms:
            _, building_id = heapq.heappop(plan.due)  # one that fails comes up again when the plan is read anew
            computed += self._compute(customer_id, building_id, plan, tags)
        return computed

    def _read_plan(self, customer_id: str, now_ms: int) -> _Plan:
        plan = _Plan(now_ms)
        after = None
        with self._store.read() as session:
            while page := session.buildings.list_page(customer_id, after, _HOMES_AT_ONCE):
                after = page[-1].customer_building_id
                profiles = session.household_profiles.list_of(customer_id, [each.id for each in page])
                for building in page:
                    profile = profiles.get(building.id)
                    plan.homes[building.id] = _Home(building.country_code, None if profile is None else profile.yearly_kwh)
                    if not building.is_deactivated():
                        last_ms, next_ms = _instants(building, now_ms)
                        is_due = profile is None or profile.computed_at_ms < last_ms
                        plan.due.append((last_ms if is_due else next_ms, building.id))
        heapq.heapify(plan.due)
        return plan

    def _compute(self, customer_id: str, building_id: str, plan: _Plan, tags: Mapping[str, tuple[str, ...]]) -> bool:
        now_ms = self._clock.now_ms()
        with self._store.read() as session:
            found = session.buildings.list_by_id(customer_id, [building_id])
            if not found or found[0].is_deactivated():
                plan.homes.pop(building_id, None)
                return False
            building = found[0]
            country = building.country_code
            others = [
                home.yearly_kwh
                for other_id, home in plan.homes.items()
                if home.yearly_kwh is not None and home.country_code == country and other_id != building_id
            ]
            facts = read_facts(session, building, now_ms, others if country is not None else (), tags)
            before = session.household_profiles.list_of(customer_id, [building_id]).get(building_id)
        profile = household_profile(facts, now_ms)
        with self._store.write(durable=False) as session:  # lost with the power, it is computed again
            session.household_profiles.replace(customer_id, building_id, profile)
            if _tells_otherwise(before, profile):
                session.changes.add(customer_id, "profile", building_id)
        plan.homes[building_id] = _Home(country, profile.yearly_kwh)
        heapq.heappush(plan.due, (_instants(building, now_ms)[1], building_id))
        return True


def _tells_otherwise(before: HouseholdProfile | None, after: HouseholdProfile) -> bool:
    """Whether rules would be told another thing of the building."""
    return likeness_of(before or HouseholdProfile(computed_at_ms=0)) != likeness_of(after)


def _instants(building: Building, now_ms: int) -> tuple[int, int]:
    """The building's newest instant that is not later than now, and the next one: the same share of each of its local days."""
    zone = zone_named(building.time_zone_id)
    share = int(derived_id("household profile", building.id)[:8], 16) / 2**32
    today = local_date(now_ms, zone)
    instants = []
    for days in (-1, 0, 1):
        start_ms = start_of_local_day(today + timedelta(days=days), zone)
        length_ms = start_of_local_day(today + timedelta(days=days + 1), zone) - start_ms
        instants.append(start_ms + int(share * (length_ms or DAY_MS)))
    return (instants[1], instants[2]) if instants[1] <= now_ms else (instants[0], instants[1])


def read_facts(
    session: Session, building: Building, now_ms: int, kwh_of_others: Sequence[float], tags: Mapping[str, tuple[str, ...]]
) -> HomeFacts:
    """What a building's profile rests on, up to the end of yesterday. `tags`: of the customer's rules, by id."""
    yesterday = local_date(now_ms, zone_named(building.time_zone_id)) - timedelta(days=1)
    first_day = yesterday - timedelta(days=HISTORY_DAYS - 1)
    daily = session.energy.read_days(building.customer_id, [building.id], first_day, yesterday)[building.id]
    series = session.series.list_of(building.customer_id, [building.id])
    counted = counted_series(building.time_zone_id, series)
    capacity_w, peak_w = _capacity(session, building, counted, first_day, daily)
    return HomeFacts(
        daily=daily,
        hours=_shape(session, building, counted, daily, yesterday),
        device_types=_device_types(building, series),
        kwp=building.kwp,
        country_code=building.country_code,
        capacity_w=capacity_w,
        peak_w=peak_w,
        reactions=_reactions(session, building, now_ms, tags),
        kwh_of_others=kwh_of_others,
    )


def _device_types(building: Building, series: Sequence[Series]) -> frozenset[str]:
    """Those that are registered, and those that were heard of."""
    registered = {each.type for each in building.devices if each.type is not None}
    return frozenset(registered | {each.source for each in series} - {PLATFORM, HOUSEHOLD})


def _shape(session: Session, building: Building, counted: CountedSeries, daily: Figures, yesterday: date) -> WallHours | None:
    if np.isnan(daily[-SHAPE_DAYS:, : len(counted.by_type)]).all():
        return None
    first_day, zone = yesterday - timedelta(days=SHAPE_DAYS - 1), zone_named(building.time_zone_id)
    wanted = [counted.with_stand_in(consumption_column(daily)), counted.with_stand_in(GENERATION)]
    used, made = hourly_energies(session, building.customer_id, wanted, local_hours(first_day, yesterday, zone))
    return wall_hours(first_day, yesterday, zone, used, made, building.tariff)


def _capacity(
    session: Session, building: Building, counted: CountedSeries, first_day: date, daily: Figures
) -> tuple[float | None, float | None]:
    """(W under a clear sky, None without a place; W that one in a hundred hours exceeds), of the sixty days with the most sun."""
    generated = np.nan_to_num(daily[:, GENERATION])
    if np.sum(generated > 0) < _LEAST_CAPACITY_DAYS:
        return None, None
    begins = int(np.argmax(np.convolve(generated, np.ones(_CAPACITY_DAYS), "valid")))
    first = first_day + timedelta(days=begins)
    hours = local_hours(first, first + timedelta(days=_CAPACITY_DAYS - 1), zone_named(building.time_zone_id))
    (made,) = hourly_energies(session, building.customer_id, [counted.with_stand_in(GENERATION)], hours)
    if not np.any(made > 0):
        return None, None
    peak_w = float(np.quantile(made[made > 0], 0.99))
    site = site_of(building)
    if site is None:
        return None, peak_w
    array = found_array(site, int(hours.bounds_ms[0]), made)
    return (None if array is None else array.capacity_w), peak_w


def _reactions(session: Session, building: Building, now_ms: int, tags: Mapping[str, tuple[str, ...]]) -> list[Reaction]:
    """What the household did with the newest notifications of a year. Those of rules that are gone tell nothing."""
    delivered = session.notifications.list_page(
        building.customer_id, building.id, ("DELIVERED",), None, _MOST_REACTIONS, from_ms=now_ms - HISTORY_DAYS * DAY_MS
    )
    return [
        Reaction(tags[each.rule_id], "" if each.interaction is None else each.interaction.action_qualifier)
        for each in delivered
        if each.rule_id in tags
    ]
