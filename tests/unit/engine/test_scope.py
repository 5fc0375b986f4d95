"""What a rule's expressions may refer to, as the catalogue and the rule's datasets say."""

from pathlib import Path

import pytest

import hearth
from hearth.domain.catalogue import read_catalogue
from hearth.domain.rules import Dataset
from hearth.engine.scope import scope_of

CATALOGUE = read_catalogue((Path(hearth.__file__).parent / "domain/catalogue.toml").read_text())


def info(*event_types, sources=(), timespan_seconds=None):
    dataset = Dataset(name="X", kind="TIME_SERIES", event_types=event_types, sources=sources, timespan_seconds=timespan_seconds)
    return scope_of((dataset,), CATALOGUE, "condition", False).datasets["X"]


def test_a_dataset_has_the_unit_of_its_event_types_and_none_where_they_differ():
    assert info("POWER_CONSUMPTION", "POWER_GENERATION").unit == "W"
    assert info("POWER_CONSUMPTION", "ENERGY_CONSUMPTION").unit is None
    assert info("POWER_CONSUMPTION", timespan_seconds=60).timespan_ms == 60_000


@pytest.mark.parametrize(
    ("event_type", "sources", "number", "label"),
    [
        ("CHARGING_MODE", ("CAR_CHARGER",), 1, "only solar"),
        ("CHARGING_MODE", ("BATTERY",), 1, "active"),
        ("CHARGING_MODE", ("HEAT_PUMP", "WATER_HEATER"), 0, "always on"),
        ("DEVICE_STATUS", (), -1, "unknown"),
    ],
)
def test_states_have_the_names_of_their_source(event_type, sources, number, label):
    found = info(event_type, sources=sources)
    assert (found.state, found.unit, found.labels[number]) == (True, None, label)


@pytest.mark.parametrize("sources", [(), ("CAR_CHARGER", "BATTERY")])
def test_states_that_mean_different_things_have_no_names(sources):
    assert info("CHARGING_MODE", sources=sources).labels == {}
