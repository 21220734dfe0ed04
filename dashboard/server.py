"""Puts the application together."""

from __future__ import annotations

from pathlib import Path

from dash import Dash, Input, Output, html
from dash.development.base_component import Component

from analysis.engine import Engine
from analysis.home import Home

from . import frontend, input_routes, map_routes, routes, safety, session
from .clientside import Linker
from .components import frame as frame_layout
from .ids import frame
from .jobs import EngineManager
from .pages import PAGES
from .settings import Settings
from .studies import Studies

MAX_REQUEST = 8 * 2**20
"""Bytes of a request; the largest that we send is a selection of all samples."""

_ASSETS = Path(__file__).resolve().parent.parent / "assets"


def create_app(settings: Settings, engine: Engine | None = None) -> Dash:
    """The whole application on one home directory; the engine starts with the first job.

    Raises: StudyError if the settings or the home directory will not do.
    """
    settings.check()
    home = Home(settings.home)
    if engine is None:
        engine = Engine(home, settings.scheduler)
    studies = Studies(settings, home, engine)
    frontend.prepare()
    app = Dash(
        "stratoscope",
        title="Stratoscope",
        update_title="",
        assets_folder=str(_ASSETS),
        # Our modules are imported by the first script; Dash would evaluate them again.
        assets_ignore=r".*\.mjs$",
        background_callback_manager=EngineManager(engine),
        on_error=session.report_unexpected,
        suppress_callback_exceptions=False,
        serve_locally=True,
    )
    app.server.secret_key = home.secret()
    app.server.config["MAX_CONTENT_LENGTH"] = MAX_REQUEST
    frontend.add(app, _ASSETS, changing=settings.debug)

    def layout() -> Component:
        # Anew for every tab: variants of studies come and go.
        return frame_layout.layout(PAGES, studies.titles, studies.first, studies.beside)

    app.layout = layout
    app.validation_layout = html.Div([layout(), *(page.layout() for page in PAGES)])
    session.register(app, studies)
    _route(app)
    for page in PAGES:
        page.register(app, studies)
    routes.add(app.server, studies)
    map_routes.add(app.server, studies)
    input_routes.add(app.server, studies)
    safety.protect(app.server, settings)
    safety.add_headers(app)
    return app


def _route(app: Dash) -> None:
    """Show the page that the URL names."""
    by_path = {page.path: page for page in PAGES}

    @app.callback(Output(frame("page"), "children"), Input(frame("url"), "pathname"))
    def _(path: str | None) -> object:
        page = by_path.get(path or "/")
        if page is None:
            return html.Div(
                [html.H2("There is no such page"), html.A("Go to the network", href="/")],
                className="panel",
            )
        return page.layout()

    Linker(app)(
        "pageShown",
        Output(frame("sink"), "data", allow_duplicate=True),
        Input(frame("page"), "children"),
    )
