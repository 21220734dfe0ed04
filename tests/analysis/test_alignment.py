"""Alignments against SciPy and against what turning must not change."""

from __future__ import annotations

import math
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy.linalg import orthogonal_procrustes
from scipy.stats import ortho_group

from analysis import alignment
from analysis.errors import NotFiniteError, ParameterError, ShapeError

SIZES = [(1, 1), (2, 2), (5, 5), (3, 7), (7, 3), (1, 4), (4, 1)]


def rng(seed=0):
    return np.random.default_rng(seed)


def turn(rows, columns, seed=0):
    """(rows, columns) with orthonormal rows or columns, whichever are fewer."""
    size = max(rows, columns)
    whole = np.eye(1) if size == 1 else ortho_group.rvs(size, random_state=seed)
    return whole[:rows, :columns]


def centred(x):
    return x - x.mean(axis=1, keepdims=True)


def unexplained(a, made):
    return ((a - made) ** 2).sum() / (centred(a) ** 2).sum()


@pytest.mark.parametrize(("features", "others"), SIZES)
def test_rotation_is_orthonormal_and_residual_is_what_is_left(features, others):
    draw = rng(1)
    a, b = draw.standard_normal((features, 50)) + 3, draw.standard_normal((others, 50)) * 9 - 1
    found = alignment.procrustes(a, b)
    r = found.rotation
    assert r.shape == (others, features)
    product = r.T @ r if others >= features else r @ r.T
    np.testing.assert_allclose(product, np.eye(min(features, others)), atol=1e-12)
    made = found.apply(b)
    assert made.shape == a.shape
    np.testing.assert_allclose(made.mean(axis=1), a.mean(axis=1))
    assert found.residual == pytest.approx(unexplained(a, made), abs=1e-12)
    for factor in (0.99, 1.01):  # no other scale is better
        other = found.scale * factor * r.T @ centred(b) + found.mean_a[:, None]
        assert unexplained(a, other) > found.residual


@settings(max_examples=40, deadline=None)
@given(
    size=st.integers(1, 6),
    n=st.integers(1, 12),
    seed=st.integers(0, 99),
    scale=st.sampled_from([1e-6, 1.0, 250.0]),
    shift=st.sampled_from([0.0, -1e3]),
)
def test_turning_moving_and_scaling_is_undone(size, n, seed, scale, shift):
    """Also with fewer samples than features, and reflected."""
    a = rng(seed).standard_normal((size, n))
    b = scale * turn(size, size, seed) @ a + shift
    found = alignment.procrustes(a, b)
    np.testing.assert_allclose(found.apply(b), a, atol=1e-6 if shift and scale < 1 else 1e-9)
    if n == 1:
        assert math.isnan(found.residual)
    else:
        assert found.residual < 1e-9
        assert found.scale == pytest.approx(1 / scale, rel=1e-6)


@pytest.mark.parametrize(("fewer", "more"), [(3, 7), (1, 4), (5, 5)])
def test_fewer_features_lie_in_the_more_and_the_more_hold_the_fewer(fewer, more):
    small = rng(2).standard_normal((fewer, 40))
    large = 2 * turn(more, fewer) @ small + 1
    for a, b, scale in ((small, large, 0.5), (large, small, 2)):
        found = alignment.procrustes(a, b)
        np.testing.assert_allclose(found.apply(b), a, atol=1e-12)
        assert found.residual < 1e-12
        assert found.scale == pytest.approx(scale)


def test_is_what_scipy_says():
    draw = rng(4)
    a = centred(draw.standard_normal((6, 80)))
    b = centred(turn(6, 6) @ a + 0.5 * draw.standard_normal((6, 80)))
    rotation, common = orthogonal_procrustes(b.T, a.T)
    found = alignment.procrustes(a, b)
    np.testing.assert_allclose(found.rotation, rotation, atol=1e-10)
    assert found.scale == pytest.approx(common / (b**2).sum())
    assert found.residual == pytest.approx(1 - common**2 / (a**2).sum() / (b**2).sum())


@pytest.mark.parametrize(("features", "others"), [(5, 5), (6, 3)])
def test_no_other_rotation_is_nearer(features, others):
    draw = rng(5)
    a, b = draw.standard_normal((features, 30)), draw.standard_normal((others, 30))
    best = alignment.procrustes(a, b).residual
    for seed in range(50):
        moved = turn(features, others, seed) @ centred(b)
        scale = (centred(a) * moved).sum() / (moved**2).sum()
        assert unexplained(centred(a), scale * moved) >= best


def test_one_feature_is_a_line_through_the_points():
    x = rng(6).standard_normal(30)
    for sign in (1, -1):
        found = alignment.procrustes(sign * x[None], 3 * x[None] + 2)
        assert found.rotation == pytest.approx(np.array([[sign]]))
        assert found.scale == pytest.approx(1 / 3)
    a, b = rng(7).standard_normal((2, 1, 30))
    r = np.corrcoef(a[0], b[0])[0, 1]
    assert alignment.procrustes(a, b).residual == pytest.approx(1 - r**2)


def test_constants_and_single_samples():
    some, same = rng(8).standard_normal((3, 9)).astype(np.float32), np.full((2, 9), np.float32(0.1))
    found = alignment.procrustes(some, same)
    assert (found.scale, found.residual) == (0, 1)
    np.testing.assert_allclose(found.apply(same), np.tile(found.mean_a[:, None], 9))
    found = alignment.procrustes(same, some)
    assert found.scale == 0
    assert math.isnan(found.residual)
    np.testing.assert_array_equal(found.apply(some), same)
    found = alignment.procrustes(some[:, :1], same[:, :1])
    assert math.isnan(found.residual)
    np.testing.assert_array_equal(found.apply(same[:, :1]), some[:, :1])
    assert not alignment.between(some, same).any()
    assert not alignment.between(some[:, :1], same[:, :1]).any()
    assert math.isnan(alignment.similarity(some, same))
    assert math.isnan(alignment.similarity(same, some))


def test_rank_deficient_representations():
    a = np.ones((4, 1)) @ rng(9).standard_normal((1, 20))
    b = np.concatenate([turn(3, 3) @ a[:3], np.zeros((2, 20))])
    found = alignment.procrustes(a, b)
    np.testing.assert_allclose(found.rotation.T @ found.rotation, np.eye(4), atol=1e-12)
    assert found.residual < 1e-12
    np.testing.assert_allclose(found.apply(b), a, atol=1e-12)


def test_samples_that_are_not_finite_are_left_out():
    draw = rng(10)
    a, b = draw.standard_normal((3, 40)), draw.standard_normal((4, 40))
    bad = [0, 7, 39]
    good = np.setdiff1d(np.arange(40), bad)
    spoilt, other = a.copy(), b.copy()
    spoilt[1, 0], other[2, 7], spoilt[0, 39] = np.nan, np.inf, -np.inf
    found = alignment.procrustes(spoilt, other)
    expected = alignment.procrustes(a[:, good], b[:, good])
    np.testing.assert_allclose(found.rotation, expected.rotation)
    np.testing.assert_allclose(found.mean_b, expected.mean_b)
    made = found.apply(other)
    assert np.isnan(made[:, 7]).all()
    np.testing.assert_allclose(np.delete(made, 7, axis=1), expected.apply(np.delete(b, 7, axis=1)))
    np.testing.assert_allclose(
        alignment.between(spoilt, other), alignment.between(a[:, good], b[:, good])
    )
    assert alignment.similarity(spoilt, other) == pytest.approx(
        alignment.similarity(a[:, good], b[:, good])
    )
    nothing = np.full((3, 5), np.nan)
    with pytest.raises(NotFiniteError, match="None of 5 samples"):
        alignment.procrustes(nothing, nothing)
    assert not alignment.between(nothing, nothing).any()
    assert math.isnan(alignment.similarity(nothing, nothing))


@settings(max_examples=40, deadline=None)
@given(
    a=hnp.arrays(np.float32, (3, 9), elements=st.integers(-2, 2).map(float)),
    b=hnp.arrays(np.float32, (2, 9), elements=st.integers(-2, 2).map(float)),
)
def test_correlations_of_all_pairs(a, b):
    expected = [[np.corrcoef(x, y)[0, 1] if np.ptp(x) and np.ptp(y) else 0 for y in b] for x in a]
    found = alignment.between(a, b)
    assert found.dtype == np.float64
    np.testing.assert_allclose(found, expected, atol=1e-12)
    assert np.abs(found).max() <= 1


def test_offsets_cost_no_digits():
    a = (rng(11).standard_normal((3, 500)) + 1e4).astype(np.float32)
    expected = np.corrcoef(a.astype(np.float64))
    np.testing.assert_allclose(alignment.between(a, a), expected, atol=1e-9)
    assert not alignment.between(a, np.full((1, 500), np.float32(0.1))).any()


def test_similarity_is_that_of_kernels():
    draw = rng(12)
    a, b = draw.standard_normal((4, 25)) + 1, draw.standard_normal((6, 25)).cumsum(axis=0)
    middle = np.eye(25) - 1 / 25
    k, m = (middle @ x.T @ x @ middle for x in (a, b))
    expected = np.trace(k @ m) / math.sqrt(np.trace(k @ k) * np.trace(m @ m))
    assert alignment.similarity(a, b) == pytest.approx(expected)
    assert alignment.similarity(b, a) == pytest.approx(expected)
    moved = 3 * turn(6, 6) @ b - 5
    assert alignment.similarity(a, moved) == pytest.approx(expected)
    assert alignment.similarity(b, moved) == pytest.approx(1)
    assert alignment.similarity(b, moved) <= 1


@pytest.mark.parametrize("size", [1e-40, 1e-30, 1e30])
def test_very_small_and_large_numbers(size):
    a = rng(13).standard_normal((3, 40))
    b = (size * turn(3, 3) @ a).astype(np.float32)
    a = a.astype(np.float32)
    found = alignment.procrustes(a, b)
    assert found.residual < 1e-6
    np.testing.assert_allclose(found.apply(b), a, atol=1e-4)
    assert alignment.similarity(a, b) == pytest.approx(1, abs=1e-5)


def test_blocks_do_not_matter():
    a, b = rng(14).standard_normal((2, 3, 100))
    whole = alignment.procrustes(a, b)
    with patch.object(alignment, "SAMPLES_AT_ONCE", 7):
        parts = alignment.procrustes(a, b)
        np.testing.assert_allclose(parts.rotation, whole.rotation, atol=1e-12)
        np.testing.assert_allclose(parts.apply(b), whole.apply(b), atol=1e-12)
        r = alignment.between(a, b)
    np.testing.assert_allclose(r, alignment.between(a, b), atol=1e-12)


def test_arguments_are_left_alone():
    a, b = rng(15).standard_normal((2, 3, 10))
    for array in (a, b):
        array.flags.writeable = False
    alignment.procrustes(a, b).apply(b)
    alignment.between(a, b)
    alignment.similarity(a, b)


def test_wrong_arguments_are_refused():
    a = np.zeros((3, 5))
    for function in (alignment.procrustes, alignment.between, alignment.similarity):
        with pytest.raises(ShapeError, match=r"got \(3, 5\) and \(3, 4\)"):
            function(a, a[:, :4])
        with pytest.raises(ShapeError):
            function(a, a[0])
        with pytest.raises(ParameterError, match="1 to 1,024 features are compared; got 1,025"):
            function(a, np.zeros((1025, 5)))
        with pytest.raises(ParameterError, match="got 0"):
            function(a[:0], a)
    with pytest.raises(ShapeError, match=r"3 features as \(3, m\); got \(2, 5\)"):
        alignment.procrustes(a, a).apply(a[:2])
