"""Features of all samples, streamed in blocks: checked, preprocessed, and cut anew.

Whoever produces blocks cuts them as it likes. Here they become panels of a fixed number of
features, so that sums over panels come out the same to the last bit however the blocks were cut.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from . import feature_kernels as kernels
from .errors import NotFiniteError, ShapeError
from .threads import in_stripes
from .types import Array, MakeBlocks, Metric, Preprocessing, Report

PANEL = 1024
"""Features of a panel: wide enough for fast products, 40 MB for 10,000 samples."""

NARROW = 128
"""Features that a panel has room for until there are more: few features take little memory."""

COLUMNS = 64
"""Features that one task of a per-feature kernel takes."""


@dataclass(frozen=True)
class Rows:
    """What is done to every sample as a whole: (x - shift) * factor.

    Attributes:
        shift, factor: (n,) float64.
        flat: (n,) bool, samples that have no direction: zero vectors under the cosine distance,
            constant ones under the correlation distance.
        plain: whether shift and factor do nothing.
    """

    shift: Array
    factor: Array
    flat: Array
    plain: bool = False


@dataclass(frozen=True)
class Panel:
    """Some features of all samples.

    Attributes:
        values: (n, at most PANEL) float32. Free to be overwritten; gone when the next panel is
            asked for.
        first, last: whether no panel comes before or after.
        seen: features that the producer has yielded so far.
    """

    values: Array
    first: bool
    last: bool
    seen: int


class Stream:
    """Blocks of a producer as finite, C-ordered float32 blocks of n samples.

    Args:
        make_blocks: starts a fresh pass over (n, width) blocks.
        what: the numbers' name in messages.
        features: how many there are, if known; for `fraction` only.
        report: hears the progress, which never falls, at every block; may raise to stop.
    """

    def __init__(
        self, make_blocks: MakeBlocks, n: int, what: str, features: int | None, report: Report
    ) -> None:
        self.make_blocks = make_blocks
        self.n = n
        self.what = what[:1].upper() + what[1:]
        self.features = features
        self._report = report
        self._done = 0.0

    def blocks(self) -> Iterator[Array]:
        """A fresh pass.

        Raises:
            ShapeError: a block is not (n, width).
            NotFiniteError: a number is NaN or infinite.
        """
        for found in self.make_blocks():
            if np.ndim(found) != 2 or len(found) != self.n:
                raise ShapeError(
                    f"{self.what}: expected blocks of shape ({self.n:,}, features), "
                    f"got {np.shape(found)}. Give one row to every sample."
                )
            with np.errstate(over="ignore"):  # becomes infinite, and is refused below
                block = np.ascontiguousarray(found, dtype=np.float32)
            if not finite(block):
                raise NotFiniteError(self._not_finite(block))
            yield block

    def fraction(self, seen: int) -> float:
        """Share of the features that `seen` is; a guess that only grows if nobody knows."""
        if self.features is None:
            return seen / (seen + PANEL)
        return min(1.0, seen / max(1, self.features))

    def tell(self, fraction: float, text: str = "") -> None:
        """Report the progress, or only give a chance to stop if it lies further back."""
        self._done = max(self._done, fraction)
        self._report(self._done, text)

    def _not_finite(self, block: Array) -> str:
        bad = ~np.isfinite(block)
        samples = np.flatnonzero(bad.any(axis=1))
        return (
            f"{self.what}: {len(samples):,} of {self.n:,} samples hold NaN, infinity or a number "
            f"too large for float32, sample {samples[0]:,} first. Distances need finite numbers: "
            "look for a diverged training, a division by zero or a logarithm of zero."
        )


def finite(values: Array) -> bool:
    """Whether a C-ordered float32 matrix holds neither NaN nor infinity."""
    bits = values.view(np.uint32)
    found: list[bool] = []

    def check(start: int, stop: int) -> None:
        found.append(kernels.all_finite(bits[start:stop]))

    in_stripes(check, len(values), _rows_at_once(len(values)))
    return all(found)


def measure_rows(stream: Stream, metric: Metric, preprocessing: Preprocessing) -> Rows:
    """A pass over the data, if metric or preprocessing need to know every sample as a whole.

    The cosine distance is half the squared Euclidean distance of samples scaled to length 1,
    the correlation distance that of samples centred and scaled to length 1.
    """
    n = stream.n
    nothing = Rows(np.zeros(n), np.ones(n), np.zeros(n, dtype=bool), plain=True)
    angular = metric in {"cosine", "correlation"}
    if not angular and preprocessing != "unit length":
        return nothing
    base = np.zeros(n)
    total = np.zeros(n)
    square = np.zeros(n)
    width = 0
    for piece, width in _pieces(stream, preprocessing, nothing):
        if metric == "correlation" and width == piece.shape[1]:
            base = piece[:, 0].astype(np.float64)
        _add_rows(piece, base, total, square)
        stream.tell(0.1 * stream.fraction(width), "Measuring samples")
    if metric == "correlation":
        shift = base + total / max(1, width)
        power = square - total * total / max(1, width)
    else:
        shift = np.zeros(n)
        power = square
    flat = power <= 0.0
    factor = np.where(flat, 0.0, 1.0 / np.sqrt(np.where(flat, 1.0, power)))
    return Rows(shift, factor, flat if angular else nothing.flat)


def panels(stream: Stream, preprocessing: Preprocessing, rows: Rows) -> Iterator[Panel]:
    """Another pass: the features that differ between samples, in panels.

    A feature that is the same for all samples changes no distance and is left out, so that
    dead filters cost nothing. At least one panel comes, of width 0 if no feature differs.
    """
    n = stream.n
    values = np.empty((n, NARROW), dtype=np.float32)
    filled = seen = 0
    first = True
    for piece, seen in _pieces(stream, preprocessing, rows):
        stream.tell(0.0, f"Features of {n:,} samples")
        kept = _varying(piece)
        if filled + len(kept) > NARROW and values.shape[1] == NARROW:
            wide = np.empty((n, PANEL), dtype=np.float32)
            wide[:, :filled] = values[:, :filled]
            values = wide
        while len(kept):
            if filled == PANEL:
                yield Panel(values, first, last=False, seen=seen)
                first = False
                filled = 0
            now, kept = np.split(kept, [PANEL - filled])
            _copy(piece, now, values[:, filled : filled + len(now)])
            filled += len(now)
    yield Panel(values[:, :filled], first, last=True, seen=seen)


def moments(values: Array) -> tuple[Array, Array, Array]:
    """Mean, mean squared deviation and largest deviation of every feature.

    Args:
        values: (n, width) float32, n > 0.
    Returns: three (width,) float64.
    """
    width = values.shape[1]
    mean, power, spread = np.empty(width), np.empty(width), np.empty(width)

    def measure(start: int, stop: int) -> None:
        some = slice(start, stop)
        kernels.moments(values[:, some], mean[some], power[some], spread[some])

    in_stripes(measure, width, COLUMNS)
    return mean, power, spread


def _pieces(
    stream: Stream, preprocessing: Preprocessing, rows: Rows
) -> Iterator[tuple[Array, int]]:
    """Preprocessed blocks, cut to (n, at most PANEL), with the features seen so far.

    The array is only lent: read it before asking for the next.
    """
    standardise = preprocessing == "standardise"
    plain = rows.plain and not standardise
    buffer = np.empty((stream.n, 0), dtype=np.float32)
    seen = 0
    for block in stream.blocks():
        for first in range(0, block.shape[1], PANEL):
            piece = block[:, first : first + PANEL]
            seen += piece.shape[1]
            if plain or not stream.n:
                yield piece, seen
            else:
                if buffer.shape[1] < piece.shape[1]:
                    buffer = np.empty(piece.shape, dtype=np.float32)
                out = buffer[:, : piece.shape[1]]
                _prepare(piece, standardise, rows, out)
                yield out, seen


def _prepare(piece: Array, standardise: bool, rows: Rows, out: Array) -> None:
    width = piece.shape[1]
    mean, inverse = np.zeros(width), np.ones(width)
    if standardise:
        mean, power, _ = moments(piece)
        constant = power <= 0.0
        inverse = np.where(constant, 0.0, 1.0 / np.sqrt(np.where(constant, 1.0, power)))

    def apply(start: int, stop: int) -> None:
        some = slice(start, stop)
        kernels.prepare(piece[some], mean, inverse, rows.shift[some], rows.factor[some], out[some])

    in_stripes(apply, len(piece), _rows_at_once(len(piece)))


def _add_rows(piece: Array, base: Array, total: Array, square: Array) -> None:
    def add(start: int, stop: int) -> None:
        some = slice(start, stop)
        kernels.row_sums(piece[some], base[some], total[some], square[some])

    in_stripes(add, len(piece), _rows_at_once(len(piece)))


def _varying(piece: Array) -> Array:
    """Features that differ between samples, counted from 0."""
    flags = np.zeros(piece.shape[1], dtype=bool)

    def look(start: int, stop: int) -> None:
        kernels.varying(piece[:, start:stop], flags[start:stop])

    if len(piece):
        in_stripes(look, len(flags), COLUMNS)
    return np.flatnonzero(flags)


def _copy(source: Array, columns: Array, out: Array) -> None:
    """out = source[:, columns], with whole lines at a time where columns lie side by side."""
    together = columns[-1] - columns[0] == len(columns) - 1
    chosen = slice(columns[0], columns[-1] + 1) if together else columns

    def copy(start: int, stop: int) -> None:
        out[start:stop] = source[start:stop, chosen]

    in_stripes(copy, len(out), _rows_at_once(len(out)))


def _rows_at_once(n: int) -> int:
    return max(256, -(-n // 16))
