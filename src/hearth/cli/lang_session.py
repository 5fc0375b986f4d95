"""What the options of `hearth lang` say, and how an answer looks to people.

A Session holds datasets, facts, the instant, the zone, the language and the place that expressions are tried with.
Reads the files that are named; what they mean is the services' to say.
"""

import json
from contextlib import ExitStack
from pathlib import Path
from typing import TextIO, get_args
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.text import Text
from rich.tree import Tree

from hearth.cli.code_pages import show_more
from hearth.cli.source_excerpts import show_diagnostic, summary
from hearth.connectors.system import SystemClock
from hearth.core.instants import zone_named
from hearth.core.problems import Problem, invalid
from hearth.domain.catalogue import Catalogue
from hearth.language import Answer, Checked, Explained, Place
from hearth.services.expressions import Facts, Workbench, dataset_file, instant, read_events, read_facts

_SHOWN_VALUE = 72
_MOST_VALUES = 24  # of a series, listed one by one
_WIDEST = 400


class Session:
    """What the options of one command say: datasets, facts, the instant, the zone and the language."""

    def __init__(
        self,
        datasets: list[str] | None,
        facts: Path | None,
        now: str | None,
        timezone: str,
        locale: str,
        place: str,
        streak: bool,
    ) -> None:
        self.zone = zone_of(timezone)
        self.locale = locale
        self.place = place_of(place)
        files = [dataset_file(text, _catalogue) for text in datasets or []]
        twice = next((each.name for index, each in enumerate(files) if each.name in {one.name for one in files[:index]}), None)
        if twice is not None:
            raise invalid("", f"There are two datasets named {twice}.")
        with ExitStack() as stack:
            read = [(each, read_events(stack.enter_context(opened(Path(each.file))), each, self.zone)) for each in files]
        self.bench = Workbench(read, read_facts(_bytes(facts), str(facts)) if facts else Facts(), streak)
        if now is not None:
            self.now_ms = instant(now, self.zone)
        else:
            self.now_ms = SystemClock().now_ms() if self.bench.newest_ms is None else self.bench.newest_ms

    def set_now(self, text: str) -> None:
        """Another instant, local time of the zone."""
        self.now_ms = instant(text, self.zone)

    def set_locale(self, text: str) -> None:
        """Another language."""
        self.locale = text or "en"

    def set_timezone(self, text: str) -> None:
        """Another zone."""
        self.zone = zone_of(text)

    def set_place(self, text: str) -> None:
        """Another place in a rule."""
        self.place = place_of(text)

    def checked(self, text: str) -> Checked:
        """The expression, checked."""
        return self.bench.checked(text, self.place)

    def answer(self, checked: Checked) -> Answer:
        """The expression's value."""
        return self.bench.answer(checked, self.now_ms, self.zone, self.locale)

    def explained(self, checked: Checked) -> Explained:
        """The expression's value and those of its parts."""
        return self.bench.explain(checked, self.now_ms, self.zone, self.locale)


def value_text(answer: Answer, unit: str | None) -> Text:
    """A value for people, with its unit and type."""
    if answer.missing is not None:
        shown = Text.assemble(("–", "bold"), (f" no value: {answer.missing}", "yellow"))
    else:
        text = answer.value if isinstance(answer.value, str) else json.dumps(answer.value, ensure_ascii=False)
        shown = Text.assemble((text, "bold"), f" {unit}" if unit else "")
    return Text.assemble(shown, (f"  {answer.type}", "dim"))


def explained_tree(explained: Explained) -> Tree:
    """An explanation as a tree for people."""
    value = ("–", "bold") if explained.missing else (_shown(explained) or "nothing", "bold")
    unit = f" {explained.unit}" if explained.unit and explained.shown and not explained.missing else ""
    reason = (f" no value: {explained.missing}", "yellow") if explained.missing else ("", "")
    label = Text.assemble(
        (_shortened(explained.text, _SHOWN_VALUE), "cyan"), " → ", value, unit, reason, (f"  {explained.type}", "dim")
    )
    tree = Tree(label, guide_style="blue")
    tree.children.extend(explained_tree(part) for part in explained.parts)
    return tree


def _shown(explained: Explained) -> str:
    """A value's text; of many values their number and the newest, which says more than the oldest."""
    values = explained.value
    if isinstance(values, list) and len(values) > _MOST_VALUES:
        rest = "groups" if isinstance(values[-1], list) else f"values, the last {values[-1]}"
        return f"{len(values):,} {rest}"
    return _shortened(explained.shown, _SHOWN_VALUE)


def _shortened(text: str, length: int) -> str:
    return text if len(text) <= length else f"{text[: length - 1]}…"


def show_checked(checked: Checked) -> None:
    """What is wrong with an expression, and how much, on standard error."""
    errors = console(stderr=True)
    for diagnostic in checked.diagnostics:
        show_diagnostic(diagnostic, "expression", checked.text, errors, diagnostic.related)
    if checked.has_errors:
        errors.print(Text(summary(checked.diagnostics), "bold red"))
    show_more(checked.diagnostics, errors)


def console(stderr: bool = False, is_wide: bool = False) -> Console:
    """Where people read; wide: nothing is cut to the terminal's width, for a value that is cut off explains nothing."""
    return Console(stderr=stderr, highlight=False, soft_wrap=True, width=_WIDEST if is_wide else None)


def opened(path: Path) -> TextIO:
    """A text file to read, with or without a byte order mark. Raises Problem "invalid"."""
    try:
        return path.open(encoding="utf-8-sig", newline="")
    except OSError as error:
        raise Problem("invalid", f"{path} cannot be read: {error.strerror}.") from error


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise Problem("invalid", f"{path} cannot be read: {error.strerror}.") from error


def _catalogue() -> Catalogue:
    """The installation's catalogue; read only when an event type is named, for it takes a second."""
    from hearth.bootstrap import read_catalogue_setting, read_settings

    return read_catalogue_setting(read_settings())


def zone_of(name: str) -> ZoneInfo:
    """IANA name -> zone. Raises Problem "invalid"."""
    try:
        return zone_named(name)
    except ValueError as error:
        raise invalid("", f"{error}; an IANA name is meant, such as Europe/Zurich.") from error


def place_of(name: str) -> Place:
    """Name -> place of an expression in a rule. Raises Problem "invalid"."""
    if name not in get_args(Place):
        raise invalid("", f"There is no place {name!r} in a rule: {', '.join(get_args(Place))}.")
    return name  # type: ignore[return-value]
