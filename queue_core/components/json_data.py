"""JSON objects: what is stored, sent between processes, and given by users.

What their values may be is said by a schema and checked where the data arrives.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

JsonObject: TypeAlias = dict[str, Any]
JsonMapping: TypeAlias = Mapping[str, Any]
