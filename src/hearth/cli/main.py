"""`hearth`: all commands, and how their refusals look.

A refused use case (Problem) is shown in one readable block with what to do, exit code 1; a wrong option is
Typer's to show, exit code 2; a bug of ours is a traceback.
"""

import sys
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


def _register() -> None:
    """Commands import what they need when they run, so that `--help` is quick."""
    from hearth.cli import (
        customer,
        database,
        demo,
        endpoint,
        import_history,
        receiver,
        rules,
        serve,
        settings,
        simulate_households,
    )

    app.command("serve")(serve.serve)
    app.command("demo")(demo.demo)
    app.add_typer(customer.app, name="customer")
    app.add_typer(rules.app, name="rules")
    app.add_typer(endpoint.app, name="endpoint")
    app.command("receiver")(receiver.receiver)
    app.command("import-history")(import_history.import_history)
    app.command("simulate-households")(simulate_households.simulate_households)
    app.add_typer(database.app, name="db")
    app.command("settings")(settings.show_settings)


def main() -> None:
    """Entry point of the `hearth` script."""
    _register()
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
