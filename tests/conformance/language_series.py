"""Reads the events of a dataset from a line of the corpus: what `series`, `events` and `single` say (conformance/README.md).

Pure notation: what stands in a line becomes events, or the line is refused with a ValueError that says why. Invariant: of
events of one device and time one is left, at the place of the first, with the value of the last.
"""

import re
from collections.abc import Callable, Iterable

from hearth.language import Event
from hearth.testing.series_notation import NUMBER, values_of

_DEVICE = re.compile(r"([^\s:;,/]+)(?:/([^\s:;,]+))?")
_TIME = re.compile(r"(?:\d{4}-\d\d-\d\dT)?\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?Z?")


def stepped(text: str, step_ms: int, now_ms: int) -> list[Event]:
    """`1 2 3` or `a/Car: 1 2; b: 3 4` -> events, the last step of each device at `now_ms`."""
    events = []
    for row in text.split(";") if text.strip() else []:
        device, colon, values = row.rpartition(":")
        device_id, name = _device(device.strip()) if colon else ("dev", "Device")
        read = values_of(values)
        if not read:
            raise ValueError(f"{row.strip()!r} has no values")
        first_ms = now_ms - step_ms * (len(read) - 1)
        events += [Event(first_ms + i * step_ms, v, device_id, name) for i, v in enumerate(read) if v is not None]
    return without_repeats(events)


def listed(text: str, instant: Callable[[str], int]) -> list[Event]:
    """`11:00 a/Car 100, 11:10 b 300>12:00` -> events, in the order written."""
    events = []
    for part in text.split(",") if text.strip() else []:
        words = part.split()
        if len(words) != 3:
            raise ValueError(f"{part.strip()!r} is not a time, a device and a value")
        device_id, name = _device(words[1])
        number, mark, forecast = words[2].partition(">")
        if not re.fullmatch(NUMBER, number):
            raise ValueError(f"{number!r} is no value")
        events.append(Event(instant(words[0]), float(number), device_id, name, instant(forecast) if mark else None))
    return without_repeats(events)


def is_listed(text: str) -> bool:
    """Whether the first word is a time."""
    return bool(text.split()) and bool(_TIME.fullmatch(text.split()[0]))


def is_time(text: str) -> bool:
    """Whether it is a time as the corpus writes it."""
    return bool(_TIME.fullmatch(text))


def without_repeats(events: Iterable[Event]) -> list[Event]:
    """What a device sends again for the same time takes the place of what it sent before."""
    kept: dict[tuple[int, str], Event] = {}
    for event in events:
        kept[event.time_ms, event.device_id] = event
    return list(kept.values())


def _device(text: str) -> tuple[str, str]:
    match = _DEVICE.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is no device, such as a/Car")
    return match[1], (match[2] or match[1]).replace("_", " ")
