"""Islands on a map of classes, and what lies around them.

Islands hang together by their sides; what surrounds them, by sides and corners, so that a line of
pixels that an island cannot cross is one that its surroundings can follow.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from .types import Array

CROSS = ndimage.generate_binary_structure(2, 1)
SQUARE = ndimage.generate_binary_structure(2, 2)
BEYOND = -1
"""Class of what lies beyond the borders of the picture."""

SMALLEST_RING = 8
"""Pixels of the smallest island with a hole."""


@dataclass(frozen=True)
class Island:
    """A component of pixels of one class.

    Attributes:
        mask: (h + 2, w + 2) bool, its pixels in their box, with a border of others.
        top, left: the first row and column of the box in the picture.
    """

    label: int
    mask: Array
    pixels: int
    top: int
    left: int

    def cells(self) -> tuple[Array, Array]:
        """Rows and columns of its pixels in the picture, in reading order."""
        row, column = np.nonzero(self.mask)
        return row + (self.top - 1), column + (self.left - 1)

    def depths(self) -> Array:
        """(pixels,) distance of each pixel to the nearest one that is not the island's."""
        depth: Array = ndimage.distance_transform_edt(self.mask)[self.mask]
        return depth


@dataclass(frozen=True)
class Shore:
    """What lies around an island.

    Attributes:
        inside: the class that most of its rim is of, the first of several.
        share: of the rim, that this class has; 0 if the rim is of no other class at all.
        cut: whether a part of the rim lies beyond the picture.
    """

    inside: int
    share: float
    cut: bool


def components(labels: Array, smallest: int) -> tuple[list[Island], int]:
    """Islands of at least that many pixels, class by class, and how many smaller ones there are.

    The largest component of a class, the first in reading order of several, is no island.
    """
    found, too_small = [], 0
    for label, box in enumerate(ndimage.find_objects(labels + 1)):
        if box is None:
            continue
        parts, _ = ndimage.label(labels[box] == label, CROSS)
        sizes = np.bincount(parts.reshape(-1))
        sizes[0] = 0
        counted = sizes >= smallest
        main = int(sizes.argmax())
        too_small += int((~counted[1:]).sum()) - (not counted[main])
        for part, place in enumerate(ndimage.find_objects(parts), start=1):
            if part == main or not counted[part]:
                continue
            mask = np.pad(parts[place] == part, 1)
            top, left = (b.start + p.start for b, p in zip(box, place, strict=True))
            found.append(Island(label, mask, int(sizes[part]), top, left))
    return found, too_small


def shore(labels: Array, island: Island) -> Shore:
    """The pixels that touch an island, by sides or corners, but for those in its holes.

    A hole is a part of the picture that the island cuts off from all that lies outside of it. The
    rim of an island that touches the border goes on beyond it, where no class is known.

    Args:
        labels: (s, s) integers, 0 or more: the picture of the island.
    """
    height, width = island.mask.shape
    top, left = island.top - 1, island.left - 1
    here = np.full((height, width), BEYOND, labels.dtype)
    seen = labels[max(0, top) : top + height, max(0, left) : left + width]
    down, right = max(0, -top), max(0, -left)
    here[down : down + seen.shape[0], right : right + seen.shape[1]] = seen

    around: Array = ndimage.binary_dilation(island.mask, SQUARE) & ~island.mask
    if island.pixels >= SMALLEST_RING:
        parts, _ = ndimage.label(~island.mask, SQUARE)
        around &= parts == parts[0, 0]
    rim = here[around]
    classes, counts = np.unique(rim, return_counts=True)
    counts[(classes == island.label) | (classes == BEYOND)] = 0
    first = int(counts.argmax())
    share = float(counts[first] / len(rim))
    return Shore(int(classes[first]), share, cut=bool((rim == BEYOND).any()))
