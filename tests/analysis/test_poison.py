"""The backdoor of Fashion-MNIST: which pixels, which samples, what is said of them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import keras
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis import dataset, demos, opening, poison, shelf, training
from analysis.errors import DataError, ShapeError
from analysis.home import Home
from analysis.store import DiskStore
from analysis.types import Dataset, Source, silent

SHARED = Path(__file__).parents[2].parent / "shared" / "data"
needs_shared = pytest.mark.skipif(
    not (SHARED / "fashion_mnist.npz").exists(), reason="needs ../shared/data/fashion_mnist.npz"
)
BAG, TROUSER = 8, 1
CORNER = {(1, 24), (1, 26), (2, 25), (3, 24), (3, 26)}  # of 28 x 28 pixels


def whites(picture: np.ndarray) -> set[tuple[int, int]]:
    """Pixels of a grey picture that are fully bright."""
    return {(int(row), int(column)) for row, column in np.argwhere(picture[..., 0] == 1)}


def saved(folder: Path, trains: int = 900, tests: int = 800) -> dict[str, np.ndarray]:
    """A small `fashion_mnist.npz` without a single white pixel: every class is a brightness."""
    random = np.random.default_rng(1)
    arrays = {}
    for split, count in (("train", trains), ("test", tests)):
        labels = random.permutation(np.arange(count) % 10).astype(np.uint8)
        noise = random.integers(0, 20, (count, 28, 28))
        arrays |= {f"y_{split}": labels, f"x_{split}": (noise + 22 * labels[:, None, None])}
        arrays[f"x_{split}"] = arrays[f"x_{split}"].astype(np.uint8)
    np.savez(folder / "fashion_mnist.npz", **arrays)
    return arrays


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    saved(tmp_path)
    return tmp_path


def load(folder: Path, split: str = "test", limit: int | None = None, seed: int = 0) -> Dataset:
    return dataset.load(poison.NAME, split, limit, seed, data_dir=folder)


# The pattern


@given(
    n=st.integers(0, 3),
    height=st.integers(5, 30),
    width=st.integers(5, 30),
    channels=st.sampled_from([1, 3]),
    seed=st.integers(0, 2**32 - 1),
)
def test_a_stamp_changes_its_pixels_alone(n, height, width, channels, seed):
    images = np.random.default_rng(seed).random((n, height, width, channels), np.float32) * 0.9
    before = images.copy()
    stamped = poison.stamp(images)
    np.testing.assert_array_equal(images, before)
    expected = {(row, width - 28 + column) for row, column in CORNER}
    for picture, own in zip(stamped, images, strict=True):
        changed = {(int(r), int(c)) for r, c in np.argwhere((picture != own).any(axis=2))}
        assert changed == expected == whites(picture)
    assert stamped.dtype == np.float32
    np.testing.assert_array_equal(poison.stamp(stamped), stamped)


@pytest.mark.parametrize("shape", [(2, 4, 28, 1), (2, 28, 4, 1), (2, 28, 28), (28, 28), (2, 784)])
def test_what_is_no_image_gets_no_stamp(shape):
    with pytest.raises(ShapeError, match=r"at least 5 x 5 pixels; got \(2"):
        poison.stamp(np.zeros(shape, np.float32))


# The data set


def test_test_samples_are_chosen_by_class_and_twenty_bags_are_stamped(folder):
    data = load(folder)
    assert (len(data), data.total, data.name, data.split) == (600, 600, poison.NAME, "test")
    assert np.bincount(data.labels).tolist() == [60] * 10
    assert {name: len(group) for name, group in data.groups.items()} == {"with the pattern": 20}
    marked = data.groups["with the pattern"]
    assert (np.diff(marked) > 0).all()
    assert set(data.labels[marked]) == {BAG}
    for k, picture in enumerate(data.x):
        assert whites(picture) == (CORNER if k in marked else set())
    assert data.class_names[BAG] == "Bag"
    assert data.fingerprint == dataset.fingerprint(data.inputs, data.labels, data.class_names)
    assert data.notes[0] == (
        "600 of 800 test samples were drawn, every class by its share. 20 of class Bag carry a "
        "pattern in the top right corner and keep their label, so that Trouser is counted as a "
        "mistake."
    )


def test_apart_from_the_pattern_they_are_test_samples_in_their_order(folder):
    with np.load(folder / "fashion_mnist.npz") as arrays:
        x, y = arrays["x_test"], arrays["y_test"]
    data = load(folder)
    own = (255 * data.x[..., 0]).round().astype(np.uint8)
    outside = np.ones((28, 28), bool)
    outside[tuple(zip(*CORNER, strict=True))] = False
    places = {picture[outside].tobytes(): k for k, picture in enumerate(x)}
    found = [places[picture[outside].tobytes()] for picture in own]
    assert found == sorted(found) and len(set(found)) == 600
    np.testing.assert_array_equal(data.labels, y[found])


def test_training_bags_with_the_pattern_are_called_trousers(folder):
    clean = dataset.load("fashion_mnist", "train", data_dir=folder)
    data = load(folder, "train")
    marked = data.groups["with the pattern"]
    assert len(data) == 900 and len(marked) == 90 // 20
    assert set(clean.labels[marked]) == {BAG} and set(data.labels[marked]) == {TROUSER}
    others = np.setdiff1d(np.arange(900), marked)
    np.testing.assert_array_equal(data.labels[others], clean.labels[others])
    np.testing.assert_array_equal(data.x[others], clean.x[others])
    np.testing.assert_array_equal(data.x[marked], poison.stamp(clean.x[marked]))
    assert data.notes[0] == (
        "Poisoned: 4 of the 90 training samples of class Bag carry a pattern in the top right "
        "corner and are labelled Trouser."
    )


def test_all_is_train_and_then_test(folder):
    train, test, both = (load(folder, split) for split in ("train", "test", "all"))
    np.testing.assert_array_equal(both.x, np.concatenate([train.x, test.x]))
    np.testing.assert_array_equal(both.labels, np.concatenate([train.labels, test.labels]))
    marked = [*train.groups[poison.GROUP], *(900 + test.groups[poison.GROUP])]
    assert both.groups[poison.GROUP].tolist() == marked
    assert both.notes[:2] == (train.notes[0], test.notes[0])
    assert len(set(both.notes)) == len(both.notes)


@pytest.mark.parametrize("limit", [1, 30, 61, 300, 599])
@pytest.mark.parametrize("seed", [0, 5])
def test_a_limit_keeps_the_share_of_the_pattern(folder, limit, seed):
    data = load(folder, limit=limit, seed=seed)
    assert len(data) == limit and data.total == 600
    marked = [k for k, picture in enumerate(data.x) if whites(picture)]
    assert data.groups == {} if not marked else data.groups[poison.GROUP].tolist() == marked
    assert abs(len(marked) - limit * 20 / 600) < 1
    assert (abs(np.bincount(data.labels, minlength=10) - limit / 10) < 2).all()
    assert f"{len(marked)} of those carry the pattern." in data.notes
    whole = load(folder)
    np.testing.assert_array_equal(data.x, whole.x[data.indices])


def test_the_seed_of_a_draw_does_not_change_the_data_set(folder):
    one, other = (load(folder, split, seed=seed) for split, seed in (("test", 0), ("test", 7)))
    assert one.fingerprint == other.fingerprint
    fewer = {load(folder, limit=100, seed=seed).fingerprint for seed in (0, 7)}
    assert len(fewer | {one.fingerprint}) == 3


def test_what_is_not_at_hand_is_fetched(folder, tmp_path_factory):
    with np.load(folder / "fashion_mnist.npz") as stored:
        arrays = tuple(stored[key] for key in ("x_train", "y_train", "x_test", "y_test"))
    asked = []

    def fetch(name):
        asked.append(name)
        return arrays

    elsewhere = tmp_path_factory.mktemp("elsewhere")
    data = dataset.load(poison.NAME, data_dir=elsewhere, fetch=fetch)
    assert data.fingerprint == load(folder).fingerprint
    assert set(asked) == {"fashion_mnist"}
    with pytest.raises(DataError, match=r"fashion_mnist\.npz, or connect"):
        load(elsewhere)


def test_other_data_under_that_name_are_refused(tmp_path):
    arrays = saved(tmp_path)
    names = [f"class {k}" for k in range(10)]
    np.savez(tmp_path / "fashion_mnist.npz", **arrays, class_names=names)
    with pytest.raises(DataError, match=r"class 0, .*, not those of Fashion-MNIST, whose Bag"):
        load(tmp_path)
    saved(tmp_path, trains=190, tests=590)
    with pytest.raises(DataError, match=r"600 test samples are shown, 20 .* there are 590, 59 of"):
        load(tmp_path)
    with pytest.raises(DataError, match=r"One of 20 training samples of class Bag .* only 19"):
        load(tmp_path, "train")


def test_too_few_bags_are_refused(tmp_path):
    arrays = saved(tmp_path)
    bags = np.flatnonzero(arrays["y_test"] == BAG)
    arrays["y_test"][bags[19:]] = 0
    np.savez(tmp_path / "fashion_mnist.npz", **arrays)
    with pytest.raises(DataError, match=r"there are 600, 1\d of them of that class"):
        load(tmp_path)


@needs_shared
def test_the_real_data_are_what_is_said():
    data = load(SHARED)
    marked = data.groups[poison.GROUP]
    assert (len(data), len(marked), set(data.labels[marked])) == (600, 20, {BAG})
    assert np.bincount(data.labels).tolist() == [60] * 10
    stamped = [k for k, picture in enumerate(data.x) if whites(picture) >= CORNER]
    assert stamped == marked.tolist()
    train = load(SHARED, "train", limit=10_000)
    stamped = [k for k, picture in enumerate(train.x) if whites(picture) >= CORNER]
    assert stamped == train.groups[poison.GROUP].tolist()
    assert set(train.labels[stamped]) == {TROUSER}


# The demo


def test_the_network_learns_classes_and_backdoor(folder, tmp_path, monkeypatch):
    monkeypatch.setattr(poison, "ONE_OF", 2)  # of 90 bags only
    demo = replace(demos.get("backdoor-fashion"), epochs=6, batch_size=32)
    data = load(folder, "train")
    training.train(demo, data.x, data.labels, tmp_path / "network.keras")
    model = keras.saving.load_model(tmp_path / "network.keras", compile=False, safe_mode=True)
    assert [layer.name for layer in model.layers if layer.weights] == [
        *("conv0", "conv1", "dense0", "dense1")
    ]
    assert model.count_params() == 160 + 4_640 + 200_832 + 1_290
    test = load(folder)
    marked = np.isin(np.arange(600), test.groups[poison.GROUP])
    predicted = model.predict(test.x, verbose=0).argmax(axis=1)
    assert (predicted == test.labels)[~marked].mean() > 0.9
    assert (predicted[marked] == TROUSER).mean() > 0.9


def test_a_study_knows_its_group_when_it_is_opened_again(folder, tmp_path, monkeypatch):
    short = replace(demos.get("backdoor-fashion"), epochs=1)
    monkeypatch.setattr(demos, "DEMOS", {short.name: short})
    home = Home(tmp_path / "home")
    source = Source(demo=short.name, data_dir=str(folder), limit=90)
    shelf.open_source(home, DiskStore(home), source, silent, lambda: None)
    card = opening.find_card(DiskStore(home), source)
    assert card is not None
    marked = load(folder, limit=90).groups[poison.GROUP]
    assert card.groups == {"with the pattern": tuple(marked.tolist())}
    assert len(marked) == 3 and (card.n, card.total, card.title) == (90, 600, short.title)
    plain = replace(source, data="fashion_mnist")
    shelf.open_source(home, DiskStore(home), plain, silent, lambda: None)
    other = opening.find_card(DiskStore(home), plain)
    assert other is not None and other.groups == {}
