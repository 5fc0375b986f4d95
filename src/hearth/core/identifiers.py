"""Patterns of the identifiers that customers choose, and identities derived from others.

The patterns are those of the compatible public API; every edge checks against this one table.
"""

import re
from hashlib import blake2b

PATTERNS = {
    "clientId": r"^[a-zA-Z0-9]{1,100}$",
    "clientSecret": r"^[a-zA-Z0-9_-]{1,100}$",
    "customerId": r"^[a-zA-Z0-9]{24}$",
    "pushNotificationId": r"^[a-zA-Z0-9]{24}$",
    "ruleId": r"^[a-zA-Z0-9]{24}$",
    "customerBuildingId": r"^[a-zA-Z0-9:._-]{1,100}$",
    "deviceId": r"^[a-zA-Z0-9:._-]{3,64}$",
    "deviceName": r"^.{1,100}$",
    "userId": r"^[a-zA-Z0-9:._@-]{1,100}$",
    "tag": r"^[^\s\x00-\x1f](?:[^\x00-\x1f]{0,48}[^\s\x00-\x1f])?$",
}

_COMPILED = {name: re.compile(pattern.removesuffix("$") + r"\Z") for name, pattern in PATTERNS.items()}


def fits(pattern: str, text: str) -> bool:
    """Whether `text` fits the pattern of that name, such as "deviceId"; a final newline does not pass."""
    return _COMPILED[pattern].match(text) is not None


def derived_id(*parts: str | int) -> str:
    """24 hexadecimal characters that depend on the parts alone: the same parts give the same identity."""
    digest = blake2b(digest_size=12)
    for part in parts:
        encoded = str(part).encode()
        digest.update(len(encoded).to_bytes(4, "big") + encoded)
    return digest.hexdigest()
