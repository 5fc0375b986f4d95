"""Lists of notifications among a million: how long the console's page waits for what is looked for, on both databases.

The rows are those of a fleet: 2,000 homes, 20 rules of very different zeal, a year, documents as the engine writes them.
"""

import random
import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TypeVar

from hearth.bootstrap import Settings, open_installation
from hearth.core.identifiers import derived_id
from hearth.core.instants import DAY_MS, MINUTE_MS
from hearth.domain.buildings import Building
from hearth.domain.customers import Customer
from hearth.domain.notifications import Content, DeliveryStatus, Interaction, Notification, RenderedText
from hearth.domain.rules import ActionQualifier, Rule
from hearth.ports import Store
from hearth.services.notification_lists import NotificationLists, Sought

CUSTOMER = "0123456789abcdef01234567"
NEWEST_MS = 1_772_000_000_000
HOMES, RULES, DAYS = 2_000, 20, 365
_AT_ONCE = 5_000
_STATUSES: tuple[tuple[DeliveryStatus, int], ...] = (("DELIVERED", 700), ("DROPPED", 290), ("FAILED", 9), ("PENDING", 1))
_REACTIONS: tuple[tuple[ActionQualifier | None, int], ...] = (
    (None, 800),
    ("OPENAPP", 120),
    ("DISMISS", 70),
    ("VIEWED", 9),
    ("STOPDELIVERY", 1),
)
_T = TypeVar("_T")
RULE_IDS = [derived_id("rule", number) for number in range(RULES)]

# What people look for, and the filters that fit fewest among most.
SEARCHES = {
    "newest": Sought(),
    "dropped": Sought(status="DROPPED"),
    "failed": Sought(status="FAILED"),
    "busy rule": Sought(rule_id=RULE_IDS[0]),
    "rare rule, failed": Sought(rule_id=RULE_IDS[-1], status="FAILED"),
    "busy rule, pending, opted out": Sought(rule_id=RULE_IDS[0], status="PENDING", interaction="STOPDELIVERY"),
    "opted out": Sought(interaction="STOPDELIVERY"),
    "nothing done, failed": Sought(interaction="NONE", status="FAILED"),
    "dismissed, pending": Sought(interaction="DISMISS", status="PENDING"),
    "home": Sought(building="home-0007"),
    "home, rule, dismissed": Sought(building="home-0007", rule_id=RULE_IDS[0], interaction="DISMISS"),
    "a week half a year ago": Sought(from_ms=NEWEST_MS - 182 * DAY_MS, to_ms=NEWEST_MS - 175 * DAY_MS),
    "a month, failed": Sought(status="FAILED", from_ms=NEWEST_MS - 90 * DAY_MS, to_ms=NEWEST_MS - 60 * DAY_MS),
}


def report(quick: bool, database_url: str | None = None) -> list[str]:
    """Median and slowest of each search, its first page and one far behind it."""
    number, repeats = (100_000, 5) if quick else (1_000_000, 21)
    with tempfile.TemporaryDirectory(prefix="hearth-bench-") as folder:
        settings = Settings(data_dir=folder, database_url=database_url or "")
        with open_installation(settings) as installation:
            _fill(installation.store, number)
            if database_url is None:
                rows = [f"SQLite, {number:,} notifications, {Path(folder, 'hearth.sqlite3').stat().st_size / 1e9:.1f} GB"]
            else:
                rows = [f"PostgreSQL, {number:,} notifications"]
            return rows + list(_measured(NotificationLists(installation.store, installation.clock), repeats))


def _measured(lists: NotificationLists, repeats: int) -> Iterator[str]:
    for name, sought in SEARCHES.items():
        for page in ("first page", "tenth page"):
            after = None
            if page == "tenth page":
                found, _ = lists.list_page(CUSTOMER, sought, None, 300)
                after = found[-1].notification.id if found else None
            taken = []
            for _ in range(repeats):
                started = time.perf_counter()
                lists.list_page(CUSTOMER, sought, after, 30)
                taken.append((time.perf_counter() - started) * 1e3)
            yield f"{name}, {page}: {statistics.median(taken):.1f} ms, at most {max(taken):.1f} ms"
    started = time.perf_counter()
    lists.count_by_rule(CUSTOMER, 0, NEWEST_MS + DAY_MS)
    yield f"all counted by rule and status: {(time.perf_counter() - started) * 1e3:.0f} ms"


def _fill(store: Store, number: int) -> None:
    chance = random.Random(8)
    with store.write() as session:
        session.customers.add(Customer(id=CUSTOMER, name="Bench", created_at_ms=0))
        for home in range(HOMES):
            name = f"home-{home:04}"
            session.buildings.add(
                Building(
                    id=name,
                    customer_id=CUSTOMER,
                    customer_building_id=name,
                    time_zone_id="Europe/Zurich",
                    registration_at_ms=0,
                    activation_at_ms=0,
                )
            )
        for at, rule_id in enumerate(RULE_IDS):
            session.rules.add_version(Rule(id=rule_id, customer_id=CUSTOMER, name=f"Rule {at}", created_at_ms=0))
    zeal = [1 / (1 + at) for at in range(RULES)]
    for start in range(0, number, _AT_ONCE):
        some = [_notification(chance, each, number, zeal) for each in range(start, min(start + _AT_ONCE, number))]
        with store.write(durable=False) as session:
            session.notifications.add_all(some)
            for each in some:
                reaction = None if each.status == "DROPPED" else _drawn(chance, _REACTIONS)
                if reaction is not None:
                    done = Interaction(action_qualifier=reaction, occurred_at_ms=each.created_at_ms + MINUTE_MS)
                    session.notifications.add_interaction(CUSTOMER, each.id, done)


def _notification(chance: random.Random, number: int, of: int, zeal: list[float]) -> Notification:
    home = f"home-{chance.randrange(HOMES):04}"
    status = _drawn(chance, _STATUSES)
    at_ms = NEWEST_MS - DAYS * DAY_MS + DAYS * DAY_MS * number // of
    text = RenderedText(title="Plenty of solar power", message="3.4 kW are left over until 16:00: charge the car now. " * 2)
    return Notification(
        id=derived_id("note", number),
        customer_id=CUSTOMER,
        building_id=home,
        customer_building_id=home,
        rule_id=chance.choices(RULE_IDS, zeal)[0],
        rule_version=1,
        trigger_sequence=number,
        created_at_ms=at_ms,
        stored_at_ms=at_ms,
        status=status,
        drop_reason="time_between" if status == "DROPPED" else None,
        content=None if status == "DROPPED" else Content(texts=dict.fromkeys(("de", "en", "fr"), text)),
        trace={"ended": "generated", "values": {"Excess": 3412.5}, "datasets": {"Excess": {"newest": 3412.5, "count": 4}}},
    )


def _drawn(chance: random.Random, weighted: Sequence[tuple[_T, int]]) -> _T:
    return chance.choices([each for each, _ in weighted], [weight for _, weight in weighted])[0]
