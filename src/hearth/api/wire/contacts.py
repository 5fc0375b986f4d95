"""Contacts of end users on the wire: what is sent and what is answered."""

from typing import Annotated

from pydantic import ConfigDict, Field, JsonValue

from hearth.api.wire.base import WireModel
from hearth.domain import contacts as domain
from hearth.domain.contacts import MOST_FCM_TOKENS

_EXAMPLE: dict[str, JsonValue] = {
    "email": "anna@example.org",
    "fcmTokens": ["bk3RNwTe3H0:CI2k_HHwgIpoDKCIZvvDMExUdFQ3P1"],
    "language": "de",
}


class Contact(WireModel):
    """Where a user is reached. What is left out is unset."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    email: Annotated[str, Field(max_length=254, json_schema_extra={"format": "email"})] | None = None
    fcm_tokens: list[Annotated[str, Field(json_schema_extra={"pattern": "^[!-~]{1,4096}$"})]] = Field(
        default=[],
        json_schema_extra={"maxItems": MOST_FCM_TOKENS},
        description="Registration tokens of the user's devices. One that Firebase no longer knows is dropped.",
    )
    language: Annotated[str, Field(max_length=3, json_schema_extra={"pattern": "^[a-z]{2,3}$"})] | None = Field(
        default=None, description="In which texts are sent; null = the organisation's first language."
    )

    def to_domain(self, user_id: str) -> domain.Contact:
        """The contact of that user."""
        return domain.Contact(user_id=user_id, email=self.email, fcm_tokens=tuple(self.fcm_tokens), language=self.language)


def contact_body(contact: domain.Contact) -> Contact:
    """A contact as JSON."""
    return Contact.of(email=contact.email, fcm_tokens=list(contact.fcm_tokens), language=contact.language)
