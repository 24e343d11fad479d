"""Loaders: from a file that somebody has to a stored dataset."""

from __future__ import annotations

from queue_core.components.loaders.files.expansion import ExpandedPaths, SkippedPath, expand_paths
from queue_core.components.loaders.files.sample import sample_dataset_path
from queue_core.components.loaders.loading.load_file import detect, load_dataset, preview
from queue_core.components.loaders.loading.loader_contract import (
    Detection,
    Finding,
    Preview,
    PreviewColumn,
)

__all__ = [
    "Detection",
    "ExpandedPaths",
    "Finding",
    "Preview",
    "PreviewColumn",
    "SkippedPath",
    "detect",
    "expand_paths",
    "load_dataset",
    "preview",
    "sample_dataset_path",
]
