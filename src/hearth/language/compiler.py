"""Compiler."""

from hearth.language.typed import Checked
from hearth.language.values import Program


def compile_program(checked: Checked) -> Program:
    """Checked expression -> program. Raises ValueError when it has errors."""
    raise NotImplementedError
