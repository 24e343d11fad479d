"""Where the nodes of a lineage stand: one column for each step, few lines that cross.

Knows no widgets.
"""

from __future__ import annotations

from collections.abc import Mapping

from queue_core.library.lineage import Lineage, NodeKey

Place = tuple[int, float]


def places_of(lineage: Lineage) -> Mapping[NodeKey, Place]:
    """Return the column of each node, from the left, and its line within the graph."""
    before: dict[NodeKey, list[NodeKey]] = {node.key: [] for node in lineage.nodes}
    for start, end in lineage.edges:
        before[end].append(start)
    columns = _columns(before)
    by_column: dict[int, list[NodeKey]] = {}
    for node in lineage.nodes:
        by_column.setdefault(columns[node.key], []).append(node.key)
    lines: dict[NodeKey, float] = {}
    tallest = max(len(keys) for keys in by_column.values())
    for column in sorted(by_column):
        keys = by_column[column]
        # Beside what it was made of; the order of making otherwise.
        keys.sort(
            key=lambda key: _middle([lines[other] for other in before[key] if other in lines])
        )
        first = (tallest - len(keys)) / 2
        lines |= {key: first + number for number, key in enumerate(keys)}
    return {key: (columns[key], lines[key]) for key in before}


def _columns(before: Mapping[NodeKey, list[NodeKey]]) -> dict[NodeKey, int]:
    """Return how many steps each node is away from what nothing was made of, at most."""
    found: dict[NodeKey, int] = {}
    entered: set[NodeKey] = set()

    def column(key: NodeKey) -> int:
        if key not in found:
            entered.add(key)
            # A circle cannot be made, but a damaged database may hold one.
            inputs = [other for other in before[key] if other not in entered or other in found]
            found[key] = 1 + max((column(other) for other in inputs), default=-1)
        return found[key]

    for key in before:
        column(key)
    return found


def _middle(lines: list[float]) -> float:
    return sum(lines) / len(lines) if lines else 0.0
