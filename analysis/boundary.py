"""A map of samples in which a classifier's decisions can be drawn: DeepView.

Samples are laid out by UMAP such that those are near that the network treats alike and that look
alike; an inverse map gives every place a sample, and the network says what it decides there. Put
together from parts that can be used one by one: `all_pairs`, `fisher_neighbours`, `umap_layout`,
`inverse_map`, `placement`, `territory` and `map_scores`.

Source: Schulz, Hinder & Hammer, *DeepView*, IJCAI 2020.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from . import (
    fisher,
    fisher_neighbours,
    map_scores,
    network_lines,
    placement,
    territory,
    umap_layout,
)
from .all_pairs import EXACT, AllPairs, plain_layout, plain_neighbours
from .errors import ParameterError, ShapeError
from .fisher import Scale
from .inverse_map import InverseMap, fit_to_labels
from .lines import Lines
from .map_samples import Laid, MapSamples, samples_of
from .map_scores import Sweep
from .network import Network
from .territory import Territory, Window
from .types import Array, Inputs, Report, part, silent
from .umap_layout import Layout

LAMS = (0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8)


class BoundaryMap:
    """Samples in two dimensions, and what the network decides between them.

    Args:
        lam: weight of the Euclidean distance beside the Fisher distance, 0 to 1.
        n_neighbors: of UMAP, a sample among them; 2 or more.
        min_dist: of UMAP, 0 to 1.
        seed: of everything that is drawn by chance.
        steps: points inside the line between two samples.
    Raises: ParameterError.
    """

    def __init__(
        self,
        lam: float = 0.65,
        n_neighbors: int = 30,
        min_dist: float = umap_layout.MIN_DIST,
        seed: int = 0,
        steps: int = fisher.STEPS,
    ) -> None:
        if not 0 <= lam <= 1:
            raise ParameterError(
                f"lam is the weight of the Euclidean distance, 0 to 1; got {lam:g}."
            )
        if n_neighbors < 2:
            raise ParameterError(
                f"A map needs 2 neighbours or more, a sample itself among them; got {n_neighbors}."
            )
        umap_layout.check_min_dist(min_dist)
        fisher.check_steps(steps)
        self.lam, self.n_neighbors, self.min_dist = lam, n_neighbors, min_dist
        self.seed, self.steps = seed, steps
        self._laid: Laid | None = None
        self._inverse: InverseMap | None = None

    def fit(
        self,
        network: Network | Lines | Callable[[Array], Array],
        x: Array | Inputs,
        *,
        space: str = network_lines.INPUT,
        distances: AllPairs | None = None,
        exact: bool | None = None,
        report: Report = silent,
    ) -> BoundaryMap:
        """Lay samples out.

        Args:
            network: a network, lines of one, or a function that gives class probabilities.
            x: (n, *shape) samples, n > 0; as the network takes them.
            space: "" for the input of a network, or one of `network_lines.cuts`.
            distances: between all samples, if they are known.
            exact: whether distances between all samples are taken, or to the nearest ones alone;
                by default of up to EXACT samples.
            report: hears the progress, may raise to stop.
        Returns: itself.
        Raises: DataError, ShapeError, NotFiniteError for the samples; ModelError for a network
            without class probabilities; ParameterError, UnknownLayerError for the space.
        """
        samples = samples_of(network, x, space, part(report, 0.0, 0.05))
        report = part(report, 0.05, 1.0)
        n = len(samples.x)
        if distances is not None and distances.fisher.shape != (n, n):
            raise ShapeError(
                f"Distances between all of {n:,} samples must be ({n}, {n}); got "
                f"{distances.fisher.shape}."
            )
        if distances is None and (n <= EXACT if exact is None else exact):
            distances = AllPairs.of(
                samples.lines,
                samples.held,
                samples.flat,
                self.steps,
                report=part(report, 0.0, 0.8),
            )
        rest = report if distances is None else part(report, 0.8, 1.0)
        self._laid = self._lay_out(samples, distances, None, rest)
        self._inverse = None
        return self

    def with_lam(self, lam: float, report: Report = silent) -> BoundaryMap:
        """The map with another lam. Where all distances are known, the network is not asked."""
        laid = self._fitted
        other = BoundaryMap(lam, self.n_neighbors, self.min_dist, self.seed, self.steps)
        other._laid = other._lay_out(laid.samples, laid.pairs, laid, report)
        return other

    def arrays(self) -> dict[str, Array]:
        """What `restored` makes the map from again, by name."""
        laid = self._fitted
        scale = np.array([laid.scale.fisher, laid.scale.euclid])
        found = {**laid.layout.arrays(), **self.inverse_map.arrays()}
        return found | {"scale": scale, "proven": np.array([laid.proven])}

    def restored(
        self,
        network: Network | Lines | Callable[[Array], Array],
        x: Array | Inputs,
        arrays: Mapping[str, Array],
        *,
        space: str = network_lines.INPUT,
        report: Report = silent,
    ) -> BoundaryMap:
        """The map that `arrays` tells of. Its distances are not known any more.

        Args:
            network, x, space: that it was made of.
            report: may raise to stop.
        Returns: itself.
        """
        scale = Scale(*(float(value) for value in arrays["scale"]))
        layout, proven = Layout.from_arrays(arrays), float(arrays["proven"][0])
        samples = samples_of(network, x, space, report)
        self._laid = Laid(samples, None, None, scale, layout, proven)
        self._inverse = InverseMap.from_arrays(arrays)
        return self

    # ------------------------------------------------------------------ what it shows

    @property
    def layout(self) -> Layout:
        """Places of the samples, and what is needed to put others among them."""
        return self._fitted.layout

    @property
    def embedding(self) -> Array:
        """(n, 2) float32 places of the samples."""
        return self.layout.places

    @property
    def labels(self) -> Array:
        """(n,) int64 what the network says of the samples."""
        return self._fitted.samples.labels

    @property
    def width(self) -> int:
        """Values of a point of the space that is mapped."""
        return int(self._fitted.samples.flat.shape[1])

    @property
    def proven(self) -> float:
        """Share of samples whose neighbours are known to be the nearest ones."""
        return self._fitted.proven

    @property
    def asked(self) -> int:
        """Points of lines about which the network was asked while samples were laid out."""
        return self._fitted.asked

    @property
    def inverse_map(self) -> InverseMap:
        """Fitted when it is first needed, as it asks the network."""
        return self._inverse or self.fit_inverse()

    def fit_inverse(self, report: Report = silent) -> InverseMap:
        """Fit the inverse map, which takes a while, and keep it."""
        given = self._fitted.samples
        low, high = float(given.x.min()), float(given.x.max())
        labels, ask = given.labels, given.classify
        self._inverse = fit_to_labels(
            self.embedding, given.flat, low, high, labels=labels, classify=ask, report=report
        )
        return self._inverse

    def inverse(self, points: Array) -> Array:
        """Samples (m, *shape) float32 for places (m, 2), in the range of the samples' values."""
        return self._fitted.samples.shaped(self.inverse_map.images(points))

    def probabilities(self, points: Array) -> Array:
        """Class probabilities (m, c) float32 at places (m, 2)."""
        return self.predict(self.inverse(points))

    def points(self, x: Array | Inputs) -> Array:
        """Samples as points (m, *shape) float32 of the space that is mapped."""
        return self._fitted.samples.points(x)

    def predict(self, points: Array) -> Array:
        """Class probabilities (m, c) float32 of points of the space that is mapped."""
        return self._fitted.samples.predict(points)

    def grid(
        self, resolution: int, window: Window | None = None, report: Report = silent
    ) -> Territory:
        """What is decided at every pixel of a window, by default of all samples and some room."""
        window = window or territory.around(self.embedding)
        return territory.survey(self.probabilities, window, resolution, report=report)

    def transform(self, x: Array | Inputs, report: Report = silent) -> Array:
        """Places (m, 2) float32 of new samples; the map stays as it is.

        Raises: as `fit`.
        """
        return self.transform_points(self.points(x), report)

    def transform_points(self, points: Array, report: Report = silent) -> Array:
        """The same of points (m, *shape) of the space that is mapped."""
        given = self._fitted.samples
        found = fisher_neighbours.search(
            given.lines,
            given.lines.hold(points, part(report, 0.0, 0.1)),
            given.held,
            k=min(self.n_neighbors - 1, len(given.x)),
            lam=self.lam,
            steps=self.steps,
            x_queries=points.reshape(len(points), -1),
            x_samples=given.flat,
            scale=self._fitted.scale,
            seed=self.seed,
            report=part(report, 0.1, 0.9),
        )
        return placement.place(
            self.layout, found.indices, found.distances, report=part(report, 0.9, 1.0)
        )

    # ------------------------------------------------------------------ how well it shows it

    def scores(self, plain: Array | None = None, report: Report = silent) -> dict[str, float]:
        """Q_kNN, Q_kNN of a map by Euclidean distances, Q_data and Q_not_data; shares.

        Args:
            plain: what `euclidean` gives, if it is known.
            report: hears the progress, may raise to stop.
        Raises: ParameterError for less than 6 samples.
        """
        given = self._fitted.samples
        return map_scores.all_of(
            self.inverse_map,
            self.embedding,
            self.euclidean() if plain is None else plain,
            given.flat,
            labels=given.labels,
            classify=given.classify,
            seed=self.seed,
            report=report,
        )

    def euclidean(self) -> Array:
        """(n, 2) float32 places by Euclidean distances alone, as UMAP makes them."""
        flat = self._fitted.samples.flat
        return plain_layout(flat, self.n_neighbors, self.min_dist, self.seed).places

    def sweep(self, lams: Sequence[float] = LAMS, report: Report = silent) -> Sweep:
        """Q_kNN over lam, and the largest lam that does not lose; see `map_scores.largest_kept`.

        Raises: ParameterError for no lam or one out of its range, or for less than 6 samples.
        """
        if not lams:
            raise ParameterError("A sweep needs a lam or more, from 0 to 1.")
        votes, found = [], self
        for turn, lam in enumerate(lams):
            tell = part(report, turn / len(lams), (turn + 1) / len(lams))
            if lam != found.lam:
                found = found.with_lam(lam, tell)  # which knows more distances each time
            votes.append(map_scores.voted(found.embedding, self.labels))
        return map_scores.largest_kept(lams, votes)

    # ------------------------------------------------------------------ parts

    @property
    def _fitted(self) -> Laid:
        if self._laid is None:
            raise ParameterError("This map holds no samples yet: call `fit` first.")
        return self._laid

    def _lay_out(
        self, samples: MapSamples, pairs: AllPairs | None, before: Laid | None, report: Report
    ) -> Laid:
        """Find neighbours and lay them out.

        Args:
            before: another map of the same samples; what it knows is not asked again.
        """
        k = min(self.n_neighbors, len(samples.x))
        known, proven, asked = None, 1.0, 0
        # A map by Euclidean distances alone knows no largest Fisher distance.
        measured = None if before is None or not before.scale.fisher else before.scale
        if pairs is not None:
            scale = pairs.scale
            near, apart = pairs.nearest(k, self.lam)
        elif self.lam == 1:
            near, apart = plain_neighbours(samples.flat, k)
            scale = Scale(0.0, float(apart.max()))
        else:
            found = fisher_neighbours.search(
                samples.lines,
                samples.held,
                samples.held,
                k=k,
                lam=self.lam,
                steps=self.steps,
                x_queries=samples.flat,
                x_samples=samples.flat,
                scale=measured,
                themselves=True,
                known=None if before is None else before.known,
                seed=self.seed,
                report=part(report, 0.0, 0.8),
            )
            near, apart, scale, known = found.indices, found.distances, found.scale, found.known
            proven, asked = float(found.proven.mean()), found.evaluated
        layout = umap_layout.lay_out(
            near,
            apart,
            min_dist=self.min_dist,
            seed=self.seed,
            features=samples.flat,
            report=part(report, 0.8 if pairs is None else 0.0, 1.0),
        )
        return Laid(samples, pairs, known, scale, layout, proven, asked)
