"""Curves: every cell once, never a jump, and near along the curve is near on the grid."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis import curve
from analysis.errors import ParameterError


def assert_path(cells, width, height):
    assert cells.shape == (width * height, 2)
    assert cells.dtype == np.int64
    assert cells[0].tolist() == [0, 0]
    assert len({(x, y) for x, y in cells.tolist()}) == width * height
    assert cells.min() == 0
    assert cells.max(axis=0).tolist() == [width - 1, height - 1]
    assert (np.abs(np.diff(cells, axis=0)).sum(axis=1) == 1).all()


def spread(cells, apart):
    """Mean distance on the grid of cells that are so many steps apart."""
    return np.abs(cells[apart:] - cells[:-apart]).sum(axis=1).mean()


def boustrophedon(width, height):
    rows = [list(range(width)) if y % 2 == 0 else list(range(width))[::-1] for y in range(height)]
    return np.array([(x, y) for y, row in enumerate(rows) for x in row])


def hilbert_by_bits(order):
    """The usual bit by bit conversion, one position at a time."""
    found = []
    for position in range(4**order):
        x = y = 0
        rest = position
        for level in range(order):
            side = 2**level
            right = 1 & (rest // 2)
            up = 1 & (rest ^ right)
            if up == 0:
                if right == 1:
                    x, y = side - 1 - x, side - 1 - y
                x, y = y, x
            x, y = x + side * right, y + side * up
            rest //= 4
        found.append((x, y))
    return found


@pytest.mark.parametrize("order", range(7))
def test_hilbert(order):
    cells = curve.hilbert(order)
    assert_path(cells, 2**order, 2**order)
    assert cells[-1].tolist() == [2**order - 1, 0]
    reference = hilbert_by_bits(order)
    mirrored = [(y, x) for x, y in reference]
    assert [tuple(cell) for cell in cells.tolist()] in (reference, mirrored)


def test_hilbert_orders_begin_alike():
    """The first quarter is the order before, mirrored at the diagonal."""
    assert np.array_equal(curve.hilbert(5)[: 4**4], curve.hilbert(4)[:, ::-1])


@pytest.mark.parametrize("width", range(1, 41))
def test_gilbert_small(width):
    for height in range(1, 41):
        assert_path(curve.gilbert(width, height), width, height)


SIZES = [(245, 245), (100, 100), (101, 99), (317, 316), (316, 317), (1, 3000), (2001, 2), (3, 1000),
         (451, 300), (300, 451), (512, 255)]  # fmt: skip


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_gilbert_large(width, height):
    assert_path(curve.gilbert(width, height), width, height)


@settings(max_examples=50, deadline=None)
@given(width=st.integers(1, 150), height=st.integers(1, 150))
def test_gilbert_any(width, height):
    assert_path(curve.gilbert(width, height), width, height)


@pytest.mark.parametrize("order", range(8))
def test_gilbert_generalises_hilbert(order):
    assert np.array_equal(curve.gilbert(2**order, 2**order), curve.hilbert(order))


@pytest.mark.parametrize("apart", [16, 64, 256])
@pytest.mark.parametrize(
    ("width", "height"),
    [(64, 64), (65, 65), (65, 64), (64, 65), (100, 100), (101, 99), (97, 64), (90, 61), (245, 245)],
)
def test_gilbert_keeps_near_what_is_near(width, height, apart):
    """At most 15 % looser than Hilbert's own curve, and far better than line by line."""
    found = spread(curve.gilbert(width, height), apart)
    assert found < 1.15 * spread(curve.hilbert(7), apart)
    if apart < width:
        assert found < 0.5 * spread(boustrophedon(width, height), apart)


@pytest.mark.parametrize(("width", "height"), [(0, 3), (3, 0), (-1, -1)])
def test_empty_rectangles_are_refused(width, height):
    with pytest.raises(ParameterError, match="at least one cell"):
        curve.gilbert(width, height)


@pytest.mark.parametrize("order", [-1, 14])
def test_unreasonable_orders_are_refused(order):
    with pytest.raises(ParameterError, match=f"got {order}"):
        curve.hilbert(order)
