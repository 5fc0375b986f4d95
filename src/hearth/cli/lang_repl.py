"""The terminal in which expressions are tried one after the other: `hearth lang repl`.

Reads lines, with completion, colours, history and, below the line, what is wrong or what is meant at the cursor;
each line is answered as `hearth lang eval` would. Lines that begin with `:` are commands. Where the input is no
terminal the lines are simply answered. Decides nothing of the language.
"""

import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from prompt_toolkit import PromptSession
from prompt_toolkit.auto_suggest import AutoSuggestFromHistory
from prompt_toolkit.completion import CompleteEvent, Completer
from prompt_toolkit.completion import Completion as Offer
from prompt_toolkit.document import Document
from prompt_toolkit.formatted_text import StyleAndTextTuples
from prompt_toolkit.history import FileHistory, History, InMemoryHistory
from prompt_toolkit.lexers import Lexer
from prompt_toolkit.styles import Style
from rich.table import Table
from rich.text import Text

from hearth.cli.lang_session import Session, console, explained_tree, show_checked, value_text
from hearth.core.problems import Problem
from hearth.language import Checked, completions, hover, signature
from hearth.language.catalogue import FUNCTIONS
from hearth.language.diagnostics import Report
from hearth.language.tokens import Token, tokens_of

_COLOURS = Style.from_dict(
    {
        "dataset": "ansicyan",
        "function": "ansiblue bold",
        "number": "ansigreen",
        "timespan": "ansigreen",
        "text": "ansiyellow",
        "operator": "",
        "word": "ansimagenta",
        "broken": "ansired underline",
        "bottom-toolbar": "noreverse ansibrightblack",
    }
)
_HELP = """\
Write an expression to see its value; Tab completes. What begins with a colon is a command:
  :explain EXPRESSION   the value of every part
  :datasets             what there is to look at
  :now WHEN             another instant, such as 2026-03-10T12:00
  :locale LANGUAGE      another language, such as de
  :timezone ZONE        another time zone, such as Europe/Zurich
  :place PLACE          as if it stood there: condition, message, expression, …
  :help  :quit"""


def run(session: Session, history_file: Path | None) -> None:
    """Answers lines until the input ends or `:quit`. `history_file`: where lines are remembered, None = nowhere."""
    lines = _typed_lines(session, history_file) if sys.stdin.isatty() else _plain_lines()
    for line in lines:
        if not answer_line(session, line):
            return


def answer_line(session: Session, line: str) -> bool:
    """Answers one line; False when it asks to leave."""
    word, _, rest = line.strip().partition(" ")
    if not word:
        return True
    if not word.startswith(":"):
        _evaluate(session, line.strip())
        return True
    if word in (":quit", ":q", ":exit"):
        return False
    command = _COMMANDS.get(word)
    try:
        if command is None:
            raise Problem("invalid", f"There is no command {word}; :help lists them.")
        command(session, rest.strip())
    except Problem as problem:
        console(stderr=True).print(Text(problem.detail, "red"))
    return True


def _evaluate(session: Session, text: str) -> None:
    checked = session.checked(text)
    show_checked(checked)
    if not checked.has_errors:
        console().print(value_text(session.answer(checked), checked.tree.unit))


def _explain(session: Session, text: str) -> None:
    checked = session.checked(text)
    show_checked(checked)
    if not checked.has_errors:
        console(is_wide=True).print(explained_tree(session.explained(checked)), soft_wrap=True)


def _datasets(session: Session, _: str) -> None:
    if not session.bench.datasets:
        console().print("No datasets. Start with [bold]--dataset NAME=FILE.csv:series[/].")
        return
    table = Table("dataset", "kind", "unit", "events", box=None)
    for name, (info, count) in session.bench.datasets.items():
        kind = "single" if info.kind == "SINGLE_VALUE" else "series"
        table.add_row(f"${name}", kind, "state" if info.state else info.unit or "–", str(count))
    console().print(table)


def _help(_: Session, __: str) -> None:
    console().print(_HELP, markup=False)


_COMMANDS: dict[str, Callable[[Session, str], None]] = {
    ":explain": _explain,
    ":datasets": _datasets,
    ":now": Session.set_now,
    ":locale": Session.set_locale,
    ":timezone": Session.set_timezone,
    ":place": Session.set_place,
    ":help": _help,
}


def _plain_lines() -> Iterator[str]:
    yield from sys.stdin


def _typed_lines(session: Session, history_file: Path | None) -> Iterator[str]:
    prompt = prompt_session(session, history_file)
    console().print("Expressions of the rule language. [dim]:help says what else there is, Ctrl-D leaves.[/]")
    while True:
        try:
            yield prompt.prompt("» ")
        except KeyboardInterrupt:
            continue
        except EOFError:
            return


def prompt_session(session: Session, history_file: Path | None) -> PromptSession[str]:
    """The line editor: completion, colours, history, and the bar below the line."""
    prompt: PromptSession[str] = PromptSession(
        completer=LanguageCompleter(session),
        lexer=LanguageLexer(),
        style=_COLOURS,
        history=_history(history_file),
        auto_suggest=AutoSuggestFromHistory(),
        complete_while_typing=True,
        bottom_toolbar=lambda: below(session, prompt.default_buffer.text, prompt.default_buffer.cursor_position),
    )
    return prompt


def _history(file: Path | None) -> History:
    if file is None:
        return InMemoryHistory()
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()
    except OSError:  # a home that cannot be written to: lines are remembered for this session
        return InMemoryHistory()
    return FileHistory(str(file))


def below(session: Session, text: str, cursor: int) -> str:
    """What is said below the line: what stands at the cursor, else the call it is in, else what is wrong or the type."""
    if not text.strip() or text.startswith(":"):
        return " "
    scope = session.bench.scope(session.place)
    here = hover(text, max(cursor - 1, 0), scope)
    if here is not None:
        return f"{here.title}  {here.documentation}"
    call = signature(text, cursor, scope)
    return _verdict(session.checked(text)) if call is None else call.signatures[call.likeliest].label


def _verdict(checked: Checked) -> str:
    return checked.diagnostics[0].message if checked.diagnostics else checked.type or " "


class LanguageCompleter(Completer):
    """Offers what the language says may stand at the cursor, and the commands."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def get_completions(self, document: Document, complete_event: CompleteEvent) -> Iterable[Offer]:
        text, cursor = document.text, document.cursor_position
        if text.startswith(":"):
            word, blank, rest = text.partition(" ")
            if not blank:
                yield from (Offer(name, -cursor) for name in (*_COMMANDS, ":quit") if name.startswith(word))
                return
            if word != ":explain":
                return
            text, cursor = rest, cursor - len(word) - 1
        for each in completions(text, cursor, self._session.bench.scope(self._session.place)):
            yield Offer(each.insert[: each.cursor_offset], each.start - cursor, display=each.label, display_meta=each.detail)


class LanguageLexer(Lexer):
    """Colours by the language's own tokens."""

    def lex_document(self, document: Document) -> Callable[[int], StyleAndTextTuples]:
        lines = [_coloured(line) for line in document.lines]
        return lambda number: lines[number] if number < len(lines) else []


def _coloured(line: str) -> StyleAndTextTuples:
    pieces: StyleAndTextTuples = []
    position = 0
    for token in tokens_of(line, Report(line)):
        if token.span.start > position:
            pieces.append(("", line[position : token.span.start]))
        pieces.append((f"class:{_colour(token)}", line[token.span.start : token.span.end]))
        position = token.span.end
    return pieces


def _colour(token: Token) -> str:
    return "function" if token.kind == "word" and token.text in FUNCTIONS else token.kind
