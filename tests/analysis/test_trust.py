"""What can be trusted of a map, against loops over samples and pixels."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis import territory, trust
from analysis.errors import NotFiniteError, ParameterError, ShapeError
from analysis.territory import Window

UNIT = Window(0.0, 1.0, 0.0, 1.0)
NOBODY = np.zeros(0, np.int64)


def cloud(n, seed=0, size=1.0):
    return np.random.default_rng(seed).standard_normal((n, 2)) * size


def judge(error, reach, own=(0.0,), apart=(0.1,), contradicting=NOBODY):
    return trust.trusted(
        np.asarray(error, np.float32),
        np.asarray(reach, np.float32),
        own_error=np.asarray(own, np.float32),
        apart=np.asarray(apart, np.float32),
        contradicting=contradicting,
    )


def test_extent_is_the_mean_of_both_ranges():
    assert trust.extent(np.array([[0, 10], [4, 12], [1, 11]])) == 3.0
    assert trust.extent(np.array([[7.0, 7.0]])) == 1.0
    assert trust.extent(np.full((5, 2), 3.0)) == 1.0


@settings(max_examples=30, deadline=None)
@given(n=st.integers(1, 12), side=st.integers(1, 7), seed=st.integers(0, 999))
def test_nearest_sample_is_what_a_loop_finds(n, side, seed):
    points = np.random.default_rng(seed).integers(0, 4, (n, 2)) * 0.37  # many at one place
    window = Window(-0.2, 1.31, -0.1, 1.4)
    distance, index = trust.nearest(points, window, side)
    assert distance.dtype == np.float32
    assert index.dtype == np.int32
    unit = trust.extent(points)
    for pixel, (x, y) in enumerate(window.points(side)):
        away = [math.hypot(x - a, y - b) / unit for a, b in points]
        row, column = divmod(pixel, side)
        assert distance[row, column] == pytest.approx(min(away), abs=1e-6)
        found = index[row, column]
        assert away[found] == pytest.approx(min(away), abs=1e-6)
        # Of samples at one place the first.
        assert found == min(i for i in range(n) if (points[i] == points[found]).all())


@settings(max_examples=30, deadline=None)
@given(n=st.integers(2, 12), seed=st.integers(0, 999))
def test_spacing_is_what_nearest_finds_without_the_sample(n, seed):
    points = np.random.default_rng(seed).integers(0, 5, (n, 2)).astype(float)
    found = trust.spacing(points)
    assert found.dtype == np.float32
    for i in range(n):
        away = min(math.dist(points[i], points[j]) for j in range(n) if j != i)
        assert found[i] == pytest.approx(away / trust.extent(points), abs=1e-6)


def test_units_are_those_of_the_map_on_any_scale():
    points = cloud(40)
    window = territory.around(points)
    scaled = Window(*(100 * side for side in (window.left, window.right)), -500, 800)
    there = Window(window.left, window.right, -5.0, 8.0)
    for one, other in zip(
        trust.nearest(points, there, 9), trust.nearest(100 * points, scaled, 9), strict=True
    ):
        np.testing.assert_allclose(one, other, rtol=1e-5)
    np.testing.assert_allclose(trust.spacing(points), trust.spacing(100 * points), rtol=1e-5)
    again = points + cloud(40, 1, 0.1)
    np.testing.assert_allclose(
        trust.missed(points, again), trust.missed(100 * points, 100 * again), rtol=1e-5
    )


def test_round_trips_end_where_they_began_or_are_measured():
    window, side = Window(-1.0, 3.0, 0.0, 2.0), 4
    again = window.points(side)
    assert (trust.round_trip(window, side, again, unit=2.0) == 0).all()
    again[0] += (3.0, -4.0)
    again[1] = np.nan, 0.0
    again[5] = np.inf, 0.0
    found = trust.round_trip(window, side, again.astype(np.float32), unit=2.0)
    assert found.shape == (4, 4)
    assert found.dtype == np.float32
    assert found[0, 0] == pytest.approx(2.5)  # the upper left pixel
    np.testing.assert_array_equal(np.argwhere(np.isnan(found)), [[0, 1], [1, 1]])
    assert np.nansum(found) == pytest.approx(2.5)


def test_round_trips_of_samples_are_measured_alike():
    points = np.array([[0.0, 0.0], [2.0, 4.0]])
    again = np.array([[3.0, 4.0], [2.0, 4.0]])
    np.testing.assert_allclose(trust.missed(points, again), [5 / 3, 0])
    assert np.isnan(trust.missed(points, again * [[np.nan], [1]])).tolist() == [True, False]


def test_samples_that_contradict_their_region():
    drawn = np.array([0, 1, 2, -1, 4], np.int16)
    predicted = np.array([0, 2, 2, 3, 0])
    np.testing.assert_array_equal(trust.contradictions(drawn, predicted), [1, 4])
    assert len(trust.contradictions([], [])) == 0
    for bad in ((drawn, predicted[:3]), (drawn, predicted * 1.0), (drawn[None], predicted[None])):
        with pytest.raises(ShapeError, match="integers"):
            trust.contradictions(*bad)


# The rule


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 9999), n=st.integers(1, 40), exact=st.booleans())
def test_the_rule_is_what_its_words_say(seed, n, exact):
    draw = np.random.default_rng(seed)
    error, reach = draw.random((2, 6, 6)).astype(np.float32) * 0.3
    error[draw.random((6, 6)) < 0.15] = np.nan
    own = np.zeros(n) if exact else draw.random(n) * 0.3
    apart = draw.random(n) * 0.2
    found = judge(error, reach, own, apart)
    # Limits: the least values that so many samples do not exceed.
    least = min(v for v in np.float32(apart) if (np.float32(apart) <= v).mean() >= 0.99)
    back = min(v for v in np.float32(own) if (np.float32(own) <= v).mean() >= 0.95)
    assert found.reach_limit == least
    assert found.error_limit == max(back, least)
    counts = dict.fromkeys(("trusted", "far", "astray", "unknown"), 0)
    for row in range(6):
        for column in range(6):
            e, r = error[row, column], reach[row, column]
            if r > found.reach_limit:
                kind = "far"
            elif math.isnan(e):
                kind = "unknown"
            else:
                kind = "trusted" if e <= found.error_limit else "astray"
            counts[kind] += 1
            assert found.mask[row, column] == (kind == "trusted")
    shares = (found.share, found.too_far, found.astray, found.unknown)
    np.testing.assert_allclose(shares, np.array(list(counts.values())) / 36)
    assert found.mask.dtype == bool
    assert found.samples == n


def test_samples_of_the_same_kind_would_be_trusted_without_themselves():
    """The limit of reach is a promise about samples that the map has not seen."""
    points = cloud(500)
    limit = trust.near(trust.spacing(points))
    left_out = np.arange(0, 500, 5)
    rest = np.delete(points, left_out, axis=0)
    away = np.array([np.hypot(*(rest - points[i]).T).min() for i in left_out])
    assert (away / trust.extent(points) <= limit).mean() >= 0.95
    assert limit < 0.2


def test_an_inverse_map_that_runs_through_its_samples_can_still_be_trusted_between_them():
    found = judge(np.full((4, 4), 0.05), np.full((4, 4), 0.05), own=[0.0] * 9, apart=[0.06] * 9)
    assert found.mask.all()
    assert found.error_limit == found.reach_limit == pytest.approx(0.06)


def test_one_sample_and_none_known_say_nothing_for_the_map():
    points = np.array([[2.0, 3.0]])
    apart = trust.spacing(points)
    assert apart.tolist() == [math.inf]
    assert trust.near(apart) == 0.0
    reach, index = trust.nearest(points, territory.around(points), 4)
    assert (index == 0).all()
    found = judge(np.zeros((4, 4)), reach, own=[np.nan], apart=apart)
    assert found.share == 0.0
    assert found.too_far == 1.0
    assert found.sentence.startswith("None of the map can be trusted: that takes a sample within 0")
    alike = np.ones((20, 2))
    assert (trust.spacing(alike) == 0).all()
    assert trust.near(trust.spacing(alike)) == 0.0


def test_coarse_round_trips_are_interpolated_and_what_is_unknown_stays_so():
    error = np.full((4, 4), 0.01)
    error[1, 2] = np.nan
    error[3, 0] = 1.0
    found = judge(error, np.zeros((16, 16)))
    fine = territory.interpolated(error, 16)
    np.testing.assert_array_equal(found.mask, fine <= found.error_limit)
    assert found.unknown == 36 / 256 + 28 / 256  # the pixel and half of those around it: 8 x 8
    assert found.share + found.too_far + found.astray + found.unknown == pytest.approx(1)
    assert found.astray > 0


def test_the_sentence_says_it_all():
    reach = np.zeros((10, 10))
    reach[:2] = 0.5
    error = np.zeros((10, 10))
    error[5, :7] = 0.4
    error[6, :5] = np.nan
    found = judge(error, reach, own=[0.02] * 600, apart=[0.031] * 600, contradicting=np.arange(12))
    assert found.sentence == (
        "68 % of the map can be trusted: there, a sample lies and the round trip ends within "
        "3.1 % of the map's extent. 20 % is too far from any sample; 7 % comes back elsewhere; "
        "5 % has no known round trip. 12 of 600 samples lie in a region of another class."
    )
    error[:] = 0
    found = judge(error, reach * 0, own=[0.2], apart=[0.1], contradicting=np.array([0]))
    assert found.sentence == (
        "100 % of the map can be trusted: there, a sample lies within 10 % of the map's extent "
        "and the round trip ends within 20 %. 1 of 1 samples lies in a region of another class."
    )
    assert judge(error, reach * 0).sentence.endswith(
        "None of 1 samples lies in a region of another class."
    )


def test_limits_beyond_the_map_are_written_out():
    found = judge(np.zeros((4, 4)), np.zeros((4, 4)), own=[4.2], apart=[1.97])
    assert (
        "within 200 % of the map's extent and the round trip ends within 420 %." in found.sentence
    )


def test_shares_are_never_rounded_to_all_or_nothing():
    assert [trust.percent(s) for s in (0, 1e-6, 0.004, 0.006, 0.5, 0.996, 1 - 1e-9, 1)] == [
        "0 %", "less than 1 %", "less than 1 %", "1 %", "50 %", "more than 99 %",
        "more than 99 %", "100 %",
    ]  # fmt: skip


def test_what_does_not_fit_is_refused():
    points = cloud(5)
    with pytest.raises(ShapeError, match="rows"):
        trust.nearest(np.zeros((0, 2)), UNIT, 4)
    with pytest.raises(NotFiniteError):
        trust.spacing(points * np.nan)
    with pytest.raises(ShapeError, match="Round trips of 16"):
        trust.round_trip(UNIT, 4, np.zeros((9, 2)), unit=1.0)
    for unit in (0.0, -1.0, math.nan, math.inf):
        with pytest.raises(ParameterError, match="unit"):
            trust.round_trip(UNIT, 1, np.zeros((1, 2)), unit=unit)
    with pytest.raises(ShapeError, match="Round trips of 5"):
        trust.missed(points, points[:3])
    good = np.zeros((3, 3))
    with pytest.raises(ShapeError, match="square"):
        judge(good[:2], good)
    with pytest.raises(ShapeError, match="all samples"):
        judge(good, good, own=[0.1, 0.2], apart=[0.1])
    with pytest.raises(ShapeError, match="each sample"):
        judge(good, good, own=[], apart=[])
    for bad in ({"reach": good * np.nan}, {"reach": good - 1}, {"error": good - 1}):
        with pytest.raises(ParameterError, match="negative"):
            judge(**{"error": good, "reach": good, **bad})
