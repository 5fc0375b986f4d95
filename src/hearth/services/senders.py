"""The sender of mails as a person writes it: an address, with a name or without."""

from email.headerregistry import Address
from email.utils import parseaddr

from hearth.core.problems import Problem, invalid
from hearth.services.credentials import clean_email

_LONGEST_NAME = 100


def clean_sender(pointer: str, text: str) -> str:
    """The sender in one form, "" for none. Raises Problem "invalid" at the pointer."""
    text = text.strip()
    if not text:
        return ""
    name, address = parseaddr(text)
    try:
        address = clean_email(address)
    except Problem as problem:
        raise invalid(
            pointer, "A sender is an address with a name or without, such as Energy advice <advice@example.com>."
        ) from problem
    if len(name) > _LONGEST_NAME or not name.isprintable():
        raise invalid(pointer, f"The sender's name has at most {_LONGEST_NAME} characters, on one line.")
    return str(Address(name, addr_spec=address))  # quoted where it must be, and never encoded: people read it
