"""Homes with a history, as start-up and backtests find them: a SQLite store with one meter a home.

The history is written as the chunks that compaction leaves: a year of many homes is there within seconds.
"""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from hearth.bootstrap import Installation, Settings, open_installation
from hearth.core.instants import DAY_MS, SECOND_MS
from hearth.domain.buildings import Building
from hearth.domain.customers import Customer
from hearth.ports import ChunkRow, CompactionStep
from hearth.store.packing import Stretch, pack_chunk

CUSTOMER = "0123456789abcdef01234567"
START_DAY = 20_000  # days since the epoch
_CHUNKS_AT_A_TIME = 20_000


def name_of(home: int) -> str:
    """The customer's name for a home: in the order of its number."""
    return f"home-{home:06}"


def powers_w(home: int, days: int, step_seconds: int) -> np.ndarray:
    """A power for each step: busier and quieter days, a curve over each day, and chance."""
    chance = np.random.default_rng(home)
    a_day = 86_400 // step_seconds
    curve = 1 + 0.5 * np.sin(np.arange(a_day) * (2 * np.pi / a_day))
    powers = chance.uniform(200, 1_000, (days, 1)) * curve * chance.uniform(0.5, 1.5, (days, a_day))
    return np.round(powers.ravel())


def instants_ms(days: int, step_seconds: int) -> np.ndarray:
    """The instants of these powers."""
    return START_DAY * DAY_MS + np.arange(days * 86_400 // step_seconds, dtype=np.int64) * (step_seconds * SECOND_MS)


@contextmanager
def stored_homes(homes: int, days: int, step_seconds: int) -> Iterator[tuple[Installation, float]]:
    """An installation whose customer has these homes; bytes a sample of its database file."""
    with (
        tempfile.TemporaryDirectory(prefix="hearth-bench-homes-") as folder,
        open_installation(Settings(data_dir=folder)) as installation,
    ):
        series_ids = _add_homes(installation, homes)
        before = _bytes_in(folder, installation)
        _write_history(installation, series_ids, days, step_seconds)
        stored = _bytes_in(folder, installation) - before
        yield installation, stored / (homes * days * 86_400 / step_seconds)


def _add_homes(installation: Installation, homes: int) -> list[int]:
    """Buildings, and the ids of their series."""
    with installation.store.write() as session:
        session.customers.add(Customer(id=CUSTOMER, name="Bench", created_at_ms=0))
        for home in range(homes):
            session.buildings.add(
                Building(
                    id=f"{home:024x}",
                    customer_id=CUSTOMER,
                    customer_building_id=name_of(home),
                    time_zone_id="Europe/Zurich",
                    registration_at_ms=0,
                    activation_at_ms=0,
                )
            )
        find = session.series.find_or_add
        return [find(CUSTOMER, f"{home:024x}", "POWER_CONSUMPTION", "meter", "GATEWAY", None).id for home in range(homes)]


def _write_history(installation: Installation, series_ids: list[int], days: int, step_seconds: int) -> None:
    homes_at_a_time = max(1, _CHUNKS_AT_A_TIME // days)
    for number, first in enumerate(range(0, len(series_ids), homes_at_a_time), 1):
        chunks = []
        for home in range(first, min(first + homes_at_a_time, len(series_ids))):
            chunks.extend(_chunks(series_ids[home], home, days, step_seconds))
        with installation.store.write(durable=False) as session:
            is_written = session.events.compact_for_operator(CompactionStep(number, chunks, 0, 0))
        assert is_written


def _chunks(series_id: int, home: int, days: int, step_seconds: int) -> Iterator[ChunkRow]:
    a_day = 86_400 // step_seconds
    times, values = instants_ms(days, step_seconds), powers_w(home, days, step_seconds)
    for day in range(days):
        of_day = slice(day * a_day, (day + 1) * a_day)
        packed = pack_chunk(Stretch(times[of_day], values[of_day], None))
        yield ChunkRow(series_id, START_DAY + day, CUSTOMER, packed.size, packed.payload)


def _bytes_in(folder: str, installation: Installation) -> int:
    installation.store.checkpoint()
    return sum(path.stat().st_size for path in Path(folder).glob("*.sqlite3"))
