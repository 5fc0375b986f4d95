"""The access token of a client: how long it is used, when another one is due. Fetching it is the clients' part.

Invariant: neither the secret nor a token shows in the `repr` of anything here.
"""

import base64
import time
from typing import NoReturn
from urllib.parse import quote_plus, urlencode

from hearth_client.core import Call
from hearth_client.errors import HearthError
from hearth_client.models import TokenAnswer

_LONGEST_MARGIN_SECONDS = 60.0
_AGAIN_SECONDS = 30.0


class Credentials:
    """Id and secret of a client."""

    def __init__(self, client_id: str, client_secret: str, scope: str | None) -> None:
        self.client_id = client_id
        pair = f"{quote_plus(client_id)}:{quote_plus(client_secret)}"  # RFC 6749, 2.3.1
        self._authorization = "Basic " + base64.b64encode(pair.encode()).decode()
        self._scope = scope

    def __repr__(self) -> str:
        return f"Credentials({self.client_id!r}, …)"

    def call(self, scope: str | None = None) -> Call[TokenAnswer]:
        """Asks for a token; the secret travels in a header, never in a URL."""
        wanted = scope or self._scope
        form = {"grant_type": "client_credentials"} | ({"scope": wanted} if wanted else {})
        return Call(
            "POST",
            "/auth/token/v1",
            TokenAnswer,
            body=urlencode(form).encode(),
            content_type="application/x-www-form-urlencoded",
            is_repeatable=True,
            is_public=True,
            headers={"authorization": self._authorization},
        )


class TokenKeeper:
    """The present token, or why there is none. Its owner sees that one at a time fetches.

    `rounds` counts the attempts to fetch one: who waited while another one tried shares what came of it.
    """

    def __init__(self) -> None:
        self.rounds = 0
        self._text: str | None = None
        self._renew_at = 0.0
        self._expires_at = 0.0
        self._failure: HearthError | None = None

    def usable(self, refused: str | None) -> str | None:
        """The token, unless it is the refused one or about to expire."""
        return self._text if self._text != refused and time.monotonic() < self._renew_at else None

    def shared(self, refused: str | None, rounds: int) -> str | None:
        """The token, where another one has fetched it since there were so many `rounds`. Raises what made that fail."""
        if self.rounds != rounds and self._failure is not None:
            raise self._failure
        return self.usable(refused)

    def keep(self, answer: TokenAnswer, asked_at: float) -> str:
        """Takes a new token; `asked_at` by the monotonic clock."""
        self.rounds += 1
        self._failure = None
        self._text = answer.access_token
        self._expires_at = asked_at + answer.expires_in
        self._renew_at = self._expires_at - min(_LONGEST_MARGIN_SECONDS, answer.expires_in / 10)
        return self._text

    def fall_back(self, failure: HearthError, refused: str | None) -> str:
        """No new token came: the present one as long as it lasts, else raises the failure."""
        self.rounds += 1
        if self._text is None or self._text == refused or time.monotonic() >= self._expires_at:
            self._failure = failure
            self._raise(failure)
        self._renew_at = min(self._expires_at, time.monotonic() + _AGAIN_SECONDS)
        return self._text

    @staticmethod
    def _raise(failure: HearthError) -> NoReturn:
        raise failure
