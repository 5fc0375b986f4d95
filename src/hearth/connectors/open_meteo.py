"""Open-Meteo as weather provider: its forecast API, hosted or self-hosted, in bounded time and space.

When to ask is `services.weather`'s. Open-Meteo gives radiation as the mean of the hour before the timestamp, temperature and
cloud cover as they are at it; here all become means of the hour that begins at the timestamp. Whatever a server does, `forecast`
returns hours or raises WeatherUnavailableError; no redirect is followed, no proxy is read from the environment, and the key
stands in no error. Invariant: a value that is null or impossible is unknown, and never zero.
"""

import asyncio
import math
import ssl
from collections.abc import Sequence
from typing import NamedTuple

import httpx2
import msgspec
import numpy as np

from hearth import __version__
from hearth.connectors.webhook import retry_after_seconds
from hearth.core.clock import Clock
from hearth.core.instants import DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS, utc_day
from hearth.core.problems import invalid
from hearth.domain.weather import COLUMNS, HORIZON_HOURS, Cell, Floats, WeatherForecast, WeatherUnavailableError

CONNECT_SECONDS = 5.0
TOTAL_SECONDS = 15.0
MOST_BYTES = 2 * 1024 * 1024  # 92 past days are about 120 KiB

_MOST_BYTES_OF_REFUSAL = 16 * 1024
_PATH = "/v1/forecast"
_FORECAST_DAYS = 4  # today and three more: from any hour of today on, 72 hours and the timestamp behind the last
_VARIABLES = ("temperature_2m", "cloud_cover", "shortwave_radiation", "direct_normal_irradiance", "diffuse_radiation")
_AT_THE_TIMESTAMP = 2  # so many of the variables are values of an instant; the others are means of the hour before
_UNITS = {"temperature_2m": "°C", "cloud_cover": "%"}  # all others: W/m²
_POSSIBLE = {"temperature_2m": (-90.0, 65.0), "cloud_cover": (0.0, 100.0)}  # all others: 0..1,500
_POSSIBLE_RADIATION = (0.0, 1_500.0)
_DAYS_A_REQUEST = 14  # a request for more days counts as several
_OK, _TOO_MANY = 200, 429
_PAUSE_SECONDS = 60.0  # where a server that refuses for asking too much does not say for how long
_LONGEST_REASON = 200


class Series(NamedTuple):
    """A block of an answer: `values` has the shape (variables, times), NaN = unknown, the first time is `start_ms`."""

    start_ms: int
    step_ms: int
    values: Floats


class _Refusal(msgspec.Struct):
    reason: str = ""


class OpenMeteo:
    """Implements `ports.WeatherProvider`."""

    name = "open-meteo"

    def __init__(
        self,
        url: str,
        api_key: str,
        clock: Clock,
        *,
        connect_seconds: float = CONNECT_SECONDS,
        total_seconds: float = TOTAL_SECONDS,
    ) -> None:
        """url: the server's address, with or without the path. Raises Problem("invalid") for what is no such address."""
        self._url = _endpoint(url)
        self._api_key = api_key
        self._clock = clock
        self._total_seconds = total_seconds
        self._timeout = httpx2.Timeout(total_seconds, connect=connect_seconds)
        self._tls: ssl.SSLContext | None = None

    def requests_of(self, past_days: int) -> int:
        """As how many requests one that asks for so many past days counts."""
        return math.ceil((past_days + _FORECAST_DAYS) / _DAYS_A_REQUEST)

    def forecast(self, cell: Cell, past_days: int) -> WeatherForecast:
        """From so many UTC days before today on, and 72 hours ahead. Raises WeatherUnavailableError."""
        now_ms = self._clock.now_ms()
        query: dict[str, str | int] = {
            "latitude": f"{cell.latitude:.1f}",
            "longitude": f"{cell.longitude:.1f}",
            "hourly": ",".join(_VARIABLES),
            "past_days": past_days,
            "forecast_days": _FORECAST_DAYS,
            "timezone": "GMT",
        }
        if self._api_key:
            query["apikey"] = self._api_key
        series = read_series(asyncio.run(self._get(query)), "hourly", _VARIABLES)
        if series.step_ms != HOUR_MS or series.start_ms % HOUR_MS:
            raise WeatherUnavailableError("what came back are no hours of UTC")
        start_ms = (utc_day(now_ms) - past_days) * DAY_MS
        present_ms = now_ms // HOUR_MS * HOUR_MS
        count = (present_ms - start_ms) // HOUR_MS + HORIZON_HOURS
        values = _beginning_at(series, start_ms, count)
        if np.isnan(values[0, -HORIZON_HOURS:]).all():
            raise WeatherUnavailableError("what came back tells nothing of the next 72 hours")
        return WeatherForecast(start_ms=start_ms, values=values, issued_at_ms=now_ms, provider=self.name)

    async def _get(self, query: dict[str, str | int]) -> bytes:
        if self._tls is None:
            self._tls = httpx2.create_ssl_context()
        headers = {"accept-encoding": "identity", "user-agent": f"Hearth/{__version__}"}
        body = bytearray()
        try:
            async with (
                asyncio.timeout(self._total_seconds),
                httpx2.AsyncClient(verify=self._tls, timeout=self._timeout, trust_env=False, headers=headers) as client,
                client.stream("GET", self._url, params=query) as response,
            ):
                most_bytes = MOST_BYTES if response.status_code == _OK else _MOST_BYTES_OF_REFUSAL
                async for part in response.aiter_raw():
                    body += part
                    if len(body) > most_bytes:
                        break
        except (TimeoutError, httpx2.TimeoutException) as late:
            raise WeatherUnavailableError(f"no answer within {self._total_seconds:g} s") from late
        except (httpx2.HTTPError, httpx2.InvalidURL) as failure:
            raise WeatherUnavailableError(_phrase(failure)) from failure
        if response.status_code != _OK:
            raise self._refused(response, bytes(body))
        if len(body) > MOST_BYTES:
            raise WeatherUnavailableError(f"it answered with more than {MOST_BYTES:,} bytes")
        return bytes(body)

    def _refused(self, response: httpx2.Response, body: bytes) -> WeatherUnavailableError:
        status = response.status_code
        pause = retry_after_seconds(response.headers.get("retry-after"), self._clock.now_ms())
        if pause is None and status == _TOO_MANY:
            pause = _PAUSE_SECONDS
        if response.is_redirect:
            return WeatherUnavailableError(f"it answered {status}, a redirect; set weather_url to its final address", pause)
        try:
            reason = msgspec.json.decode(body, type=_Refusal).reason
        except (msgspec.DecodeError, ValueError, RecursionError):
            reason = ""
        if self._api_key:
            reason = reason.replace(self._api_key, "***")
        shown = "".join(each if each.isprintable() else " " for each in reason[:_LONGEST_REASON])
        return WeatherUnavailableError(f"it answered {status}" + (f": {shown}" if shown else ""), pause)


def read_series(body: bytes, block: str, variables: Sequence[str]) -> Series:
    """The variables of a block ("hourly", "minutely_15") of an answer, in UTC. Raises WeatherUnavailableError.

    Times are local ones of the answer's offset from UTC, evenly spaced. Impossible values are unknown.
    """
    try:
        answer = msgspec.json.decode(body, type=dict[str, msgspec.Raw])
        offset = msgspec.json.decode(answer["utc_offset_seconds"], type=int)
        units = msgspec.json.decode(answer[f"{block}_units"], type=dict[str, str])
        columns = msgspec.json.decode(answer[block], type=dict[str, msgspec.Raw])
        times = np.array(msgspec.json.decode(columns["time"], type=list[str]), "datetime64[m]").astype(np.int64)
        read = [msgspec.json.decode(columns[name], type=list[float | None]) for name in variables]
    except (msgspec.DecodeError, KeyError, ValueError, RecursionError) as error:
        raise WeatherUnavailableError("what came back is no forecast of Open-Meteo") from error
    for name in variables:
        if units.get(name) != _UNITS.get(name, "W/m²"):
            raise WeatherUnavailableError(f"{name} came in {units.get(name)!r} instead of {_UNITS.get(name, 'W/m²')}")
    steps = np.diff(times)
    if len(times) < 2 or steps[0] <= 0 or (steps != steps[0]).any() or any(len(column) != len(times) for column in read):
        raise WeatherUnavailableError("what came back is no forecast of Open-Meteo: its times are not evenly spaced")
    values = np.array(read, np.float64)  # None becomes NaN
    for column, name in zip(values, variables, strict=True):
        least, most = _POSSIBLE.get(name, _POSSIBLE_RADIATION)
        column[(column < least) | (column > most)] = np.nan
    return Series(int(times[0]) * MINUTE_MS - offset * SECOND_MS, int(steps[0]) * MINUTE_MS, values)


def _beginning_at(series: Series, start_ms: int, count: int) -> Floats:
    """Means of the hours that begin at `start_ms` and after; what the answer does not reach is unknown."""
    at = np.full((COLUMNS, count + 1), np.nan)  # by timestamp
    shift = (series.start_ms - start_ms) // HOUR_MS
    first, last = max(shift, 0), min(shift + series.values.shape[1], count + 1)
    if first < last:
        at[:, first:last] = series.values[:, first - shift : last - shift]
    begin, end = at[:, :-1], at[:, 1:]
    values = end.copy()
    of_both = (begin + end) / 2
    of_one = np.where(np.isnan(begin), end, begin)
    values[:_AT_THE_TIMESTAMP] = np.where(np.isnan(of_both), of_one, of_both)[:_AT_THE_TIMESTAMP]
    return values


def _endpoint(url: str) -> httpx2.URL:
    try:
        parsed = httpx2.URL(url.strip().rstrip("/"))
    except httpx2.InvalidURL:
        parsed = httpx2.URL("")
    if parsed.scheme not in ("http", "https") or not parsed.host or parsed.query or parsed.fragment:
        raise invalid("/weather_url", "weather_url is the address of an Open-Meteo server, such as https://api.open-meteo.com.")
    path = parsed.path.rstrip("/")
    return parsed.copy_with(path=path if path.endswith(_PATH) else path + _PATH)


def _phrase(failure: Exception) -> str:
    if isinstance(failure, httpx2.ConnectError):
        return "its TLS certificate cannot be trusted" if "CERTIFICATE_VERIFY_FAILED" in str(failure) else "no connection"
    if isinstance(failure, httpx2.NetworkError | httpx2.RemoteProtocolError):
        return "the connection broke, or what came back is no HTTP answer"
    return "its address cannot be used"
