"""Nobody comes in without the token, under a name that is not ours, or with too much."""

from __future__ import annotations

import json
import string
from urllib.parse import quote, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sample_jobs import Echo

from queue_core.api.guard import Limits
from queue_core.api.serving import ServeOptions
from queue_core.api.token import load_token
from queue_core.errors import LocalFolderError

ROUTES = (
    ("GET", "/api/v1/job/"), ("GET", "/api/v1/job/status/x"), ("GET", "/api/v1/job/is_empty"),
    ("GET", "/api/v1/job/changes"), ("GET", "/api/v1/job/x"), ("GET", "/api/v1/job/x/details"),
    ("GET", "/api/v1/job/x/logs"), ("GET", "/api/v1/job/x/artifacts"),
    ("GET", "/api/v1/job/x/artifacts/rows"), ("POST", "/api/v1/job/"), ("PATCH", "/api/v1/job/"),
    ("DELETE", "/api/v1/job/x"), ("DELETE", "/api/v1/job/all"), ("POST", "/api/v1/job/x/retry"),
    ("POST", "/api/v1/job/x/cancel"), ("POST", "/api/v1/datasets/?filename=a"),
    ("POST", "/api/v1/uploads/?filename=a"), ("GET", "/api/v1/datasets/"),
    ("GET", "/api/v1/datasets/1"), ("GET", "/api/v1/job-types/"), ("GET", "/api/v1/events"),
    ("GET", "/api/v1/openapi.json"), ("GET", "/docs"), ("GET", "/"), ("OPTIONS", "/api/v1/job/"),
    ("GET", "/api/v1/job"), ("HEAD", "/api/v1/job/"), ("TRACE", "/"),
)  # fmt: skip


def test_every_door_wants_the_token(api) -> None:
    host = urlsplit(api.url).netloc
    for method, path in ROUTES:
        status, _ = api.raw(method, path, {"Host": host})
        assert status == 401, (method, path)


def test_only_the_token_opens(api) -> None:
    host = urlsplit(api.url).netloc
    wrong = (
        "", "Bearer", "Bearer ", f"Basic {api.token}", f"Bearer {api.token[:-1]}",
        f"Bearer {api.token}x", f"Bearer {api.token} {api.token}", api.token,
        f"Bearer {api.token.swapcase()}", "Bearer " + "x" * 8000,
    )  # fmt: skip
    for value in wrong:
        status, body = api.raw("GET", "/api/v1/job/", {"Host": host, "Authorization": value})
        assert (status, json.loads(body)["code"]) == (401, "no_token"), value
    for value in (f"Bearer {api.token}", f"bearer {api.token}", f"BEARER  {api.token} "):
        assert api.raw("GET", "/api/v1/job/", {"Host": host, "Authorization": value})[0] == 200


def test_the_host_must_be_one_of_ours(api) -> None:
    port = urlsplit(api.url).port
    token = {"Authorization": f"Bearer {api.token}"}
    for name in ("127.0.0.1", "localhost", "LOCALHOST", "[::1]", "localhost."):
        for host in (name, f"{name}:{port}"):
            assert api.raw("GET", "/api/v1/job/", {"Host": host, **token})[0] == 200, host
    for host in (
        "evil.example", "127.0.0.1.evil.example", "localhost.evil.example", "192.168.1.1", "",
        "127.0.0.1:x", "[::1", "localhost@evil.example", "0.0.0.0", "127.0.0.1, evil.example",
    ):  # fmt: skip
        status, body = api.raw("GET", "/api/v1/job/", {"Host": host, **token})
        assert status == 400, host
        assert not body or b"wrong_host" in body or b"Invalid" in body


def test_names_may_be_let_in(serve) -> None:
    with serve(ServeOptions(port=0, names=("jobs.example",))) as api:
        token = {"Authorization": f"Bearer {api.token}"}
        assert api.raw("GET", "/api/v1/job/", {"Host": "jobs.example", **token})[0] == 200
        assert api.raw("GET", "/api/v1/job/", {"Host": "job.example", **token})[0] == 400


def test_too_much_is_refused_before_it_is_kept(serve, queue) -> None:
    limits = Limits(body_bytes=1_000, upload_bytes=5_000)
    with serve(ServeOptions(port=0, limits=limits)) as api:
        body = b'{"job_type": "dataset", "kwargs": {"name": "' + b"x" * 1_000 + b'"}}'
        answer = api.client.post("/api/v1/job/", content=body)
        assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
        # Without a length, it is counted as it comes.
        answer = api.client.post("/api/v1/job/", content=iter([body]))
        assert answer.status_code == 413
        for content in (b"a,b\n" * 2_000, iter([b"a,b\n"] * 2_000)):
            answer = api.client.post("/api/v1/datasets/?filename=a.csv", content=content)
            assert answer.status_code == 413
        # An address that is too long is refused by the server itself, or by us.
        answer = api.client.get("/api/v1/job/", params={"search": "x" * 9_000})
        assert answer.status_code == 414
    assert not list(queue.folder.uploads.glob("*/*"))
    assert queue.list() == []


def test_who_sends_nothing_more_is_told_so(serve) -> None:
    with serve(ServeOptions(port=0, limits=Limits(silence_s=0.05))) as api:
        head = {
            "Host": urlsplit(api.url).netloc, "Authorization": f"Bearer {api.token}",
            "Content-Length": "100",
        }  # fmt: skip
        status, body = api.raw("POST", "/api/v1/job/", head, b'{"job')
        assert (status, json.loads(body)["code"]) == (408, "too_slow")


SIGNS = st.text(st.characters(codec="utf-8"), max_size=40)
PATHS = st.lists(
    st.one_of(
        SIGNS, st.sampled_from(["..", ".", "%2e%2e", "%2f", "api", "v1", "job", "artifacts", "etc"])
    ),
    max_size=7,
).map("/".join)


@pytest.mark.long_lived
def test_no_path_leads_out_of_the_folder_and_none_fails(api, queue) -> None:
    job_id = queue.put(Echo(value=1))
    secret = queue.folder.secret_key.read_bytes()
    headers = {"Host": urlsplit(api.url).netloc, "Authorization": f"Bearer {api.token}"}

    @settings(max_examples=150)
    @given(PATHS, st.sampled_from(["GET", "DELETE", "POST", "PATCH", "PUT"]))
    def ask(path: str, method: str) -> None:
        encoded = quote(path, safe="/%")
        prefixes = ("/", "/api/v1/job/", f"/api/v1/job/{job_id}/artifacts/", "/api/v1/datasets/")
        for prefix in prefixes:
            # As it is: a client's library would tidy the path up.
            status, body = api.raw(method, f"{prefix}{encoded}", headers)
            assert status < 500, (method, prefix, path, body)
            assert secret not in body
            assert b"root:" not in body

    ask()


@pytest.mark.long_lived
def test_no_word_but_the_token_opens(api) -> None:
    host = urlsplit(api.url).netloc
    visible = string.ascii_letters + string.digits + string.punctuation

    @settings(max_examples=150)
    @given(st.one_of(st.text(visible, max_size=80), st.just(api.token[:-1] + "\x7f")))
    def ask(word: str) -> None:
        headers = {"Host": host, "Authorization": f"Bearer {word}"}
        assert word == api.token or api.raw("GET", "/api/v1/job/", headers)[0] in (400, 401)

    ask()


@pytest.mark.long_lived
def test_no_body_makes_the_program_fail(api) -> None:
    values = st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | SIGNS,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(SIGNS, inner, max_size=3),
        max_leaves=8,
    )
    kinds = st.sampled_from(
        ["dataset", "explorer", "converter", "model", "predict", "explainer", "generative",
         "notebook", "apply-notebook", "python", "DatasetJob", ""]
    )  # fmt: skip
    names = st.sampled_from(
        ["name", "dataset_id", "params", "model", "kwargs", "self", "columns", "file_path", "cls"]
    )
    bodies = st.fixed_dictionaries(
        {"job_type": kinds | values, "kwargs": st.dictionaries(names, values) | values}
    )

    @settings(max_examples=200)
    @given(bodies | values, st.sampled_from(["POST", "PATCH"]))
    def order(body: object, method: str) -> None:
        text = json.dumps(body, ensure_ascii=True)
        answer = api.client.request(method, "/api/v1/job/", content=text)
        assert answer.status_code < 500, (text, answer.text)

    order()
    for text in (b"", b"{", b"\xff", b'"\\ud800"', b"[" * 100_000, b'{"a":1e999}', b"NaN"):
        answer = api.client.post("/api/v1/job/", content=text)
        assert answer.status_code in (400, 422), text


def test_the_token_is_for_its_owner_alone(local_folder) -> None:
    token = load_token(local_folder.api_token)
    assert local_folder.api_token.stat().st_mode & 0o777 == 0o600
    assert load_token(local_folder.api_token) == token
    local_folder.api_token.chmod(0o644)
    assert load_token(local_folder.api_token) == token
    assert local_folder.api_token.stat().st_mode & 0o777 == 0o600
    local_folder.api_token.write_text("short")
    with pytest.raises(LocalFolderError, match="holds no token"):
        load_token(local_folder.api_token)
    local_folder.api_token.unlink()
    local_folder.api_token.mkdir()
    with pytest.raises(LocalFolderError, match="cannot be used"):
        load_token(local_folder.api_token)
