"""Pictures that people bring, as networks take them: fitted, turned, inverted, or refused."""

from __future__ import annotations

import itertools
import struct
import zlib
from typing import Any

import numpy as np
import pytest
from PIL import Image

from analysis import images
from analysis.errors import DataError, ParameterError
from analysis.types import Array
from tests.analysis.sample_pictures import encoded, png

RNG = np.random.default_rng(0)
HEIGHT, WIDTH = 8, 6


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
        converted(png(np.zeros((HEIGHT, WIDTH), np.uint8)), fit="stretched")


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
