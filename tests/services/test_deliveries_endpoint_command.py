"""`hearth endpoint`: secrets are read from a prompt or standard input, the signing secret is shown once, and none again."""

import json
import re
import shlex
from pathlib import Path

import pytest
from msgspec.structs import replace
from tests.receivers import Receiver
from typer.testing import CliRunner

from hearth.bootstrap import open_installation, read_settings
from hearth.cli.endpoint import app
from hearth.core.problems import Problem

PAGE = Path(__file__).parents[2] / "docs/integrate/webhooks.md"
URL = "https://hooks.example.com/hearth"
PASSWORD = "p4ss-of-theirs"


@pytest.fixture
def customer(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HEARTH_DATA_DIR", str(tmp_path / "data"))
    with open_installation(read_settings()) as installation:
        return installation.customers.create("Sunny Homes").id


def run(*arguments: str, given: str | None = None, exit_code: int = 0) -> str:
    result = CliRunner().invoke(app, arguments, input=given, catch_exceptions=False)
    assert result.exit_code == exit_code, result.output
    assert PASSWORD not in result.output
    return result.stdout


def shown(customer: str):
    return json.loads(run("show", "--customer", customer, "--json"))


def test_the_first_set_shows_the_signing_secret_once(customer):
    answer = json.loads(run("set", "--customer", customer, "--url", URL, "--json"))
    assert (answer["customerId"], answer["url"]) == (customer, URL)
    assert answer["signingSecret"].startswith("whsec_")
    assert shown(customer) == {
        "customerId": customer,
        "url": URL,
        "enabled": True,
        "disabledReason": None,
        "authentication": {"kind": "none"},
        "credentialSetTimeMillis": None,
        "requestsPerSecond": None,
        "oldSecretUntilTimeMillis": None,
        "lastDeliveredTimeMillis": None,
        "failuresInARow": 0,
    }
    again = run("set", "--customer", customer, "--url", URL + "/v2")
    assert URL + "/v2" in again
    assert "whsec_" not in again
    assert "hearth endpoint rotate" in again


def test_a_signing_secret_is_replaced_with_an_overlap(customer):
    first = json.loads(run("set", "--customer", customer, "--url", URL, "--json"))["signingSecret"]
    rotated = json.loads(run("rotate", "--customer", customer, "--json"))
    assert rotated["signingSecret"].startswith("whsec_")
    assert rotated["signingSecret"] != first
    assert shown(customer)["oldSecretUntilTimeMillis"] == rotated["oldSecretUntilTimeMillis"] > 0
    assert "The old one ends now." in run("rotate", "--customer", customer, "--overlap-hours", "0")
    assert shown(customer)["oldSecretUntilTimeMillis"] is None


def test_a_credential_is_read_from_standard_input_or_a_prompt_and_never_shown(customer):
    basic = ("--auth", "basic", "--user", "hearth")
    run("set", "--customer", customer, "--url", URL, *basic, "--credential-stdin", given=PASSWORD + "\n")
    before = shown(customer)
    assert before["authentication"] == {"kind": "basic", "user": "hearth"}
    assert before["credentialSetTimeMillis"] > 0
    run("set", "--customer", customer, "--auth", "basic", "--user", "other", given="\n")
    after = shown(customer)
    assert after["authentication"]["user"] == "other"
    assert after["credentialSetTimeMillis"] == before["credentialSetTimeMillis"], "an empty answer leaves it as it is"
    run("set", "--customer", customer, "--auth", "bearer", given=PASSWORD + "\n")
    assert shown(customer)["authentication"] == {"kind": "bearer"}
    run("set", "--customer", customer, "--requests-per-second", "5")
    kept = shown(customer)
    assert (kept["authentication"], kept["requestsPerSecond"]) == ({"kind": "bearer"}, 5)
    text = run("show", "--customer", customer)
    assert "bearer, secret set" in text
    assert "5 requests a second" in text
    run("set", "--customer", customer, "--auth", "none", "--requests-per-second", "none")
    bare = shown(customer)
    assert (bare["credentialSetTimeMillis"], bare["requestsPerSecond"]) == (None, None)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--auth", "digest"), "There is no 'digest'"),
        (("--auth", "basic"), "needs --user"),
        (("--auth", "bearer", "--user", "x"), "has no --user"),
        (("--user", "x"), "name it with --auth"),
        (("--credential-stdin",), "there is no secret to read"),
        (("--auth", "oauth", "--client-id", "x"), "needs --token-url"),
        (("--auth", "api-token", "--header", "Host"), "is set by Hearth itself"),
        (("--requests-per-second", "0"), "From 1 to 1,000"),
        (("--requests-per-second", "fast"), "is no number from 1 to 1,000"),
    ],
)
def test_what_does_not_fit_is_told_in_words(customer, options, words):
    with pytest.raises(Problem, match=words):
        run("set", "--customer", customer, "--url", URL, *options, given=PASSWORD + "\n")
    assert shown(customer)["url"] is None


def test_a_test_reaches_the_receiver(customer, monkeypatch):
    monkeypatch.setenv("HEARTH_WEBHOOK_ALLOWED_NETWORKS", "127.0.0.0/8")
    with Receiver() as receiver:
        run("set", "--customer", customer, "--url", receiver.url)
        answer = json.loads(run("test", "--customer", customer, "--json"))
        assert (answer["delivered"], answer["statusCode"], answer["error"]) == (True, 204, None)
        assert json.loads(receiver.requests[0].body)["test"] is True
        receiver.status = 500
        assert "not taken: it answered 500" in run("test", "--customer", customer, exit_code=1)
    assert "not taken: no connection" in run("test", "--customer", customer, exit_code=1)
    assert shown(customer)["failuresInARow"] == 0


def test_a_disabled_endpoint_is_shown_and_enabled(customer):
    run("set", "--customer", customer, "--url", URL)
    with open_installation(read_settings()) as installation, installation.store.write() as session:
        endpoint = session.endpoints.find(customer)
        session.endpoints.replace(replace(endpoint, disabled_reason="it answered 410 Gone"))
    assert "disabled: it answered 410 Gone" in run("show", "--customer", customer)
    run("set", "--customer", customer, "--url", URL)
    assert shown(customer)["enabled"] is False, "the same address is as gone as before"
    assert "(enabled)" in run("enable", "--customer", customer)
    assert shown(customer)["enabled"] is True


def test_an_endpoint_is_switched_off_and_on_with_its_settings(customer):
    run("set", "--customer", customer, "--url", URL, "--requests-per-second", "5")
    assert "(switched off)" in run("disable", "--customer", customer)
    off = shown(customer)
    assert (off["enabled"], off["disabledReason"], off["url"], off["requestsPerSecond"]) == (False, None, URL, 5)
    assert "stays off until `hearth endpoint enable`" in run("set", "--customer", customer, "--url", URL + "/v2")
    on = json.loads(run("enable", "--customer", customer, "--json"))
    assert (on["enabled"], on["url"], on["requestsPerSecond"]) == (True, URL + "/v2", 5)


def test_a_customer_without_one(customer):
    assert "has no endpoint" in run("show", "--customer", customer)
    assert shown(customer)["url"] is None
    for command in ("enable", "disable", "rotate", "test"):
        with pytest.raises(Problem, match="has no endpoint"):
            run(command, "--customer", customer)
    with pytest.raises(Problem, match="name its --url"):
        run("set", "--customer", customer, "--auth", "none")


def test_a_url_with_a_password_is_refused(customer):
    with pytest.raises(Problem, match="does not belong into"):
        run("set", "--customer", customer, "--url", "https://user:secret@hooks.example.com/")


def test_the_commands_of_the_manual_do_what_it_says(customer):
    blocks = re.findall(r"```sh\n(.*?)```", PAGE.read_text(encoding="utf-8"), flags=re.DOTALL)
    lines = [line for block in blocks for line in block.splitlines() if line.startswith("hearth endpoint ")]
    first, local, rotate = (shlex.split(line.replace("--customer ID", f"--customer {customer}"))[2:] for line in lines)
    assert "whsec_" in run(*first)
    assert "whsec_" not in run(*local)
    assert shown(customer)["url"] == local[-1]
    assert "whsec_" in run(*rotate)
    assert shown(customer)["oldSecretUntilTimeMillis"] is not None
