"""How a job is to be run, as it is typed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from queue_core.cli.job_options import parse_bytes, parse_duration_s, parse_moment
from queue_core.errors import ParameterError


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("0", 0), ("90", 90), ("90s", 90), ("1.5m", 90), ("10 min", 600), ("2h", 7200), ("1D", 86400)],
)
def test_durations(text: str, seconds: float) -> None:
    assert parse_duration_s(text) == seconds


@pytest.mark.parametrize(
    ("text", "count"),
    [("0", 0), ("1000", 1000), ("4GB", 4 * 10**9), ("4GiB", 2**32), ("1.5g", 3 * 2**29)],
)
def test_sizes(text: str, count: int) -> None:
    assert parse_bytes(text) == count


@pytest.mark.parametrize("text", ["", "soon", "-5", "5 weeks", "1e3", "h"])
def test_what_is_neither(text: str) -> None:
    with pytest.raises(ParameterError, match="is not a duration"):
        parse_duration_s(text)
    with pytest.raises(ParameterError, match="is not a size"):
        parse_bytes(text)


def test_an_hour_is_the_next_one() -> None:
    noon = datetime(2030, 5, 1, 12, 0).astimezone()
    assert parse_moment("18:30", noon) == noon.replace(hour=18, minute=30)
    assert parse_moment("9:15", noon) == noon.replace(hour=9, minute=15) + timedelta(days=1)
    assert parse_moment("2030-01-31T18:30+00:00") == datetime(2030, 1, 31, 18, 30, tzinfo=UTC)
    for text in ("25:00", "tomorrow", "2030-13-01"):
        with pytest.raises(ParameterError, match="is not a moment"):
            parse_moment(text)


def test_options_reach_the_job(run, waiting, tmp_path) -> None:
    first = waiting("first")
    (tmp_path / "x.py").write_text("print(1)")
    put = run(
        "submit", "python", "-p", f"script={tmp_path / 'x.py'}", "--json", "--priority", 3,
        "--at", "2090-01-01T00:00", "--after", first[:13], "--attempts", 4, "--timeout", "2h",
        "--memory-limit", "4GB", "--group", "g", "--pin",
    )  # fmt: skip
    assert put.code == 0, put.err
    (job,) = put.json
    wanted = {
        "priority": 3, "after": [first], "max_attempts": 4, "timeout_s": 7200.0,
        "memory_limit_bytes": 4 * 10**9, "group_id": "g", "pinned": True,
    }  # fmt: skip
    assert {key: job[key] for key in wanted} == wanted
    assert datetime.fromisoformat(job["not_before"]) == datetime(2090, 1, 1).astimezone()
    shown = run("show", job["id"]).out
    for text in ("Waits:        After “first”.", "2 h 0 min", "4.0 GB", "kept from clean-up"):
        assert text in shown


@pytest.mark.parametrize(
    ("option", "code"),
    [
        (["--delay", "soon"], 2), (["--delay", "1h", "--at", "9:00"], 2), (["--attempts", "0"], 2),
        (["--memory-limit", "much"], 2), (["--after", "ffff"], 3),
    ],
)  # fmt: skip
def test_wrong_options_put_nothing(run, tmp_path, option, code) -> None:
    (tmp_path / "x.py").write_text("print(1)")
    assert run("submit", "python", "-p", f"script={tmp_path / 'x.py'}", *option).code == code
    assert run("jobs", "--json").json == []
