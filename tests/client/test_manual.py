"""The page about the Python client tells the truth: its Python and its curl are run against a real server."""

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.receivers import Receiver, Reply, Request
from tests.running import PATIENCE_SECONDS, RULES, Server

from hearth_client import Building, Event, HearthClient

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs/integrate/python.md"

pytestmark = pytest.mark.xdist_group("client-server")


def blocks(language: str) -> str:
    """All of the page's blocks of a language, one after the other."""
    return "\n".join(re.findall(rf"^```{language}\n(.*?)^```", PAGE.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE))


def environment(server: Server, customer: dict[str, str], **more: str) -> dict[str, str]:
    client = {"HEARTH_CLIENT_ID": customer["clientId"], "HEARTH_CLIENT_SECRET": customer["clientSecret"]}
    return {"HEARTH_URL": server.url, **client, "NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1", **more}


def test_the_python_of_the_page(server: Server, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    customer = server.create_customer("Python")
    page: dict[str, Any] = {}
    answered: list[int] = []

    def endpoint(request: Request) -> Reply:
        answered.append(page["receive"](request.headers, request.body))
        return Reply(answered[-1])

    # A home with a notification, so that the page has something to list.
    rule = RULES / "high-excess-energy-available.yaml"
    server.command("rules", "import", str(rule), "--customer", customer["customerId"])
    client = HearthClient(server.url, customer["clientId"], customer["clientSecret"], timeout_seconds=PATIENCE_SECONDS)
    feed_in(client, "house-4711")
    waited_until(lambda: any(client.list_notifications("house-4711")))

    with client, Receiver(endpoint) as receiver:
        told = server.command("endpoint", "set", "--customer", customer["customerId"], "--url", receiver.url)
        found = re.search(r"whsec_\S+", told)
        assert found is not None
        for name, value in environment(server, customer, HEARTH_SIGNING_SECRET=found[0]).items():
            monkeypatch.setenv(name, value)
        exec(compile(blocks("python"), PAGE.name, "exec"), page)
        assert [one.value for one in page["refused_events"]] == [1005]
        printed = capsys.readouterr().out
        assert "meter-1 /type unknown event type 'POWER_CONSUMTION'" in printed
        assert "house-4711 Europe/Zurich" in printed
        assert re.search(r"^not_found There is no building .* \w{24}$", printed, flags=re.MULTILINE), printed
        assert re.search(r"^\d+ evaluations$", printed, flags=re.MULTILINE)
        values = [event.value for event in client.list_events("house-4711", event_types=["POWER_CONSUMPTION"], page_size=2)]
        assert {1000, 1004, 1006, 1250} <= set(values)
        assert 1005 not in values
        (notification,) = client.list_notifications("house-4711", page_size=1)
        assert notification.interaction is not None
        assert (notification.interaction.action_qualifier, notification.interaction.user_id) == ("VIEWED", "anna@example.org")
        assert "Sunshine to spare" in printed
        # The function of the page answers what Hearth really posts.
        feed_in(client, "house-4712")
        waited_until(lambda: bool(answered))
        assert answered == [204]
        assert len(page["seen"]) == 1
        assert "house-4712 []" in capsys.readouterr().out
    assert customer["clientSecret"] not in server.log()


def feed_in(client: HearthClient, building: str) -> None:
    """A building whose meter says what the rule waits for."""
    client.add_building(Building(customer_building_id=building, country_code="CH", zip="3011"))
    now = int(time.time())
    meter = {"customer_building_id": building, "device_id": "gateway", "source": "GATEWAY", "type": "GRID_POWER_CONSUMPTION"}
    client.take_events([Event(**meter, value=-5_400, timestamp=at) for at in (now - 600, now)])


def waited_until(is_so: Callable[[], bool]) -> None:
    """Waits for it, as long as patience lasts."""
    ends_at = time.monotonic() + PATIENCE_SECONDS
    while not is_so():
        assert time.monotonic() < ends_at
        time.sleep(0.02)


def test_the_curl_of_the_page(server: Server) -> None:
    if shutil.which("curl") is None:
        pytest.skip("needs curl")
    customer = server.create_customer("curl")
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", blocks("sh")],
        env={**os.environ, **environment(server, customer)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    with HearthClient(server.url, customer["clientId"], customer["clientSecret"]) as client:
        assert [each.customer_building_id for each in client.list_buildings()] == ["house-4711"]
        assert sorted(event.value for event in client.list_events("house-4711")) == [1250, 1300]
    assert done.stdout.count('"customerBuildingId":"house-4711"') >= 4


def test_the_python_of_the_page_is_typed(tmp_path: Path) -> None:
    script = tmp_path / "page.py"
    script.write_text(blocks("python"))
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--config-file=", str(script)],
        cwd=tmp_path,
        env={**os.environ, "MYPYPATH": str(ROOT / "clients/python/src")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
