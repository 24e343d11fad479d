from __future__ import annotations

import json
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from model_server import ModelServer, model_server

from queue_core.components.dataset_writer import DatasetStaging, write_dataset
from queue_core.components.generators.answering.batch import (
    BatchRequest,
    answer_rows,
    write_answers,
)
from queue_core.components.generators.answering.conversation import Exchange, fit_conversation
from queue_core.components.generators.answering.generator import (
    Generator,
    GeneratorUnavailableError,
    Message,
    Role,
)
from queue_core.components.generators.answering.stop_texts import StopTexts
from queue_core.components.generators.answering.template import parse_template
from queue_core.components.parameters import complete_parameters
from queue_core.components.progress import Silence
from queue_core.components.registry import ComponentKind, components, get_component
from queue_core.components.stored_dataset import StoredDataset
from queue_core.errors import DataError, JobError, MissingPackageError, ParameterError


def make(component_id: str, model: str = "", **params: Any) -> Generator:
    component = get_component(ComponentKind.GENERATOR, component_id)
    complete = complete_parameters(component.schema, params, owner=component.title)
    made: Generator = component.load()(component, model, complete)
    return made


def ask(text: str) -> list[Message]:
    return [Message(Role.USER, text)]


@pytest.fixture
def server() -> Iterator[ModelServer]:
    with model_server() as running:
        yield running


@pytest.fixture
def connect(server: ModelServer) -> Iterator[Callable[..., Generator]]:
    made: list[Generator] = []

    def connected(model: str = "", **params: Any) -> Generator:
        generator = make("openai_server", model, base_url=server.address, **params)
        made.append(generator)
        generator.load(Silence())
        return generator

    yield connected
    for generator in made:
        generator.close()


Connect = Callable[..., Generator]


def test_three_kinds_of_model_are_known() -> None:
    known = components(ComponentKind.GENERATOR)
    assert set(known) == {"gguf_file", "openai_server", "transformers_folder"}
    for component in known.values():
        assert {"temperature", "top_p", "max_tokens", "seed", "stop"} <= set(
            component.schema["properties"]
        )


def test_an_answer_comes_in_pieces(connect: Connect, server: ModelServer) -> None:
    generator = connect(temperature=0.1, seed=4, stop=["END"])
    assert generator.model == "parrot"
    pieces = list(generator.stream(ask("grüße aus Rom")))
    assert pieces == ["grüße", " aus", " Rom"]
    assert (generator.usage.prompt_tokens, generator.usage.response_tokens) == (7, 3)
    assert generator.usage.ended_by == "stop"
    sent = server.requests[0]
    assert (sent["temperature"], sent["seed"], sent["stop"]) == (0.1, 4, ["END"])
    assert sent["messages"] == [{"role": "user", "content": "grüße aus Rom"}]


def test_the_limit_of_tokens_is_told(connect: Connect) -> None:
    generator = connect(max_tokens=2)
    assert "".join(generator.stream(ask("a b c d"))) == "a b"
    assert generator.usage.ended_by == "length"


@pytest.mark.parametrize(
    ("prompt", "error", "words"),
    [
        ("!500", GeneratorUnavailableError, "failed with status 500: out of memory"),
        ("!400", JobError, "does not take the request: too long"),
        ("a !cut", GeneratorUnavailableError, "broke off in the middle"),
        ("a !garbage", GeneratorUnavailableError, "no JSON"),
        ("a !error", JobError, "the model fell over"),
        ("!stall", GeneratorUnavailableError, "has sent nothing for 0.2 seconds"),
    ],
)
def test_what_goes_wrong_is_said(
    connect: Connect, prompt: str, error: type[JobError], words: str
) -> None:
    generator = connect(timeout_s=0.2)
    with pytest.raises(error, match=words) as caught:
        list(generator.stream(ask(prompt)))
    assert caught.value.hint


def test_an_unknown_model_names_those_that_are_there(connect: Connect) -> None:
    with pytest.raises(GeneratorUnavailableError, match="has no model “llama”") as caught:
        list(connect("llama").stream(ask("hello")))
    assert caught.value.hint == "It has: parrot, other."


def test_a_server_without_models_says_how_to_load_one(
    connect: Connect, server: ModelServer
) -> None:
    server.models = ()
    with pytest.raises(GeneratorUnavailableError, match="has no model") as caught:
        connect()
    assert "ollama pull" in caught.value.hint


def test_a_key_comes_from_the_environment(
    connect: Connect, server: ModelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.key = "secret"
    with pytest.raises(GeneratorUnavailableError, match="wants a key"):
        list(connect().stream(ask("hello")))
    monkeypatch.setenv("MY_KEY", "secret")
    assert list(connect(key_variable="MY_KEY").stream(ask("hello"))) == ["hello"]


def test_nobody_there_and_strangers(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{free.getsockname()[1]}/v1"
    generator = make("openai_server", base_url=address)
    with generator, pytest.raises(GeneratorUnavailableError, match="No server answers") as caught:
        generator.load(Silence())
    assert "ollama serve" in caught.value.hint
    for url, words in (("http://example.org/v1", "another computer"), ("hello", "no address")):
        with pytest.raises(ParameterError, match=words):
            make("openai_server", base_url=url).load(Silence())


def test_a_client_that_stops_reading_is_noticed_at_once(
    connect: Connect, server: ModelServer
) -> None:
    stream = connect().stream(ask("one two three !hang"))
    assert [next(stream), next(stream)] == ["one", " two"]
    stream.close()  # type: ignore[attr-defined]
    assert server.gone.wait(5)


@pytest.mark.parametrize(
    ("component", "content", "words"),
    [
        ("gguf_file", None, "There is no model file"),
        ("gguf_file", b"no model", "is no GGUF file"),
        ("transformers_folder", None, "is no model folder"),
    ],
)
def test_a_missing_model_is_named(
    tmp_path: Path, component: str, content: bytes | None, words: str
) -> None:
    path = tmp_path / "model.gguf"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(GeneratorUnavailableError, match=words) as caught:
        make(component, str(path)).load(Silence())
    assert caught.value.hint
    with pytest.raises(GeneratorUnavailableError, match="No model was named"):
        make(component).load(Silence())


def test_a_missing_package_says_how_to_install_it(tmp_path: Path) -> None:
    from importlib.util import find_spec

    path = tmp_path / "model.gguf"
    path.write_bytes(b"GGUF")
    if find_spec("llama_cpp") is None:
        with pytest.raises(MissingPackageError) as caught:
            make("gguf_file", str(path)).load(Silence())
        assert "dashai-monitor[generate]" in caught.value.hint
    if find_spec("torch") is None:
        (tmp_path / "config.json").write_text("{}")
        with pytest.raises(MissingPackageError) as caught:
            make("transformers_folder", str(tmp_path)).load(Silence())
        assert "dashai-monitor[transformers]" in caught.value.hint


def test_the_newest_part_of_a_conversation_is_kept(connect: Connect) -> None:
    generator = connect(context_tokens=256, max_tokens=100)
    history = [Exchange(f"question {i} " * 5, f"answer {i} " * 5) for i in range(20)]
    fitted = fit_conversation(generator, "and now?", system_prompt="be kind", history=history)
    texts = [message.text for message in fitted.messages]
    assert (texts[0], texts[-1]) == ("be kind", "and now?")
    kept = len(texts[1:-1]) // 2
    assert 0 < kept < 20
    assert fitted.forgotten == 20 - kept
    assert texts[1] == history[fitted.forgotten].prompt
    assert sum(generator.count_tokens(text) for text in texts) <= 156
    with pytest.raises(DataError, match="longer than the model can hold"):
        fit_conversation(generator, "word " * 500)


def test_templates() -> None:
    template = parse_template("{{json}} of {a} and {größe m}, {a}!", ["a", "größe m"])
    assert template.columns == ("a", "größe m")
    assert template.fill({"a": 1, "größe m": None}) == "{json} of 1 and , 1!"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("no column", "names no column"),
        ("{nmae}", "names the column “nmae”"),
        ("{name", "“{” at character 1"),
        ("name} {name}", "“}” at character 5"),
    ],
)
def test_wrong_templates_are_explained(text: str, words: str) -> None:
    with pytest.raises(ParameterError, match=words) as caught:
        parse_template(text, ["name"])
    assert caught.value.hint


@given(st.text(alphabet="ab{} ", max_size=12), st.text(alphabet="x{}", max_size=4))
def test_values_are_never_read_as_templates(text: str, value: str) -> None:
    try:
        template = parse_template(text, ["a", "b"])
    except ParameterError:
        return
    filled = template.fill({"a": value, "b": value})
    assert filled.count(value) >= len(template.pieces) // 2 or value == ""


@given(
    st.lists(st.text("abc", max_size=4), max_size=8),
    st.lists(st.text("abc", min_size=1, max_size=3), max_size=3),
)
def test_a_stop_text_is_found_however_the_text_is_divided(
    pieces: list[str], stops: list[str]
) -> None:
    whole = "".join(pieces)
    places = [whole.find(stop) for stop in stops if stop in whole]
    watcher = StopTexts(stops)
    assert "".join(watcher.pieces(pieces)) == whole[: min(places, default=len(whole))]
    assert watcher.found == bool(places)


def batch(
    generator: Generator, table: StoredDataset, prompt: str, folder: Path, **options: Any
) -> tuple[Any, StoredDataset, list[str]]:
    names = [info.name for info in table.columns]
    request = BatchRequest(template=parse_template(prompt, names), **options)
    said: list[str] = []
    result = answer_rows(
        generator,
        table,
        request,
        journal=folder / "j.jsonl",
        reporter=Silence(),
        output=said.append,
    )
    stored = write_answers(table, result, request, DatasetStaging(folder / "out"))
    return result, stored, said


def test_each_row_gets_an_answer_or_an_error(connect: Connect, tmp_path: Path) -> None:
    frame = pd.DataFrame({"word": ["eins", "!400", None, "vier"], "response": [1, 2, 3, 4]})
    table = write_dataset(tmp_path / "in", frame)
    result, stored, said = batch(connect(), table, "say {word}", tmp_path)
    assert result.failed == 1
    out = stored.to_pandas()
    assert list(out.columns) == ["word", "response", "response_2", "response_error"]
    assert out["response_2"].fillna("-").to_list() == ["say eins", "-", "say", "say vier"]
    assert "too long" in out["response_error"][1]
    assert stored.warnings == ("1 row has no answer; the column “response_error” says why.",)
    assert said[0] == "[row 1] say eins\n"


def test_an_interrupted_batch_goes_on_where_it_was(
    connect: Connect, server: ModelServer, tmp_path: Path
) -> None:
    table = write_dataset(tmp_path / "in", pd.DataFrame({"w": ["a", "b", "!500", "d"]}))
    with pytest.raises(GeneratorUnavailableError, match="out of memory"):
        batch(connect(), table, "{w}", tmp_path)
    journal = tmp_path / "j.jsonl"
    with journal.open("a") as file:
        file.write('{"key": "half a li')
    assert len(server.requests) == 3
    table = write_dataset(tmp_path / "in", pd.DataFrame({"w": ["a", "b", "c", "d"]}))
    result, stored, _ = batch(connect(), table, "{w}", tmp_path)
    assert result.reused == 2
    assert len(server.requests) == 5
    assert stored.to_pandas()["response"].to_list() == ["a", "b", "c", "d"]
    # Asked in another way, it is asked anew.
    result, _, _ = batch(connect(temperature=0), table, "{w}", tmp_path)
    assert result.reused == 0
    assert all(json.loads(line) for line in journal.read_text().splitlines()[3:])


def test_a_hopeless_batch_stops_early(
    connect: Connect, server: ModelServer, tmp_path: Path
) -> None:
    table = write_dataset(tmp_path / "in", pd.DataFrame({"w": ["!400"] * 50}))
    with pytest.raises(DataError, match=r"The first 5 rows all failed: .*too long"):
        batch(connect(), table, "{w}", tmp_path)
    assert len(server.requests) == 5


def test_only_the_first_rows_and_no_rows(connect: Connect, tmp_path: Path) -> None:
    frame = pd.DataFrame({"w": [f"w{i}" for i in range(9)]})
    table = write_dataset(tmp_path / "in", frame)
    _, stored, _ = batch(connect(), table, "{w}", tmp_path, limit=3, column="said")
    assert stored.to_pandas()["said"].to_list() == ["w0", "w1", "w2"]
    empty = write_dataset(tmp_path / "in", frame.head(0))
    _, stored, _ = batch(connect(), empty, "{w}", tmp_path)
    assert (stored.row_count, len(stored.columns)) == (0, 2)
