"""Backtests: one rule over a year of many homes, through the service that the console and the command use.

Its time holds everything: reading the events from SQLite, evaluating, making the notifications. The naive design
is a loop over events that are in memory already, a list per window and a lambda, and only notes when it would send; it
runs on a sample of the homes, must come to the same notifications, and its time is scaled to all. The shorter the window
(24 events in hourly data), the less it loses by filtering it again for each event. CPU time.
"""

import time
from typing import NamedTuple

from naive import Window
from stored_homes import CUSTOMER, START_DAY, instants_ms, name_of, powers_w, stored_homes

from hearth.bootstrap import Installation
from hearth.core.instants import DAY_MS
from hearth.domain.rules import Dataset, NotificationTemplate, Rule, TemplateText
from hearth.insights.backtests import HomeRun

DAYS = 365
WINDOW_SECONDS = 86_400
PAUSE_SECONDS = 86_400
THRESHOLD_W = 930


class Case(NamedTuple):
    """How many homes with a year of events so many seconds apart, and on how many the naive design runs."""

    title: str
    homes: int
    step_seconds: int
    sample: int

    @property
    def events_a_home(self) -> int:
        return DAYS * 86_400 // self.step_seconds


HOURLY = Case("hourly", 1_000, 3_600, 20)
FIVE_MINUTES = Case("5-minute", 100, 300, 2)


def rule() -> Rule:
    """The mean of a day above a threshold that a few days in a year exceed, once a day at most."""
    return Rule(
        id=f"{1:024x}",
        customer_id=CUSTOMER,
        name="Much of a day",
        created_at_ms=0,
        state="ACTIVE",
        datasets=(Dataset(name="P", kind="TIME_SERIES", event_types=("POWER_CONSUMPTION",), timespan_seconds=WINDOW_SECONDS),),
        condition=f"AVG($P) > {THRESHOLD_W}",
        time_between_triggers_seconds=PAUSE_SECONDS,
        notification=NotificationTemplate(texts={"en": TemplateText(title="Power", message='"Mean " + AVG($P) + " W"')}),
    )


def report(quick: bool) -> list[str]:
    """Rows: a backtest of hourly and one of 5-minute data, each beside the naive design."""
    rows = []
    for case in (HOURLY, FIVE_MINUTES):
        smaller = case._replace(homes=case.homes // 5, sample=max(1, case.sample // 5)) if quick else case
        rows.extend(_rows(smaller))
    return rows


def _rows(case: Case) -> list[str]:
    with stored_homes(case.homes, DAYS, case.step_seconds) as (installation, bytes_a_sample):
        started = time.process_time()
        runs = _backtest(installation)
        ours = time.process_time() - started
    started = time.process_time()
    naive = [_naive(home, case) for home in range(case.sample)]
    scaled = (time.process_time() - started) * case.homes / case.sample
    sent = {run.building_id: list(run.sent_ms) for run in runs}
    assert len(sent) == case.homes
    assert [sent[name_of(home)] for home in range(case.sample)] == naive, "the naive design comes to other notifications"
    events = case.homes * case.events_a_home
    notifications = sum(len(each) for each in sent.values())
    return [
        _row(f"{case.title} year of {case.homes:,} homes", ours, events, f"{notifications:,} notifications"),
        _row(f"  naive, {case.sample} of the homes, scaled", scaled, events, f"{scaled / ours:.1f}x ours"),
        f"  of {events:,} events, {bytes_a_sample:.1f} bytes each on disk",
    ]


def _row(name: str, seconds: float, events: int, note: str) -> str:
    return f"{name:<36}{seconds:8.1f} s of one core, {seconds / events * 1e6:6.2f} µs an event ({note})"


def _backtest(installation: Installation) -> list[HomeRun]:
    from_ms = START_DAY * DAY_MS
    for told in installation.simulations.backtest(CUSTOMER, [rule()], from_ms, from_ms + DAYS * DAY_MS, None):
        if isinstance(told, list):
            return told[0]
    raise AssertionError("a backtest ends with its runs")


def _naive(home: int, case: Case) -> list[int]:
    """When the naive design would have sent something."""
    events = zip(instants_ms(DAYS, case.step_seconds).tolist(), powers_w(home, DAYS, case.step_seconds).tolist(), strict=True)
    window = Window(WINDOW_SECONDS)
    holds = lambda v: sum(v) / len(v) > THRESHOLD_W  # noqa: E731 - as one writes it
    sent_ms: list[int] = []
    for at_ms, value in events:
        if holds(window.add(at_ms / 1_000, value)) and (not sent_ms or at_ms - sent_ms[-1] >= PAUSE_SECONDS * 1_000):
            sent_ms.append(at_ms)
    return sent_ms
