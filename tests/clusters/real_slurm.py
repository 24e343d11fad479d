"""Debian's SLURM on one machine's loopback, with everything it writes in one folder; needs root."""

from __future__ import annotations

import os
import platform
import shutil
import signal
import subprocess
import time
from pathlib import Path

PROGRAMS = ("munged", "slurmctld", "slurmd", "sbatch")
CONTROLLER_PORT, NODE_PORT = 26817, 26818


def is_there() -> bool:
    """Whether it is installed, and may be started."""
    return os.geteuid() == 0 and all(shutil.which(name) for name in PROGRAMS)


class RealSlurm:
    """A controller and one node.

    Args:
        folder: Where all of it lies.
        cores: How many cores the node says it has.
    """

    def __init__(self, folder: Path, cores: int = 4) -> None:
        self.folder = folder
        for name in ("munge", "state", "spool"):
            (folder / name).mkdir(parents=True)
        self.conf = folder / "slurm.conf"
        host = platform.node()
        self.conf.write_text(
            f"""ClusterName=test
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={CONTROLLER_PORT}
SlurmdPort={NODE_PORT}
SlurmUser=root
AuthType=auth/munge
AuthInfo=socket={folder}/munge/socket
CredType=cred/munge
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
MpiDefault=none
ReturnToService=2
SlurmdTimeout=10
KillWait=5
SlurmdParameters=config_overrides
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
SchedulerParameters=sched_interval=2,batch_sched_delay=0
NodeName={host} NodeAddr=127.0.0.1 CPUs={cores} RealMemory=8000 State=UNKNOWN
PartitionName=main Nodes={host} Default=YES MaxTime=INFINITE State=UP
"""
        )
        os.environ["SLURM_CONF"] = str(self.conf)
        key = folder / "munge" / "key"
        key.write_bytes(os.urandom(1024))
        key.chmod(0o600)
        # Munge looks at every folder above its own.
        for place in (folder / "munge", *list(folder.parents)[:-1]):
            place.chmod(place.stat().st_mode | 0o711)
        self._munged = subprocess.Popen(
            ["munged", "--foreground", "--force", f"--key-file={key}",
             f"--socket={folder}/munge/socket", f"--pid-file={folder}/munge/pid",
             f"--log-file={folder}/munge/log", f"--seed-file={folder}/munge/seed"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        self._controller: subprocess.Popen[bytes] | None = None
        self._node: subprocess.Popen[bytes] | None = None
        self.start_controller()
        self.start_node()
        self._wait_until_idle()

    def start_controller(self) -> None:
        """Start the controller."""
        self._controller = _start("slurmctld", "-D", "-f", str(self.conf))

    def start_node(self) -> None:
        """Start the node's agent; after many kills the controller has drained its node."""
        self._node = _start("slurmd", "-D", "-f", str(self.conf))
        subprocess.run(
            ["scontrol", "update", f"nodename={platform.node()}", "state=resume"],
            check=False, capture_output=True,
        )  # fmt: skip

    def kill_controller(self) -> None:
        """Kill the controller without a word."""
        _kill(self._controller)

    def kill_node(self) -> None:
        """Kill the node's agent without a word; the steps that it has started live on."""
        _kill(self._node)

    def stop(self) -> None:
        """End all of it."""
        subprocess.run(["scancel", "--quiet", "--user=root"], check=False, capture_output=True)
        time.sleep(1.0)
        for process in (self._node, self._controller, self._munged):
            _kill(process)

    def _wait_until_idle(self) -> None:
        for _ in range(150):
            done = subprocess.run(
                ["sinfo", "-h", "-o", "%T"], capture_output=True, text=True, check=False
            )
            if done.stdout.strip() == "idle":
                return
            time.sleep(0.2)
        raise TimeoutError(f"the node did not come up: {done.stdout} {done.stderr}")


def _start(*command: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )


def _kill(process: subprocess.Popen[bytes] | None) -> None:
    if process is not None and process.poll() is None:
        process.send_signal(signal.SIGKILL)
        process.wait(10.0)
