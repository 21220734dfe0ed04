"""Network files to damage, and what opening a damaged one has to come to."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from analysis import archive, network
from analysis.errors import StudyError, UnsafeModelError

CONFIG, METADATA, WEIGHTS = "config.json", "metadata.json", "model.weights.h5"
Members = dict[str, bytes]


def write(path: Path, members: Members, method: int = zipfile.ZIP_STORED) -> Path:
    with zipfile.ZipFile(path, "w", method) as file:
        for name, content in members.items():
            file.writestr(name, content)
    return path


def refused(path: Path, message: str, kind: type[StudyError] = UnsafeModelError) -> None:
    """The file is refused by both ways in, with one sentence that names it."""
    for open_file in (archive.inspect, network.load):
        with pytest.raises(StudyError, match=message) as caught:
            open_file(path)
        assert caught.type is kind
        assert path.name in str(caught.value)
        assert "\n" not in str(caught.value)
