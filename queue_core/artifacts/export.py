"""Stored artifacts as files for other programs: each kind in the forms that suit it."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from queue_core.artifacts.kinds import Artifact, ArtifactKind
from queue_core.artifacts.local_forms import ENGLISH, LocalForms
from queue_core.artifacts.table_files import TABLE_FORMATS, export_table, write_whole
from queue_core.errors import ParameterError

EXPORT_FORMATS: Final = {
    ArtifactKind.TABLE: TABLE_FORMATS,
    ArtifactKind.FIGURE: ("svg", "png", "pdf", "json"),
    ArtifactKind.TEXT: ("txt", "md"),
    ArtifactKind.MODEL: ("skops",),
    ArtifactKind.REPORT: ("json",),
}
PICTURE_DPI: Final = 300


def export_artifact(artifact: Artifact, target: Path, *, theme: str = "light") -> Path:
    """Write an artifact to a file, whole or not at all; an older file is replaced.

    Args:
        artifact: What to write.
        target: Where; what its name ends in chooses the form.
        theme: `light` or `dark`, for the picture of a figure.

    Returns:
        The file.

    Raises:
        ParameterError: The kind has no such form.
        DataError: The artifact cannot be read, or the file cannot be written.
    """
    formats = export_formats(artifact)
    suffix = target.suffix[1:].lower()
    if suffix not in formats:
        raise ParameterError(
            f"The {artifact.kind.value} “{artifact.title}” cannot be written as “{suffix}”.",
            parameter="format",
            hint=f"Let the file's name end in .{' or .'.join(formats)}.",
        )
    if artifact.kind is ArtifactKind.TABLE:
        return export_table(artifact.path, target)
    if artifact.kind is ArtifactKind.FIGURE and suffix != "json":
        return export_figure(artifact.path, target, theme=theme)
    source = _onnx(artifact) if suffix == "onnx" else artifact.path
    return write_whole(target, lambda path: shutil.copyfile(source, path))


def export_figure(
    source: Path, target: Path, *, theme: str = "light", words: Mapping[str, str] | None = None,
    forms: LocalForms = ENGLISH,
) -> Path:  # fmt: skip
    """Draw a stored figure into a file, whole or not at all; an older file is replaced.

    Args:
        source: The figure's description.
        target: Where; what its name ends in (svg, png or pdf) chooses the form.
        theme: `light` or `dark`.
        words: What is written in place of the figure's own words.
        forms: How numbers and months are written.

    Returns:
        The file.

    Raises:
        DataError: The figure cannot be read, or the file cannot be written.
    """
    from queue_core.artifacts.figure_json import figure_from_json
    from queue_core.artifacts.figure_words import with_words
    from queue_core.artifacts.renderer import ImageFormat, render
    from queue_core.artifacts.themes import Theme

    figure = figure_from_json(source.read_text(encoding="utf-8"))
    picture = render(
        with_words(figure, words or {}), theme=Theme(theme),
        image_format=ImageFormat(target.suffix[1:].lower()), dots_per_inch=PICTURE_DPI,
        forms=forms,
    )  # fmt: skip
    return write_whole(target, lambda path: path.write_bytes(picture))


def export_formats(artifact: Artifact) -> tuple[str, ...]:
    """Return the endings of files that it can be written to; a model's ONNX file may be missing."""
    formats = EXPORT_FORMATS[artifact.kind]
    is_model = artifact.kind is ArtifactKind.MODEL
    return (*formats, "onnx") if is_model and _onnx(artifact).exists() else formats


def _onnx(model: Artifact) -> Path:
    return model.path.with_suffix(".onnx")
