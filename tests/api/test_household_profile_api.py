"""What is inferred of a building, as it is read over HTTP."""

from typing import get_args

import httpx2
import pytest
from pydantic.alias_generators import to_camel

from hearth.api.wire.profiles import _WORDS
from hearth.domain.customers import Customer
from hearth.domain.profiles import FIGURES, HouseholdProfile, ReasonCode, figure
from hearth.ports import Store


@pytest.fixture
def api_store(store: Store) -> Store:
    """Each database in turn."""
    return store


async def test_what_is_inferred_of_a_building_is_read_with_it_and_may_be_sent_back(
    api: httpx2.AsyncClient, other_api: httpx2.AsyncClient, api_store: Store, customer: Customer
) -> None:
    building = (await api.post("/buildings/v1", json={"customerBuildingId": "house-1"})).json()
    profile = HouseholdProfile(
        computed_at_ms=1_773_140_400_000,
        yearly_kwh=7_170.4,
        elcom_class=figure("H5", 0.7, "ELCOM_CONSUMPTION_AND_DEVICES", kwh=7_170, days=365),
        has_energy_generation=figure(False, 0.2, "NO_GENERATION_MEASURED", days=8),
    )
    with api_store.write() as session:
        session.household_profiles.replace(customer.id, building["id"], profile)
    read = (await api.get(f"/buildings/{building['customerBuildingId']}/v1")).json()
    assert read["profile"]["computedTimestamp"] == 1_773_140_400
    assert read["profile"]["elcomClass"] == {
        "value": "H5",
        "confidence": 0.7,
        "reason": "7170 kWh a year, by 365 days, and its devices, beside the typical households of ELCOM",
        "reasonCode": "ELCOM_CONSUMPTION_AND_DEVICES",
        "reasonValues": {"kwh": 7170, "days": 365},
    }
    assert read["profile"]["hasEnergyGeneration"]["value"] is None  # not sure enough
    assert set(read["profile"]) == {"computedTimestamp", *map(to_camel, FIGURES)}
    assert (await api.get("/buildings/v1")).json() == [read]
    assert (await api.put("/buildings/v1", json=read)).json() == read
    sent_back = {**read, "profile": {"elcomClass": "H1", "whatever": 1}}
    assert (await api.put("/buildings/v1", json=sent_back)).json() == read
    assert (await other_api.get("/buildings/v1")).json() == []


def test_every_reason_has_words() -> None:
    for code in get_args(ReasonCode):
        assert code in _WORDS
