"""Rules tried over HTTP: the same answers as the commands', in processes of their own, and nothing of another customer."""

import asyncio
import json
import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx2
import msgspec
import pytest
import typer
from fastapi import FastAPI
from tests.running import PATIENCE_SECONDS
from tests.tried_homes import RULE, START_MS, STEP_MS, add_homes, add_values
from typer.testing import CliRunner

from hearth.api import ApiParts
from hearth.api.wire.trials import SimulationRequest
from hearth.bootstrap import Settings, open_trial_processes
from hearth.cli.backtest import backtest
from hearth.cli.simulate import simulate
from hearth.cli.why import why
from hearth.connectors import trial_processes
from hearth.connectors.trial_processes import TrialProcesses
from hearth.domain.audit import COMMAND_LINE
from hearth.domain.customers import Customer
from hearth.ports import Store
from hearth.services.rules import Rules
from hearth.services.trials import refusal_of

SIMULATE, BACKTEST, WHY = "/rules/simulate/v1", "/rules/backtest/v1", "/rules/why/v1"
DRAFT: dict[str, Any] = {
    "name": "Much power",
    "datasets": [{"name": "Power", "kind": "TIME_SERIES", "eventTypes": ["POWER_CONSUMPTION"], "timespanSeconds": 1800}],
    "condition": "AVG($Power) > 1000 AND COUNT($Power) >= 2",
    "time_between_triggers_seconds": 3 * 3600,
    "notification": {"texts": {"en": {"title": "Much power", "message": '"You use " + AVG($Power) | "#,##0" + " W."'}}},
}
# Goes through the window of a day at each event: a trial of minutes.
SLOW = DRAFT | {
    "datasets": [DRAFT["datasets"][0] | {"timespanSeconds": 86_400}],
    "condition": 'COUNT(FILTER($Power, ">", 100)) < 0',
}
RANGE = {"from": START_MS // 1_000, "to": START_MS // 1_000 + 3 * 86_400}
LINES = {"Accept": "application/x-ndjson"}


@pytest.fixture
def rules(api_store: Store, parts: ApiParts, catalogue: Any) -> Rules:
    return Rules(api_store, catalogue, parts.clock, parts.identities)


@pytest.fixture(autouse=True)
def _homes(api_store: Store, parts: ApiParts, customer: Customer) -> None:
    add_homes(api_store, parts.buildings, customer.id)


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, customer: Customer) -> Any:
    """Runs a command of the terminal on the same data; the rule is in rule.yaml."""
    monkeypatch.chdir(tmp_path)
    Path("rule.yaml").write_text(RULE)
    stricter = RULE.replace("name: Much", "name: Very much").replace(DRAFT["condition"], "AVG($Power) > 1700")
    Path("stricter.yaml").write_text(stricter)

    def run(function: Any, *arguments: str) -> Any:
        app = typer.Typer()
        app.command()(function)
        options = ("--data-dir", str(tmp_path), "--customer", customer.id, "--json")
        return json.loads(CliRunner().invoke(app, [*arguments, *options], catch_exceptions=False).stdout)

    return run


async def test_a_draft_is_simulated_as_the_command_does_it(api: httpx2.AsyncClient, command: Any) -> None:
    answer = await api.post(SIMULATE, json={"rule": DRAFT, "customerBuildingId": "home-1", **RANGE})
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
    body = answer.json()
    (series,) = body.pop("series")
    limits = ("--from", str(RANGE["from"]), "--to", str(RANGE["to"]))
    assert body == command(simulate, "--rule", "rule.yaml", "--building", "home-1", *limits)
    assert len(body["notifications"]) == 18
    values = series.pop("values")
    assert (len(values), values[:3]) == (288, [200, 200, 1500])
    assert series.pop("timestamps") == [RANGE["from"] + step * STEP_MS // 1_000 for step in range(288)]
    assert series == {
        "dataset": "Power", "deviceId": "meter", "type": "POWER_CONSUMPTION", "source": "GATEWAY", "unit": "W", "points": 288,
    }  # fmt: skip


async def test_without_a_range_it_is_the_last_30_days(api: httpx2.AsyncClient, command: Any) -> None:
    body = (await api.post(SIMULATE, json={"rule": DRAFT, "customerBuildingId": "home-1"})).json()
    del body["series"]
    assert body == command(simulate, "--rule", "rule.yaml", "--building", "home-1")


async def test_a_saved_rule_is_tried_by_its_id(api: httpx2.AsyncClient, rules: Rules, customer: Customer) -> None:
    rule = rules.import_files(customer.id, [("rule.yaml", RULE)], COMMAND_LINE).rules[0].rule
    simulated = (await api.post(SIMULATE, json={"ruleId": rule.id, "customerBuildingId": "home-1"})).json()
    assert (simulated["ruleVersion"], simulated["notifications"][0]["ruleId"]) == (1, rule.id)
    query = {"customerBuildingId": "home-1", "timestamp": "2026-03-07T01:00:00Z"}
    saved = await api.get(f"/rules/{rule.id}/why/v1", params=query)
    draft = await api.post(WHY, json={"rule": DRAFT, "customerBuildingId": "home-1", "timestamp": START_MS // 1_000 + 3600})
    assert saved.json() == draft.json()
    compared = (await api.post(BACKTEST, json={"rules": [{"ruleId": rule.id}, DRAFT], **RANGE})).json()
    assert [each["rule"] for each in compared["rules"]] == ["Much power (first)", "Much power (second)"]


async def test_a_backtest_has_the_figures_of_the_command(api: httpx2.AsyncClient, command: Any) -> None:
    stricter = DRAFT | {"name": "Very much power", "condition": "AVG($Power) > 1700"}
    range_ = ("--from", "2026-03-07", "--to", "2026-03-10")
    answer = await api.post(BACKTEST, json={"rules": [DRAFT, stricter], **RANGE})
    assert answer.json() == command(backtest, "--rule", "rule.yaml", "--against", "stricter.yaml", *range_)
    assert answer.json()["comparison"].startswith("Much power would have sent 36 to 67% of the homes, Very much power ")
    sampled = await api.post(BACKTEST, json={"rules": [DRAFT], "sample": 1, **RANGE})
    assert sampled.json() == command(backtest, "--rule", "rule.yaml", "--sample", "1", *range_)


async def test_why_has_the_words_and_values_of_the_command(api: httpx2.AsyncClient, command: Any) -> None:
    for timestamp, local in ((START_MS // 1_000 + 3600, "2026-03-07T02:00"), (START_MS // 1_000 - 1, "2026-03-07T00:59:59")):
        answer = await api.post(WHY, json={"rule": DRAFT, "customerBuildingId": "home-1", "timestamp": timestamp})
        assert answer.json() == command(why, "rule.yaml", "home-1", local)


async def test_a_long_series_keeps_its_peaks(api: httpx2.AsyncClient, api_store: Store, customer: Customer) -> None:
    values = [float(number * 7_919 % 10_007) for number in range(20_000)]
    values[12_345] = 99_999.0
    await api.post("/buildings/v1", json={"customerBuildingId": "long"})
    add_values(api_store, customer.id, "long", values, 1_000)
    body = (await api.post(SIMULATE, json={"rule": DRAFT, "customerBuildingId": "long"})).json()
    (series,) = body["series"]
    assert series["points"] == 20_000
    assert 3_000 < len(series["values"]) == len(series["timestamps"]) <= 5_000
    assert series["timestamps"][series["values"].index(99_999.0)] == START_MS / 1_000 + 12_345
    assert series["timestamps"] == sorted(series["timestamps"])


async def test_what_is_anothers_is_unknown(
    api: httpx2.AsyncClient, other_api: httpx2.AsyncClient, rules: Rules, customer: Customer, other_customer: Customer
) -> None:
    imported = [rules.import_files(each.id, [("rule.yaml", RULE)], COMMAND_LINE) for each in (customer, other_customer)]
    own, foreign = (each.rules[0].rule.id for each in imported)
    for rule_id in (foreign, "f" * 24):
        for answer in (
            await api.post(SIMULATE, json={"ruleId": rule_id, "customerBuildingId": "home-1"}),
            await api.post(SIMULATE, json={"ruleId": rule_id, "customerBuildingId": "home-1"}, headers=LINES),
            await api.post(BACKTEST, json={"rules": [DRAFT, {"ruleId": rule_id}], **RANGE}),
            await api.get(f"/rules/{rule_id}/why/v1", params={"customerBuildingId": "home-1"}),
        ):
            assert (answer.status_code, answer.json()["detail"]) == (404, "There is no such rule.")
    for answer in (
        await other_api.post(SIMULATE, json={"rule": DRAFT, "customerBuildingId": "home-1"}),
        await other_api.post(WHY, json={"rule": DRAFT, "customerBuildingId": "home-1"}),
        await other_api.get(f"/rules/{foreign}/why/v1", params={"customerBuildingId": "home-1"}),
        await api.get(f"/rules/{own}/why/v1", params={"customerBuildingId": "home-9"}),
    ):
        assert (answer.status_code, answer.json()["type"]) == (404, "urn:hearth:problem:not_found")
    assert (await other_api.post(BACKTEST, json={"rules": [DRAFT], **RANGE})).json()["rules"][0]["homes"] == 0
    refused = await api.post(SIMULATE, json={"rule": DRAFT | {"customerId": other_customer.id}, "customerBuildingId": "home-1"})
    assert refused.status_code == 403


async def test_a_draft_with_mistakes_gets_each_with_its_place(api: httpx2.AsyncClient) -> None:
    wrong = DRAFT | {
        "condition": "COUNT($Power) >= 2 AND\n  AVG($Powr) > 1000",
        "datasets": [{"name": "Power", "kind": "TIME_SERIES", "eventTypes": ["POWER_CONSUMTION"]}],
        "isTimeBased": True,
        "timeBasedCron": "99 * * * *",
        "notificationCases": [{"label": "a", "caseCondition": "", "notification": DRAFT["notification"]}],
    }
    for path, rest, place in (
        (SIMULATE, {"rule": wrong, "customerBuildingId": "home-1"}, "/rule"),
        (WHY, {"rule": wrong, "customerBuildingId": "home-1"}, "/rule"),
        (BACKTEST, {"rules": [DRAFT, wrong]}, "/rules/1"),
    ):
        answer = await api.post(path, json=rest)
        assert (answer.status_code, answer.json()["type"]) == (400, "urn:hearth:problem:invalid")
        errors = {each["pointer"]: each for each in answer.json()["errors"]}
        assert set(errors) == {
            f"{place}{pointer}"
            for pointer in (
                *("/datasets/0/timespanSeconds", "/datasets/0/eventTypes/0", "/condition", "/timeBasedCron"),
                "/notificationCases/0/caseCondition",
            )
        }
        condition = errors[f"{place}/condition"]
        assert (condition["line"], condition["column"], condition["length"]) == (2, 7, 5)
        assert condition["code"] == "undefined-dataset"
        assert "did you mean" in condition["hint"]
        assert "line" not in errors[f"{place}/timeBasedCron"]


@pytest.mark.parametrize(
    ("path", "body", "pointer", "told"),
    [
        (SIMULATE, {"customerBuildingId": "home-1"}, "", "send either rule"),
        (SIMULATE, {"rule": DRAFT, "ruleId": "a" * 24, "customerBuildingId": "home-1"}, "", "send either rule"),
        (SIMULATE, {"rule": DRAFT | {"cases": []}, "customerBuildingId": "home-1"}, "/rule/cases", "is not known here"),
        (SIMULATE, {"rule": DRAFT, "customerBuildingId": "home-1", "from": 5, "to": 5}, "/to", "The range is empty"),
        (BACKTEST, {"rules": []}, "/rules", "at least 1 item"),
        (BACKTEST, {"rules": [DRAFT] * 3}, "/rules", "at most 2 items"),
        (BACKTEST, {"rules": [{"ruleId": "?"}]}, "/rules/0/ruleId", "pattern"),
        (BACKTEST, {"rules": [DRAFT], "sample": 0}, "/sample", "greater than or equal to 1"),
        (BACKTEST, {"rules": [DRAFT], "customerBuildingIds": []}, "/customerBuildingIds", "at least 1 item"),
        (
            BACKTEST,
            {"rules": [DRAFT], "customerBuildingIds": ["home-1", "nobody"]},
            "/customerBuildingIds/1",
            "no building of the id",
        ),
        (BACKTEST, {"rules": [DRAFT], "perHome": True}, "/perHome", "Accept: application/x-ndjson"),
        (BACKTEST, {"rules": [DRAFT | {"datasets": DRAFT["datasets"] * 2}]}, "/rules/0/datasets/1/name", "two datasets"),
    ],
)
async def test_a_wrong_request_is_refused_with_its_place(
    api: httpx2.AsyncClient, path: str, body: dict[str, Any], pointer: str, told: str
) -> None:
    answer = await api.post(path, json=body)
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["pointer"] == pointer
    assert told in answer.json()["errors"][0]["detail"]


async def test_lines_end_with_the_same_result(api: httpx2.AsyncClient) -> None:
    request = {"rules": [DRAFT], **RANGE}
    whole = await api.post(BACKTEST, json=request)
    lines = await api.post(BACKTEST, json=request, headers=LINES)
    assert (lines.status_code, lines.headers["content-type"]) == (200, "application/x-ndjson")
    *progress, last = [json.loads(line) for line in lines.text.splitlines()]
    assert last == {"result": whole.json()}
    assert all(0 <= each["progress"] <= 1 for each in progress)


async def test_lines_bring_each_building_as_soon_as_it_is_done(api: httpx2.AsyncClient) -> None:
    stricter = DRAFT | {"name": "Very much power", "condition": "AVG($Power) > 1700", "time_between_triggers_seconds": 0}
    request = {"rules": [DRAFT, stricter], "perHome": True, **RANGE}
    answer = await api.post(BACKTEST, json=request, headers=LINES)
    *progress, last = [json.loads(line) for line in answer.text.splitlines()]
    assert (progress[-1]["homesDone"], progress[-1]["homes"]) == (3, 3)
    homes = [home for line in progress for home in line.get("perHome", [])]
    assert [home["customerBuildingId"] for home in homes] == ["home-0", "home-1", "home-2"]
    for place, figures in enumerate(last["result"]["rules"]):
        of_rule = [home["rules"][place] for home in homes]
        assert sum(each["notifications"] for each in of_rule) == figures["notifications"] > 0
        assert sum(each["evaluations"] for each in of_rule) == figures["evaluations"]
        assert sum(sum(each["dropped"].values()) for each in of_rule) == sum(figures["dropped"].values())
    one, other = homes[1]["rules"]
    assert (other["notifications"], other["days"], other["hours"], other["faults"]) == (0, [], [], 0)
    # Local days: the range ends at one o'clock of the fourth.
    assert [(each["day"], each["notifications"]) for each in one["days"]] == [
        ("2026-03-07", 6),
        ("2026-03-08", 6),
        ("2026-03-09", 6),
    ]
    assert one["days"][0]["firstAtTimeMillis"] == START_MS + 3 * STEP_MS
    assert one["hours"][0] == {"hour": 1, "notifications": 3}
    assert homes[1]["timeZoneId"] == "Europe/Zurich"


async def test_a_backtest_takes_chosen_buildings_each_once(api: httpx2.AsyncClient) -> None:
    request = {"rules": [DRAFT], "customerBuildingIds": ["home-2", "home-0", "home-2"], **RANGE}
    answer = (await api.post(BACKTEST, json=request)).json()
    assert (answer["rules"][0]["homes"], answer["rules"][0]["homesReached"]) == (2, 1)


class Call:
    """A request whose client can go away: through the application, without a socket."""

    def __init__(self, app: FastAPI, token: str, body: dict[str, Any], **headers: str) -> None:
        self._body = json.dumps(body).encode()
        self._gone = asyncio.Event()
        self._asked = False
        self.sent: list[Any] = []
        self.has_progress = asyncio.Event()
        given = {"authorization": f"Bearer {token}", "content-type": "application/json", **headers}
        scope = {
            "type": "http", "method": "POST", "path": SIMULATE, "raw_path": SIMULATE.encode(), "query_string": b"",
            "headers": [(name.encode(), value.encode()) for name, value in given.items()], "http_version": "1.1",
            "scheme": "http", "server": ("test", 80), "client": ("127.0.0.1", 1), "root_path": "",
        }  # fmt: skip
        self.task = asyncio.create_task(app(scope, self._receive, self._send))

    def leave(self) -> None:
        self._gone.set()

    async def _receive(self) -> dict[str, Any]:
        if not self._asked:
            self._asked = True
            return {"type": "http.request", "body": self._body, "more_body": False}
        await self._gone.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: Any) -> None:
        self.sent.append(message)
        if b"progress" in message.get("body", b""):
            self.has_progress.set()


@pytest.fixture
async def slow_request(api: httpx2.AsyncClient, api_store: Store, customer: Customer) -> dict[str, Any]:
    """A simulation that takes much longer than any test waits."""
    await api.post("/buildings/v1", json={"customerBuildingId": "dense"})
    add_values(api_store, customer.id, "dense", [float(number % 1_777) for number in range(86_400)], 1_000)
    return {"rule": SLOW, "customerBuildingId": "dense"}


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


async def until(condition: Any) -> None:
    """What other processes do tells nobody here when it is done."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not condition():  # noqa: ASYNC110
            await asyncio.sleep(0.01)


@pytest.mark.parametrize("headers", [{}, {"accept": "application/x-ndjson"}], ids=["plain", "lines"])
async def test_a_client_that_goes_away_ends_the_work(
    app: FastAPI, token: str, trials: TrialProcesses, slow_request: dict[str, Any], headers: dict[str, str], capsys: Any
) -> None:
    call = Call(app, token, slow_request, **headers)
    await until(lambda: trials.pids_at_work)
    (pid,) = trials.pids_at_work
    if headers:
        await asyncio.wait_for(call.has_progress.wait(), PATIENCE_SECONDS)
        assert call.sent[0]["status"] == 200
    call.leave()
    await asyncio.wait_for(call.task, PATIENCE_SECONDS)
    assert trials.pids_at_work == []
    await until(lambda: not is_alive(pid))
    assert not any(b"result" in message.get("body", b"") for message in call.sent)
    assert bool(call.sent) == bool(headers)


async def test_so_many_at_once_and_no_more(
    app: FastAPI, token: str, api: httpx2.AsyncClient, other_api: httpx2.AsyncClient, trials: TrialProcesses,
    slow_request: dict[str, Any], monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    calls = [Call(app, token, slow_request) for _ in range(trial_processes.MOST_OF_A_CUSTOMER)]
    await until(lambda: len(trials.pids_at_work) == len(calls))
    request = {"rule": DRAFT, "customerBuildingId": "home-1"}
    for headers in ({}, LINES):
        refused = await api.post(SIMULATE, json=request, headers=headers)
        assert (refused.status_code, refused.headers["retry-after"]) == (429, "5")
        assert refused.json()["type"] == "urn:hearth:problem:too_many_requests"
    glance = await api.post("/rules/values/v1", json=request)
    assert glance.status_code == 200, "what a page asks for by itself has places of its own"
    assert (await other_api.post(SIMULATE, json=request)).status_code == 404, "another customer has places left"
    monkeypatch.setattr(trial_processes, "MOST_AT_ONCE", len(calls))
    assert (await other_api.post(SIMULATE, json=request)).status_code == 429
    for call in calls:
        call.leave()
    await asyncio.gather(*(call.task for call in calls))
    assert (await api.post(SIMULATE, json=request)).status_code == 200


async def test_a_process_that_dies_is_a_fault_and_the_next_trial_is_answered(
    app: FastAPI, token: str, api: httpx2.AsyncClient, trials: TrialProcesses, slow_request: dict[str, Any]
) -> None:
    plain, lines = Call(app, token, slow_request), Call(app, token, slow_request, accept="application/x-ndjson")
    await asyncio.wait_for(lines.has_progress.wait(), PATIENCE_SECONDS)
    await until(lambda: len(trials.pids_at_work) == 2)
    for pid in trials.pids_at_work:
        os.kill(pid, 9)
    await asyncio.gather(plain.task, lines.task)
    assert plain.sent[0]["status"] == 500
    assert json.loads(lines.sent[-1]["body"])["problem"]["type"] == "urn:hearth:problem:fault"
    assert (await api.post(SIMULATE, json={"rule": DRAFT, "customerBuildingId": "home-1"})).status_code == 200


async def test_a_process_serves_many_trials_and_steps_back_for_others(api: httpx2.AsyncClient, trials: TrialProcesses) -> None:
    await trials.warm_up()
    (pid,) = trials.pids_waiting
    for _ in range(3):
        assert (await api.post(SIMULATE, json={"rule": DRAFT, "customerBuildingId": "home-1"})).status_code == 200
    assert trials.pids_waiting == [pid]
    assert os.getpriority(os.PRIO_PROCESS, pid) == 10
    await trials.close()
    assert not is_alive(pid)


# The program of such a process, with little more memory than it has after its imports.
NARROW = """
import re
from pathlib import Path
from hearth import bootstrap
from hearth.connectors import trial_processes
taken = int(re.search(r"VmData:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) * 1024
trial_processes._MOST_MEMORY_BYTES = taken + 12 * 1024**2
bootstrap.answer_trials()
"""


async def test_a_trial_that_takes_too_much_memory_is_refused(
    tmp_path: Path, customer: Customer, slow_request: dict[str, Any]
) -> None:
    processes = TrialProcesses([sys.executable, "-c", NARROW], msgspec.json.encode(Settings(data_dir=str(tmp_path))))
    request = SimulationRequest.model_validate(slow_request | {"rule": DRAFT}).to_trial(customer.id)
    *_, line = [line async for line in processes.run(request)]
    assert refusal_of(line).errors[0].pointer == "/from"
    assert "takes more memory than a trial may have: take a shorter range" in refusal_of(line).detail
    await processes.close()


async def test_a_trial_that_takes_too_long_is_ended(
    trials: TrialProcesses, slow_request: dict[str, Any], customer: Customer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trial_processes, "_MOST_SECONDS", 0.0)
    await trials.warm_up()
    (pid,) = trials.pids_waiting
    request = SimulationRequest.model_validate(slow_request | {"rule": DRAFT}).to_trial(customer.id)
    (line,) = [line async for line in trials.run(request)]
    assert "longer than an hour: take a shorter range" in refusal_of(line).detail
    assert trials.pids_at_work == []
    await trials.close()
    assert not is_alive(pid)


@pytest.mark.parametrize("begun", [b"", b'{"data_dir": '])
def test_a_process_that_is_left_alone_at_its_start_ends_quietly(begun: bytes) -> None:
    ours, theirs = socket.socketpair()
    command = [sys.executable, "-c", "from hearth import bootstrap; bootstrap.answer_trials()"]
    with theirs:
        program = subprocess.Popen(command, stdin=theirs.fileno(), stderr=subprocess.PIPE)
    ours.sendall(begun)
    ours.close()
    _, told = program.communicate(timeout=PATIENCE_SECONDS)
    assert (program.returncode, told) == (0, b"")


async def test_a_process_ends_with_the_one_that_started_it(tmp_path: Path) -> None:
    processes = open_trial_processes(Settings(data_dir=str(tmp_path)))
    await processes.warm_up()
    (process,) = processes._waiting
    process.writer.close()  # as the system does for a process that is killed
    await asyncio.wait_for(asyncio.to_thread(process.program.wait), PATIENCE_SECONDS)
    assert process.program.returncode == 0


async def test_a_scope_is_needed(api: httpx2.AsyncClient, access: Any, customer: Customer) -> None:
    client_id, secret = access.create_client(customer.id)
    token = access.issue_token(client_id, secret, ("read:events",), "").access_token
    narrow = {"Authorization": f"Bearer {token}"}
    for path in (SIMULATE, BACKTEST, WHY):
        assert (await api.post(path, json={}, headers=narrow)).status_code == 403
    assert (await api.get(f"/rules/{'a' * 24}/why/v1", headers=narrow)).status_code == 403


class TestOnEachDatabase:
    @pytest.fixture
    def api_store(self, store: Store) -> Store:
        return store

    @pytest.fixture
    async def trials(self, tmp_path: Path, database_url: str) -> Any:
        processes = open_trial_processes(Settings(data_dir=str(tmp_path), database_url=database_url))
        yield processes
        await processes.close()

    async def test_a_draft_is_simulated(self, api: httpx2.AsyncClient) -> None:
        body = (await api.post(SIMULATE, json={"rule": DRAFT, "customerBuildingId": "home-1"})).json()
        assert body["notifications"][0]["notification"]["texts"]["en"]["message"] == "You use 1,550 W."
