"""Forecasts: what was learned of buildings, what was issued, and how right it was.

The hours of a forecast are kept as 32-bit numbers, compressed: there are many of them.
"""

import zlib
from collections.abc import Sequence
from typing import Any

import msgspec
import numpy as np
from sqlalchemy import Table, case, delete, func, select

from hearth.domain.forecasts import DayScore, Forecast, ForecastCount, ForecastKind, ForecastModel, HourQuantiles
from hearth.store.connections import among, insert
from hearth.store.living import living_buildings
from hearth.store.tables import forecast_models, forecast_scores, forecasts, listed_buildings
from hearth.store.transactions import Transaction


class SqlForecastRepository:
    """Implements `ports.ForecastRepository`."""

    def __init__(self, transaction: Transaction) -> None:
        self._connection = transaction.connection

    def list_models(self, customer_id: str, building_ids: Sequence[str]) -> dict[tuple[str, ForecastKind], ForecastModel]:
        """By building and kind; those that cannot be read any more are left out."""
        of = among(self._connection, forecast_models.c.building_id, building_ids) & (forecast_models.c.customer_id == customer_id)
        found: dict[tuple[str, ForecastKind], ForecastModel] = {}
        for building_id, document in self._connection.execute(
            select(forecast_models.c.building_id, forecast_models.c.document).where(of)
        ):
            try:
                model = msgspec.json.decode(document, type=ForecastModel)
            except msgspec.ValidationError:  # of an earlier form: it is learned anew
                continue
            found[building_id, model.kind] = model
        return found

    def replace_model(self, customer_id: str, building_id: str, model: ForecastModel) -> None:
        """Makes it the newest of its kind."""
        self._put(forecast_models, customer_id, building_id, {"kind": model.kind}, {"document": msgspec.json.encode(model)})

    def add(self, customer_id: str, building_id: str, forecast: Forecast) -> None:
        """Stores it; another of the same kind and instant is replaced."""
        key = {"kind": forecast.kind, "issued_at_ms": forecast.issued_at_ms}
        self._put(forecasts, customer_id, building_id, key, {"payload": _packed(forecast)})

    def list_issued(
        self, customer_id: str, building_id: str, kind: ForecastKind, from_ms: int, to_ms: int | None = None
    ) -> list[Forecast]:
        """Those issued in [from_ms, to_ms), oldest first."""
        row = forecasts.c
        of = (row.building_id == building_id) & (row.customer_id == customer_id) & (row.kind == kind)
        query = select(row.payload).where(of, row.issued_at_ms >= from_ms).order_by(row.issued_at_ms)
        if to_ms is not None:
            query = query.where(row.issued_at_ms < to_ms)
        return [_unpacked(payload) for payload in self._connection.scalars(query)]

    def find_newest(self, customer_id: str, building_id: str, kind: ForecastKind) -> Forecast | None:
        """The one issued last, or None."""
        row = forecasts.c
        of = (row.building_id == building_id) & (row.customer_id == customer_id) & (row.kind == kind)
        found = self._connection.scalar(select(row.payload).where(of).order_by(row.issued_at_ms.desc()).limit(1))
        return None if found is None else _unpacked(found)

    def count_newest(self, customer_id: str, kind: ForecastKind, fresh_from_ms: int) -> ForecastCount:
        """Of the buildings that are not deactivated: whose newest forecast was issued since then, whose earlier, and the last."""
        row, home = forecasts.c, listed_buildings.c
        of = (row.building_id == home.building_id) & (row.kind == kind)
        newest_ms = select(row.issued_at_ms).where(of).order_by(row.issued_at_ms.desc()).limit(1).scalar_subquery()
        active = (home.customer_id == customer_id) & ~home.is_deactivated
        each = select(newest_ms.label("at_ms")).where(active).subquery().c.at_ms
        is_fresh = case((each >= fresh_from_ms, 1))
        found = select(func.count(is_fresh), func.count(each) - func.count(is_fresh), func.max(each))
        fresh, stale, last_run_ms = self._connection.execute(found).one()
        return ForecastCount(kind, fresh, stale, last_run_ms)

    def delete_issued_before(self, customer_id: str, building_id: str, at_ms: int) -> None:
        """Deletes the building's forecasts that were issued before an instant."""
        row = forecasts.c
        of = (row.building_id == building_id) & (row.customer_id == customer_id) & (row.issued_at_ms < at_ms)
        self._connection.execute(delete(forecasts).where(of))

    def replace_score(self, customer_id: str, building_id: str, score: DayScore) -> None:
        """Stores the score of a day's forecasts."""
        key = {"kind": score.kind, "utc_day": score.utc_day}
        self._put(forecast_scores, customer_id, building_id, key, {"document": msgspec.json.encode(score)})

    def list_scores(self, customer_id: str, building_id: str, kind: ForecastKind, from_utc_day: int) -> list[DayScore]:
        """The scores of the days from that one on, oldest first."""
        row = forecast_scores.c
        of = (row.building_id == building_id) & (row.customer_id == customer_id) & (row.kind == kind)
        query = select(row.document).where(of, row.utc_day >= from_utc_day).order_by(row.utc_day)
        return [msgspec.json.decode(document, type=DayScore) for document in self._connection.scalars(query)]

    def delete_scores_before(self, customer_id: str, building_id: str, utc_day: int) -> None:
        """Deletes the building's scores of days before that one."""
        row = forecast_scores.c
        of = (row.building_id == building_id) & (row.customer_id == customer_id) & (row.utc_day < utc_day)
        self._connection.execute(delete(forecast_scores).where(of))

    def _put(self, table: Table, customer_id: str, building_id: str, key: dict[str, Any], content: dict[str, bytes]) -> None:
        """One row, in the place of one of that key. Of a building that is not the customer's nothing is kept."""
        if building_id not in living_buildings(self._connection, customer_id, [building_id]):
            return
        add = insert(self._connection, table).on_conflict_do_update(index_elements=["building_id", *key], set_=content)
        self._connection.execute(add, {"building_id": building_id, "customer_id": customer_id, **key, **content})


def _packed(forecast: Forecast) -> bytes:
    hours = np.array([(each.p10_wh, each.p50_wh, each.p90_wh) for each in forecast.hours], dtype="<f4")
    return zlib.compress(msgspec.msgpack.encode((msgspec.structs.replace(forecast, hours=()), hours.tobytes())), 1)


def _unpacked(payload: bytes) -> Forecast:
    forecast, numbers = msgspec.msgpack.decode(zlib.decompress(payload), type=tuple[Forecast, bytes])
    hours = np.frombuffer(numbers, dtype="<f4").reshape(-1, 3).tolist()
    return msgspec.structs.replace(forecast, hours=tuple(HourQuantiles(*each) for each in hours))
