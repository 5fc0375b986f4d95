"""The keys that sign access tokens: one in use, older ones published as long as a token of theirs lives.

Private keys are sealed in the store and opened here only to sign. RS256 with 2048 bits. Public keys are
kept in memory; one that another process has made is found again by its `kid`.
"""

from typing import Any

from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

from hearth.core.clock import Clock, Identities
from hearth.core.instants import MINUTE_MS, SECOND_MS
from hearth.domain.customers import SigningKey
from hearth.ports import Sealer, Session, Store

TOKEN_LIFETIME_SECONDS = 86_400
ALGORITHM = "RS256"

# The clocks of several machines differ a little: a key outlives its tokens by this much.
_SLACK_MS = MINUTE_MS
_KEY_BITS = 2048
# How often an unknown `kid` may send us to the store: forged tokens must not cost a query each.
_LOOK_AGAIN_AFTER_MS = 5 * SECOND_MS


class SigningKeys:
    """Signs and verifies with the installation's keys; makes the first one when there is none."""

    def __init__(self, store: Store, sealer: Sealer, clock: Clock, identities: Identities) -> None:
        self._store = store
        self._sealer = sealer
        self._clock = clock
        self._identities = identities
        self._private: dict[str, RSAKey] = {}
        self._public: dict[str, RSAKey] = {}
        self._looked_at_ms: int | None = None

    def sign(self, claims: dict[str, Any]) -> str:
        """Claims -> compact JWT with the `kid` of the key in use."""
        key = self._current()
        private = self._private.get(key.kid)
        if private is None:
            private = RSAKey.import_key(self._sealer.open(key.private_key_sealed), {"kid": key.kid})
            self._private = {key.kid: private}
        return jwt.encode({"alg": ALGORITHM, "kid": key.kid}, claims, private, algorithms=[ALGORITHM])

    def verify(self, token: str) -> dict[str, Any]:
        """JWT -> claims, the signature being ours. Raises JoseError or ValueError for any other text."""
        return dict(jwt.decode(token, self._key_for, algorithms=[ALGORITHM]).claims)

    def list_published(self) -> list[dict[str, str]]:
        """Public JWKs, newest first: the key in use and those whose last token may still live."""
        now_ms = self._clock.now_ms()
        self._current()
        with self._store.read() as session:
            keys = [key for key in session.signing_keys.list_for_operator() if _is_published(key, now_ms)]
        return [key.public_jwk for key in sorted(keys, key=lambda key: key.created_at_ms, reverse=True)]

    def rotate(self) -> str:
        """A new key signs from now on; the old one stays published until its last token has expired. -> new kid"""
        new = self._generate()
        until_ms = self._clock.now_ms() + TOKEN_LIFETIME_SECONDS * SECOND_MS + _SLACK_MS
        with self._store.write() as session:
            for key in session.signing_keys.list_for_operator():
                if key.published_until_ms is None:
                    session.signing_keys.replace_for_operator(_retired(key, until_ms))
            session.signing_keys.add_for_operator(new)
        self._looked_at_ms = None
        return new.kid

    def _current(self) -> SigningKey:
        with self._store.read() as session:
            key = _find_current(session)
        if key is not None:
            return key
        made = self._generate()
        with self._store.write() as session:
            key = _find_current(session)
            if key is None:
                session.signing_keys.add_for_operator(made)
                key = made
        return key

    def _generate(self) -> SigningKey:
        kid = self._identities.new_id()
        key = RSAKey.generate_key(_KEY_BITS, {"kid": kid, "use": "sig", "alg": ALGORITHM})
        return SigningKey(
            kid=kid,
            private_key_sealed=self._sealer.seal(key.as_pem(private=True).decode()),
            public_jwk={name: str(value) for name, value in key.as_dict(private=False).items()},
            created_at_ms=self._clock.now_ms(),
        )

    def _key_for(self, token: Any) -> KeySet:
        """What joserfc asks for: the keys among which it looks for the token's `kid`."""
        kid = token.headers().get("kid")
        now_ms = self._clock.now_ms()
        is_due = self._looked_at_ms is None or now_ms - self._looked_at_ms >= _LOOK_AGAIN_AFTER_MS
        if kid not in self._public and is_due:
            with self._store.read() as session:
                keys = [key for key in session.signing_keys.list_for_operator() if _is_published(key, now_ms)]
            self._public = {key.kid: RSAKey.import_key({**key.public_jwk}) for key in keys}
            self._looked_at_ms = now_ms
        return KeySet([self._public[kid]] if kid in self._public else [])


def _find_current(session: Session) -> SigningKey | None:
    in_use = [key for key in session.signing_keys.list_for_operator() if key.published_until_ms is None]
    return max(in_use, key=lambda key: key.created_at_ms, default=None)


def _is_published(key: SigningKey, now_ms: int) -> bool:
    return key.published_until_ms is None or key.published_until_ms > now_ms


def _retired(key: SigningKey, until_ms: int) -> SigningKey:
    return SigningKey(
        kid=key.kid,
        private_key_sealed=key.private_key_sealed,
        public_jwk=key.public_jwk,
        created_at_ms=key.created_at_ms,
        published_until_ms=until_ms,
    )
