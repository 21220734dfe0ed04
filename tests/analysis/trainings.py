"""A small training to record."""

from __future__ import annotations

from pathlib import Path

import keras
import numpy as np

from analysis import history

X = np.random.default_rng(0).random((20, 4), dtype=np.float32)
Y = np.arange(20) % 2


def small() -> keras.Model:
    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(2, activation="softmax")])
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def fit(folder: Path, last: int, first: int = 0) -> keras.Model:
    model = small()
    model.fit(
        *(X, Y),
        validation_data=(X, Y),
        initial_epoch=first,
        epochs=last,
        verbose=0,
        callbacks=[history.Recorder(folder)],
    )
    return model


def recorder(folder: Path, x: object = X, y: object = Y, **more: object) -> history.Recorder:
    return history.Recorder(folder, x, y, **more)  # type: ignore[arg-type]
