"""How a language writes the numbers and months of a figure; English where nobody says."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

_NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_MONTH = re.compile(rf"\b(?:{'|'.join(_MONTHS)})\b")


@dataclass(frozen=True)
class LocalForms:
    """The forms of one language.

    Attributes:
        decimal_sign: What parts a number from its fraction.
        thousands_sign: What parts its thousands.
        months: The short names of the months; none: the English ones.
    """

    decimal_sign: str = "."
    thousands_sign: str = ","
    months: tuple[str, ...] = ()

    @classmethod
    def from_json(cls, data: Mapping[str, Any] | None) -> LocalForms:
        """Return the forms that JSON data says; the English ones for nothing."""
        found = dict(data or {})
        return cls(**{**found, "months": tuple(found.get("months", ()))})


ENGLISH = LocalForms()
_forms: ContextVar[LocalForms] = ContextVar("forms of numbers", default=ENGLISH)


@contextmanager
def written_in(forms: LocalForms) -> Iterator[None]:
    """Let what is drawn meanwhile be written in these forms."""
    before = _forms.set(forms)
    try:
        yield
    finally:
        _forms.reset(before)


def local_number(text: str) -> str:
    """Return a text with its numbers as the language of the moment writes them."""
    forms = _forms.get()
    if forms.decimal_sign == "." and forms.thousands_sign == ",":
        return text
    signs = str.maketrans({".": forms.decimal_sign, ",": forms.thousands_sign})
    return _NUMBER.sub(lambda found: found[0].translate(signs), text)


def local_date(text: str) -> str:
    """Return a date's text with the name of its month in the language of the moment."""
    months = _forms.get().months
    return _MONTH.sub(lambda found: months[_MONTHS.index(found[0])], text) if months else text
