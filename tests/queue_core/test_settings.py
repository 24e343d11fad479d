"""Settings: what is accepted, and that the file survives people, crashes and other versions."""

from __future__ import annotations

import contextlib
import math
import stat
from pathlib import Path

import hypothesis
import pytest
from hypothesis import given
from hypothesis import strategies as st

from queue_core.errors import LocalFolderError, ParameterError
from queue_core.settings import SETTINGS, Settings, change_settings
from queue_core.settings.known import (
    CANCEL_GRACE_S,
    GIB,
    MAX_ATTEMPTS,
    PRELOAD,
    REDUCE_MOTION,
    THEME,
    WORKERS,
    default_workers,
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "settings.toml"


@pytest.mark.parametrize("setting", SETTINGS.values(), ids=list(SETTINGS))
def test_every_setting_accepts_its_own_default(setting) -> None:
    assert setting.check(setting.default_value()) == setting.default_value()
    assert setting.title
    assert setting.sentence.endswith(".")


def test_without_a_file_everything_has_its_default(path: Path) -> None:
    settings = Settings.load(path)
    assert settings == Settings()
    assert settings[THEME] == "system"
    assert settings[CANCEL_GRACE_S] == 2.0
    assert 1 <= settings[WORKERS] <= 4
    assert settings.timeout_s("ModelJob") is None
    assert not path.exists()


@pytest.mark.parametrize(
    ("cores", "gib", "workers"),
    [(1, 1, 1), (2, 24, 1), (4, 16, 3), (8, 64, 4), (64, 512, 4), (8, 8, 2), (8, 3, 1)],
)
def test_default_workers_follow_cores_and_memory(cores: int, gib: int, workers: int) -> None:
    assert default_workers(cores, gib * GIB) == workers


def test_a_change_is_there_when_read_again(path: Path) -> None:
    changed = change_settings(
        path, {"queue.workers": 3, "runner.preload": ("numpy",), "limits.timeout_s.ModelJob": 90}
    )
    assert changed == Settings.load(path)
    assert (changed[WORKERS], changed[PRELOAD]) == (3, ("numpy",))
    assert changed.timeout_s("ModelJob") == 90.0
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(path.parent.iterdir()) == [path]


def test_a_limit_for_other_types_counts_for_types_of_the_users_own(path: Path) -> None:
    settings = change_settings(path, {"limits.timeout_s.other": 5, "limits.timeout_s.ModelJob": 7})
    assert settings.timeout_s("MyJob") == 5
    assert settings.timeout_s("ModelJob") == 7
    assert settings.timeout_s("DatasetJob") is None


def test_none_goes_back_to_the_default(path: Path) -> None:
    change_settings(path, {"window.theme": "dark"})
    assert change_settings(path, {"window.theme": None})[THEME] == "system"
    assert change_settings(path, {"window.reduce_motion": None})[REDUCE_MOTION] is False


def test_comments_and_unknown_keys_stay(path: Path) -> None:
    path.write_text('# mine\n[window]\ntheme = "dark"  # at night\nfuture = 7\n[other]\nx = [1]\n')
    settings = change_settings(path, {"queue.workers": 2})
    text = path.read_text()
    for piece in ("# mine", "# at night", "future = 7", "[other]", "x = [1]"):
        assert piece in text
    assert (settings[THEME], settings[WORKERS]) == ("dark", 2)
    assert settings.problems == ()


def test_a_file_that_is_not_toml_is_kept_aside(path: Path) -> None:
    path.write_bytes(b"[window\n\xff")
    settings = Settings.load(path)
    assert settings[THEME] == "system"
    (aside,) = path.parent.iterdir()
    assert aside.read_bytes() == b"[window\n\xff"
    assert str(aside) in settings.problems[0]
    assert change_settings(path, {"window.theme": "light"})[THEME] == "light"
    assert aside.exists()


@pytest.mark.parametrize("value", ["1" * 5_000, "[" * 100_000])
def test_what_the_reader_of_toml_gives_up_at_is_kept_aside_too(path: Path, value: str) -> None:
    path.write_text(f"x = {value}")
    (problem,) = Settings.load(path).problems
    assert "are kept in" in problem


@pytest.mark.parametrize("setting", SETTINGS.values(), ids=list(SETTINGS))
@given(
    value=st.text() | st.integers() | st.floats() | st.booleans() | st.lists(st.text())
    | st.just(16**5_000) | st.just(-(16**5_000)) | st.just([16**5_000])
)  # fmt: skip
@hypothesis.settings(max_examples=20)
def test_any_value_fits_or_is_refused_with_a_sentence(setting, value) -> None:
    with contextlib.suppress(ParameterError):
        setting.check(value)


def test_a_wrong_value_is_reported_kept_and_replaced_by_the_default(path: Path) -> None:
    path.write_text('[queue]\nworkers = "many"\n[window]\ntheme = "dark"\n')
    settings = Settings.load(path)
    assert settings[WORKERS] == WORKERS.default_value()
    assert settings[THEME] == "dark"
    (problem,) = settings.problems
    assert "queue.workers" in problem
    assert "'many'" in problem
    assert "whole number" in problem
    assert "many" in path.read_text()


@pytest.mark.parametrize(
    ("key", "value", "word"),
    [
        ("queue.workers", 0, "between 1 and 64"),
        ("queue.workers", True, "whole number"),
        ("queue.workers", 2.5, "whole number"),
        ("runner.cancel_grace_s", math.nan, "between 0 and 60"),
        ("runner.cancel_grace_s", "2", "a number"),
        ("retention.max_count", -1, "at least 0"),
        ("window.theme", "pink", "system, light, dark"),
        ("window.reduce_motion", 1, "true or false"),
        ("runner.preload", ["numpy", 1], "list of texts"),
        ("runner.preload", "numpy", "list of texts"),
        ("queue.worker", 1, "Did you mean queue.workers?"),
    ],
)
def test_a_change_that_does_not_fit_is_refused_whole(path: Path, key, value, word) -> None:
    with pytest.raises(ParameterError) as caught:
        change_settings(path, {"window.language": "es", key: value})
    assert key in caught.value.message
    assert caught.value.parameter == key
    assert word in caught.value.hint
    assert not path.exists()


def test_a_folder_that_is_gone_is_said_plainly(tmp_path: Path) -> None:
    with pytest.raises(LocalFolderError, match="cannot be written"):
        change_settings(tmp_path / "gone" / "settings.toml", {"queue.workers": 1})


def test_a_value_where_a_table_belongs_does_not_break(path: Path) -> None:
    path.write_text("queue = 3\n")
    assert Settings.load(path)[WORKERS] == WORKERS.default_value()
    assert change_settings(path, {"queue.workers": 2})[WORKERS] == 2


@given(
    attempts=st.integers(1, 100),
    modules=st.lists(st.text(st.characters(exclude_categories=["Cs"])), max_size=4),
    grace=st.floats(0, 60),
)
def test_what_is_written_is_read_back(tmp_path_factory, attempts, modules, grace) -> None:
    path = tmp_path_factory.mktemp("settings") / "settings.toml"
    changes = {
        MAX_ATTEMPTS.key: attempts, PRELOAD.key: modules, CANCEL_GRACE_S.key: grace,
    }  # fmt: skip
    written = change_settings(path, changes)
    read = Settings.load(path)
    assert read == written
    assert (read[MAX_ATTEMPTS], read[PRELOAD], read[CANCEL_GRACE_S]) == (
        attempts, tuple(modules), grace,
    )  # fmt: skip
