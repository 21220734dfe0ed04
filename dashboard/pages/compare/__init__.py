"""The Compare page: two inputs side by side, and where a network tells them apart.

The browser draws (assets/pages/compare.mjs); these files lay the page out, and start what is
missing.
"""

from __future__ import annotations

from ...page import Page
from .callbacks import register
from .layout import layout, stores

PAGE = Page(
    path="/compare",
    title="Compare",
    icon="M4 5h6v14H4zM14 5h6v14h-6zM12 3v18",
    layout=layout,
    register=register,
    stores=stores,
)
