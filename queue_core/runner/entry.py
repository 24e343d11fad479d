"""Decides what a process of the runner is: a child, the template of many, or the guardian."""

from __future__ import annotations

import sys

from queue_core.system import programs

CHILD, TEMPLATE, GUARDIAN = "child", "template", "guardian"


def main(arguments: list[str]) -> None:
    """Be what the first argument says, with the others."""
    if sys.platform == "linux" and arguments[:1] == [TEMPLATE]:
        from queue_core.runner.job_process import template

        template.main(arguments[1:])
    elif arguments[:1] == [GUARDIAN]:
        from queue_core.runner import portable_guardian

        portable_guardian.main()
    else:
        from queue_core.runner.job_process import child

        child.main(arguments[1:])


def command(kind: str, *arguments: str) -> list[str]:
    """Return how such a process is started; a frozen program starts itself, by an argument."""
    if getattr(sys, "frozen", False):
        return [sys.executable, "--run-child", kind, *arguments]
    return [programs.interpreter(), "-P", "-m", "queue_core.runner", kind, *arguments]
