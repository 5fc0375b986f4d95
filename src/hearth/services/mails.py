"""The words of mails: HTML and text from one template per kind and language.

What is told to whom is the use cases', how it is carried `ports.Mailer`'s. Invariants: values are escaped in HTML, a
subject is one line, and a mail names nothing that its template was not given.
"""

from pathlib import Path
from typing import Any, Literal, NamedTuple, get_args

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from hearth.core.problems import Problem
from hearth.domain.customers import Language
from hearth.ports import Mail

Kind = Literal["invitation", "password_reset", "ticket_request", "ticket_confirmation", "ticket_answer"]

_TEXTS = Path(__file__).parent / "mail_texts"


def _environment(*, escapes: bool) -> Environment:
    return Environment(
        loader=FileSystemLoader(_TEXTS),
        autoescape=escapes,  # noqa: S701 - a text has nothing to escape
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


_AS_TEXT = _environment(escapes=False)
_AS_HTML = _environment(escapes=True)


def write_mail(kind: Kind, language: Language, recipient: str, values: dict[str, Any]) -> Mail:
    """The mail of that kind in that language. `values`: `link`, what its template names, and `body`, a text in lines, if any."""
    name = f"{kind}.{language}.j2"
    given = {**values, "language": language}
    text = _AS_TEXT.get_template(name)
    subject = "".join(text.blocks["subject"](text.new_context(given)))
    return Mail(
        recipient=recipient,
        subject=" ".join(subject.split()),
        text=text.render(given, layout="layout.txt.j2"),
        html=_AS_HTML.get_template(name).render(given, layout="layout.html.j2"),
    )


class Letter(NamedTuple):
    """A mail without its recipient, the same in both forms."""

    subject: str
    text: str
    html: str


def write_notification(language: str, values: dict[str, Any]) -> Letter:
    """The mail that carries a notification. `language`: that of its texts; what stands around them is in English where we have
    none.

    values: `title`, `message` (paragraphs), `buttons` ((text, address) each), `sender_name`, `stop_url` (None = no line about
    ending).
    """
    given = {**values, "language": language, "words_of": language if language in get_args(Language) else "en"}
    return Letter(
        subject=" ".join(str(values["title"]).split()),
        text=_AS_TEXT.get_template("notification.txt.j2").render(given),
        html=_AS_HTML.get_template("notification.html.j2").render(given),
    )


def mail_not_set() -> Problem:
    """What is said where no mail can be sent at all."""
    return Problem("unavailable", "No mail can be sent: the operator has not set smtp_url.")
