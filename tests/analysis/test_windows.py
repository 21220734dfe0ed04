"""Windows of the plane: their pixels, what lies in them, and how they are put around points."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis import territory
from analysis.errors import NotFiniteError, ParameterError, ShapeError
from analysis.territory import Window

UNIT = Window(0.0, 1.0, 0.0, 1.0)


def test_row_zero_is_the_top_and_pixels_are_their_centres():
    window = Window(-1.0, 3.0, 10.0, 12.0)
    found = window.points(4).reshape(4, 4, 2)
    for row in range(4):
        for column in range(4):
            expected = -1 + 4 * (column + 0.5) / 4, 12 - 2 * (row + 0.5) / 4
            np.testing.assert_allclose(found[row, column], expected, rtol=1e-15)
    np.testing.assert_array_equal(window.cells(window.points(4), 4), np.arange(16))


def test_cells_are_closed_at_the_borders_and_nothing_lies_outside():
    corners = np.array([[0, 1], [1, 1], [0, 0], [1, 0]], float)
    np.testing.assert_array_equal(UNIT.cells(corners, 5), [0, 4, 20, 24])
    outside = np.array([[-1e-9, 0.5], [1.0001, 0.5], [0.5, -3], [0.5, 1e300]])
    np.testing.assert_array_equal(UNIT.cells(outside, 5), [-1] * 4)
    assert len(UNIT.cells(np.zeros((0, 2)), 5)) == 0


@pytest.mark.parametrize(
    "borders", [(0, 0, 0, 1), (1, 0, 0, 1), (0, 1, 2, 1), (0, math.inf, 0, 1), (math.nan, 1, 0, 1)]
)
def test_windows_that_show_nothing_are_refused(borders):
    with pytest.raises(ParameterError, match="left < right"):
        Window(*borders)


def test_pixels_that_numbers_cannot_tell_apart_are_refused():
    narrow = Window(1.0, 1.0 + 1e-14, 0.0, 1.0)
    with pytest.raises(ParameterError, match="Zoom out"):
        narrow.axes(200)
    for side in (0, -3, 2.5, territory.MOST_SIDE + 1):
        with pytest.raises(ParameterError, match="side"):
            UNIT.axes(side)


@settings(max_examples=25, deadline=None)
@given(
    n=st.integers(1, 6),
    seed=st.integers(0, 999),
    size=st.sampled_from([0.0, 1e-30, 1e-7, 1.0, 1e12]),
    shift=st.sampled_from([0.0, 5.0, -1e9, 1e20]),
    flat=st.sampled_from([(1, 1), (1, 0), (0, 1), (1, 1e-9)]),
)
def test_a_window_around_points_shows_them_all_and_can_be_drawn(n, seed, size, shift, flat):
    points = np.random.default_rng(seed).standard_normal((n, 2)) * size * flat + shift
    window = territory.around(points)
    assert (window.cells(points, 10) >= 0).all()
    assert window.points(32).shape == (1024, 2)


def test_margins_are_shares_of_the_range():
    points = np.array([[2, 10], [6, 20], [3, 12]], np.float32)
    assert territory.around(points, 0.0) == Window(2.0, 6.0, 10.0, 20.0)
    assert territory.around(points, 0.25) == Window(1.0, 7.0, 7.5, 22.5)
    assert territory.around(points[:1], 0.5) == Window(1.0, 3.0, 9.0, 11.0)
    for margin in (-0.1, math.nan, math.inf):
        with pytest.raises(ParameterError, match="margin"):
            territory.around(points, margin)


def test_places_must_be_pairs_of_finite_numbers():
    for shape in ((0, 2), (3, 3), (4,)):
        with pytest.raises(ShapeError, match="rows"):
            territory.around(np.zeros(shape))
    with pytest.raises(NotFiniteError, match="1 of 2"):
        territory.around(np.array([[0, 0], [np.nan, 1]]))
