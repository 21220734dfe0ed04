"""Layouts against umap-learn, against what a layout must keep, and of degenerate neighbourhoods."""

from __future__ import annotations

import math
import threading

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import brentq
from scipy.spatial.distance import cdist
from sklearn.manifold import trustworthiness

from analysis import umap_layout
from analysis.errors import NotFiniteError, ParameterError, ShapeError
from analysis.umap_layout import EXTENT, Layout, lay_out, place, strengths


def neighbours(x, k):
    """The k nearest of all samples, each its own first."""
    apart = cdist(x, x)
    np.fill_diagonal(apart, -1.0)
    near = np.argsort(apart, axis=1, kind="stable")[:, :k]
    return near.astype(np.int32), np.maximum(np.take_along_axis(apart, near, 1), 0).astype("f4")


def blobs(count, each, seed=0, apart=30.0, width=4):
    draw = np.random.default_rng(seed)
    middles = draw.standard_normal((count, width)) * apart
    return np.repeat(middles, each, axis=0) + draw.standard_normal((count * each, width))


def naive_strengths(distances):
    """Of one sample to its neighbours: rho, then the sigma that makes the sum log2(m + 1)."""
    rho = min((d for d in distances if d > 0), default=0.0)

    def total(sigma):
        return sum(math.exp(-max(0.0, d - rho) / sigma) for d in distances)

    target = math.log2(len(distances) + 1)
    if total(1e-9) >= target:
        return [1.0 if d <= rho else 0.0 for d in distances]
    sigma = brentq(lambda s: total(s) - target, 1e-9, 1e9)
    return [math.exp(-max(0.0, d - rho) / sigma) for d in distances]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.floats(0.0625, 100, width=32), min_size=1, max_size=25))
def test_strengths_are_one_at_the_nearest_and_log2_in_sum(distances):
    row = np.array([distances], np.float32)
    found = strengths(np.arange(row.size)[None], row)[0]
    spread = max(distances) / min(distances)
    if spread > 1.05:  # else sigma has a lower bound, as in umap-learn
        np.testing.assert_allclose(found, naive_strengths(row[0].tolist()), atol=2e-3)
    assert found[np.argmin(row[0])] == 1.0


def test_strengths_are_those_of_umap_learn():
    umap = pytest.importorskip("umap.umap_")
    for x, k in ((blobs(3, 20), 15), (np.repeat(blobs(2, 10), 2, axis=0), 8)):
        near, apart = neighbours(x, k)
        theirs, _, _ = umap.fuzzy_simplicial_set(
            x, k, np.random.RandomState(0), "precomputed", knn_indices=near, knn_dists=apart
        )
        one_way = np.zeros((len(x), len(x)))
        own = np.arange(len(x))
        np.put_along_axis(one_way, near, strengths(near, apart, own), axis=1)
        both = one_way + one_way.T - one_way * one_way.T
        np.testing.assert_allclose(both, theirs.toarray(), atol=1e-4)


def test_a_sample_itself_and_missing_neighbours_count_for_nothing():
    apart = np.array([[0.0, 1.0, 2.0, 5.0, 9.0]], np.float32)
    whole = strengths(np.array([[0, 1, 2, 3, -1]]), apart, np.array([0]))
    part = strengths(np.array([[1, 2, 3]]), apart[:, 1:4])
    np.testing.assert_array_equal(whole, np.array([[0.0, *part[0], 0.0]], np.float32))


def test_neighbours_stay_neighbours():
    x = np.random.default_rng(1).uniform(size=(250, 2)) @ np.random.default_rng(2).normal(
        size=(2, 9)
    )
    found = place(*neighbours(x, 15))
    assert trustworthiness(x, found, n_neighbors=8) > 0.93
    assert found.dtype == np.float32


def test_layouts_are_the_same_for_the_same_seed():
    near, apart = neighbours(blobs(2, 40, apart=2.0), 10)
    one, again, other = (place(near, apart, seed=seed) for seed in (3, 3, 4))
    np.testing.assert_array_equal(one, again)
    assert np.abs(one - other).max() > 1e-3


def test_a_layout_of_equal_samples_is_the_same_each_time():
    """All have the same few neighbours; eigenvectors of such a graph are not the only ones."""
    near, apart = neighbours(np.ones((60, 3)), 10)
    one, again = (place(near, apart, epochs=5) for _ in range(2))
    np.testing.assert_array_equal(one, again)


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_frame_is_centred_level_and_of_one_size(seed):
    found = place(*neighbours(blobs(3, 30, seed, apart=3.0), 12), seed=seed).astype(np.float64)
    np.testing.assert_allclose(found.mean(axis=0), 0, atol=1e-5)
    assert np.ptp(found, axis=0).mean() == pytest.approx(EXTENT, rel=1e-5)
    spread = np.cov(found.T)
    assert abs(spread[0, 1]) < 1e-4 * spread[0, 0]
    assert spread[0, 0] >= spread[1, 1]
    assert ((found**3).sum(axis=0) >= -1e-3).all()


def test_unit_is_the_scale_of_umap_itself():
    """In units of UMAP strongly connected samples lie about min_dist apart or nearer."""
    near, apart = neighbours(blobs(1, 150), 15)
    for min_dist in (0.1, 0.8):
        found = lay_out(near, apart, min_dist=min_dist)
        steps = np.linalg.norm(found.places - found.places[near[:, 1]], axis=1) / found.unit
        assert np.median(steps) < min_dist + 0.4
        assert 1 / (1 + found.a * min_dist ** (2 * found.b)) > 0.85


def test_min_dist_spreads_samples():
    near, apart = neighbours(blobs(1, 150), 15)
    tight, loose = (
        np.median(np.sort(cdist(found, found), axis=1)[:, 1])
        for found in (place(near, apart, min_dist=value) for value in (0.0, 0.99))
    )
    assert loose > 1.5 * tight


@pytest.mark.parametrize("named", [False, True])
@pytest.mark.parametrize("groups", [2, 3, 7])
def test_groups_without_a_common_neighbour_are_kept_apart(groups, named):
    x = blobs(groups, 25, apart=200.0)
    near, apart = neighbours(x, 10)
    of_sample = np.repeat(np.arange(groups), 25)
    assert (of_sample[near] == of_sample[:, None]).all()
    found = place(near, apart, features=x if named else None)
    nearest = np.argsort(cdist(found, found), axis=1)[:, 1]
    assert (of_sample[nearest] == of_sample).all()


def test_groups_lie_as_their_features_do():
    corners = np.array([[0.0, 0.0], [40.0, 0.0], [40.0, 10.0], [0.0, 10.0]]) * 10
    draw = np.random.default_rng(0)
    x = np.repeat(corners, 20, axis=0) + draw.standard_normal((80, 2))
    # After one epoch: later on, groups that nothing holds together push each other about.
    found = place(*neighbours(x, 8), features=x, epochs=1)
    middle = found.reshape(4, 20, 2).mean(axis=1)
    apart = cdist(middle, middle)
    np.fill_diagonal(apart, np.inf)
    assert apart.argmin(axis=1).tolist() == [3, 2, 1, 0]


@pytest.mark.parametrize(
    ("indices", "distances"),
    [
        ([[0]], [[0.0]]),
        ([[0, -1]], [[0.0, 0.0]]),
        ([[0, 1], [1, 0]], [[0.0, 3.0], [0.0, 3.0]]),
        ([[0, 1], [1, 0]], [[0.0, 0.0], [0.0, 0.0]]),
        ([[0], [1], [2]], [[0.0], [0.0], [0.0]]),
        ([[1, 2], [0, 2], [0, 1]], [[1.0, 2.0], [1.0, 2.0], [2.0, 2.0]]),
        ([[0, 1, -1], [1, 0, -1], [2, -1, -1]], [[0, 1.0, 0], [0, 1.0, 0], [0, 0, 0]]),
        ([[1, 1], [0, 0]], [[1.0, 1.0], [1.0, 1.0]]),
    ],
    ids=["one", "one of two", "two", "two equal", "no neighbours", "three", "alone", "twice"],
)
def test_few_samples_get_finite_places(indices, distances):
    found = place(np.array(indices), np.array(distances))
    assert found.shape == (len(indices), 2)
    assert np.isfinite(found).all()
    assert len(np.unique(found, axis=0)) == len(indices)


@pytest.mark.parametrize("n", [4, 13, 60])
def test_identical_samples_get_finite_places(n):
    near, apart = neighbours(np.ones((n, 3)), min(n, 10))
    assert (apart == 0).all()
    assert np.isfinite(place(near, apart)).all()


def test_a_map_of_one_sample_is_its_middle():
    np.testing.assert_array_equal(place(np.zeros((1, 1), int), np.zeros((1, 1))), [[0.0, 0.0]])


def test_progress_is_told_and_may_stop():
    near, apart = neighbours(blobs(1, 30), 5)
    heard = []
    place(near, apart, epochs=5, report=lambda fraction, text="": heard.append(fraction))
    assert heard == sorted(heard)
    assert heard[-1] == 1.0

    def stop(fraction, text=""):
        raise InterruptedError

    with pytest.raises(InterruptedError):
        place(near, apart, report=stop)


def test_a_layout_stops_after_any_epoch():
    near, apart = neighbours(blobs(1, 30), 5)
    heard = []

    def stop(fraction, text=""):
        heard.append(fraction)
        if fraction > 0.5:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        place(near, apart, epochs=20, report=stop)
    np.testing.assert_allclose(heard, [0.1, *(0.1 + 0.045 * np.arange(10))])


def test_a_layout_that_is_stopped_is_in_no_other_ones_way():
    """Jobs share a process: whoever lays out next, in another thread, need not wait."""
    near, apart = neighbours(blobs(1, 30), 5)

    def stop(fraction, text=""):
        if fraction > 0.5:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        place(near, apart, epochs=20, report=stop)
    other = threading.Thread(target=place, args=(near, apart), kwargs={"epochs": 5}, daemon=True)
    other.start()
    other.join(60)
    assert not other.is_alive()


def test_layouts_survive_being_kept():
    found = lay_out(*neighbours(blobs(1, 30), 5), epochs=5)
    again = Layout.from_arrays(found.arrays())
    np.testing.assert_array_equal(again.places, found.places)
    assert (again.unit, again.a, again.b) == (found.unit, found.a, found.b)


@pytest.mark.parametrize(
    ("change", "error", "says"),
    [
        ({"distances": np.zeros((3, 1))}, ShapeError, r"\(3, 2\) and \(3, 1\)"),
        ({"indices": np.zeros((3, 2))}, ShapeError, "float64"),
        ({"indices": np.full((3, 2), 3)}, ParameterError, "below 3; got 3"),
        ({"distances": np.full((3, 2), np.nan)}, NotFiniteError, "finite"),
        ({"distances": np.full((3, 2), -1.0)}, NotFiniteError, "not negative"),
        ({"min_dist": 1.5}, ParameterError, "min_dist must be from 0 to 1; got 1.5"),
        ({"epochs": 0}, ParameterError, "1 epoch or more"),
        ({"features": np.zeros((2, 4))}, ShapeError, r"\(3, d\)"),
    ],
)
def test_what_cannot_be_laid_out_is_said(change, error, says):
    given_ = {"indices": np.zeros((3, 2), int), "distances": np.ones((3, 2))} | change
    with pytest.raises(error, match=says):
        umap_layout.place(given_.pop("indices"), given_.pop("distances"), **given_)
