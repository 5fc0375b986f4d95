"""The line editor of `hearth lang repl`: what Tab offers, what stands below the line, and what is remembered."""

from pathlib import Path

import pytest
from prompt_toolkit.application import create_app_session
from prompt_toolkit.completion import CompleteEvent
from prompt_toolkit.document import Document
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.output import DummyOutput

from hearth.cli.lang_repl import LanguageCompleter, LanguageLexer, below, prompt_session
from hearth.cli.lang_session import Session


@pytest.fixture
def session(tmp_path):
    file = tmp_path / "power.csv"
    file.write_text("timestamp,value\n60,100\n120,300\n")
    return Session([f"Power={file}:series:W"], None, None, "UTC", "en", "expression", False)


def offered(session, text):
    return [each.text for each in LanguageCompleter(session).get_completions(Document(text), CompleteEvent())]


def test_what_may_be_written_is_offered(session):
    assert offered(session, "AVG($")[0] == "$Power"
    assert "First" in offered(session, "$Power::")
    assert offered(session, ":da") == [":datasets"]
    assert offered(session, ":explain AVG($P")[0] == "$Power"
    assert offered(session, ":now 20") == []


def test_below_the_line_stands_what_helps(session):
    assert below(session, "AVG($Power", 3).startswith("AVG(")
    assert "$Power" in below(session, "AVG($Power", 10)
    assert below(session, "$Power + 5", 10).startswith("`+` needs single values")
    assert below(session, "1 + 5", 5) == "Scalar<Number>"
    assert below(session, ":help", 5) == " "


def test_tokens_have_colours_and_no_character_is_lost(session):
    line = 'AVG($Power) > 5 AND "x" ~ now # why'
    pieces = LanguageLexer().lex_document(Document(line))(0)
    assert "".join(text for _, text in pieces) == line
    assert ("class:function", "AVG") in pieces
    assert ("class:dataset", "$Power") in pieces


def test_a_typed_line_is_completed_and_remembered(session, tmp_path):
    history = tmp_path / "state" / "history"
    with create_pipe_input() as pipe, create_app_session(input=pipe, output=DummyOutput()):
        pipe.send_text("AVG($Power)\r")
        assert prompt_session(session, history).prompt("» ") == "AVG($Power)"
    assert "+AVG($Power)" in history.read_text()


def test_a_home_that_cannot_be_written_to_is_no_hindrance(session):
    with create_pipe_input() as pipe, create_app_session(input=pipe, output=DummyOutput()):
        pipe.send_text("1\r")
        assert prompt_session(session, Path("/proc/nowhere/history")).prompt("» ") == "1"
