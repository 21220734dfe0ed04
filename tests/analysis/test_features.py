"""Numbers of features against NumPy, SciPy and scikit-learn."""

from __future__ import annotations

from dataclasses import astuple
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.cluster.hierarchy import linkage
from scipy.spatial.distance import squareform
from sklearn.feature_selection import f_classif

from analysis import features, threads
from analysis.errors import ParameterError, ShapeError
from analysis.features import ORDERS, Statistics

NAN, INF = np.nan, np.inf
FIELDS = ("mean", "deviation", "low", "high", "finite", "f_ratio")


def normal(*shape, seed=0):
    return np.random.default_rng(seed).standard_normal(shape).astype(np.float32)


def as_float32(*rows):
    return np.array(rows, np.float32)


def naive(row, labels, classes):
    """The fields of one feature."""
    known = np.isfinite(row)
    x, own = row[known].astype(np.float64), labels[known]
    if not len(x):
        return (NAN, NAN, NAN, NAN, 0.0 if len(row) else NAN, NAN)
    groups = [x[own == c] for c in range(classes) if (own == c).any()]
    ratio = NAN
    every = x[own >= 0]
    if len(groups) > 1 and len(every) > len(groups) and np.ptp(every) > 0:
        between = sum(len(g) * (g.mean() - every.mean()) ** 2 for g in groups)
        within = sum(((g - g.mean()) ** 2).sum() for g in groups)
        ratio = INF
        if any(np.ptp(g) > 0 for g in groups):
            ratio = between / (len(groups) - 1) / (within / (len(every) - len(groups)))
    return (x.mean(), x.std(), x.min(), x.max(), len(x) / len(row), ratio)


numbers = st.sampled_from([0.0, 1.0, 1.0, -2.5, 0.1, 1e4, NAN, INF, -INF])


@settings(max_examples=150, deadline=None)
@given(data=st.data(), f=st.integers(0, 12), m=st.integers(0, 12))
def test_statistics_feature_by_feature(data, f, m):
    block = np.array(data.draw(st.lists(numbers, min_size=f * m, max_size=f * m)), np.float32)
    block = block.reshape(f, m)
    labels = np.array(data.draw(st.lists(st.integers(-1, 2), min_size=m, max_size=m)), int)
    told = features.statistics(block, labels, 4)
    expected = np.array([naive(row, labels, 4) for row in block]).reshape(f, 6).T
    for name, values in zip(FIELDS, expected, strict=True):
        found = getattr(told, name)
        assert found.dtype == np.float64
        np.testing.assert_allclose(found, values, rtol=1e-9, atol=1e-12, err_msg=name)


def test_f_ratio_is_that_of_scikit_learn():
    labels = np.random.default_rng(1).integers(0, 5, 300)
    block = normal(20, 300) + 10 + labels * np.linspace(0, 2, 20)[:, None]
    block = block.astype(np.float32)
    expected, _ = f_classif(block.T.astype(np.float64), labels)
    np.testing.assert_allclose(features.statistics(block, labels, 7).f_ratio, expected, rtol=1e-9)
    # Unlabelled points and those without a number count for nothing.
    more = np.concatenate([block, np.full((20, 5), 99, np.float32)], axis=1)
    more = np.concatenate([more, np.full((20, 4), NAN, np.float32)], axis=1)
    also = np.concatenate([labels, np.full(5, -1), np.arange(4)])
    np.testing.assert_allclose(features.statistics(more, also, 5).f_ratio, expected, rtol=1e-9)


def test_f_ratio_where_it_is_hardly_defined():
    labels = np.array([0, 0, 1, 1, 2, -1])
    told = features.statistics(
        as_float32(
            [0.1, 0.1, 0.3, 0.3, 0.7, 5],  # classes differ, points of a class do not
            [0.1, 0.1, 0.1, 0.1, 0.1, 5],  # only the unlabelled point differs
            [1, 1, 1, 1, 2, NAN],
            [1, NAN, 2, INF, 3, 4],  # a point a class
        ),
        labels,
        3,
    )
    assert told.f_ratio.tolist()[0] == INF
    assert np.isnan(told.f_ratio[[1, 3]]).all()
    assert told.f_ratio[2] == INF
    for other in (np.zeros(6, int), np.full(6, -1)):
        assert np.isnan(features.statistics(normal(3, 6), other, 1).f_ratio).all()
    assert np.isnan(features.statistics(normal(3, 6), np.full(6, -1), 0).f_ratio).all()


@pytest.mark.parametrize("value", [0.1, -1e-30, 3e38, 16777217.0])
def test_a_constant_has_no_deviation(value):
    block = np.full((1, 1001), value, np.float32)
    told = features.statistics(block, np.arange(1001) % 3, 3)
    assert told.deviation.tolist() == [0.0]
    assert told.mean.tolist() == [float(np.float32(value))]
    assert np.isnan(told.f_ratio).all()
    assert features.dead(told).tolist() == [True]
    assert features.correlation(block).tolist() == [[0.0]]


def test_statistics_do_not_depend_on_threads_or_on_the_cut():
    block, labels = normal(50, 200), np.arange(200) % 4
    whole = features.statistics(block, labels, 4)
    parts = [features.statistics(block[a:b], labels, 4) for a, b in [(0, 3), (3, 31), (31, 50)]]
    joined = features.join(parts)
    with patch.object(threads, "thread_count", lambda: 1):
        alone = features.statistics(block, labels, 4)
    for other in (joined, alone):
        for name in FIELDS:
            np.testing.assert_array_equal(getattr(other, name), getattr(whole, name))
    assert all(len(field) == 0 for field in astuple(features.join([])))


def test_dead_features():
    block = as_float32([1, 1, 1], [NAN, 2, INF], [NAN, NAN, INF], [0, 0, 1e-30], [NAN, 1, 2])
    told = features.statistics(block, np.zeros(3, int), 1)
    assert features.dead(told).tolist() == [True, True, True, False, False]


def test_what_has_no_statistics():
    with pytest.raises(ShapeError, match=r"\(3, 5\) and \(4,\)"):
        features.statistics(normal(3, 5), np.zeros(4, int), 2)
    with pytest.raises(ShapeError, match="Columns"):
        features.statistics(normal(3), np.zeros(3, int), 2)
    for label in (-2, 2):
        with pytest.raises(ParameterError, match=f"-1 to 1; they run from .*{label}"):
            features.statistics(normal(1, 2), np.array([0, label]), 2)


def told_with(f_ratio, deviation, dead=()):
    """Statistics of which only these matter."""
    f = len(f_ratio)
    high = np.ones(f)
    high[list(dead)] = 0
    return Statistics(np.zeros(f), np.array(deviation), np.zeros(f), high, np.ones(f),
                      np.array(f_ratio))  # fmt: skip


def test_orders():
    told = told_with([1, NAN, INF, 3, NAN, 3], [2, 5, 1, 2, 0, 9], dead=[4])
    assert features.order_by(told, "stored").tolist() == [0, 1, 2, 3, 4, 5]
    assert features.order_by(told, "separation").tolist() == [2, 3, 5, 0, 1, 4]
    assert features.order_by(told, "variance").tolist() == [5, 1, 0, 3, 2, 4]
    with pytest.raises(ParameterError, match=r"No order 'best'.*stored, separation"):
        features.order_by(told, "best")
    with pytest.raises(ParameterError, match="give it"):
        features.order_by(told, "clusters")
    with pytest.raises(ShapeError, match=r"\(6, 6\) correlations; got \(2, 2\)"):
        features.order_by(told, "clusters", np.eye(2))


@given(st.integers(0, 9), st.integers(0, 99))
def test_orders_are_permutations_with_dead_features_last(f, seed):
    block = normal(f, 8, seed=seed)
    block[::3] = seed
    told = features.statistics(block, np.arange(8) % 2, 2)
    for how in ORDERS:
        order = features.order_by(told, how, features.correlation(block))
        assert order.dtype == np.int32
        assert sorted(order.tolist()) == list(range(f))
        silent = np.flatnonzero(features.dead(told)).tolist()
        if how != "stored" and silent:
            assert order[-len(silent) :].tolist() == silent


def test_clusters_put_what_goes_together_side_by_side():
    sources = normal(3, 500)
    owner = np.array([0, 1, 2, 0, 1, 2, 0, 1, 2, 0])
    block = sources[owner] + normal(10, 500, seed=1) / 10
    block[::2] *= -1
    told = features.statistics(block, np.zeros(500, int), 1)
    r = features.correlation(block)
    order = features.order_by(told, "clusters", r)
    assert np.count_nonzero(np.diff(owner[order])) == 2
    # A branch of the tree stays together.
    leaves = [{k} for k in range(10)]
    for left, right, *_ in linkage(squareform(1 - np.abs(r), checks=False), "average"):
        leaves.append(leaves[int(left)] | leaves[int(right)])
        places = np.flatnonzero(np.isin(order, list(leaves[-1])))
        assert np.ptp(places) + 1 == len(places)


def naive_correlation(block):
    some = np.isfinite(block).any(axis=1)
    x = block[:, np.isfinite(block[some]).all(axis=0)].astype(np.float64)
    found = np.zeros((len(x), len(x)))
    live = some & np.array([len(set(row)) > 1 for row in x])
    if live.any():
        found[np.ix_(live, live)] = np.corrcoef(x[live])
    return found


@settings(max_examples=150, deadline=None)
@given(data=st.data(), f=st.integers(1, 6), m=st.integers(0, 12), at_once=st.integers(1, 40))
def test_correlations_are_those_of_numpy(data, f, m, at_once):
    block = np.array(data.draw(st.lists(numbers, min_size=f * m, max_size=f * m)), np.float32)
    block = block.reshape(f, m)
    with patch.object(features, "AT_ONCE", at_once):
        found = features.correlation(block)
        # The target's own gaps count for all, so that it is asked among the others.
        rows = [features.correlate(block[k], block) for k in range(f)]
        turned = features.correlate(block[0], np.asfortranarray(block))
    expected = naive_correlation(block)
    np.testing.assert_allclose(found, expected, atol=1e-9)
    np.testing.assert_array_equal(found, found.T)
    assert set(np.diagonal(found)) <= {0.0, 1.0}
    for k in range(f):
        if np.isfinite(block[k]).any():
            np.testing.assert_allclose(rows[k], expected[k], atol=1e-9)
        else:
            assert not rows[k].any()
    np.testing.assert_allclose(turned, rows[0], atol=1e-12)


def test_points_that_are_left_out():
    block = normal(3, 40)
    block[1, 5] = NAN
    block[2] = INF  # without any finite value: counts for nothing
    kept = np.delete(np.arange(40), 5)
    expected = np.corrcoef(block[:2, kept].astype(float))
    np.testing.assert_allclose(features.correlation(block)[:2, :2], expected)
    target = normal(40, seed=3)
    target[7] = -INF
    kept = np.delete(np.arange(40), [5, 7])
    expected = [np.corrcoef(target[kept], row[kept])[0, 1] for row in block[:2].astype(float)]
    np.testing.assert_allclose(features.correlate(target, block), [*expected, 0])


def test_correlations_keep_their_figures_far_from_zero():
    block = (normal(4, 500) + np.float32(1e4)).astype(np.float32)
    np.testing.assert_allclose(
        features.correlation(block), np.corrcoef(block.astype(float)), atol=1e-12
    )
    target = np.full(500, 0.1)  # its sum is not exact
    assert features.correlate(target, block).tolist() == [0] * 4
    assert not features.correlate(np.full(500, NAN), block).any()
    tiny, huge = normal(2, 50) * np.float32(1e-30), normal(2, 50) * np.float32(1e37)
    both = np.concatenate([tiny, huge])
    np.testing.assert_allclose(features.correlation(both)[:2, 2:], np.eye(2), atol=0.5)
    np.testing.assert_allclose(np.diagonal(features.correlation(both), 2), 1, atol=1e-6)


def test_what_cannot_be_correlated():
    with pytest.raises(ShapeError, match=r"\(f, m\); got \(5,\)"):
        features.correlation(normal(5))
    with pytest.raises(ShapeError, match=r"got \(4,\) and \(2, 5\)"):
        features.correlate(normal(4), normal(2, 5))
