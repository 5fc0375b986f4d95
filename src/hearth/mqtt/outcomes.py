"""Which reason code of MQTT 5 tells which problem; and which problems pass, so that the same message may be sent again."""

from hearth.core.problems import Problem
from hearth.mqtt.packets import Reason
from hearth.services.topic_events import TOPIC_FIELDS, TOPIC_POINTER

_OF_TOPIC = {TOPIC_POINTER, *(f"/{name}" for name in TOPIC_FIELDS)}


def reason_of_connect(problem: Problem) -> Reason:
    """Why a client may not connect."""
    if problem.code == "unauthorized":
        return Reason.BAD_PASSWORD
    return Reason.SERVER_UNAVAILABLE if problem.code == "unavailable" else _reason(problem)


def reason_of_message(problem: Problem) -> Reason:
    """Why a message is not taken."""
    if problem.code in ("invalid", "malformed"):
        is_of_topic = any(error.pointer in _OF_TOPIC for error in problem.errors)
        return Reason.TOPIC_NAME_INVALID if is_of_topic else Reason.PAYLOAD_FORMAT_INVALID
    return Reason.SERVER_BUSY if problem.code == "unavailable" else _reason(problem)


def passes(problem: Problem) -> bool:
    """Whether the same message may be taken later."""
    return problem.code in ("unavailable", "too_many_requests")


def _reason(problem: Problem) -> Reason:
    if problem.code in ("unauthorized", "forbidden"):
        return Reason.NOT_AUTHORIZED
    return Reason.QUOTA_EXCEEDED if problem.code == "too_many_requests" else Reason.UNSPECIFIED_ERROR
