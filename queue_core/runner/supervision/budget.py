"""How many processor cores a job may use, told to the numerical libraries of its process."""

from __future__ import annotations

import os

# Each library reads its own name, once, when it is imported.
_POOL_VARIABLES = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
    "NUMEXPR_NUM_THREADS",
    "NUMBA_NUM_THREADS",
    "POLARS_MAX_THREADS",
    "RAYON_NUM_THREADS",
    "DASHAI_JOB_CORES",
)
_BYTES_PER_WORKER = 4 << 30


def usable_cores() -> int:
    """Return how many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return max(1, len(os.sched_getaffinity(0)))
    return max(1, os.cpu_count() or 1)


def default_workers() -> int:
    """Return how many jobs to run at once: one core is left to the desktop, 4 GiB a job."""
    import psutil

    by_memory = int(psutil.virtual_memory().total // _BYTES_PER_WORKER)
    return max(1, min(4, usable_cores() - 1, by_memory))


def pool_environment(workers: int) -> dict[str, str]:
    """Return the variables that keep *workers* jobs from sharing cores; the user's own ones win."""
    cores = max(1, usable_cores() // max(1, workers))
    chosen = dict.fromkeys(_POOL_VARIABLES, str(cores))
    # Threads that wait by spinning take the cores of the other jobs and of the desktop.
    chosen["OMP_WAIT_POLICY"] = "PASSIVE"
    chosen["OPENBLAS_THREAD_TIMEOUT"] = "10"  # 2 ** 10 ticks; else 0.03 s in each new process
    return {name: value for name, value in chosen.items() if name not in os.environ}
