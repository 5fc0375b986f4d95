"""Buildings and their devices, as a customer adds, adjusts and erases them.

Decides what of a building a customer may set, what is derived (time zone, instants of insertion) and
what survives a full replacement: identity, the instants set on insert, and devices seen in events only.
Every change is announced to the running engine, and noted in the audit log, in the same transaction; what
changes nothing is neither.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from itertools import islice
from typing import Any

import msgspec

from hearth.core.clock import Clock, Identities
from hearth.core.folded import folded
from hearth.core.identifiers import fits
from hearth.core.instants import DAY_MS, SECOND_MS, zone_named
from hearth.core.nearest import nearest
from hearth.core.problems import FieldProblem, Problem, invalid
from hearth.domain.audit import COMMAND_LINE, Action, Actor
from hearth.domain.buildings import Building, Device, DisabledNotification
from hearth.domain.catalogue import Catalogue
from hearth.domain.limits import HouseholdLimits
from hearth.domain.profiles import HouseholdProfile
from hearth.domain.tariffs import PriceSegment, PriceSlice, Tariff, price_segments
from hearth.ports import Session, Store
from hearth.services.auditing import note
from hearth.services.building_changes import is_same, shown_changes, shown_of_new, version_of
from hearth.services.places import is_country, position_of_city, zone_of_place

MOST_PER_PAGE = 1_000
MOST_DAYS_OF_PRICES = 32


class BuildingDraft(msgspec.Struct, frozen=True, kw_only=True):
    """What a customer may set of a building. None = not set, but tags, which then stay; devices carry no instants of ours.

    `discovered` devices of a draft are what a caller read before and sends back: they stay as they are.
    """

    customer_building_id: str
    time_zone_id: str | None = None
    registration_at_ms: int | None = None
    activation_at_ms: int | None = None
    deactivated_at_ms: int | None = None
    zip: str | None = None
    city: str | None = None
    country_code: str | None = None
    kwp: float | None = None
    is_early_adopter: bool = False
    user_ids: tuple[str, ...] = ()
    disabled_notifications: tuple[DisabledNotification, ...] = ()
    inactive_rules: tuple[str, ...] = ()
    active_rules: tuple[str, ...] = ()
    rules_operator_exclude: bool = True
    devices: tuple[Device, ...] = ()
    tariff: Tariff | None = None
    limits: HouseholdLimits = HouseholdLimits()
    properties: dict[str, str | int | float | bool] = {}
    tags: tuple[str, ...] | None = None


class BuildingsChange(msgspec.Struct, frozen=True, kw_only=True):
    """What is changed in several buildings alike. None = as it is; rules that are turned off are so whatever else is on."""

    add_tags: tuple[str, ...] = ()
    remove_tags: tuple[str, ...] = ()
    is_early_adopter: bool | None = None
    rules_off: tuple[str, ...] = ()
    rules_on: tuple[str, ...] = ()


class Buildings:
    """The use cases of buildings. Each raises Problem "not_found" for a building the customer does not have."""

    def __init__(self, store: Store, clock: Clock, identities: Identities, catalogue: Catalogue) -> None:
        self._store = store
        self._clock = clock
        self._identities = identities
        self._catalogue = catalogue
        self._tell_change: Callable[[str], None] = lambda building_id: None

    def on_change(self, tell: Callable[[str], None]) -> None:
        """`tell` is called with the id of each building that was adjusted or erased here, before the caller is answered."""
        self._tell_change = tell

    def list_page(
        self, customer_id: str, after: str | None, limit: int, search: Sequence[str] = ()
    ) -> tuple[list[Building], bool]:
        """Buildings by customer_building_id, those behind `after` -> (at most `limit` of them, whether more follow).

        `search`: only those that have each of these words in their id, city or postal code, in any case, with or without accents.
        """
        with self._store.read() as session:
            at_once = MOST_PER_PAGE if search else limit + 1
            found = list(islice(_found(session, customer_id, after, search, at_once), limit + 1))
        return found[:limit], len(found) > limit

    def list_all(self, customer_id: str, search: Sequence[str] = ()) -> list[Building]:
        """Every building of the customer, or those of a search, by customer_building_id, as of one instant."""
        with self._store.read() as session:
            return list(_found(session, customer_id, None, search, MOST_PER_PAGE))

    def get(self, customer_id: str, customer_building_id: str) -> Building:
        """The customer's building of that id."""
        with self._store.read() as session:
            return get_building(session, customer_id, customer_building_id)

    def profiles_of(self, customer_id: str, building_ids: Sequence[str]) -> dict[str, HouseholdProfile]:
        """What is inferred of these of the customer's buildings, by id; those of which nothing was computed yet are left out."""
        with self._store.read() as session:
            return session.household_profiles.list_of(customer_id, building_ids)

    def add(self, customer_id: str, draft: BuildingDraft, by: Actor = COMMAND_LINE) -> Building:
        """A new building. Raises Problem "conflict" when the customer has one of that id, "invalid" for a wrong field."""
        self._check(draft)
        now_ms = self._whole_second_ms()
        with self._store.write() as session:
            building = Building(
                id=self._identities.new_id(),
                customer_id=customer_id,
                customer_building_id=draft.customer_building_id,
                registration_at_ms=now_ms if draft.registration_at_ms is None else draft.registration_at_ms,
                activation_at_ms=now_ms if draft.activation_at_ms is None else draft.activation_at_ms,
                devices=_devices_replaced((), draft.devices, now_ms),
                tariff_since_ms=None if draft.tariff is None else self._clock.now_ms(),
                tags=_in_order(draft.tags or ()),
                **self._settable(session, customer_id, draft),
            )
            session.buildings.add(building)
            session.changes.add(customer_id, "buildings", building.id)
            self._note(session, building, by, "building.added", None, shown_of_new(building))
        return building

    def replace(
        self,
        customer_id: str,
        draft: BuildingDraft,
        by: Actor = COMMAND_LINE,
        versions: Collection[str] | None = None,
    ) -> Building:
        """Replaces all that the customer may set of the building named in the draft. Raises Problem "invalid".

        `versions`: it must be as in one of these (`version_of`), else Problem "precondition_failed"; None = however it is.
        """
        self._check(draft)
        with self._store.write() as session:
            old = get_building(session, customer_id, draft.customer_building_id)
            _refuse_changed(old, versions)
            building = msgspec.structs.replace(
                old,
                registration_at_ms=old.registration_at_ms if draft.registration_at_ms is None else draft.registration_at_ms,
                activation_at_ms=old.activation_at_ms if draft.activation_at_ms is None else draft.activation_at_ms,
                devices=_devices_replaced(old.devices, draft.devices, self._whole_second_ms()),
                tags=old.tags if draft.tags is None else _in_order(draft.tags),
                **self._settable(session, customer_id, draft),
            )
            if is_same(old, building):
                return old
            building = self._store_change(session, old, building, by)
        self._tell_change(building.id)
        return building

    def change_many(
        self, customer_id: str, customer_building_ids: Sequence[str], change: BuildingsChange, by: Actor = COMMAND_LINE
    ) -> list[str]:
        """The same change in each of these buildings, or in none -> the ids of those in which it changed anything.

        Raises Problem "not_found" where one of them is not there any more, "invalid" where one would have too many tags.
        """
        changed = []
        with self._store.write() as session:
            for customer_building_id in sorted(set(customer_building_ids)):
                old = get_building(session, customer_id, customer_building_id)
                building = _changed(old, change)
                if not is_same(old, building):
                    changed.append(self._store_change(session, old, building, by))
        for building in changed:
            self._tell_change(building.id)
        return [building.customer_building_id for building in changed]

    def replace_tariff_slices(
        self,
        customer_id: str,
        customer_building_id: str,
        slices: tuple[PriceSlice, ...],
        by: Actor = COMMAND_LINE,
        versions: Collection[str] | None = None,
    ) -> Building:
        """Replaces the dynamic prices alone; a building without a tariff gets a dynamic one.

        slices: in order of time, without overlaps. Raises Problem "invalid" where the tariff is of another type,
        "precondition_failed" as `replace` does.
        """
        with self._store.write() as session:
            old = get_building(session, customer_id, customer_building_id)
            _refuse_changed(old, versions)
            if old.tariff is not None and old.tariff.type != "DYNAMIC":
                remedy = "set settings.tariff.type to DYNAMIC with PUT /buildings/v1 first."
                raise invalid("/slices", f"The tariff of this building is {old.tariff.type}, which has no slices; {remedy}")
            tariff = msgspec.structs.replace(old.tariff or Tariff(type="DYNAMIC"), slices=slices)
            building = msgspec.structs.replace(old, tariff=tariff)
            if is_same(old, building):
                return old
            building = self._store_change(session, old, building, by)
        self._tell_change(building.id)
        return building

    def prices(self, customer_id: str, customer_building_id: str, from_ms: int, to_ms: int) -> list[PriceSegment]:
        """What the present tariff says of [from, to), oldest first; stretches of which it says nothing are left out.

        Raises Problem "invalid" for a span that is empty or longer than `MOST_DAYS_OF_PRICES`.
        """
        _check_span_of_prices(from_ms, to_ms)
        building = self.get(customer_id, customer_building_id)
        return _known_prices(building, building.tariff, from_ms, to_ms)

    def prices_of_draft(
        self, customer_id: str, customer_building_id: str, tariff: Tariff | None, from_ms: int, to_ms: int
    ) -> list[PriceSegment]:
        """What this tariff would say if the building had it, as `prices`; nothing is stored."""
        _check_span_of_prices(from_ms, to_ms)
        return _known_prices(self.get(customer_id, customer_building_id), tariff, from_ms, to_ms)

    def erase(
        self,
        customer_id: str,
        customer_building_id: str,
        by: Actor = COMMAND_LINE,
        versions: Collection[str] | None = None,
    ) -> None:
        """Erases the building with its events, states, forecasts and notifications; nothing of it can be restored.

        Raises Problem "precondition_failed" as `replace` does.
        """
        with self._store.write() as session:
            building = get_building(session, customer_id, customer_building_id)
            _refuse_changed(building, versions)
            session.buildings.erase(customer_id, building.id)
            session.changes.add(customer_id, "buildings", building.id)
            self._note(session, building, by, "building.erased", None, None)
        self._tell_change(building.id)

    def _store_change(self, session: Session, old: Building, building: Building, by: Actor) -> Building:
        if (old.tariff, old.time_zone_id) != (building.tariff, building.time_zone_id):
            since_ms = max(self._clock.now_ms(), (old.tariff_since_ms or 0) + 1)  # each has an instant of its own
            building = msgspec.structs.replace(building, tariff_since_ms=since_ms)
        session.buildings.replace(building)
        gone = [user_id for user_id in old.user_ids if user_id not in building.user_ids]
        session.contacts.delete(building.customer_id, building.id, gone)
        session.changes.add(building.customer_id, "buildings", building.id)
        before, after = shown_changes(old, building)
        if not after:
            return building
        action: Action = "building.changed"
        if old.is_deactivated() != building.is_deactivated():
            action = "building.deactivated" if building.is_deactivated() else "building.reactivated"
        self._note(session, building, by, action, before, after)
        return building

    def _note(
        self,
        session: Session,
        building: Building,
        by: Actor,
        action: Action,
        before: dict[str, Any] | None,
        after: dict[str, Any] | None,
    ) -> None:
        now_ms, subject = self._clock.now_ms(), building.customer_building_id
        note(session, building.customer_id, now_ms, by, action, subject, before=before, after=after)

    def _whole_second_ms(self) -> int:
        """Now, without its milliseconds: callers know these instants as whole epoch seconds."""
        return self._clock.now_ms() // SECOND_MS * SECOND_MS

    def _check(self, draft: BuildingDraft) -> None:
        if draft.country_code is not None and not is_country(draft.country_code):
            raise invalid("/countryCode", f"{draft.country_code} is no ISO 3166-1 alpha-2 country code, such as CH or DE.")
        errors = [
            FieldProblem(f"/devices/{index}/type", self._unknown_type(device.type))
            for index, device in enumerate(draft.devices)
            if device.type is not None and device.type not in self._catalogue.device_types
        ]
        if errors:
            raise Problem("invalid", errors[0].message, tuple(errors))

    def _unknown_type(self, device_type: str) -> str:
        meant = nearest(device_type, sorted(self._catalogue.device_types))
        hint = f"did you mean {meant}?" if meant else f"use one of {', '.join(sorted(self._catalogue.device_types))}."
        return f"{device_type} is no device type; {hint}"

    def _settable(self, session: Session, customer_id: str, draft: BuildingDraft) -> dict[str, Any]:
        time_zone_id = draft.time_zone_id
        if time_zone_id is None:
            customer = session.customers.find(customer_id)
            if customer is None:
                raise Problem("not_found", f"There is no customer {customer_id}.")
            time_zone_id = zone_of_place(draft.country_code, draft.city, customer.time_zone_id)
        same = ("deactivated_at_ms", "zip", "city", "country_code", "kwp", "is_early_adopter", "user_ids", "tariff", "limits")
        rules = ("disabled_notifications", "inactive_rules", "active_rules", "rules_operator_exclude", "properties")
        latitude, longitude = position_of_city(draft.country_code, draft.city) or (None, None)
        computed = {"time_zone_id": time_zone_id, "latitude": latitude, "longitude": longitude}
        return {**computed, **{name: getattr(draft, name) for name in (*same, *rules)}}


def get_building(session: Session, customer_id: str, customer_building_id: str) -> Building:
    """The customer's building, in a transaction that is open. Raises Problem "not_found"."""
    building = None
    if fits("customerBuildingId", customer_building_id):
        building = session.buildings.find(customer_id, customer_building_id)
    if building is None:
        raise Problem("not_found", "There is no building of this customerBuildingId.")
    return building


def _check_span_of_prices(from_ms: int, to_ms: int) -> None:
    if to_ms <= from_ms:
        raise invalid("", "The range is empty: to must be later than from.")
    if to_ms - from_ms > MOST_DAYS_OF_PRICES * DAY_MS:
        raise invalid("", f"Prices of at most {MOST_DAYS_OF_PRICES} days can be asked for at once; narrow from and to.")


def _known_prices(building: Building, tariff: Tariff | None, from_ms: int, to_ms: int) -> list[PriceSegment]:
    if tariff is None:
        return []
    segments = price_segments(tariff, zone_named(building.time_zone_id), from_ms, to_ms)
    return [each for each in segments if (each.price, each.is_low) != (None, None)]


def _changed(building: Building, change: BuildingsChange) -> Building:
    """Whatever a rule was switched off by, its being turned on undoes."""
    inactive = dict.fromkeys((*building.inactive_rules, *change.rules_off))
    active = dict.fromkeys((*building.active_rules, *(() if building.rules_operator_exclude else change.rules_on)))
    return msgspec.structs.replace(
        building,
        tags=_in_order({*building.tags, *change.add_tags} - set(change.remove_tags)),
        is_early_adopter=building.is_early_adopter if change.is_early_adopter is None else change.is_early_adopter,
        inactive_rules=tuple(each for each in inactive if each not in change.rules_on),
        active_rules=tuple(each for each in active if each not in change.rules_off),
        disabled_notifications=tuple(
            each for each in building.disabled_notifications if each.user_id is not None or each.rule_id not in change.rules_on
        ),
    )


def _in_order(tags: Collection[str]) -> tuple[str, ...]:
    return tuple(sorted(set(tags)))


def _refuse_changed(building: Building, versions: Collection[str] | None) -> None:
    if versions is not None and version_of(building) not in versions:
        raise Problem(
            "precondition_failed",
            "The building has changed since you read it. Read it again, bring your change into it, and send the new ETag.",
        )


def _found(session: Session, customer_id: str, after: str | None, search: Sequence[str], at_once: int) -> Iterator[Building]:
    words = [folded(word) for word in search]
    while page := session.buildings.list_page(customer_id, after, at_once):
        yield from (each for each in page if all(word in _searched(each) for word in words))
        if len(page) < at_once:
            return
        after = page[-1].customer_building_id


def _searched(building: Building) -> str:
    return folded(f"{building.customer_building_id}\n{building.zip or ''}\n{building.city or ''}")


def _devices_replaced(old: Sequence[Device], new: Sequence[Device], now_ms: int) -> tuple[Device, ...]:
    """The registered devices anew, with their instants; devices only seen in events stay behind them."""
    known = {device.id: device for device in old}
    replaced = []
    for device in new:
        before = known.get(device.id)
        if device.discovered and before is not None and before.discovered:
            continue
        registered = msgspec.structs.replace(device, discovered=False, created_at_ms=now_ms, updated_at_ms=now_ms)
        if before is not None and not before.discovered:
            kept = msgspec.structs.replace(registered, created_at_ms=before.created_at_ms, updated_at_ms=before.updated_at_ms)
            registered = kept if kept == before else msgspec.structs.replace(kept, updated_at_ms=now_ms)
        replaced.append(registered)
    ids = {device.id for device in replaced}
    return (*replaced, *(device for device in old if device.discovered and device.id not in ids))
