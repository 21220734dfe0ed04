"""How the questions about the responses of all layers at once are answered: feature maps."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from . import maps
from .errors import ParameterError
from .representations import classes_of, judged
from .types import Array, Inputs, Report, Result

if TYPE_CHECKING:
    from .network import Network
    from .workbench import Workbench


def of_samples(network: Network, inputs: Inputs, samples: Sequence[int], report: Report) -> Array:
    """The mean response of every drawn layer to some samples, one after the other: (total,)."""
    count = len(next(iter(inputs.values())))
    wanted = np.asarray(samples, np.int64)
    if not len(wanted) or wanted.min() < 0 or wanted.max() >= count:
        raise ParameterError(
            f"Feature maps are of samples 0 to {count - 1}; got {len(wanted)} samples"
            + (f" from {wanted.min()} to {wanted.max()}." if len(wanted) else ".")
        )
    chosen = {name: array[wanted] for name, array in inputs.items()}
    batches = network.batches(chosen, network.layers)
    return maps.mean(batches, shapes(network), len(wanted), report)


def mean_maps(bench: Workbench, samples: Sequence[int]) -> Result:
    """The mean response of every layer to a selection."""
    found = of_samples(bench.network, bench.dataset.inputs, samples, bench.report)
    return Result(arrays={"values": found})


def class_maps(bench: Workbench) -> Result:
    """The mean response of every layer to each class: arrays named by the class's number, NaN for
    a class without samples."""
    labels, classes = judged(bench), classes_of(bench)
    batches = bench.network.batches(bench.dataset.inputs, bench.network.layers)
    found = maps.by_class(
        batches, shapes(bench.network), labels, classes, len(labels), bench.report
    )
    return Result(
        arrays={str(number): row for number, row in enumerate(found)},
    )


def shapes(network: Network) -> list[tuple[int, ...]]:
    return [network.operation(name).shape for name in network.layers]
