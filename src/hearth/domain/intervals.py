"""MeasuredInterval: how often events of one type and source really come, beside what the catalogue says.

Holds what was measured and when, and when that deviates from the catalogue. How it is computed from events is
`insights.intervals`'. Invariant: no value of an event is in it.
"""

from typing import Literal

import msgspec

ALIKE = 0.2  # intervals that differ by no more than this share are told as the same

Deviation = Literal["FASTER", "SLOWER"]


class MeasuredInterval(msgspec.Struct, frozen=True, kw_only=True):
    """The interval of the series that were looked at; None where too few events came to tell.

    `series` of the customer, `sampled` of them looked at, `measured` with events enough. `alike_share` 0..1: of the
    measured ones, those whose own interval is within a fifth of it. `looked_back_seconds`: from the measuring on.
    """

    event_type: str
    source: str
    measured_at_ms: int
    looked_back_seconds: int
    series: int
    sampled: int
    measured: int
    interval_seconds: float | None
    alike_share: float | None

    def deviation_from(self, catalogue_seconds: int) -> Deviation | None:
        """Whether events come clearly more or less often than the catalogue says. Not for a type that comes on change."""
        if self.interval_seconds is None or catalogue_seconds == 0:
            return None
        if abs(self.interval_seconds - catalogue_seconds) <= ALIKE * catalogue_seconds:
            return None
        return "FASTER" if self.interval_seconds < catalogue_seconds else "SLOWER"
