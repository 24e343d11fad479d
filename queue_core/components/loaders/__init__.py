"""Loaders: from a file that somebody has to a stored dataset."""

from __future__ import annotations

from queue_core.components.loaders.base import Detection, Finding, Preview, PreviewColumn
from queue_core.components.loaders.expansion import ExpandedPaths, SkippedPath, expand_paths
from queue_core.components.loaders.loading import detect, load_dataset, preview
from queue_core.components.loaders.sample import sample_dataset_path

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
