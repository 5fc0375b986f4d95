"""Settings: what an installation is told, where it may be said, and what each means.

Read from defaults, then a TOML file, then the environment, then the command line. What is made of them is the rest of
bootstrap's. Invariant: an unknown name or a value that does not fit is refused, never passed over.
"""

import json
import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from sqlalchemy import make_url

from hearth.core.nearest import nearest
from hearth.core.problems import invalid
from hearth.services.building_limits import MOST_EVENTS_A_MINUTE, MOST_SERIES

CONFIG_VARIABLE = "HEARTH_CONFIG"
_RUNNING_FILE = "serve.json"
_CONFIG_FILE = "hearth.toml"
_TRUE = {"1", "true", "yes", "on"}
_FALSE = {"0", "false", "no", "off"}


def _setting(default: Any, text: str) -> Any:
    return field(default=default, metadata={"text": text})


@dataclass(frozen=True, kw_only=True)
class Settings:
    """All settings. Each is `HEARTH_<NAME>` in the environment and `name` in the TOML file."""

    data_dir: str = _setting("hearth-data", "Folder of the embedded database, the installation's key and the lock.")
    database_url: str = _setting(
        "", "Database; empty = SQLite in the data folder. PostgreSQL: postgresql://user:password@host/name."
    )
    host: str = _setting("127.0.0.1", "Address the server listens on.")
    port: int = _setting(8080, "Port the server listens on.")
    public_url: str = _setting(
        "", "Address under which customers reach the platform; empty = http://host:port. Issuer of tokens."
    )
    mqtt_port: int = _setting(0, "Port on which events are taken over MQTT (docs/integrate/mqtt.md); 0 = none.")
    mqtt_host: str = _setting("", "Address it listens on; empty = that of host.")
    mqtt_certificate: str = _setting("", "PEM file with the certificate chain for MQTT over TLS; empty = in the clear.")
    mqtt_certificate_key: str = _setting("", "PEM file with the private key of that certificate.")
    mqtt_most_connections: int = _setting(10_000, "Connections over MQTT at once; one customer has at most half of them.")
    catalogue_file: str = _setting("", "TOML file with further device and event types.")
    webhook_allowed_networks: str = _setting(
        "",
        "Networks or hosts, comma-separated, that webhooks and channels may reach although they are private, such as 10.0.0.0/8.",
    )
    smtp_url: str = _setting(
        "", "Mail server: smtp://user:password@host:587, or smtps:// for TLS from the start; empty = Hearth has none."
    )
    mail_from: str = _setting("", "Sender of mails, such as Hearth <hearth@example.com>; needed with smtp_url.")
    support_mail: str = _setting("", "Where members' support requests are mailed to; empty = none are taken.")
    fcm_url: str = _setting(
        "https://fcm.googleapis.com",
        "Server of Firebase Cloud Messaging; another address for a proxy of your own, or to try things.",
    )
    weather_url: str = _setting(
        "", "Open-Meteo server, such as https://api.open-meteo.com or one of your own; empty = offline weather, no forecast."
    )
    weather_api_key: str = _setting("", "Key of that server, where it asks for one.")
    weather_requests_per_day: int = _setting(0, "Most requests to that server in a UTC day; 0 = no limit.")
    most_body_bytes: int = _setting(8 * 1024 * 1024, "Largest request body with events.")
    most_building_events_per_minute: int = _setting(
        MOST_EVENTS_A_MINUTE, "Live events of one building in a minute; further ones are refused with 429."
    )
    most_building_series: int = _setting(MOST_SERIES, "Series (a device and an event type) of one building.")
    most_requests_per_minute: int = _setting(
        6_000, "Calls of the API by a customer in a minute, but those with events; further ones get 429. 0 = no limit."
    )
    most_event_requests_per_minute: int = _setting(
        600_000, "Calls with events by a customer in a minute; further ones get 429. 0 = no limit."
    )
    metrics_port: int = _setting(
        0, "First of four ports for Prometheus (docs/operate/observability.md): ingest, deliver, context, supervisor; 0 = none."
    )
    metrics_host: str = _setting("127.0.0.1", "Address of these ports. They ask for no token: keep them to your own network.")
    most_lag_seconds: int = _setting(120, "/health/ready says no when an accepted event has waited for so long to be evaluated.")
    otlp_endpoint: str = _setting(
        "", "Collector of traces (OTLP over HTTP), such as http://localhost:4318; empty = no traces. Needs hearth[otel]."
    )
    trace_one_in: int = _setting(100, "One request in so many is traced.")
    log_json: bool = _setting(False, "Log lines as JSON objects.")
    log_level: str = _setting("INFO", "Least level that is logged: DEBUG, INFO, WARNING or ERROR.")

    @property
    def url(self) -> str:
        """The address under which the platform is reached."""
        return (self.public_url or f"http://{self.host}:{self.port}").rstrip("/")

    @property
    def store_url(self) -> str:
        """The database's URL."""
        return self.database_url or f"sqlite:///{Path(self.data_dir).absolute() / 'hearth.sqlite3'}"

    def prepare_data_dir(self) -> Path:
        """The data folder, made if absent, readable by its owner alone."""
        path = Path(self.data_dir)
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
        return path

    def note_running(self) -> None:
        """Leaves word where the server of this data folder listens, for commands on the same machine."""
        host = "127.0.0.1" if self.host in ("0.0.0.0", "::") else self.host  # noqa: S104 - compared, not bound
        running = {"pid": os.getpid(), "url": f"http://{host}:{self.port}", "public_url": self.url}
        path = Path(self.data_dir) / _RUNNING_FILE
        fresh = path.with_suffix(".new")
        fresh.write_text(json.dumps(running), encoding="utf-8")
        fresh.replace(path)  # a reader finds the old word or the new one, never half of it

    def running(self) -> tuple[str, str] | None:
        """(where it listens, its public address) of the server that runs on this data folder, or None when none does."""
        try:
            running = json.loads((Path(self.data_dir) / _RUNNING_FILE).read_text(encoding="utf-8"))
            os.kill(running["pid"], 0)
        except (OSError, ValueError, KeyError):
            return None
        return str(running["url"]), str(running["public_url"])

    def shown(self, name: str) -> Any:
        """A setting's value as it may be shown: a password in a URL is not."""
        value = getattr(self, name)
        if name == "database_url" and value:
            return make_url(value).render_as_string(hide_password=True)
        if name == "weather_api_key" and value:
            return "***"
        if name in ("smtp_url", "weather_url", "otlp_endpoint"):  # a password may have an @ or :// of its own
            return re.sub(r"\A(\w+://)?([^:@]*).*@", r"\1\2:***@", value, flags=re.DOTALL)
        return value


def read_settings(environment: Mapping[str, str] | None = None, **given: Any) -> Settings:
    """Settings from all places; `given` (not None) are those of the command line and win.

    Raises Problem("invalid") naming a setting nobody knows or a value that does not fit.
    """
    environment = os.environ if environment is None else environment
    known = {f.name: f for f in fields(Settings)}
    values: dict[str, Any] = {}
    path = Path(environment.get(CONFIG_VARIABLE, _CONFIG_FILE))
    if path.is_file():
        try:
            values.update(tomllib.loads(path.read_text(encoding="utf-8")))
        except tomllib.TOMLDecodeError as error:
            raise invalid("", f"{path} cannot be read: {error}") from error
        for name in values:
            if name not in known:
                meant = nearest(name, known)
                raise invalid(f"/{name}", f"{path}: unknown setting {name!r}" + (f"; did you mean {meant!r}?" if meant else ""))
    elif CONFIG_VARIABLE in environment:
        raise invalid("", f"{CONFIG_VARIABLE} names {path}, which does not exist")
    for name in known:
        if f"HEARTH_{name.upper()}" in environment:
            values[name] = environment[f"HEARTH_{name.upper()}"]
    values.update({name: value for name, value in given.items() if value is not None})
    return Settings(**{name: _fitting(name, value, type(known[name].default)) for name, value in values.items()})


def _fitting(name: str, value: Any, wanted: type) -> Any:
    if wanted is bool and isinstance(value, str):
        if value.lower() in _TRUE | _FALSE:
            return value.lower() in _TRUE
        raise invalid(f"/{name}", f"{name} must be true or false, not {value!r}")
    if wanted is int and isinstance(value, str):
        try:
            return int(value)
        except ValueError as error:
            raise invalid(f"/{name}", f"{name} must be a whole number, not {value!r}") from error
    if not isinstance(value, wanted):
        raise invalid(f"/{name}", f"{name} must be a {wanted.__name__}, not {value!r}")
    return value
