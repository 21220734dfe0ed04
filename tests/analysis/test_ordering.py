"""VAT orders against Prim's algorithm in plain Python, and against what makes an order VAT."""

from __future__ import annotations

from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy.spatial.distance import cdist, pdist, squareform
from sklearn.datasets import load_digits
from threadpoolctl import threadpool_limits

from analysis import distances, ordering, threads
from analysis.errors import Cancelled, MemoryBudgetError, NotFiniteError, ParameterError, ShapeError
from analysis.tiles import Tiles, differences
from analysis.types import METRICS, PREPROCESSINGS, silent

EVERY = [(m, p) for m in METRICS for p in PREPROCESSINGS]
REGIMES = [pytest.param(64, id="direct"), pytest.param(0, id="products")]


def rng(seed=0):
    return np.random.default_rng(seed)


def naive(d):
    """VAT as Bezdek and Hathaway wrote it down, ties by index; order and steps."""
    d = np.asarray(d).tolist()
    n = len(d)
    if n == 0:
        return [], []
    _, start = max((d[i][j], -i) for i in range(n) for j in range(n))
    order, steps, rest = [-start], [0.0], set(range(n)) - {-start}
    while rest:
        step, j = min((min(d[i][j] for i in order), j) for j in rest)
        order.append(j)
        steps.append(step)
        rest.remove(j)
    return order, steps


def assert_vat(order, steps, d, tolerance):
    """Start and every step are the best there are, but for rounding."""
    n = len(d)
    assert sorted(order.tolist()) == list(range(n))
    assert d[order[0]].max() >= d.max() - tolerance
    assert steps[0] == 0
    reach = d[order[0]].copy()
    rest = np.ones(n, dtype=bool)
    rest[order[0]] = False
    for place in range(1, n):
        nearest = reach[rest].min()
        assert abs(reach[order[place]] - nearest) <= tolerance
        assert abs(steps[place] - nearest) <= tolerance
        rest[order[place]] = False
        reach = np.minimum(reach, d[order[place]])


def vat(x, *args, direct, **kwargs):
    with patch.object(distances, "DIRECT", direct):
        return ordering.vat(x, *args, **kwargs)


def from_blocks(x, *args, **kwargs):
    return ordering.vat_from_blocks(lambda: iter([x]), len(x), *args, **kwargs)


@pytest.mark.parametrize("direct", REGIMES)
@settings(max_examples=80, deadline=None)
@given(
    x=hnp.arrays(np.int64, st.tuples(st.integers(0, 14), st.integers(0, 4)),
                 elements=st.integers(-2, 2)),
    metric=st.sampled_from(["euclidean", "manhattan"]),
)  # fmt: skip
def test_integers_with_ties_and_duplicates(direct, x, metric):
    name = {"euclidean": "sqeuclidean", "manhattan": "cityblock"}[metric]
    expected, _ = naive(cdist(x, x, name)) if x.size else (list(range(len(x))), None)
    found = vat(x, metric, direct=direct)
    assert found.dtype == np.int64
    assert found.tolist() == expected


@settings(max_examples=80, deadline=None)
@given(n=st.integers(0, 12), data=st.data(), kind=st.sampled_from(["f4", "f8", "i8", "u1"]))
def test_any_matrix(n, data, kind):
    size = n * (n - 1) // 2
    numbers = data.draw(st.lists(st.integers(0, 6), min_size=size, max_size=size))
    d = squareform(np.array(numbers, dtype=float)) if n > 1 else np.zeros((n, n))
    d = d.astype(kind)
    assert ordering.vat_from_distances(d).tolist() == naive(d)[0]


@pytest.mark.parametrize("kind", [np.float32, np.float64])
@pytest.mark.parametrize("layout", ["C", "F", "strided"])
def test_matrices_of_reals(kind, layout):
    d = squareform(pdist(rng(1).standard_normal((60, 3)))).astype(kind)
    expected = naive(d)[0]
    given_ = np.asarray(d, order="F") if layout == "F" else d
    if layout == "strided":
        given_ = np.repeat(np.repeat(d, 2, axis=0), 2, axis=1)[::2, ::2]
    before = given_.copy()
    assert ordering.vat_from_distances(given_).tolist() == expected
    assert np.array_equal(before, given_)


@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_signs(kind):
    """A negative zero ties with zero; dissimilarities below zero are in order, too."""
    d = np.array([[0, 3, 3, 1], [3, 0, 0, 0], [3, 0, 0, -0.0], [1, 0, -0.0, 0]], dtype=kind)
    assert ordering.vat_from_distances(d).tolist() == naive(d)[0] == [0, 3, 1, 2]
    d = squareform(rng(14).integers(-5, 3, size=190)).astype(kind)
    assert ordering.vat_from_distances(d).tolist() == naive(d)[0]


def test_float64_differences_count():
    d = np.ones((4, 4)) - np.eye(4)
    d[2, 3] = d[3, 2] = 1 + 1e-12
    d[2, 1] = d[1, 2] = 1 - 1e-12
    assert ordering.vat_from_distances(d).tolist() == [2, 1, 0, 3]


@pytest.mark.parametrize("direct", REGIMES)
def test_real_data_with_many_ties(direct):
    """1,797 digits of 64 integers: every distance is exact, so the order must be, too."""
    x = load_digits().data
    d = cdist(x, x, "sqeuclidean")
    start = int(np.argmax(d.max(axis=1)))
    expected, reach = [start], d[start].copy()
    reach[start] = np.inf
    taken = {start}
    while len(expected) < len(x):
        chosen = int(np.argmin(reach))
        expected.append(chosen)
        taken.add(chosen)
        reach = np.minimum(reach, d[chosen])
        reach[list(taken)] = np.inf
    assert vat(x, direct=direct).tolist() == expected
    assert ordering.vat_from_distances(d).tolist() == expected


@pytest.mark.parametrize("direct", REGIMES)
@pytest.mark.parametrize("metric", METRICS)
def test_all_equal_stay_in_place(metric, direct):
    for n in (0, 1, 2, 700):
        assert vat(np.full((n, 70), 0.3), metric, direct=direct).tolist() == list(range(n))


@pytest.mark.parametrize("direct", REGIMES)
def test_duplicates_follow_each_other(direct):
    base = rng(2).standard_normal((40, 100))
    chosen = rng(3).integers(0, 40, size=900)
    order = vat(base[chosen], direct=direct)
    groups = chosen[order]
    assert np.count_nonzero(np.diff(groups)) == len(np.unique(chosen)) - 1
    for group in np.unique(chosen):
        members = order[groups == group]
        assert members.tolist() == sorted(members.tolist())


@pytest.mark.parametrize("direct", REGIMES)
@pytest.mark.parametrize(("metric", "preprocessing"), EVERY)
def test_steps_are_nearest(metric, preprocessing, direct):
    x = rng(4).gamma(0.5, size=(300, 30)).astype(np.float32)
    x[[7, 8, 200]] = 0
    with patch.object(distances, "DIRECT", direct):
        found = from_blocks(x, metric, preprocessing)
        d = distances.matrix(lambda: iter([x]), 300, metric, preprocessing)
    assert found.steps.dtype == np.float32
    assert_vat(found.order, found.steps, d, tolerance=1e-6 * d.max())


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("d", [1, 2, 7, 64])
def test_without_a_matrix_as_with_one(metric, d):
    """More samples than candidates are looked at together, with ties and flat samples."""
    x = rng(5).integers(0, 4, size=(1300, d)).astype(np.float32)
    x[700:] = rng(6).random((600, d))
    points = distances.measure(lambda: iter([x]), 1300, metric)
    assert isinstance(points, distances.Points)
    values = np.empty((1300, 1300), dtype=np.float32)
    Tiles(values, differences(points.values, points.absolute), points.flat).run(
        points.scale, silent
    )
    order, steps = ordering._order_matrix(values, silent)
    found = from_blocks(x, metric)
    assert np.array_equal(found.order, order)
    assert np.array_equal(found.steps, points.scale.real(steps))


def test_many_samples_of_few_features_need_no_matrix():
    x = rng(7).random((3000, 2), dtype=np.float32)
    assert len(ordering.vat(x, budget=0)) == 3000
    with pytest.raises(MemoryBudgetError, match="3,000 samples"):
        ordering.vat(rng(7).random((3000, 100)), budget=2**20)


@pytest.mark.parametrize("d", [40, 300])
def test_does_not_depend_on_threads_or_blocks(d):
    x = rng(8).standard_normal((1200, d)).astype(np.float32)
    found = []
    for count in (1, 2, 4):
        with patch.object(threads, "thread_count", lambda c=count: c), threadpool_limits(count):
            found.append(from_blocks(x))
    cut = ordering.vat_from_blocks(lambda: iter(np.split(x, [1, 5, 33], axis=1)), 1200)
    for other in (*found[1:], cut):
        assert np.array_equal(found[0].order, other.order)
        assert np.array_equal(found[0].steps, other.steps)


def test_images_are_flattened_and_left_alone():
    x = rng(9).random((30, 5, 4, 3))
    before = x.copy()
    assert np.array_equal(ordering.vat(x), ordering.vat(x.reshape(30, 60)))
    assert np.array_equal(x, before)
    assert ordering.vat(np.array([3.0, 1.0, 2.0, 9.0])).tolist() == [1, 2, 0, 3]
    assert ordering.vat(np.zeros((3, 0))).tolist() == [0, 1, 2]


@pytest.mark.parametrize("d", [3, 90])
def test_clusters_come_one_after_the_other(d):
    x = rng(10).standard_normal((600, d))
    group = rng(11).integers(0, 3, size=600)
    x += 40 * group[:, None]
    found = from_blocks(x)
    assert np.count_nonzero(np.diff(group[found.order])) == 2
    borders = np.flatnonzero(np.diff(group[found.order])) + 1
    assert set(borders) == set(np.argsort(found.steps)[-2:])


def test_not_finite_is_refused():
    x = rng(12).random((6, 4))
    x[4, 1] = np.nan
    with pytest.raises(NotFiniteError, match="Activations of layer 'conv1': 1 of 6 samples"):
        from_blocks(x, what="activations of layer 'conv1'")
    with pytest.raises(NotFiniteError):
        ordering.vat(x)


@pytest.mark.parametrize("kind", [np.float32, np.float64])
@pytest.mark.parametrize("value", [np.inf, -np.inf, np.nan, -np.nan])
def test_a_matrix_that_is_not_finite_is_refused(kind, value):
    d = np.zeros((3, 3), dtype=kind)
    d[1, 2] = value
    with pytest.raises(NotFiniteError, match=r"samples 1 and 2 is -?(inf|nan)"):
        ordering.vat_from_distances(d)
    d[1, 2] = -np.finfo(kind).max
    d[0, 1] = np.finfo(kind).max
    assert ordering.vat_from_distances(d)[0] == 0


def test_wrong_arguments_are_refused():
    with pytest.raises(ShapeError, match=r"square; got shape \(3, 4\)"):
        ordering.vat_from_distances(np.zeros((3, 4)))
    with pytest.raises(ShapeError, match="square"):
        ordering.vat_from_distances(np.zeros(4))
    with pytest.raises(ShapeError, match="one number"):
        ordering.vat(np.float64(3))
    with pytest.raises(ParameterError, match="No metric"):
        ordering.vat(np.zeros((3, 4)), "chebyshev")


@pytest.mark.parametrize("d", [5, 100])
def test_progress_and_cancelling(d):
    x = rng(13).random((1500, d), dtype=np.float32)
    heard = []
    from_blocks(x, features=d, report=lambda fraction, _="": heard.append(fraction))
    assert heard == sorted(heard)
    assert heard[-1] == 1

    def stop(fraction: float, text: str = "") -> None:
        if text.startswith("Order"):
            raise Cancelled("enough")

    with pytest.raises(Cancelled):
        from_blocks(x, report=stop)
