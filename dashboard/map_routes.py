"""Routes of the Boundary page: what lies at places of a map, and where new inputs go on it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from flask import Flask, Response, request

from . import boundaries
from .forms import answered, sent
from .routes import wish_of
from .studies import Studies


def add(server: Flask, studies: Studies) -> None:
    """Register the routes."""

    @server.get("/inverse")
    def inverse() -> Response:
        """The inputs that a map puts at places, and what the network says of them."""

        def task() -> dict[str, Any]:
            return boundaries.inverse_task(
                studies, wish_of(request.args), request.args.get("points", "")
            )

        return _answered(studies, "inverse_images", task)

    @server.post("/place")
    def place() -> Response:
        """Where inputs lie on a map: {"wish", "what"} as JSON in a form, and files."""

        def task() -> dict[str, Any]:
            wish, what = (sent(name) for name in ("wish", "what"))
            files = [(file.filename or "", file.read()) for file in request.files.getlist("file")]
            return boundaries.place_task(studies, wish, what, files)

        return _answered(studies, "place_inputs", task)


def _answered(studies: Studies, name: str, task: Callable[[], dict[str, Any]]) -> Response:
    return answered(lambda: _told(studies.engine.call(name, task())))


def _told(found: dict[str, Any]) -> Response:
    response = Response(found["rows"], mimetype="application/octet-stream")
    response.headers["X-Dtype"] = "<f4"
    for header, value in (("Shape", found["shape"]), ("Image-Shape", found["image"])):
        response.headers[f"X-{header}"] = ",".join(map(str, value))
    response.headers["X-Classes"] = str(found["classes"])
    if "lead" in found:
        response.headers["X-Lead"] = json.dumps(found["lead"])
    response.headers["Cache-Control"] = "no-store"
    return response
