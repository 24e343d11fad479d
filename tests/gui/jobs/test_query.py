"""The query in the search field: offers, chips, mistakes; long lists, and all that match."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QPushButton
from sample_jobs import Echo

from gui import i18n
from gui.bridge import Bridge
from gui.helper import helpers_of
from gui.jobs import commands, in_parts, table_model
from gui.jobs.columns import COLUMNS
from gui.jobs.feature import QueryLine
from gui.jobs.grouping import HEADING_PX
from gui.jobs.indexing import JobIndexing
from gui.jobs.jobs_pane import JobsPane
from gui.jobs.plain_words import query_meant
from gui.jobs.query_texts import Known, offers, token_before
from gui.jobs.table_layout import TableLayout
from gui.jobs.views_section import ViewsSection
from gui.main_window import MainWindow
from gui.plain_text import PlainMessageBox
from gui.theme import ROW_HEIGHT_PX, SECOND_LINE_PX
from queue_core.queue.huey_queue import HueyJobQueue
from queue_core.queue.job_record import JobStatus
from queue_core.queue.values import JobOrder

KNOWN = Known(("ModelJob", "DatasetJob"), ("random_forest",), ("max_depth", "min_size"))


@pytest.fixture
def line(window: MainWindow, bridge: Bridge) -> Iterator[QueryLine]:
    return QueryLine(window, JobIndexing(bridge, window.model), bridge)


def offered(token: str) -> list[str]:
    return [offer.text for offer in offers(token, KNOWN)]


def test_keys_come_first_and_then_the_values_that_are_known() -> None:
    assert offered("st") == ["status:", "started:"]
    assert offered("-sta")[0] == "-status:"
    assert offered("status:f") == ["status:finished", "status:failed"]
    assert offered("status:failed,wa") == ["status:failed,waiting"]
    assert offered("type:") == ["type:dataset", "type:model"]
    assert offered("component:ran") == ["component:random_forest"]
    assert offered("param.m") == ["param.max_depth:", "param.min_size:"]
    assert offered("took:") == ["took:>5m"]
    assert offered("iris") == []
    assert all(offer.sentence for offer in offers("p", KNOWN))


def test_words_of_people_are_understood() -> None:
    assert offered("fail") == ["status:failed"]
    assert offered("week") == ["age:<1w"]
    assert offered("mod") == ["type:model"]
    assert query_meant("Failed models last week", ("ModelJob",)) == (
        "status:failed type:model age:<1w"
    )
    assert query_meant("all failures of last week", ()) == "status:failed age:<1w"
    assert query_meant("failed iris", ()) == "status:failed iris"
    assert query_meant("iris", ("ModelJob",)) == ""


def test_words_of_people_are_understood_in_their_language() -> None:
    i18n.set_language("es")
    assert query_meant("fallos de la semana pasada", ()) == "status:failed age:<1w"
    assert query_meant("Modelos  en curso de iris", ("ModelJob",)) == (
        "status:running type:model iris"
    )
    assert query_meant("en espera", ()) == "status:waiting"


def test_what_was_meant_is_one_click_away(
    seeded: list[str], window: MainWindow, run: Any, until: Any
) -> None:
    async def body() -> None:
        search = window.toolbar.search
        search.set_text("failed datasets")
        search.emit_now()
        pane = window.findChild(JobsPane)
        assert pane is not None
        await until(pane.meant.isVisible)
        assert pane.meant.text() == "Look for status:failed type:dataset"
        pane.meant.click()
        await until(lambda: window.model.is_loaded and window.model.rowCount())
        assert search.text() == "status:failed type:dataset"

    run(body())


def test_the_term_at_the_cursor_is_completed() -> None:
    assert token_before("iris status:fa more", 14) == "status:fa"
    assert token_before('log:"no spa', 11) == 'log:"no spa'
    assert token_before("iris ", 5) == ""


def test_chips_show_the_terms_and_take_them_out(
    seeded: list[str], window: MainWindow, line: QueryLine, run: Any, until: Any
) -> None:
    async def body() -> None:
        assert line.bar.isHidden()
        window.toolbar.search.set_text("status:failed error:memory")
        await until(lambda: window.model.rowCount() == 1)
        assert [chip.text() for chip in line.bar.chips] == ["status:failed", "error:memory"]
        line.bar.chips[1].click()
        await until(lambda: window.model.rowCount() == 2)
        assert window.toolbar.search.text() == "status:failed"
        window.toolbar.search.set_text("status:failed stauts:x")
        await until(lambda: "stauts" in line.bar.text)
        assert window.model.rowCount() == 2  # what was understood last stays
        window.toolbar.search.clear_now()
        await until(lambda: window.model.rowCount() == len(seeded))
        assert line.bar.isHidden()

    run(body())


def test_enter_takes_an_offer_over(
    seeded: list[str], window: MainWindow, line: QueryLine, run: Any, until: Any
) -> None:
    async def body() -> None:
        await until(lambda: window.overview.counts.total == len(seeded))
        field = window.toolbar.search.field
        popup = line.completer.popup
        field.setFocus()
        QTest.keyClicks(field, "type:mo")
        await until(popup.isVisible)
        QTest.keyClick(popup, Qt.Key.Key_Down)
        QTest.keyClick(popup, Qt.Key.Key_Return)
        await until(lambda: field.text() == "type:model ")
        await until(lambda: window.model.rowCount() == 3)

    run(body())


def test_all_that_match_are_removed_and_come_back(
    seeded: list[str], window: MainWindow, line: QueryLine, run: Any, until: Any
) -> None:
    async def body() -> None:
        window.toolbar.search.set_text("status:failed")
        await until(lambda: window.model.rowCount() == 2)
        line.whole.remove()
        await until(lambda: window.model.rowCount() == 0)
        (toast,) = window.toasts.toasts
        next(b for b in toast.findChildren(QPushButton) if b.text() == "Undo").click()
        await until(lambda: window.model.rowCount() == 2)

    run(body())


def test_a_list_is_saved_as_a_table_of_what_matches(
    window: MainWindow, queue: HueyJobQueue, line: QueryLine, run: Any, until: Any, tmp_path: Path
) -> None:
    async def body() -> None:
        for name in ("penguins", "iris", "more penguins"):
            queue.put(Echo(name=name))
        window.toolbar.search.set_text("guin")
        await until(lambda: window.model.rowCount() == 2)
        line.whole.save()
        dialog = window.findChild(QFileDialog)
        dialog.fileSelected.emit(str(tmp_path / "jobs.csv"))
        dialog.reject()
        await until(lambda: any("Saved 2 jobs" in t.message.text for t in window.toasts.past))
        assert "iris" not in (tmp_path / "jobs.csv").read_text(encoding="utf-8-sig")
        # Pages of tables do not wait behind a long list.
        assert not helpers_of(window.bridge).reading.is_running

    run(body())


def test_thousands_are_done_in_parts_and_can_be_taken_back(
    window: MainWindow, queue: HueyJobQueue, line: QueryLine, run: Any, until: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(in_parts, "PART", 10)
    monkeypatch.setattr(commands, "MOST_HIDDEN", 30)

    async def body() -> None:
        for number in range(45):
            queue.put(Echo(name=f"penguins {number}"))
        window.toolbar.search.set_text("guin")
        await until(lambda: window.model.rowCount() == 45)
        line.whole.cancel()
        await until(lambda: window.overview.counts.by_status[JobStatus.CANCELLED] == 45)
        assert any("Cancelling 45 jobs" in past.message.text for past in window.toasts.past)
        line.whole.retry()
        await until(lambda: window.overview.counts.total == 90)
        await until(lambda: window.toasts.undo_latest())
        await until(lambda: window.overview.counts.total == 45)
        line.whole.remove()  # so many cannot come back: it asks
        await until(lambda: window.findChild(PlainMessageBox) is not None)
        box = window.findChild(PlainMessageBox)
        assert box is not None
        assert box.text() == "Remove 45 jobs?"
        next(button for button in box.buttons() if button.text() == "Remove").click()
        await until(lambda: window.overview.counts.total == 0)
        await until(lambda: window.findChild(PlainMessageBox) is None)

    run(body())


def test_a_long_list_is_known_in_part_and_keeps_place_and_selection(
    window: MainWindow, queue: HueyJobQueue, line: QueryLine, run: Any, until: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(table_model, "PAGE_ROWS", 60)

    async def body() -> None:
        ids = [queue.put(Echo(name=f"job {number:03}")) for number in range(200)][::-1]
        table, model = window.table, window.model
        await until(lambda: model.rowCount() == 200 and model.row_of(ids[0]) == 0)
        await until(table.isVisible)
        assert not model.is_whole
        table.select([ids[3]])
        bar = table.verticalScrollBar()
        await until(lambda: bar.maximum() > 0)
        bar.setValue(bar.maximum())
        await until(lambda: model.row_of(ids[199]) == 199)
        assert model.row_of(ids[3]) is None
        assert table.selected_ids() == (ids[3],)
        before = table.rowViewportPosition(199)
        new = queue.put(Echo(name="new"))
        await until(lambda: model.rowCount() == 201)
        await until(lambda: table.rowViewportPosition(200) == before)
        assert table.selected_ids() == (ids[3],)
        table.show_newest()
        await until(lambda: model.row_of(new) == 0)
        assert table.selectionModel().isRowSelected(4)
        table.set_order(JobOrder("job_name", descending=False))
        await until(lambda: model.is_loaded and model.row_of(ids[199]) == 0)
        assert table.selected_ids() == (ids[3],)
        table.selectAll()
        await until(lambda: set(table.selected_ids()) == {*ids, new})

    run(body())


def test_a_view_keeps_what_is_shown_and_how(
    seeded: list[str], window: MainWindow, line: QueryLine, run: Any, until: Any
) -> None:
    async def body() -> None:
        views = ViewsSection(window)
        memory = next(column for column in COLUMNS if column.name == "memory")
        window.toolbar.search.set_text("status:failed")
        await until(lambda: window.model.rowCount() == 2)
        window.table.columns.set_wanted(memory, wanted=True)
        window.table.set_order(JobOrder("duration", descending=True))
        views.save("Slow failures")
        everything, saved = window.sidebar.rows[7:9]
        assert saved.isChecked()
        views.choose("")
        await until(lambda: window.model.rowCount() == len(seeded))
        assert everything.isChecked()
        assert window.toolbar.search.text() == ""
        assert not window.table.columns.is_wanted(memory)
        assert window.model.order == JobOrder()
        again = ViewsSection(window)  # as on the next day
        again.choose("Slow failures")
        await until(lambda: window.model.rowCount() == 2)
        assert window.toolbar.search.text() == "status:failed"
        assert window.table.columns.is_wanted(memory)
        assert window.model.order == JobOrder("duration", descending=True)
        again.rename("Slow failures", "Failures")
        again.remove("Failures")
        assert len(again.store.views) == 0
        (toast,) = window.toasts.toasts
        next(b for b in toast.findChildren(QPushButton) if b.text() == "Undo").click()
        assert [view.name for view in again.store.views] == ["Failures"]

    run(body())


def test_jobs_stand_in_groups_under_headings(
    seeded: list[str], window: MainWindow, run: Any, until: Any
) -> None:
    async def body() -> None:
        table, model = window.table, window.model

        def headings() -> list[str]:
            return [text for row in model.known_rows if (text := table.grouping.heading(row))]

        table.group_by("status")
        wanted = ["Running", "Waiting", "Interrupted", "Finished", "Failed", "Cancelled"]
        await until(lambda: model.is_loaded and headings() == wanted)
        await until(lambda: table.rowHeight(0) == ROW_HEIGHT_PX + SECOND_LINE_PX + HEADING_PX)
        assert table.rowHeight(1) == ROW_HEIGHT_PX + SECOND_LINE_PX
        layout = TableLayout.of(table, model.order)
        table.horizontalHeader().setSortIndicator(1, Qt.SortOrder.AscendingOrder)
        await until(lambda: model.is_loaded and model.order.column == "job_name")
        assert headings() == []
        TableLayout.from_data(layout.to_data()).apply(table)
        await until(lambda: model.is_loaded and headings() == wanted)

    run(body())
