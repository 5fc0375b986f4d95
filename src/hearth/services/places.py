"""Places: which countries there are, and in which time zone a place lies.

Read from the tz database's own tables (`iso3166.tab`, `zone.tab`), so that both are as new as the zones.
A country with several zones is told apart by the city only where the zone bears its name.
"""

import re
import unicodedata
from functools import cache
from importlib.resources import files


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
    plain = "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c))
    return re.sub(r"[\s_-]+", " ", plain).strip().casefold()


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
