"""Lines of any function that predicts: what is asked, in which pieces, and what is refused."""

from __future__ import annotations

from unittest.mock import patch

import numpy as np
import pytest

from analysis import lines
from analysis.errors import Cancelled, ParameterError, ShapeError

WEIGHTS = np.random.default_rng(1).standard_normal((6, 3)).astype(np.float32)


def softmax(z):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


class Predict:
    """A softmax classifier of (m, 2, 3) samples that keeps what it was asked."""

    def __init__(self):
        self.asked = []

    def __call__(self, x):
        assert x.shape[1:] == (2, 3)
        assert x.dtype == np.float32
        self.asked.append(x.copy())
        z = [[sum(row[d] * WEIGHTS[d, c] for d in range(6)) for c in range(3)] for row in flat(x)]
        return softmax(np.array(z, np.float64))


def flat(x):
    return x.reshape(len(x), -1)


@pytest.fixture
def samples():
    draw = np.random.default_rng(0)
    return [draw.standard_normal((n, 2, 3)).astype(np.float32) for n in (5, 4)]


FIRST, SECOND = np.array([0, 3, 3, 4, 1, 0, 2]), np.array([3, 0, 1, 2, 1, 0, 3])
PARTS = np.array([0.0, 0.2, 0.75, 1.0])


def test_points_lie_on_the_lines(samples):
    predict = Predict()
    between = lines.of(predict)
    a, b = (between.hold(x) for x in samples)
    np.testing.assert_array_equal(a.values, flat(samples[0]))
    assert a.probabilities.dtype == np.float32
    found = between.along(a, FIRST, b, SECOND, PARTS)
    assert found.shape == (7, 4, 3)
    assert found.dtype == np.float32
    for i, (p, q) in enumerate(zip(FIRST, SECOND, strict=True)):
        for k, t in enumerate(PARTS):
            point = (1 - t) * samples[0][p].astype(np.float64) + t * samples[1][q]
            np.testing.assert_allclose(found[i, k], Predict()(np.float32([point]))[0], atol=2e-6)
    np.testing.assert_allclose(found[:, 0], a.probabilities[FIRST], atol=1e-7)


@pytest.mark.parametrize("size", [1, 3, 8, 9])
def test_no_more_is_asked_at_once_than_wanted_and_the_numbers_stay(samples, size):
    predict = Predict()
    between = lines.of(predict)
    whole = between.along(*between_ends(between, samples), PARTS[1:3])
    for limit in ({"BATCH": size}, {"BATCH_BYTES": size * 6 * 4}):
        predict.asked.clear()
        with patch.multiple(lines, **limit):
            found = between.along(*between_ends(between, samples), PARTS[1:3])
        # Both points of a line are always asked for together.
        assert max(map(len, predict.asked)) == max(size // 2 * 2, 2, min(size, 5))
        assert sum(map(len, predict.asked)) == 5 + 4 + 2 * 7
        np.testing.assert_array_equal(found, whole)


def between_ends(between, samples):
    a, b = (between.hold(x) for x in samples)
    return a, FIRST, b, SECOND


def test_progress_is_told_and_a_cancel_stops_the_rest(samples):
    predict = Predict()
    between = lines.of(predict)
    ends = between_ends(between, samples)
    told = []
    with patch.object(lines, "BATCH", 4):
        between.along(*ends, PARTS, report=lambda fraction, text="": told.append(fraction))
        assert told == sorted(told)
        assert len(told) == 7
        assert told[-1] == 1.0
        predict.asked.clear()

        def stop(fraction, text=""):
            if fraction > 0.4:
                raise Cancelled

        with pytest.raises(Cancelled):
            between.along(*ends, PARTS, report=stop)
    assert len(predict.asked) == 3


def test_no_line_and_no_part_give_nothing(samples):
    between = lines.of(Predict())
    a = between.hold(samples[0])
    none = np.empty(0, np.int64)
    assert between.along(a, none, a, none, PARTS).shape == (0, 4, 3)
    assert between.along(a, FIRST, a, SECOND, np.empty(0)).shape == (7, 0, 3)


def test_what_does_not_go_together_is_refused(samples):
    between = lines.of(Predict())
    a, b = (between.hold(x) for x in samples)
    with pytest.raises(ShapeError, match="n > 0"):
        between.hold(samples[0][:0])
    with pytest.raises(ShapeError, match=r"shape \(2, 3\); got \(6,\)"):
        between.hold(flat(samples[0]))
    with pytest.raises(ParameterError, match="samples 0 to 3; got 0 to 4"):
        between.along(a, SECOND, b, FIRST, PARTS)
    with pytest.raises(ParameterError, match="got -1 to"):
        between.along(a, FIRST - 1, b, SECOND, PARTS)
    with pytest.raises(ShapeError, match="one place for each end"):
        between.along(a, FIRST, b, SECOND[1:], PARTS)
    with pytest.raises(ParameterError, match="parts from 0 to 1"):
        between.along(a, FIRST, b, SECOND, PARTS * 2)
    with pytest.raises(ParameterError, match="parts from 0 to 1"):
        between.along(a, FIRST, b, SECOND, PARTS * np.nan)
    wide = lines.Held(np.zeros((4, 7), np.float32), b.probabilities)
    with pytest.raises(ShapeError, match=r"6 values; got \(4, 7\)"):
        between.along(a, FIRST, wide, SECOND, PARTS)


@pytest.mark.parametrize("made", [np.ones(5), np.ones((4, 2)), np.ones((5, 0)), np.ones((5, 2, 1))])
def test_a_function_that_gives_no_row_to_every_sample_is_refused(samples, made):
    with pytest.raises(ShapeError, match="one row of class probabilities to every sample"):
        lines.of(lambda x: made).hold(samples[0])


def test_making_samples_ready_is_told(monkeypatch):
    monkeypatch.setattr(lines, "BATCH", 4)
    heard = []
    x = np.zeros((10, 3), np.float32)
    between = lines.of(lambda some: np.full((len(some), 2), 0.5))
    between.hold(x, lambda fraction, text="": heard.append(fraction))
    assert heard == [0.4, 0.8, 1.0]
