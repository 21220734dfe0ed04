"""Error clusters on layouts where it is known who errs together."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis import error_clusters, trust
from analysis.errors import NotFiniteError, ParameterError, ShapeError


def grid(side=10, at=(0.0, 0.0)):
    """Samples one apart."""
    return np.stack(np.meshgrid(np.arange(side), np.arange(side)), axis=2).reshape(-1, 2) + at


def test_a_hidden_group_is_found_and_single_mistakes_are_not():
    """Two classes far apart; a corner of the second is truly of the first, as are two others."""
    points = np.concatenate([grid(), grid(at=(40.0, 0.0))])
    taken_for = np.repeat([0, 1], 100)
    true = taken_for.copy()
    corner = 100 + np.array([0, 1, 2, 10, 11, 12, 20, 21, 22])
    true[corner] = 0
    true[[155, 199]] = 0
    (found,) = error_clusters.find(points, true, taken_for)
    assert (found.true, found.taken_for) == (0, 1)
    assert found.samples == tuple(corner)
    assert found.medoid == 111
    assert found.centre == (41.0, 1.0)
    assert found.radius == pytest.approx(np.sqrt(2))
    assert found.right == 0
    names = ["Bag", "Trouser"]
    assert error_clusters.sentence(found, names) == (
        "9 samples of 'Bag' taken for 'Trouser' lie together, none of 'Trouser' among them"
    )
    mixed = true.copy()
    mixed[111] = 1
    (ring,) = error_clusters.find(points, mixed, taken_for)
    assert len(ring.samples) == 8
    assert ring.right >= 1
    assert error_clusters.sentence(ring, names).endswith("of 'Trouser' among them")


def test_different_mistakes_are_different_clusters():
    points = grid(6)
    taken_for = np.zeros(36, int)
    true = np.repeat([1, 2], 18)
    found = error_clusters.find(points, true, taken_for)
    assert [(one.true, len(one.samples)) for one in found] == [(1, 18), (2, 18)]
    true[0] = 0
    found = error_clusters.find(points, true, taken_for)
    assert [(one.true, len(one.samples)) for one in found] == [(2, 18), (1, 17)]


def test_samples_of_no_known_class_err_nowhere():
    assert error_clusters.find(grid(3), np.full(9, -1), np.zeros(9, int)) == ()
    assert error_clusters.find(grid(3), np.zeros(9, int), np.zeros(9, int)) == ()
    assert error_clusters.find(np.zeros((1, 2)), [0], [1]) == ()
    (alone,) = error_clusters.find(np.zeros((1, 2)), [0], [1], smallest=1)
    assert alone.samples == (0,)
    assert alone.radius == 0


def test_samples_at_one_place_are_one_cluster():
    (found,) = error_clusters.find(np.zeros((5, 2)), np.zeros(5, int), np.ones(5, int))
    assert found.samples == (0, 1, 2, 3, 4)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.integers(8, 60))
def test_clusters_are_the_components_of_a_naive_search(seed, n):
    draw = np.random.default_rng(seed)
    points = draw.integers(0, 12, (n, 2)).astype(float)
    true, taken_for = draw.integers(-1, 3, n), draw.integers(0, 3, n)
    reach = (
        (1 + 1e-9) * error_clusters.LINK * trust.near(trust.spacing(points)) * trust.extent(points)
    )
    wrong = {int(k) for k in range(n) if true[k] >= 0 and true[k] != taken_for[k]}
    wanted = set()
    while wrong:
        waiting, together = [wrong.pop()], set()
        while waiting:
            one = waiting.pop()
            together.add(one)
            beside = {
                k
                for k in wrong
                if np.hypot(*(points[k] - points[one])) <= reach
                and (true[k], taken_for[k]) == (true[one], taken_for[one])
            }
            wrong -= beside
            waiting += beside
        wanted.add(tuple(sorted(together)))
    found = error_clusters.find(points, true, taken_for, smallest=1)
    assert {one.samples for one in found} == wanted
    sizes = [len(one.samples) for one in found]
    assert sizes == sorted(sizes, reverse=True)
    for one in found:
        own = points[list(one.samples)]
        sums = np.linalg.norm(own[:, None] - own, axis=2).sum(axis=1)
        assert sums[one.samples.index(one.medoid)] == pytest.approx(sums.min())
        away = np.linalg.norm(points - one.centre, axis=1)
        assert one.right == ((away <= one.radius + 1e-9) & (true == one.taken_for)).sum()


def test_what_does_not_fit_is_said():
    with pytest.raises(ShapeError, match="9 samples need as many"):
        error_clusters.find(grid(3), np.zeros(8, int), np.zeros(9, int))
    with pytest.raises(ParameterError, match="1 sample or more; got 0"):
        error_clusters.find(grid(3), np.zeros(9, int), np.zeros(9, int), smallest=0)
    with pytest.raises(NotFiniteError):
        error_clusters.find(np.full((3, 2), np.nan), np.zeros(3, int), np.ones(3, int))


def test_thousands_of_equal_mistakes_take_little_memory():
    places = np.random.default_rng(0).uniform(size=(3000, 2))
    tracemalloc.start()
    try:
        found = error_clusters.find(places, np.zeros(3000, int), np.ones(3000, int))
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(found[0].samples) > 2900
    assert most < 50 * 2**20
