"""The compiled rules of each customer, made once per version and shared by all its buildings."""

import structlog

from hearth.domain.catalogue import Catalogue
from hearth.domain.rules import Rule
from hearth.engine.compiled import CompiledRule, compile_rule
from hearth.ports import Session

log = structlog.get_logger()


class RuleSets:
    """Active rules by customer; `forget` makes the next look read them again."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._by_customer: dict[str, tuple[CompiledRule, ...]] = {}
        self._compiled: dict[tuple[str, int], CompiledRule] = {}

    def forget(self, customer_id: str) -> None:
        """The rules of the customer changed."""
        self._by_customer.pop(customer_id, None)

    def active(self, session: Session, customer_id: str) -> tuple[CompiledRule, ...]:
        """The customer's active rules, by name."""
        known = self._by_customer.get(customer_id)
        if known is None:
            rules = [rule for rule in session.rules.list_of(customer_id) if rule.state == "ACTIVE"]
            known = tuple(compiled for rule in rules if (compiled := self._compile(rule)) is not None)
            self._by_customer[customer_id] = known
        return known

    def _compile(self, rule: Rule) -> CompiledRule | None:
        """None for a rule that does not compile: it was checked when saved, so it is logged as our bug."""
        key = (rule.id, rule.version)
        compiled = self._compiled.get(key)
        if compiled is None:
            try:
                compiled = self._compiled[key] = compile_rule(rule, self._catalogue)
            except Exception as error:  # one rule's failure must not stop the others
                log.exception("rule does not compile", customer_id=rule.customer_id, rule_id=rule.id, error=str(error))
                return None
        return compiled
