"""Rules of a customer: saved one by one or from files, given out as files, listed, switched on and off.

A file's rule is known by its name; a predefined one by any of its names, and keeps the one it has. Changed, it becomes
a new version of the rule of that name; unchanged, it leaves everything as it is. All files of an import are taken, or
none. Invariant: an ACTIVE rule is free of errors. Every change is told to running engines, and noted in the audit log, in
the transaction that makes it.
"""

from collections.abc import Collection, Iterable, Sequence
from typing import Literal, NamedTuple

from msgspec.structs import replace

from hearth.core.clock import Clock, Identities
from hearth.core.identifiers import fits
from hearth.core.instants import zone_named
from hearth.core.problems import Problem
from hearth.domain.audit import Action, Actor
from hearth.domain.catalogue import Catalogue
from hearth.domain.customers import DEFAULT_LANGUAGES, Customer
from hearth.domain.rules import Rule, RuleState
from hearth.engine.schedule import next_ticks
from hearth.ports import Session, Store
from hearth.services.auditing import differences, note
from hearth.services.predefined_rules import PredefinedRule, read_predefined_rules
from hearth.services.rule_checks import Finding, UnfitRule, check_rule
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
    """The use cases; each changes what it changes in one transaction, and takes a database's time."""

    def __init__(self, store: Store, catalogue: Catalogue, clock: Clock, identities: Identities) -> None:
        self._store = store
        self.catalogue = catalogue
        self._clock = clock
        self._identities = identities
        self._predefined: list[PredefinedRule] | None = None

    def import_files(self, customer_id: str, files: Iterable[tuple[str, str]], by: Actor) -> ImportResult:
        """(name, text) of YAML files -> rules of the customer. All or nothing; diagnostics say why nothing.

        Raises Problem "not_found" for an unknown customer, "conflict" when its languages are changed meanwhile.
        """
        return self._import(customer_id, files, by)

    def import_text(self, customer_id: str, text: str, by: Actor, *, is_trial: bool) -> ImportResult:
        """As `import_files`, of a text that came from elsewhere. A trial says what would become of it and saves nothing."""
        return self._import(customer_id, [("", text)], by, is_trusted=False, is_trial=is_trial)

    def export_text(self, customer_id: str) -> str:
        """All rules as one YAML text, in the order of their names. Importing it changes nothing."""
        return write_rules(self.list_of(customer_id))

    def list_predefined(self) -> list[PredefinedRule]:
        """The rules that come with Hearth, by name."""
        if self._predefined is None:
            self._predefined = read_predefined_rules(self.catalogue, DEFAULT_LANGUAGES)
        return self._predefined

    def add_predefined(self, customer_id: str, file: str, by: Actor, language: str = "en") -> Rule:
        """A predefined rule as one of the customer's, named in a language; what the customer made of it before is never
        written over.

        Raises Problem "not_found", "conflict" where the customer has it under one of its names, "invalid" where it does
        not fit.
        """
        predefined = next((each for each in self.list_predefined() if each.file == file), None)
        if predefined is None:
            raise Problem("not_found", f"There is no predefined rule {file}.")
        with self._store.write() as session:
            customer = _customer(session, customer_id)
            for name in predefined.names:
                if session.rules.find_named(customer_id, name) is not None:
                    raise Problem("conflict", f"You have a rule {name!r} already. Open it to switch it on.")
            rule = self._first_version(customer_id, predefined.worded(language), by)
            self._refuse_unfit(rule, customer.languages)
            self._store_version(session, rule, None, by)
            session.changes.add(customer_id, "rules")
        return rule

    def next_ticks(self, cron: str, time_zone_id: str, count: int = 5) -> list[int]:
        """When a readable schedule ticks next in a zone, in milliseconds UTC. Raises Problem "invalid" for an unknown zone."""
        try:
            zone = zone_named(time_zone_id)
        except ValueError as error:
            raise Problem("invalid", f"There is no time zone {time_zone_id}.") from error
        return next_ticks(cron, zone, self._clock.now_ms(), count)

    def check(self, customer_id: str, files: Iterable[tuple[str, str]]) -> list[Diagnostic]:
        """What is wrong with the files, for this customer's languages; nothing is saved."""
        with self._store.read() as session:
            customer = _customer(session, customer_id)
        return read_files(files, self.catalogue, customer.languages)[1]

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
            return get_rule(session, customer_id, rule_id)

    def add(self, customer_id: str, draft: Rule, by: Actor) -> Rule:
        """A new rule. Raises UnfitRule when it is to be ACTIVE and is not fit, Problem "conflict" for a name that is taken."""
        with self._store.write() as session:
            customer = _customer(session, customer_id)
            rule = self._first_version(customer_id, draft, by)
            self._refuse_unfit(rule, customer.languages)
            self._store_version(session, rule, None, by)
            session.changes.add(customer_id, "rules")
        return rule

    def save(
        self,
        customer_id: str,
        rule_id: str,
        draft: Rule,
        based_on: int | None,
        by: Actor,
        versions: Collection[str] | None = None,
    ) -> Rule:
        """A new version of a rule; one that is as the newest already makes none. `based_on`: the version the author saw.

        Raises UnfitRule as `add` does; Problem "not_found", or "conflict" when somebody else has saved meanwhile.
        `versions`: the newest must be one of these, else Problem "precondition_failed"; None = whichever it is.
        """
        with self._store.write() as session:
            customer = _customer(session, customer_id)
            known = get_rule(session, customer_id, rule_id)
            _refuse_outdated(known, versions)
            if based_on is not None and based_on != known.version:
                saved_by = f" by {known.updated_by}" if known.updated_by else ""
                raise Problem(
                    "conflict",
                    f"The rule was saved{saved_by} as version {known.version} meanwhile; yours is based on version {based_on}. "
                    "Read it anew and bring both together.",
                )
            rule = self._next_version(known, draft, by)
            if rule is not known:
                self._refuse_unfit(rule, customer.languages)
                self._store_version(session, rule, known, by)
                session.changes.add(customer_id, "rules")
        return rule

    def restore(self, customer_id: str, rule_id: str, version: int, by: Actor) -> Rule:
        """An earlier version saved again, as the newest. Raises as `save` does."""
        return self.save(customer_id, rule_id, self.get_version(customer_id, rule_id, version), None, by)

    def delete(self, customer_id: str, rule_id: str, by: Actor, versions: Collection[str] | None = None) -> None:
        """Deletes a rule with its versions; the notifications it made remain. Raises Problem "not_found".

        `versions`: as for `save`.
        """
        with self._store.write() as session:
            rule = get_rule(session, customer_id, rule_id)
            _refuse_outdated(rule, versions)
            session.rules.delete(customer_id, rule_id)
            session.changes.add(customer_id, "rules")
            note(session, customer_id, self._clock.now_ms(), by, "rule.deleted", rule.name, before={"version": rule.version})

    def findings(self, customer_id: str, draft: Rule) -> list[Finding]:
        """What is wrong with a draft, or doubtful, for this customer's languages; nothing is saved."""
        with self._store.read() as session:
            customer = _customer(session, customer_id)
        return check_rule(draft, self.catalogue, customer.languages)

    def list_versions(self, customer_id: str, rule_id: str) -> list[Rule]:
        """All versions, the newest first. Raises Problem "not_found"."""
        with self._store.read() as session:
            get_rule(session, customer_id, rule_id)
            return session.rules.list_versions(customer_id, rule_id)[::-1]

    def get_version(self, customer_id: str, rule_id: str, version: int) -> Rule:
        """One version. Raises Problem "not_found"."""
        found = next((each for each in self.list_versions(customer_id, rule_id) if each.version == version), None)
        if found is None:
            raise Problem("not_found", f"The rule has no version {version}.")
        return found

    def set_state(self, customer_id: str, rule_id: str, state: RuleState, by: Actor) -> Rule:
        """Switches a rule on or off, which makes a version. Raises UnfitRule when it is not fit to be ACTIVE."""
        with self._store.write() as session:
            customer = _customer(session, customer_id)
            known = get_rule(session, customer_id, rule_id)
            rule = self._next_version(known, replace(known, state=state), by)
            if rule is not known:
                self._refuse_unfit(rule, customer.languages)
                self._store_version(session, rule, known, by)
                session.changes.add(customer_id, "rules")
        return rule

    def _first_version(self, customer_id: str, draft: Rule, by: Actor) -> Rule:
        now_ms, rule_id = self._clock.now_ms(), self._identities.new_id()
        return replace(
            draft,
            id=rule_id,
            customer_id=customer_id,
            created_at_ms=now_ms,
            version=1,
            updated_at_ms=now_ms,
            updated_by=by.words,
        )

    def _next_version(self, known: Rule, draft: Rule, by: Actor) -> Rule:
        """The draft as the version behind `known`; `known` itself where the draft says the same."""
        same = replace(
            draft,
            id=known.id,
            customer_id=known.customer_id,
            created_at_ms=known.created_at_ms,
            version=known.version,
            updated_at_ms=known.updated_at_ms,
            updated_by=known.updated_by,
        )
        if same == known:
            return known
        return replace(same, version=known.version + 1, updated_at_ms=self._clock.now_ms(), updated_by=by.words)

    def _refuse_unfit(self, rule: Rule, languages: Sequence[str]) -> None:
        if rule.state != "ACTIVE":
            return
        errors = [finding for finding in check_rule(rule, self.catalogue, languages) if finding.severity == "error"]
        if errors:
            raise UnfitRule(rule, errors)

    def _store_version(self, session: Session, rule: Rule, known: Rule | None, by: Actor) -> None:
        """Stores a version, and notes in the audit log what it changed. Running engines are told by the caller, once."""
        session.rules.add_version(rule)
        if known is None:
            shown = {"state": rule.state, "version": rule.version}
            note(session, rule.customer_id, rule.updated_at_ms, by, "rule.added", rule.name, after=shown)
            return
        # Who and when, the entry says itself.
        before, after = differences(known, replace(rule, updated_at_ms=known.updated_at_ms, updated_by=known.updated_by))
        del before["version"]
        action: Action = "rule.stateChanged" if before.keys() == {"state"} else "rule.changed"
        note(session, rule.customer_id, rule.updated_at_ms, by, action, rule.name, before=before, after=after)

    def _import(
        self, customer_id: str, files: Iterable[tuple[str, str]], by: Actor, *, is_trusted: bool = True, is_trial: bool = False
    ) -> ImportResult:
        # Reading a long text takes seconds: no transaction is open meanwhile, for all others would wait for it.
        with self._store.read() as session:
            languages = _customer(session, customer_id).languages
        drafts, diagnostics = read_files(files, self.catalogue, languages, is_trusted=is_trusted)
        if has_errors(diagnostics):
            return ImportResult((), tuple(diagnostics))
        with self._store.read() if is_trial else self._store.write() as session:
            if _customer(session, customer_id).languages != languages:
                raise Problem("conflict", "The languages of your organisation were changed meanwhile. Import the rules again.")
            imported = tuple(self._take(session, customer_id, draft, by, is_trial=is_trial) for draft in drafts)
            if not is_trial and any(each.outcome != "unchanged" for each in imported):
                session.changes.add(customer_id, "rules")
        return ImportResult(imported, tuple(diagnostics))

    def _take(self, session: Session, customer_id: str, draft: Rule, by: Actor, *, is_trial: bool = False) -> Imported:
        known = session.rules.find_named(customer_id, draft.name) or self._find_predefined(session, customer_id, draft.name)
        if known is not None and known.name != draft.name:
            draft = replace(draft, name=known.name, description=known.description)
        rule = self._first_version(customer_id, draft, by) if known is None else self._next_version(known, draft, by)
        if rule is known:
            return Imported(rule, "unchanged")
        if not is_trial:
            self._store_version(session, rule, known, by)
        return Imported(rule, "added" if known is None else "changed")

    def _find_predefined(self, session: Session, customer_id: str, name: str) -> Rule | None:
        """The customer's rule that is the predefined one of an English name, under another of its names."""
        names = next((each.names for each in self.list_predefined() if each.rule.name == name), ())
        found = (session.rules.find_named(customer_id, each) for each in names)
        return next((rule for rule in found if rule is not None), None)


def _customer(session: Session, customer_id: str) -> Customer:
    customer = session.customers.find(customer_id)
    if customer is None:
        raise Problem("not_found", f"There is no customer {customer_id}.")
    return customer


def _refuse_outdated(rule: Rule, versions: Collection[str] | None) -> None:
    if versions is not None and str(rule.version) not in versions:
        raise Problem(
            "precondition_failed",
            f"The rule was saved as version {rule.version} meanwhile. Read it anew, bring both together and send its new ETag.",
        )


def get_rule(session: Session, customer_id: str, rule_id: str) -> Rule:
    """The customer's rule of that id. Raises Problem "not_found"."""
    rule = session.rules.find(customer_id, rule_id) if fits("ruleId", rule_id) else None
    if rule is None:
        raise Problem("not_found", "There is no such rule.")
    return rule


def _file_stem(name: str) -> str:
    """A rule's name in letters, digits and hyphens: `High excess energy` -> `high-excess-energy`."""
    words = "".join(character if character.isalnum() else " " for character in name.casefold()).split()
    return "-".join(words) or "rule"
