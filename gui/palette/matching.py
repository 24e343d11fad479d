"""How well a text fits what was typed: letters in order, best where words begin."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

MOST_LETTERS = 160
MOST_TYPED = 60
AT_WORD = 10
NEXT = 8
WITHIN = 2
# A letter that was left out is forgiven within a word, not across words.
SKIPPED = -2
LEAST_PER_LETTER = 4


@dataclass(frozen=True)
class Match:
    """How a text fits.

    Attributes:
        score: The higher, the better; 0 for nothing typed.
        places: The letters of the text that were found, for marking them.
    """

    score: float = 0.0
    places: frozenset[int] = frozenset()


def match(typed: str, text: str) -> Match | None:
    """Return how *text* fits what was typed; None where it does not.

    Each typed word must be found, in any order: its letters one after the other, as `tpr` in
    “True positive rate”. Case and accents do not count.
    """
    letters = fold(text[:MOST_LETTERS])
    score, places = 0.0, set[int]()
    for word in fold(typed[:MOST_TYPED]).split():
        found = _find(word, letters)
        if found is None:
            return None
        score += found.score
        places |= found.places
    # Of two texts that fit alike the shorter one is meant.
    return Match(score - len(letters) / 100, frozenset(places))


def match_words(typed: str, text: str) -> Match | None:
    """Return how a long *text* fits: each typed word must stand in it, where a word begins."""
    letters = " " + fold(text)
    words = fold(typed[:MOST_TYPED]).split()
    if not all(f" {word}" in letters for word in words):
        return None
    return Match(float(AT_WORD / 2 + sum(map(len, words))))


def fold(text: str) -> str:
    """Return *text* letter for letter without case and accents."""
    return "".join(map(_plain, text))


def _plain(letter: str) -> str:
    base = unicodedata.normalize("NFKD", letter)[:1].casefold()[:1]
    return base or letter


def _find(word: str, letters: str) -> Match | None:
    """Return the best way to find one word: whole if possible, else letter by letter."""
    best: Match | None = None
    start = letters.find(word[0])
    while start >= 0:
        found = _follow(word, letters, start)
        if found is not None and (best is None or found.score > best.score):
            best = found
        start = letters.find(word[0], start + 1)
    return best if best is not None and best.score >= LEAST_PER_LETTER * len(word) else None


def _follow(word: str, letters: str, start: int) -> Match | None:
    places = [start]
    score = float(AT_WORD if _begins_word(letters, start) else WITHIN)
    for letter in word[1:]:
        place = places[-1] + 1
        if place < len(letters) and letters[place] == letter:
            score += NEXT
        else:
            place, worth = _further_on(letters, letter, place)
            if place < 0:
                return None
            score += worth
        places.append(place)
    return Match(score, frozenset(places))


def _further_on(letters: str, letter: str, start: int) -> tuple[int, int]:
    """Return where *letter* comes next and what that is worth: a word's beginning is better."""
    place = letters.find(letter, start)
    within = place if place >= 0 and letters[start:place].isalnum() else -1
    while place >= 0 and not _begins_word(letters, place):
        place = letters.find(letter, place + 1)
    return (place, NEXT) if place >= 0 else (within, SKIPPED)


def _begins_word(letters: str, place: int) -> bool:
    return place == 0 or not letters[place - 1].isalnum()
