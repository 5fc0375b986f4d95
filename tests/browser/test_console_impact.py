"""What the console tells of the impact of notifications, over HTTP: to whom, and in the form of the public API."""

from typing import Any

import httpx2
from tests.browser.guards import Request, assert_nothing_works, assert_refused, sign_in

REQUESTS: list[Request] = [("GET", "/api/impact", None), ("GET", f"/api/impact/{'a' * 24}", None)]


def test_one_rule_and_all_of_them(http: httpx2.Client, console: Any, organisation: Any) -> None:
    organisation.notify(status="DELIVERED")
    sign_in(http, organisation)
    rules = console.rules.list_of(organisation.customer.id)
    every = http.get("/api/impact").raise_for_status().json()
    assert [each["ruleId"] for each in every["rules"]] == [rule.id for rule in rules]
    assert every["total"]["notifications"]["delivered"] == 1
    one = http.get(f"/api/impact/{rules[0].id}", params={"from": every["span"]["first"]}).raise_for_status().json()
    assert one["impact"]["awareness"] == {"count": 0, "of": 1, "share": None, "low": None, "high": None}
    assert http.get("/api/impact", params={"tag": "none"}).json()["rules"] == []
    assert http.get("/api/impact", params={"from": "2026-02-01", "to": "2026-01-01"}).status_code == 400
    assert http.get(f"/api/impact/{'f' * 24}").status_code == 404


def test_nothing_works_signed_out_and_billing_sees_nothing_of_what_households_did(
    http: httpx2.Client, console: Any, organisation: Any
) -> None:
    assert_nothing_works(http, organisation, REQUESTS)
    assert_refused(http, console, organisation, "Billing", REQUESTS)


def test_what_may_need_a_look_is_told_as_far_as_the_role_may_see_it(http: httpx2.Client, console: Any, organisation: Any) -> None:
    for _ in range(5):
        organisation.notify(status="DELIVERED")
    sign_in(http, organisation)
    told = http.get("/api/standing").raise_for_status().json()
    assert (told["delivered"], told["opened"], told["openedShare"], told["failingRules"], told["endpoint"]) == (
        5,
        0,
        0.0,
        [],
        "NONE",
    )
    assert told["buildings"] == {"active": 0, "silent": 0, "new": 1, "deactivated": 0}

    console.members.add_member(organisation.customer.id, "bill@example.com", "Bill", organisation.password, role="Billing")
    sign_in(http, organisation, email="bill@example.com")
    told = http.get("/api/standing").raise_for_status().json()
    assert [told[name] for name in ("delivered", "opened", "openedShare", "failingRules", "endpoint")] == [None] * 5
    assert told["buildings"]["new"] == 1
