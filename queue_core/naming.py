"""What jobs, and what they make, are called where nobody gave them a name.

A name is data: it is stored, searched and shown as it is, everywhere. So it is made in the
language of whoever puts the job: a program that speaks another one than English says so once.
"""

from __future__ import annotations

from collections.abc import Callable

_translate: Callable[[str], str] = str


def name_in(translate: Callable[[str], str]) -> None:
    """Make names with the phrases, and the titles of components, that *translate* returns."""
    global _translate
    _translate = translate


def default_name(phrase: str, /, **parts: str) -> str:
    """Return a name: an English phrase with `{fields}`, in the language, filled in."""
    said = _translate(phrase)
    return said.format(**parts) if parts else said


def name_of(phrase: str, title: str, source: str) -> str:
    """Return the name of what a component makes of something: “{component} of {source}”."""
    return default_name(phrase, component=default_name(title), source=source)
