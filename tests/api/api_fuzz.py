"""Schemathesis on a real `hearth serve`: requests made from the served OpenAPI document, all checks, stateful too.

`fuzz` is what test_schemathesis.py runs for a short while, always the same; `make fuzz-api` goes on for as long as one likes:

    python -m tests.api.api_fuzz --seconds 600
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from tests.running import Server, running

from hearth.api.wire.rules import RULE_EXAMPLE
from hearth.domain.notifications import Content, Notification, RenderedText

ROOT = Path(__file__).resolve().parents[2]
CONFIG = ROOT / "tests/api/schemathesis.toml"
# A fuzzer is more than a customer.
UNLIMITED = {"HEARTH_MOST_REQUESTS_PER_MINUTE": "0", "HEARTH_MOST_EVENT_REQUESTS_PER_MINUTE": "0"}
BUILDING = "house-4711"  # of the document's examples


def fuzz(server: Server, arguments: Sequence[str]) -> subprocess.CompletedProcess[str]:
    """Lets Schemathesis ask this server as a customer that has one of everything."""
    with server.opened() as installation:
        customer_id = installation.customers.create("Fuzz").id
        client_id, secret = installation.access.create_client(customer_id)
    customer = {"customerId": customer_id, "clientId": client_id, "clientSecret": secret}
    with server.client(customer) as api:
        token = api.headers["Authorization"]
        assert api.post("/buildings/v1", json={"customerBuildingId": BUILDING, "countryCode": "CH"}).status_code == 201
        event = {"customerBuildingId": BUILDING, "deviceId": "meter-1", "type": "POWER_CONSUMPTION", "value": 1_500.0}
        events = [{**event, "timestamp": int(time.time()) - 600 * ago} for ago in range(1, 20)]
        assert api.post("/events/v1", json=events).status_code == 201
        rule = api.post("/rules/v1", json=RULE_EXAMPLE)
        assert rule.status_code == 201
    notification_id = _notify(server, customer["customerId"], rule.json()["id"])
    known = {
        "FUZZ_RULE_ID": rule.json()["id"],
        "FUZZ_NOTIFICATION_ID": notification_id,
        "FUZZ_CLIENT_ID": customer["clientId"],
        "FUZZ_CLIENT_SECRET": customer["clientSecret"],
        "NO_PROXY": "127.0.0.1",
        "PYTHONPATH": str(ROOT),
    }
    command = [Path(sys.executable).parent / "st", "--config-file", CONFIG, "run", f"{server.url}/openapi.json"]
    return subprocess.run(
        [*command, "--header", f"Authorization: {token}", *arguments],
        cwd=server.folder,  # what it keeps of a run changes no other run
        env={**os.environ, **known},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )


def _notify(server: Server, customer_id: str, rule_id: str) -> str:
    """A notification as the engine makes it."""
    with server.opened() as installation:
        now_ms = installation.clock.now_ms()
        building = installation.buildings.get(customer_id, BUILDING)
        notification = Notification(
            id=installation.identities.new_id(),
            customer_id=customer_id,
            building_id=building.id,
            customer_building_id=BUILDING,
            rule_id=rule_id,
            rule_version=1,
            trigger_sequence=1_000_000,
            created_at_ms=now_ms,
            stored_at_ms=now_ms,
            status="DELIVERED",
            content=Content(texts={"en": RenderedText(title="Much power", message="Use less.")}),
            trace={},
        )
        with installation.store.write() as session:
            session.notifications.add_all([notification])
    return notification.id


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=int, default=600)
    parser.add_argument("--seed", type=int, help="the one that a run told, to see the same again")
    given = parser.parse_args()
    seed = [] if given.seed is None else ["--seed", str(given.seed)]
    with tempfile.TemporaryDirectory() as folder, running(Path(folder), env=UNLIMITED) as server:
        done = fuzz(server, ["--max-examples", "100", "--max-time", str(given.seconds), *seed])
        print(done.stdout)
        faults = [line for line in server.log().splitlines() if "Traceback" in line]
    sys.exit(1 if faults else done.returncode)
