"""Installs the package over itself while its window is open and a job runs.

Run by test_install.sh: `try_upgrade.py ROOT PACKAGE`. The job ends well, the window closes well, and
the new program finds what the old one has left.
"""

from __future__ import annotations

import signal
import subprocess
import sys
import tempfile
from pathlib import Path

from smoke import ENDED, Frozen, expect

_JOB = """
import time, json, csv
for number in range(200):
    print(number, flush=True)
    time.sleep(0.1)
import statistics  # what is loaded late is still there
result = statistics.mean([1, 2, 3])
"""


def main() -> int:
    """Do it; return the exit code."""
    root, package = sys.argv[1:]
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        folder = Path(name)
        script = folder / "slow.py"
        script.write_text(_JOB, encoding="utf-8")
        frozen = Frozen(["chroot", root, "dashai-monitor"], folder)
        window = subprocess.Popen(frozen.command, env=frozen.environment)
        try:
            job_id = frozen.put("python", "-p", f"script={script}")
            frozen.until(job_id, {"started"})
            subprocess.run(
                ["chroot", root, "dpkg", "--install", package],
                check=True, stdout=subprocess.DEVNULL,
            )  # fmt: skip
            expect(frozen.until(job_id, ENDED), "finished", "a job survives the upgrade")
        finally:
            window.send_signal(signal.SIGTERM)
            code = window.wait(30)
        if code:
            raise SystemExit(f"the window of the old version ended with {code}")
        if [job["id"] for job in frozen.ask("jobs")] != [job_id]:
            raise SystemExit("the new version does not find the job of the old one")
    print("ok  the new version finds what the old one has left")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
