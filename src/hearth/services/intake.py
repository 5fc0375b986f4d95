"""Intake: the events of one request, from bytes to durable.

Decodes, checks every event against catalogue, building and patterns, and hands columns to the live driver;
all or nothing. What was checked once is remembered per (building, device, type, source), so that the usual
event costs a look-up. Invariant: nothing of a refused request is stored, and the answer names each bad event.
"""

import asyncio
from array import array
from collections.abc import Iterable, Iterator, Sequence

import msgspec
import structlog

from hearth.core.clock import Clock
from hearth.core.identifiers import fits
from hearth.core.instants import END_OF_CALENDAR_MS, MINUTE_MS, SECOND_MS, instant_of_number
from hearth.core.nearest import nearest
from hearth.core.problems import FieldProblem, Problem
from hearth.domain.buildings import Building, Device
from hearth.domain.catalogue import Catalogue
from hearth.domain.events import NO_FORECAST_MS, EventColumns, LogKind, Series
from hearth.ports import Session, Store
from hearth.runtime.live import LiveDriver
from hearth.runtime.metrics import IngestMetrics
from hearth.services.building_limits import MOST_EVENTS_A_MINUTE, MOST_SERIES, EventRates, series_problem

log = structlog.get_logger()

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
_any = msgspec.json.Decoder(float_hook=float)  # 1e999 becomes infinite, and is then refused by its place
_WIRE_NAMES = tuple(field.encode_name for field in msgspec.structs.fields(EventIn))


class Decoded(msgspec.Struct, frozen=True, gc=False):
    """The events of a body that can be read, where each stands in it, and what is wrong with the others."""

    events: list[EventIn]
    is_array: bool
    indexes: Sequence[int]
    errors: tuple[tuple[int, FieldProblem], ...] = ()


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

    def __init__(
        self,
        store: Store,
        catalogue: Catalogue,
        clock: Clock,
        live: LiveDriver,
        most_events_a_minute: int = MOST_EVENTS_A_MINUTE,
        most_series: int = MOST_SERIES,
        metrics: IngestMetrics | None = None,
    ) -> None:
        self._store = store
        self._metrics = metrics or IngestMetrics()
        self._catalogue = catalogue
        self._clock = clock
        self._live = live
        self._rates = EventRates(most_events_a_minute)
        self._most_series = most_series
        self._known: dict[tuple[str, str], _BySeries] = {}  # by (customer, customer's building id)
        self._keys: dict[str, tuple[str, str]] = {}  # the same key by our building id
        self._forgotten = 0
        self._arrivals: dict[tuple[str, str, str, str], int] = {}  # the last instant given to events that said none
        self._resolving = asyncio.Lock()
        live.on_building_change(self.forget)

    async def take(self, customer_id: str, body: bytes, historical: bool) -> None:
        """Returns when the events of the request are on disk. Raises Problem."""
        kind = "historical" if historical else "live"
        sent = 1  # of a body that cannot be read
        try:
            decoded = decode(body, MOST_HISTORICAL_EVENTS if historical else MOST_LIVE_EVENTS, only_array=historical)
            sent = len(decoded.events) + len({index for index, _ in decoded.errors})
            if sent:
                await self._take(customer_id, decoded, historical, kind)
        except Problem as problem:
            self._metrics.events_refused.labels(kind, problem.code).inc(sent)
            raise
        self._count_taken(kind, sent)

    async def take_each(self, customer_id: str, events: Sequence[EventIn]) -> list[Problem | None]:
        """Live events, each a message of its own: returns when those that can be taken are on disk, and why each other is not.

        They are taken together, in their order. What says no time has that of its arrival, which no two of a device and type
        share, whatever connection they came over: of two events at one instant the last alone would stay.
        """
        outcomes = await self._take_together(customer_id, self._with_arrivals(customer_id, events))
        for problem in outcomes:
            if problem is not None:
                self._metrics.events_refused.labels("live", problem.code).inc()
        return outcomes

    def _with_arrivals(self, customer_id: str, events: Sequence[EventIn]) -> list[EventIn]:
        """The events, each with a time: an arrival is now, or a millisecond after the one before of its device and type.

        Kept are those that are not past yet, so memory is bounded; one that is far ahead means a clock that was set back.
        """
        now_ms = self._clock.now_ms()
        arrivals = {key: at_ms for key, at_ms in self._arrivals.items() if now_ms <= at_ms < now_ms + MOST_AHEAD_MS}
        self._arrivals = arrivals
        timed = []
        for event in events:
            if event.timestamp is None:
                key = (customer_id, event.customer_building_id, event.device_id, event.type)
                arrivals[key] = max(now_ms, arrivals.get(key, 0) + 1)
                timed.append(msgspec.structs.replace(event, timestamp=arrivals[key]))
            else:
                timed.append(event)
        return timed

    async def _take_together(self, customer_id: str, events: Sequence[EventIn]) -> list[Problem | None]:
        outcomes: list[Problem | None] = [None] * len(events)
        left = list(range(len(events)))
        while left:
            decoded = Decoded([events[place] for place in left], True, range(len(left)))
            try:
                await self._take(customer_id, decoded, historical=False, kind="live")
            except Problem as problem:
                refused = _of_each(problem)
                if not refused:
                    refused = dict.fromkeys(range(len(left)), problem)
                for index, own in refused.items():
                    outcomes[left[index]] = own
                left = [place for index, place in enumerate(left) if index not in refused]
            else:
                self._count_taken("live", len(left))
                break
        return outcomes

    def _count_taken(self, kind: str, events: int) -> None:
        self._metrics.events_accepted.labels(kind).inc(events)
        self._metrics.batch_events.labels(kind).observe(events)

    async def check_historical(self, customer_id: str, body: bytes) -> None:
        """Raises what `take` would say of these events themselves; stores nothing."""
        decoded = decode(body, MOST_HISTORICAL_EVENTS, only_array=True)
        await asyncio.to_thread(self._refuse_wrong, customer_id, decoded, self._clock.now_ms())

    async def _take(self, customer_id: str, decoded: Decoded, historical: bool, kind: str) -> None:
        now_ms = self._clock.now_ms()
        columns = None if decoded.errors else _columns(customer_id, decoded.events, now_ms)
        found = None if columns is None else self._remembered(customer_id, decoded.events)
        if columns is None or found is None:
            await asyncio.to_thread(self._refuse_wrong, customer_id, decoded, now_ms)
            assert columns is not None, "what has no columns is refused with a reason"
            found = await self._resolve(customer_id, decoded)
        if not historical:
            building_ids = [event.customer_building_id for event in decoded.events]
            self._rates.take(customer_id, building_ids, now_ms, decoded.is_array)
        columns.series_ids = array("i", [entry.series_id for entry in found])
        with self._metrics.durable_seconds.labels(kind).time():
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

    def forget(self, building_id: str) -> None:
        """The building changed or was erased: what is known of it is asked anew. From any thread."""
        self._forgotten += 1
        key = self._keys.pop(building_id, None)
        if key is not None:
            self._known.pop(key, None)

    async def _resolve(self, customer_id: str, decoded: Decoded) -> list[_Known]:
        """The series of each event; new ones are added. Raises Problem "invalid" where a building went meanwhile."""
        async with self._resolving:
            forgotten = self._forgotten
            series = await asyncio.to_thread(self._find_series, customer_id, decoded)
        if len(self._known) > _MOST_KNOWN_BUILDINGS:
            self._known.clear()
            self._keys.clear()
        found = []
        for event, each in zip(decoded.events, series, strict=True):
            self._live.know(each)
            known = _Known(each)
            found.append(known)
            if forgotten == self._forgotten:  # else it may be out of date already
                key = (customer_id, event.customer_building_id)
                self._keys[each.building_id] = key
                self._known.setdefault(key, {})[event.device_id, event.type, event.source] = known
        return found

    def _refuse_wrong(self, customer_id: str, decoded: Decoded, now_ms: int) -> None:
        """Raises Problem naming everything that is wrong with the events; stores nothing."""
        with self._store.read() as session:
            buildings = self._buildings(session, customer_id, decoded.events)
        pairs = list(zip(decoded.indexes, decoded.events, strict=True))
        foreign = tuple(
            FieldProblem(f"/{index}/customerId" if decoded.is_array else "/customerId", "leave it out")
            for index, event in pairs
            if event.customer_id not in (None, customer_id)
        )
        if foreign:
            raise Problem("forbidden", "The customerId is not the one of the access token.", foreign)
        errors = list(decoded.errors)
        for index, event in pairs:
            found = (*_building_errors(event, buildings), *wrong_with(event, self._catalogue, now_ms))
            errors.extend((index, error) for error in found)
        if errors:
            raise _refusal(decoded, errors)

    def _find_series(self, customer_id: str, decoded: Decoded) -> list[Series]:
        events = decoded.events
        wanted: dict[tuple[str, str, str, str | None], EventIn] = {}
        for event in events:
            key = (event.customer_building_id, event.device_id, event.type, event.source)
            if key not in wanted or event.device_name is not None:
                wanted[key] = event
        found: dict[tuple[str, str, str, str | None], Series] = {}
        with self._store.write() as session:
            buildings = self._buildings(session, customer_id, events)
            pairs = list(zip(decoded.indexes, events, strict=True))
            errors = [(index, error) for index, event in pairs for error in _building_errors(event, buildings)]
            if errors:
                raise _refusal(decoded, errors)
            too_many = {name: self._too_many_series(session, each, wanted) for name, each in buildings.items()}
            errors = [
                (index, error)
                for index, event in pairs
                if (error := too_many[event.customer_building_id].get((event.device_id, event.type))) is not None
            ]
            if errors:
                log.warning("a building has too many series", customer_id=customer_id, events=len(errors))
                raise _refusal(decoded, errors)
            for key, event in wanted.items():
                found[key] = self._series(session, buildings[event.customer_building_id], event)
            for name, building in buildings.items():
                _discover(session, building, [event for event in wanted.values() if event.customer_building_id == name])
        return [found[e.customer_building_id, e.device_id, e.type, e.source] for e in events]

    def _buildings(self, session: Session, customer_id: str, events: Sequence[EventIn]) -> dict[str, Building]:
        names = sorted({event.customer_building_id for event in events if fits("customerBuildingId", event.customer_building_id)})
        found = (session.buildings.find(customer_id, name) for name in names)
        return {building.customer_building_id: building for building in found if building is not None}

    def _too_many_series(
        self, session: Session, building: Building, wanted: Iterable[tuple[str, str, str, str | None]]
    ) -> dict[tuple[str, str], FieldProblem]:
        """(device, type) of each series that the building has no place for: new ones get theirs in the order of the events."""
        known = {(each.device_id, each.event_type) for each in session.series.list_of(building.customer_id, [building.id])}
        asked = dict.fromkeys((device, kind) for name, device, kind, _ in wanted if name == building.customer_building_id)
        new = [pair for pair in asked if pair not in known]
        problem = series_problem(len(known), len(new), self._most_series)
        return {} if problem is None else dict.fromkeys(new[max(0, self._most_series - len(known)) :], problem)

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


def wrong_with(event: EventIn, catalogue: Catalogue, now_ms: int) -> Iterator[FieldProblem]:
    """What is wrong with an event of whatever building, at that instant; in the words that a member reads."""
    yield from _catalogue_errors(event, catalogue)
    yield from _pattern_errors(event)
    yield from _value_errors(event, now_ms)


def _catalogue_errors(event: EventIn, catalogue: Catalogue) -> Iterator[FieldProblem]:
    if catalogue.find_event_type(event.type) is None:
        meant = catalogue.nearest_event_type(event.type)
        hint = f"; did you mean {meant}?" if meant else "; see the catalogue of event types"
        yield FieldProblem("/type", f"unknown event type {event.type!r}{hint}")
    if event.source is not None and catalogue.source_named(event.source) is None:
        meant = catalogue.nearest_source(event.source)
        hint = f"; did you mean {meant}?" if meant else "; see the catalogue of device types"
        yield FieldProblem("/source", f"unknown source {event.source!r}{hint}")


def _building_errors(event: EventIn, buildings: dict[str, Building]) -> Iterator[FieldProblem]:
    name = event.customer_building_id
    if not fits("customerBuildingId", name):
        yield FieldProblem("/customerBuildingId", "must be 1 to 100 characters out of letters, digits, : . _ -")
    elif name not in buildings:
        yield FieldProblem("/customerBuildingId", f"there is no building {name!r}; add it with POST /buildings/v1 first")


def _pattern_errors(event: EventIn) -> Iterator[FieldProblem]:
    if not fits("deviceId", event.device_id):
        yield FieldProblem("/deviceId", "must be 3 to 64 characters out of letters, digits, : . _ -")
    if event.device_name is not None and (not fits("deviceName", event.device_name) or "\0" in event.device_name):
        yield FieldProblem("/deviceName", "must be 1 to 100 characters without a line break")


def _value_errors(event: EventIn, now_ms: int) -> Iterator[FieldProblem]:
    time_ms = now_ms if event.timestamp is None else _instant(event.timestamp)
    if time_ms > now_ms + MOST_AHEAD_MS:
        yield FieldProblem(
            "/timestamp",
            f"lies more than {MOST_AHEAD_MS // MINUTE_MS} minutes ahead of the platform's clock "
            f"({now_ms // SECOND_MS} epoch seconds); check the sender's clock",
        )
    elif time_ms < _LEAST_INSTANT_MS:
        yield FieldProblem("/timestamp", "must be epoch seconds or milliseconds, not negative")
    if event.forecast_timestamp is not None and not _is_in_calendar(_instant(event.forecast_timestamp)):
        yield FieldProblem("/forecastTimestamp", "must be epoch seconds or milliseconds of the years 1970 to 9999")
    if not -MOST_VALUE <= event.value <= MOST_VALUE:
        yield FieldProblem("/value", "must be a finite number")


def _of_each(problem: Problem) -> dict[int, Problem]:
    """What was said of an array -> what it says of each bad event by its index; empty where it is about none alone."""
    found: dict[int, list[FieldProblem]] = {}
    for error in problem.errors:
        index, slash, pointer = error.pointer.removeprefix("/").partition("/")
        if index.isdecimal():
            found.setdefault(int(index), []).append(FieldProblem(slash + pointer, error.message))
    return {
        index: Problem(problem.code, describe(errors), tuple(errors), problem.retry_after_seconds)
        for index, errors in found.items()
    }


def describe(errors: Sequence[FieldProblem]) -> str:
    """What is wrong with one event, in a sentence that names each field."""
    return "; ".join(f"{error.pointer.lstrip('/')}: {error.message}".removeprefix(": ") for error in errors)


def _refusal(decoded: Decoded, errors: Sequence[tuple[int, FieldProblem]]) -> Problem:
    """All errors of all events, in the order of the body."""
    bad = len({index for index, _ in errors})
    of = len(decoded.indexes) + len({index for index, _ in decoded.errors})
    placed = tuple(
        FieldProblem(f"/{index}{error.pointer}" if decoded.is_array else error.pointer, error.message)
        for index, error in sorted(errors, key=lambda each: each[0])
    )
    if not decoded.is_array and len(placed) == 1:
        return Problem("invalid", describe(placed), placed)
    return Problem("invalid", f"{bad} of {of} events cannot be taken; none was stored.", placed)


def _discover(session: Session, building: Building, events: Sequence[EventIn]) -> None:
    """Devices that were never registered are listed on the building as discovered, under the name heard last."""
    devices = {device.id: device for device in building.devices}
    for event in events:
        known = devices.get(event.device_id)
        if known is None:
            device_type = event.source if event.source not in (None, "PLATFORM", "MOOST") else None
            devices[event.device_id] = Device(id=event.device_id, type=device_type, name=event.device_name, discovered=True)
        elif known.discovered and event.device_name not in (None, known.name):
            devices[event.device_id] = msgspec.structs.replace(known, name=event.device_name)
    if tuple(devices.values()) != building.devices:
        session.buildings.replace(msgspec.structs.replace(building, devices=tuple(devices.values())))
        session.changes.add(building.customer_id, "devices", building.id)


def decode(body: bytes, most_events: int, only_array: bool) -> Decoded:
    """Request body -> events, and what is wrong with those of a wrong form. Raises Problem: malformed, or too many."""
    start = body.lstrip()[:1]
    is_array = start == b"["
    if only_array and not is_array and start != b"":
        raise Problem("invalid", "A historical batch is an array of events.", (FieldProblem("", "send an array: [{…}, …]"),))
    try:
        try:
            events = _many.decode(body) if is_array else [_one.decode(body)]
        except msgspec.ValidationError:
            # The slow way, after the fast one failed: what is wrong with each event.
            raw = _any.decode(body)
            items = raw if is_array else [raw]
            _refuse_too_many(len(items), most_events)
            return _decode_each(items, is_array)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Problem("malformed", f"The body is no valid JSON: {error}. NaN and Infinity are not JSON.") from error
    except RecursionError as error:
        raise Problem("malformed", "The body is nested too deeply; an event is a flat object.") from error
    _refuse_too_many(len(events), most_events)
    return Decoded(events, is_array, range(len(events)))


def event_with(given: dict[str, str], body: bytes) -> EventIn:
    """The event of a body that may leave out what is given (by names of the wire), or is its value alone.

    Raises Problem "malformed", or "invalid" where both say something and it is not the same.
    """
    try:
        read = _any.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        detail = "The body is neither a number nor an event in JSON. NaN and Infinity are not JSON."
        raise Problem("malformed", detail) from error
    if isinstance(read, int | float) and not isinstance(read, bool):
        read = {"value": read}
    if not isinstance(read, dict):
        raise Problem("malformed", 'The body is neither a number nor an event, such as 230.5 or {"value": 230.5}.')
    errors = tuple(
        FieldProblem(f"/{name}", f"the topic says {value!r}; say the same, or leave it out")
        for name, value in given.items()
        if read.setdefault(name, value) != value
    )
    if errors:
        raise Problem("invalid", describe(errors), errors)
    try:
        return msgspec.convert(read, EventIn)
    except msgspec.ValidationError as error:
        wrong = (_field_problem(read, str(error)),)
        raise Problem("invalid", describe(wrong), wrong) from error


def _refuse_too_many(events: int, most_events: int) -> None:
    if events > most_events:
        message = f"{events} events in one request; at most {most_events} are taken, so split it"
        raise Problem("invalid", message, (FieldProblem("", message),))


def _decode_each(items: list[object], is_array: bool) -> Decoded:
    events: list[EventIn] = []
    indexes: list[int] = []
    errors: list[tuple[int, FieldProblem]] = []
    for index, item in enumerate(items):
        try:
            events.append(msgspec.convert(item, EventIn))
            indexes.append(index)
        except msgspec.ValidationError as error:
            errors.append((index, _field_problem(item, str(error))))
    return Decoded(events, is_array, indexes, tuple(errors))


def _field_problem(item: object, message: str) -> FieldProblem:
    """A decoder's message ("Expected `float`, got `str` - at `$.value`") -> pointer and remedy."""
    text, _, path = message.partition(" - at `$.")
    unknown = sorted(set(item) - set(_WIRE_NAMES)) if isinstance(item, dict) and "unknown field" in text else []
    if unknown:
        meant = nearest(unknown[0], _WIRE_NAMES)
        pointer = "/" + unknown[0].replace("~", "~0").replace("/", "~1")
        return FieldProblem(pointer, f"unknown field {unknown[0]!r}" + (f"; did you mean {meant!r}?" if meant else ""))
    return FieldProblem("/" + path.rstrip("`") if path else "", text[:1].lower() + text[1:])


def _columns(customer_id: str, events: Sequence[EventIn], now_ms: int) -> EventColumns | None:
    """Events -> columns, their series still open. None when a time, a value or a customer's id cannot be."""
    times = array("q")
    values = array("d")
    has_forecast = False
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
            return None
        if event.forecast_timestamp is not None:
            has_forecast = True
        times.append(time_ms)
        values.append(value)
    forecasts = None
    if has_forecast:
        forecasts = array(
            "q",
            [NO_FORECAST_MS if e.forecast_timestamp is None else _instant(e.forecast_timestamp) for e in events],
        )
        if not all(each == NO_FORECAST_MS or _is_in_calendar(each) for each in forecasts):
            return None
    return EventColumns(series_ids=array("i"), times_ms=times, values=values, forecast_ms=forecasts)


def _is_in_calendar(at_ms: int) -> bool:
    return _LEAST_INSTANT_MS <= at_ms < END_OF_CALENDAR_MS


def _instant(number: float) -> int:
    if not -1e17 < number < 1e17:  # infinity among them
        return int(1e17) if number > 0 else -int(1e17)
    return instant_of_number(number)
