"""The studies that a server offers, and what the web process may know of them.

The web process never loads a network: it finds cards and answers that workers have kept.
"""

from __future__ import annotations

import bisect
import dataclasses
import logging
import re
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

from analysis.demos import DEMOS
from analysis.engine import Engine
from analysis.errors import ParameterError, StudyError
from analysis.home import Home
from analysis.keys import is_key
from analysis.opening import Card, find_card, shown_data
from analysis.store import DiskStore
from analysis.types import Source
from analysis.workbench import Workbench

from . import kept, variants
from .settings import Settings
from .variants import Offer

Given = Mapping[str, Sequence[int]]
"""Name -> samples of the groups that come with a data set: `Card.groups`."""

log = logging.getLogger(__name__)

_NONE: Given = MappingProxyType({})


def _check_group(entry: Any) -> None:
    if not isinstance(entry["indices"], list):
        raise TypeError("a group has a name and a list of samples")


def cut(value: Any) -> str:
    """What somebody gave, as it is quoted in an error: all of it may be megabytes."""
    return repr(str(value)[:40])


class Studies:
    """Everything that pages may ask.

    Args:
        settings: with the study that the command line named.
        home: where results lie.
        engine: where jobs run.
    """

    def __init__(self, settings: Settings, home: Home, engine: Engine) -> None:
        self.settings = settings
        self.home = home
        self.engine = engine
        self.store = DiskStore(home)
        self.offers = _offers(settings)

    @property
    def first(self) -> str:
        """The study that opens when a link names none."""
        return next(iter(self.offers))

    @property
    def beside(self) -> str:
        """The study that stands beside the first one when a link names none, "" for none."""
        try:
            named = variants.given(self, self.offers[self.first].source)
        except ParameterError as error:  # the file was there when the server started
            log.warning("Nothing stands beside the first study: %s", error)
            return ""
        return f"{self.first}{variants.MARK}{variants.slug(named.name)}" if named else ""

    def offer(self, name: str) -> Offer:
        """The study of that name, which may be a variant of another: see `variants`.

        Raises: ParameterError if there is no such study.
        """
        base, *parts = name.split(variants.MARK)
        if base not in self.offers:
            raise ParameterError(
                f"This server has no study {cut(name)}. It has: {', '.join(self.offers)}."
            )
        return variants.of(self, self.offers[base], parts)

    @property
    def titles(self) -> dict[str, str]:
        """Name -> title of every study that can be chosen, each followed by its variants."""
        found = {}
        for name, offer in self.offers.items():
            found[name] = offer.title
            try:
                found |= {more.name: more.title for more in variants.every(self, offer)}
            except StudyError as error:
                # Whoever opens the list of variants is told; the other studies stay.
                log.warning("The variants of '%s' cannot be listed: %s", offer.title, error)
        return found

    def source(self, name: str, split: str | None = None, epoch: int | None = None) -> Source:
        """Where a study comes from.

        Args:
            epoch: of its recorded training, None for the finished network.
        Raises: ParameterError if there is no such study or split.
        """
        source = self.offer(name).source
        if split and split not in {"train", "test", "all"}:
            raise ParameterError(f"There is no split {cut(split)}: choose train, test or all.")
        return dataclasses.replace(source, split=split or source.split, epoch=epoch)

    def applied(
        self, name: str, to: str, split: str | None = None, epoch: int | None = None
    ) -> Source:
        """The network of one study on the data of another.

        Args:
            name: of the study whose network it is; `epoch` of its recorded training.
            to: name of the study whose data it is shown; `split` of those.
        Raises: ParameterError if there is no such study or split.
        """
        network, data = self.source(name, epoch=epoch), self.source(to, split)
        return dataclasses.replace(
            network,
            data=shown_data(data),
            split=data.split,
            limit=data.limit,
            seed=data.seed,
            data_dir=data.data_dir,
            added=data.added,
        )

    def wished(self, wish: Any) -> Source:
        """Where the study comes from that a browser names.

        Args:
            wish: {"study", "split", "epoch", "data_of"}, from outside; all but the first may be
                missing. "data_of" names the study whose data the network is applied to.
        Raises: ParameterError if it names no study of this server.
        """
        if not isinstance(wish, dict):
            raise ParameterError("A job needs the name of a study.")
        epoch = wish.get("epoch")
        if epoch is not None and (not isinstance(epoch, int) or isinstance(epoch, bool)):
            raise ParameterError(f"An epoch is a whole number; got {cut(epoch)}.")
        name, split, to = (str(wish.get(key) or "") for key in ("study", "split", "data_of"))
        return self.applied(name, to, split, epoch) if to else self.source(name, split, epoch)

    def task(self, wish: Any) -> dict[str, Any]:
        """The task of a job on the study that a browser names, as of `wished`: {"source"}."""
        return {"source": dataclasses.asdict(self.wished(wish))}

    def card(self, source: Source) -> Card | None:
        """What is known of a study, None before it was opened."""
        return find_card(self.store, source)

    def bench(self, card: Card) -> Workbench:
        """A workbench that looks answers up."""
        return Workbench(None, None, self.store, study=card.study, budget=self.settings.budget)

    def groups(self, data: str, given: Given = _NONE) -> list[dict[str, Any]]:
        """Named groups of samples of a data set.

        Args:
            data: its fingerprint, of `Card.saved_under`.
            given: those that come with it; they stand before what people saved, and before
                another group of the same name.
        Returns: [{"name", "indices", "given"}], saved ones with "created".
        """
        first = [
            {"name": name, "indices": list(indices), "given": True}
            for name, indices in given.items()
        ]
        saved = [item | {"given": False} for item in self._saved(data) if item["name"] not in given]
        return [*first, *saved]

    def _saved(self, data: str) -> list[dict[str, Any]]:
        """The groups in the file of a data set: [{"name", "indices", "created"}]."""
        return kept.read(self._place(data), "groups", _check_group)

    def _place(self, data: str) -> Path:
        if not is_key(data):
            raise ParameterError("Groups belong to the fingerprint of a data set.")
        return self.home.groups / f"{data}.json"

    def save_group(
        self, data: str, name: str, indices: list[int], n: int, given: Given = _NONE
    ) -> list[dict[str, Any]]:
        """Keep a group.

        Args: `data` and `given` as of `groups`; n: number of samples.
        Returns: as `groups`.
        Raises: ParameterError for a bad name, one that is taken by other samples or by a group
            that comes with the data, or samples that are not there.
        """
        clean = kept.clean_name(name, "A group")
        if not indices:
            raise ParameterError("Nothing is selected. Select some samples, then name them.")
        if min(indices) < 0 or max(indices) >= n:
            raise ParameterError(f"The selection names samples that are not among the {n} shown.")
        if clean in given:
            raise ParameterError(
                f"A group '{clean}' comes with the data already. Choose another name."
            )
        self._place(data)
        group = {"name": clean, "indices": sorted(set(indices)), "created": time.time()}
        with self.store.lock(f"groups-{data}"):
            known = self._saved(data)
            taken = next((item for item in known if item["name"] == clean), None)
            if taken is not None and taken["indices"] != group["indices"]:
                raise ParameterError(
                    f"There is a group '{clean}' of {len(taken['indices'])} other samples already. "
                    "Choose another name, or delete that group first."
                )
            others = [item for item in known if item["name"] != clean]
            kept.write(self._place(data), [*others, group])
        return self.groups(data, given)

    def delete_group(self, data: str, name: str, given: Given = _NONE) -> list[dict[str, Any]]:
        """Forget a group that somebody saved.

        Args: as of `groups`.
        Returns: as `groups`.
        Raises: ParameterError for a group that comes with the data.
        """
        if name in given:
            raise ParameterError(
                f"The group '{name}' comes with the data and cannot be deleted; only groups that "
                "were saved can."
            )
        self._place(data)
        with self.store.lock(f"groups-{data}"):
            kept.write(
                self._place(data), [item for item in self._saved(data) if item["name"] != name]
            )
        return self.groups(data, given)

    def renumber_groups(self, data: str, first: int, removed: Sequence[int]) -> None:
        """Let the groups of a data set know that samples were removed of those added to it.

        Args:
            data: as of `groups`.
            first: number of the first sample that was added.
            removed: places among those that were added.
        """
        gone = sorted({first + place for place in removed})

        def kept_at(index: int) -> int:
            return index - bisect.bisect_left(gone, index)

        with self.store.lock(f"groups-{data}"):
            known = self._saved(data)
            for group in known:
                stay = [index for index in group["indices"] if index not in gone]
                group["indices"] = [kept_at(index) for index in stay]
            kept.write(self._place(data), [group for group in known if group["indices"]])


def _offers(settings: Settings) -> dict[str, Offer]:
    found: dict[str, Offer] = {}
    wanted = settings.source
    if wanted.model:
        stem = wanted.model.rstrip("/").rsplit("/", 1)[-1].rsplit(".", 1)[0]
        name = re.sub(r"[^a-z0-9]+", "-", stem.lower()).strip("-") or "model"
        name = f"my-{name}" if name in DEMOS else name
        found[name] = Offer(name, stem, wanted)
    demos = sorted(DEMOS.values(), key=lambda demo: demo.name != settings.demo)
    for demo in demos:
        source = Source(
            demo=demo.name,
            split=wanted.split if demo.name == wanted.demo else "test",
            limit=wanted.limit,
            seed=wanted.seed,
            data_dir=settings.data_dir,
        )
        found[demo.name] = Offer(demo.name, demo.title, source)
    return found
