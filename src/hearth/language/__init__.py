"""The rule language: text -> tokens -> tree -> typed tree -> program -> value.

Decides what an expression means and what is wrong with it. Knows nothing of rules, catalogues or stores: a
`Scope` says which datasets there are, `Window`s hold their events, a `Context` says the rest. Invariant:
whatever the text, checking does not raise; whatever the data, a program without errors gives a value or
`Missing`, and the same one for the same data.
"""

from hearth.language.answers import Answer, answer
from hearth.language.checker import check
from hearth.language.compiler import compile_program
from hearth.language.completion import Completion, completions
from hearth.language.context import BuildingFacts, Context, DeliveredFacts, Peers, title_text
from hearth.language.diagnostics import Diagnostic, Related, Severity
from hearth.language.explanation import Explained, Explainer, explain
from hearth.language.hover import Hover, hover
from hearth.language.layout import laid_out
from hearth.language.scope import DatasetInfo, Place, Scope
from hearth.language.signatures import Signature, SignatureHelp, signature
from hearth.language.typed import Checked
from hearth.language.values import Grouped, Need, Program, Value
from hearth.language.windows import Event, Events, RecordedWindow, Window

__all__ = [
    "Answer",
    "BuildingFacts",
    "Checked",
    "Completion",
    "Context",
    "DatasetInfo",
    "DeliveredFacts",
    "Diagnostic",
    "Event",
    "Events",
    "Explained",
    "Explainer",
    "Grouped",
    "Hover",
    "Need",
    "Peers",
    "Place",
    "Program",
    "RecordedWindow",
    "Related",
    "Scope",
    "Severity",
    "Signature",
    "SignatureHelp",
    "Value",
    "Window",
    "answer",
    "check",
    "compile_program",
    "completions",
    "explain",
    "hover",
    "laid_out",
    "signature",
    "title_text",
]
