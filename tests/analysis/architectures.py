"""Small Keras models of many shapes, for tests. Every one is a fresh model with seeded weights."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
from keras import layers as kl
from keras import ops

Build = Callable[[], keras.Model]


def scramble(model: keras.Model, seed: int = 0) -> keras.Model:
    """Give every weight a random value, so that no bias is zero and no statistic is trivial."""
    draw = np.random.default_rng(seed)
    for weight in model.weights:
        if weight.dtype.startswith("float"):
            fan = max(1.0, float(np.prod(weight.shape[:-1])))
            values = draw.normal(0.0, 1.5 / np.sqrt(fan), weight.shape)
            positive = "variance" in weight.name or "gamma" in weight.name
            weight.assign(np.abs(values) + 0.5 if positive else values)
    return model


def samples(model: keras.Model, count: int, seed: int = 0) -> dict[str, np.ndarray[Any, Any]]:
    """Random samples in [0, 1] for every input; whole numbers below 5 where it takes them."""
    draw = np.random.default_rng(seed)
    made = {}
    for tensor in model.inputs:
        shape = (count, *tensor.shape[1:])
        whole = "int" in str(tensor.dtype)
        values = draw.integers(0, 5, shape) if whole else draw.random(shape)
        made[tensor.name] = values.astype(np.float32)
    return made


def mlp() -> keras.Model:
    return keras.Sequential(
        [
            keras.Input((12,), name="vector"),
            kl.Dense(8, activation="relu", name="dense0"),
            kl.Dense(3, activation="softmax", name="dense1"),
        ],
        name="mlp",
    )


def lenet() -> keras.Model:
    image = keras.Input((12, 12, 1), name="image")
    x = kl.Conv2D(3, 3, activation="relu", name="conv0")(image)
    x = kl.Conv2D(4, 3, activation="relu", name="conv1")(x)
    x = kl.Flatten(name="flatten")(x)
    x = kl.Dense(10, activation="relu", name="dense0")(x)
    return keras.Model(image, kl.Dense(5, activation="softmax", name="dense1")(x), name="lenet")


def lenet_separate() -> keras.Model:
    return keras.Sequential(
        [
            keras.Input((12, 12, 1)),
            kl.GaussianNoise(0.1, name="noise"),
            kl.Conv2D(3, 3, name="conv"),
            kl.Activation("relu", name="act"),
            kl.MaxPooling2D(name="pool"),
            kl.Dropout(0.5, name="drop"),
            kl.Flatten(name="flatten"),
            kl.Dense(5, name="dense"),
            kl.Activation("softmax", name="probabilities"),
        ],
        name="separate",
    )


def residual() -> keras.Model:
    image = keras.Input((8, 8, 3), name="image")
    x = kl.Conv2D(4, 3, padding="same", use_bias=False, name="stem")(image)
    for block in range(2):
        y = kl.Conv2D(4, 3, padding="same", name=f"conv{block}a")(x)
        y = kl.BatchNormalization(name=f"norm{block}a")(y)
        y = kl.ReLU(name=f"relu{block}a")(y)
        y = kl.Conv2D(4, 3, padding="same", name=f"conv{block}b")(y)
        y = kl.BatchNormalization(name=f"norm{block}b")(y)
        x = kl.Add(name=f"add{block}")([x, y])
        x = kl.ReLU(name=f"relu{block}b")(x)
    x = kl.GlobalAveragePooling2D(name="pool")(x)
    return keras.Model(image, kl.Dense(4, activation="softmax", name="head")(x), name="residual")


def inception() -> keras.Model:
    image = keras.Input((8, 8, 2), name="image")
    one = kl.Conv2D(2, 1, activation="relu", name="one")(image)
    three = kl.Conv2D(2, 1, activation="relu", name="before_three")(image)
    three = kl.Conv2D(3, 3, padding="same", activation="relu", name="three")(three)
    pooled = kl.MaxPooling2D(3, strides=1, padding="same", name="pool")(image)
    pooled = kl.Conv2D(2, 1, activation="relu", name="after_pool")(pooled)
    x = kl.Concatenate(name="join")([one, three, pooled])
    x = kl.SpatialDropout2D(0.2, name="drop")(x)
    x = kl.AveragePooling2D(2, name="shrink")(x)
    x = kl.Flatten(name="flatten")(x)
    return keras.Model(image, kl.Dense(3, activation="softmax", name="head")(x), name="inception")


def two_inputs() -> keras.Model:
    picture = keras.Input((6, 6, 1), name="picture")
    facts = keras.Input((5,), name="facts")
    x = kl.Conv2D(2, 3, activation="tanh", name="conv")(picture)
    x = kl.Flatten(name="flatten")(x)
    y = kl.Dense(4, activation="relu", name="dense")(facts)
    x = kl.Concatenate(name="join")([x, y])
    out = kl.Dense(3, activation="softmax", name="head")(x)
    return keras.Model([picture, facts], out, name="two_inputs")


def shared() -> keras.Model:
    left, right = keras.Input((6,), name="left"), keras.Input((6,), name="right")
    trunk_in = keras.Input((6,), name="trunk_in")
    inner = kl.Dense(5, activation="relu", name="inner")(trunk_in)
    trunk = keras.Model(trunk_in, inner, name="trunk")
    dense = kl.Dense(4, activation="tanh", name="twice")
    x = kl.Concatenate(name="join")([dense(trunk(left)), dense(trunk(right))])
    out = kl.Dense(3, activation="softmax", name="head")(x)
    return keras.Model([left, right], out, name="shared")


def nested() -> keras.Model:
    innermost = keras.Sequential(
        [
            keras.Input((4, 4, 2)),
            kl.Conv2D(3, 3, padding="same", activation="relu", name="conv"),
            kl.Dropout(0.1, name="drop"),
        ],
        name="innermost",
    )
    middle_in = keras.Input((4, 4, 2), name="middle_in")
    y = kl.BatchNormalization(name="norm")(middle_in)
    y = innermost(y)
    middle = keras.Model(middle_in, [y, kl.ReLU(name="unused")(y)], name="middle")
    image = keras.Input((4, 4, 2), name="image")
    x, _ = middle(image)
    x = kl.GlobalMaxPooling2D(name="pool")(x)
    return keras.Model(image, kl.Dense(3, activation="softmax", name="head")(x), name="nested")


def mobile() -> keras.Model:
    image = keras.Input((9, 9, 3), name="image")
    x = kl.ZeroPadding2D(((0, 1), (0, 1)), name="pad")(image)
    x = kl.Conv2D(4, 3, strides=2, use_bias=False, name="stem")(x)
    x = kl.BatchNormalization(name="stem_norm")(x)
    x = kl.ReLU(6.0, name="stem_relu")(x)
    x = kl.DepthwiseConv2D(3, padding="same", activation="relu6", name="depthwise")(x)
    x = kl.SeparableConv2D(5, 3, padding="same", activation="relu", name="separable")(x)
    x = kl.GlobalAveragePooling2D(keepdims=True, name="pool")(x)
    x = kl.Conv2D(4, 1, name="logits")(x)
    x = kl.Reshape((4,), name="reshape")(x)
    return keras.Model(image, kl.Activation("softmax", name="prediction")(x), name="mobile")


def attention() -> keras.Model:
    tokens = keras.Input((6, 8), name="tokens")
    x = kl.LayerNormalization(name="norm0")(tokens)
    x = kl.MultiHeadAttention(2, 4, dropout=0.1, name="attention")(x, x)
    x = kl.Add(name="add0")([tokens, x])
    y = kl.LayerNormalization(name="norm1")(x)
    y = kl.Dense(12, activation="gelu", name="up")(y)
    y = kl.Dense(8, name="down")(y)
    x = kl.Add(name="add1")([x, y])
    x = kl.GlobalAveragePooling1D(name="pool")(x)
    return keras.Model(tokens, kl.Dense(3, name="head")(x), name="attention")


def recurrent() -> keras.Model:
    rows = keras.Input((7, 7), name="rows")
    x = kl.Bidirectional(kl.GRU(3, return_sequences=True), name="both")(rows)
    x, _hidden, cell = kl.LSTM(4, return_state=True, name="lstm")(x)
    x = kl.Concatenate(name="join")([x, cell])
    return keras.Model(rows, kl.Dense(3, activation="softmax", name="head")(x), name="recurrent")


def masked() -> keras.Model:
    """The mask of the padding must reach the LSTM past a layer that is taken apart."""
    words = keras.Input((6,), dtype="int32", name="words")
    x = kl.Embedding(5, 4, mask_zero=True, name="embedding")(words)
    x = kl.Dense(4, activation="tanh", name="dense")(x)
    x = kl.LSTM(3, name="lstm")(x)
    return keras.Model(words, kl.Dense(3, activation="softmax", name="head")(x), name="masked")


def preprocessing() -> keras.Model:
    image = keras.Input((8, 8, 3), name="image")
    x = kl.RandomFlip("horizontal", name="flip")(image)
    x = kl.Rescaling(1 / 255, name="rescale")(x)
    x = kl.Conv2D(3, 3, activation="relu", name="conv")(x)
    x = kl.GlobalMaxPooling2D(name="pool")(x)
    return keras.Model(image, kl.Dense(4, name="logits")(x), name="preprocessing")


def one_sigmoid() -> keras.Model:
    vector = keras.Input((6,), name="vector")
    x = kl.Dense(5, activation="relu", name="dense")(vector)
    return keras.Model(vector, kl.Dense(1, activation="sigmoid", name="head")(x), name="sigmoid")


def one_logit() -> keras.Model:
    vector = keras.Input((6,), name="vector")
    x = kl.Dense(5, activation="relu", name="dense")(vector)
    return keras.Model(vector, kl.Dense(1, name="head")(x), name="logit")


def reordering() -> keras.Model:
    image = keras.Input((4, 6, 2), name="image")
    x = kl.ZeroPadding2D(1, name="pad")(image)
    x = kl.Permute((2, 1, 3), name="permute")(x)
    x = kl.Reshape((48, 2), name="reshape")(x)
    x = kl.Cropping1D(2, name="crop")(x)
    x = kl.Flatten(name="flatten")(x)
    x = kl.Dense(4, activation="softmax", name="head")(x)
    return keras.Model(image, kl.Reshape((4,), name="last")(x), name="reordering")


def conv1d() -> keras.Model:
    line = keras.Input((16, 1), name="line")
    x = kl.Conv1D(3, 3, strides=2, activation="relu", name="conv0")(line)
    x = kl.Conv1DTranspose(2, 3, activation="elu", name="up")(x)
    x = kl.SeparableConv1D(3, 3, activation="swish", name="separable")(x)
    x = kl.GlobalAveragePooling1D(name="pool")(x)
    return keras.Model(line, kl.Dense(3, activation="softmax", name="head")(x), name="conv1d")


def operators() -> keras.Model:
    image = keras.Input((6, 6, 2), name="image")
    x = ops.rot90(image, axes=(1, 2))
    y = kl.Conv2D(2, 3, padding="same", activation=kl.LeakyReLU(0.2), name="conv")(x)
    z = ops.relu(x + y) * 2.0
    z = ops.reshape(z[:, 1:, :, :], (-1, 60))
    first, second = ops.split(z, 2, axis=1)
    z = kl.EinsumDense("ab,bc->ac", 8, activation="sigmoid", name="einsum")(first - second)
    z = kl.Dense(6, activation=kl.PReLU(), name="prelu")(z)
    return keras.Model(image, ops.softmax(kl.Dense(3, name="head")(z)), name="operators")


def ensemble() -> keras.Model:
    vector = keras.Input((5,), name="vector")
    heads = [kl.Dense(3, activation="softmax", name=f"head{k}")(vector) for k in range(2)]
    return keras.Model(vector, heads[0] * 0.25 + heads[1] * 0.75, name="ensemble")


def mobilenet_v2() -> keras.Model:
    return keras.applications.MobileNetV2((32, 32, 3), alpha=0.35, weights=None, classes=10)


ZOO: dict[str, Build] = {
    build.__name__: build
    for build in (
        mlp,
        lenet,
        lenet_separate,
        residual,
        inception,
        two_inputs,
        shared,
        nested,
        mobile,
        attention,
        recurrent,
        masked,
        preprocessing,
        one_sigmoid,
        one_logit,
        reordering,
        conv1d,
        operators,
        ensemble,
        mobilenet_v2,
    )
}
"""Name -> how to build it; `make` gives it weights."""


def make(name: str) -> keras.Model:
    return scramble(ZOO[name]())


def two_outputs() -> keras.Model:
    vector = keras.Input((4,), name="vector")
    heads = [kl.Dense(3, activation="softmax", name=name)(vector) for name in ("kind", "size")]
    return keras.Model(vector, heads, name="two_outputs")


class Subclassed(keras.Model):
    """A model whose graph is in its code."""

    def __init__(self) -> None:
        super().__init__(name="subclassed")
        self.dense = kl.Dense(3, activation="softmax")

    def call(self, x: Any) -> Any:
        return self.dense(x)


def with_lambda() -> keras.Model:
    vector = keras.Input((4,), name="vector")
    x = kl.Lambda(lambda value: value * 2.0, output_shape=(4,), name="twice")(vector)
    return keras.Model(vector, kl.Dense(3, activation="softmax", name="head")(x), name="hostile")
