"""`hearth settings`: all settings, their values, and where each is set."""

import json
from dataclasses import fields
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from hearth.bootstrap import CONFIG_VARIABLE, Settings, read_settings


def settings(as_json: Annotated[bool, typer.Option("--json", help="Answer in JSON.")] = False) -> None:
    """List all settings with their values and defaults."""
    current = read_settings()
    rows = [
        {
            "name": f.name,
            "variable": f"HEARTH_{f.name.upper()}",
            "value": current.shown(f.name),
            "default": f.default,
            "meaning": f.metadata["text"],
        }
        for f in fields(Settings)
    ]
    if as_json:
        print(json.dumps(rows))
        return
    console = Console(highlight=False)
    table = Table("environment", "value", "meaning", box=None, pad_edge=False)
    for row in rows:
        is_default = row["value"] == row["default"]
        table.add_row(
            str(row["variable"]), f"[dim]{row['value']}[/]" if is_default else f"[bold]{row['value']}[/]", str(row["meaning"])
        )
    console.print(table)
    console.print(
        f"\nThe same names in lower case, without HEARTH_, go into hearth.toml (or the file that {CONFIG_VARIABLE} names)."
    )
