"""The load: prepared HTTP requests over kept-alive connections, sent by a process of its own.

Nothing is built while sending, so the sender costs far less than the server it measures. Run as
`python bench/load.py` with a JSON job on standard input; answers a JSON result on standard output.
"""

import asyncio
import json
import sys
import time

import uvloop


def requests_of(job: dict) -> list[bytes]:
    """Request bytes: events in time order, round robin over the homes, `batch` events each."""
    head = (
        f"POST /events/v1 HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {job['token']}\r\n"
        "Content-Type: application/json\r\nContent-Length: "
    )
    homes, batch, step = job["homes"], job["batch"], job["step_seconds"]
    requests, events = [], []
    count = job["events"]
    for number in range(count):
        home, tick = number % homes, number // homes
        value = 300 + (number * 7919) % 4000
        timestamp = job["start"] + tick * step
        events.append(
            f'{{"customerBuildingId":"home-{home}","deviceId":"meter","type":"POWER_CONSUMPTION",'
            f'"timestamp":{timestamp},"value":{value}}}'
        )
        if len(events) == batch or number == count - 1:
            body = ("[" + ",".join(events) + "]") if batch > 1 else events[0]
            requests.append((head + f"{len(body)}\r\n\r\n{body}").encode())
            events = []
    return requests


async def run(job: dict) -> dict:
    """Sends all requests, each connection one after the other; or at a steady `rate` of requests a second."""
    requests = requests_of(job)
    position = 0
    latencies: list[float] = []
    refused = 0
    started = time.perf_counter()
    interval = 1 / job["rate"] if job.get("rate") else 0.0

    async def connection() -> None:
        nonlocal position, refused
        reader, writer = await asyncio.open_connection("127.0.0.1", job["port"])
        while position < len(requests):
            number = position
            position += 1
            due = started + number * interval
            if interval:
                wait = due - time.perf_counter()
                if wait > 0:
                    await asyncio.sleep(wait)
            sent = due if interval else time.perf_counter()
            writer.write(requests[number])
            head = await reader.readuntil(b"\r\n\r\n")
            lower = head.lower()
            at = lower.find(b"content-length:")
            if at >= 0:
                length = int(lower[at + 15 : lower.index(b"\r\n", at)])
                if length:
                    await reader.readexactly(length)
            latencies.append(time.perf_counter() - sent)
            if not head.startswith(b"HTTP/1.1 201"):
                refused += 1
        writer.close()

    await asyncio.gather(*(connection() for _ in range(job["connections"])))
    latencies.sort()
    return {
        "seconds": time.perf_counter() - started,
        "ended_at": time.time(),
        "refused": refused,
        "p50_ms": 1e3 * latencies[len(latencies) // 2],
        "p99_ms": 1e3 * latencies[int(len(latencies) * 0.99)],
    }


if __name__ == "__main__":
    print(json.dumps(uvloop.run(run(json.load(sys.stdin)))))
