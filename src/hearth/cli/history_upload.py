"""Sending events to the public API in batches: a refused event is set aside, the rest of its batch goes again.

Speaks HTTP through the client it is given. What a refusal means is read by `histories`. Invariant: every event
handed in is either accepted or has a refusal, unless a Problem stops the whole.
"""

import time
from collections.abc import Callable, Sequence
from typing import Any

import httpx2

from hearth.core.problems import Problem
from hearth.services.histories import HistoryEvent, Refusal, refused_by_platform

HISTORICAL_PATH, MOST_HISTORICAL = "/events/batch/v1", 10_000
LIVE_PATH, MOST_LIVE = "/events/v1", 1_000

_MOST_WAITS = 20
_LONGEST_WAIT_SECONDS = 60.0


class Upload:
    """Sends batches to one path; counts what was accepted and collects what was refused."""

    def __init__(self, client: httpx2.Client, is_live: bool, sleep: Callable[[float], None] = time.sleep) -> None:
        self.accepted = 0
        self.refusals: list[Refusal] = []
        self.most = MOST_LIVE if is_live else MOST_HISTORICAL
        self._path = LIVE_PATH if is_live else HISTORICAL_PATH
        self._client = client
        self._sleep = sleep

    def send(self, batch: Sequence[HistoryEvent]) -> None:
        """At most `most` events. Raises Problem when the platform takes nothing (no access, unreachable, a fault)."""
        while batch:
            response = self._answer([event.body for event in batch])
            if response.is_success:
                self.accepted += len(batch)
                return
            problem = problem_of(response)
            refused = refused_by_platform(problem, batch) if response.status_code == 400 else {}
            if not refused:
                raise Problem("invalid", f"The platform refused a batch ({response.status_code}): {detail_of(problem)}")
            self.refusals.extend(refused[index] for index in sorted(refused))
            batch = [event for index, event in enumerate(batch) if index not in refused]

    def _answer(self, events: list[dict[str, Any]]) -> httpx2.Response:
        """The answer, after as many pauses as the platform asked for."""
        for _ in range(_MOST_WAITS):
            response = request(self._client, "POST", self._path, events)
            if response.status_code not in {429, 503}:
                return response
            self._sleep(min(_seconds(response.headers.get("Retry-After")), _LONGEST_WAIT_SECONDS))
        raise Problem("unavailable", f"The platform is still busy after {_MOST_WAITS} pauses: {detail_of(problem_of(response))}")


def request(client: httpx2.Client, method: str, path: str, body: object = None) -> httpx2.Response:
    """One request. Raises Problem "unavailable" when the platform cannot be reached."""
    try:
        return client.request(method, path, json=body) if body is not None else client.request(method, path)
    except httpx2.TransportError as error:
        raise Problem("unavailable", f"The platform at {client.base_url} cannot be reached: {error}") from error


def problem_of(response: httpx2.Response) -> dict[str, Any]:
    """The problem document of an answer, or an empty one where it has none."""
    try:
        body = response.json()
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def detail_of(problem: dict[str, Any]) -> str:
    """What a problem document says, in one line."""
    said = problem.get("detail") or problem.get("title") or "no reason given"
    details = [f"{error.get('pointer', '')} {error.get('detail', '')}".strip() for error in (problem.get("errors") or [])[:3]]
    return "; ".join([str(said), *details])


def _seconds(retry_after: str | None) -> float:
    """Seconds of a Retry-After header; a date or nothing counts as one second."""
    return float(retry_after) if retry_after and retry_after.isdigit() else 1.0
