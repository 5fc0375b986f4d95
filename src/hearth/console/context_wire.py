"""The JSON of the page of context services. Instants are epoch milliseconds, places degrees north and east."""

from typing import Literal

from hearth.console.wire import Wire
from hearth.domain.weather import OFFLINE
from hearth.services.context_reports import ContextReport
from hearth.services.weather import CellReport

CellCondition = Literal["FRESH", "STALE", "OVER", "NONE"]


class CellView(Wire):
    """A cell of ten kilometres. OVER: its forecast reaches no further than now; NONE: there was none yet."""

    latitude: float
    longitude: float
    buildings: int
    condition: CellCondition
    issued_at_ms: int | None


class WeatherView(Wire):
    """`paused_until_ms`: nobody is asked until then, since the provider refused or failed."""

    provider: str
    is_offline: bool
    paused_until_ms: int | None
    cells: list[CellView]
    buildings_without_place: int


class ForecastCountView(Wire):
    """Of how many buildings there is a forecast, and of how many it was not renewed for three hours."""

    kind: Literal["CONSUMPTION", "GENERATION"]
    fresh: int
    stale: int
    last_run_ms: int | None


class ContextView(Wire):
    """The whole page but for a building's own forecasts."""

    now_ms: int
    buildings: int
    weather: WeatherView
    forecasts: list[ForecastCountView]


def context_view(report: ContextReport) -> ContextView:
    """The JSON of a report."""
    weather = report.weather
    cells = [
        CellView(
            latitude=each.state.cell.latitude,
            longitude=each.state.cell.longitude,
            buildings=each.buildings,
            condition=_condition(each),
            issued_at_ms=each.state.issued_at_ms,
        )
        for each in weather.cells
    ]
    return ContextView(
        now_ms=report.now_ms,
        buildings=report.buildings,
        weather=WeatherView(
            provider=weather.provider,
            is_offline=weather.provider == OFFLINE,
            paused_until_ms=weather.paused_until_ms,
            cells=cells,
            buildings_without_place=weather.buildings_without_place,
        ),
        forecasts=[ForecastCountView(**each._asdict()) for each in report.forecasts],
    )


def _condition(cell: CellReport) -> CellCondition:
    if cell.state.issued_at_ms is None:
        return "NONE"
    if not cell.is_used:
        return "OVER"
    return "STALE" if cell.is_stale else "FRESH"
