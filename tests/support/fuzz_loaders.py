"""Feeds the loaders broken files of every format: each loads, or is refused with a `DataError`.

Run by hand, for as long as wanted: `python tests/support/fuzz_loaders.py --minutes 10`. It ends
with a table of format, inputs, minutes and faults, and keeps the inputs that are faults.
"""

from __future__ import annotations

import argparse
import faulthandler
import io
import json
import random
import shutil
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.feather as feather
import pyarrow.parquet as pq
import xlsxwriter

from queue_core.components.loaders import load_dataset, preview
from queue_core.errors import DataError, ParameterError

MOST_MEMORY_BYTES = 6 << 30
FILES = Path(__file__).parents[1] / "queue_core" / "components" / "loaders" / "files"
PIECES = [
    *",;\t|:^~ \n\r\"'#%-−+.\\?\0\x1a\ufeff\u200b\xa0", "\r\n", '""', "1 234", "1'234", "1.234,5",
    "1\xa0234,5", "−5", "12/17/23", "01/02/24", "2024-7-1", "1949-01", "7/4/2015 1:05 PM", "NA",
    "2000.01.31", "2024-01-05T10:30:15.1234567Z", "5 January 2024", "Jan 2024", "05:40", "25:61",
    "\\N", "-", "?", "true", "1e400", "-0", "007", "nan", "Infinity", "a b", '"x" y', "# remark",
    "http://a/1", "sep=;", "null", "{", "}", "[", "]", '{"a":1}', "[1,2]", '"\\ud800"', "@data",
    "@attribute x numeric", "@attribute d date", "0000-00-00", "9999-12-31 23:59:59.9999999",
    "24:00:00", "2024-02-30", "99999999999999999999", "日本", "é", "x" * 300, ",,,,", "    ",
]  # fmt: skip
TEXTS = {
    "table.csv": "id,name,when,amount\n1,Ann,2024-01-05,1.5\n2,Bob,2024-01-06,2.5\n3,,,\n",
    "table.tsv": 'a\tb\n1\t"x"\n2\ty\n',
    "table.txt": '"a" "b"\n"1" 1.5 "x"\n"2" 2.5 "y z"\n',
    "table.json": '[{"a":1,"b":"2024-01-05"},{"a":2.5,"b":null,"c":{"d":[1]}}]',
    "table.jsonl": '{"a":1,"b":"x"}\n{"a":2,"b":"y"}\n',
    "table.arff": "@relation r\n@attribute a numeric\n@attribute b {x,y}\n"
    "@attribute s string\n@data\n1,x,'p'\n?,y,'q r'\n",
    "page.xls": "<html><table><tr><th>a</th><th>b</th></tr><tr><td>1</td><td>x</td></tr></table>",
}


def binary_seeds() -> dict[str, bytes]:
    """Return a small whole file of each binary format."""
    table = pa.table(
        {"a": [1, 2, None], "b": ["x", "y", ""], "t": pa.array([1, 2, 3], pa.time64("us")),
         "d": pa.array([1, 2, 3], pa.date32()), "l": [[1], [], None]}
    )  # fmt: skip
    parquet, arrow = io.BytesIO(), io.BytesIO()
    pq.write_table(table, parquet)
    feather.write_feather(table, arrow, compression="uncompressed")
    book = io.BytesIO()
    with xlsxwriter.Workbook(book) as made:
        sheet = made.add_worksheet()
        for number, row in enumerate((["a", "b"], [1, "x"], [2.5, "12/17/23"], ["-", None])):
            sheet.write_row(number, 0, row)
    return {
        "table.parquet": parquet.getvalue(),
        "table.feather": arrow.getvalue(),
        "book.xlsx": book.getvalue(),
        "book.xls": (FILES / "simple.xls").read_bytes(),
        "book.ods": (FILES / "simple.ods").read_bytes(),
    }


def any_text(source: random.Random) -> str:
    """Return lines of odd pieces, in something like rows."""
    sign = source.choice(",;\t| :")
    width = source.randint(1, 4)
    rows = source.randint(0, 8)
    columns = [source.sample(PIECES, min(len(PIECES), 3)) for _ in range(width)]
    lines = [
        sign.join(
            source.choice(columns[n % width]) for n in range(width + source.choice((0, 0, 0, 1)))
        )
        for _ in range(rows)
    ]
    return source.choice(("\n", "\r\n", "\r")).join(lines)


def mutated_text(source: random.Random, seed: str) -> str:
    """Return a text with pieces put in, taken out and doubled."""
    text = seed
    for _ in range(source.randint(1, 6)):
        at = source.randint(0, len(text))
        end = min(len(text), at + source.randint(0, 12))
        piece = source.choice((source.choice(PIECES), text[at:end] * 2, ""))
        text = text[:at] + piece + text[end if source.random() < 0.5 else at :]
    return text


def mutated_bytes(source: random.Random, seed: bytes) -> bytes:
    """Return bytes with some changed, cut off or doubled."""
    data = bytearray(seed)
    for _ in range(source.randint(1, 8)):
        at = source.randrange(len(data))
        action = source.random()
        if action < 0.7:
            data[at] = source.choice((0, 255, 127, 1, source.randrange(256)))
        elif action < 0.85:
            del data[at : at + source.randint(1, 40)]
        else:
            data[at:at] = data[at : at + source.randint(1, 40)]
        if not data:
            return b"\0"
    return bytes(data)


def fault_of(content: bytes, name: str, folder: Path) -> str:
    """Return what is wrong with how a file is treated; empty: it loads, or is refused."""
    path = folder / name
    path.write_bytes(content)
    (folder.parent / f"last-{name}").write_bytes(content)  # what ended the process
    for treat in (lambda: preview(path), lambda: load_dataset(path, {}, folder / "dataset")):
        try:
            treat()
        except (DataError, ParameterError) as error:
            if not str(error).strip() or not error.hint:
                return f"an error without words: {error!r}"
        except KeyboardInterrupt:
            raise
        except BaseException:  # noqa: BLE001 - a panic of a reader is none of Exception
            return traceback.format_exc()
        finally:
            shutil.rmtree(folder / "dataset", ignore_errors=True)
    return ""


def makers() -> dict[str, Callable[[random.Random], bytes]]:
    """Return what makes a broken file of each format."""

    def of_text(seed: str) -> Callable[[random.Random], bytes]:
        def make(source: random.Random) -> bytes:
            is_new = seed == TEXTS["table.csv"] and source.random() < 0.6
            text = any_text(source) if is_new else mutated_text(source, seed)
            encoding = source.choice(("utf-8",) * 6 + ("utf-16", "cp1252", "utf-8-sig"))
            return text.encode(encoding, "replace") or b" "

        return make

    def of_bytes(seed: bytes) -> Callable[[random.Random], bytes]:
        return lambda source: mutated_bytes(source, seed)

    found = {name: of_text(seed) for name, seed in TEXTS.items()}
    return found | {name: of_bytes(seed) for name, seed in binary_seeds().items()}


def main() -> None:
    """Run for the given time, in turns over the formats."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--minutes", type=float, default=5.0)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--formats", nargs="*", help="names of the formats; all by default")
    args = parser.parse_args()
    faulthandler.enable()
    if sys.platform == "linux":  # a reader that asks for more is a fault, not the machine's end
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY_BYTES, MOST_MEMORY_BYTES))
    kept = Path(tempfile.mkdtemp(prefix="faults-"))
    wanted = {k: v for k, v in makers().items() if not args.formats or k in args.formats}
    share_s = args.minutes * 60 / len(wanted)
    report = []
    for name, make in wanted.items():
        source = random.Random(args.seed)
        count, faults, begin = 0, {}, time.monotonic()
        folder = Path(tempfile.mkdtemp())
        while time.monotonic() - begin < share_s:
            content = make(source)
            count += 1
            started = time.monotonic()
            fault = fault_of(content, name, folder)
            if time.monotonic() - started > 10:
                fault = fault or "it took more than 10 s"
            if fault:
                place = "\n".join(fault.strip().splitlines()[-3:])
                if place not in faults:
                    (kept / f"{len(faults)}-{name}").write_bytes(content)
                    print(f"--- {name}\n{fault[-1500:]}\n{content[:300]!r}", flush=True)
                faults[place] = faults.get(place, 0) + 1
        minutes = (time.monotonic() - begin) / 60
        report.append({"format": name, "inputs": count, "minutes": round(minutes, 2),
                       "faults": sum(faults.values())})  # fmt: skip
        print(json.dumps(report[-1]), flush=True)
        shutil.rmtree(folder, ignore_errors=True)
    print(f"Inputs that are faults are in {kept}")


if __name__ == "__main__":
    main()
