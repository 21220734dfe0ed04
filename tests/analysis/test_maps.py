"""Feature maps against means taken one value at a time."""

from __future__ import annotations

import itertools
import math
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis import maps
from analysis.errors import Cancelled, MemoryBudgetError, ParameterError, ShapeError

SHAPES = [(6, 5, 2), (7,), (4, 3)]


def rng(seed=0):
    return np.random.default_rng(seed)


def outputs(count, shapes=SHAPES, seed=1):
    draw = rng(seed)
    return [draw.standard_normal((count, math.prod(s))).astype(np.float32) for s in shapes]


def batches(layers, size=4):
    """Like `Network.batches`: arrays that are overwritten when the next batch is asked for."""
    buffers = [np.empty((size, layer.shape[1]), np.float32) for layer in layers]
    for start in range(0, len(layers[0]), size):
        parts = [layer[start : start + size] for layer in layers]
        lent = [b[: len(p)] for b, p in zip(buffers, parts, strict=True)]
        for buffer, part in zip(lent, parts, strict=True):
            buffer.flags.writeable = True
            buffer[:] = part
            buffer.flags.writeable = False
        yield start, lent


def naive_reduced(sample, factor):
    """Every window's mean, of the float64 values of one sample in its shape."""
    *spatial, features = sample.shape
    found = np.empty([*(-(-size // factor) for size in spatial), features])
    for place in itertools.product(*(range(size) for size in found.shape[:-1])):
        window = tuple(slice(factor * p, factor * (p + 1)) for p in place)
        for f in range(features):
            found[(*place, f)] = np.mean(sample[(*window, f)])
    return found


def naive(layers, shapes, chosen):
    """Maps of all layers, one after the other, in the mean over the chosen samples."""
    found = []
    for layer, shape in zip(layers, shapes, strict=True):
        factor = maps.shown_shape(shape)[1]
        samples = layer[chosen].astype(np.float64).reshape(-1, *shape)
        found.append(np.mean([naive_reduced(one, factor) for one in samples], axis=0).ravel())
    return np.concatenate(found)


@pytest.mark.parametrize(
    ("shape", "shown", "factor"),
    [
        ((), (), 1),
        ((1000,), (1000,), 1),
        ((200_000,), (200_000,), 1),
        ((24, 24, 20), (24, 24, 20), 1),
        ((32, 32, 64), (32, 32, 64), 1),
        ((32, 32, 65), (16, 16, 65), 2),
        ((112, 112, 64), (28, 28, 64), 4),
        ((5, 300, 300), (2, 100, 300), 3),
        ((70_000, 1), (35_000, 1), 2),
        ((2, 2, 70_000), (1, 1, 70_000), 2),
        ((1, 1, 70_000), (1, 1, 70_000), 1),
    ],
)
def test_shown_shapes(shape, shown, factor):
    assert maps.shown_shape(shape) == (shown, factor)


@given(st.lists(st.integers(1, 300), min_size=2, max_size=3))
def test_the_smallest_factor_is_taken(shape):
    shown, factor = maps.shown_shape(tuple(shape))
    assert shown[-1] == shape[-1]

    def size(by):
        return math.prod(-(-s // by) for s in shape[:-1]) * shape[-1]

    assert math.prod(shown) == size(factor) <= maps.MOST
    assert factor == 1 or size(factor - 1) > maps.MOST


def test_offsets():
    assert maps.offsets([(28, 28, 1), (512, 512, 3), (), (10,)]) == [
        (0, (28, 28, 1), 1),
        (784, (128, 128, 3), 4),
        (784 + 49_152, (), 1),
        (784 + 49_152 + 1, (10,), 1),
    ]
    assert maps.offsets([]) == []


@settings(max_examples=60, deadline=None)
@given(
    shape=st.lists(st.integers(1, 7), min_size=1, max_size=4).map(tuple),
    most=st.integers(1, 40),
    count=st.integers(0, 3),
)
def test_windows_are_averaged(shape, most, count):
    flat = rng(2).standard_normal((count, math.prod(shape)))
    with patch.object(maps, "MOST", most):
        shown, factor = maps.shown_shape(shape)
        found = maps.reduce(flat, shape)
        assert maps.reduce(flat.astype(np.float32), shape).dtype == np.float32
    assert found.shape == (count, *shown)
    for sample, expected in zip(found, flat.reshape(count, *shape), strict=True):
        np.testing.assert_allclose(sample, naive_reduced(expected, factor), atol=1e-12)


def test_single_values_have_no_axes():
    assert maps.reduce(np.ones((3, 1), np.float32), ()).shape == (3,)


@pytest.mark.parametrize("most", [1000, 12])
@pytest.mark.parametrize("size", [1, 4, 11, 30])
def test_mean_of_all(most, size):
    layers = outputs(11)
    with patch.object(maps, "MOST", most):
        found = maps.mean(batches(layers, size), SHAPES, 11)
        assert found.dtype == np.float32
        np.testing.assert_allclose(found, naive(layers, SHAPES, slice(None)), atol=1e-6)


def test_a_single_sample_is_shown_as_it_is():
    layers = outputs(1)
    found = maps.mean(batches(layers), SHAPES, 1)
    assert np.array_equal(found, np.concatenate([layer[0] for layer in layers]))


@pytest.mark.parametrize("most", [1000, 12])
def test_means_of_classes(most):
    labels = np.array([0, 2, 2, -1, 0, 3, 2, 2, -1, 3, 0])
    layers = outputs(11)
    with patch.object(maps, "MOST", most):
        found = maps.by_class(batches(layers), SHAPES, labels, 5, 11)
        assert found.dtype == np.float32
        assert len(found) == 5
        assert np.isnan(found[[1, 4]]).all()
        for k in (0, 2, 3):
            expected = naive(layers, SHAPES, labels == k)
            np.testing.assert_allclose(found[k], expected, atol=1e-6)


def test_many_samples_lose_no_digits():
    layer = np.full((4000, 3), 16_777_217 / 3, np.float32)
    layer[:, 0] += np.arange(4000) % 2
    found = maps.mean(batches([layer], 300), [(3,)], 4000)
    np.testing.assert_array_equal(found, layer.astype(np.float64).mean(axis=0).astype(np.float32))


def test_values_that_are_not_finite_stay_so():
    layer = outputs(4, [(4, 4, 1)])[0]
    layer[0, 0], layer[1, 5], layer[2, 5] = np.nan, np.inf, -np.inf
    with patch.object(maps, "MOST", 4):
        found = maps.mean(batches([layer]), [(4, 4, 1)], 4)
    assert np.isnan(found).tolist() == [True, False, False, False]
    with patch.object(maps, "MOST", 4):
        infinite = maps.mean(batches([layer[1:2]]), [(4, 4, 1)], 1)
    assert infinite[0] == np.inf


def test_progress_and_cancelling():
    heard = []
    layers = outputs(11)
    maps.mean(batches(layers), SHAPES, 11, lambda fraction, _="": heard.append(fraction))
    assert heard == [4 / 11, 8 / 11, 1]

    def stop(fraction, text=""):
        raise Cancelled("enough")

    with pytest.raises(Cancelled):
        maps.by_class(batches(layers), SHAPES, np.zeros(11, int), 1, 11, stop)


def test_wrong_arguments_are_refused():
    layers = outputs(11)
    labels = np.zeros(11, int)
    with pytest.raises(ParameterError, match="at least one sample"):
        maps.mean(batches(layers), SHAPES, 0)
    with pytest.raises(ShapeError, match=r"shape \(4, 4\) are 16 values each; got \(4, 12\)"):
        maps.mean(batches(layers), [*SHAPES[:2], (4, 4)], 11)
    with pytest.raises(ShapeError, match=r"need \(11,\) integer labels; got int64 of \(10,\)"):
        maps.by_class(batches(layers), SHAPES, labels[1:], 1, 11)
    with pytest.raises(ShapeError, match="got float64"):
        maps.by_class(batches(layers), SHAPES, labels.astype(float), 1, 11)
    with pytest.raises(ParameterError, match="from 1 to 1"):
        maps.by_class(batches(layers), SHAPES, labels + 1, 1, 11)
    for count in (10, 12):
        with pytest.raises(ShapeError, match=f"of {count} samples were given outputs of 1"):
            maps.mean(batches(layers), SHAPES, count)
    with pytest.raises(MemoryBudgetError, match=r"3 classes, 79 values each, take 2,844 bytes"):
        maps.by_class(batches(layers), SHAPES, labels, 3, 11, budget=2843)
    assert maps.by_class(batches(layers), SHAPES, labels, 3, 11, budget=2844).shape == (3, 79)
