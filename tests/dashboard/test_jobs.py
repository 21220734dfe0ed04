"""Dash's background callbacks on the engine: which jobs are one, and which are stopped."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from analysis.board import Note
from analysis.errors import ParameterError
from dashboard.jobs import EngineManager, Job, stand_in


class Recorder:
    """An engine that only remembers what it was told."""

    def __init__(self) -> None:
        self.submitted: list[tuple[str, str, Any]] = []
        self.cancelled: list[str] = []
        self.notes: dict[str, Note] = {}

    def submit(self, key: str, name: str, task: Any) -> None:
        self.submitted.append((key, name, task))
        self.notes[key] = Note("running")

    def refuse(self, key: str, error: str) -> None:
        self.notes[key] = Note("failed", error=error)

    def cancel(self, key: str) -> None:
        self.cancelled.append(key)

    def running(self, key: str) -> bool:
        return key in self.notes and self.notes[key].state == "running"

    def note(self, key: str) -> Note | None:
        return self.notes.get(key)


def prepare(wish: Any) -> dict[str, Any]:
    if wish.get("study") != "digits":
        raise ParameterError("This server has no such study.")
    return {"source": wish["study"], "layer": wish.get("layer", "last")}


class Desk:
    """A manager with three callbacks, two of which do the same."""

    def __init__(self) -> None:
        self.engine = Recorder()
        self.manager = EngineManager(self.engine)  # type: ignore[arg-type]
        self.callbacks = {
            "a": stand_in(Job("answer", prepare, "page-a")),
            "x": stand_in(Job("answer", prepare, "page-x")),
            "maps": stand_in(Job("answer", prepare, "page-maps", newest=True)),
        }
        for place, callback in self.callbacks.items():
            self.manager.make_job_fn(callback, None, place)

    def key(self, place: str, wish: Any) -> str:
        return self.manager.build_cache_key(self.callbacks[place], [wish], None, None)

    def start(self, place: str, wish: Any) -> str:
        job = self.callbacks[place].job
        return self.manager.call_job_fn(self.key(place, wish), job, [wish], None)

    def stop(self, handle: str, why: str) -> list[str]:
        with Flask("any").test_request_context(f"/?{why}=signed"):
            self.manager.terminate_job(handle)
        return self.engine.cancelled


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_equal_tasks_are_one_job_whatever_else_a_wish_says(desk: Desk) -> None:
    wish = {"study": "digits", "layer": "conv0"}
    key = desk.key("a", wish)
    assert desk.key("x", wish | {"path": "/etc/passwd", "budget": 10**12}) == key
    assert desk.key("a", wish | {"layer": "conv1"}) != key
    first, second = desk.start("a", wish), desk.start("x", wish)
    assert first != second  # the renderer forgets a job by its handle
    assert {key for key, _, _ in desk.engine.submitted} == {key}
    assert desk.manager.job_running(first)
    assert desk.manager.job_running(second)


def test_what_is_refused_says_why(desk: Desk) -> None:
    wish = {"study": "elsewhere"}
    desk.start("a", wish)
    key = desk.key("a", wish)
    assert desk.engine.submitted == []
    assert desk.manager.result_ready(key)
    assert "no such study" in desk.manager.get_result(key, None)["error"]


def test_a_cancelled_job_is_told_to_stop(desk: Desk) -> None:
    handle = desk.start("a", {"study": "digits"})
    assert desk.stop(handle, "cancelJob") == [desk.key("a", {"study": "digits"})]


def test_a_superseded_job_goes_on_unless_only_the_newest_counts(desk: Desk) -> None:
    wish = {"study": "digits"}
    assert desk.stop(desk.start("a", wish), "oldJob") == []
    assert desk.stop(desk.start("maps", wish), "oldJob") == [desk.key("maps", wish)]


def test_a_superseded_job_that_somebody_else_waits_for_goes_on(desk: Desk) -> None:
    wish = {"study": "digits"}
    first, second = desk.start("maps", wish), desk.start("maps", wish)
    assert desk.stop(first, "oldJob") == []
    assert desk.stop(second, "oldJob") == [desk.key("maps", wish)]


def test_an_end_is_told_as_the_browser_reads_it(desk: Desk) -> None:
    wish = {"study": "digits"}
    desk.start("a", wish)
    key = desk.key("a", wish)
    assert not desk.manager.result_ready(key)
    assert desk.manager.get_result(key, None) is desk.manager.UNDEFINED
    desk.engine.notes[key] = Note("done", result={"made": 1})
    assert desk.manager.result_ready(key)
    assert desk.manager.get_result(key, None) == {
        "state": "done",
        "result": {"made": 1},
        "error": "",
        "reference": "",
    }
