"""Notifications and interactions over HTTP, in the wire form that is delivered too."""

from typing import Any

import httpx2
import pytest

from hearth.api.wire.notifications import Notification as WireNotification
from hearth.core.identifiers import derived_id
from hearth.domain.customers import Customer
from hearth.domain.notifications import Content, DeliveryStatus, Notification, RenderedAction, RenderedText
from hearth.ports import Store
from hearth.testing.clocks import MovableClock


@pytest.fixture
def api_store(store: Store) -> Store:
    """Each database in turn."""
    return store


RULE = "a" * 24
LIST = "/pushnotifications/buildings/house-1/v1"
STATUSES: tuple[DeliveryStatus, ...] = ("PENDING", "DELIVERED", "FAILED", "DROPPED", "DELIVERED")


@pytest.fixture
async def stored(api: httpx2.AsyncClient, api_store: Store, customer: Customer, clock: MovableClock) -> list[str]:
    """Ids of five notifications of house-1, oldest first, the fourth dropped."""
    building = (await api.post("/buildings/v1", json={"customerBuildingId": "house-1"})).json()
    await api.post("/buildings/v1", json={"customerBuildingId": "house-2"})
    content = Content(
        texts={
            "en": RenderedText(
                title="Sun", message="3.2 kW to spare", primary=RenderedAction(text="Open", parameter="https://a.b")
            ),
            "de": RenderedText(title="Sonne", message="3,2 kW übrig"),
        },
        action_qualifiers={"primary": "OPENWEB", "dismiss": "DISMISS"},
        command="BOOST 60",
    )
    notifications = [
        Notification(
            id=derived_id("notification", number),
            customer_id=customer.id,
            building_id=building["id"],
            customer_building_id="house-1",
            rule_id=RULE,
            rule_version=1,
            trigger_sequence=number,
            created_at_ms=clock.now_ms() + number * 1_000,
            stored_at_ms=clock.now_ms() + 7_890,
            status=status,
            priority="high",
            user_ids=("anna",),
            content=None if status == "DROPPED" else content,
            drop_reason="time_between" if status == "DROPPED" else None,
        )
        for number, status in enumerate(STATUSES)
    ]
    with api_store.write() as session:
        session.notifications.add_all(notifications)
    return [notification.id for notification in notifications]


async def test_they_are_listed_newest_first_in_the_documented_form(
    api: httpx2.AsyncClient, stored: list[str], customer: Customer, clock: MovableClock
) -> None:
    listed = (await api.get(LIST)).json()
    assert [one["id"] for one in listed] == [stored[4], stored[2], stored[1], stored[0]]
    assert listed[0] == {
        "id": stored[4],
        "customerId": customer.id,
        "customerBuildingId": "house-1",
        "ruleId": RULE,
        "userIds": ["anna"],
        "priority": "high",
        "createdAtTimeMillis": clock.now_ms() + 4_000,
        "ingestionTimestamp": clock.now_ms() // 1_000 + 7,
        "deliveryStatus": "DELIVERED",
        "notification": {
            "actionQualifier": {"primary": "OPENWEB", "dismiss": "DISMISS"},
            "texts": {
                "en": {
                    "title": "Sun",
                    "message": "3.2 kW to spare",
                    "actions": {"primary": {"text": "Open", "parameter": "https://a.b"}},
                },
                "de": {"title": "Sonne", "message": "3,2 kW übrig", "actions": {}},
            },
            "command": "BOOST 60",
        },
        "interaction": None,
    }


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ("deliveryStatus=DELIVERED", [4, 1]),
        ("deliveryStatus=PENDING&deliveryStatus=FAILED", [2, 0]),
        ("deliveryStatus=PENDING,FAILED", [2, 0]),
        ("deliveryStatus=DROPPED", [3]),
        ("deliveryStatus=PENDING,DELIVERED,FAILED,DROPPED", [4, 3, 2, 1, 0]),
    ],
)
async def test_the_status_filters_and_dropped_ones_come_only_when_asked_for(
    api: httpx2.AsyncClient, stored: list[str], query: str, numbers: list[int]
) -> None:
    listed = (await api.get(f"{LIST}?{query}")).json()
    assert [one["id"] for one in listed] == [stored[number] for number in numbers]
    for one in listed:
        WireNotification.model_validate(one)
        assert (one["notification"] is None) == (one["deliveryStatus"] == "DROPPED")
        assert one.get("dropReason") == ("time_between" if one["deliveryStatus"] == "DROPPED" else None)


async def test_they_are_paged_by_links_that_keep_the_filter(api: httpx2.AsyncClient, stored: list[str]) -> None:
    url, pages = f"{LIST}?limit=1&deliveryStatus=DELIVERED&deliveryStatus=FAILED", []
    while url:
        page = await api.get(url)
        pages.append([one["id"] for one in page.json()])
        url = page.links.get("next", {}).get("url", "")
    assert pages == [[stored[4]], [stored[2]], [stored[1]]]
    assert (await api.get(f"{LIST}?after={'f' * 24}")).status_code == 400
    assert (await api.get(f"{LIST}?deliveryStatus=LOST")).status_code == 400
    assert (await api.get(f"{LIST}?ruleId=a%00")).status_code == 400


async def test_interactions_are_kept_and_the_last_is_shown(
    api: httpx2.AsyncClient, stored: list[str], api_store: Store, customer: Customer, clock: MovableClock
) -> None:
    for action, user in (("VIEWED", "anna"), ("OPENWEB", None)):
        clock.advance(seconds=10.7)
        answer = await api.post(
            f"/pushnotifications/{stored[1]}/interactions/v1", json={"actionQualifier": action, "userId": user}
        )
        assert (answer.status_code, answer.content) == (200, b"")
    listed = {one["id"]: one for one in (await api.get(LIST)).json()}
    assert listed[stored[1]]["interaction"] == {
        "actionQualifier": "OPENWEB",
        "userId": None,
        "timestamp": clock.now_ms() // 1_000,
    }
    with api_store.read() as session:
        kept = session.notifications.list_interactions(customer.id, stored[1])
    assert [(one.action_qualifier, one.user_id) for one in kept] == [("VIEWED", "anna"), ("OPENWEB", None)]


@pytest.mark.parametrize("user_id", ["anna@example.org", None])
async def test_stopdelivery_switches_the_rule_off(
    api: httpx2.AsyncClient, stored: list[str], api_store: Store, user_id: str | None
) -> None:
    report: dict[str, Any] = {"actionQualifier": "STOPDELIVERY"}
    if user_id is not None:
        report["userId"] = user_id
    with api_store.read() as session:
        before = session.changes.list_since_for_operator(0)
    for _ in range(2):
        assert (await api.post(f"/pushnotifications/{stored[1]}/interactions/v1", json=report)).status_code == 200
    building = (await api.get("/buildings/house-1/v1")).json()
    assert building["disabledNotifications"] == [{"ruleId": RULE, "userId": user_id}]
    assert (await api.get("/buildings/house-2/v1")).json()["disabledNotifications"] == []
    with api_store.read() as session:
        after = session.changes.list_since_for_operator(0)
    assert [(one.kind, one.building_id) for one in after[len(before) :]] == [("buildings", building["id"])]


async def test_wrong_interactions_are_refused(api: httpx2.AsyncClient, stored: list[str]) -> None:
    url = f"/pushnotifications/{stored[1]}/interactions/v1"
    wrong = await api.post(url, json={"actionQualifier": "CLICKED"})
    assert (wrong.status_code, wrong.json()["errors"][0]["pointer"]) == (400, "/actionQualifier")
    assert (await api.post(url, json={"actionQualifier": "VIEWED", "userId": "a b"})).status_code == 400
    assert (await api.post(url, json={})).status_code == 400
    for unknown in ("f" * 24, "short"):
        answer = await api.post(f"/pushnotifications/{unknown}/interactions/v1", json={"actionQualifier": "VIEWED"})
        assert answer.status_code == 404


async def test_another_customers_notifications_do_not_exist(
    api: httpx2.AsyncClient, other_api: httpx2.AsyncClient, stored: list[str]
) -> None:
    assert (await other_api.get(LIST)).status_code == 404
    report = {"actionQualifier": "STOPDELIVERY"}
    assert (await other_api.post(f"/pushnotifications/{stored[1]}/interactions/v1", json=report)).status_code == 404
    await other_api.post("/buildings/v1", json={"customerBuildingId": "house-1"})
    assert (await other_api.get(LIST)).json() == []
    assert (await other_api.get(f"{LIST}?limit=1&after={stored[4]}")).status_code == 400
    assert (await api.get("/buildings/house-1/v1")).json()["disabledNotifications"] == []


async def test_they_are_listed_by_rule_and_by_when_they_were_made(
    api: httpx2.AsyncClient, stored: list[str], clock: MovableClock
) -> None:
    async def listed(**asked: Any) -> list[str]:
        return [one["id"] for one in (await api.get(LIST, params=asked)).raise_for_status().json()]

    start_seconds = clock.now_ms() / 1_000
    assert await listed(ruleId=RULE) == [stored[4], stored[2], stored[1], stored[0]]
    assert await listed(ruleId="b" * 24) == []
    assert await listed(**{"from": start_seconds + 1, "to": start_seconds + 4}) == [stored[2], stored[1]]
    page = await api.get(LIST, params={"ruleId": RULE, "from": start_seconds + 1, "limit": 1})
    assert [one["id"] for one in page.json()] == [stored[4]]
    following = await api.get(page.links["next"]["url"])
    assert [one["id"] for one in following.json()] == [stored[2]]
    assert (await api.get(LIST, params={"from": "yesterday"})).status_code == 400
