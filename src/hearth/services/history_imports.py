"""Importing a history from the console: a CSV file looked at before anything is stored, then taken in part by part.

What rows mean is `histories`', what events may be `intake`'s. A part is stored before the next is asked for, and storing one
again changes nothing: whoever breaks off knows how far it went, and may begin anew. How far it went goes along with the parts,
sealed, so that no file and no state of an import is kept here. Invariant: of each import it is in the audit log that it began
before its first event is stored.
"""

import asyncio
import re
from collections.abc import Sequence
from io import StringIO
from itertools import islice

import msgspec

from hearth.core.clock import Clock
from hearth.core.identifiers import fits
from hearth.core.instants import DAY_MS, instant_of_number, zone_named
from hearth.core.problems import Problem, invalid
from hearth.domain.audit import Actor
from hearth.domain.catalogue import Catalogue
from hearth.ports import Sealer, Store
from hearth.services.auditing import note
from hearth.services.buildings import get_building
from hearth.services.histories import (
    HistoryColumns,
    HistoryEvent,
    HistoryOptions,
    Refusal,
    csv_rows,
    read_history,
    refused_by_platform,
)
from hearth.services.intake import MOST_HISTORICAL_EVENTS, Intake

MOST_ROWS_LOOKED_AT = 500
_ROWS_SHOWN = 8
_STALE = "This import cannot go on from here; begin it again. What was stored stays, and storing it again changes nothing."
# What else is sealed with the key must never pass for an import.
_PURPOSE = "import"
_LONG = ("type", "value")
_TIME = re.compile(r"time|date|hour|stamp|zeit|datum|heure", re.IGNORECASE)
_WORDS = re.compile(r"[A-Za-z]+")
_MEASURES = {"wh": "ENERGY", "energy": "ENERGY", "w": "POWER", "power": "POWER"}


class Mapping(msgspec.Struct, frozen=True, kw_only=True):
    """What the columns of a file hold. `values`: event type -> column of a wide file; a long one has `type` and `value`.

    `zone`: of timestamps that name none. `device_id` and `source` stand where the file has no such column.
    """

    timestamp: str
    values: dict[str, str] = {}
    type: str = ""
    value: str = ""
    device_column: str = ""
    device_name_column: str = ""
    source_column: str = ""
    forecast_column: str = ""
    device_id: str = ""
    source: str = ""
    zone: str = "UTC"


class Looked(msgspec.Struct, frozen=True, kw_only=True):
    """The first rows of a file: its columns, what they probably hold, and what would become of them.

    `rows`: (line, cells) of the first few, and of the first that have mistakes.
    """

    columns: list[str]
    rows: list[tuple[int, list[str]]]
    mapping: Mapping
    looked_at: int
    events: int
    refusals: list[Refusal]
    from_ms: int | None
    to_ms: int | None


class _Progress(msgspec.Struct, kw_only=True):
    """How far an import went; sealed on its way. Which of its states comes back is whoever sends it to say, for a day."""

    purpose: str
    begun_ms: int
    customer_id: str
    member_id: str
    building: str
    file: str
    header: str
    mapping: Mapping
    lines: int = 1
    accepted: int = 0
    refused: int = 0
    from_ms: int | None = None
    to_ms: int | None = None
    newest_ms: dict[str, int] = {}


class Taken(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a part, and of all so far. `resume` goes along with the next part."""

    resume: str
    lines: int
    accepted: int
    refused: int
    refusals: list[Refusal]
    from_ms: int | None
    to_ms: int | None


class HistoryImports:
    """The use cases."""

    def __init__(self, store: Store, intake: Intake, sealer: Sealer, clock: Clock, catalogue: Catalogue) -> None:
        self._store = store
        self._intake = intake
        self._sealer = sealer
        self._clock = clock
        self._catalogue = catalogue

    async def look(self, customer_id: str, building: str, text: str, mapping: Mapping | None) -> Looked:
        """The beginning of a file, whole lines; without a mapping the one that its columns suggest. Stores nothing.

        Raises Problem "invalid" for a mapping that cannot be, and "not_found" for a building the customer does not have.
        """
        zone = await asyncio.to_thread(self._zone_of, customer_id, building)
        lines, rows = await asyncio.to_thread(_first_rows, text)
        columns = rows[0][1] if rows else []
        if not any(columns):
            raise invalid("/file", "The first line of the file must name its columns; it is empty.")
        is_suggested = mapping is None
        if mapping is None:
            mapping = suggested_mapping(columns, self._catalogue, zone)
        last = rows[-1][0]
        # Where no name of a column told what it holds there is nothing to read yet.
        is_open = is_suggested and not mapping.values and not mapping.type
        found = [] if is_open else await asyncio.to_thread(_read, lines[:last], self._options(building, mapping))
        events = [each for each in found if isinstance(each, HistoryEvent)]
        refusals: list[Refusal] = []
        for start in range(0, len(events), MOST_HISTORICAL_EVENTS):
            batch = events[start : start + MOST_HISTORICAL_EVENTS]
            refusals += await self._refused_unstored(customer_id, batch, mapping)
        good = len(events) - len(refusals)
        refusals += [each for each in found if isinstance(each, Refusal)]
        refusals.sort(key=lambda each: each.line)
        wrong = {each.line for each in refusals[:_ROWS_SHOWN]}
        from_ms, to_ms = _range(events)
        return Looked(
            columns=columns,
            rows=[row for at, row in enumerate(rows[1:]) if at < _ROWS_SHOWN or row[0] in wrong],
            mapping=mapping,
            looked_at=len(rows) - 1,
            events=good,
            refusals=refusals,
            from_ms=from_ms,
            to_ms=to_ms,
        )

    def begin(self, customer_id: str, building: str, file: str, size_bytes: int, header: str, mapping: Mapping, by: Actor) -> str:
        """Notes that it begins -> what goes along with the first part. Raises Problem as `look` does."""
        list(read_history([header], self._options(building, mapping)))
        now_ms = self._clock.now_ms()
        progress = _Progress(
            purpose=_PURPOSE,
            begun_ms=now_ms,
            customer_id=customer_id,
            member_id=by.id,
            building=building,
            file=file,
            header=header,
            mapping=mapping,
        )
        with self._store.write() as session:
            get_building(session, customer_id, building)
            after = {"file": file, "bytes": size_bytes, "mapping": msgspec.to_builtins(mapping)}
            note(session, customer_id, now_ms, by, "events.importBegun", building, after=after)
        return self._sealed(progress)

    async def take(self, customer_id: str, by: Actor, resume: str, text: str) -> Taken:
        """Stores the events of the next lines; what of them is refused stops none of the others.

        Raises Problem "unavailable" where the platform takes none at present: the same part again is harmless.
        """
        progress = self._opened(customer_id, by, resume)
        options = self._options(progress.building, progress.mapping)
        lines = list(StringIO(text, newline=""))

        def read() -> list[HistoryEvent | Refusal]:
            given = [progress.header, *lines]
            return list(read_history(given, options, lines_before=progress.lines - 1, newest_ms=progress.newest_ms))

        found = await asyncio.to_thread(read)
        refusals = [each for each in found if isinstance(each, Refusal)]
        events = [each for each in found if isinstance(each, HistoryEvent)]
        stored: list[HistoryEvent] = []
        for start in range(0, len(events), MOST_HISTORICAL_EVENTS):
            batch = events[start : start + MOST_HISTORICAL_EVENTS]
            taken, refused = await self._store_batch(customer_id, batch, progress.mapping)
            stored += taken
            refusals += refused
        progress.lines += len(lines)
        progress.accepted += len(stored)
        progress.refused += len(refusals)
        instants = [each for each in (progress.from_ms, progress.to_ms, *_range(stored)) if each is not None]
        progress.from_ms, progress.to_ms = min(instants, default=None), max(instants, default=None)
        return Taken(
            resume=self._sealed(progress),
            lines=progress.lines,
            accepted=progress.accepted,
            refused=progress.refused,
            refusals=sorted(refusals, key=lambda each: each.line),
            from_ms=progress.from_ms,
            to_ms=progress.to_ms,
        )

    def end(self, customer_id: str, by: Actor, resume: str, is_whole: bool) -> None:
        """Notes what became of it, as the state that was sent has it; `is_whole`: the file was read to its end."""
        progress = self._opened(customer_id, by, resume)
        after = {
            "file": progress.file,
            "lines": progress.lines,
            "accepted": progress.accepted,
            "refused": progress.refused,
            "toTheEnd": is_whole,
        }
        with self._store.write() as session:
            note(session, customer_id, self._clock.now_ms(), by, "events.imported", progress.building, after=after)

    async def _store_batch(
        self, customer_id: str, batch: Sequence[HistoryEvent], mapping: Mapping
    ) -> tuple[Sequence[HistoryEvent], list[Refusal]]:
        """(what was stored, what of the rest is wrong). A batch is all or nothing, so it goes again without what is wrong."""
        refusals: list[Refusal] = []
        while batch:
            try:
                await self._intake.take(customer_id, _body(batch), historical=True)
                break
            except Problem as problem:
                refused = _refused(problem, batch, mapping)
                if not refused:
                    raise
                refusals += refused.values()
                batch = [event for index, event in enumerate(batch) if index not in refused]
        return batch, refusals

    async def _refused_unstored(self, customer_id: str, batch: Sequence[HistoryEvent], mapping: Mapping) -> list[Refusal]:
        try:
            await self._intake.check_historical(customer_id, _body(batch))
        except Problem as problem:
            refused = _refused(problem, batch, mapping)
            if not refused:
                raise
            return list(refused.values())
        return []

    def _options(self, building: str, mapping: Mapping) -> HistoryOptions:
        """The mapping as `histories` takes it. Raises Problem "invalid" naming what cannot be."""
        if not mapping.timestamp:
            raise invalid("/mapping/timestamp", "Choose the column with the time of each row.")
        if not mapping.values and not (mapping.type and mapping.value):
            raise invalid("/mapping/values", "Choose for at least one column what it holds.")
        for event_type in mapping.values:
            if self._catalogue.find_event_type(event_type) is None:
                raise invalid("/mapping/values", f"{event_type} is no event type.")
        if mapping.device_id and not fits("deviceId", mapping.device_id):
            raise invalid("/mapping/deviceId", "A device id has 3 to 64 characters out of letters, digits, : . _ -")
        if not mapping.device_column and not mapping.device_id:
            raise invalid("/mapping/deviceId", "Name the device, or the column that names it.")
        if mapping.source and self._catalogue.source_named(mapping.source) is None:
            raise invalid("/mapping/source", f"{mapping.source} is no source of events.")
        try:
            zone = zone_named(mapping.zone)
        except ValueError as error:
            raise invalid("/mapping/zone", f"{mapping.zone} is no time zone; use a name such as Europe/Zurich.") from error
        return HistoryOptions(
            customer_building_id=building,
            columns=HistoryColumns(
                timestamp=mapping.timestamp,
                values=mapping.values,
                type=mapping.type,
                value=mapping.value,
                device_id=mapping.device_column,
                device_name=mapping.device_name_column,
                source=mapping.source_column,
                forecast_timestamp=mapping.forecast_column,
            ),
            device_id=mapping.device_id or None,
            source=mapping.source or None,
            zone=zone,
        )

    def _zone_of(self, customer_id: str, building: str) -> str:
        with self._store.read() as session:
            return get_building(session, customer_id, building).time_zone_id

    def _sealed(self, progress: _Progress) -> str:
        return self._sealer.seal(msgspec.json.encode(progress).decode())

    def _opened(self, customer_id: str, by: Actor, resume: str) -> _Progress:
        try:
            progress = msgspec.json.decode(self._sealer.open(resume), type=_Progress)
        except (Problem, ValueError) as error:
            raise Problem("conflict", _STALE) from error
        is_theirs = (progress.purpose, progress.customer_id, progress.member_id) == (_PURPOSE, customer_id, by.id)
        if not is_theirs or self._clock.now_ms() - progress.begun_ms > DAY_MS:
            raise Problem("conflict", _STALE)
        return progress


def _first_rows(text: str) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """All lines, and (the line at which it ends, its cells) of the header and the first rows."""
    lines = list(StringIO(text, newline=""))
    rows = islice(csv_rows(lines), 1 + MOST_ROWS_LOOKED_AT)
    return lines, [(line, cells) for line, cells in rows if isinstance(cells, list)]


def _read(lines: Sequence[str], options: HistoryOptions) -> list[HistoryEvent | Refusal]:
    return list(read_history(lines, options))


def suggested_mapping(columns: Sequence[str], catalogue: Catalogue, zone: str) -> Mapping:
    """What the columns of a file probably hold, by their names: those of the public API, or a measure and its unit."""
    named = {name: name if name in columns else "" for name in ("deviceId", "deviceName", "source", "forecastTimestamp")}
    timestamp = "timestamp" if "timestamp" in columns else next((each for each in columns if _TIME.search(each)), columns[0])
    is_long = all(name in columns for name in _LONG)
    values: dict[str, str] = {}
    for column in () if is_long else columns:
        event_type = _suggested_type(column, catalogue)
        if column != timestamp and event_type is not None and event_type not in values:
            values[event_type] = column
    return Mapping(
        timestamp=timestamp,
        values=values,
        type="type" if is_long else "",
        value="value" if is_long else "",
        device_column=named["deviceId"],
        device_name_column=named["deviceName"],
        source_column=named["source"],
        forecast_column=named["forecastTimestamp"],
        device_id="" if named["deviceId"] else "gateway",
        source="" if named["source"] else "GATEWAY",
        zone=zone,
    )


def _suggested_type(column: str, catalogue: Catalogue) -> str | None:
    """The event type that a column's name speaks of, such as ENERGY_CONSUMPTION of consumption_wh."""
    if catalogue.find_event_type(column.upper()) is not None:
        return column.upper()
    words = [word.lower() for word in _WORDS.findall(column)]
    measure = next((_MEASURES[word] for word in words if word in _MEASURES), None)
    rest = [word.upper() for word in words if word not in _MEASURES]
    found = "_".join([*rest[:-1], measure or "", *rest[-1:]])
    return found if catalogue.find_event_type(found) is not None else None


def _body(batch: Sequence[HistoryEvent]) -> bytes:
    return msgspec.json.encode([event.body for event in batch])


def _refused(problem: Problem, batch: Sequence[HistoryEvent], mapping: Mapping) -> dict[int, Refusal]:
    """What is wrong with which events of a batch, at the columns of the file; empty where the problem is another."""
    if problem.code != "invalid":
        return {}
    errors = [{"pointer": error.pointer, "detail": error.message} for error in problem.errors]
    columns = {
        "timestamp": mapping.timestamp,
        "type": mapping.type,
        "value": mapping.value,
        "deviceId": mapping.device_column,
        "deviceName": mapping.device_name_column,
        "source": mapping.source_column,
        "forecastTimestamp": mapping.forecast_column,
    }
    found = refused_by_platform({"errors": errors}, batch)
    return {
        index: each._replace(column=columns.get(each.column or "") or mapping.values.get(batch[index].body["type"]))
        for index, each in found.items()
    }


def _range(events: Sequence[HistoryEvent]) -> tuple[int | None, int | None]:
    instants = [instant_of_number(event.body["timestamp"]) for event in events]
    return min(instants, default=None), max(instants, default=None)
