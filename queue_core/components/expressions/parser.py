"""The second step: tokens as a tree, by recursive descent, loosest operator first.

Python's own parser cannot read this language: `class` and `from` are names of columns here and `if`
is a function, backquotes hold names with spaces, `=` compares, `is missing` tests, `µ` stays the
letter that the file has; and what it says of a mistake is not for people who calculate a column.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from queue_core.components.expressions.errors import ExpressionError
from queue_core.components.expressions.nodes import (
    Binary,
    Call,
    Column,
    Comparison,
    Literal,
    Membership,
    MissingTest,
    Node,
    Unary,
    children,
)
from queue_core.components.expressions.tokens import Token, TokenType, tokenize

MAX_LENGTH = 10_000
MAX_DEPTH = 60
MAX_TREE_DEPTH = 200
_MAX_DIGITS_OF_BIGINT = 18
_MARKS = frozenset({TokenType.SIGN, TokenType.WORD})
_COMPARISONS = {"=": "==", "<>": "!="} | {sign: sign for sign in ("==", "!=", "<", "<=", ">", ">=")}
_CONSTANTS: dict[str, bool | None] = {"true": True, "false": False, "missing": None}


def parse(source: str) -> Node:
    """Return the tree of an expression.

    Raises:
        ExpressionError: It is empty, too long, nested too deeply, or no expression.
    """
    if len(source) > MAX_LENGTH:
        raise ExpressionError(
            f"The expression is longer than {MAX_LENGTH} characters",
            source=source, position=MAX_LENGTH, hint="Divide it into several steps.",
        )  # fmt: skip
    tree = _Parser(source).whole()
    if _depth(tree) > MAX_TREE_DEPTH:
        raise ExpressionError(
            "The expression is too long a chain", source=source, position=0,
            hint="Divide it into several steps.",
        )  # fmt: skip
    return tree


def _depth(tree: Node) -> int:
    """Return how many levels the tree has, without recursion: it may be deep."""
    level, depth = [tree], 0
    while level:
        level = [child for node in level for child in children(node)]
        depth += 1
    return depth


class _Parser:
    """Reads the tokens of one expression from left to right."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._tokens = tokenize(source)
        self._next = 0
        self._depth = 0

    def whole(self) -> Node:
        if self._is_end():
            raise self._error("The expression is empty", hint="Write one, e.g. price * 2.")
        node = self._either()
        if not self._is_end():
            raise self._error(f"“{self._token.value}” is not expected here")
        return node

    def _either(self) -> Node:
        return self._chain(self._both, "or")

    def _both(self) -> Node:
        return self._chain(self._negation, "and")

    def _negation(self) -> Node:
        if token := self._take("not"):
            with self._deeper():
                return Unary("not", self._negation(), token.position)
        return self._comparison()

    def _comparison(self) -> Node:
        first = self._sum()
        operands, operators = [first], []
        start = self._token.position
        while sign := self._take(*_COMPARISONS):
            operators.append(_COMPARISONS[sign.value])
            operands.append(self._sum())
        if operators:
            return Comparison(tuple(operands), tuple(operators), start)
        if token := self._take("is"):
            negated = self._take("not") is not None
            self._expect("missing")
            return MissingTest(first, negated, token.position)
        if token := self._take("in"):
            return Membership(first, self._list(), negated=False, position=token.position)
        if token := self._take("not"):
            self._expect("in")
            return Membership(first, self._list(), negated=True, position=token.position)
        return first

    def _list(self) -> tuple[Node, ...]:
        opening = self._take("[", "(")
        if opening is None:
            raise self._error("“in” needs a list", hint="Write it as in ['a', 'b'].")
        return self._sequence("]" if opening.value == "[" else ")")

    def _sum(self) -> Node:
        return self._chain(self._product, "+", "-")

    def _product(self) -> Node:
        return self._chain(self._signed, "*", "/", "//", "%")

    def _chain(self, operand: Callable[[], Node], *operators: str) -> Node:
        node = operand()
        while token := self._take(*operators):
            node = Binary(token.value, node, operand(), token.position)
        return node

    def _signed(self) -> Node:
        if token := self._take("-", "+"):
            with self._deeper():
                operand = self._signed()
            return Unary("-", operand, token.position) if token.value == "-" else operand
        return self._power()

    def _power(self) -> Node:
        base = self._atom()
        if token := self._take("**"):
            with self._deeper():
                return Binary("**", base, self._signed(), token.position)
        return base

    def _atom(self) -> Node:
        if self._take("("):
            with self._deeper():
                node = self._either()
            self._expect(")")
            return node
        if token := self._take(*_CONSTANTS):
            return Literal(_CONSTANTS[token.value], token.position)
        token = self._token
        if token.type is TokenType.END:
            raise self._error("The expression ends too early")
        if token.type in _MARKS:
            raise self._error(f"“{token.value}” is not expected here")
        self._next += 1
        if token.type is TokenType.NUMBER:
            return Literal(self._number(token), token.position)
        if token.type is TokenType.TEXT:
            return Literal(token.value, token.position)
        if token.type is TokenType.NAME and self._take("("):
            return Call(token.value.lower(), self._sequence(")"), token.position)
        return Column(token.value, token.position)

    def _sequence(self, closing: str) -> tuple[Node, ...]:
        items: list[Node] = []
        with self._deeper():
            while not self._take(closing):
                if items:
                    self._expect(",")
                items.append(self._either())
        return tuple(items)

    def _number(self, token: Token) -> int | float:
        if token.value.isdigit() and len(token.value) <= _MAX_DIGITS_OF_BIGINT:
            return int(token.value)
        value = float(token.value)
        if math.isinf(value):
            raise ExpressionError(
                "This number is too large", source=self._source, position=token.position
            )
        return value

    @property
    def _token(self) -> Token:
        return self._tokens[self._next]

    def _is_end(self) -> bool:
        return self._token.type is TokenType.END

    def _take(self, *marks: str) -> Token | None:
        """Step over the next token where it is one of these signs or words."""
        token = self._token
        if token.type not in _MARKS or token.value not in marks:
            return None
        self._next += 1
        return token

    def _expect(self, mark: str) -> None:
        if not self._take(mark):
            found = self._token.value or "the end"
            raise self._error(f"“{mark}” is expected here, not “{found}”")

    @contextmanager
    def _deeper(self) -> Iterator[None]:
        """Go one level down for a block; a hostile text must not exhaust the stack."""
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise self._error("The expression is nested too deeply", hint="Divide it into steps.")
        yield
        self._depth -= 1

    def _error(self, problem: str, hint: str = "") -> ExpressionError:
        position = min(self._token.position, len(self._source))
        return ExpressionError(problem, source=self._source, position=position, hint=hint)
