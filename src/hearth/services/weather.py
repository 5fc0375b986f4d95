"""Weather: which cells are fetched when, what is kept of them, and the expected temperature that buildings hear of.

How a provider is asked with moderation is decided in `domain.weather`, where a building stands in `services.places`. One look
after another: buildings are followed by their changes, each cell with an active building is fetched once an hour, and each
building is told the mean temperature of the next 24 hours once an hour. Invariants: a failing provider takes nothing from what is
kept; where less than half of the next 24 hours is known nothing is issued; nothing is issued for a deactivated building.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import structlog

from hearth.core.clock import Clock
from hearth.core.instants import HOUR_MS, SECOND_MS, utc_day
from hearth.domain.buildings import Building
from hearth.domain.events import IssuedEvent
from hearth.domain.weather import (
    OFFLINE,
    Cell,
    CellState,
    KnownWeather,
    ProviderState,
    WeatherHours,
    WeatherUnavailableError,
    cell_at,
    expected_outside_temperature,
)
from hearth.ports import Session, Store, WeatherProvider
from hearth.services.places import position_of

log = structlog.get_logger()

SERVICE = "weather"
EXPECTED_TYPE = "EXPECTED_OUTSIDE_TEMPERATURE"
KEPT_DAYS = 762  # 25 months

_EXPECTED_HOURS = 24
_BUILDINGS_AT_A_TIME = 500
_ISSUED_AT_A_TIME = 50
_CELLS_AT_A_LOOK = 20
_FETCHING_MS = 10 * SECOND_MS  # a look that is told to end shall end soon


class _Home(NamedTuple):
    """An active building with a place."""

    customer_id: str
    building_id: str
    cell: Cell


class CellReport(NamedTuple):
    """A cell as the operator sees it."""

    state: CellState
    buildings: int
    is_stale: bool
    is_used: bool


class WeatherReport(NamedTuple):
    """How it stands with the weather: the provider, its day's quota (0 = no limit), and all cells with active buildings."""

    provider: str
    requests_today: int
    most_requests_per_day: int
    paused_until_ms: int | None
    cells: Sequence[CellReport]
    buildings_without_place: int


class Weather:
    """Looks after the weather of all cells. `look` is one thread's; what else there is may be called from any."""

    def __init__(self, store: Store, provider: WeatherProvider, clock: Clock, most_requests_per_day: int = 0) -> None:
        self._store = store
        self._provider = provider
        self._clock = clock
        self._most_per_day = most_requests_per_day if provider.requests_of(1) else 0
        self._homes: dict[str, _Home] = {}
        self._homes_of: dict[Cell, dict[str, _Home]] = defaultdict(dict)
        self._issued_hour_ms: dict[str, int] = {}
        self._seen_change: int | None = None
        self._states: dict[Cell, CellState] = {}
        self._provider_state = ProviderState(name=provider.name)
        self._hour_ms = -1
        self._changed: set[Cell] = set()  # cells whose buildings may hear something that they have not heard this hour
        self._pruned_day = -1

    @staticmethod
    def cell_of(building: Building) -> Cell | None:
        """The cell in which a building stands; None where its place is not known."""
        position = position_of(building)
        return None if position is None else cell_at(*position)

    def known(self, session: Session, cell: Cell, from_ms: int, hours: int) -> KnownWeather | None:
        """What is known of `hours` hours from the full hour of `from_ms` on; None for a cell without any forecast yet.

        What the newest forecast does not reach is unknown (NaN), as is the past before the cell was first fetched.
        """
        state = session.weather.find_cell_for_operator(cell)
        if state is None or state.issued_at_ms is None or state.provider is None:
            return None
        start_ms = from_ms // HOUR_MS * HOUR_MS
        return KnownWeather(
            start_ms=start_ms,
            values=session.weather.read_hours_for_operator(cell, start_ms, hours),
            issued_at_ms=state.issued_at_ms,
            provider=state.provider,
            is_stale=state.is_stale(self._clock.now_ms()),
        )

    def look(self) -> int:
        """Does what has come due; returns how many events were issued."""
        now_ms = self._clock.now_ms()
        self._follow_buildings()
        if self._hour_ms != now_ms // HOUR_MS * HOUR_MS:
            self._hour_ms = now_ms // HOUR_MS * HOUR_MS
            self._changed.update(self._homes_of)
        issued = self._issue_expected(now_ms)
        if self._fetch_due(now_ms):
            issued += self._issue_expected(now_ms)
        self._prune(now_ms)
        return issued

    def report(self, customer_id: str | None = None) -> WeatherReport:
        """How it stands, from what is stored: also for another process than the one that looks.

        `customer_id`: only the cells of that customer's buildings, and of them as many as are the customer's.
        """
        now_ms = self._clock.now_ms()
        buildings: dict[Cell, int] = defaultdict(int)
        without_place = 0
        with self._store.read() as session:
            for building in _active_buildings(session, customer_id):
                cell = self.cell_of(building)
                if cell is None:
                    without_place += 1
                else:
                    buildings[cell] += 1
            states = {state.cell: state for state in session.weather.list_cells_for_operator()}
            asked = session.weather.find_provider_for_operator(self._provider.name) or self._provider_state
        cells = [(states.get(cell) or CellState(cell=cell), count) for cell, count in sorted(buildings.items())]
        return WeatherReport(
            provider=self._provider.name,
            requests_today=asked.requests_on(now_ms),
            most_requests_per_day=self._most_per_day,
            paused_until_ms=asked.paused_until_ms if asked.paused_until_ms > now_ms else None,
            cells=[CellReport(state, count, state.is_stale(now_ms), state.is_used(now_ms)) for state, count in cells],
            buildings_without_place=without_place,
        )

    def _follow_buildings(self) -> None:
        """Reads all buildings at first, then those that were changed."""
        with self._store.read() as session:
            if self._seen_change is None:
                last = session.changes.last_number_for_operator()
                for building in _active_buildings(session):
                    self._follow(building)
                for customer in session.customers.list_for_operator():
                    self._issued_hour_ms.update(session.issued.marks(customer.id, SERVICE))
                self._states = {state.cell: state for state in session.weather.list_cells_for_operator()}
                stored = session.weather.find_provider_for_operator(self._provider.name)
                self._provider_state = stored or self._provider_state
                self._seen_change = last
                return
            changes = session.changes.list_since_for_operator(self._seen_change)
            if not changes:
                return
            changed: dict[str, set[str]] = defaultdict(set)
            for change in changes:
                if change.kind == "buildings" and change.building_id is not None:
                    changed[change.customer_id].add(change.building_id)
            for customer_id, building_ids in changed.items():
                ids = sorted(building_ids)
                for at in range(0, len(ids), _BUILDINGS_AT_A_TIME):
                    self._read_again(session, customer_id, ids[at : at + _BUILDINGS_AT_A_TIME])
            self._seen_change = changes[-1].number

    def _read_again(self, session: Session, customer_id: str, building_ids: Sequence[str]) -> None:
        found = {building.id: building for building in session.buildings.list_by_id(customer_id, building_ids)}
        for building_id in building_ids:
            self._unfollow(building_id)
            building = found.get(building_id)
            if building is None:
                self._issued_hour_ms.pop(building_id, None)
            elif not building.is_deactivated():
                self._follow(building)

    def _follow(self, building: Building) -> None:
        cell = self.cell_of(building)
        if cell is not None:
            home = _Home(building.customer_id, building.id, cell)
            self._homes[building.id] = self._homes_of[cell][building.id] = home
            self._changed.add(cell)

    def _unfollow(self, building_id: str) -> None:
        home = self._homes.pop(building_id, None)
        if home is not None:
            del self._homes_of[home.cell][building_id]
            if not self._homes_of[home.cell]:
                del self._homes_of[home.cell]

    def _issue_expected(self, now_ms: int) -> int:
        """Tells the buildings of changed cells what they have not heard this hour, as far as there is something to say."""
        if not self._changed:
            return 0
        told: dict[str, list[tuple[str, float]]] = defaultdict(list)
        with self._store.read() as session:
            for cell in sorted(self._changed):
                untold = [home for home in self._homes_of.get(cell, {}).values() if self._is_untold(home)]
                value = self._expected(session, cell, now_ms) if untold else None
                if value is not None:
                    for home in untold:
                        told[home.customer_id].append((home.building_id, value))
        issued = 0
        for customer_id, values in told.items():
            for at in range(0, len(values), _ISSUED_AT_A_TIME):
                issued += self._issue(customer_id, values[at : at + _ISSUED_AT_A_TIME], now_ms)
        self._changed.clear()
        return issued

    def _is_untold(self, home: _Home) -> bool:
        return self._issued_hour_ms.get(home.building_id) != self._hour_ms

    def _expected(self, session: Session, cell: Cell, now_ms: int) -> float | None:
        state = self._states.get(cell)
        if state is None or not state.is_used(now_ms):
            return None
        values = session.weather.read_hours_for_operator(cell, self._hour_ms, _EXPECTED_HOURS)
        return expected_outside_temperature(WeatherHours(self._hour_ms, values), now_ms)

    def _issue(self, customer_id: str, told: Sequence[tuple[str, float]], now_ms: int) -> int:
        issued = 0
        with self._store.write(durable=False) as session:  # lost with the power together with its mark, it is issued again
            buildings = session.buildings.list_by_id(customer_id, [building_id for building_id, _ in told])
            active = {building.id for building in buildings if not building.is_deactivated()}
            for building_id, value in told:
                if building_id in active:
                    event = IssuedEvent(event_type=EXPECTED_TYPE, occurred_at_ms=now_ms, value=value)
                    session.issued.add(customer_id, building_id, [event])
                    session.issued.set_mark(customer_id, building_id, SERVICE, self._hour_ms)
                    issued += 1
        self._issued_hour_ms.update((building_id, self._hour_ms) for building_id, _ in told)
        return issued

    def _fetch_due(self, began_ms: int) -> int:
        """Fetches cells that are due, longest waiting first, as many as a look may take and the quota allows."""
        name = self._provider.name
        states = [self._states.get(cell) or CellState(cell=cell) for cell in self._homes_of]
        due = [state for state in states if state.due_ms(name) <= began_ms]
        due.sort(key=lambda state: (state.issued_at_ms or 0, state.last_attempt_ms or 0, state.cell))
        fetched = 0
        for state in due[:_CELLS_AT_A_LOOK]:
            now_ms = self._clock.now_ms()
            next_ms = self._provider_state.next_request_ms(now_ms, self._most_per_day, len(self._homes_of))
            if next_ms > now_ms or now_ms - began_ms > _FETCHING_MS:
                break
            fetched += self._fetch(state, now_ms)
        return fetched

    def _fetch(self, state: CellState, now_ms: int) -> bool:
        provider = self._provider
        past_days = state.past_days(provider.name, now_ms)
        left = self._most_per_day - self._provider_state.requests_on(now_ms)
        if self._most_per_day and provider.requests_of(past_days) > left:
            past_days = 1  # the past can wait for another day
        try:
            forecast = provider.forecast(state.cell, past_days)
        except WeatherUnavailableError as error:
            log.warning(
                "no weather", cell=state.cell.name, provider=provider.name, reason=str(error), failures=state.failures + 1
            )
            self._states[state.cell] = state.failed(now_ms, error)
            self._provider_state = self._provider_state.asked(now_ms, provider.requests_of(past_days), error)
            with self._store.write(durable=False) as session:
                self._keep_states(session, self._states[state.cell])
            return False
        self._provider_state = self._provider_state.asked(now_ms, provider.requests_of(past_days), None)
        fetched = state.fetched(forecast, past_days)
        hours: WeatherHours = forecast
        if provider.name == OFFLINE and state.issued_at_ms is not None:  # what was is worth more than what is usual
            hours = forecast.since(state.issued_at_ms)
        with self._store.write(durable=False) as session:
            if state.provider == OFFLINE != provider.name:
                session.weather.forget_hours_for_operator(state.cell, OFFLINE)
            session.weather.keep_hours_for_operator(state.cell, hours, provider.name)
            self._keep_states(session, fetched)
        self._states[state.cell] = fetched  # once it is stored: what could not be is asked for again
        self._changed.add(state.cell)
        return True

    def _keep_states(self, session: Session, state: CellState) -> None:
        session.weather.replace_cell_for_operator(state)
        session.weather.replace_provider_for_operator(self._provider_state)

    def _prune(self, now_ms: int) -> None:
        day = utc_day(now_ms)
        if day != self._pruned_day:
            with self._store.write(durable=False) as session:
                session.weather.prune_for_operator(day - KEPT_DAYS)
            self._pruned_day = day


def _active_buildings(session: Session, only: str | None = None) -> Iterator[Building]:
    """Of that customer, or of all."""
    of = [customer.id for customer in session.customers.list_for_operator()] if only is None else [only]
    for customer_id in of:
        after: str | None = None
        while page := session.buildings.list_page(customer_id, after, _BUILDINGS_AT_A_TIME):
            after = page[-1].customer_building_id
            yield from (building for building in page if not building.is_deactivated())
