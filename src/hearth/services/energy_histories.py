"""Energy histories: what homes used and generated, hour by hour, as forecasts and profiles read it.

Which series count is `insights.energy`'s. Hours are of UTC. Invariant: an hour with clearly fewer values than those around it
have is unknown (NaN), not small; so is one without any.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from hearth.core.instants import HOUR_MS
from hearth.domain.buildings import Building
from hearth.domain.forecasts import KINDS, ForecastKind
from hearth.forecasting.hours import Floats, Ints
from hearth.insights.energy import ENERGY_TYPES, counted_series, first_known
from hearth.ports import Points, Session
from hearth.services.set_aside import read_believed

_COLUMNS: dict[ForecastKind, int] = {kind: ENERGY_TYPES.index(f"ENERGY_{kind}") for kind in KINDS}
_LEAST_SHARE_OF_VALUES = 0.75


class EnergyHistory(NamedTuple):
    """Wh of successive hours, NaN = unknown; None where no series of that kind is there, or none was asked for."""

    consumption_wh: Floats | None
    generation_wh: Floats | None


def read_histories(
    session: Session, buildings: Sequence[Building], from_ms: int, to_ms: int, kinds: Sequence[ForecastKind] = KINDS
) -> dict[str, EnergyHistory]:
    """By building id the hours in [from_ms, to_ms), both full hours, of buildings of one customer; of these kinds alone."""
    customer_id = buildings[0].customer_id
    every = session.series.list_of(customer_id, [each.id for each in buildings])
    counted = {
        each.id: counted_series(each.time_zone_id, (one for one in every if one.building_id == each.id)) for each in buildings
    }
    wanted = [
        series_id
        for series in counted.values()
        for kind in kinds
        for ids in series.with_stand_in(_COLUMNS[kind])
        for series_id in ids
    ]
    points = read_believed(session, customer_id, wanted, from_ms - 1, to_ms - 1) if wanted else {}
    count = (to_ms - from_ms) // HOUR_MS

    def history(own: Sequence[int], derived: Sequence[int]) -> Floats | None:
        if not own and not derived:
            return None
        return first_known(*(_hours([points[series_id] for series_id in ids], from_ms, count) for ids in (own, derived)))

    return {
        building_id: EnergyHistory(
            *(history(*series.with_stand_in(column)) if kind in kinds else None for kind, column in _COLUMNS.items())
        )
        for building_id, series in counted.items()
    }


def _hours(series: Sequence[Points], from_ms: int, count: int) -> Floats:
    sums, values = np.zeros(count), np.zeros(count, dtype=np.int64)
    for points in series:
        at = (np.asarray(points.times_ms, dtype=np.int64) - from_ms) // HOUR_MS
        sums += np.bincount(at, weights=np.asarray(points.values, dtype=np.float64), minlength=count)
        values += np.bincount(at, minlength=count)
    known: Floats = np.where(values >= np.maximum(1.0, _LEAST_SHARE_OF_VALUES * _usual(values)), sums, np.nan)
    return np.where(known < 0, np.nan, known)


def _usual(values: Ints) -> Floats:
    """How many values the hours of the same 24 have that have any: homes come to send more or less often."""
    days = np.zeros(-(-len(values) // 24) * 24, dtype=np.int64)
    days[len(days) - len(values) :] = values  # so that the last 24 hours are together
    ordered = np.sort(days.reshape(-1, 24), axis=1)
    with_values = (ordered > 0).sum(axis=1)
    at = np.minimum(24 - with_values + with_values // 2, 23)
    median = np.take_along_axis(ordered, at[:, np.newaxis], axis=1)[:, 0]
    return np.repeat(median, 24)[len(days) - len(values) :].astype(np.float64)
