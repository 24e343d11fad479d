"""Logs as files: written with head and tail, and read whatever has become of them."""

from __future__ import annotations

import os
import resource
import time
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from queue_core.paths import LocalFolder, log_files, log_path
from queue_core.queue.upkeep.log_search import search_logs
from queue_core.runner.log.log_excerpt import log_excerpt
from queue_core.runner.log.log_file import LogFile
from queue_core.runner.log.log_frames import MARK, encode_frame
from queue_core.runner.log.log_lines import delete_log
from queue_core.runner.log.log_records import encode_packets
from queue_core.runner.log.log_writer import LogWriter
from queue_core.runner.log.logs import read_log

# Bytes of the marks, so that pieces of them are found often.
NASTY = st.one_of(
    st.binary(max_size=60),
    st.lists(st.sampled_from([b"\xf5", b"\xfd", b"L", b"\x01", b"\x00", b"\n", MARK, b"\xf6\xfdR"]))
    .map(b"".join),
    st.builds(
        lambda data: encode_frame(number=1, time_s=1.0, attempt=1, source="monitor", data=data),
        st.just(b"The disk is full\n"),
    ),
)  # fmt: skip


@pytest.fixture
def path(local_folder: LocalFolder) -> Path:
    return log_path(local_folder.logs, "01a22358-f70d-7b32-9b1e-38d16bc3ad49")


def writer(path: Path, *, attempt: int = 1, limit_bytes: int = 1 << 20) -> LogWriter:
    return LogWriter(path, attempt=attempt, limit_bytes=limit_bytes)


def record(text: str, *, source: str = "logging", level: int = 30, text_id: int = 7) -> bytes:
    return b"".join(encode_packets(level=level, source=source, text=text, text_id=text_id))


def texts(path: Path) -> list[str]:
    return [line.text for line in read_log(path)]


class TestOutputIsNeverStructure:
    @settings(max_examples=200, deadline=None)
    @given(chunks=st.lists(NASTY, max_size=8), source=st.sampled_from(["stdout", "stderr"]))
    def test_what_is_fed_is_what_is_read(
        self, tmp_path_factory: pytest.TempPathFactory, chunks: list[bytes], source: str
    ) -> None:
        path = tmp_path_factory.mktemp("log") / "a.log"
        log = writer(path)
        for chunk in chunks:
            log.feed(source, chunk)
        log.close()
        whole = b"".join(chunks)
        expected = whole.split(b"\n")
        if not expected[-1]:
            del expected[-1]
        lines = read_log(path)
        assert {line.source for line in lines} <= {source}
        assert [line.text for line in lines] == [
            raw.decode("utf-8", "backslashreplace").rstrip("\r").rpartition("\r")[2]
            for raw in expected
        ]
        assert [line.number for line in lines] == list(range(1, len(lines) + 1))

    @settings(max_examples=200, deadline=None)
    @given(data=st.data(), inner=NASTY)
    def test_damage_never_brings_output_to_life(
        self, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject, inner: bytes
    ) -> None:
        path = tmp_path_factory.mktemp("log") / "a.log"
        log = writer(path)
        log.feed("stdout", inner.replace(b"\n", b"") + b"\n")
        log.close()
        stored = bytearray(path.read_bytes())
        place = data.draw(st.integers(0, len(stored) - 1))
        stored[place] ^= 1 << data.draw(st.integers(0, 7))
        path.write_bytes(stored)
        assert {line.source for line in read_log(path)} <= {"stdout"}


class TestDamagedFiles:
    @settings(max_examples=300, deadline=None)
    @given(contents=st.lists(NASTY, max_size=20).map(b"".join), after=st.integers(0, 5))
    @example(contents=b"1\t1\t1.000\t1\tstdout\t-5\n", after=0)
    @example(contents=b"0\t1\t1.000\t1\tstdout\t0\n", after=0)
    @example(contents="\u00b2\t1\t1.000\t1\tstdout\t4\nabc\n".encode(), after=0)
    def test_any_bytes_are_read(
        self, tmp_path_factory: pytest.TempPathFactory, contents: bytes, after: int
    ) -> None:
        folder = tmp_path_factory.mktemp("logs")
        path = log_path(folder, "some-job")
        path.parent.mkdir(parents=True)
        path.write_bytes(contents)
        read_log(path, after=after)
        read_log(path, limit=3)
        log_excerpt(path, head_lines=2, tail_lines=2)
        log = writer(path, attempt=2)
        log.feed("stdout", b"goes on\n")
        log.close()
        assert read_log(path)[-1].text == "goes on"

    @settings(max_examples=100, deadline=None)
    @given(garbage=st.lists(st.binary(max_size=300), min_size=5, max_size=5))
    def test_the_good_frames_before_and_after_garbage_are_read(
        self, tmp_path_factory: pytest.TempPathFactory, garbage: list[bytes]
    ) -> None:
        path = tmp_path_factory.mktemp("log") / "a.log"
        log = writer(path)
        for number, piece in enumerate(garbage):
            log.feed("stdout", b"line %d\n" % number)
            with path.open("ab") as file:
                file.write(piece)
        log.close()
        assert texts(path) == [f"line {number}" for number in range(5)]

    def test_a_damaged_frame_is_told_and_the_others_are_read(self, path: Path) -> None:
        log = writer(path)
        for number in range(5):
            log.feed("stdout", b"line %d\n" % number)
        log.close()
        path.write_bytes(path.read_bytes().replace(b"line 2", b"LINE 2"))
        assert texts(path) == [
            "line 0", "line 1",
            "… one line missing: this part of the log is damaged or could not be written …",
            "line 3", "line 4",
        ]  # fmt: skip
        assert [line.number for line in read_log(path, after=2)] == [3, 4, 5]

    @pytest.mark.parametrize("cut", [1, 10, 60])
    def test_a_log_that_was_cut_goes_on(self, path: Path, cut: int) -> None:
        log = writer(path)
        for number in range(3):
            log.feed("stdout", b"line %d\n" % number)
        os.truncate(path, path.stat().st_size - cut)
        log.feed("stdout", b"after\n")
        log.close()
        found = texts(path)
        assert found[0] == "line 0"
        assert found[-1] == "after"
        assert "missing" in found[-2]

    def test_a_hole_of_a_terabyte_does_not_hang(self, path: Path) -> None:
        log = writer(path)
        log.feed("stdout", b"before\n")
        try:
            os.truncate(path, 1 << 40)
        except OSError:
            pytest.skip("this disk has no such holes")
        log.feed("stdout", b"after\n")
        log.close()
        began = time.monotonic()
        assert [text for text in texts(path) if "…" not in text] == ["before", "after"]
        assert time.monotonic() - began < 10


class TestInThePlaceOfALog:
    def test_a_log_that_was_deleted_goes_on(self, path: Path) -> None:
        log = writer(path)
        log.feed("stdout", b"before\n")
        path.unlink()
        path.parent.rmdir()
        log.feed("stdout", b"after\n")
        log.close()
        assert texts(path)[-1] == "after"

    @pytest.mark.parametrize("kind", ["folder", "pipe", "link"])
    def test_something_else_is_not_waited_for(
        self, path: Path, tmp_path: Path, kind: str, local_folder: LocalFolder
    ) -> None:
        log = writer(path)
        log.feed("stdout", b"before\n")
        path.unlink()
        other = tmp_path / "other"
        other.write_text("not a log\n")
        if kind == "folder":
            path.mkdir()
            (path / "inside").touch()
        elif kind == "pipe":
            os.mkfifo(path)
        else:
            path.symlink_to(other)
        assert read_log(path) == []
        assert search_logs(local_folder, "not a log") == []
        log.feed("stdout", b"after\n")
        log.close()
        assert texts(path)[-1] == "after"
        assert other.read_text() == "not a log\n"
        delete_log(path)
        assert not any(file.exists() for file in log_files(path))

    def test_only_its_owner_reads_a_log(self, path: Path) -> None:
        before = os.umask(0)
        try:
            log = writer(path)
            log.feed("stdout", b"secret\n")
            log.close()
        finally:
            os.umask(before)
        assert path.stat().st_mode & 0o777 == 0o600
        assert path.parent.stat().st_mode & 0o777 == 0o700

    @pytest.mark.expects_log("File too large")
    def test_a_disk_that_was_full_for_a_while_leaves_a_gap(self, path: Path) -> None:
        log = writer(path)
        log.feed("stdout", b"before\n")
        limits = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (path.stat().st_size + 30, limits[1]))
        try:
            log.feed("stdout", b"half of it fits\n")
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        log.feed("stdout", b"after\n")
        log.close()
        before, gap, after = texts(path)
        assert (before, after) == ("before", "after")
        assert "one line missing" in gap

    @pytest.mark.expects_log("log a.log: ")
    def test_a_folder_that_cannot_be_made_ends_nothing_and_is_told_once(
        self, tmp_path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        (tmp_path / "not a folder").touch()
        log = writer(tmp_path / "not a folder" / "a.log")
        for _ in range(3):
            log.feed("stdout", b"lost\n")
        log.close()
        assert len(caplog.records) == 1


class TestReading:
    def test_following_gives_each_line_once(self, path: Path) -> None:
        log, seen = writer(path, limit_bytes=40_000), [0]
        for number in range(3_000):
            log.feed("stdout", b"line %d of many\n" % number)
            if number % 100 == 0:
                fresh = read_log(path, after=seen[-1])
                seen.extend(line.number for line in fresh)
        log.close()
        assert seen == sorted(set(seen))
        assert read_log(path, after=2_999)[-1].text == "line 2999 of many"
        assert [line.number for line in read_log(path, limit=5)] == list(range(2_996, 3_001))
        (cut,) = (line for line in read_log(path) if line.source == "monitor")
        assert "the log reached its limit" in cut.text

    @pytest.mark.parametrize("after", [0, 1, 4_000, 19_990, 20_000, 30_000])
    def test_a_place_is_found_by_halving(self, path: Path, after: int) -> None:
        log = writer(path, limit_bytes=1 << 30)
        for number in range(20_000):
            log.feed("stdout", b"line %d\n" % (number + 1))
        log.close()
        with LogFile(path) as file:
            assert after < 100 or file.place_after(after) > 0
        expected = [f"line {number}" for number in range(after + 1, 20_001)]
        assert [line.text for line in read_log(path, after=after)] == expected

    def test_the_next_attempt_goes_on(self, path: Path) -> None:
        for attempt in (1, 2):
            log = writer(path, attempt=attempt)
            log.feed("stdout", b"a\nb\n")
            log.close()
        assert [(line.number, line.attempt) for line in read_log(path)] == [
            (1, 1), (2, 1), (3, 2), (4, 2),
        ]  # fmt: skip

    def test_a_log_of_the_first_version_is_read_and_goes_on(self, path: Path) -> None:
        path.parent.mkdir(parents=True)
        path.write_bytes(
            b"1\t2\t1790000000.125\t1\tstdout\t8\none\ntwo\n"
            b"3\t1\t1790000001.000\t1\tstderr\t16\n\x1e40\x1flogging\x1fa\x1db\n"
            b"4\t1\t1790000001.000\t1\tstderr\t20\n\x1e40\x1fmonitor\x1fspoofed\n"
        )
        log = writer(path, attempt=2)
        log.feed("stdout", b"new\n")
        log.close()
        assert [(line.source, line.text) for line in read_log(path)[:3]] == [
            ("stdout", "one"), ("stdout", "two"), ("logging", "a\nb"),
        ]  # fmt: skip
        assert read_log(path)[3].source == "stderr"
        assert [(line.number, line.text) for line in read_log(path)[4:]] == [(5, "new")]

    def test_records_are_found_by_a_search(self, local_folder: LocalFolder, path: Path) -> None:
        log = writer(path)
        log.feed_records(record("Größe: the needle\nin two lines"))
        log.close()
        (match,) = search_logs(local_folder, "GRÖSSE: the".replace("SS", "ß"))
        assert match.line.source == "logging"
        assert match.line.level == 30


class TestRecords:
    @settings(max_examples=100, deadline=None)
    @given(
        said=st.lists(st.text(max_size=20_000), max_size=5),
        cuts=st.lists(st.integers(1, 5_000), min_size=1, max_size=30),
    )
    def test_they_come_whole_however_the_pipe_was_cut(
        self, tmp_path_factory: pytest.TempPathFactory, said: list[str], cuts: list[int]
    ) -> None:
        path = tmp_path_factory.mktemp("log") / "a.log"
        stream = b"".join(record(text, text_id=place) for place, text in enumerate(said))
        log, at = writer(path), 0
        for cut in [*cuts, len(stream)]:
            log.feed_records(stream[at : at + cut])
            at += cut
        log.close()
        expected = [text.encode("utf-8", "backslashreplace").decode() for text in said]
        assert texts(path) == expected

    def test_texts_in_several_packets_may_be_mixed(self, path: Path) -> None:
        one = encode_packets(level=20, source="logging", text="a" * 9_000, text_id=1)
        two = encode_packets(level=20, source="logging", text="b" * 9_000, text_id=2)
        log = writer(path)
        log.feed_records(b"".join(x for pair in zip(one, two, strict=True) for x in pair))
        log.close()
        assert texts(path) == ["a" * 9_000, "b" * 9_000]

    @settings(max_examples=200, deadline=None)
    @given(garbage=NASTY, source=st.sampled_from(["logging", "warnings", "output"]))
    def test_garbage_on_the_pipe_harms_no_other_record(
        self, tmp_path_factory: pytest.TempPathFactory, garbage: bytes, source: str
    ) -> None:
        path = tmp_path_factory.mktemp("log") / "a.log"
        log = writer(path)
        log.feed_records(record("before", source=source))
        log.feed_records(garbage)
        log.feed_records(record("after" * 900, source=source))
        log.close()
        # What looks like the beginning of a record is one that is missing.
        found = [line for line in read_log(path) if line.source != "monitor"]
        assert {line.source for line in found} == {source}
        assert [line.text for line in found] == ["before", "after" * 900]

    def test_a_flood_costs_next_to_nothing(self, path: Path) -> None:
        stream = b"".join(record(f"epoch {n} loss 0.1", text_id=n) for n in range(100_000))
        log = writer(path, limit_bytes=1 << 30)
        began = time.thread_time()
        for at in range(0, len(stream), 1 << 16):
            log.feed_records(stream[at : at + (1 << 16)])
        log.close()
        assert time.thread_time() - began < 0.5  # 0.02 s on a quiet machine
        assert read_log(path, limit=1)[0].text == "epoch 99999 loss 0.1"
