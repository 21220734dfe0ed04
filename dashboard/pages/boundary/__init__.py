"""The Boundary page: a map of samples, and of what the network decides between them.

The browser draws (assets/pages/boundary.mjs); these files lay the page out, say where the parts of
a map lie, and start what is missing.
"""

from __future__ import annotations

from ...page import Page
from .callbacks import register
from .layout import layout, stores

PAGE = Page(
    path="/boundary",
    title="Boundary",
    icon="M4 4h16v16H4zM4 13c4-5 6 3 9-1s1-6 0-8M13 12c3 1 2 5 3 8",
    layout=layout,
    register=register,
    stores=stores,
)
