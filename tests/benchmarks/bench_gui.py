"""Measures the jobs table with a long history, beside two stock models over the same rows.

Prints what was wanted, what was measured and whether that is met. Needs Xvfb; a screen of its own
is started for it.

Run: `make bench-gui`, or `.venv/bin/python tests/benchmarks/bench_gui.py [--rows N] [--folders DIR]
[--seconds S]`. With `--folders` the folders are kept and used again.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bench_start import ROOT, screen
from big_folder import make_big_folder

from queue_core import HueyJobQueue

HERE = Path(__file__).parent
SMALL_ROWS = 100_000
_PATIENCE_S = 60.0
_HEADER_BYTES = 4096
# The tabs, the sidebar and the frame of the table are painted.
_FEWEST_PAINTED = 20_000


@dataclass(frozen=True)
class Wanted:
    """One row of the table.

    Attributes:
        key: Its name in what is measured.
        title: What it is.
        most: What it may be at most.
        unit: In which unit.
    """

    key: str
    title: str
    most: float
    unit: str


WANTED = (
    Wanted("first_paint_small", f"first paint from process start, {SMALL_ROWS:,} jobs", 0.6, "s"),
    Wanted("first_paint", "first paint from process start", 0.6, "s"),
    Wanted("opening", "from the first paint to rows shown", 0.5, "s"),
    Wanted("filter_status", "filter by a status (1 of 20 jobs)", 150, "ms"),
    Wanted("filter_type", "filter by a type (1 of 5)", 150, "ms"),
    Wanted("filter_both", "filter by two statuses and a type", 150, "ms"),
    Wanted("search_letter", "search: one letter, all jobs match", 150, "ms"),
    Wanted("search_word", "search: a word of 1 job in 5", 150, "ms"),
    Wanted("search_middle", "search: the middle of a word, 1 job in 5", 150, "ms"),
    Wanted("search_rare", "search: words of an error, 1 job in 3,000", 150, "ms"),
    Wanted("search_query", "query: status:failed took:>1m flights", 150, "ms"),
    Wanted("sort_worst", "sort, the slowest column", 300, "ms"),
    Wanted("scroll_p99", "scroll by the wheel, frame p99", 16, "ms"),
    Wanted("drag_p99", "drag over all rows, frame p99", 16, "ms"),
    Wanted("drag_filled", "drag to the middle: until its jobs are shown", 150, "ms"),
    Wanted("memory", "memory of the program", 300, "MB"),
    Wanted("lag_p99", "200 changes/s: lag p99", 30, "ms"),
    Wanted("cpu", "200 changes/s: processor", 20, "% of a core"),
    Wanted("table_first", "a result of 5,000,000 rows opens, the first table", 0.5, "s"),
    Wanted("table", "a result of 5,000,000 rows opens, a later one", 0.5, "s"),
    Wanted("pan_ms", "a scatter of 1,000,000 points is dragged: from frame to frame", 33.3, "ms"),
)


def prepare(root: Path, rows: int) -> float:
    """Make the folder unless it is there; return the seconds that its index took."""
    if not (root / "job_queue.db").exists():
        root.mkdir(parents=True, exist_ok=True)
        make_big_folder(root, rows)
    began = time.perf_counter()
    with HueyJobQueue(root) as queue:
        queue.pause_queue()
        while not queue.index_more().is_complete:
            pass
    return time.perf_counter() - began


def first_paint_s(root: Path, display: str, picture: memoryview) -> float:
    """Return the seconds from the start of the program's process to its first picture."""
    environment = {
        **os.environ, "DISPLAY": display, "DASHAI_LOCAL_PATH": str(root), "QT_QPA_PLATFORM": "xcb",
    }  # fmt: skip
    began = time.perf_counter()
    program = subprocess.Popen(
        [sys.executable, "-m", "queue_core"], env=environment, cwd=ROOT, stderr=subprocess.DEVNULL
    )
    try:
        while time.perf_counter() - began < _PATIENCE_S:
            pixels = bytes(picture[_HEADER_BYTES:])
            if len(pixels) - pixels.count(0) > _FEWEST_PAINTED:
                return time.perf_counter() - began
            time.sleep(0.01)
        raise SystemExit("the program painted nothing")
    finally:
        program.send_signal(signal.SIGTERM)
        program.wait(30)


def measured_by(script: str, display: str, *words: str) -> dict[str, float]:
    """Return what a process of its own has measured."""
    environment = {**os.environ, "DISPLAY": display, "QT_QPA_PLATFORM": "xcb"}
    done = subprocess.run(
        [sys.executable, str(HERE / script), *words], env=environment, cwd=ROOT, check=True,
        stdout=subprocess.PIPE, text=True, timeout=540,
    )  # fmt: skip
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def report(found: Mapping[str, float], peers: Mapping[str, Mapping[str, float]]) -> bool:
    """Print the table; return whether all is met."""
    names = " | ".join(peers)
    print(f"| what | wanted | measured | | {names} |")
    print("|---|---|---|---|" + "---|" * len(peers))
    all_met = True
    for wanted in WANTED:
        value = found[wanted.key]
        met = value < wanted.most
        all_met = all_met and met
        others = " | ".join(_shown(peer.get(wanted.key), wanted.unit) for peer in peers.values())
        print(
            f"| {wanted.title} | < {wanted.most:g} {wanted.unit} | {_shown(value, wanted.unit)} "
            f"| {'met' if met else '**missed**'} | {others} |"
        )
    return all_met


def _shown(value: float | None, unit: str) -> str:
    if value is None:
        return "–"
    return f"{value:.2f} {unit}" if unit == "s" else f"{value:.1f} {unit}"


def main() -> int:
    """Measure, print; return 1 where something is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--folders", type=Path)
    parser.add_argument("--seconds", type=float, default=60.0)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folders: Path = options.folders or Path(name)
        small, big = folders / f"jobs-{SMALL_ROWS}", folders / f"jobs-{options.rows}"
        prepare(small, SMALL_ROWS)
        indexed_s = prepare(big, options.rows)
        found: dict[str, float] = {}
        for key, root in (("first_paint_small", small), ("first_paint", big)):
            with screen(Path(name)) as (display, picture):
                first_paint_s(root, display, memoryview(picture))  # warm
            with screen(Path(name)) as (display, picture):
                found[key] = first_paint_s(root, display, memoryview(picture))
        with screen(Path(name)) as (display, _):
            found |= measured_by("measure_table.py", display, str(big), str(options.seconds))
            found |= measured_by("measure_results.py", display)
            peers = {
                title: measured_by("measure_peer.py", display, kind, str(big))
                for title, kind in (("QSqlTableModel", "sql"), ("all rows in a list", "list"))
            }
        print(f"{options.rows:,} jobs; making the index took {indexed_s:.0f} s, once.\n")
        return 0 if report(found, peers) else 1


if __name__ == "__main__":
    sys.exit(main())
