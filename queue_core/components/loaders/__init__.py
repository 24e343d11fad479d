"""Loaders: from a file that somebody has to a stored dataset.

Importing this package imports no library: the registry does so to read what its folders describe.
What loads is imported with the first of these functions.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from queue_core.components.loaders.loading.load_file import detect, load_dataset, preview

__all__ = ["detect", "load_dataset", "preview"]


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.loading.load_file"), name)
