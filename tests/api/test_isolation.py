"""No customer reaches another's: every operation of both served OpenAPI documents is asked with a stranger's ids.

The walk is made from the documents, so that a new route is in it by itself; one with an id that nobody here says how to come by
fails it. Two customers have one of everything, in homes of the same name too. What each is told does not change with what the
other has; and whatever one asks by an id of the other's is answered as if that id had never been.
"""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest
from msgspec.structs import replace
from tests.running import PATIENCE_SECONDS, NobodyToWake

from hearth.api.wire.rules import RULE_EXAMPLE
from hearth.bootstrap import Installation, open_installation, read_settings
from hearth.core.instants import MINUTE_MS
from hearth.domain.channels import Email
from hearth.domain.events import SetAside
from hearth.domain.notifications import Attempt, Content, Delivery, Notification, RenderedText
from hearth.testing.clocks import MovableClock

NOW_MS = 1_767_312_000_000  # 2026-01-02: a day after the examples of the document
LATER_MS = NOW_MS + 10 * MINUTE_MS  # what is counted by the minute is told when it is over
PASSWORD = "correct horse battery"
SHARED_HOME = "home-1"
VALUE = {"a": 4_711.125, "b": 1_234.5}
# What ids look like that never were: as long as the others, so that the answers are.
NEVER = {
    "customerBuildingId": "home-of-z",
    "building": "home-of-z",
    "ruleId": "e" * 24,
    "version": "1",
    "id": "e" * 24,
    "notification_id": "e" * 24,
    "invitation_id": "e" * 24,
    "member_id": "e" * 24,
    "client_id": "e" * 24,
    "building_id": "home-of-z",
    "rule_id": "e" * 24,
    "userId": "user-of-z",
    "channelId": "e" * 24,
    "ticket_id": "e" * 24,
}
# Ids of what is nobody's.
EVERYBODYS = {"file": "high-excess-energy-available.yaml"}
QUERY = {
    "from": "1767139200",
    "to": "1767225600",
    "from_ms": "1767139200000",
    "to_ms": "1767225600000",
    "cron": "0 7 * * *",
    "time_zone_id": "Europe/Zurich",
}
LEFT_OUT = {
    "get_token": "gives a token for what only the customer knows",
    "listenLive": "is endless; what it tells is what getOverview counts, and its own tests are about two customers",
    "listenEvents": "is endless; what it tells is what listEvents lists, and its own tests are about two customers",
    "add_building": "makes a building of that name, whoever else has one: both have home-1",
}
NOTED = {"exportEvents", "exportNotifications"}  # each call is noted in the audit log, which tells it from then on
VOLATILE = {"x-request-id", "ratelimit-remaining", "ratelimit-reset"}

Ids = dict[str, str]


Ids = dict[str, str]


@dataclass
class Party:
    """A customer with a client of the API and a member at the console; `ids` has what each parameter would be for its own."""

    name: str
    customer_id: str
    http: httpx2.AsyncClient
    token: str
    csrf: str
    ids: Ids

    async def ask(self, operation: "Operation", ids: Ids, **query: str) -> httpx2.Response:
        """One request, with these ids wherever the operation takes one."""
        is_console = operation.path.startswith("/console")
        headers = {"X-CSRF-Token": self.csrf} if is_console else {"Authorization": f"Bearer {self.token}"}
        content = operation.body(ids)
        if content is not None:
            headers["Content-Type"] = operation.media_type
        path = re.sub(r"{(\w+)}", lambda match: ids[match[1]], operation.path)
        params = {**operation.query(ids), **query}
        return await self.http.request(operation.method, path, params=params, content=content, headers=headers)


class Operation:
    """One operation of a document, and requests that fit it."""

    def __init__(self, document: Mapping[str, Any], method: str, path: str, described: Mapping[str, Any]) -> None:
        self._document = document
        self.method = method.upper()
        self.path = path
        self.name = described["operationId"]
        self.path_ids: list[str] = re.findall(r"{(\w+)}", path)
        self._parameters = {each["name"]: each for each in described.get("parameters", []) if each["in"] == "query"}
        content = described.get("requestBody", {}).get("content", {})
        self.media_type = next(iter(content), "")
        self._body = content.get(self.media_type)

    @property
    def page_after(self) -> str | None:
        """The parameter that has the place where a page starts."""
        return next((name for name in ("after", "before") if name in self._parameters), None)

    def query(self, ids: Ids) -> Ids:
        """What is required, and all ids that may be there."""
        found = {name: ids[name] for name in self._parameters if name in ids}
        needed = [name for name, each in self._parameters.items() if each.get("required") and name not in ids]
        return found | {name: self._value(name, self._parameters[name]["schema"]) for name in needed}

    def body(self, ids: Ids) -> bytes | None:
        """The example of the document, or else what fits its schema, with these ids in it."""
        if self._body is None:
            return None
        example = self._body.get("example")
        example = self._sample(self._body["schema"]) if example is None else example
        return example.encode() if isinstance(example, str) else json.dumps(_with(ids, example)).encode()

    def asks_for(self, ids: Ids) -> bool:
        """Whether any of these is in its request."""
        return bool(self.path_ids) or any(name in self._parameters for name in ids) or self.body(ids) != self.body(NEVER)

    def _value(self, name: str, schema: Mapping[str, Any]) -> str:
        return "2026-01-01" if schema.get("format") == "date" else QUERY.get(name) or str(self._sample(schema))

    def _sample(self, schema: Mapping[str, Any]) -> Any:
        if "$ref" in schema:
            schema = self._document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
        for key in ("examples", "enum", "anyOf", "oneOf"):
            if key in schema:
                return self._sample(schema[key][0]) if key in ("anyOf", "oneOf") else schema[key][0]
        for key in ("default", "const"):
            if key in schema:
                return schema[key]
        match schema.get("type"):
            case "object":
                return {name: self._sample(schema["properties"][name]) for name in schema.get("required", [])}
            case "array":
                return [self._sample(schema["items"])]
            case "integer" | "number":
                return schema.get("minimum", 1)
            case "boolean":
                return True
        return "x" * schema.get("minLength", 1)


def _with(ids: Ids, example: Any) -> Any:
    """The example, its ids replaced."""
    if isinstance(example, list):
        return [_with(ids, each) for each in example]
    if not isinstance(example, dict):
        return example
    replaced = {name: _with(ids, value) for name, value in example.items()}
    for name, value in example.items():
        if name in ("customerBuildingId", "ruleId"):
            replaced[name] = ids[name]
        elif name == "customerBuildingIds":
            replaced[name] = [ids["customerBuildingId"]]
        elif name == "id" and re.fullmatch("[0-9a-f]{24}", str(value)):
            replaced[name] = ids["ruleId"]
    return replaced


@dataclass
class World:
    """Both served documents, and two customers."""

    installation: Installation
    clock: MovableClock
    app: Any
    operations: list[Operation]

    async def move_in(self, name: str) -> Party:
        """A customer who has nothing but somebody who signs in."""
        created = self.installation.customers.create(f"Customer {name}")
        email = f"admin@{name}.example"
        self.installation.members.add_member(created.id, email, f"Admin of {name}", PASSWORD)
        http = httpx2.AsyncClient(transport=httpx2.ASGITransport(app=self.app), base_url="http://hearth.test")
        session = (await http.post("/console/api/session", json={"email": email, "password": PASSWORD})).json()
        token = self.installation.access.issue_local_token(created.id).access_token
        return Party(name, created.id, http, token, session["csrfToken"], {})

    async def _counted(self, party: Party, events: int) -> None:
        """Events are counted by the minute in memory, and stored by housekeeping a moment later."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                with self.installation.store.read() as session:
                    if sum(session.events.list_minutes(party.customer_id, 0, 2**31 - 1).values()) == events:
                        return
                await asyncio.sleep(0.01)

    async def fill(self, party: Party) -> None:
        """Gives the customer one or two of everything that can be asked for."""
        name, store, now_ms = party.name, self.installation.store, self.installation.clock.now_ms()
        api = {"Authorization": f"Bearer {party.token}"}
        home = f"home-of-{name}"
        for each in (SHARED_HOME, home):
            devices = [{"id": "meter", "type": "SMART_METER", "name": f"Meter of {name}"}]
            body = {"customerBuildingId": each, "countryCode": "CH", "city": f"City of {name}", "devices": devices}
            body["userIds"] = [f"user-of-{name}"]
            assert (await party.http.post("/buildings/v1", json=body, headers=api)).status_code == 201
            event = {"customerBuildingId": each, "deviceId": "meter", "type": "POWER_CONSUMPTION", "value": VALUE[name]}
            events = [{**event, "timestamp": now_ms / 1_000 - at} for at in (900, 1_800)]
            assert (await party.http.post("/events/v1", json=events, headers=api)).status_code == 201
        await self._counted(party, 4)
        rules = []
        for number in (1, 2):
            rule = {**RULE_EXAMPLE, "name": f"Rule {number} of {name}", "tags": [f"tag-of-{name}"]}
            added = await party.http.post("/rules/v1", json=rule, headers=api)
            assert added.status_code == 201, added.text
            rules.append(added.json()["id"])
        changed = {**RULE_EXAMPLE, "name": f"Rule 1 of {name}, changed"}
        assert (await party.http.put(f"/rules/{rules[0]}/v1", json=changed, headers=api)).status_code == 200
        self._set_aside(party, home)
        notified = self._notify(party, rules[0], [SHARED_HOME, home, home])
        interaction = {"actionQualifier": "VIEWED", "userId": f"user-of-{name}"}
        told = await party.http.post(f"/pushnotifications/{notified}/interactions/v1", json=interaction, headers=api)
        assert told.status_code == 200, told.text
        contact = await party.http.put(
            f"/buildings/{home}/users/user-of-{name}/contacts/v1", json={"email": f"user@{name}.example"}, headers=api
        )
        assert contact.status_code == 200, contact.text
        invited = {"email": f"guest@{name}.example", "role": "Viewer", "language": "en"}
        csrf = {"X-CSRF-Token": party.csrf}
        invitation = await party.http.post("/console/api/members/invitations", json=invited, headers=csrf)
        assert invitation.status_code == 201, invitation.text
        for number in (1, 2):
            asked = {"category": "QUESTION", "subject": f"Request {number} of {name}", "message": f"Secret of {name}"}
            ticket = await party.http.post("/console/api/tickets", json=asked, headers=csrf)
            assert ticket.status_code == 201, ticket.text
        colleague = self.installation.members.add_member(
            party.customer_id, f"colleague@{name}.example", f"Colleague of {name}", PASSWORD
        )
        with store.write() as session:
            session.members.replace(replace(colleague, totp_sealed="sealed"))
        invitations = (await party.http.get("/console/api/members")).json()["invitations"]
        party.ids = {
            "customerBuildingId": home,
            "building": home,
            "ruleId": rules[0],
            "version": "1",
            "id": notified,
            "notification_id": notified,
            "invitation_id": invitations[0]["id"],
            "member_id": colleague.id,
            "client_id": self.installation.access.create_client(party.customer_id)[0],
            "building_id": home,
            "ticket_id": ticket.json()["id"],
            "rule_id": rules[0],
            "userId": f"user-of-{name}",
            "channelId": self.installation.channels.add(
                party.customer_id, f"Mail of {name}", Email(recipients=(f"ops@{name}.example",))
            ).id,
            **EVERYBODYS,
        }

    def _set_aside(self, party: Party, home: str) -> None:
        now_ms = self.installation.clock.now_ms()
        building = self.installation.buildings.get(party.customer_id, home)
        with self.installation.store.write() as session:
            (series,) = session.series.list_of(party.customer_id, [building.id])
            doubted = [
                SetAside(series_id=series.id, occurred_at_ms=now_ms - at, value=VALUE[party.name], reason="TOO_HIGH")
                for at in (1_000, 2_000)
            ]
            session.set_aside.replace(party.customer_id, [], doubted)

    def _notify(self, party: Party, rule_id: str, homes: list[str]) -> str:
        """Notifications of these homes as the engine makes them, their deliveries and attempts; the last one's id."""
        installation, now_ms = self.installation, self.installation.clock.now_ms()
        with installation.store.write() as session:
            for number, home in enumerate(homes):
                building = installation.buildings.get(party.customer_id, home)
                notification = Notification(
                    id=installation.identities.new_id(),
                    customer_id=party.customer_id,
                    building_id=building.id,
                    customer_building_id=home,
                    rule_id=rule_id,
                    rule_version=1,
                    trigger_sequence=10_000 + number,
                    created_at_ms=now_ms - 60_000 + number,
                    stored_at_ms=now_ms,
                    status="DELIVERED",
                    content=Content(texts={"en": RenderedText(title=f"Title of {party.name}", message="Use it.")}),
                    trace={},
                )
                delivery = Delivery(
                    id=f"delivery-{number}-of-{party.name}",
                    customer_id=party.customer_id,
                    building_id=building.id,
                    notification_id=notification.id,
                    channel="webhook",
                    created_at_ms=now_ms,
                    due_at_ms=now_ms,
                    expires_at_ms=now_ms + 1,
                )
                session.notifications.add_all([notification])
                session.outbox.add_all([delivery])
                attempt = Attempt(delivery_id=delivery.id, attempted_at_ms=now_ms, duration_ms=5, status_code=200)
                session.outbox.record_attempt(party.customer_id, attempt)
        return notification.id

    async def all_it_sees(self, party: Party) -> dict[str, tuple[int, list[tuple[str, str]], bytes]]:
        """Every answer to a GET about its own: whole, a page, and the page behind."""
        seen = {}
        for operation in self.operations:
            if operation.method != "GET" or operation.name in LEFT_OUT.keys() | NOTED:
                continue
            answer = await party.ask(operation, party.ids)
            assert answer.status_code == 200, (operation.path, answer.text)
            seen[operation.name] = shown(answer)
            if operation.page_after:
                page = await party.ask(operation, party.ids, limit="1")
                seen[f"{operation.name}, a page"] = shown(page)
                rest = await party.ask(operation, party.ids, **{operation.page_after: place_behind(page)})
                seen[f"{operation.name}, the rest"] = shown(rest)
        return seen


Shown = tuple[int, list[tuple[str, str]], str]


def shown(answer: httpx2.Response, *, without: Ids | None = None) -> Shown:
    """What an answer tells: but for the request's own id, and for the ids that were asked for."""
    headers = [(name, value) for name, value in answer.headers.items() if name not in VOLATILE]
    text = re.sub(r'"requestId":"\w+"', "", answer.content.decode("latin-1"))
    for value in sorted((without or {}).values(), key=len, reverse=True):
        text = text.replace(value, "<id>")
    return answer.status_code, headers, text


def place_behind(page: httpx2.Response) -> str:
    """Where the next page starts, as the answer says."""
    if "Link" in page.headers:
        return httpx2.URL(page.headers["Link"].split(">")[0].lstrip("<")).params["after"]
    body = page.json()
    return str(body.get("nextAfter") or body["nextBefore"])


def differences(before: Mapping[str, Shown], after: Mapping[str, Shown]) -> dict[str, tuple[Shown, Shown]]:
    """What is told differently."""
    assert before.keys() == after.keys()
    return {name: (before[name], after[name]) for name in before if before[name] != after[name]}


@pytest.fixture
async def world(database_url: str, tmp_path: Path) -> AsyncIterator[World]:
    """The whole application in this process, by a clock that stands still."""
    with open_installation(
        read_settings({}, data_dir=str(tmp_path), database_url=database_url, support_mail="help@example.com"), migrate=False
    ) as installation:
        installation.clock = clock = MovableClock(NOW_MS)
        installation.mailer = KeptMails()
        app = installation.application(NobodyToWake())
        async with (
            app.router.lifespan_context(app),
            httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="http://hearth.test") as anonymous,
        ):
            operations = []
            for url, prefix in (("/openapi.json", ""), ("/console/api/openapi.json", "/console")):
                document = (await anonymous.get(url)).raise_for_status().json()
                operations += [
                    Operation(document, method, prefix + path, described)
                    for path, methods in document["paths"].items()
                    for method, described in methods.items()
                ]
            yield World(installation, clock, app, operations)


class KeptMails:
    """A mailer: invitations need one."""

    is_set = True

    def send(self, _mail: Any) -> None:
        """Nobody reads it."""


async def test_nobody_reaches_what_is_anothers(world: World) -> None:
    operations = [each for each in world.operations if each.name not in LEFT_OUT]
    assert len(operations) > 80
    unknown = {name for each in operations for name in each.path_ids} - NEVER.keys() - EVERYBODYS.keys()
    assert not unknown, f"say in NEVER and in World.fill what these ids are: {unknown}"
    b = await world.move_in("b")
    await world.fill(b)

    # What b is told later does not change with what a has by then.
    world.clock.move_to(LATER_MS)
    alone = await world.all_it_sees(b)
    world.clock.move_to(NOW_MS + MINUTE_MS)
    a = await world.move_in("a")
    await world.fill(a)
    world.clock.move_to(LATER_MS)
    assert differences(alone, await world.all_it_sees(b)) == {}

    # What b asks by an id of a's is answered as if that id had never been, and changes nothing of a's.
    own = await world.all_it_sees(a)
    never = {**EVERYBODYS, **NEVER}
    asked = [each for each in operations if each.asks_for(a.ids) and not set(each.path_ids) & EVERYBODYS.keys()]
    for operation in asked:
        foreign, unheard = await b.ask(operation, a.ids), await b.ask(operation, never)
        where = f"{operation.method} {operation.path}"
        if operation.path_ids:
            assert foreign.status_code in (403, 404), (where, foreign.text)
        assert shown(foreign, without=a.ids) == shown(unheard, without=never), where
    assert differences(own, await world.all_it_sees(a)) == {}

    # All of it works for a itself: it was the customer alone that stood in the way.
    # A contact is forgotten first: to replace the building, as the document's example has it, leaves no user there.
    order = ("forget_contact", "GET", "POST", "PUT", "DELETE")
    for operation in sorted(
        asked, key=lambda each: (order.index(each.name if each.name in order else each.method), -len(each.path))
    ):
        answer = await a.ask(operation, a.ids)
        assert answer.status_code < 300, (operation.method, operation.path, answer.text)
