"""A GGUF model file, run in this process by llama.cpp."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from queue_core.components.generators.answering.generator import (
    Generator,
    GeneratorUnavailableError,
    Message,
    Usage,
)
from queue_core.components.progress import ProgressReporter
from queue_core.errors import JobError, MissingPackageError

_MAGIC = b"GGUF"
_CPU_INFO = Path("/proc/cpuinfo")


class GgufFile(Generator):
    """A model file on this computer; nothing leaves the process."""

    _llama: Any = None

    def load(self, reporter: ProgressReporter) -> None:
        """Load the file.

        Raises:
            MissingPackageError: llama-cpp-python is not installed.
            GeneratorUnavailableError: The file is not there, or is no model that it can run.
        """
        path = self._checked_path()
        try:
            import llama_cpp
        except ModuleNotFoundError as error:
            raise MissingPackageError(
                "llama-cpp-python", extra="generate", feature=self.component.title
            ) from error
        reporter.report(None, f"Loading {path.name}")
        try:
            with _without_amx():
                self._llama = llama_cpp.Llama(
                    model_path=str(path),
                    n_ctx=int(self.params["context_tokens"]),
                    n_threads=self.params["threads"] or os.cpu_count() or 1,
                    n_gpu_layers=int(self.params["gpu_layers"]),
                    seed=int(self.params["seed"]),
                    verbose=False,
                )
        except (ValueError, RuntimeError, OSError) as error:
            raise GeneratorUnavailableError(
                f"The model {path.name} cannot be loaded: {error}",
                hint="It may be damaged, of a kind that is too new, or too large for the memory.",
            ) from error

    def stream(self, messages: Sequence[Message]) -> Iterator[str]:
        """Yield the answer token by token."""
        self.usage = Usage()
        # The same seed gives the same answer, whatever was asked before.
        self._llama.reset()
        try:
            events = self._llama.create_chat_completion(
                messages=[message.to_json() for message in messages],
                temperature=float(self.params["temperature"]),
                top_p=float(self.params["top_p"]),
                max_tokens=int(self.params["max_tokens"]),
                stop=list(self.params["stop"]),
                seed=int(self.params["seed"]),
                stream=True,
            )
            count, ended_by = 0, None
            for event in events:
                choice = event["choices"][0]
                ended_by = choice.get("finish_reason") or ended_by
                if text := choice["delta"].get("content"):
                    count += 1
                    yield text
        except (ValueError, RuntimeError) as error:
            raise JobError(
                f"The model {self.model_name} cannot answer this: {error}",
                hint="Shorten the prompt, or set more context tokens.",
            ) from error
        read = sum(self.count_tokens(message.text) for message in messages)
        self.usage = Usage(read, count, ended_by)

    @property
    def context_tokens(self) -> int:
        """What the user grants, but no more than the model was trained with."""
        granted = int(self._llama.n_ctx())
        kind = self._llama.metadata.get("general.architecture", "")
        trained = self._llama.metadata.get(f"{kind}.context_length")
        return min(granted, int(trained)) if trained else granted

    def count_tokens(self, text: str) -> int:
        """Return how many tokens *text* is, exactly."""
        return len(self._llama.tokenize(text.encode("utf-8"), add_bos=False))

    def close(self) -> None:
        """Let go of the memory."""
        if self._llama is not None:
            self._llama.close()

    @property
    def model_name(self) -> str:
        """The file's name."""
        return Path(self.model).name

    def _checked_path(self) -> Path:
        path = Path(self.model).expanduser()
        if not self.model or not path.is_file():
            raise GeneratorUnavailableError(
                f"There is no model file {self.model}." if self.model else "No model was named.",
                hint="Give “model” the path of a .gguf file; many models can be had as such.",
            )
        with path.open("rb") as file:
            if file.read(len(_MAGIC)) != _MAGIC:
                raise GeneratorUnavailableError(
                    f"{path.name} is no GGUF file.",
                    hint="Choose a file that ends in .gguf; other formats must be converted.",
                )
        return path


@contextmanager
def _without_amx() -> Iterator[None]:
    """Keep llama.cpp off the AMX units of newer Intel processors.

    WORKAROUND: with them, 0.3.36 crashes in `ggml_backend_amx_mul_mat` at the first prompt. There
    is no argument for it, so the function that gives the defaults is replaced while loading.
    """
    import llama_cpp.llama_cpp as library

    if not _CPU_INFO.exists() or "amx_tile" not in _CPU_INFO.read_text(encoding="utf-8"):
        yield
        return
    original = library.llama_model_default_params

    def without() -> Any:
        params = original()
        if hasattr(params, "use_extra_bufts"):
            params.use_extra_bufts = False
        return params

    library.llama_model_default_params = without
    try:
        yield
    finally:
        library.llama_model_default_params = original
