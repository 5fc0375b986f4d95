"""A real server killed between and during ticks of a schedule: every second ticks once, in order, with its own count."""

import random
import time
from pathlib import Path

from tests.crash.killing import add_building, wait_until
from tests.crash.ticks import RULES, expect_every_second_once, told_of_ticks
from tests.running import running

KILLS = 4
HOMES = 3


def test_kills_between_ticks_lose_none_and_double_none(tmp_path: Path) -> None:
    chance = random.Random(7)
    rules = tmp_path / "rules.yaml"
    rules.write_text(RULES)
    data = tmp_path / "data"
    data.mkdir()
    with running(data) as server:
        customer = server.create_customer()
        client = server.client(customer)
        homes = [f"home-{number}" for number in range(HOMES)]
        for home in homes:
            add_building(client, home)
        server.command("rules", "import", str(rules), "--customer", customer["customerId"])

        def wait_for_ticks() -> None:
            wanted = len(told_of_ticks(client, homes[0])) + 2
            wait_until(lambda: len(told_of_ticks(client, homes[0])) >= wanted, "two further ticks")

        for number in range(KILLS):
            wait_for_ticks()
            time.sleep(chance.uniform(0.0, 0.6))
            if number % 2:
                server.kill_all()
                server.start()
            else:
                pid = server.ingest_pid()
                server.kill_ingest()
                wait_until(lambda pid=pid: server.ingest_pid() != pid, "another process takes events")
                server.wait_until_ready()
        wait_for_ticks()
        for home in homes:
            expect_every_second_once(told_of_ticks(client, home), least=2 * KILLS)
