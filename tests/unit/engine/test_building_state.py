"""What a building's rules share, what they keep, and what they leave behind; the semantics are the corpus's."""

from array import array

from tests.conformance.rules_corpus import BUILDING_ID, CATALOGUE, CUSTOMER_ID, Case, read_cases
from tests.conformance.rules_ways import in_memory

from hearth.domain.events import Delivered, EventColumns, LogEntry, LogKind, Series
from hearth.engine.buildings import BuildingState
from hearth.engine.compiled import compile_rule
from hearth.engine.effects import Effects
from hearth.engine.slots import Counters, decode_counters, encode_counters
from hearth.engine.step import step, step_delivered


def rule(name, timespan, condition="SUM($P) > 1000000", **further):
    """A rule over one time series."""
    lines = [
        f"name: {name}",
        f"datasets: {{P: {{kind: TIME_SERIES, timespan: {timespan}, eventTypes: [POWER_CONSUMPTION]}}}}",
        f"condition: {condition}",
        "message: COUNT($P)",
        *(f"{key}: {value}" for key, value in further.items()),
    ]
    return "rule:\n" + "".join(f"  {line}\n" for line in lines)


def case_of(*rules: str, events: str = "10:00 POWER_CONSUMPTION 0") -> Case:
    (case,) = read_cases("unit", f"# Unit\n{''.join(rules)}input:\n  {events}\nexpect:\n")
    return case


def state_of(*rules: str, series: int = 1) -> BuildingState:
    case = case_of(*rules)
    compiled = [compile_rule(each, CATALOGUE) for each in case.rules]
    return BuildingState(case.building, compiled, {}, [series_of(number) for number in range(1, series + 1)])


def series_of(number: int) -> Series:
    return Series(
        id=number,
        customer_id=CUSTOMER_ID,
        building_id=BUILDING_ID,
        event_type="POWER_CONSUMPTION",
        device_id=f"dev-{number}",
        source="GATEWAY",
    )


def entry_of(times_ms: list[int], kind: LogKind = LogKind.LIVE) -> LogEntry:
    columns = EventColumns(
        series_ids=array("i", [1] * len(times_ms)), times_ms=array("q", times_ms), values=array("d", [1.0] * len(times_ms))
    )
    return LogEntry(sequence=1, customer_id=CUSTOMER_ID, kind=kind, received_at_ms=0, columns=columns)


def test_rules_that_need_the_same_series_share_its_events_and_its_window():
    state = state_of(rule("A", "1h"), rule("B", "1h"), rule("C", "2h"))
    (buffer,) = state.buffers.values()
    a, b, c = (slot.windows["P"] for slot in state.slots)
    assert a is b
    assert c is not a
    assert c.buffer is a.buffer is buffer
    assert len(buffer.views) == 2


def test_a_rule_that_resets_has_a_window_of_its_own_over_the_same_events():
    state = state_of(rule("A", "1h"), rule("B", "1h", resetStateWhenMatched="true"))
    a, b = (slot.windows["P"] for slot in state.slots)
    assert a is not b
    assert a.buffer is b.buffer


def test_new_devices_leave_no_windows_behind():
    state = state_of(rule("A", "1h", resetStateWhenMatched="true"), rule("B", "1h"))
    for number in range(2, 6):
        state.add_series(series_of(number))
    assert [len(buffer.views) for buffer in state.buffers.values()] == [2] * 5


def test_events_are_kept_for_the_longest_timespan_and_no_longer():
    state = state_of(rule("A", "1h"), rule("B", "10min"))
    (buffer,) = state.buffers.values()
    minute = 60_000
    step(state.buffers, entry_of([number * minute for number in range(10_000)]), Effects())
    assert 60 + 60 <= len(buffer.times_ms) <= 200


def test_events_that_no_rule_asks_for_are_not_kept():
    state = BuildingState(case_of(rule("A", "1h")).building, [], {}, [series_of(1)])
    step(state.buffers, entry_of(list(range(100))), Effects())
    assert len(state.buffers[1].times_ms) == 0


def test_a_notification_says_what_its_evaluation_saw():
    case = case_of(
        rule("A", "5min", "SUM($P) >= 5", timeBetweenNotifications="10min"),
        events="10:00 every 1min POWER_CONSUMPTION 2 4 6",
    )
    (sent, dropped) = in_memory(case).notifications
    assert sent.trace["ended"] == "generated"
    assert sent.trace["datasets"] == {"P": {"newest": 4.0, "count": 2}}
    assert sent.trace["values"] == {"SUM($P)": "6 W"}
    assert dropped.trace["ended"] == "not sent: the last one was generated 1 minute before, and 10 minutes must lie between two"


def test_a_text_that_looks_too_far_back_is_not_sent_and_changes_nothing():
    case = case_of(
        """rule:
  datasets:
    P: {kind: TIME_SERIES, eventTypes: [POWER_CONSUMPTION], timespan: 10min}
    Q: {kind: SINGLE_VALUE, eventTypes: [POWER_GENERATION]}
  condition: $Q > 0
  timeBetweenNotifications: 1d
  message: SUM($P)
""",
        events="12:00 POWER_CONSUMPTION 1\n  10:00 POWER_GENERATION 5\n  12:01 POWER_GENERATION 6",
    )
    assert [each.content.texts["en"].message for each in in_memory(case).notifications] == ["1"]


def test_effects_hold_the_counters_that_changed_and_no_others():
    state = state_of(rule("Counts", "1h", "COUNT($P) > 0", matchThreshold=9), rule("Idle", "1h"))
    effects = Effects()
    step(state.buffers, entry_of([1, 2]), effects)
    ((key, stored),) = effects.states()[CUSTOMER_ID].items()
    assert key == (state.slots[0].compiled.rule.id, BUILDING_ID)
    assert decode_counters(stored) == Counters(match_count=2, counted_for=state.slots[0].compiled.conditions_id)


def test_a_delivery_is_counted_also_for_a_rule_that_is_off_but_not_for_a_building_that_is_gone():
    state = state_of(rule("A", "1h"))
    effects = Effects()
    for rule_id, building_id in (("off", BUILDING_ID), (state.slots[0].compiled.rule.id, "gone")):
        fact = Delivered(notification_id="n", rule_id=rule_id, building_id=building_id, delivered_at_ms=0)
        step_delivered({BUILDING_ID: state}, fact, effects)
    ((key, stored),) = effects.states()[CUSTOMER_ID].items()
    assert key == ("off", BUILDING_ID)
    assert decode_counters(stored) == Counters(delivered_count=1)


def test_counters_of_an_earlier_version_are_read():
    assert decode_counters(b"\x81\xacstreak_count\x03") == Counters(streak_count=3)
    changed = Counters(match_count=1, was_streak_broken=True, last_generated_at_ms=5, reset_at_ms=-4)
    assert decode_counters(encode_counters(changed)) == changed
