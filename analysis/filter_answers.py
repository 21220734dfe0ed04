"""How questions about filters are answered: what each is worth, and what is said without some."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from . import added, assess, filter_importance, mutation
from .errors import MemoryBudgetError, ParameterError
from .filter_importance import Downstream
from .keys import digest
from .shelf import Shelf
from .types import Array, Result

if TYPE_CHECKING:
    from .network import Network
    from .workbench import Workbench


def filters(bench: Workbench, layer: str, means: bool, samples: Sequence[int] | None) -> Result:
    """What every filter of a layer is worth: see `filter_importance.importance`.

    Args:
        means: whether a frozen filter gives its mean over these samples, instead of zeros.
        samples: over which it is counted, of those with a true class; None for all of them.
    Returns: arrays `loss`, `changed` (filters,), `by_class` (filters, classes), NaN for classes
        without samples, `dead` (filters,) uint8, `twin` (filters,) int32; facts `accuracy`,
        `counted`.
    Raises: as `filter_importance.importance`; ParameterError without any true class;
        MemoryBudgetError if what comes before the layer does not fit.
    """
    bench.network.check_classifies()
    truth = bench.dataset.labels
    chosen = np.flatnonzero(truth >= 0)
    if samples is not None:
        chosen = np.intersect1d(chosen, np.asarray(samples, np.int64))
    if not len(chosen):
        raise ParameterError(
            "What a filter is worth is counted over samples with a true class, of which there are "
            "none here. Choose others."
        )
    _check_memory(bench, layer, len(chosen))
    inputs = {name: array[chosen] for name, array in bench.dataset.inputs.items()}
    found = filter_importance.importance(
        bench.network, inputs, truth[chosen], layer, means=means, report=bench.report
    )
    return Result(
        arrays={
            "loss": found.loss.astype(np.float32),
            "changed": found.changed.astype(np.float32),
            "by_class": found.by_class.astype(np.float32),
            "dead": found.dead.astype(np.uint8),
            "twin": found.twin.astype(np.int32),
        },
        facts={"accuracy": found.accuracy, "counted": len(chosen)},
    )


def frozen(bench: Workbench, filters: Mapping[str, Sequence[int]], means: bool) -> Result:
    """What a network says with some filters frozen.

    Only what lies behind the first layer of which some are frozen is computed, from what comes
    before it, which the process keeps for the next set.

    Returns: arrays `probabilities` (n, classes), `predicted` (n,), `confusion` (classes, classes);
        facts `accuracy` and `before`, None without true classes, `changed` (samples of which
        another class is said than before).
    Raises: as `mutation.freeze`.
    """
    bench.network.check_classifies()
    before = bench.within(0.0, 0.3).predictions()
    wanted = mutation.normalised(bench.network, filters)
    probabilities = _said_without(bench.within(0.3, 1.0), wanted, means)
    bench.report(1.0)
    predicted = probabilities.argmax(axis=1).astype(np.int32)
    truth = bench.dataset.labels
    known = truth >= 0
    return Result(
        arrays={
            "probabilities": probabilities.astype(np.float32),
            "predicted": predicted,
            "confusion": assess.confusion(truth, predicted, bench.network.class_count),
        },
        facts={
            "before": before.facts["accuracy"],
            "accuracy": float((predicted == truth)[known].mean()) if known.any() else None,
            "changed": int((predicted != before.arrays["predicted"]).sum()),
        },
    )


BEHIND: Shelf[Downstream] = Shelf(places=2)
"""What comes before a layer, of this worker process."""


def _said_without(bench: Workbench, wanted: Mapping[str, Sequence[int]], means: bool) -> Array:
    """(n, classes)"""
    network, x = bench.network, bench.dataset.inputs
    if not wanted:
        return bench.predictions().arrays["probabilities"]
    layers = list(network.layers)
    first, *others = sorted(wanted, key=layers.index)
    rest = {layer: wanted[layer] for layer in others}
    # Samples that were added leave the network as it is.
    count, counted = len(bench.dataset), added.own(bench.dataset)
    own = {name: array[:counted] for name, array in x.items()}
    given = mutation.means(network, own, rest, bench.within(0.0, 0.5).report) if means else None
    if 4 * _width(network, first) * count > bench.budget // 4:
        if given is not None:
            given |= mutation.means(network, own, [first], bench.within(0.5, 0.7).report)
        return mutation.freeze(network, wanted, given).predict(x)
    key = digest([network.fingerprint, bench.study.data, first])
    behind = BEHIND.take(key)
    if behind is None:
        behind = Downstream(network, x, first, counted=counted)
        BEHIND.put(key, behind)
    mutant = mutation.freeze(network, rest, given)
    return behind.through(mutant, means=means).predict(wanted[first])


def _width(network: Network, layer: str) -> int:
    """Values of a sample from which all that comes after a layer can be computed."""
    return sum(network.operations[place].size for place in network.frontier(layer))


def flipping(
    bench: Workbench, layer: str, means: bool, samples: Sequence[int], most: int
) -> Result:
    """Few filters of a layer without which something else is said of a group of samples.

    Returns: arrays `filters` (m,) in the order in which they were found, `flipped` (m,) how many
        samples are turned by the first one, the first two, ..., `classes` (group,) what is said of
        them in the end; fact `counted`.
    Raises: as `filter_importance.flipping`.
    """
    bench.network.check_classifies()
    chosen = np.unique(np.asarray(samples, np.int64))
    count = len(bench.dataset)
    if not len(chosen) or chosen[0] < 0 or chosen[-1] >= count:
        raise ParameterError(f"A group to turn has samples, 0 to {count - 1}; select some first.")
    _check_memory(bench, layer, len(chosen))
    inputs = {name: array[chosen] for name, array in bench.dataset.inputs.items()}
    behind = Downstream(bench.network, inputs, layer, means=means)
    found = filter_importance.flipping(behind, np.arange(len(chosen)), most, bench.report)
    return Result(
        arrays={
            "filters": np.array(found.filters, np.int32),
            "flipped": np.array(found.flipped, np.int32),
            "classes": found.classes.astype(np.int32),
        },
        facts={"counted": len(chosen)},
    )


def _check_memory(bench: Workbench, layer: str, count: int) -> None:
    taken = 2 * 4 * _width(bench.network, layer) * count
    if taken > bench.budget // 2:
        raise MemoryBudgetError(
            f"What passes layer '{layer}' takes {taken:,} bytes of {count:,} samples, with the "
            f"copy of which filters are frozen; half of the budget is {bench.budget // 2:,}. "
            "Choose fewer samples, or give a larger budget (--memory)."
        )
