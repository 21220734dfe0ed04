"""What of a map can be trusted: round trips, distances to samples, contradictions.

A two-dimensional map of a space of many dimensions cannot be right everywhere. Two errors can be
seen from the map itself: the inverse map's image of a place may belong somewhere else on the map,
and a place may be so far from all samples that its image is an invention. A third can be seen at
the samples: the class that is drawn where a sample lies may not be what the network says of it.

Distances on the map are shares of its extent, see `extent`, so that they mean the same on every
map and in every window of one.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy.spatial import KDTree

from .errors import ParameterError, ShapeError
from .territory import Window, interpolated, places, square
from .types import Array

ERROR_QUANTILE = 0.95
REACH_QUANTILE = 0.99


@dataclass(frozen=True)
class Trust:
    """Where a map can be trusted. Shares are of the pixels of the picture.

    Attributes:
        mask: (s, s) bool.
        share: trusted.
        too_far: share of pixels farther than `reach_limit` from every sample.
        astray: share of pixels near enough whose round trip misses by more than `error_limit`.
        unknown: share of pixels near enough without a round trip.
        error_limit, reach_limit: in shares of the map's extent.
        contradicting: samples that lie in a region of another class.
        samples: how many there are.
        sentence: all of this for the reader.
    """

    mask: Array
    share: float
    too_far: float
    astray: float
    unknown: float
    error_limit: float
    reach_limit: float
    contradicting: int
    samples: int
    sentence: str


def extent(embedding: Array) -> float:
    """The unit of distances on a map: mean of the ranges of x and y; 1 if all points are equal.

    Args:
        embedding: (n, 2), n >= 1, all samples of the map and not only those in a window.
    Raises: ShapeError, NotFiniteError.
    """
    return _extent(places(embedding, "An embedding"))


def missed(embedding: Array, again: Array) -> Array:
    """How far the round trip of each sample ends from where it began.

    Args:
        embedding: (n, 2).
        again: (n, 2), where the map puts what the inverse map makes of the samples' places; NaN
            where it is not known.
    Returns: (n,) float32, shares of the map's extent, NaN where not known.
    Raises: ShapeError, NotFiniteError.
    """
    points = places(embedding, "An embedding")
    return _missed(points, again, _extent(points))


def round_trip(window: Window, side: int, again: Array, *, unit: float) -> Array:
    """How far the round trip of each pixel of a window ends from where it began.

    Args:
        again: (side * side, 2) in the order of `Window.points`: where the map puts what the
            inverse map makes of each pixel's centre; NaN where it is not known.
        unit: `extent` of the whole map.
    Returns: (side, side) float32, shares of the map's extent, NaN where not known.
    Raises: ShapeError, ParameterError.
    """
    if not 0 < unit < math.inf:
        raise ParameterError(f"A unit of distances must be finite and above 0; got {unit}.")
    return _missed(window.points(side), again, unit).reshape(side, side)


def nearest(embedding: Array, window: Window, side: int) -> tuple[Array, Array]:
    """The nearest sample of every pixel's centre.

    Args:
        embedding: (n, 2), all samples of the map.
    Returns: distance (side, side) float32 in shares of the map's extent, and the sample's index
        (side, side) int32: the first of samples at one place, always the same one of samples
        that are equally far.
    Raises: ShapeError, NotFiniteError, ParameterError.
    """
    points = places(embedding, "An embedding")
    alone, first = np.unique(points, axis=0, return_index=True)
    distance, index = KDTree(alone).query(window.points(side))
    shape = (side, side)
    far = (distance / _extent(points)).astype(np.float32)
    return far.reshape(shape), first[index].astype(np.int32).reshape(shape)


def spacing(embedding: Array) -> Array:
    """Distance from each sample to the nearest other one: what `nearest` finds without it.

    Args:
        embedding: (n, 2).
    Returns: (n,) float32 in shares of the map's extent; 0 for samples at one place, infinite for
        a single sample.
    Raises: ShapeError, NotFiniteError.
    """
    points = places(embedding, "An embedding")
    alone, place, count = np.unique(points, axis=0, return_inverse=True, return_counts=True)
    distance, _ = KDTree(alone).query(alone, k=2)  # infinite where there is no second one
    apart = np.where(count > 1, 0.0, distance[:, 1] / _extent(points))
    return apart[place].astype(np.float32)


def near(apart: Array) -> float:
    """How far from a sample is still near: what REACH_QUANTILE of samples keep to.

    Args:
        apart: (n,), as `spacing` gives it.
    Returns: in shares of the map's extent; 0 for a single sample, which tells nothing.
    Raises: ShapeError.
    """
    return _quantile(_each(apart, "Distances between samples"), REACH_QUANTILE)


def contradictions(drawn: Array, predicted: Array) -> Array:
    """Samples that lie in a region of another class than the network gives them.

    Args:
        drawn: (n,) integers, the class drawn where each sample lies; -1 outside of the picture.
        predicted: (n,) integers, what the network says of the samples themselves.
    Returns: (k,) int64, ascending.
    Raises: ShapeError.
    """
    drawn, predicted = np.asarray(drawn), np.asarray(predicted)
    whole = all(not len(a) or a.dtype.kind in "iu" for a in (drawn, predicted) if a.ndim)
    if drawn.ndim != 1 or drawn.shape != predicted.shape or not whole:
        raise ShapeError(
            "Drawn and predicted classes must be two (n,) arrays of integers; got "
            f"{drawn.dtype} {drawn.shape} and {predicted.dtype} {predicted.shape}."
        )
    return np.flatnonzero((drawn >= 0) & (drawn != predicted))


def trusted(
    error: Array, reach: Array, *, own_error: Array, apart: Array, contradicting: Array
) -> Trust:
    """Where a map can be trusted, by what its own samples keep to.

    A pixel is trusted if both hold:

    - it is no farther from a sample than 99 % of the samples are from their nearest other one;
    - its round trip misses by no more than 95 % of the samples' own round trips do, or by no
      more than the distance above. An inverse map that runs through its samples brings them back
      without any error; then only this second limit says what is near enough.

    A pixel whose round trip is not known is not trusted. Limits are values of samples: the least
    that so many of them do not exceed. They belong to the map, whatever window is drawn.

    Args:
        error: (k, k), as from `round_trip`; interpolated if it is not as fine as `reach`.
        reach: (s, s) of the same window, as from `nearest`.
        own_error: (n,), as from `missed`; NaN where not known.
        apart: (n,), as from `spacing`.
        contradicting: (m,), as from `contradictions`.
    Raises: ShapeError; ParameterError for negative distances.
    """
    reach, error = square(reach, "Distances to samples"), square(error, "Round-trip errors")
    if len(error) != len(reach):
        error = interpolated(error, len(reach))
    own, apart = _each(own_error, "The samples' round trips"), _each(apart, "Distances")
    if len(own) != len(apart):
        raise ShapeError(
            f"Round trips of {len(own):,} samples and distances of {len(apart):,} were given. "
            "Give both for all samples of the map."
        )
    if np.isnan(reach).any() or any((values < 0).any() for values in (reach, error, own, apart)):
        raise ParameterError("Distances must not be negative, and those to samples not NaN.")
    reach_limit = near(apart)
    error_limit = max(reach_limit, _quantile(own, ERROR_QUANTILE))

    close = reach <= reach_limit
    known = ~np.isnan(error)
    back = known & (np.where(known, error, 0) <= error_limit)
    mask = close & back
    found = Trust(
        mask=mask,
        share=float(mask.mean()),
        too_far=float((~close).mean()),
        astray=float((close & known & ~back).mean()),
        unknown=float((close & ~known).mean()),
        error_limit=error_limit,
        reach_limit=reach_limit,
        contradicting=len(np.unique(contradicting)),
        samples=len(own),
        sentence="",
    )
    return _told(found)


def percent(share: float) -> str:
    """A share from 0 to 1 for the reader, never "0 %" or "100 %" of what is neither."""
    whole = round(100 * share)
    if whole == 0 and share > 0:
        return "less than 1 %"
    if whole == 100 and share < 1:
        return "more than 99 %"
    return f"{whole} %"


def _told(trust: Trust) -> Trust:
    reach, error = (
        f"{float(f'{100 * limit:.2g}'):g} %" for limit in (trust.reach_limit, trust.error_limit)
    )
    if not trust.mask.any():
        text = [
            f"None of the map can be trusted: that takes a sample within {reach} of the map's "
            f"extent and a round trip that ends within {error}."
        ]
    elif reach == error:
        text = [
            f"{percent(trust.share)} of the map can be trusted: there, a sample lies and the "
            f"round trip ends within {reach} of the map's extent."
        ]
    else:
        text = [
            f"{percent(trust.share)} of the map can be trusted: there, a sample lies within "
            f"{reach} of the map's extent and the round trip ends within {error}."
        ]
    rest = [
        f"{percent(share)} {what}"
        for share, what in (
            (trust.too_far, "is too far from any sample"),
            (trust.astray, "comes back elsewhere"),
            (trust.unknown, "has no known round trip"),
        )
        if share > 0
    ]
    if rest:
        told = "; ".join(rest)
        text.append(f"{told[0].upper()}{told[1:]}.")
    who = f"{trust.contradicting:,}" if trust.contradicting else "None"
    verb = "lie" if trust.contradicting > 1 else "lies"
    text.append(f"{who} of {trust.samples:,} samples {verb} in a region of another class.")
    return Trust(**{**vars(trust), "sentence": " ".join(text)})


def _extent(points: Array) -> float:
    mean = float(np.ptp(points, axis=0).mean())
    return mean if mean > 0 else 1.0


def _missed(points: Array, again: Array, unit: float) -> Array:
    again = np.asarray(again)
    if again.shape != points.shape:
        raise ShapeError(
            f"Round trips of {len(points):,} places must have shape {points.shape}; got "
            f"{again.shape}."
        )
    step = again.astype(np.float64) - points
    step[~np.isfinite(step).all(axis=1)] = np.nan
    return (np.hypot(step[:, 0], step[:, 1]) / unit).astype(np.float32)


def _each(values: Array, what: str) -> Array:
    found = np.asarray(values)
    if found.ndim != 1 or not len(found):
        raise ShapeError(f"{what} must be one number for each sample (n,); got {found.shape}.")
    return found


def _quantile(values: Array, share: float) -> float:
    """The least of the finite values that at least this share of them does not exceed; or 0."""
    finite = values[np.isfinite(values)]
    return float(np.quantile(finite, share, method="inverted_cdf")) if len(finite) else 0.0
