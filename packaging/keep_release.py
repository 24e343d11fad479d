"""Keeps what this version stores, so that tests of later versions can open it.

`python packaging/keep_release.py`, once for each release: it makes `tests/releases/VERSION.tar.xz`,
a local folder with a dataset, a model, a failed job and a waiting one.
"""

from __future__ import annotations

import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from queue_core.version import __version__  # noqa: E402 - it is beside, not installed

_TRAIN = (
    "model", "-p", "dataset_id=1", "-p", "task=classification", "-p", "output_columns=species",
    "-p", "model=DecisionTreeClassifier", "--wait",
)  # fmt: skip


def main() -> int:
    """Make the archive; return the exit code."""
    target = ROOT / "tests" / "releases" / f"{__version__}.tar.xz"
    target.parent.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "local"
        sample = ROOT / "resources" / "samples" / "penguins.csv"
        _submit(folder, "dataset", str(sample), "--wait")
        _submit(folder, *_TRAIN)
        _submit(folder, "explorer", "-p", "dataset_id=1", "-p", "explorer=describe", "--wait")
        script = Path(name) / "fails.py"
        script.write_text("raise ValueError('no rows are left')\n", encoding="utf-8")
        _submit(folder, "python", "-p", f"script={script}", "--wait", code=1)
        _submit(folder, "dataset", str(sample), "--delay", "24h")
        with tarfile.open(target, "w:xz", preset=9) as archive:
            archive.add(folder, "local", filter=_anonymous)
    print(f"{target.relative_to(ROOT)}: {target.stat().st_size / 1e3:.0f} kB")
    return 0


def _submit(folder: Path, *arguments: str, code: int = 0) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "queue_core", "submit", *arguments],
        cwd=ROOT, env={"DASHAI_LOCAL_PATH": str(folder), "PATH": "/usr/bin:/bin", "HOME": "/tmp"},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode != code:
        raise SystemExit(f"{arguments}: {done.returncode}\n{done.stdout}{done.stderr}")


def _anonymous(member: tarfile.TarInfo) -> tarfile.TarInfo:
    member.uid = member.gid = 0
    member.uname = member.gname = ""
    return member


if __name__ == "__main__":
    raise SystemExit(main())
