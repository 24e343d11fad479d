"""One zip that tells another person why a job failed, without telling secrets.

It is made from what the database and the log hold. The stored job is never opened: that would run
its code.
"""

from __future__ import annotations

import json
import os
import re
import tempfile
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from queue_core.errors import JobNotFoundError, JobQueueError
from queue_core.paths import LocalFolder
from queue_core.queue.store.connection import Row
from queue_core.queue.store.database import Database
from queue_core.queue.store.history import read_attempts, read_samples
from queue_core.queue.store.log_place import log_of
from queue_core.queue.upkeep.machine_facts import machine_facts, package_versions
from queue_core.runner.job_process.redaction import Redactor
from queue_core.runner.log.log_excerpt import log_excerpt
from queue_core.runner.log.logs import read_log
from queue_core.runner.snapshots.crash_stack import crash_stack
from queue_core.settings import SETTINGS, Settings
from queue_core.settings.known import HIDDEN_NAMES

# A report is for reading and for sending: this is the most of one of its files.
_PART_LIMIT: Final = 512 * 1024
_LOG_HEAD_LINES: Final = 1_000
_LOG_TAIL_LINES: Final = 4_000
# Stored apart, or of no use to a reader.
_OWN_FILES: Final = ("params", "traceback", "error_frames")
_LEFT_OUT: Final = ("job_blob", "message_id")
_JSON_COLUMNS: Final = ("error_causes", "warnings", "after_ids", "result", "environment")
_FILE_MODE: Final = 0o600


@dataclass(frozen=True)
class _Part:
    """One file of the report.

    Attributes:
        name: Its name.
        what: What is in it, for the README.
        text: Its text; a part without text is left out.
    """

    name: str
    what: str
    text: str


def write_crash_report(database: Database, folder: LocalFolder, job_id: str, target: Path) -> Path:
    """Write all that is known of a job to one zip.

    Values under names that `reports.hidden_names` lists are hidden, and the user's home folder
    is written as `~`.

    Args:
        database: The queue's database.
        folder: The local folder.
        job_id: The job.
        target: The zip, which is replaced if it exists, or a folder for it.

    Returns:
        Where the report lies; complete, or not there at all.

    Raises:
        JobNotFoundError: There is no such job.
        JobQueueError: The report cannot be written there.
    """
    row = database.read_one("SELECT * FROM task_copy WHERE id = ?", (job_id,))
    if row is None:
        raise JobNotFoundError(f"There is no job with the id {job_id}.")
    settings = Settings.load(folder.settings)
    redactor = Redactor(settings[HIDDEN_NAMES], home=Path.home())
    parts = [part for part in _parts(database, folder, row, settings, redactor) if part.text]
    readme = _Part("README.txt", "", _readme(row, parts, redactor))
    path = target / _file_name(row) if target.is_dir() else target
    _write(path, [readme, *parts])
    return path


def _parts(
    database: Database, folder: LocalFolder, row: Row, settings: Settings,
    redactor: Redactor,
) -> Iterable[_Part]:  # fmt: skip
    job_id = row["id"]
    path = log_of(folder.logs, job_id)
    text = redactor.text
    yield _Part("record.json", "what the table of jobs knows of it", _record(row, redactor))
    yield _Part("parameters.json", "what it was told to do", _json(row["params"], redactor))
    trace = str(row["traceback"] or "")
    yield _Part("traceback.txt", "where it failed, with the causes", text(trace))
    yield _Part(
        "variables.txt", "the local variables of the innermost calls, shortened",
        _variables(row["error_frames"], redactor),
    )  # fmt: skip
    stack = crash_stack(read_log(path, limit=_LOG_TAIL_LINES), attempt=row["attempt"])
    yield _Part("native-stack.txt", "where native code crashed", text(stack))
    log = "\n".join(log_excerpt(path, head_lines=_LOG_HEAD_LINES, tail_lines=_LOG_TAIL_LINES))
    yield _Part("log.txt", "the beginning and the end of its log", text(log))
    attempts = [asdict(attempt) for attempt in read_attempts(database, job_id)]
    yield _Part("attempts.json", "all its attempts that ended", _dump(redactor.data(attempts)))
    yield _Part("samples.csv", "what it used over time", _samples(database, job_id))
    facts = redactor.data(machine_facts(folder))
    yield _Part("computer.json", "the program, Python and the computer", _dump(facts))
    yield _Part("packages.txt", "the installed packages", "\n".join(package_versions()) + "\n")
    yield _Part("settings.json", "the settings", _dump(redactor.data(_settings(settings))))


def _record(row: Row, redactor: Redactor) -> str:
    record: dict[str, Any] = {}
    for name in row.keys():  # noqa: SIM118 - a row iterates over its values
        value = row[name]
        if name in _OWN_FILES or name in _LEFT_OUT:
            continue
        record[name] = _parsed(value) if name in _JSON_COLUMNS and value else value
    return _dump(redactor.data(record))


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def _json(text: str | None, redactor: Redactor) -> str:
    return _dump(redactor.data(_parsed(text))) if text else ""


def _dump(data: Any) -> str:
    if not data:
        return ""
    return json.dumps(data, indent=2, ensure_ascii=False, default=str) + "\n"


def _variables(frames_json: str | None, redactor: Redactor) -> str:
    """Show the frames as a person reads them; whatever another version has stored."""
    frames = _parsed(frames_json) if frames_json else []
    lines: list[str] = []
    for frame in frames if isinstance(frames, list) else []:
        if not isinstance(frame, dict):
            continue
        place = f"{frame.get('file')}, line {frame.get('line')}, in {frame.get('function')}"
        lines += [redactor.text(place), f"    {redactor.text(str(frame.get('code', '')))}"]
        values = frame.get("locals")
        for name, value in values.items() if isinstance(values, dict) else ():
            lines.append(f"        {name} = {redactor.named(name, str(value))}")
        lines.append("")
    return "\n".join(lines)


def _samples(database: Database, job_id: str) -> str:
    samples = read_samples(database, job_id)
    if not samples:
        return ""
    lines = ["attempt,elapsed_s,memory_bytes,cpu_time_s"]
    lines += [
        f"{sample.attempt},{sample.elapsed_s:.3f},{sample.memory_bytes},{sample.cpu_time_s}"
        for sample in samples
    ]
    return "\n".join(lines) + "\n"


def _settings(settings: Settings) -> dict[str, Any]:
    return {
        "chosen": dict(settings.values),
        "problems": list(settings.problems),
        "in_force": {key: settings[setting] for key, setting in sorted(SETTINGS.items())},
    }


def _readme(row: Row, parts: Sequence[_Part], redactor: Redactor) -> str:
    width = max(len(part.name) for part in parts)
    error = redactor.text(row["error_msg"] or "")
    hint = redactor.text(row["error_hint"] or "")
    hidden = ", ".join(
        f"{name} ({count} times)" if count > 1 else name
        for name, count in sorted(redactor.hidden.items())
    )
    lines = [
        f"Report of the job “{redactor.text(row['job_name'] or row['task_type'])}” "
        f"({row['task_type']}, {row['status']})",
        f"Written {datetime.now(UTC):%Y-%m-%d %H:%M} UTC. All times are in UTC.",
        "",
        *([error] if error else []),
        *([hint] if hint else []),
        *([""] if error or hint else []),
        "What is inside",
        *(f"    {part.name:<{width}}  {part.what}" for part in parts),
        "",
        "What was hidden",
        f"    Values under these names: {hidden}." if hidden else "    No value was hidden.",
        "    Paths in the home folder of the user begin with ~.",
        "    Which names hide values is the setting reports.hidden_names.",
        "",
        "The job's data is not inside. Single values of it may be: look through log.txt,",
        "parameters.json and variables.txt before you pass this on.",
    ]
    return "\n".join(lines) + "\n"


def _file_name(row: Row) -> str:
    name = re.sub(r"[^\w.-]+", "-", row["job_name"] or row["task_type"])[:60].strip("-.")
    return f"crash-report-{name or 'job'}-{row['id'][-8:]}.zip"


def _write(path: Path, parts: Sequence[_Part]) -> None:
    """Write the zip beside its place and move it there when it is whole."""
    try:
        descriptor, name = tempfile.mkstemp(prefix=".crash-report-", dir=path.parent)
        aside = Path(name)
        try:
            with os.fdopen(descriptor, "wb") as file:
                with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
                    for part in parts:
                        archive.writestr(part.name, _cut(part.text).encode("utf-8", "replace"))
                file.flush()
                os.fsync(file.fileno())
            aside.chmod(_FILE_MODE)
            aside.replace(path)
        finally:
            aside.unlink(missing_ok=True)
    except OSError as error:
        raise JobQueueError(
            f"The report cannot be written to {path}: {error.strerror or error}.",
            hint="Choose another folder, or free some space.",
        ) from error


def _cut(text: str) -> str:
    """Keep beginning and end of what is too long, and say so."""
    if len(text) <= _PART_LIMIT:
        return text
    half = _PART_LIMIT // 2
    return (
        f"{text[:half]}\n… {len(text) - 2 * half:,} characters are left out here …\n{text[-half:]}"
    )
