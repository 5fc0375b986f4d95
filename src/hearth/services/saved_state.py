"""Which state of an endpoint or a channel somebody has read, so that two who change it do not overwrite each other unseen.

What is saved is its own services'. Invariant: a version stands for what saving replaces; switching on and off, a new signing
secret and what deliveries find out are none of it, and so refuse nobody.
"""

from hashlib import blake2b

import msgspec

from hearth.core.problems import Problem
from hearth.domain.channels import Channel
from hearth.domain.endpoints import Endpoint

NONE_YET = ""


def version_of(saved: Endpoint | Channel | None) -> str:
    """Another one for each state that saving can bring about; `NONE_YET` where nothing is saved."""
    if saved is None:
        return NONE_YET
    own = (saved.url, saved.authentication) if isinstance(saved, Endpoint) else (saved.name, saved.way)
    return blake2b(msgspec.json.encode((*own, saved.credential, saved.requests_per_second)), digest_size=8).hexdigest()


def refuse_changed(saved: Endpoint | Channel | None, version: str | None) -> None:
    """Raises Problem "precondition_failed" where another version is stored than the one that was read; None = whichever."""
    if version is not None and version != version_of(saved):
        raise Problem("precondition_failed", "Somebody else has changed this since you read it. Read it again, then change it.")
