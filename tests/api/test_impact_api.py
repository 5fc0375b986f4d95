"""Impact over HTTP and in a terminal, as the manual's page shows both; and each kind of interaction that it names."""

import json
import os
import re
from pathlib import Path
from typing import Any, cast, get_args

import httpx2
import pytest
from pydantic import TypeAdapter
from tests.api.energy_homes import add_home, append, series_of
from tests.api.manual_calls import assert_calls_give_what_is_shown
from typer.testing import CliRunner

from hearth.api import ApiParts
from hearth.cli.rules import app as command
from hearth.core.identifiers import derived_id
from hearth.core.instants import DAY_MS, HOUR_MS, MINUTE_MS
from hearth.domain.audit import COMMAND_LINE
from hearth.domain.customers import Customer, Member
from hearth.domain.notifications import InteractionKind, Notification
from hearth.domain.rules import Dataset, Rule
from hearth.engine.effects import Outcome
from hearth.ports import Store
from hearth.runtime.writer import store_outcomes
from hearth.services.access import Access
from hearth.services.impact_bodies import ImpactReport, RuleImpactReport
from hearth.services.impact_measuring import ImpactMeasuring
from hearth.testing.clocks import MovableClock

PAGE = Path(__file__).parents[2] / "docs/integrate/interactions.md"
RULE = "650000000000000000000001"
NOON_MS = 1_767_956_400_000  # Friday, 9 January 2026, 12:00 in Zurich
HOMES = 20
DAYS = (0, 5, 12)


@pytest.fixture(autouse=True)
def told(parts: ApiParts, api_store: Store, customer: Customer, catalogue: Any, clock: MovableClock) -> list[str]:
    """Twenty homes, each told three times; two in five open it, one in five charges the car. The ids, oldest first."""
    clock.move_to(NOON_MS - 40 * DAY_MS)
    with api_store.write() as session:
        dataset = Dataset(name="Mode", kind="SINGLE_VALUE", event_types=("CHARGING_MODE",))
        session.rules.add_version(
            Rule(id=RULE, customer_id=customer.id, name="Charge", created_at_ms=0, tags=("solar",), datasets=(dataset,))
        )
    ids = []
    for home in range(HOMES):
        building_id = add_home(parts.buildings, customer.id, f"home-{home + 1}")
        box = series_of(api_store, customer.id, building_id, "CHARGING_MODE", source="CAR_CHARGER", device="box")
        charges = [NOON_MS + day * DAY_MS + 4 * MINUTE_MS for day in DAYS] if home % 5 == 0 else []
        by_chance = [NOON_MS - 3 * DAY_MS + 7 * MINUTE_MS] if home < 6 else []
        states = sorted([NOON_MS - 30 * DAY_MS, *by_chance, *charges])
        append(api_store, customer.id, [(box, at_ms, float(number % 2)) for number, at_ms in enumerate(states)])
        ids += [_tell(api_store, customer, building_id, home, day) for day in DAYS]
    for number, notification_id in enumerate(ids):
        home = number // len(DAYS)
        clock.move_to(NOON_MS + DAYS[number % len(DAYS)] * DAY_MS + HOUR_MS)
        for kind in ("VIEWED", "COMMAND") if home % 5 == 0 else ("VIEWED",) if home % 5 == 1 else ():
            parts.notifications.interact(customer.id, notification_id, kind, None, COMMAND_LINE)
    clock.move_to(NOON_MS + 20 * DAY_MS)
    ImpactMeasuring(api_store, catalogue, clock).look()
    return ids


def _tell(store: Store, customer: Customer, building_id: str, home: int, day: int) -> str:
    at_ms = NOON_MS + day * DAY_MS
    note = Notification(
        id=derived_id("told", home, day),
        customer_id=customer.id,
        building_id=building_id,
        customer_building_id=f"home-{home + 1}",
        rule_id=RULE,
        rule_version=1,
        trigger_sequence=day + 1,
        created_at_ms=at_ms,
        stored_at_ms=at_ms,
        status="PENDING",
    )
    with store.write() as session:
        store_outcomes(session, [Outcome(note, 6 * HOUR_MS)])
    return note.id


def reports_of_the_page() -> list[dict[str, str]]:
    """The three interactions that the page reports, before it asks what came of it all."""
    reports = re.findall(r'```json\n(\{"actionQualifier.*?\})\n```', PAGE.read_text(encoding="utf-8"))
    assert len(reports) == 3
    return [json.loads(report) for report in reports]


async def test_the_calls_of_the_page_give_what_it_shows(api: httpx2.AsyncClient, told: list[str]) -> None:
    text = PAGE.read_text(encoding="utf-8")
    kinds = set(re.findall(r"^\| `([A-Z]+)`", text, re.MULTILINE))
    assert kinds == set(get_args(InteractionKind))
    switched = []
    for report in reports_of_the_page():
        answer = await api.post(f"/pushnotifications/{told[-1]}/interactions/v1", json=report)
        assert (answer.status_code, answer.content) == (200, b"")
        switched.append((await api.get("/buildings/home-20/v1")).json()["disabledNotifications"])
    assert switched == [[], [{"ruleId": RULE, "userId": "anna@example.org"}], []]
    await assert_calls_give_what_is_shown(PAGE, api, calls=1)


async def test_all_rules_are_answered_together_by_tag_and_by_rule(api: httpx2.AsyncClient) -> None:
    span = {"from": "2026-01-01", "to": "2026-01-31"}
    one = (await api.get(f"/rules/{RULE}/impact/v1", params=span)).raise_for_status().json()
    every = (await api.get("/rules/impact/v1", params=span)).raise_for_status().json()
    TypeAdapter(RuleImpactReport).validate_python(one)
    TypeAdapter(ImpactReport).validate_python(every)
    assert every["rules"] == [{name: one[name] for name in ("ruleId", "name", "tags", "impact")}]
    assert every["total"] == one["impact"]
    assert (
        every["tags"]["solar"]["awareness"]
        == one["impact"]["awareness"]
        == pytest.approx({"count": 24, "of": 60, "share": 0.4, "low": 0.2857, "high": 0.5263})
    )
    assert one["impact"]["behaviourChange"]["isBeyondChance"] is True
    nothing = (await api.get("/rules/impact/v1", params={"tags": "night"})).raise_for_status().json()
    assert (nothing["rules"], nothing["tags"], nothing["total"]["awareness"]["of"]) == ([], {}, 0)


async def test_what_is_asked_wrong_is_refused_and_others_rules_do_not_exist(
    api: httpx2.AsyncClient, other_api: httpx2.AsyncClient
) -> None:
    for query in ("from=2026-02-01&to=2026-01-01", "from=2024-01-01&to=2026-01-01", "from=yesterday"):
        assert (await api.get(f"/rules/impact/v1?{query}")).status_code == 400
    assert (await api.get("/rules/impact/v1?to=0001-01-02")).json()["span"] == {"first": "0001-01-01", "last": "0001-01-02"}
    assert (await api.get(f"/rules/{'f' * 24}/impact/v1")).status_code == 404
    assert (await other_api.get(f"/rules/{RULE}/impact/v1")).status_code == 404
    assert (await other_api.get("/rules/impact/v1")).json()["rules"] == []


async def test_statistics_alone_do_not_tell_what_households_did(
    app: Any, access: Access, api_store: Store, customer: Customer
) -> None:
    member = Member(
        id="d" * 24, customer_id=customer.id, email="b@x.ch", name="B", password_hash="", created_at_ms=0, role="Billing"
    )
    with api_store.write() as session:
        session.members.add(member)
    headers = {"Authorization": f"Bearer {access.issue_member_token(member).access_token}"}
    transport = httpx2.ASGITransport(app=app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://hearth.test", headers=headers) as billing:
        for path in ("/rules/impact/v1", f"/rules/{RULE}/impact/v1"):
            answer = await billing.get(path)
            assert answer.status_code == 403
            assert "read:pushnotifications" in answer.json()["detail"]


def test_the_command_shows_the_same_in_words(tmp_path: Path, parts: ApiParts, customer: Customer, told: list[str]) -> None:
    for report in reports_of_the_page():
        kind, user_id = report["actionQualifier"], report.get("userId")
        parts.notifications.interact(customer.id, told[-1], cast("InteractionKind", kind), user_id, COMMAND_LINE)
    asked = ["impact", "Charge", "--from", "2026-01-01", "--to", "2026-01-31", "--data-dir", str(tmp_path)]
    shown = CliRunner().invoke(command, asked, env={"COLUMNS": "140"})
    assert shown.exit_code == 0, shown.output
    lines = "\n".join(line.rstrip() for line in shown.output.splitlines())
    block = f"```text\n$ hearth rules {' '.join(asked[:-2])}\n{lines}\n```"
    text = PAGE.read_text(encoding="utf-8")
    if os.environ.get("UPDATE"):
        text = re.sub(r"```text\n.*?```", lambda _: block, text, flags=re.DOTALL)
        PAGE.write_text(text, encoding="utf-8")
    assert block in text
    answer = json.loads(CliRunner().invoke(command, [*asked, "--json"]).output)
    assert answer["impact"]["awareness"]["count"] == 25
    wrong = CliRunner().invoke(command, [*asked[:3], "January", *asked[4:]])
    assert "YYYY-MM-DD" in str(wrong.exception)
