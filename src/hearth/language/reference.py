"""Reference evaluator: what an expression means, computed slowly and obviously over the typed tree.

The oracle of the compiled programs: it reads windows by their events alone, keeps vectors as lists and groups as
lists of (key, name, entry), and computes every side of every operator. It shares with the compiled programs
only how single values are written (`formatting`) and the time literals (`moments`).
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from math import fmod, fsum, isfinite, isinf, isnan, nan
from operator import eq, ge, gt, le, lt, ne
from typing import Any, cast
from zoneinfo import ZoneInfo

from hearth.core.instants import DAY_MS, datetime_of_instant, instant_of_datetime
from hearth.core.missing import Missing
from hearth.language.context import Context
from hearth.language.formatting import NO_VALUE, entry_text, group_name
from hearth.language.moments import MOMENTS
from hearth.language.typed import Checked, Typed, typed_spine
from hearth.language.types import Type
from hearth.language.windows import Event, Window

NONE = Missing("no value")
_COMPARE = {"<": lt, "<=": le, "=": eq, "!=": ne, ">=": ge, ">": gt}


def evaluate(checked: Checked, now_ms: int, windows: Mapping[str, Window], context: Context) -> Any:
    """The value: a scalar, an Event, a list, or groups as a list of (key, name, entry); a text for messages."""
    evaluation = _Evaluation(now_ms, windows, context)
    value = evaluation.value(checked.tree)
    if checked.place in ("message", "command"):
        assert checked.tree.type is not None
        return evaluation.text(value, checked.tree.type, None)
    return plain(value)


def plain(value: Any) -> Any:
    """An event as its number."""
    return value.value if isinstance(value, Event) else value


def _missing(*values: Any) -> Missing | None:
    return next((value for value in values if isinstance(value, Missing)), None)


class _Evaluation:
    def __init__(self, now_ms: int, windows: Mapping[str, Window], context: Context) -> None:
        self._now_ms = now_ms
        self._windows = windows
        self._context = context

    def value(self, node: Typed) -> Any:
        """The value of a node."""
        first, chain = typed_spine(node)
        value = self._single(first)
        of = first.type
        for each in chain:
            assert of is not None
            value = self._two_sided(each, value, of, self.value(each.children[1]), _type(each.children[1]))
            of = each.type
        return value

    def _single(self, node: Typed) -> Any:
        match node.role:
            case "constant":
                return node.value
            case "dataset":
                events = self._events(str(node.value))
                if not _type(node).is_scalar:
                    return events
                return events[-1] if events else NONE
            case "word":
                return self._word(str(node.value))
            case "attribute":
                return self._attribute(self.value(node.children[0]), _type(node.children[0]), str(node.value))
            case "minus":
                return _each(self.value(node.children[0]), _type(node.children[0]), lambda number: -number)
            case "not":
                return _each(self.value(node.children[0]), _type(node.children[0]), lambda truth: not truth)
        return self._call(
            str(node.value), [self.value(child) for child in node.children], [_type(child) for child in node.children]
        )

    def _events(self, name: str) -> list[Event]:
        columns = self._windows[name].events(self._now_ms)
        return [columns.at(index) for index in range(len(columns))]

    def _word(self, name: str) -> Any:
        context = self._context
        if name == "now":
            return self._now_ms
        if name in MOMENTS:
            return MOMENTS[name](self._now_ms, context.zone)
        counters = {
            "StreakCounter": context.streak_counter,
            "StreakHasBeenReset": context.streak_has_been_reset,
            "DeliveredNotificationCounter": context.delivered_counter,
        }
        return counters.get(name, name)

    # Operators

    def _two_sided(self, node: Typed, left: Any, left_of: Type, right: Any, right_of: Type) -> Any:
        if node.role == "join":
            return self.text(left, left_of, None) + self.text(right, right_of, None)
        if node.role == "format":
            missing = _missing(left, right)
            return missing if missing is not None else self.text(left, left_of, right)

        def compute(one: Any, other: Any) -> Any:
            return (
                _logic(node.role, one, other) if node.role != "operator" else _operate(str(node.value), plain(one), plain(other))
            )

        if left_of.is_scalar and right_of.is_scalar:
            return compute(left, right)
        if left_of.is_grouped and right_of.is_grouped:
            missing = _missing(left, right)
            if missing is not None:
                return missing
            others = {key: entry for key, _, entry in right}
            return [(key, name, compute(entry, others[key])) for key, name, entry in left if key in others]
        if left_of.is_grouped:
            return left if isinstance(left, Missing) else [(key, name, compute(entry, right)) for key, name, entry in left]
        return right if isinstance(right, Missing) else [(key, name, compute(left, entry)) for key, name, entry in right]

    def text(self, value: Any, of: Type, pattern: str | None) -> str:
        """A value as text."""
        if isinstance(value, Missing):
            return NO_VALUE

        def one(entry: Any) -> str:
            return entry_text(plain(entry), of.kind, pattern, self._context.locale, self._context.zone)

        if of.structure == "Scalar":
            return one(value)
        if of.structure == "Vector":
            return ", ".join(one(entry) for entry in value)
        groups = []
        for _, name, entry in value:
            shown = group_name(name, of.key == "Time", self._context.locale, self._context.zone)
            written = one(entry) if of.structure == "GroupedScalar" else ", ".join(one(each) for each in entry)
            groups.append(f"'{shown}': {written}")
        return (", " if of.structure == "GroupedScalar" else " / ").join(groups)

    # Attributes

    def _attribute(self, value: Any, of: Type, name: str) -> Any:
        if of.kind == "Building":
            return self._of_building(name)
        if of.kind == "DeliveredNotification":
            return self._of_delivered(name)
        if isinstance(value, Missing):
            return value
        if name in ("First", "Last"):
            if of.structure == "Vector":
                return _end(value, name)
            return [(key, group, _end(entry, name)) for key, group, entry in value]
        if of.kind == "Event":
            return _each(value, of, lambda event: _of_event(event, name), is_of_events=True)
        if name == "Value":
            return [entry for _, _, entry in value]
        return [key if name == "DeviceId" else group for key, group, _ in value]

    def _of_building(self, name: str) -> Any:
        facts = self._context.building
        known = {
            "Id": facts.id,
            "RegistrationTimestamp": facts.registration_ms,
            "DeviceTypes": list(facts.device_types),
            "City": facts.city,
            "CountryCode": facts.country_code,
            "Zip": facts.zip,
            **facts.profile,
        }
        value = known.get(name)
        return NONE if value is None else value

    def _of_delivered(self, name: str) -> Any:
        facts = self._context.delivered
        if facts is None:
            return NONE
        known = {"CreatedAt": facts.created_ms, "InteractedAt": facts.interacted_ms, "ActionQualifier": facts.action_qualifier}
        return NONE if known[name] is None else known[name]

    # Functions

    def _call(self, name: str, arguments: list[Any], types: list[Type]) -> Any:
        if name == "EVAL":
            return self._of_peers(*arguments)
        if name == "IF":
            condition = arguments[0]
            return condition if isinstance(condition, Missing) else arguments[1 if condition else 2]
        missing = _missing(*arguments)
        if missing is not None:
            return missing
        value, of = arguments[0], types[0]
        more = [plain(argument) for argument in arguments[1:]]
        if name in ("AVG", "SUM", "MIN", "MAX"):
            return _aggregate(name, value, of)
        if name == "COUNT":
            return len(value)
        if name == "ABS":
            return _each(value, of, abs)
        if name == "ROUND":
            return _each(value, of, lambda number: _rounded(number, *more))
        if name == "POSITION":
            return next((index for index, entry in enumerate(value, 1) if plain(entry) == more[0]), NONE)
        if name == "SUBSET":
            return _subset(value, more, types)
        if name == "GROUP_BY_DEVICE":
            ids = list(dict.fromkeys(event.device_id for event in value))
            groups = [(device_id, [event for event in value if event.device_id == device_id]) for device_id in ids]
            return [(device_id, events[-1].device_name, events) for device_id, events in groups]
        if name == "GROUP_BY_TIME":
            return _by_time(value, self._context.zone, *more)
        if name == "FILTER":
            return _filtered(value, of, *more)
        if name == "SORT":
            return _sorted(value, of, *more)
        return _distinct(value, of) if name == "DISTINCT" else _reversed(value, of)

    def _of_peers(self, dataset: str, selector: str) -> Any:
        peers = self._context.peers
        found = peers(self._now_ms, dataset, selector) if peers is not None else NONE
        return found if isinstance(found, Missing) else [(key, key, list(found[key])) for key in sorted(found)]


def _type(node: Typed) -> Type:
    assert node.type is not None
    return node.type


def _each(value: Any, of: Type, compute: Any, is_of_events: bool = False) -> Any:
    """A computation of each value in any structure; what is missing stays so."""

    def one(entry: Any) -> Any:
        return entry if isinstance(entry, Missing) else compute(entry if is_of_events else plain(entry))

    if isinstance(value, Missing) or of.structure == "Scalar":
        return one(value)
    if of.structure == "Vector":
        return [one(entry) for entry in value]
    if of.structure == "GroupedScalar":
        return [(key, name, one(entry)) for key, name, entry in value]
    return [(key, name, [one(each) for each in entry]) for key, name, entry in value]


def _of_event(event: Event, name: str) -> Any:
    value = {
        "Value": event.value,
        "DeviceId": event.device_id,
        "DeviceName": event.device_name,
        "Timestamp": event.time_ms,
        "ForecastTimestamp": event.forecast_ms,
    }[name]
    return NONE if value is None else value


def _logic(role: str, left: Any, right: Any) -> Any:
    decides = role == "or"
    if left is decides or right is decides:
        return decides
    missing = _missing(left, right)
    return missing if missing is not None else not decides


def _operate(symbol: str, left: Any, right: Any) -> Any:
    missing = _missing(left, right)
    if missing is not None:
        return missing
    if symbol in _COMPARE:
        return _COMPARE[symbol](left, right)
    if symbol in ("/", "%") and right == 0:
        return NONE
    match symbol:
        case "+":
            return left + right
        case "-":
            return left - right
        case "*":
            return left * right
        case "/":
            return left / right
    return nan if isinf(left) or isnan(left) else fmod(left, right)


def _end(entries: list[Any], name: str) -> Any:
    return NONE if not entries else entries[0 if name == "First" else -1]


def _sum(numbers: list[float]) -> float:
    try:
        return fsum(numbers)
    except (OverflowError, ValueError):
        return sum(numbers)


def _aggregate(name: str, value: Any, of: Type) -> Any:
    if of.structure == "Scalar":
        return plain(value)
    if of.structure == "GroupedVector":
        return [(key, group, _aggregate(name, entry, Type("Vector", of.kind))) for key, group, entry in value]
    numbers = [plain(entry[2] if of.structure == "GroupedScalar" else entry) for entry in value]
    missing = _missing(*numbers)
    if missing is not None:
        return missing
    if name == "SUM":
        return _sum(numbers) if numbers else 0.0
    if not numbers:
        return NONE
    if name == "AVG":
        return _sum(numbers) / len(numbers)
    return min(numbers) if name == "MIN" else max(numbers)


def _rounded(number: float, digits: float = 0.0) -> Any:
    if not isfinite(number):
        return number
    if isnan(digits):
        return NONE
    return round(float(number), int(min(max(digits, -15.0), 15.0))) + 0.0


def _subset(entries: list[Any], more: list[Any], types: list[Type]) -> Any:
    if types[1].kind == "Time":
        end = more[1] if len(more) > 1 else float("inf")
        return [event for event in entries if more[0] < event.time_ms <= end]
    if any(isnan(number) for number in more):
        return NONE
    length = len(entries)
    numbers = [int(min(max(number, -length - 1), length)) for number in more]
    if len(numbers) == 1:
        n = numbers[0]
        return [entry for index, entry in enumerate(entries) if (index < n if n >= 0 else index >= length + n)]
    start, end = (number + length if number < 0 else number for number in numbers)
    return [entry for index, entry in enumerate(entries) if start <= index <= end]


def _by_time(events: list[Event], zone: ZoneInfo, span_ms: float, anchor_ms: float | None = None) -> Any:
    if not isfinite(span_ms) or span_ms <= 0 or (anchor_ms is not None and not isfinite(anchor_ms)):
        return NONE
    follows_calendar = anchor_ms is not None and span_ms % DAY_MS == 0
    if follows_calendar and events and span_ms > 365_000 * DAY_MS:
        return NONE
    latest = max((event.time_ms for event in events), default=0)
    groups: dict[int, list[Event]] = {}
    for event in events:
        if anchor_ms is None:
            back = Fraction(latest - event.time_ms) // Fraction(span_ms)
            start = latest - (back + 1) * span_ms
        elif follows_calendar:
            try:
                start = _start_of_days(event.time_ms, int(span_ms) // DAY_MS, round(anchor_ms), zone)
            except OverflowError:
                return NONE
        else:
            start = anchor_ms + (Fraction(event.time_ms) - Fraction(anchor_ms)) // Fraction(span_ms) * span_ms
        groups.setdefault(round(start), []).append(event)
    return [(key, key, groups[key]) for key in sorted(groups)]


def _start_of_days(time_ms: int, days: int, anchor_ms: int, zone: ZoneInfo) -> int:
    """The last border at or before an instant, found by going through them one by one."""
    anchor = datetime_of_instant(anchor_ms, zone).replace(tzinfo=None, fold=0)
    count = 0
    while _border(anchor + timedelta(days=days * count), zone) > time_ms:
        count -= 1
    while _border(anchor + timedelta(days=days * (count + 1)), zone) <= time_ms:
        count += 1
    return _border(anchor + timedelta(days=days * count), zone)


def _border(clock: datetime, zone: ZoneInfo) -> int:
    """The first instant at which the local clock shows a time; where it never does, at which it is put forward past it."""
    at = clock.replace(tzinfo=zone).astimezone(UTC)
    if at.astimezone(zone).replace(tzinfo=None) != clock:
        # Behind the gap: back to the full minute at which the offset changes.
        at = at.replace(second=0, microsecond=0)
        minute = timedelta(minutes=1)
        while (at - minute).astimezone(zone).utcoffset() == at.astimezone(zone).utcoffset():
            at -= minute
    return instant_of_datetime(at)


def _holds(entry: Any, symbol: str, threshold: Any) -> bool:
    return not isinstance(entry, Missing) and bool(_COMPARE[symbol](plain(entry), threshold))


def _filtered(value: Any, of: Type, symbol: str, threshold: Any) -> Any:
    if of.structure == "Vector":
        return [entry for entry in value if _holds(entry, symbol, threshold)]
    if of.structure == "GroupedScalar":
        return [group for group in value if _holds(group[2], symbol, threshold)]
    kept = [(key, name, [each for each in entry if _holds(each, symbol, threshold)]) for key, name, entry in value]
    return [group for group in kept if group[2]]


def _order(entry: Any) -> tuple[int, Any]:
    entry = plain(entry)
    if isinstance(entry, Missing):
        return 2, 0
    return (1, 0) if isinstance(entry, float) and isnan(entry) else (0, entry)


def _sorted(value: Any, of: Type, by: str = "byGroupValue") -> Any:
    if of.structure == "Vector":
        return sorted(value, key=_order)
    if by == "byGroupKey":
        return sorted(value, key=lambda group: cast("Any", group[0]))
    if of.structure == "GroupedScalar":
        return sorted(value, key=lambda group: _order(group[2]))
    return sorted(value, key=lambda group: _order(_aggregate("SUM", group[2], Type("Vector", "Number"))))


def _distinct(value: Any, of: Type) -> Any:
    if of.structure == "Scalar":
        return value
    if of.structure == "GroupedVector":
        return [(key, name, _distinct(entry, Type("Vector", of.kind))) for key, name, entry in value]
    kept: dict[Any, Any] = {}
    for entry in value:
        kept.setdefault(plain(entry[2] if of.structure == "GroupedScalar" else entry), entry)
    return list(kept.values())


def _reversed(value: Any, of: Type) -> Any:
    if of.structure == "Scalar":
        return value
    if of.structure == "GroupedVector":
        return [(key, name, entry[::-1]) for key, name, entry in value]
    return value[::-1]
