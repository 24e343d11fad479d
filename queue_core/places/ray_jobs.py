"""Ray as a place, by its Jobs REST API: nothing of Ray is needed on this computer.

Ray places a job and ends it; everything else is ours, since a job that waits inside Ray cannot be
stopped there, and one whose machine agent dies would run on: our runner and its guardian end it.
"""

from __future__ import annotations

import os
import shlex
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import httpx

from queue_core.places.configuration import PlaceConfig
from queue_core.places.contract import (
    Demand,
    Node,
    PlaceError,
    PlaceRefusedError,
    PlaceUnreachableError,
    Sighting,
    Stage,
    Start,
)
from queue_core.places.fitting import why_not

TOKEN_VARIABLE: Final = "RAY_AUTH_TOKEN"
_PATIENCE_S: Final = 20.0
_STAGES: Final = {
    "PENDING": Stage.WAITING, "RUNNING": Stage.RUNNING, "STOPPED": Stage.ENDED,
    "SUCCEEDED": Stage.ENDED, "FAILED": Stage.ENDED,
}  # fmt: skip


class RayJobs:
    """A Ray cluster by the address of its dashboard; see `contract.Place`.

    A start's handle is Ray's submission id, and Ray refuses a second one of the same id.

    Args:
        config: How it is reached.
    """

    def __init__(self, config: PlaceConfig) -> None:
        self.name = config.name
        self._config = config
        self._is_guarded = False

    def nodes(self) -> Sequence[Node]:
        """Return the machines that Ray lists."""
        listed = self._ask("GET", "/api/v0/nodes?detail=1&limit=10000")
        status = self._ask("GET", "/api/cluster_status")
        report = _at(status, "data", "clusterStatus", "loadMetricsReport", "usageByNode") or {}
        found = _at(listed, "data", "result", "result") or ()
        return [_node(entry, report) for entry in found if isinstance(entry, Mapping)]

    def free(self, demand: Demand, soon: Sequence[Demand] = ()) -> str | None:
        """Return why a job must wait here; None where there is room."""
        return why_not(self.nodes(), demand, soon)

    def start(self, start: Start) -> None:
        """Hand a job over."""
        demand = start.demand
        body: dict[str, Any] = {
            "submission_id": start.handle,
            "entrypoint": f"exec {shlex.join(start.command)} >{shlex.quote(start.output)} 2>&1",
            "entrypoint_num_cpus": demand.cores,
        }
        if demand.memory_bytes:
            body["entrypoint_memory"] = demand.memory_bytes
        if demand.gpus:
            body["entrypoint_num_gpus"] = demand.gpus
        answer = self._send("POST", "/api/jobs/", body)
        if answer.status_code >= 400 and "already exists" not in answer.text:
            raise PlaceRefusedError(f"Ray has not taken the job: {_said(answer)}")

    def look(self, handles: Collection[str]) -> Mapping[str, Sighting]:
        """Return where the jobs stand."""
        listed = self._ask("GET", "/api/jobs/")
        found = {
            str(entry.get("submission_id")): _sighting(entry)
            for entry in (listed if isinstance(listed, list) else ())
            if isinstance(entry, Mapping)
        }
        return {handle: found.get(handle, Sighting(Stage.UNKNOWN)) for handle in handles}

    def stop(self, handle: str) -> None:
        """End a job that runs; one that waits inside Ray reads the order when it begins."""
        answer = self._send("POST", f"/api/jobs/{handle}/stop")
        if answer.status_code >= 400 and answer.status_code != 404:
            raise PlaceRefusedError(f"Ray has not stopped the job: {_said(answer)}")

    def forget(self, handle: str) -> None:
        """Delete what Ray keeps of an ended job."""
        try:
            self._send("DELETE", f"/api/jobs/{handle}")
        except PlaceError:
            return  # it keeps some kilobytes

    # The wire ------------------------------------------------------------------------------------

    def _ask(self, method: str, path: str) -> Any:
        answer = self._send(method, path)
        if answer.status_code >= 400:
            raise PlaceUnreachableError(f"Ray: {_said(answer)}")
        try:
            return answer.json()
        except ValueError as error:
            raise PlaceUnreachableError("What answers is not Ray's dashboard.") from error

    def _send(
        self, method: str, path: str, body: Mapping[str, Any] | None = None
    ) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self._token()}"}
        try:
            with httpx.Client(base_url=self._config.url, timeout=_PATIENCE_S) as client:
                if not self._is_guarded:
                    self._look_whether_guarded(client)
                answer = client.request(method, path, json=body, headers=headers)
        # A host whose name cannot be one is told by an error of its letters.
        except (httpx.HTTPError, httpx.InvalidURL, UnicodeError) as error:
            said = str(error) or type(error).__name__
            raise PlaceUnreachableError(f"{self._config.url} does not answer: {said}.") from error
        if answer.status_code in (401, 403):
            raise PlaceRefusedError(
                "Ray does not take the token.", hint="Give it the cluster's own token."
            )
        return answer

    def _look_whether_guarded(self, client: httpx.Client) -> None:
        """Refuse a cluster that anybody may run code on: jobs and their data would be theirs."""
        if client.get("/api/version").status_code not in (401, 403):
            raise PlaceRefusedError(
                f"{self._config.url} answers without a token, so anybody who reaches it may run "
                "code there.",
                hint="Start Ray with RAY_AUTH_MODE=token.",
            )
        self._is_guarded = True

    def _token(self) -> str:
        file = self._config.token_file
        try:
            token = Path(file).expanduser().read_text() if file else os.environ.get(TOKEN_VARIABLE)
        except (OSError, UnicodeError, RuntimeError) as error:  # the last: no such user's home
            raise PlaceRefusedError(f"Ray's token in {file} cannot be read: {error}.") from error
        if not token or not token.strip():
            raise PlaceRefusedError(
                "Ray's token is not known.",
                hint=f"Name a token_file in the settings, or set {TOKEN_VARIABLE}.",
            )
        if not token.isascii():
            raise PlaceRefusedError(
                "Ray's token has letters that no token has.",
                hint="Give it the cluster's own token.",
            )
        return token.strip()


def _sighting(entry: Mapping[str, Any]) -> Sighting:
    status = str(entry.get("status"))
    # What the job itself has written follows there; it is in its log.
    said = " ".join(str(entry.get("message") or "").partition(", last available logs")[0].split())
    detail = f"{status}: {said[:300]}" if said and status != "RUNNING" else status
    return Sighting(_STAGES.get(status, Stage.UNKNOWN), detail=detail)


def _node(entry: Mapping[str, Any], usage: Mapping[str, Any]) -> Node:
    total = entry.get("resources_total") or {}
    used = usage.get(str(entry.get("node_id"))) or {}
    state = str(entry.get("state"))
    cores, held_cores = _count(total, used, "CPU")
    memory, held_memory = _count(total, used, "memory")
    gpus, held_gpus = _count(total, used, "GPU")
    return Node(
        name=str(entry.get("node_name") or entry.get("node_ip")), state=state.lower(),
        is_usable=state == "ALIVE", cores=cores, free_cores=max(0, cores - held_cores),
        memory_bytes=memory, free_memory_bytes=max(0, memory - held_memory), gpus=gpus,
        free_gpus=max(0, gpus - held_gpus),
    )  # fmt: skip


def _count(total: Mapping[str, Any], used: Mapping[str, Any], name: str) -> tuple[int, int]:
    """Return how much a node has, and how much of it is held."""
    pair = used.get(name)
    held = pair[0] if isinstance(pair, list) and pair else 0
    try:
        return int(total.get(name) or 0), -int(-float(held) // 1)
    except (TypeError, ValueError):
        return 0, 0


def _at(data: Any, *keys: str) -> Any:
    for key in keys:
        data = data.get(key) if isinstance(data, Mapping) else None
    return data


def _said(answer: httpx.Response) -> str:
    lines = [line for line in answer.text.splitlines() if line.strip()]
    return f"{answer.status_code} {lines[-1].strip()[:300] if lines else ''}".strip()
