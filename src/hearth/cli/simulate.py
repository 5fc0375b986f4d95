"""`hearth simulate`: what a rule would have sent to one home."""

import json
from collections import Counter

from rich.console import Console
from rich.text import Text

from hearth.cli.rule_report import goal_words
from hearth.cli.rule_trials import (
    NO_TEXT,
    AsJson,
    BuildingOption,
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
from hearth.core.instants import zone_named
from hearth.insights.goals import figures_of_goals
from hearth.services.simulations import Simulated
from hearth.services.trial_bodies import shown_instant, shown_minute, simulation_body

_MOST_SHOWN = 40


def simulate(
    rule: RuleOption,
    building: BuildingOption,
    customer: CustomerOption = None,
    from_: FromOption = None,
    to: ToOption = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Show what a rule, saved or in a file, would have sent to a home, and what would have been held back.

    The engine is the live one; nothing is stored or sent. Without a range: the last 30 days of the home's events.
    """
    with opened(data_dir, customer) as (installation, customer_id):
        chosen = rule_of(installation, customer_id, rule)
        zone = zone_named(installation.buildings.get(customer_id, building).time_zone_id)
        limits = limit(from_, "--from", zone), limit(to, "--to", zone)
        simulated = finished(installation.simulations.simulate(customer_id, chosen, building, *limits), "simulating")
    if as_json:
        print(json.dumps(simulation_body(simulated), ensure_ascii=False))
    else:
        _show(simulated, Console(highlight=False))


def _show(simulated: Simulated, console: Console) -> None:
    result, zone = simulated.result, zone_named(simulated.building.time_zone_id)
    for note in simulated.notes:
        console.print(Text(f"Note: {note}", "yellow"))
    shown = result.notifications[-_MOST_SHOWN:]
    if len(result.notifications) > len(shown):
        console.print(Text(f"{len(result.notifications) - len(shown):,} before these (--json gives all)", "dim"))
    for each in shown:
        if each.content is not None:
            when = shown_minute(each.created_at_ms, zone)
            label = f"({each.case_label}) " if each.case_label else ""
            label += f"({each.trace['ended']}) " if each.held_until_ms is not None else ""
            text = next(iter(each.content.texts.values()), None)
            said = ((f"{text.title}: ", "bold"), text.message) if text is not None else ((NO_TEXT, "yellow"),)
            line = Text.assemble((f"{when}  ", "green"), (label, "dim"), *said)
            console.print(line, soft_wrap=True)
    for fault in result.faults:
        console.print(Text(f"failed at {shown_instant(fault.occurred_at_ms, zone)}: {fault.error}", "bold red"))
    if result.goals:
        console.print(f"goal: {goal_words(figures_of_goals(result.goals.values()))}", markup=False)
    held = held_back(Counter(str(each.drop_reason) for each in result.dropped))
    counts = f"{len(result.notifications):,} sent, {len(result.dropped):,} held back{f' ({held})' if held else ''}"
    range_ = f"from {shown_instant(simulated.from_ms, zone)} to {shown_instant(simulated.to_ms, zone)}"
    console.print(f"{simulated.rule.name}: {counts}, {result.evaluations:,} evaluations, {range_}", markup=False, soft_wrap=True)
