"""Drawings of one layer in the plane, as they are compared with a tour of it.

A tour is linear: where little changes from epoch to epoch, little moves in it. UMAP and t-SNE
place every sample by all others, and PCA turns with the largest variance: their drawings of two
epochs differ by more than the samples do; `jumps` says by how much.

Source: Li, Zhao & Scheidegger, *Visualizing Neural Networks with the Grand Tour*, Distill 2020;
UMAP and t-SNE with the settings of McInnes et al. 2018 and of
van der Maaten & Hinton, *Visualizing data using t-SNE*, 2008.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from sklearn.manifold import TSNE
from sklearn.neighbors import NearestNeighbors

from .errors import ParameterError, ShapeError
from .jumps import require
from .types import Array, Report, silent
from .umap_layout import place

NEIGHBOURS = 15
MIN_DIST = 0.1
"""Of UMAP: its own defaults, of which the sample itself is one neighbour."""

PERPLEXITY = 30.0
"""Of t-SNE, as long as there are three times as many samples."""


def chosen(n: int, most: int, seed: int = 0) -> Array:
    """Which of n samples are drawn: (m,) int32 ascending, all of them if there are no more than
    `most`, else as many by chance, the same for a seed."""
    if n <= most:
        return np.arange(n, dtype=np.int32)
    drawn = np.random.default_rng(seed).choice(n, most, replace=False)
    return np.sort(drawn).astype(np.int32)


def draw(kind: str, x: Array, seed: int = 0, report: Report = silent) -> Array:
    """Places of samples in the plane, by one of `jumps.KINDS`.

    Args:
        x: (n, d); samples with a value that is not finite are left out.
        report: hears how far it is, as far as the method tells, and may stop it.
    Returns: (n, 2) float64; NaN for samples that were left out.
    Raises: ParameterError for an unknown kind or too few samples; ShapeError.
    """
    if kind not in DRAWN:
        raise ParameterError(f"A layer is drawn by {', '.join(DRAWN)}; got '{kind}'.")
    return DRAWN[kind](x, seed, report)


def pca(x: Array) -> Array:
    """Samples on the plane of their own two largest variances.

    Of each axis the entry that is largest in size is positive.

    Args, Returns, Raises: as `draw`.
    """
    found, good, values = _begun(x)
    _, _, axes = np.linalg.svd(values, full_matrices=False)
    plane = axes[:2].T
    plane = plane * np.where(plane[np.abs(plane).argmax(axis=0), [0, 1]] < 0, -1.0, 1.0)
    found[good] = values @ plane
    return found


def umap(x: Array, seed: int = 0, report: Report = silent) -> Array:
    """Samples laid out by UMAP, with its usual 15 neighbours and min_dist of 0.1.

    Args, Returns, Raises: as `draw`.
    """
    found, good, values = _begun(x)
    peers = NearestNeighbors(n_neighbors=min(NEIGHBOURS, len(values))).fit(values)
    distances, indices = peers.kneighbors(values)
    found[good] = place(
        indices, distances, min_dist=MIN_DIST, seed=seed, features=values, report=report
    )
    return found


def tsne(x: Array, seed: int = 0) -> Array:
    """Samples laid out by t-SNE, begun at their principal plane.

    Args, Returns, Raises: as `draw`.
    """
    found, good, values = _begun(x)
    if not values.any():  # all alike: no plane to begin at, and no place but one
        found[good] = 0.0
        return found
    perplexity = min(PERPLEXITY, (len(values) - 1) / 3)
    made = TSNE(2, perplexity=perplexity, init="pca", random_state=seed)
    found[good] = made.fit_transform(values.astype(np.float32))
    return found


DRAWN: Mapping[str, Callable[[Array, int, Report], Array]] = {
    "pca": lambda x, _seed, _report: pca(x),
    "umap": umap,
    "t-sne": lambda x, seed, _report: tsne(x, seed),
}
"""How each of `jumps.KINDS` is drawn."""


def _begun(x: Array) -> tuple[Array, Array, Array]:
    """Places that are still NaN, which samples are finite, and those, centred: (m, d), d >= 2."""
    x = np.asarray(x, np.float64)
    if x.ndim != 2:
        raise ShapeError(f"Samples of a layer must be (n, d); got {x.shape}.")
    good = np.asarray(np.isfinite(x).all(axis=1))
    require(int(good.sum()))
    values = x[good] - x[good].mean(axis=0)
    if values.shape[1] < 2:
        values = np.pad(values, ((0, 0), (0, 2 - values.shape[1])))
    return np.full((len(x), 2), np.nan), good, values
