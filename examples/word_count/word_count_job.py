"""A job type of one's own: counts the words of text files."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

from queue_core import BaseJob, JobError


class WordCountJob(BaseJob):
    """Counts how often each word occurs in the text files of a folder."""

    TYPE = "Count words"
    PARAMETERS: ClassVar[Mapping[str, Any]] = {
        "type": "object",
        "properties": {
            "folder": {
                "type": "string",
                "title": "Folder",
                "format": "folder",
                "description": "Where the text files are.",
            },
            "pattern": {
                "type": "string",
                "title": "Files",
                "default": "*.txt",
                "description": "Which files to read.",
            },
            "at_least": {
                "type": "integer",
                "title": "At least",
                "default": 1,
                "minimum": 1,
                "description": "Words that occur less often are left out.",
            },
            "output": {
                "type": ["string", "null"],
                "title": "Table",
                "format": "path",
                "default": None,
                "description": "A CSV file for all counts; empty: none is written.",
            },
        },
        "required": ["folder"],
    }

    def get_job_name(self) -> str:
        """Return what the user sees in the table."""
        return str(self.kwargs.get("name") or f"Words in {Path(self.kwargs['folder']).name}")

    def run(self) -> dict[str, Any]:
        """Count, and return the most frequent words; the program shows them as the result."""
        folder = Path(self.kwargs["folder"])
        files = sorted(folder.glob(self.kwargs["pattern"]))
        if not files:
            raise JobError(
                f"There are no files {self.kwargs['pattern']} in {folder}.",
                hint="Choose another folder or another pattern.",
            )
        counts: Counter[str] = Counter()
        for number, file in enumerate(files):
            self.report_progress(number / len(files), f"Reading {file.name}")
            try:
                text = file.read_text(encoding="utf-8")
            except UnicodeDecodeError:
                self.report_warning(f"{file.name} is not UTF-8 text and was left out.")
                continue
            counts.update(re.findall(r"\w+", text.lower()))
        kept = [(word, n) for word, n in counts.most_common() if n >= self.kwargs["at_least"]]
        if self.kwargs["output"]:
            self.report_progress(None, "Writing the table")
            self._write(kept)
        return {"files": len(files), "words": len(kept), "most_frequent": dict(kept[:10])}

    def on_cancel(self) -> None:
        """Remove what a cancelled or crashed run has half written."""
        if self.kwargs["output"]:
            self._half_written.unlink(missing_ok=True)

    @property
    def _half_written(self) -> Path:
        return Path(f"{self.kwargs['output']}.part")

    def _write(self, rows: list[tuple[str, int]]) -> None:
        """Write beside the place and move at the end, so that there is never half a table."""
        with self._half_written.open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(("word", "count"))
            writer.writerows(rows)
        self._half_written.replace(self.kwargs["output"])
