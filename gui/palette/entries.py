"""What the palette offers, and how it is ordered for what was typed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from gui.palette.matching import Match, match, match_words

MOST_SHOWN = 60
RECENT_BONUS = 6.0
OBSTACLE_MALUS = 4.0


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One line of the palette.

    Attributes:
        id: What it is remembered by.
        title: What it is called, in the user's language.
        kind: What it is: "Command", "Setting", ...
        run: What it does.
        sentence: What it does or is, in words; may be empty.
        keywords: Other words that find it: its English title, a library's name for it.
        icon: Name of its icon; may be empty.
        role: Colour of the icon.
        keys: Its shortcut, as people read it.
        obstacle: Why it cannot be used now; empty where it can.
        is_found: Whether whoever read it has looked for the words already.
        is_quiet: Whether it waits until something is typed.
    """

    id: str
    title: str
    kind: str
    run: Callable[[], object]
    sentence: str = ""
    keywords: str = ""
    icon: str = ""
    role: str = "muted"
    keys: str = ""
    obstacle: str = ""
    is_found: bool = False
    is_quiet: bool = False


@dataclass(frozen=True)
class Ranked:
    """An entry that fits, and the letters of its title that were found."""

    entry: Entry
    places: frozenset[int] = frozenset()


def rank(typed: str, entries: Iterable[Entry], recent: Sequence[str] = ()) -> list[Ranked]:
    """Return the entries that fit what was typed, the best first; all of them where nothing was.

    Args:
        typed: It.
        entries: Where to look.
        recent: Ids of the entries used last, the latest first.
    """
    found: list[tuple[float, Ranked]] = []
    for entry in entries:
        fit = _fit(typed, entry)
        if fit is None:
            continue
        score = fit.score
        if entry.id in recent:
            score += RECENT_BONUS - recent.index(entry.id) / len(recent)
        if entry.obstacle:
            score -= OBSTACLE_MALUS
        found.append((score, Ranked(entry, fit.places)))
    found.sort(key=lambda pair: -pair[0])
    return [ranked for _score, ranked in found[:MOST_SHOWN]]


def _fit(typed: str, entry: Entry) -> Match | None:
    if not typed.strip():
        return None if entry.is_quiet else Match()
    in_title = match(typed, entry.title)
    if in_title is not None:
        return in_title
    other_words = f"{entry.title} {entry.keywords} {entry.kind} {entry.sentence}"
    # The queue looks into parameters and errors, too: what it found is not doubted here.
    return match_words(typed, other_words) or (Match() if entry.is_found else None)
