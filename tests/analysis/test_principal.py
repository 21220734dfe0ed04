"""Principal axes against those of all of the data at once."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.linalg import subspace_angles
from sklearn.decomposition import PCA

from analysis import principal
from analysis.errors import NotFiniteError, ParameterError


def batches(x, size=37):
    return lambda: iter([x[start : start + size] for start in range(0, len(x), size)])


def made(n, d, seed=0, fall=0.9):
    """Samples whose variance falls from axis to axis, turned and moved."""
    draw = np.random.default_rng(seed)
    rank = min(n, d, 120)
    turn, _ = np.linalg.qr(draw.standard_normal((d, rank)))
    x = draw.standard_normal((n, rank)) * fall ** np.arange(rank) @ turn.T + draw.uniform(-5, 5, d)
    return x.astype(np.float32)


@pytest.mark.parametrize(("n", "d"), [(200, 6), (300, 100), (50, 80), (400, 1500), (90, 2000)])
def test_axes_are_those_of_all_samples_at_once(n, d):
    x = made(n, d, seed=d)
    found = principal.leading(batches(x), d, 10)
    peer = PCA(min(10, d)).fit(x.astype(np.float64))
    k = len(peer.components_)
    np.testing.assert_allclose(found.directions.T @ found.directions, np.eye(k), atol=1e-9)
    np.testing.assert_allclose(found.mean, x.mean(axis=0, dtype=np.float64), atol=1e-5)
    variances = peer.explained_variance_ * (n - 1) / n
    np.testing.assert_allclose(found.variances, variances, rtol=2e-3)
    assert found.total == pytest.approx(x.astype(np.float64).var(axis=0).sum(), rel=1e-5)
    assert found.kept == pytest.approx(peer.explained_variance_ratio_.sum(), rel=2e-3)
    first = min(5, k)
    assert subspace_angles(found.directions[:, :first], peer.components_[:first].T).max() < 0.03
    largest = np.abs(found.directions).argmax(axis=0)
    assert (found.directions[largest, np.arange(k)] > 0).all()
    np.testing.assert_allclose(found.along(x), (x - found.mean) @ found.directions, atol=1e-6)


def test_all_axes_of_a_narrow_layer_hold_everything():
    x = made(60, 5)
    found = principal.leading(batches(x), 5, 64)
    assert found.directions.shape == (5, 5)
    assert found.kept == pytest.approx(1, abs=1e-9)


def test_batches_and_far_origins_change_nothing():
    x = made(200, 30) + np.float32(1000)
    one = principal.leading(batches(x, 200), 30, 4)
    other = principal.leading(batches(x, 7), 30, 4)
    np.testing.assert_allclose(one.directions, other.directions, atol=1e-6)
    np.testing.assert_allclose(one.variances, other.variances, rtol=1e-6)


def test_samples_that_are_not_finite_count_for_nothing():
    x = made(100, 8)
    spoilt = np.concatenate([x, np.full((3, 8), np.nan, np.float32), x[:1] * np.inf])
    one, other = (principal.leading(batches(each), 8, 3) for each in (x, spoilt))
    np.testing.assert_allclose(one.directions, other.directions, atol=1e-12)


def test_samples_that_are_all_alike_have_axes_without_variance():
    found = principal.leading(batches(np.ones((20, 6), np.float32)), 6, 2)
    assert (found.variances.tolist(), found.total, found.kept) == ([0.0, 0.0], 0.0, 1.0)


def test_what_cannot_be_is_refused():
    with pytest.raises(NotFiniteError, match="No sample of this layer is finite"):
        principal.leading(batches(np.full((4, 3), np.nan, np.float32)), 3, 2)
    with pytest.raises(ParameterError, match="At least one axis"):
        principal.leading(batches(made(5, 3)), 3, 0)
