"""Callbacks that run in the browser: functions of `assets/pages/`, named here by text."""

from __future__ import annotations

from typing import Any

from dash import ClientsideFunction, Dash, Input, Output, State

from .ids import frame


class Linker:
    """A short way to register clientside callbacks."""

    def __init__(self, app: Dash) -> None:
        self._app = app

    def __call__(self, name: str, outputs: Any, *inputs: Any, initial: bool = False) -> None:
        """What the function of this name returns goes to `outputs`."""
        self._app.clientside_callback(
            ClientsideFunction("stratoscope", name),
            outputs,
            *inputs,
            prevent_initial_call=not initial,
        )

    def tell(self, name: str, *inputs: Input) -> None:
        """The function does something and returns nothing."""
        self(name, Output(frame("sink"), "data", allow_duplicate=True), *inputs)

    def change_view(self, name: str, *inputs: Input) -> None:
        """The function gets the inputs and the view, and returns the view as it is to be."""
        view = (frame("view"), "data")
        self(name, Output(*view, allow_duplicate=True), *inputs, State(*view))
