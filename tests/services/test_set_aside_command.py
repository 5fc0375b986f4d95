"""`hearth set-aside`: which events of a building are not believed, as a table and as JSON."""

import json

import pytest
import typer
from typer.testing import CliRunner

from hearth.bootstrap import open_installation, read_settings
from hearth.cli.set_aside import set_aside
from hearth.domain.events import SetAside
from hearth.services.buildings import BuildingDraft


@pytest.fixture
def customer_id(tmp_path, monkeypatch) -> str:
    monkeypatch.setenv("HEARTH_DATA_DIR", str(tmp_path / "data"))
    with open_installation(read_settings()) as installation:
        customer_id = installation.customers.create("Sunny Homes").id
        draft = BuildingDraft(customer_building_id="home-7", time_zone_id="Europe/Zurich")
        home = installation.buildings.add(customer_id, draft)
        installation.buildings.add(customer_id, BuildingDraft(customer_building_id="home-8", time_zone_id="Europe/Zurich"))
        with installation.store.write() as session:
            series = session.series.find_or_add(customer_id, home.id, "ENERGY_CONSUMPTION", "meter-1", "GATEWAY", None)
            wrong = SetAside(series_id=series.id, occurred_at_ms=1_773_129_600_000, value=-1_400_000, reason="TOO_LOW")
            session.set_aside.replace(customer_id, [], [wrong])
    return customer_id


def run(*arguments: str) -> str:
    app = typer.Typer()
    app.command()(set_aside)
    result = CliRunner().invoke(app, arguments, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout


def test_what_is_set_aside_is_shown_in_local_time(customer_id: str) -> None:
    shown = run("home-7").splitlines()[-1].split()
    assert shown == ["2026-03-10", "09:00:00", "meter-1", "ENERGY_CONSUMPTION", "-1,400,000", "TOO_LOW"]
    (event,) = json.loads(run("home-7", "--json"))["events"]
    assert (event["timestamp"], event["value"], event["reason"]) == (1_773_129_600, -1_400_000, "TOO_LOW")
    assert "No event of home-8 is set aside." in run("home-8", "--customer", customer_id)
