"""From what the user asked for to a network and a data set that fit each other, and a card.

The card says what a page needs to know of a study before anything is computed. It is kept under
the identity of its files (path, size, time of the last change), so that the web process finds the
fingerprints of a study again without reading a model or importing TensorFlow; whoever reads the
files for good compares the fingerprints.
"""

from __future__ import annotations

import dataclasses
import os
import stat
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import demos, softmax_history
from .epochs import chosen, epochs_in, epochs_of, folder_of, history_in, is_recorded
from .errors import DataError
from .keys import digest
from .named import BUILT_IN
from .store import Store
from .types import Array, Edge, Graph, Node, Result, Source, Study
from .workbench import THUMBNAIL_SIDE, Workbench

if TYPE_CHECKING:
    from .home import Home

_VERSION = 7
"""Rises when cards are written differently."""


@dataclass(frozen=True)
class Card:
    """What a study is, for pages.

    Attributes:
        title: of the study, for people.
        network: facts of the network: "name", "parameters", "operations", "activations",
            "output" ("embedding" if it tells no classes apart), "spaces" (layers behind which
            boundaries can be drawn, see `network_lines.cuts`), "remembered" (True if there is no
            network, but what one said of these samples), "history" (of its training, one mapping
            per epoch).
        study: fingerprints.
        data: name of the data; `split`, `n` of `total` samples shown.
        class_names: one per class of the network, or of the data where it gives an embedding.
        image_shape: (height, width, channels), or None for plain vectors.
        notes: what was done to data and inputs, as sentences.
        graph, simplified: the network as drawn.
        labels: (n,) int32, -1 where unlabelled.
        indices: (n,) int32, place of every sample in its split.
        epochs: numbers of the epochs that were recorded, ascending; () if none were.
        epoch: the one shown, None for the finished network.
        groups: name -> ascending places of samples, of the groups that come with the data.
        base: fingerprint of the data that samples were added to, "" if none were.
    """

    title: str
    description: str
    network: Mapping[str, Any]
    study: Study
    data: str
    split: str
    n: int
    total: int
    class_names: tuple[str, ...]
    image_shape: tuple[int, ...] | None
    notes: tuple[str, ...]
    graph: Graph
    simplified: Graph
    labels: Array
    indices: Array
    epochs: tuple[int, ...] = ()
    epoch: int | None = None
    groups: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    base: str = ""

    @property
    def saved_under(self) -> str:
        """What groups of its samples belong to: samples that are added leave them as they are."""
        return self.base or self.study.data

    def trained(self, history: Sequence[Mapping[str, float]]) -> Card:
        """The same card of a network whose recorded training has this history."""
        return dataclasses.replace(
            self,
            network={**self.network, "history": [dict(entry) for entry in history]},
            epochs=tuple(int(entry["epoch"]) for entry in history),
        )

    def pack(self) -> Result:
        facts = {
            name: value for name, value in asdict(self).items() if name not in {"labels", "indices"}
        }
        return Result(arrays={"labels": self.labels, "indices": self.indices}, facts=facts)

    @classmethod
    def unpack(cls, result: Result) -> Card:
        facts = dict(result.facts)
        study = dict(facts["study"])
        study["frozen"] = tuple((layer, tuple(filters)) for layer, filters in study["frozen"])
        shape = facts["image_shape"]
        return cls(
            **facts
            | {
                "study": Study(**study),
                "class_names": tuple(facts["class_names"]),
                "image_shape": None if shape is None else tuple(shape),
                "notes": tuple(facts["notes"]),
                "epochs": tuple(facts["epochs"]),
                "groups": {name: tuple(places) for name, places in facts["groups"].items()},
                "graph": _graph(facts["graph"]),
                "simplified": _graph(facts["simplified"]),
            },
            labels=result.arrays["labels"],
            indices=result.arrays["indices"],
        )


def _graph(facts: Mapping[str, Any]) -> Graph:
    nodes = tuple(Node(**node | {"shape": tuple(node["shape"])}) for node in facts["nodes"])
    edges: tuple[Edge, ...] = tuple((source, target) for source, target in facts["edges"])
    return Graph(nodes=nodes, edges=edges)


def shown_data(source: Source) -> str:
    """Name or path of the data of a source; a demo without any shows its own."""
    return source.data if source.data or not source.demo else demos.get(source.demo).shown_data


def identity(source: Source) -> str:
    """Digest of what a source names, from names, sizes and times alone; cheap.

    Of a recorded training the one network that is shown counts: an epoch stays what it is while
    more of them are recorded. Beside checkpoints the network that they belong to counts, too.

    Raises: DataError if a file or an epoch is not there; ModelError for a folder of two trainings.
    """
    facts: dict[str, Any] = asdict(source) | {"card": _VERSION, "data": shown_data(source)}
    facts["versions"] = demos.network_key(demos.get(source.demo)) if source.demo else ""
    for name in (source.model, source.data):
        if name and name not in BUILT_IN:
            path = Path(name)
            recorded = name == source.model and is_recorded(path)
            facts[f"state of {name}"] = _state(_file(source) if recorded else path)
    if source.checkpoints:
        facts["checkpoint"] = _state(_file(source))
    if source.added:
        facts["state of what was added"] = _state(Path(source.added))
    if source.data_dir:
        places = [Path(source.data_dir) / f"{name}.npz" for name in BUILT_IN]
        facts["data_dir"] = {str(place): _state(place) for place in places if place.exists()}
    return digest(facts)


def _state(path: Path) -> list[Any]:
    """Name, size and time of a file, or those of all files in a folder."""
    try:
        if path.is_dir():
            return _states(path)
        status = path.stat()
    except FileNotFoundError as error:
        raise DataError(
            f"There is no file {path}. Check the path; data sets with a name of their own are "
            f"{', '.join(BUILT_IN)}."
        ) from error
    except OSError as error:
        raise DataError(f"Cannot read {path}: {error.strerror or error}.") from error
    if not stat.S_ISREG(status.st_mode):
        raise DataError(f"{path} is neither a file nor a folder. Give a file.")
    return [str(path.resolve()), status.st_size, status.st_mtime_ns]


def _states(folder: Path) -> list[Any]:
    """Those of all files but hidden ones, such as what is only being written there."""
    found = []
    for place, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in names:
            path = Path(place, name)
            with suppress(FileNotFoundError):  # it went since it was listed
                status = path.stat()
                if stat.S_ISREG(status.st_mode) and not name.startswith("."):
                    found.append([str(path), status.st_size, status.st_mtime_ns])
    return sorted(found)


def find_card(store: Store, source: Source) -> Card | None:
    """The card of a study that was opened before and whose files have not changed since.

    A training that is being recorded may have gone on: the card tells of all epochs there are now.

    Raises: as `identity`.
    """
    result = store.get(identity(source))
    if result is None:
        return None
    card = Card.unpack(result)
    folder = folder_of(source)
    if folder is not None:
        card = card.trained(history_in(folder, weights=bool(source.checkpoints)))
    return card


def starting_points(bench: Workbench, card: Card) -> list[str]:
    """Keys of the answers that a page starts from; each may have been evicted by itself."""
    keys = [bench.address("thumbnails", side=THUMBNAIL_SIDE)]
    if card.network["output"] != "embedding":
        keys.append(bench.address("predictions"))
    return keys


def seconds_text(seconds: float) -> str:
    """A duration as people say it."""
    if seconds < 60:
        return f"{max(1, round(seconds))} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes < 10 else f"{minutes} min"


class Clock:
    """Estimates how long something still takes from the share that is done."""

    def __init__(self) -> None:
        self._start = time.monotonic()

    def left(self, fraction: float) -> float | None:
        """Seconds, None while it is too early to say."""
        passed = time.monotonic() - self._start
        if fraction < 0.02 or passed < 0.5:
            return None
        return passed / fraction * (1.0 - fraction)


def place_of(home: Home, demo: demos.Demo, epoch: int | None = None) -> Path:
    """Where the trained network of a demo is kept, or an epoch of its training.

    Raises: DataError if that epoch was not recorded.
    """
    place = home.networks / f"{demos.network_key(demo)}.keras"
    if epoch is None:
        return place
    folder = place.with_suffix("")
    epochs = epochs_in(folder) if is_recorded(folder) else ()
    return chosen(epochs, epoch, f"demo '{demo.name}'")


def model_of(home: Home, source: Source) -> Path:
    """The network file of a source, or that of its weights if it is a checkpoint.

    Raises: DataError if its epoch was not recorded; ModelError for a folder without epochs.
    """
    if source.demo:
        return place_of(home, demos.get(source.demo), source.epoch)
    return _file(source)


def history_of(home: Home, source: Source) -> tuple[Mapping[str, float], ...]:
    """What was recorded while the network of a source was trained, one mapping per epoch.

    Raises: ModelError for a folder without epochs.
    """
    if softmax_history.is_history(source.model):
        return softmax_history.measured(source.model)
    if source.demo:
        recorded = place_of(home, demos.get(source.demo)).with_suffix("")
        return history_in(recorded) if is_recorded(recorded) else ()
    folder = folder_of(source)
    return () if folder is None else history_in(folder, weights=bool(source.checkpoints))


def _file(source: Source) -> Path:
    """The file of a user's own network after the epoch that is shown, or of the finished one."""
    path, epochs = Path(source.model), epochs_of(source)
    if source.epoch is None:
        return epochs[-1].path if epochs else path
    return chosen(epochs, source.epoch, f"'{(folder_of(source) or path).name}'")
