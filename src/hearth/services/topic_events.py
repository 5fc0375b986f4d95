"""The topics on which devices publish events: events/{customerBuildingId}/{deviceId}/{type}, and the event of a message there.

Says which event a topic and a body are together; whether it can be taken is the intake's. Invariant: what the topic says is what
the event says; a body that says something else is refused, never believed.
"""

from hearth.core.problems import FieldProblem, Problem
from hearth.services.intake import EventIn, event_with

FORM = "events/{customerBuildingId}/{deviceId}/{type}"
TOPIC_FIELDS = ("customerBuildingId", "deviceId", "type")
TOPIC_POINTER = "/topic"


def event_of(topic: str, body: bytes) -> EventIn:
    """The event. Raises Problem "malformed" or "invalid"; an error of the topic itself has the pointer TOPIC_POINTER."""
    first, *levels = topic.split("/")
    if first != "events" or len(levels) != len(TOPIC_FIELDS):
        message = f"the topic is {FORM}, such as events/house-4711/meter-1/POWER_CONSUMPTION"
        raise Problem("invalid", f"topic: {message}", (FieldProblem(TOPIC_POINTER, message),))
    return event_with(dict(zip(TOPIC_FIELDS, levels, strict=True)), body)
