"""Variants of studies: what they are called, what is kept for them, what they share."""

from __future__ import annotations

import dataclasses
import json
import logging
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sample_site import Site, put_card, put_samples

from analysis.engine import Engine
from analysis.errors import ParameterError, StudyError
from analysis.frozen_sets import FrozenSet
from analysis.home import Home
from analysis.opening import identity
from analysis.types import Graph, Node
from dashboard import variants
from dashboard.ids import Ids, frame
from dashboard.server import create_app
from dashboard.settings import Settings
from dashboard.studies import Studies

LOCAL = {"Host": "127.0.0.1:8050"}
CURVES = FrozenSet({"conv": (1, 3)}, name="no curves")
LINES = FrozenSet({"conv": (0,)}, means=True, name="no lines")


def keep(studies: Studies, *sets: FrozenSet, study: str = "digits") -> None:
    source = studies.offer(study).source
    for one in sets:
        variants.keep_frozen(studies, source, one.name, one)


@pytest.fixture
def studies(site: Site) -> Studies:
    return site.studies


@pytest.fixture
def again(studies: Studies) -> Callable[[], Studies]:
    """What another server process sees."""
    return lambda: Studies(studies.settings, studies.home, studies.engine)


# ------------------------------------------------------------------------------- names


def test_names_say_what_was_changed(studies: Studies) -> None:
    keep(studies, CURVES, LINES)
    path = put_samples(studies, 2)
    plain = studies.offer("digits").source
    sources = {
        "digits": plain,
        "digits.added": dataclasses.replace(plain, added=str(path)),
        "digits.no-curves": dataclasses.replace(plain, frozen=CURVES.text),
        "digits.no-lines": dataclasses.replace(plain, frozen=LINES.text),
        "digits.no-curves.added": dataclasses.replace(plain, frozen=CURVES.text, added=str(path)),
    }
    for name, source in sources.items():
        assert (studies.offer(name).name, studies.offer(name).source) == (name, source)
    assert len({identity(source) for source in sources.values()}) == len(sources)
    both, turned = (
        studies.offer(f"digits.{name}") for name in ("no-curves.added", "added.no-curves")
    )
    assert both.source == turned.source


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("digits.added.added", "No samples have been added"),
        ("digits.no-curves.no-curves", "no set of frozen filters 'no-curves'"),
        ("digits.no-curves.no-lines", "no set of frozen filters 'no-lines'"),
        ("digits.no-curves.added.no-lines", "Kept are: 'no curves', 'no lines'"),
        ("digits.nothing", "no set of frozen filters 'nothing'"),
        ("digits.", "no set of frozen filters ''"),
        ("digits.No curves", "no set of frozen filters"),
        (f"digits.{'x' * 500}", "no set of frozen filters"),
        ("nothing.added", "This server has no study 'nothing.added'"),
        (".added", "This server has no study"),
        ("", "This server has no study"),
        ("lenet5-mnist.no-curves", "Kept are: none"),
        ("lenet5-mnist.added", "No samples have been added"),
    ],
)
def test_what_names_nothing_is_refused(studies: Studies, name: str, words: str) -> None:
    keep(studies, CURVES, LINES)
    put_samples(studies, 1)
    with pytest.raises(ParameterError, match=words) as found:
        studies.offer(name)
    assert len(str(found.value)) < 400


def test_without_a_file_nothing_was_added(studies: Studies) -> None:
    put_samples(studies, 1).unlink()
    with pytest.raises(ParameterError, match="No samples have been added to the data of"):
        studies.offer("digits.added")


def test_the_picker_lists_variants_behind_their_study(studies: Studies) -> None:
    plain = studies.titles
    keep(studies, LINES, CURVES)
    put_samples(studies, 1)
    titles = studies.titles
    title = plain["digits"]
    assert list(titles.items())[:6] == [
        ("digits", title),
        ("digits.no-curves", f"{title}, no curves"),
        ("digits.no-lines", f"{title}, no lines"),
        ("digits.added", f"{title}, samples added"),
        ("digits.no-curves.added", f"{title}, no curves, samples added"),
        ("digits.no-lines.added", f"{title}, no lines, samples added"),
    ]
    assert [name for name in titles if variants.MARK not in name] == list(plain)
    for name in titles:
        assert studies.offer(name).title == titles[name]


def test_data_that_several_studies_show_have_the_same_additions(studies: Studies) -> None:
    path = put_samples(studies, 1)
    source = studies.source("digits", "train")
    assert variants.added_file(studies, source) == path
    named = dataclasses.replace(source, demo="", model="my.keras", data="digits")
    assert variants.added_file(studies, named) == path
    other = studies.offer("lenet5-mnist").source
    assert variants.added_file(studies, other) != path


def test_a_file_is_the_same_wherever_the_server_starts(
    studies: Studies, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    source = studies.offer("digits").source
    near, far = (
        dataclasses.replace(source, demo="", model=f"{place}m.keras", data=f"{place}d.npz")
        for place in ("", f"{tmp_path}/")
    )
    assert variants.added_file(studies, near) == variants.added_file(studies, far)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("no curves", "no-curves"),
        ("  No -- CURVES!  ", "no-curves"),
        ("conv0.1", "conv0-1"),
        ("ohne Bögen", "ohne-b-gen"),
        ("../../etc", "etc"),
        ("7", "7"),
    ],
)
def test_a_slug_is_plain(name: str, expected: str) -> None:
    assert variants.slug(name) == expected


@pytest.mark.parametrize("name", ["added", "Added!", "☂☂", "曲線", "-", "."])
def test_a_name_of_which_nothing_plain_is_left_has_a_slug_too(studies: Studies, name: str) -> None:
    slug = variants.slug(name)
    assert len(slug) == 8
    assert slug.isalnum() and slug.isascii()
    assert slug not in {variants.ADDED, variants.slug(f"{name}{name}")}
    keep(studies, dataclasses.replace(CURVES, name=name))
    assert studies.offer(f"digits.{slug}").source.frozen == CURVES.text
    assert studies.titles[f"digits.{slug}"].endswith(f", {name}")


# ------------------------------------------------------------------------------ keeping


def test_a_set_that_is_kept_survives_a_restart(
    studies: Studies, again: Callable[[], Studies]
) -> None:
    keep(studies, LINES, CURVES)
    source = studies.offer("digits").source
    assert variants.frozen(again(), source) == [CURVES, LINES]
    assert variants.frozen(again(), studies.offer("lenet5-mnist").source) == []
    variants.forget_frozen(again(), source, "no curves")
    assert variants.frozen(studies, source) == [LINES]
    variants.forget_frozen(studies, source, "no curves")
    assert variants.frozen(studies, source) == [LINES]


def test_every_split_and_epoch_has_the_sets_of_its_network(studies: Studies) -> None:
    keep(studies, CURVES)
    train = studies.source("digits.no-curves", "train", 3)
    assert (train.frozen, train.split, train.epoch) == (CURVES.text, "train", 3)
    assert variants.frozen(studies, studies.source("digits", "all", 1)) == [CURVES]


def test_a_name_is_tidied_and_may_be_kept_twice(studies: Studies) -> None:
    source = studies.offer("digits").source
    for _ in range(2):
        made = variants.keep_frozen(studies, source, "  no   curves ", CURVES)
        assert made == CURVES
    assert variants.frozen(studies, source) == [CURVES]


@pytest.mark.parametrize("name", ["", "   ", "a" * 61, "a\x00b", "a\u202eb"])
def test_a_set_needs_a_name_that_can_be_seen(studies: Studies, name: str) -> None:
    with pytest.raises(ParameterError, match="A set of frozen filters needs a name of 1 to 60"):
        variants.keep_frozen(studies, studies.offer("digits").source, name, CURVES)


@pytest.mark.parametrize(
    "other",
    [
        dataclasses.replace(LINES, name="no curves"),
        dataclasses.replace(CURVES, means=True),
        dataclasses.replace(CURVES, name="No Curves"),
        dataclasses.replace(LINES, name="no-curves?"),
    ],
)
def test_a_name_that_is_taken_is_refused(studies: Studies, other: FrozenSet) -> None:
    keep(studies, CURVES)
    with pytest.raises(ParameterError, match="There is a set 'no curves' of other filters already"):
        keep(studies, other)
    assert variants.frozen(studies, studies.offer("digits").source) == [CURVES]


def test_so_many_sets_are_kept_and_no_more(
    studies: Studies, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(variants, "MOST", 2)
    keep(studies, CURVES, LINES)
    with pytest.raises(ParameterError, match="2 sets are kept already"):
        keep(studies, dataclasses.replace(LINES, name="third"))
    keep(studies, CURVES)  # which is there
    keep(studies, LINES, study="lenet5-mnist")


def test_two_processes_that_keep_at_once_lose_nothing(
    studies: Studies, again: Callable[[], Studies]
) -> None:
    source, errors = studies.offer("digits").source, []

    def work(mine: Studies, first: int) -> None:
        try:
            for k in range(first, first + 5):
                name = f"set {k}"
                variants.keep_frozen(mine, source, name, FrozenSet({"conv": (k,)}))
        except StudyError as error:
            errors.append(error)

    threads = [threading.Thread(target=work, args=(again(), 5 * k)) for k in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    found = {one.name: one.filters["conv"] for one in variants.frozen(studies, source)}
    assert found == {f"set {k}": (k,) for k in range(20)}


@pytest.mark.parametrize(
    "content",
    ["{", "{}", "[3]", '[{"name": 3}]', '[{"name": "a"}]', '[{"name": "a", "filters": {}}]'],
)
def test_a_broken_file_of_sets_leaves_the_other_studies(
    studies: Studies, content: str, caplog: pytest.LogCaptureFixture
) -> None:
    keep(studies, CURVES)
    keep(studies, LINES, study="lenet5-mnist")
    put_samples(studies, 1)
    whole = studies.titles
    (place,) = (path for path in studies.home.frozen.iterdir() if "no curves" in path.read_text())
    place.write_text(content)
    with caplog.at_level(logging.WARNING):
        left = studies.titles
    assert set(whole) - set(left) == {"digits.no-curves", "digits.added", "digits.no-curves.added"}
    assert "lenet5-mnist.no-lines" in left
    assert str(place) in caplog.text
    assert studies.offer("digits").source.frozen == ""
    assert studies.offer("digits.added").source.added
    for act in (lambda: studies.offer("digits.no-curves"), lambda: keep(studies, LINES)):
        with pytest.raises(StudyError, match="Repair or move that file; it is left as it is"):
            act()
    assert place.read_text() == content


# ------------------------------------------------------------------------ command line


@pytest.fixture
def freezing(tmp_path: Path) -> Settings:
    """A server that was started with frozen filters."""
    file = tmp_path / "no-arcs.json"
    file.write_text(json.dumps({"filters": {"conv": [2]}, "of": "whatever"}))
    return Settings(home=tmp_path / "home", freeze=str(file))


def started(settings: Settings) -> Studies:
    home = Home(settings.home)
    return Studies(settings, home, Engine(home))


def first_view(app: Any) -> dict[str, Any]:
    """What a browser starts from when a link names nothing."""
    view: dict[str, Any] = app.layout()[frame("view")].data
    return view


def test_the_network_without_what_is_named_stands_beside(freezing: Settings) -> None:
    studies = started(freezing)
    frozen = FrozenSet({"conv": (2,)}, name="no-arcs")
    assert studies.beside == "digits.no-arcs"
    assert studies.offer(studies.beside).source.frozen == frozen.text
    assert studies.offer("digits").source.frozen == ""
    assert studies.titles["digits.no-arcs"].endswith(", no-arcs")
    assert [name for name in studies.titles if "no-arcs" in name] == ["digits.no-arcs"]
    view = first_view(create_app(freezing, studies.engine))
    assert (view["study"], view["b"]) == ("digits", "digits.no-arcs")


def test_without_it_nothing_stands_beside(site: Site) -> None:
    assert site.studies.beside == ""
    view = first_view(site.app)
    assert (view["study"], view["b"]) == ("digits", "")


def test_it_stands_before_what_is_kept(freezing: Settings) -> None:
    studies = started(freezing)
    keep(studies, CURVES, dataclasses.replace(LINES, name="a"))
    names = [one.name for one in variants.frozen(studies, studies.offer("digits").source)]
    assert names == ["no-arcs", "a", "no curves"]


def test_its_name_is_taken(freezing: Settings) -> None:
    studies = started(freezing)
    with pytest.raises(ParameterError, match="There is a set 'no-arcs' of other filters already"):
        keep(studies, dataclasses.replace(CURVES, name="No arcs"))
    keep(studies, FrozenSet({"conv": (2,)}, name="no-arcs"))
    assert studies.offer("digits.no-arcs").source.frozen == FrozenSet({"conv": (2,)}).text


def test_one_of_its_name_that_was_kept_before_gives_way(freezing: Settings) -> None:
    studies = started(dataclasses.replace(freezing, freeze=""))
    keep(studies, dataclasses.replace(CURVES, name="no arcs"))
    studies = started(freezing)
    names = [one.name for one in variants.frozen(studies, studies.offer("digits").source)]
    assert names == ["no-arcs"]
    assert studies.offer("digits.no-arcs").source.frozen == FrozenSet({"conv": (2,)}).text


def test_a_file_that_went_since_leaves_the_page(
    freezing: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    studies = started(freezing)
    app = create_app(freezing, studies.engine)
    Path(freezing.freeze).unlink()
    assert first_view(app)["b"] == ""
    assert "no-arcs.json" in caplog.text
    assert "lenet5-mnist" in studies.titles


def test_a_file_that_is_none_does_not_start(freezing: Settings) -> None:
    Path(freezing.freeze).write_text("{}")
    with pytest.raises(ParameterError, match=r"no-arcs\.json: A set of frozen filters is"):
        freezing.check()
    with pytest.raises(ParameterError, match="cannot be read"):
        dataclasses.replace(freezing, freeze="nowhere.json").check()


# ------------------------------------------------------------------------------ the page


@pytest.fixture
def deep(site: Site) -> Site:
    """A site whose network has two layers of filters."""
    nodes = site.card.graph.nodes
    conv, dense = Node("conv", "convolution", "Conv2D", (3, 3, 4), 40), nodes[1]
    graph = Graph((nodes[0], conv, dense, *nodes[2:]), site.card.graph.edges)
    site.card = put_card(site, "digits", graph=graph)
    return site


def asked(site: Site, **wish: Any) -> tuple[dict[str, Any], Any]:
    """What the page gets for a wish: the sets that are kept, and the picker's entries, if any."""
    sets, told = Ids("compare")("sets"), frame("offers")
    (output,) = (name for name in site.app.callback_map if f"{sets}.data" in name)
    parts = [part.rsplit(".", 1) for part in output.strip(".").split("...")]
    wished = {"id": Ids("compare")("sets-wish"), "property": "data"}
    body = {
        "output": output,
        "outputs": [{"id": name, "property": what} for name, what in parts],
        "inputs": [wished | {"value": {"study": "digits", "split": "test"} | wish}],
        "changedPropIds": [f"{wished['id']}.data"],
    }
    answer = site.client.post("/_dash-update-component", json=body, headers=LOCAL)
    assert answer.status_code == 200, answer.text
    found = json.loads(answer.text)["response"]
    return found[sets]["data"], next(iter(found.get(told, {}).values()), None)


def test_sets_are_kept_listed_and_forgotten(deep: Site) -> None:
    filters = {"conv": [3, 1, 3], "flatten": []}
    found, offers = asked(deep, do="keep", name=" no  curves", filters=filters)
    one = {
        "name": "no curves",
        "filters": {"conv": [1, 3]},
        "gives": "zeros",
        "study": "digits.no-curves",
    }
    assert found == {"of": "digits", "sets": [one], "kept": "no curves"}
    assert offers["digits.no-curves"] == deep.studies.titles["digits.no-curves"]
    listed, untouched = asked(deep, do="list")
    assert (listed, untouched) == (found | {"kept": ""}, None)
    gone, offers = asked(deep, do="forget", name="no curves")
    assert gone == {"of": "digits", "sets": [], "kept": ""}
    assert "digits.no-curves" not in offers


@pytest.mark.parametrize(
    ("wish", "words"),
    [
        ({"do": None}, "kept, forgotten or listed; got 'None'"),
        ({"do": ["keep"]}, "kept, forgotten or listed"),
        ({"do": "keep", "name": "a"}, "numbers, layer by layer"),
        ({"do": "keep", "name": "a", "filters": {}}, "No filter is frozen"),
        ({"do": "keep", "name": "a", "filters": {"conv": []}}, "No filter is frozen"),
        ({"do": "keep", "name": "a", "filters": {"conv": [4]}}, "filters 0 to 3"),
        ({"do": "keep", "name": "a", "filters": {"prediction": [0]}}, "has no filters"),
        ({"do": "keep", "filters": {"conv": [1]}}, "needs a name"),
        ({"do": "keep", "name": {"a": 1}, "study": None, "filters": {}}, "no study"),
        ({"do": "list", "study": "nothing"}, "no study 'nothing'"),
        ({"do": "list", "study": "digits.nothing"}, "no set of frozen filters 'nothing'"),
        ({"do": "list", "study": "lenet5-mnist"}, "not open any more"),
    ],
)
def test_forged_wishes_about_sets_are_refused(deep: Site, wish: Any, words: str) -> None:
    found, offers = asked(deep, **wish)
    assert words in found["error"]
    assert offers is None
    assert not list(deep.studies.home.frozen.iterdir())


def test_what_is_frozen_beside_a_mutant_unites_both(deep: Site) -> None:
    keep(deep.studies, CURVES)
    put_card(deep, "digits.no-curves")
    found, _ = asked(
        deep,
        study="digits.no-curves",
        do="keep",
        name="more",
        filters={"conv": [0, 1], "flatten": [7]},
    )
    assert (found["of"], found["kept"]) == ("digits", "more")
    sets = {one["name"]: one for one in found["sets"]}
    assert sets["more"]["filters"] == {"conv": [0, 1, 3], "flatten": [7]}
    assert sets["more"]["study"] == "digits.more"
    assert sets["no curves"]["filters"] == {"conv": [1, 3]}


def test_a_mutants_filters_give_what_others_give(deep: Site) -> None:
    keep(deep.studies, CURVES)
    put_card(deep, "digits.no-curves")
    wish = {"study": "digits.no-curves", "do": "keep", "name": "more", "filters": {"conv": [0]}}
    found, _ = asked(deep, **wish, means=True)
    assert "has frozen filters already, which give zeros" in found["error"]
    keep(deep.studies, LINES)
    put_card(deep, "digits.no-lines")
    lines = wish | {"study": "digits.no-lines", "filters": {"conv": [2]}}
    assert "which give means" in asked(deep, **lines)[0]["error"]
    made, _ = asked(deep, **lines, means=True)
    assert {
        "name": "more",
        "filters": {"conv": [0, 2]},
        "gives": "means",
        "study": "digits.more",
    } in (made["sets"])


# --------------------------------------------------------------------- another's data


def test_a_network_is_shown_what_was_added_to_anothers_data(studies: Studies) -> None:
    keep(studies, CURVES)
    path = str(put_samples(studies, 1))
    other = studies.applied("lenet5-mnist", "digits.added", "train")
    assert (other.demo, other.data, other.added) == ("lenet5-mnist", "digits", path)
    assert (other.split, other.frozen) == ("train", "")
    mutant = studies.applied("digits.no-curves", "digits.added")
    assert (mutant.frozen, mutant.added) == (CURVES.text, path)
    plain = studies.applied("digits.no-curves.added", "digits")
    assert (plain.frozen, plain.added) == (CURVES.text, "")
    wish = {"study": "digits", "data_of": "digits.no-curves.added"}
    assert studies.wished(wish) == studies.applied("digits", "digits.added")
