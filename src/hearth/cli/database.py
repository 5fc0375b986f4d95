"""`hearth db`: the database's form."""

from typing import Annotated

import typer
from rich.console import Console

from hearth.bootstrap import read_settings
from hearth.store.migrations import upgrade

app = typer.Typer(help="The database.", no_args_is_help=True)


@app.command("upgrade")
def upgrade_database(
    data_dir: Annotated[str | None, typer.Option("--data-dir", help="Data folder (default: the setting data_dir).")] = None,
) -> None:
    """Bring the database to the form this version needs. Safe to repeat."""
    settings = read_settings(data_dir=data_dir)
    settings.prepare_data_dir()
    upgrade(settings.store_url)
    Console(highlight=False).print("[bold green]up to date[/]")
