"""What starts runs, and how many run at once."""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest

from runtime import limits
from runtime.data.records import SYSTEM, Record
from runtime.workflows import ledger, triggers
from runtime.workflows.errors import RunNotFound, RunsBusy
from runtime.workflows.places import Places
from tests.runtime.workflows.place import ANNA, ROOM, TENANT, Place, application, expr, trace


def on(kind: str, *steps: Any, when: str = "") -> dict[str, Any]:
    """A workflow that a change of a Note starts."""
    trigger: dict[str, Any] = {"type": kind, "model": "Note"}
    if when:
        trigger["when"] = expr(when)
    return {"trigger": trigger, "steps": list(steps)}


def counting(kind: str = "recordUpdated") -> dict[str, Any]:
    """A workflow that starts itself: it counts, which is an update."""
    count = {
        "type": "updateRecord",
        "model": "Note",
        "record": expr("record.id"),
        "values": {"count": expr("record.count + 1")},
    }
    return on(kind, count)


def update(here: Place, record: Record, **values: Any) -> None:
    here.data.update("Note", record.id, values, ANNA)


def test_kinds_of_changes(place) -> None:
    """[WF14] created, updated and deleted records start what waits for them, once each."""
    here = place(
        application(
            on("recordCreated", trace("'created ' + record.title")),
            on("recordUpdated", trace("'updated ' + previous.title + record.title")),
            on("recordDeleted", trace("'deleted ' + record.title")),
        )
    )
    made = here.create("Note", title="ä")
    update(here, made, title="ö")
    update(here, made, title="ö")
    here.data.delete("Note", made.id, ANNA)
    here.create("Trace", text="no trigger")
    runs = here.all_ended(3)
    assert sorted(here.traces()) == ["created ö", "deleted ö", "no trigger", "updated äö"] or (
        sorted(here.traces()) == ["created ä", "deleted ö", "no trigger", "updated äö"]
    )
    assert {run["trigger"]["actor"] for run in runs} == {"Änna"}
    assert {run["trigger"]["record"] for run in runs} == {made.id}
    assert here.data.outbox(10) == []


def test_when(place) -> None:
    """[WF14] a trigger's when decides over the change, with what references bring along."""
    when = "record.parent.title == 'Mutter' && previous.count < record.count"
    here = place(application(on("recordUpdated", trace("string(previous.count)"), when=when)))
    mother = here.create("Note", title="Mutter")
    child = here.create("Note", title="Kind", parent=mother.id, count=1)
    update(here, child, count=0)
    update(here, child, count=7)
    update(here, mother, count=3)
    here.all_ended(1)
    assert here.traces() == ["0"]


def test_a_when_that_fails(place) -> None:
    """[WF15] a when that has no value leaves a run that says so, and starts nothing."""
    here = place(application(on("recordCreated", trace("'never'"), when="1 / record.count > 0")))
    here.create("Note", title="ä", count=0)
    [run] = here.all_ended(1)
    assert (run["status"], run["error"]["code"]) == ("failed", "expression_value")
    assert run["error"]["path"] == ["trigger", "when"]
    assert run["steps"] == []
    assert here.traces() == []


def test_a_workflow_that_starts_itself(place, monkeypatch) -> None:
    """[WF15] it ends with a run that says so."""
    monkeypatch.setattr(triggers, "RUN_DEPTH_MAX", 3)
    here = place(application(counting()))
    made = here.create("Note", title="ü")
    update(here, made, count=1)
    runs = here.all_ended(5)
    assert [run["trigger"]["depth"] for run in runs] == [0, 1, 2, 3, 4]
    assert [run["status"] for run in runs] == ["succeeded"] * 4 + ["failed"]
    assert runs[-1]["error"]["code"] == "run_depth"
    assert here.data.read("Note", made.id).values["count"] == 5


def test_a_workflow_that_changes_nothing_more(place) -> None:
    """[WF15] an update that changes nothing starts nothing."""
    fixed = {
        "type": "updateRecord",
        "model": "Note",
        "record": expr("record.id"),
        "values": {"count": 9},
    }
    here = place(application(on("recordUpdated", fixed)))
    made = here.create("Note", title="ü")
    update(here, made, count=1)
    here.all_ended(2)


def test_triggers_follow_the_model(place) -> None:
    """[WF14] a trigger counts from when the application has it."""
    here = place(application())
    here.create("Note", title="before")
    here.edit(application(on("recordCreated", trace("record.title"))))
    here.create("Note", title="äfter")
    here.all_ended(1)
    assert here.traces() == ["äfter"]
    here.edit(application())
    here.create("Note", title="later")
    here.idle()
    assert here.traces() == ["äfter"]


def test_changes_wait_while_nobody_looks(place) -> None:
    """[WF14] what changed while a room was not attached is made up for."""
    here = place(application(on("recordCreated", trace("record.title"))))
    here.workflows.detach(TENANT, ROOM)
    here.create("Note", title="ä")
    assert len(here.data.outbox(10)) == 1
    here.workflows.attach(TENANT, ROOM, here.data)
    here.all_ended(1)
    assert here.traces() == ["ä"]


def test_events(place) -> None:
    """[WF20] an event starts the workflows that wait for it, with its data as input."""
    emit = {"type": "emitEvent", "event": "größer", "data": {"n": expr("input.n + 1")}}
    waiting = {"trigger": {"type": "event", "event": "größer"}, "steps": [trace("string(input.n)")]}
    other = {"trigger": {"type": "event", "event": "other"}, "steps": [trace("'never'")]}
    here = place(application({"steps": [emit]}, waiting, waiting, other))
    here.start("w0", n=1)
    runs = here.all_ended(3)
    assert here.traces() == ["2", "2"]
    assert [run["trigger"]["kind"] for run in runs] == ["manual", "event", "event"]
    assert runs[1]["trigger"] == {"kind": "event", "actor": "w0", "event": "größer", "depth": 1}


def test_events_that_go_round(place, monkeypatch) -> None:
    """[WF15] an event that starts its own sender ends with a run that says so."""
    monkeypatch.setattr(triggers, "RUN_DEPTH_MAX", 2)
    emit = {"type": "emitEvent", "event": "ä"}
    here = place(application({"trigger": {"type": "event", "event": "ä"}, "steps": [emit]}))
    here.start("w0")
    runs = here.all_ended(4)
    assert [run["error"] and run["error"]["code"] for run in runs] == [
        None,
        None,
        None,
        "run_depth",
    ]


def test_by_hand_with_a_record(place) -> None:
    """[WF5] a workflow with a record trigger may be started by hand for a record."""
    here = place(application(on("recordDeleted", trace("record.title + string(input.n)"))))
    made = here.create("Note", title="é")
    assert here.run(record=made.id, n=3)["status"] == "succeeded"
    assert here.traces() == ["é3"]


def test_no_such_workflow(place) -> None:
    """[WF18] a workflow that is not there cannot be started."""
    here = place(application())
    with pytest.raises(RunNotFound):
        here.start("größe")


# --- many at once -------------------------------------------------------------------------------


def test_a_storm_in_one_room(place) -> None:
    """[WF17] a room runs a few at once, and another room's run does not wait for the others."""
    at_once, most, lock = [0], [0], threading.Lock()
    here = place(application({"steps": [trace("'ä'"), trace("'ö'")]}))

    def slowly(_changes: Any) -> None:
        with lock:
            at_once[0] += 1
            most[0] = max(most[0], at_once[0])
        time.sleep(0.05)
        with lock:
            at_once[0] -= 1

    here.data.listen(slowly)
    for _ in range(30):
        here.start()
    statuses = [run.status for run in here.workflows.runs(TENANT, ROOM, limit=100)]
    assert "waiting" in statuses
    other = here.workflows.run(TENANT, "küche", "w0", {}, ANNA)
    assert here.ended(other, "küche").run.status == "succeeded"
    left = [run for run in here.workflows.runs(TENANT, ROOM, limit=100) if run.ended_ms is None]
    assert left, "the other room was to be faster"
    runs = here.all_ended(30)
    assert {run["status"] for run in runs} == {"succeeded"}
    assert most[0] <= limits.RUNS_AT_ONCE_PER_ROOM_MAX
    assert len(here.traces()) == 60


def test_too_many_wait(place, monkeypatch) -> None:
    """[WF17] beyond a bound a run by hand is refused, and changes stay in the outbox."""
    monkeypatch.setattr(ledger, "RUNS_WAITING_PER_ROOM_MAX", 3)
    go = threading.Event()
    here = place(application({"steps": [trace("'ä'")]}, on("recordCreated", trace("'changed'"))))
    here.data.listen(lambda _changes: go.wait(10))
    threads = [threading.Thread(target=here.create, args=("Note",), kwargs={"title": "n"})]
    started = []
    with pytest.raises(RunsBusy):
        for _ in range(20):
            started.append(here.start())
            time.sleep(0.01)
    for thread in threads:
        thread.start()
    time.sleep(0.1)
    go.set()
    for thread in threads:
        thread.join()
    here.all_ended(len(started) + 1)
    assert sorted(set(here.traces())) == ["changed", "ä"]


def test_places() -> None:
    """[WF17] places are per room, and there are so many in all."""
    places = Places()
    room = ("größe", "laden")
    runs = [str(number) for number in range(limits.RUNS_AT_ONCE_PER_ROOM_MAX)]
    assert all(places.take(room, run) for run in runs)
    assert not places.take(room, "one more")
    assert places.take(room, "0")
    assert places.take(("größe", "küche"), "one more")
    places.leave(room, "0")
    assert places.take(room, "one more")
    places.claim(room, "recovered")
    assert not places.take(room, "yet another")
    rooms = 0
    while places.take(("é", str(rooms)), "a"):
        rooms += 1
    assert places.count() == limits.RUNS_AT_ONCE_MAX
    assert not places.take(("é", "new"), "a")


def test_sample_data_is_no_person(place) -> None:
    """[WF14] who makes a change is told to the run, whoever it is."""
    here = place(application(on("recordCreated", trace("'ü'"))))
    here.data.create("Note", {"title": "a"}, SYSTEM)
    [run] = here.all_ended(1)
    assert run["trigger"]["actor"] == SYSTEM.name
