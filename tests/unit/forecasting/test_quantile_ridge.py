"""Quantile regression: it finds the quantile of a known spread, and believes its prior where it is taught little."""

import numpy as np
import pytest

from hearth.forecasting.quantile_ridge import fit_quantile


@pytest.mark.parametrize("quantile", [0.1, 0.5, 0.9])
def test_the_share_of_answers_below_is_the_quantile(quantile):
    draws = np.random.default_rng(2)
    rows = np.column_stack((np.ones(4_000), draws.uniform(1, 5, 4_000)))
    answers = 10 + rows[:, 1] * draws.exponential(20, 4_000)  # skewed, and wider where the feature is larger
    coefficients = fit_quantile(rows, answers, quantile, np.zeros(2), strength=0.0)
    assert np.mean(answers < rows @ coefficients) == pytest.approx(quantile, abs=0.02)
    assert coefficients[1] == pytest.approx(-20 * np.log(1 - quantile), abs=1.5)


def test_a_few_outliers_do_not_move_the_median():
    rows, answers = np.ones((101, 1)), np.full(101, 300.0)
    answers[:20] = 10_000.0
    assert fit_quantile(rows, answers, 0.5, np.zeros(1), strength=0.0)[0] == pytest.approx(300, rel=0.1)


def test_without_rows_or_with_nothing_to_explain_the_prior_is_the_answer():
    prior = np.array([1.0, 0.5])
    assert fit_quantile(np.empty((0, 2)), np.empty(0), 0.5, prior, 0.03).tolist() == prior.tolist()
    assert fit_quantile(np.ones((9, 2)), np.zeros(9), 0.5, prior, 0.03).tolist() == prior.tolist()


def test_the_stronger_the_prior_the_nearer_to_it():
    draws = np.random.default_rng(4)
    rows = draws.uniform(0, 1, (200, 1))
    answers = 3 * rows[:, 0]
    near, far = (fit_quantile(rows, answers, 0.5, np.ones(1), strength)[0] for strength in (100.0, 0.001))
    assert 1 < near < far
    assert far == pytest.approx(3, abs=0.05)
