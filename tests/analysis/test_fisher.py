"""Fisher distances against their definition, a closed form, and what any metric keeps."""

from __future__ import annotations

import math
from itertools import pairwise
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy.spatial import distance

from analysis import fisher, lines
from analysis.errors import Cancelled, ModelError, NotFiniteError, ParameterError, ShapeError

FAR = math.sqrt(math.log(2))


def softmax(z):
    e = np.exp(z - z.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def classifier(d=5, c=4, seed=0, sharp=2.0):
    """A random softmax classifier of two layers; works in float64, row by row."""
    draw = np.random.default_rng(seed)
    into, out = draw.standard_normal((d, 7)), draw.standard_normal((7, c)) * sharp

    def predict(x):
        hidden = np.tanh((x.reshape(len(x), -1, 1).astype(np.float64) * into).sum(axis=1))
        return softmax((hidden[:, :, None] * out).sum(axis=1))

    return predict


def apart(p, q):
    """The definition, in float64."""
    p, q = np.asarray(p, np.float64) + 1e-10, np.asarray(q, np.float64) + 1e-10
    m = (p + q) / 2
    return math.sqrt(max(0.0, 0.5 * np.sum(p * np.log(p / m)) + 0.5 * np.sum(q * np.log(q / m))))


def walked(predict, a, b, steps):
    on_line = [a + (b - a) * k / (steps + 1) for k in range(steps + 2)]
    said = [predict(np.asarray([point]))[0] for point in on_line]
    return sum(apart(said[k], said[k + 1]) for k in range(steps + 1))


@pytest.mark.parametrize("steps", [1, 5, 17])
def test_distances_are_those_of_a_plain_loop(steps):
    predict = classifier()
    x = np.random.default_rng(3).standard_normal((8, 5)).astype(np.float32)
    found = fisher.distances(predict, x, steps)
    assert found.shape == (8, 8)
    assert found.dtype == np.float32
    plain = [[walked(predict, a, b, steps) for b in x.astype(float)] for a in x.astype(float)]
    np.testing.assert_allclose(found, plain, atol=2e-6)
    np.testing.assert_array_equal(found, found.T)
    assert not np.diag(found).any()


def test_every_point_inside_a_pair_is_evaluated_once():
    inner, asked = classifier(), []

    def predict(x):
        asked.extend(map(tuple, x))
        return inner(x)

    x = np.random.default_rng(0).standard_normal((9, 5)).astype(np.float32)
    fisher.distances(predict, x, 5)
    assert len(asked) == len(set(asked)) == 9 + 36 * 5


def test_arcs_are_the_distances_of_their_pairs():
    predict = classifier()
    draw = np.random.default_rng(5)
    x, y = (draw.standard_normal((n, 5)).astype(np.float32) for n in (6, 4))
    between = lines.of(predict)
    a, b = between.hold(x), between.hold(y)
    first, second = np.array([5, 0, 0, 2, 5]), np.array([3, 3, 0, 1, 3])
    found = fisher.arcs(between, a, first, b, second, 5)
    assert found.dtype == np.float32
    for i, (p, q) in enumerate(zip(first, second, strict=True)):
        assert found[i] == pytest.approx(walked(predict, x[p], y[q], 5), abs=2e-6)
    back = fisher.arcs(between, b, second, a, first, 5)
    np.testing.assert_allclose(back, found, atol=1e-6)
    assert fisher.arcs(between, a, first[:0], b, second[:0], 5).shape == (0,)


@pytest.mark.parametrize("limit", [1, 40, 1000])
def test_pieces_and_batches_change_nothing(limit):
    predict = classifier()
    x = np.random.default_rng(3).standard_normal((20, 5)).astype(np.float32)
    whole = fisher.distances(predict, x)
    with (
        patch.object(fisher, "_VALUES", limit),
        patch.object(fisher, "_ROWS", limit),
        patch.object(lines, "BATCH", limit),
    ):
        np.testing.assert_array_equal(fisher.distances(predict, x), whole)


def logistic(x):
    second = 1 / (1 + np.exp(-x[:, :1].astype(np.float64)))
    return np.concatenate([1 - second, second], axis=1)


def test_the_length_on_a_logistic_model_tends_to_its_closed_form():
    """Between p and p + dp the divergence tends to dp^2 / (8 p (1 - p)), whose root sums up to
    |asin sqrt p - asin sqrt q| / sqrt 2. Halving segments quarters what is missing, and the
    triangle inequality lets sums only grow."""
    ends = np.array([[-3.0, 7.0], [1.5, -2.0]], np.float32)
    angles = np.arcsin(np.sqrt(logistic(ends)[:, 1]))
    limit = abs(angles[0] - angles[1]) / math.sqrt(2)
    missing = [limit - fisher.distances(logistic, ends, k)[0, 1] for k in (5, 11, 23, 47, 95)]
    assert missing == sorted(missing, reverse=True)
    assert 0 < missing[-1] < 2e-5
    for before, after in pairwise(missing[:4]):
        assert before / after == pytest.approx(4, rel=0.1)


def test_what_the_network_does_not_see_adds_no_distance():
    x = np.array([[1.0, 0.0], [1.0, 50.0], [1.0, -3.0]], np.float32)
    assert not fisher.distances(logistic, x).any()


def test_equal_samples_are_no_distance_apart():
    predict = classifier()
    x = np.random.default_rng(1).standard_normal((4, 5)).astype(np.float32)
    found = fisher.distances(predict, np.concatenate([x, x]))
    assert not np.diag(found[:4, 4:]).any()
    np.testing.assert_allclose(found[:4, :4], found[4:, 4:], atol=1e-7)
    assert not fisher.distances(predict, np.repeat(x[:1], 5, axis=0)).any()


def test_a_saturated_network_counts_boundaries():
    """With one class certain everywhere, a distance is sqrt(ln 2) for every change on the way."""

    def predict(x):
        return np.eye(3)[np.clip(np.floor(x[:, 0]), 0, 2).astype(int)]

    x = np.array([[0.5], [0.9], [1.5], [2.9]], np.float32)
    changes = np.array([[0, 0, 1, 2], [0, 0, 1, 2], [1, 1, 0, 1], [2, 2, 1, 0]])
    np.testing.assert_allclose(fisher.distances(predict, x), changes * FAR, atol=2e-6)


@pytest.mark.parametrize("classes", [1, 2])
def test_one_sample_and_one_class(classes):
    def predict(x):
        return np.full((len(x), classes), 1 / classes)

    np.testing.assert_array_equal(fisher.distances(predict, np.ones((1, 3))), [[0.0]])
    assert not fisher.distances(predict, np.eye(3)).any()


SIMPLEX = hnp.arrays(
    np.float64, (3, 4), elements=st.sampled_from([0.0, 1e-9, 1e-4, 0.3, 1.0, 1.001, 40.0])
).filter(lambda rows: (rows.sum(axis=1) > 0).all())


@settings(max_examples=60, deadline=None)
@given(SIMPLEX)
def test_the_metric_is_one(rows):
    p, q, r = rows / rows.sum(axis=1, keepdims=True)
    pq, qr, pr = fisher.metric(np.array([p, q, p]), np.array([q, r, r]))
    assert pr <= pq + qr + 1e-12
    assert 0 <= pr <= FAR + 1e-12
    assert fisher.metric(r[None], p[None])[0] == pr
    assert fisher.metric(p[None], p[None])[0] == 0
    assert (pr == 0) == np.array_equal(p, r)
    assert pr == pytest.approx(apart(p, r), abs=5e-8)
    assert pr == pytest.approx(distance.jensenshannon(p, r), abs=2e-5)


def test_small_distances_keep_their_digits():
    """Next to p the divergence is sum of (p - q)^2 / (8 p): nothing of it may be lost."""
    p = np.array([0.3, 0.6, 0.1])
    step = np.array([1.0, -0.25, -0.75])
    for size in (1e-3, 1e-6, 1e-9):
        found = fisher.metric(p[None], (p + size * step)[None])[0]
        wanted = size * np.sqrt((step**2 / (8 * p)).sum())
        assert found == pytest.approx(wanted, rel=10 * size + 1e-6)


@pytest.mark.parametrize("steps", [0, -1, 101, 2.5])
def test_steps_out_of_range_are_refused(steps):
    between = lines.of(logistic)
    held = between.hold(np.zeros((2, 2)))
    with pytest.raises(ParameterError, match="1 to 100"):
        fisher.distances(logistic, np.zeros((2, 2)), steps)
    with pytest.raises(ParameterError, match="1 to 100"):
        fisher.arcs(between, held, np.zeros(1), held, np.ones(1), steps)


@pytest.mark.parametrize(
    ("spoiled", "error", "words"),
    [
        (lambda p: p * np.nan, NotFiniteError, "NaN or infinity"),
        (lambda p: np.where(p == p.max(axis=1, keepdims=True), np.inf, p), NotFiniteError, "NaN"),
        (lambda p: p - 0.3, ModelError, "not negative"),
        (lambda p: p * 2, ModelError, "sums as 2"),
        (np.sqrt, ModelError, "1 in sum"),
    ],
)
@pytest.mark.parametrize("where", ["everywhere", "inside lines"])
def test_what_is_no_probability_is_refused(spoiled, error, words, where):
    def predict(x):
        p = classifier()(x)
        bad = (x[:, 0] != np.round(x[:, 0]))[:, None] | (where == "everywhere")
        return np.where(bad, spoiled(p), p)

    x = np.arange(10.0).reshape(2, 5)  # whole numbers, with others between them
    with pytest.raises(error, match=words):
        fisher.distances(predict, x)
    p = classifier()(x)
    with pytest.raises(error, match=words):
        fisher.metric(p, spoiled(p))


def test_no_samples_are_refused():
    with pytest.raises(ShapeError, match="n > 0"):
        fisher.distances(logistic, np.empty((0, 2)))
    with pytest.raises(ShapeError, match=r"\(2, 3\), \(2, 4\)"):
        fisher.metric(np.ones((2, 3)), np.ones((2, 4)))


def test_a_cancel_stops_in_mid_run():
    asked, told = [], []

    def predict(x):
        asked.append(len(x))
        return logistic(x)

    def stop(fraction, text=""):
        told.append(fraction)
        if fraction > 0.5:
            raise Cancelled

    x = np.random.default_rng(0).standard_normal((30, 2))
    with patch.object(lines, "BATCH", 50), pytest.raises(Cancelled):
        fisher.distances(predict, x, report=stop)
    assert told == sorted(told)
    assert len(told) > 10
    assert 0.5 * 435 * 5 < sum(asked) - 30 < 0.6 * 435 * 5


def test_the_progress_of_pieces_is_that_of_the_whole():
    told = []
    x = np.random.default_rng(0).standard_normal((30, 2))
    with patch.object(fisher, "_VALUES", 500), patch.object(lines, "BATCH", 50):
        fisher.distances(logistic, x, report=lambda fraction, text="": told.append(fraction))
    assert told == sorted(told)
    assert len(told) > 40
    assert told[-1] == 1.0


@pytest.mark.parametrize(("q", "n", "d"), [(1, 1, 1), (3, 500, 20), (400, 5, 700), (2, 3, 0)])
def test_euclidean_distances_are_exact_to_float32(q, n, d):
    draw = np.random.default_rng(0)
    a, b = (draw.standard_normal((rows, d)).astype(np.float32) for rows in (q, n))
    found = fisher.euclidean(a, b)
    assert found.dtype == np.float32
    assert found.shape == (q, n)
    np.testing.assert_allclose(found, distance.cdist(*np.float64([a]), *np.float64([b])), rtol=1e-6)


def test_euclidean_distances_are_told_and_may_be_stopped():
    x, heard = np.zeros((1000, 3), np.float32), []
    fisher.euclidean(x, x, lambda fraction, text="": heard.append(fraction))
    assert heard == sorted(heard)
    assert len(heard) == 3
    assert heard[-1] == 1.0

    def stop(fraction, text=""):
        raise InterruptedError

    with pytest.raises(InterruptedError):
        fisher.euclidean(x, x, stop)


def test_near_samples_far_from_zero_keep_their_distances():
    draw = np.random.default_rng(0)
    base = draw.integers(-1000, 1000, (1, 300)).astype(np.float32)
    x = base + draw.integers(-2, 3, (6, 300)) * np.float32(2.0**-10)
    found = fisher.euclidean(x, np.concatenate([x, x]))
    np.testing.assert_allclose(found[:, :6], distance.cdist(x, x), rtol=1e-6)
    assert not np.diag(found[:, 6:]).any()


def test_euclidean_distances_refuse_what_has_none():
    a = np.ones((2, 3), np.float32)
    with pytest.raises(ShapeError, match=r"\(2, 3\) and \(2, 4\)"):
        fisher.euclidean(a, np.ones((2, 4)))
    with pytest.raises(ShapeError):
        fisher.euclidean(a, np.ones(3))
    for bad in (np.nan, np.inf, 1e30):
        with pytest.raises(NotFiniteError):
            fisher.euclidean(a, np.array([[1.0, 2.0, bad]]))


def test_mixed_distances():
    draw = np.random.default_rng(0)
    f, e = draw.random((4, 4), np.float32), draw.random((4, 4), np.float32) * 30
    scale = fisher.Scale.of(f, e)
    assert (scale.fisher, scale.euclid) == (float(f.max()), float(e.max()))
    np.testing.assert_allclose(fisher.mixed(f, e, 0, scale), f / f.max(), rtol=1e-6)
    np.testing.assert_allclose(fisher.mixed(f, e, 1, scale), e / e.max(), rtol=1e-6)
    wanted = 0.35 * f / f.max() + 0.65 * e / e.max()
    found = fisher.mixed(f, e, 0.65, scale)
    np.testing.assert_allclose(found, wanted, rtol=1e-6)
    assert found.dtype == np.float32
    nothing = np.zeros_like(f)
    flat = fisher.Scale.of(nothing, e)
    np.testing.assert_allclose(fisher.mixed(nothing, e, 0.65, flat), 0.65 * e / e.max(), rtol=1e-6)
    assert not fisher.mixed(nothing, nothing, 0.5, fisher.Scale(0.0, 0.0)).any()
    assert fisher.Scale.of(f[:0], e[:0]) == fisher.Scale(0.0, 0.0)


@pytest.mark.parametrize("lam", [-0.01, 1.01, math.nan])
def test_lam_out_of_range_is_refused(lam):
    with pytest.raises(ParameterError, match="0 to 1"):
        fisher.mixed(np.ones((2, 2)), np.ones((2, 2)), lam, fisher.Scale(1.0, 1.0))


def test_mixed_distances_are_of_the_same_pairs():
    with pytest.raises(ShapeError, match="same pairs"):
        fisher.mixed(np.ones((2, 2)), np.ones((2, 3)), 0.5, fisher.Scale(1.0, 1.0))
