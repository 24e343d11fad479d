"""An expression as a tree. Every node knows where it begins in the text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Literal:
    """A number, a text, true, false, or missing (None)."""

    value: int | float | str | bool | None
    position: int


@dataclass(frozen=True)
class Column:
    """A column, by its name."""

    name: str
    position: int


@dataclass(frozen=True)
class Unary:
    """`-x` or `not x`."""

    operator: str
    operand: Node
    position: int


@dataclass(frozen=True)
class Binary:
    """Two operands and what is done with them: arithmetic, `and`, `or`."""

    operator: str
    left: Node
    right: Node
    position: int


@dataclass(frozen=True)
class Comparison:
    """One or more comparisons in a row: `0 < x <= 10` holds where both hold."""

    operands: tuple[Node, ...]
    operators: tuple[str, ...]
    position: int


@dataclass(frozen=True)
class Membership:
    """`x in [..]`, or `x not in [..]`."""

    value: Node
    choices: tuple[Node, ...]
    negated: bool
    position: int


@dataclass(frozen=True)
class MissingTest:
    """`x is missing`, or `x is not missing`."""

    value: Node
    negated: bool
    position: int


@dataclass(frozen=True)
class Call:
    """A function and what it is given."""

    function: str
    arguments: tuple[Node, ...]
    position: int


Node = Literal | Column | Unary | Binary | Comparison | Membership | MissingTest | Call


def children(node: Node) -> tuple[Node, ...]:
    """Return the nodes directly below *node*."""
    match node:
        case Unary():
            return (node.operand,)
        case Binary():
            return (node.left, node.right)
        case Comparison():
            return node.operands
        case Membership():
            return (node.value, *node.choices)
        case MissingTest():
            return (node.value,)
        case Call():
            return node.arguments
        case _:
            return ()


def walk(node: Node) -> Iterator[Node]:
    """Yield *node* and all nodes below it."""
    yield node
    for child in children(node):
        yield from walk(child)
