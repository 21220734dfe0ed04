"""What can go wrong with a study, in words for the person who asked.

Every message says what was asked, what was found and what to do next. The
command line prints it and ends with exit code 2; the dashboard shows it in
place of the picture. Anything that is not a `StudyError` is a defect of ours.
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


class StudyError(Exception):
    """Base of the family; its text is shown to the user as it stands."""


class UnsafeModelError(StudyError):
    """A model file asks for more than an archive of layers and weights may."""


class ModelError(StudyError):
    """A model file cannot be read, or is not a classifier that we can open up."""


class DataError(StudyError):
    """A data set cannot be read, or does not fit the network."""


class ShapeError(StudyError):
    """Arrays do not have the shapes that a computation needs."""


class NotFiniteError(StudyError):
    """Numbers contain NaN or infinity where every value counts."""


class ParameterError(StudyError):
    """A parameter is unknown or out of its range."""


class MemoryBudgetError(StudyError):
    """A computation would not fit the memory that it may use."""


class StoreError(StudyError):
    """A result cannot be kept: no space, no permission."""


class Cancelled(StudyError):  # noqa: N818 - an outcome somebody asked for, not a fault
    """Somebody pressed cancel."""


class UnknownLayerError(StudyError):
    """A layer was asked for that the network does not have."""

    def __init__(self, layer: str, layers: Iterable[str]) -> None:
        names = list(layers)
        close = get_close_matches(layer, names, n=1)
        hint = f" Did you mean '{close[0]}'?" if close else f" It has: {', '.join(names[:12])}."
        super().__init__(f"No layer '{layer}' in this network ({len(names)} layers).{hint}")
        self._args = (layer, tuple(names))

    def __reduce__(self) -> tuple[type, tuple[str, tuple[str, ...]]]:
        # An exception that crosses processes is rebuilt from its arguments.
        return type(self), self._args
