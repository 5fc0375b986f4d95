"""`hearth weather`: where the weather comes from, and how it stands with it."""

import json
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from hearth.bootstrap import open_installation, read_settings
from hearth.core.instants import datetime_of_instant
from hearth.services.weather import CellReport, WeatherReport

_STYLES = {"fresh": "green", "stale": "yellow", "none": "red"}

app = typer.Typer(help="The weather at the buildings.", no_args_is_help=True)


@app.callback()
def weather() -> None:
    """The weather at the buildings: where it comes from, and how it stands with it."""


@app.command("status")
def status(
    data_dir: Annotated[str | None, typer.Option("--data-dir", help="Data folder (default: the setting data_dir).")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Answer in JSON.")] = False,
) -> None:
    """Show for each cell of about 10 km whose forecast it is, how old, how many active buildings it serves, and what failed.

    A forecast is stale when it is older than 3 hours, and is used as far as it reaches, 72 hours. Buildings whose place is not
    known (no city, or one that is not in the table of cities) have no weather; their number is shown. The provider is set by
    weather_url, and what may be asked of it in a day by weather_requests_per_day. Times are UTC.
    """
    with open_installation(read_settings(data_dir=data_dir)) as installation:
        report = installation.weather.report()
    if as_json:
        print(json.dumps(_document(report)))
        return
    console = Console(highlight=False, soft_wrap=True)
    most = f" of {report.most_requests_per_day:,}" if report.most_requests_per_day else ""
    console.print(f"provider        {report.provider}")
    console.print(f"requests today  {report.requests_today:,}{most}")
    if report.paused_until_ms is not None:
        console.print(f"[yellow]left in peace   until {_moment(report.paused_until_ms)}[/]")
    console.print(f"without place   {report.buildings_without_place:,} active buildings")
    if not report.cells:
        console.print("No active building has a place yet.")
        return
    table = Table("cell", "buildings", "provider", "fetched", "forecast", box=None)
    for cell in report.cells:
        state, mark = cell.state, _mark(cell)
        fetched = "never" if state.issued_at_ms is None else _moment(state.issued_at_ms)
        table.add_row(state.cell.name, f"{cell.buildings:,}", state.provider or "", fetched, f"[{_STYLES[mark]}]{mark}[/]")
    console.print(table)
    for state in (cell.state for cell in report.cells if cell.state.error is not None):
        failures = f"{state.failures} in a row, next {_moment(state.next_due_ms)}"
        console.print(f"{state.cell.name}: {state.error} ({failures})", style="red", markup=False)


def _mark(cell: CellReport) -> str:
    """fresh, stale (used none the less), or none: there is no value."""
    if not cell.is_used:
        return "none"
    return "stale" if cell.is_stale else "fresh"


def _document(report: WeatherReport) -> dict[str, Any]:
    return {
        "provider": report.provider,
        "requestsToday": report.requests_today,
        "mostRequestsPerDay": report.most_requests_per_day or None,
        "pausedUntil": _moment_or_none(report.paused_until_ms),
        "buildingsWithoutPlace": report.buildings_without_place,
        "cells": [
            {
                "latitude": cell.state.cell.latitude,
                "longitude": cell.state.cell.longitude,
                "buildings": cell.buildings,
                "provider": cell.state.provider,
                "fetchedAt": _moment_or_none(cell.state.issued_at_ms),
                "usedUntil": _moment_or_none(cell.state.ends_at_ms),
                "forecast": _mark(cell),
                "failures": cell.state.failures,
                "error": cell.state.error,
                "lastAttemptAt": _moment_or_none(cell.state.last_attempt_ms),
                "nextAttemptAt": _moment_or_none(cell.state.next_due_ms or None),
            }
            for cell in report.cells
        ],
    }


def _moment(at_ms: int) -> str:
    return datetime_of_instant(at_ms).strftime("%Y-%m-%dT%H:%M:%SZ")


def _moment_or_none(at_ms: int | None) -> str | None:
    return None if at_ms is None else _moment(at_ms)
