"""Measures how long the window takes from the start of its process to its first picture.

Reads the picture of an X server of its own (Xvfb) until it is no longer black, for the program from
its sources and for the frozen one in turns, so that both see the same machine.

Run: `.venv/bin/python tests/benchmarks/bench_start.py [--frozen PROGRAM] [--runs N]`.
"""

from __future__ import annotations

import argparse
import mmap
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[2]
FROZEN = ROOT / "build" / "frozen" / "dashai-monitor" / "dashai-monitor"
ALLOWED_RATIO = 1.5
_HEADER_BYTES = 4096
_PATIENCE_S = 30.0
_FEWEST_PAINTED = 20_000


@contextmanager
def screen(folder: Path) -> Iterator[tuple[str, mmap.mmap]]:
    """Start an X server; yield its display and its picture."""
    read_end, write_end = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(write_end), "-screen", "0", "1280x800x24", "-fbdir", folder,
         "-nolisten", "tcp"],
        pass_fds=(write_end,), stderr=subprocess.DEVNULL,
    )  # fmt: skip
    os.close(write_end)
    try:
        number = os.read(read_end, 16).decode().strip()
        with (folder / "Xvfb_screen0").open("rb") as file:
            yield f":{number}", mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    finally:
        os.close(read_end)
        server.terminate()
        server.wait()


def first_picture_s(command: Sequence[str | Path], display: str, picture: mmap.mmap) -> float:
    """Return the seconds until the program has painted."""
    with tempfile.TemporaryDirectory() as local:
        environment = {
            **os.environ, "DISPLAY": display, "DASHAI_LOCAL_PATH": local, "QT_QPA_PLATFORM": "xcb",
        }  # fmt: skip
        began = time.perf_counter()
        program = subprocess.Popen(
            [str(word) for word in command], env=environment, cwd=ROOT, stderr=subprocess.DEVNULL
        )
        try:
            while time.perf_counter() - began < _PATIENCE_S:
                pixels = picture[_HEADER_BYTES:]
                if len(pixels) - pixels.count(0) > _FEWEST_PAINTED:
                    return time.perf_counter() - began
                time.sleep(0.01)
            raise SystemExit(f"{command[0]} painted nothing in {_PATIENCE_S:.0f} s")
        finally:
            program.send_signal(signal.SIGTERM)
            program.wait(30)


def main() -> int:
    """Measure, print the table; return 1 where the frozen program is too slow."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--frozen", type=Path, default=FROZEN)
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    programs: dict[str, list[str | Path]] = {"from sources": [sys.executable, "-m", "queue_core"]}
    if options.frozen.exists():
        programs["frozen"] = [options.frozen]
    times: dict[str, list[float]] = {name: [] for name in programs}
    with tempfile.TemporaryDirectory() as folder, screen(Path(folder)) as (display, picture):
        for turn in range(options.runs + 1):
            for name, command in programs.items():
                seconds = first_picture_s(command, display, picture)
                if turn:  # the first one warms the disk's cache
                    times[name].append(seconds)
    print("| program | first picture, s | lowest | highest |\n|---|---|---|---|")
    for name, found in times.items():
        print(f"| {name} | {statistics.median(found):.2f} | {min(found):.2f} | {max(found):.2f} |")
    if len(times) < 2:
        return 0
    ratio = statistics.median(times["frozen"]) / statistics.median(times["from sources"])
    print(f"\nfrozen / from sources: {ratio:.2f} (allowed {ALLOWED_RATIO})")
    return int(ratio > ALLOWED_RATIO)


if __name__ == "__main__":
    raise SystemExit(main())
