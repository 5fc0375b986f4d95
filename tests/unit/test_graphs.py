"""Graphs keep what a person would see: every peak, both ends, and no more points than asked for."""

from hypothesis import given
from hypothesis import strategies as st

from hearth.insights.graphs import MOST_POINTS, shares_of, telling_points

SERIES = st.lists(st.tuples(st.integers(0, 10_000), st.floats(-1e6, 1e6)), unique_by=lambda point: point[0], max_size=300)


@given(SERIES, st.integers(0, 60))
def test_the_line_of_the_kept_points_is_that_of_all(points: list[tuple[int, float]], most: int) -> None:
    points.sort()
    times, values = [at for at, _ in points], [value for _, value in points]
    kept = telling_points(times, values, most)
    assert kept == sorted(set(kept))
    if len(points) <= most:
        assert kept == list(range(len(points)))
        return
    assert len(kept) <= most
    if most < 4:
        return
    columns: dict[int, list[int]] = {}
    for position, at in enumerate(times):
        columns.setdefault((at - times[0]) * (most // 4) // (times[-1] - times[0] + 1), []).append(position)
    for positions in columns.values():
        within = [position for position in kept if position in positions]
        assert (within[0], within[-1]) == (positions[0], positions[-1])
        assert min(values[position] for position in within) == min(values[position] for position in positions)
        assert max(values[position] for position in within) == max(values[position] for position in positions)


def test_a_peak_of_a_long_series_stays() -> None:
    count = 200_000
    times, values = [1_772_841_600_000 + 1_000 * number for number in range(count)], [1.0] * count
    values[123_456], values[7] = 9.0, -9.0
    kept = telling_points(times, values)
    assert {0, 7, 123_456, count - 1} <= set(kept)
    assert len(kept) <= MOST_POINTS


def test_a_gap_has_no_points() -> None:
    times = [*range(10_000), *range(10**9, 10**9 + 10_000)]
    assert len(telling_points(times, [float(at % 7) for at in times])) <= 8


@given(st.lists(st.integers(0, 9_000), max_size=12), st.integers(0, 5_000))
def test_series_share_the_points_and_the_short_ones_leave_theirs(counts: list[int], most: int) -> None:
    shares = shares_of(counts, most)
    assert sum(shares) <= most
    assert all(share <= count for share, count in zip(shares, counts, strict=True))
    if sum(counts) <= most:
        assert shares == counts
    elif counts:
        assert sum(shares) > most - len(counts)
