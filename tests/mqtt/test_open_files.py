"""Connections and the bound on open files, each in a process of its own: who lowers the hard bound cannot raise it again."""

import subprocess
import sys

import pytest

ASKED = """
import resource, sys
soft, hard, wanted = map(int, sys.argv[1:])
resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
from hearth.bootstrap import Settings, open_installation
settings = Settings(data_dir=sys.stdin.read(), mqtt_port=1, mqtt_most_connections=wanted)
with open_installation(settings) as installation:
    listener = installation.mqtt_listener(None, None, lambda: None)
limits = listener._parts.limits
print("#", limits.connections, limits.customer_connections, resource.getrlimit(resource.RLIMIT_NOFILE)[0])
"""


@pytest.mark.parametrize(
    ("soft", "hard", "wanted", "found"),
    [
        (256, 4_000, 2_000, "# 2000 1000 2512"),
        (3_000, 4_000, 2_000, "# 2000 1000 3000"),
        (256, 4_000, 10_000, "# 3488 1744 4000"),
        (256, 400, 10_000, "# 1 1 400"),
    ],
)
def test_there_are_as_many_connections_as_files_allow(tmp_path, soft, hard, wanted, found):
    command = [sys.executable, "-c", ASKED, *map(str, (soft, hard, wanted))]
    said = subprocess.run(command, input=str(tmp_path), capture_output=True, text=True, check=True, timeout=60)
    assert found in said.stdout
    is_told = "the bound on open files" in said.stdout + said.stderr
    assert is_told == (not found.startswith(f"# {wanted} "))
