"""Codes: every code that a diagnostic of the language can have, explained with an example and the same mended.

Data for pages and for `hearth lang explain --code`; the checker does not read it. The message of one certain mistake
is written where the mistake is found. Invariant: what stands here is what the modules of the language tell, neither
more nor less.
"""

from hearth.language.codes.entry import SCENE, Code
from hearth.language.codes.names_and_types import NAMES_AND_TYPES
from hearth.language.codes.reading import READING
from hearth.language.codes.warnings import WARNINGS

__all__ = ["CODES", "SCENE", "Code"]

CODES: dict[str, Code] = {code.code: code for code in (*READING, *NAMES_AND_TYPES, *WARNINGS)}
