"""How much of a file is done, in words for people."""

from __future__ import annotations


def reading_message(fraction: float, size: int) -> str:
    """Return what is said while a file of *size* bytes is read."""
    return amount(f"reading {fraction:.0%}", int(fraction * size), size)


def amount(words: str, done: int, total: int) -> str:
    """Return what is done of how many bytes."""
    unit, divisor = ("GB", 1e9) if total >= 1e9 else ("MB", 1e6) if total >= 1e6 else ("kB", 1e3)
    return f"{words} · {done / divisor:,.1f} of {total / divisor:,.1f} {unit}"
