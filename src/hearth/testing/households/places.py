"""Places where simulated homes stand: a small table of towns, and whatever place the caller gives.

Positions are public geography, to a hundredth of a degree; altitude in metres.
"""

from dataclasses import dataclass

from hearth.core.instants import zone_named


@dataclass(frozen=True)
class Place:
    """A town with its post code; latitude and longitude in degrees (north and east positive)."""

    city: str
    zip: str
    country_code: str
    latitude: float
    longitude: float
    time_zone_id: str
    altitude_m: float = 100.0

    def __post_init__(self) -> None:
        if not -90 <= self.latitude <= 90 or not -180 <= self.longitude <= 180:
            raise ValueError(f"{self.city}: no place has latitude {self.latitude} and longitude {self.longitude}")
        zone_named(self.time_zone_id)


TOWNS = (
    Place("Zürich", "8004", "CH", 47.38, 8.53, "Europe/Zurich", 408),
    Place("Bern", "3012", "CH", 46.95, 7.44, "Europe/Zurich", 542),
    Place("Luzern", "6003", "CH", 47.05, 8.31, "Europe/Zurich", 436),
    Place("St. Gallen", "9000", "CH", 47.42, 9.37, "Europe/Zurich", 675),
    Place("Lausanne", "1004", "CH", 46.52, 6.63, "Europe/Zurich", 495),
    Place("Winterthur", "8400", "CH", 47.50, 8.72, "Europe/Zurich", 439),
    Place("Freiburg im Breisgau", "79098", "DE", 48.00, 7.85, "Europe/Berlin", 278),
    Place("München", "80331", "DE", 48.14, 11.58, "Europe/Berlin", 519),
    Place("Stuttgart", "70173", "DE", 48.78, 9.18, "Europe/Berlin", 245),
    Place("Köln", "50667", "DE", 50.94, 6.96, "Europe/Berlin", 53),
    Place("Leipzig", "04109", "DE", 51.34, 12.37, "Europe/Berlin", 113),
    Place("Hamburg", "20095", "DE", 53.55, 9.99, "Europe/Berlin", 6),
    Place("Wien", "1070", "AT", 48.20, 16.35, "Europe/Vienna", 171),
    Place("Graz", "8010", "AT", 47.07, 15.44, "Europe/Vienna", 353),
    Place("Linz", "4020", "AT", 48.31, 14.29, "Europe/Vienna", 266),
    Place("Innsbruck", "6020", "AT", 47.27, 11.39, "Europe/Vienna", 574),
    Place("Strasbourg", "67000", "FR", 48.58, 7.75, "Europe/Paris", 142),
    Place("Lyon", "69003", "FR", 45.76, 4.85, "Europe/Paris", 173),
    Place("Grenoble", "38000", "FR", 45.19, 5.72, "Europe/Paris", 212),
    Place("Dijon", "21000", "FR", 47.32, 5.04, "Europe/Paris", 245),
)


def places_of(country_code: str | None) -> tuple[Place, ...]:
    """The towns of a country ("CH"), or of all. Raises ValueError naming the countries there are."""
    if country_code is None:
        return TOWNS
    towns = tuple(town for town in TOWNS if town.country_code == country_code.upper())
    if not towns:
        known = ", ".join(sorted({town.country_code for town in TOWNS}))
        raise ValueError(f"there are no towns of {country_code!r}; take one of {known}, or give a place of your own")
    return towns
