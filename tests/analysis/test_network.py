"""Networks as classifiers: what they end in, what they take, and which data fit."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from keras import layers as kl
from keras import ops

from analysis import fitting, network
from analysis.errors import DataError, ModelError, ParameterError, UnsafeModelError
from analysis.types import Dataset
from tests.analysis import architectures as zoo


def ends_in(*layers: Any, width: int = 6) -> tuple[keras.Model, network.Network]:
    model = zoo.scramble(keras.Sequential([keras.Input((width,), name="vector"), *layers]))
    return model, network.from_keras(model)


def data(x: Any, labels: Any = None, name: str = "mine") -> Dataset:
    inputs = x if isinstance(x, dict) else {"x": x}
    count = len(next(iter(inputs.values())))
    labels = np.zeros(count, np.int64) if labels is None else np.asarray(labels)
    return Dataset(name, "test", inputs, labels, ("a", "b"), np.arange(count), count, "f" * 64)


X = np.random.default_rng(0).random((7, 6), dtype=np.float32)


def softmax(z: Any) -> Any:
    z = np.asarray(z, np.float64)
    return np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)


def sigmoid(z: Any) -> Any:
    second = 1 / (1 + np.exp(-np.asarray(z, np.float64)))
    return np.concatenate([1 - second, second], axis=1)


@pytest.mark.parametrize(
    ("layers", "output", "classes", "read"),
    [
        ([kl.Dense(3, activation="softmax")], "softmax", 3, np.asarray),
        ([kl.Dense(3), kl.Softmax()], "softmax", 3, np.asarray),
        ([kl.Dense(3), kl.Activation("softmax"), kl.Dropout(0.5)], "softmax", 3, np.asarray),
        ([kl.Dense(4, activation="softmax"), kl.Reshape((4,))], "softmax", 4, np.asarray),
        ([kl.Dense(3)], "logits", 3, softmax),
        ([kl.Dense(3, activation="log_softmax")], "logits", 3, softmax),
        ([kl.Dense(3, activation="tanh")], "logits", 3, softmax),
        ([kl.Dense(3), kl.BatchNormalization()], "logits", 3, softmax),
        ([kl.Dense(3), kl.UnitNormalization()], "logits", 3, softmax),
        ([kl.Dense(1)], "sigmoid logit", 2, sigmoid),
        (
            [kl.Dense(1, activation="sigmoid")],
            *("sigmoid", 2),
            lambda p: np.concatenate([1 - np.asarray(p), p], axis=1),
        ),
    ],
)
def test_every_end_gives_probabilities(layers: Any, output: str, classes: int, read: Any) -> None:
    model, net = ends_in(*layers)
    assert (net.output, net.class_count) == (output, classes)
    found = net.predict(X)
    assert found.shape == (7, classes)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, read(model(X, training=False)), atol=2e-6)
    np.testing.assert_allclose(found.sum(axis=1), 1, atol=1e-6)
    assert bool(net.notes) == (output in ("logits", "sigmoid logit"))
    assert net.graph.nodes[-1].name == "prediction"
    assert net.graph.nodes[-1].operation != "logits"


def test_a_mean_of_probabilities_is_one() -> None:
    vector = keras.Input((6,), name="vector")
    heads = [kl.Dense(3, activation="softmax")(vector) for _ in range(2)]
    net = network.from_keras(keras.Model(vector, kl.Average()(heads)))
    assert net.output == "softmax"
    assert net.graph.nodes[-1].operation == "Average"
    assert network.from_keras(zoo.make("ensemble")).output == "softmax"


@pytest.mark.parametrize(
    ("first", "range_"),
    [
        (kl.Rescaling(1 / 255), 255.0),
        (lambda x: kl.Rescaling(1 / 127.5, offset=-1)(kl.Resizing(4, 4)(x)), 255.0),
        (lambda x: kl.Rescaling(1 / 255)(kl.RandomFlip()(kl.ZeroPadding2D()(x))), 255.0),
        (kl.Normalization(mean=[120.0, 110.0, 100.0], variance=[60.0] * 3), 255.0),
        (lambda x: x / 255.0, 255.0),
        (lambda x: x * (1 / 255), 255.0),
        (lambda x: ops.subtract(x[..., ::-1], 103.9), 255.0),
        (kl.Rescaling(2.0, offset=-1), 1.0),
        (kl.Normalization(mean=[0.48, 0.45, 0.4], variance=[0.05] * 3), 1.0),
        (lambda x: kl.Rescaling(1 / 255)(kl.Conv2D(3, 1)(x)), 1.0),
        (lambda x: x - 0.5, 1.0),
        (kl.Rescaling([1 / 255] * 3), 255.0),
    ],
)
def test_networks_with_their_own_preprocessing_get_what_they_expect(
    first: Any, range_: float
) -> None:
    image = keras.Input((5, 5, 3), name="image")
    head = kl.Dense(3, activation="softmax")(kl.GlobalAveragePooling2D()(first(image)))
    model = zoo.scramble(keras.Model(image, head))
    for layer in model.layers:
        if isinstance(layer, kl.Normalization):
            layer.finalize_state()
    net = network.from_keras(model)
    assert net.pixel_range == (0.0, range_)
    assert any("multiplied by 255" in note for note in net.notes) == (range_ == 255.0)
    x = np.random.default_rng(0).random((3, 5, 5, 3), dtype=np.float32)
    np.testing.assert_allclose(net.predict(x), model(x * range_, training=False), atol=1e-5)


def test_a_measured_series_is_no_image() -> None:
    rows = keras.Input((4, 2), name="rows")
    x = kl.Flatten()(kl.Normalization(mean=[20.0, 1000.0], variance=[9.0, 400.0])(rows))
    assert network.from_keras(keras.Model(rows, kl.Dense(2)(x))).pixel_range == (0.0, 1.0)


def test_pixels_beyond_one_do_not_fit_a_network_that_scales() -> None:
    net = network.from_keras(zoo.make("preprocessing"))
    x = np.ones((2, 8, 8, 3), np.float32)
    assert net.check(data(x)) == ()
    with pytest.raises(DataError, match="pixels from 255 to 255"):
        net.check(data(x * 255))


def test_the_fingerprint_is_of_the_content() -> None:
    one, same = (network.from_keras(zoo.make("mlp")) for _ in range(2))
    assert one.fingerprint == same.fingerprint
    assert len(one.fingerprint) == 64
    other = network.from_keras(zoo.scramble(zoo.mlp(), seed=1))
    assert other.fingerprint != one.fingerprint
    assert network.from_keras(zoo.mlp(), "abc").fingerprint == "abc"


# Which data fit


@pytest.mark.parametrize(
    ("found", "wanted"),
    [
        ((28, 28, 1), (28, 28, 1)),
        ((28, 28, 1), (28, 28)),
        ((28, 28, 1), (784,)),
        ((28, 28), (784,)),
        ((784,), (28, 28, 1)),
        ((784,), (28, 28)),
        ((28, 28, 1), (1, 28, 28)),
        ((16,), (16, 1)),
        ((16, 1), (16,)),
    ],
)
def test_pictures_of_one_channel_may_be_laid_out_anew(found: Any, wanted: Any) -> None:
    x = np.arange(2 * np.prod(found), dtype=np.float32).reshape(2, *found)
    arranged = fitting.arrange({"image": wanted}, x)
    np.testing.assert_array_equal(arranged.arrays[0], x.reshape(2, *wanted))
    assert len(arranged.notes) == (found != wanted)


@pytest.mark.parametrize(
    ("found", "wanted", "advice"),
    [
        ((32, 32, 3), (28, 28, 1), "Resize the images to 28 x 28"),
        ((32, 32, 3), (32, 32, 1), "Give images with 1 channel."),
        ((32, 32, 1), (32, 32, 3), "Give images with 3 channels."),
        ((32, 32, 3), (3, 32, 32), "channels first"),
        ((3072,), (32, 32, 3), "Use the data"),
        ((32, 32, 3), (3072,), "Use the data"),
        ((27, 28), (28, 27), "Use the data"),
        ((4, 2, 3), (24,), "Use the data"),
        ((), (1, 2), "Use the data"),
    ],
)
def test_what_does_not_fit_is_refused_with_both_shapes(
    found: Any, wanted: Any, advice: str
) -> None:
    with pytest.raises(DataError) as caught:
        fitting.arrange({"image": wanted}, np.zeros((2, *found), np.float32), "data set 'mine'")
    message = str(caught.value)
    assert f"data set 'mine' has ({', '.join(map(str, found))}" in message
    assert f"takes ({', '.join(map(str, wanted))}" in message
    assert advice in message


@settings(max_examples=200)
@given(
    found=st.lists(st.integers(1, 4), max_size=4), wanted=st.lists(st.integers(1, 4), max_size=4)
)
def test_an_arrangement_never_moves_values(found: list[int], wanted: list[int]) -> None:
    x = np.arange(3 * int(np.prod(found)), dtype=np.float32).reshape(3, *found)
    try:
        arranged = fitting.arrange({"x": tuple(wanted)}, x)
    except DataError:
        assert found != wanted
        return
    assert arranged.arrays[0].shape == (3, *wanted)
    np.testing.assert_array_equal(arranged.arrays[0].ravel(), x.ravel())
    thick = [[size for size in shape if size != 1] for shape in (found, wanted)]
    # Either the same without axes of one, or a picture of one channel and a row.
    assert thick[0] == thick[1] or sorted(map(len, thick)) == [1, 2]


def test_a_data_set_of_other_classes_is_refused() -> None:
    net = network.from_keras(zoo.make("mlp"))
    x = np.zeros((4, 12), np.float32)
    assert net.check(data(x, [0, 1, 2, -1])) == ()
    with pytest.raises(
        DataError, match=r"3 classes apart \(0 to 2\), data set 'mine' has the label 3"
    ):
        net.check(data(x, [0, 1, 3, -1]))
    assert net.check(data(x, [-1] * 4)) == ()
    assert net.check(data(np.zeros((0, 12), np.float32))) == ()


def test_several_inputs_go_by_name() -> None:
    model = zoo.make("two_inputs")
    net = network.from_keras(model)
    assert net.input_shapes == {"picture": (6, 6, 1), "facts": (5,)}
    x = zoo.samples(model, 4)
    turned = dict(reversed(x.items()))
    np.testing.assert_array_equal(net.predict(turned), net.predict(x))
    assert net.check(data(turned)) == ()
    with pytest.raises(DataError, match="x_picture, x_facts"):
        net.check(data(x["picture"]))
    with pytest.raises(DataError, match="'facts', 'other'"):
        net.predict({"facts": x["facts"], "other": x["picture"]})
    with pytest.raises(DataError, match="'picture' 4, 'facts' 3"):
        net.predict(x | {"facts": x["facts"][:3]})
    single = network.from_keras(zoo.make("mlp"))
    with pytest.raises(DataError, match=r"1 input \('vector'\)"):
        single.predict(x)


def test_a_note_says_how_samples_were_laid_out() -> None:
    net = network.from_keras(zoo.make("mlp"))
    shown = data(np.random.default_rng(0).random((4, 3, 4, 1), dtype=np.float32))
    assert net.check(shown) == ("Samples of shape (3, 4, 1) were laid out as (12,).",)
    np.testing.assert_array_equal(net.predict(shown.inputs), net.predict(shown.x.reshape(4, 12)))
    renamed = replace(shown, inputs={"whatever": shown.x})
    assert net.check(renamed) == net.check(shown)


def test_no_samples_give_no_rows() -> None:
    net = network.from_keras(zoo.make("lenet"))
    assert net.predict(np.zeros((0, 12, 12, 1), np.float32)).shape == (0, 5)


def test_arguments_are_left_as_they_were() -> None:
    net = network.from_keras(zoo.make("preprocessing"))
    x = np.random.default_rng(0).random((3, 8, 8, 3))  # float64
    before = x.copy()
    found = net.predict(x)
    np.testing.assert_array_equal(x, before)
    np.testing.assert_array_equal(found, net.predict(x.astype(np.float32)))


def test_a_fixed_batch_is_kept() -> None:
    model = keras.Sequential([keras.Input(batch_shape=(3, 6)), kl.Dense(2, activation="softmax")])
    net = network.from_keras(zoo.scramble(model))
    assert net.batch_size == 3
    expected = np.concatenate([model(X[:3]), model(X[3:6]), model(X[4:7])[2:]])
    np.testing.assert_allclose(net.predict(X), expected, atol=1e-6)


def test_batches_that_no_data_fit_are_refused() -> None:
    for size in (0, 10**6):
        model = keras.Sequential([keras.Input(batch_shape=(size, 6)), kl.Dense(2)])
        with pytest.raises(ModelError, match=rf"batches of shape \({size}, 6\)"):
            network.from_keras(model)


def test_values_that_a_network_cannot_take_are_an_error_in_words() -> None:
    net = network.from_keras(zoo.make("masked"))
    with pytest.raises(DataError, match="'prediction' cannot be computed for these samples"):
        net.predict(np.full((2, 6), 99, np.float32))  # a word that the embedding does not have


def test_layers_that_do_not_run_are_an_error_in_words() -> None:
    model, net = ends_in(kl.Dense(4, activation="relu"), kl.Dense(3, name="head"))
    model.get_layer("head").__dict__["_kernel"] = np.zeros((9, 9), np.float32)
    with pytest.raises(ModelError, match="Operation 'prediction' cannot be computed"):
        net.predict(X)
    assert net.run(X, ["relu0"])["relu0"].shape == (7, 4)


def test_large_layers_run_in_small_batches() -> None:
    image = keras.Input((64, 64, 1), name="image")
    x = kl.Conv2D(256, 3, name="wide")(image)
    net = network.from_keras(keras.Model(image, kl.Dense(2)(kl.GlobalMaxPooling2D()(x))))
    assert net.batch_size == 16


def test_two_threads_may_ask_at_once() -> None:
    net = network.from_keras(zoo.make("lenet"))
    x = np.random.default_rng(0).random((400, 12, 12, 1), dtype=np.float32)
    found: dict[str, Any] = {}

    def ask(layer: str) -> None:
        found[layer] = net.run(x, [layer])[layer]

    layers = net.layers * 2  # more than are kept compiled
    threads = [threading.Thread(target=ask, args=(layer,)) for layer in layers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    alone = network.from_keras(zoo.make("lenet"))
    for layer in net.layers:
        np.testing.assert_array_equal(found[layer], alone.run(x, [layer])[layer])


@pytest.mark.parametrize(
    ("layers", "last"),
    [
        ([kl.Dense(2, name="point")], "point"),
        ([kl.Dense(2, name="point"), kl.Dropout(0.5), kl.Dropout(0.1)], "point"),
        ([kl.Dense(1, name="point")], "point"),
        ([kl.Dense(4, name="point", activation="sigmoid")], "sigmoid0"),
        ([kl.Dense(3, activation="softmax")], "softmax0"),
        ([kl.Dense(4), kl.UnitNormalization(name="sphere")], "sphere"),
    ],
)
def test_any_end_may_be_read_as_an_embedding(layers: Any, last: str) -> None:
    model, plain = ends_in(*layers) if last != "sigmoid0" else (ends_in_sigmoids(*layers), None)
    net = network.from_keras(model, output="embedding")
    assert (net.output, net.class_count, net.notes) == ("embedding", 0, ())
    assert net.graph.nodes[-1].kind == "output"
    assert net.layers[-1] == last
    expected = np.asarray(model(X, training=False))
    np.testing.assert_allclose(net.run(X, [last])[last], expected, atol=2e-6)
    if plain is not None:
        assert net.fingerprint != plain.fingerprint
    with pytest.raises(ModelError, match=f"an embedding of {expected.shape[1]} values?, no class"):
        net.predict(X)


def ends_in_sigmoids(*layers: Any) -> keras.Model:
    """A model that is no classifier, so that it opens as an embedding only."""
    model = zoo.scramble(keras.Sequential([keras.Input((6,), name="vector"), *layers]))
    with pytest.raises(ModelError, match="independent sigmoids"):
        network.from_keras(model)
    return model


def test_an_embedding_takes_data_of_any_classes() -> None:
    model = keras.Sequential([keras.Input((6,)), kl.Dense(2)])
    fits = data(X, labels=np.arange(7))
    with pytest.raises(DataError, match="label 6"):
        network.from_keras(model).check(fits)
    assert network.from_keras(model, output="embedding").check(fits) == ()


def test_an_embedding_is_a_vector() -> None:
    image = keras.Sequential([keras.Input((6, 6, 1)), kl.Conv2D(3, 3)])
    with pytest.raises(ModelError, match=r"shape \(4, 4, 3\) .* one value per dimension"):
        network.from_keras(image, output="embedding")
    with pytest.raises(ParameterError, match="got 'regression'"):
        network.from_keras(image, output="regression")


def test_a_folder_of_epochs_opens_as_its_last(tmp_path: Path) -> None:
    for number in (9, 10):
        model = zoo.scramble(zoo.make("mlp"), seed=number)
        model.save(tmp_path / f"epoch-{number}.keras")
    net = network.load(tmp_path)
    assert net.fingerprint == network.load(tmp_path / "epoch-10.keras").fingerprint
    (tmp_path / "saved_model.pb").write_bytes(b"")
    with pytest.raises(UnsafeModelError, match="SavedModel"):
        network.load(tmp_path)
    with pytest.raises(ModelError, match=r"SavedModel.*Keras 3 cannot see"):
        network.load(tmp_path, trusted=True)
