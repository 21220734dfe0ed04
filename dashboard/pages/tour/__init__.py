"""The Tour page: a layer seen from all sides, turning, and turned by hand.

The browser draws (assets/pages/tour.mjs); these files lay the page out, say where a layer's cloud
lies, and start what is missing.
"""

from __future__ import annotations

from ...page import Page
from .callbacks import register
from .layout import layout, stores

PAGE = Page(
    path="/tour",
    title="Tour",
    icon="M12 3a9 9 0 100 18 9 9 0 000-18M3 12h18M12 3c3 3 4 6 4 9s-1 6-4 9c-3-3-4-6-4-9s1-6 4-9",
    layout=layout,
    register=register,
    stores=stores,
)
