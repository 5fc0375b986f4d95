"""Forecasts on the wire: the models describe what the functions beside them form."""

from collections.abc import Sequence
from typing import Any

from pydantic import ConfigDict, Field

from hearth.api.wire.base import WireModel
from hearth.core.instants import HOUR_MS, seconds_of_instant
from hearth.domain.forecasts import Forecast, ForecastKind, ForecastMethod, ForecastModel, HorizonScore
from hearth.services.forecasts import Absent, ForecastState, IssuedEnergy

_DECIMALS = 1


class EnergyForecast(WireModel):
    """What was said of a window at one instant."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"timestamp": 1767258000, "forecastTimestamp": 1767308400, "value": 8421.5}]}
    )

    timestamp: int = Field(description="When it was issued, epoch seconds UTC: a full hour.")
    forecast_timestamp: int = Field(description="Where the window begins of which it speaks.")
    value: float = Field(description="Wh of the whole window.")


class ForecastHour(WireModel):
    """One hour to come, in Wh. One hour in ten is meant to lie below `p10Wh`, one in ten above `p90Wh`."""

    start_timestamp: int
    p10_wh: float = Field(alias="p10Wh")
    p50_wh: float = Field(alias="p50Wh")
    p90_wh: float = Field(alias="p90Wh")


class ForecastArray(WireModel):
    """The photovoltaic array a forecast reckons with: as the generation shows it, or as the building describes it."""

    effective_capacity_w: float = Field(description="The most it yields under a clear sky in the course of a year.")
    tilt: float = Field(description="Degrees from flat.")
    azimuth: float = Field(description="Degrees; 180 = south.")


class ForecastWeather(WireModel):
    """Whose weather a forecast rests on."""

    provider: str
    is_stale: bool = Field(description="It was not renewed for hours.")


class ForecastAccuracy(WireModel):
    """How far the forecasts that were issued in the last 30 days lay from what came, on average over all hours judged."""

    from_hour: int = Field(description="Hours ahead, from 1.")
    to_hour: int
    hours: int
    mae_wh: float = Field(description="Mean absolute error of ours.", alias="maeWh")
    baselines_mae_wh: dict[str, float] = Field(
        description="The same of rules of thumb: lastHour, yesterday, lastWeek, median14Days.", alias="baselinesMaeWh"
    )
    coverage: float | None = Field(description="The share that lay between P10 and P90, 0.8 being meant; of generation by day.")


class BuildingForecast(WireModel):
    """The newest forecast of a kind, how it came about, and how right its like has been; or why there is none."""

    kind: ForecastKind
    absent: Absent | None = Field(
        description="Why there is none. PLAN: not part of the plan. NO_PLACE: nobody knows where the building stands. NO_EVENTS: "
        "no energies were ever sent, nor is a kwp given. NOT_YET: too little past, or the next hour has not begun."
    )
    issued_timestamp: int | None
    is_stale: bool = Field(description="It was not renewed for three hours.")
    method: ForecastMethod | None = Field(
        description="regression: learned from the home's past. median-14-days, seasonal-naive: too little past to learn from. "
        "weather: the weather over the array alone."
    )
    learned_until_timestamp: int | None = Field(description="Nothing behind it was learned from.")
    days_learned: float | None
    learned_share: float | None = Field(
        description="0 to 1: how much of the first day's P50 was learned; the rest is the median of 14 days, or yesterday. "
        "It is what would have been best for this home over the last six weeks."
    )
    weather: ForecastWeather | None
    array: ForecastArray | None
    hours: list[ForecastHour]
    accuracy: list[ForecastAccuracy]


def energy_forecast_body(issued: IssuedEnergy) -> dict[str, Any]:
    """An issued energy as it is answered."""
    return {
        "timestamp": seconds_of_instant(issued.issued_at_ms),
        "forecastTimestamp": seconds_of_instant(issued.forecast_at_ms),
        "value": issued.energy_wh,
    }


def forecast_body(state: ForecastState) -> dict[str, Any]:
    """A forecast as it is answered."""
    forecast, model = state.forecast, state.model
    weather = None
    if forecast is not None and forecast.weather is not None:
        weather = {"provider": forecast.weather, "isStale": forecast.is_weather_stale}
    return {
        "kind": state.kind,
        "absent": state.absent,
        "issuedTimestamp": None if forecast is None else seconds_of_instant(forecast.issued_at_ms),
        "isStale": state.is_stale,
        "method": None if forecast is None else forecast.method,
        "learnedUntilTimestamp": None if model is None else seconds_of_instant(model.learned_until_ms),
        "daysLearned": None if model is None else round(model.days, 1),
        "learnedShare": None if forecast is None else round(forecast.learned_share, 3),
        "weather": weather,
        "array": _array_body(model),
        "hours": [] if forecast is None else _hours(forecast),
        "accuracy": [_accuracy_body(each) for each in state.accuracy if each.hours],
    }


def _array_body(model: ForecastModel | None) -> dict[str, float] | None:
    if model is None or model.array is None:
        return None
    array = model.array
    return {"effectiveCapacityW": round(array.capacity_w, _DECIMALS), "tilt": array.tilt, "azimuth": array.azimuth}


def _hours(forecast: Forecast) -> list[dict[str, Any]]:
    return [
        {
            "startTimestamp": seconds_of_instant(forecast.issued_at_ms + at * HOUR_MS),
            "p10Wh": round(each.p10_wh, _DECIMALS),
            "p50Wh": round(each.p50_wh, _DECIMALS),
            "p90Wh": round(each.p90_wh, _DECIMALS),
        }
        for at, each in enumerate(forecast.hours)
    ]


def _accuracy_body(score: HorizonScore) -> dict[str, Any]:
    names = {"persistence": "lastHour", "yesterday": "yesterday", "last_week": "lastWeek", "median_14_days": "median14Days"}
    return {
        "fromHour": score.first_hour,
        "toHour": score.last_hour,
        "hours": score.hours,
        "maeWh": round(score.error_wh / score.hours, _DECIMALS),
        "baselinesMaeWh": {
            names[name]: round(error / score.hours, _DECIMALS) for name, error in score.baseline_errors_wh.items()
        },
        "coverage": round(score.covered / score.lit_hours, 3) if score.lit_hours else None,
    }


def forecasts_body(states: Sequence[ForecastState]) -> list[dict[str, Any]]:
    """All kinds as they are answered."""
    return [forecast_body(state) for state in states]
