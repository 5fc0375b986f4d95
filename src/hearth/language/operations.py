"""Operations: what functions and operators compute on vectors and grouped values in compiled programs.

Plain functions over columns; the compiler calls them by name with values whose types are settled. No value
comes in only as an entry of a list; as a whole it is caught before. They never raise for want of data.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Mapping, Sequence
from math import floor, fmod, fsum, inf, isfinite, nan
from operator import eq, ge, gt, le, lt, ne
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

from hearth.core.instants import DAY_MS
from hearth.core.missing import Missing
from hearth.language.context import Context
from hearth.language.moments import day_borders
from hearth.language.values import Grouped
from hearth.language.windows import Event, Events

Vector: TypeAlias = Events | list[Any]

EMPTY = Missing("nothing to take a value from")
BY_ZERO = Missing("division by zero")
ABSENT = Missing("not among the values")
NO_PEERS = Missing("no values of other buildings are at hand")
NOT_KNOWN = Missing("not known of the building")
NO_FORECAST = Missing("the event is no forecast")
NO_INTERACTION = Missing("nobody has reacted yet")
NO_DELIVERED = Missing("no delivered notification")
OUT_OF_RANGE = Missing("a number out of range")

COMPARE: dict[str, Callable[[Any, Any], bool]] = {"<": lt, "<=": le, "=": eq, "!=": ne, ">=": ge, ">": gt}


def total(values: Sequence[float]) -> float:
    """The correctly rounded sum; where numbers are too large for one, what plain addition gives."""
    try:
        return fsum(values)
    except (OverflowError, ValueError):
        return sum(values)


def divide(left: float, right: float) -> float | Missing:
    """left / right."""
    return left / right if right else BY_ZERO


def remainder(left: float, right: float) -> float | Missing:
    """The remainder, with the sign of the dividend."""
    if not right:
        return BY_ZERO
    return fmod(left, right) if isfinite(left) else nan


def entries(values: Vector) -> Sequence[Any]:
    """The entries as plain values: of events, their values."""
    return values.values if isinstance(values, Events) else values


def first_missing(values: Sequence[Any]) -> Missing | None:
    """The first entry that is no value."""
    return next((value for value in values if value.__class__ is Missing), None)


def _aggregate(values: Vector, compute: Callable[[Sequence[Any]], Any], of_nothing: Any) -> Any:
    plain = entries(values)
    if not len(plain):
        return of_nothing
    missing = first_missing(plain) if values.__class__ is list else None
    return compute(plain) if missing is None else missing


def avg(values: Vector) -> Any:
    """The mean."""
    return _aggregate(values, lambda plain: total(plain) / len(plain), EMPTY)


def sum_(values: Vector) -> Any:
    """The sum, 0.0 of nothing."""
    return _aggregate(values, total, 0.0)


def min_(values: Vector) -> Any:
    """The smallest."""
    return _aggregate(values, min, EMPTY)


def max_(values: Vector) -> Any:
    """The largest."""
    return _aggregate(values, max, EMPTY)


def per_group(compute: Callable[..., Any], groups: Grouped, *more: Any) -> Grouped:
    """The groups with each group's entries computed."""
    return groups.with_entries([compute(entry, *more) for entry in groups.entries])


def per_entry(compute: Callable[[Any], Any], values: Vector) -> list[Any]:
    """Each value computed; no value stays none."""
    return [value if value.__class__ is Missing else compute(value) for value in entries(values)]


def per_scalar(compute: Callable[[Any], Any], groups: Grouped) -> Grouped:
    """Each group's one value computed."""
    return groups.with_entries(
        [
            each if each.__class__ is Missing else compute(each.value if each.__class__ is Event else each)
            for each in groups.entries
        ]
    )


def _strict(compute: Callable[[Any, Any], Any], left: Any, right: Any) -> Any:
    if left.__class__ is Missing:
        return left
    if right.__class__ is Missing:
        return right
    left = left.value if left.__class__ is Event else left
    right = right.value if right.__class__ is Event else right
    return compute(left, right)


def joined(compute: Callable[[Any, Any], Any], left: Grouped, right: Grouped, is_strict: bool = True) -> Grouped:
    """Groups of equal keys, computed pair by pair; in the order of the left side."""
    places = {key: index for index, key in enumerate(right.keys)}
    kept = [index for index, key in enumerate(left.keys) if key in places]
    pairs = [(left.entries[index], right.entries[places[left.keys[index]]]) for index in kept]
    return left.taken(kept).with_entries([_strict(compute, *pair) if is_strict else compute(*pair) for pair in pairs])


def with_scalar(compute: Callable[[Any, Any], Any], left: Grouped, right: Any, is_strict: bool = True) -> Grouped:
    """Each group computed with the scalar on the right."""
    return left.with_entries([_strict(compute, each, right) if is_strict else compute(each, right) for each in left.entries])


def scalar_with(compute: Callable[[Any, Any], Any], left: Any, right: Grouped, is_strict: bool = True) -> Grouped:
    """Each group computed with the scalar on the left."""
    return right.with_entries([_strict(compute, left, each) if is_strict else compute(left, each) for each in right.entries])


def both(left: Any, right: Any) -> Any:
    """Three-valued AND."""
    if left is False or right is False:
        return False
    return left if left.__class__ is Missing else right


def either(left: Any, right: Any) -> Any:
    """Three-valued OR."""
    if left is True or right is True:
        return True
    return left if left.__class__ is Missing else right


def not_(value: bool) -> bool:
    """The opposite."""
    return not value


def negated(value: float) -> float:
    """The other sign."""
    return -value


def rounded(value: float, digits: float = 0.0) -> float | Missing:
    """To `digits` after the point, ties to even; at most 15 digits either way."""
    if not isfinite(value):
        return value
    if digits != digits:
        return OUT_OF_RANGE
    result = round(float(value), int(max(-15.0, min(15.0, digits))))
    return result if result else 0.0


def distinct(values: Vector) -> Vector:
    """The first of equal entries."""
    return taken(values, distinct_positions(entries(values)))


def taken(values: Vector, positions: list[int]) -> Vector:
    """The entries at these positions."""
    if isinstance(values, Events):
        return values.taken(positions)
    return [values[i] for i in positions]


def _plain_entries(groups: Grouped) -> list[Any]:
    return [each.value if each.__class__ is Event else each for each in groups.entries]


def distinct_groups(groups: Grouped) -> Grouped:
    """The first of the groups with equal values."""
    kept = distinct_positions(_plain_entries(groups))
    return groups.taken(kept)


def distinct_positions(plain: Sequence[Any]) -> list[int]:
    """Positions of the first of equal values."""
    seen: dict[Any, int] = {}
    for index, value in enumerate(plain):
        seen.setdefault(value, index)
    return list(seen.values())


def reverse(values: Vector) -> Vector:
    """The entries in reverse order."""
    return taken(values, list(range(len(values) - 1, -1, -1)))


def reverse_groups(groups: Grouped) -> Grouped:
    """The groups in reverse order."""
    return groups.taken(list(range(len(groups.keys) - 1, -1, -1)))


def _rank(value: Any) -> tuple[int, Any]:
    """Sorts what is no value behind all values, and NaN, which has no order, behind numbers."""
    if value.__class__ is Missing:
        return 2, 0
    return (1, 0) if value != value else (0, value)


def _ascending(plain: Sequence[Any]) -> list[int]:
    return sorted(range(len(plain)), key=lambda index: _rank(plain[index]))


def sort(values: Vector) -> Vector:
    """Ascending; equal entries keep their order."""
    return taken(values, _ascending(entries(values)))


def sort_groups(groups: Grouped, by: str = "byGroupValue") -> Grouped:
    """Groups of one value each, by value or key."""
    return groups.taken(_ascending(_plain_entries(groups) if by == "byGroupValue" else groups.keys))


def sort_grouped_vectors(groups: Grouped, by: str = "byGroupValue") -> Grouped:
    """Groups of several values, by their sum or by key."""
    return groups.taken(_ascending([sum_(each) for each in groups.entries] if by == "byGroupValue" else groups.keys))


def _holding(plain: Sequence[Any], symbol: str, threshold: Any) -> list[int]:
    compare = COMPARE[symbol]
    return [i for i, value in enumerate(plain) if value.__class__ is not Missing and compare(value, threshold)]


def filter_(values: Vector, symbol: str, threshold: Any) -> Vector:
    """The entries that compare so."""
    return taken(values, _holding(entries(values), symbol, threshold))


def filter_groups(groups: Grouped, symbol: str, threshold: Any) -> Grouped:
    """The groups whose value compares so."""
    return groups.taken(_holding(_plain_entries(groups), symbol, threshold))


def filter_grouped_vectors(groups: Grouped, symbol: str, threshold: Any) -> Grouped:
    """Each group's entries that compare so; empty groups are removed."""
    filtered = per_group(filter_, groups, symbol, threshold)
    return filtered.taken([index for index, each in enumerate(filtered.entries) if len(each)])


def group_by_device(events: Events) -> Grouped:
    """Keyed by device id, in order of first appearance; a group has the name last heard."""
    places: dict[str, list[int]] = {}
    for index, device_id in enumerate(events.device_ids):
        places.setdefault(device_id, []).append(index)
    names = [events.device_names[positions[-1]] for positions in places.values()]
    return Grouped(list(places), names, [events.taken(positions) for positions in places.values()])


def group_by_time(events: Events, span_ms: float) -> Grouped | Missing:
    """Keyed by the start of the span (start, end]; spans are counted back from the latest event."""
    if not 0 < span_ms < inf:
        return OUT_OF_RANGE
    latest = max(events.times_ms, default=0)
    return _by_start(events, lambda time_ms: latest - (floor((latest - time_ms) / span_ms) + 1) * span_ms)


def group_from_anchor(events: Events, span_ms: float, anchor_ms: float, zone: ZoneInfo) -> Grouped | Missing:
    """Keyed by the start of the span [start, end), aligned to the anchor; whole days are days of the building's calendar."""
    if not 0 < span_ms < inf or not isfinite(anchor_ms):
        return OUT_OF_RANGE
    if span_ms % DAY_MS or not len(events):
        return _by_start(events, lambda time_ms: anchor_ms + floor((time_ms - anchor_ms) / span_ms) * span_ms)
    try:
        borders = day_borders(anchor_ms, int(span_ms // DAY_MS), min(events.times_ms), max(events.times_ms), zone)
    except OverflowError:
        return OUT_OF_RANGE
    return _by_start(events, lambda time_ms: borders[bisect_right(borders, time_ms) - 1])


def _by_start(events: Events, start_of: Callable[[int], float]) -> Grouped:
    places: dict[int, list[int]] = {}
    for index, time_ms in enumerate(events.times_ms):
        places.setdefault(round(start_of(time_ms)), []).append(index)
    keys = sorted(places)
    return Grouped(keys, list(keys), [events.taken(places[key]) for key in keys])


def position(values: Vector, wanted: Any) -> int | Missing:
    """1-based position of the first equal entry."""
    for index, value in enumerate(entries(values)):
        if value.__class__ is not Missing and value == wanted:
            return index + 1
    return ABSENT


def sliced(values: Vector, start: int, end: int) -> Vector:
    """The entries of the positions [start, end)."""
    start, end = max(start, 0), max(end, 0)
    return values.sliced(start, end) if isinstance(values, Events) else values[start:end]


def subset(values: Vector, count: float) -> Vector | Missing:
    """The first `count` entries, the last when negative."""
    if count != count:
        return OUT_OF_RANGE
    length = len(values)
    n = int(max(-float(length), min(float(length), count)))
    return sliced(values, 0, n) if n >= 0 else sliced(values, length + n, length)


def subset_positions(values: Vector, start: float, end: float) -> Vector | Missing:
    """Positions start..end, both included, from 0; negative ones count from the end."""
    if start != start or end != end:
        return OUT_OF_RANGE
    length = len(values)
    first = int(max(-float(length) - 1, min(float(length), start)))
    last = int(max(-float(length) - 1, min(float(length), end)))
    return sliced(values, first + length if first < 0 else first, (last + length if last < 0 else last) + 1)


def subset_times(events: Events, start_ms: float, end_ms: float = inf) -> Events:
    """Events with start < time <= end, in the order they have."""
    times = events.times_ms
    if all(times[i] <= times[i + 1] for i in range(len(times) - 1)):
        return events.sliced(bisect_right(times, start_ms), max(bisect_right(times, end_ms), bisect_left(times, start_ms)))
    return events.taken([index for index, time_ms in enumerate(times) if start_ms < time_ms <= end_ms])


def first(values: Vector) -> Any:
    """The first entry."""
    if not len(values):
        return EMPTY
    return values.at(0) if isinstance(values, Events) else values[0]


def last(values: Vector) -> Any:
    """The last entry."""
    if not len(values):
        return EMPTY
    return values.at(len(values) - 1) if isinstance(values, Events) else values[-1]


def forecast_of(event: Event) -> int | Missing:
    """The instant the forecast is for."""
    return event.forecast_ms if event.forecast_ms is not None else NO_FORECAST


def column(events: Events, name: str) -> list[Any]:
    """An attribute of each event."""
    if name == "ForecastTimestamp":
        return [NO_FORECAST if at_ms is None else at_ms for at_ms in events.forecast_ms or [None] * len(events)]
    columns: Mapping[str, Sequence[Any]] = {
        "Value": events.values,
        "DeviceId": events.device_ids,
        "DeviceName": events.device_names,
        "Timestamp": events.times_ms,
    }
    return list(columns[name])


def event_attribute(event: Event, name: str) -> Any:
    """An attribute of one event."""
    match name:
        case "DeviceId":
            return event.device_id
        case "DeviceName":
            return event.device_name
        case "Timestamp":
            return event.time_ms
        case "ForecastTimestamp":
            return forecast_of(event)
    return event.value


def attribute_of_groups(groups: Grouped, name: str) -> Grouped:
    """An attribute of each group's event."""
    return groups.with_entries([each if each.__class__ is Missing else event_attribute(each, name) for each in groups.entries])


def building_attribute(context: Context, name: str) -> Any:
    """What is known of the building."""
    facts = context.building
    known: dict[str, Any] = {
        "Id": facts.id,
        "RegistrationTimestamp": facts.registration_ms,
        "DeviceTypes": list(facts.device_types),
        "City": facts.city,
        "CountryCode": facts.country_code,
        "Zip": facts.zip,
    }
    value = known[name] if name in known else facts.profile.get(name)
    return NOT_KNOWN if value is None else value


def delivered_attribute(context: Context, name: str) -> Any:
    """What is known of the delivered notification."""
    facts = context.delivered
    if facts is None:
        return NO_DELIVERED
    values = {"CreatedAt": facts.created_ms, "InteractedAt": facts.interacted_ms, "ActionQualifier": facts.action_qualifier}
    return NO_INTERACTION if values[name] is None else values[name]


def eval_(now_ms: int, context: Context, dataset_name: str, selector: str) -> Grouped | Missing:
    """Values of other buildings, in the order of their ids."""
    if context.peers is None:
        return NO_PEERS
    found = context.peers(now_ms, dataset_name, selector)
    if isinstance(found, Missing):
        return found
    keys = sorted(found)
    return Grouped(keys, list(keys), [list(found[key]) for key in keys])
