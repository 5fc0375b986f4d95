"""Key files of Google service accounts, as a person pastes them into a channel.

What is asked of Google with them is the connectors'. Invariant: no text of a mistake repeats anything of the file.
"""

from typing import Any

import msgspec
from joserfc.errors import JoseError
from joserfc.jwk import RSAKey

from hearth.core.problems import Problem, invalid
from hearth.domain.endpoints import check_url

_LONGEST = 20_000


class ServiceAccount(msgspec.Struct, frozen=True):
    """What is needed of the key file of a service account."""

    project_id: str
    client_email: str
    private_key: str
    token_uri: str


def read_service_account(text: str) -> ServiceAccount:
    """The account of a key file (JSON). Raises Problem "invalid" at `/credential` for what is none."""
    wrong = invalid(
        "/credential",
        "This is no key file of a service account: take the whole JSON file of Firebase, Project settings, Service accounts.",
    )
    if len(text) > _LONGEST:
        raise wrong
    try:
        raw = msgspec.json.decode(text, type=dict[str, Any])
        account = msgspec.convert(raw, ServiceAccount)
        check_url(account.token_uri)
        key = RSAKey.import_key(account.private_key)
    except (ValueError, JoseError, Problem) as error:
        raise wrong from error
    if raw.get("type") != "service_account" or not account.project_id or not key.is_private:
        raise wrong
    return account
