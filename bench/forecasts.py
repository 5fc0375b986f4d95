"""An hour's forecasts of many homes: reading their past, issuing, storing; beside the median of 14 days by pandas.

A SQLite store with quarter-hourly consumption and generation of homes in some cells, compacted as a running Hearth has them. Some
homes have more than a year and are learned first; all others share what those have learned, so that every forecast is a
regression with a solar chain.
"""

import resource
import tempfile
import time

import numpy as np
import pandas as pd
from msgspec.structs import replace

from hearth.bootstrap import Installation, Settings, open_installation
from hearth.core.instants import DAY_MS, MINUTE_MS
from hearth.domain.buildings import Building
from hearth.domain.customers import Customer
from hearth.forecasting.solar import Site, clear_sky, unit_power
from hearth.ports import ChunkRow, CompactionStep
from hearth.services.forecasting import Forecasting
from hearth.store.packing import Stretch, pack_chunk
from hearth.testing.clocks import MovableClock

_CUSTOMER = "c" * 24
_FIRST_DAY = 20_000  # UTC days since 1970
_DAYS = 400
_RECENT_DAYS = 80  # more than an issue looks back at
_PATTERNS, _CELLS = 10, 40
_QUARTER_MS = 15 * MINUTE_MS
_HOUR_MS = 4 * _QUARTER_MS
_TYPES = ("ENERGY_CONSUMPTION", "ENERGY_GENERATION")


def report(is_quick: bool) -> list[str]:
    """Rows of figures."""
    homes, taught = (100, 4) if is_quick else (1_000, 20)
    with (
        tempfile.TemporaryDirectory(prefix="hearth-bench-forecasts-") as folder,
        open_installation(Settings(data_dir=folder)) as installation,
    ):
        ids = _fill(installation, homes, taught)
        clock = MovableClock((_FIRST_DAY + _DAYS) * DAY_MS)
        service = Forecasting(installation.store, clock, _site_of, lambda *_: None)
        service.issue(clock.now_ms())
        service.learning.only(ids[:taught])
        began = time.perf_counter()
        learned = service.learning.learn()
        learning = time.perf_counter() - began
        _share_models(installation, ids, taught)
        clock.move_to(clock.now_ms() + _HOUR_MS)
        before = _peak_mib()
        began = time.perf_counter()
        issued = service.issue(clock.now_ms())
        issuing = time.perf_counter() - began
        assert issued == homes
        began = time.perf_counter()
        for at in range(0, homes, 20):
            _by_median(installation, ids[at : at + 20], clock.now_ms())
        median = time.perf_counter() - began
    return [
        f"learning from a year: {learning / learned:.2f} s a model ({learned} models)",
        f"an hour's forecasts of {homes:,} homes (two each, 73 hours): {issuing:.0f} s, {issuing / homes * 1e3:.0f} ms a home; "
        f"the process holds {_peak_mib():.0f} MiB at most ({before:.0f} before)",
        f"the median of 14 days alone by pandas, events read likewise: {median:.0f} s: {issuing / median:.1f} x",
    ]


def _peak_mib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _site_of(building: Building) -> Site | None:
    assert building.latitude is not None
    assert building.longitude is not None
    return Site(building.latitude, building.longitude)


def _fill(installation: Installation, homes: int, taught: int) -> list[str]:
    store = installation.store
    ids = [f"{home:024x}" for home in range(homes)]
    series = []
    with store.write() as session:
        session.customers.add(Customer(id=_CUSTOMER, name="Bench", created_at_ms=0))
        for home, building_id in enumerate(ids):
            session.buildings.add(
                Building(
                    id=building_id,
                    customer_id=_CUSTOMER,
                    customer_building_id=f"home-{home:05}",
                    time_zone_id="Europe/Zurich",
                    registration_at_ms=0,
                    activation_at_ms=0,
                    latitude=46.0 + 0.1 * (home * _CELLS // homes),
                    longitude=8.0,
                )
            )
            series.append([session.series.find_or_add(_CUSTOMER, building_id, name, "gw", "GATEWAY", None).id for name in _TYPES])
    patterns = _patterns()
    for number, day in enumerate(range(_DAYS), 1):
        is_recent = day >= _DAYS - _RECENT_DAYS
        times = (_FIRST_DAY + day) * DAY_MS + np.arange(96, dtype=np.int64) * _QUARTER_MS
        packed = [
            [pack_chunk(Stretch(times, of_type[day * 96 : (day + 1) * 96], None)) for of_type in of_home] for of_home in patterns
        ]
        chunks = [
            ChunkRow(series_id, _FIRST_DAY + day, _CUSTOMER, *packed[home % _PATTERNS][column])
            for home, of_home in enumerate(series)
            if is_recent or home < taught
            for column, series_id in enumerate(of_home)
        ]
        with store.write(durable=False) as session:
            assert session.events.compact_for_operator(CompactionStep(number, chunks, 0, 0, []))
    return ids


def _patterns() -> list[list[np.ndarray]]:
    """By home the quarter-hourly Wh of consumption and generation."""
    chance = np.random.default_rng(1)
    hours = _DAYS * 24
    unit = unit_power(clear_sky(Site(47.0, 8.0), _FIRST_DAY * DAY_MS, hours), 25, 190)
    found = []
    for _ in range(_PATTERNS):
        of_day = chance.gamma(2, 100, 24)
        used = np.tile(of_day, _DAYS) * chance.uniform(0.6, 1.4, hours) + np.where(chance.random(hours) < 0.05, 1_500, 0)
        clearness = np.repeat(chance.uniform(0.1, 1.0, _DAYS), 24)
        found.append([np.round(np.repeat(each, 4) / 4, 1) for each in (used, 6_000 * unit * clearness)])
    return found


def _share_models(installation: Installation, ids: list[str], taught: int) -> None:
    """Every home gets the model of one that was learned, at its own place."""
    with installation.store.read() as session:
        models = session.forecasts.list_models(_CUSTOMER, ids[:taught])
        places = {each.id: each.latitude for each in session.buildings.list_by_id(_CUSTOMER, ids)}
    with installation.store.write() as session:
        for home, building_id in enumerate(ids[taught:], taught):
            for kind in ("CONSUMPTION", "GENERATION"):
                model = models[ids[home % taught], kind]
                if model.array is not None:  # as if it had been learned where this home stands
                    model = replace(model, array=replace(model.array, latitude=places[building_id]))
                session.forecasts.replace_model(_CUSTOMER, building_id, model)


def _by_median(installation: Installation, ids: list[str], now_ms: int) -> None:
    """What a plain script would do: hourly sums and their median of 14 days by hour of the day."""
    with installation.store.read() as session:
        series = session.series.list_of(_CUSTOMER, ids)
        read = session.events.read(_CUSTOMER, [each.id for each in series], now_ms - _RECENT_DAYS * DAY_MS, now_ms - 1)
    for points in read.values():
        index = pd.to_datetime(np.asarray(points.times_ms), unit="ms", utc=True).tz_convert("Europe/Zurich")
        hourly = pd.Series(np.asarray(points.values), index).resample("h").sum()
        recent = hourly[-14 * 24 :]
        np.tile(recent.groupby(recent.index.hour).median().to_numpy(), 3)
