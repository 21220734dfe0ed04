"""Who may talk to the server, and what a page from it may do."""

from __future__ import annotations

import hmac
import socket
from urllib.parse import urlsplit

from dash import Dash
from flask import Flask, Response, abort, make_response, request

from .settings import Settings

_OPEN = {"/health"}
"""Answered without a password: says only that the server lives."""


def protect(server: Flask, settings: Settings) -> None:
    """Check host, origin and password of every request."""
    allowed = _names(settings)

    @server.before_request
    def check() -> Response | None:
        host = _hostname(f"//{request.host}")
        if host not in allowed:
            abort(
                make_response(
                    f"This server does not answer for '{host}'. Start it with "
                    f"--allow-host {host} if that is its name.\n",
                    403,
                )
            )
        origin = request.headers.get("Origin")
        if origin and origin != "null" and origin.partition("://")[2] != request.host:
            abort(make_response("Requests from other sites are refused.\n", 403))
        if origin == "null" and request.method != "GET":
            abort(make_response("Requests from other sites are refused.\n", 403))
        # A picture or a script of another page may ask for our addresses without saying its origin;
        # following a link to us is another matter.
        site, mode = (request.headers.get(f"Sec-Fetch-{name}", "") for name in ("Site", "Mode"))
        if site == "cross-site" and mode != "navigate":
            abort(make_response("Requests from other sites are refused.\n", 403))
        if settings.password and request.path not in _OPEN and not _known(settings.password):
            return Response(
                "A password is needed; the user name may be anything.\n",
                401,
                {"WWW-Authenticate": 'Basic realm="Stratoscope", charset="UTF-8"'},
            )
        return None


def _known(password: str) -> bool:
    given = request.authorization.password if request.authorization else None
    return given is not None and hmac.compare_digest(given.encode(), password.encode())


def _names(settings: Settings) -> set[str]:
    names = {settings.host, *settings.hosts}
    if settings.is_local:
        names |= {"127.0.0.1", "localhost", "::1"}
    else:
        names |= {"127.0.0.1", "localhost", socket.gethostname()}
    return {name.lower() for name in names}


def _hostname(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").lower()
    except ValueError:
        return ""


def add_headers(app: Dash) -> None:
    """Tell browsers to load nothing from elsewhere and to run no script but ours.

    Styles may stand in elements because Plotly and the component libraries put them there.
    """
    scripts = " ".join(f"'{value}'" for value in _hashes(app))
    policy = "; ".join(
        [
            "default-src 'self'",
            f"script-src 'self' {scripts}",
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "font-src 'self' data:",
            "connect-src 'self'",
            "worker-src 'self' blob:",
            "object-src 'none'",
            "base-uri 'none'",
            "form-action 'self'",
            "frame-ancestors 'self'",
        ]
    )

    @app.server.after_request
    def secure(response: Response) -> Response:
        response.headers.setdefault("Content-Security-Policy", policy)
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
        response.headers.setdefault("Referrer-Policy", "same-origin")
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        return response


def _hashes(app: Dash) -> list[str]:
    return [value.strip("'") for value in app.csp_hashes()]
