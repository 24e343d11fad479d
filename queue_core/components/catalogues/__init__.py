"""Facts about libraries, shipped as JSON so that listing components imports none of them."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import Any


@cache
def load_catalogue(name: str) -> Any:
    """Return the content of the catalogue `<name>.json` (do not change it: it is shared)."""
    return json.loads(files(__name__).joinpath(f"{name}.json").read_text(encoding="utf-8"))
