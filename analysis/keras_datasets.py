"""The named data sets from the network, through `keras.datasets`.

Apart from `dataset`, because whoever imports this file imports TensorFlow: it
is handed to `dataset.load(..., fetch=keras_datasets.fetch)` in the worker.
"""

from __future__ import annotations

import keras

from .errors import DataError
from .types import Array

NAMES = ("mnist", "fashion_mnist", "cifar10")


def fetch(name: str) -> tuple[Array, Array, Array, Array]:
    """A data set as Keras gives it, from its cache or from the network.

    Args:
        name: one of `NAMES`.
    Returns: x_train, y_train, x_test, y_test; uint8 images, integer labels.
    Raises: DataError if there is no such set or it cannot be had.
    """
    if name not in NAMES:
        raise DataError(f"keras.datasets is not asked for '{name}', only for {', '.join(NAMES)}.")
    try:
        (x_train, y_train), (x_test, y_test) = getattr(keras.datasets, name).load_data()
    # Keras reports a failed download as a bare Exception.
    except Exception as error:
        raise DataError(
            f"Data set '{name}' could not be fetched through keras.datasets ({error}). "
            f"Connect to the network, or give --data-dir with a folder that holds {name}.npz."
        ) from error
    return x_train, y_train, x_test, y_test
