"""Points of layers against naive loops, and what a choice of positions must not depend on."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis import points
from analysis.errors import ParameterError, ShapeError
from analysis.points import WHICH

GRID = (3, 2, 4)
shapes = st.lists(st.integers(1, 4), max_size=3).map(tuple)


def values(count, shape, seed=0):
    draw = np.random.default_rng(seed)
    return draw.standard_normal((count, math.prod(shape))).astype(np.float32)


def batches(x, size=3):
    """As networks give them: one buffer, lent again and again."""
    buffer = np.empty((size, x.shape[1]), np.float32)
    for start in range(0, len(x), size):
        part = x[start : start + size]
        buffer[: len(part)] = part
        yield start, buffer[: len(part)]
        buffer[:] = np.nan


def pairs(found):
    return list(zip(found.sample.tolist(), found.position.tolist(), strict=True))


@pytest.mark.parametrize(
    ("shape", "expected"),
    [
        ((), (1, 1)),
        ((7,), (1, 7)),
        ((1, 1, 5), (1, 5)),
        ((24, 20, 16), (480, 16)),
        ((9, 3), (9, 3)),
    ],
)
def test_the_last_axis_are_the_features(shape, expected):
    assert points.structure(shape) == expected


def test_only_structured_layers_leave_a_choice():
    for which in WHICH:
        assert points.normalised(which, GRID) == which
        assert points.normalised(which, (5,)) == "samples"
        assert points.normalised(which, (1, 1, 5)) == "samples"
        assert points.features_of(which, GRID) == (24 if which == "samples" else 4)
        assert points.features_of(which, (5,)) == 5
        assert points.features_of(which, ()) == 1
    for function in (points.normalised, points.features_of):
        with pytest.raises(ParameterError, match=r"No points 'all'.*samples, positions, strongest"):
            function("all", GRID)


def test_everything_fits():
    found = points.pick("positions", 5, GRID)
    assert pairs(found) == [(s, p) for s in range(5) for p in range(6)]
    assert found.total == 30
    assert found.sample.dtype == found.position.dtype == np.int32


@settings(max_examples=60, deadline=None)
@given(
    count=st.integers(1, 200),
    grid=st.integers(2, 40),
    most=st.integers(1, 1000),
    seed=st.integers(0, 9),
)
def test_positions_are_used_equally_often(count, grid, most, seed):
    found = points.pick("positions", count, (grid, 3), most=most, seed=seed)
    kept = min(max(most // count, 1), grid)
    assert found.sample.tolist() == np.repeat(np.arange(count), kept).tolist()
    assert found.total == count * grid
    own = found.position.reshape(count, kept)
    assert (np.diff(own, axis=1) > 0).all(), "without replacement, ascending"
    assert own.min() >= 0
    assert own.max() < grid
    used = np.bincount(found.position, minlength=grid)
    assert used.max() - used.min() <= 1


@settings(max_examples=40, deadline=None)
@given(data=st.data(), count=st.integers(1, 60), grid=st.integers(2, 12), kept=st.integers(1, 12))
def test_a_samples_positions_are_its_own(data, count, grid, kept):
    chosen = data.draw(st.lists(st.integers(0, count - 1), min_size=1))
    every = points.pick("positions", count, (grid, 1), most=kept * count)
    few = points.pick(
        "positions", count, (grid, 1), most=kept * len(set(chosen)), samples=np.array(chosen)
    )
    assert pairs(few) == [pair for pair in pairs(every) if pair[0] in chosen]
    assert few.total == len(set(chosen)) * grid


def test_choices_differ_between_samples_and_seeds():
    own = points.pick("positions", 400, (5, 5, 2), most=2400).position.reshape(400, 6)
    assert len(np.unique(own, axis=0)) > 300
    # Any two positions come together: nothing follows the order of the samples.
    together = np.zeros((25, 25), int)
    for row in own:
        together[np.ix_(row, row)] += 1
    assert together.min() > 0
    other = points.pick("positions", 400, (5, 5, 2), most=2400, seed=1).position.reshape(400, 6)
    assert (own != other).any(axis=1).mean() > 0.9
    again = points.pick("positions", 400, (5, 5, 2), most=2400).position.reshape(400, 6)
    np.testing.assert_array_equal(own, again)


def test_one_point_a_sample():
    assert pairs(points.pick("samples", 3, GRID)) == [(0, 0), (1, 0), (2, 0)]
    assert pairs(points.pick("position", 3, GRID, position=5)) == [(0, 5), (1, 5), (2, 5)]
    for which in WHICH:
        found = points.pick(which, 4, (9,), samples=np.array([3, 1, 3]))
        assert pairs(found) == [(1, 0), (3, 0)]
        assert found.total == 2


@pytest.mark.parametrize("which", ["samples", "positions", "position"])
def test_no_samples(which):
    for chosen in (None, np.array([], int), []):
        found = points.pick(which, 0 if chosen is None else 5, GRID, samples=chosen)
        assert (pairs(found), found.total) == ([], 0)
        made = points.gather(iter([]), found, which, GRID)
        assert made.shape == (points.features_of(which, GRID), 0)
    found = points.strongest(iter([]), 0, GRID)
    assert (pairs(found), found.total) == ([], 0)


@pytest.mark.parametrize(
    ("which", "arguments", "says"),
    [
        ("nearest", {}, "No points 'nearest'"),
        ("strongest", {}, r"come from points\.strongest\(\)"),
        ("position", {"position": 6}, r"3 × 2 positions, 0 to 5.*got 6"),
        ("position", {"position": -1}, "got -1"),
        ("samples", {"samples": np.array([0, 9])}, "0 to 8; got 0 to 9"),
        ("positions", {"samples": np.array([-1])}, "got -1 to -1"),
        ("positions", {"samples": np.array([0.5])}, "whole numbers"),
    ],
)
def test_what_cannot_be_picked(which, arguments, says):
    with pytest.raises(ParameterError, match=says):
        points.pick(which, 9, GRID, **arguments)


@given(count=st.integers(1, 9), shape=shapes, seed=st.integers(0, 99))
def test_strongest_by_trying_all(count, shape, seed):
    x = np.round(values(count, shape, seed))  # small integers: ties are frequent
    positions, features = points.structure(shape)
    norms = (x.reshape(count, positions, features) ** 2).sum(axis=2)
    found = points.strongest(batches(x), count, shape)
    expected = [(s, row.tolist().index(max(row))) for s, row in enumerate(norms)]
    assert pairs(found) == expected
    assert found.total == count
    assert found.sample.dtype == found.position.dtype == np.int32


def test_strongest_of_numbers_that_are_none():
    nan, inf = np.nan, np.inf
    x = np.array(
        [[nan, 9, 0, 0, 1, 0], [nan] * 6, [1, 1, inf, 1, 2, 2], [0] * 6, [3e38] * 4 + [3.1e38] * 2],
        np.float32,
    )
    assert points.strongest(batches(x), 5, (3, 2)).position.tolist() == [2, 0, 1, 0, 2]


def naive_gather(x, found, which, shape):
    positions, features = points.structure(shape)
    columns = []
    for sample, position in pairs(found):
        row = x[sample].reshape(positions, features)
        whole = which == "samples" or positions == 1
        columns.append(row.ravel() if whole else row[position])
    return np.array(columns, np.float32).reshape(len(columns), -1).T


@settings(max_examples=80, deadline=None)
@given(
    data=st.data(),
    count=st.integers(1, 12),
    shape=shapes,
    which=st.sampled_from(WHICH),
    size=st.integers(1, 13),
)
def test_gather_takes_what_was_chosen(data, count, shape, which, size):
    x = values(count, shape)
    if which == "strongest":
        found = points.strongest(batches(x, size), count, shape)
    else:
        positions, _ = points.structure(shape)
        found = points.pick(
            which,
            count,
            shape,
            position=data.draw(st.integers(0, positions - 1)),
            most=data.draw(st.integers(1, 30)),
            samples=data.draw(
                st.none() | st.lists(st.integers(0, count - 1), min_size=1).map(np.array)
            ),
        )
    expected = naive_gather(x, found, which, shape)
    made = points.gather(batches(x, size), found, which, shape)
    assert made.dtype == np.float32
    assert made.flags.c_contiguous
    np.testing.assert_array_equal(made, expected)
    last = data.draw(st.integers(0, len(expected)))
    first = data.draw(st.integers(0, last))
    part = points.gather(batches(x, size), found, which, shape, first, last)
    np.testing.assert_array_equal(part, expected[first:last])


def test_batches_after_the_last_point_are_not_asked_for():
    asked = []

    def watched():
        for start, part in batches(values(30, GRID), 5):
            asked.append(start)
            yield start, part

    found = points.pick("positions", 30, GRID, samples=np.array([2, 7]))
    assert points.gather(watched(), found, "positions", GRID).shape == (4, 12)
    assert asked == [0, 5]


def test_what_cannot_be_gathered():
    x = values(6, GRID)
    found = points.pick("positions", 6, GRID)
    for first, last in [(-1, 2), (3, 2), (0, 5)]:
        with pytest.raises(ParameterError, match="features 0 to 4"):
            points.gather(batches(x), found, "positions", GRID, first, last)
    with pytest.raises(ShapeError, match="hold 18 of 36 points"):
        points.gather(batches(x[:3]), found, "positions", GRID)
    with pytest.raises(ShapeError, match="hold 0 of 36 points"):
        points.gather(iter([(3, x[3:])]), found, "positions", GRID)
    with pytest.raises(ShapeError, match=r"\(b, 24\); got \(3, 23\)"):
        points.gather(batches(x[:, 1:]), found, "positions", GRID)
    with pytest.raises(ShapeError, match=r"\(b, 24\); got \(3, 23\)"):
        points.strongest(batches(x[:, 1:]), 6, GRID)
    with pytest.raises(ShapeError, match="hold 6 of 7 samples"):
        points.strongest(batches(x), 7, GRID)
    with pytest.raises(ShapeError, match="batch of sample 3 of 5; got samples 3 to 6"):
        points.strongest(batches(x), 5, GRID)
    with pytest.raises(ShapeError, match="batch of sample 0"):
        points.strongest(iter([(3, x[3:])]), 6, GRID)
