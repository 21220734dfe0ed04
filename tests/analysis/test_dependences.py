"""Dependences between features made by hand."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

from analysis.dependences import Dependences, dependences
from analysis.errors import ShapeError
from analysis.features import correlation


def normal(*shape, seed=0):
    return np.random.default_rng(seed).standard_normal(shape).astype(np.float32)


def depending(*rows, **arguments):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        block = np.array(rows, np.float32)
        return dependences(correlation(block), **arguments)


def checked(found, rows, loose=1e-3):
    """Every combination that is told whole gives its feature, up to a constant."""
    rows = np.array(rows, np.float64)
    rows = (rows - rows.mean(axis=1, keepdims=True)) / (rows.std(axis=1, keepdims=True) + 1e-30)
    for one in found.list:
        assert one.feature not in one.on
        assert np.abs(one.weights).tolist() == sorted(np.abs(one.weights), reverse=True)
        made = np.array(one.weights) @ rows[list(one.on)]
        left = np.var(rows[one.feature] - made)
        assert 1 - left == pytest.approx(one.explained, abs=loose)
    assert [one.feature for one in found.list] == sorted(one.feature for one in found.list)
    return found


def test_independent_features_depend_on_nothing():
    rows = normal(20, 2000)
    assert depending(*rows) == Dependences(20, ())
    rectified = np.maximum(rows, 0)
    assert depending(*rectified) == Dependences(20, ())
    # A rectified feature is not a linear function of the feature itself.
    assert depending(*rows[:3], *rectified[:3]).list == ()
    assert depending(*rows[:3], *rectified[:3]).rank == 6


def test_copies():
    a, b, c = normal(3, 300)
    rows = [a, b, 3 * a + 1, c, -b / 2, np.ones(300)]
    found = checked(depending(*rows), rows, 1e-9)
    assert found.rank == 3
    told = {frozenset((one.feature, *one.on)): one for one in found.list}
    assert set(told) == {frozenset((0, 2)), frozenset((1, 4))}
    assert told[frozenset((0, 2))].weights == pytest.approx((1,))
    assert told[frozenset((1, 4))].weights == pytest.approx((-1,))
    assert all(one.explained == pytest.approx(1) for one in found.list)


def test_sums():
    a, b, c, d = normal(4, 400)
    rows = [a, b, c, a + 2 * b - c, d]
    found = checked(depending(*rows), rows, 1e-6)
    assert found.rank == 4
    (one,) = found.list
    assert {one.feature, *one.on} == {0, 1, 2, 3}
    assert one.explained == pytest.approx(1, abs=1e-8)


@pytest.mark.parametrize("rank", [1, 2, 3])
@pytest.mark.parametrize("f", [3, 8, 60])
def test_layers_of_low_rank(rank, f):
    rows = np.random.default_rng(f).standard_normal((f, rank)) @ normal(rank, 500) + 7
    found = checked(depending(*rows), rows, 1e-3)
    assert found.rank == rank
    assert len(found.list) == f - rank
    basis = set(range(f)) - {one.feature for one in found.list}
    for one in found.list:
        assert set(one.on) <= basis
        assert one.explained == pytest.approx(1, abs=1e-8)


def test_probabilities_have_one_dimension_less():
    scores = np.exp(normal(10, 1000))
    found = depending(*(scores / scores.sum(axis=0)))
    assert found.rank == 9
    (one,) = found.list
    assert len(one.on) == 5


def test_more_features_than_points():
    assert depending(*normal(9, 4)).rank == 3
    assert depending(*normal(9, 2)).rank == 1
    assert depending(*normal(9, 1)) == Dependences(0, ())
    assert depending(*np.ones((3, 5))) == Dependences(0, ())
    assert dependences(np.zeros((0, 0))) == Dependences(0, ())


def test_near_dependences():
    a, b, c = normal(3, 4000)
    noise = normal(4000, seed=9)
    rows = [a, b, c, a + noise / 100]
    found = checked(depending(*rows), rows, 1e-3)
    assert found.rank == 4
    assert [(one.feature, one.on[0]) for one in found.list] == [(0, 3), (3, 0)]
    x = np.array(rows, np.float64)
    for one in found.list:
        others = np.delete(x, one.feature, axis=0)
        others = np.vstack([others, np.ones(4000)]).T
        _, (left,), *_ = np.linalg.lstsq(others, x[one.feature])
        assert one.explained == pytest.approx(1 - left / 4000 / x[one.feature].var(), abs=1e-9)
        assert 1 - 1e-3 < one.explained < 1 - 1e-5
    assert depending(*rows, tolerance=1e-5).list == ()
    assert depending(a, b, c, a + noise / 10).list == ()


def test_many_equal_parts_of_a_sum():
    """No one part is nearly given by the others, as much as the sum is by all of them."""
    parts = normal(50, 3000)
    total = parts.sum(axis=0) + normal(3000, seed=5) / 10
    found = depending(total, *parts)
    assert found.rank == 51
    (one,) = found.list
    assert one.feature == 0
    assert len(one.on) == 5
    assert one.explained > 1 - 1e-3


def test_the_same_every_time():
    rows = normal(30, 10) @ normal(10, 200, seed=1)
    assert depending(*rows) == depending(*rows)


def test_what_is_no_correlation():
    with pytest.raises(ShapeError, match=r"square; got shape \(2, 3\)"):
        dependences(np.zeros((2, 3)))
