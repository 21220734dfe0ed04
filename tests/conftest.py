"""What runs beside what: files of tests in two processes, those with a browser alone at the end."""

from __future__ import annotations

from pathlib import Path

import pytest
from xdist.scheduler import LoadScopeScheduling

BROWSER = Path(__file__).parent / "browser"


class Rooms(LoadScopeScheduling):
    """Hands out files of tests, and all that use a browser as one: they share servers, and would
    be slower than they allow themselves to be beside others."""

    def _split_scope(self, nodeid: str) -> str:
        path = nodeid.partition("::")[0]
        return "browser" if BROWSER.name in Path(path).parts else path


def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> Rooms:
    """Instead of marks of groups, which pytest-xdist 3.8 does not find with pytest 9."""
    return Rooms(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: BROWSER in item.path.parents)
