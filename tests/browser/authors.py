"""An author before the rules pages of a real `hearth serve`: a customer of its own, with a home and three days of events."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import httpx2
from playwright.sync_api import Locator, Page, expect
from tests.running import Server

from hearth.bootstrap import Installation
from hearth.domain.audit import COMMAND_LINE
from hearth.domain.permissions import Role

PASSWORD = "correct horse battery"
HOME = "home-1"
STEP_MINUTES = 15
_numbers = count(1)
# Hours of the sun on the panels, and what goes to the grid then (W); the battery is full from ten on.
_SUNNY_HOURS = range(10, 16)


@dataclass
class Author:
    """A member who writes rules, the days with events, and the public API in the customer's name."""

    server: Server
    customer_id: str
    email: str
    api: httpx2.Client
    first_day: str
    last_day: str

    @property
    def console(self) -> str:
        """Without a slash at the end."""
        return f"{self.server.url}/console"

    def sign_in(self, page: Page, path: str = "/", email: str | None = None, language: str = "en") -> None:
        """Opens a page, fills the form as a person does, and waits for what is behind it."""
        page.goto(self.console + path)
        words = {
            "en": ("E-mail address", "Password", "Sign in"),
            "de": ("E-Mail-Adresse", "Passwort", "Anmelden"),
            "fr": ("Adresse e-mail", "Mot de passe", "Se connecter"),
        }[language]
        page.get_by_label(words[0]).fill(email or self.email)
        page.get_by_label(words[1], exact=True).fill(PASSWORD)
        page.get_by_role("button", name=words[2]).click()
        await_signed_in(page)

    def add_member(self, email: str, role: Role = "Admin") -> None:
        """A further member of the customer."""
        with self.server.opened() as installation:
            _add_member(installation, self.customer_id, email, role)

    def add_rule(self, **changes: Any) -> dict[str, Any]:
        """A saved rule about much power, changed as told."""
        rule = {
            "name": "Much power",
            "description": "More power goes to the grid than usual.",
            "tags": ["power", "solar"],
            "datasets": [
                {"name": "Power", "kind": "TIME_SERIES", "eventTypes": ["GRID_POWER_CONSUMPTION"], "timespanSeconds": 1800}
            ],
            "condition": "AVG($Power) < -1500 AND COUNT($Power) >= 2",
            "time_between_triggers_seconds": 86_400,
            "notification": {
                "actionQualifier": {"primary": "OPENAPP", "tap": "OPENAPP", "dismiss": "DISMISS"},
                "texts": {
                    language: {
                        "title": title,
                        "message": f'"{words} " + -AVG($Power) | "#,##0" + " W."',
                        "actions": {"primary": {"text": button}},
                    }
                    for language, title, words, button in (
                        ("en", "Much power", "To the grid go", "Show"),
                        ("de", "Viel Leistung", "Ins Netz gehen", "Zeigen"),
                        ("fr", "Beaucoup", "Vers le réseau vont", "Voir"),
                    )
                },
            },
        }
        added: dict[str, Any] = self.api.post("/rules/v1", json={**rule, **changes}).raise_for_status().json()
        return added

    def rule(self, rule_id: str) -> dict[str, Any]:
        """As it is saved."""
        found: dict[str, Any] = self.api.get(f"/rules/{rule_id}/v1").raise_for_status().json()
        return found


# Without the last event of yesterday, however early in the day it is.
SINCE_TEN_MINUTES = [{"name": "Power", "kind": "TIME_SERIES", "eventTypes": ["GRID_POWER_CONSUMPTION"], "timespanSeconds": 600}]


@contextmanager
def new_author(server: Server) -> Iterator[Author]:
    """A customer with one member, while the block runs."""
    email = f"ada{next(_numbers)}@example.com"
    with server.opened() as installation:
        customer_id = installation.customers.create("Seewinkel").id
        client_id, secret = installation.access.create_client(customer_id, by=COMMAND_LINE)
        _add_member(installation, customer_id, email, "Admin")
    today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    first = today - timedelta(days=3)
    with server.client({"clientId": client_id, "clientSecret": secret}) as api:
        api.post("/buildings/v1", json={"customerBuildingId": HOME, "timeZoneId": "UTC"}).raise_for_status()
        api.post("/events/batch/v1", content=json.dumps(_events(first))).raise_for_status()
        yield Author(server, customer_id, email, api, f"{first:%Y-%m-%d}", f"{first + timedelta(days=2):%Y-%m-%d}")


def await_signed_in(page: Page) -> None:
    """Until the form has gone: it has menus of the same names as the pages behind it."""
    expect(page.locator("header.top-bar")).to_be_visible()


def trial(author: Author, path: str) -> str:
    """The page of a rule with a home and its days chosen."""
    return f"{path}?building={HOME}&from={author.first_day}&to={author.last_day}"


def save_meanwhile(author: Author, rule_id: str, **changes: Any) -> None:
    """Somebody else saves."""
    author.api.put(f"/rules/{rule_id}/v1", json={**author.rule(rule_id), **changes}).raise_for_status()


def field(page: Page, label: str) -> Locator:
    """The editor of an expression."""
    return page.get_by_role("textbox", name=label, exact=True)


def entry(page: Page, label: str) -> Locator:
    """The field of that label, not the list that it opens."""
    return page.get_by_label(label, exact=True).and_(page.locator("input"))


def write(editor: Locator, text: str) -> None:
    """Writes an expression in place of what stands there."""
    editor.click()
    for key in ("Control+a", "Delete"):
        editor.page.keyboard.press(key)
    editor.page.keyboard.insert_text(text)
    editor.page.keyboard.press("Escape")  # whatever is proposed


def _add_member(installation: Installation, customer_id: str, email: str, role: Role) -> None:
    installation.members.add_member(customer_id, email, email.partition("@")[0], PASSWORD, role=role, by=COMMAND_LINE)


def _events(first: datetime) -> list[dict[str, Any]]:
    events: list[dict[str, Any]] = []
    for step in range(3 * 24 * 60 // STEP_MINUTES):
        at = first + timedelta(minutes=step * STEP_MINUTES)
        is_sunny = at.hour in _SUNNY_HOURS
        readings = (
            ("meter", "GATEWAY", "GRID_POWER_CONSUMPTION", -2000 - 20 * at.minute if is_sunny else 350 + 10 * at.minute),
            ("battery", "BATTERY", "STATE_OF_CHARGE_RATE", 99 if at.hour >= _SUNNY_HOURS.start else 40 + 5 * at.hour),
        )
        events.extend(
            {
                "timestamp": at.timestamp(),
                "customerBuildingId": HOME,
                "deviceId": device,
                "deviceName": device.capitalize(),
                "source": source,
                "type": event_type,
                "value": value,
            }
            for device, source, event_type, value in readings
        )
    return events
