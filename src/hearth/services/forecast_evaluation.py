"""Evaluating forecasts: how good would they have been for homes whose past is known?

All homes learn from what was before one instant, together where that helps; then each issues a forecast every few hours
until its data end, and is judged by what came. Nothing is stored. Invariant: no figure depends on the order of the homes.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Any, NamedTuple

import numpy as np

from hearth.core.instants import DAY_MS, HOUR_MS, datetime_of_instant
from hearth.core.problems import invalid
from hearth.forecasting.accuracy import BASELINES, Accuracy, accuracies
from hearth.forecasting.features import MEDIAN_DAYS
from hearth.forecasting.hours import HORIZON_HOURS, Floats, HourlySeries, Ints
from hearth.forecasting.models import LEAST_DAYS, days_known, pooled
from hearth.forecasting.neighbours import LEAST_NEIGHBOURS, weather_of_neighbours
from hearth.forecasting.signals import Forecaster, Scale, Weather, consumption_scale, generation_scale, learned, signal_of
from hearth.forecasting.solar import Site
from hearth.services.forecast_files import HomeFile, WeatherFile
from hearth.services.simulations import Progress

KINDS = ("consumption", "generation", "generationWithWeather", "generationWithNeighbours")
_LAST_QUARTER = 0.75


class Plan(NamedTuple):
    """What is judged, and how.

    train_until_ms: homes learn from what was before (None: three quarters of the shortest). most_w: installed power, per home.
    """

    homes: Sequence[HomeFile]
    train_until_ms: int | None
    every_hours: int
    site: Site | None = None
    weather: WeatherFile | None = None
    most_w: Sequence[float | None] = ()


class Sample(NamedTuple):
    """The last whole forecast beside what came, Wh an hour: to look at."""

    from_ms: int
    p10: list[float]
    p50: list[float]
    p90: list[float]
    came: list[float | None]


@dataclass(frozen=True)
class Judged:
    """One home and kind: how it was forecast, how good that was, an example."""

    home: str
    kind: str
    scale: Scale
    method: str
    days_learned: float
    regression_share: float
    accuracies: list[Accuracy]
    sample: Sample


@dataclass(frozen=True)
class Evaluation:
    """The answer: one Judged per home and kind, in the homes' order."""

    train_until_ms: int
    until_ms: int
    every_hours: int
    judged: list[Judged]


def evaluate(plan: Plan) -> Iterator[Progress | Evaluation]:
    """Steps of progress, and at last the evaluation. Raises Problem "invalid" where there is too little to learn or judge."""
    train_until_ms = _train_until_ms(plan)
    steps = _Steps(len(plan.homes) * (2 if plan.site is None else 5))
    judged: list[Judged] = []
    scales = [
        (home.name, home.consumption, consumption_scale(home.consumption, _end(home, train_until_ms))) for home in plan.homes
    ]
    for each in _judge("consumption", scales, [None] * len(scales), plan, train_until_ms):
        judged.append(each)
        yield steps.next()
    if plan.site is not None:
        arrays = []
        for index, home in enumerate(plan.homes):
            if home.generation is not None:
                most_w = plan.most_w[index] if plan.most_w else None
                scale = generation_scale(home.generation, _end(home, train_until_ms), plan.site, most_w)
                if scale is not None:
                    arrays.append((home.name, home.generation, scale))
            yield steps.next()
        for kind, weathers in _weathers(plan, plan.site, arrays):
            for each in _judge(kind, arrays, weathers, plan, train_until_ms):
                judged.append(each)
                yield steps.next()
    order = {home.name: index for index, home in enumerate(plan.homes)}
    judged.sort(key=lambda each: (order[each.home], KINDS.index(each.kind)))
    until_ms = max(home.consumption.start_ms + len(home.consumption) * HOUR_MS for home in plan.homes)
    yield Evaluation(train_until_ms, until_ms, plan.every_hours, judged)


class _Steps:
    def __init__(self, expected: int) -> None:
        self._done, self._expected = 0, expected

    def next(self) -> Progress:
        self._done += 1
        return Progress(min(1.0, self._done / self._expected))


def _train_until_ms(plan: Plan) -> int:
    shortest = min((home.consumption for home in plan.homes), key=len)
    train_until_ms = plan.train_until_ms
    if train_until_ms is None:
        train_until_ms = (shortest.start_ms + int(len(shortest) * _LAST_QUARTER) * HOUR_MS) // DAY_MS * DAY_MS
    for home in plan.homes:
        series = home.consumption
        until = series.position(train_until_ms)
        first, last = (datetime_of_instant(at_ms).date() for at_ms in (series.start_ms, series.start_ms + len(series) * HOUR_MS))
        span = f"{home.name} has hours from {first} to {last}"
        if until <= MEDIAN_DAYS * 24 or days_known(signal_of(series, Scale(1.0)), until) < LEAST_DAYS:
            raise invalid("", f"{span}: less than {LEAST_DAYS} days to learn from. Choose a later --train-until.")
        if until + HORIZON_HOURS > len(series):
            raise invalid("", f"{span}: less than {HORIZON_HOURS} hours to judge by. Choose an earlier --train-until.")
    return train_until_ms


def _end(home: HomeFile, train_until_ms: int) -> int:
    return home.consumption.position(train_until_ms)


def _weathers(
    plan: Plan, site: Site, arrays: Sequence[tuple[str, HourlySeries, Scale]]
) -> Iterator[tuple[str, list[Weather | None]]]:
    """Kinds of generation forecast, each with the weather per home that it knows."""
    yield "generation", [None] * len(arrays)
    if plan.weather is not None:
        yield "generationWithWeather", [plan.weather.over(series, site) for _, series, _ in arrays]
    if len(arrays) > LEAST_NEIGHBOURS:
        yield (
            "generationWithNeighbours",
            [
                weather_of_neighbours(
                    site, series.start_ms, len(series), [(other, scale) for _, other, scale in arrays if other is not series]
                )
                for _, series, _ in arrays
            ],
        )


def _judge(
    kind: str,
    homes: Sequence[tuple[str, HourlySeries, Scale]],
    weathers: Sequence[Weather | None],
    plan: Plan,
    train_until_ms: int,
) -> Iterator[Judged]:
    prior = _prior(homes, weathers, train_until_ms)
    for (name, series, scale), weather in zip(homes, weathers, strict=True):
        until = series.position(train_until_ms)
        forecaster = learned(series, until, scale, prior, weather)
        origins = np.arange(until, len(series) - HORIZON_HOURS + 1, plan.every_hours)
        yield _judged(name, kind, series, forecaster, origins, weather, until, plan.every_hours)


def _prior(
    homes: Sequence[tuple[str, HourlySeries, Scale]], weathers: Sequence[Weather | None], train_until_ms: int
) -> Floats | None:
    """What the homes have in common; None where one is alone."""
    if len(homes) < 2:
        return None
    signals = [signal_of(series, scale, weather) for (_, series, scale), weather in zip(homes, weathers, strict=True)]
    return pooled(signals, [series.position(train_until_ms) for _, series, _ in homes])


def _judged(
    name: str,
    kind: str,
    series: HourlySeries,
    forecaster: Forecaster,
    origins: Ints,
    weather: Weather | None,
    until: int,
    every_hours: int,
) -> Judged:
    apart = every_hours if 24 % every_hours == 0 else 24
    forecasts = forecaster.forecasts(series, origins, weather, apart)
    last = int(origins[-1])
    came = series.energy_wh[last : last + HORIZON_HOURS]
    low, middle, high = (forecasts.energy_wh[-1, :, column].tolist() for column in range(3))
    sample = Sample(
        series.start_ms + last * HOUR_MS, low, middle, high, [None if np.isnan(each) else float(each) for each in came]
    )
    return Judged(
        name,
        kind,
        forecaster.scale,
        forecasts.method.value,
        days_known(signal_of(series, forecaster.scale), until),
        float(forecasts.shares[..., 0].mean()),
        accuracies(series, forecaster.scale, origins, forecasts),
        sample,
    )


# As JSON


def evaluation_body(evaluation: Evaluation) -> dict[str, Any]:
    """The evaluation as JSON: per home and kind, and the means over the homes."""
    homes: dict[str, dict[str, Any]] = {}
    for each in evaluation.judged:
        homes.setdefault(each.home, {"home": each.home})[each.kind] = _judged_body(each)
    return {
        "trainUntil": _shown(evaluation.train_until_ms),
        "testUntil": _shown(evaluation.until_ms),
        "everyHours": evaluation.every_hours,
        "homes": list(homes.values()),
        "mean": {
            kind: [_mean_body(group) for group in grouped]
            for kind in KINDS
            if (grouped := by_horizon([each for each in evaluation.judged if each.kind == kind]))
        },
    }


def by_horizon(judged: Sequence[Judged]) -> list[list[Accuracy]]:
    """The homes' accuracies, per horizon."""
    every = [accuracy for each in judged for accuracy in each.accuracies]
    return [[each for each in every if each.first_hour == first] for first in sorted({each.first_hour for each in every})]


def _judged_body(judged: Judged) -> dict[str, Any]:
    array = judged.scale.array
    body: dict[str, Any] = {
        "method": judged.method,
        "daysLearned": round(judged.days_learned, 1),
        "regressionShare": round(judged.regression_share, 3),
        "horizons": [_mean_body([each]) for each in judged.accuracies],
        "sample": {
            "from": _shown(judged.sample.from_ms),
            "p10Wh": _rounded(judged.sample.p10),
            "p50Wh": _rounded(judged.sample.p50),
            "p90Wh": _rounded(judged.sample.p90),
            "cameWh": judged.sample.came,
        },
    }
    if array is not None:
        body["array"] = {"effectiveCapacityW": round(array.capacity_w), "tilt": array.tilt, "azimuth": array.azimuth}
    return body


def _mean_body(group: Sequence[Accuracy]) -> dict[str, Any]:
    return {
        "fromHour": group[0].first_hour,
        "toHour": group[0].last_hour,
        "maeWh": round(fmean(each.mae_wh for each in group), 2),
        "baselinesMaeWh": {_camel(name): round(fmean(each.baselines_mae_wh[name] for each in group), 2) for name in BASELINES},
        "gain": {_camel(name): round(fmean(each.gain(name) for each in group), 4) for name in BASELINES},
        "coverage": round(fmean(each.coverage for each in group), 4),
        "hours": sum(each.hours for each in group),
    }


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(each.capitalize() for each in rest)


def _shown(at_ms: int) -> str:
    return datetime_of_instant(at_ms).strftime("%Y-%m-%dT%H:%MZ")


def _rounded(values: Sequence[float]) -> list[float]:
    return [round(each, 1) for each in values]
