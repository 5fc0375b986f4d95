"""Accuracy: forecasts from many origins against what came, beside rules of thumb anybody could use.

Each forecast was issued from what was known before its origin. Hours count of which the truth and all rules of thumb are
known. Coverage is the share of hours between P10 and P90; of generation only of hours with light, for the night is no merit.
"""

from dataclasses import dataclass

import numpy as np

from hearth.forecasting.features import past_of, targets_of
from hearth.forecasting.hours import Floats, HourlySeries, Ints
from hearth.forecasting.signals import Forecasts, Scale, signal_of

HORIZONS = ((1, 24), (25, 48), (49, 72))
BASELINES = ("persistence", "yesterday", "last_week", "median_14_days")
_IN_WH = Scale(1.0)


@dataclass(frozen=True)
class Accuracy:
    """Of one home and horizon: mean absolute errors in Wh, ours and by rule of thumb; coverage 0..1; hours judged, lit ones."""

    first_hour: int
    last_hour: int
    mae_wh: float
    baselines_mae_wh: dict[str, float]
    coverage: float
    hours: int
    lit_hours: int

    def gain(self, baseline: str) -> float:
        """By which share our error is below that of a rule of thumb; 0 where that has none."""
        theirs = self.baselines_mae_wh[baseline]
        return 1 - self.mae_wh / theirs if theirs > 0 else 0.0


def accuracies(series: HourlySeries, scale: Scale, origins: Ints, forecasts: Forecasts) -> list[Accuracy]:
    """The accuracy in each of HORIZONS that holds hours to judge."""
    targets = targets_of(origins)
    count = len(series)
    truth = np.where(targets < count, series.energy_wh[np.minimum(targets, count - 1)], np.nan)
    past = past_of(signal_of(series, _IN_WH), origins)
    thumbs: dict[str, Floats] = dict(zip(BASELINES, (past.latest, past.yesterday, past.last_week, past.median_14), strict=True))
    judged = ~np.isnan(truth) & np.all([~np.isnan(each) for each in thumbs.values()], axis=0)
    has_light = signal_of(series, scale).envelope[targets] > 0
    low, middle, high = np.moveaxis(forecasts.energy_wh, -1, 0)
    inside = (truth >= low) & (truth <= high)
    result = []
    for first, last in HORIZONS:
        of_horizon = np.zeros(judged.shape, dtype=bool)
        of_horizon[:, first - 1 : last] = judged[:, first - 1 : last]
        if not (of_horizon & has_light).any():
            continue
        result.append(
            Accuracy(
                first,
                last,
                float(np.abs(middle - truth)[of_horizon].mean()),
                {name: float(np.abs(values - truth)[of_horizon].mean()) for name, values in thumbs.items()},
                float(inside[of_horizon & has_light].mean()),
                int(of_horizon.sum()),
                int((of_horizon & has_light).sum()),
            )
        )
    return result
