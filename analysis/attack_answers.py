"""How questions about attacks are answered: ways of samples, and how much a network withstands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from . import attacks, tour_answers
from .attacks import doubts, norms, problem
from .errors import MemoryBudgetError, ParameterError
from .representations import judged
from .types import Array, Report, Result, part

if TYPE_CHECKING:
    from .workbench import Workbench

APART = 0.5
"""Share of a layer's own length by which an attacked sample must differ, to have parted there."""


def way(
    bench: Workbench,
    attack: str,
    samples: Sequence[int],
    *,
    epsilon: float,
    norm: str,
    steps: int,
    step: float | None,
    target: int | None,
    seed: int,
) -> Result:
    """The way of some samples, step by step, and what the network says on it.

    Args:
        attack: a name in `attacks.REGISTRY`.
        samples: of the study; those that the network gets wrong go nowhere on purpose, and are
            told apart.
        epsilon, norm, steps, step, target, seed: as of `attacks.Attack.trajectory`.
    Returns: arrays `x` (n, steps + 1, *shape), `probabilities` (n, steps + 1, classes), `samples`
        (n,), `left` (n,) the classes that are to be left, `begins`, `ends` (n,) predicted classes,
        `fooled` (n,) uint8, `l2`, `linf` (n,) lengths of the whole change, `parting` (n, layers)
        how far attacked samples are from clean ones in every layer, as a share of the clean ones'
        length; facts `study` (fingerprints of network and data), `asked` (how it was attacked),
        `layers`, `counted` (samples that were right at first), `fooled` (of those),
        `success`, `l2`, `linf` (means of those that were fooled), `parts at` (the first layer from
        which half of them are APART or more, None if there is none), `doubts`.
    Raises: ParameterError, ModelError, DataError; MemoryBudgetError if the way does not fit.
    """
    method, chosen = attacks.get(attack), _chosen(bench, samples)
    x, left = _clean(bench, chosen)
    taken = 4 * 2 * (steps + 1) * x.size
    if taken > bench.budget // 2:
        each = taken // len(chosen)
        raise MemoryBudgetError(
            f"{steps} steps of {len(chosen):,} samples take {taken / 2**20:,.1f} MiB; there is "
            f"room for {bench.budget / 2**21:,.1f}, enough for {bench.budget // 2 // each:,}. "
            "Attack fewer samples, or take fewer steps. Whoever runs the server can give it more "
            "(--memory)."
        )
    moved = method.trajectory(
        bench.network,
        x,
        left,
        epsilon,
        steps,
        target=target,
        norm=norm,
        step=step,
        seed=seed,
        report=part(bench.report, 0.0, 0.8, method.title),
    )
    said = _predicted(bench, moved, part(bench.report, 0.8, 0.9))
    begins, ends = said[0].argmax(axis=1), said[-1].argmax(axis=1)
    counted = begins == left if target is None else begins != target
    fooled = counted & (ends != left if target is None else ends == target)
    l2, linf = (norms.lengths(moved[-1] - moved[0], name) for name in ("l2", "linf"))
    layers, parting = _parting(bench, moved[0], moved[-1], part(bench.report, 0.9, 1.0))
    return Result(
        arrays={
            "x": np.ascontiguousarray(moved.swapaxes(0, 1)),
            "probabilities": np.ascontiguousarray(said.swapaxes(0, 1)),
            "samples": chosen.astype(np.int32),
            "left": left.astype(np.int32),
            "begins": begins.astype(np.int32),
            "ends": ends.astype(np.int32),
            "fooled": fooled.astype(np.uint8),
            "l2": l2.astype(np.float32),
            "linf": linf.astype(np.float32),
            "parting": parting.astype(np.float32),
        },
        facts={
            "study": [bench.study.network, bench.study.data],
            "asked": {
                "attack": attack,
                "epsilon": epsilon,
                "norm": norm,
                "steps": steps,
                "step": step,
                "target": target,
                "seed": seed,
            },
            "layers": layers,
            "counted": int(counted.sum()),
            "fooled": int(fooled.sum()),
            "success": _mean(fooled[counted]),
            "l2": _mean(l2[fooled]),
            "linf": _mean(linf[fooled]),
            "parts at": _first_apart(layers, parting[fooled]),
            "doubts": [
                *_unmoved(linf),
                *doubts.of(bench.network, x, left, target, method),
            ],
        },
    )


def cloud(
    bench: Workbench, layer: str, most: int, axes: str, attacked: Mapping[str, Any]
) -> Result:
    """Attacked samples in a layer at every step, along the axes of its `tour_answers.cloud`.

    Args:
        layer, most, axes: as of that cloud.
        attacked: parameters of the "attack".
    Returns: arrays `x` (n, steps + 1, w), `samples` (n,); fact `steps`.
    Raises: as `way` and `tour_answers.space_of`.
    """
    found = bench.within(0.0, 0.6).ask("attack", **attacked).arrays
    ways = found["x"]
    n, stops = ways.shape[:2]
    d = bench.network.operation(layer).size
    space = None
    if d > most:
        space, _ = tour_answers.space_of(bench.within(0.6, 0.8), layer, most, axes)
    x = np.empty((n * stops, min(d, most)), np.float32)
    (name,) = bench.network.input_shapes
    flat = ways.reshape(n * stops, *ways.shape[2:])
    for start, (values,) in bench.network.batches({name: flat}, [layer]):
        x[start : start + len(values)] = values if space is None else space.along(values)
        bench.report(0.8 + 0.2 * min(1.0, (start + len(values)) / len(x)))
    return Result(
        arrays={"x": x.reshape(n, stops, -1), "samples": found["samples"]},
        facts={"steps": stops - 1},
    )


def withstood(
    bench: Workbench,
    attack: str,
    samples: Sequence[int],
    *,
    epsilons: Sequence[float],
    norm: str,
    steps: int,
    seed: int,
) -> Result:
    """How many samples a network still gets right, the further they may be changed.

    A sample that fell has fallen for all larger epsilons: what was found lies in their balls, too.

    Args:
        epsilons: ascending.
    Returns: arrays `samples` (n,), `fell` (n,) place in `epsilons` of the first attack that
        succeeded, -1 for samples that were wrong at first and the number of epsilons for those that
        withstood; `into` (n,) the class that a sample fell into, -1 for none; `right`
        (classes, epsilons + 1) samples that are right at epsilon 0 and then, `count` (classes,);
        facts `epsilons` (with 0 before them), `accuracy` of all at each.
    Raises: as `way`; ParameterError for an attack without bounds.
    """
    method, chosen = attacks.get(attack), _chosen(bench, samples)
    if not method.bounded:
        raise ParameterError(
            f"{method.title} looks for the nearest sample, however far it is: there is no curve "
            "over epsilon. Choose an attack with a bound."
        )
    given = [float(epsilon) for epsilon in epsilons]
    if not given or given != sorted(set(given)) or given[0] <= 0:
        raise ParameterError(f"Epsilons are positive and ascend; got {given}.")
    x, left = _clean(bench, chosen)
    begins = _said(bench, x).argmax(axis=1)
    fell = np.where(begins == left, len(given), -1).astype(np.int32)
    into = np.full(len(chosen), -1, np.int32)
    for place, epsilon in enumerate(given):
        still = np.flatnonzero(fell == len(given))
        if not len(still):
            break
        begin, end = place / len(given), (place + 1) / len(given)
        report = part(bench.report, begin, end, f"{method.title}, epsilon {epsilon:.3g}")
        moved = method.trajectory(
            *(bench.network, x[still], left[still], epsilon, steps),
            norm=norm,
            seed=seed,
            report=report,
        )
        ends = _said(bench, moved[-1]).argmax(axis=1)
        wrong = ends != left[still]
        fell[still[wrong]], into[still[wrong]] = place, ends[wrong]
    bench.report(1.0)
    classes = bench.network.class_count
    stands = fell[:, None] >= np.arange(len(given) + 1)
    right = np.stack([stands[left == k].sum(axis=0) for k in range(classes)]).astype(np.int32)
    return Result(
        arrays={
            "samples": chosen.astype(np.int32),
            "fell": fell,
            "into": into,
            "right": right,
            "count": np.bincount(left, minlength=classes).astype(np.int32),
        },
        facts={"epsilons": [0.0, *given], "accuracy": stands.mean(axis=0).tolist()},
    )


def _chosen(bench: Workbench, samples: Sequence[int]) -> Array:
    """Places of samples of the study, ascending. Raises: ParameterError."""
    chosen = np.unique(np.asarray(samples, np.int64))
    count = len(bench.dataset)
    if not len(chosen) or chosen[0] < 0 or chosen[-1] >= count:
        raise ParameterError(
            f"Samples to attack are some of 0 to {count - 1}; got "
            f"{'none' if not len(chosen) else f'{chosen[0]} to {chosen[-1]}'}."
        )
    return chosen


def _clean(bench: Workbench, chosen: Array) -> tuple[Array, Array]:
    """Samples as the network takes them, and the classes that are to be left.

    Raises: ParameterError, ModelError.
    """
    bench.network.check_classifies()
    x = problem.samples(bench.network, bench.dataset.x[chosen])
    left = judged(bench)[chosen]
    if left.min() < 0:
        raise ParameterError(
            "Some of these samples have no true class that could be left. Choose others."
        )
    return x, left


def _said(bench: Workbench, x: Array) -> Array:
    (name,) = bench.network.input_shapes
    return bench.network.predict({name: x})


def _predicted(bench: Workbench, moved: Array, report: Report) -> Array:
    """(steps + 1, n, classes) probabilities."""
    found = []
    for number, x in enumerate(moved, 1):
        found.append(_said(bench, x))
        report(number / len(moved))
    return np.stack(found)


def _parting(
    bench: Workbench, clean: Array, attacked: Array, report: Report
) -> tuple[list[str], Array]:
    """Names of all drawn layers, and (n, layers) how far attacked samples are from clean ones."""
    (name,) = bench.network.input_shapes
    layers = list(bench.network.layers)
    found = np.zeros((len(clean), len(layers)))
    both = zip(
        bench.network.batches({name: clean}, layers),
        bench.network.batches({name: attacked}, layers),
        strict=True,
    )
    for (start, one), (_, other) in both:
        for place, (a, b) in enumerate(zip(one, other, strict=True)):
            size = np.linalg.norm(a, axis=1)
            far = np.linalg.norm(b - a, axis=1)
            found[start : start + len(a), place] = far / np.maximum(size, 1e-12)
        report(min(1.0, (start + bench.network.batch_size) / len(clean)))
    return layers, found


def _first_apart(layers: Sequence[str], parting: Array) -> str | None:
    """The first layer from which on half of the samples stay APART; None if there is none."""
    if not len(parting):
        return None
    apart = np.median(parting, axis=0) >= APART
    place = len(apart)
    while place and apart[place - 1]:
        place -= 1
    return None if place == len(apart) else layers[place]


def _unmoved(linf: Array) -> list[str]:
    still = int((linf == 0).sum())
    if not still:
        return []
    return [
        f"{still:,} of {len(linf):,} samples were not changed at all, as with an epsilon or a step "
        "of 0, where no gradient leads anywhere, or where a search found nothing."
    ]


def _mean(values: Any) -> float | None:
    return float(np.mean(values)) if len(values) else None
