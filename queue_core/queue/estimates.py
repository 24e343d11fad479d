"""How long jobs will take, learnt from like ones that have run: ranges, or honestly nothing.

A job is like another one of its type; more so with the same component (a random forest, say), with
about as many rows, on the same data. Few jobs of the nearest kind say little, so what they say is
drawn towards what the next wider kind says, the less the more of them there are.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from heapq import heapify, heapreplace
from typing import Final

# With fewer jobs of a type nothing is said.
LEAST = 3
# The middle 70 % of what was.
LOW, HIGH = 0.15, 0.85
# So many jobs of a kind count as much as all that is known of the wider one.
WEIGHT: Final = 4.0
# No range is narrower than this part of its middle: the next job is a new one.
LEAST_WIDTH = 0.1
# Of a job's own progress: believed from here on, and how wrong it may be at first.
PROGRESS_FROM, PROGRESS_AFTER_S = 3.0, 2.0
PROGRESS_DOUBT = 0.35


@dataclass(frozen=True)
class Expected:
    """A range of time.

    Attributes:
        low_s: It will most likely not be less than these seconds.
        high_s: Nor more than these.
        count: How many like jobs it was learnt from; 0: from the job's own progress.
    """

    low_s: float
    high_s: float
    count: int = 0


@dataclass(frozen=True)
class Likeness:
    """What makes jobs take alike.

    Attributes:
        task_type: Class name of the job.
        component: What it is made with, e.g. the model's name; empty where that says nothing.
        source: What it works on, e.g. the dataset's id; empty where nobody knows.
        rows: How many rows that has; None where nobody knows.
    """

    task_type: str
    component: str = ""
    source: str = ""
    rows: int | None = None

    def kinds(self) -> list[tuple[object, ...]]:
        """Return the kinds that it belongs to, the widest first."""
        found: list[tuple[object, ...]] = [(self.task_type,)]
        if self.component:
            found.append((self.task_type, self.component))
        if self.rows:
            found.append((self.task_type, self.component, "rows", round(math.log2(self.rows))))
        if self.source:
            found.append((self.task_type, self.component, "source", self.source))
        return found


@dataclass
class History:
    """How long jobs of each kind took.

    Attributes:
        took_s: Seconds by kind, in order of size.
    """

    took_s: dict[tuple[object, ...], list[float]] = field(default_factory=dict)

    @classmethod
    def of(cls, ran: Iterable[tuple[Likeness, float]]) -> History:
        """Return the history of jobs that finished, each with its seconds."""
        history = cls()
        for like, seconds in ran:
            if math.isfinite(seconds) and seconds >= 0:
                for kind in like.kinds():
                    history.took_s.setdefault(kind, []).append(max(seconds, 1e-3))
        for known in history.took_s.values():
            known.sort()
        return history

    def expected(self, like: Likeness, *, elapsed_s: float = 0.0) -> Expected | None:
        """Return how long such a job takes still; None where too little is known.

        Args:
            like: What the job is like.
            elapsed_s: How long it has run: those that took less say nothing any more.
        """
        low = high = 0.0
        count = 0
        for kind in like.kinds():
            known = [s for s in self.took_s.get(kind, ()) if s > elapsed_s]
            if not count:
                if len(known) < LEAST:
                    return None
                low, high = (math.log(quantile(known, share)) for share in (LOW, HIGH))
            elif known:
                weight = len(known) / (len(known) + WEIGHT)
                near = [math.log(quantile(known, share)) for share in (LOW, HIGH)]
                low += weight * (near[0] - low)
                high += weight * (near[1] - high)
            count = len(known) or count
        return _widened(math.exp(low) - elapsed_s, math.exp(high) - elapsed_s, count)


def quantile(ordered: Sequence[float], share: float) -> float:
    """Return the value below which a share of *ordered* lies, between two where it must."""
    place = (len(ordered) - 1) * share
    below = math.floor(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)


def by_progress(elapsed_s: float, percent: float | None) -> Expected | None:
    """Return how long a job takes still, by what it reports; None where that is too early."""
    if percent is None or elapsed_s < PROGRESS_AFTER_S or not PROGRESS_FROM <= percent < 100:
        return None
    left_s = elapsed_s * (100 - percent) / percent
    doubt = PROGRESS_DOUBT * (1 - percent / 100)
    return Expected(left_s * (1 - doubt), left_s * (1 + doubt))


@dataclass(frozen=True)
class Running:
    """A job that runs."""

    job_id: str
    like: Likeness
    elapsed_s: float
    percent: float | None = None


@dataclass(frozen=True)
class Forecast:
    """When what runs and waits will have ended.

    Attributes:
        running: How long each running job takes still, where that is known.
        starts: When each waiting job starts, from now on, as far as that is known.
        all_s: When the last one has ended; None where that is not known.
        unknown: How many jobs nobody can say anything of.
    """

    running: Mapping[str, Expected] = field(default_factory=dict)
    starts: Mapping[str, Expected] = field(default_factory=dict)
    all_s: Expected | None = None
    unknown: int = 0


def forecast(
    history: History,
    running: Sequence[Running],
    waiting: Sequence[tuple[str, Likeness]],
    workers: int,
) -> Forecast:
    """Return what will be when the queue goes on as it is, *workers* jobs at once.

    A job of which nothing is known may end at any time, or never: nothing is said of what only
    starts behind it.
    """
    left: dict[str, Expected] = {}
    for job in running:
        found = by_progress(job.elapsed_s, job.percent) or history.expected(
            job.like, elapsed_s=job.elapsed_s
        )
        if found is not None:
            left[job.job_id] = found
    unknown = len(running) - len(left)
    idle = [0.0] * max(0, max(workers, 1) - len(running))
    early = [*(found.low_s for found in left.values()), *[0.0] * unknown, *idle]
    late = [*(found.high_s for found in left.values()), *[math.inf] * unknown, *idle]
    heapify(early)
    heapify(late)
    starts: dict[str, Expected] = {}
    for job_id, like in waiting:
        if math.isfinite(late[0]):
            starts[job_id] = Expected(early[0], late[0])
        takes = history.expected(like)
        unknown += takes is None
        heapreplace(early, early[0] + (0.0 if takes is None else takes.low_s))
        heapreplace(late, late[0] + (math.inf if takes is None else takes.high_s))
    is_known = bool(running or waiting) and not unknown
    return Forecast(left, starts, Expected(max(early), max(late)) if is_known else None, unknown)


def range_words(expected: Expected) -> str:
    """Return a range for people, in English: "about 20 s", "about 2–4 min"."""
    low, high, unit = rounded(expected)
    return f"about {high} {unit}" if low == high else f"about {low}–{high} {unit}"


def rounded(expected: Expected) -> tuple[int, int, str]:
    """Return both ends as coarse as an estimate deserves, and their unit: s, min or h."""
    for unit, size_s, steps in _UNITS:
        if expected.high_s < 90 * size_s or unit == "h":
            ends = (expected.low_s / size_s, expected.high_s / size_s)
            low, high = (_coarse(end, steps) for end in ends)
            return low, max(low, high), unit
    raise AssertionError("unreachable")


_UNITS: Final = (("s", 1, (1, 5, 10)), ("min", 60, (1, 1, 5)), ("h", 3600, (1, 1, 1)))


def _coarse(value: float, steps: tuple[int, int, int]) -> int:
    step = steps[0] if value < 10 else steps[1] if value < 30 else steps[2]
    return max(1, round(value / step) * step)


def _widened(low_s: float, high_s: float, count: int) -> Expected:
    middle, half = (low_s + high_s) / 2, (high_s - low_s) / 2
    half = max(half, middle * LEAST_WIDTH)
    return Expected(max(0.0, middle - half), max(0.0, middle + half), count)
