"""The HTTP API in the window's process: on and off by a setting."""

from __future__ import annotations

import socket

import httpx
import pytest

from gui.serving import WindowApi
from queue_core import HueyJobQueue, JobQueueError
from queue_core.errors import MissingPackageError
from queue_core.settings import Settings
from queue_core.settings.known import API_IN_WINDOW, API_PORT

pytest.importorskip("fastapi")


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def settings(port: int, *, on: bool = True) -> Settings:
    return Settings({API_IN_WINDOW.key: on, API_PORT.key: port})


def answers(api: WindowApi, queue: HueyJobQueue) -> bool:
    token = queue.folder.api_token.read_text().strip()
    headers = {"Authorization": f"Bearer {token}"}
    answer = httpx.get(f"{api.url}/api/v1/job/is_empty", headers=headers, trust_env=False)
    return answer.json() == {"is_empty": True}


def test_it_is_off_unless_wanted_and_follows_the_settings(queue: HueyJobQueue) -> None:
    api = WindowApi()
    api.apply(queue, Settings())
    assert api.url is None
    assert not queue.folder.api_token.exists()
    first, second = free_port(), free_port()
    api.apply(queue, settings(first))
    assert api.url == f"http://127.0.0.1:{first}"
    assert answers(api, queue)
    api.apply(queue, settings(second))
    assert api.url == f"http://127.0.0.1:{second}"
    assert answers(api, queue)
    api.apply(queue, settings(second, on=False))
    assert api.url is None
    api.stop()
    api.apply(queue, settings(first))
    assert api.url is None, "the program ends"


def test_a_taken_port_is_told_and_another_one_tried(queue: HueyJobQueue) -> None:
    api = WindowApi()
    with socket.create_server(("127.0.0.1", 0)) as taken:
        with pytest.raises(JobQueueError, match="cannot be listened at"):
            api.apply(queue, settings(taken.getsockname()[1]))
        assert api.url is None
    api.apply(queue, settings(free_port()))
    assert answers(api, queue)
    api.stop()


def test_a_missing_extra_comes_with_its_command(queue, monkeypatch) -> None:
    monkeypatch.setattr("gui.serving.find_spec", lambda _name: None)
    api = WindowApi()
    with pytest.raises(MissingPackageError) as told:
        api.apply(queue, settings(free_port()))
    assert "dashai-monitor[serve]" in told.value.hint
    api.stop()
