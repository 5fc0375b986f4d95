"""Code: what is to be said of one kind of mistake, whatever the expression; and the scene of the examples.

Data only. Invariant: `wrong` gets exactly this code where it stands, `right` gets none.
"""

from dataclasses import dataclass

from hearth.language.diagnostics import Severity
from hearth.language.scope import DatasetInfo, Place, Scope

SCENE: dict[str, DatasetInfo] = {
    "Power": DatasetInfo("TIME_SERIES", "W", timespan_ms=3_600_000),
    "Energy": DatasetInfo("TIME_SERIES", "Wh"),
    "Grid": DatasetInfo("SINGLE_VALUE", "W"),
    "Temperature": DatasetInfo("SINGLE_VALUE", "°C"),
    "Charge": DatasetInfo("SINGLE_VALUE", "%"),
    "Mode": DatasetInfo("SINGLE_VALUE", None, True, {0: "fast", 1: "only solar", 2: "solar and tariff", 3: "off"}),
}


@dataclass(frozen=True)
class Code:
    """A code of the language. `title`: what went wrong, in a sentence; `explanation`: why, and how it is mended."""

    code: str
    severity: Severity
    title: str
    explanation: str
    wrong: str
    right: str
    place: Place = "condition"

    @property
    def scope(self) -> Scope:
        """What the examples may refer to."""
        return Scope(SCENE, self.place)
