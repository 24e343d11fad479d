"""The door to the terminal, and that nothing goes around it."""

from __future__ import annotations

import ast
import io
import json
import logging
import math
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from queue_core.cli.output import (
    VisibleFormatter,
    clean,
    json_text,
    painted,
    redraw,
    visible,
    write,
)

ROOT = Path(__file__).parents[3]
# What speaks to people. The runner's children speak to this program alone, and what is run by hand
# when a migration or a snapshot of a library is made speaks to whoever develops.
SPEAKS = sorted(
    path
    for path in (ROOT / "queue_core").rglob("*.py")
    if not {"runner", "migrations", "components"}.intersection(path.parts)
    and path.name != "output.py"
)
# Signs of category Cf that are seen, or are part of how letters of a script are written.
SEEN = {*range(0x600, 0x606), 0x6DD, 0x70F, 0x890, 0x891, 0x8E2, 0x110BD, 0x110CD, 0x200C, 0x200D}


def test_nothing_that_steers_hides_or_turns_is_left() -> None:
    unseen = [
        chr(code)
        for code in range(0x110000)
        if unicodedata.category(chr(code)) in ("Cc", "Cf", "Cs", "Zl", "Zp")
        and code not in SEEN
        and chr(code) not in "\n\t"
    ]
    for sign in unseen:
        for shown in (visible(f"a{sign}b"), clean(f"a{sign}b")):
            assert sign not in shown, ascii(sign)
            shown.encode()  # no half of a character is left


@given(st.text())
def test_what_is_made_visible_stays_as_it_is(text: str) -> None:
    assert visible(visible(text)) == visible(text)
    assert clean(clean(text)) == clean(text)
    assert "\n" not in clean(text)


def test_codes_lines_and_joiners() -> None:
    assert visible("\x1b]0;x\x07\x9b2J\r") == "\\x1b]0;x\\x07\\x9b2J\\r".replace("\\r", "\\x0d")
    assert visible("a\u202eb\u2066c") == "a\\u202eb\\u2066c"
    assert visible("one\r\n\ttwo") == "one\n\ttwo"
    assert clean("one\r\n\ttwo") == "one two"
    family = "\U0001f468\u200d\U0001f469"
    assert visible(family) == family
    assert visible("می\u200cخواهم") == "می\u200cخواهم"
    assert visible("a\u200db\u200d") == "a\\u200db\\u200d"
    assert visible("caf\udce9") == "caf\\udce9"


def test_only_colours_of_ours_pass() -> None:
    stream = io.StringIO()
    write(stream, f"{painted('red', 31)} \x1b[31mnot ours\x1b[0m")
    assert stream.getvalue() == "\x1b[31mred\x1b[0m \\x1b[31mnot ours\\x1b[0m\n"
    stream = io.StringIO()
    redraw(stream, "half\x1b[2J\nnext")
    assert stream.getvalue() == "\r\x1b[2Khalf\\x1b[2J next"


def test_a_stream_of_any_encoding_is_written_to() -> None:
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, "ascii")
    write(stream, "naïve \udc80 ✓")
    assert raw.getvalue() == b"na?ve \\udc80 ?\n"
    stream.close()


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    ),
    st.booleans(),
)
def test_json_is_exact_and_strict(data: object, ascii_only: bool) -> None:
    def refuse(constant: str) -> None:
        raise AssertionError(constant)

    text = json_text(data, ascii_only=ascii_only)
    text.encode("ascii" if ascii_only else "utf-8")
    assert visible(text) == text
    assert json.loads(text, parse_constant=refuse) == without_infinite(data)


def without_infinite(data: object) -> object:
    if isinstance(data, float) and not math.isfinite(data):
        return "NaN" if math.isnan(data) else "Infinity" if data > 0 else "-Infinity"
    if isinstance(data, dict):
        return {key: without_infinite(value) for key, value in data.items()}
    return [without_infinite(value) for value in data] if isinstance(data, list) else data


@pytest.mark.parametrize("text", ["\udc80", "\x7f\x9b", "\U000e0001", "\u2028\u202e"])
def test_json_holds_what_is_no_text(text: str) -> None:
    shown = json_text([text, {text: text}], ascii_only=False)
    assert visible(shown) == shown
    assert json.loads(shown) == [text, {text: text}]


def test_what_loggers_say_goes_through_the_door() -> None:
    record = logging.LogRecord("a", logging.WARNING, "", 1, "job “%s”", ("\x1b[2J",), None)
    assert VisibleFormatter("%(message)s").format(record) == "job “\\x1b[2J”"


def test_nothing_goes_around_the_door() -> None:
    """No module but the door prints, or writes to a standard stream."""
    found = [
        f"{path.relative_to(ROOT)}:{node.lineno} {ast.unparse(node.func)}"
        for path in SPEAKS
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and ast.unparse(node.func) in AROUND
    ]
    assert len(SPEAKS) > 50
    assert found == []


AROUND = {
    "print", "pprint", "input", "print_exc", "print_exception", "traceback.print_exc",
    "traceback.print_exception", "traceback.print_stack", "argparse.ArgumentParser",
    "getpass.getpass", "os.write",
    *(
        f"sys.{stream}.{way}"
        for stream in ("stdout", "stderr", "__stdout__", "__stderr__")
        for way in ("write", "writelines", "buffer.write")
    ),
}  # fmt: skip
