"""Variants of a study: its network without some filters, its data with samples that were added.

A variant is a study like any other, so that every page, every link and the place beside take it.
Its name is that of the study and what was changed: "digits.no-curves", "digits.added",
"digits.no-curves.added".
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from analysis import frozen_sets
from analysis.errors import ParameterError
from analysis.frozen_sets import FrozenSet
from analysis.keys import digest
from analysis.named import BUILT_IN
from analysis.opening import shown_data
from analysis.types import Source

from . import kept

if TYPE_CHECKING:
    from .studies import Studies

MARK = "."
"""Between the parts of a name; no study has it in its own."""

ADDED = "added"
"""The variant with samples that were added."""

MOST = 200
"""Sets of frozen filters that are kept of one network."""


@dataclass(frozen=True)
class Offer:
    """One entry of the study picker."""

    name: str
    title: str
    source: Source


def of(studies: Studies, offer: Offer, parts: Sequence[str]) -> Offer:
    """A study, changed by what the parts of a name say.

    Raises: ParameterError for a part that names nothing, or one that is said twice.
    """
    found = offer
    for part in parts:
        if part == ADDED:
            path = added_file(studies, offer.source)
            if not path.exists() or found.source.added:
                raise ParameterError(
                    f"No samples have been added to the data of '{offer.title}'. Draw or upload "
                    "some on the Compare page, or keep attacked ones on the Attack page."
                )
            found = _with_added(found, path)
            continue
        sets = {slug(one.name): one for one in frozen(studies, offer.source)}
        if part not in sets or found.source.frozen:
            known = ", ".join(f"'{one.name}'" for one in sets.values()) or "none"
            raise ParameterError(
                f"There is no set of frozen filters {part[:40]!r} for '{offer.title}'. Kept are: "
                f"{known}."
            )
        found = _without(found, sets[part])
    return found


def _with_added(offer: Offer, path: Path) -> Offer:
    source = dataclasses.replace(offer.source, added=str(path))
    return Offer(f"{offer.name}{MARK}{ADDED}", f"{offer.title}, samples added", source)


def _without(offer: Offer, one: FrozenSet) -> Offer:
    source = dataclasses.replace(offer.source, frozen=one.text)
    return Offer(f"{offer.name}{MARK}{slug(one.name)}", f"{offer.title}, {one.name}", source)


def every(studies: Studies, offer: Offer) -> list[Offer]:
    """All variants of a study that is none itself."""
    found = [_without(offer, one) for one in frozen(studies, offer.source)]
    path = added_file(studies, offer.source)
    return (
        [*found, *(_with_added(one, path) for one in (offer, *found))] if path.exists() else found
    )


def frozen(studies: Studies, source: Source) -> list[FrozenSet]:
    """Sets of frozen filters of a network: that of the command line, and those that are kept, in
    the order of their names.

    Raises: StudyError if their file is broken.
    """
    known = _kept(studies, source)
    named = given(studies, source)
    others = [one for one in known if named is None or slug(one.name) != slug(named.name)]
    return others if named is None else [named, *others]


def given(studies: Studies, source: Source) -> FrozenSet | None:
    """The set that the command line names, if the network is that of the first study."""
    first, path = studies.offers[studies.first].source, studies.settings.freeze
    if not path or (source.demo, source.model) != (first.demo, first.model):
        return None
    return frozen_sets.read(Path(path))


def _kept(studies: Studies, source: Source) -> list[FrozenSet]:
    entries = kept.read(_frozen_file(studies, source), "frozen filters", frozen_sets.checked)
    return [frozen_sets.checked(entry) for entry in entries]


def keep_frozen(studies: Studies, source: Source, name: str, wanted: FrozenSet) -> FrozenSet:
    """Keep a set of frozen filters under a name.

    Returns: the set as it is kept.
    Raises: ParameterError for a bad name, or one that other filters have.
    """
    clean = kept.clean_name(name, "A set of frozen filters")
    made = dataclasses.replace(wanted, name=clean)
    place = _frozen_file(studies, source)
    with studies.store.lock(f"frozen-{place.stem}"):
        known = _kept(studies, source)
        offered = frozen(studies, source)
        taken = next((one for one in offered if slug(one.name) == slug(clean)), None)
        if taken is not None and (taken.text != made.text or taken.name != clean):
            raise ParameterError(
                f"There is a set '{taken.name}' of other filters already. Choose another name, or "
                "delete that set first."
            )
        if taken is None:
            if len(known) >= MOST:
                raise ParameterError(f"{MOST} sets are kept already. Delete some first.")
            kept.write(place, [one.pack() for one in (*known, made)])
    return made


def forget_frozen(studies: Studies, source: Source, name: str) -> None:
    """Forget a set of frozen filters; what was computed without them stays."""
    place = _frozen_file(studies, source)
    with studies.store.lock(f"frozen-{place.stem}"):
        others = [one.pack() for one in _kept(studies, source) if one.name != name]
        kept.write(place, others)


def added_file(studies: Studies, source: Source) -> Path:
    """Where samples lie that are added to the data of a source, whatever split is shown."""
    return studies.home.added / f"{digest({'data': _whole(shown_data(source))})}.npz"


def base_of(name: str) -> str:
    """The study that a variant, or any other, is one of."""
    return name.split(MARK, maxsplit=1)[0]


def slug(name: str) -> str:
    """A set's name as it stands in that of a study."""
    plain = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
    return plain if plain and plain != ADDED else digest(name)[:8]


def _frozen_file(studies: Studies, source: Source) -> Path:
    about = {"demo": source.demo, "model": _whole(source.model)}
    return studies.home.frozen / f"{digest(about)}.json"


def _whole(name: str) -> str:
    """A path from the root, wherever the server was started; a name as it is."""
    return str(Path(name).expanduser().resolve()) if name and name not in BUILT_IN else name
