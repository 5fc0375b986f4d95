"""The skip summary names each reason with its count, and allows no skip where none is allowed."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

TESTS = """
import pytest

@pytest.mark.parametrize("n", range(3))
def test_wants_a_broker(n):
    pytest.skip("Mosquitto is not installed")

@pytest.mark.xfail(reason="known")
def test_known_to_fail():
    assert False

def test_passes():
    pass
"""


def run(folder: Path, *options: str, none_allowed: bool) -> subprocess.CompletedProcess[str]:
    (folder / "test_parts.py").write_text(TESTS)
    env = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "HEARTH_", "COV_"))}
    if none_allowed:
        env["HEARTH_TESTS_ALLOW_NO_SKIPS"] = "1"
    return subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-p",
            "tests.plugins.skips",
            "-c",
            os.devnull,
            "--rootdir",
            folder,
            *options,
            folder,
        ],
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.mark.parametrize("options", [(), ("-n", "2")])
def test_a_reason_is_named_with_its_count(tmp_path, options):
    done = run(tmp_path, *options, none_allowed=False)
    assert "skipped: Mosquitto is not installed — 3 tests" in done.stdout, done.stdout + done.stderr
    assert "known" not in done.stdout
    assert done.returncode == 0
    assert "1 passed, 3 skipped, 1 xfailed" in done.stdout.splitlines()[-1]


@pytest.mark.parametrize("options", [(), ("-n", "2")])
def test_a_skip_fails_the_run_where_none_is_allowed(tmp_path, options):
    done = run(tmp_path, *options, none_allowed=True)
    assert "a skipped test is a failure" in done.stdout, done.stdout + done.stderr
    assert done.returncode == 1
