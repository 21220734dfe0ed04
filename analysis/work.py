"""The jobs of a worker process. Each takes a `Desk` and plain JSON, and returns plain JSON.

This module brings TensorFlow with it: the web process names it by text and never imports it.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import Any

from . import activations, graph
from .asked import answer, attacked_maps, filter_weights, sample_maps
from .board import Desk
from .errors import Cancelled, StudyError
from .lead_calls import lead_in_plane
from .map_calls import inverse_images, place_inputs
from .network import Network
from .opening import Clock, seconds_text
from .own_inputs import add_inputs, convert, judge
from .shelf import open_bench, open_source
from .store import DiskStore
from .types import Array, Dataset, Node, Report, Source, Study

__all__ = [
    "add_inputs",
    "answer",
    "attacked_maps",
    "compute_glyphs",
    "convert",
    "filter_weights",
    "inverse_images",
    "judge",
    "lead_in_plane",
    "open_study",
    "place_inputs",
    "sample_maps",
]

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

    return {"card": open_source(desk.home, DiskStore(desk.home), wanted, report, desk.check)}


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
    source, store = Source(**task["source"]), DiskStore(desk.home)
    bench = open_bench(desk.home, store, source, budget=task["budget"])
    network, data, recorded = bench.network, bench.dataset, bench.at_hand
    wanted = graph.of(network).nodes
    done = {}
    for node in wanted:
        facts = bench.glyph_facts(layer=node.name, **knobs)
        if facts is not None:
            done[node.name] = facts
    failed: dict[str, str] = {}
    missing = {node.name: node for node in wanted if node.name not in done}
    kept = set(recorded)
    state = {"question": knobs | _about(bench.study), "done": done, "failed": failed}
    progress = _GlyphProgress(desk, list(missing.values()), state)
    for group in activations.together(network, list(missing), len(data), bench.budget // 4):
        progress.start(missing[group[0]])
        unknown = [layer for layer in group if layer not in kept]
        made = _together(network, data, unknown, progress.listen)
        for layer in group:
            try:
                progress.start(missing[layer])
                bench.at_hand = made if layer in made else recorded
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
