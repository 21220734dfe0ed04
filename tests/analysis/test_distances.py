"""Distances against SciPy's in float64, and whatever must not change them."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy.spatial.distance import cdist
from threadpoolctl import threadpool_limits

from analysis import distances, threads
from analysis.errors import (
    Cancelled,
    MemoryBudgetError,
    NotFiniteError,
    ParameterError,
    ShapeError,
)
from analysis.types import METRICS, PREPROCESSINGS

EVERY = [(m, p) for m in METRICS for p in PREPROCESSINGS]
REGIMES = [pytest.param(64, id="direct"), pytest.param(0, id="products")]


def rng(seed=0):
    return np.random.default_rng(seed)


def blocks(x, *cuts):
    """A producer of features, cut at these places."""
    return lambda: iter(np.split(x, cuts, axis=1))


def matrix(x, *args, cuts=(), direct=None, **kwargs):
    with patch.object(distances, "DIRECT", distances.DIRECT if direct is None else direct):
        return distances.matrix(blocks(x, *cuts), len(x), *args, **kwargs)


def preprocessed(x, preprocessing):
    x = np.asarray(x, dtype=np.float64)
    if not x.size:
        return x
    if preprocessing == "standardise":
        deviation = x.std(axis=0)
        return (x - x.mean(axis=0)) / np.where(np.ptp(x, axis=0) == 0, np.inf, deviation)
    if preprocessing == "unit length":
        length = np.linalg.norm(x, axis=1, keepdims=True)
        return x / np.where(length == 0, 1, length)
    return x


def naive(x, metric, preprocessing="none"):
    """Pair by pair, in float64, with the rule for samples without a direction."""
    x = preprocessed(x, preprocessing)
    if not x.size:
        return np.zeros((len(x), len(x)))
    if metric not in {"cosine", "correlation"}:
        return cdist(x, x, {"euclidean": "euclidean", "manhattan": "cityblock"}[metric])
    if metric == "correlation":
        x = np.where(np.ptp(x, axis=1, keepdims=True) < 1e-12, 0, x - x.mean(axis=1, keepdims=True))
    flat = ~x.any(axis=1)
    unit = x / np.where(flat, 1, np.linalg.norm(x, axis=1))[:, None]
    found = 1 - unit @ unit.T
    found[flat[:, None] != flat] = 1
    found[flat[:, None] & flat] = 0
    return found


@pytest.mark.parametrize("direct", REGIMES)
@pytest.mark.parametrize(("metric", "preprocessing"), EVERY)
def test_is_what_scipy_says(metric, preprocessing, direct):
    x = rng(1).standard_normal((37, 40)).astype(np.float32) * 3 + 1
    names = {"manhattan": "cityblock"}
    expected = cdist(*[preprocessed(x, preprocessing)] * 2, names.get(metric, metric))
    found = matrix(x, metric, preprocessing, direct=direct)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, expected, rtol=2e-5, atol=2e-6)


@pytest.mark.parametrize(("metric", "preprocessing"), EVERY)
def test_many_panels(metric, preprocessing):
    x = rng(2).gamma(0.3, size=(25, 2600)).astype(np.float32)
    found = matrix(x, metric, preprocessing)
    np.testing.assert_allclose(found, naive(x, metric, preprocessing), rtol=3e-5, atol=3e-6)


@pytest.mark.parametrize("direct", REGIMES)
@settings(max_examples=60, deadline=None)
@given(
    x=hnp.arrays(np.float32, st.tuples(st.integers(0, 7), st.integers(0, 5)),
                 elements=st.integers(-3, 3).map(float)),
    way=st.sampled_from(EVERY),
)  # fmt: skip
def test_small_and_degenerate(direct, x, way):
    found = matrix(x, *way, direct=direct)
    np.testing.assert_allclose(found, naive(x, *way), rtol=1e-5, atol=2e-6)
    assert not np.diag(found).any()
    assert np.array_equal(found, found.T)


@pytest.mark.parametrize("direct", REGIMES)
@settings(max_examples=40, deadline=None)
@given(
    x=hnp.arrays(np.int64, st.tuples(st.integers(2, 9), st.integers(1, 90)),
                 elements=st.integers(-9, 9)),
    offset=st.sampled_from([0, 5, -1000]),
)  # fmt: skip
def test_integers_are_exact(direct, x, offset):
    x = x + offset
    square = ((x[:, None] - x) ** 2).sum(axis=2)
    expected = np.sqrt(square.astype(np.float32))
    assert np.array_equal(matrix(x.astype(np.float32), direct=direct), expected)


@pytest.mark.parametrize("direct", REGIMES)
@pytest.mark.parametrize("n", [0, 1, 2])
@pytest.mark.parametrize("d", [0, 1, 100])
@pytest.mark.parametrize("metric", METRICS)
def test_few_samples(direct, n, d, metric):
    x = rng(3).random((n, d), dtype=np.float32)
    found = matrix(x, metric, direct=direct)
    assert found.shape == (n, n)
    np.testing.assert_allclose(found, naive(x, metric), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("direct", REGIMES)
@pytest.mark.parametrize("metric", ["cosine", "correlation"])
def test_samples_without_direction(metric, direct):
    x = rng(4).standard_normal((400, 30)).astype(np.float32)
    none = [3, 390, 399]
    x[none] = 0 if metric == "cosine" else np.float32([[0.1], [7], [-1e-9]])
    found = matrix(x, metric, direct=direct)
    others = np.delete(np.arange(400), none)
    assert (found[np.ix_(none, none)] == 0).all()
    assert (found[np.ix_(none, others)] == 1).all()
    assert (found[np.ix_(others, none)] == 1).all()


def test_centring_saves_digits():
    """A common offset of 100 standard deviations would cost products four digits."""
    x = (rng(5).standard_normal((50, 200)) + 100).astype(np.float32)
    found = matrix(x)
    np.testing.assert_allclose(found, naive(x, "euclidean"), rtol=3e-6, atol=0)


@pytest.mark.parametrize("direct", REGIMES)
@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("size", [1e-30, 1e-22, 1e22, 1e33])
def test_very_small_and_large_numbers(metric, size, direct):
    x = (rng(6).random((12, 50)) * size).astype(np.float32)
    expected = naive(x.astype(np.float64) / size, metric)
    found = matrix(x, metric, direct=direct).astype(np.float64)
    if metric in {"euclidean", "manhattan"}:
        found /= size
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("sizes", [(1e-25, 1), (1, 1e-25), (1, 1e25), (1e25, 1), (1e-25, 1e25, 1)])
def test_panels_of_very_different_size(sizes):
    parts = [rng(k).random((10, 1024)) * size for k, size in enumerate(sizes)]
    x = np.concatenate(parts, axis=1).astype(np.float32)
    np.testing.assert_allclose(matrix(x), naive(x, "euclidean"), rtol=1e-5)


def test_dead_features_cost_nothing_and_change_nothing():
    x = rng(7).random((60, 300), dtype=np.float32)
    padded = np.insert(x, [0, 5, 5, 300], [[0.1, 3, -7e9, 0]], axis=1)
    assert np.array_equal(matrix(x), matrix(padded))
    few = np.insert(x[:, :3], [0] * 200, 0.3, axis=1)
    found = distances.measure(blocks(few), 60)
    assert isinstance(found, distances.Points)
    assert found.values.shape == (3, 60)


@pytest.mark.parametrize("metric", METRICS)
def test_equal_samples_have_equal_distances(metric):
    chosen = rng(8).integers(0, 300, size=900)
    x = rng(9).standard_normal((300, 150)).astype(np.float32)[chosen]
    x[np.arange(900) % 2 == 0] += np.float32(0.0)
    found = matrix(x, metric)
    first = np.unique(chosen, return_index=True)[1][np.searchsorted(np.unique(chosen), chosen)]
    assert not found[np.arange(900), first].any()
    if metric != "manhattan":
        assert np.array_equal(found, found[np.ix_(first, first)])
    np.testing.assert_allclose(found, naive(x, metric), rtol=2e-4, atol=1e-5)


def test_negative_zero_is_zero():
    x = np.maximum(rng(10).standard_normal((450, 130)), 0).astype(np.float32)
    found = matrix(np.concatenate([x, np.where(x == 0, np.float32(-0.0), x)]))
    assert np.array_equal(found[:450], found[450:])
    assert not np.diag(found[450:]).any()


@pytest.mark.parametrize(("metric", "preprocessing"), EVERY)
def test_does_not_depend_on_how_features_are_cut(metric, preprocessing):
    x = rng(11).standard_normal((50, 2300)).astype(np.float32)
    x[:, 100:180] = 0.25
    whole = matrix(x, metric, preprocessing)
    for cuts in [(1,), (0, 7, 7, 1024), (1023, 1025, 2299), tuple(range(0, 2300, 97))]:
        assert np.array_equal(whole, matrix(x, metric, preprocessing, cuts=cuts)), cuts


@pytest.mark.parametrize(("metric", "preprocessing"), [*zip(METRICS, ["none"] * 4, strict=True),
                                                       ("correlation", "standardise")])  # fmt: skip
def test_does_not_depend_on_the_number_of_threads(metric, preprocessing):
    x = rng(12).standard_normal((1003, 1100)).astype(np.float32)
    found = []
    for count in (1, 2, 3):
        with patch.object(threads, "thread_count", lambda c=count: c), threadpool_limits(count):
            found.append(matrix(x, metric, preprocessing))
    assert np.array_equal(found[0], found[1])
    assert np.array_equal(found[0], found[2])


def test_several_at_a_time():
    x = rng(13).standard_normal((500, 600)).astype(np.float32)
    expected = matrix(x)
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: distances.matrix(blocks(x, 100, 333), 500), range(8)))
    assert all(np.array_equal(expected, each) for each in found)


@pytest.mark.parametrize(("metric", "preprocessing"), EVERY)
def test_blocks_are_lent(metric, preprocessing):
    """A producer may overwrite a block once the next is asked for, and nobody else may."""
    x = rng(14).random((40, 1500), dtype=np.float32)
    passes = 0

    def produce() -> Iterator[np.ndarray]:
        nonlocal passes
        passes += 1
        buffer = np.empty((40, 100), dtype=np.float32)
        for start in range(0, 1500, 100):
            buffer.flags.writeable = True
            buffer[:] = x[:, start : start + 100]
            buffer.flags.writeable = False
            yield buffer

    found = distances.matrix(produce, 40, metric, preprocessing)
    assert np.array_equal(found, matrix(x, metric, preprocessing))
    whole_samples = metric in {"cosine", "correlation"} or preprocessing == "unit length"
    assert passes == (2 if whole_samples else 1)


def test_other_types_and_layouts():
    x = rng(15).integers(0, 9, size=(30, 100))
    expected = matrix(x.astype(np.float32))
    for other in (x, x.astype(np.float64), np.asfortranarray(x, dtype=np.float32), x.astype(">f4")):
        assert np.array_equal(matrix(other), expected)


def test_takes_the_memory_of_one_matrix():
    n = 3000
    x = rng(16).random((n, 1100), dtype=np.float32)
    x[1000:1500] = x[:500]
    matrix(x[:50])  # compiled code does not count
    tracemalloc.start()
    try:
        matrix(x)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    panel = 4 * n * 1024
    assert peak < 4 * n * n + 2.5 * panel


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 1e39])
def test_not_finite_is_refused(metric, value):
    x = rng(17).random((9, 130))
    x[6, 120] = value
    with pytest.raises(NotFiniteError, match=r"Activations of layer 'conv1': 1 of 9 .* sample 6"):
        matrix(x, metric, cuts=(50,), what="activations of layer 'conv1'")


def test_a_constant_infinity_is_refused():
    with pytest.raises(NotFiniteError, match="9 of 9 samples"):
        matrix(np.full((9, 3), np.inf, dtype=np.float32))


@pytest.mark.parametrize("d", [10, 100])
def test_distances_beyond_float32_are_refused(d):
    x = np.full((3, d), 3e38, dtype=np.float32)
    x[0] *= -1
    with pytest.raises(NotFiniteError, match="leave the range"):
        matrix(x, "manhattan")


def test_budget():
    x = rng(18).random((100, 90), dtype=np.float32)
    with pytest.raises(MemoryBudgetError, match=r"Activations.* 100 samples.*--limit 99"):
        matrix(x, budget=4 * 100 * 100 - 1, what="activations")
    assert matrix(x, budget=4 * 100 * 100).shape == (100, 100)
    few = x[:, :5]
    with pytest.raises(MemoryBudgetError):
        matrix(few, budget=0)
    assert isinstance(distances.measure(blocks(few), 100, budget=0), distances.Points)


def test_wrong_arguments_are_refused():
    x = np.zeros((4, 3), dtype=np.float32)
    with pytest.raises(ParameterError, match=r"No metric 'hamming'.*manhattan"):
        matrix(x, "hamming")
    with pytest.raises(ParameterError, match=r"No preprocessing 'whiten'.*unit length"):
        matrix(x, preprocessing="whiten")
    with pytest.raises(ParameterError, match="negative"):
        matrix(x, budget=-1)
    with pytest.raises(ShapeError, match=r"\(5, features\), got \(4, 3\)"):
        distances.matrix(blocks(x), 5)
    with pytest.raises(ShapeError, match=r"got \(4,\)"):
        distances.matrix(lambda: iter([x[:, 0]]), 4)


@pytest.mark.parametrize("features", [None, 2500])
@pytest.mark.parametrize("metric", ["cosine", "manhattan"])
def test_progress_never_falls(metric, features):
    heard = []
    x = rng(19).random((500, 2500), dtype=np.float32)
    matrix(x, metric, cuts=(900, 2000), features=features, report=lambda f, _="": heard.append(f))
    assert heard == sorted(heard)
    assert len(heard) > 5
    assert 0.9 < heard[-1] <= 1


@pytest.mark.parametrize("after", [0, 1, 3, 6])
@pytest.mark.parametrize("metric", METRICS)
def test_can_be_cancelled(metric, after):
    calls = 0

    def report(fraction: float, text: str = "") -> None:
        nonlocal calls
        calls += 1
        if calls > after:
            raise Cancelled("enough")

    x = rng(20).random((900, 1500), dtype=np.float32)
    with pytest.raises(Cancelled):
        matrix(x, metric, report=report)
    assert calls == after + 1
    assert matrix(x[:10], metric).shape == (10, 10)
