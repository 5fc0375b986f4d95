"""A pytest plugin: names at the end what was skipped and why, and allows none where none is allowed.

Loaded with `-p tests.plugins.skips`. With HEARTH_TESTS_ALLOW_NO_SKIPS set a run with a skipped test fails.
"""

import os
from collections import Counter

import pytest
from tests import metered_homes

ALLOW_NO_SKIPS = "HEARTH_TESTS_ALLOW_NO_SKIPS"


def _reason(report: pytest.TestReport | pytest.CollectReport) -> str:
    # A skip is reported as (path, line, "Skipped: reason").
    text = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    return text.removeprefix("Skipped: ")


class SkipSummary:
    """Counts skipped tests by reason."""

    def __init__(self, none_allowed: bool) -> None:
        self._none_allowed = none_allowed
        self._reasons: Counter[str] = Counter()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """An expected failure counts as skipped for pytest; it is none."""
        if report.skipped and not hasattr(report, "wasxfail"):
            self._reasons[_reason(report)] += 1

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """A module that skips itself as a whole."""
        if report.skipped:
            self._reasons[_reason(report)] += 1

    def _forbidden(self) -> bool:
        """Whether something was skipped that should not be; data that nobody can install is no such thing."""
        return self._none_allowed and any(reason != metered_homes.WANT for reason in self._reasons)

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """A skip where none is allowed is a failure."""
        if self._forbidden() and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """One line per reason, the most frequent first."""
        for reason, count in self._reasons.most_common():
            terminalreporter.write_line(f"skipped: {reason} — {count} {'test' if count == 1 else 'tests'}", yellow=True)
        if self._forbidden():
            terminalreporter.write_line(f"{ALLOW_NO_SKIPS} is set: a skipped test is a failure", red=True)


def pytest_configure(config: pytest.Config) -> None:
    """Only the process that reports counts; the workers of a distributed run do not."""
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(SkipSummary(none_allowed=bool(os.environ.get(ALLOW_NO_SKIPS))), "skip-summary")
