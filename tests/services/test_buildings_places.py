"""Where a place lies, from the tz database's own tables and a table of cities."""

import pytest

from hearth.core.instants import zone_named
from hearth.services.places import is_country, position_of_city, zone_of_place


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


@pytest.mark.parametrize(
    ("country", "city", "latitude", "longitude"),
    [
        ("CH", "Bern", 46.95, 7.45),
        ("CH", "genf", 46.20, 6.15),
        ("CH", "Genève", 46.20, 6.15),
        ("CH", "St.Gallen", 47.42, 9.38),
        ("CH", "Buchs AG", 47.39, 8.08),
        ("CH", "Koppigen", 47.13, 7.60),  # a village
        ("CH", "Zürich 8004", 47.37, 8.55),
        ("DE", "MUENCHEN", 48.14, 11.58),
        ("DE", "München", 48.14, 11.58),
        ("DE", "Köln, Ehrenfeld", 50.93, 6.95),
        ("DE", "Frankfurt", 50.11, 8.68),
        ("DE", "Frankfurt (Oder)", 52.35, 14.55),
        ("AT", "Wien", 48.21, 16.37),
        ("FR", "Saint-Etienne", 45.43, 4.39),
        ("US", "Fontana", 34.09, -117.44),
    ],
)
def test_position_of_a_city(country: str, city: str, latitude: float, longitude: float) -> None:
    assert position_of_city(country, city) == pytest.approx((latitude, longitude), abs=0.02)


def test_a_place_that_is_not_known_has_no_position() -> None:
    for country, city in (
        ("CH", "Nirgendwo"),
        ("XX", "Bern"),
        (None, "Bern"),
        ("CH", None),
        ("CH", "."),
        ("CH", ""),
        ("AQ", "Bern"),
    ):
        assert position_of_city(country, city) is None


def test_the_capital_of_each_country_that_names_a_zone_is_found() -> None:
    # The table of cities is read in pieces; each of these lies in another piece, in another order of its fields or names.
    for country, city in (
        ("PT", "Lisboa"),
        ("DK", "København"),
        ("JP", "東京"),
        ("GR", "Αθήνα"),
        ("ZW", "Harare"),
        ("AD", "Andorra la Vella"),
    ):
        assert position_of_city(country, city) is not None, city
