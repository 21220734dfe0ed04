"""Reading of data sets: named ones and `.npz` files, the draw of samples, the fingerprint."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from sklearn.datasets import load_digits

from analysis import dataset
from analysis.errors import Cancelled, DataError, ParameterError

ROOT = Path(__file__).parents[2]
SHARED = ROOT.parent / "shared" / "data"
needs_shared = pytest.mark.skipif(not SHARED.is_dir(), reason="needs ../shared/data")

IMAGES = np.arange(6 * 4 * 5, dtype=np.uint8).reshape(6, 4, 5)
LABELS = np.array([0, 1, 2, 0, 1, 2])


# Named data sets


def test_digits_are_split_by_class_without_overlap():
    train, test = (dataset.load("digits", split) for split in ("train", "test"))
    assert (len(train), len(test)) == (1172, 625)
    every = load_digits()
    count = np.bincount(every.target)
    np.testing.assert_array_less(np.abs(np.bincount(test.labels) - count * 625 / 1797), 1)
    rows = {picture.tobytes() for picture in (every.images / 16).astype(np.float32)}
    ours = [picture.tobytes() for part in (train, test) for picture in part.x]
    assert len(ours) == len(set(ours)) == 1797
    assert set(ours) == rows
    assert test.x.shape == (625, 8, 8, 1)
    assert test.class_names == tuple("0123456789")
    assert test.notes[0] == "Pixel values 0 to 16 were divided by 16, to lie in [0, 1]."


def test_digits_do_not_depend_on_the_seed():
    one, other = (dataset.load("digits", seed=seed) for seed in (0, 1))
    assert one.fingerprint == other.fingerprint


@needs_shared
@pytest.mark.parametrize("name", ["mnist", "fashion_mnist", "cifar10"])
def test_named_sets_come_from_the_data_folder(name):
    data = dataset.load(name, data_dir=SHARED, limit=500, seed=4)
    with np.load(SHARED / f"{name}.npz") as raw:
        x, y, names = raw["x_test"], raw["y_test"], raw["class_names"]
    expected = (x[data.indices] / 255).reshape(data.x.shape)
    np.testing.assert_allclose(data.x, expected, rtol=1e-6)
    np.testing.assert_array_equal(data.labels, y[data.indices])
    assert data.class_names == tuple(names) == dataset.BUILT_IN[name]
    assert data.total == len(x)
    assert data.x.dtype == np.float32 and data.labels.dtype == np.int64


def test_a_named_set_without_class_names_gets_the_usual_ones(tmp_path):
    np.savez(tmp_path / "fashion_mnist.npz", x_test=IMAGES, y_test=LABELS)
    assert dataset.load("fashion_mnist", data_dir=tmp_path).class_names[9] == "Ankle boot"


def test_what_is_not_in_the_data_folder_is_fetched(tmp_path):
    asked = []

    def fetch(name):
        asked.append(name)
        return IMAGES, LABELS[:, np.newaxis], IMAGES[:3], LABELS[:3, np.newaxis]

    data = dataset.load("mnist", "train", data_dir=tmp_path, fetch=fetch)
    assert asked == ["mnist"]
    np.testing.assert_array_equal(data.labels, LABELS)


def test_without_folder_and_network_it_says_what_to_give(tmp_path):
    with pytest.raises(DataError, match=r"no --data-dir was given.*folder that holds mnist"):
        dataset.load("mnist")
    with pytest.raises(DataError, match=r"mnist\.npz' is not there.*connect to the network"):
        dataset.load("mnist", data_dir=tmp_path)


# Names and paths that lead nowhere


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ("mnits", "No data set 'mnits'. Did you mean 'mnist'?"),
        ("zzz", "There are: digits, mnist, fashion_mnist, fashion_mnist_backdoor, cifar10."),
        ("{tmp}/mime.npz", "mime.npz'. Did you mean 'mine.npz'?"),
        ("{tmp}/quux.npz", "there is: folder, mine.npz."),
        ("{tmp}/nowhere/mine.npz", "there is no folder '{tmp}/nowhere'. Check the path."),
        ("{tmp}/notes.txt", "neither a .npz file nor a folder of images"),
    ],
)
def test_wrong_sources_get_a_hint(source, says, save, tmp_path):
    save(x=IMAGES)
    (tmp_path / "folder").mkdir()
    (tmp_path / "notes.txt").touch()
    with pytest.raises(DataError) as caught:
        dataset.load(source.format(tmp=tmp_path))
    assert says.format(tmp=tmp_path) in str(caught.value)


def test_wrong_parameters_are_refused(save):
    with pytest.raises(ParameterError, match=r"No split 'val'\. There are: train, test, all"):
        dataset.load("digits", "val")
    with pytest.raises(ParameterError, match="at least 1 sample; got 0"):
        dataset.load("digits", limit=0)


# Splits and labels of a file


def test_a_file_without_splits_serves_any(save):
    path = save(x=IMAGES, y=LABELS)
    parts = [dataset.load(path, split) for split in dataset.SPLITS]
    assert len({part.fingerprint for part in parts}) == 1
    assert "not split; all samples serve as train data" in " ".join(parts[0].notes)
    assert parts[0].name == "mine"


def test_all_is_train_and_then_test(save):
    path = save(x_train=IMAGES, y_train=LABELS, x_test=IMAGES[:2] + 1, y_test=LABELS[:2])
    every = dataset.load(path, "all")
    assert every.total == 8
    np.testing.assert_array_equal(every.labels, [*LABELS, 0, 1])
    np.testing.assert_allclose(every.x[6:, ..., 0], (IMAGES[:2] + 1) / 255, rtol=1e-6)


def test_several_inputs_keep_their_names(save):
    path = save(x_left=IMAGES, x_right=np.ones((6, 3)), y=LABELS)
    data = dataset.load(path)
    assert {name: x.shape for name, x in data.inputs.items()} == {
        "left": (6, 4, 5, 1),
        "right": (6, 3),
    }
    path = save(x_left_test=IMAGES, x_right_test=np.ones((6, 3)), y_test=LABELS)
    assert dataset.load(path).fingerprint == data.fingerprint


def test_a_single_input_is_called_x(save):
    assert list(dataset.load(save(x_picture=IMAGES)).inputs) == ["x"]


def test_a_class_has_the_same_number_in_both_splits(save):
    path = save(
        x_train=IMAGES,
        y_train=np.array(["b", "c", "d", "b", "c", "d"]),
        x_test=IMAGES[:2],
        y_test=np.array(["a", "d"]),
    )
    test = dataset.load(path, "test")
    assert test.class_names == ("a", "b", "c", "d")
    assert test.labels.tolist() == [0, 3]
    numbers = save(x_train=IMAGES, y_train=LABELS, x_test=IMAGES[:2], y_test=LABELS[:2])
    assert dataset.load(numbers, "test").class_names == ("0", "1", "2")


# The draw


@settings(deadline=None)
@given(
    labels=hnp.arrays(np.int64, st.integers(1, 200), elements=st.integers(-1, 6)),
    limit=st.integers(1, 220),
    seed=st.integers(0, 5),
)
def test_the_draw_is_a_fair_sample_in_order(labels, limit, seed):
    drawn = dataset.stratified(labels, limit, seed)
    assert len(drawn) == min(limit, len(labels))
    assert (np.diff(drawn) > 0).all()
    assert drawn[0] >= 0 and drawn[-1] < len(labels)
    for label in set(labels.tolist()):
        share = (labels == label).sum() * len(drawn) / len(labels)
        assert abs((labels[drawn] == label).sum() - share) < 1
    np.testing.assert_array_equal(drawn, dataset.stratified(labels, limit, seed))


def test_the_draw_depends_on_the_seed():
    labels = np.arange(1000) % 10
    one, other = (dataset.stratified(labels, 100, seed) for seed in (0, 1))
    assert len(np.intersect1d(one, other)) < 50


def test_a_limited_set_knows_where_its_samples_are_from(save):
    x = np.arange(40 * 6, dtype=np.float32).reshape(40, 6)
    y = np.repeat([0, 1, 2, 3], 10)
    data = dataset.load(save(x=x, y=y), limit=8, seed=2)
    assert data.total == 40
    np.testing.assert_array_equal(data.x, x[data.indices])
    np.testing.assert_array_equal(data.labels, y[data.indices])
    assert np.bincount(data.labels).tolist() == [2, 2, 2, 2]
    assert "8 of 40 samples were drawn, every class by its share." in data.notes
    assert data.fingerprint == dataset.load(save(x=x, y=y), limit=8, seed=2).fingerprint
    assert len(dataset.load(save(x=x, y=y), limit=40).indices) == 40


# The fingerprint


def test_the_fingerprint_is_of_the_content_alone(tmp_path):
    np.savez(tmp_path / "one.npz", x=IMAGES, y=LABELS)
    (tmp_path / "deep").mkdir()
    np.savez_compressed(
        tmp_path / "deep" / "two.npz", y_test=LABELS.astype(float), x_test=IMAGES[..., None]
    )
    one, two = dataset.load(tmp_path / "one.npz"), dataset.load(tmp_path / "deep" / "two.npz")
    assert one.name != two.name
    assert one.fingerprint == two.fingerprint
    assert len(one.fingerprint) == 64


def test_the_fingerprint_changes_with_everything_that_counts():
    x, y, names = np.zeros((4, 2, 3), np.float32), np.zeros(4, np.int64), ("a", "b")
    last = x.copy()
    last[-1, -1, -1] = 1e-6
    relabelled = y.copy()
    relabelled[-1] = 1
    found = [
        dataset.fingerprint(inputs, labels, classes)
        for inputs, labels, classes in [
            ({"x": x}, y, names),
            ({"x": last}, y, names),
            ({"x": x.reshape(4, 3, 2)}, y, names),
            ({"z": x}, y, names),
            ({"x": x, "z": x}, y, names),
            ({"x": x}, relabelled, names),
            ({"x": x}, y, ("a", "c")),
            ({"x": x}, y, ("ab",)),
        ]
    ]
    assert len(set(found)) == len(found)
    strided = np.zeros((4, 4, 3), np.float32)[:, ::2]
    assert dataset.fingerprint({"x": strided}, y, names) == found[0]
    both = dataset.fingerprint({"z": x, "x": x}, y, names)
    assert both == dataset.fingerprint({"x": x, "z": x}, y, names)


# How it behaves


def test_reports_rise_and_can_cancel(save):
    path = save(x=IMAGES, y=LABELS)
    heard = []
    dataset.load(path, report=lambda fraction, text="": heard.append(fraction))
    assert heard == sorted(heard)
    assert (heard[0], heard[-1]) == (0, 1)

    def stop(fraction, text=""):
        raise Cancelled("stop")

    with pytest.raises(Cancelled):
        dataset.load(path, report=stop)


def test_importing_it_brings_in_nothing_slow():
    heavy = "{'tensorflow', 'keras', 'sklearn', 'scipy', 'pandas', 'numba'}"
    code = (
        "import sys; from analysis import assess, dataset, demos;"
        f"sys.exit(', '.join({heavy} & set(sys.modules)) or None)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, check=False)
    assert (done.stderr, done.returncode) == (b"", 0)
