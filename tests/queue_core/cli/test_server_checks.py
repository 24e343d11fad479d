"""`doctor` where a list lies on a server."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from queue_core import HueyJobQueue
from queue_core.cli.team import roles
from queue_core.server_address import parse_address


def found(cli: Any, **environment: str) -> dict[str, tuple[str, str]]:
    """Return what `doctor` says, by what it looked at."""
    told = cli("doctor", "--json", **environment).json
    return {one["check"]: (one["verdict"], one["message"]) for one in told}


def test_a_server_that_is_not_there_is_said_with_what_to_do(cli: Any, tmp_path: Path) -> None:
    ended = cli("doctor", DASHAI_QUEUE_URL=f"postgresql:///jobs?host={tmp_path}")
    assert ended.code == 4
    assert "✗ server: The server of the job list does not answer" in ended.out
    assert "See that it runs and can be reached" in ended.out
    assert "job_queue.db" not in ended.out  # it is not what is used


def test_the_url_may_stand_before_the_command_and_behind_it(cli: Any) -> None:
    for words in (("--queue-url", "mysql://x/y", "doctor"), ("doctor", "--queue-url=mysql://x/y")):
        assert "cannot be used" in cli(*words).out


def test_a_url_that_is_none_is_said(cli: Any) -> None:
    verdict, message = found(cli, DASHAI_QUEUE_URL="mysql://x/y")["server"]
    assert (verdict, "cannot be used" in message) == ("bad", True)


@pytest.mark.team
def test_a_list_its_jobs_and_ones_rights_are_looked_at(cli: Any, team_url: str) -> None:
    import psycopg

    assert "does not exist yet" in found(cli)["list"][1]
    HueyJobQueue().close()
    cli.put("Count")
    told = found(cli)
    assert [told[name][0] for name in ("server", "role", "list version")] == ["good"] * 3
    assert "1 jobs wait, and no program runs jobs" in told["consumer"][1]
    address = parse_address(team_url)
    with psycopg.connect(address.url, autocommit=True) as admin:
        admin.execute(roles(address).encode())
        admin.execute("DROP ROLE IF EXISTS doctor_sees; CREATE ROLE doctor_sees LOGIN")
        as_other = team_url.replace("tester@", "doctor_sees@")
        try:
            told = found(cli, DASHAI_QUEUE_URL=as_other)
            assert told["role"] == (
                "bad", f"The role doctor_sees may not look at the list {address.name}."
            )  # fmt: skip
            admin.execute(f"GRANT {address.schema}_reader TO doctor_sees".encode())
            told = found(cli, DASHAI_QUEUE_URL=as_other)
            assert told["role"] == ("good", "The role doctor_sees may only look.")
            assert told["shared database"][0] == "good"
        finally:
            admin.execute("DROP ROLE doctor_sees")
