"""Where the ten metered homes are, which are not part of the repository: HEARTH_HOUSEHOLDS, or beside the checkout."""

import os
from pathlib import Path

import pytest

HOUSEHOLDS = Path(os.environ.get("HEARTH_HOUSEHOLDS") or Path(__file__).parents[2] / "shared" / "data" / "households")

# Data nobody can install: its want is named in the summary, and is no failure where skips are none the less forbidden.
WANT = "needs the metered households (HEARTH_HOUSEHOLDS names their folder)"


def file_of(home: int) -> Path:
    """The CSV file of a home; skips the test where the homes are not."""
    path = HOUSEHOLDS / f"home_{home:02}.csv"
    if not path.is_file():
        pytest.skip(WANT)
    return path
