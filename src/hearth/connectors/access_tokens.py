"""Access tokens of customers' OAuth 2.0 servers (RFC 6749, 4.4): fetched, and kept until shortly before they expire.

The token URL is the customer's too, so it is asked through the same guarded client as the endpoint. The client
authenticates with Basic, which every such server must take. Invariant: one fetch at a time per customer and
configuration, and no text of an error repeats what the server sent beyond a registered code.
"""

import asyncio
import base64
import re
from typing import Any, NamedTuple
from urllib.parse import quote_plus, urlencode

import msgspec

from hearth.connectors.posting import Poster, PostError, Reply
from hearth.core.clock import Clock
from hearth.core.instants import SECOND_MS
from hearth.domain.endpoints import ClientCredentials, Endpoint
from hearth.ports import Sealer

_MOST_BYTES = 64 * 1024
_UNSAID_LIFETIME_SECONDS = 300
_LONGEST_LIFETIME_SECONDS = 86_400
# A token is not used any more for the last tenth of its life, at most a minute.
_MARGIN_SHARE = 0.1
_LONGEST_MARGIN_SECONDS = 60
_TOKEN = re.compile(r"[\x21-\x7e]{1,16384}")
_CODE = re.compile(r"[a-z_]{1,40}")

_Key = tuple[str, ClientCredentials, str]


class AccessToken(NamedTuple):
    """A token and until when it is used."""

    text: str
    until_ms: int


class AccessTokens:
    """The tokens of all customers, in memory."""

    def __init__(self, poster: Poster, sealer: Sealer, clock: Clock) -> None:
        self._poster = poster
        self._sealer = sealer
        self._clock = clock
        self._kept: dict[str, tuple[_Key, AccessToken]] = {}
        self._fetching: dict[_Key, asyncio.Task[AccessToken]] = {}

    async def token(self, endpoint: Endpoint, deadline: float) -> str:
        """The token for an endpoint that authenticates by client credentials, waited for until the deadline.

        Raises PostError when there is none to get.
        """
        key = _key(endpoint)
        kept = self._kept.get(endpoint.customer_id)
        if kept is not None and kept[0] == key and self._clock.now_ms() < kept[1].until_ms:
            return kept[1].text
        fetch = self._fetching.get(key)
        if fetch is None:
            fetch = self._fetching[key] = asyncio.create_task(self._fetch(endpoint))
            fetch.add_done_callback(lambda done: self._finish(key, done))
        # Whoever waits may give up; the others, and the next delivery, still get what comes.
        try:
            async with asyncio.timeout_at(deadline):
                return (await asyncio.shield(fetch)).text
        except TimeoutError as late:
            raise PostError(f"no access token: the token URL: {self._poster.late()}") from late

    def forget(self, endpoint: Endpoint, text: str) -> None:
        """The endpoint did not take this token: the next one is fetched anew, unless it was meanwhile."""
        kept = self._kept.get(endpoint.customer_id)
        if kept is not None and kept[1].text == text:
            del self._kept[endpoint.customer_id]

    async def aclose(self) -> None:
        """Ends what is under way."""
        under_way = list(self._fetching.values())
        for fetch in under_way:
            fetch.cancel()
        await asyncio.gather(*under_way, return_exceptions=True)

    def _finish(self, key: _Key, done: "asyncio.Task[AccessToken]") -> None:
        del self._fetching[key]
        if not done.cancelled() and done.exception() is None:
            self._kept[key[0]] = (key, done.result())

    async def _fetch(self, endpoint: Endpoint) -> AccessToken:
        _, how, sealed = _key(endpoint)
        form = {"grant_type": "client_credentials"} | ({"scope": how.scope} if how.scope else {})
        pair = f"{quote_plus(how.client_id)}:{quote_plus(self._sealer.open(sealed))}"
        headers = [
            ("authorization", f"Basic {base64.b64encode(pair.encode()).decode()}"),
            ("content-type", "application/x-www-form-urlencoded"),
            ("accept", "application/json"),
        ]
        try:
            reply = await self._poster.post(
                how.token_url, headers, urlencode(form).encode(), deadline=self._poster.deadline(), most_bytes=_MOST_BYTES
            )
        except PostError as error:
            raise PostError(f"no access token: the token URL: {error}") from error
        return read_token(reply, self._clock.now_ms())


def read_token(reply: Reply, now_ms: int) -> AccessToken:
    """The token in the answer of a token URL (RFC 6749, 5). Raises PostError where there is none."""
    answer = _json_object(reply.body)
    if reply.status_code != 200:
        code = answer.get("error")
        named = f" ({code})" if isinstance(code, str) and _CODE.fullmatch(code) else ""
        raise PostError(f"no access token: the token URL answered {reply.status_code}{named}")
    text, kind, seconds = answer.get("access_token"), answer.get("token_type", "Bearer"), answer.get("expires_in")
    if not isinstance(text, str) or not _TOKEN.fullmatch(text):
        raise PostError("no access token: the token URL's answer holds none")
    if not isinstance(kind, str) or kind.lower() != "bearer":
        raise PostError("no access token: the token URL's answer holds none of the type Bearer")
    if isinstance(seconds, str) and seconds.isascii() and seconds.isdecimal():
        seconds = int(seconds[:9])  # some servers send it as text
    if isinstance(seconds, bool) or not isinstance(seconds, int | float):
        seconds = _UNSAID_LIFETIME_SECONDS
    seconds = min(max(seconds, 0), _LONGEST_LIFETIME_SECONDS)
    margin = min(seconds * _MARGIN_SHARE, _LONGEST_MARGIN_SECONDS)
    return AccessToken(text, now_ms + round((seconds - margin) * SECOND_MS))


def _key(endpoint: Endpoint) -> _Key:
    assert isinstance(endpoint.authentication, ClientCredentials)
    assert endpoint.credential is not None
    return endpoint.customer_id, endpoint.authentication, endpoint.credential.sealed


def _json_object(body: bytes) -> dict[str, Any]:
    try:
        return msgspec.json.decode(body, type=dict[str, Any])
    except ValueError:  # of msgspec, or of UTF-8
        return {}
