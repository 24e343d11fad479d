from __future__ import annotations

import datetime
import gzip
from pathlib import Path

import pytest
import sklearn
from loader_checks import Loads, Writes, rows_of, types_of

from queue_core.components.loaders import preview
from queue_core.errors import DataError

OPENML = Path(sklearn.__file__).parent / "datasets" / "tests" / "data" / "openml"

TEXT = """% a comment
@RELATION people

@attribute 'full name' string
@attribute\tage\tNUMERIC
@ATTRIBUTE height REAL
@attribute kids INTEGER
@attribute sort {good, 'very bad'}
@attribute born DATE 'yyyy-MM-dd'
@data
'Ann Lee',31,1.75,0,good,2001-02-03
% another
Bob,?,1.5,2,'very bad',?
"""


def test_dense(load: Loads, write: Writes) -> None:
    stored = load(TEXT, "people.arff")
    assert types_of(stored) == {
        "full name": "text", "age": "integer", "height": "float", "kids": "integer",
        "sort": "category", "born": "datetime",
    }  # fmt: skip
    assert rows_of(stored) == [
        {"full name": "Ann Lee", "age": 31, "height": 1.75, "kids": 0, "sort": "good",
         "born": datetime.datetime.fromisoformat("2001-02-03")},
        {"full name": "Bob", "age": None, "height": 1.5, "kids": 2, "sort": "very bad",
         "born": None},
    ]  # fmt: skip
    shown = preview(write(TEXT, "people.arff"))
    assert [(c.name, c.type.value) for c in shown.columns] == list(types_of(stored).items())


def test_sparse(load: Loads) -> None:
    text = "@relation r\n@attribute a real\n@attribute b {x,y}\n@data\n{0 1.5, 1 y}\n{}\n"
    assert rows_of(load(text, "t.arff")) == [{"a": 1.5, "b": "y"}, {"a": 0.0, "b": "x"}]


def test_integer_with_a_fraction_keeps_it(load: Loads) -> None:
    text = "@relation r\n@attribute a integer\n@data\n1\n1.5\n"
    assert rows_of(load(text, "t.arff")) == [{"a": 1.0}, {"a": 1.5}]


def test_real_files(load: Loads) -> None:
    path = next((OPENML / "id_40945").glob("*.arff.gz"))
    stored = load(path)
    assert (stored.row_count, len(stored.columns)) == (1309, 14)
    assert stored.column("sex").type.value == "category"
    assert stored.column("age").missing == 263


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("@relation r\n@attribute a real\n@data\n1\nx\n", "“a” of t.arff holds a value"),
        ("@relation r\n@attribute a real\n@data\n1\n2,3\n", "line 5"),
        ("@relation r\n@attribute a {x,y}\n@data\nx\nz\n", "z not found .* at line 5"),
        ("@relation r\n@attribute a real\n", "cannot be read as ARFF"),
        ("@relation r\n@attribute a relational\n@data\n", "Line 2 .* of the type relational"),
        ("@relation r\n@data\n1\n", "cannot be read as ARFF"),
    ],
)
def test_what_cannot_be_loaded(load: Loads, text: str, message: str) -> None:
    with pytest.raises(DataError, match=message):
        load(text, "t.arff")


def test_no_rows(load: Loads) -> None:
    stored = load("@relation r\n@attribute a real\n@data\n", "t.arff")
    assert stored.row_count == 0
    assert stored.warnings == ("t.arff has attributes and no rows.",)


def test_packed_without_a_telling_name(load: Loads) -> None:
    stored = load(gzip.compress(TEXT.encode()), "people.txt.gz")
    assert stored.row_count == 2
    assert "ARFF" in stored.warnings[0]
