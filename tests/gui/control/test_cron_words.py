from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from gui.control.cron_words import cron_words
from gui.submit.repeat_editor import RepeatEditor


@pytest.mark.parametrize(
    ("cron", "words"),
    [
        ("0 3 * * *", "Every day at 03:00"), ("5 * * * *", "Every hour at :05"),
        ("30 7 * * 1-5", "Every workday at 07:30"), ("0 3 * * 0", "Every Sunday at 03:00"),
        ("0 3 * * 7", "Every Sunday at 03:00"), ("0  22 * * 1", "Every Monday at 22:00"),
        ("*/5 * * * *", "*/5 * * * *"), ("0 3 1 * *", "0 3 1 * *"), ("61 3 * * *", "61 3 * * *"),
        ("5 * * * 1", "5 * * * 1"),
    ],
)  # fmt: skip
def test_rhythms_that_people_say_are_said(cron: str, words: str) -> None:
    assert cron_words(cron) == words


def test_whatever_the_form_makes_is_said_in_words(qtbot: QtBot) -> None:
    editor = RepeatEditor()
    qtbot.addWidget(editor)
    for rhythm in range(4):
        editor.rhythm.setCurrentIndex(rhythm)
        assert cron_words(editor.cron).startswith("Every ")
