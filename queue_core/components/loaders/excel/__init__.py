"""Loads workbooks: xlsx, xlsm, xlsb, xls and ods, one sheet at a time."""

from __future__ import annotations

from queue_core.components.component import Component, ComponentKind
from queue_core.components.loaders.common_options import MEMBER

LOADER = "excel"

COMPONENTS = (
    Component(
        id=LOADER,
        kind=ComponentKind.LOADER,
        title="Workbook (Excel, OpenDocument)",
        description="One sheet of an xlsx, xlsm, xlsb, xls or ods workbook.",
        factory=f"{__name__}.excel_loader:ExcelLoader",
        schema={
            "type": "object",
            "properties": {
                "sheet": {
                    "type": ["string", "integer", "null"],
                    "format": "part",
                    "default": None,
                    "title": "Sheet",
                    "description": "Name of the sheet, or its number from 1; "
                    "empty: the first that is neither hidden nor empty.",
                },
                "header_row": {
                    "type": ["integer", "null"],
                    "minimum": 0,
                    "default": None,
                    "title": "Row of the names",
                    "description": "Number of the row that names the columns, as the workbook "
                    "counts; 0: there is none; empty: found out.",
                },
                "member": MEMBER,
            },
        },
        options={"suffixes": (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")},
    ),
)
