"""Places of those who listen to events: few per customer, also when many come at once, and each is given back."""

import asyncio
from threading import Event
from types import SimpleNamespace
from typing import Any, cast

import pytest

from hearth.console import event_routes
from hearth.console.event_routes import Events
from hearth.core.problems import Problem
from hearth.services.event_searches import EventsSought

SIGNED_IN = cast(Any, SimpleNamespace(customer=SimpleNamespace(id="c")))


def places(check: Any, count: int) -> tuple[Events, list[Any]]:
    events = Events(searches=cast(Any, SimpleNamespace(check_listening=check)), imports=cast(Any, None))
    return events, [event_routes._place(SIGNED_IN, events, EventsSought()) for _ in range(count)]


async def test_those_who_come_together_are_no_more_than_may_listen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(event_routes, "_MOST_LISTENERS_PER_CUSTOMER", 2)
    go_on = Event()
    events, asked = places(lambda *_: go_on.wait(60), 3)
    coming = asyncio.gather(*(anext(each) for each in asked), return_exceptions=True)
    await asyncio.sleep(0)
    go_on.set()
    outcomes = await coming
    assert [isinstance(each, Problem) for each in outcomes] == [False, False, True]
    for each in asked:
        await each.aclose()
    assert events.listeners["c"] == 0


async def test_who_is_refused_takes_no_place() -> None:
    def refuse(*_: Any) -> None:
        raise Problem("not_found", "No.")

    events, [place] = places(refuse, 1)
    with pytest.raises(Problem):
        await anext(place)
    assert events.listeners["c"] == 0
