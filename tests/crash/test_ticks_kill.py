"""A real server killed between and during ticks of a schedule: every second ticks once, in order, with its own count."""

import random
import time
from datetime import datetime
from pathlib import Path

import pytest
from tests.running import Server, all_notifications, running

KILLS = 4
HOMES = 3
RULES = """\
name: Each second
state: ACTIVE
schedule: "* * * * * *"
condition: now > startOfLastMonth
streak: now > startOfLastMonth
notification:
  texts:
    en: {title: Tick, message: "StreakCounter + \\" at \\" + now | 'yyyy-MM-dd HH:mm:ss'"}
    de: {title: Tick, message: StreakCounter}
    fr: {title: Tick, message: StreakCounter}
"""


def told(server: Server, customer: dict[str, str], home: int) -> list[tuple[int, datetime]]:
    """(count, second) of each notification of a home, by the second."""
    found = []
    for each in all_notifications(server.client(customer), f"home-{home}"):
        number, _, at = each["notification"]["texts"]["en"]["message"].partition(" at ")
        found.append((int(number), datetime.fromisoformat(at)))
    return sorted(found, key=lambda each: each[1])


@pytest.mark.timeout(300)
def test_kills_between_ticks_lose_none_and_double_none(tmp_path: Path) -> None:
    chance = random.Random(7)
    rules = tmp_path / "rules.yaml"
    rules.write_text(RULES)
    data = tmp_path / "data"
    data.mkdir()
    with running(data) as server:
        customer = server.create_customer()
        client = server.client(customer)
        for home in range(HOMES):
            body = {"customerBuildingId": f"home-{home}", "countryCode": "CH"}
            client.post("/buildings/v1", json=body).raise_for_status()
        server.command("rules", "import", str(rules), "--customer", customer["customerId"])
        for number in range(KILLS):
            before = len(told(server, customer, 0))
            ends_at = time.monotonic() + 30
            while time.monotonic() < ends_at and len(told(server, customer, 0)) < before + 2:
                time.sleep(0.05)
            time.sleep(chance.uniform(0.0, 0.6))
            if number % 2:
                server.kill_all()
                server.start()
            else:
                pid = server.ingest_pid()
                server.kill_ingest()
                while server.ingest_pid() == pid:
                    time.sleep(0.02)
                server.wait_until_ready()
        so_far = len(told(server, customer, 0))
        ends_at = time.monotonic() + 30
        while time.monotonic() < ends_at and len(told(server, customer, 0)) < so_far + 2:
            time.sleep(0.05)
        for home in range(HOMES):
            _expect_every_second_once(told(server, customer, home))


def _expect_every_second_once(found: list[tuple[int, datetime]]) -> None:
    assert len(found) > 2 * KILLS, "too few ticks for the test to say anything"
    assert [number for number, _ in found] == list(range(1, len(found) + 1))
    first = found[0][1]
    assert [(at - first).total_seconds() for _, at in found] == list(range(len(found)))
