"""Words as people look for them: without their accents, in any case."""

import unicodedata


def folded(text: str) -> str:
    """Equal for what is told apart by accents and case alone: `Zürich` -> `zurich`, `STRASSE` and `Straße` -> `strasse`."""
    if not text.isascii():
        text = "".join(each for each in unicodedata.normalize("NFKD", text) if not unicodedata.combining(each))
    return text.casefold()
