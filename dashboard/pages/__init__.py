"""One folder per page; the rail shows them in this order."""

from __future__ import annotations

from ..page import Page
from . import attack, boundary, compare, embedding, network, tour

PAGES: tuple[Page, ...] = (
    network.PAGE,
    embedding.PAGE,
    boundary.PAGE,
    tour.PAGE,
    attack.PAGE,
    compare.PAGE,
)
