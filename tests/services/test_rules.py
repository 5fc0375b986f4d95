"""Rules of a customer: in from files all or nothing, versions by name, out again, on and off."""

from pathlib import Path
from threading import Thread

import pytest

import hearth
from hearth.core.problems import Problem
from hearth.domain.audit import Actor
from hearth.domain.catalogue import read_catalogue
from hearth.services import rules as rules_module
from hearth.services.customers import Customers
from hearth.services.predefined_rules import predefined_rule_texts
from hearth.services.rules import Rules
from hearth.testing.clocks import CountedIdentities, MovableClock

CATALOGUE = read_catalogue((Path(hearth.__file__).parent / "domain/catalogue.toml").read_text())

GOOD = """\
name: Surplus
state: ACTIVE
tags: [solar]
datasets:
  Grid: {kind: TIME_SERIES, eventTypes: [GRID_POWER_CONSUMPTION], sources: [GATEWAY], timespan: 30min}
condition: AVG($Grid) < -1500
notification:
  texts:
    en: {title: Sun, message: '"Now"'}
"""
OTHER = GOOD.replace("Surplus", "Other")
DRAFT = "name: Half done\ndatasets:\n  P: {kind: SINGLE_VALUE, eventTypes: [POWER_CONSUMPTION]}\ncondition: $P > 1\n"

ADA, ME, YOU = (Actor(kind="member", id=name[0] * 24, name=name) for name in ("ada", "me", "you"))


class World:
    """A store with one customer who needs English texts."""

    def __init__(self, store):
        self.store = store
        self.clock = MovableClock()
        identities = CountedIdentities()
        self.rules = Rules(self.store, CATALOGUE, self.clock, identities)
        self.customers = Customers(self.store, self.clock, identities)
        self.customer, self.neighbour = (self.customers.create(name, languages=("en",)).id for name in ("A", "B"))

    def take(self, *texts):
        return self.rules.import_files(self.customer, [(f"{n}.yaml", text) for n, text in enumerate(texts)], ME)

    def changes(self):
        with self.store.read() as session:
            return [(change.customer_id, change.kind) for change in session.changes.list_since_for_operator(0)]


@pytest.fixture
def world(store):
    return World(store)


def test_a_new_rule_is_added_with_identity_and_author(world):
    result = world.take(GOOD)
    (imported,) = result.rules
    assert (imported.outcome, result.is_refused) == ("added", False)
    rule = world.rules.get(world.customer, imported.rule.id)
    assert rule == imported.rule
    assert (rule.version, rule.updated_by, rule.created_at_ms, rule.state) == (1, "me", world.clock.now_ms(), "ACTIVE")
    assert world.changes() == [(world.customer, "rules")]


def test_the_same_file_again_changes_nothing(world):
    world.take(GOOD, OTHER)
    before = world.rules.list_of(world.customer)
    world.clock.advance(seconds=60)
    assert [each.outcome for each in world.take(GOOD, OTHER).rules] == ["unchanged", "unchanged"]
    assert world.rules.list_of(world.customer) == before
    assert world.changes() == [(world.customer, "rules")]


def test_a_changed_rule_is_a_new_version_of_the_one_of_that_name(world):
    first = world.take(GOOD, OTHER).rules[0].rule
    world.clock.advance(seconds=60)
    result = world.take(GOOD.replace("-1500", "-2000"), OTHER)
    assert [each.outcome for each in result.rules] == ["changed", "unchanged"]
    changed = result.rules[0].rule
    assert (changed.id, changed.version, changed.created_at_ms) == (first.id, 2, first.created_at_ms)
    assert (changed.updated_at_ms, changed.condition) == (world.clock.now_ms(), "AVG($Grid) < -2000")
    with world.store.read() as session:
        assert session.rules.list_versions(world.customer, first.id) == [first, changed]


def test_one_error_takes_nothing_of_all_files(world):
    result = world.take(GOOD, OTHER.replace("AVG($Grid)", "AVG($Gird)"))
    assert (result.is_refused, result.rules) == (True, ())
    assert [(each.file, each.line) for each in result.diagnostics] == [("1.yaml", 6)]
    assert world.rules.list_of(world.customer) == []
    assert world.changes() == []


def test_a_warning_does_not_keep_a_draft_out(world):
    result = world.take(DRAFT)
    assert [each.outcome for each in result.rules] == ["added"]
    assert {each.severity for each in result.diagnostics} == {"warning"}


def test_check_uses_the_customers_languages_and_saves_nothing(world):
    assert world.rules.check(world.customer, [("f", GOOD)]) == []
    only_german = GOOD.replace("en: {", "de: {")
    assert [each.code for each in world.rules.check(world.customer, [("f", only_german)])] == ["missing-language"]
    assert world.rules.list_of(world.customer) == []


def test_an_export_imported_again_changes_nothing(world):
    world.take(GOOD, OTHER.replace("Other", "'High: excess / energy?'"), DRAFT)
    exported = world.rules.export(world.customer)
    assert list(exported) == ["half-done.yaml", "high-excess-energy.yaml", "surplus.yaml"]
    result = world.take(*exported.values())
    assert [each.outcome for each in result.rules] == ["unchanged"] * 3
    assert world.rules.export(world.customer) == exported


def test_names_that_give_the_same_file_name_are_told_apart(world):
    world.take(GOOD.replace("Surplus", "Sun!"), GOOD.replace("Surplus", "Sun?"))
    assert len(world.rules.export(world.customer)) == 2


def test_switching_a_rule_makes_a_version_and_tells_the_engine(world):
    rule = world.take(GOOD).rules[0].rule
    off = world.rules.set_state(world.customer, rule.id, "INACTIVE", YOU)
    assert (off.state, off.version, off.updated_by) == ("INACTIVE", 2, "you")
    assert world.rules.set_state(world.customer, rule.id, "INACTIVE", YOU) == off
    assert world.rules.set_state(world.customer, rule.id, "ACTIVE", YOU).version == 3
    assert world.changes() == [(world.customer, "rules")] * 3


def test_an_incomplete_rule_cannot_be_switched_on(world):
    rule = world.take(DRAFT).rules[0].rule
    with pytest.raises(Problem) as raised:
        world.rules.set_state(world.customer, rule.id, "ACTIVE", YOU)
    assert raised.value.code == "invalid"
    assert [error.pointer for error in raised.value.errors] == ["/notification"]
    assert world.rules.get(world.customer, rule.id).state == "DRAFT"


def test_a_neighbour_sees_and_changes_nothing(world):
    rule = world.take(GOOD).rules[0].rule
    assert world.rules.list_of(world.neighbour) == []
    for refused in (
        lambda: world.rules.get(world.neighbour, rule.id),
        lambda: world.rules.set_state(world.neighbour, rule.id, "INACTIVE", YOU),
        lambda: world.rules.list_of("f" * 24),
        lambda: world.rules.import_files("f" * 24, [("f", GOOD)], ME),
    ):
        with pytest.raises(Problem) as raised:
            refused()
        assert raised.value.code == "not_found"


def test_a_predefined_rule_is_added_once_and_never_written_over(world):
    added = world.rules.add_predefined(world.customer, "battery-full-surplus-available", ADA)
    assert (added.name, added.state, added.updated_by) == ("Battery full, surplus available", "ACTIVE", "ada")
    with pytest.raises(Problem) as refused:
        world.rules.add_predefined(world.customer, "battery-full-surplus-available", ADA)
    assert refused.value.code == "conflict"
    assert [rule.version for rule in world.rules.list_of(world.customer)] == [1]
    assert world.rules.list_of(world.neighbour) == []


def test_a_predefined_rule_is_named_in_the_language_asked_for_and_found_under_any_of_its_names(world):
    added = world.rules.add_predefined(world.customer, "battery-full-surplus-available", ADA, "de")
    assert added.name == "Batterie voll, Überschuss vorhanden"
    assert added.description.startswith("Die Hausbatterie ist voll")
    with pytest.raises(Problem) as refused:
        world.rules.add_predefined(world.customer, "battery-full-surplus-available", ADA, "fr")
    assert (refused.value.code, "Batterie voll" in refused.value.detail) == ("conflict", True)


def test_an_import_of_the_predefined_rules_finds_the_one_that_was_added_in_another_language(world):
    added = world.rules.add_predefined(world.customer, "battery-full-surplus-available", ADA, "de")
    world.rules.set_state(world.customer, added.id, "INACTIVE", ADA)
    texts = predefined_rule_texts()
    outcomes = [each.outcome for each in world.rules.import_files(world.customer, texts, ME).rules]
    assert sorted(outcomes) == ["added"] * (len(texts) - 1) + ["changed"]
    assert len(world.rules.list_of(world.customer)) == len(texts)
    found = world.rules.get(world.customer, added.id)
    assert (found.version, found.state) == (3, "ACTIVE")
    assert (found.name, found.description) == (added.name, added.description)
    assert {each.outcome for each in world.rules.import_files(world.customer, texts, ME).rules} == {"unchanged"}


def test_a_predefined_rule_that_is_none_is_refused(world):
    with pytest.raises(Problem) as refused:
        world.rules.add_predefined(world.customer, "../secrets", ADA)
    assert refused.value.code == "not_found"


def test_next_ticks_are_those_of_the_zone(world):
    zurich = world.rules.next_ticks("0 7 * * *", "Europe/Zurich")
    assert len(zurich) == 5
    assert zurich == sorted(zurich)
    assert zurich != world.rules.next_ticks("0 7 * * *", "America/New_York")
    with pytest.raises(Problem):
        world.rules.next_ticks("0 7 * * *", "Europe/Nowhere")


@pytest.fixture
def while_read(monkeypatch):
    """Makes something happen while the text of an import is read."""

    def happens(what):
        def read(*arguments, **named):
            what()
            return read_files(*arguments, **named)

        read_files = rules_module.read_files
        monkeypatch.setattr(rules_module, "read_files", read)

    return happens


def test_nobody_waits_while_a_text_is_read(world, while_read):
    def write_elsewhere():
        other = Thread(target=lambda: world.customers.create("C"))
        other.start()
        other.join(timeout=20)
        assert not other.is_alive()

    while_read(write_elsewhere)
    assert world.take(GOOD).rules[0].outcome == "added"
    assert world.rules.import_text(world.customer, OTHER, ME, is_trial=False).rules[0].outcome == "added"


def test_nothing_is_taken_where_the_languages_change_while_a_text_is_read(world, while_read):
    while_read(lambda: world.customers.change(world.customer, "A", ("en", "de"), "Europe/Zurich", ME))
    with pytest.raises(Problem) as refused:
        world.take(GOOD)
    assert refused.value.code == "conflict"
    assert world.rules.list_of(world.customer) == []
