"""Forecast: what a home will use and generate, said at one instant of the hours behind it; and how right that was.

Holds the values that are stored and shown. How a forecast comes about is `forecasting`'s; when one is issued is
`services.forecasts`'. Invariant: 0 <= P10 <= P50 <= P90 for each hour; an hour nobody can forecast is in no Forecast.
"""

from typing import Literal, NamedTuple

import msgspec

ForecastKind = Literal["CONSUMPTION", "GENERATION"]
ACCURACY_DAYS = 30  # of whose forecasts the accuracy is told
KINDS: tuple[ForecastKind, ...] = ("CONSUMPTION", "GENERATION")

# How a forecast came about, in the words of `forecasting.models.Method`.
ForecastMethod = Literal["regression", "median-14-days", "seasonal-naive", "weather"]


class ForecastCount(NamedTuple):
    """Of how many buildings there is a forecast, fresh or stale, and when the last one was issued (None: there is none)."""

    kind: ForecastKind
    fresh: int
    stale: int
    last_run_ms: int | None


class HourQuantiles(msgspec.Struct, frozen=True, array_like=True):
    """Energies of one hour in Wh."""

    p10_wh: float
    p50_wh: float
    p90_wh: float


class Forecast(msgspec.Struct, frozen=True, kw_only=True):
    """Issued at a full hour (UTC) of the successive hours from then on.

    `learned_until_ms`: what the model was learned from lies before; None where nothing was learned.
    `learned_share` 0..1: how much of the first day's P50 is the regression's; the rest are plain methods.
    `weather`: the provider whose weather was used; None where none was known.
    """

    kind: ForecastKind
    issued_at_ms: int
    method: ForecastMethod
    hours: tuple[HourQuantiles, ...]
    learned_until_ms: int | None = None
    learned_share: float = 0.0
    weather: str | None = None
    is_weather_stale: bool = False


class ArrayFound(msgspec.Struct, frozen=True, kw_only=True):
    """A photovoltaic array as the generation shows it, or as the customer describes it. Degrees; 180 = south."""

    latitude: float
    longitude: float
    tilt: float
    azimuth: float
    capacity_w: float
    installed_w: float | None = None


class ForecastModel(msgspec.Struct, frozen=True, kw_only=True):
    """What was learned of a home: coefficients by quantile (none where a plainer method answers), and its unit.

    `form`: of the coefficients; a model of another form is not read, but learned anew. `days`: how many were learned from.
    """

    kind: ForecastKind
    form: int
    learned_until_ms: int
    days: float
    method: ForecastMethod
    scale_wh: float
    coefficients: tuple[tuple[float, ...], ...] | None = None
    array: ArrayFound | None = None


class HorizonScore(msgspec.Struct, frozen=True, kw_only=True):
    """How far forecasts lay from what came, over the hours from `first_hour` to `last_hour` behind their origins.

    Sums of absolute errors in Wh, ours and of rules of thumb; `covered` of `lit_hours` lay between P10 and P90.
    """

    first_hour: int
    last_hour: int
    hours: int
    error_wh: float
    baseline_errors_wh: dict[str, float]
    lit_hours: int
    covered: int


class DayScore(msgspec.Struct, frozen=True, kw_only=True):
    """The scores of all forecasts that were issued on one day (UTC, days since 1970)."""

    kind: ForecastKind
    utc_day: int
    horizons: tuple[HorizonScore, ...]


def summed(scores: list[DayScore]) -> list[HorizonScore]:
    """The scores of several days as one, by horizon."""
    result: dict[int, HorizonScore] = {}
    for score in scores:
        for each in score.horizons:
            before = result.get(each.first_hour)
            if before is None:
                result[each.first_hour] = each
                continue
            result[each.first_hour] = HorizonScore(
                first_hour=each.first_hour,
                last_hour=each.last_hour,
                hours=before.hours + each.hours,
                error_wh=before.error_wh + each.error_wh,
                baseline_errors_wh={
                    name: error + each.baseline_errors_wh[name] for name, error in before.baseline_errors_wh.items()
                },
                lit_hours=before.lit_hours + each.lit_hours,
                covered=before.covered + each.covered,
            )
    return [result[first] for first in sorted(result)]
