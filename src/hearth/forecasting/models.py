"""Models: what a home's own past says about the next three days, as P10, P50 and P90.

A model is learned from a signal up to an instant (`learn`) and issues forecasts at origins (`issue`). The P50 mixes a
quantile regression with the median of the last 14 days at that hour and with yesterday, in the shares that would have been
best over the last six weeks; the distance of P10 and P90 is corrected by how far what came in those weeks lay outside
(conformalized quantile regression: Romano, Patterson, Candès, NeurIPS 2019). With too little to learn from, plainer methods
answer, and say so.
Invariants: a forecast of an origin depends on no hour at or behind it; 0 <= P10 <= P50 <= P90; never NaN.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hearth.forecasting.features import (
    DAYS_BACK,
    HIGH_28,
    LOW_28,
    MEDIAN_14,
    NAMES,
    WEATHER_CORRECTED,
    YESTERDAY,
    Signal,
    feature_count,
    features_of,
    past_of,
    targets_of,
)
from hearth.forecasting.hours import HORIZON_HOURS, Floats, Ints
from hearth.forecasting.quantile_ridge import fit_quantile

_DAYS = (slice(0, 24), slice(24, 48), slice(48, HORIZON_HOURS))  # of the horizon; each is mixed and corrected by its own past
QUANTILES = (0.1, 0.5, 0.9)
LEAST_DAYS = 14
_LEAST_LEARNING_DAYS = 42  # 28 to look back at, 14 to learn from
_LEARNING_DAYS = 365
_LOOK_BACK_DAYS = 42  # of own forecasts that are looked at; fewer follow the season faster, but cover less of what comes
_ORIGINS_APART = 11  # hours between the origins that are learned from; prime to 24, so that every hour of the day occurs
_TAUGHT_HOURS = 48  # of the horizon: what is further ahead is forecast alike
_LEADS_APART = 3  # of an origin every third hour is learned from: neighbours tell the same
_STRENGTH = 0.03
# Shares in the P50 of regression, plain method and yesterday, in quarters; the regression alone is the last.
_MIXES = np.array([(a, b, 4 - a - b) for a in range(5) for b in range(5 - a)]) / 4
_PLAIN = np.array([0.0, 1.0, 0.0])
_LEAST_SCORES = 100  # hours; with fewer the intervals are left as they are
_LEAST_WIDTH = 0.05  # of P50
_MOST_STRETCH = 10.0  # times the distance of P10 or P90 from P50
_NEAR_ZERO = 1e-3


class Method(StrEnum):
    """How a forecast came about."""

    REGRESSION = "regression"
    MEDIAN = "median-14-days"
    NAIVE = "seasonal-naive"  # the same hour of last week, or of yesterday
    WEATHER = "weather"  # the solar chain, corrected by what it said and what came


@dataclass(frozen=True, eq=False)
class Model:
    """Coefficients of the three quantiles, shape (3, features); None where there was too little to learn from."""

    coefficients: Floats | None
    method: Method


class Issued(NamedTuple):
    """Forecasts relative to the signal's scale, (origins, horizon, 3), and per origin and day the shares of regression,
    plain method and yesterday in the P50, (origins, 3, 3)."""

    quantiles: Floats
    shares: Floats


def prior_of(features: int = len(NAMES)) -> Floats:
    """What is believed before anything is learned: the median of 14 days, between the fifths of 28 days."""
    prior = np.zeros((len(QUANTILES), features))
    for row, column in enumerate((LOW_28, MEDIAN_14, HIGH_28)):
        prior[row, column] = 1.0
    return prior


def days_known(signal: Signal, until: int) -> float:
    """Days before an hour, counted by their known hours; of generation only hours with light count."""
    possible = signal.envelope[:until] > 0
    known = possible & ~np.isnan(signal.relative[:until])
    return until / 24 * float(known.sum()) / max(1, int(possible.sum()))


def learning_rows(signal: Signal, until: int) -> tuple[Floats, Floats]:
    """Rows and answers to learn from, of the last year before `until`: (n, features) and (n,)."""
    known = np.flatnonzero(~np.isnan(signal.relative[:until]))
    first = int(known[0]) if len(known) else until
    start = max(first + DAYS_BACK * 24, until - _LEARNING_DAYS * 24)
    origins = np.arange(start, until - HORIZON_HOURS + 1, _ORIGINS_APART)
    targets = targets_of(origins)
    rows = features_of(signal, origins)
    answers = signal.relative[targets] * signal.envelope[targets]
    chosen = (np.arange(HORIZON_HOURS) + np.arange(len(origins))[:, None]) % _LEADS_APART == 0
    chosen[:, _TAUGHT_HOURS:] = False
    chosen &= ~np.isnan(answers) & (signal.envelope[targets] > _NEAR_ZERO)
    return rows[chosen], answers[chosen]


def pooled(signals: Sequence[Signal], untils: Sequence[int]) -> Floats:
    """What several homes have in common: coefficients that serve as the prior of each. Homes with too little do not count.

    untils: per signal the hour before which it is learned from.
    """
    taught = [
        learning_rows(each, until)
        for each, until in zip(signals, untils, strict=True)
        if days_known(each, until) >= _LEAST_LEARNING_DAYS
    ]
    if not taught:
        return prior_of(feature_count(signals[0]))
    thin = max(1, len(taught) // 2)
    rows = np.concatenate([rows[::thin] for rows, _ in taught])
    return _fitted(rows, np.concatenate([answers[::thin] for _, answers in taught]), prior_of(rows.shape[1]))


def learn(signal: Signal, until: int, prior: Floats | None = None) -> Model:
    """The model that the hours before `until` give. prior: of `pooled`, or the plain one."""
    days = days_known(signal, until)
    if days < _LEAST_LEARNING_DAYS:
        if signal.weather is not None and np.isfinite(signal.weather).any():
            return Model(None, Method.WEATHER)
        return Model(None, Method.NAIVE if days < LEAST_DAYS else Method.MEDIAN)
    rows, answers = learning_rows(signal, until)
    return Model(_fitted(rows, answers, prior_of(rows.shape[1]) if prior is None else prior), Method.REGRESSION)


def _fitted(rows: Floats, answers: Floats, prior: Floats) -> Floats:
    return np.stack(
        [fit_quantile(rows, answers, quantile, before, _STRENGTH) for quantile, before in zip(QUANTILES, prior, strict=True)]
    )


def issue(model: Model, signal: Signal, origins: Ints, apart: int = 24) -> Issued:
    """Forecasts at origins, in units of the signal's scale.

    apart: hours between the earlier origins, counted back from each, whose errors correct it; the fewer, the slower.
    """
    back = np.arange(0, _LOOK_BACK_DAYS * 24 + 1, apart)
    every = np.unique(origins[:, None] - back)
    every = every[every > 0]
    bounds, experts = _experts(model, signal, every)
    targets = targets_of(every)
    inside = np.minimum(targets, len(signal.relative) - 1)
    actual = np.where(targets < len(signal.relative), signal.relative[inside] * signal.envelope[targets], np.nan)
    told = signal.envelope[targets] > _NEAR_ZERO
    result = np.empty((len(origins), HORIZON_HOURS, len(QUANTILES)))
    shares = np.empty((len(origins), len(_DAYS), experts.shape[-1]))
    for row, origin in enumerate(origins):
        own = int(np.searchsorted(every, origin))
        first = int(np.searchsorted(every, origin - _LOOK_BACK_DAYS * 24))
        past = slice(first, own)
        seen = (targets[past] < origin) & told[past] & ~np.isnan(actual[past])
        for day, half in enumerate(_DAYS):
            truth = actual[past, half][seen[:, half]]
            before, said = bounds[past, half][seen[:, half]], experts[past, half][seen[:, half]]
            mix = _PLAIN if model.coefficients is None else _best_mix(said, truth)
            mixed = _mixed(bounds[own, half], experts[own, half], mix)
            result[row, half] = _stretched(mixed, _mixed(before, said, mix), truth)
            shares[row, day] = mix
    result *= (signal.envelope[targets_of(origins)] > _NEAR_ZERO)[..., None]
    return Issued(result, shares)


def _experts(model: Model, signal: Signal, origins: Ints) -> tuple[Floats, Floats]:
    """P10 and P90 as they come, (origins, horizon, 2), and what may be mixed to the P50: regression, plain method, yesterday."""
    rows = features_of(signal, origins)
    plain = rows[..., WEATHER_CORRECTED if model.method is Method.WEATHER else MEDIAN_14]
    if model.method is Method.NAIVE:
        envelope = signal.envelope[targets_of(origins)]
        past = past_of(signal, origins)
        first = np.where(np.isnan(past.last_week), past.yesterday, past.last_week) * envelope
        plain = np.where(np.isnan(first), plain, first)
    if model.coefficients is None:
        low, middle, high = rows[..., LOW_28], plain, rows[..., HIGH_28]
    else:
        low, middle, high = np.moveaxis(rows @ model.coefficients.T, -1, 0)
    bounds, experts = np.stack((low, high), axis=-1), np.stack((middle, plain, rows[..., YESTERDAY]), axis=-1)
    return np.maximum(bounds, 0.0), np.maximum(experts, 0.0)


def _best_mix(said: Floats, truth: Floats) -> Floats:
    """The shares with the least mean absolute error; the regression alone where nothing is known."""
    errors = np.abs(said @ _MIXES.T - truth[:, None]).mean(axis=0) if len(truth) else -np.arange(len(_MIXES))
    best: Floats = _MIXES[int(np.argmin(errors))]
    return best


def _mixed(bounds: Floats, experts: Floats, mix: Floats) -> Floats:
    """Quantiles in order around the mixed P50."""
    middle: Floats = experts @ mix
    return np.stack((np.minimum(bounds[..., 0], middle), middle, np.maximum(bounds[..., 1], middle)), axis=-1)


def _stretched(quantiles: Floats, past: Floats, truth: Floats) -> Floats:
    """P10 and P90 moved in proportion to their distance from P50, so that 80 % of the past would have lain between."""
    if len(truth) < _LEAST_SCORES:
        return quantiles
    middle = quantiles[..., 1]
    low, high = (middle + sign * _width(quantiles, side) * _factor(past, truth, side, sign) for side, sign in ((0, -1), (2, 1)))
    return np.stack((np.clip(low, 0, middle), middle, np.maximum(high, middle)), axis=-1)


def _width(quantiles: Floats, side: int) -> Floats:
    """The distance of P10 or P90 from P50, never quite nothing, so that it can be stretched."""
    middle = quantiles[..., 1]
    return np.maximum(np.abs(quantiles[..., side] - middle), np.maximum(_LEAST_WIDTH * middle, _NEAR_ZERO))


def _factor(past: Floats, truth: Floats, side: int, sign: int) -> float:
    """By how much the distance of a side must grow or shrink for a tenth of the past to lie beyond it."""
    scores: NDArray[np.float64] = sign * (truth - past[:, 1]) / _width(past, side)
    return float(np.clip(np.quantile(scores, 0.9), 0.0, _MOST_STRETCH))
