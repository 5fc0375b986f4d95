"""One line for each request, with what an operator needs and nothing a stranger may not see."""

import logging

import httpx2
import pytest
from structlog.testing import capture_logs

from hearth.domain.customers import Customer


async def test_a_line_names_request_customer_and_path_without_query(api: httpx2.AsyncClient, customer: Customer) -> None:
    with capture_logs() as lines:
        answer = await api.get("/buildings/v1?limit=5&after=private", headers={"X-Request-Id": "mine-1"})
    assert answer.status_code == 200
    assert lines == [
        {
            "event": "request",
            "log_level": "info",
            "method": "GET",
            "path": "/buildings/v1",
            "status": 200,
            "duration_ms": 0,
            "request_id": "mine-1",
            "customer_id": customer.id,
        }
    ]


async def test_a_path_cannot_forge_a_line(anonymous: httpx2.AsyncClient) -> None:
    with capture_logs() as lines:
        await anonymous.get("/nowhere%0Aevent=forged")
    assert [line["path"] for line in lines] == ["/nowhere%0Aevent%3Dforged"]


async def test_a_fault_is_logged_with_its_request_id(api: httpx2.AsyncClient, intake: object) -> None:
    intake.refusal = RuntimeError("broken")  # type: ignore[attr-defined]
    with capture_logs() as lines:
        answer = await api.post("/events/v1", content=b"{}")
    assert [(line["event"], line["log_level"]) for line in lines] == [("request failed", "error"), ("request", "info")]
    assert {line["request_id"] for line in lines} == {answer.headers["x-request-id"]}
    assert lines[1]["status"] == 500


async def test_events_taken_in_are_logged_for_debugging_only_and_refused_ones_always(
    api: httpx2.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    async def statuses() -> list[int]:
        with capture_logs() as lines:
            await api.post("/events/v1", content=b"{}")
            await api.post("/events/v1", content=b"{}", headers={"Content-Encoding": "br"})
        return [line["status"] for line in lines]

    with caplog.at_level(logging.INFO, logger="hearth.api"):
        assert await statuses() == [415]
    with caplog.at_level(logging.DEBUG, logger="hearth.api"):
        assert await statuses() == [201, 415]
