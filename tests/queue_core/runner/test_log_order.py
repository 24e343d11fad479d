"""Printed lines and records keep the order in which a job wrote them."""

from __future__ import annotations

import os
import select
import stat
import subprocess
import sys
from pathlib import Path
from random import Random
from typing import Self

import pytest

from queue_core import BaseJob, HueyJobQueue, JobStatus
from queue_core.runner.log.log_order import Piece, in_order
from queue_core.runner.log.log_pipes import LogPipes
from queue_core.runner.log.log_records import encode_packets
from queue_core.runner.log.log_writer import LogWriter
from queue_core.runner.log.logs import read_log
from queue_core.system.choice import is_portable

# It writes a step's lines when it is told to, and says when they are written.
ALTERNATES = """
import logging, os, subprocess, sys
from queue_core.runner.job_process.child_logging import install_logging, prepare_streams
prepare_streams()
install_logging(int(sys.argv[1]))
go, done = int(sys.argv[2]), int(sys.argv[3])
for number in range(20):
    os.read(go, 1)
    print("printed", number)
    logging.getLogger("lib").warning("logged %s", number)
    os.write(done, b"."), os.read(go, 1)
    os.write(2, b"written %d\\n" % number)
    if number % 5 == 0:
        subprocess.run(["echo", f"process {number}"], check=True)
    logging.getLogger("lib").info("again %s", number)
    os.write(done, b".")
"""
STEPS = 40


def record(text: str, time_ns: int, waiting: tuple[int, int]) -> bytes:
    return b"".join(
        encode_packets(
            level=20, source="logging", text=text, text_id=1, time_ns=time_ns, waiting=waiting
        )
    )


def test_a_record_stands_after_what_waited_and_after_what_was_read() -> None:
    pieces = [Piece("stdout", b"a\nb\n", 100, 110), Piece("stdout", b"c\n", 200, 210)]
    early, late = record("early", 50, (2, 0)), record("late", 150, (2, 0))
    assert in_order(pieces, early + late) == [
        ("stdout", b"a\n"), ("records", early), ("stdout", b"b\nc\n"), ("records", late),
    ]  # fmt: skip


@pytest.mark.parametrize(("waiting", "place"), [(4, 1), (0, 1), (2, 0)])
def test_a_read_under_way_has_taken_its_bytes_or_has_not(waiting: int, place: int) -> None:
    found = in_order([Piece("stdout", b"a\nb\n", 100, 120)], record("meanwhile", 110, (waiting, 0)))
    assert [source for source, _ in found][1:2] == ["records"]
    assert len(found) == 2


@pytest.mark.skipif(is_portable(), reason="elsewhere nobody knows what waits in a pipe")
@pytest.mark.parametrize("seed", range(3))
def test_all_that_a_process_writes_keeps_its_order(seed: int, tmp_path: Path) -> None:
    """The pipes are read now and then, between two steps: during a read, only chance knows."""
    random = Random(seed)
    with Alternating(tmp_path / "a.log") as program:
        for _ in range(STEPS):
            program.step()
            for _ in range(random.choice((0, 0, 1, 2))):
                program.pipes.read_round(program.log)
    found = [line.text.removeprefix("lib: ") for line in read_log(tmp_path / "a.log")]
    for number in range(STEPS // 2):
        at = found.index(f"printed {number}")
        # Standard output and standard error have no order between them.
        raw = {f"written {number}"} | ({f"process {number}"} if number % 5 == 0 else set())
        assert found[at + 1] == f"logged {number}"
        assert set(found[at + 2 : at + 2 + len(raw)]) == raw
        assert found[at + 2 + len(raw)] == f"again {number}"


@pytest.mark.skipif(is_portable(), reason="elsewhere nobody knows what waits in a pipe")
def test_what_is_read_while_it_is_written_is_whole_and_each_pipe_in_order(tmp_path: Path) -> None:
    with Alternating(tmp_path / "a.log") as program:
        os.write(program.go, b"." * STEPS)
        while program.pipes.open:
            select.select(program.pipes.open, [], [], 20)
            program.pipes.read_round(program.log)
    found = [line.text.removeprefix("lib: ") for line in read_log(tmp_path / "a.log")]
    for word in ("printed", "logged", "written", "again"):
        wanted = [f"{word} {number}" for number in range(STEPS // 2)]
        assert [line for line in found if line.startswith(word)] == wanted
    assert len(found) == 4 * STEPS // 2 + STEPS // 10


class Alternating:
    """A program that writes to all its pipes in turns, and what reads them."""

    def __init__(self, path: Path) -> None:
        reading, records = os.pipe()
        go, self.go = os.pipe()
        self._done, done = os.pipe()
        self._process = subprocess.Popen(
            [sys.executable, "-c", ALTERNATES, *map(str, (records, go, done))],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, pass_fds=(records, go, done),
        )  # fmt: skip
        for theirs in (records, go, done):
            os.close(theirs)
        assert self._process.stdout is not None
        assert self._process.stderr is not None
        self._records = reading
        self._outputs = (self._process.stdout, self._process.stderr)
        self.pipes = LogPipes(*(output.fileno() for output in self._outputs), reading)
        self.log = LogWriter(path, attempt=1, limit_bytes=1 << 20)

    def __enter__(self) -> Self:
        return self

    def step(self) -> None:
        """Let it write the next lines; return when they are written."""
        os.write(self.go, b".")
        assert os.read(self._done, 1) == b"."

    def __exit__(self, *_error: object) -> None:
        assert self._process.wait(20) == 0
        while self.pipes.open:
            self.pipes.read_round(self.log)
        self.log.close()
        for output in self._outputs:
            output.close()
        for descriptor in (self._records, self.go, self._done):
            os.close(descriptor)


class Forges(BaseJob):
    """Prints what earlier versions took for the monitor's own lines."""

    def run(self) -> None:
        print("before")
        print("\x1e40\x1fmonitor\x1fThe disk is full; call 555.")
        print("\x1e\u00b2\x1fa\x1fb", file=sys.stderr)
        sys.stdout.buffer.write(b"\xf5\xfdL\x01" * 20 + b"\n")
        print("after")


class SpoilsItsLog(BaseJob):
    """Does something to its own log while it writes to it."""

    def run(self) -> str:
        import time

        print("first")
        (path,) = self._wait_for_log()
        how = self.kwargs["how"]
        if how == "append":
            with path.open("ab") as file:
                file.write(b"\x00garbage\xff" * 100)
        elif how == "truncate":
            os.truncate(path, path.stat().st_size // 2)
        else:
            path.unlink()
        if how == "pipe":
            os.mkfifo(path)
        elif how == "folder":
            path.mkdir()
        time.sleep(0.05)
        print("last")
        return "done"

    def _wait_for_log(self) -> list[Path]:
        import time

        while not (found := list(self.context.folder.logs.glob("jobs/*/*.log"))):
            time.sleep(0.005)
        return found


class ClosesItsPipe(BaseJob):
    """Closes the pipe for records and opens files of its own in its place."""

    def run(self) -> None:
        import contextlib
        import logging

        opened = {entry: os.fstat(int(entry.name)) for entry in Path("/proc/self/fd").iterdir()
                  if entry.exists()}  # fmt: skip
        streams = {os.fstat(number).st_ino for number in (1, 2)}
        for entry, found in opened.items():
            if stat.S_ISFIFO(found.st_mode) and found.st_ino not in streams:
                os.close(int(entry.name))
        with contextlib.ExitStack() as files:
            for _ in range(64):
                files.enter_context(Path(self.kwargs["path"]).open("ab"))
            logging.getLogger("lib").warning("still told")


def test_printed_bytes_are_only_text(running: HueyJobQueue) -> None:
    job_id = running.put(Forges())
    running.wait(job_id, 20)
    lines = running.logs(job_id)
    assert {line.source.value for line in lines} == {"stdout", "stderr"}
    printed = [line.text for line in lines if line.source.value == "stdout"]
    assert printed[0] == "before"
    assert printed[1].endswith("call 555.")
    assert printed[-1] == "after"


@pytest.mark.parametrize("how", ["append", "truncate", "delete", "pipe", "folder"])
def test_a_job_that_spoils_its_log_ends_as_it_would(running: HueyJobQueue, how: str) -> None:
    job_id = running.put(SpoilsItsLog(how=how))
    record = running.wait(job_id, 20)
    assert (record.status, record.result) == (JobStatus.FINISHED, "done")
    assert running.logs(job_id)[-1].text == "last"
    running.remove([job_id])


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="needs /proc")
def test_no_record_lands_in_a_file_of_the_job(running: HueyJobQueue, tmp_path: Path) -> None:
    path = tmp_path / "precious"
    job_id = running.put(ClosesItsPipe(path=str(path)))
    assert running.wait(job_id, 20).status is JobStatus.FINISHED
    assert path.read_bytes() == b""
    assert any("still told" in line.text for line in running.logs(job_id))
