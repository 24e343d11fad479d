"""A job from the window's own form runs on a real SLURM: its log arrives, cancel reaches it."""

from __future__ import annotations

import asyncio
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from real_slurm import RealSlurm, is_there

from gui.submit.new_job_dialog import NewJobDialog
from queue_core.queue.configuration import engine_options
from queue_core.queue.job_record import JobStatus
from queue_core.settings import Settings

pytestmark = [pytest.mark.clusters, pytest.mark.expects_log(), pytest.mark.long_lived]

SCRIPT = """
import subprocess, sys, time
child = subprocess.Popen(["setsid", "sleep", "1000"])
print(child.pid, flush=True)
while True:
    print(time.time(), flush=True)
    time.sleep(0.2)
"""


@pytest.mark.timeout(300)
def test_a_job_from_the_form_runs_there_its_log_arrives_and_cancel_ends_all_of_it(
    window, bridge, queue, run, tmp_path: Path
) -> None:
    if not is_there():
        pytest.skip("SLURM is not installed, or this is not root")
    slurm = RealSlurm(tmp_path / "slurm")
    bridge.folder.settings.write_text(
        f'[places.main]\nkind = "slurm"\nstorage = "{tmp_path / "storage"}"\n'
        f'python = "{sys.executable}"\ndefault_for = ["python"]\n'
    )
    script = tmp_path / "ticks.py"
    script.write_text(SCRIPT)
    options = engine_options(Settings.load(bridge.folder.settings))
    queue.start(1, replace(options, preload=()))

    async def until(condition, timeout_s: float = 60.0):
        deadline = time.monotonic() + timeout_s
        while not condition():
            assert time.monotonic() < deadline
            await asyncio.sleep(0.01)

    async def whole() -> None:
        dialog = NewJobDialog(bridge, kind="PythonJob", parent=window)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, on=False)
        dialog.show()
        await until(lambda: not dialog.is_busy and dialog.page is not None)
        await until(lambda: dialog.options.options().place == "slurm:main")
        dialog.page.form.set_values({"script": str(script)})
        ids: list[str] = []
        dialog.submitted.connect(ids.append)
        put_s = time.monotonic()
        dialog.submit_button.click()
        await until(lambda: ids)
        job_id = ids[0]
        lines = await bridge.logs(job_id)
        while not lines:
            await asyncio.sleep(0.05)
            lines = await bridge.logs(job_id)
        first_s = time.monotonic() - put_s
        delays: list[float] = []
        seen = lines[-1].number
        while len(delays) < 25:
            for line in await bridge.logs(job_id, after=seen):
                delays.append(time.time() - float(line.text))
                seen = line.number
            await asyncio.sleep(0.02)
        child = int((await bridge.logs(job_id))[0].text)
        cancel_s = time.monotonic()
        await bridge.cancel([job_id])
        await until(lambda: not Path(f"/proc/{child}").exists(), 20.0)
        dead_s = time.monotonic() - cancel_s
        await until(lambda: queue.get(job_id).status is JobStatus.CANCELLED, 20.0)
        print(f"from the form: first line after {first_s:.1f} s, then "
              f"{sorted(delays)[len(delays) // 2]:.2f} s in the middle and {max(delays):.2f} s at "
              f"most; all of it dead {dead_s:.2f} s after cancel")  # fmt: skip
        assert sorted(delays)[len(delays) // 2] < 1.0
        assert dead_s < 5.0
        dialog.deleteLater()

    try:
        run(whole())
    finally:
        queue.stop()
        slurm.stop()
