"""From model file to stored glyphs: LeNet5, all operations, 10,000 test samples.

    python tests/bench/bench_lenet.py DIR_WITH_MNIST [--home DIR] [--samples N]

Prints the time of the whole beside the sum of the plain products `X @ X.T` of the same sizes,
measured in the same run, and the largest resident memory of the process that worked.
"""

from __future__ import annotations

import argparse
import dataclasses
import resource
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2]))

from analysis import demos, shelf, work
from analysis.board import Desk
from analysis.home import Home
from analysis.opening import place_of
from analysis.types import Source


def product_seconds(n: int, features: int, panel: int = 4096) -> float:
    """A plain float32 `X @ X.T`, in panels so that the arrays fit the memory that we allow."""
    random = np.random.default_rng(0)
    seconds = 0.0
    for start in range(0, features, panel):
        x = random.random((n, min(panel, features - start)), dtype=np.float32)
        begin = time.perf_counter()
        np.matmul(x, x.T)
        seconds += time.perf_counter() - begin
    return seconds


def main() -> None:
    """Print the table."""
    parse = argparse.ArgumentParser()
    parse.add_argument("data_dir")
    parse.add_argument("--home", default=None)
    parse.add_argument("--samples", type=int, default=10_000)
    given = parse.parse_args()
    home = Home(given.home or tempfile.mkdtemp())
    source = Source(demo="lenet5-mnist", data_dir=given.data_dir, limit=given.samples)
    task = {"source": dataclasses.asdict(source)}
    if not place_of(home, demos.get("lenet5-mnist")).exists():
        begin = time.perf_counter()
        work.open_study(Desk(home, "train"), task)
        print(f"training and opening: {time.perf_counter() - begin:.1f} s (not counted)")
        shelf.STUDIES.clear()
    knobs = {"metric": "euclidean", "preprocessing": "none", "fill": "exact", "budget": 2**31}
    begin = time.perf_counter()
    result = work.compute_glyphs(Desk(home, f"bench-{begin}"), task | knobs)
    whole = time.perf_counter() - begin
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    network, data = shelf.load(home, source, lambda *_: None)
    plain = {node.name: product_seconds(len(data), node.size) for node in network.graph.nodes}
    for node in network.graph.nodes:
        score = result["done"][node.name]["separation"]
        print(
            f"{node.name:12} {node.size:6} values  product {plain[node.name]:6.2f} s  {score:.3f}"
        )
    total = sum(plain.values())
    print(f"model file to stored glyphs {whole:.1f} s, plain products {total:.1f} s")
    print(f"ratio {whole / total:.2f} (limit 2); peak resident {peak:.2f} GiB (limit 3)")


if __name__ == "__main__":
    main()
