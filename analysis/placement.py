"""Where new samples belong on a finished map, which itself stays as it is.

A new sample is drawn to its neighbours as strongly as UMAP says that it belongs to them, begins at
their weighted mean and then goes to where attraction and repulsion are even. UMAP repels by drawing
samples at random; what that comes to on average is taken here instead, so that places are
deterministic and each depends on its own sample alone. While a map is laid out, an edge of strength
v is visited v times an epoch from each of its two ends, and both visits move a sample; only the
visits from its own end draw NEGATIVE samples of n to repel it. With V the sum of its strengths, the
attraction of all edges is thus taken twice and every sample repels with weight NEGATIVE V / n, that
is NEGATIVE / 2 V / n for attraction taken once. (With that weight, samples that are left out come
back nearest to their places.)

Source: McInnes, Healy & Melville, *UMAP*, 2018; Damrich & Hamprecht, *On UMAP's true loss
function*, NeurIPS 2021, for the repulsion in effect.
"""

from __future__ import annotations

import numpy as np

from . import placement_kernels as kernels
from .errors import NotFiniteError, ParameterError, ShapeError
from .threads import in_stripes
from .types import Array, Report, silent
from .umap_layout import Layout, strengths

NEGATIVE = 5
"""Samples drawn for each visit of an edge, as umap-learn does by default."""

STEPS = 20
"""More hardly change places."""

_STRIPE = 32


def place(layout: Layout, indices: Array, distances: Array, *, report: Report = silent) -> Array:
    """Places of new samples on a map.

    Args:
        layout: of the samples of the map.
        indices: (q, k) the samples of the map that are nearest to every new one; numbers below 0
            count for nothing.
        distances: (q, k), finite and not negative, by the measure of the map.
        report: hears the share of samples done, may raise to stop.
    Returns: (q, 2) float32; each from its own neighbours alone.
    Raises: ShapeError, NotFiniteError; ParameterError for a sample without neighbours, or for
        neighbours that are not on the map.
    """
    indices, distances = _checked(indices, distances, len(layout.places))
    strength = strengths(indices, distances)
    samples = layout.places.astype(np.float64) / layout.unit
    weights = strength / strength.sum(axis=1, keepdims=True)
    found: Array = np.einsum("qk,qkd->qd", weights, samples[indices], dtype=np.float64)
    repulsion = NEGATIVE / 2 / len(samples)

    def settle(start: int, stop: int) -> None:
        some = slice(start, stop)
        kernels.settle(
            samples,
            indices[some],
            strength[some],
            layout.a,
            layout.b,
            repulsion,
            STEPS,
            found[some],
        )

    in_stripes(settle, len(found), _STRIPE, report)
    return np.asarray(found * layout.unit, np.float32)


def _checked(indices: Array, distances: Array, n: int) -> tuple[Array, Array]:
    indices = np.ascontiguousarray(indices)
    distances = np.ascontiguousarray(distances, np.float32)
    if indices.ndim != 2 or indices.shape != distances.shape:
        raise ShapeError(
            "New samples need their neighbours and the distances to them as two arrays (q, k); "
            f"got {indices.shape} and {distances.shape}."
        )
    if not np.issubdtype(indices.dtype, np.integer):
        raise ShapeError(f"Neighbours are numbers of samples; got an array of {indices.dtype}.")
    if indices.max(initial=-1) >= n or (indices.max(axis=1, initial=-1) < 0).any():
        raise ParameterError(
            f"Every new sample needs a neighbour among the {n:,} samples of the map; got numbers "
            f"up to {indices.max(initial=-1)}, and {int((indices < 0).all(axis=1).sum()):,} "
            "samples without any."
        )
    if not np.isfinite(distances).all() or distances.min(initial=0.0) < 0:
        raise NotFiniteError(
            "Distances to neighbours must be finite and not negative. Look for NaN in the new "
            "samples, or in what the network says of them."
        )
    return indices.astype(np.int32), distances
