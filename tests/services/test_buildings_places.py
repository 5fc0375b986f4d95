"""Where a place lies, from the tz database's own tables."""

import pytest

from hearth.core.instants import zone_named
from hearth.services.places import is_country, zone_of_place


@pytest.mark.parametrize(
    ("country", "city", "zone"),
    [
        ("CH", None, "Europe/Zurich"),
        ("DE", "Köln", "Europe/Berlin"),
        ("AT", "Wien", "Europe/Vienna"),
        ("ES", None, "Europe/Madrid"),
        ("PT", None, "Europe/Lisbon"),
        ("US", "new  york", "America/New_York"),
        ("AU", "Sydney", "Australia/Sydney"),
        ("AR", "Buenos Aires", "America/Argentina/Buenos_Aires"),
        ("XX", None, "Asia/Tokyo"),
        (None, "Bern", "Asia/Tokyo"),
    ],
)
def test_zone_of_a_place(country: str | None, city: str | None, zone: str) -> None:
    assert zone_of_place(country, city, default="Asia/Tokyo") == zone


def test_among_several_zones_the_default_wins_when_it_is_one_of_them() -> None:
    assert zone_of_place("US", None, default="America/Chicago") == "America/Chicago"
    assert zone_of_place("US", "Denver", default="America/Chicago") == "America/Denver"


def test_countries_are_those_of_iso_3166() -> None:
    assert all(is_country(code) for code in ("CH", "DE", "FR", "IT", "AT", "LI", "GB"))
    assert not any(is_country(code) for code in ("XX", "UK", "EU", "ch", "CHE", ""))


def test_every_country_has_a_zone_that_exists() -> None:
    codes = [a + b for a in "ABCDEFGHIJKLMNOPQRSTUVWXYZ" for b in "ABCDEFGHIJKLMNOPQRSTUVWXYZ" if is_country(a + b)]
    assert len(codes) > 240
    for code in codes:
        zone_named(zone_of_place(code, None, default="UTC"))
