"""Whatever a file holds: it loads, or it is refused with a sentence and what to do."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from fuzz_loaders import fault_of, makers
from hypothesis import given, settings
from hypothesis import strategies as st
from loader_checks import Loads

from queue_core.components.loaders import preview
from queue_core.components.loaders.tables.native_errors import native_errors
from queue_core.errors import DataError

pytestmark = pytest.mark.sweep

MAKERS = makers()
# Damaged files of these may end the process inside of their libraries: they are tried by hand.
IN_PROCESS = sorted(set(MAKERS) - {"book.xls"})


@pytest.mark.parametrize("name", IN_PROCESS)
@settings(max_examples=12)
@given(seed=st.integers(0, 2**32))
def test_broken_files(tmp_path_factory: pytest.TempPathFactory, name: str, seed: int) -> None:
    content = MAKERS[name](random.Random(seed))
    assert fault_of(content, name, tmp_path_factory.mktemp("fuzz")) == ""


@settings(max_examples=25)
@given(text=st.text(max_size=80))
def test_any_text(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    folder = tmp_path_factory.mktemp("text")
    content = text.encode("utf-8", "surrogatepass") or b"\n"
    for name in ("t.csv", "t.json", "t.arff"):
        assert fault_of(content, name, folder) == "", name


class PanicException(BaseException):
    """What a library in Rust raises where it gives up."""


def test_a_panic_is_an_error_with_words() -> None:
    with (
        pytest.raises(DataError, match="The sheet “One” cannot be read: its reader stopped"),
        native_errors("The sheet “One”", "Save it as CSV."),
    ):
        raise PanicException("range start index 4 out of range")
    with pytest.raises(KeyboardInterrupt), native_errors("x", "y"):
        raise KeyboardInterrupt


@pytest.mark.parametrize("thousands", ["40 430", "1'234", "1’234", "1\u202f234"])
def test_groups_alone_in_a_file(load: Loads, tmp_path: Path, thousands: str) -> None:
    path = tmp_path / "t.csv"
    path.write_text(f"place;n\nA;{thousands}\nB;830\n", encoding="utf-8")
    assert preview(path).error is None
    assert load(path).columns[1].type.value == "integer"
