"""What every filter of a layer is worth, beside as many plain passes of the network.

    python tests/bench/bench_filters.py DIR_WITH_MNIST [--samples 2000]

The network is a LeNet whose second convolution has 50 filters, with random weights, which are as
fast as any.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
sys.path.insert(0, str(Path(__file__).parents[2]))

from bench_fisher import images, lenet

from analysis import filter_importance, network
from analysis.filter_importance import Downstream

PASSES = 50


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("--samples", type=int, default=2000)
    wanted = parser.parse_args()
    x, labels = images(wanted.data / "mnist.npz", "test", wanted.samples)
    net = network.from_keras(lenet())
    layer = [name for name in net.layers if net.operation(name).operation == "Conv2D"][1]
    assert net.operation(layer).shape[-1] == PASSES
    net.predict(x[:128])
    start = time.perf_counter()
    for _ in range(PASSES):
        net.predict(x)
    plain = time.perf_counter() - start
    filter_importance.importance(net, x[:128], labels[:128], layer)
    start = time.perf_counter()
    filter_importance.importance(net, x, labels, layer)
    every = time.perf_counter() - start
    behind = Downstream(net, x, layer)
    start = time.perf_counter()
    behind.predict([7])
    one = time.perf_counter() - start
    print(f"LeNet, layer {layer} of {PASSES} filters, {len(x):,} samples")
    print(f"  {PASSES} plain passes        {plain:6.2f} s")
    print(f"  every filter frozen    {every:6.2f} s: {every / plain:.2f} of it")
    print(f"  one filter, activations kept: {1000 * one:.0f} ms")


if __name__ == "__main__":
    main()
