"""Types: what the checker says about a value before it exists.

A type is a structure, a kind and, for grouped values, a kind of key; it is written `Vector<Event>`.
"""

from typing import Literal, NamedTuple

Kind = Literal["Boolean", "Number", "Time", "Timespan", "Text", "Event", "Building", "DeliveredNotification"]
Structure = Literal["Scalar", "Vector", "GroupedScalar", "GroupedVector"]
Key = Literal["Device", "Time", "Text"]


class Type(NamedTuple):
    """`key` is set for grouped structures alone."""

    structure: Structure
    kind: Kind
    key: Key | None = None

    def __str__(self) -> str:
        return f"{self.structure}<{self.key}, {self.kind}>" if self.key else f"{self.structure}<{self.kind}>"

    @property
    def is_scalar(self) -> bool:
        """One value."""
        return self.structure == "Scalar"

    @property
    def is_grouped(self) -> bool:
        """Values under keys."""
        return self.key is not None

    def of(self, kind: Kind) -> "Type":
        """The same structure of another kind."""
        return Type(self.structure, kind, self.key)


def scalar(kind: Kind) -> Type:
    """Scalar<kind>."""
    return Type("Scalar", kind)


def vector(kind: Kind) -> Type:
    """Vector<kind>."""
    return Type("Vector", kind)


BOOLEAN = scalar("Boolean")
NUMBER = scalar("Number")
TIME = scalar("Time")
TIMESPAN = scalar("Timespan")
TEXT = scalar("Text")
EVENT = scalar("Event")
BUILDING = scalar("Building")
DELIVERED = scalar("DeliveredNotification")

# How a type is called in a message to an author.
WORDS: dict[Kind, str] = {
    "Boolean": "yes/no",
    "Number": "a number",
    "Time": "a time",
    "Timespan": "a timespan",
    "Text": "a text",
    "Event": "an event",
    "Building": "the building",
    "DeliveredNotification": "the delivered notification",
}

_MANY: dict[Kind, str] = {
    "Boolean": "yes/no values",
    "Number": "numbers",
    "Time": "times",
    "Timespan": "timespans",
    "Text": "texts",
    "Event": "events",
    "Building": "buildings",
    "DeliveredNotification": "notifications",
}

_KEYS: dict[Key, str] = {"Device": "by device", "Time": "by time", "Text": "by building"}


def in_words(of: Type) -> str:
    """A type for authors: "a number", "several events", "numbers by device"."""
    if of.structure == "Scalar":
        return WORDS[of.kind]
    if of.structure == "Vector":
        return f"several {_MANY[of.kind]}"
    assert of.key is not None
    grouped = f"{_MANY[of.kind]} {_KEYS[of.key]}"
    return grouped if of.structure == "GroupedScalar" else f"several {grouped}"
