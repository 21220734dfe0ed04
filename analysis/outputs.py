"""Outputs of layers that a recorder kept beside a network, so that it need not run for them again.

A file of them holds "network" and "data" (fingerprints, of what is in the `.keras` file and of all
samples), and "layer NAME" (n, *shape) float32 for every layer that was chosen.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path

import numpy as np

from . import dataset as datasets
from .epochs import NETWORK, SAMPLES, outputs_beside
from .errors import StudyError
from .network import Network, as_embedding
from .npz import Npz
from .types import Array, Dataset, Source

log = logging.getLogger(__name__)

LAYER = "layer "
"""Before the names of layers in a file, so that none is mistaken for anything else in it."""


def recorded(source: Source, file: Path, network: Network, data: Dataset, room: int) -> Outputs:
    """What was recorded of a study.

    Args:
        file: of its network.
        network, data: that were read.
        room: bytes that the outputs of one layer may take.
    Returns: nothing in it, unless the data are the samples beside the network.
    """
    samples = file.parent / SAMPLES
    path = outputs_beside(file)
    theirs = bool(source.data) and Path(source.data).resolve() == samples.resolve()
    here = theirs and file.name.lower().endswith(NETWORK) and path.is_file()
    return Outputs(path if here else None, samples, network, data, room)


class Outputs(Mapping[str, Array]):
    """Layer -> (n, *shape) float32 of the samples that are shown; opened when it is first asked.

    What does not belong to this network and these samples, is damaged or too large for its room is
    not there, and the log says why: then the network is run.

    Args:
        path: of the file, None for no outputs at all.
        samples: file of all samples, of which `data` may be a part.
        network, data, room: as of `recorded`.
    """

    def __init__(
        self, path: Path | None, samples: Path, network: Network, data: Dataset, room: int
    ) -> None:
        self._path, self._samples = path, samples
        self._network, self._data, self._room = network, data, room
        self._known: tuple[str, ...] | None = None
        self._last: dict[str, Array] = {}  # several passes over a layer come one after the other

    def __iter__(self) -> Iterator[str]:
        return iter(self._names())

    def __len__(self) -> int:
        return len(self._names())

    def __getitem__(self, layer: str) -> Array:
        if layer not in self._names():
            raise KeyError(layer)
        if layer not in self._last:
            found = self._read(layer)
            if found is None:
                self._known = tuple(name for name in self._names() if name != layer)
                raise KeyError(layer)
            self._last = {layer: found}
        return self._last[layer]

    def _names(self) -> tuple[str, ...]:
        if self._known is None:
            self._known = () if self._path is None else self._open(self._path)
        return self._known

    def _open(self, path: Path) -> tuple[str, ...]:
        """Layers of a file that belongs to network and data, and that they fit into the room."""
        network, data = self._network, self._data
        try:
            with Npz(path) as kept:
                of_network, of_data = (str(kept[name]) for name in ("network", "data"))
                layers = [name.removeprefix(LAYER) for name in kept if name.startswith(LAYER)]
            if network.fingerprint not in (of_network, as_embedding(of_network)):
                log.warning("%s was recorded of another network; the network is run.", path)
                return ()
            if of_data != self._fingerprint():
                log.warning("%s was recorded of other samples; the network is run.", path)
                return ()
        except (StudyError, KeyError, OSError) as error:
            log.warning("%s is not used, the network is run: %s", path, error)
            return ()
        return tuple(
            layer
            for layer in layers
            if layer in network.layers
            and 4 * data.total * network.operation(layer).size <= self._room
        )

    def _fingerprint(self) -> str:
        """Of all samples, of which some may be shown."""
        if len(self._data) == self._data.total:
            return self._data.fingerprint
        state = self._samples.stat()
        return _whole(self._samples, self._data.split, state.st_size, state.st_mtime_ns)

    def _read(self, layer: str) -> Array | None:
        path = self._path
        if path is None:
            return None
        try:
            with Npz(path) as kept:
                found = kept[LAYER + layer]
        except (StudyError, KeyError) as error:
            log.warning("Layer %s of %s is not used, the network is run: %s", layer, path, error)
            return None
        wanted = (self._data.total, *self._network.operation(layer).shape)
        if found.shape != wanted or found.dtype != np.float32:
            log.warning(
                "Layer %s of %s is %s of shape %s, not float32 of shape %s; the network is run.",
                *(layer, path, found.dtype, found.shape, wanted),
            )
            return None
        return found if len(self._data) == len(found) else found[self._data.indices]


@lru_cache(maxsize=4)
def _whole(samples: Path, split: str, _size: int, _time: int) -> str:
    """Fingerprint of a data set before its limit."""
    return datasets.load(samples, split=split).fingerprint
