"""The catalogue of device types and event types.

The catalogue is data (`catalogue.toml` beside this file; an operator may add types). This module holds
what an entry is and how a name is looked up. Invariant: an event type names only known device types.
"""

import tomllib
from collections.abc import Sequence
from typing import Literal

import msgspec

from hearth.core.nearest import nearest
from hearth.core.problems import FieldProblem, Problem

PLATFORM = "PLATFORM"
_SOURCE_ALIASES = {"MOOST": PLATFORM}

# How readings of a type may be aggregated: a momentary reading (W, %, °C), the amount in an interval
# (Wh), a state that holds until the next (an id), or an ever-increasing counter.
Quantity = Literal["momentary", "interval", "state", "counter"]


class EventType(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of observation. `unit` is "W", "Wh", "%", "°C", or "" for ids; interval 0 = on change.

    `labels`: what the ids of a state mean; `labels_by_source` where that depends on the source ("*": all others).
    `least` and `most`: a value beyond them cannot be (None: any can). `delta_type`: of a counter, the interval type that
    what is added from reading to reading becomes.
    """

    name: str
    unit: str
    quantity: Quantity
    interval_seconds: int
    sources: frozenset[str]
    labels: dict[str, str] = {}
    labels_by_source: dict[str, dict[str, str]] = {}
    least: float | None = None
    most: float | None = None
    delta_type: str | None = None

    def labels_of(self, sources: Sequence[str]) -> dict[int, str]:
        """What the ids mean when they come from these sources (none = any); empty where it is not the same for all."""
        tables = [self.labels]
        if self.labels_by_source:
            others = self.labels_by_source.get("*", {})
            tables = [self.labels_by_source.get(source, others) for source in sources or self.sources]
        return {int(number): label for number, label in tables[0].items() if all(table == tables[0] for table in tables)}


class Catalogue(msgspec.Struct, frozen=True, kw_only=True):
    """All device types (= event sources) and event types of an installation."""

    device_types: frozenset[str]
    event_types: dict[str, EventType]

    def find_event_type(self, name: str) -> EventType | None:
        """The event type of that exact name, or None."""
        return self.event_types.get(name)

    def nearest_event_type(self, name: str) -> str | None:
        """The event type's name that was probably meant."""
        return nearest(name, self.event_types)

    def source_named(self, name: str) -> str | None:
        """The canonical source of a spelling ("MOOST" is "PLATFORM"), or None for an unknown one."""
        canonical = _SOURCE_ALIASES.get(name, name)
        return canonical if canonical == PLATFORM or canonical in self.device_types else None

    def nearest_source(self, name: str) -> str | None:
        """The source that was probably meant."""
        return nearest(name, {*self.device_types, PLATFORM, *_SOURCE_ALIASES})


class _Entry(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    unit: str
    quantity: Quantity
    interval_seconds: int
    sources: list[str]
    labels: dict[str, str] = {}
    labels_by_source: dict[str, dict[str, str]] = {}
    least: float | None = None
    most: float | None = None
    delta_type: str | None = None


class _File(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    device_types: list[str] = []
    event_types: dict[str, _Entry] = {}


def read_catalogue(*texts: str) -> Catalogue:
    """TOML texts -> catalogue; a later text adds to the earlier ones and may replace their entries.

    Raises Problem("invalid") naming the entry that is wrong.
    """
    device_types: set[str] = set()
    entries: dict[str, _Entry] = {}
    for text in texts:
        try:
            file = msgspec.convert(tomllib.loads(text), _File)
        except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
            raise Problem("invalid", f"The catalogue cannot be read: {error}") from error
        device_types.update(file.device_types)
        entries.update(file.event_types)
    known = {*device_types, PLATFORM}
    for name, entry in entries.items():
        for source in entry.sources:
            if source != "*" and source not in known:
                message = f"{name} names the source {source}, which is no device type"
                raise Problem("invalid", message, (FieldProblem(f"/event_types/{name}/sources", message),))
        if entry.delta_type is not None and (
            entry.quantity != "counter" or entry.delta_type not in entries or entries[entry.delta_type].quantity != "interval"
        ):
            message = f"{name} has the delta_type {entry.delta_type}: it must be a counter, and that an interval type"
            raise Problem("invalid", message, (FieldProblem(f"/event_types/{name}/delta_type", message),))
    return Catalogue(
        device_types=frozenset(device_types),
        event_types={
            name: EventType(
                name=name,
                unit=entry.unit,
                quantity=entry.quantity,
                interval_seconds=entry.interval_seconds,
                sources=frozenset(device_types) if "*" in entry.sources else frozenset(entry.sources),
                labels=entry.labels,
                labels_by_source=entry.labels_by_source,
                least=entry.least,
                most=entry.most,
                delta_type=entry.delta_type,
            )
            for name, entry in entries.items()
        },
    )
