"""Routes of inputs that people bring, or drag: judged, converted, led, added to the data."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from flask import Flask, Response, request

from . import inputs, leads
from .forms import answered, sent
from .routes import binary, wish_of
from .studies import Studies


def add(server: Flask, studies: Studies) -> None:
    """Register the routes."""

    @server.post("/inputs/judge")
    def judge() -> Response:
        """(m, classes) float32: what the network says of inputs; a form of "wish" and "x"."""

        def answer() -> Response:
            found = inputs.judge(studies, sent("wish"), _content())
            return _told(found["probabilities"], found["classes"], {})

        return answered(answer)

    @server.post("/inputs/convert")
    def convert() -> Response:
        """(m, size + classes) float32: pictures as inputs, and what the network says of each; a
        form of "wish", "what" and files."""

        def answer() -> Response:
            files = [(file.filename or "", file.read()) for file in request.files.getlist("file")]
            found = inputs.convert(studies, sent("wish"), sent("what"), files)
            told = {name: found[name] for name in ("shape", "notes", "places", "failed", "classes")}
            content = found["x"] + found["probabilities"]
            return _told(content, 0, told)

        return answered(answer)

    @server.post("/inputs/add")
    def put() -> Response:
        """What was added, as JSON; a form of "wish", "what" and "x"."""
        return answered(
            lambda: _json(inputs.add(studies, sent("wish"), sent("what"), _content()), studies)
        )

    @server.post("/inputs/remove")
    def remove() -> Response:
        """What is still there, as JSON; a form of "wish" and "places"."""
        return answered(
            lambda: _json(inputs.remove(studies, sent("wish"), sent("places")), studies)
        )

    @server.post("/lead")
    def lead() -> Response:
        """How a sample can be changed to come where it was dragged on the Tour: float32 of its
        path (steps + 1, axes), of what the network says on it (steps + 1, classes), of the clean
        input and of the last one, one after the other; a form of "wish" and "what"."""

        def answer() -> Response:
            task = leads.task(studies, sent("wish"), sent("what"))
            found = studies.engine.call("lead_in_plane", task)
            parts = [found.pop(name) for name in ("path", "probabilities", "clean", "x")]
            return _told(b"".join(parts), 0, found)

        return answered(answer)

    @server.get("/inputs")
    def listed() -> Response:
        return answered(lambda: _json(inputs.listed(studies, wish_of(request.args)), studies))

    @server.get("/inputs/pixels")
    def pixels() -> Response:
        def answer() -> Response:
            response = binary(inputs.pixels(studies, wish_of(request.args)))
            response.headers["Cache-Control"] = "no-store"
            return response

        return answered(answer)


def _content() -> bytes:
    """The pixels in a form."""
    part = request.files.get("x")
    return b"" if part is None else part.read()


def _told(content: bytes, classes: int, told: Mapping[str, Any]) -> Response:
    response = Response(content, mimetype="application/octet-stream")
    response.headers["X-Dtype"] = "<f4"
    count = len(content) // 4
    response.headers["X-Shape"] = f"{count // classes},{classes}" if classes else str(count)
    response.headers["X-Told"] = json.dumps(told)  # ASCII, as headers are
    response.headers["Cache-Control"] = "no-store"
    return response


def _json(value: Mapping[str, Any], studies: Studies) -> Response:
    """What was added; and which studies there are now, for the pickers."""
    response = Response(
        json.dumps({**value, "offers": studies.titles}), mimetype="application/json"
    )
    response.headers["Cache-Control"] = "no-store"
    return response
