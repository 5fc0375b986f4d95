"""Single events over MQTT (QoS 1) to durable and evaluated, beside single events over HTTP on the same number of connections.

Both send the same events of the same homes to a `hearth serve` of its own, with ten rules a home. "1 under way" waits for each
acknowledgement as HTTP does; "20" is what paho has under way unless told otherwise. Run as a program it is the sender: a JSON
job on standard input, a JSON result on standard output, and prepared bytes, so that it costs far less than the server.
"""

import asyncio
import json
import subprocess
import sys
import tempfile
import time

from hearth.bootstrap import Settings, open_installation

_PUBACK_BYTES = 4


def report(quick: bool) -> list[str]:
    """Table rows: what, events/s, events per CPU second of the server, p50 and p99 of the acknowledgement, ratio to HTTP."""
    from http_load import measure_hearth

    events, homes, connections = (10_000 if quick else 40_000), 5_000, 64
    http = measure_hearth("", 1, events, homes, connections)
    rows = [f"{'':34}{'events/s':>12}{'per CPU-s':>12}{'ack p50 ms':>12}{'ack p99 ms':>12}{'ratio':>8}"]
    rows.append(
        _row("HTTP, one event a request", (http.events_per_s, http.events_per_cpu_s, http.p50_ms, http.p99_ms), http.events_per_s)
    )
    for under_way in (1, 20):
        measured = _measure(events * (4 if under_way > 1 else 1), homes, connections, under_way)
        rows.append(_row(f"MQTT, {under_way} under way", measured, http.events_per_s))
    return rows


def _row(name: str, measured: tuple[float, float, float, float], http_events_per_s: float) -> str:
    per_s, per_cpu_s, p50_ms, p99_ms = measured
    return f"{name:34}{per_s:>12,.0f}{per_cpu_s:>12,.0f}{p50_ms:>12.2f}{p99_ms:>12.2f}{per_s / http_events_per_s:>7.1f}x"


def _measure(events: int, homes: int, connections: int, under_way: int) -> tuple[float, float, float, float]:
    from http_load import cpu_seconds, free_port, hearth_server, job_of, seed, send, wait_until_applied

    with tempfile.TemporaryDirectory(prefix="hearth-bench-") as folder:
        settings = Settings(data_dir=folder, port=free_port(), mqtt_port=free_port())
        with open_installation(settings) as installation:
            token = seed(installation, homes)
            with hearth_server(settings) as server:
                first = {**job_of(settings.port, token, homes, 1, homes, connections), "step_seconds": 0}
                send({**first, "start": int(time.time()) - 41 * 86_400})  # every home is loaded before the clock runs
                wait_until_applied(installation, homes)
                before = cpu_seconds(server.pid)
                job = {**job_of(settings.mqtt_port, token, homes, 1, events, connections), "under_way": under_way}
                done = subprocess.run([sys.executable, __file__], input=json.dumps(job).encode(), capture_output=True, check=True)
                result = json.loads(done.stdout)
                wait_until_applied(installation, homes + events)
                seconds = result["seconds"] + max(0.0, time.time() - result["ended_at"])
                used = cpu_seconds(server.pid) - before
    return events / seconds, events / used, result["p50_ms"], result["p99_ms"]


def _packet(first: int, body: bytes) -> bytes:
    length, left = b"", len(body)
    while True:
        left, digit = left >> 7, left & 0x7F
        length += bytes((digit | (0x80 if left else 0),))
        if not left:
            return bytes((first,)) + length + body


def _text(value: str) -> bytes:
    return len(value).to_bytes(2, "big") + value.encode()


async def _run(job: dict) -> dict:
    """Each connection sends every so-many-th event, in order, and has at most `under_way` unacknowledged."""
    count, homes, connections = job["events"], job["homes"], job["connections"]
    latencies: list[float] = []
    lanes: list[list[bytes]] = [[] for _ in range(connections)]
    for number in range(count):
        home, tick = number % homes, number // homes
        value, timestamp = 300 + (number * 7919) % 4000, job["start"] + tick * job["step_seconds"]
        lane = lanes[home % connections]
        topic = _text(f"events/home-{home}/meter/POWER_CONSUMPTION")
        body = topic + (len(lane) % 65_535 + 1).to_bytes(2, "big") + b'{"timestamp":%d,"value":%d}' % (timestamp, value)
        lane.append(_packet(0x32, body))
    streams = []
    for number in range(connections):
        reader, writer = await asyncio.open_connection("127.0.0.1", job["port"])
        writer.write(
            _packet(0x10, _text("MQTT") + b"\x04\xc2\x00\x3c" + _text(f"sender-{number}") + _text("u") + _text(job["token"]))
        )
        if await reader.readexactly(4) != b"\x20\x02\x00\x00":
            raise RuntimeError("the connection was refused")
        streams.append((reader, writer))
    started = time.perf_counter()

    async def lane_of(number: int) -> None:
        reader, writer = streams[number]
        lane, sent_at, acknowledged, unread = lanes[number], [], 0, b""
        while acknowledged < len(lane):
            more = lane[len(sent_at) : acknowledged + job["under_way"]]
            if more:
                sent_at += [time.perf_counter()] * len(more)
                writer.write(b"".join(more))
            unread += await reader.read(65_536)
            now = time.perf_counter()
            whole, unread = len(unread) // _PUBACK_BYTES, unread[len(unread) // _PUBACK_BYTES * _PUBACK_BYTES :]
            for _ in range(whole):
                latencies.append(now - sent_at[acknowledged])
                acknowledged += 1

    await asyncio.gather(*(lane_of(number) for number in range(connections)))
    latencies.sort()
    return {
        "seconds": time.perf_counter() - started,
        "ended_at": time.time(),
        "p50_ms": 1e3 * latencies[len(latencies) // 2],
        "p99_ms": 1e3 * latencies[int(len(latencies) * 0.99)],
    }


if __name__ == "__main__":
    import uvloop

    print(json.dumps(uvloop.run(_run(json.load(sys.stdin)))))
