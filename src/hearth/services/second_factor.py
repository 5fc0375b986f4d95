"""The second factor: codes of an authenticator app (TOTP, RFC 6238).

Decides whether a code fits; who must give one, and where the secret is kept sealed, is the use cases'.
Invariant: a code is good once, for a step that was used, and all before it, are passed over.
"""

import base64
import hmac
from hashlib import sha256

from pyotp import TOTP

from hearth.core.instants import SECOND_MS

ISSUER = "Hearth"
_STEP_MS = 30 * SECOND_MS
_SECRET_BYTES = 20
SECRET_PATTERN = r"^[A-Z2-7]{32}$"  # noqa: S105 - of one
# A clock may be off by a step, and a person may be slow.
_NEIGHBOURS = (-1, 0, 1)


def secret_from(random_text: str) -> str:
    """256 random bits in any spelling -> a secret of 160 bits, in Base32 as the apps take it."""
    return base64.b32encode(sha256(random_text.encode()).digest()[:_SECRET_BYTES]).decode()


def address_of(secret: str, email: str) -> str:
    """What an app reads from the picture (`otpauth://…`)."""
    return TOTP(secret).provisioning_uri(name=email, issuer_name=ISSUER)


def step_of(secret: str, code: str, now_ms: int, used_step: int) -> int | None:
    """The time step of which this is the code, or None where it fits none that is near and unused."""
    digits = "".join(code.split())
    if not (digits.isascii() and digits.isdecimal()):
        return None
    totp = TOTP(secret)
    near = [now_ms // _STEP_MS + each for each in _NEIGHBOURS]
    fitting = [step for step in near if hmac.compare_digest(totp.generate_otp(step), digits)]
    return next((step for step in fitting if step > used_step), None)
