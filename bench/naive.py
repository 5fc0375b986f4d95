"""The plain version of the same job, as one would first write it: FastAPI, pydantic models, a list per window
and rule, one transaction a request. It takes the same events, keeps them durable, evaluates the same ten rules.

Run as `python bench/naive.py PORT DATABASE_FILE`.
"""

import sqlite3
import sys
from collections import defaultdict

import uvicorn
from fastapi import FastAPI, HTTPException
from pydantic import BaseModel

BUILDINGS: set[str] = {f"home-{number}" for number in range(100_000)}


class Event(BaseModel):
    customerBuildingId: str  # noqa: N815 - the wire's spelling
    deviceId: str  # noqa: N815
    type: str
    value: float
    timestamp: float


class Window:
    """The values of the last `span` seconds, newest last."""

    def __init__(self, span: float) -> None:
        self.span = span
        self.points: list[tuple[float, float]] = []

    def add(self, timestamp: float, value: float) -> list[float]:
        self.points.append((timestamp, value))
        self.points = [point for point in self.points if point[0] > timestamp - self.span]
        return [point[1] for point in self.points]


RULES = [
    (900, lambda v: sum(v) / len(v) > 9000),
    (3_600, lambda v: sum(v) / len(v) > 8000),
    (86_400, lambda v: sum(v) / len(v) > 5000),
    (86_400, lambda v: max(v) < 50),
    (3_600, lambda v: min(v) > 6000),
    (86_400, lambda v: sum(v) > 100_000_000),
    (7 * 86_400, lambda v: sum(v) / len(v) * 1.5 < min(v)),
    (900, lambda v: v[-1] > 9990),
    (900, lambda v: 9500 < v[-1] < 9501),
    (3_600, lambda v: max(v) - min(v) > 99_000),
]


def create(path: str) -> FastAPI:
    app = FastAPI()
    database = sqlite3.connect(path, check_same_thread=False)
    database.execute("PRAGMA journal_mode=WAL")
    database.execute("PRAGMA synchronous=FULL")
    database.execute("CREATE TABLE events (building TEXT, device TEXT, type TEXT, at REAL, value REAL)")
    database.execute("CREATE INDEX events_by_series ON events (building, device, type, at)")
    windows: dict[str, list[Window]] = defaultdict(lambda: [Window(span) for span, _ in RULES])
    sent: dict[tuple[str, int], float] = {}

    @app.post("/events/v1", status_code=201)
    async def take(events: list[Event] | Event) -> None:
        batch = events if isinstance(events, list) else [events]
        for event in batch:
            if event.customerBuildingId not in BUILDINGS:
                raise HTTPException(400, "unknown building")
        rows = [(e.customerBuildingId, e.deviceId, e.type, e.timestamp, e.value) for e in batch]
        with database:
            database.executemany("INSERT INTO events VALUES (?, ?, ?, ?, ?)", rows)
        for event in batch:
            for number, (window, (_, holds)) in enumerate(zip(windows[event.customerBuildingId], RULES, strict=True)):
                if holds(window.add(event.timestamp, event.value)):
                    key = (event.customerBuildingId, number)
                    if event.timestamp - sent.get(key, 0) > 86_400:
                        sent[key] = event.timestamp

    return app


if __name__ == "__main__":
    uvicorn.run(create(sys.argv[2]), host="127.0.0.1", port=int(sys.argv[1]), log_level="warning")
