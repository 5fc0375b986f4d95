"""What the console's server refuses, whoever asks: the rows of a table of requests are tried on one console.

A request is (method, path below /console, body as JSON or None).
"""

from typing import Any

import httpx2

Request = tuple[str, str, Any]


def sign_in(http: httpx2.Client, organisation: Any, email: str | None = None) -> str:
    """Signs in, as the organisation's Admin unless told otherwise, and returns the CSRF token."""
    answer = http.post("/api/session", json={"email": email or organisation.email, "password": organisation.password})
    assert answer.status_code == 200, answer.text
    return str(answer.json()["csrfToken"])


def assert_refused(http: httpx2.Client, console: Any, organisation: Any, role: str, requests: list[Request]) -> None:
    """A member of that role, added here, is forbidden each of them."""
    console.members.add_member(organisation.customer.id, "v@example.com", "V", organisation.password, role=role)
    csrf = sign_in(http, organisation, "v@example.com")
    assert http.get("/api/session").json()["role"] == role
    for method, path, body in requests:
        answer = http.request(method, path, json=body, headers={"X-CSRF-Token": csrf})
        assert (answer.status_code, answer.json()["code"]) == (403, "forbidden"), f"{method} {path}"


def assert_nothing_works(http: httpx2.Client, organisation: Any, requests: list[Request]) -> None:
    """None is answered without a session, nor, where it changes something, without the session's own token."""
    for method, path, body in requests:
        assert http.request(method, path, json=body).status_code == 401, f"{method} {path}"
    sign_in(http, organisation)
    for method, path, body in requests:
        if method != "GET":
            for headers in ({}, {"X-CSRF-Token": "guessed"}):
                answer = http.request(method, path, json=body, headers=headers)
                assert answer.status_code == 403, f"{method} {path} with {headers}"
