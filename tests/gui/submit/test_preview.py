from __future__ import annotations

import asyncio
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from gui.bridge import Bridge
from gui.submit.loading import FileLoading
from gui.submit.preview_dialog import LoadOrder, PreviewDialog
from gui.submit.preview_state import FileEntry, FileState, PreviewAnswer, next_to_read
from gui.submit.repeat_editor import BY_RULE
from queue_core.queue.huey_queue import HueyJobQueue
from queue_core.queue.job_record import JobStatus
from queue_core.settings.known import PREVIEW_FILES

Run = Callable[[Any], Any]


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    texts = {
        "ventas.csv": "id;importe;fecha\n" + "".join(
            f"{n:04d};{n},50;{n % 28 + 1:02d}/03/2024\n" for n in range(200)
        ),
        "plain.csv": "a,b\n1,2\n3,4\n",
        "other.csv": "a,b\n5,6\n7,8\n",
        "empty.csv": "",
    }  # fmt: skip
    for name, text in texts.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return {name: tmp_path / name for name in texts}


async def settled(dialog: PreviewDialog) -> None:
    while dialog.reader.is_busy or any(
        entry.is_ticked and entry.state in (FileState.WAITING, FileState.READING)
        for entry in dialog.entries
    ):
        await asyncio.sleep(0.01)


@pytest.fixture
def show(qtbot: QtBot, bridge: Bridge, run: Run) -> Callable[..., PreviewDialog]:
    def show(*paths: Path) -> PreviewDialog:
        dialog = PreviewDialog(paths, bridge)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, on=False)
        qtbot.addWidget(dialog)
        dialog.show()
        run(settled(dialog))
        return dialog

    return show


def test_what_is_detected_is_shown(
    show: Callable[..., PreviewDialog], files: dict[str, Path]
) -> None:
    dialog = show(files["ventas.csv"])
    model = dialog.panel.table.model()
    headings = [model.headerData(n, Qt.Orientation.Horizontal) for n in range(3)]
    assert headings == ["id\ntext", "importe\nfloat", "fecha\ndate"]
    assert model.index(1, 1).data() == "1.5"
    assert dialog.panel.form is not None
    assert dialog.panel.form.values()["delimiter"] == ";"
    assert "the first 50 are shown" in dialog.panel._facts.text()


def test_an_override_is_previewed_and_loaded_exactly_so(
    show: Callable[..., PreviewDialog], files: dict[str, Path], qtbot: QtBot, run: Run
) -> None:
    dialog = show(files["ventas.csv"])
    assert dialog.panel.form is not None
    dialog.panel.form.set_values({"delimiter": ","})
    dialog.panel.form.changed.emit("delimiter")
    run(settled(dialog))
    assert dialog.current.overrides == {"delimiter": ","}
    assert dialog.current.answer is not None
    assert dialog.current.answer.options["delimiter"] == ","
    dialog.panel.form.row("delimiter").reset()
    run(settled(dialog))
    assert dialog.current.overrides == {}
    answer = dialog.current.answer
    with qtbot.waitSignal(dialog.load_wanted) as loaded:
        dialog.load_button.click()
    assert loaded.args == [
        [LoadOrder(files["ventas.csv"], "", answer.loader, dict(answer.options))]
    ]


def test_a_rule_that_is_none_is_told_while_the_dialog_is_there(
    show: Callable[..., PreviewDialog], files: dict[str, Path]
) -> None:
    dialog = show(files["plain.csv"])
    wanted: list[list[LoadOrder]] = []
    dialog.load_wanted.connect(wanted.append)
    asked: list[bool] = []
    dialog.ask_changed.connect(asked.append)
    dialog.do_not_ask.setChecked(True)
    options = dialog.job_options
    options.offer_repeating()
    options.repeat.rhythm.setCurrentIndex(BY_RULE)
    for rule in ("at night", "0 0 31 2 *", " "):
        options.repeat.rule.setText(rule)
        options.toggle.setChecked(False)
        dialog.load_button.click()
        assert (wanted, asked) == ([], [])
        assert dialog.isVisible()
        assert dialog.problem.isVisible()
        assert dialog.problem.accessibleDescription()  # what to do next
        assert options.repeat.rule.isVisible()
    options.repeat.rule.setText("0 4 * * *")
    dialog.load_button.click()
    assert [order.cron for order in wanted[0]] == ["0 4 * * *"]
    assert not dialog.isVisible()


def test_files_that_cannot_be_loaded_stay_with_their_reason(
    show: Callable[..., PreviewDialog], files: dict[str, Path], qtbot: QtBot
) -> None:
    dialog = show(files["plain.csv"], files["empty.csv"], files["other.csv"])
    states = [entry.state for entry in dialog.entries]
    assert states == [FileState.READY, FileState.FAILED, FileState.READY]
    assert dialog.load_button.text() == "Load 2 files"
    with qtbot.waitSignal(dialog.load_wanted) as loaded:
        dialog.load_button.click()
    assert [order.path.name for order in loaded.args[0]] == ["plain.csv", "other.csv"]
    assert dialog.isVisible()
    assert [entry.path.name for entry in dialog.entries] == ["empty.csv"]
    assert "empty" in dialog.panel._error._sentence.text
    assert not dialog.load_button.isEnabled()


def test_a_choice_can_be_applied_to_all_files_of_the_kind(
    show: Callable[..., PreviewDialog], files: dict[str, Path], run: Run
) -> None:
    dialog = show(files["plain.csv"], files["other.csv"])
    dialog.current.override("header", value=False)
    dialog._on_outdated()
    run(settled(dialog))
    assert dialog.apply_to_all.isVisible()
    dialog.apply_to_all.click()
    run(settled(dialog))
    assert dialog.entries[1].overrides == {"header": False}
    assert dialog.entries[1].answer is not None
    assert len(dialog.entries[1].answer.rows) == 3


def test_the_alternative_is_one_click_away(
    show: Callable[..., PreviewDialog], files: dict[str, Path], run: Run
) -> None:
    dialog = show(files["plain.csv"])
    (button,) = dialog.panel.choices.buttons
    assert button.text() == "The first row is a row of data"
    button.click()
    run(settled(dialog))
    assert dialog.current.answer is not None
    assert len(dialog.current.answer.rows) == 3
    (back,) = dialog.panel.choices.buttons
    assert back.text() == "The first row holds the names"
    back.click()
    run(settled(dialog))
    assert dialog.current.overrides == {}
    assert len(dialog.current.answer.rows) == 2


def test_late_answers_are_dropped() -> None:
    entry = FileEntry(Path("/data/a.csv"))
    asked = entry.version
    entry.override("delimiter", ";")
    assert not entry.take(PreviewAnswer(loader="old"), asked)
    assert entry.answer is None
    assert entry.take(PreviewAnswer(loader="new"), entry.version)
    assert entry.state is FileState.READY


def test_the_shown_file_is_read_first() -> None:
    entries = [FileEntry(Path(f"/data/{n}.csv")) for n in range(3)]
    assert next_to_read(entries, entries[2]) is entries[2]
    entries[2].state = FileState.READY
    assert next_to_read(entries, entries[2]) is entries[0]
    for entry in entries:
        entry.state = FileState.READY
    assert next_to_read(entries, entries[0]) is None


@pytest.mark.long_lived
def test_dropped_files_become_finished_jobs(
    bridge: Bridge, queue: HueyJobQueue, run: Run, qtbot: QtBot, files: dict[str, Path],
    tmp_path: Path,
) -> None:  # fmt: skip
    from PySide6.QtWidgets import QWidget

    window = QWidget()
    qtbot.addWidget(window)
    loading = FileLoading(window, bridge)
    run(bridge.change_settings({PREVIEW_FILES.key: False}))
    queue.start(1)
    put: list[tuple[str, ...]] = []
    loading.jobs_put.connect(put.append)
    folder = tmp_path / "folder"
    folder.mkdir()
    files["plain.csv"].rename(folder / "plain.csv")
    loading.load([folder, files["ventas.csv"]])

    async def ended() -> list[Any]:
        while not put:
            await asyncio.sleep(0.01)
        return [await bridge.call(queue.wait, job_id, 60) for job_id in put[0]]

    records = run(ended())
    assert [record.status for record in records] == [JobStatus.FINISHED] * 2
    assert {record.result["rows"] for record in records} == {2, 200}


def test_options_of_another_file_are_never_shown(
    show: Callable[..., PreviewDialog], files: dict[str, Path], tmp_path: Path, run: Run
) -> None:
    picture = tmp_path / "picture.csv"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(64))
    dialog = show(files["ventas.csv"], picture)
    assert dialog.panel.form is not None
    dialog.files.setCurrentRow(1)
    run(settled(dialog))
    assert dialog.panel.form is None
    dialog.files.setCurrentRow(0)
    run(settled(dialog))
    assert dialog.panel.form is not None


def test_a_file_can_be_left_out(
    show: Callable[..., PreviewDialog], files: dict[str, Path], run: Run
) -> None:
    dialog = show(files["ventas.csv"], files["plain.csv"])
    dialog.files.setCurrentRow(1)
    dialog._take_out.click()
    run(settled(dialog))
    assert [entry.path.name for entry in dialog.entries] == ["ventas.csv"]
    assert dialog.load_button.text() == "Load"
    assert dialog.files.isHidden() or not dialog.files.isVisible()


def test_what_is_found_anew_is_no_change_of_the_users(
    show: Callable[..., PreviewDialog], files: dict[str, Path], run: Run
) -> None:
    dialog = show(files["ventas.csv"])
    form = dialog.panel.form
    assert form is not None
    form.row("delimiter").editor.set_value(",")  # with it, other signs are found out
    run(settled(dialog))
    form = dialog.panel.form
    assert form is not None
    changed = [field.name for field in form.fields if form.row(field.name).is_changed]
    assert changed == ["delimiter"]


def test_what_cannot_be_read_shows_its_line_and_the_way_out(
    show: Callable[..., PreviewDialog], tmp_path: Path, run: Run
) -> None:
    path = tmp_path / "long.csv"
    path.write_text("a,b\n1,2\n3,4,5\n6,7\n", encoding="utf-8")
    dialog = show(path)
    assert dialog.panel._excerpt.lines == ((1, "a,b"), (2, "1,2"), (3, "3,4,5"), (4, "6,7"))
    assert dialog.panel.form is not None
    assert dialog.panel.form.values()["delimiter"] == ","  # what was found stays known
    texts = [button.text() for button in dialog.panel.choices.buttons]
    assert texts == ["Leave such rows out", "The first row is a row of data"]
    dialog.panel.choices.buttons[0].click()
    run(settled(dialog))
    assert dialog.current.can_load
    assert not dialog.panel._excerpt.isVisible()
    assert dialog.panel.table.model().rowCount() == 2


def test_a_column_gets_another_type_from_its_heading(
    show: Callable[..., PreviewDialog], tmp_path: Path, run: Run
) -> None:
    path = tmp_path / "ages.csv"
    ages = "".join(f"{n},unknown\n" if n == 60 else f"{n},{n % 90}\n" for n in range(100))
    path.write_text("id,age\n" + ages, encoding="utf-8")
    dialog = show(path)
    table = dialog.panel.table

    def choose(column: int, kind: str) -> None:
        table.horizontalHeader().sectionClicked.emit(column)
        next(a for a in table.type_menu.actions() if a.data() == kind).trigger()
        run(settled(dialog))

    choose(0, "float")
    assert table.model().headerData(0, Qt.Orientation.Horizontal) == "id\nfloat"
    choose(1, "integer")
    assert not dialog.current.can_load
    assert "unknown" in dialog.panel._error._sentence.text
    texts = [button.text() for button in dialog.panel.choices.buttons]
    assert texts[:2] == ["Read “unknown” as missing", "Types as they are found"]
    dialog.panel.choices.buttons[0].click()
    run(settled(dialog))
    assert dialog.current.can_load
    assert dialog.current.overrides["column_types"] == {"id": "float", "age": "integer"}
    assert table.model().headerData(1, Qt.Orientation.Horizontal) == "age\ninteger"


def test_what_only_archives_need_is_asked_of_archives(
    show: Callable[..., PreviewDialog], files: dict[str, Path], tmp_path: Path
) -> None:
    """Also where only its bytes say that a file is one."""
    packed = tmp_path / "packed.bin"
    with zipfile.ZipFile(packed, "w") as archive:
        archive.write(files["plain.csv"], "plain.csv")
    for path, is_there in ((files["plain.csv"], False), (packed, True)):
        form = show(path).panel.form
        assert form is not None
        assert ("member" in form.values()) is is_there
