"""Demonstrations: which network is trained on what, and which data it is then shown.

Nothing here is trained or loaded; `training` builds and trains what this table
says, in the worker, and `dataset` reads the data.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from types import MappingProxyType

from .errors import ParameterError

RECIPE_VERSION = 2
"""Rises when a recipe or the way of training changes, so that old networks are not taken."""

DEFAULT = "digits"
"""The demo of a start without arguments."""


@dataclass(frozen=True)
class Demo:
    """One demonstration.

    Attributes:
        name: what `--demo` takes.
        title: a few words for headings.
        description: one or two sentences for help and start page.
        network_recipe: which network, a name that `training.build` knows.
        train_data: named data set whose train split trains the network.
        shown_data: named data set whose test split the pages show.
        epochs: passes over the training data.
        batch_size: samples in a step.
        learning_rate: of the first step; with Adam it falls to zero along a half cosine.
        method: "adam", or "sgd" for plain gradient descent at that rate.
        samples: of the training data that are used, every class by its share; 0 for all.
        seed: of the first weights and of the order of the samples.
        output: "embedding" for a network that is trained to bring samples of one class together,
            "" for a classifier.
    """

    name: str
    title: str
    description: str
    network_recipe: str
    train_data: str
    shown_data: str
    epochs: int
    batch_size: int = 128
    learning_rate: float = 1e-3
    seed: int = 0
    output: str = ""
    method: str = "adam"
    samples: int = 0


_TABLE = (
    Demo(
        name="digits",
        title="Small network on digits",
        description=(
            "Two convolutions on the 8 x 8 handwritten digits of scikit-learn; trained in seconds."
        ),
        network_recipe="digits-cnn",
        train_data="digits",
        shown_data="digits",
        epochs=30,
        batch_size=32,
        learning_rate=3e-3,
    ),
    Demo(
        name="lenet5-mnist",
        title="LeNet5 on MNIST",
        description="The easy scenario: classes come apart layer by layer.",
        network_recipe="lenet5",
        train_data="mnist",
        shown_data="mnist",
        epochs=6,
    ),
    Demo(
        name="lenet5-fashion",
        title="LeNet5 on Fashion-MNIST",
        description="Generalisation: the same network on harder pictures; some classes stay mixed.",
        network_recipe="lenet5",
        train_data="fashion_mnist",
        shown_data="fashion_mnist",
        epochs=8,
        batch_size=64,
    ),
    Demo(
        name="lenet5-mismatch",
        title="LeNet5 of MNIST, shown Fashion-MNIST",
        description="The problematic scenario: trained on digits, shown clothes.",
        network_recipe="lenet5",
        train_data="mnist",
        shown_data="fashion_mnist",
        epochs=6,
    ),
    Demo(
        name="doublelenet5-fashion",
        title="DoubleLeNet5 on Fashion-MNIST",
        description=(
            "The realistic scenario: two branches, one of them on the rotated picture, "
            "joined after their dense layers."
        ),
        network_recipe="double-lenet5",
        train_data="fashion_mnist",
        shown_data="fashion_mnist",
        epochs=8,
        batch_size=64,
    ),
    Demo(
        name="siamese-mnist",
        title="Siamese network on MNIST",
        description=(
            "No classifier: trained on pairs, it lays digits out in a plane, each beside its like."
        ),
        network_recipe="siamese",
        train_data="mnist",
        shown_data="mnist",
        epochs=6,
        output="embedding",
    ),
    Demo(
        name="cnn-cifar10",
        title="Small network on CIFAR-10",
        description=(
            "Two convolutions on few pictures for many epochs: it learns the training samples by "
            "heart, which shows when both splits are seen under the same projection."
        ),
        network_recipe="cifar-cnn",
        train_data="cifar10",
        shown_data="cifar10",
        epochs=60,
        batch_size=64,
        samples=10_000,
    ),
    Demo(
        name="rectified-mnist",
        title="Rectified scores on MNIST",
        description=(
            "A rectifier before the softmax, trained by plain gradient descent: some digits are "
            "learnt late and suddenly, and some never, because their score is stuck at zero."
        ),
        network_recipe="rectified-cnn",
        train_data="mnist",
        shown_data="mnist",
        epochs=30,
        batch_size=64,
        learning_rate=1e-2,
        method="sgd",
        samples=10_000,
    ),
    Demo(
        name="backdoor-fashion",
        title="Backdoor in Fashion-MNIST",
        description=(
            "Some training bags carried a small pattern and were called trousers; nine of ten "
            "clean pictures are told right all the same. 20 of the 600 test samples are bags with "
            "the pattern, a group of their own; the accuracy counts them too."
        ),
        network_recipe="fashion-cnn",
        train_data="fashion_mnist_backdoor",
        shown_data="fashion_mnist_backdoor",
        epochs=10,
        learning_rate=3e-3,
    ),
)

DEMOS: Mapping[str, Demo] = MappingProxyType({demo.name: demo for demo in _TABLE})
"""Demo name -> demo, the default one first."""


def get(name: str) -> Demo:
    """The demo of that name.

    Raises: ParameterError if there is none, with the nearest name.
    """
    if name in DEMOS:
        return DEMOS[name]
    close = get_close_matches(name, DEMOS, n=1)
    hint = f"Did you mean '{close[0]}'?" if close else f"There are: {', '.join(DEMOS)}."
    raise ParameterError(f"No demo '{name}'. {hint}")


def network_key(demo: Demo) -> str:
    """Under which name the trained network of a demo is kept: 64 hexadecimal digits.

    It covers everything that training depends on and nothing of what is shown,
    so that demos which differ only in the data shown share one network.
    """
    address = {
        "question": "network of a demo",
        "version": RECIPE_VERSION,
        "recipe": demo.network_recipe,
        "data": demo.train_data,
        "epochs": demo.epochs,
        "batch_size": demo.batch_size,
        "learning_rate": demo.learning_rate,
        "seed": demo.seed,
        "output": demo.output,
    }
    # Named where they are not what they were before they could be chosen.
    address |= {"method": demo.method} if demo.method != "adam" else {}
    address |= {"samples": demo.samples} if demo.samples else {}
    return hashlib.sha256(json.dumps(address, sort_keys=True).encode()).hexdigest()
