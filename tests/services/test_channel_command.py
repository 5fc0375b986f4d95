"""`hearth channel`: the manual's commands run as they stand; passwords and keys are read, kept and never shown."""

import json
import re
import shlex
from pathlib import Path

import pytest
from tests.firebase import Firebase
from tests.mailbox import Mailbox
from typer.testing import CliRunner

from hearth.bootstrap import open_installation, read_settings
from hearth.cli.channel import app
from hearth.core.problems import Problem

PAGE = Path(__file__).parents[2] / "docs/integrate/channels.md"
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
    assert "PRIVATE KEY" not in result.output
    return result.stdout


def listed(customer: str):
    return json.loads(run("list", "--customer", customer, "--json"))


def test_the_manuals_commands_do_what_the_page_says(customer, tmp_path):
    with Firebase() as firebase:
        (tmp_path / "service-account.json").write_text(firebase.key_file())
    [block] = re.findall(r"```sh\n(.*?)```", PAGE.read_text(), flags=re.DOTALL)
    commands = [shlex.split(line.replace("ID", customer)) for line in block.splitlines()]
    outputs = [run(*words[2:], given=PASSWORD + "\n") for words in commands]
    assert [(each["name"], each["way"]["kind"], each["enabled"]) for each in listed(customer)] == [
        ("E-mail", "email", True),
        ("Newsletter", "email", True),
        ("Push messages", "fcm", True),
        ("MQTT", "mqtt", True),
    ]
    for shown in ("to ops@example.com, end users over the mail server of Hearth", "project solar-app-1f2e, to topic home-"):
        assert shown in outputs[-1]


def test_what_is_not_given_stays(customer):
    made = json.loads(
        run(
            *("mqtt", "--customer", customer, "--host", "mqtt.example.com", "--user", "hearth", "--requests-per-second", "5"),
            *("--credential-stdin", "--json"),
            given=PASSWORD + "\n",
        )
    )
    run("mqtt", "--customer", customer, "--channel", made["id"], "--topic", "homes/{userId}")
    [changed] = listed(customer)
    assert changed["way"] == made["way"] | {"topic": "homes/{userId}"}
    assert (changed["requestsPerSecond"], changed["credentialSetTimeMillis"]) == (5, made["credentialSetTimeMillis"])
    with pytest.raises(Problem, match="another server or user"):
        run("mqtt", "--customer", customer, "--channel", made["id"], "--host", "other.example.com", given="\n")
    with pytest.raises(Problem, match="hearth channel mqtt"):
        run("email", "--customer", customer, "--channel", made["id"], "--to", "ops@example.com")
    with pytest.raises(Problem, match="take one of"):
        run("mqtt", "--customer", customer, "--host", "x", "--security", "starttls")
    run("disable", "--customer", customer, "--channel", made["id"])
    assert listed(customer)[0]["enabled"] is False
    run("enable", "--customer", customer, "--channel", made["id"])
    assert listed(customer)[0]["enabled"] is True
    run("remove", "--customer", customer, "--channel", made["id"])
    assert listed(customer) == []


def test_a_test_tells_what_came_back(customer, monkeypatch):
    box = Mailbox()
    box.start()
    monkeypatch.setenv("HEARTH_SMTP_URL", box.url)
    monkeypatch.setenv("HEARTH_MAIL_FROM", "Hearth <hearth@example.com>")
    made = json.loads(run("email", "--customer", customer, "--to-users", "--json"))
    try:
        assert "taken: it answered 250" in run("test", "--customer", customer, "--channel", made["id"], "--to", "me@example.com")
        assert box.next_mail()["To"] == "me@example.com"
    finally:
        box.stop()
    answer = json.loads(
        run("test", "--customer", customer, "--channel", made["id"], "--to", "me@example.com", "--json", exit_code=1)
    )
    assert (answer["delivered"], answer["channelId"]) == (False, made["id"])
    assert "the mail server could not be spoken to" in answer["error"]
