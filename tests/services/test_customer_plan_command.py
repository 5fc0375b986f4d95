"""`hearth customer plan`: shown, set, noted in the audit log, refused where there is no such plan."""

import json

import pytest
from typer.testing import CliRunner

from hearth.bootstrap import open_installation, read_settings
from hearth.cli.customer import app
from hearth.core.problems import Problem


@pytest.fixture
def customer(tmp_path, monkeypatch):
    monkeypatch.setenv("HEARTH_DATA_DIR", str(tmp_path / "data"))
    with open_installation(read_settings()) as installation:
        return installation.customers.create("Sunny Homes").id


def run(*arguments):
    result = CliRunner().invoke(app, ["plan", *arguments], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout


def test_a_plan_is_shown_and_set_and_noted_once(customer):
    assert json.loads(run(customer, "--json")) == {"customerId": customer, "plan": "PREMIUM"}
    for _ in range(2):
        assert "BASIC" in run(customer, "basic")
    assert json.loads(run(customer, "--json"))["plan"] == "BASIC"
    with open_installation(read_settings()) as installation, installation.store.read() as session:
        noted = [each for each in session.audit.list_page(customer, (), None, 10) if each.action == "customer.planChanged"]
    assert [(each.before, each.after) for each in noted] == [({"plan": "PREMIUM"}, {"plan": "BASIC"})]


def test_an_unknown_plan_is_refused(customer):
    with pytest.raises(Problem, match="take BASIC or PREMIUM"):
        CliRunner().invoke(app, ["plan", customer, "GOLD"], catch_exceptions=False)
