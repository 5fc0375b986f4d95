"""`hearth customer limits`: what holds for all households of a customer, set and shown."""

import json

import pytest
from typer.testing import CliRunner

from hearth.bootstrap import open_installation, read_settings
from hearth.cli.customer import app
from hearth.core.problems import Problem
from hearth.domain.limits import HouseholdLimits, QuietHours


@pytest.fixture
def customer(tmp_path, monkeypatch):
    monkeypatch.setenv("HEARTH_DATA_DIR", str(tmp_path / "data"))
    with open_installation(read_settings()) as installation:
        return installation.customers.create("Sunny Homes").id


def run(*arguments):
    result = CliRunner().invoke(app, ["limits", *arguments], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout


def stored(customer):
    with open_installation(read_settings()) as installation:
        with installation.store.read() as session:
            changes = [(change.customer_id, change.kind) for change in session.changes.list_since_for_operator(0)]
        return installation.customers.get(customer).limits, changes


def test_a_new_customer_has_none(customer):
    assert json.loads(run(customer, "--json")) == {"customerId": customer, "quietHours": None, "maxNotificationsPerDay": None}
    assert stored(customer) == (HouseholdLimits(), [])
    shown = run(customer)
    assert "none" in shown
    assert "no limit" in shown


def test_what_is_given_is_set_and_the_rest_stays(customer):
    run(customer, "--quiet-hours", "22:00-07:00")
    answer = json.loads(run(customer, "--max-per-day", "3", "--json"))
    assert answer["quietHours"] == {"start": "22:00", "end": "07:00"}
    assert answer["maxNotificationsPerDay"] == 3
    limits = HouseholdLimits(quiet_hours=QuietHours(start="22:00", end="07:00"), most_per_day=3)
    assert stored(customer) == (limits, [(customer, "customer")] * 2)
    shown = run(customer, "--max-per-day", "3")
    assert "22:00-07:00" in shown
    assert len(stored(customer)[1]) == 2, "what is as it was is no change"
    run(customer, "--quiet-hours", "none", "--max-per-day", "none")
    assert stored(customer)[0] == HouseholdLimits()


@pytest.mark.parametrize(
    ("option", "value", "words"),
    [
        ("--quiet-hours", "22:00", "22:00-07:00"),
        ("--quiet-hours", "22:00-7:00", "HH:mm"),
        ("--quiet-hours", "22-7", "HH:mm"),
        ("--max-per-day", "few", "0 to 1,000"),
        ("--max-per-day", "-1", "0 to 1,000"),
        ("--max-per-day", "1001", "0 to 1,000"),
    ],
)
def test_what_is_wrong_is_refused_with_the_remedy(customer, option, value, words):
    with pytest.raises(Problem, match=words) as refused:
        run(customer, f"{option}={value}")
    assert refused.value.code == "invalid"
    assert stored(customer) == (HouseholdLimits(), [])


def test_an_unknown_customer_is_refused(customer):
    with pytest.raises(Problem) as refused:
        run("f" * 24, "--max-per-day", "3")
    assert refused.value.code == "not_found"
