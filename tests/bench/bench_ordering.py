"""How long VAT takes, against plain products and a peer measured in the same run.

    python tests/bench/bench_ordering.py [--mnist mnist.npz] [--samples 10000] [--repeats 5]

Prints ratios, which move less than seconds do from machine to machine. The peer is
`tribble-clustering`, which is no dependency of ours: install it to see the comparison.
"""

from __future__ import annotations

import argparse
import importlib
import statistics
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2]))

from analysis import distances, ordering
from analysis.types import METRICS


def measure(programs: Mapping[str, Callable[[], Any]], repeats: int) -> dict[str, float]:
    """Median seconds of each, taking turns so that a busy machine disturbs all alike."""
    taken: dict[str, list[float]] = {name: [] for name in programs}
    for turn in range(repeats + 1):
        for name, program in programs.items():
            start = time.perf_counter()
            program()
            if turn:  # the first turn compiles and warms up
                taken[name].append(time.perf_counter() - start)
    return {name: statistics.median(times) for name, times in taken.items()}


def show(title: str, found: Mapping[str, float], base: str) -> None:
    print(f"\n{title}")
    for name, seconds in found.items():
        print(f"  {name:<42} {seconds:8.3f} s   {seconds / found[base]:6.2f} x")


def against_product(x: np.ndarray, repeats: int) -> None:
    """Order from features, distances included; target: at most 1.5 x X @ X.T."""
    base = "X @ X.T"
    programs: dict[str, Callable[[], Any]] = {base: lambda: x @ x.T}
    for metric in METRICS:
        programs[f"vat, {metric}"] = lambda metric=metric: ordering.vat(x, metric)
    found = measure(programs, repeats)
    show(f"Features {x.shape[0]:,} x {x.shape[1]:,} to order", found, base)
    ratio = found["vat, euclidean"] / found[base]
    print(f"  target, euclidean: at most 1.50 x: {'met' if ratio <= 1.5 else 'MISSED'}")


def against_peer(x: np.ndarray, repeats: int) -> None:
    """Order from a finished matrix; target: 10 x faster than the peer, same order."""
    d = distances.matrix(lambda: iter([x]), len(x))
    ours = "vat_from_distances"
    programs: dict[str, Callable[[], Any]] = {ours: lambda: ordering.vat_from_distances(d)}
    try:
        peer = importlib.import_module("tribbleclustering")
    except ImportError:
        show(f"Matrix {len(d):,} x {len(d):,} to order", measure(programs, repeats), ours)
        print("  tribble-clustering is not installed: no comparison")
        return
    theirs = "tribble-clustering, compute_vat"
    programs[theirs] = lambda: peer.compute_vat(d)
    found = measure(programs, repeats)
    show(f"Matrix {len(d):,} x {len(d):,} to order", found, ours)
    ratio = found[theirs] / found[ours]
    same = np.array_equal(peer.compute_vat(d)[1], ordering.vat_from_distances(d))
    print(f"  target: at least 10 x faster: {'met' if ratio >= 10 else 'MISSED'}; ", end="")
    print(f"same order: {'yes' if same else 'NO'}")


def few_features(n: int, repeats: int) -> None:
    """Orders that need no matrix."""
    rng = np.random.default_rng(1)
    programs: dict[str, Callable[[], Any]] = {}
    for width in (2, 10, 32, 64):
        points = rng.standard_normal((n, width), dtype=np.float32)
        programs[f"{width} features"] = lambda points=points: ordering.vat(points, budget=0)
    show(f"{n:,} samples to order without a matrix", measure(programs, repeats), "10 features")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--mnist", help="an .npz with x_test, instead of random numbers")
    parser.add_argument("--samples", type=int, default=10_000)
    parser.add_argument("--repeats", type=int, default=5)
    given = parser.parse_args()
    if given.mnist:
        with np.load(given.mnist, allow_pickle=False) as data:
            x = data["x_test"][: given.samples].reshape(-1, 784).astype(np.float32) / 255
    else:
        rng = np.random.default_rng(0)
        x = rng.standard_normal((given.samples, 784), dtype=np.float32)
    against_product(x, given.repeats)
    against_peer(x, given.repeats)
    few_features(len(x), given.repeats)


if __name__ == "__main__":
    main()
