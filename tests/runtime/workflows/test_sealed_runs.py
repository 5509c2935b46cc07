"""What runs keep is sealed on the disk."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from runtime.data.encryption import MasterKeys
from runtime.data.errors import FieldDamaged, FieldKeyMissing
from runtime.workflows.ledger import Ledger
from runtime.workflows.sealing import RunSeal
from tests.runtime.workflows.place import (
    MODELS,
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

SECRET = "Geheimnis-ßø-日本-7731"
PERSON = {
    "name": "Person",
    "fields": [
        {"name": "secret", "type": "Text", "encrypted": True},
        {"name": "copy", "type": "Text", "encrypted": True},
    ],
}


def holds(folder: Path, text: str) -> list[str]:
    """Return the files in which *text* is, as it is or as JSON escapes it."""
    escaped = json.dumps(text)[1:-1].encode()
    return sorted(
        path.name
        for path in (folder / "preview").iterdir()
        if any(form in path.read_bytes() for form in (text.encode(), escaped))
    )


def test_runs_keep_nothing_clear(place, tmp_path: Path) -> None:
    """[WF25] What a run keeps is sealed, and encrypted texts are left out of the run log."""
    steps = [
        {"name": "copy", "type": "set", "variables": {"all": expr("record.secret + '!'")}},
        {"name": "found", "type": "query", "model": "Person", "filter": expr("has(item.secret)")},
        {
            "type": "updateRecord",
            "record": expr("record.id"),
            "model": "Person",
            "values": {"copy": expr("vars.all")},
        },
        {"name": "fails", "type": "set", "variables": {"n": expr("int(record.secret)")}},
    ]
    workflow = {
        "steps": steps,
        "trigger": {"type": "recordCreated", "model": "Person"},
    }
    here = place(application(workflow, dataModels=[*MODELS, PERSON]))
    made = here.create("Person", secret=SECRET)
    [run] = here.all_ended(1)
    assert run["status"] == "failed"
    assert SECRET not in str(run)
    assert here.data.read("Person", made.id).values["copy"] == f"{SECRET}!"
    assert holds(tmp_path, SECRET) == []


def test_what_was_kept_before_is_read(place, tmp_path: Path, engine: Any) -> None:
    """[WF26] What was kept before there was a key is read as it is."""
    app = by_hand(trace("'ä'"))
    with Place(tmp_path, engine, app) as first:
        first.workflows._ledger._seal._cipher = None
        run = first.run()["id"]
    assert holds(tmp_path, "succeeded") != []
    here = place(app)
    assert here.ended(run).run.status == "succeeded"
    assert len(here.run()["steps"]) == 1


def test_moved_and_lost(place, tmp_path: Path, engine: Any) -> None:
    """[WF27] What a run keeps opens for no other run, and not without its key."""
    app = by_hand(trace("'ä'"))
    with Place(tmp_path, engine, app) as first:
        one, other = (first.run()["id"] for _ in range(2))
    with sqlite3.connect(tmp_path / "preview" / "runs.db") as connection:
        outcome = "(SELECT outcome FROM runs WHERE run = ?)"
        connection.execute(f"UPDATE runs SET outcome = {outcome} WHERE run = ?", (one, other))
    connection.close()
    here = place(app)
    assert here.workflows.read(TENANT, ROOM, one).run.status == "succeeded"
    with pytest.raises(FieldDamaged):
        here.workflows.read(TENANT, ROOM, other)
    here.__exit__()
    (tmp_path / "secrets" / "preview.key").unlink()
    here = place(app)
    with pytest.raises(FieldKeyMissing):
        here.workflows.read(TENANT, ROOM, one)


def test_interrupted_runs_go_on(place, tmp_path: Path, engine: Any) -> None:
    """[WF25] What a run keeps is sealed, and encrypted texts are left out of the run log."""
    app = service_app({"maxAttempts": 2, "initialDelay": "1500ms", "maxDelay": "1500ms"})
    with Service(503, 201) as service:
        with Place(tmp_path, engine, app, {"lager": service.address}) as first:
            run = first.start()
            service.wait_for(1)
        assert holds(tmp_path, '"positionalArgs":[{"$sealed"') != []
        here = place(app, lager=service.address)
        assert here.ended(run).run.status == "succeeded"
        assert len(service.requests) == 2


def test_orders_that_wait(tmp_path: Path) -> None:
    """[WF25] What a run keeps is sealed, and encrypted texts are left out of the run log."""
    ledger = Ledger(tmp_path / "runs.db", RunSeal(MasterKeys(tmp_path, {}).cipher("runs")))
    ledger.open()
    order = {"größe": SECRET, "huge": 10**30, "half": "\ud83d"}
    ledger.add(("t", "r"), "run", order, {"name": "ä"}, 1)
    assert ledger.waiting(("t", "r"), 1) == [("run", order)]
    ledger.close()
    content = (tmp_path / "runs.db").read_bytes()
    assert json.dumps(SECRET)[1:-1].encode() not in content
    assert SECRET.encode() not in content
