"""Fisher distances of all pairs, beside the published program if it is there.

    python tests/bench/bench_fisher.py DIR_WITH_MNIST [--samples 600] [--trained]
        [--model my.keras] [--data mnist] [--published DIR] [--repeats 1]

The network is a LeNet of 431,080 parameters with random weights, which are as fast as any; with
`--trained` they are fitted for one epoch first. DIR holds `mnist.npz` and, for `--data
fashion_mnist`, `fashion_mnist.npz`. `--published` names the folder with `fisher_metric.py` of the
published DeepView, which is no dependency of ours: it is then measured in the same run, with
batches of 500 and a prediction compiled by TensorFlow, and the distances are compared.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
sys.path.insert(0, str(Path(__file__).parents[2]))

import keras
import numpy as np
import tensorflow as tf
from keras import layers as kl

from analysis import fisher, network, network_lines

GOAL = 5.0
"""Times faster than the published program."""


def lenet() -> keras.Model:
    keras.utils.set_random_seed(0)
    parts = [
        kl.Conv2D(20, 5, activation="relu"),
        kl.MaxPooling2D(),
        kl.Conv2D(50, 5, activation="relu"),
        kl.MaxPooling2D(),
        kl.Flatten(),
        kl.Dense(500, activation="relu"),
        kl.Dense(10, activation="softmax"),
    ]
    return keras.Sequential([keras.Input((28, 28, 1)), *parts])


def images(path: Path, split: str, count: int | None = None) -> tuple[np.ndarray, np.ndarray]:
    with np.load(path, allow_pickle=False) as data:
        x, y = data[f"x_{split}"][:count], data[f"y_{split}"][:count]
    return x[..., None].astype(np.float32) / 255, y


def train(model: keras.Model, path: Path) -> None:
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(*images(path, "train"), batch_size=128, epochs=1, verbose=2)


def published(folder: Path, model: keras.Model, x: np.ndarray) -> np.ndarray:
    """Distances by the published program, in both halves."""
    spec = importlib.util.spec_from_file_location("fisher_metric", folder / "fisher_metric.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    compiled = tf.function(lambda part: model(part, training=False), reduce_retracing=True)

    def predict(part: Any) -> np.ndarray:
        return compiled(tf.constant(part, tf.float32)).numpy()

    predict(x[:500])
    found, _ = module.calculate_fisher(predict, x, x, 5, 500, 10, "euclidean", True, verbose=False)
    return found + found.T


def timed(title: str, program: Callable[[], np.ndarray], repeats: int) -> tuple[float, np.ndarray]:
    """The shortest of some runs, with the share of the processors that it got."""
    best, share, found = float("inf"), 0.0, np.empty(0)
    for _ in range(repeats):
        begin, worked = time.perf_counter(), time.process_time()
        found = program()
        seconds = time.perf_counter() - begin
        if seconds < best:
            best, share = seconds, (time.process_time() - worked) / seconds
    print(f"  {title:<28} {best:7.1f} s   {share:.1f} processors")
    return best, found


def main() -> None:
    """Print the times and their ratio."""
    parse = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parse.add_argument("data_dir", type=Path)
    parse.add_argument("--data", default="mnist", choices=["mnist", "fashion_mnist"])
    parse.add_argument("--model", type=Path, help="a .keras file for images of 28 x 28")
    parse.add_argument("--trained", action="store_true")
    parse.add_argument("--samples", type=int, default=600)
    parse.add_argument("--repeats", type=int, default=1)
    parse.add_argument("--published", type=Path)
    given = parse.parse_args()
    path = given.data_dir / f"{given.data}.npz"
    model = keras.models.load_model(given.model, compile=False) if given.model else lenet()
    if given.trained and not given.model:
        train(model, path)
    x, _ = images(path, "test", given.samples)
    net = network.from_keras(model)
    between = network_lines.lines(net, samples=len(x))
    fisher.distances(between, x[:20])  # compiles
    pairs = len(x) * (len(x) - 1) // 2
    print(f"{net.parameters:,} parameters, {len(x):,} samples, {pairs * 5:,} points inside lines")
    ours, made = timed("ours", lambda: fisher.distances(between, x), given.repeats)
    print(f"  {pairs * 5 / ours:,.0f} points a second")
    if not given.published:
        print("  without --published there is nothing to compare with")
        return
    theirs, wanted = timed("published program", lambda: published(given.published, model, x), 1)
    ratio = theirs / ours
    print(f"  {ratio:.2f} x faster, goal {GOAL:g} x: {'met' if ratio >= GOAL else 'MISSED'}")
    print(f"  largest difference of distances {np.abs(made - wanted).max():.1e}")


if __name__ == "__main__":
    main()
