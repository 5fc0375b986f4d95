"""Locales: the language a text is rendered for, and its words for yes and no. All else about it is CLDR's."""

from functools import lru_cache

from babel import Locale, UnknownLocaleError

# CLDR has no such words in the edition that is at hand.
_YES_NO = {
    "bg": ("да", "не"),
    "cs": ("ano", "ne"),
    "da": ("ja", "nej"),
    "de": ("ja", "nein"),
    "el": ("ναι", "όχι"),
    "en": ("yes", "no"),
    "es": ("sí", "no"),
    "et": ("jah", "ei"),
    "fi": ("kyllä", "ei"),
    "fr": ("oui", "non"),
    "hr": ("da", "ne"),
    "hu": ("igen", "nem"),
    "it": ("sì", "no"),
    "lt": ("taip", "ne"),
    "lv": ("jā", "nē"),
    "nb": ("ja", "nei"),
    "nl": ("ja", "nee"),
    "nn": ("ja", "nei"),
    "no": ("ja", "nei"),
    "pl": ("tak", "nie"),
    "pt": ("sim", "não"),
    "ro": ("da", "nu"),
    "sk": ("áno", "nie"),
    "sl": ("da", "ne"),
    "sv": ("ja", "nej"),
    "uk": ("так", "ні"),
}

# Languages that texts may be needed in. A text in another one is rendered all the same, with English words for these.
LANGUAGES = tuple(name for name in _YES_NO if name != "no")


@lru_cache(maxsize=256)
def locale_named(name: str) -> Locale:
    """Language tag ("de", "de-CH") -> locale; the language alone, then English, where it is unknown."""
    for candidate in (name, name.replace("_", "-").split("-")[0]):
        try:
            return Locale.parse(candidate.replace("-", "_"))
        except (ValueError, UnknownLocaleError, TypeError):
            continue
    return Locale("en")


@lru_cache(maxsize=256)
def yes_no(locale_name: str) -> tuple[str, str]:
    """The words for true and false; English ones in a language we have none of."""
    return _YES_NO.get(locale_named(locale_name).language, _YES_NO["en"])
