"""Contacts of end users over the API, and the page that ends advice of a kind: what is kept, shown, logged and erased."""

import json
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest
from structlog.testing import capture_logs
from tests.api.manual_calls import assert_calls_give_what_is_shown

from hearth.domain.buildings import DisabledNotification
from hearth.domain.notifications import Content, Notification, RenderedText
from hearth.services.auditing import AuditLog
from hearth.services.stop_links import StopLinks

MANUAL = Path(__file__).parents[2] / "docs/integrate/channels.md"
PATH = "/buildings/home/users/anna@example.org/contacts/v1"
CONTACT = {"email": "anna@example.org", "fcmTokens": ["token-1", "token-2"], "language": "de"}


@pytest.fixture
async def building(api):
    body = {"customerBuildingId": "home", "userIds": ["anna@example.org", "bert"]}
    return (await api.post("/buildings/v1", json=body)).json()


async def test_a_contact_is_kept_and_forgotten(api, building):
    assert (await api.get(PATH)).json() == {"email": None, "fcmTokens": [], "language": None}
    answer = await api.put(PATH, json=CONTACT | {"email": " Anna@Example.org "})
    assert (answer.status_code, answer.json()) == (200, CONTACT)
    assert (await api.get(PATH)).json() == CONTACT
    assert (await api.put(PATH, json={"language": "fr"})).json() == {"email": None, "fcmTokens": [], "language": "fr"}
    assert (await api.delete(PATH)).status_code == 204
    assert (await api.get(PATH)).json()["language"] is None


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"email": "anna"}, "/email"),
        ({"fcmTokens": ["good", "not good"]}, "/fcmTokens/1"),
        ({"fcmTokens": [f"t{number}" for number in range(21)]}, "/fcmTokens"),
        ({"language": "DE"}, "/language"),
        ({"mail": "anna@example.org"}, "/mail"),
    ],
)
async def test_a_mistake_is_told_at_its_field(api, building, body, pointer):
    answer = await api.put(PATH, json=body)
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["pointer"] == pointer


async def test_only_users_of_the_building_have_one(api, building, other_token, anonymous):
    for path in (PATH.replace("anna@example.org", "carl"), PATH.replace("home", "flat")):
        assert (await api.put(path, json=CONTACT)).status_code == 404
    theirs = {"Authorization": f"Bearer {other_token}"}
    assert (await anonymous.get(PATH, headers=theirs)).status_code == 404
    assert (await anonymous.get(PATH)).status_code == 401


async def test_who_leaves_the_building_is_forgotten_and_all_with_the_building(api, building, api_store, customer):
    for user in ("anna@example.org", "bert"):
        await api.put(f"/buildings/home/users/{user}/contacts/v1", json=CONTACT)
    await api.put("/buildings/v1", json={"customerBuildingId": "home", "userIds": ["bert"]})
    await api.put("/buildings/v1", json={"customerBuildingId": "home", "userIds": ["anna@example.org", "bert"]})
    assert (await api.get(PATH)).json()["email"] is None
    assert (await api.get(PATH.replace("anna@example.org", "bert"))).json() == CONTACT
    assert (await api.delete("/buildings/home/v1")).status_code == 202
    with api_store.read() as session:
        assert session.contacts.list_of(customer.id, [building["id"]]) == {}


async def test_no_address_is_in_a_log_or_in_the_audit_log(api, building, api_store, customer):
    with capture_logs() as logged:
        await api.put(PATH, json=CONTACT)
        await api.put(PATH, json=CONTACT | {"email": "other@example.org"})
        await api.delete(PATH)
    entries = [entry for entry in AuditLog(api_store).list_page(customer.id, "", None, 50)[0] if "contacts" in entry.action]
    shown = {"email": "set", "fcm_tokens": 2, "language": "de"}
    assert [(entry.subject, entry.before, entry.after) for entry in entries] == [
        ("home", shown, None),
        ("home", shown, shown | {"changed": True}),
        ("home", None, shown),
    ]
    told = json.dumps([entry.after for entry in entries]) + str([line for line in logged if line["event"] != "request"])
    assert "token-1" not in told
    assert "example.org" not in told


async def test_an_export_has_them(api, building):
    await api.put(PATH, json=CONTACT)
    archive = ZipFile(BytesIO((await api.get("/buildings/home/export/v1")).content))
    assert json.loads(archive.read("contacts.json")) == [{"userId": "anna@example.org"} | CONTACT]


@pytest.fixture
def link(building, api_store, customer, sealer) -> str:
    notification = Notification(
        id="d" * 24,
        customer_id=customer.id,
        building_id=building["id"],
        customer_building_id="home",
        rule_id="e" * 24,
        rule_version=1,
        trigger_sequence=1,
        created_at_ms=1,
        stored_at_ms=1,
        status="DELIVERED",
        content=Content(
            texts={
                "en": RenderedText(title="Plenty of <sun>", message="…"),
                "de": RenderedText(title="Viel Sonne", message="…"),
            }
        ),
    )
    with api_store.write() as session:
        session.notifications.add_all([notification])
    return StopLinks(sealer, "").link(customer.id, notification.id, "bert")


async def test_opening_the_link_changes_nothing_and_one_click_ends_it(anonymous, api, link, api_store, customer):
    with capture_logs() as logged:
        page = await anonymous.get(link, headers={"accept-language": "fr-CH, de;q=0.5"})
        assert page.status_code == 200
        assert "Ne plus recevoir" in page.text
        assert "Plenty of &lt;sun&gt;" in page.text
        assert "script" not in page.text
        assert page.headers["referrer-policy"] == "no-referrer"
        assert not (await api.get("/buildings/home/v1")).json()["disabledNotifications"]
        for _ in range(2):
            ended = await anonymous.post(link, data={"List-Unsubscribe": "One-Click"}, headers={"accept-language": "de"})
            assert "keine solchen Hinweise mehr" in ended.text
        assert "keine solchen" in (await anonymous.get(link, headers={"accept-language": "de"})).text
        wrong = await anonymous.post(link[:-3] + "xyz")
    assert (wrong.status_code, "no longer good" in wrong.text) == (404, True)
    with api_store.read() as session:
        found = session.buildings.find(customer.id, "home")
        assert len(session.notifications.list_interactions(customer.id, "d" * 24)) == 1
    assert found.disabled_notifications == (DisabledNotification(rule_id="e" * 24, user_id="bert"),)
    token = link.rpartition("/")[2]
    assert token[:40] not in str(logged)
    assert [line["path"] for line in logged if line["event"] == "request" and "unsubscribe" in line["path"]]


async def test_the_manuals_calls_give_what_is_shown(api):
    await api.post("/buildings/v1", json={"customerBuildingId": "house-4711", "userIds": ["anna@example.org"]})
    await assert_calls_give_what_is_shown(MANUAL, api, 2)
