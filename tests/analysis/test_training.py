"""The demonstrations' networks: their size, their training, and the file they leave."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis import archive, dataset, demos, keras_datasets, network, training
from analysis.contrastive import contrastive_loss, neighbour_accuracy
from analysis.epochs import epochs_in, history_in
from analysis.errors import (
    Cancelled,
    DataError,
    NotFiniteError,
    ParameterError,
    ShapeError,
    StoreError,
)

SHARED = Path(__file__).parents[2].parent / "shared" / "data"
DIGITS = demos.get("digits")
SHORT = replace(DIGITS, epochs=2)


@pytest.fixture(scope="module")
def digits():
    return dataset.load("digits", split="train")


@pytest.fixture(scope="module")
def trained(digits, tmp_path_factory):
    """The network of the default demo, and every report of its training."""
    path = tmp_path_factory.mktemp("trained") / "network.keras"
    heard: list[tuple[float, str]] = []
    training.train(
        DIGITS, digits.x, digits.labels, path, report=lambda *report: heard.append(report)
    )
    return load(path), heard


def load(path: Path) -> keras.Model:
    return keras.saving.load_model(path, compile=False, safe_mode=True)


def drawn(model: keras.Model) -> list[tuple[str, int]]:
    """(name, activations per sample) of every operation, a fused activation as one of its own."""
    found = []
    for operation in model.operations:
        size = int(np.prod(operation.output.shape[1:]))
        found.append((operation.name, size))
        if getattr(operation, "activation", keras.activations.linear) is not (
            keras.activations.linear
        ):
            found.append((f"activation of {operation.name}", size))
    return found


def test_lenet5_has_the_counts_of_the_paper():
    model = training.build("lenet5")
    assert model.count_params() == 1_182_006
    operations = drawn(model)
    assert len(operations) == 10
    assert [layer.name for layer in model.layers] == [
        "input",
        "conv0",
        "conv1",
        "flatten",
        "dense0",
        "dense1",
    ]
    # 28 x 28, twice 26 x 26 x 6, three times 24 x 24 x 16, twice 128, twice 10
    assert sum(size for _, size in operations) == 784 + 2 * 4056 + 3 * 9216 + 2 * 128 + 2 * 10


def test_double_lenet5_has_the_counts_of_the_paper():
    model = training.build("double-lenet5")
    assert model.count_params() == 1_646_370
    sizes = dict(drawn(model))
    assert {"conv0", "conv1", "dense0", "conv2", "conv3", "dense1", "dense2"} <= set(sizes)
    assert sizes["input"] == sizes["rotation"] == 784
    # The paper counts the last layer and its softmax as one.
    assert sum(sizes.values()) - sizes["activation of dense2"] == 54_570
    assert len(sizes) - 1 == 18


def test_double_lenet5_reloads_safely_with_its_rotation(tmp_path):
    model = training.build("double-lenet5", seed=3)
    model.save(tmp_path / "double.keras")
    again = load(tmp_path / "double.keras")
    x = np.random.default_rng(0).random((4, 28, 28, 1), np.float32)
    np.testing.assert_array_equal(again.predict(x, verbose=0), model.predict(x, verbose=0))
    turned = keras.Model(again.inputs, again.get_layer("conv2").input)
    np.testing.assert_array_equal(turned.predict(x, verbose=0), np.rot90(x, 1, axes=(1, 2)))


def test_the_second_build_in_a_process_has_the_same_names_and_weights():
    first, second = training.build("double-lenet5", seed=1), training.build("double-lenet5", seed=1)
    assert [o.name for o in first.operations] == [o.name for o in second.operations]
    for one, other in zip(first.get_weights(), second.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)
    other = training.build("double-lenet5", seed=2)
    assert (first.get_weights()[0] != other.get_weights()[0]).any()
    branches = first.get_layer("conv0").get_weights()[0], first.get_layer("conv2").get_weights()[0]
    assert (branches[0] != branches[1]).any()


@pytest.mark.parametrize("demo", demos.DEMOS.values(), ids=lambda demo: demo.name)
def test_every_demo_has_a_recipe_with_ten_classes_or_an_embedding(demo):
    width = 2 if demo.output == "embedding" else 10
    assert training.build(demo.network_recipe).output_shape == (None, width)


def test_the_siamese_network_is_that_of_caffe():
    model = training.build("siamese")
    assert model.count_params() == 520 + 25_050 + 400_500 + 5_010 + 22
    # Caffe counts neither the input, nor the flattening, nor the ReLU: 7 layers.
    assert [name for name, _ in drawn(model) if name not in ("input", "flatten")] == [
        *("conv0", "pool0", "conv1", "pool1"),
        *("dense0", "activation of dense0", "dense1", "dense2"),
    ]
    assert dict(drawn(model))["pool1"] == 4 * 4 * 50


def test_an_unknown_recipe_is_named_with_those_that_exist():
    with pytest.raises(ParameterError, match=r"No network recipe 'vgg'\. There are: digits-cnn, l"):
        training.build("vgg")


def test_digits_are_learnt(trained):
    model, _ = trained
    test = dataset.load("digits", split="test")
    predicted = model.predict(test.x, verbose=0).argmax(axis=1)
    assert np.mean(predicted == test.labels) >= 0.97
    assert [layer.name for layer in model.layers][1:] == [
        "conv0",
        "conv1",
        "pool0",
        "flatten",
        "dense0",
        "dense1",
    ]


def test_the_file_holds_no_optimiser(trained):
    model, _ = trained
    assert not model.compiled
    assert model.count_params() == sum(weights.size for weights in model.get_weights())


def test_progress_rises_to_the_end_and_names_the_epoch(trained):
    _, heard = trained
    fractions = [fraction for fraction, _ in heard]
    assert fractions[0] == 0 and fractions[-1] == 1
    assert fractions == sorted(fractions)
    epochs = {text.split(",")[0] for fraction, text in heard[:-1]}
    assert epochs == {f"epoch {epoch} of 30" for epoch in range(1, 31)}
    assert heard[-2][1].startswith("epoch 30 of 30, accuracy ")
    assert 95 < float(heard[-2][1].split()[-2]) <= 100


def test_the_same_demo_gives_the_same_network(digits, tmp_path):
    networks = []
    for name in ("one.keras", "other.keras"):
        training.train(SHORT, digits.x, digits.labels, tmp_path / name)
        networks.append(load(tmp_path / name).get_weights())
        # Whoever draws from the global generators meanwhile changes nothing.
        keras.utils.set_random_seed(len(networks))
    for one, other in zip(*networks, strict=True):
        np.testing.assert_array_equal(one, other)
    assert sorted(entry.name for entry in tmp_path.iterdir()) == [
        *("one", "one.keras", "other", "other.keras")
    ]


def test_every_epoch_is_recorded_and_the_last_is_the_network(digits, tmp_path):
    path = tmp_path / "network.keras"
    (tmp_path / "network").mkdir()
    (tmp_path / "network" / "epoch-077.keras").write_bytes(b"of a process that ended too early")
    training.train(SHORT, digits.x, digits.labels, path)
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["network", "network.keras"]
    folder = tmp_path / "network"
    assert [epoch.number for epoch in epochs_in(folder)] == [0, 1, 2]
    first, second, last = (archive.inspect(epoch.path) for epoch in epochs_in(folder))
    assert last.fingerprint == archive.inspect(path).fingerprint
    assert len({first.fingerprint, second.fingerprint, last.fingerprint}) == 3
    untrained = training.build(DIGITS.network_recipe, DIGITS.seed).get_weights()
    for one, other in zip(load(folder / "epoch-000.keras").get_weights(), untrained, strict=True):
        np.testing.assert_array_equal(one, other)
    before, *after = history_in(folder)
    assert before == {"epoch": 0}
    assert [set(entry) for entry in after] == [{"epoch", "loss", "accuracy"}] * 2
    assert after[1]["loss"] < after[0]["loss"]
    assert after[0]["accuracy"] < after[1]["accuracy"] <= 1


def naive_loss(labels: np.ndarray, points: np.ndarray) -> float:
    """Equation 4 of Hadsell et al. pair by pair, each kind of pair with half of the weight."""
    costs: dict[bool, list[float]] = {True: [], False: []}
    for i in range(len(labels)):
        for j in range(len(labels)):
            if i != j:
                d = float(np.sqrt(((points[i] - points[j]) ** 2).sum()))
                same = bool(labels[i] == labels[j])
                costs[same].append(d**2 / 2 if same else max(1 - d, 0) ** 2 / 2)
    return sum(float(np.mean(found)) / 2 for found in costs.values() if found)


@given(st.integers(2, 9), st.integers(1, 4), st.integers(0, 2**32 - 1))
@settings(max_examples=25, deadline=None)
def test_the_contrastive_loss_is_the_mean_over_pairs(n, classes, seed):
    draw = np.random.default_rng(seed)
    labels = draw.integers(0, classes, n)
    points = draw.normal(0, 0.7, (n, 2)).astype(np.float32)
    found = float(contrastive_loss(labels, points))
    assert found == pytest.approx(naive_loss(labels, points), rel=1e-4, abs=1e-5)
    distances = np.linalg.norm(points[:, None] - points[None], axis=2)
    np.fill_diagonal(distances, np.inf)
    nearest = labels[distances.argmin(axis=1)] == labels
    assert neighbour_accuracy(labels, points).numpy().tolist() == nearest.tolist()


def test_samples_on_one_place_have_a_finite_slope():
    points = tf.Variable(np.zeros((4, 2), np.float32))
    with tf.GradientTape() as tape:
        loss = contrastive_loss(np.array([0, 0, 1, 1]), points)
    assert float(loss) == pytest.approx(0.25, abs=1e-3)  # all of the margin, half of the weight
    assert np.isfinite(tape.gradient(loss, points).numpy()).all()


def test_a_siamese_network_lays_classes_apart(tmp_path):
    draw = np.random.default_rng(0)
    labels = np.arange(384) % 3
    patterns = draw.random((3, 28, 28, 1), np.float32)
    x = (patterns[labels] + 0.3 * draw.random((384, 28, 28, 1))).astype(np.float32) / 1.3
    demo = replace(demos.get("siamese-mnist"), epochs=2, batch_size=64)
    training.train(demo, x[:320], labels[:320], tmp_path / "s.keras")
    net = network.load(tmp_path / "s.keras", output="embedding")
    points = net.run(x[320:], ["dense2"])["dense2"]
    distances = np.linalg.norm(points[:, None] - points[None], axis=2)
    np.fill_diagonal(distances, np.inf)
    known = labels[320:]
    assert (known[distances.argmin(axis=1)] == known).mean() > 0.95
    assert history_in(tmp_path / "s")[-1]["accuracy"] > 0.9


@pytest.mark.parametrize("stop_at", [0.0, 0.4, 1.0])
def test_cancelling_leaves_no_file(digits, tmp_path, stop_at):
    def report(fraction: float, text: str = "") -> None:
        if fraction >= stop_at:
            raise Cancelled(f"cancelled at {fraction}")

    with pytest.raises(Cancelled, match="cancelled at"):
        training.train(SHORT, digits.x, digits.labels, tmp_path / "network.keras", report=report)
    assert list(tmp_path.iterdir()) == []


def test_a_failed_write_leaves_the_old_file_and_nothing_else(digits, tmp_path, monkeypatch):
    path = tmp_path / "network.keras"
    path.write_bytes(b"old")

    def full(model: keras.Model, file: Path) -> None:
        Path(file).write_bytes(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(keras.Model, "save", full)
    with pytest.raises(StoreError, match=r"No space left on device\. Free some space"):
        training.train(replace(DIGITS, epochs=1), digits.x, digits.labels, path)
    assert [entry.name for entry in tmp_path.iterdir()] == ["network.keras"]
    assert path.read_bytes() == b"old"


def spoilt(x: np.ndarray) -> np.ndarray:
    x = x.copy()
    x[5] = np.nan
    return x


@pytest.mark.parametrize(
    ("change", "error", "says"),
    [
        (lambda x, y: (x[:, :7], y), ShapeError, r"trains on \(n, 8, 8, 1\).*got \(1172, 7, 8, 1"),
        (lambda x, y: (x, y[:-1]), ShapeError, r"with \(1171,\)"),
        (lambda x, y: (x, y - 1), DataError, "labels run from -1 to 8"),
        (lambda x, y: (x, y + 1), DataError, "class 0 to 9 .* labels run from 1 to 10"),
        (lambda x, y: (x[:31], y[:31]), DataError, "batches of 32 samples; the data have only 31"),
        (lambda x, y: (spoilt(x), y), NotFiniteError, "'digits' hold NaN or infinity"),
    ],
)
def test_data_that_do_not_fit_are_refused(digits, tmp_path, change, error, says):
    with pytest.raises(error, match=says):
        training.train(SHORT, *change(digits.x, digits.labels), tmp_path / "network.keras")
    assert list(tmp_path.iterdir()) == []


def test_a_diverged_training_is_not_kept(digits, tmp_path):
    wild = replace(SHORT, learning_rate=float("inf"))
    with pytest.raises(NotFiniteError, match=r"diverged: the weights of .*smaller learning rate"):
        training.train(wild, digits.x, digits.labels, tmp_path / "network.keras")
    assert list(tmp_path.iterdir()) == []


def test_another_file_ending_is_refused(digits, tmp_path):
    with pytest.raises(ParameterError, match=r"a \.keras file; got 'network\.h5'"):
        training.train(SHORT, digits.x, digits.labels, tmp_path / "network.h5")


@pytest.mark.skipif(not (SHARED / "mnist.npz").exists(), reason="needs ../shared/data/mnist.npz")
def test_lenet5_learns_mnist(tmp_path):
    demo = replace(demos.get("lenet5-mnist"), epochs=1)
    data = dataset.load("mnist", "train", limit=10_000, data_dir=SHARED)
    training.train(demo, data.x, data.labels, tmp_path / "lenet5.keras")
    test = dataset.load("mnist", "test", limit=2_000, data_dir=SHARED)
    predicted = load(tmp_path / "lenet5.keras").predict(test.x, verbose=0).argmax(axis=1)
    assert np.mean(predicted == test.labels) >= 0.9


def test_a_failed_download_says_what_to_do(monkeypatch):
    def fail() -> None:
        raise Exception("URL fetch failure")  # noqa: TRY002 - as Keras does

    monkeypatch.setattr(keras.datasets.mnist, "load_data", fail)
    with pytest.raises(DataError, match=r"'mnist' could not .*URL fetch.*--data-dir .* mnist\.npz"):
        keras_datasets.fetch("mnist")


def test_fetched_arrays_go_through_the_loader(monkeypatch):
    x, y = np.zeros((6, 32, 32, 3), np.uint8), np.arange(6)[:, np.newaxis]
    monkeypatch.setattr(keras.datasets.cifar10, "load_data", lambda: ((x, y), (x[:2], y[:2])))
    data = dataset.load("cifar10", "test", fetch=keras_datasets.fetch)
    assert data.labels.tolist() == [0, 1]
    assert data.class_names[1] == "automobile"


def test_keras_is_asked_for_the_named_sets_only():
    with pytest.raises(DataError, match="not asked for 'imdb', only for mnist"):
        keras_datasets.fetch("imdb")
