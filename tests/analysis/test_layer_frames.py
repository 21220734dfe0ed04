"""Views carried from layer to layer: what must not move, and what must move along itself alone."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis import layer_frames
from analysis.errors import NotFiniteError, ShapeError

SEEDS = st.integers(0, 10**6)


def drawn(seed, *shape):
    return np.random.default_rng(seed).standard_normal(shape)


def rotation(seed, d):
    q, r = np.linalg.qr(drawn(seed, d, d))
    return q * np.sign(np.diag(r))


def frame(seed, d, w):
    return rotation(seed, w)[:d]


def orthonormal(found):
    np.testing.assert_allclose(found @ found.T, np.eye(len(found)), atol=1e-9)


@given(d=st.integers(1, 8), more=st.integers(0, 5), seed=SEEDS)
def test_a_layer_that_only_rotates_moves_no_point(d, more, seed):
    matrix, after, x = rotation(seed, d), frame(seed + 1, d, d + more), drawn(seed + 2, 30, d)
    before = layer_frames.through_matrix(matrix, after)
    orthonormal(before)
    np.testing.assert_allclose(x @ before, x @ matrix @ after, atol=1e-9)
    if d < 6:
        # The same told from samples alone.
        found = layer_frames.through_samples(x, x @ matrix @ after)
        x = x - x.mean(axis=0)
        np.testing.assert_allclose(x @ found, x @ matrix @ after, atol=1e-7)


@given(d=st.integers(2, 8), seed=SEEDS, factor=st.floats(0.01, 20))
def test_scaling_one_direction_moves_points_along_it_alone(d, seed, factor):
    direction = drawn(seed, d)
    direction /= np.linalg.norm(direction)
    matrix = np.eye(d) + (factor - 1) * np.outer(direction, direction)
    after, x = frame(seed + 1, d, d + 2), drawn(seed + 2, 30, d)
    before = layer_frames.through_matrix(matrix @ rotation(seed + 3, d), after)
    orthonormal(before)
    moved = x @ matrix @ rotation(seed + 3, d) @ after - x @ before
    along = direction @ before
    np.testing.assert_allclose(moved - np.outer(moved @ along, along), 0, atol=1e-6)
    np.testing.assert_allclose(moved @ along, (factor - 1) * (x @ direction), atol=1e-6)


@given(d=st.integers(1, 8), e=st.integers(1, 8), seed=SEEDS)
def test_between_layers_singular_directions_are_scaled(d, e, seed):
    """(1 - t) X U + t X U S, as the article has it, is what straight lines between frames give."""
    w = 9
    matrix, after, x = drawn(seed, d, e), frame(seed + 1, e, w), drawn(seed + 2, 20, d)
    before = layer_frames.through_matrix(matrix, after)
    orthonormal(before)
    left, strengths, _ = np.linalg.svd(matrix)
    scaled = np.zeros(d)
    scaled[: len(strengths)] = strengths
    view = left.T @ before
    for t in (0.0, 0.3, 1.0):
        straight = (1 - t) * (x @ before) + t * (x @ matrix @ after)
        np.testing.assert_allclose(
            straight, ((1 - t) * (x @ left) + t * (x @ left * scaled)) @ view, atol=1e-8
        )


def test_what_a_layer_forgets_is_drawn_where_nothing_else_is():
    after = frame(0, 2, 6)
    matrix = np.zeros((4, 2))
    matrix[0, 1], matrix[2, 0] = 3, 2
    before = layer_frames.through_matrix(matrix, after)
    orthonormal(before)
    np.testing.assert_allclose(before[[2, 0]], after, atol=1e-12)
    np.testing.assert_allclose(before[[1, 3]] @ after.T, 0, atol=1e-12)


@given(d=st.integers(1, 5), seed=SEEDS)
def test_samples_are_moved_as_little_as_any_frame_moves_them(d, seed):
    x, z = drawn(seed, 40, d), drawn(seed + 1, 40, 7)
    found = layer_frames.through_samples(x + 5, z - 3)
    orthonormal(found)
    x, z = x - x.mean(axis=0), z - z.mean(axis=0)
    least = np.linalg.norm(x @ found - z)
    for other in range(20):
        assert np.linalg.norm(x @ frame(seed + other, d, 7) - z) >= least - 1e-9


@pytest.mark.parametrize(
    ("act", "kind", "message"),
    [
        (
            lambda: layer_frames.through_matrix(np.ones((3, 2)), np.eye(3)),
            ShapeError,
            r"got \(3, 2\)",
        ),
        (
            lambda: layer_frames.through_matrix(np.ones((3, 2)), np.eye(2)),
            ShapeError,
            "no more rows",
        ),
        (
            lambda: layer_frames.through_matrix(np.full((2, 2), np.nan), np.eye(2)),
            NotFiniteError,
            "diverged",
        ),
        (
            lambda: layer_frames.through_matrix(np.ones((2, 3)), np.ones((3, 2))),
            ShapeError,
            r"A frame \(d, w\)",
        ),
        (
            lambda: layer_frames.through_samples(np.ones((4, 3)), np.ones((4, 2))),
            ShapeError,
            "d <= w",
        ),
        (
            lambda: layer_frames.through_samples(np.full((4, 2), np.inf), np.ones((4, 2))),
            NotFiniteError,
            "nothing can be aligned",
        ),
    ],
)
def test_what_cannot_be_is_refused(act, kind, message):
    with pytest.raises(kind, match=message):
        act()
