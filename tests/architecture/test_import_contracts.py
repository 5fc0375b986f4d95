"""The import contracts hold, name every package, and catch what they forbid."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LAYERS = re.findall(r"\w+", (ROOT / ".importlinter").read_text().split("\nlayers =\n")[1].split("\n\n")[0])

DIRECTION = "A package imports only what stands below it"
DECIDING = "What decides reaches no clock, chance, thread, socket, database or web"
EDGES = "Services and the runtime name no database, web framework or client"
ACYCLIC = "No import cycle at any depth"


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache", "--config", ROOT / ".importlinter"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder), "COLUMNS": "300"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_the_tree_keeps_the_import_contracts():
    done = lint(ROOT)
    assert done.returncode == 0, done.stdout + done.stderr


def broken(folder: Path) -> list[str]:
    """The names of the broken contracts."""
    done = lint(folder)
    assert done.returncode in (0, 1), done.stderr
    assert "Contracts:" in done.stdout, done.stdout
    return re.findall(r"^(.*\S) BROKEN", done.stdout, flags=re.MULTILINE)


@pytest.fixture
def skeleton(tmp_path: Path) -> Path:
    """A package with the same layers, in which nothing imports anything."""
    for name in ("", *LAYERS):
        (tmp_path / "hearth" / name).mkdir()
        (tmp_path / "hearth" / name / "__init__.py").touch()
    return tmp_path


def test_a_skeleton_without_imports_passes(skeleton):
    assert broken(skeleton) == []


@pytest.mark.parametrize(
    ("module", "text", "contract"),
    [
        ("domain/rules.py", "import hearth.store", DIRECTION),
        ("domain/rules.py", "import hearth.language", DIRECTION),
        ("api/rules.py", "import hearth.console", DIRECTION),
        ("api/rules.py", "import hearth.bootstrap", DIRECTION),
        ("services/rules.py", "import hearth.connectors", DIRECTION),
        ("services/rules.py", "import sqlalchemy", EDGES),
        ("engine/step.py", "import time", DECIDING),
        ("engine/step.py", "from asyncio import Queue", DECIDING),
        ("language/parse.py", "import sqlite3", DECIDING),
        ("delivery/attempts.py", "import threading", DECIDING),
        ("core/clock.py", "def now():\n    import random", DECIDING),
    ],
)
def test_a_forbidden_import_is_found(skeleton, module, text, contract):
    (skeleton / "hearth" / module).write_text(text + "\n")
    assert broken(skeleton) == [contract]


def test_what_is_reached_through_another_module_is_found(skeleton):
    (skeleton / "hearth/engine/step.py").write_text("import hearth.core.money\n")
    (skeleton / "hearth/core/money.py").write_text("import hearth.core.coins\n")
    (skeleton / "hearth/core/coins.py").write_text("import random\n")
    assert broken(skeleton) == [DECIDING]
    assert "hearth.engine is not allowed to import random" in lint(skeleton).stdout


def test_a_cycle_inside_a_package_is_found(skeleton):
    (skeleton / "hearth/engine/first.py").write_text("import hearth.engine.second\n")
    (skeleton / "hearth/engine/second.py").write_text("import hearth.engine.first\n")
    assert broken(skeleton) == [ACYCLIC]


def test_a_new_top_level_package_must_be_given_its_layer(skeleton):
    (skeleton / "hearth/extras.py").touch()
    assert broken(skeleton) == [DIRECTION]
