"""Customers: the tenants of an installation, made by its operator.

Holds how one comes into being and is found, what its Admins may change of it, and the limits of its households. Its
clients are `access`, its households `buildings`.
"""

from typing import NamedTuple

from msgspec.structs import replace

from hearth.core.clock import Clock, Identities
from hearth.core.instants import zone_named
from hearth.core.problems import Problem, invalid
from hearth.domain.audit import COMMAND_LINE, Actor
from hearth.domain.customers import DEFAULT_LANGUAGES, Customer, Plan
from hearth.domain.limits import HouseholdLimits
from hearth.domain.rules import Rule
from hearth.language.locales import LANGUAGES
from hearth.ports import Session, Store
from hearth.services.auditing import differences, note

_LONGEST_NAME = 200


class MissingTexts(NamedTuple):
    """A language in which texts are needed, and the active rules that lack some."""

    language: str
    rules: list[Rule]


class Customers:
    """Creates, finds and changes customers."""

    def __init__(self, store: Store, clock: Clock, identities: Identities) -> None:
        self._store = store
        self._clock = clock
        self._identities = identities

    def create(self, name: str, languages: tuple[str, ...] = DEFAULT_LANGUAGES, time_zone_id: str = "Europe/Zurich") -> Customer:
        """A new customer. `languages`: those in which each rule needs texts; `time_zone_id`: for places that name none.

        Raises Problem "invalid" for an empty or overlong name, no language, or an unknown zone.
        """
        name = _checked(name, languages, time_zone_id)
        customer = Customer(
            id=self._identities.new_id(),
            name=name,
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
            customer = _to_change(session, customer_id)
            if limits == customer.limits:
                return customer
            changed = replace(customer, limits=limits)
            session.customers.replace(changed)
            session.changes.add(customer_id, "customer")
            before, after = differences(customer.limits, limits)
            now_ms = self._clock.now_ms()
            note(session, customer_id, now_ms, by, "customer.limitsChanged", customer.name, before=before, after=after)
        return changed

    def set_plan(self, customer_id: str, plan: Plan, by: Actor) -> Customer:
        """What the customer has subscribed to, from the next hour on. Raises Problem "not_found"."""
        with self._store.write() as session:
            customer = _to_change(session, customer_id)
            if plan == customer.plan:
                return customer
            changed = replace(customer, plan=plan)
            session.customers.replace(changed)
            before, after = differences(customer, changed)
            now_ms = self._clock.now_ms()
            note(session, customer_id, now_ms, by, "customer.planChanged", customer.name, before=before, after=after)
        return changed

    def set_rates(self, customer_id: str, most_requests: int | None, most_event_requests: int | None, by: Actor) -> Customer:
        """Most calls of the API in a minute, events apart, within a minute everywhere; None = the installation's, 0 = no limit.

        Raises Problem "not_found", "invalid" for a negative number.
        """
        if min(most_requests or 0, most_event_requests or 0) < 0:
            raise invalid("", "A number of requests is 0 (no limit) or more.")
        with self._store.write() as session:
            customer = _to_change(session, customer_id)
            changed = replace(
                customer, most_requests_per_minute=most_requests, most_event_requests_per_minute=most_event_requests
            )
            if changed == customer:
                return customer
            session.customers.replace(changed)
            before, after = differences(customer, changed)
            now_ms = self._clock.now_ms()
            note(session, customer_id, now_ms, by, "customer.ratesChanged", customer.name, before=before, after=after)
        return changed

    def change(
        self, customer_id: str, name: str, languages: tuple[str, ...], time_zone_id: str, by: Actor = COMMAND_LINE
    ) -> Customer:
        """Name, languages and zone, confirmed with it. Raises Problem "not_found", and "invalid" as `create` does.

        Rules that are active go on, also those that lack a text in a new language; such a rule is refused when it is
        saved or switched on. The zone holds for buildings that are added, and for what the console shows.
        """
        name = _checked(name, languages, time_zone_id)
        with self._store.write() as session:
            customer = _to_change(session, customer_id)
            now_ms = self._clock.now_ms()
            changed = replace(customer, name=name, languages=languages, time_zone_id=time_zone_id)
            confirmed = changed if customer.confirmed_at_ms is not None else replace(changed, confirmed_at_ms=now_ms)
            if confirmed == customer:
                return customer
            session.customers.replace(confirmed)
            if changed != customer:
                before, after = differences(customer, changed)
                note(session, customer_id, now_ms, by, "customer.changed", name, before=before, after=after)
            else:
                note(session, customer_id, now_ms, by, "customer.confirmed", name, after={"languages": list(languages)})
        return confirmed

    def list_missing_texts(self, customer_id: str) -> list[MissingTexts]:
        """Of each language that the customer could need, the active rules without a text in it, by name."""
        with self._store.read() as session:
            active = [rule for rule in session.rules.list_of(customer_id) if rule.state == "ACTIVE"]
        return [
            MissingTexts(language, [rule for rule in active if any(language not in each.texts for each in rule.templates)])
            for language in LANGUAGES
        ]

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


def _checked(name: str, languages: tuple[str, ...], time_zone_id: str) -> str:
    """The name as it is stored. Raises Problem "invalid"."""
    name = " ".join(name.split())
    if not name or len(name) > _LONGEST_NAME:
        raise invalid("/name", f"A customer needs a name of 1 to {_LONGEST_NAME} characters.")
    if not languages:
        raise invalid("/languages", "A customer needs at least one language.")
    unknown = [language for language in languages if language not in LANGUAGES]
    if unknown or len(set(languages)) < len(languages):
        wrong = f"{unknown[0]} is no language for texts" if unknown else "A language occurs twice"
        raise invalid("/languages", f"{wrong}; choose among {', '.join(LANGUAGES)}.")
    try:
        zone_named(time_zone_id)
    except ValueError as error:
        raise invalid("/timeZoneId", f"{error}; use an IANA name such as Europe/Zurich") from error
    return name


def _to_change(session: Session, customer_id: str) -> Customer:
    customer = session.customers.find_for_change(customer_id)
    if customer is None:
        raise Problem("not_found", f"There is no customer {customer_id}.")
    return customer
