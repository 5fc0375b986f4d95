"""`hearth simulate-households` writes bodies and events that can be sent as they are."""

import csv
import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from hearth.cli.simulate_households import simulate_households

app = typer.Typer()
app.command()(simulate_households)


def command(*arguments: str) -> Result:
    return CliRunner().invoke(app, [*arguments, "--count", "2", "--days", "1", "--seed", "4"])


def test_files_of_each_home(tmp_path: Path) -> None:
    result = command(str(tmp_path), "--json", "--country", "AT")
    assert result.exit_code == 0, result.output
    summary = json.loads(result.stdout)
    assert [home["customerBuildingId"] for home in summary["homes"]] == ["home-001", "home-002"]
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "home-001.building.json", "home-001.events.jsonl", "home-002.building.json", "home-002.events.jsonl",
    ]  # fmt: skip
    building = json.loads((tmp_path / "home-001.building.json").read_text())
    assert building["countryCode"] == "AT"
    lines = (tmp_path / "home-001.events.jsonl").read_text().splitlines()
    assert len(lines) == summary["homes"][0]["events"] > 500
    assert {json.loads(line)["customerBuildingId"] for line in lines} == {"home-001"}


def test_csv_and_lines_say_the_same_and_repeat(tmp_path: Path) -> None:
    table = command(str(tmp_path / "a"), "--format", "csv")
    again = command(str(tmp_path / "b"), "--format", "csv")
    lines = command("-")
    assert (table.exit_code, again.exit_code, lines.exit_code) == (0, 0, 0)
    rows = []
    for name in ("home-001.events.csv", "home-002.events.csv"):
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()
        with (tmp_path / "a" / name).open(newline="") as file:
            rows += list(csv.DictReader(file))
    events = [json.loads(line) for line in lines.stdout.splitlines()]
    assert [{key: str(value) for key, value in event.items()} for event in events] == rows


def test_a_place_of_ones_own(tmp_path: Path) -> None:
    result = command(str(tmp_path), "--place", "Perth,6000,AU,-31.95,115.86,Australia/Perth")
    assert result.exit_code == 0, result.output
    building = json.loads((tmp_path / "home-002.building.json").read_text())
    assert (building["city"], building["timeZoneId"]) == ("Perth", "Australia/Perth")


@pytest.mark.parametrize(
    ("arguments", "remedy"),
    [
        (("--country", "XX"), "AT, CH, DE, FR"),
        (("--place", "Perth"), "city,zip,country"),
        (("--place", "Perth,6000,AU,south,115.86,Australia/Perth"), "decimal degrees"),
        (("--step-seconds", "7"), "60, 180, 300, 900"),
    ],
)
def test_a_mistake_is_answered_with_the_remedy(tmp_path: Path, arguments: tuple[str, ...], remedy: str) -> None:
    result = command(str(tmp_path), *arguments)
    assert result.exit_code == 2
    assert remedy in " ".join(result.output.replace("│", " ").split())
    assert not list(tmp_path.iterdir())
