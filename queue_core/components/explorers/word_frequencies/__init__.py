"""Word frequencies: which words and word groups a column of text is made of."""

from __future__ import annotations

from queue_core.components.component import Component, ComponentKind
from queue_core.components.parameter_schemas import GROUPS, choice, column, integer, schema

COMPONENTS = (
    Component(
        id="word_frequencies",
        kind=ComponentKind.EXPLORER,
        title="Word frequencies",
        description="The most frequent words or word groups of a column of text.",
        factory=f"{__name__}.word_frequencies_explorer:word_frequencies",
        schema=schema(
            words=integer(
                "Words in a group",
                "1: single words; 2 or 3: words that follow each other.",
                default=1,
                minimum=1,
                maximum=4,
            ),
            leave_out=choice(
                "Leave out",
                {"both": "English and Spanish", "en": "English", "es": "Spanish", "none": "None"},
                "Words such as “the” or “para” that say little.",
            ),
            group_by=column("Group by", "Parts the counts by the groups of a column.", GROUPS),
            shown=integer("Shown", "How many words are drawn.", default=30, minimum=1, maximum=100),
            shortest=integer(
                "Shortest",
                "Words with fewer letters are left out.",
                default=2,
                minimum=1,
                maximum=20,
                is_advanced=True,
            ),
        ),
        column_types=("text", "category"),
        options={"most_columns": 1},
    ),
)
