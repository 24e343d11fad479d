"""Jobs for the clusters; a module of its own, which travels to the machine."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from queue_core import BaseJob


class Ticks(BaseJob):
    """Says the time again and again, until a file appears."""

    def run(self) -> None:
        while not Path(self.kwargs["release"]).exists():
            print(time.time(), flush=True)
            time.sleep(0.2)


class Marks(BaseJob):
    """Marks that it has begun, takes a moment, and marks that it has ended."""

    def run(self) -> Any:
        folder, number = Path(self.kwargs["folder"]), self.kwargs["number"]
        for mark in ("begun", "ended"):
            with (folder / f"{number}.{mark}").open("a") as file:
                file.write(f"{self.context.attempt}\n")
            if mark == "begun":
                time.sleep(self.kwargs["seconds"])
        return number
