"""`hearth`: all commands, and how their refusals look.

A refused use case (Problem) is shown in one readable block with what to do, exit code 1; a wrong option is
Typer's to show, exit code 2; a bug of ours is a traceback.
"""

import sys
from importlib import import_module
from typing import Annotated

import typer
from rich.console import Console

from hearth import __version__
from hearth.core.problems import Problem

app = typer.Typer(
    name="hearth",
    help="Hearth turns the live energy data of households into timely, personal recommendations.",
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _show_version(is_wanted: bool) -> None:
    if is_wanted:
        print(f"hearth {__version__}")
        raise typer.Exit


@app.callback()
def hearth(
    version: Annotated[bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version.")] = False,
) -> None:
    """Hearth turns the live energy data of households into timely, personal recommendations."""


# Each module holds a function of the command's name, or a group of commands called `app`.
_COMMANDS = {
    "serve": "serve",
    "demo": "demo",
    "receiver": "receiver",
    "import-history": "import_history",
    "simulate": "simulate",
    "backtest": "backtest",
    "why": "why",
    "set-aside": "set_aside",
    "simulate-households": "simulate_households",
    "settings": "settings",
}
_GROUPS = {
    "customer": "customer",
    "building": "building",
    "lang": "lang",
    "rules": "rules",
    "forecast": "forecast",
    "weather": "weather",
    "endpoint": "endpoint",
    "channel": "channel",
    "ticket": "ticket",
    "db": "database",
}


def _register(asked: str | None = None) -> None:
    """Makes the commands known; the asked one alone, if there is one of that name, for the others take time to import."""
    for name, module in _COMMANDS.items():
        if asked == name or asked not in {**_COMMANDS, **_GROUPS}:
            command = getattr(import_module(f"hearth.cli.{module}"), module)
            app.command(name)(command)
    for name, module in _GROUPS.items():
        if asked == name or asked not in {**_COMMANDS, **_GROUPS}:
            app.add_typer(import_module(f"hearth.cli.{module}").app, name=name)


def main() -> None:
    """Entry point of the `hearth` script."""
    _register(sys.argv[1] if len(sys.argv) > 1 else None)
    try:
        app()
    except Problem as problem:
        show_problem(problem)
        sys.exit(1)


def show_problem(problem: Problem) -> None:
    """A refusal, for people, on standard error."""
    console = Console(stderr=True, highlight=False, soft_wrap=True)
    console.print(f"[bold red]refused[/] ({problem.code}): ", end="")
    console.print(problem.detail, markup=False)
    for error in problem.errors:
        if error.message != problem.detail:
            console.print(f"  {error.pointer or '/'}: {error.message}", markup=False)


if __name__ == "__main__":
    main()
