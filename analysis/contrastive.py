"""The contrastive loss over all pairs of a batch.

Source: Hadsell, Chopra, LeCun, *Dimensionality Reduction by Learning an Invariant Mapping*, 2006,
equation 4; as in the `siamese` example of Caffe. There, pairs are drawn beforehand and each sample
of a pair goes through one of two networks that share their weights; here a batch goes through the
network once and every two of its samples are a pair.
"""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

MARGIN = 1.0
"""Distance beyond which samples of different classes no longer repel each other."""


def contrastive_loss(labels: Any, embeddings: Any) -> Any:
    """Mean over pairs of d^2 / 2 within a class and max(MARGIN - d, 0)^2 / 2 between classes.

    Pairs within a class and pairs between classes weigh the same, however many there are of each.

    Args:
        labels: (b,) or (b, 1) class numbers.
        embeddings: (b, width).
    Returns: a number.
    """
    squared, same, other = _pairs(labels, embeddings)
    # The square root has no slope at 0, where the one of a sample to itself lies.
    distance = ops.sqrt(ops.maximum(squared, keras.config.epsilon()))
    apart = ops.square(ops.maximum(MARGIN - distance, 0.0))
    return (_mean(squared, same) + _mean(apart, other)) / 4.0


def neighbour_accuracy(labels: Any, embeddings: Any) -> Any:
    """Of every sample of a batch, whether its nearest other sample has its class: (b,) of 0 and 1.

    Args: as of `contrastive_loss`.
    """
    squared, same, other = _pairs(labels, embeddings)
    themselves = 1.0 - same - other
    nearest = ops.argmin(squared + themselves * ops.max(squared) * 2.0 + themselves, axis=1)
    found = ops.take_along_axis(same, ops.expand_dims(nearest, 1), axis=1)
    return ops.squeeze(found, axis=1)


def _pairs(labels: Any, embeddings: Any) -> tuple[Any, Any, Any]:
    """(b, b) each: squared distances, 1 for two samples of one class, 1 for two of different ones;
    both are 0 for a sample with itself."""
    labels = ops.reshape(labels, (-1,))
    squared = ops.sum(
        ops.square(ops.expand_dims(embeddings, 1) - ops.expand_dims(embeddings, 0)), axis=-1
    )
    equal = ops.cast(ops.expand_dims(labels, 1) == ops.expand_dims(labels, 0), squared.dtype)
    itself = ops.eye(ops.shape(labels)[0], dtype=squared.dtype)
    return squared, equal - itself, 1.0 - equal


def _mean(values: Any, chosen: Any) -> Any:
    """Over the chosen pairs; 0 if there are none."""
    return ops.sum(values * chosen) / ops.maximum(ops.sum(chosen), 1.0)
