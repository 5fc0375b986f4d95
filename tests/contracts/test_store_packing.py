"""Packing: whatever is packed comes back bit for bit."""

import math
from array import array

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hearth.core.instants import DAY_MS
from hearth.domain.events import NO_FORECAST_MS, Delivered, EventColumns, Interacted
from hearth.store.packing import (
    Stretch,
    append_to_chunk,
    pack_chunk,
    pack_entry,
    unpack_arrays,
    unpack_chunk,
    unpack_entry,
)

INT64 = st.integers(-(2**63), 2**63 - 1)
FLOATS = st.floats(allow_nan=False)
EVENTS = st.lists(
    st.tuples(st.integers(-(2**31), 2**31 - 1), INT64, FLOATS, st.one_of(st.just(NO_FORECAST_MS), INT64)), max_size=30
)
_IDS = {"notification_id": st.text(), "rule_id": st.text(), "building_id": st.text()}
_MAYBE = st.one_of(st.none(), INT64)
FACTS = st.one_of(
    st.lists(st.builds(Delivered, **_IDS, delivered_at_ms=INT64, created_at_ms=_MAYBE, held_until_ms=_MAYBE), max_size=3),
    st.lists(
        st.builds(
            Interacted, **_IDS, number=INT64, occurred_at_ms=INT64, action_qualifier=st.sampled_from(["VIEWED", "DISMISS"])
        ),
        max_size=3,
    ),
)


@given(events=EVENTS, has_forecast=st.booleans(), facts=FACTS)
def test_an_entry_of_the_log_comes_back(events, has_forecast, facts) -> None:
    columns = EventColumns(
        series_ids=array("i", [event[0] for event in events]),
        times_ms=array("q", [event[1] for event in events]),
        values=array("d", [event[2] for event in events]),
        forecast_ms=array("q", [event[3] for event in events]) if has_forecast else None,
    )
    payload = pack_entry(columns, facts)
    read, read_facts = unpack_entry(payload)
    assert read == columns
    assert [math.copysign(1, value) for value in read.values] == [math.copysign(1, value) for value in columns.values]
    assert read_facts == tuple(facts)
    arrays = unpack_arrays(payload)
    assert arrays.series_ids.tolist() == list(columns.series_ids)
    assert arrays.times_ms.tolist() == list(columns.times_ms)
    assert arrays.values.tolist() == list(columns.values)
    assert (arrays.forecast_ms is None) == (not has_forecast)
    if has_forecast:
        assert arrays.forecast_ms.tolist() == list(columns.forecast_ms)


@given(
    day=st.integers(0, 40_000),
    points=st.dictionaries(st.integers(0, DAY_MS - 1), st.tuples(FLOATS, INT64), min_size=1, max_size=50),
    has_forecast=st.booleans(),
)
def test_a_chunk_comes_back(day, points, has_forecast) -> None:
    times = np.array(sorted(points), np.int64) + day * DAY_MS
    values = np.array([points[at][0] for at in sorted(points)], np.float64)
    forecasts = np.array([points[at][1] for at in sorted(points)], np.int64) if has_forecast else None
    read = unpack_chunk(pack_chunk(Stretch(times, values, forecasts)).payload)
    assert read.times_ms.tolist() == times.tolist()
    assert read.values.tobytes() == values.tobytes()
    assert (None if read.forecast_ms is None else read.forecast_ms.tolist()) == (
        None if forecasts is None else forecasts.tolist()
    )


@given(
    points=st.dictionaries(st.integers(0, DAY_MS - 1), st.tuples(FLOATS, INT64), min_size=2, max_size=50),
    share=st.floats(0, 1),
    has_forecast=st.booleans(),
)
def test_appending_to_a_chunk_is_packing_all_of_it(points, share, has_forecast) -> None:
    times = np.array(sorted(points), np.int64)
    values = np.array([points[at][0] for at in sorted(points)], np.float64)
    forecasts = np.array([points[at][1] for at in sorted(points)], np.int64) if has_forecast else None
    at = 1 + int(share * (len(times) - 2))
    before = Stretch(times[:at], values[:at], None if forecasts is None else forecasts[:at])
    after = Stretch(times[at:], values[at:], None if forecasts is None else forecasts[at:])
    assert append_to_chunk(pack_chunk(before).payload, after) == pack_chunk(Stretch(times, values, forecasts))
    assert append_to_chunk(pack_chunk(after).payload, before) is None
    other = Stretch(after.times_ms, after.values, after.times_ms if forecasts is None else None)
    assert append_to_chunk(pack_chunk(before).payload, other) is None


def test_the_format_is_little_endian_and_says_its_version() -> None:
    columns = EventColumns(series_ids=array("i", [1]), times_ms=array("q", [2]), values=array("d", [1.0]))
    assert pack_entry(columns).hex() == "01" + "00" + "01000000" + "01000000" + "0200000000000000" + "000000000000f03f"


def test_facts_of_earlier_versions_can_be_read() -> None:
    earlier = {"notification_id": "n", "rule_id": "r", "building_id": "b", "delivered_at_ms": 5}
    payload = bytes.fromhex("01" + "02" + "00000000") + msgspec.msgpack.encode([earlier])
    assert unpack_entry(payload)[1] == (Delivered(**earlier),)


def test_an_unknown_version_is_refused() -> None:
    columns = EventColumns(series_ids=array("i", [1]), times_ms=array("q", [2]), values=array("d", [1.0]))
    newer = b"\x02" + pack_entry(columns)[1:]
    with pytest.raises(ValueError, match="version 2"):
        unpack_entry(newer)
    with pytest.raises(ValueError, match="version 2"):
        unpack_arrays(newer)
