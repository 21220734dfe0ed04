"""What crosses from one room to another: frozen dataclasses and protocols."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
"""Any NumPy array; the docstring beside it says shape and type."""

Inputs = Mapping[str, Array]
"""Input name -> (n, *shape) float32; a network with one input takes any single name."""

Metric = Literal["euclidean", "cosine", "manhattan", "correlation"]
METRICS: tuple[Metric, ...] = ("euclidean", "cosine", "manhattan", "correlation")

Preprocessing = Literal["none", "standardise", "unit length"]
PREPROCESSINGS: tuple[Preprocessing, ...] = ("none", "standardise", "unit length")

Fill = Literal["exact", "gap", "resample"]
FILLS: tuple[Fill, ...] = ("exact", "gap", "resample")


class Report(Protocol):
    """How a long computation says how far it is, and hears that it should stop.

    Raises `errors.Cancelled` from inside the computation when somebody pressed
    cancel, so that every call is a safe point to stop.
    """

    def __call__(self, fraction: float, text: str = "") -> None: ...


def silent(fraction: float, text: str = "") -> None:
    """The `Report` of somebody who does not watch."""


def part(report: Report, begin: float, end: float, text: str = "") -> Report:
    """The `Report` of a computation that is a part of another, from its share `begin` to `end`.

    Args:
        text: what is said meanwhile, whatever words the part has; by default the part's own.
    """
    says = text

    def tell(fraction: float, text: str = "") -> None:
        report(begin + (end - begin) * fraction, says or text)

    return tell


@dataclass(frozen=True)
class Dataset:
    """Samples of one split, as a network takes them.

    Attributes:
        name: what the user called it, for display only; never part of a key.
        split: "train", "test" or "all".
        inputs: input name -> (n, *shape) float32; images in [0, 1], shape
            (n, height, width, channels). A single input is called "x".
        labels: (n,) int64, -1 where unlabelled.
        class_names: one name per class.
        indices: (n,) int64, place of every sample in its split before the limit.
        total: samples of the split before the limit.
        notes: what was done to the data while it was read, as sentences.
        fingerprint: SHA-256 of the content (inputs, labels, class names).
        groups: name -> (m,) int64 ascending places among these n samples; groups that come with
            the data, such as the samples that carry a backdoor's pattern.
        base: fingerprint of the data that samples were added to, "" if none were.
    """

    name: str
    split: str
    inputs: Inputs
    labels: Array
    class_names: tuple[str, ...]
    indices: Array
    total: int
    fingerprint: str
    notes: tuple[str, ...] = ()
    groups: Mapping[str, Array] = field(default_factory=dict)
    base: str = ""

    def __len__(self) -> int:
        return len(self.labels)

    @property
    def x(self) -> Array:
        """The first input: (n, *shape) float32."""
        return next(iter(self.inputs.values()))


@dataclass(frozen=True)
class Node:
    """One drawn operation of a network.

    Attributes:
        name: unique in its graph; what pages and keys call it ("conv0", "relu0").
        kind: family for its mark: "input", "convolution", "activation",
            "pooling", "dense", "normalisation", "merge", "reshape",
            "attention", "recurrent", "embedding", "output" or "other".
        operation: the operation itself ("Conv2D", "relu", "Flatten").
        shape: of the output for one sample, without the batch axis.
        parameters: number of weights that belong to it (0 for a fused activation).
        reorders: True if it only moves values (flatten, reshape, permute, padding).
        layer: name of the Keras layer it came from, with the path of nested models.
    """

    name: str
    kind: str
    operation: str
    shape: tuple[int, ...]
    parameters: int
    reorders: bool = False
    layer: str = ""

    @property
    def size(self) -> int:
        """Activations per sample."""
        return int(np.prod(self.shape, dtype=np.int64))


Edge = tuple[str, str]
"""(from, to) node names."""


@dataclass(frozen=True)
class Graph:
    """Operations of a network in data-flow order, and who feeds whom.

    Attributes:
        nodes: sources first, the class probabilities last.
        edges: who feeds whom; an edge appears once.
    """

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]

    def node(self, name: str) -> Node:
        for node in self.nodes:
            if node.name == name:
                return node
        raise KeyError(name)


@dataclass(frozen=True)
class Study:
    """What a result is about: content, never names.

    Attributes:
        network: fingerprint of the network.
        data: fingerprint of the data.
        epoch: of a recorded training, None for the finished network.
        frozen: filters that pass zeros on, as ((layer, (filter, ...)), ...), sorted.
        attack: digest of an attack's parameters, None for clean samples.
    """

    network: str
    data: str
    epoch: int | None = None
    frozen: tuple[tuple[str, tuple[int, ...]], ...] = ()
    attack: str | None = None

    @property
    def identity(self) -> str:
        """What it is called in answers about another study."""
        return f"{self.network} {self.data}"


@dataclass(frozen=True)
class Source:
    """Where a study comes from: what the user asked for, before it is read.

    Attributes:
        demo: name of a demo, or "" for a network of the user's own.
        model: path of the model file or of a folder with one file per epoch, "" for a demo.
        data: "digits", "mnist", ..., path of a `.npz` or a folder; "" for what a demo shows.
        split: "test", "train" or "all".
        limit: at most so many samples, None for all.
        seed: of the choice of samples.
        data_dir: where `mnist.npz` and its like may lie, "" for nowhere.
        trusted: True only for files that the person who runs the server named on
            the command line; allows `.h5` and SavedModel.
        epoch: of a recorded training, None for the finished network.
        output: "embedding" if the output is not to be read as class scores, "" otherwise.
        checkpoints: path of a folder with the epochs of `model`, each whole or as weights alone; ""
            for none.
        frozen: filters without which the network is shown, as `FrozenSet.text` writes them; ""
            for none.
        added: path of a file with samples that stand behind those of the data, see `added`; ""
            for none.
    """

    demo: str = ""
    model: str = ""
    data: str = ""
    split: str = "test"
    limit: int | None = 10_000
    seed: int = 0
    data_dir: str = ""
    trusted: bool = False
    epoch: int | None = None
    output: str = ""
    checkpoints: str = ""
    frozen: str = ""
    added: str = ""


@dataclass(frozen=True)
class Result:
    """An answer as it is kept: named arrays, and small facts as JSON.

    Attributes:
        arrays: name -> array of a plain numeric or boolean type.
        facts: JSON-able mapping.
    """

    arrays: Mapping[str, Array] = field(default_factory=dict)
    facts: Mapping[str, Any] = field(default_factory=dict)


MakeBlocks = Callable[[], Iterator[Array]]
"""A function that starts a fresh pass over (n, width) float32 feature blocks."""
