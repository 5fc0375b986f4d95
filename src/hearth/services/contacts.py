"""Where end users are reached, as a customer tells it for the users of its buildings.

Sending there is `services.deliveries`'. Invariants: only a user of the building has a contact, and it is forgotten with the
building or when the user leaves it; no address is in the audit log, which shows only how many there are.
"""

import re
from typing import Any

import msgspec

from hearth.core.clock import Clock
from hearth.core.problems import Problem, invalid
from hearth.domain.audit import COMMAND_LINE, Actor
from hearth.domain.buildings import Building
from hearth.domain.contacts import MOST_FCM_TOKENS, Contact
from hearth.ports import Session, Store
from hearth.services.auditing import note
from hearth.services.buildings import get_building
from hearth.services.credentials import clean_email

_TOKEN = re.compile(r"[\x21-\x7e]{1,4096}")
_LANGUAGE = re.compile(r"[a-z]{2,3}")


class Contacts:
    """The use cases.

    Each raises Problem "not_found" for a building the customer does not have, or a user that is not the building's.
    """

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def get(self, customer_id: str, customer_building_id: str, user_id: str) -> Contact:
        """Where the user is reached; without any address where nothing was told."""
        with self._store.read() as session:
            building = get_building(session, customer_id, customer_building_id)
            return _find(session, building, user_id) or Contact(user_id=user_id)

    def replace(self, customer_id: str, customer_building_id: str, contact: Contact, by: Actor = COMMAND_LINE) -> Contact:
        """The user is reached there from now on. Raises Problem "invalid" at `/email`, `/fcmTokens/…` or `/language`."""
        contact = _checked(contact)
        with self._store.write() as session:
            building = get_building(session, customer_id, customer_building_id)
            before = _find(session, building, contact.user_id)
            if contact != before:
                session.contacts.replace(customer_id, building.id, contact)
                self._note(session, building, before, contact, by)
        return contact

    def forget(self, customer_id: str, customer_building_id: str, user_id: str, by: Actor = COMMAND_LINE) -> None:
        """Nothing is sent to the user any more."""
        with self._store.write() as session:
            building = get_building(session, customer_id, customer_building_id)
            before = _find(session, building, user_id)
            if before is not None:
                session.contacts.delete(customer_id, building.id, [user_id])
                self._note(session, building, before, None, by)

    def _note(self, session: Session, building: Building, before: Contact | None, after: Contact | None, by: Actor) -> None:
        was, is_now = _veiled(before), _veiled(after)
        if before is not None and was == is_now:
            is_now |= {"changed": True}
        now_ms, subject = self._clock.now_ms(), building.customer_building_id
        shown = {"before": was or None, "after": is_now or None}
        note(session, building.customer_id, now_ms, by, "building.contactsChanged", subject, **shown)


def _find(session: Session, building: Building, user_id: str) -> Contact | None:
    if user_id not in building.user_ids:
        raise Problem("not_found", "The building has no such user; add it to its userIds first.")
    return session.contacts.list_of(building.customer_id, [building.id]).get(building.id, {}).get(user_id)


def _checked(contact: Contact) -> Contact:
    if len(contact.fcm_tokens) > MOST_FCM_TOKENS:
        raise invalid("/fcmTokens", f"A user has at most {MOST_FCM_TOKENS} devices; leave out the oldest.")
    for index, token in enumerate(contact.fcm_tokens):
        if not _TOKEN.fullmatch(token):
            raise invalid(f"/fcmTokens/{index}", "A registration token has 1 to 4,096 signs of ASCII and no space.")
    if contact.language is not None and not _LANGUAGE.fullmatch(contact.language):
        raise invalid("/language", "A language is its code in lower case, such as de or fr.")
    email = None if contact.email is None else clean_email(contact.email)
    return msgspec.structs.replace(contact, email=email, fcm_tokens=tuple(dict.fromkeys(contact.fcm_tokens)))


def _veiled(contact: Contact | None) -> dict[str, Any]:
    """What the audit log may show."""
    if contact is None:
        return {}
    email = {} if contact.email is None else {"email": "set"}
    tokens = {"fcm_tokens": len(contact.fcm_tokens)} if contact.fcm_tokens else {}
    return email | tokens | ({} if contact.language is None else {"language": contact.language})
