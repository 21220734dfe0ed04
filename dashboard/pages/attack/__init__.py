"""The Attack page: samples led to where the network gets them wrong, step by step.

The browser draws (assets/pages/attack.mjs); these files lay the page out, say where an attack lies,
and start what is missing.
"""

from __future__ import annotations

from ...page import Page
from .callbacks import register
from .layout import layout, stores

PAGE = Page(
    path="/attack",
    title="Attack",
    icon="M12 3v4M12 17v4M3 12h4M17 12h4M12 7a5 5 0 100 10 5 5 0 000-10M12 11.5v1",
    layout=layout,
    register=register,
    stores=stores,
)
