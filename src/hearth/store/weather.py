"""Weather of cells: the state of their forecasts, and what is known of their hours, packed by UTC day.

What is asked of a provider and when is `services.weather`'s. A day is one row: its hours' values as 32-bit numbers, little
endian, column by column, so a year of a cell is 365 rows of 480 bytes. Invariant: of each hour and value the newest word that
is known stays, also where a later answer does not know it.
"""

from collections.abc import Mapping

import msgspec
import numpy as np
from sqlalchemy import Table, delete, select

from hearth.core.instants import DAY_MS, HOUR_MS, utc_day
from hearth.domain.weather import COLUMNS, Cell, CellState, Floats, ProviderState, WeatherHours
from hearth.store.connections import insert
from hearth.store.tables import weather_cells, weather_days, weather_providers
from hearth.store.transactions import Transaction

_HOURS = DAY_MS // HOUR_MS


class SqlWeatherRepository:
    """Implements `ports.WeatherRepository`."""

    def __init__(self, transaction: Transaction) -> None:
        self._connection = transaction.connection

    def find_cell_for_operator(self, cell: Cell) -> CellState | None:
        """How it stands with the cell's forecast; None for a cell that was never asked for."""
        found = self._connection.scalar(select(weather_cells.c.document).where(weather_cells.c.cell == cell.name))
        return None if found is None else msgspec.json.decode(found, type=CellState)

    def list_cells_for_operator(self) -> list[CellState]:
        """All cells, by their names."""
        found = self._connection.scalars(select(weather_cells.c.document).order_by(weather_cells.c.cell))
        return [msgspec.json.decode(document, type=CellState) for document in found]

    def replace_cell_for_operator(self, state: CellState) -> None:
        """Makes it the cell's state."""
        self._replace(weather_cells, {"cell": state.cell.name}, {"document": msgspec.json.encode(state)})

    def find_provider_for_operator(self, name: str) -> ProviderState | None:
        """How much that provider was asked; None when it never was."""
        found = self._connection.scalar(select(weather_providers.c.document).where(weather_providers.c.name == name))
        return None if found is None else msgspec.json.decode(found, type=ProviderState)

    def replace_provider_for_operator(self, state: ProviderState) -> None:
        """Makes it the provider's state."""
        self._replace(weather_providers, {"name": state.name}, {"document": msgspec.json.encode(state)})

    def keep_hours_for_operator(self, cell: Cell, hours: WeatherHours, provider: str) -> None:
        """What is known of these hours takes the place of what was known before; what is NaN changes nothing."""
        first, last = utc_day(hours.start_ms), utc_day(hours.ends_at_ms - 1)
        values = self.read_hours_for_operator(cell, first * DAY_MS, (last - first + 1) * _HOURS)
        at = (hours.start_ms - first * DAY_MS) // HOUR_MS
        place = values[:, at : at + len(hours)]
        place[:] = np.where(np.isnan(hours.values), place, hours.values)
        for day in range(first, last + 1):
            of_day = values[:, (day - first) * _HOURS : (day - first + 1) * _HOURS]
            if not np.isnan(of_day).all():
                row = {"provider": provider, "payload": np.ascontiguousarray(of_day, "<f4").tobytes()}
                self._replace(weather_days, {"cell": cell.name, "day": day}, row)

    def read_hours_for_operator(self, cell: Cell, start_ms: int, hours: int) -> Floats:
        """Shape (columns, hours) from a full hour on, NaN = unknown."""
        first, last = utc_day(start_ms), utc_day(start_ms + hours * HOUR_MS - 1)
        days = weather_days.c
        query = select(days.day, days.payload).where(days.cell == cell.name, days.day.between(first, last))
        values = np.full((COLUMNS, (last - first + 1) * _HOURS), np.nan)
        for day, payload in self._connection.execute(query):
            at = (day - first) * _HOURS
            values[:, at : at + _HOURS] = np.frombuffer(payload, "<f4").reshape(COLUMNS, _HOURS)
        skipped = (start_ms - first * DAY_MS) // HOUR_MS
        return values[:, skipped : skipped + hours]

    def forget_hours_for_operator(self, cell: Cell, provider: str) -> None:
        """Deletes the days of a cell that this provider spoke of last."""
        of = (weather_days.c.cell == cell.name) & (weather_days.c.provider == provider)
        self._connection.execute(delete(weather_days).where(of))

    def prune_for_operator(self, before_day: int) -> None:
        """Deletes what is known of UTC days before that one, and cells that were not asked for since."""
        self._connection.execute(delete(weather_days).where(weather_days.c.day < before_day))
        for state in self.list_cells_for_operator():
            if (state.last_attempt_ms or 0) < before_day * DAY_MS:
                self._connection.execute(delete(weather_cells).where(weather_cells.c.cell == state.cell.name))

    def _replace(self, table: Table, key: Mapping[str, object], row: Mapping[str, object]) -> None:
        add = insert(self._connection, table)
        add = add.on_conflict_do_update(index_elements=list(key), set_={name: add.excluded[name] for name in row})
        self._connection.execute(add, {**key, **row})
