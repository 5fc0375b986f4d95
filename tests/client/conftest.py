"""For all tests of the Python client: a real server, and no proxy before loopback."""

from collections.abc import Iterator

import pytest
from tests.running import Server, running

from hearth_client import Retries

QUICK = Retries(attempts=4, first_pause_seconds=0.01, longest_pause_seconds=0.02)


@pytest.fixture(autouse=True)
def _loopback_has_no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1,localhost")
    monkeypatch.setenv("no_proxy", "127.0.0.1,localhost")


@pytest.fixture
def quick() -> Retries:
    """Repeats with hardly a pause."""
    return QUICK


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A real server; each test has a customer of its own there."""
    with running(tmp_path_factory.mktemp("client")) as started:
        yield started
