"""Files with a home's hours and a site's weather, for judging forecasts: what their columns mean.

A home's file has `hour_start_utc`, `consumption_wh` and, where the home generates, `generation_wh`; a weather's file has
`hour_start_utc` and direct and diffuse, or global, irradiance. Whoever opens the files is the caller. Invariant: an hour that
a file does not have, or leaves empty, is unknown (NaN); a row that means nothing refuses the file and names its line.
"""

import csv
import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import numpy as np

from hearth.core.instants import DAY_MS, HOUR_MS
from hearth.core.problems import Problem, invalid
from hearth.forecasting.hours import HORIZON_HOURS, Floats, HourlySeries
from hearth.forecasting.signals import Weather
from hearth.forecasting.solar import Site, split_global
from hearth.services.histories import read_limit

HOUR = "hour_start_utc"
CONSUMPTION, GENERATION = "consumption_wh", "generation_wh"
DIRECT, DIFFUSE, GLOBAL = "direct_irradiance_w_m2", "diffuse_irradiance_w_m2", "global_irradiance_w_m2"
TEMPERATURE = "temperature_c"
_UTC = ZoneInfo("UTC")
_MOST_YEARS = 20


@dataclass(frozen=True, eq=False)
class HomeFile:
    """A home's hours. `generation` is None where the file has no such column; negative energies are unknown, and counted."""

    name: str
    consumption: HourlySeries
    generation: HourlySeries | None
    negative_hours: int


@dataclass(frozen=True, eq=False)
class WeatherFile:
    """Columns by name, of successive hours from `start_ms` on; NaN where unknown."""

    start_ms: int
    columns: dict[str, Floats]

    def over(self, series: HourlySeries, site: Site) -> Weather:
        """The weather of a series' hours and of the horizon behind them."""
        count = len(series) + HORIZON_HOURS
        aligned = {
            name: _aligned(values, (series.start_ms - self.start_ms) // HOUR_MS, count) for name, values in self.columns.items()
        }
        if DIRECT in aligned and DIFFUSE in aligned:
            dni, dhi = aligned[DIRECT], aligned[DIFFUSE]
        else:
            dni, dhi = split_global(site, series.start_ms, aligned[GLOBAL])
        return Weather(dni, dhi, aligned.get(TEMPERATURE))


def read_home(name: str, lines: Iterable[str], zone: ZoneInfo) -> HomeFile:
    """A home's file. Raises Problem "invalid" that names file, line and remedy."""
    start_ms, columns = _hours(name, lines, (CONSUMPTION,), (GENERATION,))
    negative = 0
    for values in columns.values():
        negative += int(np.sum(values < 0))
        values[values < 0] = np.nan
    generation = columns.get(GENERATION)
    return HomeFile(
        name,
        HourlySeries(start_ms, columns[CONSUMPTION], zone),
        None if generation is None else HourlySeries(start_ms, generation, zone),
        negative,
    )


def read_weather(name: str, lines: Iterable[str]) -> WeatherFile:
    """A weather's file. Raises Problem "invalid" that names file, line and remedy."""
    start_ms, columns = _hours(name, lines, (), (DIRECT, DIFFUSE, GLOBAL, TEMPERATURE))
    if not (DIRECT in columns and DIFFUSE in columns) and GLOBAL not in columns:
        raise invalid("", f"{name} has no irradiance; it needs the columns {DIRECT} and {DIFFUSE}, or {GLOBAL}.")
    return WeatherFile(start_ms, columns)


def _hours(name: str, lines: Iterable[str], needed: tuple[str, ...], wanted: tuple[str, ...]) -> tuple[int, dict[str, Floats]]:
    """The first hour, and the columns that are there as arrays without holes."""
    try:
        rows = csv.DictReader(lines)
        present = list(rows.fieldnames or [])
        for column in (HOUR, *needed):
            if column not in present:
                found = ", ".join(present) or "nothing"
                raise invalid("", f"{name} has no column {column}. Its first line must name the columns; it names {found}.")
        columns = [each for each in (*needed, *wanted) if each in present]
        read = dict(_rows(name, rows, columns))
    except (csv.Error, UnicodeDecodeError) as error:
        raise Problem("invalid", f"{name} is no CSV file in UTF-8: {error}.") from error
    if not read:
        raise invalid("", f"{name} has no hours; each line below the first is one hour.")
    start_ms, last_ms = min(read), max(read)
    if last_ms - start_ms > _MOST_YEARS * 366 * DAY_MS:
        raise invalid("", f"{name} spans more than {_MOST_YEARS} years; is there a wrong year in {HOUR}?")
    table = np.full(((last_ms - start_ms) // HOUR_MS + 1, len(columns)), np.nan)
    table[[(at_ms - start_ms) // HOUR_MS for at_ms in read]] = list(read.values())
    return start_ms, {column: table[:, index].copy() for index, column in enumerate(columns)}


def _rows(name: str, rows: "csv.DictReader[str]", columns: list[str]) -> Iterator[tuple[int, list[float]]]:
    seen: set[int] = set()
    for row in rows:
        place = f"{name}:{rows.line_num}"
        try:
            at_ms = read_limit(row[HOUR] or "", _UTC)
        except ValueError as error:
            raise invalid("", f"{place}: {HOUR}: {error}.") from error
        if at_ms % HOUR_MS:
            raise invalid("", f"{place}: {HOUR}: {row[HOUR]} is no full hour; give the beginning of each hour in UTC.")
        if at_ms in seen:
            raise invalid("", f"{place}: {HOUR}: {row[HOUR]} was there before; each hour stands in one line.")
        seen.add(at_ms)
        yield at_ms, [_number(place, column, row[column]) for column in columns]


def _number(place: str, column: str, text: str | None) -> float:
    if not text or not text.strip():
        return math.nan
    try:
        number = float(text)
    except ValueError:
        number = math.inf
    if math.isinf(number):
        raise invalid("", f"{place}: {column}: {text[:40]!r} is no number; write 1234.5, or leave it empty where unknown.")
    return number


def _aligned(values: Floats, first: int, count: int) -> Floats:
    at = first + np.arange(count)
    inside = (at >= 0) & (at < len(values))
    return np.where(inside, values[np.clip(at, 0, len(values) - 1)], np.nan)
