"""Names of components. A page makes its own `Ids`, so that no two pages can collide."""

from __future__ import annotations


class Ids:
    """Makes the ids of one page: `Ids("network")("graph")` is "network-graph"."""

    def __init__(self, prefix: str) -> None:
        self._prefix = prefix

    def __call__(self, name: str) -> str:
        return f"{self._prefix}-{name}"


frame = Ids("frame")
"""Ids of what all pages share: header, rail, selection bar and the stores of the session."""
