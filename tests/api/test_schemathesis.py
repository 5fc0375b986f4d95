"""The API does what its OpenAPI document says: few requests, always the same ones. `make fuzz-api` asks more."""

from collections.abc import Iterator

import pytest
from tests.api.api_fuzz import UNLIMITED, fuzz
from tests.running import Server, running

ALWAYS_THE_SAME = ("--max-examples", "2", "--generation-deterministic", "--no-shrink")
# A rule is large, and each place in it is covered by a request of its own: here once, as a rule is added.
OTHERS_WITH_RULES = ("save_rule", "check_rule", "simulate_rule", "backtest_rules", "explain_draft", "show_present_values")


@pytest.fixture
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running(tmp_path_factory.mktemp("schemathesis"), env=UNLIMITED) as server:
        yield server


@pytest.mark.timeout(600)
def test_the_api_is_as_it_is_described(server: Server) -> None:
    without = [word for name in OTHERS_WITH_RULES for word in ("--exclude-operation-id", name)]
    for phases in (["--phases", "coverage", *without], ["--phases", "examples,fuzzing,stateful"]):
        done = fuzz(server, [*phases, *ALWAYS_THE_SAME])
        assert done.returncode == 0, done.stdout
    assert "Traceback" not in server.log()
