"""The first step: an expression's text as tokens."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from queue_core.components.expressions.errors import ExpressionError

WORDS = frozenset({"and", "or", "not", "in", "is", "true", "false", "missing"})
_PATTERN = re.compile(
    r"""
    (?P<space>\s+)
  | (?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)
  | (?P<text>'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")
  | (?P<quoted>`(?:[^`]|``)*`)
  | (?P<name>[^\W\d]\w*)
  | (?P<sign>\*\*|//|==|!=|<>|<=|>=|[-+*/%<>=(),\[\]])
    """,
    re.VERBOSE | re.DOTALL,
)
_ESCAPES = {"n": "\n", "t": "\t", "\\": "\\", "'": "'", '"': '"'}


class TokenType(StrEnum):
    """What a token is; the word is used in messages."""

    NUMBER = "number"
    TEXT = "text"
    COLUMN = "column"
    NAME = "name"
    WORD = "word"
    SIGN = "sign"
    END = "end"


@dataclass(frozen=True)
class Token:
    """A piece of an expression.

    Attributes:
        type: What it is.
        value: Its meaning: text without quotes, words in small letters.
        position: Where it begins in the expression, from 0.
    """

    type: TokenType
    value: str
    position: int


def tokenize(source: str) -> list[Token]:
    """Return the tokens of *source*, the last one of type END.

    Raises:
        ExpressionError: A character that means nothing, or a quote that is not closed.
    """
    tokens: list[Token] = []
    position = 0
    while position < len(source):
        match = _PATTERN.match(source, position)
        if match is None:
            raise ExpressionError(_unreadable(source[position]), source=source, position=position)
        if match.lastgroup != "space":
            tokens.append(_token(source, match))
        position = match.end()
    return [*tokens, Token(TokenType.END, "", len(source))]


def _token(source: str, match: re.Match[str]) -> Token:
    text, start = match.group(), match.start()
    if match.lastgroup == "text":
        return Token(TokenType.TEXT, _unescaped(source, text[1:-1], start + 1), start)
    if match.lastgroup == "quoted":
        return Token(TokenType.COLUMN, text[1:-1].replace("``", "`"), start)
    if match.lastgroup == "name" and text.lower() in WORDS:
        return Token(TokenType.WORD, text.lower(), start)
    return Token(TokenType(str(match.lastgroup)), text, start)


def _unescaped(source: str, text: str, start: int) -> str:
    def meaning(match: re.Match[str]) -> str:
        sign = match.group(1)
        if sign not in _ESCAPES:
            # Left as it is: regular expressions are full of backslashes.
            return match.group()
        return _ESCAPES[sign]

    plain = re.sub(r"\\(.)", meaning, text, flags=re.DOTALL)
    if "\x00" in plain:
        raise ExpressionError("Text cannot hold a zero character", source=source, position=start)
    if any("\ud800" <= sign <= "\udfff" for sign in plain):
        raise ExpressionError("Text cannot hold half a character", source=source, position=start)
    return plain


def _unreadable(character: str) -> str:
    if character in "'\"":
        return "A text is not closed with a quote"
    if character == "`":
        return "A column's name is not closed with a backquote"
    if character in "&|":
        return f"“{character}” is not used here; write “and” or “or”"
    return f"The character “{character}” means nothing here"
