"""Folders of image files, one folder per class; and small pictures for display."""

from __future__ import annotations

import io
import math
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from .errors import DataError, ParameterError
from .types import Array, Dataset, Report, silent

SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".bmp", ".webp"})
FORMATS = ("PNG", "JPEG", "BMP", "WEBP")

MAX_PIXELS = 2**26
"""Most pixels of one picture: a small file can unpack to far more than memory holds."""

MOST_AT_ONCE = 2**25
"""Pixels of all pictures that are sent together: a few kilobytes can unpack to gigabytes."""

FITS = ("middle", "whole", "squeezed")
"""How a picture of other proportions is fitted: its middle is cut out, a border is put around it,
or it is squeezed."""

_ORIENTATION = 274
"""Number of the tag by which a camera says how it was held."""

_TURNED = range(2, 9)
"""What it says of any way but upright; other numbers say nothing."""

_LIKE = 0.15
"""Difference of ink and ground up to which ink cannot be seen."""

_MOST_BORDERED = 2**22
"""Pixels of a picture with its border; one that is long and thin has far fewer without."""

_BROKEN = (
    OSError,
    SyntaxError,  # Pillow's word for a broken PNG
    ValueError,
    Image.DecompressionBombError,
    Image.DecompressionBombWarning,  # where warnings are errors
)

Size = tuple[int, int, int]
"""(height, width, channels); channels is 1 or 3."""


@dataclass(frozen=True)
class Folder:
    """Image files of one split, found and measured but not yet read.

    Attributes:
        path: the folder that was asked for.
        files: in class order, then by path.
        labels: (n,) int64; -1 if the files lie in no class folder.
        class_names: names of the class folders, sorted.
        size: (height, width, channels) that every picture is read as.
        notes: what was found and is done, as sentences.
    """

    path: Path
    files: tuple[Path, ...]
    labels: Array
    class_names: tuple[str, ...]
    size: Size
    notes: tuple[str, ...]

    def read(self, chosen: Array, report: Report = silent) -> Array:
        """Unpack pictures.

        Args:
            chosen: (m,) places in `files`.
        Returns: (m, height, width, channels) float32 in [0, 1].
        Raises: DataError naming the first file that cannot be read.
        """
        x = np.empty((len(chosen), *self.size), np.float32)
        for i, place in enumerate(chosen):
            if i % 64 == 0:
                report(i / len(chosen), f"image {i} of {len(chosen)}")
            x[i] = _pixels(self.files[place], self.size)
        return x


def find(path: Path, split: str, size: Size | None = None, report: Report = silent) -> Folder:
    """Find the image files of a split and measure them.

    `path` holds one folder per class, or `train` and `test` with such folders
    within. Classes are numbered in sorted order of their names, as
    `keras.utils.image_dataset_from_directory` numbers them; those of both splits
    are counted together, so that numbers agree. Without class folders, the files
    directly in `path` are unlabelled samples. Hidden files are passed over.

    Args:
        split: "train", "test" or "all".
        size: (height, width, channels) to read all pictures as; by default the
            most common height and width (of equally common ones the smallest),
            and three channels if any picture is in colour.
    Raises:
        ParameterError: a size that is not one.
        DataError: no images, a missing split, a broken or too large file.
    """
    if size is not None and (min(size[:2]) < 1 or size[2] not in (1, 3)):
        raise ParameterError(
            f"Images need a size (height, width, channels) with 1 or 3 channels; got {size}."
        )
    roots, notes = _roots(path, split)
    names = sorted({folder.name for root in _all_roots(path) for folder in _folders(root)})
    files: list[Path] = []
    labels: list[int] = []
    others = 0
    for number, name in enumerate(names) if names else [(-1, "")]:
        for root in roots:
            images, strange = _images(root / name, deep=bool(names))
            files += images
            labels += [number] * len(images)
            others += strange
    if not files:
        raise DataError(
            f"No images in '{path}' for the {split} split ({len(names)} class folders, "
            f"{others} other files). Put {', '.join(sorted(SUFFIXES))} files into one folder "
            "per class."
        )
    if not names:
        notes.append("There are no class folders; all images are unlabelled.")
    if others:
        notes.append(f"{others} files that are no images were passed over.")
    measured = _measure(files, report)
    size = size or _common(measured)
    resized = sum((height, width) != size[:2] for height, width, _ in measured)
    if resized:
        notes.append(
            f"{resized} of {len(files)} images were resized to {size[0]} x {size[1]} "
            "(height x width), without keeping their proportions."
        )
    return Folder(path, tuple(files), np.array(labels, np.int64), tuple(names), size, tuple(notes))


def thumbnails(dataset: Dataset, side: int = 64) -> Array | None:
    """Small pictures of all samples, for display only.

    Pictures larger than `side` are reduced by area averaging, in proportion.
    Values in [0, 1] become 0 to 255; a data set with other values is stretched
    from its least to its greatest value. One or three channels stay; of four the
    first three are shown, of any other number the mean.

    Args:
        dataset: its first input is shown.
        side: greatest height and width, in pixels.
    Returns: (n, h, w, 1 or 3) uint8, or None if the samples are no images.
    Raises: ParameterError if side is below 1.
    """
    if side < 1:
        raise ParameterError(f"Thumbnails need a side of at least one pixel; got {side}.")
    x = dataset.x
    if x.ndim != 4 or len(x) == 0:
        return None
    if x.shape[-1] == 4:
        x = x[..., :3]
    elif x.shape[-1] not in (1, 3):
        x = x.mean(axis=-1, keepdims=True)
    low, high = float(x.min()), float(x.max())
    if low >= 0 and high <= 1:
        low, high = 0.0, 1.0
    height, width = x.shape[1:3]
    shrink = side / max(height, width)
    if shrink < 1:
        shape = (max(1, round(height * shrink)), max(1, round(width * shrink)))
        x = np.stack([_resize(picture, shape, Image.Resampling.BOX) for picture in x])
    scaled = (x - low) / (high - low if high > low else 1.0)
    return np.asarray(np.rint(np.clip(scaled, 0, 1) * 255), np.uint8)


def _visible(folder: Path) -> list[Path]:
    try:
        return sorted(entry for entry in folder.iterdir() if not entry.name.startswith("."))
    except OSError as error:
        raise DataError(f"Folder '{folder}' cannot be read: {error.strerror}.") from error


def _folders(root: Path) -> list[Path]:
    return [entry for entry in _visible(root) if entry.is_dir()]


def _all_roots(path: Path) -> list[Path]:
    """The folders that hold class folders: train and test, or `path` itself."""
    folders = _folders(path)
    if folders and {folder.name for folder in folders} <= {"train", "test"}:
        return sorted(folders, reverse=True)
    return [path]


def _roots(path: Path, split: str) -> tuple[list[Path], list[str]]:
    """Those that belong to a split, and what there is to say about it."""
    roots = _all_roots(path)
    if roots == [path]:
        return roots, [f"The folder is not split; all its images serve as {split} data."]
    chosen = [root for root in roots if split in (root.name, "all")]
    if not chosen:
        raise DataError(
            f"'{path}' has no folder '{split}', only '{roots[0].name}'. "
            f"Choose that split, or 'all'."
        )
    return chosen, []


def _images(folder: Path, deep: bool) -> tuple[list[Path], int]:
    """Image files, sorted by path, and the number of other files."""
    if not folder.is_dir():
        return [], 0
    images, others = [], 0
    for entry in _visible(folder):
        if entry.is_dir():
            if deep and not entry.is_symlink():
                inner, strange = _images(entry, deep)
                images += inner
                others += strange
        elif entry.suffix.lower() in SUFFIXES:
            images.append(entry)
        else:
            others += 1
    return images, others


def unpack(content: bytes, name: str, size: Size) -> Array:
    """One picture that somebody sent: (height, width, channels) float32 in [0, 1].

    Args:
        name: that it is called in messages.
        size: that it is brought to.
    Raises: DataError if it cannot be read, or is too large.
    """
    return _pixels(io.BytesIO(content), size, name)


def converted(
    content: bytes, name: str, size: Size, *, fit: str, inverted: bool, empty: float
) -> tuple[Array, str]:
    """A picture that somebody sent, as a network takes it, and what was done to it.

    Of an animated picture the first frame is taken; it is turned as its camera says.

    Args:
        name: that it is called in messages.
        size: (height, width, channels) of the network.
        fit: one of `FITS`.
        inverted: whether dark becomes bright.
        empty: from 0 to 1, what stands in place of what is transparent, and around it with "whole".
    Returns: (height, width, channels) float32 in [0, 1], and a sentence.
    Raises: ParameterError for another fit; DataError if it cannot be read, or is too large.
    """
    if fit not in FITS:
        raise ParameterError(f"A picture is fitted as {', '.join(FITS)}; got {fit!r}.")
    if not content:
        raise DataError(f"Image '{name}' is empty: the file has no bytes. Leave it out.")
    with _opened(io.BytesIO(content), name) as image:
        frames = getattr(image, "n_frames", 1)
        told = [f"{image.width} x {image.height} {image.format}"]
        told += [f"the first of {frames} frames"] if frames > 1 else []
        told += (
            ["turned as its camera says"] if image.getexif().get(_ORIENTATION) in _TURNED else []
        )
        x, seen = _values(ImageOps.exif_transpose(image), size[2])
    if seen is not None and seen.min() < 1:
        behind = np.float32(1 - empty if inverted else empty)
        if abs(np.average(x.mean(axis=-1), weights=np.maximum(seen, 1e-6)) - behind) < _LIKE:
            behind = 1 - behind  # or nothing could be seen of what was drawn
        x = x * seen[..., np.newaxis] + behind * (1 - seen[..., np.newaxis])
        told.append(f"what is transparent drawn as {1 - behind if inverted else behind:.2g}")
    if inverted:
        x = 1 - x
        told.append("inverted")
    x, how = _fitted(x, size, fit, empty)
    return np.clip(x, 0, 1).astype(np.float32), f"{', '.join([*told, *how])}."


def _values(image: Image.Image, channels: int) -> tuple[Array, Array | None]:
    """(h, w, channels) float32 in [0, 1], and (h, w) how opaque each pixel is, None if all are."""
    if image.mode.startswith("I"):
        deep = np.asarray(image, np.float32)[..., np.newaxis] / 65_535
        return np.repeat(deep, channels, axis=-1), None
    seen = None
    if image.mode in ("LA", "PA", "RGBA", "La", "RGBa") or "transparency" in image.info:
        image = image.convert("RGBA")
        seen = np.asarray(image.getchannel("A"), np.float32) / 255
        image = image.convert("RGB")
    plain = image.convert("L" if channels == 1 else "RGB")
    return np.asarray(plain, np.float32).reshape(*plain.size[::-1], channels) / 255, seen


def _fitted(x: Array, size: Size, fit: str, empty: float) -> tuple[Array, list[str]]:
    """A picture brought to a size, and what was done for it."""
    height, width = x.shape[:2]
    told = [] if x.shape[:2] == size[:2] else [f"brought to {size[1]} x {size[0]}"]
    alike = abs(height * size[1] - width * size[0]) < max(size[:2])
    if fit == "middle" and not alike:
        side = min(height / size[0], width / size[1])
        rows, columns = max(1, round(side * size[0])), max(1, round(side * size[1]))
        top, left = (height - rows) // 2, (width - columns) // 2
        x = x[top : top + rows, left : left + columns]
        told.insert(0, f"its middle, {columns} x {rows}")
    elif fit == "whole" and not alike:
        side = max(height / size[0], width / size[1])
        shrink = math.sqrt(_MOST_BORDERED / (side * size[0] * side * size[1]))
        if shrink < 1:
            smaller = max(1, round(height * shrink)), max(1, round(width * shrink))
            x, side = _resize(x, smaller, Image.Resampling.BOX), side * shrink
            height, width = smaller
        rows, columns = round(side * size[0]), round(side * size[1])
        wide = np.full((max(rows, height), max(columns, width), size[2]), empty, np.float32)
        top, left = (wide.shape[0] - height) // 2, (wide.shape[1] - width) // 2
        wide[top : top + height, left : left + width] = x
        x = wide
        told.insert(0, "whole, with a border")
    elif fit == "squeezed" and not alike:
        told.insert(0, "squeezed")
    x = x if x.shape[:2] == size[:2] else _resize(x, size[:2], Image.Resampling.BILINEAR)
    return x, told


def check_many(files: Sequence[bytes], size: Size) -> None:
    """See that pictures which somebody sent together can be unpacked, from their headers alone.

    Raises: DataError if they have more pixels than `MOST_AT_ONCE` in all.
    """
    pixels = sum(_count(content) for content in files)
    if pixels > MOST_AT_ONCE:
        raise DataError(
            f"The images have {pixels:,} pixels in all; {MOST_AT_ONCE:,} can be read at once. "
            f"Make them smaller: the network takes {size[1]} x {size[0]}."
        )


def _count(content: bytes) -> int:
    """Pixels by the header; none of what cannot be read, as is said once it is."""
    try:
        with Image.open(io.BytesIO(content), formats=FORMATS) as image:
            return image.width * image.height
    except (OSError, SyntaxError, ValueError):
        return 0
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        return MAX_PIXELS + 1


@contextmanager
def _opened(file: Path | io.BytesIO, name: str = "") -> Iterator[Image.Image]:
    name = name or str(file)
    try:
        with Image.open(file, formats=FORMATS) as image:
            if image.width * image.height > MAX_PIXELS:
                raise DataError(
                    f"Image '{name}' has {image.width} x {image.height} pixels; "
                    f"at most {MAX_PIXELS:,} are read. Make it smaller."
                )
            yield image
    except _BROKEN as error:
        strange = isinstance(error, UnidentifiedImageError)
        why = f"it is none of {', '.join(FORMATS)}" if strange else error
        advice = "take it out of the folder" if isinstance(file, Path) else "leave it out"
        raise DataError(f"Image '{name}' cannot be read ({why}). Mend it or {advice}.") from error


def _measure(files: list[Path], report: Report) -> list[Size]:
    """(height, width, channels) of every file, from its header alone."""
    sizes = []
    for i, file in enumerate(files):
        if i % 256 == 0:
            report(0.0, f"measuring image {i} of {len(files)}")
        with _opened(file) as image:
            grey = image.mode in ("1", "L", "LA") or image.mode.startswith("I")
            sizes.append((image.height, image.width, 1 if grey else 3))
    return sizes


def _common(sizes: list[Size]) -> Size:
    counts = Counter(size[:2] for size in sizes)
    height, width = min(counts, key=lambda size: (-counts[size], size))
    return height, width, max(size[2] for size in sizes)


def _pixels(file: Path | io.BytesIO, size: Size, name: str = "") -> Array:
    """(height, width, channels) float32 in [0, 1]; transparency is left out."""
    with _opened(file, name) as image:
        if image.mode.startswith("I"):
            x = np.asarray(image, np.float32)[..., np.newaxis] / 65_535
            x = np.repeat(x, size[2], axis=-1)
        else:
            plain = image.convert("L" if size[2] == 1 else "RGB")
            x = np.asarray(plain, np.float32).reshape(image.height, image.width, size[2]) / 255
    return x if x.shape == size else _resize(x, size[:2], Image.Resampling.BILINEAR)


def _resize(x: Array, shape: tuple[int, int], how: Image.Resampling) -> Array:
    """(h, w, c) float32 -> (*shape, c) float32; averages over the area when reducing."""
    channels = [
        np.asarray(Image.fromarray(np.ascontiguousarray(x[..., c])).resize(shape[::-1], how))
        for c in range(x.shape[-1])
    ]
    return np.stack(channels, axis=-1)
