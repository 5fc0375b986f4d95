"""Every error is a problem document with a request id, and tells nothing of our insides."""

import httpx2
import pytest
from fastapi import FastAPI

from hearth.api import ApiParts, create_api


def assert_problem(answer: httpx2.Response, status: int, code: str) -> None:
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["type"] == f"urn:hearth:problem:{code}"
    assert problem["status"] == status
    assert problem["title"]
    assert problem["detail"]
    assert problem["requestId"] == answer.headers["x-request-id"]


async def test_unknown_paths_and_methods(api: httpx2.AsyncClient) -> None:
    assert_problem(await api.get("/nowhere"), 404, "not_found")
    assert_problem(await api.get("/buildings/v1/"), 404, "not_found")
    wrong_method = await api.patch("/buildings/v1")
    assert_problem(wrong_method, 405, "method_not_allowed")
    assert wrong_method.headers["allow"] == "GET, POST, PUT"
    assert (await api.delete("/events/v1")).headers["allow"] == "GET, POST"


@pytest.mark.parametrize(
    "body", [b"{", b"", b"[1,]", b'{"a": \xff}', b"[" * 100_000, b'{"customerBuildingId": "a\\ud800"}', b"null", b"[]", b'"text"']
)
async def test_unreadable_bodies_are_400(api: httpx2.AsyncClient, body: bytes) -> None:
    answer = await api.post("/buildings/v1", content=body, headers={"Content-Type": "application/json"})
    assert_problem(answer, 400, answer.json()["type"].rpartition(":")[2])
    assert answer.json()["type"] in ("urn:hearth:problem:malformed", "urn:hearth:problem:invalid")


async def test_malformed_json_names_the_place(api: httpx2.AsyncClient) -> None:
    answer = await api.post("/buildings/v1", content=b'{"zip": "3011",, }', headers={"Content-Type": "application/json"})
    assert_problem(answer, 400, "malformed")
    assert "character 15" in answer.json()["detail"]


@pytest.mark.parametrize("number", ["NaN", "Infinity", "1e999"])
async def test_numbers_that_are_none_are_refused(api: httpx2.AsyncClient, number: str) -> None:
    body = f'{{"customerBuildingId": "a", "kwp": {number}}}'
    answer = await api.post("/buildings/v1", content=body, headers={"Content-Type": "application/json"})
    assert_problem(answer, 400, "invalid")
    assert answer.json()["errors"][0]["pointer"] == "/kwp"


async def test_the_form_of_a_body(api: httpx2.AsyncClient) -> None:
    for content_type in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data"):
        answer = await api.post("/buildings/v1", content=b"{}", headers={"Content-Type": content_type})
        assert_problem(answer, 415, "unsupported_media_type")
    compressed = {"Content-Type": "application/json", "Content-Encoding": "gzip"}
    assert_problem(await api.post("/buildings/v1", content=b"{}", headers=compressed), 415, "unsupported_media_type")
    assert (await api.post("/buildings/v1", content=b'{"customerBuildingId": "untyped"}')).status_code == 201
    long = {"customerBuildingId": "a", "city": "x" * 5_000_000}
    assert_problem(await api.post("/buildings/v1", json=long), 413, "too_large")


@pytest.mark.parametrize("given", ["abc-DEF_123", "x" * 64])
async def test_a_request_id_that_fits_is_taken_over(api: httpx2.AsyncClient, given: str) -> None:
    assert (await api.get("/buildings/v1", headers={"X-Request-Id": given})).headers["x-request-id"] == given
    assert (await api.post("/events/v1", headers={"X-Request-Id": given})).headers["x-request-id"] == given
    assert (await api.get("/nowhere", headers={"X-Request-Id": given})).json()["requestId"] == given


@pytest.mark.parametrize("given", ["", "a b", "x" * 65, "<script>"])
async def test_any_other_request_id_is_replaced(api: httpx2.AsyncClient, given: str) -> None:
    made = (await api.get("/buildings/v1", headers={"X-Request-Id": given})).headers["x-request-id"]
    assert made != given
    assert len(made) == 24


async def test_a_bug_of_ours_is_500_and_tells_nothing(app: FastAPI, api: httpx2.AsyncClient, intake: object) -> None:
    intake.refusal = RuntimeError("the database password is hunter2")  # type: ignore[attr-defined]
    answer = await api.post("/events/v1", content=b"{}")
    assert_problem(answer, 500, "fault")
    assert "hunter2" not in answer.text
    assert "RuntimeError" not in answer.text


async def test_health(parts: ApiParts, anonymous: httpx2.AsyncClient) -> None:
    assert (await anonymous.get("/health/live")).status_code == 200
    assert (await anonymous.get("/health/ready")).status_code == 200
    from dataclasses import replace

    starting = create_api(replace(parts, not_ready_because=lambda: "The engine is replaying."))
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=starting), base_url="http://hearth.test") as client:
        assert (await client.get("/health/live")).status_code == 200
        answer = await client.get("/health/ready")
        assert_problem(answer, 503, "unavailable")
        assert answer.headers["retry-after"]
        assert "replaying" in answer.json()["detail"]
