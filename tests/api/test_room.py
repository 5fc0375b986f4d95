"""Bodies of many requests at once: what does not fit in beside the others is refused, and room is given back."""

import asyncio
import gzip
import json
from dataclasses import replace

import httpx2
import pytest
from fastapi import FastAPI
from tests.api.conftest import ISSUER, KeptBodies

from hearth.api import ApiParts, create_api
from hearth.api.room import Room

EVENTS = "/events/v1"


class WaitingIntake(KeptBodies):
    """Meanwhile asks for more."""

    async def take(self, customer_id: str, body: bytes, historical: bool) -> None:
        if not self.taken:
            self.taken.append((customer_id, body, historical))
            self.meanwhile = [await self.api.post(EVENTS, **sent) for sent in MORE]
            self.of_another = [await self.other_api.post(EVENTS, content=body_of(size)) for size in (1_000, 1_500, 300)]
            self.other = await self.api.post("/rules/check/v1", json={"name": "x" * 600, "condition": "1 > 0"})


def body_of(size: int) -> bytes:
    return json.dumps({"a": "x" * (size - 9)}).encode()


async def chunks():
    for _ in range(3):
        yield b" " * 200


MORE = [
    {"content": body_of(400)},
    {"content": body_of(401)},
    {"content": chunks()},
    {"content": gzip.compress(body_of(500)), "headers": {"Content-Encoding": "gzip"}},
    {"content": gzip.compress(body_of(300)), "headers": {"Content-Encoding": "gzip"}},
]


@pytest.fixture
def intake() -> WaitingIntake:
    return WaitingIntake()


@pytest.fixture
def app(parts: ApiParts, intake: WaitingIntake, token: str, other_token: str) -> FastAPI:
    app = create_api(replace(parts, room=Room(2_000)))
    intake.api, intake.other_api = (
        httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url=ISSUER, headers={"Authorization": f"Bearer {each}"})
        for each in (token, other_token)
    )
    return app


async def test_what_does_not_fit_in_beside_others_is_refused(api: httpx2.AsyncClient, intake: WaitingIntake) -> None:
    assert (await api.post(EVENTS, content=body_of(600))).status_code == 201
    assert [answer.status_code for answer in intake.meanwhile] == [201, 503, 503, 503, 201]
    refused = intake.meanwhile[1]
    assert (refused.json()["type"], refused.headers["Retry-After"]) == ("urn:hearth:problem:unavailable", "2")
    assert intake.other.status_code == 503
    # Of the room there is a half for one customer: another one has its own, and one alone may have more than its half.
    assert [answer.status_code for answer in intake.of_another] == [201, 503, 201]


async def test_who_stops_sending_keeps_no_room(
    api: httpx2.AsyncClient, intake: WaitingIntake, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hearth.api.bodies._RECEIVED_WITHIN_SECONDS", 0.05)

    async def without_end():
        yield b"[" * 900
        await asyncio.Event().wait()

    intake.taken.append(("", b"", False))
    refused = await api.post(EVENTS, content=without_end())
    assert (refused.status_code, refused.json()["type"]) == (400, "urn:hearth:problem:malformed")
    assert (await api.post(EVENTS, content=body_of(900))).status_code == 201


async def test_one_alone_may_be_larger_and_room_is_given_back(api: httpx2.AsyncClient, intake: WaitingIntake) -> None:
    intake.taken.append(("", b"", False))
    for _ in range(5):
        assert (await api.post(EVENTS, content=body_of(3_000))).status_code == 201
        assert (await api.post(EVENTS, content=b"no gzip", headers={"Content-Encoding": "gzip"})).status_code == 400
