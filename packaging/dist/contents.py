"""What goes into the frozen program, what is left out, and why."""

from __future__ import annotations

import re

# Imported by name at run time, so the analysis does not see their modules.
WHOLE = (
    "queue_core", "gui", "resources", "joblib", "shap", "sklearn", "skops", "alembic", "duckdb",
    "psycopg",
)  # fmt: skip
# What matplotlib loads by the ending of a file.
DRAWING = tuple(f"matplotlib.backends.backend_{name}" for name in ("agg", "svg", "pdf", "ps", "mixed"))
# Folders without an `__init__`, which PyInstaller does not look into.
NAMESPACES = ("skops.io.old",)
# They read files that lie beside their modules.
WITH_DATA = ("queue_core", "resources", "sklearn", "shap", "matplotlib", "lightgbm", "jsonschema")
# Alembic reads revisions as files.
WITH_SOURCES = ("queue_core.database.migrations",)

LEFT_OUT_MODULES = (
    "tkinter", "_tkinter",  # another window toolkit
    "IPython", "ipykernel", "notebook", "jupyter_client",  # notebooks bring their own
    "pytest", "hypothesis", "mypy", "ruff", "babel", "vega_datasets",  # tools of ours
    "matplotlib.backends.backend_qtagg", "matplotlib.backends.backend_qt",  # drawn without Qt
    "PySide6.QtQml", "PySide6.QtQuick", "PySide6.QtSql", "PySide6.QtTest", "PySide6.QtDesigner",
    "PySide6.QtOpenGL", "PySide6.QtOpenGLWidgets", "PySide6.QtUiTools",
)  # fmt: skip

_LEFT_OUT_FILES = tuple(
    re.compile(pattern)
    for pattern in (
        # Tests of libraries and their data; headers, which serve who compiles.
        r"(^|/)(tests?|testing/data|sample_data)/",
        r"(^|/)pyarrow/(include|src|tests)/", r"\.(h|hpp|pxd|pyx|c|cpp)$",
        # Qt's modules for languages, databases, 3D and the web that a plugin would drag in.
        r"(^|/)(libQt6|Qt6)(Qml|Quick|Pdf|VirtualKeyboard|Sql|Test|3D|WebEngine)",
        r"(^|/)Qt/(qml|translations)/", r"(^|/)plugins/(sqldrivers|virtualkeyboard|qmltooling)/",
        # Arrow's services over the network, which nothing here calls.
        r"(^|/)libarrow_flight", r"(^|/)_flight\.",
    )
)  # fmt: skip


def is_test_module(name: str) -> bool:
    """Return whether the module *name* is a test of a library."""
    inner = set(name.split(".")[1:])
    return bool(inner & {"tests", "test", "testing", "conftest"})


def is_kept(name: str) -> bool:
    """Return whether the file *name*, a path in the program's folder, is part of it."""
    path = name.replace("\\", "/")
    return not any(pattern.search(path) for pattern in _LEFT_OUT_FILES)
