"""Pictures of decisions against naive loops, and sharp ones against all that could be asked."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy import ndimage

from analysis import decisions, territory
from analysis.errors import Cancelled, NotFiniteError, ParameterError, ShapeError
from analysis.territory import Window

UNIT = Window(0.0, 1.0, 0.0, 1.0)
EIGHT = np.ones((3, 3), int)


class Asked:
    """A decision that keeps what it was asked for."""

    def __init__(self, scores):
        self.scores = scores
        self.calls = []

    def __call__(self, points):
        assert points.dtype == np.float64
        assert points.ndim == 2
        self.calls.append(points.copy())
        raised = np.exp(self.scores(points))
        return (raised / raised.sum(axis=1, keepdims=True)).astype(np.float32)

    @property
    def points(self):
        return np.concatenate(self.calls) if self.calls else np.zeros((0, 2))


def painted(labels, classes=None):
    """Decides what a picture of the unit square says."""
    labels = np.asarray(labels)
    classes = classes or int(labels.max()) + 1

    def scores(points):
        row = ((1 - points[:, 1]) * len(labels)).astype(int)
        column = (points[:, 0] * len(labels)).astype(int)
        return 3.0 * np.eye(classes)[labels[row, column]]

    return Asked(scores)


def waves(seed, classes, pace):
    """Smooth: a few plane waves for each class."""
    draw = np.random.default_rng(seed)
    turns = draw.normal(0, pace, (6, 2, classes))
    starts = draw.uniform(0, 2 * math.pi, (6, classes))

    def scores(points):
        return sum(np.sin(points @ turns[k] + starts[k]) for k in range(6))

    return scores


def patches(seed, side, coarse):
    """A random picture whose classes hang together more or less."""
    draw = np.random.default_rng(seed)
    soft = ndimage.gaussian_filter(draw.standard_normal((3, side, side)), (0, coarse, coarse))
    return soft.argmax(axis=0)


def listener():
    heard = []
    return heard, lambda fraction, text="": heard.append(fraction)


# Surveys


def naive(decide, window, side):
    labels, certainty, top = (np.zeros((side, side)) for _ in range(3))
    for row in range(side):
        for column in range(side):
            x = window.left + (column + 0.5) / side * (window.right - window.left)
            y = window.top - (row + 0.5) / side * (window.top - window.bottom)
            p = decide(np.array([[x, y]]))[0].astype(float)
            entropy = -sum(v * math.log(v) for v in p if v > 0)
            labels[row, column] = p.argmax()
            certainty[row, column] = 1 - entropy / math.log(len(p))
            top[row, column] = p.max()
    return labels, certainty, top


@pytest.mark.parametrize("at_once", [1, 7, 2048])
def test_a_survey_is_a_loop_over_pixels_however_it_is_cut(monkeypatch, at_once):
    monkeypatch.setattr(decisions, "AT_ONCE", at_once)
    window = Window(-2.0, 5.0, 1.0, 3.0)
    decide = Asked(waves(1, 4, 1.5))
    heard, hear = listener()
    found = territory.survey(decide, window, 9, report=hear)
    labels, certainty, top = naive(Asked(waves(1, 4, 1.5)), window, 9)
    np.testing.assert_array_equal(found.labels, labels)
    assert len(np.unique(labels)) > 1
    np.testing.assert_allclose(found.certainty, certainty, atol=2e-6)
    np.testing.assert_allclose(found.top, top, atol=1e-6)
    assert found.labels.dtype == np.int16
    assert found.certainty.dtype == found.top.dtype == np.float32
    assert found.side == 9
    np.testing.assert_array_equal(decide.points, window.points(9))  # each once
    assert max(map(len, decide.calls)) <= at_once
    assert heard == sorted(heard)
    assert heard[-1] == 1.0


# Sharp boundaries


def stop(after):
    def report(fraction, text=""):
        if fraction >= after:
            raise Cancelled

    return report


@settings(max_examples=20, deadline=None)
@given(
    seed=st.integers(0, 9999),
    side=st.integers(1, 9),
    factor=st.integers(1, 5),
    size=st.sampled_from([0.3, 1.0, 2.0, 4.0]),
)
@example(seed=0, side=1, factor=5, size=1.0)
def test_what_a_sharp_picture_misses_are_islands_that_touch_nothing_known(seed, side, factor, size):
    """For any picture: each error lies within pixels that are truly of the class drawn there."""
    truth = patches(seed, side * factor, size)
    decide = painted(truth, 3)
    coarse = territory.survey(painted(truth, 3), UNIT, side)
    found = territory.sharpen(decide, coarse, factor)
    wrong = found.labels != truth
    assert not (wrong & found.known).any()
    parts, count = ndimage.label(wrong, EIGHT)
    for part in range(1, count + 1):
        here = parts == part
        drawn = np.unique(found.labels[here])
        assert len(drawn) == 1
        around = ndimage.binary_dilation(here, EIGHT) & ~here
        assert (truth[around] == drawn[0]).all()
        assert (found.labels[around] == drawn[0]).all()
        # Where a coarse centre is a pixel of its own, no island that holds one is missed.
        if factor % 2:
            assert not here[factor // 2 :: factor, factor // 2 :: factor].any()
    drawn, width = coarse.labels.repeat(factor, 0).repeat(factor, 1), max(1, factor // 2)
    for row, column in np.argwhere(~found.known):
        near = tuple(slice(max(0, v - width), v + width + 1) for v in (row, column))
        assert len(np.unique(drawn[near])) == 1
    # In the end neighbours of different classes are both known.
    for r, c in ((0, 1), (1, 0), (1, 1), (1, -1)):
        moved = np.roll(found.labels, (-r, -c), (0, 1)), np.roll(found.known, (-r, -c), (0, 1))
        edge = (found.labels != moved[0]) & ~(found.known & moved[1])
        inner = edge[: len(edge) - r, max(0, -c) : len(edge) - max(0, c)]
        assert not inner.any()
    assert len(decide.points) == found.asked
    assert len(np.unique(UNIT.cells(decide.points, side * factor))) == found.asked


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("factor", [2, 3, 4])
def test_smooth_decisions_are_drawn_as_if_all_had_been_asked(seed, factor):
    """Apart from slivers between coarse pixels' centres."""
    scores = waves(seed, 4, 4.0)
    window, side = Window(-0.3, 1.1, 0.0, 0.9), 24
    whole = territory.survey(Asked(scores), window, side * factor)
    coarse = territory.survey(Asked(scores), window, side)
    found = territory.sharpen(Asked(scores), coarse, factor)
    assert len(np.unique(whole.labels)) == 4
    assert (found.labels != whole.labels).mean() < 0.001
    # At centres that were known before, numbers may differ in their last digit.
    np.testing.assert_allclose(
        found.certainty[found.known], whole.certainty[found.known], atol=1e-5
    )
    assert np.abs(found.certainty - whole.certainty).max() < 0.1
    assert (coarse.labels.repeat(factor, 0).repeat(factor, 1) != whole.labels).mean() > 0.01


@pytest.mark.parametrize("factor", [2, 4, 5])
def test_discs_wider_than_a_coarse_pixel_are_exact_and_cost_little(factor):
    draw = np.random.default_rng(3)
    centres = draw.uniform(0.1, 0.9, (8, 2))
    radii = draw.uniform(1.0, 8.0, 8) / 50  # a coarse pixel is 1/50 wide

    def scores(points):
        away = np.hypot(*(points[:, None] - centres).transpose(2, 0, 1)) - radii
        inside = away.min(axis=1) < 0
        return np.stack([inside * 4.0, ~inside * 4.0], axis=1)

    coarse = territory.survey(Asked(scores), UNIT, 50)
    decide = Asked(scores)
    found = territory.sharpen(decide, coarse, factor)
    whole = territory.survey(Asked(scores), UNIT, 50 * factor)
    np.testing.assert_array_equal(found.labels, whole.labels)
    assert 0 < found.asked < 0.2 * whole.labels.size
    assert found.labels.dtype == np.int16


def test_a_thin_tongue_is_followed_to_its_end():
    """One fine pixel wide, through the middle of coarse pixels that see nothing of it."""
    factor, side = 4, 12
    truth = np.zeros((side * factor, side * factor), int)
    truth[:, :8] = 1
    truth[21, :40] = 1  # row 21 lies beside the centre line of its coarse pixels
    coarse = territory.survey(
        painted(truth[factor // 2 :: factor, factor // 2 :: factor]), UNIT, 12
    )
    assert (coarse.labels[:, 2:] == 0).all()
    found = territory.sharpen(painted(truth), coarse, factor)
    np.testing.assert_array_equal(found.labels, truth)
    assert found.asked < truth.size / 2
    island = truth.copy()
    island[21, 16:20] = 0  # cut off: now nothing leads to the rest
    found = territory.sharpen(painted(island), coarse, factor)
    np.testing.assert_array_equal(found.labels[:, :16], island[:, :16])
    assert (found.labels[21, 24:] == 0).all()


def test_where_all_is_one_class_nothing_is_asked():
    coarse = territory.survey(painted(np.zeros((1, 1), int), 3), UNIT, 6)
    heard, hear = listener()
    decide = painted(np.zeros((1, 1), int), 3)
    found = territory.sharpen(decide, coarse, 4, report=hear)
    assert found.asked == len(decide.calls) == 0
    assert found.labels.shape == (24, 24)
    assert not found.known.any()
    assert heard == [1.0]


def test_a_factor_of_one_is_the_same_picture():
    truth = patches(2, 10, 0.5)
    coarse = territory.survey(painted(truth, 3), UNIT, 10)
    found = territory.sharpen(painted(truth, 3), coarse, 1)
    np.testing.assert_array_equal(found.labels, coarse.labels)
    np.testing.assert_array_equal(found.certainty, coarse.certainty)
    assert found.asked == 0
    assert found.known.all()
    for factor in (0, -1, 1.5):
        with pytest.raises(ParameterError, match="factor"):
            territory.sharpen(painted(truth, 3), coarse, factor)


def test_sharpening_says_how_far_it_is_and_stops_when_told(monkeypatch):
    monkeypatch.setattr(decisions, "AT_ONCE", 50)
    truth = patches(5, 48, 3.0)
    coarse = territory.survey(painted(truth, 3), UNIT, 12)
    heard, hear = listener()
    whole = territory.sharpen(painted(truth, 3), coarse, 4, report=hear)
    assert len(heard) > 5
    assert heard == sorted(heard)
    assert heard[-1] == 1.0
    decide = painted(truth, 3)
    with pytest.raises(Cancelled):
        territory.sharpen(decide, coarse, 4, report=stop(0.3))
    assert 0 < len(decide.points) < whole.asked / 2


# Between pixels, and along lines


@settings(max_examples=15, deadline=None)
@given(coarse=st.integers(1, 6), side=st.integers(1, 23), seed=st.integers(0, 99))
def test_interpolation_is_bilinear_between_centres(coarse, side, seed):
    draw = np.random.default_rng(seed)
    values = draw.random((coarse, coarse)).astype(np.float32)
    values[draw.random((coarse, coarse)) < 0.1] = np.nan
    found = territory.interpolated(values, side)
    for row in range(side):
        for column in range(side):
            spots = []
            for place in (row, column):
                at = min(max((place + 0.5) * coarse / side - 0.5, 0.0), coarse - 1.0)
                low = math.floor(at + 1e-9)
                spots.append([(low, 1 - (at - low)), (low + 1, at - low)])
            expected = sum(
                values[r, c] * a * b
                for r, a in spots[0]
                for c, b in spots[1]
                if a > 1e-9 and b > 1e-9
            )
            np.testing.assert_allclose(found[row, column], expected, atol=1e-6)


def test_interpolation_keeps_planes_and_its_own_grid():
    x, y = np.meshgrid((np.arange(8) + 0.5) / 8, (np.arange(8) + 0.5) / 8)
    fine = (np.arange(32) + 0.5) / 32
    found = territory.interpolated(2 * x - y, 32)
    inside = slice(2, 30)  # between the outermost centres
    expected = 2 * fine[None, :] - fine[:, None]
    np.testing.assert_allclose(found[inside, inside], expected[inside, inside], atol=1e-6)
    holed = x.copy()
    holed[3, 3] = np.nan
    np.testing.assert_array_equal(territory.interpolated(holed, 8), holed.astype(np.float32))
    assert np.isnan(territory.interpolated(holed, 16)).sum() == 16
    with pytest.raises(ShapeError, match="square"):
        territory.interpolated(np.zeros((2, 3)), 4)


def test_places_along_a_line_are_even_and_hold_both_ends():
    found = territory.along((1.0, -2.0), (4.0, 2.0), 6)
    steps = np.diff(found, axis=0)
    np.testing.assert_allclose(steps, np.tile([0.6, 0.8], (5, 1)), rtol=1e-12)
    assert tuple(found[0]) == (1.0, -2.0)
    assert tuple(found[-1]) == (4.0, 2.0)
    np.testing.assert_array_equal(territory.along((1, 2), (3, 4), 1), [[1, 2]])
    np.testing.assert_array_equal(territory.along((1, 2), (1, 2), 3), [[1, 2]] * 3)
    with pytest.raises(ParameterError, match="points"):
        territory.along((0, 0), (1, 1), 0)
    with pytest.raises(NotFiniteError):
        territory.along((0, 0), (math.nan, 1), 4)
