"""How the questions about maps of boundaries are answered.

A map is told by how its samples are laid out: `space`, `count`, `seed`, `steps`, `lam`,
`neighbours`, `min_dist` and `distance`, of which the answers about one map take all alike
(`about`). What it consists of lies in the store; the map itself, with its samples made ready, is
kept at hand by the process that used it last.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from . import added, error_clusters, fitting, network_lines, pockets, territory, trust
from .all_pairs import EXACT, AllPairs, plain_layout
from .boundary import LAMS, BoundaryMap
from .decisions import Decide
from .errors import ParameterError
from .lines import check_samples
from .map_samples import as_inputs, check_memory, chosen, samples_of, taken
from .shelf import Shelf
from .territory import Sharp, Window
from .types import Array, Inputs, Result, part

if TYPE_CHECKING:
    from .workbench import Workbench

FINE = 200
"""Pixels of a side of the picture in which pockets are looked for and trust is drawn."""

SHARPENED = 4
"""Pixels of a sharpened picture's side to one of the picture that it is made from."""

TRIPS = 40
"""Pixels of a side of the picture of round trips."""

TRIP_BYTES = 2**28
"""Most bytes of inverse images that are on their way at once."""

OWN_TRIPS = 400
"""Samples whose own round trips say what is to be expected of one."""

MOST_CLUSTERS = 50

LEAST = 6
"""Samples that a map needs to be judged."""


@dataclass(frozen=True)
class AtHand:
    """A map that can be asked.

    Attributes:
        map: laid out.
        samples: (n,) int32, ascending, the places of its samples in the study.
    """

    map: BoundaryMap
    samples: Array


MAPS: Shelf[AtHand] = Shelf(places=3)
"""Of this process."""


def boundary_map(bench: Workbench, **about: Any) -> Result:
    """Samples laid out, an inverse map of them, and how well it shows the network's decisions."""
    samples, x = _given(bench, about)
    made = _unfitted(about)
    asked = _fit(made, bench, x, about, 0.6)
    made.fit_inverse(bench.within(0.6, 0.75).report)
    arrays = {"samples": samples, "labels": made.labels.astype(np.int32), **made.arrays()}
    MAPS.put(bench.address("boundary map", **about), AtHand(made, samples))
    scores = None
    if len(samples) >= LEAST:
        plainly = made.embedding  # of a map that is plain itself
        if about["distance"] != "euclid":
            knobs = {name: about[name] for name in _OF_PLAIN}
            plainly = bench.within(0.75, 0.85).ask("plain layout", **knobs).arrays["embedding"]
        bench.report(0.85, "Scores")
        scores = made.scores(plainly, bench.within(0.85, 1.0).report)
    window = territory.around(made.embedding)
    return Result(
        arrays=arrays,
        facts={
            "count": len(samples),
            "window": _borders(window),
            "extent": trust.extent(made.embedding),
            "scores": scores or {},
            "exact": len(samples) <= EXACT,
            "proven": made.proven,
            "evaluated": asked,
        },
    )


_OF_PLAIN = ("space", "count", "seed", "neighbours", "min_dist")
_OF_DISTANCES = ("space", "count", "seed", "steps")


def plain(bench: Workbench, **about: Any) -> Result:
    """Samples laid out by Euclidean distances alone, which know no network; to compare."""
    samples, x = _given(bench, about)
    points = network_lines.points(
        bench.network, x, about["space"], bench.within(0.0, 0.1).report
    ).reshape(len(samples), -1)
    check_samples(points)
    knobs = (about["neighbours"], about["min_dist"], about["seed"])
    found = plain_layout(points, *knobs, bench.within(0.1, 1.0).report)
    return Result(arrays={"embedding": found.places})


def distances(bench: Workbench, **about: Any) -> Result:
    """Fisher and Euclidean distances between all samples of a map, for any lam."""
    samples, x = _given(bench, about)
    before, rest = (
        part(bench.report, *span, "Fisher distances") for span in ((0.0, 0.05), (0.05, 1.0))
    )
    given = samples_of(bench.network, x, about["space"], before)
    found = AllPairs.of(given.lines, given.held, given.flat, about["steps"], report=rest)
    n = len(samples)
    return Result(
        arrays={"fisher": found.fisher, "euclid": found.euclid},
        facts={"evaluated": n + n * (n - 1) // 2 * about["steps"]},
    )


def decided(bench: Workbench, window: Sequence[float] | None, side: int, **about: Any) -> Result:
    """What the network decides in a window of the map, by default all of it."""
    kept = at_hand(bench, about)
    return _territory(bench, kept.map.probabilities, _window(kept.map, window), side)


def decided_by_other(
    bench: Workbench, other: str, window: Sequence[float] | None, side: int, **about: Any
) -> Result:
    """What the second network decides in a window of the first one's map.

    Args:
        other: fingerprint of the second network; a part of the address alone.
    """
    if bench.other is None or bench.other.study.network != other:
        raise ParameterError("The question of another network came without this network.")
    if about["space"]:
        raise ParameterError(
            "The second network can be asked about images only: map the space of the input to "
            "see its boundaries."
        )
    kept = at_hand(bench, about)
    network, data = bench.other.network, bench.dataset

    def decide(points: Array) -> Array:
        return network.predict(as_inputs(kept.map.inverse(points), data))

    return _territory(bench, decide, _window(kept.map, window), side)


def trusted(bench: Workbench, **about: Any) -> Result:
    """Where the map can be trusted: round trips, distances to samples, contradictions."""
    kept = at_hand(bench, about)
    drawn = bench.within(0.0, 0.05).ask("territory", window=None, side=FINE, **about)
    window, embedding = Window(*drawn.facts["window"]), kept.map.embedding
    reach, _ = trust.nearest(embedding, window, FINE)
    apart = trust.spacing(embedding)
    error, own = _round_trips(bench.within(0.05, 1.0), kept.map, window)
    sharp = drawn.arrays["sharp"]
    cells = window.cells(embedding, len(sharp))
    at = np.where(cells >= 0, sharp.ravel()[cells], -1).astype(np.int64)
    contradicting = trust.contradictions(at, kept.map.labels)
    found = trust.trusted(error, reach, own_error=own, apart=apart, contradicting=contradicting)
    return Result(
        arrays={
            "mask": found.mask.astype(np.uint8),
            "error": territory.interpolated(error, FINE),
            "reach": reach,
            "contradicting": contradicting.astype(np.int32),
        },
        facts={
            "window": _borders(window),
            "side": FINE,
            "share": found.share,
            "sentence": found.sentence,
            "thresholds": {"error": found.error_limit, "reach": found.reach_limit},
        },
    )


def _round_trips(bench: Workbench, made: BoundaryMap, window: Window) -> tuple[Array, Array]:
    """How far round trips miss: of pixels (TRIPS, TRIPS), and of samples (n,); of many samples
    some are asked, and the others are NaN."""
    embedding = made.embedding
    points = window.points(TRIPS)
    own = np.arange(len(embedding))[:: -(-len(embedding) // OWN_TRIPS)]
    asked = np.concatenate([points, embedding[own]])
    back = np.empty((len(asked), 2), np.float32)
    size = max(1, TRIP_BYTES // (4 * made.width))
    for start in range(0, len(asked), size):
        end = min(len(asked), start + size)
        report = part(bench.report, start / len(asked), end / len(asked), "Round trips")
        back[start:end] = made.transform_points(made.inverse(asked[start:end]), report)
    returned = np.full((len(embedding), 2), np.nan)
    returned[own] = back[len(points) :]
    error = trust.round_trip(window, TRIPS, back[: len(points)], unit=trust.extent(embedding))
    return error, trust.missed(embedding, returned)


def pockets_of(bench: Workbench, **about: Any) -> Result:
    """Islands of one class inside another, the most suspicious first; and clusters of samples
    that err together."""
    kept = at_hand(bench, about)
    drawn = bench.ask("territory", window=None, side=FINE, **about)
    labels = bench.dataset.labels[kept.samples]
    if not (labels >= 0).any():
        labels = kept.map.labels
    found = pockets.find(
        drawn.arrays["label"],
        drawn.arrays["certainty"] / 255,
        Window(*drawn.facts["window"]),
        pockets.Samples(kept.map.embedding, labels),
    )
    names = fitting.class_names(bench.dataset, bench.network.class_count)
    clusters = error_clusters.find(kept.map.embedding, labels, kept.map.labels)
    return Result(
        facts={
            "clusters": [_cluster_told(one, names) for one in clusters[:MOST_CLUSTERS]],
            "more_clusters": max(0, len(clusters) - MOST_CLUSTERS),
            "pockets": [_told(pocket, names) for pocket in found.listed],
            "more": found.left_out,
            "too_small": found.too_small,
        }
    )


def _told(pocket: pockets.Pocket, names: Sequence[str]) -> dict[str, Any]:
    return {
        "label": pocket.label,
        "inside": pocket.inside,
        "pixels": pocket.pixels,
        "share": pocket.share,
        "centre": list(pocket.centre),
        "box": _borders(pocket.box),
        "certainty": pocket.certainty,
        "score": pocket.suspicion,
        "samples": list(pocket.samples),
        "turned": pocket.turned,
        "nearest": [list(one) for one in zip(pocket.nearest, pocket.distances, strict=True)],
        "sentence": pockets.sentence(pocket, names),
    }


def _cluster_told(cluster: error_clusters.ErrorCluster, names: Sequence[str]) -> dict[str, Any]:
    return asdict(cluster) | {"sentence": error_clusters.sentence(cluster, names)}


def sweep(bench: Workbench, **about: Any) -> Result:
    """Q_kNN over lam, and the largest lam that does not lose."""
    _, x = _given(bench, about)
    about |= {"lam": LAMS[0], "distance": "fisher"}
    made = _unfitted(about)
    _fit(made, bench.within(0.0, 0.5), x, about, 1.0)
    found = made.sweep(report=bench.within(0.5, 1.0).report)
    return Result(
        facts={
            "lams": found.lams.tolist(),
            "q_knn": found.q_knn.tolist(),
            "proposed": found.proposed,
        }
    )


# -------------------------------------------------------------------- maps


def at_hand(bench: Workbench, about: Mapping[str, Any]) -> AtHand:
    """A map that was computed, or is now."""
    key = bench.address("boundary map", **about)
    kept = MAPS.take(key)
    if kept is None:
        arrays = bench.ask("boundary map", **about).arrays
        samples = arrays["samples"]
        x = taken(bench.dataset.inputs, samples)
        made = _unfitted(about).restored(
            bench.network, x, arrays, space=about["space"], report=lambda *_: bench.report(0.0)
        )
        kept = AtHand(made, samples)
        MAPS.put(key, kept)
    return kept


def _given(bench: Workbench, about: Mapping[str, Any]) -> tuple[Array, Inputs]:
    """The samples of a map, as places in the study and as the data has them.

    Raises: MemoryBudgetError.
    """
    data = bench.dataset
    samples = chosen(len(data), about["count"], about["seed"], added.own(data))
    check_memory(bench.network, about["space"], len(samples), bench.budget)
    return samples, taken(data.inputs, samples)


def _unfitted(about: Mapping[str, Any]) -> BoundaryMap:
    lam = 1.0 if about["distance"] == "euclid" else about["lam"]
    return BoundaryMap(lam, about["neighbours"], about["min_dist"], about["seed"], about["steps"])


def _fit(
    made: BoundaryMap, bench: Workbench, x: Inputs, about: Mapping[str, Any], end: float
) -> int:
    """Lay samples out, which is done at a share `end`; how often the network was asked."""
    pairs, asked, done = None, None, 0.0
    if len(x[next(iter(x))]) <= EXACT:
        done = 0.9 * end
        pairs, asked = _all_distances(bench.within(0.0, done), x, about)
    report = bench.within(done, end).report
    made.fit(bench.network, x, space=about["space"], distances=pairs, report=report)
    return made.asked if asked is None else asked


def _all_distances(bench: Workbench, x: Inputs, about: Mapping[str, Any]) -> tuple[AllPairs, int]:
    """Distances of all pairs, and how often the network was asked for them."""
    if about["distance"] == "euclid":
        points = network_lines.points(bench.network, x, about["space"])
        return AllPairs.plain(points.reshape(len(points), -1), bench.report), 0
    found = bench.ask("fisher distances", **{name: about[name] for name in _OF_DISTANCES})
    return AllPairs(found.arrays["fisher"], found.arrays["euclid"]), found.facts["evaluated"]


# -------------------------------------------------------------------- pictures


def _territory(bench: Workbench, decide: Decide, window: Window, side: int) -> Result:
    """A picture; one that is not coarse is sharpened along boundaries."""
    share = 0.5 if side >= FINE else 1.0
    found = territory.survey(decide, window, side, report=bench.within(0.0, share).report)
    arrays = {
        "label": _small(found.labels),
        "certainty": np.round(255 * found.certainty).astype(np.uint8),
    }
    if side >= FINE:
        sharp: Sharp = territory.sharpen(
            decide, found, SHARPENED, report=bench.within(share, 1.0).report
        )
        arrays["sharp"] = _small(sharp.labels)
    return Result(arrays=arrays, facts={"window": _borders(window), "side": side})


def _small(labels: Array) -> Array:
    return labels.astype(np.uint8 if labels.max() < 256 else np.uint16)


def _window(made: BoundaryMap, given: Sequence[float] | None) -> Window:
    return territory.around(made.embedding) if given is None else Window(*given)


def _borders(window: Window) -> list[float]:
    return [window.left, window.right, window.bottom, window.top]
