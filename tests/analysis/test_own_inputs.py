"""Inputs that people bring: pictures as the network takes them, what it says, what is added."""

from __future__ import annotations

import dataclasses
import io
import itertools
import struct
import threading
import time
import zlib
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from PIL import Image

from analysis import added, dataset, epochs, images, mutation, network, own_inputs, shelf, work
from analysis.added import GROUP
from analysis.board import Desk
from analysis.errors import DataError, ModelError, ParameterError, StudyError
from analysis.frozen_sets import FrozenSet
from analysis.home import Home
from analysis.opening import Card, find_card
from analysis.store import DiskStore, MemoryStore
from analysis.types import Array, Source, silent
from analysis.workbench import Workbench
from tests.analysis.sample_data import data_of

RNG = np.random.default_rng(0)
HEIGHT, WIDTH = 8, 6
N = 20
ONE = [{"kind": "sketch", "text": "a sketch"}]
ABOUT = {"attack": "pgd", "samples": [3, 8, 11], "epsilon": 0.2, "norm": "linf", "steps": 4}
ABOUT |= {"step": None, "target": None, "seed": 0}


def classifier(shape: tuple[int, ...]) -> keras.Model:
    """Untrained, of three classes."""
    keras.utils.set_random_seed(1)
    image = keras.Input(shape)
    x = keras.layers.Reshape((HEIGHT, WIDTH, 1))(image) if len(shape) == 1 else image
    x = keras.layers.Conv2D(3, 3, activation="relu", name="conv0")(x)
    x = keras.layers.Flatten(name="flatten")(x)
    return keras.Model(image, keras.layers.Dense(3, activation="softmax", name="end")(x))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Networks on grey pictures, on coloured ones and on vectors, an embedding, and their data."""
    place = tmp_path_factory.mktemp("studies")
    shapes = {"grey": (HEIGHT, WIDTH, 1), "colour": (HEIGHT, WIDTH, 3), "flat": (HEIGHT * WIDTH,)}
    for name, shape in shapes.items():
        model = classifier(shape)
        model.save(place / f"{name}.keras")
        x = RNG.integers(0, 256, (N, *shape), np.uint8).astype(np.float32) / 255
        if len(shape) == 3:
            x[:, [0, -1]] = x[:, :, [0, -1]] = 0.25  # the border
        np.savez(place / f"{name}.npz", x=x, y=np.arange(N) % 3, class_names=["a", "b", "c"])
    grey = classifier(shapes["grey"])
    point = keras.layers.Dense(2, name="point")(grey.get_layer("flatten").output)
    keras.Model(grey.inputs, point).save(place / "embedding.keras")
    return place


@pytest.fixture
def home(tmp_path: Path) -> Home:
    shelf.STUDIES.clear()
    shelf.DATA.clear()
    return Home(tmp_path / "home")


def source_of(folder: Path, name: str = "grey", data: str = "", **more: Any) -> Source:
    file = folder / f"{data or name}.npz"
    return Source(model=str(folder / f"{name}.keras"), data=str(file), **more)


def net(folder: Path, name: str = "grey") -> network.Network:
    return network.load(folder / f"{name}.keras")


def pixels(count: int, *shape: int) -> Array:
    return RNG.random((count, *(shape or (HEIGHT, WIDTH, 1))), np.float32)


def several(*_: Any) -> Any:
    """A study whose network takes two inputs."""
    return None, data_of({"one": np.zeros((5, HEIGHT, WIDTH, 1)), "two": np.zeros((5, 2))})


# ------------------------------------------------------------------------------ judging


@pytest.mark.parametrize("name", ["grey", "colour", "flat"])
@pytest.mark.parametrize("count", [1, 5])
def test_a_network_says_of_inputs_what_it_says_of_samples(
    home: Home, folder: Path, name: str, count: int
) -> None:
    source = source_of(folder, name)
    x = pixels(count, *dataset.load(source.data).x.shape[1:])
    task = {"source": dataclasses.asdict(source), "x": x.tobytes()}
    found = own_inputs.judge(home, task)
    assert found["classes"] == 3
    expected = net(folder, name).predict(x)
    assert expected.dtype == np.float32
    assert found["probabilities"] == expected.tobytes()


def test_an_embedding_says_no_classes(home: Home, folder: Path) -> None:
    source = source_of(folder, "embedding", data="grey")
    task = {"source": dataclasses.asdict(source), "x": pixels(2).tobytes()}
    assert own_inputs.judge(home, task) == {"probabilities": b"", "classes": 0}


def spoilt(value: float) -> bytes:
    x = pixels(2)
    x[1, 3, 2] = value
    return x.tobytes()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", r"shape \(8, 6, 1\), 192 bytes each as float32; got 0 bytes"),
        (b"x", "got 1 bytes"),
        (pixels(1).tobytes()[:-4], "got 188 bytes"),
        (pixels(1, 28, 28, 1).tobytes(), "got 3,136 bytes"),
        (spoilt(np.nan), "pixels from 0 to 1"),
        (spoilt(np.inf), "pixels from 0 to 1"),
        (spoilt(-0.001), "pixels from 0 to 1"),
        (spoilt(1.001), "pixels from 0 to 1"),
        (spoilt(255.0), "pixels from 0 to 1"),
    ],
)
def test_what_are_no_inputs_is_refused(
    home: Home, folder: Path, tmp_path: Path, content: bytes, words: str
) -> None:
    task = {"source": dataclasses.asdict(source_of(folder)), "x": content}
    with pytest.raises(DataError, match=words):
        own_inputs.judge(home, task)
    more = {"path": str(tmp_path / "added.npz"), "labels": [0], "origins": ONE}
    with pytest.raises(DataError, match=words):
        own_inputs.add_inputs(home, task | more)
    assert not (tmp_path / "added.npz").exists()


def test_networks_of_several_inputs_take_none_of_ones_own(
    home: Home, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(own_inputs, "load", several)
    task: dict[str, Any] = {"source": {}, "x": pixels(1).tobytes()}
    with pytest.raises(DataError, match="takes 2 inputs at once"):
        own_inputs.judge(home, task)
    with pytest.raises(DataError, match="takes 2 inputs at once"):
        own_inputs.add_inputs(home, task | {"path": str(tmp_path / "a.npz"), "labels": [0]})
    with pytest.raises(DataError, match="takes no pictures"):
        own_inputs.convert(home, task | {"files": [("a.png", png(pixels(1)[0]))]})


# ------------------------------------------------------------------------------ pictures


def encoded(image: Image.Image, form: str = "PNG", **more: Any) -> bytes:
    file = io.BytesIO()
    image.save(file, form, **more)
    return file.getvalue()


def png(values: Array, **more: Any) -> bytes:
    """A PNG of (h, w) or (h, w, channels), of bytes or in [0, 1]."""
    bits = np.rint(255 * values).astype(np.uint8) if values.dtype.kind == "f" else values
    grey = bits.ndim == 3 and bits.shape[2] == 1
    return encoded(Image.fromarray(bits[..., 0] if grey else bits), **more)


def converted(content: bytes, size: images.Size = (HEIGHT, WIDTH, 1), **more: Any) -> Any:
    told = {"fit": "squeezed", "inverted": False, "empty": 0.25} | more
    return images.converted(content, "mine.png", size, **told)


def resampled(values: Array, shape: tuple[int, int]) -> Array:
    """Every pixel is the mean of those around it, weighted by a triangle as wide as it reaches."""
    for axis, count in enumerate(shape):
        wide = values.shape[axis]
        scale = wide / count
        centres = (np.arange(count) + 0.5) * scale
        far = np.abs(np.arange(wide) + 0.5 - centres[:, None]) / max(scale, 1)
        weights = np.maximum(0, 1 - far)
        weights /= weights.sum(axis=1, keepdims=True)
        values = np.moveaxis(np.tensordot(weights, values, (1, axis)), 0, axis)
    return values


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize(
    ("shape", "middle", "border"),
    [
        ((10, 4), (slice(2, 7), slice(0, 4)), ((0, 0), (2, 2))),
        ((5, 12), (slice(0, 5), slice(4, 8)), ((5, 6), (0, 0))),
        ((2, 60), (slice(0, 2), slice(29, 31)), ((39, 39), (0, 0))),
    ],
)
def test_other_proportions_are_fitted_in_three_ways(
    shape: tuple[int, int], middle: tuple[slice, slice], border: Any, channels: int
) -> None:
    x = RNG.integers(0, 256, (*shape, channels), np.uint8)
    size, values = (HEIGHT, WIDTH, channels), x / 255
    padded = np.pad(values, (*border, (0, 0)), constant_values=0.25)
    expected = {
        "squeezed": (values, "squeezed"),
        "middle": (values[middle], "its middle"),
        "whole": (padded, "whole, with a border"),
    }
    assert set(expected) == set(images.FITS)
    for fit, (seen, words) in expected.items():
        found, note = converted(png(x), size, fit=fit)
        assert (found.shape, found.dtype) == (size, np.float32)
        np.testing.assert_allclose(found, resampled(seen, (HEIGHT, WIDTH)), atol=1e-5)
        assert words in note
        assert note.startswith(f"{shape[1]} x {shape[0]} PNG, ")
        assert f"brought to {WIDTH} x {HEIGHT}" in note


@pytest.mark.parametrize("fit", images.FITS)
def test_a_picture_of_the_networks_size_is_left_as_it_is(fit: str) -> None:
    x = RNG.integers(0, 256, (HEIGHT, WIDTH), np.uint8)
    found, note = converted(png(x), fit=fit)
    np.testing.assert_allclose(found[..., 0], x / 255, atol=1e-7)
    assert note == "6 x 8 PNG."


@pytest.mark.parametrize("fit", images.FITS)
def test_equal_proportions_need_no_fitting(fit: str) -> None:
    x = RNG.integers(0, 256, (3 * HEIGHT, 3 * WIDTH), np.uint8)
    found, note = converted(png(x), fit=fit)
    expected = resampled(x[..., np.newaxis] / 255, (HEIGHT, WIDTH))
    np.testing.assert_allclose(found, expected, atol=1e-5)
    assert note == "18 x 24 PNG, brought to 6 x 8."


@pytest.mark.parametrize("fit", images.FITS)
def test_one_pixel_is_a_picture(fit: str) -> None:
    found, _ = converted(png(np.full((1, 1, 3), 51, np.uint8)), (5, 5, 3), fit=fit)
    np.testing.assert_allclose(found, 0.2, atol=1e-6)


def test_dark_becomes_bright() -> None:
    x = RNG.integers(0, 256, (HEIGHT, WIDTH), np.uint8)
    found, note = converted(png(x), inverted=True)
    np.testing.assert_allclose(found[..., 0], 1 - x / 255, atol=1e-6)
    assert note == "6 x 8 PNG, inverted."


def test_the_border_is_as_bright_as_is_said_even_around_what_is_inverted() -> None:
    found, _ = converted(
        png(np.full((HEIGHT, 2), 255, np.uint8)), fit="whole", inverted=True, empty=0.75
    )
    np.testing.assert_allclose(found[:, [0, 1, 4, 5], 0], 0.75)
    np.testing.assert_allclose(found[:, 2:4, 0], 0.0, atol=1e-6)


def test_grey_of_sixteen_bits_keeps_its_depth() -> None:
    deep = RNG.integers(0, 65_536, (HEIGHT, WIDTH), np.uint16)
    content = encoded(Image.fromarray(deep))
    assert content[24] == 16, "bits of the PNG"
    for channels in (1, 3):
        found, _ = converted(content, (HEIGHT, WIDTH, channels))
        for channel in range(channels):
            np.testing.assert_allclose(found[..., channel], deep / 65_535, atol=1e-6)


@pytest.mark.parametrize("inverted", [False, True])
@pytest.mark.parametrize("channels", [1, 3])
def test_what_is_transparent_is_drawn_like_the_datas_border(channels: int, inverted: bool) -> None:
    grey, seen = RNG.integers(0, 256, (2, HEIGHT, WIDTH), np.uint8)
    rgba = np.stack([grey, grey, grey, seen], axis=-1)
    values, alpha = grey / 255, seen / 255
    drawn = 1 - values if inverted else values
    expected = np.repeat((drawn * alpha + 0.25 * (1 - alpha))[..., None], channels, axis=-1)
    size = (HEIGHT, WIDTH, channels)
    for content in (png(rgba), png(rgba[..., 2:])):
        found, note = converted(content, size, inverted=inverted)
        np.testing.assert_allclose(found, expected, atol=1e-6)
        assert "what is transparent drawn as 0.25" in note
    whole = rgba.copy()
    whole[..., 3] = 255
    assert "transparent" not in converted(png(whole), size)[1]


@pytest.mark.parametrize("inverted", [False, True])
def test_a_palette_may_have_a_transparent_colour(inverted: bool) -> None:
    places = RNG.integers(0, 3, (HEIGHT, WIDTH)).astype(np.uint8)
    colours = np.array([[0, 0, 0], [255, 51, 0], [102, 102, 102]])
    image = Image.frombytes("P", (WIDTH, HEIGHT), places.tobytes())
    image.putpalette(colours.ravel().tolist())
    found, _ = converted(
        encoded(image, transparency=1), (HEIGHT, WIDTH, 3), inverted=inverted, empty=0.5
    )
    expected = colours[places] / 255
    expected = 1 - expected if inverted else expected
    expected[places == 1] = 0.5
    np.testing.assert_allclose(found, expected, atol=1e-6)


TURNS = {
    0: lambda x: x,
    1: lambda x: x,
    2: np.fliplr,
    3: lambda x: np.rot90(x, 2),
    4: np.flipud,
    5: np.transpose,
    6: lambda x: np.rot90(x, -1),
    7: lambda x: np.rot90(x, 2).T,
    8: np.rot90,
    9: lambda x: x,
}
"""What a camera says -> how its picture is to be turned."""


@pytest.mark.parametrize("orientation", TURNS)
def test_a_picture_is_turned_as_its_camera_says(orientation: int) -> None:
    x = RNG.integers(0, 256, (5, 7), np.uint8)
    exif = Image.Exif()
    exif[274] = orientation
    upright = TURNS[orientation](x)
    found, note = converted(png(x, exif=exif), (*upright.shape, 1))
    np.testing.assert_allclose(found[..., 0], upright / 255, atol=1e-6)
    assert ("turned as its camera says" in note) == (1 < orientation < 9)


@pytest.mark.parametrize("form", ["PNG", "WEBP"])
def test_the_first_frame_of_an_animation_is_taken(form: str) -> None:
    frames = [Image.new("RGB", (WIDTH, HEIGHT), (value,) * 3) for value in (51, 204, 0)]
    more = {"lossless": True} if form == "WEBP" else {}
    content = encoded(frames[0], form, save_all=True, append_images=frames[1:], **more)
    found, note = converted(content, (HEIGHT, WIDTH, 3))
    np.testing.assert_allclose(found, 0.2, atol=1e-6)
    assert note == f"6 x 8 {form}, the first of 3 frames."


def test_an_animated_gif_is_refused() -> None:
    frames = [Image.new("L", (WIDTH, HEIGHT), value) for value in (0, 255)]
    content = encoded(frames[0], "GIF", save_all=True, append_images=frames[1:])
    with pytest.raises(DataError, match="none of PNG, JPEG, BMP, WEBP"):
        converted(content)


def declared(width: int, height: int) -> bytes:
    """A PNG of a few bytes that says it is so large."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        check = struct.pack(">I", zlib.crc32(kind + content))
        return struct.pack(">I", len(content)) + kind + content + check

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    parts = ((b"IHDR", head), (b"IDAT", zlib.compress(b"\0" * 64)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(itertools.starmap(chunk, parts))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty: the file has no bytes"),
        (b"no picture at all\n" * 20, r"cannot be read \(it is none of PNG"),
        (declared(60_000, 60_000), r"cannot be read \(Image size \(3600000000 pixels\)"),
        (declared(9000, 9000), "9000 x 9000 pixels; at most 67,108,864|cannot be read"),
        (declared(0, 5), "cannot be read"),
        (declared(500, 500), "cannot be read"),
        (png(RNG.integers(0, 256, (40, 40), np.uint8))[:-200], "cannot be read"),
        (encoded(Image.new("RGB", (40, 40), (1, 2, 3)), "JPEG")[:300], "cannot be read"),
        (encoded(Image.new("RGB", (40, 40), (1, 2, 3)), "WEBP")[:30], "cannot be read"),
    ],
)
def test_what_is_no_whole_picture_is_named(content: bytes, words: str) -> None:
    for fit in images.FITS:
        with pytest.raises(DataError, match=words) as found:
            converted(content, fit=fit)
        assert "'mine.png'" in str(found.value)
        assert "eave it out" in str(found.value) or "Make it smaller" in str(found.value)


def test_a_fit_that_nobody_knows_is_refused() -> None:
    with pytest.raises(ParameterError, match="middle, whole, squeezed; got 'stretched'"):
        converted(png(pixels(1)[0]), fit="stretched")


@pytest.mark.parametrize("fit", images.FITS)
def test_a_huge_picture_is_taken(fit: str) -> None:
    content = encoded(Image.new("L", (3600, 2400), 51))
    found, note = converted(content, fit=fit, empty=0.2)
    np.testing.assert_allclose(found, 0.2, atol=1e-6)
    assert note.startswith("3600 x 2400 PNG, ")


@pytest.mark.parametrize("shape", [(60_000, 2), (1, 200_000)])
def test_the_border_of_a_thread_fits_into_memory(shape: tuple[int, int]) -> None:
    content = encoded(Image.new("L", shape, 255))
    found, _ = converted(content, fit="whole", empty=0.0)
    assert 0 < found.mean() < 0.02
    middle = found[HEIGHT // 2 - 1 : HEIGHT // 2 + 1] if shape[0] > shape[1] else found[:, 2:4]
    assert middle.sum() > 0.9 * found.sum()


# ------------------------------------------------------------------------------ converting


@pytest.mark.parametrize(("name", "channels"), [("grey", 1), ("colour", 3)])
def test_pictures_are_converted_and_judged(
    home: Home, folder: Path, name: str, channels: int
) -> None:
    x = RNG.integers(0, 256, (2, HEIGHT, WIDTH, 3), np.uint8)
    clear = np.zeros((4, 4, 4), np.uint8)
    files = [("a.png", png(x[0])), ("b.png", png(x[1])), ("c.png", png(clear))]
    task = {"source": dataclasses.asdict(source_of(folder, name)), "files": files}
    found = own_inputs.convert(home, task | {"fit": "squeezed", "inverted": False})
    assert found["shape"] == [3, HEIGHT, WIDTH, channels]
    made = np.frombuffer(found["x"], np.float32).reshape(found["shape"])
    expected = x / 255
    if channels == 1:
        expected = expected @ np.array([[0.299], [0.587], [0.114]])
    np.testing.assert_allclose(made[:2], expected, atol=1e-6 if channels == 3 else 3e-3)
    np.testing.assert_allclose(made[2], 0.25, err_msg="as bright as the border of the data")
    assert found["probabilities"] == net(folder, name).predict(made).tobytes()
    assert found["classes"] == 3
    assert [note[:5] for note in found["notes"]] == ["6 x 8", "6 x 8", "4 x 4"]
    judged = own_inputs.judge(home, {"source": task["source"], "x": found["x"]})
    assert judged["probabilities"] == found["probabilities"], "they can be sent back as they are"


def test_an_embedding_is_shown_pictures_too(home: Home, folder: Path) -> None:
    source = source_of(folder, "embedding", data="grey")
    task = {"source": dataclasses.asdict(source), "files": [("a.png", png(pixels(1)[0]))]}
    found = own_inputs.convert(home, task | {"fit": "middle", "inverted": True})
    assert (found["shape"], found["probabilities"]) == ([1, HEIGHT, WIDTH, 1], b"")


def test_vectors_are_no_pictures(home: Home, folder: Path) -> None:
    source = dataclasses.asdict(source_of(folder, "flat"))
    task = {"source": source, "files": [("a.png", png(pixels(1)[0]))]}
    with pytest.raises(DataError, match=r"takes no pictures but samples of shape \(48,\)"):
        own_inputs.convert(home, task | {"fit": "middle", "inverted": False})


@pytest.mark.parametrize("count", [0, 65])
def test_so_many_pictures_are_converted_at_once(home: Home, folder: Path, count: int) -> None:
    task = {"source": dataclasses.asdict(source_of(folder)), "files": [("a.png", b"")] * count}
    with pytest.raises(
        ParameterError, match=f"1 to 64 pictures are converted at once; got {count}"
    ):
        own_inputs.convert(home, task | {"fit": "middle", "inverted": False})


def test_files_that_cannot_be_read_leave_the_others(home: Home, folder: Path) -> None:
    files = [("cat.png", b"no"), ("good.png", png(pixels(1)[0])), ("dog.png", b"")]
    task = {"source": dataclasses.asdict(source_of(folder)), "files": files}
    found = own_inputs.convert(home, task | {"fit": "middle", "inverted": False})
    assert found["shape"][0] == len(found["notes"]) == 1
    assert found["places"] == [1]
    assert [
        "'cat.png' cannot be read" in found["failed"][0],
        "'dog.png' is empty" in found["failed"][1],
    ] == [True, True]
    task["files"] = [files[0], files[2]]
    with pytest.raises(DataError, match=r"'cat\.png' cannot be read"):
        own_inputs.convert(home, task | {"fit": "middle", "inverted": False})


def test_a_ground_that_is_the_opposite_of_the_datas_is_told(
    home: Home, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sheet = np.ones((HEIGHT, WIDTH, 1), np.float32)
    sheet[2:4, 2:4] = 0
    task = {"source": dataclasses.asdict(source_of(folder)), "fit": "middle"}
    task["files"] = [("a.png", png(sheet))]
    monkeypatch.setattr(own_inputs, "_border", lambda _: 0.0)
    for inverted, told in ((False, True), (True, False)):
        (note,) = own_inputs.convert(home, task | {"inverted": inverted})["notes"]
        assert ("'inverted' may suit it" in note) is told


def test_ink_that_would_not_be_seen_lies_on_the_other_ground() -> None:
    drawing = np.zeros((8, 8, 4), np.uint8)
    drawing[2:6, 3:5, 3] = 255  # black on nothing
    file = io.BytesIO()
    Image.fromarray(drawing).save(file, "PNG")
    for inverted in (False, True):
        x, note = images.converted(
            file.getvalue(), "a.png", (8, 8, 1), fit="middle", inverted=inverted, empty=0.0
        )
        assert x[2:6, 3:5].mean() == float(inverted)
        assert x[0].mean() == 1 - float(inverted)
        assert f"drawn as {0 if inverted else 1}" in note


# ------------------------------------------------------------------------------ adding


def adding(source: Source, path: Path, x: Array, **more: Any) -> dict[str, Any]:
    origins = [{"kind": "sketch", "text": f"number {k}"} for k in range(len(x))]
    task = {"source": dataclasses.asdict(source), "path": str(path), "x": x.tobytes()}
    return task | {"labels": [0] * len(x), "origins": origins} | more


@pytest.fixture
def path(home: Home) -> Path:
    return home.added / f"{'a' * 64}.npz"


def test_inputs_are_added_behind_those_before(home: Home, folder: Path, path: Path) -> None:
    first, second = pixels(1), pixels(2)
    before = time.time()
    one = adding(source_of(folder), path, first, labels=[2])
    assert own_inputs.add_inputs(home, one) == {"count": 1}
    two = [{"kind": "picture", "text": "cät.png"}, {"kind": "sketch", "of": 7}]
    more = adding(source_of(folder), path, second, labels=[-1, 1], origins=two)
    assert own_inputs.add_inputs(home, more) == {"count": 3}
    found = added.read(path)
    np.testing.assert_array_equal(found.x, np.concatenate([first, second]))
    assert found.labels.tolist() == [2, -1, 1]
    assert [origin["kind"] for origin in found.origins] == ["sketch", "picture", "sketch"]
    assert [origin["text"] for origin in found.origins] == ["number 0", "cät.png", ""]
    assert found.origins[2]["of"] == 7
    assert all(before <= origin["created"] <= time.time() for origin in found.origins)


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"labels": []}, "Each of 1 inputs has a class from 0 to 2"),
        ({"labels": [0, 0]}, "Each of 1 inputs"),
        ({"labels": [3]}, "class from 0 to 2, -1 for none"),
        ({"labels": [-2]}, "class from 0 to 2, -1 for none"),
        ({"origins": []}, "where 0 came from"),
        ({"origins": ONE * 2}, "where 2 came from"),
        ({"origins": [None]}, "one of sketch, picture, attack"),
        ({"origins": [{"text": "a"}]}, "one of sketch, picture, attack"),
        ({"origins": [{"kind": "dream"}]}, "one of sketch, picture, attack"),
        ({"origins": [{"kind": ["sketch"]}]}, "one of sketch, picture, attack"),
        ({"origins": [{"kind": "sketch", "text": "a" * 201}]}, "at most 200 visible letters"),
        ({"origins": [{"kind": "sketch", "text": "a\nb"}]}, "at most 200 visible letters"),
    ],
)
def test_what_is_not_wholly_told_is_not_added(
    home: Home, folder: Path, path: Path, more: dict[str, Any], words: str
) -> None:
    with pytest.raises(ParameterError, match=words):
        own_inputs.add_inputs(home, adding(source_of(folder), path, pixels(1), **more))
    assert not path.exists()


def test_two_who_add_at_once_lose_nothing(home: Home, folder: Path, path: Path) -> None:
    source = source_of(folder)
    shelf.load(home, source, silent)
    tasks = [adding(source, path, pixels(1), labels=[k % 3]) for k in range(8)]
    threads = [threading.Thread(target=own_inputs.add_inputs, args=(home, t)) for t in tasks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = {x.tobytes() for x in added.read(path).x}
    assert found == {task["x"] for task in tasks}


@pytest.mark.parametrize("name", ["grey", "flat"])
def test_a_sample_after_a_step_of_an_attack_is_added(
    home: Home, folder: Path, path: Path, name: str
) -> None:
    source = source_of(folder, name)
    bench = shelf.open_bench(home, DiskStore(home), source)
    way = bench.ask("attack", **ABOUT).arrays["x"]
    origin = {"kind": "attack", "text": "sample 8 after step 2 of pgd", "sample": 8, "step": 2}
    task = {"source": dataclasses.asdict(source), "path": str(path), "origins": [origin]}
    task |= {"key": bench.address("attack", **ABOUT), "row": 1, "step": 2, "labels": [1]}
    assert own_inputs.add_inputs(home, task) == {"count": 1}
    found = added.read(path)
    data = dataset.load(source.data)
    assert found.x.shape[1:] == data.x.shape[1:]
    np.testing.assert_array_equal(found.x.ravel(), way[1, 2].ravel())
    assert 0 < np.abs(found.x[0] - data.x[8]).max() <= 0.2 + 1e-6
    assert found.origins[0]["step"] == 2
    with pytest.raises(ParameterError, match="not kept any more"):
        own_inputs.add_inputs(home, task | {"key": "0" * 64})


# ------------------------------------------------------------------------------ the study


def card_of(home: Home, source: Source) -> Card:
    work.open_study(Desk(home, "job"), {"source": dataclasses.asdict(source)})
    card = find_card(DiskStore(home), source)
    assert card is not None
    return card


def predictions(home: Home, card: Card) -> Array:
    """What was kept of a study, as the web process finds it."""
    bench = Workbench(None, None, DiskStore(home), study=card.study)
    return bench.predictions().arrays["probabilities"]


def test_a_study_has_what_was_added_behind_its_samples(
    home: Home, folder: Path, path: Path
) -> None:
    plain, x = source_of(folder), pixels(3)
    own_inputs.add_inputs(home, adding(plain, path, x, labels=[2, -1, 0]))
    before = card_of(home, plain)
    card = card_of(home, dataclasses.replace(plain, added=str(path)))
    assert (card.n, card.total) == (N + 3, N + 3)
    assert card.groups == {GROUP: (N, N + 1, N + 2)}
    assert card.base == before.study.data == card.saved_under == before.saved_under
    assert card.study.network == before.study.network
    assert card.study.data != before.study.data
    assert card.labels.tolist() == [*before.labels.tolist(), 2, -1, 0]
    assert any("3 added samples stand behind" in note for note in card.notes)
    whole = np.concatenate([dataset.load(plain.data).x, x])
    np.testing.assert_array_equal(predictions(home, card), net(folder).predict(whole))
    assert (before.n, before.base, before.groups) == (N, "", {})


def test_a_new_process_sees_the_same_study(home: Home, folder: Path, path: Path) -> None:
    plain = source_of(folder)
    own_inputs.add_inputs(home, adding(plain, path, pixels(2)))
    source = dataclasses.replace(plain, added=str(path), frozen=FrozenSet({"conv0": (1,)}).text)
    card = card_of(home, source)
    shelf.STUDIES.clear()
    shelf.DATA.clear()
    opened, data = shelf.load(home, source, silent)
    assert (opened.fingerprint, data.fingerprint) == (card.study.network, card.study.data)


def test_more_samples_are_another_study(home: Home, folder: Path, path: Path) -> None:
    plain = source_of(folder)
    source = dataclasses.replace(plain, added=str(path))
    own_inputs.add_inputs(home, adding(plain, path, pixels(1)))
    one = card_of(home, source)
    own_inputs.add_inputs(home, adding(source, path, pixels(1)))
    assert find_card(DiskStore(home), source) is None
    two = card_of(home, source)
    assert (one.n, two.n) == (N + 1, N + 2)
    assert one.study.data != two.study.data
    assert one.base == two.base


@pytest.mark.parametrize("means", [False, True])
@pytest.mark.parametrize("more", [False, True])
def test_a_network_without_filters_is_the_mutant(
    home: Home, folder: Path, path: Path, means: bool, more: bool
) -> None:
    plain = source_of(folder)
    x = own = dataset.load(plain.data).x
    filters = {"conv0": (0, 2), "flatten": (5,)}
    source = dataclasses.replace(plain, frozen=FrozenSet(filters, means, "some").text)
    if more:
        own_inputs.add_inputs(home, adding(plain, path, extra := pixels(4)))
        source, x = dataclasses.replace(source, added=str(path)), np.concatenate([x, extra])
    whole = net(folder)
    # What is added leaves the network as it is.
    given = mutation.means(whole, own, filters) if means else None
    mutant = mutation.freeze(whole, filters, given)
    card = card_of(home, source)
    assert card.study.network == mutant.fingerprint != whole.fingerprint
    assert card.n == len(x)
    assert card.title.endswith("3 filters frozen")
    assert FrozenSet(filters, means).sentence in card.notes
    np.testing.assert_array_equal(predictions(home, card), mutant.predict(x))
    assert np.abs(predictions(home, card) - whole.predict(x)).max() > 1e-3


@pytest.mark.parametrize(
    ("frozen", "words"),
    [
        ("{", "no JSON"),
        ('{"filters": {}}', "No filter is frozen"),
        ('{"filters": {"conv9": [0]}}', "Did you mean 'conv0'"),
        ('{"filters": {"conv0": [3]}}', "has the filters 0 to 2"),
        ('{"filters": {"prediction": [0]}}', "is the prediction"),
    ],
)
def test_what_cannot_be_frozen_is_said(home: Home, folder: Path, frozen: str, words: str) -> None:
    with pytest.raises(StudyError, match=words):
        card_of(home, source_of(folder, frozen=frozen))


def test_a_mutant_judges_without_its_filters(home: Home, folder: Path) -> None:
    x = pixels(3)
    source = source_of(folder, frozen=FrozenSet({"conv0": (1,)}).text)
    task = {"source": dataclasses.asdict(source), "x": x.tobytes()}
    expected = mutation.freeze(net(folder), {"conv0": [1]}).predict(x)
    assert own_inputs.judge(home, task)["probabilities"] == expected.tobytes()


@pytest.mark.parametrize("change", ["frozen", "added", "both"])
def test_what_was_recorded_is_not_that_of_a_variant(
    home: Home, folder: Path, path: Path, tmp_path: Path, change: str
) -> None:
    run = tmp_path / "run"
    run.mkdir()
    file, samples = run / f"epoch-000{epochs.NETWORK}", run / epochs.SAMPLES
    file.write_bytes((folder / "grey.keras").read_bytes())
    samples.write_bytes((folder / "grey.npz").read_bytes())
    told = {"network": net(folder).fingerprint, "data": dataset.load(samples).fingerprint}
    wrong = np.full((N, HEIGHT - 2, WIDTH - 2, 3), 7, np.float32)
    np.savez(epochs.outputs_beside(file), **told, **{"layer conv0": wrong})
    plain = Source(model=str(run), data=str(samples))
    assert list(shelf.open_bench(home, MemoryStore(), plain).at_hand) == ["conv0"]
    own_inputs.add_inputs(home, adding(plain, path, pixels(1)))
    more = {"frozen": FrozenSet({"flatten": (1,)}).text, "added": str(path)}
    more = more if change == "both" else {change: more[change]}
    bench = shelf.open_bench(home, MemoryStore(), dataclasses.replace(plain, **more))
    assert dict(bench.at_hand) == {}
    assert bench.order("conv0").shape == (len(bench.dataset),)


@pytest.fixture
def history(tmp_path: Path) -> Source:
    """What a network said in two epochs, without the network."""
    said = np.full((2, N, 3), 1 / 3, np.float32)
    place = tmp_path / "history.npz"
    np.savez(place, softmax_test=said, labels_test=np.arange(N) % 3, class_names=["a", "b", "c"])
    return Source(model=str(place), data=str(place))


@pytest.mark.parametrize("change", ["frozen", "added"])
def test_what_a_network_said_has_no_variants(
    home: Home, folder: Path, path: Path, history: Source, change: str
) -> None:
    own_inputs.add_inputs(home, adding(source_of(folder), path, pixels(1)))
    more = {"frozen": FrozenSet({"recorded": (1,)}).text, "added": str(path)}
    assert card_of(home, history).n == N
    with pytest.raises(ModelError, match="There is no network here"):
        card_of(home, dataclasses.replace(history, **{change: more[change]}))


def test_nothing_is_shown_to_a_network_that_is_not_there(
    home: Home, path: Path, history: Source
) -> None:
    one = np.ones((1, 1), np.float32)
    task = adding(history, path, one)
    with pytest.raises(ModelError, match="nothing can be shown to it"):
        own_inputs.judge(home, task)
    with pytest.raises(ModelError, match="nothing can be shown to it"):
        own_inputs.add_inputs(home, task)
    assert not path.exists()
