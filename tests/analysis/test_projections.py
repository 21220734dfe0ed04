"""Drawings of a layer in the plane, and how far samples move between two of them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import ortho_group
from sklearn.decomposition import PCA
from sklearn.manifold import trustworthiness

from analysis import jumps, projections
from analysis.errors import ParameterError, ShapeError


def blobs(n=90, d=8, seed=0):
    """Three groups of samples that lie apart."""
    draw = np.random.default_rng(seed)
    return draw.normal(size=(n, d)) + 12 * np.eye(d)[np.arange(n) % 3]


@given(st.integers(0, 10**6), st.integers(5, 40), st.integers(2, 20))
@settings(max_examples=25, deadline=None)
def test_the_principal_plane_is_that_of_scikit_learn(seed, n, d):
    x = np.random.default_rng(seed).normal(size=(n, d)) * np.linspace(3, 1, d)
    found, peer = projections.pca(x), PCA(2).fit_transform(x)
    np.testing.assert_allclose(found * np.sign((found * peer).sum(axis=0)), peer, atol=1e-8)


@pytest.mark.parametrize("kind", jumps.KINDS)
def test_a_drawing_keeps_neighbours_and_is_the_same_for_a_seed(kind):
    x = blobs()
    found = projections.draw(kind, x, 3)
    assert found.shape == (90, 2)
    assert trustworthiness(x, found, n_neighbors=25) > 0.85
    np.testing.assert_array_equal(found, projections.draw(kind, x, 3))


@pytest.mark.parametrize("kind", jumps.KINDS)
def test_samples_that_are_not_finite_are_left_out(kind):
    x = blobs(40)
    x[3, 2], x[17] = np.nan, np.inf
    before = x.copy()
    found = projections.draw(kind, x)
    np.testing.assert_array_equal(np.flatnonzero(np.isnan(found).any(axis=1)), [3, 17])
    np.testing.assert_array_equal(x, before)
    alone = projections.draw(kind, np.delete(x, [3, 17], axis=0))
    np.testing.assert_array_equal(np.delete(found, [3, 17], axis=0), alone)


@pytest.mark.parametrize("kind", jumps.KINDS)
@pytest.mark.parametrize(
    "x", [np.ones((20, 4)), np.arange(12.0)[:, None], blobs(5)], ids=["alike", "narrow", "five"]
)
def test_odd_layers_are_drawn_too(kind, x):
    assert np.isfinite(projections.draw(kind, x)).all()


@pytest.mark.parametrize("kind", jumps.KINDS)
def test_too_few_samples_are_refused(kind):
    x = blobs(6)
    x[:2] = np.nan
    with pytest.raises(ParameterError, match=r"takes 5 samples or more .* got 4\. Show more"):
        projections.draw(kind, x)
    with pytest.raises(ShapeError, match="must be"):
        projections.draw(kind, np.zeros(7))


def test_an_unknown_kind_is_refused():
    with pytest.raises(ParameterError, match="pca, umap, t-sne; got 'isomap'"):
        projections.draw("isomap", blobs())


@given(st.integers(0, 10**6), st.floats(0.1, 10))
@settings(max_examples=25, deadline=None)
def test_a_drawing_that_is_only_turned_has_not_moved(seed, scale):
    draw = np.random.default_rng(seed)
    before = draw.normal(size=(30, 2))
    after = scale * before @ ortho_group.rvs(2, random_state=draw) + draw.normal(size=2)
    assert jumps.jump(before, after) == pytest.approx(0, abs=1e-9)
    assert jumps.jump(before, before, aligned=False) == 0


def test_a_jump_grows_with_what_moves():
    draw = np.random.default_rng(0)
    before, noise = draw.normal(size=(2, 500, 2))
    found = [jumps.jump(before, before + part * noise) for part in (0, 0.1, 0.5, 2, 100)]
    assert found == sorted(found)
    assert found[0] == pytest.approx(0, abs=1e-9)
    assert found[-1] == pytest.approx(1, abs=0.15)


def test_in_the_layer_itself_nothing_is_turned():
    before = blobs()
    step = np.zeros(8)
    step[5] = 2.0
    radius = np.sqrt(np.square(before - before.mean(axis=0)).sum(axis=1).mean())
    found = jumps.jump(before, before + step, aligned=False)
    assert found == pytest.approx(2 / radius)
    assert jumps.jump(before, before + step) == pytest.approx(0, abs=1e-9)


def test_what_does_not_count_and_what_cannot_be_compared():
    before = np.random.default_rng(0).normal(size=(12, 2))
    after = before.copy()
    after[0], before[1] = np.nan, np.inf
    assert jumps.jump(before, after, aligned=False) == 0
    assert np.isnan(jumps.jump(np.ones((9, 2)), np.eye(9)[:, :2], aligned=False))
    with pytest.raises(ParameterError, match="got 2"):
        jumps.jump(before[:4], after[:4])
    with pytest.raises(ShapeError, match="same samples"):
        jumps.jump(before, after[1:])


def test_some_samples_are_chosen_once_for_all_epochs():
    np.testing.assert_array_equal(projections.chosen(4, 10), [0, 1, 2, 3])
    found = projections.chosen(5000, 1000, 7)
    assert len(set(found)) == 1000
    assert (np.diff(found) > 0).all()
    np.testing.assert_array_equal(found, projections.chosen(5000, 1000, 7))


def test_every_kind_is_drawn():
    assert tuple(projections.DRAWN) == jumps.KINDS
