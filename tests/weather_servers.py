"""An Open-Meteo server on loopback that answers as the real one does, from a made-up sky, or as a test says."""

import json
import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from tests.receivers import Receiver, Reply, Request

from hearth.core.clock import Clock
from hearth.core.instants import datetime_of_instant

RECORDED = Path(os.environ.get("HEARTH_OPEN_METEO") or Path(__file__).parents[2] / "shared" / "data" / "open-meteo")
WANT = "needs the recorded answer of Open-Meteo (HEARTH_OPEN_METEO names its folder)"

UNITS = {"time": "iso8601", "temperature_2m": "°C", "cloud_cover": "%"}


def recorded_answer() -> bytes:
    """The body of a real answer, which is not part of the repository; skips the test where it is not."""
    found = sorted(RECORDED.glob("forecast_15min_*.json"))
    if not found:
        pytest.skip(WANT)
    return found[0].read_bytes()


class OpenMeteoServer(Receiver):
    """`temperature_c`: what every hour has; `instead`: what is answered in place of a forecast."""

    def __init__(self, clock: Clock) -> None:
        super().__init__(self._forecast)
        self._clock = clock
        self.temperature_c = 10.0
        self.change: Callable[[dict[str, Any]], None] = lambda answer: None
        self.instead: Callable[[], Reply] | None = None

    @property
    def address(self) -> str:
        """What weather_url is set to."""
        return self.url.removesuffix("/hooks")

    @property
    def queries(self) -> list[dict[str, str]]:
        """What was asked, in order."""
        return [_query(request) for request in self.requests]

    def _forecast(self, request: Request) -> Reply:
        if self.instead is not None:
            return self.instead()
        query = _query(request)
        if not request.path.startswith("/v1/forecast?"):
            return Reply(404, b'{"error":true,"reason":"Not Found"}')
        answer = self.answer(int(query["past_days"]), int(query["forecast_days"]), query["hourly"].split(","))
        self.change(answer)
        return Reply(200, json.dumps(answer).encode(), {"content-type": "application/json; charset=utf-8"})

    def answer(self, past_days: int, forecast_days: int, variables: list[str]) -> dict[str, Any]:
        """Hours of whole UTC days. Radiation is 100 W/m² times the hour of the timestamp, diffuse a tenth of it."""
        midnight = datetime_of_instant(self._clock.now_ms()).replace(hour=0, minute=0, second=0, microsecond=0)
        times = [midnight + timedelta(hours=hour) for hour in range(-24 * past_days, 24 * forecast_days)]
        columns = {
            "temperature_2m": [self.temperature_c for _ in times],
            "cloud_cover": [50 for _ in times],
            "shortwave_radiation": [100.0 * time.hour / 2 for time in times],
            "direct_normal_irradiance": [10.0 * time.hour for time in times],
            "diffuse_radiation": [5.0 * time.hour for time in times],
        }
        return {
            "latitude": 46.94,
            "longitude": 7.44,
            "generationtime_ms": 0.2,
            "utc_offset_seconds": 0,
            "timezone": "GMT",
            "timezone_abbreviation": "GMT",
            "elevation": 540.0,
            "hourly_units": {name: UNITS.get(name, "W/m²") for name in ("time", *variables)},
            "hourly": {"time": [f"{time:%Y-%m-%dT%H:%M}" for time in times]} | {name: columns[name] for name in variables},
        }


def _query(request: Request) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(request.path).query).items()}
