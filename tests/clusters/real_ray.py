"""Ray's head on loopback, out of an environment of its own, with a token."""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

import httpx
import psutil

DASHBOARD = 28265


def ray_program() -> Path | None:
    """Return Ray's program; None where it is not installed."""
    named = os.environ.get("DASHAI_TEST_RAY", "build/ray/bin/ray")
    return Path(named).absolute() if Path(named).is_file() else None


class RealRay:
    """A head that is its only machine.

    Args:
        folder: Where its token and output lie.
        cores: How many cores it says it has.

    Attributes:
        url: Its dashboard.
        token_file: Holds its token.
    """

    def __init__(self, folder: Path, cores: int = 4) -> None:
        program = ray_program()
        assert program is not None
        folder.mkdir(parents=True)
        self._program = program
        self._cores = cores
        self._log = folder / "ray.log"
        self.url = f"http://127.0.0.1:{DASHBOARD}"
        self.token_file = folder / "token"
        self.token_file.write_text(secrets.token_hex(32))
        # Paths of Ray's sockets below it must stay short.
        self._temporary = Path(tempfile.mkdtemp(prefix="ray-", dir="/tmp"))
        self._process: subprocess.Popen[bytes] | None = None
        self.start()

    def start(self) -> None:
        """Start the head, and wait until it lists its machine."""
        self._temporary.mkdir(exist_ok=True)
        environment = {
            **os.environ, "RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": self.token,
            "RAY_USAGE_STATS_ENABLED": "0",
        }  # fmt: skip
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [
                    str(self._program), "start", "--head", "--block", "--port=26379",
                    "--node-ip-address=127.0.0.1", "--dashboard-host=127.0.0.1",
                    f"--dashboard-port={DASHBOARD}", "--dashboard-agent-listen-port=28266",
                    "--ray-client-server-port=26001", "--min-worker-port=27000",
                    "--max-worker-port=27100", f"--num-cpus={self._cores}",
                    "--object-store-memory=100000000", f"--temp-dir={self._temporary}",
                ],
                env=environment, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip
        deadline = time.monotonic() + 120
        while not self._lists_machine():
            assert time.monotonic() < deadline, self._log.read_text()[-3000:]
            time.sleep(0.5)

    @property
    def token(self) -> str:
        """Its token."""
        return self.token_file.read_text()

    def _lists_machine(self) -> bool:
        try:
            answer = httpx.get(
                f"{self.url}/api/v0/nodes?detail=1",
                headers={"Authorization": f"Bearer {self.token}"},
            )
            return bool(answer.json()["data"]["result"]["result"])
        except (httpx.HTTPError, ValueError, KeyError, TypeError):
            return False

    def kill(self, program: str) -> None:
        """Kill one of its processes without a word, e.g. `gcs_server`."""
        for process in self._processes():
            if program in process.name():
                process.kill()

    def _processes(self) -> list[psutil.Process]:
        found = []
        for process in psutil.process_iter(["cmdline"]):
            words = " ".join(process.info["cmdline"] or ())
            if str(self._temporary) in words:
                found.append(process)
        return found

    def stop(self) -> None:
        """End all of it."""
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
            try:
                self._process.wait(15.0)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        for process in self._processes():
            process.kill()
        shutil.rmtree(self._temporary, ignore_errors=True)
