"""The household model: plausible homes and their events for the demo and for tests.

`make_homes` draws homes, `simulate` runs one of them, `building_body` and `event_body` give the bodies of
the public API. Sending them is the caller's business. Invariant: the same seed gives the same bytes, and
what a day is like depends only on seed, place and date, so that any start date works.
"""

from hearth.testing.households.bodies import building_body, event_body
from hearth.testing.households.home import Car, HeatPump, Home, HomeDevice, HomeTariff, WaterHeater, make_homes
from hearth.testing.households.places import TOWNS, Place
from hearth.testing.households.simulation import SimulatedEvent, simulate
from hearth.testing.households.state import HomeState, start_state

__all__ = [
    "TOWNS",
    "Car",
    "HeatPump",
    "Home",
    "HomeDevice",
    "HomeState",
    "HomeTariff",
    "Place",
    "SimulatedEvent",
    "WaterHeater",
    "building_body",
    "event_body",
    "make_homes",
    "simulate",
    "start_state",
]
