"""How a browser comes by its code: our modules, and libraries that only some pages need.

A tab that is opened anew asks for nothing that it has had already: addresses change with what they
name, and what is fetched from them is kept for good.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import dash_cytoscape as cyto
from dash import Dash
from dash.fingerprint import build_fingerprint
from flask import Response, abort, make_response, request, send_from_directory

FOREVER = "private, max-age=31536000, immutable"
"""Of what an address names that changes with it."""

_GRAPHS = "dash_cytoscape"


def prepare() -> None:
    """Keep the library for graphs out of the scripts that every page begins with.

    With its ways to lay out graphs it takes a browser longer than all other libraries together,
    and one page needs it. To be called before the application is made.
    """
    cyto.load_extra_layouts()
    for script in cyto._js_dist:
        script["dynamic"] = True  # Dash serves it, and leaves it to us to fetch it


def add(app: Dash, folder: Path, *, changing: bool) -> None:
    """Serve the modules in a folder, and start the page with them.

    Args:
        changing: whether they may change while the server runs.
    """
    names = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.mjs"))
    version = _version(folder, names)
    start = app.get_relative_path(f"/code/{version}")

    @app.server.get("/code/<asked>/<path:name>")
    def code(asked: str, name: str) -> Response:
        if asked != version or name not in names:
            abort(make_response("There is no such module. Reload the page.", 404))
        response = send_from_directory(folder, name, mimetype="text/javascript")
        return response if changing else _kept(response)

    @app.server.after_request
    def styles(response: Response) -> Response:
        # Dash names style sheets by when they were changed.
        named = request.path.startswith("/assets/") and "m" in request.args
        return _kept(response) if named and response.status_code == 200 else response

    # The page starts when our functions are there; otherwise its first callbacks might not be.
    app.renderer = (
        f'import("{start}/clientside.mjs").then(({{ fetchWhenShown }}) => {{'
        f'fetchWhenShown("{_GRAPHS}", "Cytoscape", {json.dumps(_graphs(app))});'
        "new DashRenderer(); }, (error) => {"
        'document.body.textContent = "The page could not be loaded: " + error; throw error; });'
    )
    # All modules at once, rather than each when another one that imports it has come.
    links = "".join(f'<link rel="modulepreload" href="{start}/{name}">\n' for name in names)
    app.index_string = app.index_string.replace("</body>", f"{links}</body>")


def _kept(response: Response) -> Response:
    response.headers["Cache-Control"] = FOREVER
    return response


def _version(folder: Path, names: list[str]) -> str:
    """A name for modules as they are."""
    digest = hashlib.sha256()
    for name in names:
        content = (folder / name).read_bytes()
        digest.update(f"{name} {len(content)} ".encode() + content)
    return digest.hexdigest()[:16]


def _graphs(app: Dash) -> str:
    """The address of the library for graphs, which changes with its version."""
    (script,) = cyto._js_dist
    file = Path(cyto.__file__).parent / script["relative_package_path"]
    name = build_fingerprint(file.name, cyto.__version__, int(file.stat().st_mtime))
    address: str = app.get_relative_path(f"/_dash-component-suites/{_GRAPHS}/{name}")
    return address
