"""The Network page: the network as a graph whose every node is a picture of all samples.

The browser draws (assets/pages/network.mjs, assets/dom/); these files say which pictures there
are, start what is missing, and make the confusion matrix.
"""

from __future__ import annotations

from ...page import Page
from .callbacks import register
from .layout import layout, stores

PAGE = Page(
    path="/",
    title="Network",
    icon="M5 5h4v4H5zM15 5h4v4h-4zM15 15h4v4h-4zM9 7h6M17 9v6",
    layout=layout,
    register=register,
    stores=stores,
)
