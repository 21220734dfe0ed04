"""A network that an attack can turn, and samples that it gets right."""

from __future__ import annotations

import keras
import numpy as np
from keras import layers as kl

SIDE = (6, 6, 1)


def striped() -> keras.Model:
    """Which of three stripes of a picture is brightest: learnt by a small network."""
    keras.utils.set_random_seed(0)
    image = keras.Input(SIDE, name="picture")
    y = kl.Conv2D(6, 3, activation="tanh", name="conv")(image)
    y = kl.Dense(3, activation="softmax", name="end")(kl.Flatten(name="flatten")(y))
    model = keras.Model(image, y)
    model.compile(keras.optimizers.Adam(0.02), "sparse_categorical_crossentropy")
    x, labels = samples(400, 1)
    model.fit(x, labels, epochs=30, verbose=0)
    return model


def samples(n: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    labels = np.arange(n) % 3
    x = rng.uniform(0.2, 0.5, (n, *SIDE))
    for k, label in enumerate(labels):
        x[k, 2 * label : 2 * label + 2] += 0.3
    return x.astype(np.float32), labels
