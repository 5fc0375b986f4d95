"""What services that derive events share: putting them in line for the log, and knowing what of a building is in line."""

from collections.abc import Iterable, Sequence

from hearth.core.instants import HOUR_MS
from hearth.domain.events import IssuedEvent
from hearth.ports import Session

# What is older fills windows and sets off no rule: advice after the moment is noise.
LIVE_MS = 2 * HOUR_MS


def issue(session: Session, customer_id: str, building_id: str, events: Sequence[IssuedEvent]) -> None:
    """Puts them in line; what is historical and what is live are batches of their own."""
    for is_historical in (True, False):
        some = [each for each in events if each.is_historical == is_historical]
        if some:
            session.issued.add(customer_id, building_id, some)


def in_line(session: Session, customer_id: str, building_ids: Iterable[str]) -> dict[tuple[str, str, str, str], dict[int, float]]:
    """What was said and is not in the log yet: by building, event type, device and source the values of instants."""
    waiting: dict[tuple[str, str, str, str], dict[int, float]] = {}
    for batch in session.issued.list_of(customer_id, sorted(building_ids)):
        for event in batch.events:
            key = (batch.building_id, event.event_type, event.device_id, event.source)
            waiting.setdefault(key, {})[event.occurred_at_ms] = event.value
    return waiting


def differs(said: float | None, value: float) -> bool:
    """Whether a value is worth being said where that was said before."""
    return said is None or abs(said - value) > 1e-6 * max(1.0, abs(value))
