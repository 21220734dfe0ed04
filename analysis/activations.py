"""Outputs of a layer for all samples, whole or in blocks of features within a memory budget."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from . import fitting
from .errors import MemoryBudgetError
from .network import Network
from .types import Array, Inputs, Report, silent


def of(network: Network, x: Array | Inputs, layer: str, report: Report = silent) -> Array:
    """Outputs of one drawn operation.

    Args:
        x: samples, as `Network` takes them.
    Returns: (n, *shape) float32.
    Raises: UnknownLayerError; DataError if the samples do not fit.
    """
    return network.run(x, [layer], report)[layer]


def blocks(
    network: Network,
    x: Array | Inputs,
    layer: str,
    *,
    budget: int = 2 * 2**30,
    report: Report = silent,
) -> Iterator[Array]:
    """Outputs of one drawn operation as blocks of features, for layers that fit no memory.

    What fits the budget comes in one block from one pass over the samples. Otherwise there is a
    pass for every block, and a block takes at most half of the budget, because the receiver still
    holds one while the next is made. The numbers are the same for every budget.

    Args:
        budget: bytes.
        report: hears the share of all passes after every batch.
    Yields: (n, width) float32 in C order; side by side they are the (n, features) outputs.
    Raises:
        UnknownLayerError: no such operation.
        DataError: the samples do not fit.
        MemoryBudgetError: not even one feature of all samples fits.
    """
    features = int(np.prod(network.operation(layer).shape, dtype=np.int64))
    arranged = fitting.arrange(network.input_shapes, x)
    count = len(arranged)
    width = _width(count, features, budget, layer)
    passes = -(-features // width) if width else 0
    for number in range(passes):
        first = number * width
        last = min(first + width, features)
        block = np.empty((count, last - first), np.float32)
        for start, (part,) in network.batches(arranged, [layer], first, last):
            block[start : start + len(part)] = part
            done = min(count, start + network.batch_size)
            report((number + done / count) / passes)
        yield block
        del block


def _width(count: int, features: int, budget: int, layer: str) -> int:
    """Features of one block, as equal as can be."""
    column = 4 * count
    if column * features <= budget:
        return features
    most = budget // 2 // column
    if most < 1:
        raise MemoryBudgetError(
            f"One value of layer '{layer}' for {count:,} samples takes {column:,} bytes, of "
            f"which two must fit the budget of {budget:,}. Raise the budget or limit the samples."
        )
    passes = -(-features // most)
    return -(-features // passes)


def together(network: Network, layers: Sequence[str], count: int, room: int) -> list[list[str]]:
    """Layers in groups whose outputs for `count` samples fit `room` bytes at once.

    A pass over a deep network costs nearly as much for one of its layers as for many, so that
    layers in a group are had for the price of the last of them.

    Returns: the layers in their order, in consecutive groups; one that is too large stands alone.
    """
    groups: list[list[str]] = []
    taken = room + 1
    for layer in layers:
        size = 4 * count * network.operation(layer).size
        if taken + size > room:
            groups.append([])
            taken = 0
        groups[-1].append(layer)
        taken += size
    return groups
