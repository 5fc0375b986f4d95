"""Hours of a home as forecasts read them: a half-known hour is unknown, and a home may come to send less often."""

import numpy as np
from tests.api.energy_homes import QUARTER_MS, append, series_of
from tests.contracts.store_contents import add_customer, building, customer

from hearth.core.instants import DAY_MS, HOUR_MS
from hearth.services.energy_histories import read_histories

A = customer("a")
START_MS = 20_000 * DAY_MS


def consumption_of(store, days: int):
    with store.read() as session:
        return read_histories(session, [building("a", "one")], START_MS, START_MS + days * DAY_MS)["a-one"].consumption_wh


def test_a_home_that_comes_to_send_hourly_is_known_at_once(store) -> None:
    add_customer(store, "a", "one")
    meter = series_of(store, A, "a-one", "ENERGY_CONSUMPTION")
    quarters = [(meter, START_MS + at * QUARTER_MS, 25.0) for at in range(5 * 96)]
    hours = [(meter, START_MS + 5 * DAY_MS + at * HOUR_MS, 100.0) for at in range(3 * 24)]
    append(store, A, quarters + hours)
    assert consumption_of(store, 8).tolist() == [100.0] * 8 * 24


def test_an_hour_of_which_some_is_missing_is_unknown(store) -> None:
    add_customer(store, "a", "one")
    meter = series_of(store, A, "a-one", "ENERGY_CONSUMPTION")
    missing = {5, 6, 7, 40, 41, 100}  # quarters: most of the second hour, half of the eleventh, one of the 26th
    append(store, A, [(meter, START_MS + at * QUARTER_MS, 25.0) for at in range(2 * 96) if at not in missing])
    found = consumption_of(store, 3)
    assert np.flatnonzero(np.isnan(found)).tolist() == [1, 10, *range(48, 72)]
    assert found[25] == 75.0
