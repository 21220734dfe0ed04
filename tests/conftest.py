"""What runs beside what: files of tests in two processes, those with a browser alone at the end."""

from __future__ import annotations

from pathlib import Path

import pytest

BROWSER = Path(__file__).parent / "browser"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep the tests of a file together, and all that use a browser, which share servers and
    would be slower than they allow themselves to be beside others."""
    items.sort(key=lambda item: BROWSER in item.path.parents)
    for item in items:
        alone = BROWSER in item.path.parents
        item.add_marker(pytest.mark.xdist_group("browser" if alone else item.path.name))
