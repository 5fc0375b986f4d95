"""Ticking: which instants have come due over the schedules and goals of each customer, and which buildings tick at one.

Holds the schedules of active time-based rules and the zones of the buildings of customers that have such rules;
customers without cost nothing, and no event comes here. It makes no entry of the log and evaluates nothing: the
driver does. What changed is read anew before it answers. Invariant: an instant comes due once, after the newest one
that is in the log, if it is not older than MAKE_UP_MS; a rule's schedule begins when its version was saved.
"""

import asyncio
from dataclasses import dataclass, field

import structlog

from hearth.core.instants import zone_named
from hearth.engine.buffers import LOOK_BACK_MS
from hearth.engine.schedule import mistake_in, next_tick, ticks, ticks_at
from hearth.ports import Session, Store

log = structlog.get_logger()

# A missed tick is made up for as long as windows can still be asked for its instant.
MAKE_UP_MS = LOOK_BACK_MS
_READ_AT_ONCE = 1_000
_EACH_HOUR = "0 * * * *"


@dataclass
class _Plan:
    """One customer's (cron, since when) of its rules, and the zone of each building by id."""

    schedules: set[tuple[str, int]]
    goals_since_ms: int | None = None  # from when full hours tick for the goals of rules; None where no rule has any
    zones: dict[str, str] = field(default_factory=dict)
    next_ms: int | None = None

    def schedules_in_zones(self) -> list[tuple[str, int, str]]:
        """Each schedule in each zone once, and full hours where goals wait for them."""
        zones = sorted(set(self.zones.values()))
        hours = [] if self.goals_since_ms is None else [(_EACH_HOUR, self.goals_since_ms, "UTC")]
        return [(cron, since_ms, zone) for cron, since_ms in sorted(self.schedules) for zone in zones] + hours

    def look_ahead(self, after_ms: int) -> None:
        """Sets `next_ms` to the first tick after an instant, None where there is none."""
        found = [next_tick(cron, zone_named(zone), max(after_ms, since)) for cron, since, zone in self.schedules_in_zones()]
        self.next_ms = min((at_ms for at_ms in found if at_ms is not None), default=None)


class Ticking:
    """The schedules of all customers. Methods run on one asyncio loop; the store is read in a thread."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._plans: dict[str, _Plan] = {}
        self._marks: dict[str, int] = {}
        self._looked_until_ms = 0
        self._read_change: int | None = None
        self._reading = asyncio.Lock()

    async def due(self, now_ms: int, change_number: int) -> list[tuple[str, int]]:
        """(customer id, instant) of the ticks up to `now_ms` that were not given before; each customer's in order.

        Changes up to `change_number` are regarded. Who does not store what is given asks another Ticking.
        """
        await self._refresh(change_number)
        if now_ms < self._looked_until_ms:  # the clock was set back: what was given stays so, what was leapt over comes yet
            self._looked_until_ms = now_ms
            for customer_id, plan in self._plans.items():
                plan.look_ahead(self._looked_until(customer_id))
        found: list[tuple[str, int]] = []
        for customer_id, plan in sorted(self._plans.items()):
            if plan.next_ms is not None and plan.next_ms <= now_ms:
                due_ms = self._due(customer_id, plan, now_ms)
                found.extend((customer_id, at_ms) for at_ms in due_ms)
                self._marks[customer_id] = max([self._marks.get(customer_id, 0), *due_ms])
                plan.look_ahead(now_ms)
        self._looked_until_ms = now_ms
        return found

    async def buildings_at(self, customer_id: str, at_ms: int, change_number: int) -> list[str]:
        """The ids of the buildings in whose zone a schedule of their customer ticks at an instant, in order."""
        await self._refresh(change_number)
        plan = self._plans.get(customer_id)
        if plan is None:
            return []
        crons, zones = {cron for cron, _ in plan.schedules}, sorted(set(plan.zones.values()))
        ticking = {zone for zone in zones if any(ticks_at(cron, zone_named(zone), at_ms) for cron in crons)}
        return sorted(building_id for building_id, zone in plan.zones.items() if zone in ticking)

    def _due(self, customer_id: str, plan: _Plan, now_ms: int) -> list[int]:
        after_ms = self._looked_until(customer_id)
        too_old_ms = now_ms - MAKE_UP_MS - 1
        due_ms: set[int] = set()
        for cron, since_ms, zone_id in plan.schedules_in_zones():
            zone, start_ms = zone_named(zone_id), max(after_ms, since_ms)
            missed_ms = next(ticks(cron, zone, start_ms, too_old_ms), None)
            if missed_ms is not None and (cron, since_ms) in plan.schedules:  # nobody waits for the hours of goals
                log.warning("ticks missed for so long are not made up", customer_id=customer_id, cron=cron, first_ms=missed_ms)
            due_ms.update(ticks(cron, zone, max(start_ms, too_old_ms), now_ms))
        return sorted(due_ms)

    def _looked_until(self, customer_id: str) -> int:
        return max(self._looked_until_ms, self._marks.get(customer_id, 0))

    async def _refresh(self, change_number: int) -> None:
        async with self._reading:
            if self._read_change is not None and self._read_change >= change_number:
                return
            if self._read_change is None:
                read_change, plans = await asyncio.to_thread(self._read_all)
            else:
                read_change, plans = await asyncio.to_thread(self._read_since, self._read_change)
            for customer_id, plan in plans.items():
                if plan is None:
                    self._plans.pop(customer_id, None)
                else:
                    plan.look_ahead(self._looked_until(customer_id))
                    self._plans[customer_id] = plan
            self._read_change = read_change

    def _read_all(self) -> tuple[int, dict[str, _Plan | None]]:
        """The newest change, and the plans of all customers; None where nothing is scheduled."""
        with self._store.read() as session:
            self._marks = session.engine.ticked_until_for_operator()
            plans = {each.id: _plan(session, each.id, None) for each in session.customers.list_for_operator()}
            return session.changes.last_number_for_operator(), plans

    def _read_since(self, number: int) -> tuple[int, dict[str, _Plan | None]]:
        """The newest change, and the plans of customers that have changed since `number`."""
        plans: dict[str, _Plan | None] = {}
        moved: dict[str, set[str]] = {}
        with self._store.read() as session:
            for change in session.changes.list_since_for_operator(number):
                number = change.number
                if change.kind == "rules":
                    plans[change.customer_id] = _plan(session, change.customer_id, self._plans.get(change.customer_id))
                elif change.kind == "buildings" and change.building_id is not None:
                    moved.setdefault(change.customer_id, set()).add(change.building_id)
            for customer_id, building_ids in moved.items():
                plan = plans.get(customer_id, self._plans.get(customer_id))
                if plan is not None:
                    plans[customer_id] = _moved(session, customer_id, plan, building_ids)
        return number, plans


def _plan(session: Session, customer_id: str, before: _Plan | None) -> _Plan | None:
    """A customer's plan; zones that are known are taken over."""
    rules = session.rules.list_of(customer_id)
    schedules = {
        (rule.time_based_cron, rule.updated_at_ms)
        for rule in rules
        if rule.state == "ACTIVE" and rule.is_time_based and rule.time_based_cron and not mistake_in(rule.time_based_cron)
    }
    goals = [rule.created_at_ms for rule in rules if rule.goal_achieved_condition and rule.state == "ACTIVE"]
    if not goals and session.goals.list_buildings_with_open(customer_id):
        goals = [0]  # those of rules that were switched off or deleted, or lost their goal condition, must end as well
    goals_since_ms = min(goals, default=None)
    if not schedules:
        return None if goals_since_ms is None else _Plan(schedules, goals_since_ms)
    if before is not None and before.zones:
        return _Plan(schedules, goals_since_ms, before.zones)
    zones: dict[str, str] = {}
    after: str | None = None
    while page := session.buildings.list_page(customer_id, after, _READ_AT_ONCE):
        zones.update((building.id, building.time_zone_id) for building in page)
        after = page[-1].customer_building_id
    return _Plan(schedules, goals_since_ms, zones)


def _moved(session: Session, customer_id: str, plan: _Plan, building_ids: set[str]) -> _Plan:
    """The plan with these buildings as they are now; one that is erased is gone."""
    if not plan.schedules:
        return plan
    kept = {building_id: zone for building_id, zone in plan.zones.items() if building_id not in building_ids}
    found = session.buildings.list_by_id(customer_id, sorted(building_ids))
    return _Plan(plan.schedules, plan.goals_since_ms, kept | {building.id: building.time_zone_id for building in found})
