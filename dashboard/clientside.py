"""Callbacks that run in the browser: functions of `assets/pages/`, named here by text."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from dash import ClientsideFunction, Dash


def linker(app: Dash) -> Callable[..., None]:
    """A short way to register clientside callbacks: `link(name, outputs, *inputs)`."""

    def link(name: str, outputs: Any, *inputs: Any, initial: bool = False) -> None:
        app.clientside_callback(
            ClientsideFunction("stratoscope", name),
            outputs,
            *inputs,
            prevent_initial_call=not initial,
        )

    return link
