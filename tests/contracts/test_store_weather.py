"""Weather in the store: the newest known word of each hour stays, and what nobody needs any more goes."""

import time

import numpy as np

from hearth.core.instants import DAY_MS, HOUR_MS
from hearth.domain.weather import Cell, CellState, ProviderState, WeatherHours

BERN, BASEL = Cell(46.9, 7.4), Cell(47.6, 7.6)
DAY = 20_000
START_MS = DAY * DAY_MS


def hours(value: float, count: int, start_ms: int = START_MS) -> WeatherHours:
    return WeatherHours(start_ms, np.full((5, count), value))


def test_states_come_back(store) -> None:
    state = CellState(cell=BERN, provider="open-meteo", issued_at_ms=1, ends_at_ms=2, failures=3, error="no", next_due_ms=4)
    other = CellState(cell=Cell(-33.0, -0.1))
    asked = ProviderState(name="open-meteo", day=7, requests=5, paused_until_ms=9)
    with store.write() as session:
        session.weather.replace_cell_for_operator(CellState(cell=BERN))
        session.weather.replace_cell_for_operator(state)
        session.weather.replace_cell_for_operator(other)
        session.weather.replace_provider_for_operator(ProviderState(name="open-meteo"))
        session.weather.replace_provider_for_operator(asked)
    with store.read() as session:
        assert session.weather.find_cell_for_operator(BERN) == state
        assert session.weather.find_cell_for_operator(BASEL) is None
        assert session.weather.list_cells_for_operator() == [other, state]
        assert session.weather.find_provider_for_operator("open-meteo") == asked
        assert session.weather.find_provider_for_operator("offline") is None


def test_the_newest_known_word_of_each_hour_stays(store) -> None:
    with store.write() as session:
        session.weather.keep_hours_for_operator(BERN, hours(1.25, 30, START_MS - 3 * HOUR_MS), "open-meteo")
        later = hours(2.5, 40, START_MS + 2 * HOUR_MS)
        later.values[0, 0] = np.nan  # not known any more: what was known stays
        later.values[:, 39] = np.nan  # never known
        session.weather.keep_hours_for_operator(BERN, later, "open-meteo")
        session.weather.keep_hours_for_operator(BASEL, hours(9.0, 1), "open-meteo")
    with store.read() as session:
        found = session.weather.read_hours_for_operator(BERN, START_MS - 5 * HOUR_MS, 48)
    unknown = np.nan
    temperature = [unknown] * 2 + [1.25] * 6 + [2.5] * 38 + [unknown] * 2
    others = [unknown] * 2 + [1.25] * 5 + [2.5] * 39 + [unknown] * 2
    assert found.shape == (5, 48)
    assert np.array_equal(found[0], temperature, equal_nan=True)
    assert np.array_equal(found[4], others, equal_nan=True)


def test_days_of_a_provider_can_be_forgotten(store) -> None:
    with store.write() as session:
        session.weather.keep_hours_for_operator(BERN, hours(1.0, 48), "offline")
        session.weather.keep_hours_for_operator(BERN, hours(2.0, 24), "open-meteo")
        session.weather.keep_hours_for_operator(BASEL, hours(3.0, 24), "offline")
        session.weather.forget_hours_for_operator(BERN, "offline")
    with store.read() as session:
        bern = session.weather.read_hours_for_operator(BERN, START_MS, 48)[0]
        assert np.array_equal(bern, [2.0] * 24 + [np.nan] * 24, equal_nan=True)
        assert session.weather.read_hours_for_operator(BASEL, START_MS, 24)[0].tolist() == [3.0] * 24


def test_old_days_are_pruned_and_cells_that_nobody_asked_for_since(store) -> None:
    with store.write() as session:
        for cell, days in ((BERN, 2), (BASEL, 1)):
            attempt_ms = START_MS + (days - 1) * DAY_MS
            session.weather.replace_cell_for_operator(CellState(cell=cell, last_attempt_ms=attempt_ms))
            session.weather.keep_hours_for_operator(cell, hours(1.0, 24 * days), "open-meteo")
        session.weather.prune_for_operator(DAY + 1)
    with store.read() as session:
        assert [state.cell for state in session.weather.list_cells_for_operator()] == [BERN]
        kept = session.weather.read_hours_for_operator(BERN, START_MS, 48)[0]
        assert np.array_equal(kept, [np.nan] * 24 + [1.0] * 24, equal_nan=True)


def test_a_year_of_a_cell_is_read_at_once(store) -> None:
    with store.write() as session:
        session.weather.keep_hours_for_operator(BERN, hours(1.5, 365 * 24), "open-meteo")
    took = []
    for _ in range(5):
        began = time.perf_counter()
        with store.read() as session:
            year = session.weather.read_hours_for_operator(BERN, START_MS, 365 * 24)
        took.append(time.perf_counter() - began)
    assert (year == 1.5).all()
    print(f"a year of a cell in {min(took) * 1_000:.1f} ms")  # seen with -s; no bar, for the machine may be busy
