"""`hearth backtest`: what a rule, or two of them, would have meant for all homes."""

import json
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from hearth.cli.lang_session import zone_of
from hearth.cli.rule_report import goal_words
from hearth.cli.rule_trials import (
    NO_TEXT,
    AsJson,
    CustomerOption,
    DataDir,
    FromOption,
    RuleOption,
    ToOption,
    finished,
    held_back,
    limit,
    opened,
    rule_of,
)
from hearth.insights.backtests import BacktestFigures, figures_of
from hearth.services.simulations import beginning
from hearth.services.trial_bodies import backtest_body, compared, shown_minute


def backtest(
    rule: RuleOption,
    against: Annotated[
        str | None, typer.Option("--against", metavar="FILE|ID", help="A second rule, or another version in a file, to compare.")
    ] = None,
    customer: CustomerOption = None,
    from_: FromOption = None,
    to: ToOption = None,
    sample: Annotated[int | None, typer.Option("--sample", min=1, help="At most so many homes, evenly chosen.")] = None,
    timezone: Annotated[str, typer.Option("--timezone", help="IANA zone of days in --from and --to.")] = "UTC",
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Show what a rule would have meant for all homes of a customer: how many notifications, to how many homes, when.

    Without a range: the last 30 days. Ctrl-C cancels; nothing is stored or sent.
    """
    zone = zone_of(timezone)
    with opened(data_dir, customer) as (installation, customer_id):
        rules = [rule_of(installation, customer_id, text) for text in (rule, against) if text is not None]
        to_ms = limit(to, "--to", zone) or installation.clock.now_ms()
        from_ms = beginning(limit(from_, "--from", zone), to_ms)
        steps = installation.simulations.backtest(customer_id, rules, from_ms, to_ms, sample)
        figures = [figures_of(runs) for runs in finished(steps, "backtesting")]
    names = [each.name for each in rules]
    if len(names) == 2 and names[0] == names[1]:
        names = [f"{name} ({text})" for name, text in zip(names, (rule, against), strict=True)]
    if as_json:
        print(json.dumps(backtest_body(from_ms, to_ms, zone, names, figures), ensure_ascii=False))
        return
    console = Console(highlight=False)
    for name, each in zip(names, figures, strict=True):
        _show(name, each, console)
    sentence = compared(names, figures)
    if sentence is not None:
        console.print(Text(sentence, "bold"), soft_wrap=True)


def _show(name: str, figures: BacktestFigures, console: Console) -> None:
    console.print(Text(name, "bold"))
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_row(
        "sent", f"{figures.sent:,} to {figures.homes_reached:,} of {figures.homes:,} homes ({figures.share_reached:.0%})"
    )
    table.add_row("per home and day", f"median {figures.median}, 90 % at most {figures.p90}, at most {figures.most}")
    table.add_row("held back", held_back(figures.dropped) or "none")
    hours = ", ".join(f"{hour:02}:00 ({count:,})" for hour, count in figures.busiest_hours) or "none"
    table.add_row("busiest hours", hours)
    if figures.goals.rate is not None:
        table.add_row("goal", goal_words(figures.goals))
    table.add_row("evaluations", f"{figures.evaluations:,}")
    console.print(table)
    for each in figures.samples:
        when = shown_minute(each.at_ms, each.zone)
        console.print(Text.assemble((f"  {when} {each.building_id}  ", "dim"), each.text or (NO_TEXT, "yellow")), soft_wrap=True)
    console.print()
