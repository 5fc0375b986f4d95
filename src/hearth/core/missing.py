"""Missing: the absence of a value, with its reason.

A computation that has nothing to say (an empty window, a division by zero) yields `Missing`, never
zero and never `None`. Whoever computes with it passes it on; the first reason stays.
Compiled programs test `value.__class__ is Missing`, so the class is final.
"""

from typing import final


@final
class Missing:
    """No value, because of `reason` (a short phrase for people, such as "no events in $Power")."""

    __slots__ = ("reason",)

    def __init__(self, reason: str) -> None:
        self.reason = reason

    def __repr__(self) -> str:
        return f"Missing({self.reason!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Missing)

    def __hash__(self) -> int:
        return hash(Missing)

    def __bool__(self) -> bool:
        raise TypeError("a missing value is neither true nor false; test its class")
