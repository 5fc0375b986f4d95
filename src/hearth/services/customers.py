"""Customers: the tenants of an installation, made by its operator.

Holds how one comes into being and is found, and the limits of its households. Its clients are `access`, its
households `buildings`.
"""

from msgspec.structs import replace

from hearth.core.clock import Clock, Identities
from hearth.core.instants import zone_named
from hearth.core.problems import Problem, invalid
from hearth.domain.audit import COMMAND_LINE, Actor
from hearth.domain.customers import DEFAULT_LANGUAGES, Customer
from hearth.domain.limits import HouseholdLimits
from hearth.ports import Store
from hearth.services.auditing import differences, note

_LONGEST_NAME = 200


class Customers:
    """Creates and finds customers; for the operator, never for a customer."""

    def __init__(self, store: Store, clock: Clock, identities: Identities) -> None:
        self._store = store
        self._clock = clock
        self._identities = identities

    def create(self, name: str, languages: tuple[str, ...] = DEFAULT_LANGUAGES, time_zone_id: str = "Europe/Zurich") -> Customer:
        """A new customer. `languages`: those in which each rule needs texts; `time_zone_id`: for places that name none.

        Raises Problem "invalid" for an empty or overlong name, no language, or an unknown zone.
        """
        if not name.strip() or len(name) > _LONGEST_NAME:
            raise invalid("/name", f"A customer needs a name of 1 to {_LONGEST_NAME} characters.")
        if not languages:
            raise invalid("/languages", "A customer needs at least one language.")
        try:
            zone_named(time_zone_id)
        except ValueError as error:
            raise invalid("/timeZoneId", f"{error}; use an IANA name such as Europe/Zurich") from error
        customer = Customer(
            id=self._identities.new_id(),
            name=name.strip(),
            created_at_ms=self._clock.now_ms(),
            languages=languages,
            time_zone_id=time_zone_id,
        )
        with self._store.write() as session:
            session.customers.add(customer)
            note(session, customer.id, customer.created_at_ms, COMMAND_LINE, "customer.created", customer.name)
        return customer

    def set_limits(self, customer_id: str, limits: HouseholdLimits, by: Actor = COMMAND_LINE) -> Customer:
        """Limits of all households that have none of their own; running engines hear of it. Raises Problem "not_found"."""
        with self._store.write() as session:
            customer = session.customers.find(customer_id)
            if customer is None:
                raise Problem("not_found", f"There is no customer {customer_id}.")
            if limits == customer.limits:
                return customer
            changed = replace(customer, limits=limits)
            session.customers.replace(changed)
            session.changes.add(customer_id, "customer")
            before, after = differences(customer.limits, limits)
            now_ms = self._clock.now_ms()
            note(session, customer_id, now_ms, by, "customer.limitsChanged", customer.name, before=before, after=after)
        return changed

    def get(self, customer_id: str) -> Customer:
        """The customer of that id. Raises Problem "not_found"."""
        with self._store.read() as session:
            customer = session.customers.find(customer_id)
        if customer is None:
            raise Problem("not_found", f"There is no customer {customer_id}.")
        return customer

    def list_for_operator(self) -> list[Customer]:
        """All customers of the installation."""
        with self._store.read() as session:
            return session.customers.list_for_operator()
