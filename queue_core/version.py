"""The version, where every layer may read it (the package's own front door names all layers)."""

from __future__ import annotations

__version__ = "0.1.0"
