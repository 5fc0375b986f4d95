"""Open-Meteo: what is asked, what its hours become, and what follows from each way in which a server fails."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from tests.receivers import Reply
from tests.weather_servers import OpenMeteoServer, recorded_answer

from hearth.connectors.open_meteo import OpenMeteo, read_series
from hearth.core.instants import DAY_MS, HOUR_MS, MINUTE_MS
from hearth.core.problems import Problem
from hearth.domain.weather import Cell, WeatherUnavailableError
from hearth.testing.clocks import MovableClock

NOON_MS = 1_774_008_000_000  # 2026-03-20T12:00Z
BERN = Cell(46.9, 7.4)
KEY = "k-1234567890"


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock(NOON_MS + 17 * MINUTE_MS)


@pytest.fixture
def server(clock: MovableClock) -> Iterator[OpenMeteoServer]:
    with OpenMeteoServer(clock) as running:
        yield running


@pytest.fixture
def provider(server: OpenMeteoServer, clock: MovableClock) -> OpenMeteo:
    return OpenMeteo(server.address, KEY, clock, total_seconds=10)


def refusal(provider: OpenMeteo) -> WeatherUnavailableError:
    with pytest.raises(WeatherUnavailableError) as caught:
        provider.forecast(BERN, 1)
    assert KEY not in str(caught.value)
    return caught.value


def test_what_is_asked(server: OpenMeteoServer, provider: OpenMeteo) -> None:
    provider.forecast(BERN, 92)
    assert server.queries == [
        {
            "latitude": "46.9",
            "longitude": "7.4",
            "hourly": "temperature_2m,cloud_cover,shortwave_radiation,direct_normal_irradiance,diffuse_radiation",
            "past_days": "92",
            "forecast_days": "4",
            "timezone": "GMT",
            "apikey": KEY,
        }
    ]


def test_no_key_is_sent_where_none_is_set(server: OpenMeteoServer, clock: MovableClock) -> None:
    OpenMeteo(server.address + "/", "", clock).forecast(BERN, 1)
    OpenMeteo(server.address + "/v1/forecast", "", clock).forecast(BERN, 1)
    assert ["apikey" in query for query in server.queries] == [False, False]


def test_radiation_belongs_to_the_hour_before_its_timestamp(server: OpenMeteoServer, provider: OpenMeteo) -> None:
    def instants(answer: dict[str, Any]) -> None:
        answer["hourly"]["temperature_2m"] = [float(time[11:13]) for time in answer["hourly"]["time"]]

    server.change = instants
    forecast = provider.forecast(BERN, 1)
    assert (forecast.start_ms, forecast.ends_at_ms) == (NOON_MS - DAY_MS - 12 * HOUR_MS, NOON_MS + 72 * HOUR_MS)
    assert (forecast.issued_at_ms, forecast.provider) == (NOON_MS + 17 * MINUTE_MS, "open-meteo")
    at = 24 + 12  # the hour that begins at noon
    assert forecast.ghi_w_m2[at] == 650  # Open-Meteo's value at 13:00
    assert (forecast.dni_w_m2[at], forecast.dhi_w_m2[at]) == (130, 65)
    assert forecast.temperature_c[at] == 12.5  # between the instants at its ends
    assert forecast.cloud_cover_percent[at] == 50
    assert not np.isnan(forecast.values).any()


@pytest.mark.parametrize("hour", [0, 23])
def test_the_hours_reach_72_hours_at_any_time_of_the_day(
    hour: int, server: OpenMeteoServer, provider: OpenMeteo, clock: MovableClock
) -> None:
    present_ms = NOON_MS + (hour - 12) * HOUR_MS
    clock.move_to(present_ms + 59 * MINUTE_MS)
    forecast = provider.forecast(BERN, 0)
    assert forecast.ends_at_ms == present_ms + 72 * HOUR_MS
    assert not np.isnan(forecast.values).any()


def test_nulls_and_impossible_values_are_unknown_and_never_zero(server: OpenMeteoServer, provider: OpenMeteo) -> None:
    def spoilt(answer: dict[str, Any]) -> None:
        hourly = answer["hourly"]
        hourly["temperature_2m"][36] = None  # noon
        hourly["temperature_2m"][40:42] = [None, None]
        hourly["shortwave_radiation"][37] = None
        hourly["direct_normal_irradiance"][37] = 1e308
        hourly["diffuse_radiation"][37] = -5
        hourly["cloud_cover"][36:38] = [101, -1]

    server.change = spoilt
    forecast = provider.forecast(BERN, 1)
    assert forecast.temperature_c[36] == 10  # the instant at its end is known
    assert np.flatnonzero(np.isnan(forecast.temperature_c)).tolist() == [40]
    for column in (forecast.ghi_w_m2, forecast.dni_w_m2, forecast.dhi_w_m2, forecast.cloud_cover_percent):
        assert np.flatnonzero(np.isnan(column)).tolist() == [36]


def test_a_shorter_answer_leaves_the_rest_unknown(server: OpenMeteoServer, provider: OpenMeteo) -> None:
    def cut(answer: dict[str, Any]) -> None:
        answer["hourly"] = {name: column[30:60] for name, column in answer["hourly"].items()}

    server.change = cut
    forecast = provider.forecast(BERN, 1)
    assert np.flatnonzero(~np.isnan(forecast.ghi_w_m2)).tolist() == list(range(29, 59))
    assert np.flatnonzero(~np.isnan(forecast.temperature_c)).tolist() == list(range(29, 60))


def test_who_is_asked_for_too_much_says_when_to_come_back(server: OpenMeteoServer, provider: OpenMeteo) -> None:
    server.instead = lambda: Reply(429, b'{"error":true,"reason":"Hourly limit exceeded"}', {"retry-after": "900"})
    error = refusal(provider)
    assert (str(error), error.retry_after_seconds) == ("it answered 429: Hourly limit exceeded", 900)
    server.instead = lambda: Reply(429, b"x" * 5_000_000)
    error = refusal(provider)
    assert (str(error), error.retry_after_seconds) == ("it answered 429", 60)


def changed(**columns: Any) -> Callable[[dict[str, Any]], None]:
    return lambda answer: answer["hourly"].update(columns)


@pytest.mark.parametrize(
    ("reply", "message"),
    [
        (Reply(500), "it answered 500"),
        (Reply(400, b'{"error":true,"reason":"No ' + KEY.encode() + b' here\\n\\u0007"}'), "it answered 400: No *** here  "),
        (
            Reply(302, b"", {"location": "http://127.0.0.1:1/"}),
            "it answered 302, a redirect; set weather_url to its final address",
        ),
        (Reply(200, b"<html>"), "what came back is no forecast of Open-Meteo"),
        (Reply(200, b'{"hourly": {"time": ["2026-03-20T00:00"'), "what came back is no forecast of Open-Meteo"),
        (Reply(200, b"{}"), "what came back is no forecast of Open-Meteo"),
        (Reply(200, b'{"a":' + b"[" * 100_000), "what came back is no forecast of Open-Meteo"),
        (Reply(400, b'{"reason":"nicht m\xf6glich"}'), "it answered 400"),
        (Reply(400, b'{"a":' + b"[" * 10_000), "it answered 400"),
        (Reply(200, b" " * 2_200_000), "it answered with more than 2,097,152 bytes"),
    ],
    ids=["500", "400", "redirect", "html", "cut off", "empty", "deep", "other letters", "deep refusal", "huge"],
)
def test_what_is_no_answer_is_refused_in_words(reply: Reply, message: str, server: OpenMeteoServer, provider: OpenMeteo) -> None:
    server.instead = lambda: reply
    assert str(refusal(provider)) == message
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (changed(temperature_2m="warm"), "no forecast of Open-Meteo"),
        (changed(temperature_2m=[1.0]), "not evenly spaced"),
        (changed(time=["2026-03-20T00:00", "NaT"]), "not evenly spaced"),
        (changed(time=["yesterday", "today"]), "no forecast of Open-Meteo"),
        (lambda answer: answer["hourly_units"].update(temperature_2m="°F"), "temperature_2m came in '°F' instead of °C"),
        (lambda answer: answer["hourly"].update(temperature_2m=[None] * 120), "nothing of the next 72 hours"),
        (lambda answer: answer.update(utc_offset_seconds=1_800), "no hours of UTC"),
    ],
    ids=["text", "lengths", "no time", "words", "unit", "unknown", "offset"],
)
def test_what_cannot_be_used_is_refused_in_words(
    change: Callable[[dict[str, Any]], None], message: str, server: OpenMeteoServer, provider: OpenMeteo
) -> None:
    server.change = change
    assert message in str(refusal(provider))


def test_a_server_that_stalls_is_waited_for_so_long_and_no_longer(server: OpenMeteoServer, clock: MovableClock) -> None:
    told_to_end = threading.Event()

    def stall() -> Reply:
        told_to_end.wait(20)
        return Reply(200)

    server.instead = stall
    try:
        began = time.monotonic()
        assert str(refusal(OpenMeteo(server.address, KEY, clock, total_seconds=0.3))) == "no answer within 0.3 s"
        assert time.monotonic() - began < 10
    finally:
        told_to_end.set()


def test_where_nobody_listens_there_is_no_connection(server: OpenMeteoServer, clock: MovableClock) -> None:
    assert str(refusal(OpenMeteo("http://127.0.0.1:1", KEY, clock))) == "no connection"


@pytest.mark.parametrize("url", ["api.open-meteo.com", "ftp://host", "http://", "https://host/?a=b", "http://[::1"])
def test_what_is_no_address_is_refused(url: str, clock: MovableClock) -> None:
    with pytest.raises(Problem, match="weather_url is the address"):
        OpenMeteo(url, "", clock)


def test_a_long_past_counts_as_several_requests(provider: OpenMeteo) -> None:
    assert [provider.requests_of(days) for days in (0, 1, 10, 11, 92)] == [1, 1, 1, 2, 7]


def test_a_real_answer_is_read(clock: MovableClock) -> None:
    body = recorded_answer()
    variables = ("temperature_2m", "cloud_cover", "shortwave_radiation_instant", "direct_normal_irradiance_instant")
    series = read_series(body, "minutely_15", variables)
    assert series.start_ms == 1_740_351_600_000  # 2025-02-23T23:00Z: midnight in Paris
    assert (series.step_ms, series.values.shape) == (15 * MINUTE_MS, (4, 288))
    block = json.loads(body)["minutely_15"]
    for column, name in zip(series.values, variables, strict=True):
        assert column.tolist() == block[name]
    assert series.values[2].max() > 300
    with pytest.raises(WeatherUnavailableError, match="no forecast of Open-Meteo"):
        read_series(body, "hourly", variables)
