"""Folders of image files, and thumbnails."""

from __future__ import annotations

import zlib
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from analysis import dataset, images
from analysis.errors import Cancelled, DataError, ParameterError

RED, GREY = (250, 10, 20), 90


def picture(path, colour=RED, size=(6, 4), **options):
    """Write a plain picture; size is (width, height), as Pillow has it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    mode = "RGB" if isinstance(colour, tuple) else "L"
    Image.new(mode, size, colour).save(path, **options)
    return path


@pytest.fixture
def pets(tmp_path):
    root = tmp_path / "pets"
    picture(root / "dog" / "2.png", (0, 51, 102))
    picture(root / "dog" / "1.BMP")
    picture(root / "cat" / "deep" / "3.webp", lossless=True)
    picture(root / "ant" / "4.jpg", quality=100)
    return root


def test_a_folder_per_class_is_read_in_sorted_order(pets):
    data = dataset.load(pets)
    assert data.name == "pets"
    assert data.class_names == ("ant", "cat", "dog")
    assert data.labels.tolist() == [0, 1, 2, 2]
    assert data.x.shape == (4, 4, 6, 3)
    np.testing.assert_allclose(data.x[1:3], np.broadcast_to(RED, (2, 4, 6, 3)) / 255, atol=1e-6)
    np.testing.assert_allclose(data.x[3, 0, 0], [0, 0.2, 0.4], atol=1e-6)
    np.testing.assert_allclose(data.x[0, 0, 0], np.array(RED) / 255, atol=0.02)  # JPEG


def test_rows_and_columns_are_kept(tmp_path):
    x = np.random.default_rng(0).integers(0, 256, (2, 5, 7), dtype=np.uint8)
    for i, pixels in enumerate(x):
        (tmp_path / "a").mkdir(exist_ok=True)
        Image.fromarray(pixels).save(tmp_path / "a" / f"{i}.png")
    np.testing.assert_allclose(dataset.load(tmp_path).x[..., 0], x / 255, rtol=1e-6)


def test_hidden_files_are_unseen_and_others_counted(pets):
    before = dataset.load(pets)
    (pets / ".DS_Store").touch()
    (pets / "dog" / ".hidden.png").touch()
    (pets / "dog" / "readme.txt").touch()
    (pets / "dog" / "labels.csv").touch()
    after = dataset.load(pets)
    assert after.fingerprint == before.fingerprint
    assert "2 files that are no images were passed over." in after.notes


def test_train_and_test_folders_are_splits_with_common_classes(tmp_path):
    picture(tmp_path / "train" / "cat" / "1.png", 0)
    picture(tmp_path / "train" / "dog" / "1.png", 51)
    picture(tmp_path / "test" / "dog" / "1.png", 102)
    test, every = dataset.load(tmp_path, "test"), dataset.load(tmp_path, "all")
    assert test.labels.tolist() == [1]
    assert test.class_names == every.class_names == ("cat", "dog")
    assert every.x[:, 0, 0, 0].tolist() == pytest.approx([0, 0.2, 0.4])
    (tmp_path / "test" / "dog" / "1.png").unlink()
    with pytest.raises(DataError, match=r"No images in .* for the test split"):
        dataset.load(tmp_path, "test")


def test_a_missing_split_is_named(tmp_path):
    picture(tmp_path / "train" / "cat" / "1.png")
    with pytest.raises(DataError, match="no folder 'test', only 'train'"):
        dataset.load(tmp_path, "test")


def test_unlike_sizes_become_the_most_common_one(tmp_path):
    for i in range(3):
        picture(tmp_path / "a" / f"{i}.png", 51, size=(6, 4))
    picture(tmp_path / "a" / "big.png", 102, size=(60, 41))
    data = dataset.load(tmp_path)
    assert data.x.shape == (4, 4, 6, 1)
    np.testing.assert_allclose(data.x[3], 0.4, rtol=1e-5)
    assert any(note.startswith("1 of 4 images were resized to 4 x 6 ") for note in data.notes)


def test_a_size_can_be_asked_for(pets):
    assert dataset.load(pets, size=(3, 2, 1)).x.shape == (4, 3, 2, 1)
    with pytest.raises(ParameterError, match=r"1 or 3 channels; got \(3, 2, 4\)"):
        dataset.load(pets, size=(3, 2, 4))


def test_one_coloured_picture_makes_all_coloured(tmp_path):
    picture(tmp_path / "a" / "1.png", GREY)
    assert dataset.load(tmp_path).x.shape[-1] == 1
    picture(tmp_path / "a" / "2.png", RED)
    data = dataset.load(tmp_path)
    assert data.x.shape[-1] == 3
    np.testing.assert_allclose(data.x[0], GREY / 255, rtol=1e-6)


def test_sixteen_bit_transparent_and_indexed_pictures(tmp_path):
    (tmp_path / "a").mkdir()
    Image.fromarray(np.full((2, 2), 13107, np.uint16)).save(tmp_path / "a" / "1.png")
    Image.new("RGBA", (2, 2), (*RED, 0)).save(tmp_path / "a" / "2.png")
    Image.new("RGB", (2, 2), RED).quantize(4).save(tmp_path / "a" / "3.png")
    x = dataset.load(tmp_path).x
    np.testing.assert_allclose(x[0], 0.2, rtol=1e-6)
    np.testing.assert_allclose(x[1], np.broadcast_to(RED, (2, 2, 3)) / 255, rtol=1e-6)
    np.testing.assert_allclose(x[2], np.broadcast_to(RED, (2, 2, 3)) / 255, rtol=1e-6)


def test_files_without_class_folders_are_unlabelled(tmp_path):
    picture(tmp_path / "1.png")
    data = dataset.load(tmp_path)
    assert data.labels.tolist() == [-1]
    assert data.class_names == ()
    assert "There are no class folders; all images are unlabelled." in data.notes


def test_only_the_drawn_files_are_unpacked(tmp_path):
    for i in range(10):
        picture(tmp_path / "ab"[i % 2] / f"{i}.png", 10 * i)
    every, some = dataset.load(tmp_path), dataset.load(tmp_path, limit=4, seed=1)
    np.testing.assert_array_equal(some.x, every.x[some.indices])
    assert np.bincount(some.labels).tolist() == [2, 2]
    assert some.total == 10


@pytest.mark.parametrize("share", [0.0, 0.02, 0.5, 0.9])
@pytest.mark.parametrize("kind", ["png", "jpg", "bmp", "webp"])
def test_the_first_broken_file_is_named(pets, share, kind):
    pixels = np.random.default_rng(0).integers(0, 256, (30, 40, 3), np.uint8)
    file = pets / "dog" / f"0.{kind}"
    Image.fromarray(pixels).save(file)
    content = file.read_bytes()
    file.write_bytes(content[: int(share * len(content))])
    with pytest.raises(DataError, match=r"dog/0\.\w+' cannot be read .*take it out of the folder"):
        dataset.load(pets)


@settings(deadline=None, max_examples=100)
@given(place=st.integers(0, 10_000), bits=st.integers(1, 255), kind=st.sampled_from(["png", "jpg"]))
def test_damaged_pictures_raise_nothing_else(tmp_path_factory, place, bits, kind):
    file = picture(tmp_path_factory.getbasetemp() / "damaged" / kind / f"a.{kind}", size=(20, 20))
    content = bytearray(file.read_bytes())
    content[place % len(content)] ^= bits
    file.write_bytes(content)
    try:
        data = dataset.load(file.parent)
    except DataError as error:
        assert f"a.{kind}" in str(error)
    else:
        assert data.x.min() >= 0 and data.x.max() <= 1


def test_what_only_calls_itself_an_image_is_refused(pets):
    (pets / "dog" / "0.png").write_bytes(b"GIF89a" + bytes(100))
    with pytest.raises(DataError, match=r"dog/0\.png"):
        dataset.load(pets)


@pytest.mark.parametrize("side", [9_000, 10_000, 60_000])
def test_a_small_file_with_a_huge_picture_is_not_unpacked(tmp_path, side):
    file = picture(tmp_path / "a" / "bomb.png")
    content = bytearray(file.read_bytes())
    content[16:24] = side.to_bytes(4, "big") * 2
    # The checksum of the header, so that Pillow believes it.
    content[29:33] = zlib.crc32(content[12:29]).to_bytes(4, "big")
    file.write_bytes(content)
    with pytest.raises(DataError, match=r"bomb\.png'.*(at most|exceeds limit)"):
        dataset.load(tmp_path)


def test_an_empty_folder_says_what_belongs_there(tmp_path):
    (tmp_path / "cat").mkdir()
    (tmp_path / "cat" / "list.txt").touch()
    with pytest.raises(DataError, match=r"1 class folders, 1 other files.*one folder per class"):
        dataset.load(tmp_path)


def test_reading_reports_and_can_be_cancelled(pets):
    heard = []
    dataset.load(pets, report=lambda fraction, text="": heard.append(fraction))
    assert heard == sorted(heard) and heard[-1] == 1

    def stop(fraction, text=""):
        if text.startswith("image"):
            raise Cancelled("stop")

    with pytest.raises(Cancelled):
        dataset.load(pets, report=stop)


# Thumbnails


def shown(x, side=64):
    data = dataset.load("digits", limit=len(x))
    return images.thumbnails(replace(data, inputs={"x": x.astype(np.float32)}), side)


def test_small_pictures_are_shown_as_they_are():
    x = np.random.default_rng(0).random((10, 7, 5, 3))
    found = shown(x)
    assert found.dtype == np.uint8
    np.testing.assert_allclose(found, x * 255, atol=0.51)


def test_large_pictures_are_area_means():
    x = np.random.default_rng(0).random((10, 24, 12, 1))
    naive = x.reshape(10, 8, 3, 4, 3, 1).mean(axis=(2, 4))
    np.testing.assert_allclose(shown(x, side=8), naive * 255, atol=0.51)


@pytest.mark.parametrize(
    ("shape", "expected"),
    [
        ((10, 100, 50, 3), (10, 64, 32, 3)),
        ((10, 3, 500, 1), (10, 1, 64, 1)),
        ((10, 1000, 1, 1), (10, 64, 1, 1)),
        ((10, 8, 8, 4), (10, 8, 8, 3)),
        ((10, 8, 8, 2), (10, 8, 8, 1)),
        ((10, 8, 8, 7), (10, 8, 8, 1)),
    ],
)
def test_thumbnails_are_small_and_grey_or_coloured(shape, expected):
    assert shown(np.full(shape, 0.2)).shape == expected
    assert (shown(np.full(shape, 0.2)) == 51).all()


def test_values_beyond_pixels_are_stretched():
    x = np.linspace(-1, 3, 10)[:, None, None, None] * np.ones((10, 2, 2, 1))
    np.testing.assert_allclose(shown(x)[:, 0, 0, 0], np.linspace(0, 255, 10), atol=0.51)
    assert (shown(np.full((10, 2, 2, 1), 7.0)) == 0).all()


def test_vectors_have_no_thumbnails():
    assert shown(np.zeros((10, 9))) is None


def test_a_side_below_one_is_refused():
    with pytest.raises(ParameterError, match="at least one pixel; got 0"):
        shown(np.zeros((10, 2, 2, 1)), side=0)
