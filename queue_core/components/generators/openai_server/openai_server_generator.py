"""A server on this computer that speaks the OpenAI protocol: Ollama, LM Studio, llama.cpp."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Iterator, Mapping, Sequence
from urllib.parse import urlsplit

import httpx

from queue_core.components.generators.answering.generator import (
    Generator,
    GeneratorUnavailableError,
    Message,
    Usage,
)
from queue_core.components.generators.openai_server import _is_this_computer
from queue_core.components.json_data import JsonMapping, JsonObject
from queue_core.components.progress import ProgressReporter
from queue_core.errors import JobError, ParameterError

_CONNECT_S = 5.0
_HOW_TO_START = (
    "Start it: “ollama serve” for Ollama, the local server in LM Studio, or “llama-server -m "
    "model.gguf” for llama.cpp; then see that the address is right."
)
_END = "[DONE]"


class OpenAIServer(Generator):
    """A model behind a server. What it writes is sent on as it comes."""

    _client: httpx.Client | None = None

    def load(self, reporter: ProgressReporter) -> None:
        """See that the server answers, and choose its first model if none is named.

        Raises:
            ParameterError: The address is not one of this computer.
            GeneratorUnavailableError: No server answers, or it has no model.
        """
        address = self._address()
        # Each request would be a line in the job's output, between the model's words.
        logging.getLogger("httpx").setLevel(logging.WARNING)
        reporter.report(None, f"Asking the server at {address}")
        key = os.environ.get(str(self.params["key_variable"] or ""), "")
        self._client = httpx.Client(
            base_url=address,
            headers={"Authorization": f"Bearer {key}"} if key else {},
            timeout=httpx.Timeout(float(self.params["timeout_s"]), connect=_CONNECT_S),
            trust_env=False,  # a proxy is no way to this computer
        )
        if not self.model:
            names = self._model_names()
            if not names:
                raise GeneratorUnavailableError(
                    f"The server at {address} has no model.",
                    hint="Load one there, e.g. with “ollama pull llama3.2”.",
                )
            self.model = names[0]

    def stream(self, messages: Sequence[Message]) -> Iterator[str]:
        """Yield the answer as the server sends it."""
        self.usage = Usage()
        try:
            with self._connected.stream(
                "POST", "chat/completions", json=self._body(messages)
            ) as reply:
                if reply.status_code != httpx.codes.OK:
                    reply.read()
                    raise self._refusal(reply.status_code, reply.text)
                yield from self._pieces(reply)
        except httpx.ConnectError as error:
            raise self._gone(error) from error
        except httpx.ReadTimeout as error:
            raise GeneratorUnavailableError(
                f"The server at {self._address()} has sent nothing for "
                f"{self.params['timeout_s']:g} seconds.",
                hint="It may be loading the model: try again, or set a longer timeout_s.",
            ) from error
        except httpx.TransportError as error:
            raise self._cut(str(error)) from error

    @property
    def context_tokens(self) -> int:
        """What the user says that the model can hold: servers do not tell."""
        return int(self.params["context_tokens"])

    def close(self) -> None:
        """Close the connection; the server stops writing then."""
        if self._client is not None:
            self._client.close()

    @property
    def _connected(self) -> httpx.Client:
        if self._client is None:
            raise RuntimeError("load() comes first")
        return self._client

    def _body(self, messages: Sequence[Message]) -> JsonObject:
        body: JsonObject = {
            "model": self.model,
            "messages": [message.to_json() for message in messages],
            "stream": True,
            "stream_options": {"include_usage": True},
        }
        for name in ("temperature", "top_p", "max_tokens", "seed"):
            body[name] = self.params[name]
        if self.params["stop"]:
            body["stop"] = list(self.params["stop"])
        return body

    def _pieces(self, reply: httpx.Response) -> Iterator[str]:
        """Yield the texts of a stream of server-sent events."""
        ended_by = None
        prompt_tokens = response_tokens = None
        finished = False
        for line in reply.iter_lines():
            field, _, data = line.partition(":")
            if field.strip() != "data":
                continue
            if data.strip() == _END:
                finished = True
                break
            event = self._event(data)
            if tokens := event.get("usage"):
                prompt_tokens = tokens.get("prompt_tokens")
                response_tokens = tokens.get("completion_tokens")
            for choice in event.get("choices") or ():
                ended_by = choice.get("finish_reason") or ended_by
                if text := (choice.get("delta") or {}).get("content"):
                    yield text
        self.usage = Usage(prompt_tokens, response_tokens, ended_by)
        if not finished and ended_by is None:
            raise self._cut("the stream ended without an end")

    def _event(self, data: str) -> JsonMapping:
        try:
            event = json.loads(data)
        except ValueError as error:
            raise self._cut(f"it sent something that is no JSON: {data.strip()[:80]}") from error
        if not isinstance(event, Mapping):
            raise self._cut(f"it sent something unexpected: {data.strip()[:80]}")
        if problem := event.get("error"):
            raise JobError(
                f"The server reports: {_message(problem)}", hint="See the server's own log."
            )
        return event

    def _refusal(self, status: int, text: str) -> JobError:
        said = _said(text)
        if status == 404:
            names = self._model_names()
            return GeneratorUnavailableError(
                f"The server at {self._address()} has no model “{self.model}”.",
                hint=f"It has: {', '.join(names)}." if names
                else f"Load it there, e.g. with “ollama pull {self.model}”.",
            )  # fmt: skip
        if status in (401, 403):
            return GeneratorUnavailableError(
                f"The server at {self._address()} wants a key, or another one ({said}).",
                hint="Put the key into an environment variable and its name into key_variable.",
            )
        if status == 400:
            return JobError(
                f"The server does not take the request: {said}",
                hint="Change the parameters or shorten the prompt.",
            )
        return GeneratorUnavailableError(
            f"The server at {self._address()} failed with status {status}: {said}",
            hint="See the server's own log; it may be out of memory.",
        )

    def _model_names(self) -> list[str]:
        try:
            reply = self._connected.get("models")
            return [str(item["id"]) for item in reply.json().get("data") or ()]
        except httpx.ConnectError as error:
            raise self._gone(error) from error
        except (httpx.TransportError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise GeneratorUnavailableError(
                f"What answers at {self._address()} is no server of this kind.",
                hint=_HOW_TO_START,
            ) from error

    def _gone(self, error: Exception) -> GeneratorUnavailableError:
        return GeneratorUnavailableError(
            f"No server answers at {self._address()} ({error}).", hint=_HOW_TO_START
        )

    def _cut(self, why: str) -> GeneratorUnavailableError:
        return GeneratorUnavailableError(
            f"The server at {self._address()} broke off in the middle of the answer: {why}.",
            hint="What had come is kept. See the server's own log, then submit the job again.",
        )

    def _address(self) -> str:
        address = str(self.params["base_url"]).strip().rstrip("/")
        parts = urlsplit(address)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ParameterError(
                f"“{address}” is no address of a server.", parameter="base_url",
                hint="Write it as http://127.0.0.1:11434/v1.",
            )  # fmt: skip
        if not self.params["allow_remote"] and not _is_this_computer(parts.hostname):
            raise ParameterError(
                f"“{parts.hostname}” is another computer; your data would leave this one.",
                parameter="base_url",
                hint="Use a server on this computer, or allow it with allow_remote.",
            )
        return address


def _said(text: str) -> str:
    try:
        return _message(json.loads(text).get("error") or text)
    except (ValueError, AttributeError):
        return text.strip()[:300] or "it said nothing more"


def _message(problem: object) -> str:
    found = problem.get("message", problem) if isinstance(problem, Mapping) else problem
    return str(found)[:300]
