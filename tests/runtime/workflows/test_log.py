"""The run log, listeners, stopping, and the machinery beneath."""

from __future__ import annotations

import sqlite3
import threading
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from dbos import DBOS
from hypothesis import given
from hypothesis import strategies as st

from runtime.connectors.answer import Answer
from runtime.data.records import Record
from runtime.expressions.values import RecordValue
from runtime.limits import RUN_LIVES_MAX, RUN_LOG_BYTES_MAX
from runtime.workflows import workflows as workflows_module
from runtime.workflows.errors import RunNotFound
from runtime.workflows.journal import decode, encode, plain
from tests.runtime.workflows.place import (
    ANNA,
    ROOM,
    TENANT,
    Place,
    application,
    by_hand,
    expr,
    service_app,
    trace,
)
from tests.runtime.workflows.service import Service

MOMENT = datetime(2026, 11, 22, 9, 0, 0, 123000, tzinfo=UTC)
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=8)
    | st.decimals(allow_nan=False, allow_infinity=False)
    | st.datetimes(timezones=st.just(UTC))
    | st.timedeltas()
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(max_size=4) | st.just("$decimal"), inner, max_size=2)
        | st.builds(
            RecordValue,
            st.text(max_size=4),
            st.just("mödel"),
            st.dictionaries(st.text(max_size=3), inner, max_size=2),
        )
    ),
    max_leaves=8,
)


@given(VALUES)
def test_values_are_kept(value: Any) -> None:
    """[WF2] what a run keeps is the same when it goes on, of the same type."""
    kept = decode(encode(value))
    assert kept == value
    assert type(kept) is type(value)


def test_records_are_kept() -> None:
    """[WF2] a record is kept whole."""
    record = Record("m", "ä", 3, MOMENT, MOMENT, "änna", {"price": Decimal("1.50"), "on": MOMENT})
    assert decode(encode(record)) == record
    assert encode({"$map": {"$time": 1}}) == {"$map": {"$map": {"$map": {"$time": 1}}}}
    with pytest.raises(TypeError):
        encode({"a": {1, 2}})


def test_plain_values() -> None:
    """[WF18] values are shown, and sent, as on the wire."""
    value = {
        "a": [Decimal("1.50"), MOMENT, timedelta(seconds=90)],
        "b": RecordValue("ü", "m", {"x": 1}),
    }
    assert plain(value) == {"a": ["1.50", "2026-11-22T09:00:00.123Z", "90s"], "b": "ü"}


def test_personal_data_is_left_out(place) -> None:
    """[WF18] values of fields that are personal data are in no part of the log."""
    address = "anna@example.com"
    app = application(
        {
            "trigger": {"type": "recordCreated", "model": "Note"},
            "steps": [
                {
                    "name": "made",
                    "type": "set",
                    "variables": {
                        "who": expr("record.email"),
                        "text": expr("'an ' + record.email"),
                    },
                },
                {
                    "type": "createRecord",
                    "model": "Trace",
                    "values": {"text": expr("vars.who"), "größe": expr("vars.text")},
                },
            ],
        }
    )
    here = place(app)
    here.create("Note", title="ä", email=address)
    [run] = here.all_ended(1)
    assert run["status"] == "failed"
    assert address not in str(run)
    assert run["steps"][0]["output"] == {"who": "•••", "text": "an •••"}


def test_long_values_are_cut(place) -> None:
    """[WF18] what is too long to be shown is cut."""
    here = place(by_hand({"type": "set", "variables": {"a": expr("input.text")}}))
    run = here.run(text="ü" * RUN_LOG_BYTES_MAX)
    shown = run["steps"][0]["output"]
    assert isinstance(shown, str)
    assert shown.endswith("…")
    assert len(shown.encode()) <= RUN_LOG_BYTES_MAX + 3


def test_pages_of_runs(place) -> None:
    """[WF18] runs are listed with the newest first, page by page."""
    here = place(by_hand(trace("'ä'")))
    runs = [here.run()["id"] for _ in range(5)]
    newest = runs[::-1]
    found = [run.id for run in here.workflows.runs(TENANT, ROOM, limit=2)]
    assert found == newest[:2]
    found = [run.id for run in here.workflows.runs(TENANT, ROOM, limit=2, before=found[-1])]
    assert found == newest[2:4]
    assert [run.id for run in here.workflows.runs(TENANT, ROOM, limit=-1)] == newest[:1]
    first = here.workflows.runs(TENANT, ROOM)[-1].to_json()
    assert first["trigger"] == {"kind": "manual", "actor": "Änna", "depth": 0}
    assert first["startedAt"] <= first["endedAt"]


def test_runs_of_others(place) -> None:
    """[WF18] a run of another room or tenant is not found, nor is nonsense."""
    here = place(by_hand(trace("'ä'")))
    run = here.run()["id"]
    for tenant, room in ((TENANT, "küche"), ("andere", ROOM), ("", ROOM)):
        assert here.workflows.runs(tenant, room) == []
        assert here.workflows.runs(tenant, room, before=run) == []
        with pytest.raises(RunNotFound):
            here.workflows.read(tenant, room, run)
    with pytest.raises(RunNotFound):
        here.workflows.read(TENANT, ROOM, "é' OR 1=1")


def test_old_runs_are_forgotten(place, monkeypatch) -> None:
    """[WF18] the log keeps so many runs, and nothing of the others stays."""
    monkeypatch.setattr(workflows_module, "RUNS_KEPT_PER_ROOM", 2)
    monkeypatch.setattr(workflows_module, "RUNS_FORGOTTEN_EVERY", 1)
    here = place(by_hand(trace("'ä'")))
    runs = [here.run()["id"] for _ in range(4)]
    assert {run.id for run in here.workflows.runs(TENANT, ROOM)} <= set(runs[-3:])
    assert DBOS.list_workflow_steps(runs[0]) == []


def test_listeners(place) -> None:
    """[WF19] listeners are told of a run's beginning, of each step and of its end."""
    here = place(by_hand(trace("'ä'"), trace("'ö'")))
    run = here.start()
    here.ended(run)
    here.run()
    mine = [told for _, told in here.told if told == run]
    assert len(mine) == 5
    seen: list[str] = []
    stop = here.workflows.listen(lambda tenant, room, run: seen.append(run))
    other = here.run()["id"]
    stop()
    here.run()
    assert set(seen) == {other}


def test_a_run_that_is_stopped_goes_on(place, tmp_path: Path, engine) -> None:
    """[WF21] stopping ends what waits for its next attempt at once; it goes on afterwards."""
    policy = {"maxAttempts": 2, "initialDelay": "1500ms", "maxDelay": "1500ms"}
    app = service_app(policy)
    with Service(503, 201) as service:
        with Place(tmp_path, engine, app, {"lager": service.address}) as first:
            run = first.start()
            service.wait_for(1)
            while len(first.told) < 4:
                threading.Event().wait(0.01)
        detail_before = len(service.requests)
        here = place(app, lager=service.address)
        assert here.ended(run).run.status == "succeeded"
        assert (detail_before, len(service.requests)) == (1, 2)
        assert len(set(service.keys)) == 1


def test_a_run_that_ends_the_process_is_given_up(place, tmp_path: Path, engine) -> None:
    """[WF21] a run that was under way too often when the process ended is not tried again."""
    app = service_app({"maxAttempts": 2, "initialDelay": "1500ms", "maxDelay": "1500ms"})
    with Service(503) as service:
        with Place(tmp_path, engine, app, {"lager": service.address}) as first:
            run = first.start()
            service.wait_for(1)
        with sqlite3.connect(tmp_path / "preview" / "runs.db") as connection:
            connection.execute("UPDATE runs SET lives = ?", (RUN_LIVES_MAX,))
        connection.close()
        here = place(app, lager=service.address)
        detail = here.ended(run)
    assert detail.run.error is not None
    assert detail.run.error["code"] == "run_given_up"


def test_our_own_mistakes(place, monkeypatch) -> None:
    """[WF21] a mistake of the preview ends the run that met it, and says so."""

    def broken(*_: Any) -> Answer:
        raise ZeroDivisionError("größe")

    here = place(service_app())
    monkeypatch.setattr("runtime.connectors.connectors.Connectors.call", broken)
    run = here.run()
    assert (run["status"], run["error"]["code"]) == ("failed", "internal")
    assert "größe" not in str(run)


def test_the_machinery_keeps_json(place, tmp_path: Path) -> None:
    """[WF22] nothing in the files is pickled, and everything is in WAL mode."""
    here = place(by_hand(trace("'ä'"), {"type": "set", "variables": {"n": expr("decimal('1.5')")}}))
    here.run()
    for name in ("workflows.db", "runs.db"):
        connection = sqlite3.connect(tmp_path / "preview" / name)
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        connection.close()
    connection = sqlite3.connect(tmp_path / "preview" / "workflows.db")
    kinds = set(connection.execute("SELECT serialization FROM workflow_status").fetchall())
    kinds |= set(connection.execute("SELECT serialization FROM operation_outputs").fetchall())
    connection.close()
    assert kinds == {("portable_json",)}


def test_the_machinery_is_quiet(place, capfd) -> None:
    """[WF22] it listens to no port, and prints nothing."""
    here = place(by_hand(trace("'ä'")))
    here.run()
    listening = [
        line
        for table in ("tcp", "tcp6")
        for line in Path(f"/proc/self/net/{table}").read_text().splitlines()[1:]
        if line.split()[3] == "0A" and line.split()[9] in _inodes()
    ]
    assert listening == []
    assert "dbos" not in "".join(capfd.readouterr()).lower()


def _inodes() -> set[str]:
    found = set()
    for link in Path("/proc/self/fd").iterdir():
        try:
            target = str(link.readlink())
        except OSError:
            continue
        if target.startswith("socket:["):
            found.add(target[8:-1])
    return found


def test_actor_of_a_workflow(place) -> None:
    """[WF4] what a workflow makes is by the workflow."""
    here = place(by_hand(trace("'ä'")))
    here.create("Trace", text="by hand")
    here.run()
    assert [record.created_by for record in here.records("Trace")] == ["anna", "workflow:w0"]
    assert ANNA.user == "anna"
