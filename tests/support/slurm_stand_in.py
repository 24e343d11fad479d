"""Stands in for SLURM's commands: really runs jobs, each in a session of its own, on one machine.

`install` puts the commands into a folder; each is this very file under another name. What it knows
lies in the folder's `state`: a file for each job. `cores` in it is how many the machine has,
`down` lets every command fail as without a controller, `hangs` lets it answer never, and
`held` lets jobs wait.
"""

import contextlib
import fcntl
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

COMMANDS = ("sbatch", "squeue", "scancel", "sinfo", "sacct")
HOME = Path(sys.argv[0]).absolute().parent / "state"


def install(folder: Path, cores: int = 4) -> Path:
    """Make the commands; return their folder, for PATH."""
    (folder / "state").mkdir(parents=True)
    (folder / "state" / "cores").write_text(str(cores))
    source = Path(__file__).read_text()
    for name in COMMANDS:
        command = folder / name
        command.write_text(f"#!{sys.executable} -SE\n{source}")
        command.chmod(0o755)
    return folder


def load():
    jobs = []
    for path in sorted(HOME.glob("*.job"), key=lambda path: int(path.stem)):
        with contextlib.suppress(ValueError):
            jobs.append(json.loads(path.read_text()))
    return jobs


def save(job):
    aside = HOME / f"{job['id']}.{os.getpid()}.tmp"
    aside.write_text(json.dumps(job))
    aside.replace(HOME / f"{job['id']}.job")


def free_cores(jobs):
    return int((HOME / "cores").read_text()) - sum(
        job["cores"] for job in jobs if job["state"] == "RUNNING"
    )


def session_of(leader):
    """Return the processes of the session that *leader* leads."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError, IndexError):
            fields = (folder / "stat").read_bytes().rpartition(b")")[2].split()
            if int(fields[3]) == leader and fields[0] != b"Z":
                found.append(int(folder.name))
    return found


def run_jobs():
    """Start what waits and fits; a process of its own waits for each end."""
    for job in load():
        if job["state"] != "PENDING" or (HOME / "held").exists():
            continue
        if free_cores(load()) < job["cores"]:
            continue
        ready, told = os.pipe()
        if os.fork() == 0:
            os.close(ready)
            watch(job, told)
            os._exit(0)
        os.close(told)
        os.read(ready, 1)
        os.close(ready)


def let_go_of_terminal():
    os.setsid()
    null = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(null, number)
    fcntl.flock(lock, fcntl.LOCK_UN)


def watch(job, told):
    with Path(job["output"]).open("ab") as output:
        process = subprocess.Popen(
            ["/bin/sh", "-s"],
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=output,
            cwd="/",
            start_new_session=True,
        )
    job.update(state="RUNNING", pid=process.pid, node="stand-in")
    save(job)
    os.write(told, b".")
    os.close(told)
    let_go_of_terminal()
    process.communicate(job["script"].encode())
    for pid in session_of(job["pid"]):  # as a process tracker by session would
        with contextlib.suppress(OSError):
            os.kill(pid, signal.SIGKILL)
    job = json.loads((HOME / f"{job['id']}.job").read_text())
    state = "COMPLETED" if process.returncode == 0 else "FAILED"
    job["state"] = "CANCELLED" if job.get("cancelled") else state
    save(job)
    with (HOME / "lock").open("w") as again:
        fcntl.flock(again, fcntl.LOCK_EX)
        globals()["lock"] = again
        run_jobs()


def option(name, default=""):
    for argument in sys.argv[1:]:
        if argument.startswith(f"--{name}="):
            return argument.partition("=")[2]
    return default


def sbatch():
    number = len(load()) + 1
    save({
        "id": number, "name": option("job-name"), "cores": int(option("cpus-per-task", "1")),
        "output": option("output"), "script": sys.stdin.read(), "state": "PENDING", "node": "",
    })  # fmt: skip
    run_jobs()
    print(number)


def squeue():
    run_jobs()
    names = option("name").split(",")
    for job in load():
        if job["name"] in names:
            why = "Resources" if job["state"] == "PENDING" else "None"
            print(f"{job['name']}|{job['state']}|{job['node']}|{why}")


def scancel():
    for job in load():
        if job["name"] != option("name"):
            continue
        if job["state"] == "PENDING":
            save({**job, "state": "CANCELLED"})
        elif job["state"] == "RUNNING":
            save({**job, "cancelled": True})
            for number in (signal.SIGTERM, signal.SIGKILL):
                for pid in session_of(job["pid"]):
                    with contextlib.suppress(OSError):
                        os.kill(pid, number)
                if number == signal.SIGTERM:
                    if os.fork() != 0:
                        return
                    let_go_of_terminal()
                    time.sleep(5)


def sinfo():
    total = int((HOME / "cores").read_text())
    free = free_cores(load())
    state = "idle" if free == total else "mixed"
    print(f"stand-in {state} {total - free}/{free}/0/{total} 8000 0 (null) gpu:0")


def sacct():
    print("Slurm accounting storage is disabled", file=sys.stderr)
    sys.exit(1)


if __name__ == "__main__":
    if (HOME / "hangs").exists():
        time.sleep(60)
    if (HOME / "down").exists():
        print("Unable to contact slurm controller (connect failure)", file=sys.stderr)
        sys.exit(1)
    with (HOME / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        globals()[Path(sys.argv[0]).name]()
