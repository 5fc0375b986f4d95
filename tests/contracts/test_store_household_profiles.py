"""A profile is its building's, the newest one, and goes with it."""

from tests.contracts.store_contents import NOW_MS, add_customer, customer

from hearth.domain.profiles import HouseholdProfile, figure

A, B = customer("a"), customer("b")
OLD = HouseholdProfile(
    computed_at_ms=NOW_MS, yearly_kwh=4_500.5, elcom_class=figure("H4", 0.7, "ELCOM_CONSUMPTION", kwh=4_500, days=90)
)
NEW = HouseholdProfile(
    computed_at_ms=NOW_MS + 1,
    has_energy_generation=figure(True, 0.5, "GENERATION_REGISTERED"),
    economical_motivation=figure(0.4, 0.6, "REACTIONS"),
)


def test_the_newest_profile_of_each_building_is_read_back(store) -> None:
    for letter in ("a", "b"):
        add_customer(store, letter, "one", "two")
    with store.write() as session:
        session.household_profiles.replace(A, "a-one", OLD)
        session.household_profiles.replace(A, "a-one", NEW)
        session.household_profiles.replace(A, "a-two", OLD)
        session.household_profiles.replace(A, "a-three", OLD)  # there is no such building
        session.household_profiles.replace(B, "a-two", NEW)  # another customer's
    with store.read() as session:
        everybody = ["a-one", "a-two", "a-three", "b-one"]
        assert session.household_profiles.list_of(A, everybody) == {"a-one": NEW, "a-two": OLD}
        assert session.household_profiles.list_of(A, ["a-two"]) == {"a-two": OLD}
        assert session.household_profiles.list_of(B, everybody) == {}


def test_a_profile_goes_with_its_building(store) -> None:
    add_customer(store, "a", "one", "two")
    with store.write() as session:
        for building_id in ("a-one", "a-two"):
            session.household_profiles.replace(A, building_id, OLD)
        session.buildings.erase(A, "a-one")
        session.household_profiles.replace(A, "a-one", NEW)
    with store.read() as session:
        assert session.household_profiles.list_of(A, ["a-one", "a-two"]) == {"a-two": OLD}
