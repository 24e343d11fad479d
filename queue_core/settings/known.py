"""Every setting there is. The settings window and the documentation are made from `SETTINGS`."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any, Final

from queue_core.settings.record import Setting

GIB: Final = 2**30


def default_workers(cores: int, memory_bytes: int) -> int:
    """Return how many jobs run at once: one core stays free, and each job may have 4 GiB."""
    return max(1, min(4, cores - 1, memory_bytes // (4 * GIB)))


def _workers_here() -> int:
    import psutil

    return default_workers(os.cpu_count() or 1, psutil.virtual_memory().total)


WORKERS = Setting(
    key="queue.workers", kind=int, default=_workers_here, minimum=1, maximum=64,
    title="Jobs at once",
    sentence="How many jobs run at the same time; more need more memory.",
)  # fmt: skip
CANCEL_GRACE_S = Setting(
    key="runner.cancel_grace_s", kind=float, default=2.0, minimum=0, maximum=60, unit="s",
    title="Grace before a job is killed",
    sentence="How long a cancelled job may take to end by itself.",
)  # fmt: skip
PRELOAD = Setting(
    key="runner.preload", kind=tuple,
    default=("pandas", "pyarrow", "duckdb", "sklearn", "matplotlib", "shap"),
    title="Libraries loaded ahead",
    sentence="What the process of a job has loaded before it begins, so that no job waits for it.",
)  # fmt: skip
IDLE_TIMEOUT_S = Setting(
    key="runner.idle_timeout_s", kind=float, default=300.0, minimum=1, maximum=86_400, unit="s",
    title="Let idle processes go after",
    sentence="How long a process without a job is kept before its memory is given back.",
)  # fmt: skip
NICE = Setting(
    key="runner.nice", kind=int, default=10, minimum=0, maximum=19,
    title="How far jobs step back",
    sentence="Higher leaves more of the processor to the desktop; 0 makes jobs its equals.",
)  # fmt: skip
THEME = Setting(
    key="window.theme", kind=str, default="system",
    choices={"system": "As the system", "light": "Light", "dark": "Dark"},
    title="Appearance", sentence="Light or dark colours.",
)  # fmt: skip
LANGUAGE = Setting(
    key="window.language", kind=str, default="system",
    choices={"system": "As the system", "en": "English", "es": "Español"},
    title="Language", sentence="The language of the window.",
)  # fmt: skip
DENSITY = Setting(
    key="window.density", kind=str, default="comfortable",
    choices={"comfortable": "Comfortable", "compact": "Compact"},
    title="Row height", sentence="How close together the rows of tables stand.",
)  # fmt: skip
CLOSE_ACTION = Setting(
    key="window.close_action", kind=str, default="ask",
    choices={"ask": "Ask", "tray": "Keep running in the tray", "stop": "Stop the jobs"},
    title="When the window closes while jobs run",
    sentence="What happens to running jobs when the window is closed.",
)  # fmt: skip
REDUCE_MOTION = Setting(
    key="window.reduce_motion", kind=bool, default=False,
    title="Reduce motion", sentence="Show changes without animation.",
)  # fmt: skip
NOTIFY_WHEN_DONE = Setting(
    key="window.notify_when_done", kind=bool, default=True,
    title="Tell when long work has ended",
    sentence="Show a notification when the last job has ended and another window is in front.",
)  # fmt: skip
STAY_IN_TRAY = Setting(
    key="window.stay_in_tray", kind=bool, default=False,
    title="Stay in the tray when the window closes",
    sentence="Closing the window leaves the program in the tray, also while no job runs.",
)  # fmt: skip
START_AT_LOGIN = Setting(
    key="window.start_at_login", kind=bool, default=False,
    title="Start at login",
    sentence="Open the window when you log in, so that waiting jobs go on.",
)  # fmt: skip
KEEP_AWAKE = Setting(
    key="queue.keep_awake", kind=str, default="plugged",
    choices={"plugged": "While plugged in", "always": "Always", "never": "Never"},
    title="Keep the computer awake while jobs run",
    sentence="The computer does not go to sleep by itself before running jobs have ended.",
)  # fmt: skip
PAUSE_ON_BATTERY = Setting(
    key="queue.pause_on_battery", kind=bool, default=False,
    title="Pause on battery",
    sentence="Start no jobs while the computer runs on battery; running ones go on.",
)  # fmt: skip
WHEN_DONE = Setting(
    key="queue.when_done", kind=str, default="nothing",
    choices={
        "nothing": "Nothing", "quit": "Quit the program", "sleep": "Send the computer to sleep",
    },
    title="When all jobs have ended",
    sentence="What happens half a minute after the last job has ended; a message lets you object.",
)  # fmt: skip
PREVIEW_FILES = Setting(
    key="datasets.preview", kind=bool, default=True,
    title="Preview files before loading",
    sentence="Show what a dropped file holds before it is loaded; else load it as detected.",
)  # fmt: skip
EDITOR = Setting(
    key="window.editor", kind=str, default="",
    title="Editor",
    sentence="The command that opens a source file at a line, e.g. code -g {file}:{line}; empty "
    "for the editor that is found.",
)  # fmt: skip
MEMORY_FRACTION = Setting(
    key="limits.memory_fraction", kind=float, default=0.8, minimum=0.05, maximum=1.0,
    title="Memory of one job",
    sentence="The part of this computer's memory that one job may use before it is ended.",
)  # fmt: skip
OUTPUT_BYTES = Setting(
    key="limits.output_bytes", kind=int, default=16 * 2**20, minimum=64 * 2**10, unit="bytes",
    title="Log of one job",
    sentence="How much of a job's output is kept; beginning and end stay, the middle is cut.",
)  # fmt: skip
FREE_MEMORY_FLOOR_BYTES = Setting(
    key="limits.free_memory_floor_bytes", kind=int, default=GIB // 2, minimum=0, unit="bytes",
    title="Memory that stays free",
    sentence="Below this much free memory no new job starts, and the biggest one is ended.",
)  # fmt: skip
SCRIPT_PYTHON = Setting(
    key="jobs.python", kind=str, default="",
    title="Python for my scripts",
    sentence="An interpreter, or the folder of a virtual or conda environment, that runs scripts "
    "with its own libraries; empty for the one of this program.",
)  # fmt: skip
MAX_ATTEMPTS = Setting(
    key="retries.max_attempts", kind=int, default=1, minimum=1, maximum=100,
    title="Attempts",
    sentence="How often a job is tried when its error may pass by itself.",
)  # fmt: skip
RETRY_DELAY_S = Setting(
    key="retries.delay_s", kind=float, default=10.0, minimum=0, maximum=86_400, unit="s",
    title="Wait before the next attempt",
    sentence="How long to wait after the first failure; each further wait is twice as long.",
)  # fmt: skip
MAX_AGE_DAYS = Setting(
    key="retention.max_age_days", kind=int, default=0, minimum=0, unit="days",
    title="Keep ended jobs for",
    sentence="Ended jobs older than this are removed from the table; 0 keeps them for ever.",
)  # fmt: skip
MAX_COUNT = Setting(
    key="retention.max_count", kind=int, default=0, minimum=0,
    title="Keep at most",
    sentence="How many ended jobs of each status stay in the table; 0 keeps all.",
)  # fmt: skip
MAX_BYTES = Setting(
    key="retention.max_bytes", kind=int, default=0, minimum=0, unit="bytes",
    title="Disk for logs",
    sentence="How much disk logs may take before the oldest jobs are removed; 0 is no limit.",
)  # fmt: skip
SAMPLE_ROWS = Setting(
    key="datasets.sample_rows", kind=int, default=100_000, minimum=1_000, maximum=100_000_000,
    title="Rows of a sample",
    sentence="How many rows an exploration takes from a larger dataset; it says so when it does.",
)  # fmt: skip
UPDATE_ADDRESS = Setting(
    key="updates.address", kind=str, default="",
    title="Address of new versions",
    sentence="Where About asks for a newer version, when you tell it to; empty for the place that "
    "the program was published at.",
)  # fmt: skip
API_IN_WINDOW = Setting(
    key="api.in_window", kind=bool, default=False,
    title="Serve the HTTP API",
    sentence="Let other programs on this computer reach the queue while the window is open.",
)  # fmt: skip
API_PORT = Setting(
    key="api.port", kind=int, default=8571, minimum=1, maximum=65_535,
    title="Port of the HTTP API",
    sentence="Where they reach it; the token is in monitor/api-token.",
)  # fmt: skip
HIDDEN_NAMES = Setting(
    key="reports.hidden_names", kind=tuple,
    default=(
        "password", "passwd", "passphrase", "pwd", "secret", "token", "apikey", "accesskey",
        "privatekey", "credential", "auth", "authorization", "cookie", "connectionstring",
    ),
    title="Hide in crash reports",
    sentence="Values under names with these words are left out of crash reports.",
)  # fmt: skip


def _timeout(task_type: str, work: str) -> Setting[float]:
    return Setting(
        key=f"limits.timeout_s.{task_type}", kind=float, default=0.0, minimum=0, unit="s",
        title=f"Time limit of {work}",
        sentence=f"How long {work} may take before it is ended; 0 is no limit.",
    )  # fmt: skip


OTHER_TYPES: Final = "other"
TIMEOUTS: Final[Mapping[str, Setting[float]]] = {
    task_type: _timeout(task_type, work)
    for task_type, work in (
        ("DatasetJob", "loading a dataset"),
        ("ExplorerJob", "an exploration"),
        ("ConverterJob", "a transformation"),
        ("ModelJob", "a training"),
        ("PredictJob", "a prediction"),
        ("ExplainerJob", "an explanation"),
        ("GenerativeJob", "a generation"),
        (OTHER_TYPES, "any other job"),
    )
}

_ALL: Final[tuple[Setting[Any], ...]] = (
    WORKERS, CANCEL_GRACE_S, PRELOAD, IDLE_TIMEOUT_S, NICE,
    KEEP_AWAKE, PAUSE_ON_BATTERY, WHEN_DONE,
    THEME, LANGUAGE, DENSITY, CLOSE_ACTION, STAY_IN_TRAY, START_AT_LOGIN, REDUCE_MOTION,
    NOTIFY_WHEN_DONE, EDITOR,
    *TIMEOUTS.values(), MEMORY_FRACTION, OUTPUT_BYTES, FREE_MEMORY_FLOOR_BYTES,
    MAX_ATTEMPTS, RETRY_DELAY_S, MAX_AGE_DAYS, MAX_COUNT, MAX_BYTES, PREVIEW_FILES, SAMPLE_ROWS,
    HIDDEN_NAMES, API_IN_WINDOW, API_PORT, SCRIPT_PYTHON, UPDATE_ADDRESS,
)  # fmt: skip
SETTINGS: Final[Mapping[str, Setting[Any]]] = {setting.key: setting for setting in _ALL}
