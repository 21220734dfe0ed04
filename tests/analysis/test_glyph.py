"""Glyphs against naive counting, and the rules for samples that do not fill a square."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis import curve, glyph
from analysis.errors import ParameterError, ShapeError
from analysis.types import FILLS


def shuffled(n, seed=0):
    return np.random.default_rng(seed).permutation(n)


def naive_levels(order, labels):
    found = [0] * len(order)
    for place, sample in enumerate(order):
        for other in (place - 1, place + 1):
            missing = not 0 <= other < len(order)
            if labels[sample] >= 0 and (missing or labels[order[other]] == labels[sample]):
                found[sample] += 1
    return found


def naive_scores(grid, labels, classes):
    """(score, score of each class), pixel by pixel."""
    height, width = np.shape(grid)
    same, pixels = [0] * classes, [0] * classes
    for y in range(height):
        for x in range(width):
            if grid[y][x] < 0 or labels[grid[y][x]] < 0:
                continue
            own = labels[grid[y][x]]
            pixels[own] += 1
            for v, u in [(y - 1, x), (y + 1, x), (y, x - 1), (y, x + 1)]:
                if 0 <= v < height and 0 <= u < width and grid[v][u] >= 0:
                    same[own] += labels[grid[v][u]] == own
    share = [s / (4 * p) if p else math.nan for s, p in zip(same, pixels, strict=True)]
    return (sum(same) / (4 * sum(pixels)) if sum(pixels) else math.nan), share


def along(grid, cells):
    return grid[cells[:, 1], cells[:, 0]]


@pytest.mark.parametrize("fill", FILLS)
@pytest.mark.parametrize("n", [*range(12), 63, 64, 65, 997, 1000, 1797])
def test_every_sample_is_there_in_its_order(n, fill):
    order = shuffled(n, n)
    grid = glyph.grid(order, fill)
    assert grid.dtype == np.int64
    if n == 0:
        assert grid.shape == (0, 0)
        return
    height, width = grid.shape
    cells = curve.gilbert(width, height) if fill == "exact" else curve.hilbert(
        width.bit_length() - 1)  # fmt: skip
    placed = along(grid, cells)
    samples = placed[placed >= 0]
    if fill == "resample":
        assert (placed >= 0).all()
        changes = np.flatnonzero(np.diff(placed, prepend=-1))
        samples = placed[changes]
        repeats = np.diff(changes, append=len(placed))
        assert repeats.max() - repeats.min() <= 1
    assert samples.tolist() == order.tolist()


@pytest.mark.parametrize("n", [1, 2, 3, 4, 5, 7, 15, 16, 17, 200, 255, 256, 257])
def test_gap_is_in_two_halves(n):
    grid = glyph.grid(shuffled(n), "gap")
    side = len(grid)
    assert grid.shape == (side, side)
    assert side**2 >= n
    assert n == 1 or (side // 2) ** 2 < n
    empty = along(grid, curve.hilbert(side.bit_length() - 1)) < 0
    before, after = np.argmin(empty), np.argmin(empty[::-1])
    assert before == (side**2 - n) // 2
    assert before + after == side**2 - n
    assert empty.sum() == side**2 - n


def test_exact_rectangles():
    shapes = {1: (1, 1), 2: (1, 2), 3: (2, 2), 4: (2, 2), 5: (2, 3), 6: (2, 3), 8: (2, 4),
              10_000: (100, 100), 60_000: (240, 250), 360: (18, 20), 1000: (25, 40)}  # fmt: skip
    assert {n: glyph.grid(np.arange(n)).shape for n in shapes} == shapes


def naive_rectangle(n):
    """(width, height) by trying all rectangles."""
    sides = [(w, h) for h in range(1, n + 1) for w in range(h, 2 * h + 1) if n <= w * h <= 3 * n]
    full = [(w, h) for w, h in sides if w * h == n]
    if full:
        return min(full)
    return min((w * h - n, w, h) for w, h in sides if w <= 1.5 * h)[1:]


@pytest.mark.parametrize("numbers", [range(1, 150), [307, 311, 331, 1009, 1021]])
def test_exact_is_square_and_wastes_little(numbers):
    for n in numbers:
        grid = glyph.grid(np.arange(n))
        height, width = grid.shape
        assert (width, height) == naive_rectangle(n), n
        assert (grid < 0).sum() == width * height - n < height
        assert (along(grid, curve.gilbert(width, height))[n:] == -1).all()


@settings(max_examples=120, deadline=None)
@given(data=st.data(), n=st.integers(0, 30), fill=st.sampled_from(FILLS))
def test_levels_and_scores_by_counting(data, n, fill):
    order = np.array(data.draw(st.permutations(range(n))), dtype=np.int32)
    labels = np.array(data.draw(st.lists(st.integers(-1, 3), min_size=n, max_size=n)), dtype=int)
    levels = glyph.levels(order, labels)
    assert levels.dtype == np.uint8
    assert levels.tolist() == naive_levels(order, labels)
    grid = glyph.grid(order, fill)
    score, by_class = naive_scores(grid, labels, 5)
    np.testing.assert_allclose(glyph.separation(grid, labels), score)
    np.testing.assert_allclose(glyph.separation_by_class(grid, labels, 5), by_class)


def test_levels_of_the_paper():
    order = np.array([3, 0, 1, 4, 2])
    labels = np.array([7, 7, 5, 7, 5])  # in order: 7 7 7 5 5
    assert glyph.levels(order, labels).tolist() == [2, 1, 2, 2, 1]
    assert glyph.levels(np.arange(3), np.array([1, 2, 1])).tolist() == [1, 0, 1]
    assert glyph.levels(np.arange(4), np.zeros(4, dtype=int)).tolist() == [2, 2, 2, 2]
    assert glyph.levels(np.arange(1), np.array([9])).tolist() == [2]
    assert glyph.levels(np.arange(2), np.array([-1, -1])).tolist() == [0, 0]


def test_scores_that_are_known():
    square = np.arange(16).reshape(4, 4)
    same = np.zeros(16, dtype=int)
    assert glyph.separation(square, same) == pytest.approx(48 / 64)  # 24 inner borders, twice
    board = np.indices((4, 4)).sum(axis=0).ravel() % 2
    assert glyph.separation(square, board) == 0
    halves = np.repeat([0, 1], 8)
    assert glyph.separation(square, halves) == pytest.approx(40 / 64)
    assert glyph.separation_by_class(square, halves, 3)[:2] == pytest.approx([20 / 32, 20 / 32])
    assert math.isnan(glyph.separation_by_class(square, halves, 3)[2])


def test_without_labels_there_is_no_score():
    grid = glyph.grid(np.arange(9))
    assert math.isnan(glyph.separation(grid, np.full(9, -1)))
    assert np.isnan(glyph.separation_by_class(grid, np.full(9, -1), 2)).all()
    empty = np.zeros((0, 0), dtype=np.int64)
    assert math.isnan(glyph.separation(empty, np.zeros(0, dtype=int)))
    assert glyph.separation_by_class(empty, np.zeros(0, dtype=int), 0).shape == (0,)


def test_order_beats_disorder():
    labels = np.repeat(np.arange(10), 100)
    sorted_score = glyph.separation(glyph.grid(np.arange(1000)), labels)
    random_score = glyph.separation(glyph.grid(shuffled(1000)), labels)
    assert sorted_score > 0.8
    assert random_score < 0.2


@pytest.mark.parametrize("order", [[0, 0, 1], [1, 2, 3], [-1, 0, 1], [0.0, 1.0]])
def test_what_is_no_order_is_refused(order):
    order = np.array(order)
    with pytest.raises(ParameterError, match="order"):
        glyph.grid(order)
    with pytest.raises(ParameterError, match="order"):
        glyph.levels(order, np.zeros(len(order), dtype=int))


def test_wrong_arguments_are_refused():
    order, labels = np.arange(4), np.zeros(4, dtype=int)
    grid = glyph.grid(order)
    with pytest.raises(ShapeError, match=r"shape \(n,\); got \(2, 2\)"):
        glyph.grid(order.reshape(2, 2))
    with pytest.raises(ParameterError, match=r"No fill 'spiral'.*exact, gap, resample"):
        glyph.grid(order, "spiral")
    with pytest.raises(ShapeError, match="as many labels; got 3"):
        glyph.levels(order, labels[:3])
    with pytest.raises(ShapeError, match="does not fit 3 labels"):
        glyph.separation(grid, labels[:3])
    with pytest.raises(ShapeError, match=r"\(h, w\)"):
        glyph.separation(order, labels)
    with pytest.raises(ShapeError, match="Labels must have shape"):
        glyph.separation(grid, labels.reshape(2, 2))
    with pytest.raises(ParameterError, match="got -2"):
        glyph.separation(grid, labels - 2)
    with pytest.raises(ParameterError, match="float64"):
        glyph.separation(grid, labels * 0.5)
    with pytest.raises(ParameterError, match="below the number of classes, 1; got 3"):
        glyph.separation_by_class(grid, labels + 3, 1)


def test_arguments_are_left_alone():
    order, labels = shuffled(50), np.repeat([0, 1], 25)
    for array in (order, labels):
        array.flags.writeable = False
    for fill in FILLS:
        glyph.separation(glyph.grid(order, fill), labels)
    glyph.levels(order, labels)
