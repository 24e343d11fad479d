"""The page of places: what each has, why it is silent, and the way to its jobs."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace

import pytest
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QMenu
from sample_jobs import Echo

from gui import i18n
from gui.actions import Place, Selection
from gui.control import feature as control
from gui.control.actions import LOOK_INSIDE, PAUSE
from gui.jobs.waiting_text import waiting_text
from gui.places import feature, page
from gui.places.machine_table import MachineTable
from gui.places.news import Machine, machines_of, state_of
from queue_core.places.contract import Node
from queue_core.places.looking import Look
from queue_core.queue.store import away
from queue_core.queue.values import JobOptions, WaitKind, WaitReason

NODES = (
    Node("node-1", "mixed", is_usable=True, cores=8, free_cores=2, memory_bytes=8 << 30,
         free_memory_bytes=4 << 30, gpus=2, free_gpus=1),
    Node("node-2", "down*", is_usable=False, cores=8, free_cores=0),
)  # fmt: skip


@pytest.fixture
def cluster(monkeypatch: pytest.MonkeyPatch) -> dict[str, Look]:
    """What each place answers."""
    answers: dict[str, Look] = {}
    monkeypatch.setattr(
        page, "look_at", lambda config: answers.get(config.name) or Look(config, NODES)
    )
    monkeypatch.setattr(page, "look_at_storage", lambda _config, _folder: ("", ""))
    return answers


def _texts(card) -> str:
    return " | ".join(
        [child.text for child in card.findChildren(page.TextLabel) if not child.isHidden()]
        + [str(child.text()) for child in card.findChildren(page.QWidget) if hasattr(child, "text")
           and callable(child.text)]
    )  # fmt: skip


def test_each_place_shows_its_machines_and_jobs_and_says_why_it_is_silent(
    window, queue, run, until, cluster
) -> None:
    feature.install(window, window.bridge)
    shown = window.findChild(page.PlacesPage)
    tabs = window.pages.tabs
    index = tabs.count() - 1
    settings = window.bridge.folder.settings
    settings.write_text(
        '[places.main]\nkind = "slurm"\nstorage = "/shared"\n[places.bad]\nkind = "slurm"\n'
    )
    runs = queue.put(Echo(name="Runs <b>there</b>"), JobOptions(place="main", cores=4))
    waits = queue.put(Echo(name="Waits"), JobOptions(place="main", cores=4))
    job = away.next_for(queue._database, "slurm:main", time.time())
    assert job is not None
    queue._database.write(
        lambda c: (
            away.claim(c, job, "somebody", "slurm:main", time.time()),
            away.note(c, runs, "node-1", "No contact with node-1 for 1 min."),
            away.note(c, waits, None, "The place slurm:main says: No machine takes jobs (down)."),
        )
    )

    async def seen() -> None:
        assert not tabs.isTabVisible(index)
        window.action_set.qaction(feature.PLACES.id).trigger()
        await until(lambda: "slurm:main" in shown.cards)
        await until(lambda: "Reachable" in _texts(shown.cards["slurm:main"]))
        assert tabs.isTabVisible(index)
        text = _texts(shown.cards["slurm:main"])
        assert "1 of 2 machines take jobs · 2 of 8 cores free" in text
        mine = machines_of(shown._news["slurm:main"])
        assert [(machine.node.name, machine.jobs) for machine in mine] == [
            ("node-1", 1), ("node-2", 0),
        ]  # fmt: skip
        assert "node-1 · No contact with node-1 for 1 min." in text
        assert "The place slurm:main says: No machine takes jobs (down)." in text
        assert "The place bad in the settings does not say its storage" in shown._problem.text
        config = shown._news["slurm:main"].config
        cluster["slurm:main"] = Look(config, problem="sinfo has not answered within 20 s.")
        shown.ask()
        await until(lambda: "No answer" in _texts(shown.cards["slurm:main"]))
        assert "sinfo has not answered within 20 s." in _texts(shown.cards["slurm:main"])
        # Its machines stay as they were seen last.
        assert shown.cards["slurm:main"].machines.model().index(0, 0).data() == "node-1"
        news = shown._news["slurm:main"]
        long_ago = replace(news, answered_s=time.monotonic() - 185.0)
        assert state_of(long_ago)[0] == "No answer for 3 min 00 s"

        shown.cards["slurm:main"].job_buttons()[1].click()
        await until(lambda: window.pages.current is not shown)
        await until(lambda: waits in window.action_set.selection.ids)

        # What cannot be done with a job there says why, in the menu, too.
        elsewhere = Selection((runs,), (queue.get(runs),))
        menu = QMenu(window)
        assert not PAUSE.is_left_out(elsewhere)
        assert "another machine" in PAUSE.obstacle(elsewhere)
        assert LOOK_INSIDE.obstacle(elsewhere) == ""
        control.install(window, window.bridge)
        window.action_set.update(elsewhere)
        window.action_set.fill(menu, Place.CONTEXT)
        pause = window.action_set.qaction(PAUSE.id)
        assert pause in menu.actions()
        assert not pause.isEnabled()
        assert "cannot suspend it" in pause.toolTip()
        menu.deleteLater()

        settings.write_text("")
        window.action_set.qaction(feature.PLACES.id).trigger()
        await until(lambda: not shown.cards)

    run(seen())


def test_a_storage_whose_look_breaks_is_not_looked_at_every_few_seconds() -> None:
    asked: list[bool] = []

    class Breaks:
        async def ask_one(self, _config: object, *, with_storage: bool) -> None:
            asked.append(with_storage)
            if with_storage:
                raise OSError(13, "Permission denied")

    asking = page._Asking(Breaks(), None)  # type: ignore[arg-type]
    with pytest.raises(OSError, match="denied"):
        asyncio.run(asking.ask())
    asyncio.run(asking.ask())
    assert asked == [True, False]


def test_a_thousand_machines_are_told_as_they_change_and_stay_in_sight(qtbot) -> None:
    table = MachineTable()
    qtbot.addWidget(table)
    model = table.model()
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Warning)
    machines = [Machine(replace(NODES[0], name=f"node-{number}")) for number in range(1_000)]
    table.show_machines(machines)
    table.show()
    table.scrollToBottom()
    place = table.verticalScrollBar().value()
    resets: list[int] = []
    model.modelReset.connect(lambda: resets.append(1))
    machines[3] = Machine(replace(NODES[0], name="node-3", free_cores=7))
    with qtbot.waitSignal(model.dataChanged) as changed:
        table.show_machines(machines)
    assert [index.row() for index in changed.args[:2]] == [3, 3]
    assert model.index(3, 3).data() == "7 of 8"
    assert (table.verticalScrollBar().value(), resets) == (place, [])
    del tester


@pytest.mark.parametrize(
    ("note", "spanish"),
    [
        ("No contact with node-17 for 1 min.", "Sin contacto con node-17 desde hace 1 min."),
        (
            "Handed over; it has not begun (Resources).",
            "Entregado; aún no ha empezado (Resources).",
        ),
        (
            "The place slurm:main says: No machine has room for 8 cores, 3 GiB of memory and 2 "
            "GPUs now; the most free cores on one are 5.",
            "El lugar slurm:main dice: Ninguna máquina tiene ahora sitio para 8 núcleos, 3 GiB de "
            "memoria y 2 GPU; la que más núcleos libres tiene, 5.",
        ),
        (
            "The storage of slurm:main says: No such file or directory: /shared/me.",
            "El almacenamiento de slurm:main dice: No such file or directory: /shared/me.",
        ),
    ],
)
def test_what_a_place_says_is_translated_also_where_the_job_waits_for_it(note, spanish) -> None:
    i18n.set_language("es")
    reason = WaitReason(WaitKind.PLACE, note, {"note": note})
    assert waiting_text(None, reason) == spanish  # type: ignore[arg-type]
