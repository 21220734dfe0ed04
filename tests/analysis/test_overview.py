"""Overviews against counting point by point and cell by cell."""

from __future__ import annotations

import math
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from analysis import overview, threads
from analysis.errors import Cancelled, ParameterError, ShapeError


def rng(seed=0):
    return np.random.default_rng(seed)


def naive_places(column, side):
    """Bin of every value, None where it is not finite."""
    finite = [float(v) for v in column if math.isfinite(v)]
    if not finite:
        return [None] * len(column)
    low, high = min(finite), max(finite)
    return [
        None
        if not math.isfinite(v)
        else side // 2
        if low == high
        else min(side - 1, math.floor((float(v) - low) / (high - low) * side))
        for v in column
    ]


def winner(counts):
    """0 without points, else 1 + the first class that has most; the last one is "unlabelled"."""
    return 1 + counts.index(max(counts)) if sum(counts) else 0


def naive(columns, labels, classes, side):
    features = len(columns)
    places = [naive_places(column, side) for column in columns]
    owner = np.zeros((features * side, features * side), int)
    density = np.zeros_like(owner)
    for r in range(features):
        for c in range(features):
            cell = owner[r * side : (r + 1) * side, c * side : (c + 1) * side]
            levels = density[r * side : (r + 1) * side, c * side : (c + 1) * side]
            counts = {}
            for x, y, label in zip(places[c], places[r], labels, strict=True):
                if x is not None and y is not None:
                    pixel = (side - 1 - y, x) if r != c else x
                    counts.setdefault(pixel, [0] * (classes + 1))[label] += 1
            peak = max((sum(found) for found in counts.values()), default=0)
            for pixel, found in counts.items():
                if r == c:
                    height = max(1, math.floor(math.sqrt(sum(found) / peak) * side + 0.5))
                    cell[side - height :, pixel] = winner(found)
                    levels[side - height :, pixel] = 255
                else:
                    cell[pixel] = winner(found)
                    level = 255 * math.log(1 + sum(found)) / math.log(1 + peak)
                    levels[pixel] = math.floor(level + 0.5)
    return owner, density


def check(columns, labels, classes):
    found = overview.draw(columns, labels, classes)
    owner, density = naive(columns, labels, classes, overview.side_of(len(columns)))
    np.testing.assert_array_equal(found.owner, owner)
    np.testing.assert_allclose(found.density, density, atol=1)  # logarithms differ in last bits
    assert np.array_equal(found.density > 0, owner > 0)
    assert found.density.dtype == np.uint8


def cells(picture, features):
    side = len(picture) // features
    return picture.reshape(features, side, features, side).transpose(0, 2, 1, 3)


NUMBERS = st.one_of(
    st.integers(-3, 3).map(float),
    st.floats(width=32, allow_nan=True, allow_infinity=True),
)


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_is_what_counting_says(data):
    features, m = data.draw(st.integers(1, 4)), data.draw(st.integers(0, 12))
    classes = data.draw(st.integers(0, 3))
    columns = data.draw(hnp.arrays(np.float32, (features, m), elements=NUMBERS))
    labels = data.draw(hnp.arrays(np.int64, m, elements=st.integers(-1, classes - 1)))
    with patch.object(overview, "LARGEST_CELL", data.draw(st.sampled_from([2, 3, 5]))):
        check(columns, labels, classes)


@pytest.mark.parametrize(("features", "m", "classes"), [(2, 3000, 3), (40, 130, 2), (7, 500, 300)])
def test_many_points_cells_and_classes(features, m, classes):
    columns = rng(1).gamma(0.5, size=(features, m)).astype(np.float32)
    columns[1, ::7] = np.nan
    check(columns, rng(2).integers(-1, classes, m), classes)


def test_sides():
    assert [overview.side_of(d) for d in (1, 24, 25, 500, 768, 1024)] == [64, 64, 61, 3, 2, 2]
    assert all(d * overview.side_of(d) <= 2048 for d in range(1, 1025))
    for features in (0, 1025):
        with pytest.raises(ParameterError, match=r"1 to 1,024 features; got"):
            overview.side_of(features)


def test_axes():
    """One point in a corner: large on feature 1, small on feature 0, and its counterpart."""
    found = overview.draw(np.float32([[0, 1], [1, 0]]), np.array([0, 1]), 2)
    last = overview.side_of(2) - 1
    corner = cells(found.owner, 2)
    assert corner[1, 0][0, 0] == 1  # row 1, column 0: feature 1 is high up, feature 0 is left
    assert corner[1, 0][last, last] == 2
    assert corner[0, 1][last, last] == 1  # row 0, column 1: feature 0 is low, feature 1 is right
    assert corner[0, 1][0, 0] == 2
    assert np.count_nonzero(corner[0, 1]) == np.count_nonzero(corner[1, 0]) == 2


def test_cells_across_the_diagonal_are_mirrored():
    columns = rng(3).standard_normal((5, 400)).astype(np.float32)
    found = overview.draw(columns, rng(4).integers(-1, 3, 400), 3)
    for picture in (found.owner, found.density):
        cell = cells(picture, 5)
        for r in range(5):
            for c in range(r):
                assert np.array_equal(cell[r, c], cell[c, r][::-1, ::-1].T)


def test_bars():
    found = overview.draw(np.float32([[0] * 400 + [0.5] * 100 + [1]]), np.zeros(501, int), 1)
    heights = np.count_nonzero(found.owner, axis=0)
    assert (heights[0], heights[32], heights[63]) == (64, 32, 3)
    assert np.count_nonzero(heights) == 3
    assert found.owner[-1, 0] == found.owner[0, 0] == found.owner[-32, 32] == 1
    assert found.owner[-33, 32] == 0
    assert set(found.density.ravel()) == {0, 255}


def test_ties_go_to_the_smaller_class_and_last_to_the_unlabelled():
    def owner(*labels):
        return overview.draw(
            np.zeros((1, len(labels)), np.float32), np.array(labels), 4
        ).owner.max()

    assert owner(2, 1) == 2
    assert owner(2, 1, 2) == 3
    assert owner(-1, 3) == 4
    assert owner(-1, 3, -1) == 5
    assert owner(-1) == 5


def test_constant_dead_and_infinite_features():
    columns = np.float32([[7, 7, 7], [np.nan] * 3, [np.inf, 0, 1], [0, 1, 2]])
    found = overview.draw(columns, np.zeros(3, int), 1)
    np.testing.assert_array_equal(found.low, np.float32([7, np.nan, 0, 0]))
    np.testing.assert_array_equal(found.high, np.float32([7, np.nan, 1, 2]))
    cell = cells(found.owner, 4)
    assert set(np.nonzero(cell[3, 0])[1]) == {32}  # in the middle from left to right
    assert set(np.nonzero(cell[0, 3])[0]) == {31}  # and, counted from the bottom, of the height
    assert not cell[1].any()
    assert not cell[:, 1].any()
    assert np.count_nonzero(cell[2, 3]) == 2


def test_the_whole_range_of_float32():
    largest = np.finfo(np.float32).max
    columns = np.float32([[-largest, 0, largest], [-1e-45, 0, 1e-45]])
    check(columns, np.array([0, 1, 2]), 3)


def test_no_points():
    found = overview.draw(np.zeros((3, 0), np.float32), np.zeros(0, int), 2)
    assert not found.owner.any()
    assert not found.density.any()
    assert np.isnan(found.low).all()


@pytest.mark.parametrize(("classes", "dtype"), [(253, np.uint8), (254, np.uint16)])
def test_many_classes_take_wider_numbers(classes, dtype):
    found = overview.draw(np.float32([[0, 1]]), np.array([classes - 1, -1]), classes)
    assert found.owner.dtype == dtype
    assert set(found.owner.ravel()) == {0, classes, classes + 1}
    most = overview.MOST_CLASSES
    found = overview.draw(np.float32([[0, 1]]), np.array([most - 1, -1]), most)
    assert found.owner.max() == most + 1 == 2**16 - 1


def test_does_not_depend_on_the_number_of_threads():
    columns = rng(9).standard_normal((150, 700)).astype(np.float32)
    labels = rng(10).integers(-1, 10, 700)
    found = []
    for count in (1, 2, 5):
        with patch.object(threads, "thread_count", lambda c=count: c):
            found.append(overview.draw(columns, labels, 10))
    for each in found[1:]:
        assert np.array_equal(found[0].owner, each.owner)
        assert np.array_equal(found[0].density, each.density)


def test_arguments_are_left_alone_and_may_lie_anyhow():
    columns = rng(11).standard_normal((60, 9)).astype(np.float32).T
    labels = rng(12).integers(0, 3, 60).astype(np.int32)
    columns.flags.writeable = labels.flags.writeable = False
    found = overview.draw(columns, labels, 3)
    expected = overview.draw(np.ascontiguousarray(columns), labels.astype(np.int64), 3)
    assert np.array_equal(found.owner, expected.owner)


def test_progress_and_cancelling():
    heard = []
    columns = rng(13).standard_normal((130, 50)).astype(np.float32)
    labels = np.zeros(50, int)
    overview.draw(columns, labels, 1, report=lambda fraction, _="": heard.append(fraction))
    assert heard == sorted(heard)
    assert len(heard) > 30
    assert heard[-1] == 1

    def stop(fraction, text=""):
        raise Cancelled("enough")

    with pytest.raises(Cancelled):
        overview.draw(columns, labels, 1, report=stop)


def test_wrong_arguments_are_refused():
    columns, labels = np.zeros((2, 3), np.float32), np.zeros(3, int)
    with pytest.raises(ShapeError, match=r"got \(2, 3\) and \(2,\)"):
        overview.draw(columns, labels[:2], 1)
    with pytest.raises(ShapeError):
        overview.draw(columns[0], labels, 1)
    with pytest.raises(ParameterError, match=r"in -1 to 1 for 2 classes; they run from 2 to 2"):
        overview.draw(columns, labels + 2, 2)
    with pytest.raises(ParameterError, match="integers"):
        overview.draw(columns, labels.astype(float), 2)
    with pytest.raises(ParameterError, match=r"0 to 65,534 classes; got 65,535"):
        overview.draw(columns, labels, 65_535)
    with pytest.raises(ParameterError, match=r"got 1,025"):
        overview.draw(np.zeros((1025, 3), np.float32), labels, 1)
