"""Expressions of workflows that cannot be meant as they are: found before anything runs."""

from __future__ import annotations

from typing import Any

import pytest

from runtime.application import Application
from runtime.expressions.checking import Checking
from runtime.expressions.engine import Engine
from runtime.parts import Fault
from runtime.workflows.checking import WorkflowChecks
from tests.runtime.workflows.place import ANNA, application, by_hand, expr, sample, trace

NOTE = {"type": "createRecord", "model": "Note", "name": "made", "values": {"title": "ä"}}
QUERY = {"type": "query", "model": "Note", "name": "found", "filter": expr("item.count > 0")}


def faults(engine: Engine, app: Application) -> list[Fault]:
    return list(WorkflowChecks(Checking(engine)).faults(app))


def on_note(*steps: Any, kind: str = "recordUpdated", when: str = "") -> Application:
    trigger: dict[str, Any] = {"type": kind, "model": "Note"}
    if when:
        trigger["when"] = expr(when)
    return application({"trigger": trigger, "steps": list(steps)})


def loop(items: str, *steps: Any, **more: Any) -> dict[str, Any]:
    return {"type": "forEach", "items": expr(items), "steps": list(steps), **more}


def keep(**variables: Any) -> dict[str, Any]:
    return {"type": "set", "name": "kept", "variables": variables}


def call(**more: Any) -> dict[str, Any]:
    return {"type": "apiCall", "name": "called", "service": "lager", "operation": "buchen", **more}


def test_the_sample_has_no_faults(engine: Engine) -> None:
    """[WF23] The expressions of the sample fit its data models and its steps."""
    assert faults(engine, sample()) == []


@pytest.mark.parametrize(
    "steps",
    [
        [trace("record.title + string(previous.count)")],
        [NOTE, trace("steps.made.output.title"), trace("steps.made.output.parent.title")],
        [QUERY, loop("steps.found.items", trace("item.title"))],
        [loop("record.children", trace("kind.title"), **{"as": "kind"})],
        [loop("input.list", trace("item.anything.at.all"))],
        [loop("[1]", trace("steps.later.output"), {**NOTE, "name": "later"})],
        [keep(x=expr("record.price"), y="ä"), trace("vars.y + string(vars.x)")],
        [keep(x=1), keep(x="ä"), trace("vars.x.anything")],
        [{"type": "set", "variables": expr("input.all")}, trace("vars.anything")],
        [{**NOTE, "onError": [trace("error.message + string(error.status)")]}],
        [{**NOTE, "compensate": [trace("error.code")]}],
        [{"type": "condition", "when": expr("has(record.price)"), "then": [trace("'ja'")]}],
        [{"type": "emitEvent", "event": "e", "data": {"n": expr("models.Note.size()")}}],
        [call(input={"n": expr("record.count")}), trace("steps.called.output.any.thing")],
        [{**QUERY, "filter": expr("item.parent == record && item.count > vars.x")}, keep(x=1)],
    ],
)
def test_what_fits(engine: Engine, steps: list[dict[str, Any]]) -> None:
    """[WF23] What a step sees at its place may be used as it is, and what cannot be told as any."""
    assert faults(engine, on_note(*steps)) == []


@pytest.mark.parametrize(
    ("steps", "path", "wrong"),
    [
        ([trace("record.titel")], ("values", "text"), "titel"),
        ([trace("previous.titel")], ("values", "text"), "titel"),
        ([trace("record.parent.titel")], ("values", "text"), "titel"),
        ([{**NOTE, "idempotencyKey": expr("rekord.id")}], ("idempotencyKey",), "rekord"),
        ([NOTE, trace("steps.mad.output")], ("values", "text"), "mad"),
        ([NOTE, trace("steps.made.outptu")], ("values", "text"), "outptu"),
        ([NOTE, trace("steps.made.output.titel")], ("values", "text"), "titel"),
        ([QUERY, loop("steps.found.items", trace("item.titel"))], ("values", "text"), "titel"),
        ([loop("record.children", trace("item.titel"))], ("values", "text"), "titel"),
        ([loop("record.kinder", trace("item.x"))], ("items",), "kinder"),
        ([loop("record.title", trace("'ä'"))], ("items",), "record.title"),
        ([{**QUERY, "filter": expr("item.titel == 'ä'")}], ("filter",), "titel"),
        ([{**QUERY, "filter": expr("item.title")}], ("filter",), "item.title"),
        ([{**QUERY, "filter": expr("models.Note.size() > 0")}], ("filter",), "models"),
        ([keep(x=expr("record.title")), trace("vars.y")], ("values", "text"), "y"),
        ([keep(x=expr("record.parent")), trace("vars.x.titel")], ("values", "text"), "titel"),
        ([keep(x={"deep": [expr("record.titel")]})], ("variables", "x", "deep", 0), "titel"),
        ([{**NOTE, "onError": [trace("error.mesage")]}], ("values", "text"), "mesage"),
        ([trace("error.message")], ("values", "text"), "error"),
        ([trace("item.title")], ("values", "text"), "item"),
        ([{"type": "condition", "when": expr("record.titel == ''")}], ("when",), "titel"),
        ([{"type": "condition", "when": expr("record.title")}], ("when",), "record.title"),
        ([{"type": "condition", "when": False, "else": [trace("a")]}], ("values", "text"), "a"),
        ([{"type": "deleteRecord", "record": expr("record.idd")}], ("record",), "idd"),
        ([{"type": "emitEvent", "data": {"n": expr("record.n")}}], ("data", "n"), "n"),
        ([call(input={"a": {"b": expr("record.n")}})], ("input", "a", "b"), "n"),
        ([trace("record.price * 0.95")], ("values", "text"), "record.price * 0.95"),
        ([trace("'ä' + ")], ("values", "text"), ""),
    ],
)
def test_what_does_not_fit(
    engine: Engine, steps: list[dict[str, Any]], path: tuple[str | int, ...], wrong: str
) -> None:
    """[WF23] A name, a field or operands that do not fit are a fault at their place."""
    [fault] = faults(engine, on_note(*steps))
    assert fault.code in ("expression_name", "expression_type", "expression_syntax")
    assert fault.path == path
    assert fault.message
    assert fault.source[fault.start : fault.end] == wrong


def test_no_record(engine: Engine) -> None:
    """[WF23] A workflow that no record starts has none to name."""
    [fault] = faults(engine, by_hand(trace("record.title")))
    assert (fault.code, fault.start, fault.end) == ("expression_name", 0, 6)


def test_headers_of_an_operation(engine: Engine) -> None:
    """[WF23] What an operation's headers read is what the calling step sees."""
    headers = {"X-Größe": expr("record.titel")}
    operation = {"name": "buchen", "method": "POST", "path": "/", "headers": headers}
    app = application(
        {"trigger": {"type": "recordCreated", "model": "Note"}, "steps": [call()]},
        connectors=[{"name": "lager", "type": "http", "operations": [operation]}],
    )
    [fault] = faults(engine, app)
    assert fault.node == app.connectors[0].operations[0].id
    assert fault.path == ("headers", "X-Größe")


@pytest.mark.parametrize(
    ("kind", "when", "code"),
    [
        ("recordUpdated", "record.titel == 'ä'", "expression_name"),
        ("recordCreated", "record.title", "expression_type"),
        ("recordDeleted", "vars.x == 1", "expression_name"),
        ("recordUpdated", "record.title == 'ä' && previous.count < record.count", ""),
    ],
)
def test_trigger(engine: Engine, kind: str, when: str, code: str) -> None:
    """[WF23] A trigger's when is held against the record and what it was before."""
    app = on_note(kind=kind, when=when)
    found = faults(engine, app)
    assert [fault.code for fault in found] == ([code] if code else [])
    assert all(fault.node == app.workflows[0].id for fault in found)
    assert all(fault.path == ("trigger", "when") for fault in found)


def test_a_step_with_a_fault_fails(place) -> None:
    """[WF24] Where the value would have been null the run says what is wrong, and where."""
    here = place(on_note({**trace("'ä' + coalesce(record.titel, 'ß')"), "name": "this"}))
    made = here.create("Note", title="Größe")
    here.data.update("Note", made.id, {"count": 1}, ANNA)
    [run] = here.all_ended(1)
    assert run["status"] == "failed"
    error = run["error"]
    assert (error["code"], error["step"]) == ("expression_name", "this")
    assert error["path"] == ["values", "text"]
    assert error["position"] == [22, 27]
    assert here.traces() == []


def test_a_fault_is_an_error_like_others(place) -> None:
    """[WF24] A step's onError sees the fault, and what was done before stays done."""
    wrong = {**trace("steps.made.outptu"), "onError": [trace("error.code")]}
    here = place(by_hand(NOTE, wrong))
    assert here.run()["status"] == "handled"
    assert here.traces() == ["expression_name"]
    assert len(here.records("Note")) == 1


def test_a_when_with_a_fault(place) -> None:
    """[WF24] It does not wait for ever in silence: each change leaves a run that says why."""
    here = place(on_note(trace("'nie'"), kind="recordCreated", when="record.titel == 'ä'"))
    here.create("Note", title="ä")
    [run] = here.all_ended(1)
    assert (run["status"], run["error"]["code"]) == ("failed", "expression_name")
    assert run["error"]["path"] == ["trigger", "when"]
    assert run["error"]["position"] == [7, 12]
    assert here.traces() == []


def test_nothing_is_checked_per_event(place, monkeypatch: pytest.MonkeyPatch) -> None:
    """[EX21] A hundred changes cost the engine the checks of one."""
    here = place(on_note(trace("record.title"), kind="recordCreated", when="record.count > 98"))
    asked: list[str] = []
    check = here.engine.check

    def counted(source: str, *rest: Any) -> Any:
        asked.append(source)
        return check(source, *rest)

    monkeypatch.setattr(here.engine, "check", counted)
    for count in range(100):
        here.create("Note", title="ä", count=count)
    here.idle()
    assert here.traces() == ["ä"]
    assert sorted(asked) == ["record.count > 98", "record.title"]
