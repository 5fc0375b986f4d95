"""Secrets at rest: hashing what is only compared, encrypting what must be read again.

Who may use a secret is the services' business. Invariant: neither a secret nor a key reaches a log or
an error message, and a wrong secret takes as long as an unknown name.
"""

import os
import secrets
from functools import cached_property
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from argon2.profiles import RFC_9106_LOW_MEMORY
from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from hearth.core.problems import Problem


class Argon2Hasher:
    """Argon2id with the low-memory parameters of RFC 9106 (3 passes, 64 MiB, 4 lanes).

    A call takes tens of milliseconds on purpose; an event loop calls it in a thread.
    """

    def __init__(self) -> None:
        self._hasher = PasswordHasher.from_parameters(RFC_9106_LOW_MEMORY)

    @cached_property
    def _hash_of_nobody(self) -> str:
        return self._hasher.hash(secrets.token_urlsafe(32))

    def hash(self, secret: str) -> str:
        """Secret -> the encoded hash with its salt and parameters."""
        return self._hasher.hash(secret)

    def matches(self, secret_hash: str | None, secret: str) -> bool:
        """Whether the hash is that of `secret`. None is False after as long a time: nobody learns which names exist.

        Raises ValueError for a stored hash that cannot be read.
        """
        of_nobody = self._hash_of_nobody
        try:
            self._hasher.verify(of_nobody if secret_hash is None else secret_hash, secret)
        except VerifyMismatchError:
            return False
        except InvalidHashError as error:
            raise ValueError("a stored secret hash is no Argon2 hash") from error
        return secret_hash is not None


class FernetSealer:
    """Authenticated encryption (Fernet: AES-128-CBC and HMAC-SHA256). The first key seals, every key opens."""

    def __init__(self, keys: list[str]) -> None:
        self._fernet = MultiFernet([Fernet(key) for key in keys])

    def seal(self, plain: str) -> str:
        """Text -> sealed text, safe to store."""
        return self._fernet.encrypt(plain.encode()).decode()

    def open(self, sealed: str) -> str:
        """Sealed text -> the text. Raises Problem("unavailable") when none of the keys sealed it."""
        try:
            return self._fernet.decrypt(sealed.encode()).decode()
        except InvalidToken as error:
            raise Problem(
                "unavailable",
                "A stored secret was sealed with another key. Put back the secret.key that belongs to this database.",
            ) from error


def open_sealer(path: Path) -> FernetSealer:
    """The sealer of the key file, which is made (mode 0600) when there is none.

    The file holds one key a line: the first seals, the others still open what was sealed before a change of keys.
    Raises Problem("invalid") when the file cannot be used.
    """
    if not path.exists():
        _make_key_file(path)
    keys = path.read_text().split()
    try:
        return FernetSealer(keys)
    except ValueError as error:
        raise Problem(
            "invalid",
            f"{path} holds no usable key. Put back the file that belongs to this database; without it its secrets are lost.",
        ) from error


def _make_key_file(path: Path) -> None:
    """Whole or not at all, on disk before it is used, and never over the key of a process that was quicker."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(Fernet.generate_key() + b"\n")
            file.flush()
            os.fsync(file.fileno())
        try:
            path.hardlink_to(draft)
        except FileExistsError:
            return
    finally:
        draft.unlink()
    directory = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)
