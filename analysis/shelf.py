"""Studies in a worker: trained or loaded, checked, kept on a shelf for the next question.

Loading a network takes seconds, a question often less.
"""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Generic, TypeVar

import numpy as np

from . import (
    added,
    demos,
    fitting,
    frozen_sets,
    graph,
    keras_datasets,
    mutation,
    network_lines,
    outputs,
    softmax_history,
    training,
)
from . import dataset as datasets
from . import network as networks
from .epochs import has_weights_alone
from .errors import ModelError
from .home import Home
from .network import Network
from .opening import (
    Card,
    find_card,
    history_of,
    identity,
    model_of,
    place_of,
    shown_data,
    starting_points,
)
from .store import DiskStore, Store
from .types import Dataset, Report, Source, Study, silent
from .workbench import Workbench


def open_source(
    home: Home, store: DiskStore, wanted: Source, report: Report, check: Callable[[], None]
) -> str:
    """Train or load the network, read the data, check that they fit, and keep the card.

    Args:
        check: called while another process opens the same; may raise `Cancelled`.
    Returns: the key of the card.
    """
    key = identity(wanted)
    with store.lock(f"open-{key}", check):
        if not _is_open(store, wanted):
            bench = open_bench(home, store, wanted, report)
            network, data = bench.network, bench.dataset
            if network.class_count:
                report(0.97, "Predicting every sample")
                bench.predictions()
            bench.thumbnails()
            history = history_of(home, wanted)
            store.put(key, _card(wanted, network, data, bench.study, history).pack())
    return key


def open_bench(
    home: Home, store: Store, source: Source, loading: Report = silent, **more: Any
) -> Workbench:
    """A workbench that computes, with what was recorded of its study at hand.

    Args:
        loading: hears of that.
        more: arguments of the workbench.
    """
    network, data = load(home, source, loading)
    bench = Workbench(network, data, store, **more)
    # What was recorded is what the whole network gave, of the samples of the data alone.
    changed = source.frozen or source.added
    if source.model and not changed and not softmax_history.is_history(source.model):
        file = model_of(home, source)
        bench.at_hand = outputs.recorded(source, file, network, data, bench.budget // 2)
    return bench


def _is_open(store: DiskStore, source: Source) -> bool:
    """Whether all that a page starts from is there; any part of it may have been evicted."""
    card = find_card(store, source)
    if card is None:
        return False
    bench = Workbench(None, None, store, study=card.study)
    return all(key in store for key in starting_points(bench, card))


_Item = TypeVar("_Item")


class Shelf(Generic[_Item]):
    """What was used last, shared by the threads of a worker."""

    def __init__(self, places: int) -> None:
        self._places = places
        self._lock = threading.Lock()
        self._items: dict[str, _Item] = {}

    def take(self, key: str) -> _Item | None:
        with self._lock:
            item = self._items.pop(key, None)
            if item is not None:
                self._items[key] = item  # used last, forgotten last
            return item

    def put(self, key: str, item: _Item) -> None:
        with self._lock:
            self._items.pop(key, None)  # two may have read the same; it is used last again
            self._items[key] = item
            while len(self._items) > self._places:
                del self._items[next(iter(self._items))]

    def clear(self) -> None:
        with self._lock:
            self._items.clear()


STUDIES: Shelf[tuple[Network, Dataset]] = Shelf(places=4)
DATA: Shelf[Dataset] = Shelf(places=2)
"""Of this worker process; networks and epochs on the same data share it."""


def load(home: Home, source: Source, report: Report) -> tuple[Network, Dataset]:
    """Network and data of a study; a demo is trained if it has not been."""
    key = identity(source)
    pair = STUDIES.take(key)
    if pair is None:
        pair = _read(home, source, report)
        STUDIES.put(key, pair)
        _verify(home, key, pair)
    return pair


def _verify(home: Home, key: str, pair: tuple[Network, Dataset]) -> None:
    """Drop a card that speaks of other content than what was read just now.

    Raises: ModelError if there was one, because pages have taken addresses from it.
    """
    store = DiskStore(home)
    known = store.get(key)
    network, data = pair
    if known is not None and Card.unpack(known).study != Study(
        network.fingerprint, data.fingerprint
    ):
        store.drop(key)
        raise ModelError(
            "The network or the data has changed since this study was opened. Reload the page."
        )


def _read(home: Home, source: Source, report: Report) -> tuple[Network, Dataset]:
    if softmax_history.is_history(source.model):
        if source.frozen or source.added:
            raise ModelError(
                "There is no network here, only what one said of its samples: nothing can be "
                "frozen in it or shown to it. Open the network with --model."
            )
        return _remembered(source)
    start, output = 0.1, source.output
    if source.demo:
        demo = demos.get(source.demo)
        output = output or demo.output
        if not place_of(home, demo).exists():
            _train(home, demo, source, _part(report, 0.0, 0.95))
        start = 0.95
    report(start, "Loading the network")
    path = model_of(home, source)
    network = _network(source, path, output)
    report(0.96, "Reading the data")
    data = _shown(source)
    classes = max(len(data.class_names), int(data.labels.max(initial=-1)) + 1)
    notes: tuple[str, ...] = ()
    if network.output in _SCORES and classes > network.class_count:
        network = _network(source, path, "embedding")
        notes = (_no_scores(network, classes),)
    notes += network.check(data)
    if source.frozen:
        network, note = _mutant(network, data, frozen_sets.parsed(source.frozen))
        notes = (*notes, note)
    return network, dataclasses.replace(data, notes=data.notes + notes)


def _mutant(network: Network, data: Dataset, wanted: frozen_sets.FrozenSet) -> tuple[Network, str]:
    """The network without some filters, and a sentence about it.

    Their means are those over the data itself: samples that are added leave the network as it is.
    """
    filters = mutation.normalised(network, wanted.filters)
    x = {name: array[: added.own(data)] for name, array in data.inputs.items()}
    given = mutation.means(network, x, filters) if wanted.means else None
    return mutation.freeze(network, filters, given), wanted.sentence


def _network(source: Source, path: Path, output: str) -> Network:
    """The network in a file, or the one whose weights it holds."""
    if not has_weights_alone(path):
        return networks.load(path, trusted=source.trusted, output=output)
    return networks.load_weights(Path(source.model), path, trusted=source.trusted, output=output)


def _remembered(source: Source) -> tuple[Network, Dataset]:
    """What a network said, where there is none."""
    history = softmax_history.read(source.model)
    table, name = history.table(source.epoch), Path(source.model).stem
    network = networks.lookup(table, history.fingerprint_of(source.epoch), name)
    data = softmax_history.data_of(source.model, source.split, source.limit, source.seed)
    network.check(data)
    return network, data


_SCORES = ("logits", "sigmoid logit")
"""Outputs that are scores of classes only if the classes of the data say so."""


def _no_scores(network: Network, classes: int) -> str:
    width = network.operations[-1].size
    return (
        f"The network gives {width} value{'s' if width > 1 else ''} for data of {classes} classes, "
        "so that its output is taken as an embedding, not as class scores."
    )


def _shown(source: Source) -> Dataset:
    """The data of a source, from the shelf if another network was shown them before."""
    name = shown_data(source)
    about = dataclasses.replace(
        source, demo="", model="", checkpoints="", epoch=None, output="", frozen="", data=name
    )
    key = identity(about)
    data = DATA.take(key)
    if data is None:
        data = _data(name, source, source.split, source.limit)
        if source.added:
            data = added.extended(data, added.read(Path(source.added)))
        DATA.put(key, data)
    return data


def _data(name: str, source: Source, split: str, limit: int | None) -> Dataset:
    return datasets.load(
        name,
        split=split,
        limit=limit,
        seed=source.seed,
        data_dir=source.data_dir or None,
        fetch=keras_datasets.fetch,
    )


def _part(report: Report, start: float, end: float) -> Report:
    def inner(fraction: float, text: str = "") -> None:
        report(start + fraction * (end - start), text)

    return inner


def _train(home: Home, demo: demos.Demo, source: Source, report: Report) -> None:
    path = place_of(home, demo)

    def waiting() -> None:
        report(0.0, "Another process is training this network")

    with DiskStore(home).lock(f"train-{path.stem}", waiting):
        if path.exists():
            return  # the other process was that quick
        report(0.0, f"Reading {demo.train_data}")
        # Which samples train it is a property of the demo, not of what is looked at.
        drawn = dataclasses.replace(source, seed=demo.seed)
        data = _data(demo.train_data, drawn, "train", demo.samples or None)
        training.train(demo, data.x, data.labels, path, report=report)


def _card(
    source: Source,
    network: Network,
    data: Dataset,
    study: Study,
    history: Sequence[Mapping[str, float]],
) -> Card:
    demo = demos.get(source.demo) if source.demo else None
    full = graph.of(network)
    shape = data.x.shape[1:]
    title, description = f"{Path(source.model).stem} on {data.name}", ""
    if demo and shown_data(source) == demo.shown_data:
        title, description = demo.title, demo.description
    elif demo:
        title = f"{demo.title}, shown {data.name}"
    if source.frozen:
        without = frozen_sets.parsed(source.frozen)
        count = sum(map(len, without.filters.values()))
        title += f", {count:,} filter{'s' if count > 1 else ''} frozen"
    return Card(
        title=title,
        description=description,
        network={
            "name": demo.name if demo else Path(source.model).name,
            "parameters": network.parameters,
            "operations": len(full.nodes),
            "activations": sum(node.size for node in full.nodes),
            "output": network.output,
            "spaces": list(network_lines.cuts(network)) if network.class_count else [],
            "remembered": softmax_history.is_history(source.model),
            "history": [dict(entry) for entry in history],
        },
        study=study,
        data=data.name,
        split=data.split,
        n=len(data),
        total=data.total,
        class_names=fitting.class_names(data, network.class_count),
        image_shape=tuple(shape) if len(shape) == 3 else None,
        notes=data.notes + tuple(network.notes),
        graph=full,
        simplified=graph.of(network, simplified=True),
        labels=data.labels.astype(np.int32),
        indices=data.indices.astype(np.int32),
        epochs=tuple(int(entry["epoch"]) for entry in history),
        epoch=source.epoch,
        groups={name: tuple(places.tolist()) for name, places in data.groups.items()},
        base=data.base,
    )
