"""Mail as a real server takes it, and as it fails."""

import pytest
from tests.mailbox import Mailbox

from hearth.bootstrap import Settings
from hearth.connectors.mail import SmtpMailer, UnsetMailer
from hearth.core.problems import Problem
from hearth.ports import Mail
from hearth.services.mails import write_mail

pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")

SENDER = "Hearth <hearth@example.com>"
MAIL = Mail("bruno@example.com", "Grüsse", "Guten Tag, öffnen Sie https://x.example/#token\n", "<p>Guten Tag</p>")


def test_a_mail_arrives_in_both_forms_by_a_server_that_asks_who_sends() -> None:
    mailbox = Mailbox(password="p@ss/word")
    mailbox.start()
    try:
        SmtpMailer(mailbox.url, SENDER).send(MAIL)
        mail = mailbox.next_mail()
    finally:
        mailbox.stop()
    assert (mail["From"], mail["To"], mail["Subject"]) == (SENDER, MAIL.recipient, MAIL.subject)
    bodies = [mail.get_body(preferencelist=(kind,)) for kind in ("plain", "html")]
    assert [body.get_content().strip() for body in bodies if body] == [MAIL.text.strip(), MAIL.html]
    assert mail["Auto-Submitted"] == "auto-generated"


def test_a_refused_password_and_an_absent_server_are_told_without_secrets() -> None:
    mailbox = Mailbox(password="right")
    mailbox.start()
    try:
        with pytest.raises(Problem, match="SMTPAuthenticationError 535") as refused:
            SmtpMailer(mailbox.url.replace("right", "wrong"), SENDER).send(MAIL)
    finally:
        mailbox.stop()
    with pytest.raises(Problem, match="did not take the mail") as absent:
        SmtpMailer(mailbox.url, SENDER).send(MAIL)
    for caught in (refused, absent):
        assert caught.value.code == "unavailable"
        assert not {"wrong", "right", "token", MAIL.recipient} & set(str(caught.value).replace(":", " ").split())


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("smtp://ann:p@ss@mail.example.com:587", "smtp://ann:***@mail.example.com:587"),
        ("smtps://ann:secret@mail.example.com", "smtps://ann:***@mail.example.com"),
        ("smtp://mail.example.com:25", "smtp://mail.example.com:25"),
        ("smtp://ann:se://cret@mail.example.com:1", "smtp://ann:***@mail.example.com:1"),
        ("ann:se://cret@mail.example.com", "ann:***@mail.example.com"),
        ("mail.example.com", "mail.example.com"),
        ("ann:secret@mail.example.com", "ann:***@mail.example.com"),
        ("", ""),
    ],
)
def test_the_setting_is_shown_without_its_password(url: str, shown: str) -> None:
    assert Settings(smtp_url=url).shown("smtp_url") == shown


def test_without_a_server_nothing_is_sent() -> None:
    with pytest.raises(Problem, match="smtp_url"):
        UnsetMailer().send(MAIL)


@pytest.mark.parametrize("url", ["mail.example.com", "http://mail.example.com", "smtp://", "smtp://host:0", "smtp://host:x"])
def test_what_is_no_mail_server_is_refused(url: str) -> None:
    with pytest.raises(Problem, match="smtp_url looks like"):
        SmtpMailer(url, SENDER)


@pytest.mark.parametrize("sender", ["", "Hearth", "Hearth <hearth>"])
def test_a_sender_is_needed(sender: str) -> None:
    with pytest.raises(Problem, match="mail_from"):
        SmtpMailer("smtp://localhost", sender)


def test_settings_are_shown_without_the_password() -> None:
    assert "secret" not in Settings(smtp_url="smtp://hearth:secret@mail.example.com:587").shown("smtp_url")


def test_a_name_cannot_break_out_of_its_place() -> None:
    values = {
        "customer_name": "A\r\nBcc: all@example.com",
        "inviter": "<script>alert(1)</script>",
        "link": "https://x.example/#t",
    }
    for language in ("en", "de", "fr"):
        mail = write_mail("invitation", language, "bruno@example.com", values)  # type: ignore[arg-type]
        assert "\n" not in mail.subject
        assert "\r" not in mail.subject
        assert "<script>" not in mail.html
        assert "<script>" in mail.text
