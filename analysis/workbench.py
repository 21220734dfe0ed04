"""The facade: one method per question about one network and one data set.

    bench = Workbench(network.load("mine.keras"), dataset.load("digits"))
    bench.order("conv0")            # computed, kept, and found again

Answers are looked up in the store under their address first. What is not there is computed here,
by exactly one of all processes that ask (`Store.lock`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import copy
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from . import attacks
from .errors import ParameterError, StudyError
from .keys import cache_key
from .points import PART, Which, features_of, normalised
from .questions import QUESTIONS
from .store import MemoryStore, Store
from .types import Array, Dataset, Fill, Metric, Preprocessing, Report, Result, Study, part, silent

if TYPE_CHECKING:
    from .network import Network

THUMBNAIL_SIDE = 64
"""Pixels; larger images are reduced before they are shown."""

TOUR_AXES = 64
"""Dimensions that a tour goes through; wider layers are seen along as many principal axes."""

VIEWED = 1000
"""Samples that a tour is compared by with other drawings: t-SNE and UMAP of 10,000 take a minute
each."""

MAP: Mapping[str, Any] = MappingProxyType(
    {
        "space": "",
        "count": 600,
        "seed": 0,
        "steps": 5,
        "lam": 0.65,
        "neighbours": 30,
        "min_dist": 0.3,
        "distance": "fisher",
    }
)
"""How samples are laid out on a map of boundaries before anybody chooses: the layer behind which
("" for the input), how many, drawn by which seed; points inside lines, weight of the Euclidean
distance, neighbours and minimal distance of UMAP; "euclid" for a map that knows no network. All
but `min_dist` (see `umap_layout.MIN_DIST`) are those of the method's authors."""


class Workbench:
    """All questions about one study.

    Args:
        network, dataset: None where answers are only looked up, never computed, as in the
            web process; `study` is needed then.
        store: where answers are kept; in memory by default.
        study: fingerprints, taken from network and dataset by default.
        report: hears how far a computation is, and may cancel it.
        budget: bytes of activations and distances that may stand in memory at a time.
    """

    def __init__(
        self,
        network: Network | None,
        dataset: Dataset | None,
        store: Store | None = None,
        *,
        study: Study | None = None,
        report: Report = silent,
        budget: int = 2 * 2**30,
    ) -> None:
        if study is None:
            if network is None or dataset is None:
                raise ValueError("a workbench needs a network and a data set, or a study")
            network.check(dataset)
            study = Study(network.fingerprint, dataset.fingerprint)
        self._network = network
        self._dataset = dataset
        self.store: Store = MemoryStore() if store is None else store
        self.study = study
        self.report = report
        self.budget = budget
        self.at_hand: Mapping[str, Array] = {}
        """Activations that a caller had computed together, or that were recorded with the network,
        layer -> (n, *shape)."""
        self.other: Workbench | None = None
        """The second network of questions about two, on the same data."""

    @property
    def network(self) -> Network:
        if self._network is None:
            raise StudyError("This process only looks answers up; it holds no network.")
        return self._network

    @property
    def dataset(self) -> Dataset:
        if self._dataset is None:
            raise StudyError("This process only looks answers up; it holds no data.")
        return self._dataset

    def watched(self, report: Report) -> Workbench:
        """The same bench, reporting to somebody else."""
        bench = copy(self)
        bench.report = report
        return bench

    def within(self, start: float, end: float) -> Workbench:
        """The same bench, whose whole progress is what lies between two shares of this one's."""
        return self.watched(part(self.report, start, end))

    def address(self, question: str, **parameters: Any) -> str:
        """The key of an answer, whether or not it has been computed."""
        about = QUESTIONS[question]
        study = Study("", self.study.data) if about.about_data else self.study
        return cache_key(question, version=about.version, study=study, **parameters)

    def ask(self, question: str, **parameters: Any) -> Result:
        """The answer: looked up, or else computed once and kept."""
        key = self.address(question, **parameters)
        found = self.store.get(key)
        if found is not None:
            return found
        with self.store.lock(key, lambda: self.report(0.0)):
            found = self.store.get(key)  # somebody else may have answered while we waited
            if found is None:
                found = QUESTIONS[question].compute(self, **parameters)
                self.store.put(key, found)
        return found

    def predictions(self) -> Result:
        """Arrays `probabilities` (n, c), `predicted` (n,), `confidence` (n,), `confusion` (c, c),
        `accuracy_by_class` (c,); fact `accuracy`."""
        return self.ask("predictions")

    def thumbnails(self, side: int = THUMBNAIL_SIDE) -> Array | None:
        """(n, height, width, channels) uint8, None for plain vectors."""
        return self.ask("thumbnails", side=side).arrays.get("images")

    def order(
        self, layer: str, metric: Metric = "euclidean", preprocessing: Preprocessing = "none"
    ) -> Array:
        """(n,) int32: samples in VAT order of a layer's activations."""
        return self.ask("order", layer=layer, metric=metric, preprocessing=preprocessing).arrays[
            "order"
        ]

    def glyph(
        self,
        layer: str,
        metric: Metric = "euclidean",
        preprocessing: Preprocessing = "none",
        fill: Fill = "exact",
    ) -> Result:
        """Arrays `grid` (h, w), `levels` (n,), `order` (n,); facts `separation`,
        `separation_by_class`."""
        return self.ask("glyph", layer=layer, metric=metric, preprocessing=preprocessing, fill=fill)

    def points(self, layer: str, which: Which = "positions", position: int = 0) -> Result:
        """Arrays `sample`, `position` (m,): what every point of a layer's cloud stands for; facts
        `count`, `total`."""
        return self.ask("points", samples=None, **self._cloud(layer, which, position))

    def columns(
        self,
        layer: str,
        features: Sequence[int] | Array,
        which: Which = "positions",
        position: int = 0,
    ) -> Array:
        """(len(features), m) float32: some features of a layer's cloud, point by point.

        Beside them, one part of the cloud is in memory at a time: of a stored part what is asked
        for, of any other the whole.

        Raises: ParameterError for a feature that the cloud does not have.
        """
        cloud = self._cloud(layer, which, position)
        wanted = np.asarray(features, np.int64)
        total = features_of(cloud["which"], self.network.operation(layer).shape)
        if wanted.size and not 0 <= wanted.min() <= wanted.max() < total:
            raise ParameterError(
                f"Layer '{layer}' has features 0 to {total - 1} as {cloud['which']}; got "
                f"{wanted.min()} to {wanted.max()}."
            )
        count = self.points(layer, which, position).facts["count"]
        found = np.empty((len(wanted), count), np.float32)
        parts = np.unique(wanted // PART).tolist()
        for number, place in enumerate(parts):
            rows = np.flatnonzero(wanted // PART == place)
            bench = self.within(number / len(parts), (number + 1) / len(parts))
            names = [str(name) for name in wanted[rows]]
            bench._copy_columns(found, rows, names, {"samples": None, "part": place, **cloud})
            self.report((number + 1) / len(parts))
        return found

    def _copy_columns(
        self, into: Array, rows: Array, names: Sequence[str], about: Mapping[str, Any]
    ) -> None:
        """Copy some features of one part of a cloud to rows of `into`, and forget the part."""
        columns = self.store.arrays(self.address("columns", **about), names)
        if columns is None:
            whole = self.ask("columns", **about).arrays
            columns = [whole[name] for name in names]
        for row, column in zip(rows, columns, strict=True):
            into[row] = column

    def features(self, layer: str, which: Which = "positions", position: int = 0) -> Result:
        """Arrays (d,) `mean`, `deviation`, `low`, `high`, `f_ratio`, `dead`, `order separation`,
        ...; facts `rank`, `dependences`."""
        return self.ask("features", **self._cloud(layer, which, position))

    def overview(
        self, layer: str, which: Which = "positions", position: int = 0, order: str = "stored"
    ) -> Result:
        """The whole scatter-plot matrix: arrays `owner`, `density` (s, s), `features`."""
        return self.ask("overview", order=order, **self._cloud(layer, which, position))

    def receptive_fields(self, layer: str) -> Array:
        """(positions, 4) int32: top, left, bottom, right of the pixels that a position sees."""
        return self.ask("fields", layer=layer).arrays["boxes"]

    def correlates(
        self, layer: str, feature: int, which: Which = "positions", position: int = 0
    ) -> Result:
        """Earlier features that go with one: arrays `r`, `layer`, `feature`; fact `layers`."""
        cloud = self._cloud(layer, which, position)
        return self.ask("correlates", feature=feature, **cloud)

    def mean_maps(self, samples: Sequence[int]) -> Array:
        """(total,) float32: the mean response of every layer, laid out as `maps.offsets` says."""
        return self.ask("mean maps", samples=sorted(set(samples))).arrays["values"]

    def boundary_map(self, **knobs: Any) -> Result:
        """Samples in two dimensions, of whose decisions the next four tell.

        Args:
            knobs: those of MAP that are to be others.
        Returns: arrays `samples` (m,), `embedding` (m, 2), `labels` (m,); facts `scores`, `window`.
        """
        return self.ask("boundary map", **{**MAP, **knobs})

    def territory(
        self, side: int = 200, window: Sequence[float] | None = None, **knobs: Any
    ) -> Result:
        """What is decided on the map, or in a window (left, right, bottom, top) of it: arrays
        `label`, `certainty` (side, side), and `sharp`, four times as fine, if side >= 200."""
        shown = None if window is None else list(window)
        return self.ask("territory", window=shown, side=side, **{**MAP, **knobs})

    def trust(self, **knobs: Any) -> Result:
        """Where the map can be trusted: arrays `mask`, `error`, `reach` (200, 200) and
        `contradicting`; facts `share`, `sentence`."""
        return self.ask("trust", **{**MAP, **knobs})

    def pockets(self, **knobs: Any) -> Result:
        """Islands of one class inside another, and samples that err together: facts `pockets`,
        `clusters`."""
        return self.ask("pockets", **{**MAP, **knobs})

    def lam_sweep(self, **knobs: Any) -> Result:
        """Q_kNN over lam: facts `lams`, `q_knn`, `proposed`."""
        about = {name: MAP[name] for name in MAP if name not in ("lam", "distance")}
        return self.ask("lam sweep", **{**about, **knobs})

    def attack(
        self,
        name: str,
        samples: Sequence[int],
        epsilon: float,
        *,
        norm: str = "",
        steps: int | None = None,
        step: float | None = None,
        target: int | None = None,
        seed: int = 0,
    ) -> Result:
        """The way of some samples to where the network gets them wrong: arrays `x` (n, steps + 1,
        *shape), `probabilities`, `fooled`, `l2`, `linf`, `parting` (n, layers); facts `success`,
        `parts at`, `doubts`. Arguments as of `attacks.Attack.trajectory`."""
        usual = attacks.get(name)
        return self.ask(
            "attack",
            attack=name,
            samples=sorted(set(samples)),
            epsilon=float(epsilon),
            norm=norm or usual.norms[0],
            steps=usual.steps if steps is None else steps,
            step=step,
            target=target,
            seed=seed,
        )

    def attack_cloud(
        self, layer: str, attacked: Mapping[str, Any], most: int = TOUR_AXES
    ) -> Result:
        """Attacked samples in a layer, at every step: arrays `x` (n, steps + 1, w) along the axes
        of `tour_cloud`, `samples` (n,). `attacked`: the parameters of an "attack"."""
        return self.ask("attack cloud", layer=layer, most=most, axes="", attacked=dict(attacked))

    def robustness(
        self,
        name: str,
        samples: Sequence[int],
        epsilons: Sequence[float],
        *,
        norm: str = "",
        steps: int | None = None,
        seed: int = 0,
    ) -> Result:
        """How many samples are still right, the further an attack may change them: arrays `fell`,
        `into` (n,), `right` (classes, epsilons + 1); facts `epsilons`, `accuracy`."""
        usual = attacks.get(name)
        return self.ask(
            "robustness",
            attack=name,
            samples=sorted(set(samples)),
            epsilons=[float(epsilon) for epsilon in epsilons],
            norm=norm or usual.norms[0],
            steps=usual.steps if steps is None else steps,
            seed=seed,
        )

    def ranking(self, score: str = "gini") -> Result:
        """Which samples to look at first, by "gini", "margin", "entropy" or "disagreement" with
        the network beside: arrays `order`, `score` (n,), `found`: the share of all errors among
        the first k; facts `errors`, `gain`."""
        beside = self.other.study.network if score == "disagreement" and self.other else ""
        return self.ask("ranking", score=score, other=beside)

    def filters(
        self, layer: str, samples: Sequence[int] | None = None, *, means: bool = False
    ) -> Result:
        """What every filter of a layer is worth, frozen alone: arrays `loss` of accuracy and
        `changed` (filters,), `by_class` (filters, classes), `dead`, `twin`; fact `accuracy`."""
        some = None if samples is None else sorted(set(samples))
        return self.ask("filters", layer=layer, means=means, samples=some)

    def frozen(self, filters: Mapping[str, Sequence[int]], *, means: bool = False) -> Result:
        """What is said with some filters frozen, to zeros or to their means, layer -> filters:
        arrays `probabilities`, `predicted`, `confusion`; facts `before`, `accuracy`, `changed`."""
        wanted = {layer: sorted(set(some)) for layer, some in filters.items() if some}
        return self.ask("frozen", filters=wanted, means=means)

    def flipping(
        self, layer: str, samples: Sequence[int], most: int = 16, *, means: bool = False
    ) -> Result:
        """Few filters of a layer without which something else is said of some samples: arrays
        `filters` and `flipped` (m,), in the order in which they were found, `classes`."""
        group = sorted(set(samples))
        return self.ask("flipping", layer=layer, means=means, samples=group, most=most)

    def tour_cloud(self, layer: str, most: int = TOUR_AXES) -> Result:
        """A layer's samples as a tour goes through them: arrays `x` (n, w), `centre` (w,), along
        principal axes if the layer has more than `most` dimensions; facts `kept`, `dimensions`."""
        return self.ask("tour cloud", layer=layer, most=most, axes="")

    def tour_frame(self, path: Sequence[str], most: int = TOUR_AXES) -> Result:
        """How the first layer of a path to the prediction is turned so that only real change moves
        on the way along it: array `frame` (d, w); facts `how`, `least`, `most`, `classes`."""
        return self.ask("tour frame", path=list(path), most=most)

    def losses(self) -> Result:
        """Mean of -ln p(true class): facts `loss` and `by_class`."""
        return self.ask("losses")

    def tour_plane(self, layer: str, classes: Sequence[int] = (), most: int = TOUR_AXES) -> Result:
        """The plane of that space in which classes lie apart best: array `plane` (w, 2)."""
        chosen = sorted(set(classes))
        return self.ask("tour plane", layer=layer, most=most, classes=chosen, axes="")

    def tour_views(
        self, layer: str, kind: str, seed: int = 0, count: int = VIEWED, most: int = TOUR_AXES
    ) -> Result:
        """A layer's samples as another method than a tour draws them, "pca", "umap" or "t-sne":
        arrays `places` (m, 2), `samples` (m,), at most `count`, chosen by `seed`."""
        about = {"layer": layer, "most": most, "axes": ""}
        return self.ask("tour views", kind=kind, seed=seed, count=count, **about)

    def _cloud(self, layer: str, which: Which, position: int) -> dict[str, Any]:
        shape = self.network.operation(layer).shape
        return {"layer": layer, "which": normalised(which, shape), "position": position}

    def glyph_facts(self, **parameters: Any) -> Mapping[str, Any] | None:
        """The facts of a glyph that is there already, None otherwise."""
        return self.store.facts(self.address("glyph", **parameters))
