"""The jobs that run in a worker process. Each takes a `Desk` and plain JSON, and returns plain JSON.

This module brings TensorFlow with it: the web process names it by text and never imports it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from . import dataset as datasets
from . import demos, graph, keras_datasets, training
from . import network as networks
from .board import Desk
from .errors import Cancelled, DataError, StudyError
from .home import Home
from .network import Network
from .opening import Card, Clock, identity, place_of, seconds_text
from .store import DiskStore
from .types import Dataset, Report, Source, Study, silent
from .workbench import Workbench

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
        if key not in store:
            network, data = _load(desk.home, wanted, report)
            bench = Workbench(network, data, store, report=silent)
            desk.tell([{"fraction": 0.97, "text": "Predicting every sample"}], now=True)
            bench.predictions()
            bench.thumbnails()
            store.put(key, _card(wanted, network, data, bench.study).pack())
    return {"card": key}


def compute_glyphs(desk: Desk, task: dict[str, Any]) -> dict[str, Any]:
    """Answer the glyph of every operation, in the order of the data flow.

    Tells the desk [{"done", "failed", "layer", "part", "fraction", "left"}], the last two for the
    whole in shares and seconds. A layer that cannot be analysed is named with its reason and the
    others go on.

    Args:
        task: {"source", "metric", "preprocessing", "fill", "budget"}.
    Returns: {"done": {layer: facts}, "failed": {layer: reason}}.
    """
    wanted = Source(**task["source"])
    knobs = {name: task[name] for name in ("metric", "preprocessing", "fill")}
    network, data = _load(desk.home, wanted, silent)
    store = DiskStore(desk.home)
    drawn = graph.of(network).nodes
    work = np.array([float(node.size + 50) for node in drawn])
    before = np.concatenate([[0.0], np.cumsum(work)]) / work.sum()
    done: dict[str, Any] = {}
    failed: dict[str, str] = {}
    clock = Clock()
    skipped = 0.0
    bench = Workbench(network, data, store, budget=task["budget"])
    for index, node in enumerate(drawn):
        question = {"layer": node.name, **knobs}
        facts = bench.glyph_facts(**question)
        if facts is not None:
            done[node.name] = facts
            skipped += work[index] / work.sum()
            continue

        def report(fraction: float, text: str = "", index: int = index, name: str = node.name) -> None:
            share = float(before[index] + fraction * (before[index + 1] - before[index]))
            fresh = (share - skipped) / max(1e-9, 1.0 - skipped)
            desk.tell(
                [
                    {
                        "done": done,
                        "failed": failed,
                        "layer": name,
                        "part": fraction,
                        "fraction": share,
                        "left": clock.left(fresh),
                    }
                ],
                now=fraction == 0.0,
            )

        report(0.0)
        try:
            done[node.name] = bench.watched(report).ask("glyph", **question).facts
        except Cancelled:
            raise
        except StudyError as error:
            log.warning("Layer %s cannot be drawn: %s", node.name, error)
            failed[node.name] = str(error)
    return {"done": done, "failed": failed}


def _load(home: Home, source: Source, report: Report) -> tuple[Network, Dataset]:
    pair = _loaded(home.path, source, identity(source), _Unhashed(report))
    return pair


class _Unhashed:
    """A report that does not count when a cached call is looked up."""

    def __init__(self, report: Report) -> None:
        self.report = report

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Unhashed)

    def __hash__(self) -> int:
        return 0


@lru_cache(maxsize=2)
def _loaded(home: Path, source: Source, state: str, watch: _Unhashed) -> tuple[Network, Dataset]:
    """Network and data of the studies used last; `state` changes when their files do."""
    report = watch.report
    if source.demo:
        demo = demos.get(source.demo)
        path = place_of(Home(home), demo)
        if not path.exists():
            _train(demo, path, source, _part(report, 0.0, 0.95))
        report(0.95, "Loading the network")
        network = networks.load(path)
        shown = demo.shown_data
    else:
        report(0.1, "Loading the network")
        network = networks.load(source.model, trusted=source.trusted)
        shown = source.data
    report(0.96, "Reading the data")
    data = datasets.load(
        shown,
        split=source.split,
        limit=source.limit,
        seed=source.seed,
        data_dir=source.data_dir or None,
        fetch=keras_datasets.fetch,
    )
    network.check(data)
    return network, data


def _part(report: Report, start: float, end: float) -> Report:
    def inner(fraction: float, text: str = "") -> None:
        report(start + fraction * (end - start), text)

    return inner


def _train(demo: demos.Demo, path: Path, source: Source, report: Report) -> None:
    with DiskStore(Home(path.parent.parent)).lock(f"train-{path.stem}", _waiting(report)):
        if path.exists():
            return  # another process trained it while we waited
        report(0.0, f"Reading {demo.train_data}")
        data = datasets.load(
            demo.train_data,
            split="train",
            data_dir=source.data_dir or None,
            fetch=keras_datasets.fetch,
        )
        training.train(demo, data.x, data.labels, path, report=report)


def _waiting(report: Report) -> Callable[[], None]:
    def check() -> None:
        report(0.0, "Another process is training this network")

    return check


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
