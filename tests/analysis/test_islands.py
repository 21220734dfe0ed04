"""Components and what lies around them, against flood fills written out."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis import islands, pockets
from analysis.territory import Window

FOUR = ((0, 1), (0, -1), (1, 0), (-1, 0))
EIGHT = (*FOUR, (1, 1), (1, -1), (-1, 1), (-1, -1))


def flood(start, moves, allowed):
    seen, todo = {start}, [start]
    while todo:
        r, c = todo.pop()
        for dr, dc in moves:
            to = (r + dr, c + dc)
            if to in allowed and to not in seen:
                seen.add(to)
                todo.append(to)
    return frozenset(seen)


def square(low, high):
    return {(r, c) for r in range(low, high) for c in range(low, high)}


def parts(labels):
    """(class, pixels) of every component, in reading order."""
    left = square(0, len(labels))
    while left:
        start = min(left)
        part = flood(start, FOUR, {p for p in left if labels[p] == labels[start]})
        yield int(labels[start]), part
        left -= part


def naive(labels, smallest):
    """{pixels: (class, class around it, share, cut)} of all islands; how many are too small."""
    side, everything = len(labels), list(parts(labels))
    main = {}
    for label, part in everything:
        if label not in main or len(part) > len(main[label]):
            main[label] = part
    found, small = {}, 0
    for label, part in everything:
        if part is main[label]:
            continue
        if len(part) < smallest:
            small += 1
            continue
        sea = flood((-1, -1), EIGHT, square(-1, side + 1) - part)
        rim = {(r + dr, c + dc) for r, c in part for dr, dc in EIGHT} & sea
        count = Counter(int(labels[p]) for p in rim & square(0, side))
        count[label] = 0
        inside = min(count, key=lambda k: (-count[k], k))
        found[part] = label, inside, count[inside] / len(rim), bool(rim - square(0, side))
    return found, small


def made(labels, smallest):
    whole, small = islands.components(labels, smallest)
    found = {}
    for island in whole:
        rows, columns = (v.tolist() for v in island.cells())
        pixels = list(zip(rows, columns, strict=True))
        assert pixels == sorted(pixels)
        assert len(pixels) == island.pixels
        shore = islands.shore(labels, island)
        found[frozenset(pixels)] = island.label, shore.inside, shore.share, shore.cut
    assert len(found) == len(whole)
    return found, small


@settings(max_examples=50, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    side=st.integers(1, 11),
    rare=st.sampled_from([0.1, 0.3, 0.5, 0.7]),
    classes=st.integers(1, 4),
    smallest=st.integers(1, 4),
)
def test_islands_and_shores_are_what_flood_fills_find(seed, side, rare, classes, smallest):
    draw = np.random.default_rng(seed)
    labels = draw.integers(0, classes, (side, side)) * (draw.random((side, side)) < rare)
    found, small = made(labels, smallest)
    expected, expected_small = naive(labels, smallest)
    assert small == expected_small
    assert set(found) == set(expected)
    for part, (label, inside, share, cut) in expected.items():
        assert found[part][0] == label
        assert found[part][2:] == (pytest.approx(share), cut)
        if share:
            assert found[part][1] == inside
    listed = pockets.find(
        labels, np.zeros((side, side)), Window(0, 1, 0, 1), smallest=smallest, most=10**6
    ).listed
    kept = sorted((v[0], v[1], len(p), v[3]) for p, v in expected.items() if v[2] >= 0.8)
    assert sorted((p.label, p.inside, p.pixels, p.cut) for p in listed) == kept


def ring(side=24):
    """A ring of 1 in 0 with 2 in its hole, and the territories of 1 and 2."""
    labels = np.zeros((side, side), int)
    labels[2:7, 2:7] = 1
    labels[3:6, 3:6] = 2
    labels[12:, :12] = 1
    labels[12:, 12:] = 2
    return labels


def shore_at(labels, row, column):
    for island in islands.components(labels, 1)[0]:
        if (row, column) in zip(*island.cells(), strict=True):
            return islands.shore(labels, island)
    raise AssertionError("no island there")


def test_a_hole_is_no_part_of_a_rim():
    labels = ring()
    assert shore_at(labels, 2, 2) == islands.Shore(0, 1.0, False)
    assert shore_at(labels, 4, 4) == islands.Shore(1, 1.0, False)


def test_a_hole_that_is_open_at_a_corner_is_part_of_what_is_outside():
    labels = ring()
    labels[6, 6] = 0
    assert shore_at(labels, 2, 2).share == pytest.approx(24 / 32)  # 8 of 2 touch it from inside
    labels[6, 6] = 1
    labels[6, 4] = 0
    assert shore_at(labels, 2, 2).share == pytest.approx(25 / 33)


def test_islands_do_not_hang_together_by_corners():
    labels = np.zeros((12, 12), int)
    labels[9:, :] = 1
    labels[2, 2:5] = labels[3, 5:8] = 1
    found, _ = made(labels, 1)
    assert sorted(map(len, found)) == [3, 3]
    for _, inside, share, _ in found.values():
        assert (inside, share) == (0, pytest.approx(11 / 12))


def test_pixels_of_the_own_class_at_the_corners_never_surround_an_island():
    labels = np.indices((9, 9)).sum(axis=0) % 2
    for island in islands.components(labels, 1)[0]:
        shore = islands.shore(labels, island)
        assert shore.inside == 1 - island.label
        assert shore.share <= 0.5
