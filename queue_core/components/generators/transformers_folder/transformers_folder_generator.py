"""A model folder in the format of Hugging Face, run in this process by transformers."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from queue_core.components.generators.answering.generator import (
    Generator,
    GeneratorUnavailableError,
    Message,
    Usage,
)
from queue_core.components.generators.answering.stop_texts import StopTexts
from queue_core.components.json_data import JsonObject
from queue_core.components.progress import ProgressReporter
from queue_core.errors import JobError, MissingPackageError

_DEFAULT_CONTEXT = 2048


class TransformersFolder(Generator):
    """A model folder on this computer; nothing is downloaded, no code of the model is run."""

    _model: Any = None
    _tokenizer: Any = None

    def load(self, reporter: ProgressReporter) -> None:
        """Load tokenizer and model.

        Raises:
            MissingPackageError: transformers or torch is not installed.
            GeneratorUnavailableError: The folder is not there, or holds no model it can run.
        """
        folder = self._checked_folder()
        try:
            import torch
            from transformers import AutoModelForCausalLM, AutoTokenizer
        except ModuleNotFoundError as error:
            raise MissingPackageError(
                str(error.name), extra="transformers", feature=self.component.title
            ) from error
        reporter.report(None, f"Loading {folder.name}")
        torch.manual_seed(int(self.params["seed"]))
        options = {"local_files_only": True, "trust_remote_code": False}
        try:
            self._tokenizer = AutoTokenizer.from_pretrained(folder, **options)
            self._model = AutoModelForCausalLM.from_pretrained(folder, **options).eval()
        except (OSError, ValueError, KeyError, RuntimeError, ImportError) as error:
            lines = str(error).strip().splitlines() or [type(error).__name__]
            raise GeneratorUnavailableError(
                f"The model in {folder.name} cannot be loaded: {lines[0]}",
                hint="The folder needs config.json, the tokenizer's files and the weights "
                "(model.safetensors) of a text model.",
            ) from error

    def stream(self, messages: Sequence[Message]) -> Iterator[str]:
        """Yield the answer piece by piece while another thread writes it."""
        from transformers import TextIteratorStreamer

        self.usage = Usage()
        prompt = self._prompt(messages)
        streamer = TextIteratorStreamer(self._tokenizer, skip_prompt=True, skip_special_tokens=True)
        enough = threading.Event()
        outcome: list[Any] = []
        writer = threading.Thread(
            target=self._write, args=(prompt, streamer, enough, outcome), name="generation"
        )
        writer.start()
        try:
            stopper = StopTexts(self.params["stop"])
            yield from stopper.pieces(text for text in streamer if text)
        finally:
            enough.set()
            writer.join()
        if isinstance(outcome[0], BaseException):
            raise JobError(
                f"The model in {self.model_name} cannot answer this: {outcome[0]}",
                hint="Shorten the prompt, or change the parameters.",
            ) from outcome[0]
        read = int(prompt["input_ids"].shape[1])
        written = int(outcome[0].shape[1]) - read
        complete = stopper.found or written < int(self.params["max_tokens"])
        self.usage = Usage(read, written, "stop" if complete else "length")

    def _write(
        self, prompt: Any, streamer: Any, enough: threading.Event, outcome: list[Any]
    ) -> None:
        """Let the model write, on a thread of its own, until it ends or it is *enough*."""
        import torch
        from transformers import StoppingCriteria, StoppingCriteriaList

        class Enough(StoppingCriteria):  # type: ignore[misc]
            def __call__(self, input_ids: Any, scores: Any, **_: Any) -> Any:  # noqa: ARG002
                return torch.full((input_ids.shape[0],), enough.is_set(), dtype=torch.bool)

        torch.manual_seed(int(self.params["seed"]))
        criteria = StoppingCriteriaList([Enough()])
        try:
            with torch.inference_mode():
                choices = self._choices(streamer)
                written = self._model.generate(**prompt, **choices, stopping_criteria=criteria)
                outcome.append(written)
        except BaseException as error:  # noqa: BLE001 - crosses the thread, raised by its reader
            outcome.append(error)
            streamer.end()

    @property
    def context_tokens(self) -> int:
        """How many tokens the model was made for."""
        config = getattr(self._model, "config", None)
        return int(getattr(config, "max_position_embeddings", None) or _DEFAULT_CONTEXT)

    def count_tokens(self, text: str) -> int:
        """Return how many tokens *text* is, exactly."""
        return len(self._tokenizer(text, add_special_tokens=False)["input_ids"])

    def close(self) -> None:
        """Let go of the memory."""
        self._model = self._tokenizer = None

    @property
    def model_name(self) -> str:
        """The folder's name."""
        return Path(self.model).name

    def _checked_folder(self) -> Path:
        folder = Path(self.model).expanduser()
        if not self.model or not (folder / "config.json").is_file():
            raise GeneratorUnavailableError(
                f"{self.model} is no model folder: it has no config.json."
                if self.model
                else "No model was named.",
                hint="Give “model” the folder of a model, as it is downloaded from a model hub.",
            )
        return folder

    def _prompt(self, messages: Sequence[Message]) -> Any:
        """Return the conversation as the model was trained to read it, or as plain text."""
        if getattr(self._tokenizer, "chat_template", None):
            return self._tokenizer.apply_chat_template(
                [message.to_json() for message in messages],
                add_generation_prompt=True, return_tensors="pt", return_dict=True,
            )  # fmt: skip
        text = "\n".join(message.text for message in messages)
        return self._tokenizer(text, return_tensors="pt", return_token_type_ids=False)

    def _choices(self, streamer: Any) -> JsonObject:
        temperature = float(self.params["temperature"])
        chosen: JsonObject = {
            "max_new_tokens": int(self.params["max_tokens"]),
            "do_sample": temperature > 0,
            "streamer": streamer,
            "pad_token_id": self._tokenizer.pad_token_id or self._tokenizer.eos_token_id or 0,
        }
        if temperature > 0:
            chosen |= {"temperature": temperature, "top_p": float(self.params["top_p"])}
        return chosen
