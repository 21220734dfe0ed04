"""Attacks on networks: one module per family, all in one registry.

To add one, write a module here whose generator carries `kinds.attack`: whoever lists attacks and
the tests that all of them pass find it by themselves.
"""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

from ..errors import ParameterError
from .kinds import REGISTRY, Attack

__all__ = ["REGISTRY", "Attack", "get"]

SHARED = ("adam", "doubts", "goals", "kinds", "norms", "problem", "towards")
"""Modules that hold no attack."""

for _module in iter_modules(__path__):
    if _module.name not in SHARED:
        import_module(f"{__name__}.{_module.name}")


def get(name: str) -> Attack:
    """The attack of that name. Raises: ParameterError."""
    if name not in REGISTRY:
        raise ParameterError(f"No attack '{name}'; choose {', '.join(sorted(REGISTRY))}.")
    return REGISTRY[name]
