"""`hearth endpoint`: the secret is shown once, and never again."""

import json

import pytest
from typer.testing import CliRunner

from hearth.bootstrap import open_installation, read_settings
from hearth.cli.endpoint import app
from hearth.core.problems import Problem
from hearth.domain.customers import Endpoint

URL = "https://hooks.example.com/hearth"


@pytest.fixture
def customer(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HEARTH_DATA_DIR", str(tmp_path / "data"))
    with open_installation(read_settings()) as installation:
        return installation.customers.create("Sunny Homes").id


def run(*arguments: str) -> str:
    result = CliRunner().invoke(app, arguments, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def test_set_shows_the_secret_once(customer):
    answer = json.loads(run("set", "--customer", customer, "--url", URL, "--json"))
    assert (answer["customerId"], answer["url"]) == (customer, URL)
    assert answer["signingSecret"].startswith("whsec_")

    shown = run("show", "--customer", customer, "--json")
    assert json.loads(shown) == {"customerId": customer, "url": URL, "enabled": True, "disabledReason": None}
    assert answer["signingSecret"] not in shown

    again = run("set", "--customer", customer, "--url", URL)
    assert URL in again
    assert "whsec_" in again
    assert answer["signingSecret"] not in again


def test_a_disabled_endpoint_is_shown_and_enabled(customer):
    run("set", "--customer", customer, "--url", URL)
    with open_installation(read_settings()) as installation, installation.store.write() as session:
        endpoint = session.endpoints.find(customer)
        session.endpoints.replace(
            Endpoint(
                customer_id=customer,
                url=endpoint.url,
                signing_secret_sealed=endpoint.signing_secret_sealed,
                disabled_reason="it answered 410 Gone",
            )
        )
    assert "disabled: it answered 410 Gone" in run("show", "--customer", customer)
    assert "(enabled)" in run("enable", "--customer", customer)
    assert json.loads(run("show", "--customer", customer, "--json"))["enabled"] is True


def test_a_customer_without_one(customer):
    assert "has no endpoint" in run("show", "--customer", customer)
    assert json.loads(run("show", "--customer", customer, "--json"))["url"] is None
    with pytest.raises(Problem, match="has no endpoint"):
        run("enable", "--customer", customer)


def test_a_url_with_a_password_is_refused(customer):
    with pytest.raises(Problem, match="does not belong into"):
        run("set", "--customer", customer, "--url", "https://user:secret@hooks.example.com/")
