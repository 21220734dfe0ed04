"""Networks of which some filters are frozen: what they would say if those had learnt nothing.

A filter is a channel of a layer: the last axis of what it gives. Frozen, it gives zeros whatever it
sees, or its mean over the data, which leaves what comes after it in the range that it knows.

Source: the mutation of NeuralVis, Zhang et al., 2019, which zeroes marked filters.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from . import fitting
from .calls import PREDICTION, Operation, Run
from .errors import ParameterError
from .operations import exchanged
from .types import Array, Inputs, Report, silent

if TYPE_CHECKING:
    from .network import Network

Frozen = Mapping[str, Sequence[int]]
"""Layer -> its filters that are frozen."""


def freeze(network: Network, frozen: Frozen, given: Mapping[str, Array] | None = None) -> Network:
    """The same network with some filters frozen.

    Args:
        given: layer -> (filters,) what the frozen ones give, as `means` has it; zeros where a layer
            is not named.
    Returns: a network with a fingerprint of its own; the very same one where nothing is frozen.
    Raises: UnknownLayerError; ParameterError for filters that a layer does not have, the input or
        the prediction.
    """
    wanted = normalised(network, frozen)
    if not wanted:
        return network
    instead = {layer: _filled(network, layer, (given or {}).get(layer)) for layer in wanted}
    operations = tuple(
        _frozen(operation, wanted[operation.name], instead[operation.name])
        if operation.name in wanted and not operation.idle
        else operation
        for operation in network.operations
    )
    told = {layer: [filters, instead[layer][filters].tolist()] for layer, filters in wanted.items()}
    text = json.dumps([network.fingerprint, told], sort_keys=True)
    return network.changed(operations, hashlib.sha256(text.encode()).hexdigest())


def means(
    network: Network, x: Array | Inputs, layers: Iterable[str], report: Report = silent
) -> dict[str, Array]:
    """Layer -> (filters,) mean of what each filter gives over all samples and positions.

    Raises: as `filters_of`; DataError if the samples do not fit.
    """
    sums = {layer: np.zeros(filters_of(network, layer)) for layer in layers}
    if not sums:
        return {}
    count = 0
    arranged = fitting.arrange(network.input_shapes, x)
    for _, parts in network.batches(arranged, list(sums)):
        for layer, values in zip(sums, parts, strict=True):
            maps = values.reshape(len(values), -1, len(sums[layer]))
            sums[layer] += maps.mean(axis=1).sum(axis=0)
        count += len(parts[0])
        report(count / len(arranged))
    return {layer: total / count for layer, total in sums.items()}


def normalised(network: Network, frozen: Frozen) -> dict[str, list[int]]:
    """The same filters, ascending and once each, without layers of which none is frozen.

    Raises: as `freeze`.
    """
    found = {}
    for layer, filters in frozen.items():
        count = filters_of(network, layer)
        chosen = sorted(set(filters))
        if any(type(one) is not int or not 0 <= one < count for one in chosen):
            raise ParameterError(
                f"Layer '{layer}' has the filters 0 to {count - 1}; got {chosen[:8]}."
            )
        if chosen:
            found[layer] = chosen
    return found


def filters_of(network: Network, layer: str) -> int:
    """How many filters a layer has.

    Raises: UnknownLayerError; ParameterError for the input and the prediction, which have none.
    """
    operation = network.operation(layer)
    if operation.run is None or operation.name == PREDICTION:
        what = "the input" if operation.run is None else "the prediction"
        raise ParameterError(
            f"'{layer}' is {what} of the network, which has no filters. Freeze those of a layer in "
            "between."
        )
    return operation.shape[-1] if operation.shape else 1


def _filled(network: Network, layer: str, mean: Array | None) -> Array:
    count = filters_of(network, layer)
    if mean is None:
        return np.zeros(count, np.float32)
    found = np.asarray(mean, np.float32)
    if found.shape != (count,) or not np.isfinite(found).all():
        raise ParameterError(
            f"The {count} filters of layer '{layer}' have one finite mean each; got an array of "
            f"shape {found.shape}."
        )
    return found


def _frozen(operation: Operation, filters: Sequence[int], given: Array) -> Operation:
    """The operation, after which the values of some filters are replaced."""
    keep = np.ones(len(given), np.float32)
    keep[list(filters)] = 0.0
    instead = np.where(keep == 0, given, 0.0).astype(np.float32)
    places = {operation.writes.index(value) for value in operation.used}
    return replace(operation, run=_then(operation.run, places, keep, instead))


def _then(run: Run | None, places: set[int], keep: Array, instead: Array) -> Run:
    def changed(values: Any) -> list[Any]:
        made = list(run(values)) if run is not None else []
        for place in places:
            made[place] = exchanged(made[place], keep, instead)
        return made

    return changed
