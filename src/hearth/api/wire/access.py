"""Access tokens on the wire: the answers of the token endpoint, the key set, the server's metadata."""

from pydantic import BaseModel, ConfigDict, Field

from hearth.domain.customers import SCOPES
from hearth.services.access import Token


class TokenAnswer(BaseModel):
    """An access token."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "access_token": "eyJhbGciOiJSUzI1NiIs…",
                    "expires_in": 86400,
                    "scope": " ".join(SCOPES),
                    "token_type": "Bearer",
                }
            ]
        }
    )

    access_token: str = Field(description="A JWT, signed with RS256.")
    expires_in: int = Field(description="Seconds until it expires; there is no refresh token, ask again.")
    scope: str = Field(description="What it allows, separated by spaces.")
    token_type: str

    @classmethod
    def of(cls, token: Token) -> "TokenAnswer":
        """The answer that carries a token."""
        return cls(
            access_token=token.access_token,
            expires_in=token.expires_in_seconds,
            scope=" ".join(token.scopes),
            token_type="Bearer",  # noqa: S106 - the kind of token
        )


class JsonWebKeySet(BaseModel):
    """The public keys that verify access tokens (RFC 7517)."""

    keys: list[dict[str, str]]


class ServerMetadata(BaseModel):
    """What an OAuth library needs to know of this server (RFC 8414)."""

    issuer: str
    token_endpoint: str
    jwks_uri: str
    service_documentation: str
    response_types_supported: list[str]
    grant_types_supported: list[str]
    token_endpoint_auth_methods_supported: list[str]
    scopes_supported: list[str]
