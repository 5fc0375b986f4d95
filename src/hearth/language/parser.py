"""Parser: tokens -> syntax tree, by operator precedence with explicit stacks.

Recovers after a mistake: what was probably meant is read so, else the tree has a `Broken` part there; reading goes
on, and what only follows from the mistake is not told. Invariants: it never raises;
the tree is nested at most `NESTING_LIMIT` levels deep, long chains of binary operators aside.
"""

from dataclasses import replace

from hearth.language.catalogue import FUNCTIONS
from hearth.language.diagnostics import Report, Span
from hearth.language.printer import printed, quoted, shortened
from hearth.language.tokens import UNIT_MEANT, UNITS_MS, Token, tokens_of, without_unit
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

# Words that other languages have for operators of ours.
_OPERATOR_WORDS = {"is": "=", "IS": "=", "equals": "=", "mod": "%", "MOD": "%"}


def parse(text: str, report: Report) -> Node:
    """Text -> tree; mistakes go to the report."""
    if len(text) > LENGTH_LIMIT:
        message = f"This expression has {len(text):,} characters; at most {LENGTH_LIMIT:,} are allowed."
        report.error("too-long", Span(LENGTH_LIMIT, len(text)), message, "split it, for instance into several rules")
        return Broken(Span(0, len(text)))
    return _Parser(tokens_of(text, report), report).whole()


def _target(node: Node) -> Node:
    """What attributes are asked of."""
    while isinstance(node, Attribute):
        node = node.target
    return node


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
        self._calls: list[bool] = []  # for each open bracket whether it is a call's
        self._told_missing = -1
        self._unclosed = sum({"(": 1, ")": -1}.get(token.text, 0) for token in tokens if token.kind == "operator")
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
        return self._operation()[0]

    def _begins_operand(self) -> bool:
        return self._next.kind not in ("operator", "end") or self._next.text in ("(", "-", "NOT")

    def _operation(self) -> tuple[Node, int]:
        """Operands and operators up to a closing bracket, a comma or the end -> node and how deep it is."""
        operands: list[tuple[Node, int]] = []
        operators: list[_Operator] = []
        self._operand_with_prefixes(operands, operators)
        while True:
            token = self._next
            if token.kind == "operator" and token.text in BINDING and token.text != "NOT":
                self._take()
                self._reduce(operands, operators, token)
                operators.append(_Operator(token.text, token.span, is_prefix=False))
                self._operand_with_prefixes(operands, operators)
            elif self._begins_operand():
                self._juxtaposed(operands)
            elif self._is(",") and not (self._calls and self._calls[-1]):
                if self._unclosed > 0 and True in self._calls:  # a bracket too many was opened inside a call
                    break
                self._stray_comma(operands)
            elif self._is(")") and not self._calls:
                self._report.error("unmatched-bracket", self._take().span, "This `)` has no `(`.", fix="")
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
                if not isinstance(left, Broken) and not isinstance(right, Broken):  # else told already
                    self._chained(left, operator, right, coming)
                operands.append((Broken(Span(left.span.start, right.span.end), (left, right)), max(left_depth, depth) + 1))
                continue
            node = Binary(operator.name, left, right, Span(left.span.start, right.span.end), operator.span)
            # A chain of equally binding operators is walked in a loop: only its operands go deeper.
            is_chain = isinstance(left, Binary) and BINDING[left.operator] == operator.binding
            operands.append(self._limited(node, max(left_depth + (not is_chain), depth + 1)))

    def _chained(self, left: Node, operator: _Operator, right: Node, coming: Token) -> None:
        message = f"Comparisons do not chain: `{operator.name}` has already compared what stands before."
        between = shortened(right)
        hint = f"join two comparisons with AND: {shortened(left)} {operator.name} {between} AND {between} {coming.text} …"
        self._report.error("chained-comparison", coming.span, message, hint, related=(("the first comparison", operator.span),))

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

    def _juxtaposed(self, operands: list[tuple[Node, int]]) -> None:
        """Two operands without an operator between them. What is meant is read so; else both are one broken part."""
        before = operands[-1][0]
        token = self._next
        if isinstance(before, Broken) or token.kind == "broken":  # told already
            self._absorb(operands)
        elif token.kind == "word" and token.text in _OPERATOR_WORDS:
            meant = _OPERATOR_WORDS[token.text]
            self._report.error("wrong-operator", token.span, f"`{token.text}` is not known here; write `{meant}`.", fix=meant)
            self._tokens[self._position] = Token("operator", meant, token.span)
        elif isinstance(before, Number) and token.kind == "word" and self._tokens[self._position + 1].text != "(":
            operands[-1] = (self._measured(before, self._take()), 0)
        elif isinstance(before, Word) and before.name.upper() in FUNCTIONS:
            operands[-1] = self._call_without_brackets(before)
        elif isinstance(before, Word) and token.kind == "word":
            self._words(before, operands)
        else:
            hint = "put an operator between them, such as + or AND"
            if token.kind == "word" and token.text.upper() == "BETWEEN":
                hint = f"write {printed(before)} >= … AND {printed(before)} <= …"
            self._report.error("operator-missing", token.span, "An operator is missing before this.", hint)
            self._absorb(operands)
            if token.text.upper() == "BETWEEN" and self._is("AND"):
                self._take()
                self._absorb(operands)

    def _absorb(self, operands: list[tuple[Node, int]]) -> None:
        """Makes the last operand and the one that follows it, if any, one broken part."""
        before, depth = operands.pop()
        parts: list[Node] = [*before.parts] if isinstance(before, Broken) else [before]
        end = before.span.end
        if self._begins_operand():
            if self._next.kind == "broken":
                end = self._take().span.end
            else:
                while self._is("-") or self._is("NOT"):
                    self._take()
                after, after_depth = self._operand()
                parts += after.parts if isinstance(after, Broken) else (after,)
                depth, end = max(depth, after_depth), after.span.end
        checked = tuple(part for part in parts if not isinstance(_target(part), Word))
        operands.append(self._limited(Broken(Span(before.span.start, end), checked), depth + 1))

    def _measured(self, number: Number, word: Token) -> Node:
        """`5 min`, `5 kW`: a number, a blank and a unit."""
        span = Span(number.span.start, word.span.end)
        unit = word.text if word.text in UNITS_MS else UNIT_MEANT.get(word.text)
        if unit is not None:
            written = f"{number.text}{unit}"
            message = f"A timespan is written without a blank: {written}."
            self._report.error("unknown-unit", span, message, fix=written)
            return Timespan(number.text, unit, span)
        message = f"`{word.text}` after a number is not a unit of time; units are s, min, h and d."
        self._report.error("unknown-unit", span, message, *without_unit(number.text, word.text))
        return replace(number, span=span)

    def _call_without_brackets(self, name: Word) -> tuple[Node, int]:
        if self._unclosed < 0:  # as many closing brackets are too many: the opening one was forgotten
            self._unclosed += 1
            message = f"A `(` is missing after {name.name}."
            self._report.error("brackets-missing", name.span, message, fix=f"{name.name}(")
            arguments, depth = self._arguments()
            span = Span(name.span.start, self._next.span.end)
            if self._is(")"):
                self._take()
            return self._limited(Call(name.name, tuple(arguments), span, name.span), depth + 1)
        argument, depth = self._operand()
        function = FUNCTIONS[name.name.upper()].name
        span = Span(name.span.start, argument.span.end)
        written = f"{function}({printed(argument)})"
        self._report.error("brackets-missing", span, f"What {function} is given stands in brackets.", f"write {written}", written)
        return self._limited(Call(function, (argument,), span, name.span), depth + 1)

    def _words(self, first: Word, operands: list[tuple[Node, int]]) -> None:
        """Several words in a row: a text whose quotes were forgotten."""
        words = [first.name]
        end = first.span.end
        while self._next.kind == "word":
            words.append(self._next.text)
            end = self._take().span.end
        span = Span(first.span.start, end)
        text = quoted(" ".join(words))
        self._report.error(
            "quotes-missing", span, "These words look like a text; a text stands in quotes.", f"write {text}", text
        )
        operands[-1] = (Text(" ".join(words), span), 0)

    def _stray_comma(self, operands: list[tuple[Node, int]]) -> None:
        comma = self._take()
        before = operands[-1][0]
        if isinstance(before, Number) and self._next.kind == "number":
            fraction = self._take()
            span = Span(before.span.start, fraction.span.end)
            whole = before.text.replace(".", "")
            is_thousands = len(fraction.text) == 3
            written = f"{whole}{fraction.text}" if is_thousands else f"{whole}.{fraction.text}"
            message = "Numbers are written with a decimal point, and nothing between the thousands."
            hint = f"write {written}" + (f", or {whole}.{fraction.text}" if is_thousands else "")
            self._report.error("decimal-comma", span, message, hint, None if is_thousands else written)
            operands[-1] = (replace(before, text=written, span=span), 0)
            return
        if not isinstance(before, Broken):
            message = "A `,` separates arguments of a function; here is none."
            self._report.error("unexpected", comma.span, message, "conditions are joined by AND or OR")
        self._absorb(operands)

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
            is_called = token.text in ("AND", "OR") and self._tokens[self._position + 1].text == "("
            return self._logic_call() if is_called and len(self._calls) < NESTING_LIMIT else self._operand_missing(token)
        if token.kind == "end":
            return self._operand_missing(token)
        self._take()
        if token.kind == "broken":
            return Broken(token.span), 0
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
        place = Span(token.span.start, token.span.start)
        if before is not None and before.kind == "operator" and before.text not in ("(", ",", ")"):
            if before.text == "%" and self._position > 1 and self._tokens[self._position - 2].kind == "number":
                message = "`%` is the remainder of a division; a percentage is written as a plain number."
                self._report.error("unknown-unit", before.span, message, "leave the sign out", fix="")
            elif self._position - 1 != self._told_missing:
                self._report.error("operand-missing", before.span, f"Something is missing after `{before.text}`.")
        elif token.kind == "end":
            self._report.error("operand-missing", token.span, "The expression ends too early.")
        else:
            self._told_missing = self._position
            hint = fix = None
            if token.text in COMPARISONS and self._calls and self._calls[-1]:
                hint, fix = f"FILTER wants the comparison in quotes: '{token.text}'", f"'{token.text}'"
            self._report.error("operand-missing", token.span, f"Something is missing before `{token.text}`.", hint, fix)
        return Broken(place), 0

    def _bracket(self) -> tuple[Node, int]:
        opening = self._take()
        if len(self._calls) >= NESTING_LIMIT:
            return self._skip_bracket(opening)
        if self._is(")"):
            closing = self._take()
            self._report.error("operand-missing", Span(opening.span.start, closing.span.end), "These brackets are empty.")
            return Broken(Span(opening.span.start, closing.span.end)), 0
        self._calls.append(False)
        node, depth = self._operation()
        end = self._close(opening).end
        self._calls.pop()
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
        if len(self._calls) >= NESTING_LIMIT:
            return self._skip_bracket(self._take())
        opening = self._take()
        arguments, depth = self._arguments()
        is_closed = self._is(")")
        span = Span(name.span.start, self._close(opening).end)
        if not is_closed:  # where the bracket should have ended nobody knows
            return Broken(span), 0
        return self._limited(Call(name.text, tuple(arguments), span, name.span), depth + 1)

    def _arguments(self) -> tuple[list[Node], int]:
        """What stands in the brackets of a call, up to the closing one -> arguments and how deep they are."""
        arguments: list[Node] = []
        deepest = 0
        self._calls.append(True)
        while not (self._is(")") and not arguments):
            argument, depth = self._operation()
            arguments.append(argument)
            deepest = max(deepest, depth)
            if not self._is(","):
                break
            self._take()
        self._calls.pop()
        return arguments, deepest

    def _logic_call(self) -> tuple[Node, int]:
        """`AND(a, b)`, as a spreadsheet has it."""
        operator = self._take()
        opening = self._take()
        arguments, depth = self._arguments()
        span = Span(operator.span.start, self._close(opening).end)
        if len(arguments) < 2:
            self._report.error("operand-missing", operator.span, f"Something is missing before `{operator.text}`.")
            return Broken(span, tuple(arguments)), depth
        node = arguments[0]
        for argument in arguments[1:]:
            node = Binary(operator.text, node, argument, span, operator.span)
        written = f"({printed(node)})"
        message = f"`{operator.text}` stands between what it joins, not before it."
        self._report.error("logic-as-function", span, message, f"write {written}", written)
        return self._limited(node, depth + 1)
