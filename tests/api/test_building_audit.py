"""The audit of buildings: what a client changes is noted once, and nothing in it tells who lives there."""

from typing import Any

import httpx2
import pytest
from tests.api.test_buildings_api import FULL, minimal

from hearth.core.identifiers import derived_id
from hearth.domain.audit import COMMAND_LINE, Actor, AuditEntry
from hearth.domain.customers import Customer
from hearth.domain.notifications import Notification
from hearth.ports import Store
from hearth.services.access import Access
from hearth.services.auditing import AuditLog
from hearth.testing.clocks import MovableClock


@pytest.fixture
def api_store(store: Store) -> Store:
    """Each database in turn."""
    return store


@pytest.fixture
def token(access: Access, credentials: tuple[str, str]) -> str:
    """That of a client, not of the command line."""
    return access.issue_token(*credentials, None, "192.0.2.1").access_token


@pytest.fixture
def log(api_store: Store, customer: Customer) -> Any:
    def read(search: str = "building.") -> list[AuditEntry]:
        """Oldest first."""
        return AuditLog(api_store).list_page(customer.id, search, None, 100)[0][::-1]

    return read


async def test_a_clients_changes_are_noted_with_what_changed(
    api: httpx2.AsyncClient, log: Any, credentials: tuple[str, str]
) -> None:
    await api.post("/buildings/v1", json=minimal(kwp=9.6))
    await api.put("/buildings/v1", json=minimal(kwp=12.0, countryCode="CH"))
    await api.put("/buildings/v1", json=minimal(kwp=12.0, countryCode="CH", deactivatedTimestamp=1_767_225_600))
    await api.put("/buildings/v1", json=minimal(kwp=12.0, countryCode="CH"))
    await api.delete("/buildings/house-1/v1")
    entries = log()
    assert [(entry.action, entry.before, entry.after) for entry in entries] == [
        ("building.added", None, {"kwp": 9.6}),
        ("building.changed", {"kwp": 9.6, "country_code": None}, {"kwp": 12.0, "country_code": "CH"}),
        ("building.deactivated", {"deactivated_at_ms": None}, {"deactivated_at_ms": 1_767_225_600_000}),
        ("building.reactivated", {"deactivated_at_ms": 1_767_225_600_000}, {"deactivated_at_ms": None}),
        ("building.erased", None, None),
    ]
    assert {entry.subject for entry in entries} == {"house-1"}
    assert {entry.actor for entry in entries} == {Actor(kind="client", id=credentials[0])}
    assert log(credentials[0]) == [*log("client.created"), *entries]


async def test_a_cloud_that_sends_the_same_again_and_again_is_noted_once(
    api: httpx2.AsyncClient, log: Any, api_store: Store, clock: MovableClock
) -> None:
    await api.post("/buildings/v1", json=FULL)
    with api_store.read() as session:
        before = session.changes.last_number_for_operator()
    for _ in range(3):
        clock.advance(seconds=60)
        assert (await api.put("/buildings/v1", json=FULL)).status_code == 200
    read = (await api.get("/buildings/house-1/v1")).json()
    assert (await api.put("/buildings/v1", json=read)).status_code == 200
    assert [entry.action for entry in log()] == ["building.added"]
    with api_store.read() as session:
        assert session.changes.last_number_for_operator() == before  # nor does the engine hear of anything


async def test_who_lives_where_with_what_is_not_in_the_log(api: httpx2.AsyncClient, log: Any) -> None:
    await api.post("/buildings/v1", json=FULL)
    moved = {**FULL, "zip": "4051", "city": None, "userIds": ["ben:2", "carla"], "properties": {"note": "gone to Basel"}}
    await api.put("/buildings/v1", json={**moved, "devices": [*FULL["devices"], {"id": "car-of-ben", "type": "CAR"}]})
    await api.put("/buildings/v1", json={**moved, "devices": [], "disabledNotifications": []})
    added, changed, again = log()
    veiled = {"zip": "set", "city": "set", "user_ids": 2, "disabled_notifications": 2, "devices": 1, "properties": 5}
    assert {name: added.after[name] for name in veiled} == veiled
    assert changed.before == {"zip": "set", "city": "set", "user_ids": 2, "devices": 1, "properties": 5}
    assert changed.after == {"zip": "set, changed", "city": None, "user_ids": "2, changed", "devices": 2, "properties": 1}
    assert (again.before, again.after) == (
        {"disabled_notifications": 2, "devices": 2},
        {"disabled_notifications": 0, "devices": 0},
    )
    told = repr([(entry.before, entry.after) for entry in log()])
    for personal in ("anna", "ben", "carla", "3011", "4051", "Bern", "Basel", "meter-1", "Main meter", "north wing", "floorArea"):
        assert personal not in told


async def test_true_and_one_are_not_the_same(api: httpx2.AsyncClient, log: Any) -> None:
    await api.post("/buildings/v1", json=minimal(properties={"heated": True}))
    await api.put("/buildings/v1", json=minimal(properties={"heated": 1}))
    assert (await api.get("/buildings/house-1/v1")).json()["properties"] == {"heated": 1}
    assert log()[-1].after == {"properties": "1, changed"}


async def test_prices_come_like_events_and_are_not_noted(api: httpx2.AsyncClient, log: Any) -> None:
    await api.post("/buildings/v1", json=minimal())
    for price in ("0.21", "0.34"):
        slices = {"slices": [{"start": 1_767_225_600, "end": 1_767_229_200, "price": price}]}
        answer = await api.put("/buildings/house-1/tariff/v1", json=slices)
        assert answer.json()["settings"]["tariff"]["dynamic"]["slices"][0]["price"] == price
    _, changed = log()
    assert changed.before == {"tariff": None}
    assert (changed.after["tariff"]["type"], changed.after["tariff"]["slices"]) == ("DYNAMIC", [])


async def test_what_is_refused_is_not_noted(api: httpx2.AsyncClient, other_api: httpx2.AsyncClient, log: Any) -> None:
    await api.post("/buildings/v1", json=minimal())
    assert (await api.post("/buildings/v1", json=minimal())).status_code == 409
    assert (await api.put("/buildings/v1", json=minimal("house-2"))).status_code == 404
    assert (await other_api.delete("/buildings/house-1/v1")).status_code == 404
    assert [entry.action for entry in log()] == ["building.added"]


async def test_a_household_that_switches_a_rule_off_and_on_is_noted_without_its_name(
    api: httpx2.AsyncClient, log: Any, api_store: Store, customer: Customer, clock: MovableClock
) -> None:
    building_id = (await api.post("/buildings/v1", json=minimal())).json()["id"]
    notification = Notification(
        id=derived_id("n"),
        customer_id=customer.id,
        building_id=building_id,
        customer_building_id="house-1",
        rule_id="e" * 24,
        rule_version=1,
        trigger_sequence=1,
        created_at_ms=clock.now_ms(),
        stored_at_ms=clock.now_ms(),
        status="DELIVERED",
    )
    with api_store.write() as session:
        session.notifications.add_all([notification])
    for kind in ("STOPDELIVERY", "STOPDELIVERY", "RESUMEDELIVERY", "RESUMEDELIVERY"):
        report = {"actionQualifier": kind, "userId": "anna"}
        assert (await api.post(f"/pushnotifications/{notification.id}/interactions/v1", json=report)).status_code == 200
    told = [(entry.action, entry.actor.kind, entry.subject, entry.after) for entry in log("delivery.")]
    after = {"ruleId": "e" * 24, "for": "user"}
    assert told == [("delivery.stopped", "client", "house-1", after), ("delivery.resumed", "client", "house-1", after)]


async def test_the_command_line_is_named_as_such(access: Access, customer: Customer, app: Any, log: Any) -> None:
    headers = {"Authorization": f"Bearer {access.issue_local_token(customer.id).access_token}"}
    async with httpx2.AsyncClient(
        transport=httpx2.ASGITransport(app=app), base_url="http://hearth.test", headers=headers
    ) as local:
        await local.post("/buildings/v1", json=minimal())
    assert log()[-1].actor == COMMAND_LINE
