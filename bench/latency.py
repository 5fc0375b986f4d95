"""From event to webhook: every event makes a notification, a receiver notes when it arrives.

Sent at a steady rate, one event a request, each from another home, so that nothing waits for the home's
order of delivery. Beside it the acknowledgement's latency at about half the measured throughput.
"""

import asyncio
import json
import tempfile
import time

import httpx2
from http_load import CUSTOMER, free_port, hearth_server, job_of, seed, send, wait_until_applied

from hearth.bootstrap import Settings, open_installation
from hearth.domain.rules import Dataset, NotificationTemplate, Rule, TemplateText


def _rule() -> Rule:
    return Rule(
        id="f" * 24,
        customer_id=CUSTOMER,
        name="Every event",
        created_at_ms=0,
        state="ACTIVE",
        datasets=(Dataset(name="P", kind="SINGLE_VALUE", event_types=("STATE_OF_CHARGE_RATE",), timespan_seconds=900),),
        condition="$P >= 0",
        notification=NotificationTemplate(texts={"en": TemplateText(title="Now", message='"At " + $P')}),
    )


async def _measure(settings: Settings, token: str, receiver_port: int, homes: int, rate: float) -> list[float]:
    """Seconds from sending an event to the arrival of its webhook."""
    arrived: dict[str, float] = {}
    sent: dict[str, float] = {}
    everything = asyncio.Event()

    async def receive(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).lower()
                at = head.find(b"content-length:")
                body = await reader.readexactly(int(head[at + 15 : head.index(b"\r\n", at)]))
                arrived.setdefault(json.loads(body)["customerBuildingId"], time.perf_counter())
                if len(arrived) == homes:
                    everything.set()
                writer.write(b"HTTP/1.1 204 No Content\r\n\r\n")
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            writer.close()

    server = await asyncio.start_server(receive, "127.0.0.1", receiver_port)
    connections = [await asyncio.open_connection("127.0.0.1", settings.port) for _ in range(16)]
    started = time.perf_counter()

    async def send_from(number: int) -> None:
        reader, writer = connections[number]
        for home in range(number, homes, len(connections)):
            await asyncio.sleep(max(0.0, started + home / rate - time.perf_counter()))
            event = {
                "customerBuildingId": f"home-{home}",
                "deviceId": "battery",
                "type": "STATE_OF_CHARGE_RATE",
                "value": home % 100,
            }
            body = json.dumps(event).encode()
            head = f"POST /events/v1 HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\nContent-Length: {len(body)}\r\n\r\n"
            sent[f"home-{home}"] = time.perf_counter()
            writer.write(head.encode() + body)
            answer = await reader.readuntil(b"\r\n\r\n")
            assert answer.startswith(b"HTTP/1.1 201"), answer

    await asyncio.gather(*(send_from(number) for number in range(len(connections))))
    await asyncio.wait_for(everything.wait(), 30)
    server.close()
    return sorted(arrived[home] - at for home, at in sent.items())


def warm(token: str, port: int, homes: int) -> None:
    """One event of each type that will be sent, for each home, an hour ago."""
    at = int(time.time()) - 3_600
    for kind, device, value in (("STATE_OF_CHARGE_RATE", "battery", -1), ("POWER_CONSUMPTION", "meter", 300)):
        for first in range(0, homes, 1_000):
            events = [
                {
                    "customerBuildingId": f"home-{n}",
                    "deviceId": device,
                    "type": kind,
                    "timestamp": at - 45 * 86_400,
                    "value": value,
                }
                for n in range(first, min(first + 1_000, homes))
            ]
            headers = {"Authorization": f"Bearer {token}"}
            answer = httpx2.post(f"http://127.0.0.1:{port}/events/v1", json=events, headers=headers, timeout=60)
            assert answer.status_code == 201, answer.text


def report(quick: bool, postgres_url: str | None, half_load_requests_per_s: float) -> list[str]:
    """Rows: event to webhook, and the acknowledgement at half load."""
    rows = []
    homes = 500 if quick else 2_000
    for name, url in (("SQLite", ""), *((("PostgreSQL", postgres_url),) if postgres_url else ())):
        with tempfile.TemporaryDirectory(prefix="hearth-bench-") as folder:
            settings = Settings(data_dir=folder, database_url=url, port=free_port())
            receiver_port = free_port()
            with open_installation(settings) as installation:
                token = seed(installation, max(homes, 5_000))
                installation.endpoints.save(CUSTOMER, f"http://127.0.0.1:{receiver_port}/")
                with installation.store.write() as session:
                    session.rules.add_version(_rule())
                with hearth_server(settings):
                    # Every home has been heard of before the clock runs; below zero the rule says nothing.
                    warm(token, settings.port, max(homes, 5_000))
                    delays = asyncio.run(_measure(settings, token, receiver_port, homes, rate=100))
                    rows.append(
                        f"event to webhook, {name}, 100/s: p50 {1e3 * delays[len(delays) // 2]:.1f} ms, "
                        f"p99 {1e3 * delays[int(len(delays) * 0.99)]:.1f} ms"
                    )
                    job = job_of(settings.port, token, 5_000, 100, 100_000 if quick else 400_000, 16)
                    result = send({**job, "rate": half_load_requests_per_s})
                    rows.append(
                        f"acknowledgement, {name}, batches of 100 at {half_load_requests_per_s * 100:,.0f} events/s: "
                        f"p50 {result['p50_ms']:.2f} ms, p99 {result['p99_ms']:.2f} ms"
                    )
                    wait_until_applied(installation, homes)
    return rows
