"""SLURM as a place, by its own commands: `sbatch`, `squeue`, `scancel`, `sinfo`, `sacct`."""

from __future__ import annotations

import contextlib
import re
import shlex
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Final

from queue_core.places.commands import Commands
from queue_core.places.configuration import PlaceConfig
from queue_core.places.contract import (
    Demand,
    Node,
    PlaceError,
    Sighting,
    Stage,
    Start,
)
from queue_core.places.fitting import why_not

_MIB: Final = 1 << 20
_NODE_FIELDS: Final = (
    "NodeHost:64,StateLong:24,CPUsState:24,Memory:16,AllocMem:16,Gres:64,GresUsed:64"
)
_USABLE: Final = frozenset({"idle", "mixed", "allocated", "completing"})
_WAITING: Final = frozenset({"PENDING", "CONFIGURING", "REQUEUED", "REQUEUE_HOLD", "REQUEUE_FED",
                             "SPECIAL_EXIT", "RESV_DEL_HOLD"})  # fmt: skip
_RUNNING: Final = frozenset({"RUNNING", "COMPLETING", "SUSPENDED", "STAGE_OUT", "SIGNALING",
                             "RESIZING", "STOPPED"})  # fmt: skip
# With up to 72 letters each they fit into a command of Windows, too.
_MOST_NAMES: Final = 400
_GPUS: Final = re.compile(r"gpu(?::[^:,()]+)?:(\d+)")


class Slurm:
    """A partition of a SLURM cluster, on its login node or by ssh; see `contract.Place`.

    A start's handle is the job's name, by which it is found again after a crash of this program.

    Args:
        config: How it is reached.
    """

    def __init__(self, config: PlaceConfig) -> None:
        self.name = config.name
        self._config = config
        self._commands = Commands(config.command)

    def nodes(self) -> Sequence[Node]:
        """Return the machines of the partition."""
        chosen = ("-p", self._config.partition) if self._config.partition else ()
        text = self._commands.run("sinfo", "-h", "-N", "-O", _NODE_FIELDS, *chosen)
        found = {node.name: node for line in text.splitlines() if (node := _node(line)) is not None}
        return list(found.values())

    def free(self, demand: Demand, soon: Sequence[Demand] = ()) -> str | None:
        """Return why a job must wait here; None where there is room."""
        return why_not(self.nodes(), demand, soon)

    def start(self, start: Start) -> None:
        """Hand a job over with `sbatch`; SLURM is told not to run it a second time by itself."""
        demand = start.demand
        options = [
            "--parsable", f"--job-name={start.handle}", "--no-requeue", "--chdir=/",
            f"--output={start.output}", "--ntasks=1", f"--cpus-per-task={demand.cores}",
        ]  # fmt: skip
        if self._config.partition:
            options.append(f"--partition={self._config.partition}")
        if demand.memory_bytes:
            options.append(f"--mem={-(-demand.memory_bytes // _MIB)}M")
        if demand.gpus:
            options.append(f"--gres=gpu:{demand.gpus}")
        script = f"#!/bin/sh\nexec {shlex.join(start.command)}\n"
        self._commands.run("sbatch", *options, *self._config.options, given=script)

    def look(self, handles: Collection[str]) -> Mapping[str, Sighting]:
        """Return where the jobs stand, by `squeue`; those it has forgotten by `sacct`."""
        found: dict[str, Sighting] = {}
        for some in _parts(list(handles)):
            found |= self._by_squeue(some)
        missing = [handle for handle in handles if handle not in found]
        with contextlib.suppress(PlaceError):  # a cluster without accounts has none
            for some in _parts(missing):
                found |= self._by_sacct(some)
        return {handle: found.get(handle, Sighting(Stage.UNKNOWN)) for handle in handles}

    def _by_squeue(self, handles: Collection[str]) -> dict[str, Sighting]:
        text = self._commands.run(
            "squeue", "-h", "-a", "-t", "all", "-o", "%j|%T|%N|%r", f"--name={','.join(handles)}"
        )
        return _sightings(text, handles)

    def _by_sacct(self, handles: Collection[str]) -> dict[str, Sighting]:
        text = self._commands.run(
            "sacct", "-X", "-n", "-P", "-S", "now-30days", "-o", "JobName,State,NodeList,ExitCode",
            f"--name={','.join(handles)}",
        )  # fmt: skip
        return _sightings(text, handles)

    def stop(self, handle: str) -> None:
        """End a job, be it running or waiting."""
        self._commands.run("scancel", "--quiet", f"--name={handle}")

    def forget(self, handle: str) -> None:
        """Do nothing: SLURM forgets by itself."""


def _parts(handles: Sequence[str]) -> Iterator[Sequence[str]]:
    """Take handles apart by what one command can be told: its words may not be endless."""
    for first in range(0, len(handles), _MOST_NAMES):
        yield handles[first : first + _MOST_NAMES]


def _sightings(text: str, handles: Collection[str]) -> dict[str, Sighting]:
    found: dict[str, Sighting] = {}
    for line in text.splitlines():
        handle, _, rest = line.partition("|")
        state, node, why = [*rest.split("|"), "", "", ""][:3]
        if handle in handles:
            found[handle] = _sighting(state.split(" ")[0].rstrip("+"), node, why)
    return found


def _sighting(state: str, node: str, why: str) -> Sighting:
    if state in _WAITING:
        return Sighting(Stage.WAITING, detail="" if why == "None" else why)
    if state in _RUNNING:
        return Sighting(Stage.RUNNING, node, state)
    return Sighting(Stage.ENDED, node, state)


def _node(line: str) -> Node | None:
    fields = line.split()
    if len(fields) < 7:
        return None
    name, state, cores, memory, held, gres, gres_used = fields[:7]
    try:
        _, idle, _, total = (int(number) for number in cores.split("/"))
        memory_bytes, held_bytes = int(memory) * _MIB, int(held) * _MIB
    except ValueError:
        return None
    gpus, gpus_used = _gpus(gres), _gpus(gres_used)
    return Node(
        name=name, state=state, is_usable=state.rstrip("*") in _USABLE and not state.endswith("*"),
        cores=total, free_cores=idle, memory_bytes=memory_bytes,
        free_memory_bytes=max(0, memory_bytes - held_bytes), gpus=gpus,
        free_gpus=max(0, gpus - gpus_used),
    )  # fmt: skip


def _gpus(gres: str) -> int:
    return sum(int(count) for count in _GPUS.findall(gres))
