"""Fuzzes the rule language, guided by coverage: whatever the text, it is answered, and both evaluators agree.

An input is a text. One that begins with `|` is a pattern, written with numbers, times and timespans; any other is an
expression: it is parsed, printed and read again, checked in a place, and run over a few fixed windows, compiled and by
the reference evaluator. Atheris (libFuzzer) chooses the inputs, half of them changed token by token; what it found
interesting is kept in build/fuzz, so that a later run goes on from there. An input that takes longer than a second is
a hang.

    python tests/fuzz/fuzz_language.py --seconds 600
    python tests/fuzz/fuzz_language.py --replay build/fuzz/findings/crash-...
"""

import argparse
import importlib.util
import re
import subprocess
import sys
import tempfile
from contextlib import nullcontext
from dataclasses import fields, is_dataclass, replace
from functools import cache
from math import inf, nan
from pathlib import Path
from random import Random
from typing import Any, get_args
from zoneinfo import ZoneInfo

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "src")]
KEPT = ROOT / "build" / "fuzz"
HANG_SECONDS = 1
IS_FUZZING = "--fuzzing" in sys.argv

if IS_FUZZING:
    import atheris

with atheris.instrument_imports(include=["hearth.language"]) if IS_FUZZING else nullcontext():
    from tests.conformance.language_corpus import Case, cases
    from tests.conformance.language_values import plain

    from hearth.language import (
        BuildingFacts,
        Context,
        DatasetInfo,
        DeliveredFacts,
        Event,
        Place,
        RecordedWindow,
        Scope,
        check,
        compile_program,
    )
    from hearth.language.catalogue import ATTRIBUTES, FUNCTIONS, OPERATORS, SELECTORS, SORT_ORDERS, VECTOR_ATTRIBUTES, WORDS
    from hearth.language.diagnostics import Report
    from hearth.language.formatting import number_text, time_text, timespan_text
    from hearth.language.parser import parse
    from hearth.language.printer import printed
    from hearth.language.reference import evaluate
    from hearth.language.tree import LENGTH_LIMIT

NOW_MS = 1_773_140_400_000
MINUTE_MS = 60_000
PLACES: tuple[Place, ...] = get_args(Place)
LOCALES = ("en", "de", "fr")
ZONE = ZoneInfo("Europe/Zurich")
DATASETS = {
    "P": DatasetInfo("TIME_SERIES", "W"),
    "D": DatasetInfo("TIME_SERIES"),
    "N": DatasetInfo("TIME_SERIES", "W"),
    "Q": DatasetInfo("SINGLE_VALUE", "W"),
    "M": DatasetInfo("SINGLE_VALUE", None, state=True),
    "None": DatasetInfo("SINGLE_VALUE", "W"),
}
WINDOWS = {
    "P": RecordedWindow([Event(NOW_MS - at * MINUTE_MS, value, "a", "A") for at, value in ((50, 1.0), (7, -2.5), (0, 1e16))]),
    "D": RecordedWindow(
        [
            Event(NOW_MS - at * MINUTE_MS, value, device, f"Device {device}", NOW_MS if at == 3 else None)
            for at, value, device in ((90, 4.0, "a"), (61, 0.1, "b"), (60, 0.1, "a"), (3, 0.0, "c"), (3, 4.0, "b"))
        ]
    ),
    "N": RecordedWindow([]),
    "Q": RecordedWindow([Event(NOW_MS - MINUTE_MS, 5.0, "q", "Q")]),
    "M": RecordedWindow([Event(NOW_MS, 4.0, "m", "M")]),
    "None": RecordedWindow([]),
}
CONTEXT = Context(
    ZONE,
    "de",
    BuildingFacts("b1", NOW_MS, ["PV", "EV", "PV"], city="Bern", profile={"IsResidential": True}),
    streak_counter=2,
    delivered_counter=3,
    delivered=DeliveredFacts(NOW_MS - MINUTE_MS, None, "VIEWED"),
    peers=lambda now_ms, name, selector: {"b3": [], "b2": [1.0, 2.0]},
)
NUMBERS = (0.0, -0.0, 0.5, -1.5, 0.005, 999.995, 1234567.891, -1e16, 1e300, 5e-324, inf, -inf, nan)
INSTANTS = (0, NOW_MS, -1, NOW_MS + 4_321, 253_402_300_799_999, -62_135_596_800_000, 1e18, nan)
TIMESPANS = (0, 1, -1, 999.5, 61_000, 90 * MINUTE_MS, -86_400_000, 1e16, 1e300, inf, nan)


def run_one(data: bytes) -> None:
    """One input; raises where a promise of the language is broken."""
    text = data.decode("utf-8", "replace")
    if text.startswith("|"):
        write_all(text[1:], LOCALES[len(data) % len(LOCALES)])
        return
    read_back(text)
    # The place follows from the input, so that an input gives the same each time.
    place = PLACES[sum(data) % len(PLACES)]
    checked = check(text, Scope(DATASETS, place, has_streak=len(data) % 2 == 0))
    places_stand_in(text, checked.diagnostics)
    assert checked.has_errors or checked.type is not None
    if not checked.has_errors:
        agree(checked)
    # A value that does not suit its place is compared too, before it is rendered.
    suited = tuple(each for each in checked.diagnostics if each.code != "wrong-place")
    unrendered = replace(checked, place="condition", diagnostics=suited)
    if not unrendered.has_errors:
        agree(unrendered)


def read_back(text: str) -> None:
    """Printing loses nothing, and what is printed is printed the same."""
    report = Report(text)
    tree = parse(text, report)
    if report.diagnostics:
        return
    shown = printed(tree)
    if len(shown) <= LENGTH_LIMIT:
        again = Report(shown)
        assert same(parse(shown, again), tree), shown
        assert not again.diagnostics, shown


def same(left: Any, right: Any) -> bool:
    """Whether two trees are equal, however long their chains are."""
    waiting = [(left, right)]
    while waiting:
        one, other = waiting.pop()
        if type(one) is not type(other):
            return False
        if is_dataclass(one):
            waiting += [(getattr(one, each.name), getattr(other, each.name)) for each in fields(one) if each.compare]
        elif isinstance(one, tuple):
            if len(one) != len(other):
                return False
            waiting += zip(one, other, strict=True)
        elif one != other:
            return False
    return True


def places_stand_in(text: str, diagnostics: tuple[Any, ...]) -> None:
    """Every diagnostic names a stretch of the text."""
    lines = text.split("\n")
    for each in diagnostics:
        assert each.message
        for named in (each, *each.related):
            assert 1 <= named.line <= len(lines), named
            assert 1 <= named.column <= len(lines[named.line - 1]) + 1, named
            start = sum(len(line) + 1 for line in lines[: named.line - 1]) + named.column - 1
            assert start + named.length <= len(text), named


def agree(checked: Any) -> None:
    """Both evaluators give the same."""
    program = compile_program(checked)
    compiled = program.run(NOW_MS, tuple(WINDOWS[name] for name in program.datasets), CONTEXT)
    expected = evaluate(checked, NOW_MS, WINDOWS, CONTEXT)
    assert repr(plain(compiled)) == repr(plain(expected)), f"{plain(compiled)!r} is not {plain(expected)!r}\n{program.source}"


def write_all(pattern: str, locale: str) -> None:
    """Any pattern writes any value."""
    texts = [number_text(value, pattern, locale) for value in NUMBERS]
    texts += [time_text(value, pattern, locale, ZONE) for value in INSTANTS]
    texts += [timespan_text(value, pattern, locale) for value in TIMESPANS]
    assert all(isinstance(text, str) for text in texts)


# Tokens of one sort: what a token may be replaced by, so that a text often stays right.
SORTS: dict[str, tuple[str, ...]] = {
    r"\$\w+": tuple(f"${name}" for name in DATASETS),
    r"[A-Z_]+(?=\()": tuple(FUNCTIONS),
    r"(?<=::)\w+": (*dict.fromkeys([name for _, name in ATTRIBUTES]), *VECTOR_ATTRIBUTES, *SELECTORS),
    r"\bAND\b|\bOR\b|[-+*/%|]|[<>=!]+": tuple(operator.name for operator in OPERATORS if operator.name not in ("::", "NOT")),
    r"\b[a-z]\w+": (*WORDS, *SORT_ORDERS),
    r"\d[\w.]*": ("0", "1", "3", "2.5", "1.5", "30s", "31min", "24h", "7d"),
    r"'[^']*'": (
        "'#,##0.0'",
        "'0.##E0'",
        "'0%'",
        "'HH:mm'",
        "'dd.MM.yyyy'",
        "'EEEE'",
        "'ADAPTIVE:WORD'",
        "'>='",
        "'!='",
        "'DAYS:SYMBOL'",
    ),
}


def changed(data: bytes, seed: int) -> bytes:
    """Another expression: one token replaced by one of its sort, joined with a seed, or put into a function."""
    chance = Random(seed)
    text = data.decode("utf-8", "replace")
    operator = chance.choice(OPERATORS).name
    match chance.randrange(8):
        case 0:
            return f"({text}) {operator} ({chance.choice(seeds())})".encode()
        case 1:
            return f"{chance.choice([*FUNCTIONS])}({text})".encode()
        case 2:
            return f"{chance.choice([*FUNCTIONS])}({text}, {chance.choice(seeds())})".encode()
    sort, others = chance.choice([*SORTS.items()])
    found = [*re.finditer(sort, text)]
    if not found:
        return f"{chance.choice(others)} {operator} {text}".encode()
    place = chance.choice(found)
    return f"{text[: place.start()]}{chance.choice(others)}{text[place.end() :]}".encode()


def mutated(data: bytes, max_size: int, seed: int) -> bytes:
    """The next input: libFuzzer's own change of the bytes, or for an expression one that knows the language."""
    if data.startswith(b"|") or seed % 2:
        return bytes(atheris.Mutate(data, max_size))
    return changed(data, seed)[:max_size]


def dictionary() -> str:
    """The language's tokens, as libFuzzer reads them."""
    tokens = [token.strip("'") for sort in SORTS.values() for token in sort]
    tokens += ["::", "NOT", "(", ")", ", ", '"', "'", "''", "\\n", "#", "‰", ";"]
    written = ("".join(f"\\x{byte:02x}" for byte in token.encode()) for token in dict.fromkeys(tokens))
    return "".join(f'"{token}"\n' for token in written)


@cache
def seeds() -> list[str]:
    """The corpus of the language over the datasets that are here, and its patterns."""

    def renamed(case: Case) -> str:
        infos, _ = case.scene.datasets()
        alike = {name: "$Q" if info.kind == "SINGLE_VALUE" else "$P" for name, info in infos.items() if name not in DATASETS}
        return re.sub(r"\$(\w+)", lambda found: alike.get(found[1], found[0]), case.expression)

    texts = list(dict.fromkeys(map(renamed, cases())))
    patterns = [f"|{found[1]}" for text in texts for found in re.finditer(r"\| *['\"](.*?)['\"]", text)]
    nested = [f"{'(' * depth}1{')' * depth}" for depth in (99, 100)] + ["-" * 110 + "$Q", "AVG(-" * 40 + "$P" + ")" * 40]
    chains = [f"{part * 30}$Q{end}" for part, end in (("$Q / ", ""), ("$Q = 1 AND $M % ", " = 4"), ('"x" + ', ""))]
    return [*texts, *dict.fromkeys(patterns), *nested, *chains]


def fuzz(seconds: int) -> int:
    """Runs the fuzzer for so long in a process of its own; says executions and coverage. 1 when it found something."""
    if importlib.util.find_spec("atheris") is None:
        print("fuzz: atheris is not here; it exists for Linux on x86-64 with CPython 3.11 to 3.14 and comes with `make fuzz`")
        return 1
    corpus, findings = KEPT / "corpus", KEPT / "findings"
    for folder in (corpus, findings):
        folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="hearth-fuzz-") as temporary:
        words, given = Path(temporary, "words.txt"), Path(temporary, "seeds")
        words.write_text(dictionary())
        given.mkdir()
        for number, text in enumerate(seeds()):
            Path(given, f"{number:04}").write_text(text)
        limits = [f"-max_total_time={seconds}", f"-timeout={HANG_SECONDS}", "-max_len=1000", "-rss_limit_mb=2048"]
        reports = [f"-artifact_prefix={findings}/", f"-dict={words}", "-print_final_stats=1", "-verbosity=1"]
        command = [sys.executable, __file__, "--fuzzing", *limits, *reports, str(corpus), str(given)]
        with subprocess.Popen(command, stderr=subprocess.STDOUT, stdout=subprocess.PIPE, text=True, errors="replace") as running:
            assert running.stdout is not None
            lines = [line for line in running.stdout if print(line, end="", flush=True) is None]
    return summary("".join(lines), running.returncode)


def summary(output: str, exit_code: int) -> int:
    """Says in one line what a run did; of a finding, what it was and how to replay it. The code to exit with."""
    executions = re.findall(r"stat::number_of_executed_units: +(\d+)", output) or re.findall(r"^#(\d+)", output, re.MULTILINE)
    coverage = re.findall(r"cov: (\d+) ft: (\d+) corp: (\d+)", output)
    edges, features, kept = coverage[-1] if coverage else ("0", "0", "0")
    done = f"{int((executions or ['0'])[-1]):,} executions, {edges} edges and {features} features covered, {kept} inputs kept"
    print(f"\nfuzz: {done}")
    found = re.findall(r"Test unit written to (\S+)", output)
    if not found and not exit_code:
        return 0
    for path in found:
        print(f"fuzz: FOUND {Path(path).read_bytes().decode('utf-8', 'replace')!r}")
        print(f"fuzz: replay it by: .venv/bin/python tests/fuzz/fuzz_language.py --replay {Path(path).relative_to(ROOT)}")
    return 1


def main() -> int:
    """Fuzzes, or replays one input."""
    if IS_FUZZING:
        atheris.Setup([each for each in sys.argv if each != "--fuzzing"], run_one, custom_mutator=mutated)
        atheris.Fuzz()
    parser = argparse.ArgumentParser(description="Fuzzes the rule language.")
    parser.add_argument("--seconds", type=int, default=600, help="how long to go on")
    parser.add_argument("--replay", type=Path, help="runs one input that was found")
    options = parser.parse_args()
    if options.replay is not None:
        run_one(options.replay.read_bytes())
        return 0
    return fuzz(options.seconds)


if __name__ == "__main__":
    sys.exit(main())
