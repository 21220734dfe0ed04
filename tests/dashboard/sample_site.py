"""An application without workers, on a study that was put into its store by hand."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from analysis import added
from analysis.added import Added
from analysis.engine import Engine
from analysis.home import Home
from analysis.opening import Card, identity
from analysis.types import Graph, Node, Result, Study
from analysis.workbench import THUMBNAIL_SIDE, Workbench
from dashboard import variants
from dashboard.server import create_app
from dashboard.settings import Settings
from dashboard.studies import Studies

N = 12

WISH = {"study": "digits", "split": "test"}
MARKUP = "<img src=x onerror=alert(1)>"
HUGE = 10**400  # which JSON may say, and neither an array nor a float can hold

FORGED = [
    (None, "name of a study"),
    ([WISH], "name of a study"),
    ({}, "no study ''"),
    ({"study": ["digits"]}, "no study"),
    ({"study": MARKUP}, "no study"),
    ({"study": "\ud800"}, "no study"),
    (WISH | {"epoch": HUGE}, "not open"),
    (WISH | {"epoch": -1}, "not open"),
    (WISH | {"epoch": 1.0}, "An epoch is a whole number"),
    (WISH | {"split": "every"}, "no split"),
    (WISH | {"data_of": "nowhere"}, "no study"),
    (WISH | {"study": "lenet5-mnist"}, "not open"),
]
"""Wishes that name no study of this server, and words of why."""


@dataclass
class Site:
    """A running application and what is in its store."""

    app: Any
    client: Any
    studies: Studies
    card: Card
    bench: Workbench


def sample_card() -> Card:
    nodes = (
        Node("input", "input", "Input", (4, 4, 1), 0),
        Node("flatten", "reshape", "Flatten", (16,), 0, reorders=True),
        Node("prediction", "output", "softmax", (3,), 51),
    )
    full = Graph(nodes, (("input", "flatten"), ("flatten", "prediction")))
    simple = Graph((nodes[0], nodes[2]), (("input", "prediction"),))
    return Card(
        title="Small network on digits",
        description="",
        network={"name": "sample", "parameters": 51, "activations": 35, "output": "softmax"},
        study=Study("a" * 64, "b" * 64),
        data="sample",
        split="test",
        n=N,
        total=20,
        class_names=("zero", "one", "two"),
        image_shape=(4, 4, 1),
        notes=("uint8 images were scaled to [0, 1].",),
        graph=full,
        simplified=simple,
        labels=np.arange(N, dtype=np.int32) % 3,
        indices=np.arange(N, dtype=np.int32),
    )


@pytest.fixture
def site(tmp_path: Path) -> Site:
    settings = Settings(home=tmp_path / "home")
    home = Home(settings.home)
    engine = Engine(home)  # nothing here needs a worker, so that none is started
    app = create_app(settings, engine)
    studies = Studies(settings, home, engine)
    card = sample_card()
    studies.store.put(identity(studies.source("digits")), card.pack())
    bench = studies.bench(card)
    predicted = card.labels.copy()
    predicted[0] = 2
    confusion = np.zeros((3, 3), np.int64)
    np.add.at(confusion, (card.labels, predicted), 1)
    studies.store.put(
        bench.address("predictions"),
        Result(
            {
                "predicted": predicted,
                "confidence": np.full(N, 0.9, np.float32),
                "confusion": confusion,
            },
            {"accuracy": 11 / 12, "labelled": N},
        ),
    )
    images = np.random.default_rng(0).integers(0, 255, (N, 4, 4, 1), np.uint8)
    studies.store.put(bench.address("thumbnails", side=THUMBNAIL_SIDE), Result({"images": images}))
    return Site(app, app.server.test_client(), studies, card, bench)


def put_samples(studies: Studies, count: int, study: str = "digits") -> Path:
    """Add samples to the data of a study."""
    path = variants.added_file(studies, studies.offer(study).source)
    origins = tuple({"kind": "sketch", "text": f"number {k}", "created": 1.0} for k in range(count))
    some = Added(np.zeros((count, 4, 4, 1), np.float32), np.arange(count) % 3, origins)
    added.write(path, some)
    return path


def put_card(site: Site, name: str, **changed: Any) -> Card:
    """Open a study by hand."""
    card = replace(site.card, **changed)
    site.studies.store.put(identity(site.studies.source(name, "test")), card.pack())
    return card
