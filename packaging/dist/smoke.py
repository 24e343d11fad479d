"""Drives the frozen program as people would: `python packaging/dist/smoke.py [COMMAND…]`.

The window comes up and loads a dropped file; a model is trained, explained and used, a figure
exported, a job cancelled, a crashing one reported; then the window is closed. Whatever the program
prints besides is a failure. Needs a display. COMMAND may begin with what enters another system,
such as `chroot FOLDER`, where /tmp is the same folder as here.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from workshop import FROZEN, NAME, ROOT

SAMPLE = ROOT / "resources" / "samples" / "penguins.csv"
PATIENCE_S = 120.0
ENDED = {"finished", "error", "cancelled", "killed"}
CRASH = "import ctypes\nctypes.string_at(0)\n"
FOREVER = "while True:\n    pass\n"


class Frozen:
    """The program and the folder that it works in."""

    def __init__(self, command: Sequence[str], folder: Path) -> None:
        self.command = command
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("PYTHON")},
            "DASHAI_LOCAL_PATH": str(folder / "local"),
        }
        settings = folder / "local" / "monitor" / "settings.toml"
        settings.parent.mkdir(parents=True)
        settings.write_text("[datasets]\npreview = false\n", encoding="utf-8")
        give_away(folder)

    def ask(self, *arguments: str, code: int = 0) -> Any:
        """Run a command; return what it says in JSON."""
        done = subprocess.run(
            [*self.command, *arguments, "--json"], env=self.environment, capture_output=True,
            text=True, timeout=PATIENCE_S, check=False,
        )  # fmt: skip
        if done.returncode != code:
            raise SystemExit(f"{arguments}: exit {done.returncode}\n{done.stdout}\n{done.stderr}")
        return json.loads(done.stdout) if done.stdout.strip() else None

    def put(self, *arguments: str) -> str:
        """Submit a job to the open window; return its id."""
        found = self.ask("submit", *arguments)
        return str((found[0] if isinstance(found, list) else found)["id"])

    def job(self, *arguments: str) -> dict[str, Any]:
        """Submit a job to the open window and wait for its end."""
        return self.until(self.put(*arguments), ENDED)

    def until(self, job_id: str | None, statuses: set[str]) -> dict[str, Any]:
        """Wait until a job, or the first one that there is, has one of these statuses."""
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            for job in self.ask("jobs"):
                if job_id in (None, job["id"]) and job["status"] in statuses:
                    return dict(self.ask("show", job["id"]))
            time.sleep(0.3)
        raise SystemExit(f"job {job_id} is not {' or '.join(statuses)} in time")


def main() -> int:
    """Go through it; return the exit code."""
    suffix = ".exe" if os.name == "nt" else ""
    command = sys.argv[1:] or [str(FROZEN / f"{NAME}{suffix}")]
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        folder = Path(name)
        dropped = Path(shutil.copy(SAMPLE, folder))
        frozen = Frozen(command, folder)
        log = folder / "window.log"
        with log.open("wb") as output:
            window = subprocess.Popen(
                [*frozen.command, dropped], env=frozen.environment, stdout=output, stderr=output
            )
            try:
                walk(frozen, folder)
            finally:
                window.send_signal(signal.SIGTERM)
                code = window.wait(30)
        said = log.read_text(encoding="utf-8", errors="replace").strip()
        if said or code:
            raise SystemExit(f"the window ended with {code} and said:\n{said}")
    print("The frozen program works.")
    return 0


def give_away(folder: Path) -> None:
    """Let the user whose number is in SMOKE_UID, and who runs the program, own everything."""
    owner = os.environ.get("SMOKE_UID")
    if owner:
        for path in [folder, *folder.rglob("*")]:
            os.chown(path, int(owner), int(owner))


def walk(frozen: Frozen, folder: Path) -> None:
    """Do what people do, in order."""
    loaded = frozen.until(None, ENDED)
    expect(loaded, "finished", "the dropped file is loaded")
    model = frozen.job(
        "model", "-p", "dataset_id=1", "-p", "task=classification", "-p",
        "output_columns=species", "-p", "model=RandomForestClassifier",
    )  # fmt: skip
    expect(model, "finished", "a model is trained")
    explained = frozen.job("explainer", "-p", "run_id=1", "-p", "explainer=shap_summary")
    expect(explained, "finished", "it is explained (SHAP)")
    expect(frozen.job("predict", "-p", "run_id=1", "-p", "dataset_id=1"), "finished", "it is used")
    picture = folder / "confusion.svg"
    frozen.ask("export", "run", "1", "confusion", str(picture))
    if not picture.read_text(encoding="utf-8").lstrip().startswith(("<?xml", "<svg")):
        raise SystemExit("no figure was exported")
    print("ok  a figure is exported")
    script = folder / "crash.py"
    script.write_text(CRASH, encoding="utf-8")
    crashed = frozen.job("python", "-p", f"script={script}")
    expect(crashed, "error", "a crash is reported")
    if "SIGSEGV" not in json.dumps(crashed) and os.name != "nt":
        raise SystemExit(f"the crash is not called one: {crashed}")
    script = folder / "forever.py"
    script.write_text(FOREVER, encoding="utf-8")
    job_id = frozen.put("python", "-p", f"script={script}")
    frozen.until(job_id, {"started"})
    frozen.ask("cancel", job_id)
    expect(frozen.until(job_id, ENDED), "cancelled", "a job is cancelled")
    told = frozen.ask("--queue-url", f"postgresql:///jobs?host={folder}", "doctor", code=4)
    if not any("does not answer" in finding["message"] for finding in told):
        raise SystemExit(f"the driver of a team's server is missing: {told}")
    print("ok  a team's server is asked")


def expect(job: dict[str, Any], status: str, what: str) -> None:
    """See to it that a job has ended as it should."""
    if job["status"] != status:
        raise SystemExit(f"{what}: {job['status']}\n{json.dumps(job, indent=1)[:3000]}")
    print(f"ok  {what}", flush=True)


if __name__ == "__main__":
    raise SystemExit(main())
