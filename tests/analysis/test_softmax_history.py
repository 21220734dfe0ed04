"""Studies of what a network said, without the network."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from analysis import lessons, network, softmax_history
from analysis.errors import DataError

PUBLISHED = Path(__file__).parents[3] / "shared" / "reference" / "grand_tour"
RNG = np.random.default_rng(0)


def softmax(epochs=3, n=12, classes=4):
    scores = np.exp(RNG.normal(size=(epochs, n, classes)))
    return (scores / scores.sum(axis=2, keepdims=True)).astype(np.float16)


def saved(place, **arrays):
    path = place / "history.npz"
    np.savez(path, **arrays)
    return path


@pytest.fixture
def path(tmp_path):
    return saved(
        tmp_path,
        softmax_train=softmax(n=8),
        softmax_test=softmax(n=12),
        labels_train=np.arange(8) % 4,
        labels_test=np.arange(12) % 4,
        class_names=["a", "b", "c", "d"],
    )


def test_every_epoch_is_a_network_that_says_what_was_said(path):
    history = softmax_history.read(path)
    data = softmax_history.data_of(path, "test", None, 0)
    assert (history.epochs, len(data), data.class_names) == (3, 12, ("a", "b", "c", "d"))
    prints = set()
    for epoch in range(3):
        made = network.lookup(history.table(epoch), history.fingerprint_of(epoch), "history")
        made.check(data)
        np.testing.assert_allclose(
            made.predict(data.inputs), history.values["test"][epoch], atol=1e-3
        )
        assert (made.output, made.class_count) == ("softmax", 4)
        prints.add(made.fingerprint)
    assert len(prints) == 3


def test_splits_and_limits_choose_samples(path):
    train, both = (softmax_history.data_of(path, split, None, 0) for split in ("train", "all"))
    np.testing.assert_array_equal(train.x[:, 0], np.arange(8))
    np.testing.assert_array_equal(both.labels, [*np.arange(8) % 4, *np.arange(12) % 4])
    few = softmax_history.data_of(path, "test", 4, 0)
    assert (len(few), few.total) == (4, 12)
    np.testing.assert_array_equal(few.x[:, 0], 8 + few.indices)
    assert len({train.fingerprint, both.fingerprint, few.fingerprint}) == 3


def test_a_file_of_one_split_serves_for_all(tmp_path):
    path = saved(tmp_path, softmax=softmax())
    data = softmax_history.data_of(path, "test", None, 0)
    assert (len(data), data.labels.max(), data.class_names) == (12, -1, ("0", "1", "2", "3"))
    assert softmax_history.measured(path)[2] == {"epoch": 2}


def test_accuracy_is_told_epoch_by_epoch(path):
    history = softmax_history.read(path)
    whole = np.concatenate([history.values["train"], history.values["test"]], axis=1)
    labels = np.concatenate([np.arange(8) % 4, np.arange(12) % 4])
    expected = (whole.argmax(axis=2) == labels).mean(axis=1)
    told = softmax_history.measured(path)
    assert [one["epoch"] for one in told] == [0, 1, 2]
    np.testing.assert_allclose([one["accuracy"] for one in told], expected)


@pytest.mark.parametrize(
    ("arrays", "words"),
    [
        ({"x": np.zeros(3)}, "holds no softmax_train"),
        ({"softmax": np.zeros((2, 3))}, "floats \\(epochs, samples, classes\\)"),
        ({"softmax": np.full((2, 3, 4), 0.5)}, "no probabilities"),
        ({"softmax": np.full((2, 3, 2), np.nan)}, "no probabilities"),
        ({"softmax": softmax(), "labels": np.arange(5)}, "12 class numbers"),
        ({"softmax": softmax(), "labels": np.full(12, 4)}, "beyond the 4"),
        ({"softmax": softmax(), "class_names": ["a"]}, "1 class_names for 4"),
        (
            {"softmax_train": softmax(epochs=2), "softmax_test": softmax(epochs=3)},
            "different epochs",
        ),
    ],
)
def test_what_is_no_history_is_refused_in_words(tmp_path, arrays, words):
    with pytest.raises(DataError, match=words):
        softmax_history.read(saved(tmp_path, **arrays))


def test_a_file_that_is_damaged_or_not_there_is_refused_in_words(path):
    with pytest.raises(DataError, match="There is no file"):
        softmax_history.read(path.parent / "gone.npz")
    path.write_bytes(path.read_bytes()[:-200])
    with pytest.raises(DataError, match="damaged"):
        softmax_history.read(path)


def test_what_is_not_there_is_said(path):
    history = softmax_history.read(path)
    with pytest.raises(DataError, match="epochs 0 to 2; got 3"):
        history.table(3)
    single = saved(path.parent, softmax_train=softmax())
    with pytest.raises(DataError, match="no split 'test'; choose train"):
        softmax_history.data_of(single, "test", None, 0)


@pytest.mark.parametrize("split", ["train", "test"])
def test_on_the_published_history_1_and_7_are_learnt_at_epochs_14_and_21(split):
    """Li, Zhao and Scheidegger, Distill 2020, say so of their network."""
    path = PUBLISHED / "softmax_mnist.npz"
    if not path.exists():
        pytest.skip(f"{path} is not at hand")
    data = softmax_history.data_of(path, split, None, 0)
    history = softmax_history.read(path)
    by_class = [
        lessons.losses(
            network.lookup(history.table(epoch), "print", "history").predict(data.inputs),
            data.labels,
        )[1:]
        for epoch in (0, *range(10, 26), 60, 99)
    ]
    found = lessons.learnt((0, *range(10, 26), 60, 99), np.array(by_class))
    told = lessons.sentences(found, data.class_names)
    assert any("'1' is learnt late, at epoch 14" in sentence for sentence in told), told
    assert any("'7' is learnt late, at epoch 21" in sentence for sentence in told), told
