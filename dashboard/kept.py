"""Lists of things that people named and that are never evicted: groups, sets of frozen filters.

Each is one JSON file. A file that somebody broke is left as it is, and said to be broken.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from analysis.errors import ParameterError, StudyError
from analysis.home import write_json

NAME_LIMIT = 60
"""Letters in a name."""

Entry = dict[str, Any]
"""What is kept: a "name", and more."""


def clean_name(name: str, what: str) -> str:
    """A name without needless spaces.

    Args:
        what: is named, with its article.
    Raises: ParameterError if it is empty, too long or cannot be seen.
    """
    clean = " ".join(name.split())
    if not clean or len(clean) > NAME_LIMIT or not clean.isprintable():
        raise ParameterError(f"{what} needs a name of 1 to {NAME_LIMIT} visible letters.")
    return clean


def read(place: Path, what: str, check: Callable[[Any], object]) -> list[Entry]:
    """The entries of a file, none if there is no file.

    Args:
        what: they are called in messages.
        check: raises StudyError, ValueError, TypeError or KeyError for an entry that is none.
    Raises: StudyError if the file is broken.
    """
    try:
        entries: list[Entry] = json.loads(place.read_text(encoding="utf-8"))
        if not isinstance(entries, list):
            raise TypeError(f"{what} are a list")
        for entry in entries:
            if not isinstance(entry["name"], str):
                raise TypeError("a name is text")
            check(entry)
    except FileNotFoundError:
        return []
    except (OSError, ValueError, TypeError, KeyError, StudyError) as error:
        raise StudyError(
            f"The {what} in {place} cannot be read ({error}). Repair or move that file; "
            "it is left as it is."
        ) from error
    return entries


def write(place: Path, entries: list[Entry]) -> list[Entry]:
    """Write the entries of a file in the order of their names; returns them in it."""
    ordered = sorted(entries, key=lambda entry: str(entry["name"]).lower())
    write_json(place, ordered)
    return ordered
