"""When a rule of five cron fields comes due: `cronsim` reads the rule, this module the clocks.

A rule names times on the wall clock, and a wall clock jumps. `cronsim` is asked for the times of
a clock that never does, and each of them is then looked up in the zone, so that at a change

* a rule by the hour, day, week or month runs once for each of its times: one that the clocks left
  out runs when they have been put forward, one that they show twice runs the first time;
* a rule whose runs lie as close together as the change is wide (each hour, every ten minutes)
  goes on by the time that passes.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from itertools import pairwise
from typing import Final

from cronsim import CronSim, CronSimError

from queue_core.errors import ParameterError

_NAMED: Final = {
    "@hourly": "0 * * * *",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *",
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
}
_FIELDS: Final = (
    ("minute", "a number from 0 to 59"),
    ("hour", "a number from 0 to 23"),
    ("day of the month", "a number from 1 to 31, or L for the last day"),
    ("month", "a number from 1 to 12, or JAN to DEC"),
    ("day of the week", "a number from 0 to 7 (0 and 7 are Sunday), or SUN to SAT"),
)
_MAX_CHARACTERS: Final = 500
_DAY: Final = timedelta(days=1)
_EXAMPLE: Final = (
    "Write minute, hour, day of the month, month and day of the week: “30 18 * * 1-5” is 18:30 "
    "from Monday to Friday."
)


@dataclass(frozen=True)
class CronRule:
    """A rule that was read and found good.

    Attributes:
        text: As it was written.
        fields: The five fields of it, as `cronsim` reads them.
        interval: How close together its runs may lie: within the hour where it runs in each hour,
            else a day.
    """

    text: str
    fields: str
    interval: timedelta

    def wall_times(self, after: datetime) -> Iterator[datetime]:
        """Yield the naive times that the rule names after *after*; ends after 50 empty years."""
        yield from CronSim(self.fields, after)


def parse(text: str) -> CronRule:
    """Read a rule of five fields, or a name such as `@daily`.

    Raises:
        ParameterError: It is none; the message names the field and what it may hold.
    """
    fields = _NAMED.get(text.strip().lower(), text).split()
    problem = ""
    if len(text) > _MAX_CHARACTERS:
        problem = f"it is longer than {_MAX_CHARACTERS} characters"
    elif len(fields) != len(_FIELDS):
        problem = f"it has {len(fields)} field{'' if len(fields) == 1 else 's'} instead of 5"
    if problem:
        raise ParameterError(
            f"“{_shown(text)}” is no schedule: {problem}.", parameter="cron", hint=_EXAMPLE
        )
    rule = " ".join(fields)
    read = _read(rule)
    if read is None:
        raise _unreadable(text, fields)
    return CronRule(text, rule, _interval(read))


def next_run(rule: CronRule, after: datetime, zone: tzinfo | None = None) -> datetime:
    """Return the first moment after *after* at which *rule* comes due, UTC.

    Args:
        rule: What `parse` returned.
        after: An aware datetime.
        zone: Whose clock the rule is read on; None means the computer's.

    Raises:
        ParameterError: There is none within 50 years: 31 February.
    """
    now = after.astimezone(zone).replace(tzinfo=None)
    after = after.astimezone(UTC)
    found: list[datetime] = []
    try:
        for wall in rule.wall_times((now - _still_to_repeat(now, zone)).replace(fold=0)):
            found += [moment for moment in _moments(wall, rule, zone) if moment > after]
            if found and wall > now.replace(fold=0):
                return min(found)
    except OverflowError:  # the calendar ends with the year 9999
        pass
    raise ParameterError(
        f"“{_shown(rule.text)}” never comes due: no day within 50 years fits it.",
        parameter="cron",
        hint="Choose a day that the month has.",
    )


def _moments(wall: datetime, rule: CronRule, zone: tzinfo | None) -> list[datetime]:
    """Return when the rule runs for one time on the wall clock: once, twice or not at all."""
    first, second = _utc(wall, zone), _utc(wall.replace(fold=1), zone)
    if first == second:
        return [first]
    by_elapsed_time = rule.interval <= abs(second - first)
    if first < second:
        return [first, second] if by_elapsed_time else [first]
    return [] if by_elapsed_time else [_end_of_gap(second, first, zone)]


def _still_to_repeat(now: datetime, zone: tzinfo | None) -> timedelta:
    """Return how far the clocks are soon put back, where *now* will be shown once more."""
    return max(timedelta(), _utc(now.replace(fold=1), zone) - _utc(now, zone))


def _end_of_gap(before: datetime, behind: datetime, zone: tzinfo | None) -> datetime:
    """Return the moment between two at which the clocks are put forward."""
    new_offset = _offset(behind, zone)
    seconds = bisect_left(
        range(int((behind - before).total_seconds())),
        True,
        key=lambda second: _offset(before + timedelta(seconds=second), zone) == new_offset,
    )
    return before + timedelta(seconds=seconds)


def _utc(wall: datetime, zone: tzinfo | None) -> datetime:
    # A naive one is taken for the computer's own time, and only `timestamp` minds its fold.
    aware = wall if zone is None else wall.replace(tzinfo=zone)
    return datetime.fromtimestamp(aware.timestamp(), UTC)


def _offset(moment: datetime, zone: tzinfo | None) -> timedelta | None:
    return moment.astimezone(zone).utcoffset()


def _read(fields: str) -> CronSim | None:
    try:
        return CronSim(fields, datetime(2000, 1, 1))  # noqa: DTZ001 - a clock that never jumps
    except (CronSimError, ValueError):  # ValueError: a number of thousands of digits
        return None


def _interval(read: CronSim) -> timedelta:
    if len(read.hours) < 24:
        return _DAY
    minutes = sorted(read.minutes)
    return timedelta(minutes=min(b - a for a, b in pairwise([*minutes, minutes[0] + 60])))


def _unreadable(text: str, fields: list[str]) -> ParameterError:
    for number, (field, (name, known)) in enumerate(zip(fields, _FIELDS, strict=True)):
        alone = ["*"] * len(_FIELDS)
        alone[number] = field
        # A day that only some months lack is judged below, with its month.
        if _read(" ".join(alone)) is None:
            return ParameterError(
                f"“{_shown(text)}” is no schedule: “{_shown(field)}” is not known for the {name}.",
                parameter="cron",
                hint=f"The {name} (field {number + 1} of 5) is {known}; “*”, lists (1,15), ranges "
                "(1-5) and steps (*/10) are known, too.",
            )
    return ParameterError(
        f"“{_shown(text)}” is no schedule: its months have no day {_shown(fields[2])}.",
        parameter="cron",
        hint="Choose a day that the month has, or L for its last one.",
    )


def _shown(text: str, limit: int = 60) -> str:
    return text if len(text) <= limit else text[: limit - 1] + "…"
