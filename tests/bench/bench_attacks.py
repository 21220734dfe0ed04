"""Projected gradient descent with its whole way, beside CleverHans's own function.

    python tests/bench/bench_attacks.py DIR_WITH_MNIST [--samples 500] [--steps 40] [--repeats 3]

The network is LeNet5 with random weights, which are as fast as any. Both get the same samples, the
same epsilon and as many steps; CleverHans is given the network as a Keras model that ends in
logits. They are measured after a first call each, in which functions are compiled.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
sys.path.insert(0, str(Path(__file__).parents[2]))

import keras
import numpy as np
import tensorflow as tf
from cleverhans.tf2.attacks.projected_gradient_descent import projected_gradient_descent

from analysis import network, training
from analysis.attacks import REGISTRY

GOAL = 1.2
"""Times the duration of CleverHans's function, at most."""

EPSILON = 0.3


def timed(program: Callable[[], object], repeats: int) -> float:
    best = float("inf")
    for _ in range(repeats):
        start = time.perf_counter()
        program()
        best = min(best, time.perf_counter() - start)
    return best


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("--samples", type=int, default=500)
    parser.add_argument("--steps", type=int, default=40)
    parser.add_argument("--repeats", type=int, default=3)
    wanted = parser.parse_args()
    with np.load(wanted.data / "mnist.npz", allow_pickle=False) as data:
        x = data["x_test"][: wanted.samples, ..., None].astype(np.float32) / 255
        labels = data["y_test"][: wanted.samples].astype(np.int64)
    model = training.RECIPES["lenet5"](0)
    net = network.from_keras(model)
    bare = keras.models.clone_model(model)
    bare.set_weights(model.get_weights())
    bare.layers[-1].activation = keras.activations.linear

    def ours() -> np.ndarray:
        step = EPSILON / 10
        return REGISTRY["pgd"].trajectory(net, x, labels, EPSILON, wanted.steps, step=step)

    def theirs() -> object:
        return projected_gradient_descent(
            bare,
            tf.constant(x),
            EPSILON,
            EPSILON / 10,
            wanted.steps,
            np.inf,
            clip_min=0.0,
            clip_max=1.0,
            y=tf.constant(labels),
            rand_init=True,
        )

    ours(), theirs()
    here, there = timed(ours, wanted.repeats), timed(theirs, wanted.repeats)
    print(f"PGD, {wanted.steps} steps, {len(x)} samples, LeNet5 ({net.parameters:,} parameters)")
    print(f"  every step kept    {here:7.2f} s")
    print(f"  CleverHans, end    {there:7.2f} s")
    print(f"  {here / there:.2f} times its duration; at most {GOAL} is asked for")


if __name__ == "__main__":
    main()
