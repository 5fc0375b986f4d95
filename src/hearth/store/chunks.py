"""Series chunks: reading them. One row per series and UTC day, sorted, one value per instant.

`compaction` fills them. Invariant: where the log names an instant that a chunk has as well, the last value
the log has for it is the one sent last.
"""

from collections import defaultdict
from collections.abc import Sequence

import numpy as np
from sqlalchemy import Connection, and_, func, select

from hearth.core.instants import utc_day
from hearth.store.connections import among
from hearth.store.packing import Stretch, unpack_chunk
from hearth.store.tables import series, series_chunks

_LAST_DAY = (1 << 31) - 1


def read_chunks(
    connection: Connection, customer_id: str, series_ids: Sequence[int], from_ms: int, to_ms: int
) -> dict[int, list[Stretch]]:
    """The chunks that may hold points with from_ms < time <= to_ms, per series by day."""
    chunks = series_chunks.c
    query = select(chunks.series_id, chunks.payload).where(
        among(connection, chunks.series_id, series_ids),
        chunks.utc_day.between(_day(from_ms + 1), _day(to_ms)),
        chunks.customer_id == customer_id,
    )
    found: dict[int, list[Stretch]] = defaultdict(list)
    for series_id, payload in connection.execute(query.order_by(chunks.series_id, chunks.utc_day)):
        found[series_id].append(unpack_chunk(payload))
    return found


def read_days(
    connection: Connection, customer_id: str, series_ids: Sequence[int], utc_days: Sequence[int]
) -> dict[tuple[int, int], Stretch]:
    """The chunks of these days by series and day; without an entry where a series has none."""
    chunks = series_chunks.c
    query = select(chunks.series_id, chunks.utc_day, chunks.payload).where(
        among(connection, chunks.series_id, series_ids),
        among(connection, chunks.utc_day, utc_days),
        chunks.customer_id == customer_id,
    )
    return {(series_id, day): unpack_chunk(payload) for series_id, day, payload in connection.execute(query)}


def latest_in_chunks(
    connection: Connection, customer_id: str, series_ids: Sequence[int], at_or_before_ms: int
) -> dict[int, tuple[int, float]]:
    """The newest (time, value) per series not later than the instant."""
    chunks = series_chunks.alias()
    newest: dict[int, tuple[int, float]] = {}
    day = _day(at_or_before_ms)
    wanted = list(series_ids)
    # The chunk of the instant's own day may begin after the instant; then the one before it has the answer.
    for up_to_day in (day, day - 1):
        day_of_series = (
            select(func.max(series_chunks.c.utc_day))
            .where(series_chunks.c.series_id == series.c.id, series_chunks.c.utc_day <= up_to_day)
            .correlate(series)
            .scalar_subquery()
        )
        query = (
            select(series.c.id, chunks.c.payload)
            .select_from(series)
            .join(chunks, and_(chunks.c.series_id == series.c.id, chunks.c.utc_day == day_of_series))
            .where(among(connection, series.c.id, wanted), chunks.c.customer_id == customer_id)
        )
        for series_id, payload in connection.execute(query):
            points = unpack_chunk(payload)
            count = int(np.searchsorted(points.times_ms, at_or_before_ms, side="right"))
            if count:
                newest[series_id] = (int(points.times_ms[count - 1]), float(points.values[count - 1]))
        wanted = [series_id for series_id in wanted if series_id not in newest]
        if not wanted:
            break
    return newest


def _day(at_ms: int) -> int:
    return max(0, min(utc_day(at_ms), _LAST_DAY))
