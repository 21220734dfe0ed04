"""Attacks on networks: one module per family, all of them by CleverHans; a registry of names."""

from __future__ import annotations

from .gradient import FastGradient
from .kinds import Attack

REGISTRY: dict[str, Attack] = {"fast gradient": FastGradient()}
"""What a page may ask for by name."""
