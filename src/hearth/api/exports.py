"""The route of a building's export, and the archive itself, which the command line writes too.

A ZIP is made while it is sent: what is held in memory is a page of what is read (of events a day of one
type) and a block of what is written.
"""

from collections.abc import Iterable, Iterator
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import msgspec
from fastapi import APIRouter, Request
from fastapi.responses import StreamingResponse

from hearth.api.buildings import PathBuildingId
from hearth.api.documented import documented, operation_id
from hearth.api.guard import GuardedRoute, grant_of
from hearth.api.parts import parts_of
from hearth.api.wire.buildings import building_body
from hearth.api.wire.contacts import contact_body
from hearth.api.wire.events import set_aside_body
from hearth.api.wire.forecasts import forecasts_body
from hearth.core.instants import datetime_of_instant, seconds_of_instant
from hearth.core.problems import Problem
from hearth.domain.audit import AuditEntry
from hearth.domain.buildings import Building
from hearth.domain.contacts import Contact
from hearth.services.building_exports import BuildingExports, ToldNotification
from hearth.services.csv_texts import csv_blocks, harmless
from hearth.services.events import ListedSetAside, StoredEvent
from hearth.services.forecasts import Forecasts
from hearth.services.notification_body import notification_body

router = APIRouter(tags=["Buildings"], generate_unique_id_function=operation_id, route_class=GuardedRoute)

_ALSO_NEEDED = ("read:events", "read:pushnotifications", "read:statistics")
_ZIP = "application/zip"
_BLOCK_BYTES = 64 * 1024
_COLUMNS = ("time", "timestamp", "value", "deviceId", "deviceName", "source", "forecastTime", "forecastTimestamp")


def _with_answer(arguments: dict[str, Any]) -> dict[str, Any]:
    arguments["responses"][200] = {"content": {_ZIP: {"schema": {"type": "string", "format": "binary"}}}}
    return arguments


@router.get(
    "/buildings/{customerBuildingId}/export/v1",
    response_class=StreamingResponse,
    **_with_answer(documented("read:buildings", (404,), ours=True)),
)
def export_building(request: Request, customer_building_id: PathBuildingId) -> StreamingResponse:
    """Everything of a building in a ZIP: `building.json`, `contacts.json` (where its users are reached), `notifications.json`
    (with interactions, attempts and goals), `forecasts.json` (the newest), `audit.json`, `set-aside.json`, and the events of
    each type in `events/{type}.csv`.

    The token also needs read:events, read:pushnotifications and read:statistics.
    """
    grant = grant_of(request)
    for scope in _ALSO_NEEDED:
        if scope not in grant.scopes:
            raise Problem("forbidden", f"An export has all of a building; the access token does not have the scope {scope}.")
    parts = parts_of(request)
    blocks = export_zip(parts.exports, parts.forecasts, grant.customer_id, customer_building_id, parts.clock.now_ms())
    name = customer_building_id.replace(":", "_")
    headers = {"Content-Disposition": f'attachment; filename="{name}.zip"', "Cache-Control": "no-store"}
    return StreamingResponse(blocks, media_type=_ZIP, headers=headers)


def export_zip(
    exports: BuildingExports, forecasts: Forecasts, customer_id: str, customer_building_id: str, now_ms: int
) -> Iterator[bytes]:
    """The archive in blocks. Raises Problem "not_found" at once, before any block is asked for."""
    building, profile = exports.find(customer_id, customer_building_id)
    states = forecasts.states(customer_id, customer_building_id)
    whole = building_body(building, profile).model_dump_json(by_alias=True).encode()
    files: list[tuple[str, Iterable[bytes]]] = [
        ("building.json", [whole]),
        ("contacts.json", _json_list(_contact(each) for each in exports.contacts(building))),
        ("notifications.json", _json_list(_told_body(each) for each in exports.notifications(building))),
        ("forecasts.json", [msgspec.json.encode(forecasts_body(states))]),
        ("audit.json", _json_list(_audit_body(each) for each in exports.audit_entries(building))),
        ("set-aside.json", _json_list(_set_aside(building, exports))),
    ]
    files += [
        (f"events/{each}.csv", csv_blocks(_COLUMNS, map(_row, exports.events(building, each))))
        for each in exports.event_types(building)
    ]
    return _zip(files, now_ms)


class _Sink:
    """A file that cannot be wound back: what was written is taken away from time to time."""

    def __init__(self) -> None:
        self._written = bytearray()

    def write(self, block: bytes) -> int:
        self._written += block
        return len(block)

    def flush(self) -> None:
        """Nothing waits."""

    def close(self) -> None:
        """Nothing to give back."""

    def __len__(self) -> int:
        return len(self._written)

    def take(self) -> bytes:
        taken = bytes(self._written)
        self._written.clear()
        return taken


def _zip(files: Iterable[tuple[str, Iterable[bytes]]], now_ms: int) -> Iterator[bytes]:
    sink = _Sink()
    made_at = datetime_of_instant(now_ms).timetuple()[:6]
    with ZipFile(sink, "w") as archive:
        for name, blocks in files:
            info = ZipInfo(name, made_at)
            info.compress_type = ZIP_DEFLATED
            with archive.open(info, "w", force_zip64=True) as file:
                for block in blocks:
                    file.write(block)
                    if len(sink) >= _BLOCK_BYTES:
                        yield sink.take()
    yield sink.take()


def _json_list(bodies: Iterable[Any]) -> Iterator[bytes]:
    yield b"["
    for index, body in enumerate(bodies):
        yield (b",\n" if index else b"\n") + msgspec.json.encode(body)
    yield b"\n]\n"


def _row(event: StoredEvent) -> tuple[Any, ...]:
    series, at_ms, of_ms = event.series, event.occurred_at_ms, event.forecast_at_ms
    of = ("", "") if of_ms is None else (_iso(of_ms), seconds_of_instant(of_ms))
    device = (series.device_id, harmless(series.device_name), series.source)
    return (_iso(at_ms), seconds_of_instant(at_ms), event.value, *device, *of)


def _iso(at_ms: int) -> str:
    return datetime_of_instant(at_ms).isoformat()


def _told_body(told: ToldNotification) -> dict[str, Any]:
    interactions = [
        {
            "actionQualifier": each.action_qualifier,
            "userId": each.user_id,
            "timestamp": seconds_of_instant(each.occurred_at_ms),
        }
        for each in told.interactions
    ]
    attempts = [
        {
            "timestamp": seconds_of_instant(each.attempted_at_ms),
            "durationMillis": each.duration_ms,
            "statusCode": each.status_code,
            "error": each.error,
        }
        for each in told.attempts
    ]
    goal = None
    if told.goal is not None:
        ended_ms = told.goal.ended_at_ms
        goal = {"state": told.goal.state, "endedAt": None if ended_ms is None else seconds_of_instant(ended_ms)}
    return {**notification_body(told.notification), "interactions": interactions, "attempts": attempts, "goal": goal}


def _contact(contact: Contact) -> dict[str, Any]:
    return {"userId": contact.user_id, **contact_body(contact).model_dump(by_alias=True)}


def _audit_body(entry: AuditEntry) -> dict[str, Any]:
    at = seconds_of_instant(entry.at_ms)
    return {"timestamp": at, "action": entry.action, "by": entry.actor.kind, "before": entry.before, "after": entry.after}


def _set_aside(building: Building, exports: BuildingExports) -> Iterator[Any]:
    for series, event in exports.set_aside(building):
        yield set_aside_body(building.customer_building_id, ListedSetAside(series, event))
