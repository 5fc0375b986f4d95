"""Rules: the newest version of each, by name, and every version there was."""

from collections.abc import Iterable

import msgspec
from sqlalchemy import delete, select, update

from hearth.core.problems import Problem
from hearth.domain.rules import Rule
from hearth.ports import RuleFaults
from hearth.store.connections import add_unless_taken, insert
from hearth.store.tables import rule_faults, rule_states, rule_versions, rules
from hearth.store.transactions import Transaction


class SqlRuleRepository:
    """Implements `ports.RuleRepository`."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction
        self._connection = transaction.connection

    def add_version(self, rule: Rule) -> None:
        """Stores the rule as its newest version. Raises Problem("conflict") for a name or version that is taken."""
        document = msgspec.json.encode(rule)
        same_name = (rules.c.customer_id == rule.customer_id) & (rules.c.name == rule.name) & (rules.c.id != rule.id)
        if self._connection.scalar(select(rules.c.id).where(same_name)) is not None:
            raise Problem("conflict", f"There is a rule named {rule.name!r} already.")
        of = (rules.c.id == rule.id) & (rules.c.customer_id == rule.customer_id)
        changed = self._connection.execute(update(rules).where(of).values(name=rule.name, document=document))
        if changed.rowcount == 0:
            row = {"id": rule.id, "customer_id": rule.customer_id, "name": rule.name, "document": document}
            if not add_unless_taken(self._connection, rules, row):
                raise Problem("conflict", f"There is a rule named {rule.name!r} already.")
        version = {"rule_id": rule.id, "version": rule.version, "customer_id": rule.customer_id, "document": document}
        if not add_unless_taken(self._connection, rule_versions, version):
            raise Problem("conflict", f"Version {rule.version} of the rule {rule.name!r} is stored already; read it anew.")

    def find(self, customer_id: str, rule_id: str) -> Rule | None:
        """The newest version of that rule."""
        query = select(rules.c.document).where(rules.c.id == rule_id, rules.c.customer_id == customer_id)
        found = self._connection.scalar(self._transaction.for_change(query))
        return None if found is None else msgspec.json.decode(found, type=Rule)

    def find_named(self, customer_id: str, name: str) -> Rule | None:
        """The newest version of the rule of that name."""
        query = select(rules.c.document).where(rules.c.customer_id == customer_id, rules.c.name == name)
        found = self._connection.scalar(self._transaction.for_change(query))
        return None if found is None else msgspec.json.decode(found, type=Rule)

    def list_of(self, customer_id: str) -> list[Rule]:
        """Newest version of each, by name."""
        query = select(rules.c.document).where(rules.c.customer_id == customer_id).order_by(rules.c.name)
        return [msgspec.json.decode(document, type=Rule) for document in self._connection.scalars(query)]

    def list_versions(self, customer_id: str, rule_id: str) -> list[Rule]:
        """All versions, oldest first."""
        of = (rule_versions.c.rule_id == rule_id) & (rule_versions.c.customer_id == customer_id)
        query = select(rule_versions.c.document).where(of).order_by(rule_versions.c.version)
        return [msgspec.json.decode(document, type=Rule) for document in self._connection.scalars(query)]

    def note_faults(self, customer_id: str, faults: Iterable[RuleFaults]) -> None:
        """Adds to what is known of these versions; those of a rule that is deleted meanwhile are passed over."""
        for each in faults:
            is_there = (rules.c.id == each.rule_id) & (rules.c.customer_id == customer_id)
            if self._connection.scalar(select(rules.c.id).where(is_there)) is None:
                continue
            add = insert(self._connection, rule_faults)
            known = rule_faults.c
            newer = {"last_at_ms": add.excluded.last_at_ms, "building_id": add.excluded.building_id, "error": add.excluded.error}
            add = add.on_conflict_do_update(
                index_elements=["rule_id", "version"], set_={"faults": known.faults + add.excluded.faults, **newer}
            )
            self._connection.execute(add, {"customer_id": customer_id, **each._asdict()})

    def list_faults(self, customer_id: str) -> list[RuleFaults]:
        """How often versions of the customer's rules failed, by rule and version."""
        known = rule_faults.c
        query = select(*(known[name] for name in RuleFaults._fields)).where(known.customer_id == customer_id)
        return [RuleFaults(*row) for row in self._connection.execute(query.order_by(known.rule_id, known.version))]

    def delete(self, customer_id: str, rule_id: str) -> None:
        """Deletes the rule, its versions, faults and states; what it said remains."""
        parts = ((rule_faults, "rule_id"), (rule_states, "rule_id"), (rule_versions, "rule_id"), (rules, "id"))
        for table, key in parts:
            self._connection.execute(delete(table).where(table.c[key] == rule_id, table.c.customer_id == customer_id))
