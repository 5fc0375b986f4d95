"""Histories: CSV lines -> events of the public API, and what of them was refused and why.

Pure: reads lines, opens no file, sends nothing. A bad row never stops the good ones. Which events of a batch the
platform refused is read from its problem document here as well. Invariant: every cell with a value becomes one
event or one refusal; an empty cell is a gap and becomes neither.
"""

import csv
import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from itertools import chain
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import msgspec

from hearth.core.instants import instant_of_datetime, instant_of_number, seconds_of_instant, start_of_local_day
from hearth.core.nearest import nearest
from hearth.core.problems import invalid
from hearth.services.csv_texts import as_it_was

_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_POINTER = re.compile(r"/(\d+)(/.*)?")
_DELIMITERS = ",;\t|"


class HistoryColumns(msgspec.Struct, frozen=True, kw_only=True):
    """Which column holds what, by the names in the file's first line.

    A wide file has a column per event type (`values`: event type -> column). A long file has a row per event:
    `type` and `value` name its columns. Columns for device and source are optional; constants stand in for them.
    """

    timestamp: str = "timestamp"
    values: Mapping[str, str] = {}
    type: str = "type"
    value: str = "value"
    device_id: str = "deviceId"
    device_name: str = "deviceName"
    source: str = "source"
    forecast_timestamp: str = "forecastTimestamp"


class HistoryOptions(msgspec.Struct, frozen=True, kw_only=True):
    """How rows become events.

    `zone`: for timestamps that name none. Only from <= timestamp < to is taken; then `shift_ms` is added.
    `device_id` and `source` stand where the file has no such column.
    """

    customer_building_id: str
    columns: HistoryColumns = HistoryColumns()
    device_id: str | None = None
    source: str | None = None
    zone: ZoneInfo | None = None
    from_ms: int | None = None
    to_ms: int | None = None
    shift_ms: int = 0


class HistoryEvent(NamedTuple):
    """An event as the API takes it, and the line of the file it comes from."""

    line: int
    body: dict[str, Any]


class Refusal(NamedTuple):
    """A row, or a cell of it, that cannot be taken. `column` is None where the whole row is meant."""

    line: int
    column: str | None
    reason: str


def read_history(
    lines: Iterable[str], options: HistoryOptions, *, lines_before: int = 0, newest_ms: dict[str, int] | None = None
) -> Iterator[HistoryEvent | Refusal]:
    """CSV text with a header line -> events and refusals in the order of the file.

    The delimiter (comma, semicolon, tab or |) is that of the header. Raises Problem "invalid" when a column that is
    needed is not there. A file that comes in parts: each with the header in front, how many of its lines came before, and
    what local times were the newest of each series, which is kept in `newest_ms` for the next part.
    """
    rows = csv_rows(lines)
    _, header = next(rows, (1, []))
    reader = _Rows(header if isinstance(header, list) else [], options, newest_ms)
    for line, row in rows:
        if isinstance(row, str):
            yield Refusal(line + lines_before, None, f"this is not CSV: {row}")
        else:
            yield from reader.read(line + lines_before, row)


def csv_rows(lines: Iterable[str]) -> Iterator[tuple[int, list[str] | str]]:
    """(the line at which it ends, its cells, without blanks around them) of each row but empty ones; the first is the header.

    In place of the cells what is wrong with a row that is no CSV.
    """
    stream = iter(lines)
    header_line = next(stream, "")
    rows = csv.reader(chain([header_line], stream), delimiter=max(_DELIMITERS, key=header_line.count))
    while True:
        try:
            cells = [cell.strip() for cell in next(rows)]
        except StopIteration:
            return
        except csv.Error as error:
            yield rows.line_num, str(error)
            continue
        if any(cells) or rows.line_num == 1:
            yield rows.line_num, cells


def read_limit(text: str, zone: ZoneInfo | None) -> int:
    """A limit such as 2016-08-01 (its first instant in the zone, UTC when none) or a timestamp -> instant.

    Raises ValueError saying what is expected.
    """
    if _DATE.fullmatch(text):
        return start_of_local_day(date.fromisoformat(text), zone or ZoneInfo("UTC"))
    return _Timestamps(zone or ZoneInfo("UTC")).read(text, None)


def refused_by_platform(problem: Mapping[str, Any], batch: Sequence[HistoryEvent]) -> dict[int, Refusal]:
    """The platform's problem document for a batch -> refusals by index in the batch; empty where it names none."""
    refusals: dict[int, Refusal] = {}
    for error in problem.get("errors") or []:
        pointer = str(error.get("pointer", ""))
        # A batch of one is answered like a single event: the pointer has no index.
        found = _POINTER.fullmatch(pointer if len(batch) > 1 or pointer.startswith("/0") else f"/0{pointer}")
        index = int(found[1]) if found else len(batch)
        if index < len(batch) and index not in refusals:
            field = (found[2] or "").lstrip("/") if found else ""
            refusals[index] = Refusal(batch[index].line, field or None, str(error.get("detail", "refused")))
    return refusals


class _Rows:
    """Turns rows of one file into events."""

    def __init__(self, header: Sequence[str], options: HistoryOptions, newest_ms: dict[str, int] | None) -> None:
        columns = options.columns
        self._header = header
        self._options = options
        self._timestamps = _Timestamps(options.zone, newest_ms)
        self._timestamp = self._needed(columns.timestamp, "--timestamp-column")
        self._values = [(event_type, name, self._needed(name, "--column")) for event_type, name in columns.values.items()]
        self._type = None if self._values else self._needed(columns.type, "--type-column (or --column TYPE=NAME for wide files)")
        self._value = None if self._values else self._needed(columns.value, "--value-column")
        self._device_id = self._optional(columns.device_id)
        self._device_name = self._optional(columns.device_name)
        self._source = self._optional(columns.source)
        self._forecast = self._optional(columns.forecast_timestamp)
        if self._device_id is None and options.device_id is None:
            raise invalid("", f"The file has no column {columns.device_id}: say --device-id or --device-column.")

    def read(self, line: int, cells: list[str]) -> Iterator[HistoryEvent | Refusal]:
        """The events of a row."""
        if len(cells) != len(self._header):
            yield Refusal(line, None, f"the row has {len(cells)} cells, the first line {len(self._header)}")
            return
        device_id = self._cell(cells, self._device_id) or self._options.device_id
        if not device_id:
            yield Refusal(line, self._options.columns.device_id, "there is no device id")
            return
        if self._type is None or self._value is None:
            series = device_id
            values = [(event_type, name, cells[index]) for event_type, name, index in self._values]
        else:
            series = f"{cells[self._type]} {device_id}"
            values = [(cells[self._type], self._options.columns.value, cells[self._value])]
        try:
            at_ms = self._timestamps.read(cells[self._timestamp], series)
        except ValueError as error:
            yield Refusal(line, self._options.columns.timestamp, str(error))
            return
        forecast = self._cell(cells, self._forecast)
        try:
            forecast_ms = self._timestamps.read(forecast, None) if forecast else None
        except ValueError as error:
            yield Refusal(line, self._options.columns.forecast_timestamp, str(error))
            return
        from_ms, to_ms = self._options.from_ms, self._options.to_ms
        if (from_ms is None or at_ms >= from_ms) and (to_ms is None or at_ms < to_ms):
            shared = self._shared(cells, device_id, at_ms + self._options.shift_ms)
            if forecast_ms is not None:
                shared["forecastTimestamp"] = seconds_of_instant(forecast_ms + self._options.shift_ms)
            for event_type, name, text in values:
                if text:
                    yield _event(line, name, text, {**shared, "type": event_type})

    def _shared(self, cells: list[str], device_id: str, at_ms: int) -> dict[str, Any]:
        """What the events of a row have in common."""
        body: dict[str, Any] = {
            "timestamp": seconds_of_instant(at_ms),
            "customerBuildingId": self._options.customer_building_id,
            "deviceId": device_id,
        }
        device_name = as_it_was(self._cell(cells, self._device_name))
        source = self._cell(cells, self._source) or self._options.source
        if device_name:
            body["deviceName"] = device_name
        if source:
            body["source"] = source
        return body

    def _needed(self, name: str, option: str) -> int:
        index = self._optional(name)
        if index is None:
            meant = nearest(name, self._header)
            hint = f"did you mean {meant}?" if meant else f"it has {', '.join(self._header) or 'no first line'}"
            raise invalid("", f"The file has no column {name} ({hint}); name it with {option}.")
        return index

    def _optional(self, name: str) -> int | None:
        return self._header.index(name) if name in self._header else None

    @staticmethod
    def _cell(cells: list[str], index: int | None) -> str:
        return cells[index] if index is not None else ""


def _event(line: int, column: str, text: str, body: dict[str, Any]) -> HistoryEvent | Refusal:
    value = float(text) if _NUMBER.fullmatch(text) else math.nan
    if not math.isfinite(value):
        comma = "; write a decimal point, not a comma" if re.fullmatch(r"[+-]?\d+,\d+", text) else ""
        return Refusal(line, column, f"{text[:40]!r} is not a finite number{comma}")
    return HistoryEvent(line, {**body, "value": value})


class _Timestamps:
    """Reads timestamps: epoch seconds or milliseconds, or ISO 8601.

    Local times without offset are read in the zone; the hour that is repeated when summer time ends is told apart
    by the order in the file, series by series.
    """

    def __init__(self, zone: ZoneInfo | None, newest_ms: dict[str, int] | None = None) -> None:
        self._zone = zone
        self._newest_ms = {} if newest_ms is None else newest_ms

    def read(self, text: str, series: str | None) -> int:
        """-> instant. Raises ValueError saying why not."""
        if _NUMBER.fullmatch(text):
            number = float(text)
            if abs(number) > 1e15:
                raise ValueError(f"{text} is no time in epoch seconds or milliseconds")
            return instant_of_number(number)
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            raise ValueError(f"{text[:40]!r} is no timestamp; use 2016-08-01T07:00Z or epoch seconds") from None
        if moment.tzinfo is not None:
            return instant_of_datetime(moment)
        if self._zone is None:
            raise ValueError(f"{text} names no time zone; say which with --timezone")
        at_ms = self._local(moment, self._zone, series)
        if series is not None:
            self._newest_ms[series] = at_ms
        return at_ms

    def _local(self, moment: datetime, zone: ZoneInfo, series: str | None) -> int:
        first_ms = instant_of_datetime(moment.replace(tzinfo=zone, fold=0))
        second_ms = instant_of_datetime(moment.replace(tzinfo=zone, fold=1))
        if second_ms < first_ms:  # the offset grows: this time was skipped
            raise ValueError(f"{moment.isoformat()} does not exist in {zone.key}: clocks went forward")
        if second_ms > first_ms and series is not None and self._newest_ms.get(series, first_ms - 1) >= first_ms:
            return second_ms
        return first_ms
