"""A look into a file that is not loaded yet, as JSON data: the window asks in another process."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from queue_core.components.loaders.loading.loader_contract import Preview
    from queue_core.components.registry import Component

ROWS = 50
CELL_CHARACTERS = 120


def preview_file(path: str, loader: str, options: dict[str, Any]) -> dict[str, Any]:
    """Return what can be seen of the file at *path*.

    Args:
        path: The file.
        loader: Id of the loader to use; empty: the one that fits.
        options: Options that override what is detected.
    """
    from queue_core.components.loaders import preview

    chosen = {**options, "loader": loader} if loader else options
    return _to_json(preview(Path(path), chosen, ROWS))


def loader_titles() -> list[list[str]]:
    """Return id and title of every loader."""
    from queue_core.components.registry import ComponentKind, components

    return [[item.id, item.title] for item in components(ComponentKind.LOADER).values()]


def warm_up() -> bool:
    """Import what the first preview needs."""
    import duckdb
    import pyarrow.parquet

    return bool(duckdb and pyarrow)


def _to_json(found: Preview) -> dict[str, Any]:
    component = _component(found.loader)
    told_otherwise = {finding.note for finding in found.findings}
    return {
        "loader": found.loader,
        "loader_title": component.title if component else "",
        "schema": _schema_with_choices(component, found) if component else {},
        "options": dict(found.options),
        "reasons": {finding.option: finding.reason for finding in found.findings},
        "alternatives": {
            finding.option: list(finding.alternatives)
            for finding in found.findings
            if finding.alternatives
        },
        "columns": [[column.name, column.type.value] for column in found.columns],
        "rows": [[_text(value) for value in row] for row in found.rows],
        "warnings": [text for text in found.warnings if text not in told_otherwise],
        "estimated_rows": found.estimated_rows,
        "is_complete": found.is_complete,
        "error": found.error.message if found.error else "",
        "hint": found.error.hint if found.error else "",
        "line": found.error.line if found.error else 0,
        "excerpt": [[number, _text(line)] for number, line in found.excerpt],
        "remedies": [list(remedy) for remedy in _remedies(found)],
        "size_bytes": found.size_bytes,
    }


def _remedies(found: Preview) -> Sequence[tuple[str, object]]:
    return found.error.remedies if found.error else found.remedies


def _component(loader: str) -> Component | None:
    from queue_core.components.registry import ComponentKind, components

    return components(ComponentKind.LOADER).get(loader)


def _schema_with_choices(component: Component, found: Preview) -> dict[str, Any]:
    """Return the loader's schema; what this file offers to choose from becomes a choice."""
    properties = {name: dict(item) for name, item in component.schema["properties"].items()}
    for finding in found.findings:
        item = properties.get(finding.option)
        values = dict.fromkeys((finding.value, *finding.alternatives))
        if item is not None and len(values) > 1 and "enum" not in item and _is_name(item):
            properties[finding.option] = {**item, "enum": list(values)}
    return {**component.schema, "properties": properties}


def _is_name(item: dict[str, Any]) -> bool:
    """Return whether an option is the name of a part of the file, e.g. a sheet."""
    return item.get("format") == "part"


def _text(value: Any) -> str | None:
    if value is None:
        return None
    if isinstance(value, float):
        return f"{value:.10g}"
    text = str(value)
    return text if len(text) <= CELL_CHARACTERS else f"{text[: CELL_CHARACTERS - 1]}…"
