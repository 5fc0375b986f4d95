"""`hearth receiver` as a process of its own, fed by the real channel: what it shows and what it answers."""

import asyncio
import json
import os
import re
import sys
from contextlib import asynccontextmanager

import pytest
from cryptography.fernet import Fernet

from hearth.cli.receiver import Received, pretty
from hearth.connectors.addresses import AddressGuard
from hearth.connectors.secrets import FernetSealer
from hearth.connectors.system import SystemClock
from hearth.connectors.webhook import WebhookChannel
from hearth.delivery.signing import signing_secret
from hearth.domain.endpoints import Endpoint

SECRET = signing_secret("t3sxw8bLk1nW4cVbq0mZyD5aHsJfPrUe")
NOTIFICATION = {
    "id": "n1",
    "customerBuildingId": "home-1",
    "ruleId": "r1",
    "priority": "high",
    "notification": {
        "texts": {
            "de": {"title": "Überschuss", "message": "3,2 kW frei"},
            "en": {"title": "Excess", "message": "3.2 kW free"},
        }
    },
}


class Receiver:
    def __init__(self, process: asyncio.subprocess.Process, url: str) -> None:
        self.process = process
        self.url = url

    async def line(self) -> str:
        assert self.process.stdout is not None
        return (await asyncio.wait_for(self.process.stdout.readline(), 60)).decode()


@asynccontextmanager
async def receiver(*options: str):
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        "import typer; from hearth.cli.receiver import receiver; typer.run(receiver)",
        "--port",
        "0",
        *options,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    try:
        assert process.stderr is not None
        announced = (await asyncio.wait_for(process.stderr.readline(), 60)).decode()
        found = re.search(r"http://127\.0\.0\.1:\d+/", announced)
        assert found is not None, announced
        yield Receiver(process, found.group())
    finally:
        if process.returncode is None:
            process.terminate()
        await process.communicate()


async def deliver(url: str, webhook_id: str = "d1", secret: str = SECRET, body: bytes | None = None):
    sealer = FernetSealer([Fernet.generate_key().decode()])
    channel = WebhookChannel(sealer, SystemClock(), AddressGuard(["127.0.0.0/8"]))
    endpoint = Endpoint(customer_id="c" * 24, url=url + "any/path", signing_secret_sealed=sealer.seal(secret))
    try:
        return await channel.deliver(endpoint, webhook_id, json.dumps(NOTIFICATION).encode() if body is None else body)
    finally:
        await channel.aclose()


async def test_a_genuine_notification_is_shown_and_a_forged_one_only_named():
    async with receiver("--json", "--secret", SECRET) as running:
        assert (await deliver(running.url)).status_code == 204
        line = json.loads(await running.line())
        assert (line["signature"], line["answered"], line["repeat"], line["webhookId"]) == ("ok", 204, False, "d1")
        assert line["notification"] == NOTIFICATION

        assert (await deliver(running.url)).status_code == 204
        assert json.loads(await running.line())["repeat"] is True

        assert (await deliver(running.url, secret=signing_secret("another-secret-of-enough-length-1"))).status_code == 401
        forged = json.loads(await running.line())
        assert forged["signature"].startswith("bad: no signature fits")
        assert forged["notification"] is None

        assert (await deliver(running.url, body=b"no json")).status_code == 400


async def test_people_see_building_rule_and_the_texts_of_each_language():
    async with receiver("--secret", SECRET) as running:
        await deliver(running.url)
        shown = "".join([await running.line() for _ in range(4)])
    assert "signature ok" in shown
    assert "home-1" in shown
    assert "r1" in shown
    assert "Überschuss  3,2 kW frei" in shown
    assert "Excess  3.2 kW free" in shown


async def test_it_fails_on_purpose():
    async with receiver("--json", "--fail-rate", "1", "--status", "503", "--retry-after", "30") as running:
        answer = await deliver(running.url)
        assert (answer.status_code, answer.retry_after_seconds) == (503, 30)
        line = json.loads(await running.line())
        assert (line["signature"], line["answered"]) == ("unchecked", 503)


async def test_an_oversized_body_is_refused():
    async with receiver("--json", "--secret", SECRET) as running:
        assert (await deliver(running.url, body=b"x" * (2 * 1024 * 1024))).status_code in (413, None)
        assert (await deliver(running.url)).status_code == 204


async def test_a_sender_that_goes_in_the_middle_is_passed_over_in_silence():
    async with receiver("--json", "--secret", SECRET) as running:
        _, writer = await asyncio.open_connection("127.0.0.1", int(running.url.rsplit(":")[-1].rstrip("/")))
        writer.write(b"POST / HTTP/1.1\r\nhost: here\r\ncontent-length: 100\r\n\r\n{")
        await writer.drain()
        writer.close()
        await writer.wait_closed()
        assert (await deliver(running.url)).status_code == 204
        assert json.loads(await running.line())["signature"] == "ok"
        running.process.terminate()
        _, errors = await running.process.communicate()
        assert errors == b""


@pytest.mark.parametrize("text", ["\x1b[2J", "a\rb", "\x07"])
def test_what_was_received_cannot_steer_the_terminal(text):
    notification = {"customerBuildingId": text, "notification": {"texts": {text: {"title": text, "message": text}}}}
    shown = pretty(Received(0, "d1", "unchecked", 204, False, notification)).plain
    assert all(sign.isprintable() or sign == "\n" for sign in shown)
