"""The console's guards, as a browser or an attacker meets them over HTTP."""

import json
import re
from typing import Any

import httpx2
import pytest
from tests.browser.guards import sign_in

from hearth.console import openapi
from hearth.console.app import PAGES
from hearth.testing.clocks import MovableClock

WITHOUT_SESSION = {
    "POST /console/api/session",
    "POST /console/api/invitation/look",
    "POST /console/api/invitation",
    "POST /console/api/password-reset",
    "PUT /console/api/password-reset",
}


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(http: httpx2.Client, organisation: Any) -> None:
    answer = http.post("/api/session", json={"email": organisation.email, "password": organisation.password})
    cookie = answer.headers["set-cookie"]
    assert {part.strip().lower() for part in cookie.split(";")[1:]} == {"httponly", "path=/console", "samesite=strict"}
    token = cookie.partition("=")[2].partition(";")[0]
    assert token not in answer.text


def test_the_cookie_is_secure_behind_https(start_console: Any) -> None:
    console = start_console(secure_cookies=True)
    organisation = console.add_organisation("Seewinkel", "ada@example.com")
    credentials = {"email": organisation.email, "password": organisation.password}
    answer = httpx2.post(f"{console.base_url}/api/session", json=credentials, timeout=60)
    assert "; Secure" in answer.headers["set-cookie"]


def test_the_store_holds_no_token_that_would_sign_in(http: httpx2.Client, console: Any, organisation: Any) -> None:
    sign_in(http, organisation)
    token = http.cookies["hearth_session"]
    with console.store.read() as session:
        assert session.member_sessions.find_for_cookie(token) is None


@pytest.mark.parametrize("path", ["/api/session", "/api/overview", "/api/activity", "/api/notifications", "/api/live"])
def test_without_a_session_nothing_is_shown(http: httpx2.Client, organisation: Any, path: str) -> None:
    http.cookies.set("hearth_session", "guessed")
    answer = http.get(path)
    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == "unauthorized"


def test_every_endpoint_but_the_named_ones_needs_a_session(http: httpx2.Client, organisation: Any) -> None:
    """Each that the description lists, so that a new one cannot be forgotten."""
    described = json.loads(openapi.describe())["paths"]
    requests = {f"{method.upper()} {path}" for path, methods in described.items() for method in methods}
    assert requests >= WITHOUT_SESSION
    assert len(requests) > 40
    for request in sorted(requests - WITHOUT_SESSION):
        method, path = request.split(" ")
        answer = http.request(method, re.sub(r"{\w+}", "a" * 24, path.removeprefix("/console")))
        assert (answer.status_code, answer.json()["code"]) == (401, "unauthorized"), request


def test_a_change_without_the_sessions_own_token_is_refused(http: httpx2.Client, organisation: Any) -> None:
    csrf_token = sign_in(http, organisation)
    assert http.delete("/api/session").status_code == 403
    assert http.delete("/api/session", headers={"X-CSRF-Token": "x" * len(csrf_token)}).status_code == 403
    other_site = {"X-CSRF-Token": csrf_token, "Sec-Fetch-Site": "cross-site"}
    assert http.delete("/api/session", headers=other_site).status_code == 403
    assert http.get("/api/session").status_code == 200
    assert http.delete("/api/session", headers={"X-CSRF-Token": csrf_token}).status_code == 204


def test_another_site_cannot_sign_somebody_in(http: httpx2.Client, organisation: Any) -> None:
    credentials = {"email": organisation.email, "password": organisation.password}
    answer = http.post("/api/session", json=credentials, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers


def test_a_signed_out_token_is_dead(http: httpx2.Client, console: Any, organisation: Any) -> None:
    csrf_token = sign_in(http, organisation)
    token = http.cookies["hearth_session"]
    http.delete("/api/session", headers={"X-CSRF-Token": csrf_token})
    with httpx2.Client(base_url=console.base_url, cookies={"hearth_session": token}, timeout=60) as copy:
        assert copy.get("/api/session").status_code == 401


def test_guessing_is_slowed_down_and_told_when_to_go_on(start_console: Any) -> None:
    clock = MovableClock()
    console = start_console(clock=clock)
    organisation = console.add_organisation("Seewinkel", "ada@example.com")
    with httpx2.Client(base_url=console.base_url, timeout=60) as http:
        for _ in range(10):
            wrong = http.post("/api/session", json={"email": organisation.email, "password": "wrong"})
            assert wrong.status_code == 401
        refused = http.post("/api/session", json={"email": organisation.email, "password": organisation.password})
        assert refused.status_code == 429
        clock.advance(seconds=int(refused.headers["retry-after"]))
        sign_in(http, organisation)


def test_an_unknown_address_gets_the_same_answer(http: httpx2.Client, organisation: Any) -> None:
    known = http.post("/api/session", json={"email": organisation.email, "password": "wrong"})
    unknown = http.post("/api/session", json={"email": "nobody@example.com", "password": "wrong"})
    assert (known.status_code, known.content) == (unknown.status_code, unknown.content)


def test_a_refused_password_is_not_repeated(http: httpx2.Client, organisation: Any) -> None:
    secret = "long" * 100
    answer = http.post("/api/session", json={"email": organisation.email, "password": secret})
    assert answer.status_code == 400
    assert "longlong" not in answer.text


def test_another_customers_notifications_are_invisible(http: httpx2.Client, console: Any, organisation: Any) -> None:
    other = console.add_organisation("Bergtal", "eve@example.com")
    theirs = other.notify("Only for Bergtal")
    other.receive_events(9)
    mine = organisation.notify("Only for Seewinkel")
    sign_in(http, organisation)
    assert [item["id"] for item in http.get("/api/notifications").json()["items"]] == [mine.id]
    assert http.get(f"/api/notifications/{theirs.id}").status_code == 404
    assert http.get("/api/notifications", params={"after": theirs.id}).text.find("Bergtal") == -1
    overview = http.get("/api/overview").json()
    assert sum(minute["events"] for minute in overview["minutes"]) == 0
    assert overview["notificationsToday"] == {"delivered": 1, "pending": 0, "failed": 0, "dropped": 0}
    assert overview["buildingCount"] == 1


def test_live_updates_are_the_customers_own(http: httpx2.Client, console: Any, organisation: Any) -> None:
    other = console.add_organisation("Bergtal", "eve@example.com")
    other.receive_events(9)
    sign_in(http, organisation)
    with http.stream("GET", "/api/live") as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        assert answer.headers["cache-control"] == "no-store"
        first = next(line for line in answer.iter_lines() if line.startswith("data:"))
    assert re.findall(r'"events":\s*(\d+)', first) == ["0", "0"]


@pytest.mark.parametrize("path", ["/", "/api/session", "/api/nothing", "/assets/nothing.js", "/notifications/" + "a" * 24])
def test_every_answer_is_guarded_by_headers(http: httpx2.Client, path: str) -> None:
    headers = http.get(path, headers={"Accept": "text/html"}).headers
    policy = dict(part.strip().split(" ", 1) for part in headers["content-security-policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == "'self'"
    assert policy["frame-ancestors"] == "'none'"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["cache-control"] == ("no-store" if path.startswith("/api") else "no-cache")


def test_hashed_files_are_kept_for_ever_and_sent_compressed(http: httpx2.Client) -> None:
    if not (PAGES / "index.html").is_file():
        pytest.skip("needs built pages (make pages)")
    page = http.get("/notifications/" + "a" * 24, headers={"Accept": "text/html"})
    assert page.status_code == 200
    script = re.findall(r'src="/console(/assets/[^"]+\.js)"', page.text)[0]
    answer = http.get(script, headers={"Accept-Encoding": "gzip"})
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.num_bytes_downloaded <= 300_000
    assert "echarts" not in answer.text


def test_a_token_for_the_public_api_is_the_members_own_and_guarded(http: httpx2.Client, console: Any, organisation: Any) -> None:
    assert http.post("/api/token").status_code == 401
    csrf_token = sign_in(http, organisation)
    assert http.post("/api/token").status_code == 403
    answer = http.post("/api/token", headers={"X-CSRF-Token": csrf_token})
    assert answer.headers["cache-control"] == "no-store"
    grant = console.access.verify(answer.json()["accessToken"])
    assert (grant.customer_id, grant.actor.kind) == (organisation.customer.id, "member")
    assert organisation.email in grant.actor.name
    assert answer.json()["expiresInSeconds"] == 600
