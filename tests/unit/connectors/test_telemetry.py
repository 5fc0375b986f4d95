"""What is logged, and what never stands in a log."""

import asyncio
import io
import json
import logging

import pytest
import structlog

from hearth.connectors.telemetry import configure_logging
from hearth.runtime.tracing import CurrentRequest, current_request


@pytest.fixture(autouse=True)
def _restore_logging():
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


def test_a_json_line_holds_event_level_and_values():
    out = io.StringIO()
    configure_logging(json=True, level="info", stream=out)
    structlog.get_logger("hearth.test").info("delivered", customer_id="c1", attempts=2)
    line = json.loads(out.getvalue())
    assert line["event"] == "delivered"
    assert line["level"] == "info"
    assert line["logger"] == "hearth.test"
    assert (line["customer_id"], line["attempts"]) == ("c1", 2)


def test_lines_below_the_level_stay_away():
    out = io.StringIO()
    configure_logging(json=False, level="warning", stream=out)
    structlog.get_logger().info("small talk")
    logging.getLogger("library").info("small talk")
    assert out.getvalue() == ""


@pytest.mark.parametrize("as_json", [True, False])
def test_no_secret_reaches_a_line(as_json):
    out = io.StringIO()
    configure_logging(json=as_json, level="debug", stream=out)
    log = structlog.get_logger()
    log.info("a", client_secret="s3cr3t-1", nested={"password": "s3cr3t-2", "list": [{"Authorization": "s3cr3t-3"}]})
    log.info("GET /auth/token/v1?clientId=demo&clientSecret=s3cr3t-4&x=1")
    logging.getLogger("uvicorn.access").info(
        '%s - "%s %s"', "127.0.0.1", "GET", "/auth/token/v1?clientSecret=s3cr3t-5&clientId=demo"
    )
    logging.getLogger("library").warning("sent header Authorization: Bearer s3cr3t-6xyz")
    log.warning("opened whsec_c2VjcmV0LTc=")
    try:
        raise RuntimeError("password='s3cr3t-8'")
    except RuntimeError:
        log.exception("failed")
    text = out.getvalue()
    assert "s3cr3t" not in text
    assert "c2VjcmV0" not in text
    assert "clientId=demo" in text
    assert "RuntimeError" in text


def test_local_variables_of_a_failure_stay_out_of_the_log():
    out = io.StringIO()
    configure_logging(json=False, level="debug", stream=out)
    held = "local-value-of-the-frame"
    try:
        raise RuntimeError("plain" if held else "")
    except RuntimeError:
        structlog.get_logger().exception("failed")
    assert held not in out.getvalue()
    assert "RuntimeError: plain" in out.getvalue()


def test_an_unknown_level_is_refused():
    with pytest.raises(ValueError, match="LOUD"):
        configure_logging(json=False, level="loud", stream=io.StringIO())


def test_a_line_names_the_request_that_caused_it_also_from_a_thread():
    out = io.StringIO()
    configure_logging(json=True, level="info", stream=out)
    log = structlog.get_logger()

    async def serve() -> None:
        current = current_request.set(CurrentRequest("r-1", f"00-{'a' * 32}-{'b' * 16}-01"))
        await asyncio.to_thread(log.info, "in a thread")
        log.info("by itself", request_id="given")
        current_request.reset(current)
        log.info("afterwards")

    asyncio.run(serve())
    thread, own, after = map(json.loads, out.getvalue().splitlines())
    assert (thread["request_id"], thread["trace_id"]) == ("r-1", "a" * 32)
    assert own["request_id"] == "given"
    assert not {"request_id", "trace_id"} & after.keys()
