"""`hearth customer add-member` and `password-link`: the operator's way to let people in."""

import pyotp
import pytest
from msgspec.structs import replace
from typer.testing import CliRunner

from hearth.bootstrap import open_installation, read_settings
from hearth.cli.customer import app
from hearth.core.problems import Problem

EMAIL = "ada@example.com"
PASSWORD = "correct horse battery"
NEW_PASSWORD = "a quiet winter morning"


@pytest.fixture
def customer(tmp_path, monkeypatch):
    monkeypatch.setenv("HEARTH_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("HEARTH_MEMBER_PASSWORD", PASSWORD)
    monkeypatch.setenv("HEARTH_PUBLIC_URL", "https://hearth.example.com")
    with open_installation(read_settings()) as installation:
        return installation.customers.create("Sunny Homes").id


def run(*arguments):
    result = CliRunner().invoke(app, arguments, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout


def sign_in(password):
    with open_installation(read_settings()) as installation:
        return installation.members.sign_in(EMAIL, password, "192.0.2.1")[1].member


@pytest.mark.parametrize(("arguments", "role"), [([], "Admin"), (["--role", "viewer"], "Viewer")])
def test_a_member_is_added_in_a_role(customer, arguments, role):
    run("add-member", EMAIL, "--customer", customer, *arguments)
    assert sign_in(PASSWORD).role == role
    with pytest.raises(Problem, match="take one of Viewer, Author, Admin, Billing"):
        run("add-member", "bea@example.com", "--customer", customer, "--role", "boss")


def test_a_link_sets_a_password_where_no_mail_reaches(customer):
    run("add-member", EMAIL, "--customer", customer)
    member = sign_in(PASSWORD)
    with open_installation(read_settings()) as installation, installation.store.write() as session:
        sealed = installation.sealer.seal(pyotp.random_base32())
        session.members.replace(replace(member, totp_sealed=sealed))
    with pytest.raises(Problem):
        sign_in(PASSWORD)
    link = run("password-link", "Ada@Example.com", "--remove-second-factor").strip()
    assert link.startswith("https://hearth.example.com/console/new-password#")
    with open_installation(read_settings()) as installation:
        installation.password_resets.set_password(link.partition("#")[2], NEW_PASSWORD, "192.0.2.1")
    assert sign_in(NEW_PASSWORD).email == EMAIL
    with pytest.raises(Problem, match="nobody's address"):
        run("password-link", "bea@example.com")
