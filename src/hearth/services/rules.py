"""Rules of a customer: taken in from files, given out as files, listed, switched on and off.

A file's rule is known by its name: changed, it becomes a new version of the rule of that name; unchanged, it
leaves everything as it is. All files of an import are taken, or none. Invariant: an ACTIVE rule is free of errors.
Every change is told to running engines, and noted in the audit log, in the transaction that makes it.
"""

from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple

from msgspec.structs import replace

from hearth.core.clock import Clock, Identities
from hearth.core.problems import FieldProblem, Problem
from hearth.domain.audit import COMMAND_LINE, Actor
from hearth.domain.catalogue import Catalogue
from hearth.domain.customers import Customer
from hearth.domain.rules import Rule, RuleState
from hearth.ports import Session, Store
from hearth.services.auditing import differences, note
from hearth.services.rule_checks import check_rule
from hearth.services.rule_files import Diagnostic, has_errors, read_files, write_rules


class Imported(NamedTuple):
    """What became of one rule of an import."""

    rule: Rule
    outcome: Literal["added", "changed", "unchanged"]


class ImportResult(NamedTuple):
    """`rules` is empty when a diagnostic is an error: then nothing was taken."""

    rules: tuple[Imported, ...]
    diagnostics: tuple[Diagnostic, ...]

    @property
    def is_refused(self) -> bool:
        """Whether nothing was taken because of an error."""
        return has_errors(self.diagnostics)


class Rules:
    """The use cases; each is one transaction and takes a database's time."""

    def __init__(self, store: Store, catalogue: Catalogue, clock: Clock, identities: Identities) -> None:
        self._store = store
        self._catalogue = catalogue
        self._clock = clock
        self._identities = identities

    def import_files(
        self, customer_id: str, files: Iterable[tuple[str, str]], author: str | None, by: Actor = COMMAND_LINE
    ) -> ImportResult:
        """(name, text) of YAML files -> rules of the customer. All or nothing; diagnostics say why nothing.

        `author` stands in the versions, `by` in the audit log.

        Raises Problem "not_found" for an unknown customer.
        """
        with self._store.write() as session:
            customer = _customer(session, customer_id)
            drafts, diagnostics = read_files(files, self._catalogue, customer.languages)
            if has_errors(diagnostics):
                return ImportResult((), tuple(diagnostics))
            imported = tuple(self._take(session, customer_id, draft, author, by) for draft in drafts)
            if any(each.outcome != "unchanged" for each in imported):
                session.changes.add(customer_id, "rules")
        return ImportResult(imported, tuple(diagnostics))

    def check(self, customer_id: str, files: Iterable[tuple[str, str]]) -> list[Diagnostic]:
        """What is wrong with the files, for this customer's languages; nothing is saved."""
        with self._store.read() as session:
            customer = _customer(session, customer_id)
        return read_files(files, self._catalogue, customer.languages)[1]

    def export(self, customer_id: str) -> dict[str, str]:
        """One YAML text per rule, by file name (from the rule's name), in the order of the rules' names."""
        texts: dict[str, str] = {}
        for rule in self.list_of(customer_id):
            name = f"{_file_stem(rule.name)}.yaml"
            texts[name if name not in texts else f"{_file_stem(rule.name)}-{rule.id}.yaml"] = write_rules([rule])
        return texts

    def list_of(self, customer_id: str) -> list[Rule]:
        """The newest version of each rule, by name."""
        with self._store.read() as session:
            _customer(session, customer_id)
            return session.rules.list_of(customer_id)

    def get(self, customer_id: str, rule_id: str) -> Rule:
        """The newest version. Raises Problem "not_found"."""
        with self._store.read() as session:
            return _rule(session, customer_id, rule_id)

    def set_state(self, customer_id: str, rule_id: str, state: RuleState, author: str | None, by: Actor = COMMAND_LINE) -> Rule:
        """Switches a rule on or off, which makes a version. Raises Problem "invalid" when it is not fit to be ACTIVE."""
        with self._store.write() as session:
            customer = _customer(session, customer_id)
            rule = _rule(session, customer_id, rule_id)
            if rule.state == state:
                return rule
            changed = replace(rule, state=state, version=rule.version + 1, updated_at_ms=self._clock.now_ms(), updated_by=author)
            if state == "ACTIVE":
                self._refuse_unfit(changed, customer.languages)
            session.rules.add_version(changed)
            session.changes.add(customer_id, "rules")
            before, after = {"state": rule.state}, {"state": state, "version": changed.version}
            note(session, customer_id, self._clock.now_ms(), by, "rule.stateChanged", rule.name, before=before, after=after)
        return changed

    def _refuse_unfit(self, rule: Rule, languages: Sequence[str]) -> None:
        errors = [finding for finding in check_rule(rule, self._catalogue, languages) if finding.severity == "error"]
        if errors:
            raise Problem(
                "invalid",
                f"The rule {rule.name!r} cannot be switched on: {errors[0].message}",
                tuple(FieldProblem("".join(f"/{part}" for part in error.path), error.message) for error in errors),
            )

    def _take(self, session: Session, customer_id: str, draft: Rule, author: str | None, by: Actor) -> Imported:
        now_ms = self._clock.now_ms()
        known = session.rules.find_named(customer_id, draft.name)
        if known is None:
            rule = replace(
                draft,
                id=self._identities.new_id(),
                customer_id=customer_id,
                created_at_ms=now_ms,
                version=1,
                updated_at_ms=now_ms,
                updated_by=author,
            )
            session.rules.add_version(rule)
            shown = {"state": rule.state, "version": rule.version}
            note(session, customer_id, now_ms, by, "rule.added", rule.name, after=shown)
            return Imported(rule, "added")
        same = replace(
            draft,
            id=known.id,
            customer_id=customer_id,
            created_at_ms=known.created_at_ms,
            version=known.version,
            updated_at_ms=known.updated_at_ms,
            updated_by=known.updated_by,
        )
        if same == known:
            return Imported(known, "unchanged")
        rule = replace(same, version=known.version + 1, updated_at_ms=now_ms, updated_by=author)
        session.rules.add_version(rule)
        before, after = differences(known, rule)
        note(session, customer_id, now_ms, by, "rule.changed", rule.name, before=before, after=after)
        return Imported(rule, "changed")


def _customer(session: Session, customer_id: str) -> Customer:
    customer = session.customers.find(customer_id)
    if customer is None:
        raise Problem("not_found", f"There is no customer {customer_id}.")
    return customer


def _rule(session: Session, customer_id: str, rule_id: str) -> Rule:
    rule = session.rules.find(customer_id, rule_id)
    if rule is None:
        raise Problem("not_found", "There is no such rule.")
    return rule


def _file_stem(name: str) -> str:
    """A rule's name in letters, digits and hyphens: `High excess energy` -> `high-excess-energy`."""
    words = "".join(character if character.isalnum() else " " for character in name.casefold()).split()
    return "-".join(words) or "rule"
