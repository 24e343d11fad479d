"""Makes the installer for one user, without root: a script that carries the program."""

from __future__ import annotations

from pathlib import Path

from tree import copy_program, lay_out_shared, made, write
from workshop import BUILD, DIST, HERE, NAME, fresh, machine, run, set_times, tool, version


def make_run_file() -> Path:
    """Pack the frozen program with makeself; return the installer."""
    makeself = tool("makeself", "makeself")
    root = fresh(BUILD / "run")
    copy_program(root / "program")
    lay_out_shared(root / "share", command="@COMMAND@")
    for script in ("install.sh", "uninstall.sh"):
        text = (HERE / "linux" / script).read_text(encoding="utf-8")
        write(root / script, text.replace("@VERSION@", version()), mode=0o755)
    set_times(root)
    installer = made(DIST) / f"{NAME}-{version()}-{machine()}.run"
    run(
        # gzip is everywhere where it is unpacked, zstd's command is not
        makeself, "--gzip", "--nox11", "--sha256",
        "--tar-extra", "--sort=name --owner=0 --group=0 --numeric-owner",
        root, installer, f"DashAI Monitor {version()}", "./install.sh",
    )  # fmt: skip
    return installer

