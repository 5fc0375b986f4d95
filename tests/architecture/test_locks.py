"""Dependencies are pinned with hashes, and no file names where they are fetched from."""

import json
import re
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock", "requirements-bench.lock"])
def test_a_lock_pins_with_hashes_and_names_no_index(name):
    text = (ROOT / name).read_text()
    requirements = [line for line in text.splitlines() if line and not line.startswith((" ", "#"))]
    assert len(requirements) > 20
    for requirement in requirements:
        assert re.match(r"[a-z0-9.\[\]_-]+==[^ ]+ ", requirement), f"{requirement}: not pinned"
        assert requirement.endswith("\\"), f"{requirement}: no hash"
    assert "://" not in text
    assert not re.search(r"^\s*--(index|extra-index|find-links|default-index)", text, flags=re.MULTILINE)


def test_the_pages_lock_names_no_registry():
    lock = json.loads((ROOT / "web/package-lock.json").read_text())
    packages = {name: package for name, package in lock["packages"].items() if name}
    assert len(packages) > 20
    assert [name for name, package in packages.items() if "resolved" in package] == []
    assert [name for name, package in packages.items() if "integrity" not in package] == []


def test_every_direct_dependency_is_locked():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    for name, wanted in (
        ("requirements.lock", project["dependencies"]),
        ("requirements-dev.lock", project["dependencies"] + project["optional-dependencies"]["dev"]),
        ("requirements-bench.lock", project["dependencies"] + project["optional-dependencies"]["bench"]),
    ):
        locked = set(re.findall(r"^([a-z0-9._-]+)", (ROOT / name).read_text(), flags=re.MULTILINE))
        names = [re.split(r"[\[<>=~;]", one)[0].replace(".", "-") for one in wanted]
        assert [one for one in names if one not in locked] == [], f"{name}: run make lock"


def test_the_libraries_of_the_benchmarks_change_nothing_that_is_developed_with():
    pinned = {
        name: set(re.findall(r"^([a-z0-9._-]+)(?:\[[a-z,]+\])?==([^ ;]+)", (ROOT / name).read_text(), flags=re.MULTILINE))
        for name in ("requirements-dev.lock", "requirements-bench.lock")
    }
    developed, compared = pinned["requirements-dev.lock"], pinned["requirements-bench.lock"]
    assert len(compared & developed) > 20
    names = {name for name, _ in developed}
    assert [one for one in sorted(compared - developed) if one[0] in names] == []


def test_no_file_says_where_packages_come_from_or_where_it_was_written():
    tracked = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    paths = [ROOT / name for name in tracked.split("\0") if name and (ROOT / name).is_file()]
    # Put together here, so that this file does not contain them.
    words = ("py" + "pi.org", "python" + "hosted.org", "registry." + "npm", "/wo" + "rk/main", "/wo" + "rk/shared")
    found = [(path.relative_to(ROOT).as_posix(), word) for path in paths for word in words if word.encode() in path.read_bytes()]
    assert found == []
