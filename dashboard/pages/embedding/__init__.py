"""The Embedding page: a layer's representation of all samples, feature against feature.

The browser draws (assets/pages/embedding.mjs); these files lay the page out, say where the parts
of what is shown lie, and start what is missing.
"""

from __future__ import annotations

from ...page import Page
from .callbacks import register
from .layout import layout, stores

PAGE = Page(
    path="/embedding",
    title="Embedding",
    icon="M4 4h16v16H4zM4 9.3h16M4 14.6h16M9.3 4v16M14.6 4v16",
    layout=layout,
    register=register,
    stores=stores,
)
