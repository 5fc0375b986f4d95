"""`hearth rules impact`: what a rule's notifications led to, and how tired of them households are."""

import json
from datetime import date
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from hearth.cli.rule_trials import AsJson, CustomerOption, DataDir, opened
from hearth.core.problems import invalid
from hearth.insights.impact import ACTING, IGNORED_IN_A_ROW, Effect, Impact, Share
from hearth.services.impact import RuleImpact, Span
from hearth.services.impact_bodies import rule_impact_body

_TOO_FEW = "too few to say"
_DROPPED = {
    "dropped_time_between": "too soon after the last",
    "dropped_quiet_hours": "in quiet hours",
    "dropped_household_cap": "over the day's number",
    "dropped_switched_off": "switched off",
}


def show_impact(
    rule: Annotated[str, typer.Argument(metavar="RULE", help="The rule's id or name.")],
    first: Annotated[str | None, typer.Option("--from", metavar="DAY", help="The first UTC day; 89 days before --to.")] = None,
    last: Annotated[str | None, typer.Option("--to", metavar="DAY", help="The last UTC day, included; today.")] = None,
    customer: CustomerOption = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Show what a rule's notifications led to: opened, acted on, what devices did, and how tired of them homes are."""
    days = _day(first, "--from"), _day(last, "--to")
    with opened(data_dir, customer) as (installation, customer_id):
        span, of_rule = installation.impacts.of_rule(customer_id, rule, *days)
    if as_json:
        print(json.dumps(rule_impact_body(span, of_rule), ensure_ascii=False))
    else:
        _show(span, of_rule, Console(highlight=False))


def _day(text: str | None, option: str) -> date | None:
    try:
        return None if text is None else date.fromisoformat(text)
    except ValueError as error:
        raise invalid("", f"{option}: {text} is no day; use YYYY-MM-DD, such as 2026-01-31.") from error


def _show(span: Span, of_rule: RuleImpact, console: Console) -> None:
    figures, counts = of_rule.impact, of_rule.impact.counts
    console.print(Text.assemble((of_rule.rule.name, "bold"), f"  {span.first} to {span.last} (UTC)"))
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_row("delivered", f"{counts.delivered:,}", _undelivered(figures))
    for name, share, words in (
        ("opened", figures.awareness, ""),
        ("acted on", figures.direct_action, ", ".join(sorted(ACTING))),
        ("dismissed", figures.dismissed, ""),
        ("opted out", figures.opted_out, f"{counts.resumed:,} came back" if counts.resumed else ""),
        ("goal achieved", figures.goals, "of those that ended"),
        ("ignored", figures.weariness.ignored, "for 48 hours"),
    ):
        if share.of:
            table.add_row(name, _share(share), words)
    if figures.behaviour.changed.of:
        table.add_row("device changed", _share(figures.behaviour.changed), _beside(figures.behaviour))
    for event_type, effect in figures.by_event_type.items():
        table.add_row(f"  {event_type}", _share(effect.changed), _beside(effect))
    if figures.per_home_and_week is not None:
        table.add_row("per home and week", f"{figures.per_home_and_week:.1f}", "in weeks with any")
    if figures.homes_ignoring:
        table.add_row("homes", f"{figures.homes_ignoring:,}", f"ignored more than {IGNORED_IN_A_ROW} in a row")
    table.add_row(
        "last 30 days", _ignored(figures.last_month.ignored), f"{_ignored(figures.month_before.ignored)} in those before"
    )
    console.print(table)
    if figures.is_ignored:
        console.print(Text("99 % or more are ignored: mend the rule, or switch it off.", "bold red"))


def _undelivered(figures: Impact) -> str:
    counts = figures.counts
    parts = [(counts.pending, "pending"), (counts.failed, "failed")]
    parts += [(getattr(counts, name), f"dropped, {words}") for name, words in _DROPPED.items()]
    return "; ".join(f"{count:,} {words}" for count, words in parts if count)


def _share(share: Share) -> str:
    if share.share is None:
        return f"{share.count:,} of {share.of:,}: {_TOO_FEW}"
    return f"{share.share:.0%} ({share.low:.0%} to {share.high:.0%}), {share.count:,} of {share.of:,}"


def _ignored(share: Share) -> str:
    return _TOO_FEW if share.share is None else f"{share.share:.0%} ignored"


def _beside(effect: Effect) -> str:
    if effect.usual is None or effect.difference is None:
        return "within 10 minutes"
    sure = "beyond chance" if effect.is_beyond_chance else "may be chance"
    interval = f"{effect.low:+.0%} to {effect.high:+.0%}"
    return f"within 10 minutes; usual {effect.usual:.0%}, difference {effect.difference:+.0%} ({interval}): {sure}"
