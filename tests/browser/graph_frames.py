"""How smoothly the data graph moves: a year of four datasets, every 15 minutes, panned and zoomed in a real Chromium.

`python -m tests.browser.graph_frames` prints the gaps between frames (median, p95, worst) of a pan, of a zoom and of nothing at
all, which is what the machine gives. No test: what a figure is worth depends on what else the machine does.
"""

import json
import shutil
import tempfile
from datetime import UTC, datetime, timedelta
from math import pi, sin
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from playwright.sync_api import Page, expect, sync_playwright
from tests.browser.authors import HOME, Author, new_author
from tests.browser.conftest import CHROMIUM_ARGUMENTS
from tests.running import running

SERIES = (
    ("Grid", "grid-meter", "GATEWAY", "GRID_POWER_CONSUMPTION"),
    ("Power", "meter", "GATEWAY", "POWER_CONSUMPTION"),
    ("Sun", "inverter", "INVERTER", "POWER_GENERATION"),
    ("Charge", "house-battery", "BATTERY", "STATE_OF_CHARGE_RATE"),
)
DAYS, STEP_MINUTES, BATCH = 365, 15, 5_000
STEPS, STEP_MS = 60, 16  # of a movement

RECORD = """() => {
  const gaps = (window.gaps = []); let last;
  const note = (at) => { if (last !== undefined) gaps.push(at - last); last = at; window.frame = requestAnimationFrame(note); };
  window.frame = requestAnimationFrame(note);
}"""
STOP = "() => { cancelAnimationFrame(window.frame); return window.gaps; }"


def main() -> None:
    """Prints the figures."""
    with tempfile.TemporaryDirectory() as folder, running(Path(folder)) as server, new_author(server) as author:
        rule_id = with_a_year(author)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=CHROMIUM_ARGUMENTS)
            page = browser.new_page(viewport={"width": 1280, "height": 900})
            measure(author, page, rule_id)


def with_a_year(author: Author) -> str:
    """Sends the events and adds the rule -> its id."""
    end = datetime.fromisoformat(author.first_day).replace(tzinfo=UTC)
    events = [
        {
            "timestamp": at.timestamp(),
            "customerBuildingId": HOME,
            "deviceId": device,
            "deviceName": device,
            "source": source,
            "type": event_type,
            "value": round((50 if event_type.startswith("STATE") else 2_000) * (1 + sin(2 * pi * step / 96 + place)) / 2, 1),
        }
        for step in range(DAYS * 24 * 60 // STEP_MINUTES)
        for place, (_, device, source, event_type) in enumerate(SERIES)
        for at in (end - timedelta(days=DAYS) + timedelta(minutes=STEP_MINUTES * step),)
    ]
    for start in range(0, len(events), BATCH):
        answer = author.api.post("/events/batch/v1", content=json.dumps(events[start : start + BATCH]), timeout=60)
        answer.raise_for_status()
    datasets = [
        {"name": name, "kind": "TIME_SERIES", "eventTypes": [event_type], "timespanSeconds": 3_600}
        for name, _, _, event_type in SERIES
    ]
    condition = "AVG($Power) > 1900"
    return str(author.add_rule(datasets=datasets, condition=condition, time_between_triggers_seconds=43_200)["id"])


def measure(author: Author, page: Page, rule_id: str) -> None:
    """Opens the year and moves the graph."""
    last = datetime.fromisoformat(author.first_day) - timedelta(days=1)
    days = f"from={last - timedelta(days=DAYS - 1):%Y-%m-%d}&to={last:%Y-%m-%d}"
    author.sign_in(page, f"/rules/{rule_id}?building={HOME}&{days}")
    expect(page.locator(".envelope").first).to_be_visible(timeout=120_000)
    page.wait_for_timeout(3_000)
    box = page.locator(".graph-place canvas").first.bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)

    def gaps_of(name: str, move: Any) -> None:
        page.evaluate(RECORD)
        for step in range(STEPS):
            move(step)
            page.wait_for_timeout(STEP_MS)
        show(name, page.evaluate(STOP))
        page.wait_for_timeout(1_500)

    gaps_of("nothing moves", lambda step: None)
    gaps_of("zoom in", lambda step: page.mouse.wheel(0, -100) if step % 3 == 0 else None)
    page.mouse.down()
    gaps_of("pan, close", lambda step: page.mouse.move(x + 300 * sin(step / 8), y))
    page.mouse.up()
    page.mouse.move(x, y)
    gaps_of("zoom out", lambda step: page.mouse.wheel(0, 100) if step % 3 == 0 else None)
    for _ in range(4):
        page.mouse.wheel(0, -100)
        page.wait_for_timeout(200)
    page.wait_for_timeout(1_500)
    page.mouse.down()
    gaps_of("pan, wide", lambda step: page.mouse.move(x + 300 * sin(step / 8), y))
    page.mouse.up()


def show(name: str, gaps: list[float]) -> None:
    """A line of figures, in milliseconds."""
    worst_of_twenty = quantiles(gaps, n=20)[-1]
    print(f"{name:14} {len(gaps):4} frames  median {median(gaps):5.1f}  p95 {worst_of_twenty:6.1f}  worst {max(gaps):6.1f} ms")


if __name__ == "__main__":
    main()
