"""What is hidden from reports, and what is not."""

from __future__ import annotations

import json
from pathlib import Path, PureWindowsPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from queue_core.runner.job_process.redaction import HIDDEN, Redactor

HOME = Path("/home/ada")


@pytest.mark.parametrize(
    "name",
    ["password", "Password2", "my_passwd", "openaiApiKey", "OPENAI_API_KEY", "api-key", "hf_token",
     "accessToken", "accesstoken", "auth", "http_auth", "oauth", "Authorization", "client_secret",
     "DB_PWD", "AWS_SECRET_ACCESS_KEY", "cookies", "connection_string"],
)  # fmt: skip
def test_names_of_secrets(name: str) -> None:
    assert Redactor().hides(name)


@pytest.mark.parametrize(
    "name",
    ["author", "authors", "max_tokens", "tokenizer", "n_tokens", "key", "keys", "cwd", "path",
     "primary_key", "", "__init__", "列"],
)  # fmt: skip
def test_names_of_other_things(name: str) -> None:
    assert not Redactor().hides(name)


def test_ones_own_words() -> None:
    redactor = Redactor(["patient", "SSN", " "])
    assert redactor.hides("patientName")
    assert redactor.hides("ssn")
    assert not redactor.hides("lessness")
    assert not redactor.hides("password")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("login(user='ada', password='hunter2 x')", "login(user='ada', password='(hidden)')"),
        ('{"api_key": "abc", "n": 3}', '{"api_key": "(hidden)", "n": 3}'),
        ("--token=abc --n=3", "--token=(hidden) --n=3"),
        ("Authorization: Bearer abc.def", "Authorization: (hidden)"),
        ("password=None, token: None", "password=None, token: None"),
        ("postgresql://ada:hunter2@db/x", "postgresql://ada:(hidden)@db/x"),
        ("use sk-abcdefghijklmnopqrstuvwxyz now", "use (hidden) now"),
        ("task-abcdefghijklmnopqrstuvwxyz", "task-abcdefghijklmnopqrstuvwxyz"),
        ('File "/home/ada/work/job.py"', 'File "~/work/job.py"'),
        ("/home/ada", "~"),
        ("/home/adam/x and /home/ada.txt", "/home/adam/x and /home/ada.txt"),
        ("KeyError: 'password'", "KeyError: 'password'"),
    ],
)
def test_text(text: str, expected: str) -> None:
    assert Redactor(home=HOME).text(text) == expected


def test_a_private_key_goes_with_all_its_lines() -> None:
    key = "-----BEGIN RSA PRIVATE KEY-----\nMIIE\nabc/+=\n-----END RSA PRIVATE KEY-----"
    assert Redactor().text(f"a {key} b") == f"a {HIDDEN} b"


def test_a_home_on_windows_in_either_writing() -> None:
    redactor = Redactor(home=PureWindowsPath("C:\\Users\\Ada"))  # type: ignore[arg-type]
    assert redactor.text(r"C:\Users\Ada\x.csv") == r"~\x.csv"
    assert redactor.text(r"'C:\\Users\\Ada\\x.csv'") == r"'~\\x.csv'"
    assert redactor.text("C:/Users/Ada/x.csv") == "~/x.csv"


def test_data_keeps_its_form() -> None:
    redactor = Redactor(home=HOME)
    data = {"rows": 3, "token": "abc", "nested": [{"password": ["a"]}, "/home/ada/x"],
            "auth": None, "secret": ""}  # fmt: skip
    assert redactor.data(data) == {
        "rows": 3, "token": HIDDEN, "nested": [{"password": HIDDEN}, "~/x"], "auth": None,
        "secret": "",
    }  # fmt: skip
    assert dict(redactor.hidden) == {"token": 1, "password": 1}


SECRETS = st.text(st.characters(codec="utf-8", categories=["L", "N"]), min_size=9, max_size=30)


@given(SECRETS, st.sampled_from(["password={}", "'api_key': '{}'", '"token": "{}"',
                                 "secret: {}", "https://u:{}@host/"]))  # fmt: skip
def test_no_secret_beside_its_name_gets_through(secret: str, form: str) -> None:
    assert secret not in Redactor().text("before " + form.format(secret) + " after")


@given(st.recursive(st.text(), lambda items: st.lists(items) | st.dictionaries(st.text(), items)))
def test_hiding_twice_changes_nothing_and_json_stays_json(data: object) -> None:
    once = Redactor(home=HOME).data(data)
    assert Redactor(home=HOME).data(once) == once
    json.dumps(once)


def test_long_text_takes_no_long_time() -> None:
    text = "A" * 300_000 + "=" + "b-" * 100_000 + "'" * 50_000 + "eyJ" * 50_000 + "://" * 50_000
    assert len(Redactor(home=HOME).text(text)) > 100_000
