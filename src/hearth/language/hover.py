"""Hover: what the part of an expression under the cursor is, in words.

Pure: text, place and scope in, a description out, for any editor. The parser finds the part, the checker types it for
itself, so that mistakes elsewhere do not matter; the catalogue explains it. Invariant: it never raises, whatever the
text and the place.
"""

from dataclasses import dataclass
from typing import NamedTuple

from hearth.language.calls import fits
from hearth.language.catalogue import (
    FUNCTIONS,
    OPERATORS,
    ORDER_DOCUMENTATION,
    SELECTOR_DOCUMENTATION,
    SYMBOLS,
    WORDS,
    Function,
    attribute_documentation,
)
from hearth.language.checker import check, plain, typed
from hearth.language.diagnostics import Report
from hearth.language.parser import parse
from hearth.language.scope import Scope
from hearth.language.tokens import Token, tokens_of
from hearth.language.tree import Attribute, Binary, Broken, Call, Dataset, Node, Unary, Word
from hearth.language.typed import Typed
from hearth.language.types import in_words
from hearth.language.wording import EXAMPLE_PATTERNS, dataset_words, in_english, sample_text, symbol_words, type_words

_OPERATORS = {operator.name: operator for operator in OPERATORS}


@dataclass(frozen=True, slots=True)
class Hover:
    """What stands in the characters [start, end); `type` in words with the unit, None where it has none."""

    start: int
    end: int
    title: str
    documentation: str
    type: str | None = None
    examples: tuple[str, ...] = ()


class _Place(NamedTuple):
    """A token, whether a `(` follows it, and the nodes of the tree that contain its beginning, outermost first."""

    token: Token
    is_called: bool
    path: list[Node]

    @property
    def node(self) -> Node:
        return self.path[-1]

    @property
    def parent(self) -> Node | None:
        return self.path[-2] if len(self.path) > 1 else None

    def hover(self, title: str, documentation: str, meaning: Typed | None = None, examples: tuple[str, ...] = ()) -> Hover:
        words = type_words(meaning.type, meaning.unit) if meaning is not None and meaning.type is not None else None
        return Hover(*self.token.span, title, documentation, words, examples)


def hover(text: str, cursor: int, scope: Scope) -> Hover | None:
    """What the part at `cursor` is; None where it needs no words: brackets, commas, comments, plain texts and numbers."""
    tokens = tokens_of(text, Report(text))[:-1]
    position = min(max(cursor, 0), len(text))
    touching = [index for index, token in enumerate(tokens) if token.span.start <= position <= token.span.end]
    if not touching:
        return None
    tree = parse(text, Report(text))
    # Between two tokens, the one that begins there is meant, unless it needs no words.
    found = (_described(tokens, index, tree, scope) for index in reversed(touching))
    return next((each for each in found if each is not None), None)


def _described(tokens: list[Token], index: int, tree: Node, scope: Scope) -> Hover | None:
    if _is(tokens, index, "::") and index + 1 < len(tokens):
        index += 1
    token = tokens[index]
    place = _Place(token, _is(tokens, index + 1, "("), _path(tree, token.span.start))
    match token.kind:
        case "dataset":
            return _dataset(place, scope)
        case "timespan":
            return _timespan(place, scope)
        case "text":
            return _text(place, scope)
        case "operator":
            return _operator(place, scope)
        case "word":
            return _word(place, scope)
    return None


def _is(tokens: list[Token], index: int, operator: str) -> bool:
    return index < len(tokens) and tokens[index][:2] == ("operator", operator)


def _path(tree: Node, position: int) -> list[Node]:
    """The nodes that contain a position, outermost first."""
    path = [tree]
    while True:
        inner = next((child for child in _children(path[-1]) if child.span.start <= position < child.span.end), None)
        if inner is None:
            return path
        path.append(inner)


def _children(node: Node) -> tuple[Node, ...]:
    match node:
        case Attribute(target):
            return (target,)
        case Call(_, arguments):
            return arguments
        case Unary(_, operand):
            return (operand,)
        case Binary(_, left, right):
            return left, right
        case Broken(_, parts):
            return parts
    return ()


def _dataset(place: _Place, scope: Scope) -> Hover:
    name = place.token.text
    info = scope.datasets.get(name)
    if info is None:
        return place.hover(f"${name}", f"There is no dataset ${name} in this rule.")
    meaning = typed(Dataset(name, place.token.span), scope)
    assert meaning.type is not None
    return place.hover(f"${name}: {type_words(meaning.type, meaning.unit)}", dataset_words(info), meaning)


def _timespan(place: _Place, scope: Scope) -> Hover | None:
    written = place.token.text
    meaning = check(written, scope).tree
    if not isinstance(meaning.value, int | float):
        return None
    return place.hover(written, f"{in_english(meaning.value, 'Timespan')}.", meaning)


def _text(place: _Place, scope: Scope) -> Hover | None:
    """A text that is read as something else: a pattern, or a literal argument."""
    value = place.token.text
    parent = place.parent
    if isinstance(parent, Binary) and parent.operator == "|" and parent.right is place.node:
        left = typed(parent.left, scope).type
        if left is None or plain(left.kind) not in EXAMPLE_PATTERNS:
            return None
        return place.hover(f"'{value}': a pattern for {in_words(left)}", sample_text(plain(left.kind), value))
    return _literal(place, value, scope)


def _literal(place: _Place, value: str, scope: Scope) -> Hover | None:
    """An argument that has to be a certain literal."""
    accepted = _accepted(place.parent, place.node)
    if accepted == "symbol" and value in SYMBOLS:
        return place.hover(f"'{value}'", symbol_words(value))
    if accepted == "order" and value in ORDER_DOCUMENTATION:
        return place.hover(value, ORDER_DOCUMENTATION[value])
    if accepted == "dataset name":
        return _dataset(place, scope)
    return None


def _accepted(parent: Node | None, node: Node) -> str:
    """What is accepted where a node stands: "value", or the literal that an argument has to be."""
    function = FUNCTIONS.get(parent.name.upper()) if isinstance(parent, Call) else None
    if not isinstance(parent, Call) or function is None:
        return "value"
    index = next(number for number, argument in enumerate(parent.arguments) if argument is node)
    parameters = (overload.parameters for overload in function.overloads)
    return next((each[index].accepted for each in parameters if index < len(each)), "value")


def _operator(place: _Place, scope: Scope) -> Hover | None:
    operator = _OPERATORS.get(place.token.text)
    if operator is None:
        return None
    title, meaning, node = operator.name, None, place.node
    if isinstance(node, Binary) and node.operator_span == place.token.span:
        left, meaning, right = typed(node.left, scope).type, typed(node, scope), typed(node.right, scope).type
        if left is not None and right is not None and meaning.type is not None:
            title = f"{in_words(left)} {title} {in_words(right)} → {in_words(meaning.type)}"
    elif isinstance(node, Unary) and node.span.start == place.token.span.start:
        operand, meaning = typed(node.operand, scope).type, typed(node, scope)
        if operand is not None and meaning.type is not None:
            title = f"{title} {in_words(operand)} → {in_words(meaning.type)}"
    return place.hover(title, operator.documentation, meaning, operator.examples)


def _word(place: _Place, scope: Scope) -> Hover | None:
    node, name = place.node, place.token.text
    if isinstance(node, Attribute) and node.name_span == place.token.span:
        return _attribute(place, node, scope)
    if place.is_called:
        return _function(place, scope)
    literal = _literal(place, name, scope)
    if literal is not None:
        return literal
    word = next((each for each in WORDS.values() if each.name.casefold() == name.casefold()), None)
    meaning = typed(Word(name, place.token.span), scope)
    if word is None:
        return place.hover(name, "Read as a text; texts stand in quotes.", meaning)
    return place.hover(word.name, word.documentation, meaning)


def _attribute(place: _Place, node: Attribute, scope: Scope) -> Hover | None:
    if _accepted(place.parent, node) == "selector":
        documentation = SELECTOR_DOCUMENTATION.get(node.name)
        return place.hover(f"Building::{node.name}", documentation) if documentation is not None else None
    target, meaning = typed(node.target, scope).type, typed(node, scope)
    if target is None or meaning.type is None:
        return None
    title = f"{in_words(target)}::{node.name} → {in_words(meaning.type)}"
    return place.hover(title, attribute_documentation(target, node.name), meaning)


def _function(place: _Place, scope: Scope) -> Hover | None:
    function = FUNCTIONS.get(place.token.text.upper())
    if function is None:
        return None
    title, meaning = "; ".join(overload.signature for overload in function.overloads), None
    if isinstance(place.node, Call) and place.node.name_span == place.token.span:
        meaning = typed(place.node, scope)
        title = _chosen(function, place.node, scope) or title
    return place.hover(title, function.documentation, meaning, function.examples)


def _chosen(function: Function, call: Call, scope: Scope) -> str | None:
    """The signature of the overload that takes the arguments."""
    types = [typed(argument, scope).type for argument in call.arguments]
    for overload in function.overloads:
        required = sum(not parameter.is_optional for parameter in overload.parameters)
        if required <= len(types) <= len(overload.parameters) and all(
            parameter.accepted != "value" or (of is not None and fits(parameter, of))
            for parameter, of in zip(overload.parameters, types, strict=False)
        ):
            return overload.signature
    return None
