"""`hearth weather status`: what an operator sees of cells, staleness, failures and the quota; and which settings are refused."""

import json

import pytest
from tests.contracts.store_contents import building, customer
from tests.receivers import Reply
from tests.weather_servers import OpenMeteoServer
from typer.testing import CliRunner

from hearth.bootstrap import Settings, open_installation, open_weather_provider, read_settings
from hearth.cli.weather import app
from hearth.connectors.system import SystemClock
from hearth.core.problems import Problem
from hearth.domain.customers import Customer
from hearth.testing.clocks import MovableClock


@pytest.fixture
def server(tmp_path, monkeypatch):
    clock = MovableClock(SystemClock().now_ms())  # requests are counted by the day, which must not turn meanwhile
    monkeypatch.setattr("hearth.bootstrap.SystemClock", lambda: clock)
    with OpenMeteoServer(clock) as running:
        monkeypatch.setenv("HEARTH_DATA_DIR", str(tmp_path / "data"))
        monkeypatch.setenv("HEARTH_WEATHER_URL", running.address)
        monkeypatch.setenv("HEARTH_WEATHER_API_KEY", "very-secret")
        monkeypatch.setenv("HEARTH_WEATHER_REQUESTS_PER_DAY", "1000")
        yield running


def look():
    with open_installation(read_settings()) as installation:
        installation.weather.look()


def add_buildings():
    with open_installation(read_settings()) as installation, installation.store.write() as session:
        session.customers.add(Customer(id=customer("a"), name="a", created_at_ms=0))
        for name, city in (("one", "Bern"), ("two", "Bern"), ("three", None), ("four", "Basel")):
            session.buildings.add(building("a", name, city=city, country_code="CH"))


def run(*arguments):
    result = CliRunner().invoke(app, ["status", *arguments], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    assert "very-secret" not in result.output
    return result.stdout


def test_at_first_there_is_nothing(server):
    shown = run()
    assert "No active building has a place yet." in shown
    assert json.loads(run("--json")) == {
        "provider": "open-meteo",
        "requestsToday": 0,
        "mostRequestsPerDay": 1000,
        "pausedUntil": None,
        "buildingsWithoutPlace": 0,
        "cells": [],
    }


def test_cells_are_shown_with_what_they_serve(server):
    add_buildings()
    assert [cell["forecast"] for cell in json.loads(run("--json"))["cells"]] == ["none", "none"]
    look()
    document = json.loads(run("--json"))
    assert (document["requestsToday"], document["buildingsWithoutPlace"]) == (14, 1)
    bern, basel = document["cells"]
    assert (bern["latitude"], bern["longitude"], bern["buildings"], bern["provider"]) == (46.9, 7.4, 2, "open-meteo")
    assert (basel["buildings"], basel["forecast"], basel["failures"], basel["error"]) == (1, "fresh", 0, None)
    shown = run()
    for part in ("14 of 1,000", "1 active buildings", "46.9,7.4", "fresh", bern["fetchedAt"]):
        assert part in shown


def test_failures_are_shown_in_words(server):
    add_buildings()
    server.instead = lambda: Reply(503, b'{"reason":"[red]overloaded"}', {"retry-after": "3600"})
    look()
    shown = run()
    for part in ("left in peace", "it answered 503: [red]overloaded (1 in a row, next ", "never", "none"):
        assert part in shown


def test_help_says_what_the_words_mean():
    shown = " ".join(CliRunner().invoke(app, ["status", "--help"]).stdout.split())
    for part in ("about 10 km", "older than 3 hours", "72 hours", "weather_url", "weather_requests_per_day"):
        assert part in shown


def test_settings_that_do_not_fit_are_refused():
    with pytest.raises(Problem, match="weather_url is the address"):
        open_weather_provider(Settings(weather_url="open-meteo"), SystemClock())
    with pytest.raises(Problem, match="0 = no limit"):
        open_weather_provider(Settings(weather_requests_per_day=-1), SystemClock())
    assert open_weather_provider(Settings(), SystemClock()).name == "offline"


def test_the_key_is_not_shown():
    settings = Settings(weather_api_key="very-secret", weather_url="https://me:pass@weather.example.com")
    assert settings.shown("weather_api_key") == "***"
    assert settings.shown("weather_url") == "https://me:***@weather.example.com"
    assert Settings().shown("weather_api_key") == ""
