"""`hearth import-history`: a CSV file through the public API, with or without a server, and what was refused."""

import json

import httpx2
import pytest
from tests.running import running, until
from typer.testing import CliRunner

from hearth.bootstrap import local_client, open_installation, read_settings
from hearth.cli.history_upload import Upload
from hearth.cli.main import _register, app
from hearth.core.problems import Problem
from hearth.services.histories import HistoryEvent

_register()

WIDE = "hour_start_utc,consumption_wh,generation_wh\n" + "".join(
    f"2016-08-{day:02}T{hour:02}:00Z,{100 + hour},{hour}\n" for day in (1, 2, 3) for hour in range(24)
)
WIDE_OPTIONS = (
    *("--timestamp-column", "hour_start_utc", "--device-id", "gateway", "--source", "GATEWAY"),
    *("--column", "ENERGY_CONSUMPTION=consumption_wh", "--column", "ENERGY_GENERATION=generation_wh"),
)
NEW = ("--building", "home-1", "--create-building", "--time-zone", "America/Los_Angeles", "--country", "US")


@pytest.fixture
def customer(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HEARTH_DATA_DIR", str(tmp_path / "data"))
    with open_installation(read_settings()) as installation:
        return installation.customers.create("Sunny Homes").id


def run(*arguments, exit_code=0):
    result = CliRunner().invoke(app, ["import-history", *arguments], catch_exceptions=False)
    assert result.exit_code == exit_code, result.output
    return result


def stored(customer, event_type):
    with local_client(customer) as client:
        query = {"customerBuildingId": "home-1", "type": event_type, "from": 1470009600, "to": 1470355200}
        answer = client.get("/events/v1", params=query).raise_for_status().json()
        return [(event["timestamp"], event["value"]) for event in answer]


def test_a_wide_file_is_stored_and_repeating_it_is_harmless(customer, tmp_path):
    (tmp_path / "home.csv").write_text(WIDE)
    answer = json.loads(run("home.csv", "--customer", customer, *NEW, *WIDE_OPTIONS, "--json").stdout)
    assert answer == {
        "file": "home.csv",
        "customerBuildingId": "home-1",
        "events": 144,
        "accepted": 144,
        "refused": 0,
        "refusals": [],
        "from": 1470009600,
        "to": 1470265200,
    }
    before = stored(customer, "ENERGY_CONSUMPTION")
    assert sorted(before) == [(1470009600 + 3600 * n, 100 + n % 24) for n in range(72)]
    run("home.csv", "--customer", customer, *NEW, *WIDE_OPTIONS)
    assert stored(customer, "ENERGY_CONSUMPTION") == before


def test_what_the_file_and_the_platform_refuse_is_named_by_line_and_the_rest_is_stored(customer, tmp_path):
    text = "timestamp,type,value\n1470009600,ENERGY_CONSUMPTION,1\n1470013200,ENERGY_CONSUMTION,2\nx,ENERGY_CONSUMPTION,3\n"
    (tmp_path / "home.csv").write_text(text + "1470016800,ENERGY_CONSUMPTION,4\n")
    options = ("home.csv", "--customer", customer, *NEW, "--device-id", "gateway", "--source", "GATEWAY")
    answer = json.loads(run(*options, "--json").stdout)
    assert (answer["events"], answer["accepted"], answer["refused"]) == (3, 2, 2)
    assert [(each["line"], each["column"]) for each in answer["refusals"]] == [(3, "type"), (4, "timestamp")]
    assert "ENERGY_CONSUMPTION" in answer["refusals"][0]["reason"]
    assert sorted(stored(customer, "ENERGY_CONSUMPTION")) == [(1470009600, 1), (1470016800, 4)]

    shown = run(*options, "--max-errors", "1").stderr
    assert "home.csv:3 type" in shown
    assert "home.csv:4" not in shown
    assert "1 more" in shown
    assert "2 accepted, 2 refused" in shown


def test_nothing_accepted_is_a_failure(customer, tmp_path):
    (tmp_path / "home.csv").write_text("timestamp,type,value\nx,ENERGY_CONSUMPTION,3\n")
    run("home.csv", "--customer", customer, *NEW, "--device-id", "gateway", exit_code=1)


def test_a_missing_building_is_named_with_the_remedy(customer, tmp_path):
    (tmp_path / "home.csv").write_text(WIDE)
    with pytest.raises(Problem, match="--create-building"):
        run("home.csv", "--customer", customer, "--building", "home-1", *WIDE_OPTIONS)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--column", "ENERGY"), "TYPE=NAME"),
        (("--timezone", "Mars/Base"), "IANA"),
        (("--from", "soon"), "--from"),
        (("--url", "http://localhost:1"), "--client-id"),
    ],
)
def test_a_wrong_option_is_explained(tmp_path, options, said):
    file = tmp_path / "home.csv"
    file.write_text(WIDE)
    assert said in run(str(file), "--building", "home-1", *options, exit_code=2).output


def test_live_events_reach_a_running_server_in_time_order_and_set_rules_off(tmp_path):
    rows = [
        (1470009600 + 3600 * n, kind, value) for n in range(4) for kind, value in (("CONSUMPTION", 300), ("GENERATION", 2700))
    ]
    file = tmp_path / "home.csv"
    file.write_text("timestamp,type,value\n" + "".join(f"{at},ENERGY_{kind},{value}\n" for at, kind, value in reversed(rows)))
    with running(tmp_path) as server:
        customer = server.create_customer()
        server.command("rules", "import", "--predefined", "--customer", customer["customerId"])
        server.env["HEARTH_CLIENT_SECRET"] = customer["clientSecret"]
        remote = ("--url", server.url, "--client-id", customer["clientId"], "--live", "--json")
        answer = json.loads(
            server.command("import-history", str(file), *NEW, "--device-id", "gateway", "--source", "GATEWAY", *remote)
        )
        assert answer["accepted"] == 8
        with server.client(customer) as client:
            found = until(lambda: client.get("/pushnotifications/buildings/home-1/v1").raise_for_status().json())
        assert ["2.4 kWh more" in each["notification"]["texts"]["en"]["message"] for each in found] == [True]
        assert customer["clientSecret"] not in server.log()


def answering(*responses):
    """A client whose platform gives these answers in turn; keeps what it was sent."""
    waiting = list(responses)
    sent = []

    def handle(request):
        sent.append(json.loads(request.content))
        status, headers, body = waiting.pop(0)
        return httpx2.Response(status, headers=headers, json=body)

    return httpx2.Client(transport=httpx2.MockTransport(handle), base_url="http://platform"), sent


def test_a_busy_platform_is_waited_for_as_long_as_it_says():
    client, sent = answering((429, {"Retry-After": "7"}, {}), (503, {}, {}), (201, {}, None))
    pauses = []
    upload = Upload(client, is_live=True, sleep=pauses.append)
    upload.send([HistoryEvent(2, {"value": 1})])
    assert (pauses, upload.accepted, len(sent)) == ([7.0, 1.0], 1, 3)


def test_refused_events_are_set_aside_and_the_others_sent_again():
    problem = {"errors": [{"pointer": "/1/type", "detail": "unknown"}]}
    client, sent = answering((400, {}, problem), (200, {}, None))
    upload = Upload(client, is_live=False)
    upload.send([HistoryEvent(line, {"value": line}) for line in (2, 3, 4)])
    assert (upload.accepted, [refusal.line for refusal in upload.refusals]) == (2, [3])
    assert sent[1] == [{"value": 2}, {"value": 4}]


def test_a_platform_that_takes_nothing_stops_the_whole():
    client, _ = answering((403, {}, {"detail": "scope missing"}))
    with pytest.raises(Problem, match="scope missing"):
        Upload(client, is_live=False).send([HistoryEvent(2, {"value": 1})])
