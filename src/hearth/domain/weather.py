"""Weather of a place: its cell, what is known of its hours, and how a provider is asked with moderation.

A cell is some ten kilometres wide; all buildings in it share one forecast. Values are hourly: radiation is the mean of the hour
that begins at the timestamp, and so are temperature and cloudiness. Where they come from is a provider's, where they are kept
the store's. Invariants: hours begin at full hours of UTC; what nobody knows is NaN, never zero; a forecast is used no longer
than it reaches, and is stale long before.
"""

from dataclasses import dataclass
from typing import NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from hearth.core.instants import DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS, utc_day

Floats = NDArray[np.float64]

OFFLINE = "offline"  # the name of the provider that knows the usual alone
COLUMNS = 5  # in the order of WeatherHours' properties
HORIZON_HOURS = 72
MOST_PAST_DAYS = 92
STALE_AFTER_MS = 3 * HOUR_MS
REFRESH_MS = HOUR_MS

_EXPECTED_HOURS = 24
_LEAST_EXPECTED_HOURS = 12
_FIRST_PAUSE_MS = MINUTE_MS
_MOST_PAUSE_MS = HOUR_MS
_MOST_PROVIDER_PAUSE_MS = 30 * MINUTE_MS
_MOST_ASKED_PAUSE_MS = DAY_MS  # a provider may ask for a longer one; it is asked again a day later none the less
_FAILURES_OF_ALL = 3  # so many in a row are not a cell's but the provider's


class Cell(NamedTuple):
    """A place of some ten kilometres, by its centre: degrees north and east, multiples of a tenth."""

    latitude: float
    longitude: float

    @property
    def name(self) -> str:
        """Its key: `46.9,7.4`."""
        return f"{self.latitude:.1f},{self.longitude:.1f}"


def cell_at(latitude: float, longitude: float) -> Cell:
    """The cell in which a place lies."""
    east = (round(longitude, 1) + 180.0) % 360.0 - 180.0
    return Cell(round(latitude, 1) + 0.0, round(east, 1) + 0.0)  # no zero is negative: keys are compared


class WeatherUnavailableError(Exception):
    """A provider gave no weather; the text says why, for the operator. `retry_after_seconds`: when it wants to be asked again."""

    def __init__(self, message: str, retry_after_seconds: float | None = None) -> None:
        super().__init__(message)
        self.retry_after_seconds = retry_after_seconds


@dataclass(frozen=True, eq=False)
class WeatherHours:
    """Successive hours from `start_ms` on; `values` has the shape (COLUMNS, hours), NaN = unknown."""

    start_ms: int
    values: Floats

    def __post_init__(self) -> None:
        if self.start_ms % HOUR_MS:
            raise ValueError("weather starts at a full hour of UTC")
        if self.values.ndim != 2 or self.values.shape[0] != COLUMNS:
            raise ValueError(f"weather has {COLUMNS} values an hour")

    def __len__(self) -> int:
        return int(self.values.shape[1])

    @property
    def ends_at_ms(self) -> int:
        """The first instant of which nothing is said."""
        return self.start_ms + len(self) * HOUR_MS

    def since(self, at_ms: int) -> "WeatherHours":
        """Those from the full hour on in which an instant lies."""
        first = min(max(at_ms // HOUR_MS - self.start_ms // HOUR_MS, 0), len(self))
        return WeatherHours(self.start_ms + first * HOUR_MS, self.values[:, first:])

    @property
    def temperature_c(self) -> Floats:
        """Air temperature at 2 m, °C."""
        return self._column(0)

    @property
    def cloud_cover_percent(self) -> Floats:
        """Share of the sky that clouds cover, 0..100."""
        return self._column(1)

    @property
    def ghi_w_m2(self) -> Floats:
        """Global horizontal irradiance, W/m²."""
        return self._column(2)

    @property
    def dni_w_m2(self) -> Floats:
        """Direct normal irradiance, W/m²."""
        return self._column(3)

    @property
    def dhi_w_m2(self) -> Floats:
        """Diffuse horizontal irradiance, W/m²."""
        return self._column(4)

    def _column(self, number: int) -> Floats:
        column: Floats = self.values[number]
        return column


@dataclass(frozen=True, eq=False)
class WeatherForecast(WeatherHours):
    """What a provider said at `issued_at_ms`: the hours of the past that came with it, the present one and those to come."""

    issued_at_ms: int
    provider: str


@dataclass(frozen=True, eq=False)
class KnownWeather(WeatherHours):
    """Kept hours of the past and the newest forecast, joined. `provider` and `issued_at_ms` are the newest forecast's."""

    issued_at_ms: int
    provider: str
    is_stale: bool


def expected_outside_temperature(hours: WeatherHours, at_ms: int) -> float | None:
    """Mean temperature of the next 24 hours, the present one included, in °C; None where fewer than half of them are known."""
    first = (at_ms - hours.start_ms) // HOUR_MS
    wanted = hours.temperature_c[max(first, 0) : max(first + _EXPECTED_HOURS, 0)]
    known = wanted[~np.isnan(wanted)]
    return round(float(known.mean()), 2) if len(known) >= _LEAST_EXPECTED_HOURS else None


class CellState(msgspec.Struct, frozen=True, kw_only=True):
    """How it stands with a cell's forecast, and with asking for it.

    `issued_at_ms`, `ends_at_ms`, `provider`: of the forecast that is kept, None before there is one. `failures`: in a row, since
    then; `error`: the last one's. `has_past`: that provider was asked for the days before there was a forecast.
    """

    cell: Cell
    provider: str | None = None
    issued_at_ms: int | None = None
    ends_at_ms: int | None = None
    last_attempt_ms: int | None = None
    failures: int = 0
    error: str | None = None
    next_due_ms: int = 0
    has_past: bool = False

    def is_stale(self, now_ms: int) -> bool:
        """Whether the forecast is older than it should be, or there is none."""
        return self.issued_at_ms is None or now_ms - self.issued_at_ms > STALE_AFTER_MS

    def is_used(self, now_ms: int) -> bool:
        """Whether the forecast still says something of what is to come."""
        return self.ends_at_ms is not None and now_ms < self.ends_at_ms

    def due_ms(self, provider: str) -> int:
        """When that provider is to be asked; at once where the forecast is another's and asking has not failed."""
        return 0 if self.provider != provider and self.failures == 0 else self.next_due_ms

    def past_days(self, provider: str, now_ms: int) -> int:
        """How many past days to ask for: all that can be had the first time, then as many as make the past whole.

        The offline provider has no word on the past that were better than what is kept; it fills gaps alone.
        """
        if self.issued_at_ms is None:
            return MOST_PAST_DAYS
        gap = max(0, utc_day(now_ms) - utc_day(self.issued_at_ms))
        if provider == OFFLINE:
            return min(gap, MOST_PAST_DAYS)
        if not self.has_past or self.provider != provider:
            return MOST_PAST_DAYS
        return min(gap + 1, MOST_PAST_DAYS)

    def fetched(self, forecast: WeatherForecast, past_days: int) -> "CellState":
        """After an answer."""
        has_past = past_days == MOST_PAST_DAYS or (self.has_past and self.provider == forecast.provider)
        return CellState(
            cell=self.cell,
            provider=forecast.provider,
            issued_at_ms=forecast.issued_at_ms,
            ends_at_ms=forecast.ends_at_ms,
            last_attempt_ms=forecast.issued_at_ms,
            next_due_ms=forecast.issued_at_ms + REFRESH_MS,
            has_past=has_past,
        )

    def failed(self, now_ms: int, error: WeatherUnavailableError) -> "CellState":
        """After a failure: the forecast stays, and the next attempt waits longer each time."""
        failures = self.failures + 1
        return msgspec.structs.replace(
            self,
            last_attempt_ms=now_ms,
            failures=failures,
            error=str(error),
            next_due_ms=now_ms + _growing(failures, _MOST_PAUSE_MS),
        )


class ProviderState(msgspec.Struct, frozen=True, kw_only=True):
    """How much a provider was asked, and whether it is left in peace.

    `requests`: on the UTC day `day`, as the provider counts them; `failures`: in a row, whichever the cells.
    """

    name: str
    day: int = 0
    requests: int = 0
    last_request_ms: int | None = None
    failures: int = 0
    paused_until_ms: int = 0

    def requests_on(self, now_ms: int) -> int:
        """Requests of the UTC day of that instant."""
        return self.requests if self.day == utc_day(now_ms) else 0

    def next_request_ms(self, now_ms: int, most_per_day: int, cells: int) -> int:
        """When the next request may be made: now, or later.

        most_per_day: 0 = no limit. Where what is left of the day's requests is not enough to ask for each of the cells every
        hour, requests are spread evenly over what is left of the day.
        """
        if self.paused_until_ms > now_ms:
            return self.paused_until_ms
        if most_per_day == 0:
            return now_ms
        tomorrow_ms = (utc_day(now_ms) + 1) * DAY_MS
        left = most_per_day - self.requests_on(now_ms)
        if left <= 0:
            return tomorrow_ms
        hours_left = -(-(tomorrow_ms - now_ms) // HOUR_MS)
        if left >= cells * hours_left or self.last_request_ms is None:
            return now_ms
        return max(now_ms, self.last_request_ms + (tomorrow_ms - now_ms) // left)

    def asked(self, now_ms: int, requests: int, error: WeatherUnavailableError | None) -> "ProviderState":
        """After an attempt. Failures in a row, or a provider that asks for it, bring a pause for all cells."""
        failures = 0 if error is None else self.failures + 1
        pause_ms = 0
        if failures >= _FAILURES_OF_ALL:
            pause_ms = _growing(failures - _FAILURES_OF_ALL + 1, _MOST_PROVIDER_PAUSE_MS)
        if error is not None and error.retry_after_seconds is not None:
            asked_ms = min(round(error.retry_after_seconds * SECOND_MS), _MOST_ASKED_PAUSE_MS)
            pause_ms = max(pause_ms, asked_ms, _growing(failures, _MOST_PROVIDER_PAUSE_MS))
        return ProviderState(
            name=self.name,
            day=utc_day(now_ms),
            requests=self.requests_on(now_ms) + requests,
            last_request_ms=now_ms,
            failures=failures,
            paused_until_ms=now_ms + pause_ms,
        )


def _growing(failures: int, most_ms: int) -> int:
    return min(_FIRST_PAUSE_MS << min(failures - 1, 20), most_ms)
