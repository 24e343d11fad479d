"""Optional parts of the program: how they are installed."""

from __future__ import annotations

import sys

DISTRIBUTION = "dashai-monitor"


def install_command(extra: str) -> str:
    """Return the command that adds an extra to this installation, whatever shell it is typed in.

    It names this very Python: the program's environment need not be the active one. The installed
    package tells pip what the extra is made of, so that it need not come from an index itself.
    """
    python = f'"{sys.executable}"' if " " in sys.executable else sys.executable
    return f'{python} -m pip install "{DISTRIBUTION}[{extra}]"'
