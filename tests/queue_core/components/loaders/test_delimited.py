from __future__ import annotations

import datetime
import gzip
from pathlib import Path

import pytest
import sklearn
from loader_checks import Loads, Writes, rows_of, types_of

from queue_core.components.loaders import detect, preview
from queue_core.errors import DataError, ParameterError

SKLEARN_DATA = Path(sklearn.__file__).parent / "datasets" / "data"


@pytest.mark.parametrize(
    ("text", "delimiter"),
    [
        ("a,b\n1,x\n2,y\n", ","),
        ("a;b\n1,5;x\n2,5;y\n", ";"),
        ("a\tb\n1\tx, y\n2\ty, z\n", "\t"),
        ("a|b\n1|x\n2|y\n", "|"),
        ("a\x01b\n1\x01x\n2\x01y\n", "\x01"),
        ("sep=;\na;b\n1;x\n", ";"),
        ("when,what\n10:30:00,x\n11:45:00,y\n", ","),
        ("name;note\nann;a, b, c\nbob;d, e, f\n", ";"),
        ("one\n1\n2\n", ","),
        ("first last\nAnn Lee\nBob Roy\n", ","),
    ],
)
def test_delimiter_is_found(write: Writes, text: str, delimiter: str) -> None:
    found = detect(write(text))
    assert found.options["delimiter"] == delimiter
    assert preview(write(text)).error is None


def test_findings_have_reasons_and_alternatives(write: Writes) -> None:
    found = detect(write("a;b\n1;2\n"))
    by_option = {item.option: item for item in found.findings}
    assert by_option["delimiter"].value == ";"
    assert "," in by_option["delimiter"].alternatives
    assert by_option["header"].value is True
    assert by_option["encoding"].value == "utf-8"
    assert all(item.reason for item in found.findings)
    assert "delimiter" not in {
        item.option for item in detect(write("a;b\n1;2\n"), {"delimiter": ";"}).findings
    }


@pytest.mark.parametrize("chosen", ["tab", "\\t", "\t"])
def test_delimiter_by_name(load: Loads, chosen: str) -> None:
    assert rows_of(load("a\tb,c\n1\t2\n", delimiter=chosen)) == [{"a": 1, "b,c": 2}]


def test_delimiter_of_several_characters(load: Loads) -> None:
    assert rows_of(load("a||b\n1||x|y\n", delimiter="||")) == [{"a": 1, "b": "x|y"}]


@pytest.mark.parametrize("chosen", ["12345", "\n", '"'])
def test_impossible_delimiter(load: Loads, chosen: str) -> None:
    with pytest.raises(ParameterError) as caught:
        load("a,b\n", delimiter=chosen)
    assert caught.value.parameter == "delimiter"


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("name,age\nann,3\n", ["name", "age"]),
        ("ann,3\nbob,4\n", ["column_1", "column_2"]),
        ("5,3\n6,4\n", ["column_1", "column_2"]),
        ("country,2000,2001\nChile,1.5,2.5\nPeru,3.5,4.5\n", ["country", "2000", "2001"]),
        ("city,land\nrome,italy\nlima,peru\n", ["city", "land"]),
    ],
)
def test_header_is_found(load: Loads, text: str, names: list[str]) -> None:
    assert [column.name for column in load(text).columns] == names


def test_header_is_chosen(load: Loads) -> None:
    assert rows_of(load("5,3\n6,4\n", header=True)) == [{"5": 6, "3": 4}]
    assert load("a,b\nc,d\n", header=False).row_count == 2
    assert load("a,b\nc,d\n", header=False, skip_rows=1).row_count == 1


def test_header_of_several_lines(load: Loads) -> None:
    assert rows_of(load('"a\nunit",b\n1,2\n3,4\n'))[1] == {"a\nunit": 3, "b": 4}


@pytest.mark.parametrize(
    ("encoding", "warned"),
    [("utf-8-sig", False), ("utf-16", False), ("utf-16-le", False), ("utf-16-be", False),
     ("utf-32", False), ("cp1252", True)],
)  # fmt: skip
def test_encodings_are_found(load: Loads, encoding: str, warned: bool) -> None:
    stored = load("name,größe\nJosé,1\nZoë,2\n".encode(encoding))
    assert rows_of(stored)[0] == {"name": "José", "größe": 1}
    assert any("cp1252" in warning for warning in stored.warnings) is warned


@pytest.mark.parametrize("encoding", ["shift_jis", "gb18030", "cp1251", "iso-8859-15", "cp437"])
def test_encodings_are_chosen(load: Loads, encoding: str) -> None:
    word = {"shift_jis": "日本", "gb18030": "中国", "cp1251": "Привет"}.get(encoding, "é")
    stored = load(f"a,b\n1,{word}\n".encode(encoding), encoding=encoding)
    assert rows_of(stored) == [{"a": 1, "b": word}]


@pytest.mark.parametrize(
    ("text", "options", "values"),
    [
        ("x;y\n1,5;a\n-2,25;b\n", {}, [1.5, -2.25]),
        ("x;y\n1.234,5;a\n2,25;b\n", {}, [1234.5, 2.25]),
        ("x;y\n1.234;1,5\n12.345;2,5\n", {}, [1234, 12345]),
        ('x,y\n"1,234.5",a\n2.25,b\n', {}, [1234.5, 2.25]),
        ('x,y\n"1,234,567",a\n12,b\n', {}, [1234567, 12]),
        ("x;y\n1,234;a\n5,678;b\n", {"decimal": ","}, [1.234, 5.678]),
        ("x;y\n1,234;a\n5,678;b\n", {"thousands": ","}, [1234, 5678]),
        ("x;y\n1'234.5;a\n2;b\n", {}, [1234.5, 2]),
        ("x,y\n1e3,a\n-2.5E-1,b\n", {}, [1000.0, -0.25]),
        ("x,y\n.5,a\n1.,b\n", {}, [0.5, 1.0]),
        ("x,y\ninf,a\n1.5,b\n", {}, [float("inf"), 1.5]),
        ("x,y\n 1,a\n 2,b\n", {}, [1, 2]),
    ],
)
def test_numbers(load: Loads, text: str, options: dict[str, str], values: list[float]) -> None:
    assert [row["x"] for row in rows_of(load(text, **options))] == values


@pytest.mark.parametrize(
    "values",
    [
        ["007", "042"], ["+56912345678", "+56987654321"], ["1_000", "2_000"], ["0x10", "0x20"],
        ["12345678901234567890", "1"], ["1.2.3", "4.5.6"], ["123456789012345678", "0.5"],
        ["1,234;5", "2"], ["01.50", "02.75"], ["1e400", "2"], ["infinite", "1"],
    ],
)  # fmt: skip
def test_what_numbers_would_change_stays_text(load: Loads, values: list[str]) -> None:
    stored = load("x\ty\n" + "".join(f"{value}\tz\n" for value in values))
    assert [row["x"] for row in rows_of(stored)] == values


def test_thousand_or_fraction_is_not_guessed(load: Loads) -> None:
    stored = load("x;y\n1,234;a\n5,678;b\n")
    assert [row["x"] for row in rows_of(stored)] == ["1,234", "5,678"]
    assert "can be a thousand or a fraction" in stored.warnings[0]


D = datetime.date
T = datetime.datetime


@pytest.mark.parametrize(
    ("cells", "value"),
    [
        (["2024-01-05", "2023-12-31"], D(2024, 1, 5)),
        (["2024/1/5", "2023/12/31"], D(2024, 1, 5)),
        (["25/01/2024", "01/02/2024"], D(2024, 1, 25)),
        (["01/25/2024", "01/02/2024"], D(2024, 1, 25)),
        (["25.1.2024", "1.2.2024"], D(2024, 1, 25)),
        (["25-Jan-2024", "01-Feb-2024"], D(2024, 1, 25)),
        (["2024-01-05 10:30", "2024-01-05"], T(2024, 1, 5, 10, 30)),
        (["2024-01-05T10:30:15.250", "2024-01-05T00:00:00"], T(2024, 1, 5, 10, 30, 15, 250_000)),
        (["25/01/2024 10:30", "26/01/2024 11:45"], T(2024, 1, 25, 10, 30)),
        (["2024-01-05T10:30:00+02:00", "2024-01-05T10:30:00Z"],
         T(2024, 1, 5, 8, 30, tzinfo=datetime.UTC)),
        (["10:30", "23:59:59"], datetime.time(10, 30)),
        (["2024-02-30", "2024-01-01"], "2024-02-30"),
        (["25/01/2024", "01/25/2024"], "25/01/2024"),
        (["01/02/24", "02/03/24"], "01/02/24"),
        (["24:61", "10:30"], "24:61"),
    ],
)  # fmt: skip
def test_dates_and_times(load: Loads, cells: list[str], value: object) -> None:
    stored = load("d,e\n" + "".join(f"{cell},x\n" for cell in cells))
    assert rows_of(stored)[0]["d"] == value


def test_dates_of_two_orders_are_said(load: Loads) -> None:
    text = "d,e\n01/02/2024,x\n03/04/2024,y\n"
    stored = load(text)
    assert rows_of(stored)[0]["d"] == D(2024, 2, 1)
    assert "read with the day first" in stored.warnings[0]
    assert stored.warnings[0] == preview(Path(stored.metadata["source"]["path"])).warnings[0]
    stored = load(text, date_order="month_first")
    assert rows_of(stored)[0]["d"] == D(2024, 1, 2)
    assert stored.warnings == ()


def test_late_day_settles_the_order(load: Loads) -> None:
    rows = "".join(f"{i % 12 + 1:02}/{i % 12 + 1:02}/2024,x\n" for i in range(40_000))
    stored = load(f"d,e\n{rows}12/25/2024,y\n")
    assert stored.page(40_000, 1).to_pylist()[0]["d"] == D(2024, 12, 25)
    assert stored.warnings == ()


def test_late_other_dates(load: Loads) -> None:
    days = "2024-01-05,2024-01-05 10:00:00\n" * 30_000
    stored = load(f"d,t\n{days}2024-01-05 12:30:00,2024-01-05 10:00:00+02:00\n")
    assert types_of(stored) == {"d": "datetime", "t": "category"}
    assert stored.page(30_000, 1).to_pylist()[0]["d"] == T(2024, 1, 5, 12, 30)
    assert "column “t” is kept as text".casefold() in stored.warnings[0].casefold()


def test_missing_words(load: Loads) -> None:
    stored = load("n,t,f\n1,NA,?\nNA,x,1.5\n,y,\n4,,-\n")
    assert rows_of(stored) == [
        {"n": 1, "t": None, "f": None},
        {"n": None, "t": "x", "f": 1.5},
        {"n": None, "t": "y", "f": None},
        {"n": 4, "t": None, "f": None},
    ]
    assert [column.missing for column in stored.columns] == [2, 2, 3]
    assert stored.warnings == (
        "“NA” in column “t” was read as a missing value.",
        "“?” in column “f” was read as a missing value.",
        "“-” in column “f” was read as a missing value.",
    )


def test_missing_words_are_chosen(load: Loads) -> None:
    assert rows_of(load("a,b\nNA,1\nx,2\n", missing_words=[])) == [
        {"a": "NA", "b": 1},
        {"a": "x", "b": 2},
    ]
    assert rows_of(load("a,b\nnone,1\nx,-9\n", missing_words=["none", "-9"])) == [
        {"a": None, "b": 1},
        {"a": "x", "b": None},
    ]


def test_late_sign_for_missing_in_numbers_is_said(load: Loads) -> None:
    stored = load("a,b\n" + "1,x\n" * 40_000 + "?,x\n")
    assert types_of(stored)["a"] == "integer"
    assert stored.columns[0].missing == 1
    assert stored.warnings == ("“?” in column “a” was read as a missing value.",)


def test_word_in_text_that_no_first_row_shows_stays(load: Loads) -> None:
    stored = load("a,b\n" + "1,x\n" * 40_000 + "2,NA\n")
    assert stored.page(40_000, 1).to_pylist() == [{"a": 2, "b": "NA"}]


def test_one_column(load: Loads) -> None:
    stored = load('v\n1\n\n2\n""\n3\n\n')
    assert [row["v"] for row in rows_of(stored)] == [1, 2, None, 3]


def test_types_are_chosen(load: Loads) -> None:
    stored = load("zip,n,d\n12345,1,2024-01-01\n", column_types={"zip": "text", "n": "float"})
    assert types_of(stored) == {"zip": "text", "n": "float", "d": "date"}
    with pytest.raises(DataError, match=r"Line 3 of .* holds “x” in column “n”"):
        load("n,m\n1,2\nx,3\n", column_types={"n": "integer"})
    with pytest.raises(DataError, match="has no column “q”"):
        load("n\n1\n", column_types={"q": "integer"})
    with pytest.raises(ParameterError):
        load("n\n1\n", column_types={"n": "whole"})


@pytest.mark.parametrize("suffix", ["gz", "zip"])
def test_packed_text_of_another_encoding(load: Loads, write: Writes, suffix: str) -> None:
    content = "a;b\n1;é\n2;ü\n".encode("utf-16")
    if suffix == "gz":
        packed = gzip.compress(content)
    else:
        import io
        import zipfile

        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("t.csv", content)
        packed = buffer.getvalue()
    stored = load(packed, f"t.csv.{suffix}")
    assert rows_of(stored) == [{"a": 1, "b": "é"}, {"a": 2, "b": "ü"}]


def test_escaped_quotes(load: Loads) -> None:
    assert rows_of(load('a,b\n1,"x\\"y"\n2,z\n'))[0] == {"a": 1, "b": 'x"y'}
    assert rows_of(load("a,b\n'1','x,y'\n'2','z'\n"))[0] == {"a": 1, "b": "x,y"}


def test_spaces_after_separators(load: Loads) -> None:
    stored = load("a, b, c\nx, y, 1\nz, w, 2\n")
    assert rows_of(stored)[0] == {"a": "x", "b": "y", "c": 1}
    assert rows_of(load("a,b\nx, y\nz, w\n"))[0] == {"a": "x", "b": " y"}


def test_real_files(load: Loads) -> None:
    cancer = load(SKLEARN_DATA / "breast_cancer.csv")
    assert (cancer.row_count, len(cancer.columns)) == (569, 31)
    assert "first line was left out" in cancer.warnings[0]
    iris = load(SKLEARN_DATA / "iris.csv")
    assert iris.row_count == 150
    assert "look like values" in iris.warnings[0]
    digits = load(SKLEARN_DATA / "digits.csv.gz")
    assert (digits.row_count, len(digits.columns)) == (1797, 65)
    assert sum(column.missing for column in digits.columns) == 0


def test_wide_table(load: Loads) -> None:
    names = ",".join(f"c{i}" for i in range(400))
    stored = load(
        f"{names}\n" + "\n".join(",".join(str(i + j) for i in range(400)) for j in range(20))
    )
    assert (stored.row_count, len(stored.columns)) == (20, 400)
    assert stored.page(19, 1).to_pylist()[0]["c399"] == 418
