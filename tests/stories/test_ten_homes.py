"""Ten real metered homes: 300 days of history, then the rest of the year as live events, through the public API.

The figures in the texts are checked against a computation straight from the CSV files, row by row, as one
would do it in a spreadsheet. A second run gives the same notifications.
"""

import csv
import json
from datetime import datetime, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from tests.metered_homes import file_of
from tests.running import RULES, Server, all_notifications, is_all_evaluated, running, until

ZONE = ZoneInfo("America/Los_Angeles")
HISTORY_ROWS = 300 * 24
SPLIT = "2017-05-28T07:00Z"


def rows_of(home: int) -> list[tuple[datetime, float, float]]:
    """(hour, consumption Wh, generation Wh) of a home."""
    with file_of(home).open() as file:
        return [
            (datetime.fromisoformat(row["hour_start_utc"]), float(row["consumption_wh"]), float(row["generation_wh"]))
            for row in csv.DictReader(file)
        ]


def kwh(energy_wh: float) -> str:
    """As `| '#,##0.0'` shows it in English."""
    return f"{Decimal(energy_wh / 1000).quantize(Decimal('0.1'), ROUND_HALF_EVEN):,}"


def told_by(server: Server) -> dict[tuple[str, str], list[tuple[int, str]]]:
    """Everything a fresh server tells the ten homes: (building, rule) -> [(epoch ms, English message)], oldest first."""
    customer = server.create_customer("Sierra Crest")
    server.command("rules", "import", str(RULES), "--customer", customer["customerId"])
    listed = json.loads(server.command("rules", "list", "--customer", customer["customerId"], "--json"))
    names = {rule["id"]: rule["name"] for rule in listed}
    for home in range(1, 11):
        common = [
            *("import-history", str(file_of(home)), "--customer", customer["customerId"]),
            *("--building", f"home-{home:02}", "--timestamp-column", "hour_start_utc"),
            *("--column", "ENERGY_CONSUMPTION=consumption_wh", "--column", "ENERGY_GENERATION=generation_wh"),
            *("--device-id", "gateway", "--source", "GATEWAY", "--json"),
        ]
        past = json.loads(
            server.command(*common, "--to", SPLIT, "--create-building", "--time-zone", str(ZONE), "--country", "US")
        )
        rest = json.loads(server.command(*common, "--from", SPLIT, "--live"))
        assert past["accepted"] == 2 * HISTORY_ROWS
        assert rest["accepted"] == 2 * (8_760 - HISTORY_ROWS)
    with server.opened() as installation:

        def is_done() -> bool:
            with installation.store.read() as session:
                return is_all_evaluated(session)

        until(is_done)
    client = server.client(customer)
    told: dict[tuple[str, str], list[tuple[int, str]]] = {}
    for home in range(1, 11):
        for item in reversed(all_notifications(client, f"home-{home:02}")):
            key = (f"home-{home:02}", names[item["ruleId"]])
            told.setdefault(key, []).append((item["createdAtTimeMillis"], item["notification"]["texts"]["en"]["message"]))
    return told


def expected_surplus(home: int) -> list[tuple[int, str]]:
    """By hand: hours that leave more than 2 kWh, at most one message in 48 hours."""
    expected: list[tuple[int, str]] = []
    last: datetime | None = None
    for hour, consumption, generation in rows_of(home)[HISTORY_ROWS:]:
        if generation - consumption > 2_000 and (last is None or hour - last >= timedelta(hours=48)):
            last = hour
            text = f"In the past hour your panels made {kwh(generation - consumption)} kWh more than you used. "
            expected.append((int(hour.timestamp() * 1000), text + "A good moment for the washing machine."))
    return expected


def expected_unusual(home: int) -> list[tuple[int, str]]:
    """By hand: the last 24 rows against the 312 before them, between 8 and 21 o'clock, at most every third day."""
    rows = rows_of(home)
    expected: list[tuple[int, str]] = []
    last: datetime | None = None
    for position in range(HISTORY_ROWS, len(rows)):
        hour = rows[position][0]
        day = sum(row[1] for row in rows[position - 23 : position + 1])
        before = sum(row[1] for row in rows[position - 14 * 24 + 1 : position - 23])
        midnight = hour.astimezone(ZONE).replace(hour=0, minute=0)
        is_daytime = midnight + timedelta(hours=8) <= hour < midnight + timedelta(hours=21)
        if day > 1.5 * before / 13 and is_daytime and (last is None or hour - last >= timedelta(days=3)):
            last = hour
            text = f"You used {kwh(day)} kWh in the last 24 hours; usual are {kwh(before / 13)} kWh. "
            expected.append((int(hour.timestamp() * 1000), text + "Is something running that need not?"))
    return expected


@pytest.mark.timeout(900)
def test_ten_real_homes_hear_what_their_meters_say(tmp_path: Path) -> None:
    file_of(1)
    runs = []
    for name in ("first", "second"):
        folder = tmp_path / name
        folder.mkdir()
        with running(folder, env={"HEARTH_LOG_LEVEL": "WARNING"}) as server:
            runs.append(told_by(server))
            assert "rule failed" not in server.log()
    told = runs[0]
    assert len({rule for _, rule in told}) >= 3
    for home in range(1, 11):
        building = f"home-{home:02}"
        assert told.get((building, "Solar surplus this hour"), []) == expected_surplus(home)
        assert told.get((building, "Unusually high consumption"), []) == expected_unusual(home)
    assert runs[1] == told
