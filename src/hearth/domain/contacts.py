"""Contact: where an end user of a building is reached, and in which language.

The customer tells it, for it is the one who knows its users. Invariant: it belongs to the building and goes with it, or when the
user is no longer the building's; it stands in no log.
"""

import msgspec

MOST_FCM_TOKENS = 20


class Contact(msgspec.Struct, frozen=True, kw_only=True):
    """The addresses of one user. `language`: a key of the texts, such as "de"; None = the customer's first."""

    user_id: str
    email: str | None = None
    fcm_tokens: tuple[str, ...] = ()
    language: str | None = None
