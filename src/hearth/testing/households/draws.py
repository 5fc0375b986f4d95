"""Random numbers of the household model: every stream is named by what it is for.

Invariant: a stream depends on its name alone, never on what was drawn before; this makes days independent
of where a simulation starts.
"""

import numpy as np
from numpy.typing import NDArray

from hearth.core.identifiers import derived_id

Floats = NDArray[np.float64]


def generator(*name: str | int) -> np.random.Generator:
    """The stream of that name, such as `generator("trip", seed, day)`."""
    return np.random.Generator(np.random.PCG64(int(derived_id(*name), 16)))


def smooth_noise(draws: np.random.Generator, minutes: int, spacing_minutes: int) -> Floats:
    """Noise of about unit variance that is correlated over `spacing_minutes`; shape (minutes,)."""
    nodes = draws.standard_normal(minutes // spacing_minutes + 2) * 1.22  # a straight line between nodes has 2/3 of the variance
    return np.interp(np.arange(minutes) / spacing_minutes, np.arange(len(nodes)), nodes)
