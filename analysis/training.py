"""The networks of the demonstrations: built and trained here, in the worker process alone.

The layer lists of LeNet5 and DoubleLeNet5 are not published (Halnaut, Giot,
Bourqui, Auber: Samples Classification Analysis Across DNN Layers with Fractal
Curves); the ones here were worked out from the counts in that paper. The siamese
network is that of Hadsell, Chopra and LeCun in the form of Caffe's example. Of the
network with a backdoor (Schulz, Hinder, Hammer: DeepView) only "4-layered" is known.
"""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import Any

import keras
import numpy as np
from keras import layers

from .contrastive import contrastive_loss, neighbour_accuracy
from .demos import Demo
from .errors import DataError, NotFiniteError, ParameterError, ShapeError, StoreError
from .history import record
from .types import Array, Report, silent

REPORT_SECONDS = 0.1
"""Shortest time between two reports: a report may cross processes, a step takes milliseconds."""


def _seeds(seed: int) -> Iterator[int]:
    """Distinct seeds for one initialiser after another."""
    generator = np.random.default_rng(seed)
    while True:
        yield int(generator.integers(2**31))


class _Layers:
    """Makes weighted layers whose first weights depend on the seed and their rank alone.

    Keras' global seed would do only if no other thread of the worker drew from
    it meanwhile.
    """

    def __init__(self, seed: int) -> None:
        self._seeds = _seeds(seed)

    def conv(
        self,
        name: str,
        filters: int,
        size: int,
        padding: str = "valid",
        activation: str | None = "relu",
    ) -> Any:
        return layers.Conv2D(
            filters,
            size,
            padding=padding,
            activation=activation,
            kernel_initializer=keras.initializers.GlorotUniform(seed=next(self._seeds)),
            name=name,
        )

    def dense(self, name: str, units: int, activation: str | None) -> Any:
        return layers.Dense(
            units,
            activation=activation,
            kernel_initializer=keras.initializers.GlorotUniform(seed=next(self._seeds)),
            name=name,
        )


def _digits_cnn(seed: int) -> keras.Model:
    """Two convolutions for 8 x 8 pictures: 38,282 parameters."""
    make = _Layers(seed)
    image = keras.Input((8, 8, 1), name="input")
    x = make.conv("conv0", 16, 3, "same")(image)
    x = make.conv("conv1", 32, 3, "same")(x)
    x = layers.MaxPooling2D(name="pool0")(x)
    x = layers.Flatten(name="flatten")(x)
    x = make.dense("dense0", 64, "relu")(x)
    return keras.Model(image, make.dense("dense1", 10, "softmax")(x), name="digits_cnn")


def _lenet5(seed: int) -> keras.Model:
    """The paper's LeNet5: 1,182,006 parameters."""
    make = _Layers(seed)
    image = keras.Input((28, 28, 1), name="input")
    x = make.conv("conv0", 6, 3)(image)
    x = make.conv("conv1", 16, 3)(x)
    x = layers.Flatten(name="flatten")(x)
    x = make.dense("dense0", 128, "relu")(x)
    return keras.Model(image, make.dense("dense1", 10, "softmax")(x), name="lenet5")


def _rotated(image: Any) -> Any:
    """A quarter turn counter-clockwise, as a named operation.

    `keras.ops` numbers its operations over the whole process ("rot90_1"), which
    would make the same network differ from start to start.
    """
    turned = keras.ops.rot90(image, k=1, axes=(1, 2))
    keras.Model(image, turned).operations[-1].name = "rotation"
    return turned


def _double_lenet5(seed: int) -> keras.Model:
    """The paper's DoubleLeNet5: 1,646,370 parameters.

    Two branches of 5 x 5 convolutions, the second one on the input turned by 90
    degrees, joined after their dense layers of 128.
    """
    make = _Layers(seed)
    image = keras.Input((28, 28, 1), name="input")
    ends = []
    for branch, source in enumerate((image, _rotated(image))):
        x = make.conv(f"conv{2 * branch}", 6, 5)(source)
        x = make.conv(f"conv{2 * branch + 1}", 16, 5)(x)
        x = layers.Flatten(name=f"flatten{branch}")(x)
        ends.append(make.dense(f"dense{branch}", 128, "relu")(x))
    joined = layers.Concatenate(name="concatenate")(ends)
    return keras.Model(image, make.dense("dense2", 10, "softmax")(joined), name="double_lenet5")


def _siamese(seed: int) -> keras.Model:
    """The network of Caffe's siamese example: 431,102 parameters, one non-linearity."""
    make = _Layers(seed)
    image = keras.Input((28, 28, 1), name="input")
    x = make.conv("conv0", 20, 5, activation=None)(image)
    x = layers.MaxPooling2D(name="pool0")(x)
    x = make.conv("conv1", 50, 5, activation=None)(x)
    x = layers.MaxPooling2D(name="pool1")(x)
    x = layers.Flatten(name="flatten")(x)
    x = make.dense("dense0", 500, "relu")(x)
    x = make.dense("dense1", 10, None)(x)
    return keras.Model(image, make.dense("dense2", 2, None)(x), name="siamese")


def _fashion_cnn(seed: int) -> keras.Model:
    """Two convolutions and two dense layers for 28 x 28 pictures: 206,922 parameters."""
    make = _Layers(seed)
    image = keras.Input((28, 28, 1), name="input")
    x = make.conv("conv0", 16, 3, "same")(image)
    x = layers.MaxPooling2D(name="pool0")(x)
    x = make.conv("conv1", 32, 3, "same")(x)
    x = layers.MaxPooling2D(name="pool1")(x)
    x = layers.Flatten(name="flatten")(x)
    x = make.dense("dense0", 128, "relu")(x)
    return keras.Model(image, make.dense("dense1", 10, "softmax")(x), name="fashion_cnn")


def _cifar_cnn(seed: int) -> keras.Model:
    """Two convolutions and two dense layers for 32 x 32 colour pictures: 65,962 parameters."""
    make = _Layers(seed)
    image = keras.Input((32, 32, 3), name="input")
    x = make.conv("conv0", 16, 5)(image)
    x = layers.MaxPooling2D(name="pool0")(x)
    x = make.conv("conv1", 32, 5)(x)
    x = layers.MaxPooling2D(name="pool1")(x)
    x = layers.Flatten(name="flatten")(x)
    x = make.dense("dense0", 64, "relu")(x)
    return keras.Model(image, make.dense("dense1", 10, "softmax")(x), name="cifar_cnn")


def _rectified_cnn(seed: int) -> keras.Model:
    """Poolings before rectifiers, and a rectifier before the softmax, too: 21,840 parameters."""
    make = _Layers(seed)
    image = keras.Input((28, 28, 1), name="input")
    x = make.conv("conv0", 10, 5, activation=None)(image)
    x = layers.MaxPooling2D(name="pool0")(x)
    x = layers.ReLU(name="relu0")(x)
    x = make.conv("conv1", 20, 5, activation=None)(x)
    x = layers.MaxPooling2D(name="pool1")(x)
    x = layers.ReLU(name="relu1")(x)
    x = layers.Flatten(name="flatten")(x)
    x = make.dense("dense0", 50, "relu")(x)
    x = make.dense("dense1", 10, "relu")(x)
    return keras.Model(image, layers.Softmax(name="softmax")(x), name="rectified_cnn")


RECIPES: Mapping[str, Callable[[int], keras.Model]] = MappingProxyType(
    {
        "digits-cnn": _digits_cnn,
        "lenet5": _lenet5,
        "double-lenet5": _double_lenet5,
        "siamese": _siamese,
        "fashion-cnn": _fashion_cnn,
        "cifar-cnn": _cifar_cnn,
        "rectified-cnn": _rectified_cnn,
    }
)
"""Recipe name -> function from a seed to an untrained network."""


def build(recipe: str, seed: int = 0) -> keras.Model:
    """An untrained network with seeded first weights.

    Raises: ParameterError if there is no such recipe.
    """
    if recipe not in RECIPES:
        raise ParameterError(f"No network recipe '{recipe}'. There are: {', '.join(RECIPES)}.")
    return RECIPES[recipe](seed)


def train(demo: Demo, x: Array, y: Array, path: Path, *, report: Report = silent) -> None:
    """Train the network of a demo and keep it as a `.keras` file, its epochs in a folder beside.

    The folder has the name of the file without its ending. Both appear under their
    names only when they are complete, the file last. The same demo and data give
    the same weights on the same machine.

    Args:
        demo: what to build and how long to train it.
        x: (n, height, width, channels) float32 in [0, 1].
        y: (n,) integers, class numbers.
        path: where the network goes; ends in `.keras`.
        report: hears the fraction done; if it raises `Cancelled`, no file is left.
    Raises:
        ParameterError: unknown recipe, or a path that does not end in `.keras`.
        ShapeError, DataError, NotFiniteError: data that do not fit the network.
        StoreError: the file cannot be written.
        Cancelled: from `report`.
    """
    if path.suffix != ".keras":
        raise ParameterError(f"A trained network is kept as a .keras file; got '{path.name}'.")
    model = build(demo.network_recipe, demo.seed)
    _check(demo, model, x, y)
    with _beside(path) as part:
        epochs = part / "epochs"
        epochs.mkdir()
        last = _fit(demo, model, x, y, folder=epochs, report=report)
        report(1.0, "keeping the network")
        shutil.copyfile(last, part / path.name)
        if path.with_suffix("").exists():  # of a process that ended before it came to the file
            path.with_suffix("").replace(part / "old")
        epochs.replace(path.with_suffix(""))
        (part / path.name).replace(path)


def _check(demo: Demo, model: keras.Model, x: Array, y: Array) -> None:
    """Refuse data that the network cannot be trained on."""
    wanted = tuple(model.input_shape[1:])
    if x.shape[1:] != wanted or y.shape != x.shape[:1]:
        raise ShapeError(
            f"The network '{demo.network_recipe}' trains on (n, {', '.join(map(str, wanted))}) "
            f"with (n,) labels; got {x.shape} with {y.shape}."
        )
    if len(x) < demo.batch_size:
        raise DataError(
            f"Demo '{demo.name}' trains in batches of {demo.batch_size} samples; "
            f"the data have only {len(x)}."
        )
    if not np.isfinite(x).all():
        raise NotFiniteError(
            f"The training data of demo '{demo.name}' hold NaN or infinity. Mend the data."
        )
    # An embedding has no place for each class, so that any number of them will do.
    classes = int(y.max()) + 1 if demo.output else int(model.output_shape[-1])
    if y.min() < 0 or y.max() >= classes:
        raise DataError(
            f"Demo '{demo.name}' needs a class 0 to {classes - 1} for every training sample; "
            f"labels run from {y.min()} to {y.max()}."
        )


def _fit(
    demo: Demo, model: keras.Model, x: Array, y: Array, *, folder: Path, report: Report
) -> Path:
    """Train `model` in place.

    Returns: the file of the last epoch in `folder`, where all of them are recorded.
    """
    steps = len(x) // demo.batch_size
    total = steps * demo.epochs
    # A second model over the same layers carries optimiser and loss, so that the
    # file of `model` holds layers and weights only.
    trainer = keras.Model(model.inputs, model.outputs)
    falling = keras.optimizers.schedules.CosineDecay(demo.learning_rate, total)
    plain = demo.method == "sgd"
    trainer.compile(
        optimizer=keras.optimizers.SGD(demo.learning_rate)
        if plain
        else keras.optimizers.Adam(falling),
        loss=contrastive_loss if demo.output else "sparse_categorical_crossentropy",
        metrics=[
            keras.metrics.MeanMetricWrapper(neighbour_accuracy, name="accuracy")
            if demo.output
            else "accuracy"
        ],
    )
    last = record(model, folder, 0)
    order = np.random.default_rng(demo.seed)
    report(0.0, f"epoch 1 of {demo.epochs}")
    told = time.monotonic()
    for epoch in range(demo.epochs):
        # Whole batches only: another batch size would be compiled anew. What is
        # left over differs from epoch to epoch.
        batches = order.permutation(len(x))[: steps * demo.batch_size].reshape(steps, -1)
        sums = {"loss": 0.0, "accuracy": 0.0}
        for step, batch in enumerate(batches, 1):
            logs = trainer.train_on_batch(x[batch], y[batch], return_dict=True)
            sums = {name: so_far + float(logs[name]) for name, so_far in sums.items()}
            if time.monotonic() - told >= REPORT_SECONDS or step == steps:
                accuracy = f"{100 * sums['accuracy'] / step:.1f} %"
                report(
                    (epoch * steps + step) / total,
                    f"epoch {epoch + 1} of {demo.epochs}, accuracy {accuracy}",
                )
                told = time.monotonic()
        measured = {name: total / steps for name, total in sums.items()}
        last = record(model, folder, epoch + 1, measured)
    # A loss would not tell: relu turns NaN into 0, so that the network just stops learning.
    broken = [w.path for w in model.weights if not np.isfinite(w.numpy()).all()]
    if broken:
        raise NotFiniteError(
            f"Training of demo '{demo.name}' diverged: the weights of {broken[0]} are not numbers. "
            "Take a smaller learning rate."
        )
    return last


@contextmanager
def _beside(path: Path) -> Iterator[Path]:
    """A folder that is gone afterwards, beside the place of a file.

    Raises: StoreError for what goes wrong with the disk meanwhile.
    """
    try:
        with tempfile.TemporaryDirectory(dir=path.parent, prefix=".training-") as folder:
            yield Path(folder)
    except OSError as error:
        raise StoreError(
            f"Cannot keep the trained network as '{path}': {error.strerror or error}. "
            "Free some space or choose another folder."
        ) from error
