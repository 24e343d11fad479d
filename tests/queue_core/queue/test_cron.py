"""Rules against the clocks of many zones: each of their times once, whatever the clocks do."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from queue_core.errors import ParameterError
from queue_core.queue import cron

MINUTE = timedelta(minutes=1)
# A zone and the days (in it) on which its clocks change, forward and back; the odd ones, too.
CHANGES = (
    ("Europe/Berlin", date(2026, 3, 29)),
    ("Europe/Berlin", date(2026, 10, 25)),
    ("America/New_York", date(2026, 3, 8)),
    ("America/New_York", date(2026, 11, 1)),
    ("America/Santiago", date(2026, 9, 6)),  # midnight is left out
    ("America/Santiago", date(2026, 4, 5)),  # the last hour of a day is shown twice
    ("Australia/Lord_Howe", date(2026, 10, 4)),  # half an hour
    ("Australia/Lord_Howe", date(2026, 4, 5)),
    ("Pacific/Chatham", date(2026, 9, 27)),  # at a quarter to three
    ("Pacific/Chatham", date(2026, 4, 5)),
    ("Antarctica/Troll", date(2026, 3, 29)),  # two hours
    ("Antarctica/Troll", date(2026, 10, 25)),
    ("Africa/Casablanca", date(2026, 2, 15)),
    ("Africa/Casablanca", date(2026, 3, 22)),
    ("Asia/Gaza", date(2026, 3, 28)),
    ("Asia/Gaza", date(2026, 10, 24)),
    ("Pacific/Apia", date(2011, 12, 31)),  # a whole day is left out
    ("UTC", date(2026, 3, 29)),
)


def runs(rule: str, zone: str, start: datetime, end: datetime) -> list[datetime]:
    """Return when *rule* comes due in (start, end], asked as the queue asks: from run to run."""
    parsed, clock = cron.parse(rule), ZoneInfo(zone)
    found = []
    moment = cron.next_run(parsed, start, clock)
    while moment <= end:
        found.append(moment)
        moment = cron.next_run(parsed, moment, clock)
    return found


def local(moments: list[datetime], zone: str) -> list[str]:
    return [f"{moment.astimezone(ZoneInfo(zone)):%d %H:%M %z}" for moment in moments]


class TestTables:
    @pytest.mark.parametrize(
        ("zone", "rule", "start", "expected"),
        [
            ("Europe/Berlin", "30 2 * * *", (2026, 3, 28, 2, 30),
             ["29 03:00 +0200", "30 02:30 +0200", "31 02:30 +0200"]),
            ("Europe/Berlin", "0,15,30 2 * * *", (2026, 3, 28, 12), ["29 03:00 +0200",
             "30 02:00 +0200", "30 02:15 +0200"]),
            ("Europe/Berlin", "30 2 * * *", (2026, 10, 24, 2, 30),
             ["25 02:30 +0200", "26 02:30 +0100", "27 02:30 +0100"]),
            ("Europe/Berlin", "0 * * * *", (2026, 3, 29, 0),
             ["29 01:00 +0100", "29 03:00 +0200", "29 04:00 +0200"]),
            ("Europe/Berlin", "30 * * * *", (2026, 10, 25, 1),
             ["25 01:30 +0200", "25 02:30 +0200", "25 02:30 +0100", "25 03:30 +0100"]),
            ("Europe/Berlin", "*/20 * * * *", (2026, 10, 25, 2, 30),
             ["25 02:40 +0200", "25 02:00 +0100", "25 02:20 +0100", "25 02:40 +0100"]),
            ("Europe/Berlin", "0 */2 * * *", (2026, 10, 25, 0),
             ["25 02:00 +0200", "25 04:00 +0100", "25 06:00 +0100"]),
            ("Europe/Berlin", "0 */2 * * *", (2026, 3, 29, 0),
             ["29 03:00 +0200", "29 04:00 +0200", "29 06:00 +0200"]),
            ("America/Santiago", "0 0 * * *", (2026, 9, 5, 12), ["06 01:00 -0300",
             "07 00:00 -0300"]),
            ("America/Santiago", "30 23 * * *", (2026, 4, 4, 12), ["04 23:30 -0300",
             "05 23:30 -0400"]),
            ("Australia/Lord_Howe", "0 * * * *", (2026, 10, 4, 0, 30),
             ["04 01:00 +1030", "04 02:30 +1100", "04 03:00 +1100"]),
            ("Australia/Lord_Howe", "45 * * * *", (2026, 4, 5, 1),
             ["05 01:45 +1100", "05 02:45 +1030", "05 03:45 +1030"]),
            ("Australia/Lord_Howe", "*/10 * * * *", (2026, 4, 5, 1, 40),
             ["05 01:50 +1100", "05 01:30 +1030", "05 01:40 +1030"]),
            ("Pacific/Chatham", "0 3 * * *", (2026, 9, 26, 12), ["27 03:45 +1345",
             "28 03:00 +1345"]),
            ("Antarctica/Troll", "30 1 * * *", (2026, 3, 28, 12), ["29 03:00 +0200",
             "30 01:30 +0200"]),
            ("Antarctica/Troll", "0 * * * *", (2026, 10, 25, 0), ["25 01:00 +0200",
             "25 02:00 +0200", "25 01:00 +0000", "25 02:00 +0000", "25 03:00 +0000"]),
            ("Pacific/Apia", "0 12 * * *", (2011, 12, 29, 0), ["29 12:00 -1000",
             "31 12:00 +1400", "01 12:00 +1400"]),
            ("UTC", "30 18 * * 1-5", (2026, 3, 26, 20), ["27 18:30 +0000", "30 18:30 +0000"]),
            ("UTC", "0 0 L * *", (2026, 1, 31), ["28 00:00 +0000", "31 00:00 +0000"]),
            ("UTC", "0 9 * JAN MON#1", (2026, 1, 1), ["05 09:00 +0000", "04 09:00 +0000"]),
        ],
    )  # fmt: skip
    def test_runs(self, zone: str, rule: str, start: tuple[int, ...], expected: list[str]) -> None:
        begin = datetime(*start, tzinfo=ZoneInfo(zone))  # type: ignore[misc]
        found: list[datetime] = []
        while len(found) < len(expected):
            begin = cron.next_run(cron.parse(rule), begin, ZoneInfo(zone))
            found.append(begin)
        assert local(found, zone) == expected

    @pytest.mark.parametrize(("zone", "day"), CHANGES)
    def test_a_daily_rule_runs_once_a_day(self, zone: str, day: date) -> None:
        start = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone)) - timedelta(days=3)
        for hour in range(24):
            for minute in (0, 15, 30, 45):
                found = runs(f"{minute} {hour} * * *", zone, start, start + timedelta(days=6))
                days = [f"{moment.astimezone(ZoneInfo(zone)):%d}" for moment in found]
                assert len(days) == len(set(days)), (hour, minute, days)
                assert all(
                    gap <= timedelta(hours=26) for gap in (b - a for a, b in pairwise(found))
                ), (hour, minute)

    @pytest.mark.parametrize(("zone", "day"), CHANGES)
    def test_an_hourly_rule_runs_each_hour(self, zone: str, day: date) -> None:
        start = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone)) - timedelta(days=1)
        found = runs("0 * * * *", zone, start, start + timedelta(hours=60))
        gaps = {b - a for a, b in pairwise(found)}
        half_hours = {timedelta(minutes=90), timedelta(minutes=30)}
        odd = zone in ("Australia/Lord_Howe", "Pacific/Chatham")
        assert gaps - {timedelta(hours=1)} <= (half_hours if odd else set())


@dataclass(frozen=True)
class Rule:
    """A rule as numbers, and what it must do, worked out minute by minute."""

    minutes: frozenset[int]
    hours: frozenset[int]
    weekdays: frozenset[int]  # 0 is Sunday

    @property
    def text(self) -> str:
        def field(numbers: frozenset[int], of: int) -> str:
            return "*" if len(numbers) == of else ",".join(map(str, sorted(numbers)))

        return f"{field(self.minutes, 60)} {field(self.hours, 24)} * * {field(self.weekdays, 7)}"

    def matches(self, wall: datetime) -> bool:
        return (
            wall.minute in self.minutes
            and wall.hour in self.hours
            and wall.isoweekday() % 7 in self.weekdays
        )

    def follows_elapsed_time(self, shift: timedelta) -> bool:
        minutes = sorted(self.minutes)
        spacing = min(b - a for a, b in pairwise([*minutes, minutes[0] + 60]))
        if len(self.hours) < 24:
            spacing = 24 * 60
        return timedelta(minutes=spacing) <= shift

    def due(self, zone: ZoneInfo, start: datetime, end: datetime) -> list[datetime]:
        found = set()
        moment = start
        while moment < end:
            before = moment.astimezone(zone)
            moment += MINUTE
            wall = moment.astimezone(zone)
            shift = (wall.utcoffset() or timedelta()) - (before.utcoffset() or timedelta())
            if shift > timedelta() and not self.follows_elapsed_time(shift):
                left_out = [
                    wall.replace(tzinfo=None) - MINUTE * (back + 1)
                    for back in range(int(shift / MINUTE))
                ]
                if any(self.matches(time) for time in left_out):
                    found.add(moment)
            repeated = wall.fold and not self.follows_elapsed_time(
                wall.astimezone(UTC) - wall.replace(fold=0).astimezone(UTC)
            )
            if self.matches(wall) and not repeated:
                found.add(moment)
        return sorted(found)


def numbers(first: int, last: int) -> st.SearchStrategy[frozenset[int]]:
    some = st.frozensets(st.integers(first, last), min_size=1, max_size=5)
    return some | st.just(frozenset(range(first, last + 1)))


RULES = st.builds(Rule, numbers(0, 59), numbers(0, 23) | numbers(0, 4), numbers(0, 6))


class TestEveryRule:
    @settings(max_examples=120)
    @given(rule=RULES, change=st.sampled_from(CHANGES))
    def test_no_time_is_missed_and_none_comes_twice(
        self, rule: Rule, change: tuple[str, date]
    ) -> None:
        zone, day = change
        start = datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(hours=20)
        end = start + timedelta(hours=48)
        found = runs(rule.text, zone, start, end)
        assert found == rule.due(ZoneInfo(zone), start, end)
        assert all(a < b for a, b in pairwise(found))

    @settings(max_examples=100)
    @given(
        rule=RULES,
        zone=st.sampled_from([zone for zone, _ in CHANGES]),
        minutes=st.integers(0, 16 * 365 * 24 * 60),
    )
    def test_the_answer_lies_ahead_and_does_not_depend_on_when_it_is_asked(
        self, rule: Rule, zone: str, minutes: int
    ) -> None:
        after = datetime(2020, 1, 1, tzinfo=UTC) + minutes * MINUTE
        parsed, clock = cron.parse(rule.text), ZoneInfo(zone)
        due = cron.next_run(parsed, after, clock)
        assert due > after
        between = after + (due - after) / 2
        assert cron.next_run(parsed, between, clock) == due
        assert cron.next_run(parsed, due - timedelta(seconds=1), clock) == due

    @given(st.text(max_size=80) | st.from_regex(r"[-0-9*/,#LWA-Z]{1,9}( [-0-9*/,#LWA-Z]{1,9}){4}"))
    def test_any_text_is_a_rule_or_a_sentence(self, text: str) -> None:
        start = datetime(2026, 1, 1, tzinfo=UTC)
        try:
            due = cron.next_run(cron.parse(text), start)
        except ParameterError as error:
            due, sentence = None, error.message
        assert (
            "schedule" in sentence or "never comes due" in sentence if due is None else due > start
        )


class TestSentences:
    @pytest.mark.parametrize(
        ("rule", "message", "hint"),
        [
            ("", "0 fields instead of 5", "minute, hour, day"),
            ("5", "1 field instead of 5", "minute, hour, day"),
            ("0 0 * * * *", "6 fields instead of 5", "minute, hour, day"),
            ("61 * * * *", "“61” is not known for the minute", "field 1 of 5.* 0 to 59"),
            ("0 24 * * *", "“24” is not known for the hour", "field 2 of 5.* 0 to 23"),
            ("0 0 0 * *", "“0” is not known for the day of the month", "1 to 31"),
            ("0 0 1 13 *", "“13” is not known for the month", "1 to 12"),
            ("0 0 1 * 8", "“8” is not known for the day of the week", "Sunday"),
            ("5-1 * * * *", "“5-1” is not known for the minute", "ranges"),
            ("*/0 * * * *", "“\\*/0” is not known for the minute", "steps"),
            ("9" * 400 + " * * * *", "is not known for the minute", "0 to 59"),
            ("1," * 400 + "1 * * * *", "longer than 500 characters", "minute, hour, day"),
            ("0 0 31 2 *", "its months have no day 31", "a day that the month has"),
            ("0 0 31 4,6,9,11 *", "its months have no day 31", "a day that the month has"),
        ],
    )
    def test_a_mistake_is_named(self, rule: str, message: str, hint: str) -> None:
        with pytest.raises(ParameterError, match=message) as caught:
            cron.parse(rule)
        assert caught.value.parameter == "cron"
        with pytest.raises(ParameterError, match=hint):
            raise ParameterError(caught.value.hint)

    def test_the_end_of_the_calendar(self) -> None:
        last_day = datetime(9999, 12, 31, tzinfo=UTC)
        with pytest.raises(ParameterError, match="never comes due"):
            cron.next_run(cron.parse("0 0 1 1 *"), last_day, UTC)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows takes no zone from the environment")
def test_the_computers_own_clock_jumps_alike() -> None:
    script = (
        "from datetime import datetime, timedelta, UTC\n"
        "from zoneinfo import ZoneInfo\n"
        "from queue_core.queue import cron\n"
        "for rule in ('30 2 * * *', '0 * * * *', '*/20 * * * *', '0 */2 * * *'):\n"
        "    for day in ((2026, 3, 28), (2026, 10, 24)):\n"
        "        a = b = datetime(*day, tzinfo=UTC)\n"
        "        for _ in range(150):\n"
        "            a = cron.next_run(cron.parse(rule), a)\n"
        "            b = cron.next_run(cron.parse(rule), b, ZoneInfo('Europe/Berlin'))\n"
        "            assert a == b, (rule, a, b)\n"
    )
    subprocess.run(
        [sys.executable, "-c", script], check=True, timeout=60,
        env={**os.environ, "TZ": "Europe/Berlin"},
    )  # fmt: skip
