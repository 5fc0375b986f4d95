"""The manual shows commands and settings that exist, and all of the settings."""

import re
from dataclasses import fields
from pathlib import Path
from typing import Any

import typer

from hearth.bootstrap import Settings
from hearth.cli import main

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])


def shell_lines() -> list[tuple[str, str]]:
    """(page, line) of what the pages show to be typed: fenced blocks and code in a sentence or table."""
    found = []
    for page in PAGES:
        text = page.read_text()
        for block in re.findall(r"```sh\n(.*?)```", text, flags=re.DOTALL):
            found += [(page.name, line.strip()) for line in block.splitlines()]
        found += [(page.name, code) for code in re.findall(r"(?<!`)`((?:make|hearth) [^`\n]+)`(?!`)", text)]
    return found


def test_every_make_target_that_is_named_exists():
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), flags=re.MULTILINE))
    named = [(page, line) for page, line in shell_lines() if line.startswith("make ")]
    assert len(named) >= 5
    assert [(page, line) for page, line in named if line.split()[1] not in targets] == []


def test_every_command_that_is_named_exists_with_its_options():
    main._register()
    root = typer.main.get_command(main.app)
    named = [(page, match[1]) for page, line in shell_lines() if (match := re.search(r"(?:^|\s|[.]venv/bin/)hearth (.+)$", line))]
    assert len(named) >= 8
    assert [f"{page}: {wrong}" for page, words in named if (wrong := unknown_word(root, words))] == []


def unknown_word(command: Any, line: str) -> str | None:
    """The first word of a command line that is no command or option, or None."""
    options: set[str] = {"--help", "-h"}
    for word in line.split():
        if word in ("|", "#", "&", "\\") or word.startswith(("…", "#", "[")):
            break
        if hasattr(command, "commands") and not word.startswith("-"):
            if word not in command.commands:
                return word
            command = command.commands[word]
        elif word.startswith("--"):
            options |= {option for parameter in command.params for option in parameter.opts + parameter.secondary_opts}
            if word.split("=")[0] not in options:
                return f"{command.name} {word}"
    return None


def settings_table() -> str:
    lines = ["| setting | default | meaning |", "|---|---|---|"]
    for field in fields(Settings):
        default = str(field.default).lower() if isinstance(field.default, bool) else str(field.default)
        lines.append(f"| `{field.name}` | {f'`{default}`' if default else 'empty'} | {field.metadata['text']} |")
    return "\n".join(lines)


def test_the_table_of_settings_is_complete():
    text = (ROOT / "docs/operate/configuration.md").read_text()
    shown = text.split("<!-- settings: begin -->\n")[1].split("\n<!-- settings: end -->")[0]
    assert shown == settings_table(), f"put this between the marks:\n{settings_table()}"
