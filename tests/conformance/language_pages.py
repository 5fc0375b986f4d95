"""The pages about the language (docs/language): what they show in the notation of the corpus, and the home of their examples.

Fenced blocks marked `hearth` are the corpus; all blocks of a page are one text, so that a scene holds for what follows on
the page. Invariant: a case is named by its line on the page.
"""

import re
from pathlib import Path

from tests.conformance.language_corpus import Scene, cases_of

PAGES = Path(__file__).resolve().parents[2] / "docs/language"


def corpus_of(page: str) -> str:
    """A page's corpus: every line that stands in no such block is empty."""
    kept = []
    is_inside = False
    for line in page.split("\n"):
        if line.startswith("```"):
            is_inside = line == "```hearth"
            kept.append("")
        else:
            kept.append(line if is_inside else "")
    return "\n".join(kept)


def home() -> Scene:
    """The scene of docs/language/scene.md, over which the examples of the catalogue are computed."""
    text = corpus_of((PAGES / "scene.md").read_text(encoding="utf-8"))
    assert re.search(r"^now: ", text, re.MULTILINE)
    return next(cases_of("scene.md", f"{text}\n\ntrue ==> true\n")).scene
