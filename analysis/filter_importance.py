"""Which filters of a layer matter: what a network gets wrong without each of them.

What comes before a layer is computed once and kept; for every filter only what comes after it runs
again, also where branches pass the layer by.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from copy import copy
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from .errors import ParameterError
from .mutation import filters_of
from .types import Array, Inputs, Report, silent

if TYPE_CHECKING:
    from .network import Network

SAME = 0.999
"""Correlation from which on two filters say the same."""


@dataclass(frozen=True)
class Importance:
    """What freezing each filter of a layer does, one after the other.

    Attributes:
        accuracy: of the network as it is.
        loss: (filters,) by how much the accuracy falls without a filter; below 0 where it rises.
        by_class: (filters, classes) the same class by class, NaN for classes without samples.
        changed: (filters,) the share of samples whose predicted class is another one.
        dead: (filters,) whether a filter gives the same for all samples and positions.
        twin: (filters,) the first filter that says the same up to its scale, -1 for none.
    """

    accuracy: float
    loss: Array
    by_class: Array
    changed: Array
    dead: Array
    twin: Array


class Downstream:
    """A network behind one of its layers, whose filters can be frozen.

    Args:
        x: samples, as `Network.run` takes them.
        means: whether a frozen filter gives its mean over the samples, instead of zeros.
        counted: how many samples, of the first ones, means are taken over; None for all.
    Raises: UnknownLayerError; ParameterError for a layer without filters; ModelError.
    """

    def __init__(
        self,
        network: Network,
        x: Array | Inputs,
        layer: str,
        *,
        means: bool = False,
        counted: int | None = None,
    ) -> None:
        self.filters = filters_of(network, layer)
        self.means, self._counted = means, counted
        self._places = network.frontier(layer)
        names = [network.operations[place].name for place in self._places]
        self._run, self._size = self._function(network)
        parts = network.values(x, self._places)
        begin = sum(part.shape[1] for part in parts[: names.index(layer)])
        self.values = np.concatenate(parts, axis=1)
        self._own = slice(begin, begin + network.operation(layer).size)

    def through(self, network: Network, *, means: bool) -> Downstream:
        """The same values, and behind them a network that differs after the layer only; `means`
        as at first."""
        other = copy(self)
        other.means = means
        other._run, other._size = other._function(network)
        return other

    def _function(self, network: Network) -> tuple[Callable[[Array], Array], int]:
        return network.between(self._places, len(network.operations) - 1)

    @cached_property
    def _mean(self) -> Array:
        mean: Array = self.maps[: self._counted].mean(axis=(0, 1))
        return mean

    @property
    def maps(self) -> Array:
        """(n, positions, filters): what the layer gives; a view."""
        own = self.values[:, self._own]
        return own.reshape(len(own), -1, self.filters)

    def predict(self, frozen: Sequence[int] = (), samples: Array | None = None) -> Array:
        """(m, classes) what the network says with some filters frozen, of all samples or some."""
        values = self.values if samples is None else self.values[samples]
        found = []
        for start in range(0, len(values), self._size):
            part = values[start : start + self._size]
            if len(frozen):
                part = part.copy()
                own = part[:, self._own].reshape(len(part), -1, self.filters)
                own[:, :, list(frozen)] = self._mean[list(frozen)] if self.means else 0.0
                part[:, self._own] = own.reshape(len(part), -1)
            found.append(self._run(part))
        return np.concatenate(found)


def importance(
    network: Network,
    x: Array | Inputs,
    labels: Array,
    layer: str,
    *,
    means: bool = False,
    report: Report = silent,
) -> Importance:
    """Freeze each filter of a layer alone.

    Args:
        labels: (n,) true classes.
    Raises: as `Downstream`; ParameterError for unknown classes.
    """
    behind = Downstream(network, x, layer, means=means)
    count, classes = behind.filters, network.class_count
    truth = np.asarray(labels, np.int64)
    if truth.shape != (len(behind.values),) or truth.min() < 0 or truth.max() >= classes:
        raise ParameterError(
            f"What a filter is worth takes the true class of each of {len(behind.values)} samples, "
            f"0 to {classes - 1}; got {truth.tolist()[:5]}."
        )
    before = behind.predict().argmax(axis=1)
    known = np.bincount(truth, minlength=classes)
    right = np.bincount(truth[before == truth], minlength=classes)
    without = np.empty((count, classes))
    changed = np.empty(count)
    for number in range(count):
        after = behind.predict([number]).argmax(axis=1)
        without[number] = np.bincount(truth[after == truth], minlength=classes)
        changed[number] = (after != before).mean()
        report((number + 1) / count)
    with np.errstate(invalid="ignore"):
        by_class = (right - without) / np.where(known > 0, known, np.nan)
    dead, twin = _alike(behind.maps)
    return Importance(
        accuracy=float(right.sum() / len(truth)),
        loss=(right.sum() - without.sum(axis=1)) / len(truth),
        by_class=by_class,
        changed=changed,
        dead=dead,
        twin=twin,
    )


@dataclass(frozen=True)
class Flip:
    """Filters that turn a group of samples, in the order in which they were found.

    Attributes:
        filters: frozen together; none where no set turned any sample.
        flipped: how many samples of the group are said to be of another class than at first, with
            the first one frozen, the first two, and so on.
        classes: (group,) what the network says of them in the end.
    """

    filters: tuple[int, ...]
    flipped: tuple[int, ...]
    classes: Array


def flipping(behind: Downstream, samples: Array, most: int = 16, report: Report = silent) -> Flip:
    """Few filters of a layer without which a network says something else of a group.

    It adds the filter that turns most samples, of equal ones that which leaves the least certainty
    about what was said at first, until all are turned or `most` are frozen; of the sets on that way
    it gives the smallest that turned most. That a set does what is said of it is what the network
    says with it; that none is smaller is not claimed.

    Args:
        samples: (group,) places of samples.
    Raises: ParameterError for no samples.
    """
    chosen = np.asarray(samples, np.int64)
    if not len(chosen):
        raise ParameterError("A group to turn has samples, one at least.")
    every = np.arange(len(chosen))
    first = behind.predict((), chosen).argmax(axis=1)
    frozen: list[int] = []
    flipped: list[int] = []
    said = [first]
    rounds = min(most, behind.filters)
    while len(frozen) < rounds and not (flipped and flipped[-1] == len(chosen)):
        best: tuple[int, float, int] | None = None
        for number in range(behind.filters):
            if number in frozen:
                continue
            p = behind.predict([*frozen, number], chosen)
            turned = int((p.argmax(axis=1) != first).sum())
            score = (turned, -float(p[every, first].mean()), -number)
            if best is None or score > best:
                best, answer = score, p.argmax(axis=1)
        if best is None:
            break
        frozen.append(-best[2])
        flipped.append(best[0])
        said.append(answer)
        report(len(frozen) / rounds)
    # One more filter may turn samples back.
    size = 0 if not flipped or not max(flipped) else flipped.index(max(flipped)) + 1
    report(1.0)
    return Flip(tuple(frozen[:size]), tuple(flipped[:size]), said[size])


def _alike(maps: Array) -> tuple[Array, Array]:
    """Filters that say nothing, and those that say what an earlier one says."""
    count = maps.shape[2]
    flat = maps.reshape(-1, count).astype(np.float64)
    flat = flat - flat.mean(axis=0)
    spread = np.sqrt(np.square(flat).sum(axis=0))
    level = np.abs(maps).max(initial=0.0)
    dead = spread <= 1e-6 * max(float(level), 1e-30) * np.sqrt(len(flat))
    scaled = flat / np.where(dead, 1.0, spread)
    alike = np.abs(scaled.T @ scaled)
    twin = np.full(count, -1, np.int32)
    for number in range(count):
        earlier = np.flatnonzero((alike[number, :number] >= SAME) & ~dead[:number])
        if len(earlier) and not dead[number]:
            twin[number] = earlier[0]
    return dead, twin
