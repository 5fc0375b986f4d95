"""`hearth why`: why a rule spoke, or did not, in a home at a time."""

import json
from typing import Annotated

import typer
from rich.text import Text

from hearth.cli.lang_session import console, explained_tree
from hearth.cli.rule_trials import AsJson, CustomerOption, DataDir, limit, opened, rule_of
from hearth.core.instants import zone_named
from hearth.services.simulations import Why
from hearth.services.trial_bodies import counts_body, shown_instant, why_body

_STYLES = {"sent": "bold green", "dropped": "bold yellow", "not sent": "bold yellow"}
_TITLES = {"condition": "condition", "streak": "streak condition"}


def why(
    rule: Annotated[str, typer.Argument(metavar="RULE", help="A saved rule's id or name, or a YAML file of one rule.")],
    building: Annotated[str, typer.Argument(metavar="BUILDING", help="The customer's id of the building.")],
    time: Annotated[
        str | None, typer.Argument(metavar="[TIME]", help="Local time of the building (default: the newest event).")
    ] = None,
    customer: CustomerOption = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Explain the last evaluation of a rule in a home at or before a time: every value, the counts, the step that ended it.

    It is evaluated again from what is stored, by the engine that decided.

    Example: hearth why "Sun to spare" home-7 2026-03-10T18:00
    """
    with opened(data_dir, customer) as (installation, customer_id):
        chosen = rule_of(installation, customer_id, rule)
        zone = zone_named(installation.buildings.get(customer_id, building).time_zone_id)
        answer = installation.simulations.why(customer_id, chosen, building, limit(time, "TIME", zone))
    if as_json:
        print(json.dumps(why_body(answer), ensure_ascii=False))
    else:
        _show(answer)


def _show(answer: Why) -> None:
    screen = console(is_wide=True)
    zone = zone_named(answer.building.time_zone_id)
    for note in answer.notes:
        screen.print(Text(f"Note: {note}", "yellow"))
    evaluation = answer.evaluation
    if answer.rule.is_time_based:
        cause, nothing = "by its schedule", "its schedule did not tick"
    else:
        cause, nothing = "on the event of that time", "no event of its datasets came"
    if evaluation is None:
        screen.print(
            f"{answer.rule.name!r} was not evaluated in {answer.building.customer_building_id} in the week before "
            f"{shown_instant(answer.asked_ms, zone)}: {nothing}.",
            markup=False,
        )
        return
    screen.print(Text.assemble((evaluation.ended, _STYLES[evaluation.outcome])))
    screen.print(f"evaluated at {shown_instant(evaluation.at_ms, zone)}, {cause}", style="dim")
    for name, part in evaluation.parts.items():
        number = name.removeprefix("case ")
        title = _TITLES.get(name) or f"case {answer.rule.cases[int(number)].label}"
        screen.print(Text(f"\n{title}", "bold"))
        screen.print(explained_tree(part), soft_wrap=True)
    counts = counts_body(evaluation.before), counts_body(evaluation.after)
    changes = [f"{name} {counts[0][name]} → {counts[1][name]}" for name in counts[0] if any(each[name] for each in counts)]
    if changes:
        screen.print(f"\ncounts: {', '.join(changes)}")
