"""Takes the mark out of a stream that a child writes before it answers."""

from __future__ import annotations


class MarkFilter:
    """Finds a mark in what is read piece by piece.

    Args:
        mark: Random bytes, so that nothing else is taken for it.
    """

    def __init__(self, mark: bytes) -> None:
        self._mark = mark
        self._held = b""

    def feed(self, data: bytes) -> tuple[bytes, bool]:
        """Return the data without the mark, and whether one has come.

        What may be the beginning of one is held back until more has come.
        """
        before, found, after = (self._held + data).partition(self._mark)
        rest = before + after
        begun = (n for n in range(len(self._mark) - 1, 0, -1) if rest.endswith(self._mark[:n]))
        cut = len(rest) - next(begun, 0)
        self._held = rest[cut:]
        return rest[:cut], bool(found)

    def finish(self) -> bytes:
        """Return what was held back; nothing more comes."""
        held, self._held = self._held, b""
        return held
