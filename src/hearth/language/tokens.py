"""Tokens: a text cut into its smallest parts.

Says what is not a token and what was probably meant, and goes on with that. Invariant: the last token is "end";
nothing is lost silently except white space and comments.
"""

import re
from typing import Literal, NamedTuple

from hearth.language.diagnostics import Report, Span

TokenKind = Literal["dataset", "number", "timespan", "text", "word", "operator", "broken", "end"]


class Token(NamedTuple):
    """`text` is the name, number or operator; for a text its content; for a timespan number and unit.

    A "broken" token stands for what is no token and has been reported: what is missing around it is no news.
    """

    kind: TokenKind
    text: str
    span: Span


_PATTERN = re.compile(
    r"""(?P<blank>\s+|\#[^\n]*)
      |(?P<dataset>\$[A-Za-z0-9_]+)
      |(?P<number>[0-9]+(?:\.[0-9]+)?)(?P<unit>[^\W\d]\w*)?
      |(?P<word>[^\W\d]\w*)
      |(?P<operator>::|<=|>=|!=|[-+*/%|<>=(),])""",
    re.VERBOSE,
)
OPERATORS_MEANT = {
    "===": "=",
    "!==": "!=",
    ">>": ">",
    "<<": "<",
    "==": "=",
    "<>": "!=",
    "=<": "<=",
    "=>": ">=",
    "&&": "AND",
    "||": "OR",
    "!": "NOT",
    "&": "AND",
    "≤": "<=",
    "≥": ">=",
    "≠": "!=",
    "×": "*",
    "·": "*",
    "÷": "/",
    "−": "-",
    "–": "-",
    ";": ",",
    "[": "(",
    "]": ")",
    "{": "(",
    "}": ")",
}
OPERATORS_MEANT["."] = "::"  # before a name only
_MISTYPED = re.compile(r"===|!==|>>|<<|==|<>|=<|=>|&&|\|\||[!&≤≥≠×·÷−–;\[\]{}]|\.(?=[^\W\d])")
_CLOSING = {"]": "[", "}": "{"}
_UNKNOWN_HINTS = {
    ".": "write a decimal number with a leading zero, such as 0.5",
    "?": "write IF(condition, value, other value)",
    ":": "an attribute stands after `::`, such as $Power::Last",
    "^": "write a product, such as $A * $A",
    "@": "a dataset is written $Name",
    "€": "numbers are written without a unit of measure",
    "°": "numbers are written without a unit of measure",
}
_ESCAPES = {"\\": "\\", '"': '"', "'": "'", "n": "\n"}
_TYPOGRAPHIC = {"“": "”", "„": "“", "‘": "’", "«": "»", "”": "”", "’": "’"}
WORD_OPERATORS = ("AND", "OR", "NOT")
UNITS_MS = {"s": 1_000, "min": 60_000, "h": 3_600_000, "d": 86_400_000}
UNIT_MEANT = {
    **dict.fromkeys(("sec", "second", "seconds", "S"), "s"),
    **dict.fromkeys(("m", "mins", "minute", "minutes", "Min", "MIN"), "min"),
    **dict.fromkeys(("hr", "hrs", "hour", "hours", "H"), "h"),
    **dict.fromkeys(("day", "days", "D"), "d"),
}


def tokens_of(text: str, report: Report) -> list[Token]:
    """Text -> tokens; mistakes go to the report."""
    tokens: list[Token] = []
    unknown: set[str] = set()
    position = 0
    while position < len(text):
        character = text[position]
        if character in "\"'" or character in _TYPOGRAPHIC:
            token, position = _text(text, position, report)
            tokens.append(token)
            continue
        match = _PATTERN.match(text, position)
        mistyped = _MISTYPED.match(text, position) if match is None or character in "=<>!|" else None
        if mistyped is not None and (match is None or len(mistyped[0]) > 1):
            tokens.extend(_mistyped(text, mistyped[0], Span(*mistyped.span()), report))
            position = mistyped.end()
        elif match is None:
            tokens.append(_unknown(text, position, unknown, report))
            position = tokens[-1].span.end
        else:
            if (token_or_none := _token(match, report)) is not None:
                tokens.append(token_or_none)
            position = match.end()
    tokens.append(Token("end", "", Span(len(text), len(text))))
    return tokens


def remarks_of(text: str) -> list[str]:
    """The remarks of a text, in its order, each from its `#` to the end of its line."""
    remarks: list[str] = []
    unread = Report("")
    position = 0
    while position < len(text):
        if text[position] in "\"'" or text[position] in _TYPOGRAPHIC:
            _, position = _text(text, position, unread)
        elif text[position] == "#":
            end = text.find("\n", position)
            end = len(text) if end < 0 else end
            remarks.append(text[position:end].rstrip())
            position = end
        else:
            position += 1
    return remarks


def _mistyped(text: str, wrong: str, span: Span, report: Report) -> list[Token]:
    if wrong == ";" and re.compile(r"\s*").fullmatch(text, span.end):
        report.error("wrong-operator", span, "An expression ends without `;`.", "leave it out", fix="")
        return []
    meant = OPERATORS_MEANT[wrong]
    if wrong in _CLOSING and text.find(_CLOSING[wrong], 0, span.start) >= 0:  # told where it was opened
        return [Token("operator", meant, span)]
    report.error("wrong-operator", span, f"`{wrong}` is not known here; write `{meant}`.", fix=meant)
    return [Token("operator", meant, span)]


def _unknown(text: str, position: int, told: set[str], report: Report) -> Token:
    """A character no token begins with; a run of them is one mistake. `told`: those told before, and now."""
    end = position + 1
    character = text[position]
    if character == "$":
        span = Span(position, end)
        report.error("dataset-name-missing", span, "`$` must be followed by a dataset's name.", "for instance $Power")
        return Token("broken", "$", span)
    while end < len(text) and text[end] == character:
        end += 1
    span = Span(position, end)
    shown = text[position : min(end, position + 10)]
    if character == ":" and "?" in told:
        return Token("broken", character, span)  # the other half of what was told at the `?`
    told.add(character)
    hint = _UNKNOWN_HINTS.get(character, "texts stand in quotes")
    report.error("unknown-character", span, f"`{shown}` means nothing here.", hint)
    return Token("broken", character, span)


def _token(match: re.Match[str], report: Report) -> Token | None:
    span = Span(*match.span())
    if match["blank"] is not None:
        return None
    if match["number"] is not None:
        return _number(match, span, report)
    if match["dataset"] is not None:
        return Token("dataset", match["dataset"][1:], span)
    if match["operator"] is not None:
        return Token("operator", match["operator"], span)
    word = match["word"]
    if word.upper() in WORD_OPERATORS:
        if word not in WORD_OPERATORS:
            report.error("wrong-case", span, f"Write `{word.upper()}` in capital letters.", fix=word.upper())
        return Token("operator", word.upper(), span)
    return Token("word", word, span)


def _number(match: re.Match[str], span: Span, report: Report) -> Token:
    number, unit = match["number"], match["unit"]
    if unit is None:
        return Token("number", number, span)
    if unit in UNITS_MS:
        return Token("timespan", f"{number}{unit}", span)
    meant = UNIT_MEANT.get(unit)
    if meant is not None:
        report.error("unknown-unit", span, f"`{unit}` is not a unit of time; write `{number}{meant}`.", fix=f"{number}{meant}")
        return Token("timespan", f"{number}{meant}", span)
    message = f"`{unit}` is not a unit of time; units are s, min, h and d."
    report.error("unknown-unit", span, message, *without_unit(number, unit))
    return Token("number", number, span)


def without_unit(number: str, unit: str) -> tuple[str, str | None]:
    """How `500W` is written -> hint, and what to write instead where that does not depend on a dataset."""
    base = {"k": 1_000, "M": 1_000_000}.get(unit[:1]) if unit[1:] in ("W", "Wh") else None
    if base is None:
        return f"numbers are written without a unit of measure: {number}", number
    return f"numbers stand without a unit: {float(number) * base:.15g} where the dataset is in {unit[1:]}", None


def _text(text: str, start: int, report: Report) -> tuple[Token, int]:
    opening = text[start]
    closing = _TYPOGRAPHIC.get(opening, opening)
    characters: list[str] = []
    position = start + 1
    while position < len(text) and text[position] != closing:
        if text[position] == "\\" and position + 1 < len(text):
            escaped = text[position + 1]
            if escaped not in _ESCAPES:
                span = Span(position, position + 2)
                message = f"`\\{escaped}` is no escape; known are \\\\, \\\", \\' and \\n."
                report.error("unknown-escape", span, message, fix=f"\\\\{escaped}")
            characters.append(_ESCAPES.get(escaped, escaped))
            position += 2
        else:
            characters.append(text[position])
            position += 1
    span = Span(start, min(position + 1, len(text)))
    if position >= len(text):
        report.error("unclosed-text", Span(start, start + 1), f"This text is not closed: {closing} is missing at its end.")
        return Token("broken", "".join(characters), span), span.end
    if opening in _TYPOGRAPHIC:
        message = f"Texts stand in straight quotes, not in {opening}…{closing}."
        report.error("typographic-quotes", span, message, fix=f'"{text[start + 1 : position]}"')
    return Token("text", "".join(characters), span), span.end
