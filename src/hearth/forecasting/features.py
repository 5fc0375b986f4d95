"""Features: what is known at an origin about each hour of the horizon behind it.

An origin is the first hour that is not known. A signal is a series relative to what is possible: energy by (scale x
envelope), where the envelope is 1 for consumption and the clear sky's share for generation, so that yesterday's cloud is
told from yesterday's season. Features are relative too, and are multiplied by the envelope of their hour.
Invariant: a feature of an origin reads no hour at or behind it but the calendar and the envelope, which are
known for all time; gaps never make a feature NaN.
"""

from typing import NamedTuple

import numpy as np

from hearth.forecasting.hours import HORIZON_HOURS, Floats, Ints, WallClock, same_hours, valued

DAYS_BACK = 28
MEDIAN_DAYS = 14
NAMES = (
    "median_14",
    "low_28",
    "high_28",
    "median_7",
    "median_28",
    "median_day_kind",
    "mean_14",
    "yesterday",
    "last_week",
    "median_weeks",
    "last_hour",
    "last_3_hours",
    "last_6_hours",
    "last_day_median",
    "last_day_mean",
    "last_day_level",
    "one",
    "hour_sin",
    "hour_cos",
    "half_day_sin",
    "half_day_cos",
    "weekend",
)
WEATHER_NAMES = ("weather_corrected", "weather", "weather_sin", "weather_cos", "weather_half_sin", "weather_half_cos")
MEDIAN_14, LOW_28, HIGH_28 = range(3)
YESTERDAY = NAMES.index("yesterday")
WEATHER_CORRECTED = len(NAMES)  # the first of those of a weather, where a signal has one
_SATURDAY = 5
_LOW, _HIGH = 0.2, 0.8
_FADE_HOURS = ((1, 2), (3, 4), (6, 8))  # the mean of so many last hours fades over so many
_LEAST_WEATHER, _MOST_ANSWER = 0.03, 3.0
_LEADS = np.arange(HORIZON_HOURS)
# Whole days from a target back to days that are known, the nearest first; shape (horizon, 28).
_DAYS_BEFORE = (1 + _LEADS // 24)[:, None] + np.arange(DAYS_BACK)


class Signal(NamedTuple):
    """A series relative to what is possible. `envelope` reaches the horizon beyond `relative`; both count hours alike."""

    relative: Floats
    envelope: Floats
    clock: WallClock
    weather: Floats | None = None  # what a weather makes one expect, as a share of the scale; NaN where it is not known


class Past(NamedTuple):
    """Per origin and hour of the horizon what was seen at the same hour: shape (origins, horizon)."""

    yesterday: Floats
    last_week: Floats
    median_14: Floats
    latest: Floats  # the last hour before the origin


def feature_count(signal: Signal) -> int:
    """How many features a signal's hours have."""
    return len(NAMES) + (0 if signal.weather is None else len(WEATHER_NAMES))


def targets_of(origins: Ints) -> Ints:
    """The hours of the horizon behind each origin, shape (origins, horizon)."""
    targets: Ints = origins[:, None] + _LEADS
    return targets


def quantile_known(values: Floats, share: float) -> Floats:
    """The quantile along the last axis of what is known; NaN where nothing is. Linear between neighbours."""
    ordered = np.sort(values, axis=-1)  # NaN last
    count = np.sum(~np.isnan(values), axis=-1)
    at = np.maximum(count - 1, 0) * share
    below = np.floor(at).astype(np.int64)
    lower = np.take_along_axis(ordered, below[..., None], -1)[..., 0]
    upper = np.take_along_axis(ordered, np.minimum(below + 1, np.maximum(count - 1, 0))[..., None], -1)[..., 0]
    result: Floats = lower + (at - below) * (upper - lower)
    return result


def mean_known(values: Floats) -> Floats:
    """The mean along the last axis of what is known; NaN where nothing is."""
    known = ~np.isnan(values)
    count = known.sum(axis=-1)
    sums = np.where(known, values, 0.0).sum(axis=-1)
    return np.where(count > 0, sums / np.maximum(count, 1), np.nan)


def _same_hours_before(signal: Signal, origins: Ints) -> tuple[Floats, Ints]:
    """The last 28 known days at the hour of each target, and which hours those are: (origins, horizon, 28)."""
    hours = same_hours(signal.clock, targets_of(origins)[..., None], origins[:, None, None], _DAYS_BEFORE)
    return valued(signal.relative, hours), hours


def _last_week(before: Floats) -> Floats:
    """Of the days before those that are a week before."""
    return before[:, np.arange(HORIZON_HOURS), 7 - _DAYS_BEFORE[:, 0]]


def past_of(signal: Signal, origins: Ints) -> Past:
    """What plain rules of thumb would say, relative to the envelope; NaN where nothing is known."""
    before, _ = _same_hours_before(signal, origins)
    last_week = _last_week(before)
    latest = np.broadcast_to(valued(signal.relative, origins - 1)[:, None], last_week.shape)
    return Past(before[..., 0], last_week, quantile_known(before[..., :MEDIAN_DAYS], 0.5), latest)


def features_of(signal: Signal, origins: Ints) -> Floats:
    """Features, shape (origins, horizon, len(NAMES)), each multiplied by the envelope of its hour; then those of a weather."""
    clock, targets = signal.clock, targets_of(origins)
    before, hours = _same_hours_before(signal, origins)
    level = quantile_known(before.reshape(len(origins), -1), 0.5)[:, None]
    median = _else(quantile_known(before[..., :MEDIAN_DAYS], 0.5), np.nan_to_num(np.broadcast_to(level, targets.shape)))
    is_weekend = clock.weekday >= _SATURDAY
    is_alike = is_weekend[np.maximum(hours, 0)] == is_weekend[targets][..., None]
    weeks = np.where(_DAYS_BEFORE % 7 == 0, before, np.nan)
    columns = [
        median,
        _else(quantile_known(before, _LOW), median),
        _else(quantile_known(before, _HIGH), median),
        _else(quantile_known(before[..., :7], 0.5), median),
        _else(quantile_known(before, 0.5), median),
        _else(quantile_known(np.where(is_alike, before, np.nan), 0.5), median),
        _else(mean_known(before[..., :MEDIAN_DAYS]), median),
        _else(before[..., 0], median),
        _else(_last_week(before), median),
        _else(quantile_known(weeks, 0.5), median),
        *_recent(signal, origins),
    ]
    angle = 2 * np.pi * clock.hour[targets] / 24
    columns += [np.ones(targets.shape), np.sin(angle), np.cos(angle), np.sin(2 * angle), np.cos(2 * angle)]
    columns.append(is_weekend[targets].astype(np.float64))
    result: Floats = np.stack(columns, axis=-1) * signal.envelope[targets][..., None]
    if signal.weather is None:
        return result
    return np.concatenate((result, _weather_features(signal, signal.weather, origins, result[..., MEDIAN_14], angle)), axis=-1)


def _weather_features(signal: Signal, weather: Floats, origins: Ints, otherwise: Floats, angle: Floats) -> Floats:
    """What the weather says, by hour of the day, and corrected by what it said and what came at that hour before."""
    count = len(signal.relative)
    with np.errstate(divide="ignore", invalid="ignore"):
        answered = np.where(weather[:count] > _LEAST_WEATHER, signal.relative * signal.envelope[:count] / weather[:count], np.nan)
    before, _ = _same_hours_before(signal._replace(relative=np.minimum(answered, _MOST_ANSWER)), origins)
    said = weather[targets_of(origins)]
    corrected = said * _else(quantile_known(before[..., :MEDIAN_DAYS], 0.5), np.ones(said.shape))
    said, corrected = _else(said, otherwise), _else(corrected, otherwise)
    waves = (np.sin(angle), np.cos(angle), np.sin(2 * angle), np.cos(2 * angle))
    return np.stack([corrected, said, *(said * wave for wave in waves)], axis=-1)


def _recent(signal: Signal, origins: Ints) -> list[Floats]:
    """By how much the last hours, and the last day, differ from what is usual then; the former fade with the horizon."""
    last = origins[:, None] - 24 + np.arange(24)
    usual_hours = same_hours(signal.clock, np.maximum(last, 0)[..., None], origins[:, None, None], np.arange(1, MEDIAN_DAYS))
    values = valued(signal.relative, last)
    differences = values - quantile_known(valued(signal.relative, usual_hours), 0.5)
    faded = [
        np.nan_to_num(mean_known(differences[:, -count:]))[:, None] * np.exp(-(_LEADS + 1.0) / fade)
        for count, fade in _FADE_HOURS
    ]
    day = (quantile_known(differences, 0.5), mean_known(differences), quantile_known(values, 0.5))
    shape = (len(origins), HORIZON_HOURS)
    return faded + [np.broadcast_to(np.nan_to_num(each)[:, None], shape) for each in day]


def _else(values: Floats, otherwise: Floats) -> Floats:
    return np.where(np.isnan(values), otherwise, values)
