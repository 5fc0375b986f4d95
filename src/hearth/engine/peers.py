"""Peers: which other homes an `EVAL` of a home sees, and when it sees none. Pure: snapshots are handed in.

Invariant: a home never sees itself, and never a group so small that one household could be told from its figures.
"""

from collections.abc import Callable, Mapping, Sequence

from hearth.core.instants import HOUR_MS, MINUTE_MS
from hearth.core.missing import Missing
from hearth.domain.buildings import Building
from hearth.domain.peers import PeerHome, PeerSnapshot, dataset_key
from hearth.domain.rules import Rule
from hearth.language import Peers

PERIOD_MS = 10 * MINUTE_MS  # snapshots are of instants that many milliseconds apart
_MOST_AGE_MS = 15 * MINUTE_MS
_MOST_AHEAD_MS = HOUR_MS  # events may come that late and still be compared
LEAST_HOMES = 5  # with values, the own one among them

# now -> the newest snapshot that is known then, or None.
SnapshotAt = Callable[[int], PeerSnapshot | None]

_NONE_YET = Missing("the homes have not been compared yet")
_OUT_OF_DATE = Missing("the last comparison of the homes is too old")
_NO_COUNTRY = Missing("the country of this home is not known")
_NO_CATEGORY = Missing("the category of consumption of this home is not known")
_NO_PROFILE = Missing("no such thing is known of any home yet")
_TOO_FEW = Missing(f"fewer than {LEAST_HOMES} homes can be compared")


def peers_of(rule: Rule, building: Building, snapshot_at: SnapshotAt) -> Peers:
    """What `EVAL` of the rule's expressions sees in the building."""
    keys = {dataset.name: dataset_key(dataset) for dataset in rule.datasets}
    own_id, country_code = building.customer_building_id, building.country_code

    def peers(now_ms: int, dataset_name: str, selector: str) -> Mapping[str, Sequence[float]] | Missing:
        snapshot = snapshot_at(now_ms)
        if snapshot is None or keys[dataset_name] not in snapshot.values:
            return _NONE_YET
        if not -_MOST_AHEAD_MS <= now_ms - snapshot.at_ms <= _MOST_AGE_MS:
            return _OUT_OF_DATE
        is_alike = _alike(selector, country_code, snapshot.homes.get(own_id), snapshot)
        if isinstance(is_alike, Missing):
            return is_alike
        values = snapshot.values[keys[dataset_name]]
        others = {home_id: found for home_id, found in values.items() if home_id != own_id and is_alike(snapshot.homes[home_id])}
        return others if sum(map(bool, others.values())) >= LEAST_HOMES - 1 else _TOO_FEW

    return peers


def _alike(
    selector: str, country_code: str | None, own: PeerHome | None, snapshot: PeerSnapshot
) -> Callable[[PeerHome], bool] | Missing:
    """What says whether another home belongs to the group of the selector."""
    if selector == "All":
        return lambda home: True
    if selector == "IsInSameCountry":
        return _NO_COUNTRY if country_code is None else lambda home: home.country_code == country_code
    if selector == "IsInSameConsumptionCategory":
        category = None if own is None else own.consumption_category
        if category is None or country_code is None:  # a category is one of a country
            return _NO_CATEGORY if category is None else _NO_COUNTRY
        return lambda home: (home.consumption_category, home.country_code) == (category, country_code)
    if not any(selector in home.profile for home in snapshot.homes.values()):
        return _NO_PROFILE
    return lambda home: home.profile.get(selector, False)
