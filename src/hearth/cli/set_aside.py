"""`hearth set-aside`: which events of a building cannot be believed, and are left out of what is computed."""

import json
from typing import Annotated

import typer
from rich.table import Table

from hearth.api.wire.events import set_aside_body
from hearth.cli.lang_session import console
from hearth.cli.rule_trials import AsJson, CustomerOption, DataDir, opened
from hearth.core.instants import datetime_of_instant, zone_named


def set_aside(
    building: Annotated[str, typer.Argument(metavar="BUILDING", help="The customer's id of the building.")],
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="At most so many, the newest first.")] = 100,
    customer: CustomerOption = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """List the events of a building that cannot be believed: kept as they came, and left out of statistics.

    What can be of a type stands in the catalogue (`least`, `most`); a file of the setting `catalogue_file` changes it.

    Example: hearth set-aside home-7
    """
    with opened(data_dir, customer) as (installation, customer_id):
        zone = zone_named(installation.buildings.get(customer_id, building).time_zone_id)
        found, has_more = installation.events.list_set_aside(customer_id, building, None, limit)
    if as_json:
        print(json.dumps({"events": [set_aside_body(building, each) for each in found], "hasMore": has_more}, ensure_ascii=False))
        return
    screen = console(is_wide=True)
    if not found:
        screen.print(f"No event of {building} is set aside.", markup=False)
        return
    table = Table("time", "device", "type", "value", "reason", box=None)
    for series, event in found:
        time = datetime_of_instant(event.occurred_at_ms, zone).strftime("%Y-%m-%d %H:%M:%S")
        table.add_row(time, series.device_id, series.event_type, f"{event.value:,.10g}", event.reason)
    screen.print(table)
    if has_more:
        screen.print(f"There are more; --limit shows more than {limit}.", markup=False)
