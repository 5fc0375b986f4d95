"""`hearth import-history`: a CSV file of readings, sent to the public API.

Opens the file, asks `histories` what its rows mean, sends the events in batches and says at the end what was
refused and why. The past goes through the historical path, which fills windows and triggers nothing; with `--live`
the events are sent in time order as if they arrived now, and rules are evaluated.
"""

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import httpx2
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.text import Text

from hearth.bootstrap import local_client, read_settings
from hearth.cli.history_upload import Upload, detail_of, problem_of, request
from hearth.connectors.telemetry import configure_logging
from hearth.core.instants import datetime_of_instant, instant_of_number, zone_named
from hearth.core.problems import Problem
from hearth.services.histories import HistoryColumns, HistoryEvent, HistoryOptions, Refusal, read_history, read_limit

_SECRET_VARIABLE = "HEARTH_CLIENT_SECRET"  # noqa: S105 - the name of a variable, not a secret


def import_history(
    file: Annotated[Path, typer.Argument(metavar="FILE.csv", help="CSV file whose first line names the columns.", exists=True)],
    building: Annotated[str, typer.Option("--building", metavar="ID", help="The customer's id of the building.")],
    customer: Annotated[str | None, typer.Option("--customer", metavar="ID", help="The customer's id (without --url).")] = None,
    column: Annotated[
        list[str] | None,
        typer.Option("--column", metavar="TYPE=NAME", help="Wide files: the column NAME holds events of TYPE. Repeat it."),
    ] = None,
    timestamp_column: Annotated[str, typer.Option(help="Column of the timestamps: ISO 8601 or epoch.")] = "timestamp",
    type_column: Annotated[str, typer.Option(help="Long files: column of the event type.")] = "type",
    value_column: Annotated[str, typer.Option(help="Long files: column of the value.")] = "value",
    device_column: Annotated[str, typer.Option(help="Column of the device id, if any.")] = "deviceId",
    device_name_column: Annotated[str, typer.Option(help="Column of the device name, if any.")] = "deviceName",
    source_column: Annotated[str, typer.Option(help="Column of the source, if any.")] = "source",
    device_id: Annotated[str | None, typer.Option(help="Device id where the file has none.")] = None,
    source: Annotated[str | None, typer.Option(help="Source where the file has none, such as GATEWAY.")] = None,
    timezone: Annotated[str | None, typer.Option(help="IANA zone of timestamps that name none.")] = None,
    from_: Annotated[str | None, typer.Option("--from", metavar="WHEN", help="Only from this day or timestamp on.")] = None,
    to: Annotated[str | None, typer.Option("--to", metavar="WHEN", help="Only before this day or timestamp.")] = None,
    shift_seconds: Annotated[float, typer.Option(help="Seconds added to each timestamp, after --from and --to.")] = 0,
    live: Annotated[bool, typer.Option("--live", help="Send in time order as if arriving now: rules are evaluated.")] = False,
    create_building: Annotated[bool, typer.Option("--create-building", help="Add the building when it is missing.")] = False,
    time_zone: Annotated[str | None, typer.Option(help="IANA zone of the building to create.")] = None,
    country: Annotated[str | None, typer.Option(help="Country of the building to create, such as CH.")] = None,
    url: Annotated[str | None, typer.Option(help="A platform elsewhere. Without it: the one of this machine.")] = None,
    client_id: Annotated[str | None, typer.Option(help="Client id, with --url.")] = None,
    client_secret: Annotated[
        str | None, typer.Option(envvar=_SECRET_VARIABLE, help="Client secret, with --url; better given in the environment.")
    ] = None,
    max_errors: Annotated[int, typer.Option(min=0, help="How many refusals are shown; the rest is counted.")] = 20,
    data_dir: Annotated[str | None, typer.Option("--data-dir", help="Data folder (default: the setting data_dir).")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Answer with a summary in JSON.")] = False,
) -> None:
    """Send the readings of a CSV file to the platform as a building's history.

    A bad row never stops the good ones: it is counted, and shown with its line and the reason.
    """
    zone = _zone(timezone)
    options = HistoryOptions(
        customer_building_id=building,
        columns=HistoryColumns(
            timestamp=timestamp_column,
            values=_wide_columns(column or []),
            type=type_column,
            value=value_column,
            device_id=device_column,
            device_name=device_name_column,
            source=source_column,
        ),
        device_id=device_id,
        source=source,
        zone=zone,
        from_ms=_limit(from_, "--from", zone),
        to_ms=_limit(to, "--to", zone),
        shift_ms=round(shift_seconds * 1_000),
    )
    summary = _Summary(file, building)
    console = Console(stderr=True, highlight=False, soft_wrap=True)
    with _client(url, client_id, client_secret, customer, data_dir) as client:
        _find_or_add_building(client, building, create_building, time_zone, country)
        upload = Upload(client, live)
        try:
            with _progress(console) as progress:
                _send(upload, _read(file, options, summary, progress), live, progress)
        finally:
            summary.take(upload)
            if as_json:
                print(json.dumps(summary.as_json(max_errors), ensure_ascii=False))
            else:
                summary.show(console, max_errors)
    if summary.refusals and not summary.accepted:
        raise typer.Exit(1)


class _Summary:
    """What became of the rows of a file."""

    def __init__(self, file: Path, building: str) -> None:
        self.accepted = 0
        self.refusals: list[Refusal] = []
        self._file = file
        self._building = building
        self._events = 0
        self._first: float | None = None
        self._last: float | None = None

    def note(self, event: HistoryEvent) -> None:
        """An event that was read."""
        timestamp = event.body["timestamp"]
        self._events += 1
        self._first = timestamp if self._first is None else min(self._first, timestamp)
        self._last = timestamp if self._last is None else max(self._last, timestamp)

    def take(self, upload: Upload) -> None:
        """What the platform said."""
        self.accepted = upload.accepted
        self.refusals = sorted([*self.refusals, *upload.refusals], key=lambda refusal: refusal.line)

    def as_json(self, most: int) -> dict[str, Any]:
        """The summary as JSON; `refusals` holds at most `most` of the `refused`."""
        return {
            "file": str(self._file),
            "customerBuildingId": self._building,
            "events": self._events,
            "accepted": self.accepted,
            "refused": len(self.refusals),
            "refusals": [refusal._asdict() for refusal in self.refusals[:most]],
            "from": self._first,
            "to": self._last,
        }

    def show(self, console: Console, most: int) -> None:
        """The summary for people."""
        for refusal in self.refusals[:most]:
            place = f"{self._file}:{refusal.line}" + (f" {refusal.column}" if refusal.column else "")
            console.print(Text.assemble((place, "yellow"), f": {refusal.reason}"))
        if len(self.refusals) > most:
            console.print(f"… and {len(self.refusals) - most} more")
        style = "bold green" if self.accepted else "bold red"
        stretch = ""
        if self._first is not None and self._last is not None:
            stretch = f", {_day(self._first)} to {_day(self._last)}"
        refused = (f", {len(self.refusals):,} refused", "bold yellow") if self.refusals else ""
        console.print(Text.assemble((f"{self.accepted:,} accepted", style), refused, f" for {self._building}{stretch}"))


def _read(file: Path, options: HistoryOptions, summary: _Summary, progress: "_Steps") -> Iterator[HistoryEvent]:
    """The events of the file; refusals go to the summary."""
    try:
        with file.open(encoding="utf-8-sig", newline="") as lines:
            progress.start("lines", sum(1 for _ in lines))
            lines.seek(0)
            for found in read_history(lines, options):
                progress.reach(found.line)
                if isinstance(found, Refusal):
                    summary.refusals.append(found)
                else:
                    summary.note(found)
                    yield found
    except UnicodeDecodeError as error:
        raise Problem("invalid", f"{file} is not UTF-8 text (byte {error.start}): save it as UTF-8.") from error


def _send(upload: Upload, events: Iterable[HistoryEvent], live: bool, progress: "_Steps") -> None:
    if live:
        in_order = sorted(events, key=lambda event: event.body["timestamp"])
        progress.start("events", len(in_order))
        events = in_order
    batch: list[HistoryEvent] = []
    for number, event in enumerate(events, start=1):
        batch.append(event)
        if len(batch) == upload.most:
            upload.send(batch)
            batch = []
            if live:
                progress.reach(number)
    upload.send(batch)


def _find_or_add_building(client: httpx2.Client, building: str, create: bool, time_zone: str | None, country: str | None) -> None:
    response = request(client, "GET", f"/buildings/{building}/v1")
    if response.status_code == 404 and create:
        body = {"customerBuildingId": building, "timeZoneId": time_zone, "countryCode": country}
        response = request(client, "POST", "/buildings/v1", {key: value for key, value in body.items() if value is not None})
    elif response.status_code == 404:
        raise Problem("not_found", f"There is no building {building}; add it, or say --create-building.")
    if not response.is_success:
        raise Problem("invalid", f"The platform answered {response.status_code}: {detail_of(problem_of(response))}")


# Options


def _wide_columns(texts: list[str]) -> dict[str, str]:
    columns = {}
    for text in texts:
        event_type, separator, name = text.partition("=")
        if not separator or not event_type or not name:
            raise typer.BadParameter(
                f"{text!r} is not TYPE=NAME, such as ENERGY_CONSUMPTION=consumption_wh", param_hint="--column"
            )
        columns[event_type] = name
    return columns


def _zone(name: str | None) -> ZoneInfo | None:
    try:
        return zone_named(name) if name is not None else None
    except ValueError as error:
        raise typer.BadParameter(f"{error}; use an IANA name such as Europe/Zurich", param_hint="--timezone") from error


def _limit(text: str | None, option: str, zone: ZoneInfo | None) -> int | None:
    try:
        return read_limit(text, zone) if text is not None else None
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint=option) from error


@contextmanager
def _client(
    url: str | None, client_id: str | None, client_secret: str | None, customer: str | None, data_dir: str | None
) -> Iterator[httpx2.Client]:
    """A client of the public API with a token."""
    if url is None:
        if customer is None:
            raise typer.BadParameter("say whose building it is with --customer, or where with --url", param_hint="--customer")
        settings = read_settings(data_dir=data_dir)
        configure_logging(settings.log_json, "WARNING")  # a server of our own would log each request
        with local_client(customer, settings) as client:
            yield client
        return
    if not client_id or not client_secret:
        raise typer.BadParameter(f"--url needs --client-id, and the secret in {_SECRET_VARIABLE}", param_hint="--client-id")
    with httpx2.Client(base_url=url, timeout=120) as client:
        form = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": client_secret}
        try:
            response = client.post("/auth/token/v1", data=form)
        except httpx2.TransportError as error:
            raise Problem("unavailable", f"The platform at {url} cannot be reached: {error}") from error
        if not response.is_success:
            raise Problem("unauthorized", f"No access token ({response.status_code}): {detail_of(problem_of(response))}")
        client.headers["Authorization"] = f"Bearer {response.json()['access_token']}"
        yield client


# Showing


class _Steps:
    """A bar over the lines of the file and then, where they are sent only after reading, over the events."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._task = progress.add_task("lines", total=None)

    def start(self, what: str, total: int) -> None:
        self._progress.update(self._task, description=what, total=total, completed=0)

    def reach(self, number: int) -> None:
        self._progress.update(self._task, completed=number)


@contextmanager
def _progress(console: Console) -> Iterator[_Steps]:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        yield _Steps(progress)


def _day(timestamp: float) -> str:
    return datetime_of_instant(instant_of_number(timestamp)).strftime("%Y-%m-%d %H:%M UTC")
