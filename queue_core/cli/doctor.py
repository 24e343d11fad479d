"""`dashai-monitor doctor`: looks at everything the program stands on, and changes nothing."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from typing import Final

from queue_core.cli.checks import run_checks
from queue_core.cli.finding import Verdict
from queue_core.cli.output import clean
from queue_core.cli.terminal import Terminal
from queue_core.paths import LocalFolder

LOOKS: Final = {
    Verdict.GOOD: ("✓", "green"),
    Verdict.WARNING: ("!", "yellow"),
    Verdict.BAD: ("✗", "red"),
}


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    del parser  # it has none of its own


def run(arguments: argparse.Namespace, terminal: Terminal) -> int:
    """Print what each check found; return 4 where the folder cannot be used as it is."""
    del arguments
    findings = list(run_checks(LocalFolder.resolve()))
    if terminal.json:
        terminal.document([asdict(finding) for finding in findings])
    for finding in () if terminal.json else findings:
        icon, color = LOOKS[finding.verdict]
        title = terminal.paint(f"{icon} {finding.check}", color)
        terminal.line(f"{title}: {clean(finding.message)}")
        if finding.hint:
            terminal.line(f"    {clean(finding.hint)}")
    return 4 if any(finding.verdict is Verdict.BAD for finding in findings) else 0
