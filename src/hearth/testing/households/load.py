"""What the residents use, by the minute: always-on load, fridge, cooking, washing, lights and small things.

Heating, hot water and the car are elsewhere. The shape of the everyday load follows the well-known standard
load profile of households (H0 of "Repräsentative VDEW-Lastprofile", VDEW/BTU Cottbus 1999, and its successor H25
of BDEW 2025): a night trough, a morning and a noon peak, the highest peak in the evening, other courses on
Saturday and Sunday; and its published dynamisation over the year. The curves themselves are our own
parametrisation. Yearly amounts follow the German "Stromspiegel" (house without electric water heating: about
2,000 to 2,400 kWh for one person, 4,000 to 4,500 for four) and the Swiss ElCom categories H2 (2,500) and H4 (4,500).
Invariant: a day depends only on the home and the date; what runs past midnight is found again the next day.
"""

from datetime import date, timedelta
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from hearth.core.instants import MINUTE_MS
from hearth.testing.households.calendar import LocalDay, is_on_holiday, minute_of
from hearth.testing.households.draws import Floats, generator, smooth_noise
from hearth.testing.households.home import Home

WASHING_WH = 900.0
DRYING_WH = 1_300.0
DISHES_WH = 950.0
SMALL_WH = 150.0
_FRIDGE_W = 95.0
_TELEVISION_W = 105.0
_WASHING = np.array([60] * 6 + [2_050] * 18 + [170] * 55 + [480] * 9, dtype=float)
_DRYING = np.array([720] * 100 + [250] * 24, dtype=float)
_DISHES = np.array([60] * 8 + [1_950] * 14 + [70] * 38 + [1_950] * 13 + [45] * 25, dtype=float)


class Run(NamedTuple):
    """Something that runs: its name, its first minute since 1970, W by the minute."""

    name: str
    start: int
    power_w: Floats


class Load(NamedTuple):
    """W by the minute of a local day: everything the residents use, and of it what single devices use."""

    total_w: Floats
    devices_w: dict[str, Floats]


def load_of_day(home: Home, day: LocalDay) -> Load:
    """What the residents use on a local day; shapes (day.minutes,)."""
    total = _everyday(home, day)
    metered = {d.id: np.zeros(day.minutes) for d in home.devices if d.type in ("APPLIANCE", "SMART_PLUG")}
    first = day.start_ms // MINUTE_MS
    for date_ in (day.day - timedelta(days=1), day.day):
        for run in runs_of_day(home, date_):
            start, end = max(run.start, first), min(run.start + len(run.power_w), first + day.minutes)
            if start < end:
                power = run.power_w[start - run.start : end - run.start]
                total[start - first : end - first] += power
                if run.name in metered:
                    metered[run.name][start - first : end - first] += power
    return Load(total, metered)


def yearly_wh(home: Home) -> float:
    """The yearly amount the residents are modelled on, before holidays: see the sources above."""
    return (1_250 + 760 * home.persons) * 1_000 * home.thrift


def _always_on_w(home: Home) -> float:
    return 48 + 13 * home.persons * home.thrift + home.floor_area * 0.12


def _runs_a_day(home: Home) -> dict[str, float]:
    """Mean number of runs a day."""
    washing = (0.9 + 0.7 * home.persons) / 7
    drying = 0.6 * washing if home.has_dryer else 0.0
    return {"washing": washing, "drying": drying, "dishes": min(0.95, 0.33 + 0.13 * home.persons), "small": 2.0 * home.persons}


def _rest_w(home: Home) -> float:
    """Mean power of what is not modelled as a run (lights, computers, pumps ...), so that the year comes out."""
    runs = _runs_a_day(home)
    daily = runs["washing"] * WASHING_WH + runs["drying"] * DRYING_WH + runs["dishes"] * DISHES_WH + runs["small"] * SMALL_WH
    daily += _cooking_wh(home) * 1.25 + 3.0 * _TELEVISION_W + 24 * (_always_on_w(home) + _FRIDGE_W * 0.3)
    return max(35.0, yearly_wh(home) / 8_760 - daily / 24)


def _cooking_wh(home: Home) -> float:
    return 420.0 + 170.0 * home.persons


def _everyday(home: Home, day: LocalDay) -> Floats:
    draws = generator("everyday", home.seed, day.day.toordinal())
    minute = day.start_ms // MINUTE_MS + np.arange(day.minutes)
    period = 42 + home.seed % 17
    fridge = np.where((minute + home.seed % 1009) % period < 0.3 * period, _FRIDGE_W, 4.0)
    always_on = _always_on_w(home) + fridge
    if is_on_holiday(home, day.day):
        return np.asarray(always_on, dtype=float)
    hour = ((day.wall - home.habit_shift_minutes) % 1440) / 60
    mood = float(np.clip(draws.lognormal(-0.02, 0.2), 0.6, 1.6))  # a day at home or out
    noise = 0.32 * smooth_noise(draws, day.minutes, 20) + 0.25 * smooth_noise(draws, day.minutes, 75)
    rest = _rest_w(home) * _shape(day.day.weekday(), hour) * season_factor(home, day.day) * mood * np.exp(noise - 0.08)
    return np.asarray(always_on + rest, dtype=float)


def season_factor(home: Home, day: date) -> float:
    """Dynamisation of the household profile over the year (VDEW 1999, a polynomial of the day of the year).

    About 1.24 in January and 0.79 in July; turned round in the south and flattened towards the equator.
    """
    t = day.timetuple().tm_yday
    if home.place.latitude < 0:
        t = (t + 182) % 365 + 1
    factor = -3.92e-10 * t**4 + 3.2e-7 * t**3 - 7.02e-5 * t**2 + 2.1e-3 * t + 1.24
    return 1 + (factor - 1) * min(1.0, abs(home.place.latitude) / 45)


# Peaks (hour, width, height) on a floor, for working days, Saturday, Sunday.
_FLOOR = 0.32
_PEAKS = (
    ((7.0, 1.0, 0.75), (12.3, 1.3, 0.55), (16.0, 2.0, 0.25), (19.4, 1.9, 1.75)),
    ((9.2, 1.7, 0.75), (12.8, 1.7, 0.80), (16.0, 2.0, 0.55), (19.2, 2.0, 1.45)),
    ((9.8, 1.6, 0.85), (12.5, 1.3, 1.10), (16.0, 2.0, 0.50), (19.3, 1.9, 1.35)),
)


@lru_cache(maxsize=1)
def _mean_of_week() -> float:
    hours = np.arange(0, 24, 0.25)
    kinds = [float(_curve(kind, hours).mean()) for kind in range(3)]
    return (5 * kinds[0] + kinds[1] + kinds[2]) / 7


def _curve(kind: int, hour: Floats) -> Floats:
    curve = np.full(len(hour), _FLOOR)
    for centre, width, height in _PEAKS[kind]:
        away = np.abs(hour - centre)
        curve += height * np.exp(-0.5 * (np.minimum(away, 24 - away) / width) ** 2)
    return curve


def _shape(weekday: int, hour: Floats) -> Floats:
    """Everyday load relative to its weekly mean."""
    return _curve(max(0, weekday - 4), hour) / _mean_of_week()


@lru_cache(maxsize=512)
def runs_of_day(home: Home, day: date) -> tuple[Run, ...]:
    """What the residents switch on during a day."""
    if is_on_holiday(home, day):
        return ()
    draws = generator("runs", home.seed, day.toordinal())
    often = _runs_a_day(home)
    weekend = day.weekday() >= 5
    washing_day = (0.95, 0.95, 0.95, 0.95, 0.95, 1.65, 0.6)[day.weekday()]
    plan: list[tuple[str, float, Floats]] = [*_meals(home, draws, weekend)]
    if draws.random() < often["washing"] * washing_day:
        start = draws.normal(11.5, 2.0) if weekend or home.kwp is not None else draws.choice([8.5, 18.0]) + draws.normal(0, 0.6)
        plan.append(("washing-machine", start, _WASHING * draws.uniform(0.8, 1.2)))
        if home.has_dryer and draws.random() < 0.6:
            plan.append(("dryer", start + 1.6 + draws.exponential(0.4), _DRYING * draws.uniform(0.8, 1.2)))
    if draws.random() < often["dishes"]:
        plan.append(
            ("dishwasher", draws.choice([13.8, 20.6], p=[0.3, 0.7]) + draws.normal(0, 0.5), _DISHES * draws.uniform(0.85, 1.15))
        )
    if draws.random() < 0.88:
        evening = np.full(int(np.clip(draws.normal(185, 55), 40, 320)), _TELEVISION_W)
        plan.append(("television", draws.normal(19.7, 0.6), evening))
    for hour in _small_hours(draws, int(draws.poisson(often["small"]))):
        minutes = int(draws.integers(3, 13))
        plan.append(("small", hour, np.full(minutes, 60 * SMALL_WH / minutes * draws.uniform(0.6, 1.4)).clip(100, 2_200)))
    shift = home.habit_shift_minutes
    return tuple(
        Run(name, minute_of(day, int(np.clip(hour * 60 + shift, 0, 1800)), home.time_zone_id), power)
        for name, hour, power in plan
    )


def _small_hours(draws: np.random.Generator, count: int) -> Floats:
    """Hours of kettles, hair dryers, vacuum cleaners: morning, around noon, evening."""
    centre = draws.choice([7.2, 12.5, 18.5], size=count, p=[0.35, 0.25, 0.4])
    return np.clip(centre + draws.normal(0, 1.3, size=count), 5.5, 23)


def _meals(home: Home, draws: np.random.Generator, weekend: bool) -> list[tuple[str, float, Floats]]:
    """Cooking: hob or oven that cycles between full and no power."""
    meals = []
    for hour, chance, size in ((12.0, 0.65 if weekend else 0.28, 0.8), (18.6, 0.86, 1.0)):
        if draws.random() < chance:
            minutes = int(np.clip(draws.normal(38, 10), 15, 75))
            energy = _cooking_wh(home) * size * draws.lognormal(0, 0.25)
            cycles = (np.arange(minutes) % 6 < 4) * 1.0
            cycles[:6] = 1.5
            power = cycles * energy * 60 / cycles.sum()
            meals.append(("cooking", hour + draws.normal(0, 0.4), np.clip(power, 0, 7_000)))
    return meals
