"""Forecasting: what every home will use and generate, said anew each hour, and scored when the truth is there.

Which models there are and what they say is `forecasting`'s; here stand when, of what past, and what is kept. Each hour a
forecast of each kind is issued for each building that can have one: it is stored whole until it is scored, and goes into
the log in the catalogue's words. Models are learned in between, a while at a time. Invariants: a forecast rests on nothing
behind the hour in which it is issued; a building that fails is logged and keeps no other from its forecast.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

import numpy as np
import structlog

from hearth.core.clock import Clock
from hearth.core.instants import DAY_MS, HOUR_MS, SECOND_MS, utc_day, zone_named
from hearth.domain.buildings import Building
from hearth.domain.customers import Customer
from hearth.domain.events import IssuedEvent
from hearth.domain.forecasts import (
    KINDS,
    ArrayFound,
    DayScore,
    Forecast,
    ForecastKind,
    ForecastModel,
    HorizonScore,
    HourQuantiles,
)
from hearth.forecasting.accuracy import accuracies
from hearth.forecasting.hours import HORIZON_HOURS, Floats, HourlySeries
from hearth.forecasting.issue import forecast_events
from hearth.forecasting.models import LEAST_DAYS, Method, Model, days_known, learn, pooled
from hearth.forecasting.signals import Forecaster, Forecasts, Scale, Weather, consumption_scale, generation_scale, signal_of
from hearth.forecasting.solar import Array, Site, best_of_year
from hearth.ports import Session, Store
from hearth.runtime.metrics import ContextMetrics
from hearth.services.energy_histories import EnergyHistory, read_histories

log = structlog.get_logger()

SERVICE = "forecasts"
_SCORING = "forecast scores"
FORM = 1  # of coefficients; a model of another form is learned anew
_BATCH = 20
_ISSUE_DAYS = 75  # six weeks of own forecasts are looked at, each of which looks back four
_LEARN_DAYS = 365 + 28
_LEAST_DAYS = 2  # below, not even yesterday is known
_AGAIN_MS = 7 * DAY_MS
_AGAIN_SOON_MS = DAY_MS  # while there is too little past for the regression
_LEARN_A_WHILE_MS = 30 * SECOND_MS
_HOMES_IN_COMMON = 30
_SCORED_AFTER_DAYS = 4  # then the last hour of the last forecast of a day has passed
_SCORED_FROM_HOUR = 6  # what comes late has come by then
_SYSTEM_LOSSES = 0.14  # wiring, dirt, inverter: PVWatts' usual share, of an array that is only described
_USUAL_TILT = 25.0


class WeatherSeen(NamedTuple):
    """The weather of some hours (NaN = unknown), who says so, and whether it is stale."""

    weather: Weather
    provider: str
    is_stale: bool


WeatherOf = Callable[[Session, Building, int, int], WeatherSeen | None]
SiteOf = Callable[[Building], Site | None]


class _Home(NamedTuple):
    building: Building
    history: EnergyHistory
    start_ms: int
    site: Site | None
    seen: WeatherSeen | None

    def series(self, kind: ForecastKind) -> HourlySeries | None:
        """From the first hour on that is known; None where none is."""
        energies = self.history.consumption_wh if kind == "CONSUMPTION" else self.history.generation_wh
        if energies is None or np.isnan(energies).all():
            return None
        first = int(np.argmin(np.isnan(energies)))
        return HourlySeries(self.start_ms + first * HOUR_MS, energies[first:], zone_named(self.building.time_zone_id))

    def weather(self, kind: ForecastKind, hours: int) -> Weather | None:
        """Of the last so many hours and the horizon: what generation rests on, NaN where nothing is known."""
        if kind == "CONSUMPTION" or self.site is None:
            return None
        count = hours + HORIZON_HOURS
        if self.seen is None:
            unknown = np.full(count, np.nan)
            return Weather(unknown, unknown)
        dni, dhi, outside_c = self.seen.weather
        return Weather(dni[-count:], dhi[-count:], None if outside_c is None else outside_c[-count:])


class _Said(NamedTuple):
    forecast: Forecast
    events: list[IssuedEvent]
    score: DayScore | None


class _ToLearn(NamedTuple):
    customer_id: str
    building_id: str
    kind: ForecastKind


class Forecasting:
    """The context service. One thread looks."""

    def __init__(
        self, store: Store, clock: Clock, site_of: SiteOf, weather_of: WeatherOf, metrics: ContextMetrics | None = None
    ) -> None:
        self._store = store
        self._metrics = metrics or ContextMetrics()
        self._clock = clock
        self._site_of = site_of
        self._weather_of = weather_of
        self._issued_hour_ms = -1
        self._to_learn: dict[_ToLearn, None] = {}
        self._learn_again_ms: dict[_ToLearn, int] = {}
        self._in_common: dict[tuple[str, ForecastKind], tuple[int, Floats | None]] = {}

    def look(self) -> None:
        """Issues what the hour asks for; otherwise learns for a while."""
        hour_ms = self._clock.now_ms() // HOUR_MS * HOUR_MS
        if hour_ms != self._issued_hour_ms:
            self.issue(hour_ms)
            self._issued_hour_ms = hour_ms
        ends_at_ms = self._clock.now_ms() + _LEARN_A_WHILE_MS
        while self._to_learn and self._clock.now_ms() < ends_at_ms:
            self._learn(next(iter(self._to_learn)), hour_ms)

    # Issuing

    def issue(self, hour_ms: int) -> int:
        """Forecasts from that hour on for every active building that has none yet. Returns how many buildings got one."""
        issued = 0
        with self._store.read() as session:
            customers = session.customers.list_for_operator()
        for customer in customers:
            with self._store.read() as session:
                marks = session.issued.marks(customer.id, SERVICE)
                scored = session.issued.marks(customer.id, _SCORING)
            for page in self._pages(customer.id):
                due = [each for each in page if not each.is_deactivated() and marks.get(each.id, -1) < hour_ms]
                if due:
                    issued += self._issue_batch(customer, due, hour_ms, scored)
        return issued

    def _pages(self, customer_id: str) -> Iterable[list[Building]]:
        after: str | None = None
        while True:
            with self._store.read() as session:
                page = session.buildings.list_page(customer_id, after, _BATCH)
            if not page:
                return
            yield page
            after = page[-1].customer_building_id

    def _issue_batch(self, customer: Customer, buildings: Sequence[Building], hour_ms: int, scored: dict[str, int]) -> int:
        with self._store.read() as session:
            homes = self._read_homes(session, buildings, hour_ms - _ISSUE_DAYS * DAY_MS, hour_ms)
            models = session.forecasts.list_models(customer.id, [each.id for each in buildings])
            due_day = _day_to_score(hour_ms)
            to_score = {
                (each.id, kind): session.forecasts.list_issued(
                    customer.id, each.id, kind, due_day * DAY_MS, (due_day + 1) * DAY_MS
                )
                for each in buildings
                if scored.get(each.id, -1) < due_day
                for kind in KINDS
            }
        said = {home.building.id: self._said_of(customer, home, models, hour_ms, to_score) for home in homes}
        with self._store.write() as session:
            for building_id, every in said.items():
                for each in every:
                    session.forecasts.add(customer.id, building_id, each.forecast)
                    if each.score is not None:
                        session.forecasts.replace_score(customer.id, building_id, each.score)
                events = [event for each in every for event in each.events]
                if events:
                    session.issued.add(customer.id, building_id, events)
                session.issued.set_mark(customer.id, building_id, SERVICE, hour_ms)
                if scored.get(building_id, -1) < due_day:
                    session.issued.set_mark(customer.id, building_id, _SCORING, due_day)
                    session.forecasts.delete_issued_before(customer.id, building_id, (due_day + 1) * DAY_MS)
        for every in said.values():
            for each in every:
                self._metrics.forecasts_issued.labels(each.forecast.kind.lower()).inc()
        return sum(bool(every) for every in said.values())

    def _said_of(
        self,
        customer: Customer,
        home: _Home,
        models: dict[tuple[str, ForecastKind], ForecastModel],
        hour_ms: int,
        to_score: dict[tuple[str, ForecastKind], list[Forecast]],
    ) -> list[_Said]:
        said = []
        for kind in KINDS:
            building_id = home.building.id
            try:
                model = models.get((building_id, kind))
                forecaster = self._forecaster(customer, home, kind, model, hour_ms)
                if forecaster is None:
                    continue
                forecast, middle_wh = _forecast(home, kind, forecaster, model, hour_ms)
                zone = zone_named(home.building.time_zone_id)
                events = forecast_events(kind, hour_ms, middle_wh, zone)
                score = _score(home.series(kind), kind, forecaster.scale, to_score.get((building_id, kind), []))
                said.append(_Said(forecast, events, score))
            except Exception:
                self._metrics.forecast_failures.inc()
                log.exception("a forecast failed", building_id=building_id, kind=kind)
        return said

    def _forecaster(
        self, customer: Customer, home: _Home, kind: ForecastKind, model: ForecastModel | None, hour_ms: int
    ) -> Forecaster | None:
        """What answers for a home; None where nothing can. Has it learned where it should know more."""
        series = home.series(kind)
        has_past = series is not None and days_known(signal_of(series, Scale(1.0)), len(series)) >= _LEAST_DAYS
        if model is not None and model.form != FORM:
            model = None
        if has_past and (kind == "CONSUMPTION" or home.site is not None):
            self._want(_ToLearn(customer.id, home.building.id, kind), model, hour_ms)
        if kind == "CONSUMPTION":
            if customer.plan == "BASIC" or series is None or not has_past:
                return None
            if model is not None:
                return _restored(model)
            days = days_known(signal_of(series, Scale(1.0)), len(series))
            plain = Method.NAIVE if days < LEAST_DAYS else Method.MEDIAN
            return Forecaster(consumption_scale(series, len(series)), Model(None, plain))
        if model is not None:
            restored = _restored(model)
            return restored if customer.plan == "PREMIUM" else Forecaster(restored.scale, Model(None, Method.WEATHER))
        described = _described(home)
        if described is None or home.seen is None or not _covers(home.seen.weather):
            return None
        return Forecaster(described, Model(None, Method.WEATHER))

    # Learning

    def _want(self, wanted: _ToLearn, model: ForecastModel | None, hour_ms: int) -> None:
        again_ms = self._learn_again_ms.get(wanted, -1)
        if model is not None:
            pause_ms = _AGAIN_MS if model.method == Method.REGRESSION.value else _AGAIN_SOON_MS
            again_ms = max(again_ms, model.learned_until_ms + pause_ms)
        if hour_ms >= again_ms:
            self._to_learn[wanted] = None

    def learn_all(self) -> int:
        """Learns all that waits, however long it takes. Returns how many models."""
        learned = 0
        hour_ms = self._clock.now_ms() // HOUR_MS * HOUR_MS
        while self._to_learn:
            learned += self._learn(next(iter(self._to_learn)), hour_ms)
        return learned

    def _learn(self, wanted: _ToLearn, hour_ms: int) -> bool:
        del self._to_learn[wanted]
        self._learn_again_ms[wanted] = hour_ms + _AGAIN_SOON_MS  # also where nothing can be learned
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

    def _learned(self, wanted: _ToLearn, hour_ms: int) -> ForecastModel | None:
        with self._store.read() as session:
            buildings = session.buildings.list_by_id(wanted.customer_id, [wanted.building_id])
            if not buildings:
                return None
            [home] = self._read_homes(session, buildings, hour_ms - _LEARN_DAYS * DAY_MS, hour_ms)
        series = home.series(wanted.kind)
        if series is None:
            return None
        scale = _scale(home, wanted.kind, series)
        if scale is None:
            return None
        signal = signal_of(series, scale, home.weather(wanted.kind, len(series)))
        model = learn(signal, len(series), self._common(wanted.customer_id, wanted.kind, hour_ms))
        return _stored(wanted.kind, scale, model, days_known(signal, len(series)), hour_ms)

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
                [home] = self._read_homes(session, [building], hour_ms - _LEARN_DAYS * DAY_MS, hour_ms)
            series = home.series(kind)
            scale = None if series is None else _scale(home, kind, series)
            if series is not None and scale is not None:
                signals.append(signal_of(series, scale, home.weather(kind, len(series))))
                untils.append(len(series))
        prior = pooled(signals, untils) if len(signals) > 1 else None
        self._in_common[customer_id, kind] = (hour_ms, prior)
        return prior

    def _read_homes(self, session: Session, buildings: Sequence[Building], from_ms: int, to_ms: int) -> list[_Home]:
        histories = read_histories(session, buildings, from_ms, to_ms)
        hours = (to_ms - from_ms) // HOUR_MS
        homes = []
        for each in buildings:
            site = self._site_of(each)
            seen = None if site is None else self._weather_of(session, each, from_ms, hours + HORIZON_HOURS)
            homes.append(_Home(each, histories[each.id], from_ms, site, seen))
        return homes


def _forecast(
    home: _Home, kind: ForecastKind, forecaster: Forecaster, model: ForecastModel | None, hour_ms: int
) -> tuple[Forecast, Floats]:
    series = home.series(kind)
    if series is None:  # an array that is only described
        nothing = np.full(_LEAST_DAYS * 24, np.nan)
        series = HourlySeries(hour_ms - len(nothing) * HOUR_MS, nothing, zone_named(home.building.time_zone_id))
    forecasts = forecaster.forecasts(series, np.array([len(series)]), home.weather(kind, len(series)))
    quantiles = forecasts.energy_wh[0]
    used = home.seen if kind == "GENERATION" and home.seen is not None and _covers(home.seen.weather) else None
    forecast = Forecast(
        kind=kind,
        issued_at_ms=hour_ms,
        method=forecasts.method.value,
        hours=tuple(HourQuantiles(*each) for each in quantiles.tolist()),
        learned_until_ms=None if model is None else model.learned_until_ms,
        weather=None if used is None else used.provider,
        is_weather_stale=used is not None and used.is_stale,
    )
    return forecast, quantiles[:, 1]


def _covers(weather: Weather) -> bool:
    """Whether it knows most of the day to come."""
    ahead = weather.dni[-HORIZON_HOURS:][:24] + weather.dhi[-HORIZON_HOURS:][:24]
    return bool(np.mean(~np.isnan(ahead)) > 0.5)


def _scale(home: _Home, kind: ForecastKind, series: HourlySeries) -> Scale | None:
    if kind == "CONSUMPTION":
        return consumption_scale(series, len(series))
    if home.site is None:
        return None
    described = _described(home)
    if described is not None and days_known(signal_of(series, described), len(series)) < LEAST_DAYS:
        return described
    kwp = home.building.kwp
    return generation_scale(series, len(series), home.site, None if kwp is None else kwp * 1_000)


def _described(home: _Home) -> Scale | None:
    """The array as the customer describes it: installed power, tilt, azimuth."""
    kwp, site = home.building.kwp, home.site
    if not kwp or site is None:
        return None
    tilt = _number(home.building, "pvTilt", _USUAL_TILT)
    azimuth = _number(home.building, "pvAzimuth", 180.0 if site.latitude >= 0 else 0.0)
    capacity_w = kwp * 1_000 * best_of_year(site, tilt, azimuth) * (1 - _SYSTEM_LOSSES)
    return Scale(capacity_w, site, Array(tilt, azimuth, capacity_w), kwp * 1_000)


def _number(building: Building, name: str, otherwise: float) -> float:
    value = building.properties.get(name)
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else otherwise


def _stored(kind: ForecastKind, scale: Scale, model: Model, days: float, until_ms: int) -> ForecastModel:
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


def _restored(model: ForecastModel) -> Forecaster:
    array = model.array
    scale = Scale(model.scale_wh)
    if array is not None:
        site = Site(array.latitude, array.longitude)
        scale = Scale(model.scale_wh, site, Array(array.tilt, array.azimuth, array.capacity_w), array.installed_w)
    coefficients = None if model.coefficients is None else np.array(model.coefficients)
    return Forecaster(scale, Model(coefficients, Method(model.method)))


def _day_to_score(hour_ms: int) -> int:
    """The newest day (UTC) whose forecasts have all met their truth."""
    return utc_day(hour_ms - _SCORED_FROM_HOUR * HOUR_MS) - _SCORED_AFTER_DAYS


def _score(series: HourlySeries | None, kind: ForecastKind, scale: Scale, issued: Sequence[Forecast]) -> DayScore | None:
    """How right the forecasts of one day were; None where there were none."""
    whole = [each for each in issued if len(each.hours) == HORIZON_HOURS]
    if series is None or not whole:
        return None
    origins = np.array([series.position(each.issued_at_ms) for each in whole])
    quantiles = np.array([[(hour.p10_wh, hour.p50_wh, hour.p90_wh) for hour in each.hours] for each in whole])
    judged = accuracies(series, scale, origins, Forecasts(quantiles, Method(whole[-1].method), np.empty(0)))
    horizons = tuple(
        HorizonScore(
            first_hour=each.first_hour,
            last_hour=each.last_hour,
            hours=each.hours,
            error_wh=round(each.mae_wh * each.hours, 3),
            baseline_errors_wh={name: round(error * each.hours, 3) for name, error in each.baselines_mae_wh.items()},
            lit_hours=each.lit_hours,
            covered=round(each.coverage * each.lit_hours),
        )
        for each in judged
    )
    return DayScore(kind=kind, utc_day=utc_day(whole[0].issued_at_ms), horizons=horizons) if horizons else None
