"""Statistics on the wire: the models describe what the functions beside them form."""

from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from math import isnan
from typing import Any, Literal

from pydantic import ConfigDict, Field

from hearth.api.wire.base import OURS, WireModel
from hearth.core.instants import seconds_of_instant
from hearth.insights.comparison import PeerFigures, Withheld
from hearth.insights.energy import Figures
from hearth.services.statistics import HourlyEnergies

EventTypeOfEnergy = Literal["ENERGY_GENERATION", "ENERGY_CONSUMPTION", "GRID_ENERGY_CONSUMPTION"]

_ENERGIES = ("energyGeneration", "energyConsumption", "gridEnergyConsumption")
_DAILY = (*_ENERGIES, "energyBaseConsumption", "gridEnergyBaseConsumption")
_NAMES_OF: dict[str, tuple[str, ...]] = {
    "ENERGY_GENERATION": ("energyGeneration",),
    "ENERGY_CONSUMPTION": ("energyConsumption", "energyBaseConsumption"),
    "GRID_ENERGY_CONSUMPTION": ("gridEnergyConsumption", "gridEnergyBaseConsumption"),
}
_DECIMALS = 3

_DAY_EXAMPLE: dict[str, Any] = {
    "energyGeneration": 18240,
    "energyConsumption": 11310.5,
    "gridEnergyConsumption": 4020,
    "energyBaseConsumption": 3360,
    "gridEnergyBaseConsumption": None,
}
_PEER_EXAMPLE: dict[str, Any] = {
    "value": 11310.5,
    "rank": 3,
    "size": 8,
    "min": 4100,
    "max": 15870,
    "p25": 6025,
    "median": 9240,
    "p75": 11405.5,
}
_LEFT_OUT = "Left out where eventTypes does not ask for it."


class _Energies(WireModel):
    energy_generation: float | None = Field(default=None, description=f"Wh; null where there was no event. {_LEFT_OUT}")
    energy_consumption: float | None = Field(default=None, description=f"Wh; null where there was no event. {_LEFT_OUT}")
    grid_energy_consumption: float | None = Field(default=None, description=f"Wh; null where there was no event. {_LEFT_OUT}")


class _EnergiesAndBase(_Energies):
    energy_base_consumption: float | None = Field(
        default=None,
        description=f"Wh that the quiet hours would make of the whole day; null where too few hours have events. {_LEFT_OUT}",
    )
    grid_energy_base_consumption: float | None = Field(
        default=None, description=f"The same of what was taken from the grid. {_LEFT_OUT}"
    )


class HourlyStatistic(_Energies):
    """What the events of one hour on the wall add up to. An hour without any event is left out."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"startTimestamp": 1767261600, **{name: _DAY_EXAMPLE[name] for name in _ENERGIES}}]}
    )

    start_timestamp: int = Field(description="Where the hour begins, epoch seconds UTC.")


class DailyStatistic(_EnergiesAndBase):
    """One local day of 23 to 25 hours. A day without any event is left out."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"day": "2026-01-01", **_DAY_EXAMPLE}]})

    day: str = Field(json_schema_extra={"format": "date"})


class MonthlyStatistic(_EnergiesAndBase):
    """The sum of those local days of a month that lie in the range. A month without any event is left out."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"month": "2026-01", **_DAY_EXAMPLE}]})

    month: str = Field(json_schema_extra={"pattern": r"^\d{4}-\d{2}$"})


class PeerStatistic(WireModel):
    """A building's value among those of its group, in Wh."""

    model_config = ConfigDict(json_schema_extra={"examples": [_PEER_EXAMPLE]})

    value: float
    rank: int = Field(description="1 = the highest; equal values have equal ranks.")
    size: int = Field(description="How many buildings of the group have a value on that day, this one counted.")
    min: float
    max: float
    p25: float
    median: float
    p75: float


class WithheldFigures(WireModel):
    """Why there are no figures, for each energy that has none."""

    energy_generation: Withheld | None = None
    energy_consumption: Withheld | None = None
    grid_energy_consumption: Withheld | None = None


class DailyComparison(WireModel):
    """One local day of a building beside its group. A day on which the building has no event is left out."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "day": "2026-01-01",
                    "energyGeneration": None,
                    "energyConsumption": _PEER_EXAMPLE,
                    "gridEnergyConsumption": None,
                    "withheld": {"energyGeneration": "NO_EVENTS", "gridEnergyConsumption": "GROUP_TOO_SMALL"},
                }
            ]
        }
    )

    day: str = Field(json_schema_extra={"format": "date"})
    energy_generation: PeerStatistic | None
    energy_consumption: PeerStatistic | None
    grid_energy_consumption: PeerStatistic | None
    withheld: WithheldFigures = Field(
        description="NO_EVENTS: the building has none of the type that day. GROUP_TOO_SMALL: fewer than five buildings have. "
        "NO_COUNTRY: the building has no countryCode. TOO_LITTLE_HISTORY: its profile claims no such class, "
        "for which 30 days of consumption are needed at least.",
        json_schema_extra=OURS,
    )


def hourly_body(hour: HourlyEnergies, event_types: Sequence[str]) -> dict[str, Any]:
    """An hour as it is answered."""
    return {"startTimestamp": seconds_of_instant(hour.start_ms), **_named(_ENERGIES, hour.energies_wh, event_types)}


def daily_body(day: date, figures: Figures, event_types: Sequence[str]) -> dict[str, Any]:
    """A day as it is answered."""
    return {"day": day.isoformat(), **_named(_DAILY, figures, event_types)}


def monthly_body(month: date, figures: Figures, event_types: Sequence[str]) -> dict[str, Any]:
    """A month as it is answered."""
    return {"month": month.isoformat()[:7], **_named(_DAILY, figures, event_types)}


def comparison_body(day: date, of_day: Sequence[PeerFigures | Withheld]) -> dict[str, Any]:
    """A day beside the group, as it is answered."""
    told = {
        name: _peer_body(each) if isinstance(each, PeerFigures) else None for name, each in zip(_ENERGIES, of_day, strict=True)
    }
    withheld = {name: each for name, each in zip(_ENERGIES, of_day, strict=True) if not isinstance(each, PeerFigures)}
    return {"day": day.isoformat(), **told, "withheld": withheld}


def _named(names: Sequence[str], figures: Figures, event_types: Sequence[str]) -> dict[str, float | None]:
    asked = _asked(tuple(event_types))
    values = zip(names, figures.tolist(), strict=True)
    return {name: None if isnan(value) else round(value, _DECIMALS) for name, value in values if name in asked}


@lru_cache
def _asked(event_types: tuple[str, ...]) -> frozenset[str]:
    return frozenset(name for event_type in event_types or _NAMES_OF for name in _NAMES_OF[event_type])


def _peer_body(peer: PeerFigures) -> dict[str, Any]:
    values = {name: getattr(peer, name) for name in ("value", "rank", "size", "min", "max", "p25", "median", "p75")}
    return {name: round(value, _DECIMALS) if isinstance(value, float) else value for name, value in values.items()}
