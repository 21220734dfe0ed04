"""Receptive fields against brute force: change every pixel and see which positions notice."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from keras import layers as kl
from keras import ops

from analysis import network, receptive_field
from analysis.errors import DataError, ParameterError, UnknownLayerError
from tests.analysis import architectures as zoo

Arrays = np.ndarray[Any, Any]
Draw = np.random.Generator


def opened(image: Any, x: Any, seed: int = 0) -> network.Network:
    """A network through `x` whose weights are positive, so that no influence cancels out."""
    if len(x.shape) > 2:
        x = kl.Flatten(name="row")(x)
    model = keras.Model(image, kl.Dense(2, name="head")(x))
    draw = np.random.default_rng(seed)
    for weight in model.weights:
        if "variance" in weight.name or not weight.dtype.startswith("float"):
            continue
        weight.assign(draw.uniform(0.5, 1.5, weight.shape) / max(1, np.prod(weight.shape[:-1])))
    return network.from_keras(model)


def influence(net: network.Network, layers: list[str], seed: int = 0) -> dict[str, Arrays]:
    """Layer -> (positions, height, width), True where a change of the pixel changes the position.

    Pixels are set to much more and to nothing, so that maxima and minima notice, too.
    """
    draw = np.random.default_rng(seed)
    height, width, channels = next(iter(net.input_shapes.values()))
    found: dict[str, Arrays] = {}
    for level in (1e3, 0.0):
        x = np.tile(
            draw.uniform(0.5, 1.0, (height, width, channels)), (height * width + 1, 1, 1, 1)
        )
        rows, columns = np.divmod(np.arange(height * width), width)
        x[np.arange(1, len(x)), rows, columns] = level * draw.uniform(0.9, 1.1, channels)
        for layer, values in net.run(x, layers).items():
            flat = values.reshape(len(x), -1, values.shape[-1])
            change = np.abs(flat[1:] - flat[0]).max(axis=2) > 1e-5 * np.abs(flat[0]).max()
            seen = change.T.reshape(-1, height, width)
            found[layer] = found.get(layer, False) | seen
    return found


def around(seen: Arrays) -> Arrays:
    """The smallest box around True in each (height, width)."""
    boxes = np.zeros((len(seen), 4), np.int32)
    for box, pixels in zip(boxes, seen, strict=True):
        rows, columns = np.nonzero(pixels)
        if len(rows):
            box[:] = rows.min(), columns.min(), rows.max() + 1, columns.max() + 1
    return boxes


def check(net: network.Network, seed: int = 0) -> None:
    layers = [name for name in net.layers if name != "prediction"]
    for layer, seen in influence(net, layers, seed).items():
        found = receptive_field.boxes(net, layer)
        assert found.dtype == np.int32
        np.testing.assert_array_equal(found, around(seen), err_msg=layer)


# Random architectures


def convolution(x: Any, draw: Draw) -> Any:
    padding = str(draw.choice(["same", "valid"]))
    strides, dilation = ((1, 2), (1, 1)) if draw.random() < 0.5 else ((1, 1), (1, 3))
    shape = x.shape[1:3]
    size = [int(draw.integers(1, min(4, 1 + (side - 1) // max(dilation)) + 1)) for side in shape]
    stride = int(draw.choice(strides))
    kind = draw.choice(["plain", "plain", "depthwise", "separable", "grouped"])
    options: dict[str, Any] = {
        "padding": padding,
        "strides": stride,
        "dilation_rate": tuple(draw.choice(dilation, 2).tolist()) if kind == "plain" else 1,
    }
    if kind == "depthwise":
        return kl.DepthwiseConv2D(size, depth_multiplier=int(draw.integers(1, 3)), **options)(x)
    if kind == "separable":
        return kl.SeparableConv2D(3, size, **options)(x)
    groups = x.shape[-1] if kind == "grouped" else 1
    activation = str(draw.choice(["linear", "relu", "leaky_relu"]))
    return kl.Conv2D(2 * groups, size, groups=groups, activation=activation, **options)(x)


def transposed(x: Any, draw: Draw) -> Any:
    size, stride = draw.integers(1, 5, 2).tolist(), draw.integers(1, 4, 2).tolist()
    padding = str(draw.choice(["same", "valid"]))
    return kl.Conv2DTranspose(2, size, strides=stride, padding=padding)(x)


def pooling(x: Any, draw: Draw) -> Any:
    kind = kl.MaxPooling2D if draw.random() < 0.5 else kl.AveragePooling2D
    size = [int(draw.integers(1, min(3, side) + 1)) for side in x.shape[1:3]]
    strides = None if draw.random() < 0.5 else draw.integers(1, 4, 2).tolist()
    return kind(size, strides, padding=str(draw.choice(["same", "valid"])))(x)


def enlarged(x: Any, draw: Draw) -> Any:
    interpolation = str(draw.choice(["nearest", "bilinear"]))
    return kl.UpSampling2D(draw.integers(1, 4, 2).tolist(), interpolation=interpolation)(x)


MOVES: dict[str, Callable[[Any], Any]] = {
    "pad": kl.ZeroPadding2D(((0, 2), (3, 1))),
    "pad with a constant": lambda x: ops.pad(
        x, ((0, 0), (1, 0), (0, 2), (0, 0)), constant_values=3.0
    ),
    "mirror": lambda x: ops.pad(x, ((0, 0), (1, 1), (0, 1), (0, 0)), mode="symmetric"),
    "permute": kl.Permute((2, 1, 3)),
    "channels to columns": kl.Permute((1, 3, 2)),
    "drop": kl.Dropout(0.5),
    "turn": lambda x: ops.rot90(x, axes=(1, 2)),
    "turn back": lambda x: ops.rot90(x, k=3, axes=(1, 2)),
    "flip": lambda x: ops.flip(x, axis=1),
    "transpose": lambda x: ops.transpose(x, (0, 2, 1, 3)),
    "slice": lambda x: x[:, ::-2, x.shape[2] // 2 :],
    "roll": lambda x: ops.roll(x, 1, axis=2),
    "repeat": lambda x: ops.repeat(x, 2, axis=1),
    "flatten": lambda x: kl.Reshape((x.shape[2], x.shape[1], -1))(kl.Flatten()(x)),
    "crop": lambda x: kl.Cropping2D(((1, 0), (0, 1)))(x) if min(x.shape[1:3]) > 2 else x,
    "stack": lambda x: ops.squeeze(ops.stack([x, x], axis=1)[:, 1:], 1),
}


def moved(x: Any, draw: Draw) -> Any:
    return MOVES[str(draw.choice(list(MOVES)))](x)


def normalised(x: Any, draw: Draw) -> Any:
    return kl.BatchNormalization()(x)


def joined(x: Any, draw: Draw) -> Any:
    """Two branches of the same size that come together again."""
    size = draw.integers(1, 4, 2).tolist()
    y = kl.Conv2D(x.shape[-1], size, padding="same")(x)
    kind = draw.integers(6)
    if kind == 0:
        y = kl.MaxPooling2D(2, strides=1, padding="same")(y)
        return kl.Concatenate()([x, y])
    if kind == 1:
        return kl.Concatenate(axis=int(draw.integers(1, 3)))([x, y, x])
    if kind == 2:
        first, second = ops.split(kl.Concatenate()([x, y]), 2, axis=-1)
        return kl.DepthwiseConv2D(2, padding="same")(second) + first * 2.0
    merge = [kl.Add, kl.Maximum, kl.Average][kind - 3]
    return merge()([x, y])


BLOCKS = (convolution, convolution, transposed, pooling, enlarged, moved, moved, normalised, joined)


@pytest.mark.parametrize("seed", range(24))
def test_boxes_are_those_of_the_pixels_that_matter(seed: int) -> None:
    draw = np.random.default_rng(seed)
    height, width, channels = (*draw.integers(7, 12, 2).tolist(), int(draw.integers(1, 4)))
    x = image = keras.Input((height, width, channels), name="image")
    for block in draw.choice(len(BLOCKS), 4):
        made = BLOCKS[block](x, draw)
        x = made if np.prod(made.shape[1:]) < 2000 else x
    check(opened(image, x, seed), seed)


def unlike(x: Any) -> Any:
    """(h, w, 2 + 2 c): channels that depend on different pixels."""
    return kl.Concatenate()([x, kl.Conv2D(2, (3, 1), padding="same")(x), ops.flip(x, axis=1)])


def excited(x: Any) -> Any:
    y = kl.GlobalAveragePooling2D(keepdims=True)(x[:, 2:, :3])
    return kl.Multiply()([x, kl.Conv2D(x.shape[-1], 1, activation="relu")(y)])


def excited_by_a_vector(x: Any) -> Any:
    return kl.Multiply()([x, kl.Dense(x.shape[-1])(kl.GlobalMaxPooling2D()(x[:, 2:, :3]))])


def later_half(x: Any) -> Any:
    """The second output of one operation, alone and with the first."""
    first, second = ops.split(kl.ZeroPadding2D(((0, 0), (2, 0)))(x), 2, axis=2)
    return kl.Concatenate(axis=1)([kl.Conv2D(2, 2)(second), (first + second)[:, 1:, 1:]])


CASES: dict[str, Callable[[Any], Any]] = {
    **{
        f"{name} unlike channels": lambda x, move=move: move(unlike(x))
        for name, move in MOVES.items()
    },
    "pooling by channel": lambda x: MOVES["channels to columns"](kl.MaxPooling2D(2)(unlike(x))),
    "depthwise by channel": lambda x: MOVES["channels to columns"](
        kl.DepthwiseConv2D(2, depth_multiplier=2)(unlike(x))
    ),
    "depthwise with gaps": kl.DepthwiseConv2D((2, 3), padding="same", dilation_rate=(1, 2)),
    "separable with gaps": kl.SeparableConv2D(2, 2, padding="same", dilation_rate=(3, 1)),
    "groups of channels": lambda x: MOVES["channels to columns"](
        kl.Conv2D(6, 2, groups=3)(unlike(x))
    ),
    "excited": excited,
    "excited by a vector": excited_by_a_vector,
    "later half": later_half,
    "dense by position": lambda x: kl.Dense(3, activation=kl.PReLU())(unlike(x)),
    "softmax by position": kl.Conv2D(3, 2, activation="softmax"),
    "softmax of columns": kl.Softmax(axis=1),
    "fused softmax of rows": kl.Conv2D(2, 2, activation=kl.Softmax(axis=2)),
    "channels normalised": lambda x: kl.LayerNormalization()(x * x),
    "columns normalised": kl.UnitNormalization(axis=1),
    "image normalised": kl.LayerNormalization(axis=[1, 2]),
    "gate": lambda x: ops.glu(unlike(x)),
    "mean of columns": lambda x: ops.mean(x[:, 2:], axis=1),
    "largest of rows": lambda x: ops.max(x, axis=-2, keepdims=True),
    "pool operation": lambda x: ops.max_pool(x, 3, 2, "same"),
    "larger": kl.Resizing(11, 15),
    "smaller": kl.Resizing(5, 3),
    "nearest": kl.Resizing(11, 5, interpolation="nearest"),
    "constants beside": lambda x: x[..., :1] + np.ones((8, 5), np.float32),
    "causal": lambda x: kl.Conv1D(2, 3, strides=2, padding="causal")(kl.Reshape((7, 16))(x)),
    "causal with gaps": lambda x: kl.Conv1D(2, 2, padding="causal", dilation_rate=3)(
        kl.Reshape((56, 2))(x)
    ),
    "three axes": lambda x: kl.Conv3D(2, 2, padding="same")(kl.Reshape((7, 8, 2, 1))(x)),
    "transposed with gaps": kl.Conv2DTranspose(2, (2, 3), dilation_rate=2),
    "transposed and padded": kl.Conv2DTranspose(2, 3, strides=3, padding="same", output_padding=2),
    "only padding": lambda x: kl.ZeroPadding2D(3)(x)[:, :2],
}


@pytest.mark.parametrize("name", CASES)
def test_each_operation_alone(name: str) -> None:
    image = keras.Input((7, 8, 2), name="image")
    check(opened(image, kl.ReLU()(CASES[name](image))))


class Scattered(kl.Layer):
    """A layer of somebody's own that moves every value by the whole picture."""

    def call(self, x: Any) -> Any:
        return ops.flip(x, axis=1)


class Activation(Scattered):
    """Traced by the name of its function, though it does more."""

    activation = staticmethod(keras.activations.relu)


class Marked(kl.Layer):
    """Makes a mask, which is run but not drawn, from values at other places."""

    def call(self, x: Any) -> Any:
        return ops.flip(x, axis=1) > 0.5


class Add(Scattered):
    """Called as one of Keras' own."""


ANYWHERE: dict[str, Callable[[Any], Any]] = {
    "unknown": Scattered(),
    "of a known name": Add(),
    "of a known function": Activation(),
    "with a mask of its own": lambda x: kl.BatchNormalization()(
        kl.Reshape((6, 8))(x), mask=ops.mean(x, axis=(2, 3)) > 0.5
    ),
    "mask": lambda x: ops.where(Marked()(x), x, 0.0),
    "recurrent": lambda x: kl.GRU(2, return_sequences=True)(kl.Reshape((6, 8))(x)),
    "attention": lambda x: kl.MultiHeadAttention(1, 2)(*[kl.Reshape((24, 2))(x)] * 2),
    "groups": kl.GroupNormalization(2),
    "sideways": lambda x: kl.Dot(axes=(1, 1))([kl.Reshape((6, 8))(x)] * 2),
    "bicubic": kl.UpSampling2D(2, interpolation="bicubic"),
    "sample by sample": kl.Resizing(4, 4, crop_to_aspect_ratio=True),
}


@pytest.mark.filterwarnings("ignore:Layer 'row'")
@pytest.mark.parametrize("name", ANYWHERE)
def test_what_is_not_known_may_depend_on_all_that_it_reads(name: str) -> None:
    image = keras.Input((8, 8, 2), name="image")
    x = ANYWHERE[name](kl.Cropping2D(((1, 1), (2, 2)))(image))
    net = opened(image, kl.ReLU(name="last")(x))
    expected = np.tile([1, 2, 7, 6], (int(np.prod(x.shape[1:-1])), 1))
    np.testing.assert_array_equal(receptive_field.boxes(net, "last"), expected)


def test_the_states_of_a_recurrence_depend_on_all_that_it_reads() -> None:
    image = keras.Input((6, 5, 1), name="image")
    x, hidden, cell = kl.LSTM(2, return_state=True, return_sequences=True, name="lstm")(
        kl.Reshape((5, 5))(image[:, 1:])
    )
    x = kl.Add(name="sum")([x[:, 1:], kl.RepeatVector(4)(hidden * cell)])
    net = opened(image, x)
    for layer, positions in (("lstm", 1), ("sum", 4)):
        found = receptive_field.boxes(net, layer)
        assert found.tolist() == [[1, 0, 6, 5]] * positions


@pytest.mark.parametrize("name", ["lenet", "lenet_separate", "residual", "inception", "mobile"])
def test_no_pixel_beyond_the_box_matters_whatever_the_weights(name: str) -> None:
    net = network.from_keras(zoo.make(name))
    for layer, seen in influence(net, list(net.layers)).items():
        found, inner = receptive_field.boxes(net, layer), around(seen)
        some = inner[:, 2] > 0
        assert (found[some, :2] <= inner[some, :2]).all(), layer
        assert (found[some, 2:] >= inner[some, 2:]).all(), layer


@settings(max_examples=15, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 3), st.integers(1, 3)), min_size=1, max_size=3))
def test_windows_grow_as_the_recurrence_says(windows: list[tuple[int, int]]) -> None:
    """Of a chain without padding: size 1 + sum (k - 1) * jump, at multiples of the last jump."""
    image = x = keras.Input((40, 3, 1), name="image")
    jump, size = 1, 1
    for kernel, stride in windows:
        x = kl.Conv2D(1, (kernel, 1), strides=(stride, 1))(x)
        size += (kernel - 1) * jump
        jump *= stride
    net = opened(image, kl.ReLU(name="last")(x))
    length = net.operation("last").shape[0]
    found = receptive_field.boxes(net, "last").reshape(length, 3, 4)
    np.testing.assert_array_equal(found[:, 1, 0], np.arange(length) * jump)
    np.testing.assert_array_equal(found[:, 1, 2], np.arange(length) * jump + size)
    np.testing.assert_array_equal(found[:, :, 1::2], [[[0, 1], [1, 2], [2, 3]]] * length)


def test_large_pictures_keep_their_pixels_in_half_precision() -> None:
    image = keras.Input((700, 2, 1), name="image")
    x = kl.Permute((2, 1, 3), dtype="mixed_bfloat16", name="turned")(image)
    net = opened(image, kl.GlobalMaxPooling2D()(kl.Activation("relu")(x)))
    rows = np.arange(700)
    expected = [np.stack([rows, 0 * rows + k, rows + 1, 0 * rows + k + 1], 1) for k in range(2)]
    np.testing.assert_array_equal(receptive_field.boxes(net, "turned"), np.concatenate(expected))


def test_a_network_may_insist_on_its_batch_size() -> None:
    image = keras.Input(batch_shape=(3, 4, 4, 1), name="image")
    x = ops.reshape(kl.Conv2D(1, 3, padding="same")(image), (3, 2, 8, 1))
    net = opened(image, x)
    assert net.batch_size == 3
    check(net)


# What is asked for


def test_a_box_is_one_of_the_boxes() -> None:
    net = network.from_keras(zoo.make("residual"))
    boxes = receptive_field.boxes(net, "conv0a").reshape(8, 8, 4)
    assert receptive_field.box(net, "conv0a", 2, 5) == (0, 3, 5, 8) == tuple(boxes[2, 5])
    assert receptive_field.box(net, "pool", 0, 0) == (0, 0, 8, 8)
    for row, column in ((8, 0), (0, 8), (-1, 0), (0, -1)):
        with pytest.raises(ParameterError, match="'conv0a' has 8 x 8 positions"):
            receptive_field.box(net, "conv0a", row, column)
    with pytest.raises(ParameterError, match="1 x 1 positions"):
        receptive_field.box(net, "pool", 0, 1)
    with pytest.raises(UnknownLayerError, match="conv0b"):
        receptive_field.boxes(net, "conv0")


def test_pixels_are_those_of_one_input() -> None:
    net = network.from_keras(zoo.make("two_inputs"))
    assert receptive_field.box(net, "conv", 1, 2) == (1, 2, 4, 5)
    assert receptive_field.box(net, "picture", 5, 0) == (5, 0, 6, 1)
    assert receptive_field.boxes(net, "dense").tolist() == [[0, 0, 0, 0]]
    assert receptive_field.boxes(net, "prediction").tolist() == [[0, 0, 6, 6]]
    with pytest.raises(ParameterError, match=r"no pixels .*'picture' \(6, 6, 1\), 'facts' \(5,\)"):
        receptive_field.boxes(net, "conv", "facts")
    with pytest.raises(ParameterError, match="No input 'other'"):
        receptive_field.boxes(net, "conv", "other")
    with pytest.raises(DataError, match="There are no pixels"):
        receptive_field.boxes(network.from_keras(zoo.make("mlp")), "dense0")


def test_another_image_may_be_named() -> None:
    left, right = keras.Input((4, 4, 1), name="left"), keras.Input((5, 6, 2), name="right")
    x = kl.Conv2D(1, 2, name="narrow")(right)
    model = keras.Model(
        [left, right], kl.Dense(2)(kl.Concatenate()([*map(kl.Flatten(), [left, x])]))
    )
    net = network.from_keras(model)
    assert receptive_field.boxes(net, "narrow").tolist() == [[0, 0, 0, 0]] * 20
    assert receptive_field.box(net, "narrow", 3, 4, "right") == (3, 4, 5, 6)
    assert receptive_field.box(net, "left", 3, 3, "right") == (0, 0, 0, 0)
