"""Reading events without those that are set aside, as all do who compute energies from them.

Which events these are `readings` decides; `events` lists them.
"""

from array import array
from collections.abc import Sequence

import numpy as np

from hearth.ports import Points, Session


def read_believed(session: Session, customer_id: str, series_ids: Sequence[int], from_ms: int, to_ms: int) -> dict[int, Points]:
    """As `session.events.read`, without the events that are set aside."""
    points = session.events.read(customer_id, series_ids, from_ms, to_ms)
    aside = session.set_aside.read(customer_id, series_ids, from_ms, to_ms) if series_ids else {}
    for series_id, events in aside.items():
        times, values, forecasts = points[series_id]
        kept = [
            at
            for at, (at_ms, value) in enumerate(zip(times, values, strict=True))
            if at_ms not in events or events[at_ms].value != value
        ]
        points[series_id] = Points(
            array("q", np.asarray(times, np.int64)[kept].tolist()),
            array("d", np.asarray(values)[kept].tolist()),
            None if forecasts is None else array("q", np.asarray(forecasts, np.int64)[kept].tolist()),
        )
    return points
