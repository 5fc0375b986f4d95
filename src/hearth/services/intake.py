"""Intake: the events of one request, from bytes to durable.

Decodes, checks every event against catalogue, building and patterns, and hands columns to the live driver;
all or nothing. What was checked once is remembered per (building, device, type, source), so that the usual
event costs a look-up. Invariant: nothing of a refused request is stored, and the answer names each bad event.
"""

import asyncio
from array import array
from collections.abc import Sequence

import msgspec

from hearth.core.clock import Clock
from hearth.core.identifiers import fits
from hearth.core.instants import MINUTE_MS, SECOND_MS, instant_of_number
from hearth.core.nearest import nearest
from hearth.core.problems import FieldProblem, Problem
from hearth.domain.buildings import Building, Device
from hearth.domain.catalogue import Catalogue
from hearth.domain.events import NO_FORECAST_MS, EventColumns, LogKind, Series
from hearth.ports import Session, Store
from hearth.runtime.live import LiveDriver

MOST_LIVE_EVENTS = 1_000
MOST_HISTORICAL_EVENTS = 10_000
MOST_AHEAD_MS = 10 * MINUTE_MS
# Larger magnitudes are no household's; and sums of so many never overflow.
MOST_VALUE = 1e300
_LEAST_INSTANT_MS = 0
_MOST_KNOWN_BUILDINGS = 200_000


class EventIn(msgspec.Struct, gc=False, rename="camel", forbid_unknown_fields=True):
    """One event on the wire (api.md, Events)."""

    type: str
    customer_building_id: str
    device_id: str
    value: float
    timestamp: float | None = None
    device_name: str | None = None
    source: str | None = None
    forecast_timestamp: float | None = None
    customer_id: str | None = None
    ingestion_timestamp: float | None = None  # set by us; what a client echoes is passed over


_one = msgspec.json.Decoder(EventIn)
_many = msgspec.json.Decoder(list[EventIn])
_WIRE_NAMES = tuple(field.encode_name for field in msgspec.structs.fields(EventIn))


class _Known:
    """A series that events of one key belong to."""

    __slots__ = ("device_name", "series_id")

    def __init__(self, series: Series) -> None:
        self.series_id = series.id
        self.device_name = series.device_name


# (device, type, source as sent) -> the series; one such dictionary a building
_BySeries = dict[tuple[str, str, str | None], _Known]


class Intake:
    """Takes events into the live driver of this process."""

    def __init__(self, store: Store, catalogue: Catalogue, clock: Clock, live: LiveDriver) -> None:
        self._store = store
        self._catalogue = catalogue
        self._clock = clock
        self._live = live
        self._known: dict[tuple[str, str], _BySeries] = {}  # by (customer, customer's building id)
        self._keys: dict[str, tuple[str, str]] = {}  # the same key by our building id
        self._resolving = asyncio.Lock()
        live.on_building_change(self._forget)

    async def take(self, customer_id: str, body: bytes, historical: bool) -> None:
        """Returns when the events of the request are on disk. Raises Problem."""
        most = MOST_HISTORICAL_EVENTS if historical else MOST_LIVE_EVENTS
        events = decode(body, most, only_array=historical)
        if not events:
            return
        now_ms = self._clock.now_ms()
        found = self._remembered(customer_id, events)
        if found is None:
            found = await self._resolve(customer_id, events)
        columns = _columns(customer_id, events, found, now_ms)
        await self._live.submit(customer_id, LogKind.HISTORICAL if historical else LogKind.LIVE, columns, now_ms)

    def _remembered(self, customer_id: str, events: Sequence[EventIn]) -> list[_Known] | None:
        """The series of each event, when all of them are known by heart."""
        known = self._known
        found: list[_Known] = []
        for event in events:
            building = known.get((customer_id, event.customer_building_id))
            if building is None:
                return None
            entry = building.get((event.device_id, event.type, event.source))
            if entry is None or (event.device_name is not None and event.device_name != entry.device_name):
                return None
            found.append(entry)
        return found

    def _forget(self, building_id: str) -> None:
        """The building changed: what is known of it is asked anew."""
        key = self._keys.pop(building_id, None)
        if key is not None:
            self._known.pop(key, None)

    async def _resolve(self, customer_id: str, events: Sequence[EventIn]) -> list[_Known]:
        """The series of each event; new ones are added. Raises Problem naming each event that is wrong."""
        async with self._resolving:
            series = await asyncio.to_thread(self._find_series, customer_id, events)
        if len(self._known) > _MOST_KNOWN_BUILDINGS:
            self._known.clear()
            self._keys.clear()
        found = []
        for event, each in zip(events, series, strict=True):
            self._live.know(each)
            key = (customer_id, event.customer_building_id)
            self._keys[each.building_id] = key
            known = _Known(each)
            self._known.setdefault(key, {})[event.device_id, event.type, event.source] = known
            found.append(known)
        return found

    def _find_series(self, customer_id: str, events: Sequence[EventIn]) -> list[Series]:
        wanted: dict[tuple[str, str, str, str | None], EventIn] = {}
        for event in events:
            key = (event.customer_building_id, event.device_id, event.type, event.source)
            if key not in wanted or event.device_name is not None:
                wanted[key] = event
        with self._store.read() as session:
            buildings = self._buildings(session, customer_id, events)
        errors = self._errors(customer_id, events, buildings)
        if errors:
            raise Problem("invalid", f"{len(errors)} of {len(events)} events cannot be taken; none was stored.", tuple(errors))
        found: dict[tuple[str, str, str, str | None], Series] = {}
        with self._store.write() as session:
            for key, event in wanted.items():
                building = buildings[event.customer_building_id]
                found[key] = self._series(session, building, event)
            for customer_building_id in sorted({event.customer_building_id for event in wanted.values()}):
                fresh = session.buildings.find(customer_id, customer_building_id)
                if fresh is not None:
                    _discover(session, fresh, [e for e in wanted.values() if e.customer_building_id == customer_building_id])
        return [found[e.customer_building_id, e.device_id, e.type, e.source] for e in events]

    def _buildings(self, session: Session, customer_id: str, events: Sequence[EventIn]) -> dict[str, Building]:
        names = sorted({event.customer_building_id for event in events})
        found = (session.buildings.find(customer_id, name) for name in names)
        return {building.customer_building_id: building for building in found if building is not None}

    def _series(self, session: Session, building: Building, event: EventIn) -> Series:
        series = session.series.find_or_add(
            building.customer_id,
            building.id,
            event.type,
            event.device_id,
            self._source(building, event),
            event.device_name,
        )
        if event.device_name is not None and series.device_name != event.device_name:
            session.series.rename_device(building.customer_id, series.id, event.device_name)
            series = msgspec.structs.replace(series, device_name=event.device_name)
            session.changes.add(building.customer_id, "devices", building.id)
        return series

    def _source(self, building: Building, event: EventIn) -> str:
        """The event's source; else the device's type; else GATEWAY, which stands for the whole household."""
        if event.source is not None:
            return self._catalogue.source_named(event.source) or event.source
        device = building.find_device(event.device_id)
        return device.type if device is not None and device.type is not None else "GATEWAY"

    def _errors(self, customer_id: str, events: Sequence[EventIn], buildings: dict[str, Building]) -> list[FieldProblem]:
        """Everything wrong with the identities of the events."""
        is_array = len(events) > 1
        errors: list[FieldProblem] = []
        for index, event in enumerate(events):
            at = f"/{index}" if is_array else ""
            if event.customer_building_id not in buildings:
                errors.append(
                    FieldProblem(
                        f"{at}/customerBuildingId",
                        f"there is no building {event.customer_building_id!r}; add it with POST /buildings/v1 first",
                    )
                )
            errors.extend(self._catalogue_errors(at, event))
            errors.extend(_pattern_errors(at, event))
        return errors

    def _catalogue_errors(self, at: str, event: EventIn) -> list[FieldProblem]:
        errors = []
        if self._catalogue.find_event_type(event.type) is None:
            meant = self._catalogue.nearest_event_type(event.type)
            hint = f"; did you mean {meant}?" if meant else "; see the catalogue of event types"
            errors.append(FieldProblem(f"{at}/type", f"unknown event type {event.type!r}{hint}"))
        if event.source is not None and self._catalogue.source_named(event.source) is None:
            meant = self._catalogue.nearest_source(event.source)
            hint = f"; did you mean {meant}?" if meant else "; see the catalogue of device types"
            errors.append(FieldProblem(f"{at}/source", f"unknown source {event.source!r}{hint}"))
        return errors


def _pattern_errors(at: str, event: EventIn) -> list[FieldProblem]:
    errors = []
    if not fits("deviceId", event.device_id):
        errors.append(FieldProblem(f"{at}/deviceId", "must be 3 to 64 characters out of letters, digits, : . _ -"))
    if event.device_name is not None and not fits("deviceName", event.device_name):
        errors.append(FieldProblem(f"{at}/deviceName", "must be 1 to 100 characters without a line break"))
    return errors


def _discover(session: Session, building: Building, events: Sequence[EventIn]) -> None:
    """Devices that were never registered are listed on the building as discovered."""
    unknown: dict[str, EventIn] = {}
    for event in events:
        if building.find_device(event.device_id) is None:
            unknown.setdefault(event.device_id, event)
    if unknown:
        discovered = tuple(
            Device(
                id=device_id,
                type=event.source if event.source not in (None, "PLATFORM", "MOOST") else None,
                name=event.device_name,
                discovered=True,
            )
            for device_id, event in sorted(unknown.items())
        )
        session.buildings.replace(msgspec.structs.replace(building, devices=building.devices + discovered))
        session.changes.add(building.customer_id, "devices", building.id)


def decode(body: bytes, most_events: int, only_array: bool) -> list[EventIn]:
    """Request body -> events. Raises Problem: malformed, too many, or each event that has a wrong form."""
    start = body.lstrip()[:1]
    if only_array and start not in (b"[", b""):
        raise Problem("invalid", "A historical batch is an array of events.", (FieldProblem("", "send an array: [{…}, …]"),))
    try:
        events = _many.decode(body) if start == b"[" else [_one.decode(body)]
    except msgspec.ValidationError:
        events = _decode_naming_errors(body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Problem("malformed", f"The body is no valid JSON: {error}. NaN and Infinity are not JSON.") from error
    if len(events) > most_events:
        message = f"{len(events)} events in one request; at most {most_events} are taken, so split it"
        raise Problem("invalid", message, (FieldProblem("", message),))
    return events


def _decode_naming_errors(body: bytes) -> list[EventIn]:
    """The slow way, after the fast one failed: collects what is wrong with each event."""
    raw = msgspec.json.decode(body)
    is_array = isinstance(raw, list)
    items = raw if is_array else [raw]
    events: list[EventIn] = []
    errors: list[FieldProblem] = []
    for index, item in enumerate(items):
        at = f"/{index}" if is_array else ""
        try:
            events.append(msgspec.convert(item, EventIn))
        except msgspec.ValidationError as error:
            errors.append(_field_problem(at, item, str(error)))
    if errors:
        raise Problem("invalid", f"{len(errors)} of {len(items)} events cannot be read; none was stored.", tuple(errors))
    return events


def _field_problem(at: str, item: object, message: str) -> FieldProblem:
    """A decoder's message ("Expected `float`, got `str` - at `$.value`") -> pointer and remedy."""
    text, _, path = message.partition(" - at `$.")
    pointer = f"{at}/{path.rstrip('`').replace('.', '/')}" if path else at
    if isinstance(item, dict) and "unknown field" in text:
        unknown = sorted(set(item) - set(_WIRE_NAMES))
        meant = nearest(unknown[0], _WIRE_NAMES) if unknown else None
        if unknown:
            return FieldProblem(
                f"{at}/{unknown[0]}", f"unknown field {unknown[0]!r}" + (f"; did you mean {meant!r}?" if meant else "")
            )
    return FieldProblem(pointer, text[:1].lower() + text[1:])


def _columns(customer_id: str, events: Sequence[EventIn], known: Sequence[_Known], now_ms: int) -> EventColumns:
    """Events -> columns. Raises Problem naming each event whose time or value cannot be."""
    times = array("q")
    values = array("d")
    has_forecast = False
    is_bad = False
    latest_ms = now_ms + MOST_AHEAD_MS
    for event in events:
        timestamp = event.timestamp
        time_ms = now_ms if timestamp is None else _instant(timestamp)
        value = event.value
        if (
            not _LEAST_INSTANT_MS <= time_ms <= latest_ms
            or not -MOST_VALUE <= value <= MOST_VALUE
            or (event.customer_id is not None and event.customer_id != customer_id)
        ):
            is_bad = True
            break
        if event.forecast_timestamp is not None:
            has_forecast = True
        times.append(time_ms)
        values.append(value)
    if is_bad:
        raise _value_problem(customer_id, events, latest_ms)
    forecasts = None
    if has_forecast:
        forecasts = array(
            "q",
            [NO_FORECAST_MS if e.forecast_timestamp is None else _instant(e.forecast_timestamp) for e in events],
        )
    return EventColumns(
        series_ids=array("i", [entry.series_id for entry in known]), times_ms=times, values=values, forecast_ms=forecasts
    )


def _instant(number: float) -> int:
    if number >= 1e17 or number <= -1e17:
        return int(1e17)
    return instant_of_number(number)


def _value_problem(customer_id: str, events: Sequence[EventIn], latest_ms: int) -> Problem:
    errors = []
    for index, event in enumerate(events):
        at = f"/{index}" if len(events) > 1 else ""
        if event.customer_id is not None and event.customer_id != customer_id:
            return Problem(
                "forbidden",
                "The customerId is not the one of the access token.",
                (FieldProblem(f"{at}/customerId", "leave it out"),),
            )
        if event.timestamp is not None and _instant(event.timestamp) > latest_ms:
            errors.append(
                FieldProblem(
                    f"{at}/timestamp",
                    f"lies more than {MOST_AHEAD_MS // MINUTE_MS} minutes ahead of the platform's clock "
                    f"({(latest_ms - MOST_AHEAD_MS) // SECOND_MS} epoch seconds); check the sender's clock",
                )
            )
        elif event.timestamp is not None and _instant(event.timestamp) < _LEAST_INSTANT_MS:
            errors.append(FieldProblem(f"{at}/timestamp", "must be epoch seconds or milliseconds, not negative"))
        if not -MOST_VALUE <= event.value <= MOST_VALUE:
            errors.append(FieldProblem(f"{at}/value", "must be a finite number"))
    return Problem("invalid", f"{len(errors)} of {len(events)} events cannot be taken; none was stored.", tuple(errors))
