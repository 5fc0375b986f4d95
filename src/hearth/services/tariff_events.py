"""TariffEvents: the context service that tells rules of prices and low tariff hours, on change, and of price ranks each hour.

Knows when something is next due for each building, so that a look at which nothing is asks for new changes of buildings and
reads no more; what is then due is `insights.tariffs`' to say. Invariants: events and the marks of how far they reach are
written together, so that a restart says nothing twice; a building that is deactivated, or has no tariff, is told of nothing.
"""

from collections import defaultdict
from collections.abc import Sequence

from hearth.core.clock import Clock
from hearth.core.instants import zone_named
from hearth.domain.buildings import Building
from hearth.domain.events import PLATFORM_DEVICE, IssuedEvent
from hearth.insights.tariffs import TARIFF_EVENT_TYPES, Told, due_events, is_anew, next_due_ms
from hearth.ports import Session, Store
from hearth.services.issuing import in_line

_OF_TARIFF = "tariffs: of which"  # a mark: when the tariff was set that was told of last
_UNTIL = "tariffs: until when"
_READ_AT_ONCE = 500
_WRITTEN_AT_ONCE = 50


class TariffEvents:
    """Looks after the tariffs of all buildings. Used by one thread at a time, and by one process of an installation."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._change_number: int | None = None
        self._customer_of: dict[str, str] = {}
        self._due_ms: dict[str, int] = {}
        self._told: dict[str, Told] = {}

    def look(self) -> int:
        """Says what has come due of every building. Returns how many events."""
        self._notice_changes()
        now_ms = self._clock.now_ms()
        by_customer: dict[str, list[str]] = defaultdict(list)
        for building_id, due_ms in self._due_ms.items():
            if due_ms <= now_ms:
                by_customer[self._customer_of[building_id]].append(building_id)
        issued = 0
        for customer_id, ids in by_customer.items():
            for start in range(0, len(ids), _WRITTEN_AT_ONCE):
                issued += self._tell(customer_id, ids[start : start + _WRITTEN_AT_ONCE], now_ms)
        return issued

    def _notice_changes(self) -> None:
        """What was changed is due at once; at first, all that has a tariff."""
        if self._change_number is None:
            self._load()
            return
        with self._store.read() as session:
            changes = session.changes.list_since_for_operator(self._change_number)
        for change in changes:
            if change.kind == "buildings" and change.building_id is not None:
                self._put(change.customer_id, change.building_id, 0)
            self._change_number = change.number

    def _load(self) -> None:
        with self._store.read() as session:
            number = session.changes.last_number_for_operator()  # what is changed while it is read is looked at again
            customer_ids = [customer.id for customer in session.customers.list_for_operator()]
        for customer_id in customer_ids:
            with self._store.read() as session:
                of_tariff, until = (session.issued.marks(customer_id, service) for service in (_OF_TARIFF, _UNTIL))
            self._told.update({each: Told(of_tariff[each], until[each]) for each in of_tariff if each in until})
            after = None
            while page := self._page(customer_id, after):
                for building in page:
                    if _is_told(building):
                        self._put(customer_id, building.id, 0)
                after = page[-1].customer_building_id
        self._change_number = number

    def _page(self, customer_id: str, after: str | None) -> list[Building]:
        with self._store.read() as session:
            return session.buildings.list_page(customer_id, after, _READ_AT_ONCE)

    def _put(self, customer_id: str, building_id: str, due_ms: int) -> None:
        self._customer_of[building_id] = customer_id
        self._due_ms[building_id] = due_ms

    def _tell(self, customer_id: str, building_ids: Sequence[str], now_ms: int) -> int:
        with self._store.read() as session:
            buildings = [each for each in session.buildings.list_by_id(customer_id, building_ids) if _is_told(each)]
            anew = [each.id for each in buildings if is_anew(each.tariff_since_ms or 0, self._told.get(each.id))]
            said = _said(session, customer_id, anew)
        told: dict[str, Told] = {}
        events: dict[str, list[IssuedEvent]] = {}
        next_ms: dict[str, int] = {}
        for building in buildings:
            assert building.tariff is not None
            since_ms, before = building.tariff_since_ms or 0, self._told.get(building.id)
            zone = zone_named(building.time_zone_id)
            due = due_events(building.tariff, zone, since_ms, before, said.get(building.id, {}), now_ms)
            if due or building.id in said:
                told[building.id], events[building.id] = Told(since_ms, now_ms), due
            next_ms[building.id] = next_due_ms(building.tariff, zone, now_ms)
        if told:
            self._write(customer_id, told, events)
        self._due_ms.update(next_ms)
        for building_id in building_ids:
            if building_id not in next_ms:
                del self._customer_of[building_id], self._due_ms[building_id]
        return sum(len(each) for each in events.values())

    def _write(self, customer_id: str, told: dict[str, Told], events: dict[str, list[IssuedEvent]]) -> None:
        with self._store.write() as session:
            for building_id, reach in told.items():
                if events[building_id]:
                    session.issued.add(customer_id, building_id, events[building_id])
                if is_anew(reach.since_ms, self._told.get(building_id)):
                    session.issued.set_mark(customer_id, building_id, _OF_TARIFF, reach.since_ms)
                session.issued.set_mark(customer_id, building_id, _UNTIL, reach.until_ms)
        self._told.update(told)


def _is_told(building: Building) -> bool:
    return building.tariff is not None and not building.is_deactivated()


def _said(session: Session, customer_id: str, building_ids: Sequence[str]) -> dict[str, dict[str, float]]:
    """What was said last of each of these buildings, by event type: in the log, or on its way to it."""
    said: dict[str, dict[str, float]] = {building_id: {} for building_id in building_ids}
    if not said:
        return said
    series = {
        each.id: each
        for each in session.series.list_of(customer_id, building_ids)
        if each.event_type in TARIFF_EVENT_TYPES and each.device_id == PLATFORM_DEVICE
    }
    for series_id, (_, value) in session.events.latest(customer_id, list(series), 2**62).items():
        said[series[series_id].building_id][series[series_id].event_type] = value
    for (building_id, event_type, _, _), values in in_line(session, customer_id, building_ids).items():
        if event_type in TARIFF_EVENT_TYPES:
            said[building_id][event_type] = values[max(values)]
    return said
