"""Parser: tokens -> syntax tree, by operator precedence with explicit stacks.

Recovers after a mistake: the tree has a `Broken` part there, and reading goes on. Invariants: it never raises;
the tree is nested at most `NESTING_LIMIT` levels deep, long chains of binary operators aside.
"""

from dataclasses import replace

from hearth.language.diagnostics import Report, Span
from hearth.language.tokens import Token, tokens_of
from hearth.language.tree import (
    BINDING,
    COMPARISONS,
    LENGTH_LIMIT,
    NEGATION_BINDING,
    NESTING_LIMIT,
    Attribute,
    Binary,
    Broken,
    Call,
    Dataset,
    Node,
    Number,
    Text,
    Timespan,
    Unary,
    Word,
)


def parse(text: str, report: Report) -> Node:
    """Text -> tree; mistakes go to the report."""
    if len(text) > LENGTH_LIMIT:
        message = f"This expression has {len(text):,} characters; at most {LENGTH_LIMIT:,} are allowed."
        report.error("too-long", Span(LENGTH_LIMIT, len(text)), message, "split it, for instance into several rules")
        return Broken(Span(0, len(text)))
    return _Parser(tokens_of(text, report), report).whole()


class _Operator:
    """An operator that waits for its right operand."""

    __slots__ = ("binding", "is_prefix", "name", "span")

    def __init__(self, name: str, span: Span, is_prefix: bool) -> None:
        self.name = name
        self.span = span
        self.is_prefix = is_prefix
        self.binding = NEGATION_BINDING if is_prefix and name == "-" else BINDING[name]


class _Parser:
    def __init__(self, tokens: list[Token], report: Report) -> None:
        self._tokens = tokens
        self._report = report
        self._position = 0
        self._brackets = 0
        self._told_depth = False
        self._told_unclosed = False

    @property
    def _next(self) -> Token:
        return self._tokens[self._position]

    def _is_at_end(self) -> bool:
        return self._next.kind == "end"

    def _take(self) -> Token:
        token = self._next
        if token.kind != "end":
            self._position += 1
        return token

    def _is(self, operator: str) -> bool:
        return self._next.kind == "operator" and self._next.text == operator

    def whole(self) -> Node:
        """The tree of all tokens."""
        if self._is_at_end():
            self._report.error("empty", Span(0, 0), "Nothing is written here.", "for instance AVG($Power) > 500")
            return Broken(Span(0, 0))
        node, _ = self._operation()
        while not self._is_at_end():
            token = self._take()
            if token.text == ")":
                self._report.error("unmatched-bracket", token.span, "This `)` has no `(`.", fix="")
            else:
                hint = "use a decimal point: 1.5" if isinstance(node, Number) else None
                self._report.error("unexpected", token.span, f"`{token.text}` is not expected here.", hint)
            if self._begins_operand() or self._next.kind == "operator":
                self._operation(is_continued=not self._begins_operand())
        return node

    def _begins_operand(self) -> bool:
        return self._next.kind not in ("operator", "end") or self._next.text in ("(", "-", "NOT")

    def _operation(self, is_continued: bool = False) -> tuple[Node, int]:
        """Operands and operators up to a closing bracket, a comma or the end -> node and how deep it is."""
        operands: list[tuple[Node, int]] = []
        operators: list[_Operator] = []
        if is_continued:
            operands.append((Broken(self._next.span), 0))
        else:
            self._operand_with_prefixes(operands, operators)
        while True:
            token = self._next
            if token.kind == "operator" and token.text in BINDING and token.text != "NOT":
                self._take()
                self._reduce(operands, operators, token)
                operators.append(_Operator(token.text, token.span, is_prefix=False))
                self._operand_with_prefixes(operands, operators)
            elif self._begins_operand():
                self._juxtaposed(operands[-1][0])
            else:
                break
        self._reduce(operands, operators, None)
        return operands[0]

    def _operand_with_prefixes(self, operands: list[tuple[Node, int]], operators: list[_Operator]) -> None:
        while self._is("-") or self._is("NOT"):
            token = self._take()
            operators.append(_Operator(token.text, token.span, is_prefix=True))
        operands.append(self._operand())

    def _reduce(self, operands: list[tuple[Node, int]], operators: list[_Operator], coming: Token | None) -> None:
        """Applies the waiting operators that bind at least as tightly as the coming one."""
        binding = BINDING[coming.text] if coming is not None else 0
        while operators and operators[-1].binding >= binding:
            operator = operators.pop()
            right, depth = operands.pop()
            if operator.is_prefix:
                node: Node = Unary(operator.name, right, Span(operator.span.start, right.span.end))
                operands.append(self._limited(node, depth + 1))
                continue
            left, left_depth = operands.pop()
            if coming is not None and operator.name in COMPARISONS and coming.text in COMPARISONS:
                self._report.error(
                    "chained-comparison",
                    coming.span,
                    f"Comparisons do not chain: `{operator.name}` has already compared what stands before.",
                    "join two comparisons with AND: 1 < $A AND $A < 2",
                    related=(("the first comparison", operator.span),),
                )
                operands.append((Broken(Span(left.span.start, right.span.end)), 0))
                continue
            node = Binary(operator.name, left, right, Span(left.span.start, right.span.end), operator.span)
            # A chain of equally binding operators is walked in a loop: only its operands go deeper.
            is_chain = isinstance(left, Binary) and BINDING[left.operator] == operator.binding
            operands.append(self._limited(node, max(left_depth + (not is_chain), depth + 1)))

    def _limited(self, node: Node, depth: int) -> tuple[Node, int]:
        if depth < NESTING_LIMIT:
            return node, depth
        self._too_deep(node.span)
        return Broken(node.span), 0

    def _too_deep(self, span: Span) -> None:
        if not self._told_depth:
            self._told_depth = True
            message = f"This is nested more than {NESTING_LIMIT} levels deep."
            self._report.error("too-deep", span, message, "simplify it, or split it into several rules")

    def _juxtaposed(self, before: Node) -> None:
        """Two operands without an operator between them: says so, and leaves the second out."""
        token = self._next
        hint = "put an operator between them, such as + or AND"
        if isinstance(before, Word) or token.kind == "word":
            hint = 'texts stand in quotes: "…"'
        self._report.error("operator-missing", token.span, "An operator is missing before this.", hint)
        while self._is("-") or self._is("NOT"):
            self._take()
        self._operand()

    def _operand(self) -> tuple[Node, int]:
        """A literal, dataset, call or bracket, with its attributes."""
        node, depth = self._primary()
        while self._is("::"):
            self._take()
            name = self._next
            if name.kind != "word":
                self._report.error("attribute-missing", name.span, "`::` must be followed by a name, such as ::Value.")
                return Broken(Span(node.span.start, name.span.start)), 0
            self._take()
            attribute = Attribute(node, name.text, Span(node.span.start, name.span.end), name.span)
            node, depth = self._limited(attribute, depth + 1)
        return node, depth

    def _primary(self) -> tuple[Node, int]:
        token = self._next
        if token.kind == "operator":
            if token.text == "(":
                return self._bracket()
            return self._operand_missing(token)
        if token.kind == "end":
            return self._operand_missing(token)
        self._take()
        if token.kind == "word":
            return self._call(token) if self._is("(") else (Word(token.text, token.span), 0)
        if token.kind == "dataset":
            return Dataset(token.text, token.span), 0
        if token.kind == "number":
            return Number(token.text, token.span), 0
        if token.kind == "timespan":
            number = token.text.rstrip("sminhd")
            return Timespan(number, token.text[len(number) :], token.span), 0
        return Text(token.text, token.span), 0

    def _operand_missing(self, token: Token) -> tuple[Node, int]:
        before = self._tokens[self._position - 1] if self._position else None
        if before is not None and before.kind == "operator" and before.text not in ("(", ",", ")"):
            self._report.error("operand-missing", before.span, f"Something is missing after `{before.text}`.")
        elif token.kind == "end":
            self._report.error("operand-missing", token.span, "The expression ends too early.")
        else:
            self._report.error("operand-missing", token.span, f"Something is missing before `{token.text}`.")
        return Broken(Span(token.span.start, token.span.start)), 0

    def _bracket(self) -> tuple[Node, int]:
        opening = self._take()
        if self._brackets >= NESTING_LIMIT:
            return self._skip_bracket(opening)
        self._brackets += 1
        if self._is(")"):
            closing = self._take()
            self._report.error("operand-missing", Span(opening.span.start, closing.span.end), "These brackets are empty.")
            self._brackets -= 1
            return Broken(Span(opening.span.start, closing.span.end)), 0
        node, depth = self._operation()
        if self._is(","):
            hint = "use a decimal point: 1.5" if isinstance(node, Number) else None
            self._report.error("unexpected", self._next.span, "A `,` separates arguments of a function; here is none.", hint)
            while self._is(","):
                self._take()
                self._operation()
            node, depth = Broken(node.span), 0
        end = self._close(opening).end
        self._brackets -= 1
        # What stands in brackets reaches from one to the other, so that what is built on it is a whole piece of the text.
        return replace(node, span=Span(opening.span.start, end)), depth

    def _close(self, opening: Token) -> Span:
        if self._is(")"):
            return self._take().span
        if not self._told_unclosed:
            self._told_unclosed = True
            related = (("a `)` was expected here", self._next.span),)
            self._report.error("unclosed-bracket", opening.span, "This `(` is not closed.", related=related)
        return self._next.span

    def _skip_bracket(self, opening: Token) -> tuple[Node, int]:
        """Leaves out all up to the closing bracket."""
        self._too_deep(opening.span)
        depth = 1
        while depth and self._next.kind != "end":
            token = self._take()
            if token.kind == "operator":
                depth += {"(": 1, ")": -1}.get(token.text, 0)
        return Broken(Span(opening.span.start, self._next.span.start)), 0

    def _call(self, name: Token) -> tuple[Node, int]:
        if self._brackets >= NESTING_LIMIT:
            return self._skip_bracket(self._take())
        opening = self._take()
        self._brackets += 1
        arguments: list[Node] = []
        depth = 0
        if not self._is(")"):
            while True:
                argument, argument_depth = self._operation()
                arguments.append(argument)
                depth = max(depth, argument_depth)
                if not self._is(","):
                    break
                self._take()
        end = self._close(opening)
        self._brackets -= 1
        return self._limited(Call(name.text, tuple(arguments), Span(name.span.start, end.end), name.span), depth + 1)
