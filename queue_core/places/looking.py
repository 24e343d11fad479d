"""What is to be seen of a place: its machines, what is free on them, and its storage."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from queue_core.paths import LocalFolder
from queue_core.places.choice import make_place, make_storage
from queue_core.places.configuration import PlaceConfig
from queue_core.places.contract import Node, PlaceError, sentence


@dataclass(frozen=True)
class Look:
    """What was found at a place.

    Attributes:
        config: The place.
        nodes: Its machines.
        problem: Why these are not known; empty where they are.
    """

    config: PlaceConfig
    nodes: Sequence[Node] = ()
    problem: str = ""

    @property
    def usable(self) -> Sequence[Node]:
        """The machines that take jobs."""
        return [node for node in self.nodes if node.is_usable]


def look_at(config: PlaceConfig) -> Look:
    """Ask a place for its machines; why it does not answer is in what is returned."""
    try:
        return Look(config, tuple(make_place(config).nodes()))
    except PlaceError as error:
        return Look(config, problem=sentence(error))


def look_at_storage(config: PlaceConfig, folder: LocalFolder) -> tuple[str, str]:
    """Return what is wrong with the storage of a place, and what to do; empty where nothing is."""
    return make_storage(config, folder.monitor / "places").problem()
