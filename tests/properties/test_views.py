"""Windows that follow event by event equal windows computed anew, whatever the order of events and questions."""

from math import fsum

from hypothesis import given, settings
from hypothesis import strategies as st

from hearth.core.missing import Missing
from hearth.domain.events import NO_FORECAST_MS, Series
from hearth.engine.buffers import LOOK_BACK_MS, SeriesBuffer
from hearth.engine.views import UNLIMITED_MS, OutOfReach, View
from hearth.engine.windows import MergedWindow
from hearth.language import Event, RecordedWindow

MINUTE = 60_000
VALUES = st.one_of(
    st.floats(min_value=-1e6, max_value=1e6, allow_nan=False),
    st.sampled_from([0.1, 1e16, -1e16, 1e-9, 3.0, 1e100, -1e100]),
)
STEPS = st.lists(st.tuples(st.integers(min_value=-20, max_value=40), VALUES, st.booleans()), min_size=1, max_size=120)
SPANS = st.sampled_from([MINUTE, 5 * MINUTE, 30 * MINUTE, 10_000 * MINUTE])


def buffer_of(series_id: int = 1) -> SeriesBuffer:
    return SeriesBuffer(
        Series(
            id=series_id,
            customer_id="c",
            building_id="b",
            event_type="POWER_CONSUMPTION",
            device_id=f"dev-{series_id}",
            source="GATEWAY",
        )
    )


def view_of(buffer: SeriesBuffer, span_ms: int) -> View:
    view = View(buffer, span_ms)
    view.ask(has_sum=True, has_min=True, has_max=True)
    buffer.views.append(view)
    if span_ms == UNLIMITED_MS:
        buffer.keeps_latest, buffer.keep_ms = True, max(buffer.keep_ms, 0)
    else:
        buffer.keep_ms = max(buffer.keep_ms, span_ms)
    return view


def put(buffer: SeriesBuffer, time_ms: int, value: float, forecast_ms: int = NO_FORECAST_MS) -> None:
    if time_ms > buffer.last_ms:
        buffer.append(time_ms, value, forecast_ms)
    else:
        buffer.insert(time_ms, value, forecast_ms)


def expect(view: View | MergedWindow, inside: list[float], now_ms: int) -> None:
    assert view.count(now_ms) == len(inside)
    assert view.sum(now_ms) == fsum(inside)
    if inside:
        assert view.avg(now_ms) == fsum(inside) / len(inside)
        assert view.min(now_ms) == min(inside)
        assert view.max(now_ms) == max(inside)
        assert view.last_value(now_ms) == inside[-1]
    else:
        for value in (view.avg(now_ms), view.min(now_ms), view.max(now_ms), view.last_value(now_ms)):
            assert isinstance(value, Missing)
    assert list(view.events(now_ms).values) == inside


@given(steps=STEPS, spans=st.lists(SPANS, min_size=1, max_size=3, unique=True), back=st.integers(min_value=0, max_value=80))
@settings(max_examples=300, deadline=None)
def test_every_aggregate_equals_its_recomputation_at_every_step(
    steps: list[tuple[int, float, bool]], spans: list[int], back: int
) -> None:
    buffer = buffer_of()
    views = {span: view_of(buffer, span) for span in spans}
    told: dict[int, float] = {}
    now_ms = 1_000_000 * MINUTE
    for ahead, value, is_asked in steps:
        time_ms = now_ms + ahead * MINUTE
        now_ms = max(now_ms, time_ms)
        put(buffer, time_ms, value)
        told[time_ms] = value
        if not is_asked:
            continue
        for asked_ms in (now_ms, now_ms + 3 * MINUTE, now_ms - back * MINUTE):
            for span, view in views.items():
                if asked_ms < buffer.last_ms - LOOK_BACK_MS:
                    for question in (view.count, view.sum, view.avg, view.min, view.max, view.last_value, view.events):
                        try:
                            question(asked_ms)
                        except OutOfReach:
                            continue
                        raise AssertionError("a window that is partly gone was answered")
                else:
                    expect(view, [told[t] for t in sorted(told) if asked_ms - span < t <= asked_ms], asked_ms)


@given(steps=STEPS, span=SPANS)
@settings(max_examples=150, deadline=None)
def test_several_series_are_one_window(steps: list[tuple[int, float, bool]], span: int) -> None:
    buffers = [buffer_of(1), buffer_of(2), buffer_of(3)]
    merged = MergedWindow([view_of(buffer, span) for buffer in buffers])
    told: dict[tuple[int, int], float] = {}
    now_ms = 1_000_000 * MINUTE
    for number, (ahead, value, is_asked) in enumerate(steps):
        buffer = buffers[number % 3]
        time_ms = now_ms + abs(ahead) * MINUTE
        now_ms = time_ms
        put(buffer, time_ms, value)
        told[time_ms, number % 3] = value
        if is_asked:
            expect(merged, [told[key] for key in sorted(told) if now_ms - span < key[0] <= now_ms], now_ms)


MIXED = st.lists(
    st.tuples(st.integers(0, 2), st.integers(-8, 5), VALUES, st.none() | st.integers(0, 600), st.integers(0, 4)),
    min_size=1,
    max_size=60,
)


@given(steps=MIXED, span=SPANS, is_one=st.booleans())
@settings(max_examples=300, deadline=None)
def test_a_followed_window_is_the_window_of_the_language(
    steps: list[tuple[int, int, float, int | None, int]], span: int, is_one: bool
) -> None:
    """Late, repeated and equally timed events of several devices, forecasts, and series that leave by the time of others."""
    buffers = [buffer_of(number) for number in range(1, 2 if is_one else 4)]
    views = [view_of(buffer, span) for buffer in buffers]
    followed = views[0] if is_one else MergedWindow(views)
    told: dict[tuple[int, int], Event] = {}
    now_ms = 1_000_000 * MINUTE
    for number, ahead, value, forecast, later in steps:
        buffer = buffers[number % len(buffers)]
        time_ms = now_ms + ahead * MINUTE
        forecast_ms = time_ms + forecast * MINUTE if forecast is not None else None
        put(buffer, time_ms, value, NO_FORECAST_MS if forecast_ms is None else forecast_ms)
        device_id = buffer.series.device_id
        told[buffer.series.id, time_ms] = Event(time_ms, value, device_id, device_id, forecast_ms)
        now_ms = max(now_ms, time_ms) + later * MINUTE
        recorded = RecordedWindow([told[key] for key in sorted(told)], span)
        for question in ("count", "sum", "avg", "min", "max", "last_value", "last"):
            answer, expected = (getattr(window, question)(now_ms) for window in (followed, recorded))
            assert isinstance(answer, Missing) == isinstance(expected, Missing), question
            assert isinstance(answer, Missing) or answer == expected or repr(answer) == repr(expected), question
        columns, recorded_columns = followed.events(now_ms), recorded.events(now_ms)
        assert [repr(columns.at(index)) for index in range(len(columns))] == [
            repr(recorded_columns.at(index)) for index in range(len(recorded_columns))
        ]


@given(steps=STEPS)
@settings(max_examples=100, deadline=None)
def test_the_newest_event_counts_however_old_it_is(steps: list[tuple[int, float, bool]]) -> None:
    buffer = buffer_of()
    view = view_of(buffer, UNLIMITED_MS)
    told: dict[int, float] = {}
    now_ms = 1_000_000 * MINUTE
    for ahead, value, _ in steps:
        now_ms += abs(ahead) * 10 * MINUTE
        put(buffer, now_ms, value)
        told[now_ms] = value
        assert view.last_value(now_ms + 10**9) == value
        earlier = [t for t in sorted(told) if t <= now_ms - 30 * MINUTE]
        if earlier:
            assert view.last_value(now_ms - 30 * MINUTE) == told[earlier[-1]]


def test_what_no_window_reaches_is_dropped() -> None:
    buffer = buffer_of()
    view = view_of(buffer, 15 * MINUTE)
    for number in range(20_000):
        buffer.append(number * MINUTE, float(number))
        view.avg(number * MINUTE)
    assert len(buffer.times_ms) < 200


def test_a_reset_window_does_not_see_what_was_before() -> None:
    buffer = buffer_of()
    view = view_of(buffer, 30 * MINUTE)
    for number in range(10):
        buffer.append(number * MINUTE, float(number))
    view.reset(9 * MINUTE)
    assert view.count(9 * MINUTE) == 0
    buffer.append(10 * MINUTE, 5.0)
    buffer.insert(8 * MINUTE + 1, 99.0)
    assert view.sum(10 * MINUTE) == 5.0
