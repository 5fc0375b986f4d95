"""What the platform explains to authors of rules is there in every language of the console, and nothing else is.

The same translator as in the browser is run by Node over all sentences that the corpora provoke; and every sentence that
stands in the sources has a template.
"""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tests.sentences.sources import NO_SENTENCES, PLACE, sentences
from tests.sentences.spoken import Said, of_changes, of_evaluations, of_expressions, of_help, of_imports, of_notes, of_rules

TEXTS = Path(__file__).resolve().parents[2] / "web/src/texts"
STATES = re.compile(r"\d+ [\w ]+(, \d+ [\w ]+)*")  # a hint that has only the customer's own words
_PROGRAM = """
import { readFileSync } from "node:fs";
import { translator } from "%s";
const { catalogues, said } = JSON.parse(readFileSync(0, "utf8"));
const told = {};
for (const [language, catalogue] of Object.entries(catalogues)) {
  const used = new Set();
  const say = translator(catalogue, (group, english) => used.add(`${group}: ${english}`));
  told[language] = { said: said.map(([group, english]) => say(english, group)), used: [...used] };
}
console.log(JSON.stringify(told));
"""


def catalogues() -> dict[str, dict[str, dict[str, str]]]:
    return {language: json.loads((TEXTS / f"sentences/{language}.json").read_text("utf-8")) for language in ("de", "fr")}


def translated(said: list[Said]) -> Any:
    """Language -> what is said for each sentence (None where there is no template), and the templates used."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    ran = subprocess.run(
        [
            "node",
            "--input-type=module",
            "--disable-warning=ExperimentalWarning",
            "-e",
            _PROGRAM % (TEXTS / "translator.ts").as_uri(),
        ],
        input=json.dumps({"catalogues": catalogues(), "said": said}),
        capture_output=True,
        text=True,
        env={**os.environ, "PATH": path},
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    return json.loads(ran.stdout)


def templates() -> dict[str, str]:
    """Every template, as "group: template" -> its text, with PLACEs."""
    return {
        f"{group}: {english}": re.sub(r"\{\w+(?::\w+)?\}", PLACE, english)
        for group, entries in catalogues()["de"].items()
        for english in entries
    }


def is_of(template: str, source: str) -> bool:
    """Whether a text of the sources, with anything at its PLACEs, is the template, and says most of it."""
    return bool(
        re.fullmatch(".*".join(map(re.escape, source.split(PLACE))), template, re.DOTALL)
        and letters(template) <= 2 * letters(source)
    )


def letters(text: str) -> int:
    return sum(map(str.isalpha, text))


def test_the_catalogues_have_the_same_templates_and_places() -> None:
    german, french = catalogues().values()
    assert {group: list(entries) for group, entries in german.items()} == {
        group: list(entries) for group, entries in french.items()
    }
    for entries in (*german.values(), *french.values()):
        for english, translation in entries.items():
            assert set(re.findall(r"\{(\w+)\}", translation)) <= set(re.findall(r"\{(\w+)", english)), english


def test_every_sentence_is_translated_and_every_template_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    said = sorted(
        {*of_expressions(), *of_help(), *of_rules(), *of_evaluations(monkeypatch), *of_changes(), *of_notes(), *of_imports()}
    )
    said = [(group, text) for group, text in said if not STATES.fullmatch(text)]
    told = translated(said)
    in_sources = [text for _, text in sentences()]
    written = {name for name, template in templates().items() if any(is_of(template, text) for text in in_sources)}
    for language, of in told.items():
        assert [each for each, text in zip(said, of["said"], strict=True) if text is None] == [], language
        assert sorted(templates().keys() - written - set(of["used"])) == [], language


def test_every_sentence_of_the_sources_has_a_template() -> None:
    known = templates().values()
    rest = [(module, text) for module, text in sentences() if not any(is_of(template, text) for template in known)]
    # A general template says some: "did you mean {what}?"
    said = translated([("sentences", text.replace(PLACE, "x")) for _, text in rest])["de"]["said"]
    assert [each for each, text in zip(rest, said, strict=True) if text is None] == []


def test_no_exception_is_kept_for_nothing() -> None:
    assert {text for _, text in sentences(())} >= NO_SENTENCES
