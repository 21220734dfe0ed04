"""When classes are learnt, on published histories and on made ones."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from analysis import lessons
from analysis.errors import ShapeError

PUBLISHED = Path(__file__).parents[3] / "shared" / "reference" / "grand_tour"
needs_published = pytest.mark.skipif(
    not (PUBLISHED / "loss_mnist.npz").exists(), reason=f"no published histories in {PUBLISHED}"
)
NAMES = [str(k) for k in range(10)]


def published(name: str, split: str) -> tuple[np.ndarray, np.ndarray]:
    with np.load(PUBLISHED / f"softmax_{name}.npz") as file:
        p, labels = file[f"softmax_{split}"], file[f"labels_{split}"]
    found = np.stack([lessons.losses(epoch, labels) for epoch in p])
    return found[:, 0], found[:, 1:]


@needs_published
def test_one_and_seven_are_learnt_late_and_suddenly():
    with np.load(PUBLISHED / "loss_mnist.npz") as file:
        losses = file["loss_by_class"]
    found = lessons.learnt(range(100), losses)
    assert {one.label: one.epoch for one in found if one.late and one.sudden} == {1: 14, 7: 21}
    assert {one.label for one in found if not one.late} == {0, 2, 3, 4, 5, 6, 8, 9}
    assert lessons.sentences(found, NAMES) == (
        "'1' is learnt late, at epoch 14, suddenly.",
        "'7' is learnt late, at epoch 21, suddenly.",
    )


@needs_published
@pytest.mark.parametrize("split", ["train", "test"])
def test_the_same_is_seen_in_softmax_values(split: str):
    overall, by_class = published("mnist", split)
    with np.load(PUBLISHED / "softmax_mnist.npz") as file:
        np.testing.assert_allclose(overall, file[f"loss_{split}"], atol=2e-3)
    epochs = {one.label: one.epoch for one in lessons.learnt(range(100), by_class)}
    assert (epochs[1], epochs[7]) == (14, 21)
    assert max(epoch for label, epoch in epochs.items() if label not in (1, 7)) < 10


@needs_published
def test_in_fashion_shirts_are_learnt_late_and_gradually():
    _, by_class = published("fashion_mnist", "train")
    found = {one.label: one for one in lessons.learnt(range(100), by_class)}
    assert found[6].late
    assert not found[6].sudden
    assert not found[7].late


def test_losses_are_those_of_the_definition():
    p = np.array([[0.5, 0.5], [0.25, 0.75], [0.0, 1.0], [0.9, 0.1]])
    found = lessons.losses(p, np.array([0, 1, 0, -1]))
    rare = -np.log(1e-7)
    expected = [(np.log(2) - np.log(0.75) + rare) / 3, (np.log(2) + rare) / 2, -np.log(0.75)]
    np.testing.assert_allclose(found, expected)
    none = lessons.losses(p, np.full(4, -1))
    assert np.isnan(none).all()


def test_a_class_that_falls_back_is_learnt_when_it_stays():
    curves = np.full((5, 10), np.nan)
    curves[:, 3] = [2.0, 0.5, 1.5, 0.6, 0.4]
    curves[:, 4] = [0.4, 0.3, 0.4, 0.2, 0.2]
    assert lessons.learnt([0, 2, 4, 6, 8], curves) == (
        lessons.Lesson(3, 6, sudden=True, late=False),
        lessons.Lesson(4, 0, sudden=False, late=False),  # known from the beginning
    )


def test_a_class_that_is_never_learnt_is_named():
    curves = np.array([[1.0, 1.1, np.nan], [0.5, 0.9, np.nan], [0.2, 0.8, np.nan]])
    found = lessons.learnt([0, 1, 2], curves)
    assert [one.label for one in found] == [0, 1]
    assert lessons.sentences(found, ["cat", "dog", "cow"]) == (
        "Not learnt by the last epoch: 'dog'.",
    )


def test_what_cannot_be_is_refused():
    with pytest.raises(ShapeError, match="n labels below c"):
        lessons.losses(np.ones((3, 2)), np.array([0, 1, 2]))
    with pytest.raises(ShapeError, match="a number for each epoch"):
        lessons.learnt([0, 1], np.ones((3, 2)))


@pytest.mark.parametrize(
    ("overall", "said"),
    [
        ([2.3, 1.0, 0.5, 0.4], None),
        ([2.3, 1.0, 0.5, 0.54], None),
        ([2.3, 1.0, 0.5, 0.9], "The loss is least at epoch 7 (0.50) and has risen to 0.90 since."),
    ],
)
def test_a_loss_that_grows_again_is_told_of(overall, said):
    assert lessons.risen((0, 3, 7, 9), overall) == said


def test_where_nothing_is_learnt_no_class_is_named():
    found = lessons.learnt((0, 1), np.full((2, 3), 2.0))
    assert lessons.sentences(found, "abc") == ("No class is learnt by the last epoch.",)


def test_what_is_learnt_by_heart_is_told_by_both_splits() -> None:
    said = lessons.apart(60, {"test": 2.314, "train": 0.0123})
    assert said == "At epoch 60 the loss is 0.012 on train samples and 2.3 on test ones."
