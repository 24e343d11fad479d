"""What somebody keeps in a file of JSON: read strictly, changed by one at a time."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import Any, TypeVar

from gui.i18n import tr
from queue_core.artifacts.table_files import write_whole
from queue_core.errors import DataError

T = TypeVar("T")

# A change reads the whole file and writes it anew: two at once would lose one of them.
_changing = Lock()


def read_kept(path: Path, is_value: Callable[[Any], bool], unreadable: str) -> dict[str, Any]:
    """Return the object that a file holds; an empty one where there is no file.

    Args:
        path: The file.
        is_value: Whether something is what each name stands for.
        unreadable: What to say where it cannot be read.

    Raises:
        DataError: It holds something else: to write it anew would lose that.
    """
    hint = tr("Mend the file, or move it away to begin anew.")
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, RecursionError) as error:
        raise DataError(unreadable, hint=hint) from error
    if not isinstance(found, dict) or not all(map(is_value, found.values())):
        raise DataError(unreadable, hint=hint)
    return found


@contextmanager
def changing(path: Path, read: Callable[[Path], dict[str, T]]) -> Iterator[dict[str, T]]:
    """Give what *read* finds in a file, to be changed; it is written at the end.

    Raises:
        DataError: It cannot be read or written; the file is as it was.
    """
    with _changing:
        found = read(path)
        yield found
        # Names of files may hold what UTF-8 cannot: JSON's own escapes hold everything.
        text = json.dumps(found, indent=1)
        write_whole(path, lambda half: half.write_text(text, encoding="utf-8"))
