"""Impact of a million notifications, over HTTP; and what counting costs the transactions that write them.

A SQLite store with a year of notifications of 100 rules in 2,000 homes, one in twenty with an interaction, counted by
the store itself as they are written; and what came of them later, as if it had been measured. Asked are all
rules, one rule, and a tag, over a year.
"""

import tempfile
import time
import urllib.request
from collections.abc import Callable
from datetime import date
from statistics import median

from http_load import cpu_seconds, free_port, hearth_server
from sqlalchemy import create_engine, insert

from hearth.bootstrap import Installation, Settings, open_installation
from hearth.core.identifiers import derived_id
from hearth.core.instants import DAY_MS
from hearth.domain.buildings import Building
from hearth.domain.customers import Customer
from hearth.domain.notifications import Content, Interaction, Notification, RenderedText
from hearth.domain.rules import Rule
from hearth.insights.impact import REACTION_MS
from hearth.store.tables import behaviour_days

_CUSTOMER = "c" * 24
_LAST = date(2025, 12, 31)
_START_MS = 1_735_689_600_000  # 1 January 2025
_RULES, _HOMES, _DAYS = 100, 2_000, 365
_A_TRANSACTION = 1_000
_CONTENT = Content(texts={"de": RenderedText(title="Sonne", message="3,2 kW übrig: jetzt das Auto laden.")})


def report(is_quick: bool) -> list[str]:
    """Rows of figures."""
    size = 50_000 if is_quick else 1_000_000
    with tempfile.TemporaryDirectory(prefix="hearth-bench-impact-") as folder:
        settings = Settings(data_dir=folder, port=free_port())
        with open_installation(settings) as installation:
            began = time.perf_counter()
            _fill(installation, size)
            filled = time.perf_counter() - began
            _measure(folder)
            token = installation.access.issue_local_token(_CUSTOMER).access_token
        span = f"from=2025-01-01&to={_LAST}"
        asked = {
            "all rules": f"/rules/impact/v1?{span}",
            "a tag": f"/rules/impact/v1?tags=tag-3&{span}",
            "one rule": f"/rules/{_rule_id(7)}/impact/v1?{span}",
        }
        with hearth_server(settings) as server:
            rows = [f"{name}: {_measured(_asker(settings, token, path), server.pid)}" for name, path in asked.items()]
    return [f"{size:,} notifications written, counted on the way, in {filled:.0f} s ({filled / size * 1e6:.0f} µs each)", *rows]


def _rule_id(number: int) -> str:
    return derived_id("rule", number)


def _fill(installation: Installation, size: int) -> None:
    with installation.store.write() as session:
        session.customers.add(Customer(id=_CUSTOMER, name="Bench", created_at_ms=_START_MS))
        for number in range(_RULES):
            tags = (f"tag-{number % 10}",)
            session.rules.add_version(
                Rule(id=_rule_id(number), customer_id=_CUSTOMER, name=f"Rule {number}", created_at_ms=_START_MS, tags=tags)
            )
        for number in range(_HOMES):
            session.buildings.add(
                Building(
                    id=derived_id("home", number),
                    customer_id=_CUSTOMER,
                    customer_building_id=f"home-{number}",
                    time_zone_id="Europe/Zurich",
                    registration_at_ms=_START_MS,
                    activation_at_ms=_START_MS,
                )
            )
    for first in range(0, size, _A_TRANSACTION):
        notes = [_note(number, size) for number in range(first, min(first + _A_TRANSACTION, size))]
        with installation.store.write(durable=False) as session:
            session.notifications.add_all(notes)
            for each in notes[::20]:
                done = Interaction(action_qualifier="VIEWED", occurred_at_ms=each.created_at_ms + REACTION_MS)
                session.notifications.add_interaction(_CUSTOMER, each.id, done)


def _note(number: int, size: int) -> Notification:
    at_ms = _START_MS + number * (_DAYS * DAY_MS) // size
    return Notification(
        id=derived_id("note", number),
        customer_id=_CUSTOMER,
        building_id=derived_id("home", number % _HOMES),
        customer_building_id=f"home-{number % _HOMES}",
        rule_id=_rule_id(number // 7 % _RULES),
        rule_version=1,
        trigger_sequence=number,
        created_at_ms=at_ms,
        stored_at_ms=at_ms,
        status="DELIVERED",
        content=_CONTENT,
    )


def _measure(folder: str) -> None:
    """Behaviour of two event types on each day of each rule."""
    engine = create_engine(f"sqlite:///{folder}/hearth.sqlite3")
    rows = [
        {
            "customer_id": _CUSTOMER,
            "rule_id": _rule_id(rule),
            "day": _START_MS // DAY_MS + day,
            "event_type": event_type,
            "measured": 20,
            "changed": 5,
            "expected": 2.5,
        }
        for rule in range(_RULES)
        for day in range(_DAYS)
        for event_type in ("", "CHARGING_MODE", "SWITCH_STATE")
    ]
    with engine.begin() as connection:
        connection.execute(insert(behaviour_days), rows)
    engine.dispose()


def _asker(settings: Settings, token: str, path: str) -> Callable[[], bytes]:
    request = urllib.request.Request(f"http://127.0.0.1:{settings.port}{path}", headers={"Authorization": f"Bearer {token}"})

    def ask() -> bytes:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return bytes(answer.read())

    return ask


def _measured(ask: Callable[[], bytes], pid: int) -> str:
    """What is waited for, and what it costs: that is told also by a machine that has much else to do."""
    ask()
    times = []
    began_cpu = cpu_seconds(pid)
    for _ in range(21):
        began = time.perf_counter()
        ask()
        times.append((time.perf_counter() - began) * 1_000)
    cpu_ms = (cpu_seconds(pid) - began_cpu) / len(times) * 1_000
    return f"{median(times):.1f} ms median, {cpu_ms:.0f} ms of CPU"


if __name__ == "__main__":
    import sys

    print("\n".join(report("--quick" in sys.argv)))
