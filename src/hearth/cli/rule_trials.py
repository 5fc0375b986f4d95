"""What `simulate`, `backtest` and `why` have in common: which customer, which rule, which range, and their progress."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, TypeVar
from zoneinfo import ZoneInfo

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from hearth.bootstrap import Installation, open_installation, read_settings
from hearth.core.problems import Problem, invalid
from hearth.domain.rules import Rule
from hearth.services.histories import read_limit
from hearth.services.simulations import Progress as Done

CustomerOption = Annotated[
    str | None,
    typer.Option("--customer", metavar="ID", help="The customer's id; may be left out where there is one customer only."),
]
RuleOption = Annotated[
    str, typer.Option("--rule", metavar="FILE|ID", help="A YAML file of one rule, or a saved rule's id or name.")
]
BuildingOption = Annotated[str, typer.Option("--building", metavar="ID", help="The customer's id of the building.")]
FromOption = Annotated[str | None, typer.Option("--from", metavar="WHEN", help="From this day or timestamp on.")]
ToOption = Annotated[str | None, typer.Option("--to", metavar="WHEN", help="Up to this day or timestamp, not included.")]
DataDir = Annotated[str | None, typer.Option("--data-dir", help="Data folder (default: the setting data_dir).")]
AsJson = Annotated[bool, typer.Option("--json", help="Answer with one JSON object.")]

T = TypeVar("T")

NO_TEXT = "(no text yet)"  # a draft may be tried before it has words

_REASONS = {
    "time_between": "too soon after the last",
    "quiet_hours": "in quiet hours",
    "household_cap": "over the day's number",
}


@contextmanager
def opened(data_dir: str | None, customer: str | None) -> Iterator[tuple[Installation, str]]:
    """The installation and the customer's id. Raises Problem where there are several customers and none is named."""
    with open_installation(read_settings(data_dir=data_dir)) as installation:
        if customer is None:
            customers = installation.customers.list_for_operator()
            if len(customers) != 1:
                known = ", ".join(f"{each.id} ({each.name})" for each in customers) or "none yet"
                raise Problem("invalid", f"Say which customer with --customer: {known}.")
            customer = customers[0].id
        yield installation, customer


def rule_of(installation: Installation, customer_id: str, text: str) -> Rule:
    """A draft from a file, where there is one of that name, else a saved rule."""
    path = Path(text)
    if not (path.is_file() or path.suffix in (".yaml", ".yml")):
        return installation.simulations.saved_rule(customer_id, text)
    try:
        return installation.simulations.draft(customer_id, text, path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise Problem("invalid", f"{path} cannot be read: {error}.") from error


def limit(text: str | None, option: str, zone: ZoneInfo) -> int | None:
    """A day of the zone or a timestamp -> instant. Raises Problem naming the option."""
    if text is None:
        return None
    try:
        return read_limit(text, zone)
    except ValueError as error:
        raise invalid("", f"{option}: {error}") from error


def finished(steps: Iterator[Done | T], what: str) -> T:
    """Goes through the steps with a progress bar on standard error -> the last of them, the answer. Ctrl-C cancels."""
    console = Console(stderr=True)
    columns = (TextColumn("[bold]{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task(what, total=1.0)
        for step in steps:
            if not isinstance(step, Done):
                return step
            progress.update(task, completed=step.done)
    raise AssertionError("work ends with an answer")


def held_back(reasons: Mapping[str, int]) -> str:
    """Dropped notifications by reason, in words; empty where there are none."""
    return ", ".join(f"{count:,} {_REASONS.get(reason, reason)}" for reason, count in sorted(reasons.items()))
