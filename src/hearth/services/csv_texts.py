"""CSV that is written while it is sent: a header, then a block of so many rows at a time.

What the columns are is the caller's. Invariant: a text of somebody else's (a device's name, a message) never begins like a
formula, for a spreadsheet would reckon with it.
"""

import csv
from collections.abc import Iterable, Iterator, Sequence
from io import StringIO
from itertools import islice
from typing import Any

_ROWS_AT_ONCE = 4_096
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def csv_blocks(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[bytes]:
    """The header, and the rows, as UTF-8. Of the rows no more are held than a block has."""
    yield _block([columns])
    left = iter(rows)
    while block := list(islice(left, _ROWS_AT_ONCE)):
        yield _block(block)


def harmless(text: str | None) -> str:
    """Somebody else's text for a cell; what begins like a formula gets an apostrophe before it."""
    return f"'{text}" if text and text.startswith(_FORMULA) else text or ""


def as_it_was(text: str) -> str:
    """What `harmless` was given."""
    return text[1:] if text.startswith("'") and text[1:].startswith(_FORMULA) else text


def _block(rows: Iterable[Sequence[Any]]) -> bytes:
    text = StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue().encode()
