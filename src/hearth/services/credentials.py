"""What a person comes in with: the rules of an address and a password, tokens, and the brake on guessing.

Who may do what with them is the use cases'. Invariants: of a token only its hash is kept, and a try counts before it is
judged, so that many at once gain nothing.
"""

import ipaddress
from email.errors import MessageError
from email.headerregistry import Address
from hashlib import sha256

from hearth.core.instants import HOUR_MS, MINUTE_MS, SECOND_MS
from hearth.core.problems import Problem, invalid
from hearth.services.failures import FailureCounter

PASSWORD_LENGTH_MIN = 10
PASSWORD_LENGTH_MAX = 200
EMAIL_LENGTH_MAX = 254
NAME_LENGTH_MAX = 200
# A list can say for a while that an invitation has expired.
EXPIRED_LINK_KEPT_MS = 7 * 24 * HOUR_MS

_TRIES_WITHIN_MS = 5 * MINUTE_MS
_TRIES_PER_EMAIL = 10
_TRIES_PER_NETWORK = 30  # an office shares one
# Right ones too: comparing a password takes its time, whoever knows it.
_ALL_TRIES_PER_NETWORK = 100


def clean_email(email: str) -> str:
    """The address as it is stored, in lower case. Raises Problem "invalid" for what is none."""
    email = email.strip().lower()
    wrong = invalid("/email", "This is no e-mail address; it looks like name@example.com.")
    try:
        parsed = Address(addr_spec=email)
    except (ValueError, MessageError, IndexError) as error:  # the last for an address that ends too soon
        raise wrong from error
    is_whole = bool(parsed.username and parsed.domain) and parsed.addr_spec == email
    if not is_whole or email.endswith(".") or not email.isprintable() or len(email) > EMAIL_LENGTH_MAX:
        raise wrong
    return email


def clean_name(name: str) -> str:
    """A person's name without what would break a line. Raises Problem "invalid" for an empty or overlong one."""
    name = " ".join(name.split())
    if not name or len(name) > NAME_LENGTH_MAX:
        raise invalid("/name", f"Give the name that is shown in the console, of 1 to {NAME_LENGTH_MAX} characters.")
    return name


def check_password(password: str, email: str) -> None:
    """Raises Problem "invalid" for a password that is too short, too long or easy to guess."""
    if len(password) < PASSWORD_LENGTH_MIN:
        raise invalid("/password", f"The password is too short; take at least {PASSWORD_LENGTH_MIN} characters.")
    if len(password) > PASSWORD_LENGTH_MAX:
        raise invalid("/password", f"The password is too long; take at most {PASSWORD_LENGTH_MAX} characters.")
    if password.lower() in (email, email.partition("@")[0]) or len(set(password)) < 4:
        raise invalid("/password", "The password is easy to guess; take one that is neither the address nor a repetition.")


def hash_of(token: str) -> str:
    """What is stored of a token. It has 256 random bits, so a fast hash is enough."""
    return sha256(token.encode()).hexdigest()


class Brake:
    """Slows down tries for one e-mail address, from wherever, and from one network, for whomever."""

    def __init__(self, per_email: int = _TRIES_PER_EMAIL, per_network: int = _TRIES_PER_NETWORK) -> None:
        self._by_email = FailureCounter(per_email, _TRIES_WITHIN_MS)
        self._by_network = FailureCounter(per_network, _TRIES_WITHIN_MS)
        self._all_by_network = FailureCounter(_ALL_TRIES_PER_NETWORK, _TRIES_WITHIN_MS)

    def count(self, email: str | None, address: str, now_ms: int) -> None:
        """One more try, for the e-mail address where it names one. Raises Problem "too_many_requests" after too many.

        What a network that must wait asks for counts for no address: it could lock anybody out.
        """
        network = _network_of(address)
        wait_ms = self._all_by_network.count(network, now_ms) or self._by_network.count(network, now_ms)
        if not wait_ms and email is not None:
            wait_ms = self._by_email.count(email, now_ms)
        if wait_ms:
            seconds = -(-wait_ms // SECOND_MS)
            raise Problem("too_many_requests", f"Too many tries. Wait {seconds} s.", retry_after_seconds=seconds)

    def forgive(self, email: str, address: str, now_ms: int) -> None:
        """The try counted at that instant was right: nobody who knows the password is guessing. All tries of a network stay."""
        self._by_network.forgive(_network_of(address), now_ms)
        self._by_email.forgive(email, now_ms)


def _network_of(address: str) -> str:
    """One household or office: an IPv4 address, or the /64 of an IPv6 one."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    return str(ipaddress.ip_network((parsed, 64), strict=False)) if parsed.version == 6 else address
