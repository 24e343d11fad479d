"""Rows of the jobs table as text, to paste into a sheet."""

from __future__ import annotations

from collections.abc import Sequence

from gui.jobs.columns import COLUMNS
from gui.jobs.table_model import JobTableModel

MOST_ROWS = 5000


def rows_as_text(model: JobTableModel, rows: Sequence[int], columns: Sequence[int]) -> str:
    """Return headings and rows, one per line, cells divided by tabs.

    Args:
        model: The jobs.
        rows: Which of them, at most `MOST_ROWS`.
        columns: Numbers of the columns, in the order of the text.
    """
    lines = ["\t".join(COLUMNS[i].heading for i in columns)]
    for row in rows[:MOST_ROWS]:
        texts = (model.index(row, i).data() or "" for i in columns)
        lines.append("\t".join(" ".join(text.split()) for text in texts))
    return "\n".join(lines)
