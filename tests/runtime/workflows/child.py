"""A process that is killed: ``python -m tests.runtime.workflows.child FOLDER ADDRESS PLAN``.

It opens a place in FOLDER, does what PLAN (JSON) says, tells on standard output what happens (one
JSON array a line) and ends when every run has ended. ``kill`` names where it kills itself.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
from pathlib import Path
from typing import Any

from runtime.data.records import RecordChange
from tests.runtime.workflows.place import (
    ANNA,
    ROOM,
    TENANT,
    Place,
    application,
    by_hand,
    engine_of_tests,
    expr,
    service_app,
    trace,
)

CALL = {"maxAttempts": 4, "backoff": "constant", "initialDelay": "2s", "maxDelay": "2s"}


def changing() -> Any:
    """A run that creates, changes and deletes, each of which must happen once."""
    counted = {
        "type": "updateRecord",
        "model": "Note",
        "record": expr("input.note"),
        "values": {"count": expr("steps.found.items.map(n, n.count).sum() + 1")},
    }
    found = {"name": "found", "type": "query", "model": "Note"}
    return by_hand(
        trace("'first ä'"),
        found,
        counted,
        {"type": "deleteRecord", "model": "Note", "record": expr("input.gone")},
        trace("'last'"),
    )


def triggered() -> Any:
    """Two workflows that a new Note starts, of which one changes it."""
    trigger = {"type": "recordCreated", "model": "Note"}
    return application(
        {"trigger": trigger, "steps": [trace("'one ' + record.title")]},
        {"trigger": trigger, "steps": [trace("'two ' + record.title")]},
    )


APPS = {"call": lambda: service_app(CALL), "changing": changing, "triggered": triggered}


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)
    threading.Event().wait()


def arm(place: Place, kill: str) -> None:
    """Kill this process where *kill* says."""
    if kill.startswith("commit:"):
        model, kind = kill.split(":")[1:]

        def on_changes(changes: Any) -> None:
            for change in changes:
                assert isinstance(change, RecordChange)
                name = place.data.application.model(change.model).name
                by_workflow = change.actor.user.startswith("workflow:")
                if (name, str(change.kind)) == (model, kind) and (by_workflow or kind == "created"):
                    die()

        place.data.listen(on_changes)
    elif kill == "taken":
        place.data.taken = lambda numbers: die()  # type: ignore[method-assign]


def tell(*what: Any) -> None:
    # In one piece: runs tell from their own threads.
    os.write(1, json.dumps(what).encode() + b"\n")


def main() -> None:
    folder, address, text = Path(sys.argv[1]), sys.argv[2], sys.argv[3]
    plan = json.loads(text)
    with engine_of_tests() as engine:
        place = Place(folder, engine, APPS[plan["app"]](), {"lager": address})

        def on_run(tenant: str, room: str, run: str) -> None:
            detail = place.workflows.read(tenant, room, run).to_json()
            tell("run", detail["status"], [len(step["attempts"]) for step in detail["steps"]])

        place.workflows.listen(on_run)
        arm(place, plan.get("kill", ""))
        with place:
            tell("ready")
            notes = [place.create("Note", title=title, count=1).id for title in plan["notes"]]
            if "run" in plan:
                place.workflows.run(
                    TENANT, ROOM, "w0", dict(zip(plan["run"], notes, strict=True)), ANNA
                )
            place.idle()
            runs = [run.to_json() for run in place.workflows.runs(TENANT, ROOM)]
            details = [place.workflows.read(TENANT, ROOM, run["id"]).to_json() for run in runs]
            records = {
                model: [
                    {
                        "version": record.version,
                        **{name: value for name, value in record.values.items() if name != "price"},
                    }
                    for record in place.records(model)
                ]
                for model in ("Note", "Trace")
                if place.data.application.model(model)
            }
            tell("end", details, records)


if __name__ == "__main__":
    main()
