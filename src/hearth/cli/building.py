"""`hearth building`: what an operator does with one building."""

from pathlib import Path
from typing import Annotated

import typer

from hearth.api.exports import export_zip
from hearth.cli.lang_session import console
from hearth.cli.rule_trials import CustomerOption, DataDir, opened
from hearth.services.forecast_homes import site_of
from hearth.services.forecasts import Forecasts

app = typer.Typer(help="Buildings: take everything of one along.", no_args_is_help=True)


@app.callback()
def building() -> None:
    """Buildings: take everything of one along."""


@app.command("export")
def export(
    building: Annotated[str, typer.Argument(metavar="BUILDING", help="The customer's id of the building.")],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="The archive; BUILDING.zip when left out.")
    ] = None,
    customer: CustomerOption = None,
    data_dir: DataDir = None,
) -> None:
    """Write everything of a building into a ZIP: as JSON, and its events as CSV, a file for each type.

    Example: hearth building export home-7
    """
    with opened(data_dir, customer) as (installation, customer_id):
        forecasts = Forecasts(installation.store, installation.clock, site_of)
        blocks = export_zip(installation.exports, forecasts, customer_id, building, installation.clock.now_ms())
        path = output or Path(f"{building.replace(':', '_')}.zip")
        with path.open("wb") as file:
            file.writelines(blocks)
    console().print(f"wrote {path} ({path.stat().st_size:,} bytes)", markup=False)
