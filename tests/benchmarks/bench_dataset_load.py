"""Measures loading a large CSV against the engine's bare streaming conversion of the same file.

The load also hashes the source, checks every converted value, and describes every column. The
machine may be busy with other things: all are run in turns, and what counts is the ratio of the
best times; the ratio of processor times is printed too, which other programs disturb less.

What pandas and Polars need to turn the same file into Parquet, without any check, stands beside
it; Polars is left out where it is not installed (`pip install polars`).

Run: `make bench`, or `.venv/bin/python tests/benchmarks/bench_dataset_load.py [--mb 1000]`.
"""

from __future__ import annotations

import argparse
import datetime
import importlib.util
import json
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from queue_core.components.loaders import load_dataset

TARGET_RATIO = 0.67
TARGET_PEAK_MB = 1500
BLOCK_ROWS = 50_000


def make_file(path: Path, size_mb: int) -> None:
    """Write a CSV of mixed columns: numbers, dates, booleans, quoted and missing values, text."""
    rng = random.Random(1)
    cities = ["New York", "São Paulo", "Berlin", "Tokyo", "Paris, TX", "Lima", "Oslo", "Rome"]
    words = ["alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa"]
    start = datetime.datetime.fromisoformat("2020-01-01")
    block = []
    for _ in range(BLOCK_ROWS):
        moment = start + datetime.timedelta(seconds=rng.randrange(10**8))
        reading = "" if rng.random() < 0.1 else f"{rng.random() * 1000:.3f}"
        block.append(
            f",{rng.getrandbits(64):016x},{moment:%Y-%m-%d %H:%M:%S},{moment:%Y-%m-%d},"
            f'{rng.gauss(0, 1):.6f},{rng.randrange(10_000)},"{rng.choice(cities)}",'
            f"{rng.choice(['true', 'false'])},{reading},"
            f"{' '.join(rng.choices(words, k=rng.randint(3, 14)))}\n"
        )
    number = 0
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write("id,code,moment,day,score,amount,city,flag,reading,note\n")
        while file.tell() < size_mb * 10**6:
            file.write("".join(f"{number + i}{rest}" for i, rest in enumerate(block)))
            number += BLOCK_ROWS


def bare_conversion(source: Path, target: Path) -> None:
    """Convert with the engine alone, as its documentation says."""
    import duckdb

    quoted = str(source).replace("'", "''")
    duckdb.execute(
        f"COPY (SELECT * FROM read_csv('{quoted}')) TO '{target / 'bare.parquet'}' (FORMAT parquet)"
    )


def with_pandas(source: Path, target: Path) -> None:
    """Convert with pandas, its dates named and Arrow's parser, which is its quickest."""
    import pandas as pd

    frame = pd.read_csv(source, engine="pyarrow", parse_dates=["moment", "day"])
    frame.to_parquet(target / "pandas.parquet", compression="zstd")


def with_polars(source: Path, target: Path) -> None:
    """Convert with Polars, as a stream."""
    import polars as pl

    lazy = pl.scan_csv(source, try_parse_dates=True)
    lazy.sink_parquet(target / "polars.parquet", compression="zstd", compression_level=1)


OTHERS = {"bare": bare_conversion, "pandas": with_pandas, "Polars": with_polars}


def run_child(kind: str, source: Path, folder: Path) -> None:
    """Do one of them in this process; print seconds, peak memory and progress as JSON."""
    half_s = 0.0
    began = time.perf_counter()

    class HalfTime:
        def report(self, fraction: float | None, message: str) -> None:
            nonlocal half_s
            if fraction is not None and fraction >= 0.5 and not half_s:
                half_s = time.perf_counter() - began

    if kind in OTHERS:
        OTHERS[kind](source, folder)
    else:
        load_dataset(source, {}, folder / "dataset", HalfTime())
    seconds = time.perf_counter() - began
    used = resource.getrusage(resource.RUSAGE_SELF)
    found = {
        "seconds": seconds,
        "cpu_seconds": used.ru_utime + used.ru_stime,
        "peak_mb": used.ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10),
        "half": half_s / seconds,
    }
    print(json.dumps(found))


def measure(kind: str, source: Path, folder: Path) -> dict[str, float]:
    """Run one of them in a fresh process."""
    done = subprocess.run(
        [sys.executable, __file__, "--child", kind, str(source), str(folder)],
        check=True,
        capture_output=True,
        text=True,
    )
    found: dict[str, float] = json.loads(done.stdout)
    return found


def main() -> int:
    """Print the table; return 1 where a target is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mb", type=int, default=1000, help="size of the file")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--quick", action="store_true", help="a file of 100 MB, once")
    parser.add_argument("--child", nargs=3, metavar=("KIND", "FILE", "FOLDER"))
    arguments = parser.parse_args()
    if arguments.child:
        kind, source, folder = arguments.child
        run_child(kind, Path(source), Path(folder))
        return 0
    size_mb, rounds = (100, 1) if arguments.quick else (arguments.mb, arguments.rounds)
    with tempfile.TemporaryDirectory(prefix="bench-load-") as name:
        folder = Path(name)
        source = folder / "mixed.csv"
        make_file(source, size_mb)
        kinds = ["bare", "load", "pandas"]
        if importlib.util.find_spec("polars"):
            kinds.append("Polars")
        found: dict[str, list[dict[str, float]]] = {kind: [] for kind in kinds}
        for _ in range(rounds):
            for kind, results in found.items():
                results.append(measure(kind, source, folder))
        return report(found, source.stat().st_size)


def report(found: dict[str, list[dict[str, float]]], size: int) -> int:
    """Print the table and return the exit code."""
    print(f"{size / 1e6:,.0f} MB of CSV, 10 mixed columns; best of {len(found['bare'])} rounds")
    best: dict[str, float] = {}
    cpu: dict[str, float] = {}
    for kind, results in found.items():
        best[kind] = min(item["seconds"] for item in results)
        cpu[kind] = min(item["cpu_seconds"] for item in results)
        peak = max(item["peak_mb"] for item in results)
        speed = size / 1e6 / best[kind]
        print(
            f"  {kind:<6} {best[kind]:6.2f} s  {speed:6.0f} MB/s  processor {cpu[kind]:6.2f} s  "
            f"peak {peak:6.0f} MB"
        )
    ratio = best["bare"] / best["load"]
    half = statistics.median(item["half"] for item in found["load"])
    peak = max(item["peak_mb"] for item in found["load"])
    print(f"  speed of the load relative to the bare conversion: {ratio:.2f}")
    print(f"  the same by processor time: {cpu['bare'] / cpu['load']:.2f}")
    print(f"  time gone at half of the reported progress: {half:.0%}")
    missed = ratio < TARGET_RATIO or peak > TARGET_PEAK_MB or not 0.25 <= half <= 0.75
    print("  targets missed" if missed else "  targets met")
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
