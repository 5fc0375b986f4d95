"""`hearth lang explain --code`: what a diagnostic means, with an example and the same mended."""

import pytest
from typer.testing import CliRunner

from hearth.cli.lang import app
from hearth.core.problems import Problem
from hearth.language.codes import CODES


def run(*arguments, exit_code=0):
    result = CliRunner().invoke(app, arguments, catch_exceptions=False)
    assert result.exit_code == exit_code, result.output
    return result


def test_a_code_is_explained_with_an_example_and_the_same_mended():
    shown = run("explain", "--code", "vector-operand").stdout
    assert "A whole time series stands where one value is needed." in shown
    assert "1 | $Power > 500\n  | ^^^^^^\n" in shown
    assert shown.rstrip().endswith("AVG($Power) > 500")


def test_every_code_can_be_explained_within_lines_that_a_terminal_shows():
    for code in CODES:
        assert max(map(len, run("explain", "--code", code).stdout.splitlines())) < 260


def test_an_unknown_code_names_the_nearest():
    with pytest.raises(Problem, match="did you mean vector-operand"):
        run("explain", "--code", "vectr-operand")


def test_explain_wants_an_expression_or_a_code():
    assert "--code" in run("explain", exit_code=2).output


def test_what_is_wrong_says_where_to_read_on():
    assert run("check", "1 +", exit_code=1).stderr.splitlines()[-1] == "more: hearth lang explain --code operand-missing"
    assert "more:" not in run("check", "1 + 2").stderr
