"""Neighbours by the mixed distance, against all pairs; and what is said to be proven."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from analysis import (
    fisher,
    fisher_bounds,
    fisher_neighbours,
    fisher_scale,
    lines,
    network,
    network_lines,
)
from analysis.errors import Cancelled, NotFiniteError, ParameterError, ShapeError
from analysis.fisher import Scale
from analysis.types import silent

REFERENCE = Path(__file__).parents[3] / "shared" / "reference" / "deepview"


def classifier(d=6, c=4, seed=0, sharp=2.0):
    """A random softmax classifier of two layers; row by row, whatever the batch."""
    draw = np.random.default_rng(seed)
    into, out = draw.standard_normal((d, 8)), draw.standard_normal((8, c)) * sharp

    def predict(x):
        hidden = np.tanh((x.reshape(len(x), -1, 1).astype(np.float64) * into).sum(axis=1))
        z = (hidden[:, :, None] * out).sum(axis=1)
        e = np.exp(z - z.max(axis=1, keepdims=True))
        return e / e.sum(axis=1, keepdims=True)

    return predict


def saturated(x):
    """One of three classes for certain, by the first value."""
    return np.eye(3)[np.digitize(x.reshape(len(x), -1)[:, 0], [-0.5, 0.5])]


def drawn(n, d=6, seed=1):
    return np.random.default_rng(seed).standard_normal((n, d)).astype(np.float32)


def everything(between, a, b, *, lam, scale, steps=5):
    """Mixed distances (q, n) of all pairs; those of samples with themselves are symmetric."""
    i, j = np.triu_indices(len(a), 1) if a is b else np.indices((len(a), len(b))).reshape(2, -1)
    found = fisher.arcs(between, a, i, b, j, steps)
    euclid = np.linalg.norm(a.values[i].astype(float) - b.values[j], axis=1).astype(np.float32)
    matrix = np.zeros((len(a), len(b)), np.float32)
    matrix[i, j] = fisher.mixed(found, euclid, lam, scale)
    return np.maximum(matrix, matrix.T) if a is b else matrix


def smallest(matrix, k):
    order = np.argsort(matrix, axis=1, kind="stable")[:, :k]
    return order, np.take_along_axis(matrix, order, axis=1)


def among(x, predict=None, **options):
    """The search among samples, and all their mixed distances by the same scale."""
    between = lines.of(predict or classifier(x.shape[1]))
    held = between.hold(x)
    found = fisher_neighbours.search(between, held, held, themselves=True, **options)
    steps = options.get("steps", 5)
    matrix = everything(between, held, held, lam=options["lam"], scale=found.scale, steps=steps)
    return found, matrix


def assert_exact(found, matrix, *, own=True):
    """Proven ones have the smallest distances there are, and names that go with them."""
    k = found.indices.shape[1]
    matrix = matrix.copy()
    if own:
        np.fill_diagonal(matrix, -1.0)
    _, best = smallest(matrix, k)
    best = np.maximum(best, 0.0)
    np.testing.assert_allclose(found.distances[found.proven], best[found.proven], atol=2e-6)
    at = np.maximum(np.take_along_axis(matrix, found.indices.astype(int), axis=1), 0.0)
    np.testing.assert_allclose(found.distances, at, atol=2e-6)
    assert (found.distances[~found.proven] >= best[~found.proven] - 2e-6).all()
    assert (np.diff(found.distances, axis=1) >= 0).all()
    assert all(len(set(row)) == k for row in found.indices.tolist())


@pytest.mark.parametrize("lam", [0.0, 0.2, 0.65, 1.0])
@pytest.mark.parametrize("steps", [1, 4, 5])
def test_neighbours_are_those_of_all_pairs(lam, steps):
    found, matrix = among(drawn(120), lam=lam, k=10, steps=steps, most=120)
    assert found.proven.all()
    np.fill_diagonal(matrix, -1.0)
    indices, distances = smallest(matrix, 10)
    np.testing.assert_array_equal(found.indices, indices)
    np.testing.assert_allclose(found.distances[:, 1:], distances[:, 1:], atol=1e-6)
    assert found.pairs < 120 * 119 / 2
    assert found.evaluated <= found.pairs * steps


def test_each_is_its_own_first_neighbour_and_the_parts_mix_to_the_distances():
    found, _ = among(drawn(80), lam=0.4, k=6)
    np.testing.assert_array_equal(found.indices[:, 0], np.arange(80))
    for first in (found.distances, found.fisher, found.euclid):
        np.testing.assert_array_equal(first[:, 0], 0)
    np.testing.assert_array_equal(
        found.distances, fisher.mixed(found.fisher, found.euclid, 0.4, found.scale)
    )
    assert found.indices.dtype == np.int32
    assert {each.dtype for each in (found.distances, found.fisher, found.euclid)} == {
        np.dtype(np.float32)
    }


@settings(max_examples=12, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    n=st.integers(1, 60),
    share=st.floats(0, 1),
    most=st.floats(0, 1),
    lam=st.sampled_from([0.0, 0.1, 0.5, 0.9, 1.0]),
    steps=st.integers(1, 6),
    sharp=st.sampled_from([0.5, 3.0, 30.0]),
    kinds=st.integers(1, 60),
)
def test_what_is_proven_is_exact(*, seed, n, share, most, lam, steps, sharp, kinds):
    draw = np.random.default_rng(seed)
    x = draw.standard_normal((kinds, 3)).astype(np.float32)[
        draw.integers(0, kinds, n)
    ]  # with twins
    k = 1 + int(share * (n - 1))
    budget = k + int(most * (n - k))
    predict = classifier(3, 3, seed, sharp)
    assert_exact(*among(x, predict, k=k, lam=lam, steps=steps, most=budget))


@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 10**6), q=st.integers(1, 30), n=st.integers(1, 50), data=st.data())
def test_queries_apart_from_samples(seed, q, n, data):
    between = lines.of(classifier(3, 3, seed))
    x, y = drawn(q, 3, seed), drawn(n, 3, seed + 1)
    a, b = between.hold(x), between.hold(y)
    k = data.draw(st.integers(1, n))
    most = data.draw(st.integers(k, n))
    found = fisher_neighbours.search(between, a, b, k=k, lam=0.5, most=most)
    assert_exact(found, everything(between, a, b, lam=0.5, scale=found.scale), own=False)
    assert most < n or found.proven.all()


def test_euclidean_distances_are_between_the_samples_that_are_given():
    x = drawn(60)
    between, held = lines.of(classifier()), lines.of(classifier()).hold(x)
    between.hold(x)
    others = np.random.default_rng(5).random((60, 4, 4, 1)).astype(np.float32)
    options = {"k": 7, "lam": 1.0, "themselves": True}
    found = fisher_neighbours.search(between, held, held, x_samples=others, **options)
    flat = others.reshape(60, -1).astype(float)
    apart = np.linalg.norm(flat[:, None] - flat, axis=2)
    np.testing.assert_array_equal(found.indices, smallest(apart, 7)[0])
    np.testing.assert_allclose(found.euclid, smallest(apart, 7)[1], rtol=1e-6)
    assert found.scale.euclid == pytest.approx(apart.max(), rel=1e-6)


def test_ties_go_to_the_lower_sample_where_all_are_seen():
    x = np.repeat(drawn(12), 3, axis=0)
    found, matrix = among(x, lam=0.5, k=3, most=36)
    assert (found.distances == 0).all()
    trios = np.arange(36).reshape(12, 3).repeat(3, axis=0)
    np.testing.assert_array_equal(np.sort(found.indices, axis=1), trios)
    np.testing.assert_array_equal(found.indices[:, 1:], np.sort(found.indices[:, 1:], axis=1))
    assert_exact(found, matrix)


@pytest.mark.parametrize("lam", [0.0, 0.5, 1.0])
def test_identical_samples_are_no_distance_apart(lam):
    found, _ = among(np.ones((40, 6), np.float32), lam=lam, k=5)
    np.testing.assert_array_equal(found.distances, 0)
    assert found.proven.all()
    assert found.scale == Scale(0.0, 0.0)


def test_saturated_ends_bound_nothing_and_the_budget_says_so():
    """All bounds within a class are 0: the order is that of Euclidean distances."""
    x = np.concatenate([drawn(200), -drawn(200)])
    x[:, 1:] *= 3

    def predict(x):  # a ridge of another class within each class
        inside = np.abs(np.sin(3 * x.reshape(len(x), -1)[:, 1])) < 0.9
        return np.where(inside[:, None], saturated(x), np.roll(saturated(x), 1, axis=1))

    found, matrix = among(x, predict, lam=0.0, k=8, most=20)
    assert not found.proven.all()
    assert_exact(found, matrix)
    every, matrix = among(x, predict, lam=0.0, k=8, most=400)
    assert every.proven.all()
    assert_exact(every, matrix)


def test_a_saturated_network_costs_little_where_no_line_leaves_a_class():
    found, matrix = among(drawn(300), saturated, lam=0.0, k=10)
    assert found.proven.all()
    np.testing.assert_array_equal(found.distances, 0)
    assert_exact(found, matrix)
    assert (found.pairs * 5 - 20_000) / 300 < 100  # without those that the scale was drawn from


def test_a_budget_that_ends_says_not_proven_and_more_proves_more():
    x = drawn(150, 3)
    proven = [among(x, lam=0.05, k=12, most=most)[0].proven.mean() for most in (12, 24, 60, 150)]
    assert proven == sorted(proven)
    assert proven[0] < 0.5
    assert proven[-1] == 1.0


def test_descent_finds_neighbours_beyond_the_candidates():
    x = drawn(250, 3, 4)
    found, matrix = among(x, classifier(3, 3, 2, 8.0), lam=0.0, k=10, most=10)
    np.fill_diagonal(matrix, -1.0)
    exact = smallest(matrix, 10)[0]
    listed = fisher_bounds.side(lines.of(classifier(3, 3, 2, 8.0)).hold(x), None, "samples")
    few = fisher_bounds.candidates(
        listed, listed, found.scale, 0.0, 10, themselves=True, report=silent
    ).packed & (2**32 - 1)
    inside = np.mean([len(set(a) & set(b)) for a, b in zip(exact[:, 1:], few, strict=True)])
    after = np.mean([len(set(a) & set(b)) for a, b in zip(exact, found.indices, strict=True)]) - 1
    assert after > inside


def test_the_same_question_has_the_same_answer():
    one, two = (among(drawn(200, 4), lam=0.3, k=9, most=30, seed=3)[0] for _ in range(2))
    for name in ("indices", "distances", "fisher", "euclid", "proven"):
        np.testing.assert_array_equal(getattr(one, name), getattr(two, name))
    assert (one.evaluated, one.pairs, one.scale) == (two.evaluated, two.pairs, two.scale)


def test_another_lam_asks_the_network_for_what_is_new_alone():
    x = drawn(250)
    between = lines.of(classifier())
    held = between.hold(x)
    options = {"k": 12, "themselves": True, "scale": Scale(2.0, 6.0)}
    before = fisher_neighbours.search(between, held, held, lam=0.5, **options)
    after = fisher_neighbours.search(between, held, held, lam=0.5, known=before.known, **options)
    np.testing.assert_array_equal(after.indices, before.indices)
    assert after.evaluated < 0.1 * before.evaluated
    moved = fisher_neighbours.search(between, held, held, lam=0.6, known=before.known, **options)
    fresh = fisher_neighbours.search(between, held, held, lam=0.6, **options)
    np.testing.assert_array_equal(moved.indices, fresh.indices)
    assert moved.evaluated < 0.5 * fresh.evaluated
    where = {(i, j): f for i, j, f in zip(*vars(moved.known).values(), strict=True)}
    assert len(where) == len(moved.known)
    assert set(zip(before.known.first, before.known.second, strict=True)) <= set(where)


def test_cancelled_at_every_place():
    x = drawn(120)
    between = lines.of(classifier())
    held = between.hold(x)
    heard = []

    def listen(fraction, text=""):
        heard.append(fraction)

    options = {"k": 5, "lam": 0.3, "themselves": True}
    fisher_neighbours.search(between, held, held, report=listen, **options)
    assert heard == sorted(heard)
    assert heard[-1] == 1.0
    assert len(heard) > 10
    for place in range(0, len(heard), 5):
        calls = iter(range(len(heard)))

        def stop(fraction, text="", calls=calls, place=place):
            if next(calls) == place:
                raise Cancelled("stop")

        with pytest.raises(Cancelled):
            fisher_neighbours.search(between, held, held, report=stop, **options)


@pytest.mark.parametrize(
    ("wrong", "error", "says"),
    [
        ({"k": 31}, ParameterError, "choose 1 to 30"),
        ({"k": 0}, ParameterError, "choose 1 to 30"),
        ({"lam": 1.5}, ParameterError, "0 to 1; got 1.5"),
        ({"lam": math.nan}, ParameterError, "0 to 1; got nan"),
        ({"steps": 0}, ParameterError, "points inside a line"),
        ({"most": 4}, ParameterError, "`most` of 5 or more"),
        ({"x_samples": np.zeros((29, 6))}, ShapeError, "29 samples for 30"),
        ({"x_samples": np.full((30, 6), np.nan)}, NotFiniteError, "leave such samples out"),
        ({"x_samples": np.full((30, 6), 1e30)}, NotFiniteError, "scale the values down"),
    ],
)
def test_a_wrong_question_is_told_so(wrong, error, says):
    between = lines.of(classifier())
    held = between.hold(drawn(30))
    options = {"k": 5, "lam": 0.5, "scale": Scale(1.0, 1.0), "themselves": True} | wrong
    with pytest.raises(error, match=says):
        fisher_neighbours.search(between, held, held, **options)


def test_networks_and_pairs_that_do_not_go_together_are_told_so():
    between = lines.of(classifier())
    held, other = between.hold(drawn(30)), lines.of(classifier(5)).hold(drawn(9, 5))
    with pytest.raises(ShapeError, match="6 values"):
        fisher_neighbours.search(between, other, held, k=2, lam=0.5)
    known = fisher_bounds.Pairs(np.array([3]), np.array([40]), np.array([1.0], np.float32))
    with pytest.raises(ParameterError, match="another search"):
        fisher_neighbours.search(
            between, held, held, k=2, lam=0.5, scale=Scale(1, 1), themselves=True, known=known
        )

    def broken(x):
        found = classifier()(x)
        return found if len(x) == 30 else np.full_like(found, np.nan)

    between = lines.of(broken)
    held = between.hold(drawn(30))
    with pytest.raises(NotFiniteError, match="between these samples"):
        fisher_neighbours.search(
            between, held, held, k=2, lam=0.5, scale=Scale(1, 1), themselves=True
        )


def test_one_sample():
    found, _ = among(drawn(1), lam=0.5, k=1)
    assert (found.indices.tolist(), found.distances.tolist()) == ([[0]], [[0.0]])
    assert found.proven.all()
    assert (found.evaluated, found.pairs) == (0, 0)


# What is known before a network is asked


@settings(max_examples=8, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    offset=st.sampled_from([0.0, 100.0]),
    sharp=st.sampled_from([0.3, 5.0, 100.0]),
    lam=st.floats(0, 1),
    most=st.integers(1, 40),
)
@example(seed=0, offset=100.0, sharp=0.3, lam=1e-9, most=2)  # all distances are tiny
def test_keys_bound_mixed_distances_and_those_left_out_are_not_below_the_last(
    *, seed, offset, sharp, lam, most
):
    between = lines.of(classifier(5, 4, seed, sharp))
    held = between.hold(drawn(40, 5, seed) + np.float32(offset))
    scale = Scale(1.3, 2.1)
    matrix = everything(between, held, held, lam=lam, scale=scale, steps=1)
    side = fisher_bounds.side(held, None, "samples")
    found = fisher_bounds.candidates(side, side, scale, lam, most, themselves=True, report=silent)
    count = min(most, 39)
    assert found.packed.shape == (40, count)
    assert found.complete == (most >= 39)
    rows, columns = np.indices(found.packed.shape)
    samples, bounds = found.samples_at(rows, columns), found.bounds_at(rows, columns)
    assert (np.diff(bounds, axis=1) >= 0).all()
    assert (samples != rows).all()
    assert (bounds <= matrix[rows, samples]).all()
    left_out = np.ones((40, 40), bool)
    left_out[rows, samples] = False
    np.fill_diagonal(left_out, False)
    assert (np.where(left_out, matrix, np.inf).min(axis=1) >= bounds[:, -1]).all()


def test_bounds_are_tight():
    """They are the metric of the ends and the Euclidean distance, but for rounding and ties."""
    between = lines.of(classifier(sharp=4.0))
    held = between.hold(drawn(50))
    side = fisher_bounds.side(held, None, "samples")
    scale = Scale(1.0, 5.0)
    found = fisher_bounds.candidates(side, side, scale, 0.5, 49, themselves=True, report=silent)
    rows, columns = np.indices((50, 49))
    samples = found.samples_at(rows, columns)
    p = held.probabilities
    ends = fisher.metric(p[rows.ravel()], p[samples.ravel()]).reshape(50, 49)
    euclid = np.linalg.norm(held.values[rows] - held.values[samples], axis=2)
    exact = fisher.mixed(ends, euclid, 0.5, scale)
    gap = exact - found.bounds_at(rows, columns)
    assert gap.min() >= 0
    assert gap.max() <= fisher_bounds.TIE + 2e-5


@settings(max_examples=6, deadline=None)
@given(seed=st.integers(0, 10**6), q=st.integers(1, 600), n=st.integers(1, 600))
def test_the_largest_euclidean_distance(seed, q, n):
    draw = np.random.default_rng(seed)
    x, y = (draw.standard_t(2, (count, 3)).astype(np.float32) for count in (q, n))
    a, b = (
        fisher_bounds.Side(lines.Held(each, np.ones((len(each), 1), np.float32)), each)
        for each in (x, y)
    )
    exact = np.linalg.norm(x[:, None].astype(float) - y, axis=2).max()
    assert fisher_scale.largest_euclid(a, b, silent) == pytest.approx(exact, rel=1e-5)


def test_the_scale_is_exact_for_few_and_close_for_many():
    between = lines.of(classifier())
    for n, least in ((80, 1.0), (400, 0.95)):
        held = between.hold(drawn(n))
        side = fisher_bounds.side(held, None, "samples")
        scale, pairs = fisher_scale.estimate(
            between, side, side, 5, themselves=True, seed=0, report=silent
        )
        i, j = np.triu_indices(n, 1)
        largest = float(fisher.arcs(between, held, i, held, j, 5).max())
        assert least * largest <= scale.fisher <= largest
        assert (pairs.first < pairs.second).all()
        assert len(set(zip(pairs.first, pairs.second, strict=True))) == len(pairs)


@pytest.mark.skipif(not REFERENCE.exists(), reason="needs ../shared/reference/deepview")
def test_against_the_distances_of_the_published_program():
    known = np.load(REFERENCE / "fisher_fashion.npz")
    data = np.load(REFERENCE.parents[1] / "data" / "fashion_mnist.npz")
    x = (data["x_test"][known["index"]] / np.float32(255))[..., None].astype(np.float32)
    between = network_lines.lines(network.load(REFERENCE / "lenet_fashion.keras"))
    held = between.hold(x)
    scale = Scale(float(known["fisher"].max()), float(known["euclid"].max()))
    found = fisher_neighbours.search(
        between, held, held, x_samples=x, k=15, lam=0.5, scale=scale, themselves=True
    )
    matrix = fisher.mixed(known["fisher"], known["euclid"], 0.5, scale)
    np.fill_diagonal(matrix, 0.0)
    np.testing.assert_allclose(found.distances, smallest(matrix, 15)[1], atol=1e-4)
    assert found.proven.mean() > 0.97
    assert found.pairs < 0.4 * 200 * 199 / 2
