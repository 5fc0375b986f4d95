"""What context services speak to: events on their way to the log, forecasts, profiles, weather, events that are set aside.

A part of `ports`, whose invariants hold here as well.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple, Protocol

from hearth.domain.events import IssuedEvent, SetAside
from hearth.domain.forecasts import DayScore, Forecast, ForecastCount, ForecastKind, ForecastModel
from hearth.domain.profiles import HouseholdProfile
from hearth.domain.weather import Cell, CellState, Floats, ProviderState, WeatherForecast, WeatherHours


class IssuedBatch(NamedTuple):
    """Events that a context service issued for one building, not yet in the log."""

    number: int
    customer_id: str
    building_id: str
    events: Sequence[IssuedEvent]


class IssuedEventRepository(Protocol):
    """What context services say, on its way from their process to the log; and how far each of them has come.

    Both are written in one transaction, so that nothing is said twice or left out.
    """

    def add(self, customer_id: str, building_id: str, events: Sequence[IssuedEvent]) -> None:
        """Puts them in line for the log. Those of a building that is erased are passed over."""

    def list_for_operator(self, limit: int) -> list[IssuedBatch]:
        """The batches that are in line, oldest first."""

    def list_of(self, customer_id: str, building_ids: Sequence[str]) -> list[IssuedBatch]:
        """Those of these buildings that are in line, oldest first."""

    def count_for_operator(self) -> int: ...
    def delete(self, customer_id: str, numbers: Sequence[int]) -> None:
        """These batches are in a log entry of the same transaction."""

    def marks(self, customer_id: str, service: str) -> dict[str, int]:
        """Per building id the instant up to which a service has spoken of it."""

    def set_mark(self, customer_id: str, building_id: str, service: str, at_ms: int) -> None:
        """The service has spoken up to that instant. Of a building that is erased nothing is kept."""

    def read_until_for_operator(self, service: str) -> int:
        """The sequence up to which a service has read the log; 0 at first."""

    def set_read_until_for_operator(self, service: str, sequence: int) -> None: ...


class ForecastRepository(Protocol):
    """What was learned of buildings, what was issued, and how right it was. Of an erased building nothing is kept."""

    def list_models(self, customer_id: str, building_ids: Sequence[str]) -> dict[tuple[str, ForecastKind], ForecastModel]:
        """By building and kind; those that cannot be read any more are left out."""

    def replace_model(self, customer_id: str, building_id: str, model: ForecastModel) -> None: ...
    def add(self, customer_id: str, building_id: str, forecast: Forecast) -> None:
        """Another of the same kind and instant is replaced."""

    def list_issued(
        self, customer_id: str, building_id: str, kind: ForecastKind, from_ms: int, to_ms: int | None = None
    ) -> list[Forecast]:
        """Those issued in [from_ms, to_ms), oldest first."""

    def find_newest(self, customer_id: str, building_id: str, kind: ForecastKind) -> Forecast | None: ...
    def count_newest(self, customer_id: str, kind: ForecastKind, fresh_from_ms: int) -> ForecastCount:
        """Of the buildings that are not deactivated: whose newest forecast was issued since then, whose earlier, and the last."""

    def delete_issued_before(self, customer_id: str, building_id: str, at_ms: int) -> None: ...
    def delete_scores_before(self, customer_id: str, building_id: str, utc_day: int) -> None: ...
    def replace_score(self, customer_id: str, building_id: str, score: DayScore) -> None: ...
    def list_scores(self, customer_id: str, building_id: str, kind: ForecastKind, from_utc_day: int) -> list[DayScore]:
        """The scores of the days from that one on, oldest first."""


class SetAsideRepository(Protocol):
    """Events that are kept as they came and left out of what is computed."""

    def replace(self, customer_id: str, taken_back: Iterable[tuple[int, int]], events: Iterable[SetAside]) -> None:
        """Sets events aside, and takes others, (series, instant), back. Those of series that are erased are passed over."""

    def read(self, customer_id: str, series_ids: Sequence[int], from_ms: int, to_ms: int) -> dict[int, dict[int, SetAside]]:
        """Those with from_ms < time <= to_ms, by series and instant."""

    def list_page(self, customer_id: str, building_id: str, before: tuple[int, int] | None, limit: int) -> list[SetAside]:
        """Those of a building, newest first, behind the (instant, series) `before`."""


class HouseholdProfileRepository(Protocol):
    """What is inferred of buildings, one profile each."""

    def replace(self, customer_id: str, building_id: str, profile: HouseholdProfile) -> None:
        """The building's from now on. Of a building that is erased nothing is kept."""

    def list_of(self, customer_id: str, building_ids: Sequence[str]) -> dict[str, HouseholdProfile]:
        """Those of the customer's among these buildings, by building id; those that have none are left out."""


class WeatherRepository(Protocol):
    """Weather of cells, which belong to the installation. Of each hour the newest word that is known is kept."""

    def find_cell_for_operator(self, cell: Cell) -> CellState | None: ...
    def list_cells_for_operator(self) -> list[CellState]:
        """In no order that matters."""

    def replace_cell_for_operator(self, state: CellState) -> None: ...
    def find_provider_for_operator(self, name: str) -> ProviderState | None: ...
    def replace_provider_for_operator(self, state: ProviderState) -> None: ...
    def keep_hours_for_operator(self, cell: Cell, hours: WeatherHours, provider: str) -> None:
        """What is known of these hours takes the place of what was known before; what is NaN changes nothing."""

    def read_hours_for_operator(self, cell: Cell, start_ms: int, hours: int) -> Floats:
        """Shape (columns, hours) from a full hour on, NaN = unknown."""

    def forget_hours_for_operator(self, cell: Cell, provider: str) -> None:
        """Deletes the days of a cell that this provider spoke of last."""

    def prune_for_operator(self, before_day: int) -> None:
        """Deletes what is known of UTC days before that one, and cells that were not asked for since."""


class WeatherProvider(Protocol):
    """Where weather comes from."""

    @property
    def name(self) -> str:
        """What its forecasts are labelled with."""

    def requests_of(self, past_days: int) -> int:
        """As how many requests the provider counts one that asks for so many past days."""

    def forecast(self, cell: Cell, past_days: int) -> WeatherForecast:
        """From so many UTC days before today on, and 72 hours ahead. Raises WeatherUnavailableError.

        Takes as long as the provider, within bounds: call it in a thread.
        """
