"""How the question about other drawings of a toured layer is answered."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from . import projections
from .types import Result, part

if TYPE_CHECKING:
    from .workbench import Workbench


def views(
    bench: Workbench, layer: str, most: int, axes: str, *, kind: str, seed: int, count: int
) -> Result:
    """Some samples of a layer, drawn in the plane by another method than a tour.

    Args:
        most, axes: as of the layer's cloud, of which the drawing is made: see `tour_answers.cloud`.
        kind: of `jumps.KINDS`.
        seed: of the method, and of the samples where there are more than `count`: these are the
            same in all layers and epochs.
    Returns: arrays `places` (m, 2) float32, NaN for samples that are not finite, and `samples` (m,)
        int32; facts "kind", "count".
    Raises: as the cloud and `projections.draw`.
    """
    found = bench.within(0.0, 0.3).ask("tour cloud", layer=layer, most=most, axes=axes)
    samples = projections.chosen(len(bench.dataset), count, seed)
    x = found.arrays["x"][samples]
    report = part(bench.report, 0.3, 1.0, f"Drawing by {kind}")
    report(0.0)
    places = projections.draw(kind, x, seed, report)
    return Result(
        arrays={"places": places.astype(np.float32), "samples": samples},
        facts={"kind": kind, "count": len(samples)},
    )
