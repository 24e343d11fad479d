"""The second step: tokens as a tree, by recursive descent, loosest operator first."""

from __future__ import annotations

import math

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
_COMPARISONS = {"=": "==", "==": "==", "!=": "!=", "<>": "!=", "<": "<", "<=": "<=", ">": ">"}
_COMPARISONS[">="] = ">="
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
        node = self._both()
        while token := self._take_word("or"):
            node = Binary("or", node, self._both(), token.position)
        return node

    def _both(self) -> Node:
        node = self._negation()
        while token := self._take_word("and"):
            node = Binary("and", node, self._negation(), token.position)
        return node

    def _negation(self) -> Node:
        if token := self._take_word("not"):
            with self._deeper():
                return Unary("not", self._negation(), token.position)
        return self._comparison()

    def _comparison(self) -> Node:
        first = self._sum()
        operands, operators = [first], []
        start = self._token.position
        while self._token.type is TokenType.SIGN and self._token.value in _COMPARISONS:
            operators.append(_COMPARISONS[self._advance().value])
            operands.append(self._sum())
        if operators:
            return Comparison(tuple(operands), tuple(operators), start)
        if token := self._take_word("is"):
            negated = self._take_word("not") is not None
            self._expect_word("missing")
            return MissingTest(first, negated, token.position)
        if token := self._take_word("in"):
            return Membership(first, self._list(), negated=False, position=token.position)
        if self._is_word("not"):
            token = self._advance()
            self._expect_word("in")
            return Membership(first, self._list(), negated=True, position=token.position)
        return first

    def _list(self) -> tuple[Node, ...]:
        closing = {"[": "]", "(": ")"}.get(self._token.value)
        if closing is None or self._token.type is not TokenType.SIGN:
            raise self._error("“in” needs a list", hint="Write it as in ['a', 'b'].")
        self._advance()
        return self._sequence(closing)

    def _sum(self) -> Node:
        node = self._product()
        while token := self._take_sign("+", "-"):
            node = Binary(token.value, node, self._product(), token.position)
        return node

    def _product(self) -> Node:
        node = self._signed()
        while token := self._take_sign("*", "/", "//", "%"):
            node = Binary(token.value, node, self._signed(), token.position)
        return node

    def _signed(self) -> Node:
        if token := self._take_sign("-", "+"):
            with self._deeper():
                operand = self._signed()
            return Unary("-", operand, token.position) if token.value == "-" else operand
        return self._power()

    def _power(self) -> Node:
        base = self._atom()
        if token := self._take_sign("**"):
            with self._deeper():
                return Binary("**", base, self._signed(), token.position)
        return base

    def _atom(self) -> Node:
        token = self._token
        if token.type is TokenType.END:
            raise self._error("The expression ends too early")
        if token.type is TokenType.SIGN and token.value == "(":
            self._advance()
            with self._deeper():
                node = self._either()
            self._expect_sign(")")
            return node
        if token.type is TokenType.WORD and token.value in _CONSTANTS:
            return Literal(_CONSTANTS[token.value], self._advance().position)
        if token.type in (TokenType.SIGN, TokenType.WORD):
            raise self._error(f"“{token.value}” is not expected here")
        self._advance()
        if token.type is TokenType.NUMBER:
            return Literal(self._number(token), token.position)
        if token.type is TokenType.TEXT:
            return Literal(token.value, token.position)
        if token.type is TokenType.NAME and self._take_sign("("):
            return Call(token.value.lower(), self._sequence(")"), token.position)
        return Column(token.value, token.position)

    def _sequence(self, closing: str) -> tuple[Node, ...]:
        items: list[Node] = []
        with self._deeper():
            while not self._is_sign(closing):
                if items:
                    self._expect_sign(",")
                items.append(self._either())
        self._expect_sign(closing)
        return tuple(items)

    def _number(self, token: Token) -> int | float:
        if token.value.isdigit():
            if len(token.value) > 18:
                return float(token.value)
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

    def _advance(self) -> Token:
        token = self._token
        self._next += 1
        return token

    def _is_end(self) -> bool:
        return self._token.type is TokenType.END

    def _is_sign(self, *signs: str) -> bool:
        return self._token.type is TokenType.SIGN and self._token.value in signs

    def _is_word(self, word: str) -> bool:
        return self._token.type is TokenType.WORD and self._token.value == word

    def _take_sign(self, *signs: str) -> Token | None:
        return self._advance() if self._is_sign(*signs) else None

    def _take_word(self, word: str) -> Token | None:
        return self._advance() if self._is_word(word) else None

    def _expect_sign(self, sign: str) -> None:
        if not self._take_sign(sign):
            found = self._token.value or "the end"
            raise self._error(f"“{sign}” is expected here, not “{found}”")

    def _expect_word(self, word: str) -> None:
        if not self._take_word(word):
            raise self._error(f"“{word}” is expected here")

    def _deeper(self) -> _Depth:
        return _Depth(self)

    def enter(self) -> None:
        """Go one level down; a hostile text must not exhaust the stack."""
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise self._error("The expression is nested too deeply", hint="Divide it into steps.")

    def leave(self) -> None:
        """Come one level up."""
        self._depth -= 1

    def _error(self, problem: str, hint: str = "") -> ExpressionError:
        position = min(self._token.position, len(self._source))
        return ExpressionError(problem, source=self._source, position=position, hint=hint)


class _Depth:
    """Counts the levels of nesting while a block runs."""

    def __init__(self, parser: _Parser) -> None:
        self._parser = parser

    def __enter__(self) -> None:
        self._parser.enter()

    def __exit__(self, *_: object) -> None:
        self._parser.leave()
