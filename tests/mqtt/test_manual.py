"""The page about MQTT tells the truth: its commands, its Python and its bridge are run against a real `hearth serve`."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from tests.api.test_intake_events import RULE
from tests.broker import open_broker
from tests.running import Server, all_notifications, free_port, free_ports, running, until

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs/integrate/mqtt.md").read_text(encoding="utf-8")

pytestmark = pytest.mark.xdist_group("mqtt-server")


def blocks(language: str) -> str:
    return "\n".join(re.findall(rf"^```{language}\n(.*?)^```", PAGE, flags=re.DOTALL | re.MULTILINE))


@pytest.fixture(scope="module")
def port() -> int:
    return free_port()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, port: int) -> Iterator[Server]:
    ports = {"HEARTH_MQTT_PORT": str(port), "HEARTH_METRICS_PORT": str(free_ports(4))}
    with running(tmp_path_factory.mktemp("service"), ports) as server:
        yield server
    assert "Traceback" not in server.log()


@pytest.fixture(scope="module")
def customer(server: Server, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    customer = server.create_customer("Solar Bern")
    rule = tmp_path_factory.mktemp("rules") / "rule.yaml"
    rule.write_text(RULE)
    server.command("rules", "import", str(rule), "--customer", customer["customerId"])
    return customer


@pytest.fixture(scope="module")
def api(server: Server, customer: dict[str, str]) -> Iterator[httpx2.Client]:
    with server.client(customer) as client:
        assert client.post("/buildings/v1", json={"customerBuildingId": "house-4711"}).status_code == 201
        yield client


@pytest.fixture
def environment(server: Server, customer: dict[str, str], api: httpx2.Client, port: int) -> dict[str, str]:
    client = {"HEARTH_CLIENT_ID": customer["clientId"], "HEARTH_CLIENT_SECRET": customer["clientSecret"]}
    broker = {"MQTT_HOST": "127.0.0.1", "MQTT_PORT": str(port)}
    return {"HEARTH_URL": server.url, **client, **broker, "NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1"}


def stored(api: httpx2.Client, kind: str) -> list[dict[str, Any]]:
    answer = api.get("/events/v1", params={"customerBuildingId": "house-4711", "type": kind})
    found: list[dict[str, Any]] = answer.raise_for_status().json()
    return found


@pytest.mark.skipif(shutil.which("mosquitto_pub") is None, reason="mosquitto_pub is not installed")
def test_the_commands_of_the_page_and_a_rule_that_fires(environment: dict[str, str], api: httpx2.Client, server: Server) -> None:
    done = subprocess.run(
        ["sh", "-eu"], input=blocks("sh"), env={**os.environ, **environment}, text=True, capture_output=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert [event["value"] for event in stored(api, "WATER_TEMPERATURE")] == [61.5]
    assert 230.5 in [event["value"] for event in stored(api, "POWER_CONSUMPTION")]
    told = until(lambda: all_notifications(api, "house-4711"))
    assert told[-1]["notification"]["texts"]["en"]["message"] == "230.5"
    assert httpx2.get(f"{server.url}/health/ready", trust_env=False, timeout=60).status_code == 200


def test_the_python_of_the_page(
    environment: dict[str, str], api: httpx2.Client, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    page: dict[str, Any] = {}
    try:
        exec(compile(blocks("python"), "mqtt.md", "exec"), page)
    finally:
        page["gateway"].disconnect()
        page["gateway"].loop_stop()
    printed = capsys.readouterr().out
    assert "refused: Topic name invalid type: unknown event type 'POWER_CONSUMTION'; did you mean POWER_CONSUMPTION?" in printed
    assert 1250 in [event["value"] for event in stored(api, "POWER_CONSUMPTION")]
    assert [event["value"] for event in stored(api, "STATE_OF_CHARGE_RATE")] == [40, 41, 42]


def test_the_bridge_of_the_page(environment: dict[str, str], api: httpx2.Client, tmp_path: Path) -> None:
    (bridge,) = re.findall(r"^```\n(connection hearth\n.*?)^```", PAGE, flags=re.DOTALL | re.MULTILINE)
    token = api.headers["Authorization"].split()[1]
    for said, meant in {
        "hearth.example.com:8883": f"127.0.0.1:{environment['MQTT_PORT']}",
        "bridge_capath /etc/ssl/certs\n": "",
        "<access token>": token,
    }.items():
        assert said in bridge
        bridge = bridge.replace(said, meant)
    with open_broker(tmp_path, bridge) as broker:
        publish = [
            "mosquitto_pub",
            "-p",
            str(broker),
            "-q",
            "1",
            "-t",
            "events/house-4711/bridged-1/POWER_GENERATION",
            "-m",
            "77",
        ]

        def is_heard() -> bool:
            subprocess.run(publish, check=True)  # again: what comes before the bridge is connected is not kept
            return {event["value"] for event in stored(api, "POWER_GENERATION")} == {77}

        until(is_heard)


def test_its_figures_are_among_the_metrics(server: Server, api: httpx2.Client) -> None:
    page = httpx2.get(f"http://127.0.0.1:{server.env['HEARTH_METRICS_PORT']}/metrics", trust_env=False, timeout=60).text
    assert re.search(r"^hearth_mqtt_connections \d", page, flags=re.MULTILINE)
    assert re.search(r'^hearth_mqtt_refused_connections_total\{reason="bad_password"\} 0', page, flags=re.MULTILINE)
