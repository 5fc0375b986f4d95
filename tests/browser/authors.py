"""An author before the rules pages of a real `hearth serve`: a customer of its own, with a home and three days of events."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
from playwright.sync_api import Page
from tests.running import Server

PASSWORD = "correct horse battery"
HOME = "home-1"
STEP_MINUTES = 15
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
        """Opens a page and fills the form as a person does."""
        page.goto(self.console + path)
        words = {
            "en": ("E-mail address", "Password", "Sign in"),
            "de": ("E-Mail-Adresse", "Passwort", "Anmelden"),
            "fr": ("Adresse e-mail", "Mot de passe", "Se connecter"),
        }[language]
        page.get_by_label(words[0]).fill(email or self.email)
        page.get_by_label(words[1], exact=True).fill(PASSWORD)
        page.get_by_role("button", name=words[2]).click()

    def add_member(self, email: str, role: str = "Admin") -> None:
        """A further member of the customer."""
        arguments = ("--customer", self.customer_id, "--role", role, "--password", PASSWORD)
        self.server.command("customer", "add-member", email, *arguments)

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


def new_author(server: Server, email: str) -> Author:
    """A customer with a member of that address."""
    customer = server.create_customer("Seewinkel")
    api = server.client(customer)
    today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    first = today - timedelta(days=3)
    api.post("/buildings/v1", json={"customerBuildingId": HOME, "timeZoneId": "UTC"}).raise_for_status()
    api.post("/events/batch/v1", content=json.dumps(_events(first))).raise_for_status()
    author = Author(server, customer["customerId"], email, api, f"{first:%Y-%m-%d}", f"{first + timedelta(days=2):%Y-%m-%d}")
    author.add_member(email)
    return author


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
