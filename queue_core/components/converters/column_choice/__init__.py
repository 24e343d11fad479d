"""Which columns a table has, and what they are called."""

from __future__ import annotations

from queue_core.components.component import Component, ComponentKind

COMPONENTS = (
    Component(
        id="keep_columns",
        kind=ComponentKind.CONVERTER,
        title="Keep columns",
        description="Keeps the chosen columns, in the order in which they were chosen.",
        factory=f"{__name__}.column_choice_converter:KeepColumns",
        options={"columns": "required"},
    ),
    Component(
        id="drop_columns",
        kind=ComponentKind.CONVERTER,
        title="Drop columns",
        description="Drops the chosen columns.",
        factory=f"{__name__}.column_choice_converter:DropColumns",
        options={"columns": "required"},
    ),
    Component(
        id="rename_columns",
        kind=ComponentKind.CONVERTER,
        title="Rename columns",
        description="Gives columns other names.",
        factory=f"{__name__}.column_choice_converter:RenameColumns",
        schema={
            "type": "object",
            "properties": {
                "names": {
                    "type": "object",
                    "additionalProperties": {"type": "string"},
                    "description": 'Old and new names, e.g. {"old name": "new name"}.',
                }
            },
            "required": ["names"],
        },
        options={"columns": "none"},
    ),
)
