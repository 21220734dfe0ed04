"""Pictures as files."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
from PIL import Image

from analysis.types import Array


def encoded(image: Image.Image, form: str = "PNG", **more: Any) -> bytes:
    file = io.BytesIO()
    image.save(file, form, **more)
    return file.getvalue()


def png(values: Array, **more: Any) -> bytes:
    """A PNG of (h, w) or (h, w, channels), of bytes or in [0, 1]."""
    bits = np.rint(255 * values).astype(np.uint8) if values.dtype.kind == "f" else values
    grey = bits.ndim == 3 and bits.shape[2] == 1
    return encoded(Image.fromarray(bits[..., 0] if grey else bits), **more)
