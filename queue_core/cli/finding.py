"""What a check of `doctor` has found."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """How a check came out."""

    GOOD = "good"
    WARNING = "warning"
    BAD = "bad"


@dataclass(frozen=True)
class Finding:
    """What a check has found.

    Attributes:
        check: What was looked at.
        verdict: How it came out.
        message: What there is, one sentence.
        hint: What to do about it; empty where nothing is to be done.
    """

    check: str
    verdict: Verdict
    message: str
    hint: str = ""
