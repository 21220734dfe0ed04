"""Islands of one class inside another: where they lie, what is near them, and in which order."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis import pockets, trust
from analysis.errors import NotFiniteError, ParameterError, ShapeError
from analysis.pockets import Samples
from analysis.territory import Window

UNIT = Window(0.0, 1.0, 0.0, 1.0)
FOUR = ((0, 1), (0, -1), (1, 0), (-1, 0))
NAMES = ("ship", "car", "bird", "cat")


def picture(text):
    """Rows of digits."""
    return np.array([[int(c) for c in row] for row in text.split()])


def find(labels, certainty=None, window=UNIT, samples=None, **options):
    labels = np.asarray(labels)
    certainty = np.full(labels.shape, 0.5) if certainty is None else certainty
    return pockets.find(labels, certainty, window, samples, **options)


def only(found):
    assert len(found.listed) == 1
    return found.listed[0]


# Naively


def flood(start, moves, allowed):
    seen, todo = {start}, [start]
    while todo:
        r, c = todo.pop()
        for dr, dc in moves:
            to = (r + dr, c + dc)
            if to not in seen and allowed(to):
                seen.add(to)
                todo.append(to)
    return seen


def cells(side):
    return {(r, c) for r in range(side) for c in range(side)}


def holding(labels, pocket):
    """Cells of the component that a pocket's centre lies in."""
    start = (pocket.row, pocket.column)
    inside = cells(len(labels))
    return frozenset(flood(start, FOUR, lambda p: p in inside and labels[p] == labels[start]))


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10**6), filled=st.floats(0.3, 1))
def test_centres_are_deepest_then_surest_then_first(seed, filled):
    draw = np.random.default_rng(seed)
    labels = np.zeros((30, 30), int)
    labels[15:, 15:] = 1  # the territory
    labels[2:9, 3:12] = draw.random((7, 9)) < filled
    labels[5, 5:8] = 1
    certainty = draw.integers(0, 3, (30, 30)) / 4
    found = find(labels, certainty, smallest=1).listed
    assert found
    for pocket in found:
        island = holding(labels, pocket)
        sea = cells(15) - island

        def rank(p, sea=sea):
            depth = min((p[0] - r) ** 2 + (p[1] - c) ** 2 for r, c in sea)
            return (-depth, -certainty[p], p)

        assert (pocket.row, pocket.column) == min(island, key=rank)
        assert pocket.certainty == certainty[pocket.row, pocket.column]
        assert pocket.pixels == len(island)
        assert pocket.share == len(island) / 900
        rows, columns = zip(*island, strict=True)
        box = (pocket.box.left, pocket.box.right, pocket.box.bottom, pocket.box.top)
        expected = min(columns), max(columns) + 1, 29 - max(rows), 30 - min(rows)
        np.testing.assert_allclose(np.array(box) * 30, expected, atol=1e-9)


def test_the_centre_of_a_crescent_lies_in_it():
    labels = picture(
        """0000000000
           0111111000
           0100000000
           0100000000
           0100000000
           0100000000
           0111111000
           0000000000
           0000000011
           0000011111"""
    )
    labels = np.pad(labels, ((0, 6), (0, 6)), constant_values=1)
    pocket = only(find(labels))
    assert pocket.pixels == 16
    assert labels[pocket.row, pocket.column] == 1
    assert pocket.column == 1 or pocket.row in (1, 6)
    assert pocket.centre == ((pocket.column + 0.5) / 16, 1 - (pocket.row + 0.5) / 16)


NESTED = """0000000000
            0222222220
            0211111120
            0212222120
            0212332120
            0212332120
            0212222120
            0211111120
            0222222220
            0000000000"""


def test_islands_in_islands_are_each_reported_with_what_is_around_them():
    labels = np.pad(picture(NESTED), ((0, 20), (0, 20)))
    for label, column in ((1, 0), (2, 10), (3, 20)):
        labels[20:, column : column + 10] = label  # their territories
    found = {(p.label, p.pixels): p for p in find(labels, order="size").listed}
    assert set(found) == {(2, 28), (1, 20), (2, 12), (3, 4)}
    assert [found[key].inside for key in found] == [0, 2, 1, 2]
    assert all(p.rim_share == 1.0 for p in found.values())  # a hole is no part of a rim
    assert not any(p.cut for p in found.values())
    assert list(found) == [(2, 28), (1, 20), (2, 12), (3, 4)]  # by size


def test_the_largest_component_of_a_class_is_its_territory_wherever_it_lies():
    labels = np.zeros((9, 9), int)
    labels[3:6, 3:6] = 1
    assert find(labels).listed == ()
    labels[7, 1:4] = 1
    assert only(find(labels)).pixels == 3


def test_a_rim_of_two_classes_needs_four_fifths_of_one():
    labels = np.zeros((12, 12), int)
    labels[8:, 4:] = 1
    labels[2, 2:5] = 1  # 12 pixels of rim
    labels[1, 1:3] = 2
    assert only(find(labels)).rim_share == pytest.approx(10 / 12)
    labels[1, 3] = 2
    assert find(labels).listed == ()


def test_beyond_the_border_nobody_knows():
    labels = np.zeros((20, 20), int)
    labels[10:, 5:15] = 1
    labels[0:4, 8:12] = 1  # 12 pixels of rim in the picture, 6 beyond: no pocket
    assert find(labels).listed == ()
    labels[0:4, 8:12] = 0
    labels[0:12, 2] = 1  # 27 in the picture, 3 beyond
    pocket = only(find(labels))
    assert pocket.cut
    assert pocket.rim_share == pytest.approx(27 / 30)
    assert pockets.sentence(pocket, NAMES).endswith("it may go on beyond the picture")


@pytest.mark.parametrize("side", [1, 2, 8])
def test_one_class_has_no_islands(side):
    assert find(np.full((side, side), 3)) == pockets.Pockets((), 0, 0)


def test_all_pixels_different_are_all_territories():
    assert find(np.arange(400).reshape(20, 20), smallest=1) == pockets.Pockets((), 0, 0)


def test_noise_gives_a_short_list_and_counts_the_rest():
    draw = np.random.default_rng(0)
    labels = draw.integers(0, 2, (100, 100)).astype(np.int16)
    every = find(labels, smallest=1, most=10**6)
    some = find(labels, smallest=3, most=20)
    assert len(some.listed) == 20
    assert some.left_out > 100
    assert some.too_small > 500
    kept = [p for p in every.listed if p.pixels >= 3]
    assert list(some.listed) == kept[:20]
    assert some.left_out == len(kept) - 20
    assert find(labels, most=0).listed == ()


# Samples


def two_islands():
    """Islands of 'car' at (0.25, 0.75) and (0.75, 0.25) in 'ship', and its territory below."""
    labels = np.zeros((40, 40), int)
    labels[8:12, 8:12] = labels[28:32, 28:32] = 1
    labels[36:, :20] = 1
    return labels


def test_samples_in_an_island_and_near_it_are_named():
    draw = np.random.default_rng(1)
    points = draw.random((300, 2))
    points[:3] = [[0.25, 0.75], [0.21, 0.79], [0.24, 0.76]]
    truth = draw.integers(0, 2, 300)
    found = find(two_islands(), samples=Samples(points, truth), order="size")
    assert len(found.listed) == 2
    unit = trust.extent(points)
    for pocket in found.listed:
        top = pocket.row < 20
        low, high = (0.2, 0.3) if top else (0.7, 0.8)
        lower, upper = (0.7, 0.8) if top else (0.2, 0.3)
        inside = [i for i, (x, y) in enumerate(points) if low <= x < high and lower < y <= upper]
        assert pocket.samples == tuple(inside)
        assert pocket.turned == sum(truth[i] == 0 for i in inside)
        away = [math.dist(pocket.centre, p) / unit for p in points]
        order = sorted(range(300), key=away.__getitem__)
        assert pocket.nearest == tuple(order[:5])
        np.testing.assert_allclose(pocket.distances, sorted(away)[:5])
        assert pocket.near == trust.near(trust.spacing(points))
        own = min(away[i] for i in range(300) if truth[i] == 1)
        expected = 0.5 * own / (own + pocket.near) + pocket.turned / (len(inside) + 1)
        assert pocket.suspicion == pytest.approx(expected)
    assert {0, 1, 2} <= set(found.listed[0].samples + found.listed[1].samples)


def test_a_firm_island_without_samples_of_its_class_comes_first():
    certainty = np.full((40, 40), 0.3)
    certainty[28:32, 28:32] = 0.9
    grid = np.stack(np.meshgrid(np.arange(0.5, 20) / 20, np.arange(0.5, 20) / 20), -1)
    points = grid.reshape(-1, 2)
    truth = np.where(np.hypot(*(points - [0.25, 0.75]).T) < 0.06, 1, 0)
    first, second = find(two_islands(), certainty, samples=Samples(points, truth)).listed
    assert first.row > 20
    assert first.suspicion > second.suspicion
    assert find(two_islands(), certainty).listed[0].suspicion == 0.9  # no samples: none near


def test_an_island_full_of_turned_samples_comes_before_a_firm_empty_one():
    """A backdoor: samples truly of the class around, decided to be another."""
    labels = two_islands()
    draw = np.random.default_rng(2)
    points = np.concatenate([draw.uniform((0.2, 0.7), (0.3, 0.8), (20, 2)), draw.random((80, 2))])
    points[20:][(points[20:, 0] > 0.65) & (points[20:, 1] < 0.35)] = 0.5, 0.5
    truth = np.zeros(100, int)
    truth[20:][points[20:, 1] < 0.1] = 1
    certainty = np.where(labels == 1, 0.9, 0.5)
    first, second = find(labels, certainty, samples=Samples(points, truth)).listed
    assert set(range(20)) <= set(first.samples)
    assert first.turned >= 20
    assert second.samples == ()
    assert second.suspicion < first.suspicion
    assert "truly 'ship'" in pockets.sentence(first, NAMES)
    # The other way round, samples that are rightly there allay the suspicion.
    truth[:20] = 1
    calm = {p.row < 20: p for p in find(labels, certainty, samples=Samples(points, truth)).listed}
    assert calm[True].suspicion < calm[False].suspicion


def test_one_sample_is_enough_of_a_map():
    found = find(two_islands(), samples=Samples(np.array([[0.25, 0.75]]), np.array([-1])))
    assert all(p.nearest == (0,) and p.near == 0 for p in found.listed)
    assert [p.samples for p in found.listed] in ([(0,), ()], [(), (0,)])
    assert all(p.turned == 0 for p in found.listed)
    assert all(p.suspicion == 0.5 for p in found.listed)


def test_sentences():
    labels = two_islands()
    empty = find(labels).listed[0]
    assert pockets.sentence(empty, NAMES) == "16 pixels of 'car' inside 'ship', no sample near"
    points = np.array([[0.25, 0.75], [0.24, 0.74], [0.75, 0.175], [0.9, 0.0], [0, 1], [1, 1]])
    truth = np.array([0, 0, 1, 0, 0, 0])
    found = {p.row < 20: p for p in find(labels, samples=Samples(points, truth)).listed}
    assert pockets.sentence(found[True], NAMES) == (
        "16 pixels of 'car' inside 'ship', 2 samples in it, all truly 'ship'"
    )
    away = pockets.sentence(found[False], NAMES)
    assert away.startswith("16 pixels of 'car' inside 'ship', the nearest sample ")
    assert away.endswith(" % of the map away")
    truth[1] = 1
    found = find(labels, samples=Samples(points[:2], truth[:2])).listed
    told = sorted(pockets.sentence(p, NAMES) for p in found)
    assert told[0] == "16 pixels of 'car' inside 'ship', 2 samples in it, 1 truly 'ship'"
    assert told[1] == "16 pixels of 'car' inside 'ship', no sample near"


def test_pockets_lie_where_the_window_says():
    window = Window(-4.0, 4.0, 100.0, 120.0)
    moved = {p.row: p for p in find(two_islands(), window=window).listed}
    for row, pocket in {p.row: p for p in find(two_islands()).listed}.items():
        x, y = pocket.centre
        assert moved[row].centre == pytest.approx((-4 + 8 * x, 100 + 20 * y))
        assert moved[row].box.left == pytest.approx(-4 + 8 * pocket.box.left)
        assert moved[row].box.top == pytest.approx(100 + 20 * pocket.box.top)


def test_what_does_not_fit_is_refused():
    good = np.zeros((4, 4), int)
    with pytest.raises(ShapeError, match="square"):
        find(np.zeros((3, 4), int))
    with pytest.raises(ShapeError, match="integers"):
        find(good * 1.0)
    with pytest.raises(ShapeError, match="certainty"):
        find(good, np.zeros((5, 5)))
    with pytest.raises(NotFiniteError):
        find(good, np.full((4, 4), np.nan))
    for labels in (good - 1, good + 10**6):
        with pytest.raises(ParameterError, match="Labels"):
            find(labels)
    for options in ({"smallest": 0}, {"most": -1}, {"order": "beauty"}):
        with pytest.raises(ParameterError, match="smallest"):
            find(good, **options)
    with pytest.raises(ShapeError, match="true classes"):
        find(good, samples=Samples(np.zeros((3, 2)), np.zeros(2, int)))
