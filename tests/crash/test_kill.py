"""kill -9 during ingestion: no acknowledged event is missing, no notification is generated twice or forgotten.

Each home's events are sent in order, each again until it is acknowledged, as a careful customer's cloud does.
One rule fires on every event, one on every third: so each event must have been evaluated exactly once, and
the counters must have survived every kill.
"""

import random
import threading
import time
from pathlib import Path

import httpx2
import pytest
from tests.running import Server, all_notifications, running

KILLS = 20
HOMES = 4
RULES = """
name: Every event
state: ACTIVE
datasets:
  P: {kind: SINGLE_VALUE, eventTypes: [POWER_CONSUMPTION], timespan: 15min}
condition: $P >= 0
notification:
  texts:
    en: {title: Every, message: '"value " + ($P | "0")'}
    de: {title: Jedes, message: '"Wert " + ($P | "0")'}
    fr: {title: Chaque, message: '"valeur " + ($P | "0")'}
---
name: Every third event
state: ACTIVE
datasets:
  P: {kind: TIME_SERIES, eventTypes: [POWER_CONSUMPTION], timespan: 1h}
condition: AVG($P) >= 0
matchThreshold: 3
notification:
  texts:
    en: {title: Third, message: '"value " + ($P::Last::Value | "0") + " of " + COUNT($P)'}
    de: {title: Dritt, message: '"Wert " + ($P::Last::Value | "0") + " von " + COUNT($P)'}
    fr: {title: Tiers, message: '"valeur " + ($P::Last::Value | "0") + " de " + COUNT($P)'}
"""


class Sender(threading.Thread):
    """One home's cloud: sends value 0, 1, 2, … in order, each until it is acknowledged."""

    def __init__(self, server: Server, customer: dict[str, str], home: int, start_s: int) -> None:
        super().__init__(daemon=True)
        self.client = server.client(customer)
        self.home = home
        self.start_s = start_s
        self.acknowledged = 0
        self.is_done = threading.Event()
        self.error: str | None = None

    def run(self) -> None:
        while not self.is_done.is_set():
            event = {
                "customerBuildingId": f"home-{self.home}",
                "deviceId": "meter",
                "type": "POWER_CONSUMPTION",
                "timestamp": self.start_s + 60 * self.acknowledged,
                "value": self.acknowledged,
            }
            try:
                answer = self.client.post("/events/v1", json=event)
            except httpx2.TransportError:
                time.sleep(0.02)
                continue
            if answer.status_code == 201:
                self.acknowledged += 1
            elif answer.status_code != 503:
                self.error = answer.text
                return


@pytest.mark.timeout(600)
def test_twenty_kills_lose_nothing_and_double_nothing(tmp_path: Path) -> None:
    chance = random.Random(20)
    rules = tmp_path / "rules.yaml"
    rules.write_text(RULES)
    data = tmp_path / "data"
    data.mkdir()
    with running(data) as server:
        customer = server.create_customer()
        server.command("rules", "import", str(rules), "--customer", customer["customerId"])
        client = server.client(customer)
        for home in range(HOMES):
            client.post("/buildings/v1", json={"customerBuildingId": f"home-{home}", "countryCode": "CH"}).raise_for_status()
        senders = [Sender(server, customer, home, int(time.time()) - 30 * 86_400) for home in range(HOMES)]
        for sender in senders:
            sender.start()
        for number in range(KILLS):
            before = sum(sender.acknowledged for sender in senders)
            pause = chance.uniform(0.05, 0.6)
            ends_at = time.monotonic() + 30
            while time.monotonic() < ends_at and sum(sender.acknowledged for sender in senders) == before:
                time.sleep(0.01)
            time.sleep(pause)
            if number % 4 == 3:
                server.kill_all()
                server.start()
            else:
                pid = server.ingest_pid()
                server.kill_ingest()
                while server.ingest_pid() == pid:
                    time.sleep(0.02)
                server.wait_until_ready()
        for sender in senders:
            sender.is_done.set()
        for sender in senders:
            sender.join(30)
            assert sender.error is None, sender.error
        client = server.client(customer)
        for sender in senders:
            _expect_everything_once(client, sender)


def _expect_everything_once(client: httpx2.Client, sender: Sender) -> None:
    building, count = f"home-{sender.home}", sender.acknowledged
    assert count > KILLS, "too few events were sent for the test to say anything"
    stored = client.get(
        "/events/v1",
        params={
            "customerBuildingId": building,
            "type": "POWER_CONSUMPTION",
            "from": sender.start_s,
            "to": sender.start_s + 86_400 * 29,
            "limit": 1000,
        },
    )
    values = [event["value"] for event in stored.raise_for_status().json()]
    assert values[: min(count, 1000)] == list(range(min(count, 1000))), "an acknowledged event is missing"
    ends_at = time.monotonic() + 20
    while True:
        told = all_notifications(client, building)
        every = sorted(
            int(n["notification"]["texts"]["en"]["message"].split()[1])
            for n in told
            if n["notification"]["texts"]["en"]["title"] == "Every"
        )
        if len(every) >= count or time.monotonic() > ends_at:
            break
        time.sleep(0.1)
    # The event under way when the senders stopped may be stored without having been acknowledged.
    assert every in (list(range(count)), list(range(count + 1)))
    third = sorted(
        n["notification"]["texts"]["en"]["message"] for n in told if n["notification"]["texts"]["en"]["title"] == "Third"
    )
    evaluated = len(every)
    assert third == sorted(f"value {value} of {min(60, value + 1)}" for value in range(2, evaluated, 3))
