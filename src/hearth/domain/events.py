"""Events as columns, and what a row of the event log holds.

An Event is an observation sent to us or issued by a context service; immutable. Thousands travel at
once, so they are columns (`EventColumns`), never an object each. A Series is the identity
(building, event type, device, source) under which values are kept; its integer id stands in the columns.
Order in the log (`sequence`) is the authority for replay.
"""

from __future__ import annotations  # array[...] can be subscripted at run time from Python 3.12 on

from array import array
from enum import IntEnum
from typing import Literal

import msgspec

from hearth.domain.catalogue import PLATFORM
from hearth.domain.notifications import InteractionKind

PLATFORM_DEVICE = "PLATFORM"  # the device id of what context services say
NO_FORECAST_MS = -(2**63)  # in `forecast_ms`: the event has no forecast timestamp


class Series(msgspec.Struct, frozen=True, kw_only=True):
    """One (building, event type, device, source). `device_name` is the last one heard."""

    id: int
    customer_id: str
    building_id: str
    event_type: str
    device_id: str
    source: str
    device_name: str | None = None


class IssuedEvent(msgspec.Struct, frozen=True, kw_only=True):
    """What a context service says of a building: an event on its way into the log. `value` in the type's unit.

    `occurred_at_ms`: when it was issued; `forecast_at_ms`: of which instant it speaks, where that is to come. `source` is
    PLATFORM but for what devices send as well and the platform says in their place, such as yesterday's energies; then
    `device_id` may be the device's. What `is_historical` fills windows and triggers nothing; a batch is one or the other.
    """

    event_type: str
    occurred_at_ms: int
    value: float
    forecast_at_ms: int | None = None
    source: str = PLATFORM
    device_id: str = PLATFORM_DEVICE
    is_historical: bool = False


DoubtReason = Literal["TOO_LOW", "TOO_HIGH", "NEGATIVE", "GLITCH"]


class SetAside(msgspec.Struct, frozen=True, kw_only=True):
    """An event that cannot be believed: kept as it came, and left out of what is computed.

    TOO_LOW and TOO_HIGH: beyond what its type can be; NEGATIVE and GLITCH: a reading of a meter that is out of line.
    """

    series_id: int
    occurred_at_ms: int
    value: float
    reason: DoubtReason


class EventColumns(msgspec.Struct, kw_only=True):
    """Events as parallel columns, in the order of arrival.

    series_ids: array('i'); times_ms: array('q') UTC; values: array('d') in the type's unit;
    forecast_ms: array('q') with NO_FORECAST_MS where absent, or None when no event has one.
    """

    series_ids: array[int]
    times_ms: array[int]
    values: array[float]
    forecast_ms: array[int] | None = None

    def __len__(self) -> int:
        return len(self.series_ids)


def empty_columns() -> EventColumns:
    """Columns without events, to be appended to."""
    return EventColumns(series_ids=array("i"), times_ms=array("q"), values=array("d"))


class LogKind(IntEnum):
    """What a row of the log is: live events are evaluated, historical ones only fill windows; the others are facts."""

    LIVE = 0
    HISTORICAL = 1
    DELIVERED = 2  # notifications reached the customer
    TICK = 3  # an instant came at which time-based rules of the customer are evaluated; carries it
    INTERACTED = 4  # households did something with notifications


EVENT_KINDS = (LogKind.LIVE, LogKind.HISTORICAL)


class Delivered(msgspec.Struct, frozen=True, kw_only=True):
    """A fact: one notification of this rule and building was delivered.

    Facts of earlier versions do not say when it was created, and until when it was held.
    """

    notification_id: str
    rule_id: str
    building_id: str
    delivered_at_ms: int
    created_at_ms: int | None = None
    held_until_ms: int | None = None


class Interacted(msgspec.Struct, frozen=True, kw_only=True):
    """A fact: a household did something with a notification of this rule and building. `number`: of the interaction."""

    number: int
    notification_id: str
    rule_id: str
    building_id: str
    occurred_at_ms: int
    action_qualifier: InteractionKind


Fact = Delivered | Interacted


class LogEntry(msgspec.Struct, kw_only=True):
    """One row of the log: the events of one request (or facts), with consecutive sequences.

    `sequence` is that of the first event; the next entry starts at `sequence + size`. A tick names its
    instant alone: which rules and buildings tick then follows from their schedules and zones.
    """

    sequence: int
    customer_id: str
    kind: LogKind
    received_at_ms: int
    columns: EventColumns
    facts: tuple[Fact, ...] = ()
    tick_ms: int | None = None

    @property
    def size(self) -> int:
        """How many sequences the entry takes; at least one."""
        return max(1, len(self.columns), len(self.facts))
