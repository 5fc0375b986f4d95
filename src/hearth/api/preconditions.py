"""ETag, If-Match and If-None-Match (RFC 9110): whoever changes something can say which state of it they have read.

A tag is `"<version>.<representation>"`. The version stands for what callers can change: If-Match compares it alone, so that a
figure which Hearth computed meanwhile refuses nobody. The representation is a hash of the whole answer: If-None-Match
compares both, so that a 304 means the same bytes. Comparing with what is stored is left to the services, in the transaction
that changes it.
"""

import re
from hashlib import blake2b
from typing import Annotated, Any

from fastapi import Header, Request, Response

from hearth.api.wire.base import OURS
from hearth.core.problems import Problem

NOT_MODIFIED = 304
ETAG_HEADER = {"ETag": "The state that is shown: send it as If-Match with a change, or as If-None-Match to read only news."}

_TAG_PATTERN = '(W/)?"[!#-~]*"'
_TAG = re.compile(r'(W/)?"([\x21\x23-\x7e\x80-\xff]*)"')

IfMatch = Annotated[
    str | None,
    Header(
        alias="If-Match",
        description="Change it only if it is still as it was when it had this ETag, else 412. Several are separated by commas.",
        examples=['"8f0c1d2e3a4b5c6d.0d9c8b7a6f5e4d3c"'],
        json_schema_extra={"minLength": 1, "pattern": rf"^(\*|{_TAG_PATTERN}( *, *{_TAG_PATTERN})*)$", **OURS},
    ),
]
IfNoneMatch = Annotated[
    str | None,
    Header(
        alias="If-None-Match",
        description="An ETag that was read before: while nothing has changed, the answer is 304 without a body.",
        examples=['"8f0c1d2e3a4b5c6d.0d9c8b7a6f5e4d3c"'],
        json_schema_extra=OURS,
    ),
]


def name_version(response: Response, version: str) -> None:
    """Says which state the answer shows; the guard makes the whole ETag of it (`complete_tag`)."""
    response.headers["ETag"] = version


def complete_tag(request: Request, response: Response) -> Response:
    """The answer with its whole ETag, if its route named a version; 304 where the caller of a GET has it already."""
    version = response.headers.get("ETag")
    if version is None:
        return response
    tag = f'"{version}.{blake2b(response.body, digest_size=8).hexdigest()}"'
    asked = request.headers.get("if-none-match")
    if request.method == "GET" and asked is not None and _is_among(tag, asked):
        return Response(status_code=NOT_MODIFIED, headers={"ETag": tag})
    response.headers["ETag"] = tag
    return response


def versions_of(if_match: str | None) -> frozenset[str] | None:
    """The versions that an If-Match names; None = any. A weak tag names none, as RFC 9110 has it.

    Raises Problem "invalid" for what is no list of tags.
    """
    if if_match is None or if_match.strip() == "*":
        return None
    tags = _tags(if_match)
    if not tags:
        raise Problem("invalid", 'If-Match must be an ETag as it was sent, with its quotes, such as "1.0d9c8b7a6f5e4d3c", or *.')
    return frozenset(opaque.partition(".")[0] for weak, opaque in tags if not weak)


def _is_among(tag: str, asked: str) -> bool:
    return asked.strip() == "*" or any(f'"{opaque}"' == tag for _, opaque in _tags(asked))


def _tags(header: str) -> list[tuple[Any, ...]]:
    """(`W/` or "", opaque) of each tag; none where it is no list of tags."""
    left = _TAG.sub("", header)
    return [] if left.strip(" \t,") else _TAG.findall(header)
