"""Forecasting: what every home will use and generate, said anew each hour, and scored when the truth is there.

Which models there are and what they say is `forecasting`'s; here stand when, of what past, and what is kept. Each hour a
forecast of each kind is issued for each building that can have one: it is stored whole until it is scored, and goes into
the log in the catalogue's words. Models are learned in between, a while at a time. Invariants: a forecast rests on nothing
behind the hour in which it is issued; a building that fails is logged and keeps no other from its forecast.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import structlog

from hearth.core.clock import Clock
from hearth.core.instants import DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS, utc_day, zone_named
from hearth.domain.buildings import Building
from hearth.domain.customers import Customer
from hearth.domain.events import IssuedEvent
from hearth.domain.forecasts import (
    ACCURACY_DAYS,
    KINDS,
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
from hearth.forecasting.models import LEAST_DAYS, Method, Model, days_known
from hearth.forecasting.signals import Forecaster, Forecasts, Scale, consumption_scale, signal_of
from hearth.ports import Store
from hearth.runtime.metrics import ContextMetrics
from hearth.services import forecast_learning
from hearth.services.forecast_homes import Home, SiteOf, WeatherOf, described_scale, read_homes
from hearth.services.forecast_learning import Learning, ToLearn, restored

log = structlog.get_logger()

SERVICE = "forecasts"
_SCORING = "forecast scores"
_KINDS_OF_BASIC: tuple[ForecastKind, ...] = ("GENERATION",)
_BATCH = 20
_ISSUE_DAYS = 75  # six weeks of own forecasts are looked at, each of which looks back four
_LEAST_DAYS = 2  # below, not even yesterday is known
_ISSUE_AGAIN_MS = 5 * MINUTE_MS
_LEARN_A_WHILE_MS = 30 * SECOND_MS
_SCORED_AFTER_DAYS = 4  # then the last hour of the last forecast of a day has passed
_SCORED_FROM_HOUR = 6  # what comes late has come by then


class _Said(NamedTuple):
    forecast: Forecast
    events: list[IssuedEvent]
    score: DayScore | None


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
        self.learning = Learning(store, clock, site_of, weather_of)
        self._issue_next_ms = 0

    def look(self) -> None:
        """Issues what the hour asks for, and every few minutes what a building that was added meanwhile asks for; then learns."""
        now_ms = self._clock.now_ms()
        if now_ms >= self._issue_next_ms:
            hour_ms = now_ms // HOUR_MS * HOUR_MS
            self.issue(hour_ms)
            self._issue_next_ms = min(now_ms + _ISSUE_AGAIN_MS, hour_ms + HOUR_MS)
        self.learning.learn(until_ms=self._clock.now_ms() + _LEARN_A_WHILE_MS)

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
                if customer.plan == "BASIC":
                    due = [each for each in due if self._site_of(each) is not None]
                if due:
                    issued += self._issue_batch(customer, due, hour_ms, scored)
        return issued

    def _pages(self, customer_id: str) -> Iterator[list[Building]]:
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
            from_ms = hour_ms - _ISSUE_DAYS * DAY_MS
            kinds = KINDS if customer.plan == "PREMIUM" else _KINDS_OF_BASIC
            homes = read_homes(session, buildings, from_ms, hour_ms, self._site_of, self._weather_of, kinds)
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
        heard = {each: every for each, every in said.items() if every or scored.get(each, -1) < due_day}
        if not heard:
            return 0
        with self._store.write() as session:
            for building_id, every in heard.items():
                for each in every:
                    session.forecasts.add(customer.id, building_id, each.forecast)
                    if each.score is not None:
                        session.forecasts.replace_score(customer.id, building_id, each.score)
                events = [event for each in every for event in each.events]
                if events:
                    session.issued.add(customer.id, building_id, events)
                if every:
                    session.issued.set_mark(customer.id, building_id, SERVICE, hour_ms)
                if scored.get(building_id, -1) < due_day:
                    session.issued.set_mark(customer.id, building_id, _SCORING, due_day)
                    session.forecasts.delete_issued_before(customer.id, building_id, (due_day + 1) * DAY_MS)
                    session.forecasts.delete_scores_before(customer.id, building_id, due_day - ACCURACY_DAYS)
        for every in said.values():
            for each in every:
                self._metrics.forecasts_issued.labels(each.forecast.kind.lower()).inc()
        return sum(bool(every) for every in said.values())

    def _said_of(
        self,
        customer: Customer,
        home: Home,
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
        self, customer: Customer, home: Home, kind: ForecastKind, model: ForecastModel | None, hour_ms: int
    ) -> Forecaster | None:
        """What answers for a home; None where nothing can. Has it learned where it should know more."""
        if kind == "CONSUMPTION" and customer.plan == "BASIC":
            return None
        series = home.series(kind)
        has_past = series is not None and days_known(signal_of(series, Scale(1.0)), len(series)) >= _LEAST_DAYS
        if model is not None and not _is_of(model, home):
            model = None
        if has_past and (kind == "CONSUMPTION" or home.site is not None):
            self.learning.want(ToLearn(customer.id, home.building.id, kind), model, hour_ms)
        if kind == "CONSUMPTION":
            if series is None or not has_past:
                return None
            if model is not None:
                return restored(model)
            days = days_known(signal_of(series, Scale(1.0)), len(series))
            plain = Method.NAIVE if days < LEAST_DAYS else Method.MEDIAN
            return Forecaster(consumption_scale(series, len(series)), Model(None, plain))
        if model is not None:
            known = restored(model)
            return known if customer.plan == "PREMIUM" else Forecaster(known.scale, Model(None, Method.WEATHER))
        described = described_scale(home)
        if described is None or not home.knows_weather_ahead:
            return None
        return Forecaster(described, Model(None, Method.WEATHER))


def _is_of(model: ForecastModel, home: Home) -> bool:
    """Whether it can be used, and was learned where the home stands: one that moved has another sky."""
    place = None if model.array is None else (model.array.latitude, model.array.longitude)
    return model.form == forecast_learning.FORM and (model.kind == "CONSUMPTION" or (place is not None and place == home.site))


def _forecast(
    home: Home, kind: ForecastKind, forecaster: Forecaster, model: ForecastModel | None, hour_ms: int
) -> tuple[Forecast, Floats]:
    series = home.series(kind)
    if series is None:  # an array that is only described
        nothing = np.full(_LEAST_DAYS * 24, np.nan)
        series = HourlySeries(hour_ms - len(nothing) * HOUR_MS, nothing, zone_named(home.building.time_zone_id))
    forecasts = forecaster.forecasts(series, np.array([len(series)]), home.weather(kind, len(series)))
    quantiles = forecasts.energy_wh[0]
    used = home.seen if kind == "GENERATION" and home.knows_weather_ahead else None
    forecast = Forecast(
        kind=kind,
        issued_at_ms=hour_ms,
        method=forecasts.method.value,
        hours=tuple(HourQuantiles(*each) for each in quantiles.tolist()),
        learned_until_ms=None if model is None else model.learned_until_ms,
        learned_share=float(forecasts.shares[0, 0, 0]),
        weather=None if used is None else used.provider,
        is_weather_stale=used is not None and used.is_stale,
    )
    return forecast, quantiles[:, 1]


def _day_to_score(hour_ms: int) -> int:
    """The newest day (UTC) whose forecasts have all met their truth."""
    return utc_day(hour_ms - _SCORED_FROM_HOUR * HOUR_MS) - _SCORED_AFTER_DAYS


def _score(series: HourlySeries | None, kind: ForecastKind, scale: Scale, issued: Sequence[Forecast]) -> DayScore | None:
    """How right the forecasts of one day were; None where there were none."""
    if series is None:
        return None
    # What was said before the first hour that is known had nothing to be compared with.
    whole = [each for each in issued if len(each.hours) == HORIZON_HOURS and each.issued_at_ms >= series.start_ms]
    if not whole:
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
