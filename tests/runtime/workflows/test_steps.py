"""The steps of workflows and what happens when one fails."""

from __future__ import annotations

import threading
from decimal import Decimal
from typing import Any

import pytest

from runtime import limits
from runtime.workflows import definition, interpreter, journal
from runtime.workflows.errors import RunRefused
from tests.runtime.workflows.place import ANNA, ROOM, TENANT, application, by_hand, expr, trace

FAILING = {"name": "wrong", "type": "deleteRecord", "model": "Note", "record": "gibt es nicht"}


def note(**values: Any) -> dict[str, Any]:
    return {"name": "made", "type": "createRecord", "model": "Note", "values": values}


def test_records_are_created_changed_and_deleted(place) -> None:
    """[WF4] what a step made is there for the next one."""
    here = place(
        by_hand(
            note(title=expr("input.title + ' ü'"), price=expr("decimal('1.05') + decimal('1')")),
            {
                "name": "changed",
                "type": "updateRecord",
                "model": "Note",
                "record": expr("steps.made.output.id"),
                "values": {"count": expr("steps.made.output.count + 2"), "parent": None},
            },
            trace("steps.changed.output.title + ' ' + string(steps.changed.output.count)"),
            {
                "type": "deleteRecord",
                "model": "Note",
                "record": expr("steps.made.output"),
            },
        )
    )
    run = here.run(title="日本")
    assert run["status"] == "succeeded", run
    assert here.traces() == ["日本 ü 2"]
    assert here.records("Note") == []
    assert here.records("Trace")[0].created_by == "workflow:w0"
    assert run["steps"][0]["output"] == run["steps"][1]["output"] == run["steps"][3]["output"]
    assert Decimal(str(run["steps"][0]["input"]["price"])) == Decimal("2.05")


def test_a_reference_is_a_record(place) -> None:
    """[WF4] a record may be given where an id is meant, and brings its fields along."""
    here = place(
        by_hand(
            note(title="Mutter"),
            {**note(title="Kind", parent=expr("steps.made.output")), "name": "child"},
            trace("steps.child.output.parent.title + '/' + steps.child.output.parent.id"),
        )
    )
    assert here.run()["status"] == "succeeded"
    mother = next(item for item in here.records("Note") if item.values["title"] == "Mutter")
    assert here.traces() == [f"Mutter/{mother.id}"]


@pytest.mark.parametrize(("count", "way"), [(1, "klein"), (5, "groß")])
def test_condition(place, count: int, way: str) -> None:
    """[WF4] a condition takes one of two ways, and says which."""
    here = place(
        by_hand(
            {
                "name": "large",
                "type": "condition",
                "when": expr("input.count > 2"),
                "then": [trace("'groß'")],
                "else": [trace("'klein'")],
            },
            trace("string(steps.large.output)"),
        )
    )
    assert here.run(count=count)["status"] == "succeeded"
    assert here.traces() == [way, str(count > 2).lower()]


def test_for_each(place) -> None:
    """[WF4] each item in turn, under the name that the step gives it, also within another."""
    here = place(
        by_hand(
            {"type": "set", "variables": {"all": expr("[1, 2]"), "plain": "é"}},
            {
                "name": "each",
                "type": "forEach",
                "items": expr("input.names"),
                "as": "name",
                "steps": [
                    {
                        "type": "forEach",
                        "items": expr("vars.all"),
                        "steps": [trace("name + string(item) + vars.plain")],
                    }
                ],
            },
            trace("string(steps.each.output)"),
        )
    )
    run = here.run(names=["ä", "ö"])
    assert run["status"] == "succeeded", run
    assert here.traces() == ["ä1é", "ä2é", "ö1é", "ö2é", "2"]
    assert [step["at"] for step in run["steps"]][3:5] == [[0, 0], [0, 1]]


def test_for_each_record_that_was_found(place) -> None:
    """[WF4] query finds records in pages, and forEach goes through them with their references."""
    here = place(
        by_hand(
            {
                "name": "found",
                "type": "query",
                "model": "Note",
                "filter": expr("item.count >= input.least && item.parent == input.parent"),
                "sort": ["-count"],
                "limit": 700,
            },
            {
                "name": "each",
                "type": "forEach",
                "items": expr("steps.found.items"),
                "as": "one",
                "steps": [
                    {
                        "name": "few",
                        "type": "condition",
                        "when": expr("one.count > 698 || one.count < 2"),
                        "then": [trace("one.parent.title + string(one.count)")],
                    }
                ],
            },
            trace("string(steps.found.output) + '/' + string(steps.each.output)"),
        )
    )
    mother = here.create("Note", title="Mutter ", count=5)
    here.create("Note", title="andere", count=50)
    for count in range(4):
        here.create("Note", title=f"Kind {count}", count=count, parent=mother.id)
    run = here.run(least=1, parent=mother.id)
    assert run["status"] == "succeeded", run
    assert here.traces() == ["Mutter 1", "3/3"]


def test_many_pages(place, monkeypatch) -> None:
    """[WF4] a query goes on until its limit or the end."""
    monkeypatch.setattr("runtime.workflows.effects.PAGE_MAX", 2)
    app = by_hand(
        {"name": "all", "type": "query", "model": "Note", "sort": ["count"]},
        {"name": "three", "type": "query", "model": "Note", "sort": ["count"], "limit": 3},
        trace("string(steps.all.output) + ' ' + string(steps.three.items.map(n, n.count).sum())"),
    )
    here = place(app)
    for count in range(5):
        here.create("Note", title="ä", count=count)
    assert here.run()["status"] == "succeeded"
    assert here.traces() == ["5 3"]


def test_expressions_over_models(place) -> None:
    """[WF5] expressions may ask for all records of a model, and for an enum's values."""
    here = place(by_hand(trace("string(models.Note.filter(n, n.count > 1).size())")))
    for count in range(4):
        here.create("Note", title="ü", count=count)
    assert here.run()["status"] == "succeeded"
    assert here.traces() == ["2"]


def test_record_is_fresh_and_previous_is_not(place) -> None:
    """[WF5] record is read anew for each step; previous is as the trigger found it."""
    here = place(
        application(
            {
                "trigger": {"type": "recordUpdated", "model": "Note"},
                "steps": [
                    {
                        "name": "once",
                        "type": "condition",
                        "when": expr("previous.count == 0"),
                        "then": [
                            {
                                "type": "updateRecord",
                                "model": "Note",
                                "record": expr("record"),
                                "values": {"count": 7},
                            },
                            trace("string(previous.count) + ' ' + string(record.count)"),
                        ],
                    }
                ],
            }
        )
    )
    made = here.create("Note", title="ä")
    here.data.update("Note", made.id, {"count": 1}, ANNA)
    here.all_ended(2)
    assert here.traces() == ["0 7"]


@pytest.mark.parametrize(
    ("source", "code"),
    [
        ("1 +", "expression_syntax"),
        ("1 / 0", "expression_value"),
        ("nobody.there", "expression_name"),
    ],
)
def test_an_expression_that_fails(place, source: str, code: str) -> None:
    """[WF5] the run log says which step, which property, and where in the source."""
    here = place(by_hand({**note(title=expr(source)), "name": "this"}))
    run = here.run()
    assert run["status"] == "failed"
    assert run["error"]["code"] == code
    assert run["error"]["step"] == "this"
    assert run["error"]["path"] == ["values", "title"]
    start, end = run["error"]["position"]
    assert 0 <= start <= end <= len(source)


def test_a_condition_that_is_none(place) -> None:
    """[WF5] what is neither true nor false is no condition; null is false."""
    here = place(by_hand({"type": "condition", "when": expr("input.value"), "then": [FAILING]}))
    assert here.run(value=None)["status"] == "succeeded"
    assert here.run(value="ja")["error"]["code"] == "expression_type"


def test_values_that_are_refused(place) -> None:
    """[WF5] what the data refuses fails the step with the data's own code."""
    here = place(by_hand(note(title="x", größe=1)))
    assert here.run()["error"]["code"] == "record_invalid"
    assert here.records("Note") == []


# --- failures -----------------------------------------------------------------------------------


def test_on_error(place) -> None:
    """[WF6] onError runs with error in scope, and what follows the step does not run."""
    here = place(
        by_hand(
            {**FAILING, "onError": [trace("error.code + ' ' + error.step + ' ü'")]},
            trace("'never'"),
        )
    )
    run = here.run()
    assert run["status"] == "handled"
    assert run["error"]["code"] == "record_not_found"
    assert here.traces() == ["record_not_found wrong ü"]


def test_on_error_within_for_each(place) -> None:
    """[WF6] an item whose failure is handled ends alone."""
    here = place(
        by_hand(
            {
                "type": "forEach",
                "items": expr("['a', 'ö', 'c']"),
                "steps": [
                    {
                        "type": "condition",
                        "when": expr("item == 'ö'"),
                        "then": [{**FAILING, "onError": [trace("'failed ' + item")]}],
                    },
                    trace("item"),
                ],
            },
            trace("'end'"),
        )
    )
    assert here.run()["status"] == "succeeded"
    assert here.traces() == ["a", "failed ö", "c", "end"]


def test_on_error_of_what_is_around(place) -> None:
    """[WF6] a failure is handled by the nearest step that says how."""
    here = place(
        by_hand(
            {
                "type": "condition",
                "when": True,
                "then": [FAILING, trace("'never'")],
                "onError": [trace("error.step")],
            },
            trace("'never'"),
        )
    )
    assert here.run()["status"] == "handled"
    assert here.traces() == ["wrong"]


def test_on_error_that_fails(place) -> None:
    """[WF6] a failure within onError is a failure of its own."""
    here = place(by_hand({**FAILING, "onError": [trace("1 / 0 > 1 ? 'a' : 'é'")]}))
    run = here.run()
    assert (run["status"], run["error"]["code"]) == ("failed", "expression_value")


def test_compensate(place) -> None:
    """[WF7] what succeeded is undone, the last first; what did not is not."""

    def step(name: str, **more: Any) -> dict[str, Any]:
        return {**trace(f"'{name}'"), "compensate": [trace(f"'undo {name} ' + error.code")], **more}

    here = place(
        by_hand(
            step("ä"),
            step("b", compensate=[FAILING]),
            step("c"),
            {**FAILING, "compensate": [trace("'never'")]},
        )
    )
    run = here.run()
    assert run["status"] == "failed"
    assert here.traces() == ["ä", "b", "c", "undo c record_not_found", "undo ä record_not_found"]


def test_nothing_is_undone_after_a_success(place) -> None:
    """[WF7] compensations are for failures that nobody handles."""
    undo = {"compensate": [trace("'never'")]}
    here = place(by_hand({**trace("'ü'"), **undo}, {**FAILING, "onError": [trace("'handled'")]}))
    assert here.run()["status"] == "handled"
    assert here.traces() == ["ü", "handled"]


@pytest.mark.parametrize("type_", ["wait", "approval", "parallel", "callPlugin", "callWorkflow"])
def test_steps_that_are_not_run(place, type_: str) -> None:
    """[WF8] a step that the preview does not run ends the run and says which it is."""
    more: dict[str, Any] = {
        "wait": {"for": "1s"},
        "approval": {"role": "chef"},
        "parallel": {},
        "callPlugin": {"plugin": "p", "function": "f"},
        "callWorkflow": {"workflow": "w0"},
    }[type_]
    here = place(
        by_hand(
            trace("'ä'"),
            {"name": "this", "type": type_, **more},
            trace("'never'"),
            roles=[{"name": "chef"}],
        )
    )
    run = here.run()
    assert (run["status"], run["error"]["code"]) == ("failed", "step_unsupported")
    assert run["error"]["step"] == "this"
    assert type_ in run["error"]["message"]
    assert here.traces() == ["ä"]


# --- what is edited meanwhile, and bounds -------------------------------------------------------


def test_edits_change_nothing_of_a_run(place) -> None:
    """[WF1] a run that has begun goes on with the steps that it began with."""
    first = by_hand(note(title="erste"), trace("'old'"))
    here = place(first)
    release = Hold(here)
    run = here.start()
    release.began()
    here.edit(by_hand(trace("'new ü'")))
    release.go()
    assert here.ended(run).run.status == "succeeded"
    assert here.traces() == ["old"]
    assert here.run()["status"] == "succeeded"
    assert here.traces() == ["old", "new ü"]


class Hold:
    """Holds the next change of records until it may go on."""

    def __init__(self, here: Any) -> None:
        self._began, self._go = threading.Event(), threading.Event()

        def wait(_changes: Any) -> None:
            self._began.set()
            assert self._go.wait(10)

        stop = here.data.listen(wait)
        self._stop = stop

    def began(self) -> None:
        assert self._began.wait(10)

    def go(self) -> None:
        self._stop()
        self._go.set()


@pytest.mark.parametrize(("size", "status"), [(3, "succeeded"), (4, "failed")])
def test_items_are_bounded(place, monkeypatch, size: int, status: str) -> None:
    """[WF16] a loop over more items than there may be does not begin."""
    monkeypatch.setattr(interpreter, "RUN_ITEMS_MAX", 3)
    here = place(
        by_hand({"type": "forEach", "items": expr("input.all"), "steps": [trace("string(item)")]})
    )
    run = here.run(all=list(range(size)))
    assert run["status"] == status
    assert len(here.traces()) == (3 if status == "succeeded" else 0)
    if status == "failed":
        assert run["error"]["code"] == "run_limit"


def test_loops_in_loops_are_bounded(place, monkeypatch) -> None:
    """[WF16] a run ends after so many steps, whatever they are nested in."""
    monkeypatch.setattr(interpreter, "RUN_STEPS_MAX", 12)
    loop: dict[str, Any] = {"type": "set", "variables": {"ä": 1}}
    for _ in range(10):
        loop = {"type": "forEach", "items": expr("[1, 2, 3]"), "steps": [loop]}
    here = place(by_hand(loop))
    run = here.run()
    assert run["error"]["code"] == "run_limit"
    assert len(run["steps"]) == 12


def test_results_are_bounded(place, monkeypatch) -> None:
    """[WF16] what a step keeps is bounded, and so is what all of them keep."""
    double = {"type": "set", "variables": {"text": expr("vars.text + vars.text")}}
    start = {"type": "set", "variables": {"text": "größe" * 20}}
    monkeypatch.setattr(interpreter, "RUN_RESULTS_BYTES_MAX", 2_000)
    here = place(by_hand(start, *[double] * 8))
    run = here.run()
    assert run["error"]["code"] == "run_limit"
    assert len(run["steps"]) == 4
    monkeypatch.setattr(interpreter, "RUN_RESULTS_BYTES_MAX", limits.RUN_RESULTS_BYTES_MAX)
    monkeypatch.setattr(journal.checked_size, "__defaults__", (1_000,))
    run = here.run()
    assert run["error"]["code"] == "step_limit"


def test_definition_and_input_are_bounded(place, monkeypatch) -> None:
    """[WF16] a workflow or an input that is too long starts no run."""
    here = place(by_hand(trace("'ä'")))
    with pytest.raises(RunRefused) as caught:
        here.start(text="ü" * limits.RUN_INPUT_BYTES_MAX)
    assert caught.value.code == "run_input"
    monkeypatch.setattr(definition, "RUN_DEFINITION_BYTES_MAX", 300)
    with pytest.raises(RunRefused) as caught:
        here.start()
    assert caught.value.code == "run_size"
    assert here.workflows.runs(TENANT, ROOM) == []


def test_a_change_whose_workflow_is_too_long(place, monkeypatch) -> None:
    """[WF16] a change that would start it leaves a run that says so."""
    monkeypatch.setattr(definition, "RUN_DEFINITION_BYTES_MAX", 1_500)
    trigger = {"type": "recordCreated", "model": "Note"}
    here = place(application({"trigger": trigger, "steps": [trace(f"'{'ä' * 2_000}'")]}))
    here.create("Note", title="ü")
    [run] = here.all_ended(1)
    assert run["error"]["code"] == "run_size"
