"""Signatures: the ways to call the function in whose brackets the cursor stands, and which argument it is in.

Pure: text, place and scope in, a description out, for any editor. Only what stands before the cursor counts, so the
call may be unfinished. Invariant: it never raises, whatever the text and the place.
"""

import re
from dataclasses import dataclass
from typing import NamedTuple

from hearth.language.calls import fits
from hearth.language.checker import check
from hearth.language.cursor import Cursor
from hearth.language.diagnostics import Span
from hearth.language.expectation import known_function, remaining_overloads
from hearth.language.scope import Scope

_PARAMETER = re.compile(r"[^\s,<>\[\]]+(?:<[^>]*>)?")


class Signature(NamedTuple):
    """One way to call a function; `parameters`: where each one stands in `label`."""

    label: str
    parameters: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class SignatureHelp:
    """`argument`: which one the cursor is in, from 0; `likeliest`: the index of the signature that fits what stands before."""

    function: str
    documentation: str
    signatures: tuple[Signature, ...]
    likeliest: int
    argument: int
    examples: tuple[str, ...]


def signature(text: str, cursor: int, scope: Scope) -> SignatureHelp | None:
    """The call around `cursor`: brackets that only group belong to the call around them. None outside of known calls."""
    place = Cursor(text, cursor, scope)
    bracket = next((each for each in reversed(place.brackets) if place.function_name(each) is not None), None)
    function = known_function(place, bracket) if bracket is not None else None
    if bracket is None or function is None:
        return None
    argument = len(bracket.commas)
    remaining = remaining_overloads(place, bracket, function)
    separator = place.tokens[[bracket.opening, *bracket.commas][-1]]
    begun = check(place.before[separator.span.end :], scope).tree.type
    fitting = [each for each in remaining if begun is not None and fits(each.parameters[argument], begun)] or remaining
    return SignatureHelp(
        function=function.name,
        documentation=function.documentation,
        signatures=tuple(Signature(each.signature, _parameters(each.signature)) for each in function.overloads),
        likeliest=function.overloads.index(fitting[0]) if fitting else 0,
        argument=argument,
        examples=function.examples,
    )


def _parameters(label: str) -> tuple[Span, ...]:
    """Where the parameters stand in "NAME(V<Event>, span[, anchor]) → …"."""
    return tuple(Span(*match.span()) for match in _PARAMETER.finditer(label, label.index("(") + 1, label.index(")")))
