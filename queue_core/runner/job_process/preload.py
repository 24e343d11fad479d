"""Loads the libraries ahead in one thread, and gives each process its own number of threads back.

A process that has threads cannot be forked safely. So nothing that is loaded here may start one:
the pools of the numerical libraries are held at one thread meanwhile.
"""

from __future__ import annotations

import atexit
import contextlib
import gc
import importlib
import logging
import os
import pkgutil
import sys
import warnings
import weakref
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

logger = logging.getLogger(__name__)

# The pools that are made when their library is loaded, held at one thread while it is.
HELD_VARIABLES = (
    "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS",
)  # fmt: skip
# Arrow brings an allocator that cleans up in a thread, unless it is told not to.
QUIET_VARIABLES = {
    "JE_ARROW_MALLOC_CONF": "background_thread:false",
}

# What every job needs, whatever it does.
_ALWAYS = ("dill", "json", "queue_core", "queue_core.jobs.base", "queue_core.errors")
# What the jobs use of each library; a library that is not named here is imported as it is.
_PARTS: dict[str, tuple[str, ...]] = {
    "pandas": ("numpy", "pandas"),
    "pyarrow": (
        "pyarrow", "pyarrow.compute", "pyarrow.parquet", "pyarrow.csv", "pyarrow.feather",
    ),
    "sklearn": (
        "scipy.sparse", "scipy.stats", "joblib", "sklearn.ensemble", "sklearn.linear_model",
        "sklearn.pipeline", "sklearn.compose", "sklearn.preprocessing", "sklearn.impute",
        "sklearn.model_selection", "sklearn.metrics", "sklearn.inspection", "sklearn.dummy",
        "sklearn.svm", "sklearn.neighbors", "sklearn.neural_network", "sklearn.naive_bayes",
        "sklearn.cluster", "sklearn.decomposition", "sklearn.manifold", "sklearn.multiclass",
        "sklearn.feature_selection", "sklearn.gaussian_process", "sklearn.experimental",
        "sklearn.cross_decomposition", "sklearn.kernel_approximation", "sklearn.mixture",
        "sklearn.discriminant_analysis", "sklearn.semi_supervised", "sklearn.calibration",
        "sklearn.utils.discovery", "skops.io", "multiprocessing.dummy", "multiprocessing.pool",
        "narwhals._pandas_like.namespace", "narwhals._pandas_like.dataframe",
        "narwhals.stable.v2._namespace", "sqlite3", "sqlalchemy.dialects.sqlite",
    ),
    "matplotlib": (
        "matplotlib", "matplotlib.backends.backend_agg", "matplotlib.backends.backend_svg",
        "matplotlib.figure", "matplotlib.dates", "matplotlib.collections", "matplotlib.colors",
        "matplotlib.font_manager", "PIL.BmpImagePlugin", "PIL.GifImagePlugin",
        "PIL.JpegImagePlugin", "PIL.PpmImagePlugin", "PIL.PngImagePlugin",
    ),
}  # fmt: skip
# Our own, with all that lies in them, once the libraries that they stand on are there.
_OWN_PACKAGES = (
    "queue_core.database", "queue_core.artifacts", "queue_core.components", "queue_core.jobs",
)  # fmt: skip
# Seldom needed, and large for what they bring along.
_LEFT_OUT = ("queue_core.database.migrations",)
# What each pool reads when its library is loaded.
_VARIABLES = {
    "openblas": ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"),
    "mkl": ("MKL_NUM_THREADS", "OMP_NUM_THREADS"),
}
_controllers: list[tuple[Any, tuple[str, ...]]] = []


def modules_of(libraries: Sequence[str]) -> list[str]:
    """Return which modules to import for *libraries*, in order."""
    found = list(_ALWAYS)
    for library in libraries:
        found.extend(_PARTS.get(library, (library,)))
    if libraries:
        for package in _OWN_PACKAGES:
            found.extend(_all_in(package))
    return found


def _all_in(package: str) -> Iterator[str]:
    """Yield the modules of a package of ours by name, itself first; imports nothing."""
    if package in _LEFT_OUT:
        return
    yield package
    folder = Path(__file__).parents[2].joinpath(*package.split(".")[1:])
    for found in pkgutil.iter_modules([str(folder)]):
        name = f"{package}.{found.name}"
        if found.ispkg:
            yield from _all_in(name)
        else:
            yield name


def import_in_turn(modules: Sequence[str]) -> Iterator[str]:
    """Import modules one by one; yields after each, so that there is a moment for other things."""
    for name in modules:
        shown = warnings.showwarning
        # What a library says of the libraries that it uses is no matter of any job. Its filters
        # stay, as they would if the job itself had loaded it.
        warnings.showwarning = _ignore  # type: ignore[assignment]
        try:
            importlib.import_module(name)
        except BaseException as error:  # noqa: BLE001 - one that fails or exits is not needed here
            logger.debug("could not load %s ahead: %r", name, error)
        finally:
            warnings.showwarning = shown
        yield name


def _ignore(*_: object) -> None:
    """Show no warning."""


def settle() -> None:
    """Prepare this process for many copies: what is there stays there, untouched."""
    forget_exit_functions()
    find_pools()
    gc.collect()
    gc.freeze()


def forget_exit_functions() -> None:
    """Take back what the libraries have registered for the end of this process.

    It would tidy up, in each copy, what that copy gives back by ending: for nothing, and at the
    cost of a copy of all the memory that it touches. What serves a job is registered again.
    """
    for finalizer in list(weakref.finalize._registry):  # type: ignore[attr-defined]  # noqa: SLF001
        finalizer.atexit = False
    atexit._clear()  # noqa: SLF001 - there is no other way to know what is registered
    atexit.register(weakref.finalize._exitfunc)  # type: ignore[attr-defined]  # noqa: SLF001
    atexit.register(logging.shutdown)
    processes = sys.modules.get("multiprocessing.util")
    if processes is not None:
        atexit.register(processes._exit_function)  # noqa: SLF001


def find_pools() -> None:
    """Find the thread pools of the libraries that are loaded; a copy then need not look."""
    if "numpy" not in sys.modules:
        return
    with contextlib.suppress(Exception):
        from threadpoolctl import ThreadpoolController

        _controllers[:] = [
            (library, _VARIABLES.get(library.internal_api, ("OMP_NUM_THREADS",)))
            for library in ThreadpoolController().lib_controllers
            if library.num_threads is not None
        ]


def give_threads() -> None:
    """Let the libraries that are loaded use as many threads as the environment now says."""
    for library, variables in _controllers:
        count = _number(variables)
        if count is not None and count > 1:
            with contextlib.suppress(Exception):
                library.set_num_threads(count)
    count = _number(("OMP_NUM_THREADS",))
    arrow = sys.modules.get("pyarrow")
    if arrow is not None and count is not None:
        with contextlib.suppress(Exception):
            arrow.set_cpu_count(count)
    count = _number(("NUMBA_NUM_THREADS",))
    numba_config: Any = sys.modules.get("numba.core.config")
    if numba_config is not None and count is not None:
        # Read when numba was loaded; its threads are started at their first use.
        numba_config.NUMBA_NUM_THREADS = count


def _number(variables: Sequence[str]) -> int | None:
    """Return the first of these variables that is a number above 0."""
    for name in variables:
        text = os.environ.get(name, "")
        if text.isdigit() and int(text) > 0:
            return int(text)
    return None
