"""What the crash tests share: a server that can be killed, homes that go on sending, and what must be true in the end.

Each home's events are sent in order, each again until it is acknowledged, as a careful customer's cloud does. Rules
speak on every event, on every third and on a streak, whose break is a goal; what they count stands in their texts. So a
message that is there once, with its number, says that its event was evaluated once, after all earlier ones, with counters
that survived.
"""

import os
import signal
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
import uvicorn
from tests.running import PATIENCE_SECONDS, Server, all_notifications, children_of, free_port, is_all_evaluated, running, until

from hearth.bootstrap import Installation, open_installation, read_settings
from hearth.cli.receiver import Failing, Received, receiver_app
from hearth.connectors.system import SystemClock, system_jitter
from hearth.domain.audit import COMMAND_LINE

RULES = """
name: Every event
state: ACTIVE
datasets:
  P: {kind: SINGLE_VALUE, eventTypes: [POWER_CONSUMPTION], timespan: 15min}
condition: $P >= 0
notification:
  texts:
    en: {title: Every, message: '($P | "0") + " after " + DeliveredNotificationCounter'}
    de: {title: Jedes, message: '($P | "0") + " nach " + DeliveredNotificationCounter'}
    fr: {title: Chaque, message: '($P | "0") + " après " + DeliveredNotificationCounter'}
---
name: Every third event
state: ACTIVE
datasets:
  P: {kind: TIME_SERIES, eventTypes: [POWER_CONSUMPTION], timespan: 1h}
condition: AVG($P) >= 0
matchThreshold: 3
notification:
  texts:
    en: {title: Third, message: '($P::Last::Value | "0") + " of " + COUNT($P)'}
    de: {title: Dritt, message: '($P::Last::Value | "0") + " von " + COUNT($P)'}
    fr: {title: Tiers, message: '($P::Last::Value | "0") + " de " + COUNT($P)'}
---
name: Four in five events
state: ACTIVE
datasets:
  P: {kind: SINGLE_VALUE, eventTypes: [POWER_CONSUMPTION], timespan: 15min}
condition: $P >= 0
streak: $P % 5 < 4
goal: $P % 5 = 4
notification:
  texts:
    en: {title: Streak, message: '($P | "0") + " is " + StreakCounter'}
    de: {title: Serie, message: '($P | "0") + " ist " + StreakCounter'}
    fr: {title: Série, message: '($P | "0") + " est " + StreakCounter'}
"""
ALL_STATUSES = "PENDING,DELIVERED,FAILED,DROPPED"
_ROOT = Path(__file__).parents[2]
_DAYS = 29
_DAY_SECONDS = 86_400


def wait_until(is_so: Callable[[], bool], what: str, seconds: float = PATIENCE_SECONDS) -> None:
    """Fails with `what` when it does not become so."""
    ends_at = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < ends_at, f"waited in vain: {what}"
        time.sleep(0.01)


class Receiver:
    """A customer's endpoint on loopback: verifies signatures, and keeps what came in its order."""

    def __init__(self) -> None:
        self.port = free_port()
        self.received: list[Received] = []
        self._ids: dict[str, set[str]] = defaultdict(set)

    @contextmanager
    def listening(self, secret: str) -> Iterator[None]:
        """Takes notifications while the block lasts."""
        app = receiver_app(secret, self._take, SystemClock(), system_jitter, Failing())
        server = uvicorn.Server(uvicorn.Config(app, port=self.port, log_level="warning", access_log=False, lifespan="off"))
        thread = threading.Thread(target=server.run)
        thread.start()
        try:
            wait_until(lambda: server.started, "the receiver listens")
            yield
        finally:
            server.should_exit = True
            thread.join()

    def _take(self, received: Received) -> None:
        self.received.append(received)
        if received.notification is not None:
            self._ids[received.notification["customerBuildingId"]].add(received.notification["id"])

    def count(self, building: str) -> int:
        """How many notifications a home has heard."""
        return len(self._ids[building])

    def expect(self, building: str, told: Sequence[dict[str, Any]]) -> None:
        """Exactly these notifications of a home came, each at least once, under one id of its own, in their order."""
        assert {received.signature for received in self.received} == {"ok"}
        came = [each for each in self.received if each.notification and each.notification["customerBuildingId"] == building]
        bodies = {each.webhook_id: {**each.notification, "deliveryStatus": None} for each in came if each.notification}
        assert all({**each.notification, "deliveryStatus": None} == bodies[each.webhook_id] for each in came if each.notification)
        first_of_each = list(bodies.values())
        expected = [{**each, "deliveryStatus": None} for each in told]
        assert sorted(first_of_each, key=_by_id) == sorted(expected, key=_by_id), "a notification was not received, or as another"
        times_ms = [each["createdAtTimeMillis"] for each in first_of_each]
        assert times_ms == sorted(times_ms), "a home heard in another order"


def _by_id(body: dict[str, Any]) -> str:
    return str(body["id"])


class Home(threading.Thread):
    """One home's cloud: sends value 0, 1, 2, … in order, each until it is acknowledged."""

    def __init__(self, trial: "Trial", client: httpx2.Client, building: str) -> None:
        super().__init__(daemon=True)
        add_building(client, building)
        self.client = client
        self.building = building
        self.is_delivered_to = client is trial.delivered_to
        self.acknowledged = 0
        self.is_done = threading.Event()
        self.error: str | None = None
        self._trial = trial
        self._start_s = int(time.time()) // 60 * 60 - _DAYS * _DAY_SECONDS

    def run(self) -> None:
        while not self.is_done.is_set() and self.error is None:
            if self._trial.least_heard() < notifications_of(self.acknowledged) - self._trial.most_unheard:
                time.sleep(0.005)
            else:
                self.send()

    def send(self) -> None:
        """One attempt to send the next event."""
        event = {
            "customerBuildingId": self.building,
            "deviceId": "meter",
            "type": "POWER_CONSUMPTION",
            "timestamp": self._start_s + 60 * self.acknowledged,
            "value": self.acknowledged,
        }
        try:
            answer = self.client.post("/events/v1", json=event)
        except httpx2.TransportError:
            time.sleep(0.02)
            return
        if answer.status_code == 201:
            self.acknowledged += 1
        elif answer.status_code != 503:
            self.error = answer.text

    def stop(self) -> None:
        """The event under way is the last one."""
        self.is_done.set()
        self.join(2 * PATIENCE_SECONDS)  # its client may wait once
        assert not self.is_alive()
        assert self.error is None, self.error

    def send_last(self) -> None:
        """One more, when all that was told is delivered and counted: its text says how many that were."""
        count = self.acknowledged + 1
        while self.acknowledged < count:
            self.send()
            assert self.error is None, self.error

    def expect_everything_once(self, receiver: Receiver) -> None:
        """Each event is stored once, and each notification is there once, with its own counts, and delivered."""
        count = self.acknowledged
        assert [event["value"] for event in self._stored()] == list(range(count)), "an event is missing or there twice"
        listed = all_notifications(self.client, self.building, ALL_STATUSES)
        assert {each["deliveryStatus"] for each in listed} == {"DELIVERED"}
        told: dict[str, list[tuple[int, int]]] = defaultdict(list)
        for each in reversed(listed):
            text = each["notification"]["texts"]["en"]
            value, _, figure = text["message"].split()
            told[text["title"]].append((int(value), int(figure)))
        assert told["Third"] == [(value, min(60, value + 1)) for value in range(2, count, 3)]
        assert told["Streak"] == [(value, value % 5 + 1) for value in range(count) if value % 5 < 4]
        assert [value for value, _ in told["Every"]] == list(range(count))
        delivered = [number for _, number in told["Every"]]
        assert delivered == sorted(delivered)
        assert all(number <= value for value, number in told["Every"])
        assert delivered[-1] == count - 1, "a delivery was counted twice or not at all"
        if self.is_delivered_to:
            receiver.expect(self.building, listed)

    def _stored(self) -> list[dict[str, Any]]:
        query: dict[str, str | int] = {
            "customerBuildingId": self.building,
            "from": self._start_s,
            "to": self._start_s + _DAYS * _DAY_SECONDS,
        }
        answer = self.client.get("/events/v1", params=query).raise_for_status()
        found: list[dict[str, Any]] = answer.json()
        while "next" in answer.links:
            answer = self.client.get(answer.links["next"]["url"]).raise_for_status()
            found.extend(answer.json())
        return found


def add_building(client: httpx2.Client, building: str) -> None:
    """A household whose clock is never changed."""
    client.post(
        "/buildings/v1", json={"customerBuildingId": building, "countryCode": "CH", "timeZoneId": "UTC"}
    ).raise_for_status()


def notifications_of(events: int) -> int:
    """How many notifications a home gets of its first events."""
    return events + events // 3 + events - events // 5


@dataclass
class Trial:
    """A server that can be killed, and two customers with rules: one is delivered to, the other one fetches.

    most_unheard: no home's events run ahead of what every home has heard by more notifications than these.
    """

    server: Server
    installation: Installation
    receiver: Receiver
    delivered_to: httpx2.Client
    fetching: httpx2.Client
    most_unheard: int = 30
    homes: list[Home] = field(default_factory=list)

    def begin(self, name: str, delivered_to: int = 2, fetching: int = 1) -> None:
        """So many new homes begin to send, and those of before end."""
        for home in self.homes:
            home.is_done.set()
        clients = [self.delivered_to] * delivered_to + [self.fetching] * fetching
        self.homes = [Home(self, client, f"{name}-{number}") for number, client in enumerate(clients)]
        for home in self.homes:
            home.start()

    def least_heard(self) -> int:
        """How many notifications the slowest home has heard."""
        return min(self.receiver.count(home.building) for home in self.homes if home.is_delivered_to)

    def wait_for_events(self, count: int) -> None:
        """Until every home has had so many further events acknowledged."""
        wanted = [home.acknowledged + count for home in self.homes]
        wait_until(
            lambda: all(home.error or home.acknowledged >= most for home, most in zip(self.homes, wanted, strict=True)),
            f"{count} further events of each home are acknowledged",
        )

    def expect_everything_once(self) -> None:
        """Ends the homes, and looks at all that is there of them."""
        for home in self.homes:
            home.stop()
        self.wait_for_rest()
        for home in self.homes:
            home.send_last()
        self.wait_for_rest()
        for home in self.homes:
            home.expect_everything_once(self.receiver)
            self._expect_goals(home)
        assert "Traceback" not in self.server.log()

    def _expect_goals(self, home: Home) -> None:
        """Each delivery of the rule that has a goal has opened one, and a goal that was achieved was so by a later event."""
        with self.installation.store.read() as session:
            (building,) = [
                found
                for customer in session.customers.list_for_operator()
                if (found := session.buildings.find(customer.id, home.building)) is not None
            ]
            told = session.notifications.list_page(building.customer_id, building.id, ("DELIVERED",), None, 10_000)
            with_goal = [each.id for each in told if each.content and each.content.texts["en"].title == "Streak"]
            goals = [session.goals.find(building.customer_id, each) for each in with_goal]
        assert None not in goals, "a delivery has opened no goal"
        achieved = [goal.took_ms for goal in goals if goal is not None and goal.state == "ACHIEVED"]
        assert all(took_ms is not None and took_ms > 0 for took_ms in achieved)

    def wait_for_rest(self) -> None:
        """Until what has come is evaluated, delivered and counted."""
        wait_until(self._is_at_rest, "all is evaluated, delivered and counted", seconds=120)

    def _is_at_rest(self) -> bool:
        with self.installation.store.read() as session:
            is_delivered = session.outbox.next_due_for_operator(0, 0) is None
            return is_all_evaluated(session) and is_delivered and not session.outbox.list_uncounted_for_operator(1)


@contextmanager
def trial_in(folder: Path) -> Iterator[Trial]:
    """A server, its receiver and its customers while the block lasts."""
    with (
        running(folder, {"PYTHONPATH": str(_ROOT)}, ("-m", "tests.crash.launcher")) as server,
        open_installation(read_settings(data_dir=str(folder)), migrate=False) as installation,
    ):
        delivered_to, fetching = (add_customer(installation, RULES) for _ in range(2))
        with receiver_of(installation, delivered_to) as receiver:
            yield Trial(server, installation, receiver, server.client(delivered_to), server.client(fetching))


def add_customer(installation: Installation, rules: str) -> dict[str, str]:
    """A customer with a client and these rules, in the words of `hearth customer create --json`."""
    customer = installation.customers.create("Test")
    import_rules(installation, customer.id, rules)
    client_id, client_secret = installation.access.create_client(customer.id)
    return {"customerId": customer.id, "clientId": client_id, "clientSecret": client_secret}


def import_rules(installation: Installation, customer_id: str, rules: str) -> None:
    """As `hearth rules import` does."""
    assert not installation.rules.import_files(customer_id, [("rules.yaml", rules)], COMMAND_LINE).is_refused


@contextmanager
def receiver_of(installation: Installation, customer: dict[str, str]) -> Iterator[Receiver]:
    """The customer's endpoint while the block lasts."""
    receiver = Receiver()
    secret = installation.endpoints.save(customer["customerId"], f"http://127.0.0.1:{receiver.port}/").signing_secret
    assert secret is not None
    with receiver.listening(secret):
        yield receiver


def pid_of(server: Server, part: str) -> int | None:
    """The process that is this part of the server at present; None while there is none."""
    assert server.process is not None
    parent = server.process.pid
    for pid in children_of(parent):
        try:
            name, _, rest = Path(f"/proc/{pid}/stat").read_text().partition("(")[2].rpartition(")")
        except (FileNotFoundError, ProcessLookupError):
            continue
        if name == part and rest.split()[0] != "Z":
            return pid
    return None


def kill(server: Server, part: str) -> None:
    """kill -9 of one part, as soon as there is one; the supervisor starts another."""
    os.kill(until(lambda: pid_of(server, part)), signal.SIGKILL)
