"""A building's export: all that is stored of it, in an archive that is made while it is sent; nothing of anybody else."""

import csv
import io
import json
from pathlib import Path
from zipfile import ZipFile

import httpx2
import pytest
from fastapi import FastAPI
from typer.testing import CliRunner

from hearth.api import ApiParts
from hearth.api.exports import export_zip
from hearth.bootstrap import open_installation, read_settings
from hearth.cli.building import app as commands
from hearth.domain.audit import Actor
from hearth.domain.customers import Customer
from hearth.domain.events import EventColumns, LogEntry, LogKind
from hearth.domain.notifications import Attempt, Content, Delivery, Interaction, Notification, RenderedText
from hearth.ports import Store
from hearth.services.access import Access

HOUSE = {
    "customerBuildingId": "house:1",
    "countryCode": "CH",
    "city": "Bern",
    "devices": [{"id": "meter", "type": "SMART_METER", "name": 'Zähler, "neu"'}],
}
PATH = "/buildings/house:1/export/v1"
NOW_MS = 1_767_225_600_000
LONG_AGO_MS = NOW_MS - 400 * 86_400_000


@pytest.fixture
def api_store(store: Store) -> Store:
    """Both databases: it is what they hold that is told."""
    return store


def put_events(store: Store, customer_id: str, building_id: str, times_ms: list[int], sequence: int) -> None:
    from array import array

    with store.write() as session:
        series = session.series.find_or_add(
            customer_id, building_id, "POWER_CONSUMPTION", "meter", "SMART_METER", 'Zähler, "neu"'
        )
        columns = EventColumns(
            series_ids=array("i", [series.id] * len(times_ms)),
            times_ms=array("q", times_ms),
            values=array("d", [float(index) for index in range(len(times_ms))]),
        )
        entry = LogEntry(sequence=sequence, customer_id=customer_id, kind=LogKind.LIVE, received_at_ms=NOW_MS, columns=columns)
        session.events.append([entry])


@pytest.fixture
async def building_id(api: httpx2.AsyncClient, other_api: httpx2.AsyncClient, store: Store, customer: Customer) -> str:
    """A building with something of each kind; and one of the same name of another customer."""
    building_id = str((await api.post("/buildings/v1", json=HOUSE)).json()["id"])
    await other_api.post("/buildings/v1", json=HOUSE)
    await api.post("/buildings/v1", json={**HOUSE, "customerBuildingId": "house:10"})
    put_events(store, customer.id, building_id, [LONG_AGO_MS, LONG_AGO_MS + 1_500, NOW_MS], 1)
    notification = Notification(
        id="0" * 23 + "f",
        customer_id=customer.id,
        building_id=building_id,
        customer_building_id="house:1",
        rule_id="rule",
        rule_version=1,
        trigger_sequence=1,
        created_at_ms=NOW_MS,
        stored_at_ms=NOW_MS,
        status="DELIVERED",
        content=Content(texts={"en": RenderedText(title="Sun", message="Use it.")}),
        trace={},
    )
    delivery = Delivery(
        id="delivery",
        customer_id=customer.id,
        building_id=building_id,
        notification_id=notification.id,
        channel="webhook",
        created_at_ms=NOW_MS,
        due_at_ms=NOW_MS,
        expires_at_ms=NOW_MS + 1,
    )
    with store.write() as session:
        session.notifications.add_all([notification])
        session.outbox.add_all([delivery])
        for user in ("ann", "bob"):
            interaction = Interaction(action_qualifier="VIEWED", occurred_at_ms=NOW_MS, user_id=user)
            session.notifications.add_interaction(customer.id, notification.id, interaction)
        attempt = Attempt(delivery_id="delivery", attempted_at_ms=NOW_MS, duration_ms=5, status_code=200)
        session.outbox.record_attempt(customer.id, attempt)
    return building_id


def opened(body: bytes) -> dict[str, bytes]:
    with ZipFile(io.BytesIO(body)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


async def test_all_of_a_building_is_in_its_archive(api: httpx2.AsyncClient, building_id: str) -> None:
    answer = await api.get(PATH)
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/zip")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="house_1.zip"'
    files = opened(answer.content)
    names = ["building", "contacts", "notifications", "forecasts", "audit", "set-aside"]
    assert list(files) == [*(f"{name}.json" for name in names), "events/POWER_CONSUMPTION.csv"]
    assert json.loads(files["building.json"]) == (await api.get("/buildings/house:1/v1")).json()
    [told] = json.loads(files["notifications.json"])
    [listed] = (await api.get("/pushnotifications/buildings/house:1/v1")).json()
    assert {**told, **listed} == told
    assert [each["userId"] for each in told["interactions"]] == ["ann", "bob"]
    assert [each["statusCode"] for each in told["attempts"]] == [200]
    assert json.loads(files["forecasts.json"]) == (await api.get("/buildings/house:1/forecasts/v1")).json()
    assert [(each["action"], each["by"]) for each in json.loads(files["audit.json"])] == [("building.added", "commandLine")]
    rows = list(csv.DictReader(io.StringIO(files["events/POWER_CONSUMPTION.csv"].decode())))
    assert [(each["time"], each["timestamp"], each["value"]) for each in rows] == [
        ("2024-11-27T00:00:00+00:00", "1732665600", "0.0"),
        ("2024-11-27T00:00:01.500000+00:00", "1732665601.5", "1.0"),
        ("2026-01-01T00:00:00+00:00", "1767225600", "2.0"),
    ]
    assert {each["deviceName"] for each in rows} == {'Zähler, "neu"'}


async def test_who_acted_is_not_told(api: httpx2.AsyncClient, building_id: str, parts: ApiParts, customer: Customer) -> None:
    ann = Actor(kind="member", id="a" * 24, name="Ann <ann@example.com>")
    building = parts.buildings.get(customer.id, "house:1")
    parts.buildings.replace_tariff_slices(customer.id, building.customer_building_id, (), ann)
    files = opened((await api.get(PATH)).content)
    assert "member" in {each["by"] for each in json.loads(files["audit.json"])}
    assert b"ann@example.com" not in b"".join(files.values())


async def test_another_customer_gets_its_own_and_an_unknown_one_nothing(
    api: httpx2.AsyncClient, other_api: httpx2.AsyncClient, building_id: str
) -> None:
    theirs = opened((await other_api.get(PATH)).content)
    assert json.loads(theirs["notifications.json"]) == []
    assert not any(name.startswith("events/") for name in theirs)
    assert (await api.get("/buildings/nobody/export/v1")).status_code == 404
    await api.delete("/buildings/house:1/v1")
    assert (await api.get(PATH)).status_code == 404


async def test_it_needs_the_scopes_of_all_that_is_in_it(
    app: FastAPI, access: Access, customer: Customer, building_id: str
) -> None:
    client_id, secret = access.create_client(customer.id, scopes=("read:buildings", "read:events", "read:statistics"))
    token = access.issue_token(client_id, secret, None, "127.0.0.1").access_token
    headers = {"Authorization": f"Bearer {token}"}
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="http://hearth.test", headers=headers) as few:
        refused = await few.get(PATH)
    assert (refused.status_code, "read:pushnotifications" in refused.json()["detail"]) == (403, True)


async def test_days_without_events_take_no_time(
    parts: ApiParts, store: Store, customer: Customer, building_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_events(store, customer.id, building_id, [1_000], 10)
    reads, read = [], store.read
    monkeypatch.setattr(store, "read", lambda: reads.append(1) or read())
    rows = opened(b"".join(export_zip(parts.exports, parts.forecasts, customer.id, "house:1", NOW_MS)))
    assert len(rows["events/POWER_CONSUMPTION.csv"].decode().splitlines()) == 1 + 1 + 3
    assert len(reads) < 20


async def test_it_is_sent_while_it_is_made(parts: ApiParts, store: Store, customer: Customer, building_id: str) -> None:
    day_ms = 86_400_000
    for day in range(80):
        put_events(
            store, customer.id, building_id, [LONG_AGO_MS + day * day_ms + at * 7_001 for at in range(2_000)], 10 + day * 2_000
        )
    blocks = list(export_zip(parts.exports, parts.forecasts, customer.id, "house:1", NOW_MS))
    assert len(blocks) > 3
    assert max(map(len, blocks)) < sum(map(len, blocks)) / 4
    rows = opened(b"".join(blocks))["events/POWER_CONSUMPTION.csv"].decode().splitlines()
    assert len(rows) == 1 + 80 * 2_000 + 2  # a header, and the first event once


def test_the_command_writes_the_same(sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEARTH_DATABASE_URL", sqlite_url)
    monkeypatch.setenv("HEARTH_DATA_DIR", str(tmp_path))
    from hearth.services.buildings import BuildingDraft

    with open_installation(read_settings()) as installation:
        customer = installation.customers.create("Solar Bern")
        installation.buildings.add(customer.id, BuildingDraft(customer_building_id="house:1"))
    target = tmp_path / "all.zip"
    result = CliRunner().invoke(commands, ["export", "house:1", "-o", str(target)], catch_exceptions=False)
    assert "wrote" in result.output
    assert json.loads(opened(target.read_bytes())["building.json"])["customerBuildingId"] == "house:1"
