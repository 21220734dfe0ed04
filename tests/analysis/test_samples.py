"""Values and labels in the forms in which people save them."""

from __future__ import annotations

import numpy as np
import pytest

from analysis import dataset

IMAGES = np.arange(6 * 4 * 5, dtype=np.uint8).reshape(6, 4, 5)
LABELS = np.array([0, 1, 2, 0, 1, 2])


# Labels


@pytest.mark.parametrize(
    "y",
    [
        LABELS.astype(np.uint8),
        LABELS.astype(np.float64),
        LABELS[:, np.newaxis],
        np.eye(3)[LABELS],
        np.eye(3, dtype=bool)[LABELS],
        np.array(["0", "1", "2"])[LABELS],
        np.array([b"0", b"1", b"2"])[LABELS],
    ],
    ids=["uint8", "float", "column", "one-hot", "one-hot bool", "strings", "bytes"],
)
def test_labels_in_all_forms_mean_the_same(y, save):
    data = dataset.load(save(x=IMAGES, y=y))
    np.testing.assert_array_equal(data.labels, LABELS)
    assert data.labels.dtype == np.int64
    assert data.class_names == ("0", "1", "2")


def test_string_labels_follow_given_class_names(save):
    path = save(x=IMAGES[:3], y=np.array(["dog", "cat", "dog"]), class_names=["dog", "cat", "ant"])
    data = dataset.load(path)
    assert data.labels.tolist() == [0, 1, 0]
    assert data.class_names == ("dog", "cat", "ant")


def test_missing_labels_are_minus_one(save):
    data = dataset.load(save(x=IMAGES, other=LABELS))
    assert data.labels.tolist() == [-1] * 6
    assert data.class_names == ()
    assert "There are no labels." in data.notes
    assert "Arrays that are not used: other." in data.notes
    half = save(x_train=IMAGES, y_train=LABELS, x_test=IMAGES)
    assert dataset.load(half, "all").labels.tolist() == [*LABELS, *[-1] * 6]
    assert "There are no labels of the test split." in dataset.load(half, "test").notes


# Values


@pytest.mark.parametrize(
    ("raw", "factor", "note"),
    [
        (np.array([0, 7, 255], np.uint8), 1 / 255, "uint8 values 0 to 255 were divided by 255"),
        (np.array([0, 7, 65535], np.uint16), 1 / 65535, "were divided by 65,535"),
        (np.array([0, 7, 255], np.uint16), 1 / 255, "were divided by 255"),
        (np.array([0, 7, 255], np.int64), 1 / 255, "were divided by 255"),
        (np.array([0, 7, 255], np.float64), 1 / 255, "were divided by 255"),
        (np.array([0, 1, 1], np.uint8), 1, "0 and 1 only and were kept"),
        (np.array([0, 0.25, 1], np.float16), 1, None),
        (np.array([0, 1, 1], bool), 1, None),
        (np.array([0, 7.5, 255]), 1, "values from 0 to 255 are not pixels; they were kept"),
        (np.array([-1, 0, 1.0]), 1, "values from -1 to 1 are not pixels; they were kept"),
        (np.array([0, 1, 1.25]), 1, "values from 0 to 1.25 are not pixels"),
    ],
)
def test_image_values_are_scaled_or_kept_and_it_says_so(raw, factor, note, save):
    images = np.tile(raw, 8).reshape(2, 2, 3, 2)
    data = dataset.load(save(x=images))
    np.testing.assert_allclose(data.x, images.astype(np.float64) * factor, rtol=1e-6)
    assert data.x.dtype == np.float32
    said = [entry for entry in data.notes if entry.startswith("x:")]
    assert (note is None and not said) or (len(said) == 1 and note in said[0])


@pytest.mark.parametrize(
    ("raw", "factor"),
    [
        (np.array([0, 7, 255], np.uint8), 1 / 255),
        (np.array([0, 7, 255], np.int32), 1),
        (np.array([0.0, 7, 255]), 1),
    ],
)
def test_vectors_are_kept_unless_they_are_bytes(raw, factor, save):
    data = dataset.load(save(x=np.tile(raw, 4).reshape(4, 3)))
    assert data.x.shape == (4, 3)
    np.testing.assert_allclose(data.x[0], raw * factor, rtol=1e-6)


@pytest.mark.parametrize(
    ("shape", "moved"),
    [((2, 3, 8, 9), True), ((2, 1, 8, 9), True), ((2, 3, 8, 3), False), ((2, 8, 9, 3), False)],
)
def test_only_clear_channels_first_is_turned(shape, moved, save):
    raw = np.random.default_rng(0).random(shape)
    data = dataset.load(save(x=raw))
    np.testing.assert_allclose(data.x, raw.transpose(0, 2, 3, 1) if moved else raw, rtol=1e-6)
    assert any("channel axis was moved" in note for note in data.notes) == moved
    assert data.x.flags.c_contiguous
