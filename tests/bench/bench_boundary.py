"""Maps of decision boundaries: time and scores, beside those of the published program.

    python tests/bench/bench_boundary.py DIR_WITH_DATA [--data fashion_mnist] [--model my.keras]
        [--samples 600] [--published 172] [--many 10000]

DIR holds `mnist.npz` and `fashion_mnist.npz`. The network is a LeNet of 431,080 parameters, trained
for an epoch, or `--model`. `--published` is the time in seconds of the whole map by the published
program on the same network, samples and machine, as `tests/bench/bench_fisher.py` measures its
distances. `--many` also makes maps of a quarter, a half and all of so many samples, and prints how
their time grows.
"""

from __future__ import annotations

import argparse
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
from bench_fisher import images, lenet, train

from analysis import map_answers, map_scores, network
from analysis.boundary import BoundaryMap
from analysis.dataset import fingerprint
from analysis.types import Dataset
from analysis.umap_layout import MIN_DIST
from analysis.workbench import Workbench

ABOUT = {
    "space": "",
    "seed": 0,
    "steps": 5,
    "lam": 0.65,
    "neighbours": 30,
    "min_dist": MIN_DIST,
    "distance": "fisher",
}
WHOLE = 6.0
"""Times faster than the published program for a whole map."""


def bench_of(net: network.Network, path: Path, count: int) -> Workbench:
    """The first images of a test set, as a study."""
    x, y = images(path, "test", count)
    inputs, labels = {"x": x}, y.astype(np.int64)
    names = tuple(map(str, range(10)))
    data = Dataset(
        name=path.stem,
        split="test",
        inputs=inputs,
        labels=labels,
        class_names=names,
        indices=np.arange(count),
        total=count,
        fingerprint=fingerprint(inputs, labels, names),
    )
    return Workbench(net, data)


def timed(title: str, program: Callable[[], Any], limit: float = 0.0) -> tuple[float, Any]:
    """Seconds of one run, printed beside their limit."""
    begin = time.perf_counter()
    found = program()
    seconds = time.perf_counter() - begin
    verdict = f"  limit {limit:g} s: {'met' if seconds <= limit else 'MISSED'}" if limit else ""
    print(f"  {title:<38} {seconds:8.2f} s{verdict}", flush=True)
    return seconds, found


def whole_map(bench: Workbench, count: int, published: float) -> None:
    """Part by part, as the page asks for them, then what it asks for afterwards."""
    about = ABOUT | {"count": count}
    print(f"{bench.network.parameters:,} parameters, {count:,} samples")
    distances = {name: about[name] for name in ("space", "count", "seed", "steps")}
    total = 0.0
    for title, question, more in (
        ("Fisher distances", "fisher distances", None),
        ("layout, inverse map, scores", "boundary map", about),
        ("territory 100 x 100", "territory", about | {"window": None, "side": 100}),
    ):
        seconds, found = timed(title, lambda q=question, m=more: bench.ask(q, **(m or distances)))
        total += seconds
        if question == "boundary map":
            scores = found.facts["scores"]
    print(f"  {'whole map, drawn as the published one':<38} {total:8.2f} s")
    if published:
        ratio = published / total
        verdict = "met" if ratio >= WHOLE else "MISSED"
        print(
            f"  {ratio:.1f} x faster than the {published:g} s published, goal {WHOLE:g}: {verdict}"
        )
    drawn = about | {"window": None, "side": 200}
    timed("territory 200 x 200, sharpened to 800", lambda: bench.ask("territory", **drawn))
    print("  scores " + ", ".join(f"{name} {value:.3f}" for name, value in scores.items()))
    timed("trust", lambda: bench.ask("trust", **about))
    timed("pockets", lambda: bench.ask("pockets", **about))
    other = about | {"lam": 0.4}

    def change() -> None:
        bench.ask("boundary map", **other)
        bench.ask("territory", window=None, side=32, **other)

    timed("another lam, up to the coarse territory", change, 3.0)
    kept = map_answers.at_hand(bench, about).map
    place = kept.embedding[:1] + 0.1
    kept.predict(kept.inverse(place))
    timed("image of a place, warm", lambda: kept.predict(kept.inverse(place)), 0.2)
    new = bench.dataset.x[:1] * 0.9
    kept.transform(new)
    timed("new image onto the map, warm", lambda: kept.transform(new), 0.5)
    sweep = {name: value for name, value in about.items() if name not in ("lam", "distance")}
    _, found = timed("lam sweep", lambda: bench.ask("lam sweep", **sweep))
    shown = ", ".join(
        f"{lam:.1f}: {q:.3f}"
        for lam, q in zip(found.facts["lams"], found.facts["q_knn"], strict=True)
    )
    print(f"    {shown}; proposed {found.facts['proposed']}")


def many(net: network.Network, path: Path, most: int) -> None:
    """Maps by nearest neighbours alone, how their time grows, and what that costs in score."""
    print(f"maps by nearest neighbours, up to {most:,} samples")
    sizes = [most // 4, most // 2, most]
    seconds = []
    for count in sizes:
        bench = bench_of(net, path, count)
        limit = 240.0 if count == 10_000 else 0.0
        took, found = timed(
            f"{count:,} samples, layout and scores",
            lambda b=bench, c=count: b.ask("boundary map", **ABOUT | {"count": c}),
            limit,
        )
        facts = found.facts
        print(
            f"    Q_kNN {facts['scores']['q_knn']:.3f}, {facts['evaluated']:,} evaluations, "
            f"{100 * facts['proven']:.1f} % of neighbours proven"
        )
        seconds.append(took)
    exponent = np.polyfit(np.log(sizes), np.log(seconds), 1)[0]
    print(f"  time grows as n^{exponent:.2f}")
    check = 2000
    x, _ = images(path, "test", check)
    exact = BoundaryMap().fit(net, x)
    near = BoundaryMap()
    near.fit(net, x, exact=False)
    scores = [float(map_scores.voted(one.embedding, one.labels).mean()) for one in (exact, near)]
    verdict = "met" if scores[1] > scores[0] - 0.01 else "MISSED"
    print(f"  Q_kNN of {check:,} samples: exact {scores[0]:.3f}, by neighbours {scores[1]:.3f}")
    print(f"  goal within 0.01: {verdict}")


def main() -> None:
    """Print the times, the scores and what was wanted."""
    parse = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parse.add_argument("data_dir", type=Path)
    parse.add_argument("--data", default="mnist", choices=["mnist", "fashion_mnist"])
    parse.add_argument("--model", type=Path, help="a .keras file for images of 28 x 28")
    parse.add_argument("--samples", type=int, default=600)
    parse.add_argument("--published", type=float, default=0.0)
    parse.add_argument("--many", type=int, default=0)
    given = parse.parse_args()
    path = given.data_dir / f"{given.data}.npz"
    if given.model:
        model = keras.models.load_model(given.model, compile=False)
    else:
        model = lenet()
        train(model, path)
    net = network.from_keras(model)
    bench_of(net, path, 40).ask("boundary map", **ABOUT | {"count": 40})  # imports and compiles
    whole_map(bench_of(net, path, given.samples), given.samples, given.published)
    if given.many:
        many(net, path, given.many)


if __name__ == "__main__":
    main()
