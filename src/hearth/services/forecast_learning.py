"""Learning of forecasts: which models are due, and how one comes about from a home's own past and what homes have in common.

What a model is and how it is fitted is `forecasting`'s; here stand from how much past, how often, and how it is kept. One home is
learned at a time, so that the memory stays bounded. Invariant: learning that fails is logged and tried again a day later.
"""

from collections.abc import Collection, Iterator
from typing import NamedTuple

import numpy as np
import structlog

from hearth.core.clock import Clock
from hearth.core.instants import DAY_MS, HOUR_MS
from hearth.domain.buildings import Building
from hearth.domain.forecasts import ArrayFound, ForecastKind, ForecastModel
from hearth.forecasting.hours import Floats
from hearth.forecasting.models import Method, Model, days_known, learn, pooled
from hearth.forecasting.signals import Forecaster, Scale, signal_of
from hearth.forecasting.solar import Array, Site
from hearth.ports import Session, Store
from hearth.services.forecast_homes import Home, SiteOf, WeatherOf, read_homes, scale_of

log = structlog.get_logger()

FORM = 1  # of coefficients; a model of another form is learned anew
_LEARN_DAYS = 365 + 28
_AGAIN_MS = 7 * DAY_MS
_AGAIN_SOON_MS = DAY_MS  # while there is too little past for the regression
_HOMES_IN_COMMON = 30
_PAGE = 200


class ToLearn(NamedTuple):
    """A model that is due."""

    customer_id: str
    building_id: str
    kind: ForecastKind


class Learning:
    """What waits to be learned, and learns it."""

    def __init__(self, store: Store, clock: Clock, site_of: SiteOf, weather_of: WeatherOf) -> None:
        self._store = store
        self._clock = clock
        self._site_of = site_of
        self._weather_of = weather_of
        self._waiting: dict[ToLearn, None] = {}
        self._again_ms: dict[ToLearn, int] = {}
        self._in_common: dict[tuple[str, ForecastKind], tuple[int, Floats | None]] = {}

    def want(self, wanted: ToLearn, model: ForecastModel | None, hour_ms: int) -> None:
        """Notes that a home can be learned; it waits where its model is old, or there is none."""
        again_ms = self._again_ms.get(wanted, -1)
        if model is not None:
            pause_ms = _AGAIN_MS if model.method == Method.REGRESSION.value else _AGAIN_SOON_MS
            again_ms = max(again_ms, model.learned_until_ms + pause_ms)
        if hour_ms >= again_ms:
            self._waiting[wanted] = None

    def only(self, building_ids: Collection[str]) -> None:
        """Lets nothing wait but what is of these buildings."""
        self._waiting = {each: None for each in self._waiting if each.building_id in building_ids}

    def learn(self, until_ms: int | None = None) -> int:
        """Learns what waits, until that instant or however long it takes. Returns how many models."""
        learned = 0
        hour_ms = self._clock.now_ms() // HOUR_MS * HOUR_MS
        while self._waiting and (until_ms is None or self._clock.now_ms() < until_ms):
            learned += self._learn(next(iter(self._waiting)), hour_ms)
        return learned

    def _learn(self, wanted: ToLearn, hour_ms: int) -> bool:
        del self._waiting[wanted]
        self._again_ms[wanted] = hour_ms + _AGAIN_SOON_MS  # also where nothing can be learned
        try:
            model = self._learned(wanted, hour_ms)
        except Exception:
            log.exception("learning failed", building_id=wanted.building_id, kind=wanted.kind)
            return False
        if model is None:
            return False
        with self._store.write(durable=False) as session:  # lost with the power, it is learned again
            session.forecasts.replace_model(wanted.customer_id, wanted.building_id, model)
        return True

    def _learned(self, wanted: ToLearn, hour_ms: int) -> ForecastModel | None:
        with self._store.read() as session:
            buildings = session.buildings.list_by_id(wanted.customer_id, [wanted.building_id])
            if not buildings:
                return None
            home = self._read(session, buildings[0], wanted.kind, hour_ms)
        series = home.series(wanted.kind)
        if series is None:
            return None
        scale = scale_of(home, wanted.kind, series)
        if scale is None:
            return None
        signal = signal_of(series, scale, home.weather(wanted.kind, len(series)))
        model = learn(signal, len(series), self._common(wanted.customer_id, wanted.kind, hour_ms))
        return stored(wanted.kind, scale, model, days_known(signal, len(series)), hour_ms)

    def _common(self, customer_id: str, kind: ForecastKind, hour_ms: int) -> Floats | None:
        """What some of the customer's homes have in common, found anew once a week; None where there are not two."""
        found_ms, prior = self._in_common.get((customer_id, kind), (-1, None))
        if found_ms >= 0 and hour_ms < found_ms + _AGAIN_MS:
            return prior
        with self._store.read() as session:
            every = session.buildings.count(customer_id)
        apart = max(1, every // _HOMES_IN_COMMON)
        chosen: list[Building] = []
        at = 0
        for page in self._pages(customer_id):
            chosen += [each for place, each in enumerate(page, at) if place % apart == 0]
            at += len(page)
        signals, untils = [], []
        for building in chosen[:_HOMES_IN_COMMON]:
            with self._store.read() as session:
                home = self._read(session, building, kind, hour_ms)
            series = home.series(kind)
            scale = None if series is None else scale_of(home, kind, series)
            if series is not None and scale is not None:
                signals.append(signal_of(series, scale, home.weather(kind, len(series))))
                untils.append(len(series))
        prior = pooled(signals, untils) if len(signals) > 1 else None
        self._in_common[customer_id, kind] = (hour_ms, prior)
        return prior

    def _read(self, session: Session, building: Building, kind: ForecastKind, hour_ms: int) -> Home:
        from_ms = hour_ms - _LEARN_DAYS * DAY_MS
        [home] = read_homes(session, [building], from_ms, hour_ms, self._site_of, self._weather_of, [kind])
        return home

    def _pages(self, customer_id: str) -> Iterator[list[Building]]:
        after: str | None = None
        while True:
            with self._store.read() as session:
                page = session.buildings.list_page(customer_id, after, _PAGE)
            if not page:
                return
            yield page
            after = page[-1].customer_building_id


def stored(kind: ForecastKind, scale: Scale, model: Model, days: float, until_ms: int) -> ForecastModel:
    """A model as it is kept."""
    array = None
    if scale.site is not None and scale.array is not None:
        array = ArrayFound(
            latitude=scale.site.latitude,
            longitude=scale.site.longitude,
            tilt=scale.array.tilt,
            azimuth=scale.array.azimuth,
            capacity_w=scale.array.capacity_w,
            installed_w=scale.installed_wh,
        )
    coefficients = None if model.coefficients is None else tuple(tuple(row) for row in model.coefficients.tolist())
    return ForecastModel(
        kind=kind,
        form=FORM,
        learned_until_ms=until_ms,
        days=round(days, 2),
        method=model.method.value,
        scale_wh=scale.energy_wh,
        coefficients=coefficients,
        array=array,
    )


def restored(model: ForecastModel) -> Forecaster:
    """What answers for a home again."""
    array = model.array
    scale = Scale(model.scale_wh)
    if array is not None:
        site = Site(array.latitude, array.longitude)
        scale = Scale(model.scale_wh, site, Array(array.tilt, array.azimuth, array.capacity_w), array.installed_w)
    coefficients = None if model.coefficients is None else np.array(model.coefficients)
    return Forecaster(scale, Model(coefficients, Method(model.method)))
