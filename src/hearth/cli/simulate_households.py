"""`hearth simulate-households`: building bodies and events of simulated homes, into files or a pipe.

What homes are like is decided in `testing.households`; this module names files and writes them. Nothing is
sent anywhere. Invariant: the same options give the same bytes.
"""

import csv
import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated, TextIO

import msgspec
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from hearth.core.instants import DAY_MS, start_of_local_day, zone_named
from hearth.testing.households import Home, Place, SimulatedEvent, building_body, event_body, make_homes, simulate

COLUMNS = ("timestamp", "customerBuildingId", "deviceId", "deviceName", "type", "source", "value")


class Format(StrEnum):
    """How events are written."""

    CSV = "csv"
    JSONL = "jsonl"


def simulate_households(
    output: Annotated[str, typer.Argument(help="Folder to write into, or - for events on standard output.")] = "households",
    count: Annotated[int, typer.Option("--count", min=1, max=100_000, help="How many homes.")] = 20,
    seed: Annotated[int, typer.Option("--seed", min=0, help="The same seed gives the same homes and events.")] = 1,
    start: Annotated[datetime, typer.Option("--start", formats=["%Y-%m-%d"], help="First local day.")] = datetime(2025, 1, 1),  # noqa: DTZ001
    days: Annotated[int, typer.Option("--days", min=1, help="How many local days.")] = 60,
    step_seconds: Annotated[
        int, typer.Option("--step-seconds", help="Spacing of the powers: 60, 180, 300 or 900. Energies are per quarter hour.")
    ] = 900,
    format_: Annotated[
        Format, typer.Option("--format", help="csv, or jsonl: one event of the API's JSON per line.")
    ] = Format.JSONL,
    country: Annotated[str | None, typer.Option("--country", help="Towns of one country only: AT, CH, DE or FR.")] = None,
    place: Annotated[
        list[str] | None,
        typer.Option(
            "--place",
            help='A place of your own instead of the towns, "city,zip,country,latitude,longitude,time zone"; may be repeated.',
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Answer with a summary in JSON.")] = False,
) -> None:
    """Simulate homes: load, PV with passing clouds, battery, electric car, heat pump, tariff.

    Writes for each home HOME.building.json (body of POST /buildings/v1) and HOME.events.jsonl or .csv
    (items of POST /events/batch/v1; the CSV is what `hearth import-history` reads). Nothing is sent.
    """
    try:
        homes = make_homes(count, seed, country=country, places=[_place(text) for text in place or ()])
        spans = [_span(home, start.date(), days) for home in homes]
        runs = [simulate(home, *span, step_seconds) for home, span in zip(homes, spans, strict=True)]
    except (ValueError, OverflowError) as error:
        raise typer.BadParameter(str(error)) from error
    messages = Console(stderr=True, highlight=False)
    summary: list[dict[str, str | int]] = []
    with Progress(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(), console=messages
    ) as progress:
        task = progress.add_task("simulated days", total=count * days)
        with _outputs(output, format_) as open_for:
            for home, run in zip(homes, runs, strict=True):
                write, paths = open_for(home)
                events = 0
                for quarter in _counted(run, lambda: progress.advance(task)):
                    write(home, quarter)
                    events += len(quarter)
                summary.append(
                    {"customerBuildingId": home.customer_building_id, "city": home.place.city, "events": events, **paths}
                )
                progress.update(task, completed=len(summary) * days)
    answer = {"homes": summary, "events": sum(int(item["events"]) for item in summary), "seed": seed, "stepSeconds": step_seconds}
    if as_json:
        print(json.dumps(answer), file=sys.stderr if output == "-" else sys.stdout)
    else:
        where = "standard output" if output == "-" else output
        messages.print(f"[green]wrote[/] {answer['events']:,} events of {count} homes to {where}")


def _place(text: str) -> Place:
    parts = [part.strip() for part in text.split(",")]
    if len(parts) != 6:
        raise ValueError(f'--place "{text}" is not "city,zip,country,latitude,longitude,time zone"')
    city, zip_, country_code, latitude, longitude, zone = parts
    try:
        position = float(latitude), float(longitude)
    except ValueError as error:
        raise ValueError(f'--place "{text}": latitude and longitude are decimal degrees such as 47.38') from error
    return Place(city, zip_, country_code.upper(), *position, zone)


def _span(home: Home, first: date, days: int) -> tuple[int, int]:
    zone = zone_named(home.time_zone_id)
    return start_of_local_day(first, zone), start_of_local_day(first + timedelta(days=days), zone)


def _counted(run: Iterator[list[SimulatedEvent]], advance: Callable[[], None]) -> Iterator[list[SimulatedEvent]]:
    per_day = DAY_MS // 900_000
    for number, quarter in enumerate(run, start=1):
        yield quarter
        if number % per_day == 0:
            advance()


Writer = Callable[[Home, list[SimulatedEvent]], None]


@contextmanager
def _outputs(output: str, format_: Format) -> Iterator[Callable[[Home], tuple[Writer, dict[str, str]]]]:
    """A function that prepares the writing of one home; one file is open at a time."""
    if output == "-":
        to_stdout = _writer(sys.stdout, format_)
        yield lambda _home: (to_stdout, {})
        sys.stdout.flush()
        return
    folder = Path(output)
    folder.mkdir(parents=True, exist_ok=True)
    files: list[TextIO] = []

    def open_for(home: Home) -> tuple[Writer, dict[str, str]]:
        if files:
            files.pop().close()
        building = folder / f"{home.customer_building_id}.building.json"
        events = folder / f"{home.customer_building_id}.events.{format_.value}"
        building.write_text(json.dumps(building_body(home), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
        files.append(events.open("w", encoding="utf-8", newline=""))
        return _writer(files[0], format_), {"building": str(building), "file": str(events)}

    try:
        yield open_for
    finally:
        for file in files:
            file.close()


def _writer(stream: TextIO, format_: Format) -> Writer:
    if format_ is Format.JSONL:
        encoder = msgspec.json.Encoder()

        def write_lines(home: Home, events: list[SimulatedEvent]) -> None:
            stream.write("".join(encoder.encode(event_body(home, event)).decode() + "\n" for event in events))

        return write_lines
    table = csv.writer(stream, lineterminator="\n")
    table.writerow(COLUMNS)

    def write_rows(home: Home, events: list[SimulatedEvent]) -> None:
        table.writerows([body[name] for name in COLUMNS] for body in (event_body(home, event) for event in events))

    return write_rows
