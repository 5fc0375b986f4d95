"""What the tests of accounts share: a customer with an Admin, and the use cases around one store and clock."""

from collections.abc import Callable

from cryptography.fernet import Fernet

from hearth.connectors.secrets import Argon2Hasher, FernetSealer
from hearth.core.problems import Problem
from hearth.domain.audit import AuditEntry
from hearth.domain.customers import Customer, Member
from hearth.ports import Mail, Store
from hearth.services.auditing import AuditLog
from hearth.services.invitations import Invitations
from hearth.services.members import Members, SignedIn
from hearth.services.membership import Membership
from hearth.services.password_resets import PasswordResets
from hearth.services.profiles import Profiles
from hearth.testing.clocks import CountedIdentities, MovableClock

HASHER = Argon2Hasher()
SEALER = FernetSealer([Fernet.generate_key().decode()])
URL = "https://hearth.example.com"
PASSWORD = "correct horse battery"
NEW_PASSWORD = "a quiet winter morning"
ADDRESS = "192.0.2.1"


class KeptMail:
    """Implements `ports.Mailer` without a server; `fails` says that none takes anything."""

    is_set = True

    def __init__(self) -> None:
        self.sent: list[Mail] = []
        self.fails = False

    def send(self, mail: Mail) -> None:
        if self.fails:
            raise Problem("unavailable", "The mail server did not take the mail.")
        self.sent.append(mail)

    def token(self) -> str:
        """The token of the last mail's link."""
        return self.sent[-1].text.partition("#")[2].split()[0]


class Accounts:
    """Everything around one customer of a store."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.clock = MovableClock()
        self.mail = KeptMail()
        identities = CountedIdentities()
        mailing = (store, HASHER, self.mail, self.clock, identities, URL)
        self.members = Members(store, HASHER, SEALER, self.clock, identities)
        self.invitations = Invitations(*mailing)
        self.resets = PasswordResets(*mailing)
        self.membership = Membership(store, self.clock)
        self.profiles = Profiles(store, HASHER, SEALER, self.clock, identities)
        self.customer = Customer(id="c" * 24, name="Seewinkel", created_at_ms=self.clock.now_ms())
        with store.write() as session:
            session.customers.add(self.customer)
        self.ada = self.add("ada@example.com", "Ada", "Admin")

    def add(self, email: str, name: str, role: str) -> Member:
        return self.members.add_member(self.customer.id, email, name, PASSWORD, role=role)  # type: ignore[arg-type]

    def sign_in(self, email: str = "ada@example.com", password: str = PASSWORD, code: str = "") -> tuple[str, SignedIn]:
        return self.members.sign_in(email, password, ADDRESS, code=code)

    def log(self, search: str = "") -> list[AuditEntry]:
        """The newest entries of the audit log, newest first."""
        return AuditLog(self.store).list_page(self.customer.id, search, None, 100)[0]


def refusal(call: Callable[[], object]) -> Problem:
    """The problem that the call ends in."""
    try:
        call()
    except Problem as problem:
        return problem
    raise AssertionError("nothing was refused")
