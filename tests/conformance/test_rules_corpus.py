"""Every case of the rule corpus, fed in every way: event by event, all at once, repeated, with the state made from
the store before every event (and the log compacted each time), and through the live driver, also one that is restarted
before every input."""

import asyncio
from collections import Counter

import pytest
from structlog.testing import capture_logs
from tests.conformance.rules_corpus import Case, cases, expect, read_cases
from tests.conformance.rules_ways import in_memory, live, rebuilt

from hearth.runtime import live as live_module
from hearth.store import SqlStore

CASES = list(cases())
each_case = pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.name} {case.title}")


def test_the_corpus_is_there() -> None:
    assert len(CASES) >= 250
    assert [title for title, count in Counter(case.title for case in CASES).items() if count > 1] == []


def test_a_case_can_fail() -> None:
    (case,) = read_cases(
        "wrong",
        "# Wrong\nrule:\n  datasets: {P: {kind: SINGLE_VALUE, eventTypes: [POWER_CONSUMPTION]}}\n"
        "  condition: $P > 1\n  message: $P\ninput:\n  10:00 POWER_CONSUMPTION 2\nexpect:\n  10:00 sent 3\n",
    )
    with pytest.raises(AssertionError):
        expect(case, in_memory(case))


@each_case
def test_event_by_event(case: Case) -> None:
    expect(case, in_memory(case))


@each_case
def test_all_events_in_one_entry(case: Case) -> None:
    expect(case, in_memory(case, most=None))


@each_case
def test_every_event_is_repeated(case: Case) -> None:
    expect(case, in_memory(case, times=2))


@each_case
@pytest.mark.parametrize("compacts", [False, True], ids=["log", "chunks"])
def test_state_from_the_store_before_every_event(case: Case, compacts: bool, sqlite_store: SqlStore) -> None:
    expect(case, rebuilt(case, sqlite_store, compacts))


@each_case
@pytest.mark.parametrize("most", [1, 3, None], ids=["1", "3", "all"])
def test_through_the_live_driver(case: Case, most: int | None, sqlite_store: SqlStore, monkeypatch: pytest.MonkeyPatch) -> None:
    # Deliveries are counted where the case says so.
    monkeypatch.setattr(live_module, "_HOUSEKEEPING_SECONDS", 3600.0)
    with capture_logs() as logs:
        came = asyncio.run(live(case, sqlite_store, most))
    assert [line for line in logs if line["log_level"] in ("error", "critical")] == []
    expect(case, came)


@each_case
def test_through_the_live_driver_with_every_input_repeated(
    case: Case, sqlite_store: SqlStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live_module, "_HOUSEKEEPING_SECONDS", 3600.0)
    expect(case, asyncio.run(live(case, sqlite_store, 1, times=2)))


@each_case
def test_the_live_driver_is_restarted_before_every_input(
    case: Case, sqlite_store: SqlStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live_module, "_HOUSEKEEPING_SECONDS", 3600.0)
    expect(case, asyncio.run(live(case, sqlite_store, 1, restarts=True)))
