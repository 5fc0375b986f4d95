"""Which other homes a home is compared with, and when with none."""

import pytest

from hearth.core.instants import HOUR_MS, MINUTE_MS
from hearth.core.missing import Missing
from hearth.domain.buildings import Building
from hearth.domain.peers import PeerHome, PeerSnapshot, dataset_key
from hearth.domain.rules import Dataset, Rule
from hearth.engine.peers import peers_of

AT_MS = 1_772_841_600_000
POWER = Dataset(name="Power", kind="TIME_SERIES", event_types=("POWER_CONSUMPTION",), timespan_seconds=900)
RULE = Rule(id="1" * 24, customer_id="c" * 24, name="Peers", created_at_ms=0, datasets=(POWER,))


def home(country_code: str | None = "CH") -> Building:
    return Building(
        id="b" * 24,
        customer_id="c" * 24,
        customer_building_id="h1",
        country_code=country_code,
        time_zone_id="UTC",
        registration_at_ms=0,
        activation_at_ms=0,
    )


def snapshot(others: int = 6, **profile: bool) -> PeerSnapshot:
    """h1 and others: the last two in Germany, and the last of them without any value."""
    names = [f"h{number}" for number in range(1, others + 2)]
    return PeerSnapshot(
        at_ms=AT_MS,
        homes={name: PeerHome(country_code="DE" if name in names[-2:] else "CH", profile=profile) for name in names},
        values={dataset_key(POWER): {name: [float(number)] for number, name in enumerate(names[:-1], 1)}},
    )


def seen(selector: str, now_ms: int = AT_MS, of: PeerSnapshot | None = None, building: Building | None = None) -> object:
    found = peers_of(RULE, building or home(), lambda at_ms: of)(now_ms, "Power", selector)
    return found.reason if isinstance(found, Missing) else sorted(found)


def test_a_home_sees_all_others_but_itself() -> None:
    assert seen("All", of=snapshot()) == ["h2", "h3", "h4", "h5", "h6"]


def test_a_home_sees_those_of_its_country() -> None:
    assert seen("IsInSameCountry", of=snapshot()) == ["h2", "h3", "h4", "h5"]
    assert seen("IsInSameCountry", of=snapshot(), building=home(None)) == "the country of this home is not known"


def test_a_small_group_is_not_shown() -> None:
    assert seen("All", of=snapshot(5)) == ["h2", "h3", "h4", "h5"]
    assert seen("All", of=snapshot(4)) == "fewer than 5 homes can be compared"
    assert seen("IsInSameCountry", of=snapshot(5)) == "fewer than 5 homes can be compared"


def test_a_profile_that_nobody_has_compares_nobody() -> None:
    assert seen("IsSinglePerson", of=snapshot()) == "no such thing is known of any home yet"
    assert seen("IsSinglePerson", of=snapshot(IsSinglePerson=True)) == ["h2", "h3", "h4", "h5", "h6"]
    assert seen("IsSinglePerson", of=snapshot(IsSinglePerson=False)) == "fewer than 5 homes can be compared"


@pytest.mark.parametrize(("after_ms", "is_seen"), [(15 * MINUTE_MS, True), (15 * MINUTE_MS + 1, False), (-HOUR_MS, True)])
def test_a_snapshot_ages(after_ms: int, is_seen: bool) -> None:
    assert (seen("All", AT_MS + after_ms, snapshot()) == ["h2", "h3", "h4", "h5", "h6"]) is is_seen


def test_without_a_snapshot_there_is_nobody() -> None:
    assert seen("All") == "the homes have not been compared yet"
    assert seen("All", of=PeerSnapshot(at_ms=AT_MS, homes={}, values={})) == "the homes have not been compared yet"


def test_a_category_of_consumption_is_one_of_its_country() -> None:
    categories = {"h1": "LOW", "h2": "LOW", "h3": "LOW", "h4": "HIGH", "h5": "LOW", "h6": "LOW", "h7": "LOW"}

    def of(known: dict[str, str], last_is_swiss: bool = True) -> PeerSnapshot:
        plain = snapshot()
        homes = {
            name: PeerHome(country_code="CH" if name != "h6" or last_is_swiss else "DE", consumption_category=known.get(name))
            for name in plain.homes
        }
        return PeerSnapshot(at_ms=plain.at_ms, homes=homes, values=plain.values)

    same = "IsInSameConsumptionCategory"
    assert seen(same, of=of(categories)) == ["h2", "h3", "h5", "h6"]
    assert seen(same, of=of(categories, last_is_swiss=False)) == "fewer than 5 homes can be compared"
    assert seen(same, of=of({})) == "the category of consumption of this home is not known"
    assert seen(same, of=of(categories), building=home(None)) == "the country of this home is not known"
