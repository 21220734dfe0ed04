"""Routes beside Dash's own: arrays and pictures as binary, named by their key."""

from __future__ import annotations

import dataclasses
import io
import json
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import numpy as np
from flask import Flask, Response, abort, make_response, request
from PIL import Image

from analysis.errors import StudyError
from analysis.keys import is_key

from . import attacks, clouds, filters
from .frontend import FOREVER
from .studies import Studies

_MOST_COLUMNS = 64
"""Columns of one request; a window shows at most twice eight."""


def add(server: Flask, studies: Studies) -> None:
    """Register the routes."""
    store = studies.store
    _add_maps(server, studies)

    @lru_cache(maxsize=2)
    def found(key: str) -> Any:
        images = store.array(key, "images")
        if images is None or images.ndim != 4 or images.dtype != np.uint8:
            raise LookupError(key)  # an exception is not remembered: they may come later
        return images

    def pictures(key: str) -> Any:
        try:
            return found(key)
        except LookupError:
            return None

    @server.get("/health")
    def health() -> str:
        return "ok"

    @server.get("/result/<key>/<name>")
    @server.get("/result/<key>/<name>/<int:row>")
    def result(key: str, name: str, row: int | None = None) -> Response:
        """An array, or one entry along its first axis, whose others may be many."""
        if not is_key(key):
            abort(text(404, "That is no address of a result."))
        array = store.array(key, name) if row is None else store.row(key, name, row)
        if array is None or array.dtype.kind not in "biuf":
            abort(text(404, "There is no such result; it may have been evicted. Reload the page."))
        return binary(array)

    @server.get("/columns/<key>/<names>")
    def columns(key: str, names: str) -> Response:
        """Some arrays of equal length of one result, one after the other: (names, m)."""
        wanted = names.split(",")
        if not is_key(key) or not 0 < len(wanted) <= _MOST_COLUMNS:
            abort(text(404, "That is no address of columns."))
        found = store.arrays(key, wanted)
        if found is None or len({(a.shape, a.dtype) for a in found}) > 1 or found[0].ndim != 1:
            abort(text(404, "There are no such columns; they may have been evicted. Reload."))
        return binary(np.stack(found))

    @server.get("/image/<key>/<int:index>.png")
    def image(key: str, index: int) -> Response:
        if not is_key(key):
            abort(text(404, "That is no address of a result."))
        images = pictures(key)
        if images is None or index >= len(images):
            abort(text(404, "There is no such picture."))
        response = Response(encode(images[index]), mimetype="image/png")
        response.headers["Cache-Control"] = FOREVER
        return response


def _add_maps(server: Flask, studies: Studies) -> None:
    """Register the routes to what layers make of a sample."""

    @server.get("/maps/<int:sample>")
    def maps(sample: int) -> Response:
        """What every layer makes of one sample: all its maps, one after the other."""
        try:
            source, card = clouds.opened(studies, wish_of(request.args))
            if sample >= card.n:
                abort(text(404, f"This study has samples 0 to {card.n - 1}."))
            task = {"source": dataclasses.asdict(source), "samples": [sample]}
            values = studies.engine.call("sample_maps", task)
        except StudyError as error:
            abort(text(422, str(error)))
        return _fresh(values)

    @server.get("/weights/<int:number>")
    def weights(number: int) -> Response:
        """What a filter of {"layer"} has learnt: names and shapes in a header, then all values."""
        try:
            source, card = clouds.opened(studies, wish_of(request.args))
            layer = filters.layer_of(card, request.args.get("layer")).name
            task = {"source": dataclasses.asdict(source), "layer": layer, "filter": number}
            found = studies.engine.call("filter_weights", task)
        except StudyError as error:
            abort(text(422, str(error)))
        response = _fresh(found["values"])
        response.headers["X-Told"] = json.dumps(found["weights"])
        return response

    @server.get("/attacked/<key>/<int:sample>/<int:step>")
    def attacked(key: str, sample: int, step: int) -> Response:
        """The same of an attacked sample at a step of its way."""
        wish = {**wish_of(request.args), "key": key}
        try:
            source, card = clouds.opened(studies, wish)
            way = {"sample": sample, "steps": [step]}
            task = {"source": dataclasses.asdict(source), "key": key}
            task |= attacks.place_of(studies, attacks.kept(studies, card, wish), way)
            values = studies.engine.call("attacked_maps", task)
        except StudyError as error:
            abort(text(422, str(error)))
        return _fresh(values)


def wish_of(query: Mapping[str, str]) -> dict[str, Any]:
    """A study as a query names it, whose values are text."""
    wish: dict[str, Any] = dict(query)
    if re.fullmatch(r"\d{1,9}", wish.get("epoch", ""), re.ASCII):
        wish["epoch"] = int(wish["epoch"])
    return wish


def _fresh(values: bytes) -> Response:
    """float32 values that have no address."""
    response = binary(np.frombuffer(values, np.float32))
    response.headers["Cache-Control"] = "no-store"
    return response


def binary(array: Any) -> Response:
    """An array as bytes, its type and shape beside it."""
    content = np.ascontiguousarray(array)
    response = Response(content.tobytes(), mimetype="application/octet-stream")
    response.headers["X-Dtype"] = content.dtype.str
    response.headers["X-Shape"] = ",".join(str(side) for side in content.shape)
    response.headers["Cache-Control"] = FOREVER
    return response


def encode(pixels: Any) -> bytes:
    """A PNG of (height, width, channels) uint8 with 1, 3 or 4 channels; others show the first."""
    shown = pixels[..., 0] if pixels.shape[-1] not in {3, 4} else pixels
    file = io.BytesIO()
    Image.fromarray(shown).save(file, "PNG", compress_level=1)
    return file.getvalue()


def text(status: int, sentence: str) -> Response:
    """An answer in words, which may quote what was asked: no browser shall read it as a page."""
    response = make_response(f"{sentence}\n", status)
    response.mimetype = "text/plain"
    return response
