"""Quantile regression that is drawn toward a prior: least squares, weighted again and again.

Minimises the pinball loss of a quantile (Koenker and Bassett, "Regression Quantiles", Econometrica 46, 1978) by iteratively
reweighted least squares, with a ridge penalty on the distance from the prior's coefficients (Hoerl and Kennard, 1970), so
that little data means the prior. Pure arithmetic in NumPy: the same rows give the same coefficients.
"""

import numpy as np

from hearth.forecasting.hours import Floats

_ROUNDS = 20
_SMALLEST_ERROR = 0.03  # of the mean of what is explained; below it the loss is treated as quadratic


def fit_quantile(rows: Floats, answers: Floats, quantile: float, prior: Floats, strength: float) -> Floats:
    """Coefficients, shape as `prior`, for rows of shape (n, features) and answers (n,).

    strength: how much the prior weighs, as a share of the rows' number. Without rows, or where all answers are zero, the prior.
    """
    size = float(np.mean(np.abs(answers))) if len(answers) else 0.0
    if size == 0.0:
        return prior.copy()
    rows, answers = rows / size, answers / size
    penalty = strength * len(rows) * np.eye(len(prior))
    missed = answers - rows @ prior
    coefficients = prior.copy()
    for _ in range(_ROUNDS):
        errors = answers - rows @ coefficients
        weights = np.where(errors > 0, quantile, 1 - quantile) / np.maximum(np.abs(errors), _SMALLEST_ERROR)
        weighted = rows * weights[:, None]
        coefficients = prior + np.linalg.solve(weighted.T @ rows + penalty, weighted.T @ missed)
    return coefficients
