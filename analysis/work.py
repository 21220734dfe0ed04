"""The jobs of a worker process. Each takes a `Desk` and plain JSON, and returns plain JSON.

This module brings TensorFlow with it: the web process names it by text and never imports it.
"""

from __future__ import annotations

import dataclasses
import logging
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from . import activations, demos, graph, keras_datasets, training
from . import dataset as datasets
from . import network as networks
from .board import Desk
from .errors import Cancelled, DataError, ModelError, StudyError
from .home import Home
from .network import Network
from .opening import Card, Clock, find_card, identity, place_of, seconds_text
from .store import DiskStore
from .types import Array, Dataset, Node, Report, Source, Study, silent
from .workbench import THUMBNAIL_SIDE, Workbench

log = logging.getLogger(__name__)


def open_study(desk: Desk, task: dict[str, Any]) -> dict[str, Any]:
    """Train or load the network, read the data, check that they fit, and keep the card.

    Args:
        task: {"source": fields of a `Source`}.
    Returns: {"card": key}.
    """
    wanted = Source(**task["source"])
    clock = Clock()

    def report(fraction: float, text: str = "") -> None:
        left = clock.left(fraction)
        more = "" if left is None or left < 2 else f", about {seconds_text(left)} left"
        desk.tell([{"fraction": fraction, "text": f"{text}{more}"}])

    key = identity(wanted)
    store = DiskStore(desk.home)
    with store.lock(f"open-{key}", desk.check):
        if not _is_open(store, wanted):
            network, data = _load(desk.home, wanted, report)
            bench = Workbench(network, data, store, report=silent)
            desk.tell([{"fraction": 0.97, "text": "Predicting every sample"}], now=True)
            bench.predictions()
            bench.thumbnails()
            store.put(key, _card(wanted, network, data, bench.study).pack())
    return {"card": key}


def _is_open(store: DiskStore, source: Source) -> bool:
    """Whether all that a page starts from is there; any part of it may have been evicted."""
    card = find_card(store, source)
    if card is None:
        return False
    bench = Workbench(None, None, store, study=card.study)
    answers = (bench.address("predictions"), bench.address("thumbnails", side=THUMBNAIL_SIDE))
    return all(key in store for key in answers)


def compute_glyphs(desk: Desk, task: dict[str, Any]) -> dict[str, Any]:
    """Answer the glyph of every operation, in the order of the data flow.

    Tells the desk [{"question", "done", "failed", "layer", "part", "fraction", "left"}]: `part` of
    the current layer, `fraction` of all, seconds left. A layer that cannot be analysed is named
    with its reason and the others go on.

    Args:
        task: {"source", "metric", "preprocessing", "fill", "budget"}.
    Returns: {"question", "done": {layer: facts}, "failed": {layer: reason}}.
    """
    knobs = {name: task[name] for name in ("metric", "preprocessing", "fill")}
    network, data = _load(desk.home, Source(**task["source"]), silent)
    bench = Workbench(network, data, DiskStore(desk.home), budget=task["budget"])
    wanted = graph.of(network).nodes
    done = {}
    for node in wanted:
        facts = bench.glyph_facts(layer=node.name, **knobs)
        if facts is not None:
            done[node.name] = facts
    failed: dict[str, str] = {}
    missing = {node.name: node for node in wanted if node.name not in done}
    state = {"question": knobs | _about(bench.study), "done": done, "failed": failed}
    progress = _GlyphProgress(desk, list(missing.values()), state)
    for group in activations.together(network, list(missing), len(data), bench.budget // 4):
        progress.start(missing[group[0]])
        bench.at_hand = _together(network, data, group, progress.listen)
        for layer in group:
            try:
                progress.start(missing[layer])
                watched = bench.watched(progress.report)
                done[layer] = watched.ask("glyph", layer=layer, **knobs).facts
            except Cancelled:
                raise
            except StudyError as error:
                log.warning("Layer %s cannot be drawn: %s", layer, error)
                failed[layer] = str(error)
    return state


def _together(
    network: Network, data: Dataset, group: Sequence[str], report: Report
) -> Mapping[str, Array]:
    """Activations of layers from one pass; none if a layer fails, whose fault shows when each is
    then computed alone."""
    if len(group) < 2:
        return {}
    try:
        return network.run(data.inputs, group, report)
    except Cancelled:
        raise
    except StudyError as error:
        log.info("Layers are computed one by one: %s", error)
        return {}


def _about(study: Study) -> dict[str, str]:
    """What tells the jobs of one study from those of another."""
    return {"network": study.network, "data": study.data}


class _GlyphProgress:
    """How far `compute_glyphs` is, by the work that its layers take."""

    def __init__(
        self,
        desk: Desk,
        missing: Sequence[Node],
        state: Mapping[str, Any],
    ) -> None:
        self._desk, self._state = desk, state
        # The matrix product grows with the activations; what comes after it is the same for all.
        self._work = {node.name: node.size + 100.0 for node in missing}
        self._before = 0.0
        self._layer = ""
        self._clock = Clock()

    def start(self, node: Node) -> None:
        if node.name != self._layer:
            self._before += self._work.get(self._layer, 0.0)
            self._layer = node.name
        self._say(0.0, now=True)

    def listen(self, fraction: float, text: str = "") -> None:
        """Let a cancel through while layers are computed together."""
        self._desk.check()

    def report(self, fraction: float, text: str = "") -> None:
        self._say(fraction, now=False)

    def _say(self, part: float, *, now: bool) -> None:
        share = (self._before + part * self._work[self._layer]) / sum(self._work.values())
        now_at = {
            "layer": self._layer,
            "part": part,
            "fraction": share,
            "left": self._clock.left(share),
        }
        self._desk.tell([{**self._state, **now_at}], now=now)


class _Shelf:
    """Networks and data of the studies used last, shared by the threads of a worker."""

    def __init__(self, places: int) -> None:
        self._places = places
        self._lock = threading.Lock()
        self._pairs: dict[str, tuple[Network, Dataset]] = {}

    def take(self, key: str) -> tuple[Network, Dataset] | None:
        with self._lock:
            pair = self._pairs.pop(key, None)
            if pair is not None:
                self._pairs[key] = pair  # used last, forgotten last
            return pair

    def put(self, key: str, pair: tuple[Network, Dataset]) -> None:
        with self._lock:
            self._pairs[key] = pair
            while len(self._pairs) > self._places:
                del self._pairs[next(iter(self._pairs))]

    def clear(self) -> None:
        with self._lock:
            self._pairs.clear()


_SHELF = _Shelf(places=2)
"""Of this worker process: loading a network takes seconds, a question often less."""


def _load(home: Home, source: Source, report: Report) -> tuple[Network, Dataset]:
    """Network and data of a study; a demo is trained if it has not been."""
    key = identity(source)
    pair = _SHELF.take(key)
    if pair is None:
        pair = _read(home, source, report)
        _SHELF.put(key, pair)
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
    if source.demo:
        demo = demos.get(source.demo)
        path = place_of(home, demo)
        if not path.exists():
            _train(home, demo, source, _part(report, 0.0, 0.95))
        report(0.95, "Loading the network")
        network = networks.load(path)
        shown = demo.shown_data
    else:
        report(0.1, "Loading the network")
        network = networks.load(source.model, trusted=source.trusted)
        shown = source.data
    report(0.96, "Reading the data")
    data = _data(shown, source, source.split, source.limit)
    notes = network.check(data)
    return network, dataclasses.replace(data, notes=data.notes + notes)


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
        data = _data(demo.train_data, source, "train", None)
        training.train(demo, data.x, data.labels, path, report=report)


def _card(source: Source, network: Network, data: Dataset, study: Study) -> Card:
    demo = demos.get(source.demo) if source.demo else None
    full = graph.of(network)
    shape = data.x.shape[1:]
    names = data.class_names
    if len(names) > network.class_count:
        raise DataError(
            f"The data has {len(names)} classes, the network tells {network.class_count} apart. "
            "Use the data that it was trained for, or a network for these classes."
        )
    extra = tuple(str(k) for k in range(len(names), network.class_count))
    return Card(
        title=demo.title if demo else f"{Path(source.model).stem} on {data.name}",
        description=demo.description if demo else "",
        network={
            "name": demo.name if demo else Path(source.model).name,
            "parameters": network.parameters,
            "operations": len(full.nodes),
            "activations": sum(node.size for node in full.nodes),
            "output": network.output,
        },
        study=study,
        data=data.name,
        split=data.split,
        n=len(data),
        total=data.total,
        class_names=names + extra,
        image_shape=tuple(shape) if len(shape) == 3 else None,
        notes=data.notes + tuple(network.notes),
        graph=full,
        simplified=graph.of(network, simplified=True),
        labels=data.labels.astype(np.int32),
        indices=data.indices.astype(np.int32),
    )
