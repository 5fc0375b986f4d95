"""The grammar in docs/language/grammar.md is that of the parser: whatever it produces is read without an error."""

import re
from random import Random

from tests.conformance.language_pages import PAGES

from hearth.language.diagnostics import Report
from hearth.language.parser import parse
from hearth.language.tree import Binary, Node, Unary

EBNF = re.search(r"```ebnf\n(.*?)```", (PAGES / "grammar.md").read_text(encoding="utf-8"), re.DOTALL)
LEXICAL = {
    "number": ("1", "2.5"),
    "timespan": ("30min", "1.5h"),
    "text": ('"It\'s on"', "'HH:mm'"),
    "dataset": ("$Power",),
    "word": ("now", "Building"),
}
DEEPEST = 24  # rules inside each other; beyond, no more is taken than must be
SENTENCES = 250


def rules() -> dict[str, str]:
    """Name of a rule -> what it says."""
    assert EBNF is not None
    return dict(re.findall(r"(\w+)\s*= (.*?) ;\n", EBNF[1], re.DOTALL))


class Sentences:
    """Sentences of the grammar, drawn by chance."""

    def __init__(self, seed: int) -> None:
        self._rules = rules()
        self._chance = Random(seed)
        self.used: set[str] = set()

    def of(self, rule: str, depth: int = 0) -> str:
        if rule in LEXICAL:
            return self._chance.choice(LEXICAL[rule])
        self.used.add(rule)
        return self._said(self._rules[rule], depth + 1)

    def _said(self, text: str, depth: int) -> str:
        """A right side: alternatives of sequences of quoted signs, names, `[ ]`, `{ }` and `( )`."""
        choices = _split(text, "|")
        choice = choices[0] if depth > DEEPEST else self._chance.choice(choices)
        return " ".join(filter(None, (self._item(item.strip(), depth) for item in _split(choice, ","))))

    def _item(self, item: str, depth: int) -> str:
        if item[0] == '"':
            return item[1:-1]
        if item[0] in "[{(":
            most = {"[": 1, "{": 2, "(": 0}[item[0]] if depth <= DEEPEST else 0
            times = 1 if item[0] == "(" else self._chance.choice((0, 0, 0, *range(most + 1)))
            return " ".join(self._said(item[1:-1], depth) for _ in range(times))
        return self.of(item, depth)


def _split(text: str, separator: str) -> list[str]:
    """Parts of a right side, cut where the separator stands outside of quotes and brackets."""
    parts = [""]
    depth = 0
    for token in re.findall(r'"[^"]*"|.', text, re.DOTALL):
        depth += {"[": 1, "{": 1, "(": 1, "]": -1, "}": -1, ")": -1}.get(token, 0)
        if token == separator and depth == 0:
            parts.append("")
        else:
            parts[-1] += token
    return parts


def test_whatever_the_grammar_produces_is_read() -> None:
    sentences = Sentences(seed=7)
    operators: set[str] = set()
    for _ in range(SENTENCES):
        text = sentences.of("expression")
        report = Report(text)
        waiting: list[Node] = [parse(text, report)]
        assert report.diagnostics == (), text
        while waiting:
            node = waiting.pop()
            if isinstance(node, Binary):
                operators.add(node.operator)
                waiting += (node.left, node.right)
            elif isinstance(node, Unary):
                operators.add(node.operator)
                waiting.append(node.operand)
    assert sentences.used == rules().keys()
    assert operators == {"OR", "AND", "NOT", "<", "<=", "=", "!=", ">=", ">", "+", "-", "|", "*", "/", "%"}
