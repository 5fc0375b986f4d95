"""Expressions tried on recorded data: what a rule would compute, without a rule, a building or a database.

Reads datasets from CSV lines (it opens no file) and what is known of the building from JSON, and hands both to the
language. What an expression means and what is wrong with it is the language's to say. Invariant: the data is taken
whole or refused with the lines that are wrong; an event sent twice counts once, with its last value.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import chain
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import msgspec

from hearth.core.instants import instant_of_number
from hearth.core.missing import Missing
from hearth.core.problems import Problem, invalid
from hearth.domain.catalogue import Catalogue
from hearth.domain.rules import Dataset
from hearth.engine.scope import scope_of
from hearth.language import (
    Answer,
    BuildingFacts,
    Checked,
    Context,
    DatasetInfo,
    DeliveredFacts,
    Event,
    Explained,
    Place,
    RecordedWindow,
    Scope,
    answer,
    check,
    explain,
)
from hearth.language.tokens import UNITS_MS
from hearth.services.histories import HistoryColumns, HistoryOptions, Refusal, read_history, read_limit

_KINDS = {"series": "TIME_SERIES", "single": "SINGLE_VALUE"}
_SPAN = re.compile(r"(\d{1,9}(?:\.\d{1,9})?)(s|min|h|d)")
_COLUMNS = HistoryColumns(
    values={"": "value"}, device_id="device_id", device_name="device_name", forecast_timestamp="forecast_timestamp"
)
_FORM = "NAME=FILE.csv:series or NAME=FILE.csv:single, and after it, if you like, a timespan, an event type or a unit"
_SHOWN_REFUSALS = 5


class DatasetFile(NamedTuple):
    """A dataset whose events stand in a file."""

    name: str
    file: str
    info: DatasetInfo


def dataset_file(text: str, catalogue: Callable[[], Catalogue]) -> DatasetFile:
    """`Power=power.csv:series`, `Mode=mode.csv:single:CHARGING_MODE`, `Day=day.csv:series:24h:Wh` -> what it says.

    `catalogue` is asked only for what may be an event type. Raises Problem "invalid" naming what is wrong.
    """
    name, equals, rest = text.partition("=")
    if not equals or not re.fullmatch(r"[A-Za-z0-9_]+", name):
        raise invalid("", f"{text!r} names no dataset: write {_FORM}. A name is letters, digits and _.")
    parts = rest.split(":")
    place = next((index for index in range(len(parts) - 1, 0, -1) if parts[index] in _KINDS), len(parts))
    file = ":".join(parts[:place])
    if not file:
        raise invalid("", f"{text!r} names no file: write {_FORM}.")
    if place == len(parts) and len(parts) > 1 and re.fullmatch(r"\w+", parts[-1]):
        raise invalid("", f"{parts[-1]!r} is no kind of dataset: write {_FORM}.")
    kind = _KINDS[parts[place]] if place < len(parts) else "TIME_SERIES"
    info = DatasetInfo(kind)  # type: ignore[arg-type]
    for more in parts[place + 1 :]:
        info = _with(info, more, catalogue)
    return DatasetFile(name, file, info)


def _with(info: DatasetInfo, more: str, catalogue: Callable[[], Catalogue]) -> DatasetInfo:
    span = _SPAN.fullmatch(more)
    if span is not None:
        return info._replace(timespan_ms=round(float(span[1]) * UNITS_MS[span[2]]))
    if not re.fullmatch(r"[A-Z][A-Z0-9_]{4,}", more):
        return info._replace(unit=more)
    known = catalogue()
    if known.find_event_type(more) is None:
        meant = known.nearest_event_type(more)
        raise invalid("", f"There is no event type {more}" + (f": did you mean {meant}?" if meant else "."))
    dataset = Dataset(name="", kind=info.kind, event_types=(more,))
    return scope_of((dataset,), known, "expression", False).datasets[""]._replace(timespan_ms=info.timespan_ms)


def read_events(lines: Iterable[str], dataset: DatasetFile, zone: ZoneInfo) -> list[Event]:
    """CSV lines -> events in the order of time; `zone` for timestamps that name none.

    Columns: timestamp, value and, where wanted, device_id, device_name, forecast_timestamp. Raises Problem "invalid".
    """
    stream = iter(lines)
    header = next(stream, "")
    if not {"timestamp", "value"} <= {column.strip() for column in re.split(r"[,;\t|]", header)}:
        message = f"{dataset.file} needs the columns timestamp and value; its first line is {header.strip()[:80]!r}."
        raise invalid("", message)
    options = HistoryOptions(customer_building_id="", columns=_COLUMNS, device_id=dataset.name, zone=zone)
    events: dict[tuple[int, str], Event] = {}
    refusals: list[Refusal] = []
    for read in read_history(chain([header], stream), options):
        if isinstance(read, Refusal):
            refusals.append(read)
            continue
        body = read.body
        at_ms, device_id, forecast = instant_of_number(body["timestamp"]), body["deviceId"], body.get("forecastTimestamp")
        forecast_ms = None if forecast is None else instant_of_number(forecast)
        events[at_ms, device_id] = Event(at_ms, body["value"], device_id, body.get("deviceName", device_id), forecast_ms)
    if refusals:
        shown = "; ".join(f"line {each.line}: {each.reason}" for each in refusals[:_SHOWN_REFUSALS])
        rest = f"; and {len(refusals) - _SHOWN_REFUSALS} more" if len(refusals) > _SHOWN_REFUSALS else ""
        raise invalid("", f"{dataset.file} cannot be read: {shown}{rest}.")
    return sorted(events.values(), key=lambda event: event.time_ms)


class _Delivered(msgspec.Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    created_at: str | float
    interacted_at: str | float | None = None
    action_qualifier: str | None = None


class Facts(msgspec.Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """What an expression may ask besides its datasets; `profile`: the `Is...` names that are known."""

    id: str = "building"
    registration_timestamp: str | float = 0
    device_types: tuple[str, ...] = ()
    city: str | None = None
    country_code: str | None = None
    zip: str | None = None
    profile: dict[str, bool] = {}
    streak_counter: int = 0
    streak_has_been_reset: bool = False
    delivered_notification_counter: int = 0
    delivered_notification: _Delivered | None = None
    # dataset name -> selector such as "All" -> customer building id -> values
    peers: dict[str, dict[str, dict[str, list[float]]]] = {}


def read_facts(text: bytes, name: str) -> Facts:
    """JSON -> facts. Raises Problem "invalid" naming the field."""
    try:
        return msgspec.json.decode(text, type=Facts)
    except msgspec.DecodeError as error:
        raise invalid("", f"{name} cannot be read: {error}.") from error


class Workbench:
    """Datasets with their events, and facts of a building, on which expressions are tried."""

    def __init__(self, datasets: Sequence[tuple[DatasetFile, list[Event]]], facts: Facts, has_streak: bool = False) -> None:
        self._infos = {dataset.name: dataset.info for dataset, _ in datasets}
        self.datasets = {dataset.name: (dataset.info, len(events)) for dataset, events in datasets}
        self._windows = {
            dataset.name: RecordedWindow(events, dataset.info.timespan_ms, f"${dataset.name}") for dataset, events in datasets
        }
        self._facts = facts
        self._has_streak = has_streak
        self.newest_ms = max((events[-1].time_ms for _, events in datasets if events), default=None)

    def scope(self, place: Place) -> Scope:
        """What an expression may refer to."""
        return Scope(datasets=self._infos, place=place, has_streak=self._has_streak)

    def checked(self, text: str, place: Place) -> Checked:
        """The expression and what is wrong with it."""
        return check(text, self.scope(place))

    def answer(self, checked: Checked, now_ms: int, zone: ZoneInfo, locale: str) -> Answer:
        """Its value at an instant."""
        return answer(checked, now_ms, self._windows, self._context(zone, locale))

    def explain(self, checked: Checked, now_ms: int, zone: ZoneInfo, locale: str) -> Explained:
        """Its value and those of its parts. Raises ValueError when it has errors."""
        return explain(checked, now_ms, self._windows, self._context(zone, locale))

    def _context(self, zone: ZoneInfo, locale: str) -> Context:
        facts = self._facts
        delivered = facts.delivered_notification
        return Context(
            zone=zone,
            locale=locale,
            building=BuildingFacts(
                id=facts.id,
                registration_ms=instant(facts.registration_timestamp, zone),
                device_types=facts.device_types,
                city=facts.city,
                country_code=facts.country_code,
                zip=facts.zip,
                profile=facts.profile,
            ),
            streak_counter=facts.streak_counter,
            streak_has_been_reset=facts.streak_has_been_reset,
            delivered_counter=facts.delivered_notification_counter,
            delivered=None
            if delivered is None
            else DeliveredFacts(
                instant(delivered.created_at, zone),
                None if delivered.interacted_at is None else instant(delivered.interacted_at, zone),
                delivered.action_qualifier,
            ),
            peers=self._peers if facts.peers else None,
        )

    def _peers(self, now_ms: int, dataset: str, selector: str) -> Mapping[str, Sequence[float]] | Missing:
        found = self._facts.peers.get(dataset, {}).get(selector)
        return Missing(f"no values of {dataset} in other buildings are at hand") if found is None else found


def explained_body(explained: Explained) -> dict[str, Any]:
    """An expression with the values of all its parts."""
    return {
        "text": explained.text,
        "start": explained.span.start,
        "end": explained.span.end,
        "type": explained.type,
        "unit": explained.unit,
        "value": explained.value,
        "shown": explained.shown,
        "missing": explained.missing,
        "parts": [explained_body(part) for part in explained.parts],
    }


def instant(given: Any, zone: ZoneInfo) -> int:
    """ISO 8601, a day, or epoch seconds or milliseconds -> instant. Raises Problem "invalid"."""
    try:
        return read_limit(str(given), zone)
    except ValueError as error:
        raise Problem("invalid", f"{error}.") from error
