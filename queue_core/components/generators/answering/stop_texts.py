"""Ends a stream of text where a stop text would come, wherever the pieces are divided."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence


class StopTexts:
    """Watches a stream.

    Attributes:
        found: Whether a stop text has come.

    Args:
        texts: The stop texts.
    """

    def __init__(self, texts: Sequence[str]) -> None:
        self._texts = [text for text in texts if text]
        self._longest = max(map(len, self._texts), default=0)
        self.found = False

    def pieces(self, stream: Iterable[str]) -> Iterator[str]:
        """Yield the text before the first stop text.

        What may be the beginning of one is held back until it is clear that it is not.
        """
        held = ""
        for piece in stream:
            held += piece
            places = [place for text in self._texts if (place := held.find(text)) >= 0]
            if places:
                self.found = True
                held = held[: min(places)]
                break
            safe = len(held) - self._held_back(held)
            if safe:
                yield held[:safe]
                held = held[safe:]
        if held:
            yield held

    def _held_back(self, text: str) -> int:
        """Return how many characters at the end may be the beginning of a stop text."""
        for count in range(min(self._longest - 1, len(text)), 0, -1):
            if any(stop.startswith(text[-count:]) for stop in self._texts):
                return count
        return 0
