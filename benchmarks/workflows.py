"""Benchmark of workflows: ``python -m benchmarks.workflows [--folder FOLDER]``.

The overhead of a step: what a run of many ``set`` steps takes for each, which is the note of it on
the disk, the expression, and the way between them; and of a step that updates a record. Then how
long it takes from a change of a record to the first step of the run that it triggers, and how many
short runs a room gets done in a second. The numbers depend on the disk under FOLDER.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

from collab.model.dsl import read
from collab.values import Json
from runtime.application import Application, compile_application
from runtime.connectors.connectors import Connectors
from runtime.connectors.secrets import Secrets
from runtime.data.records import Actor
from runtime.data.room import RoomData
from runtime.data.tenant import TenantData
from runtime.expressions.engine import Engine
from runtime.workflows.workflows import Workflows

__all__ = ["main"]

STEPS = 300
TRIGGERED = 50
RUNS = 100
GOAL_MS = 3.0
COMPONENT = Path(__file__).resolve().parents[1] / "web" / "dist" / "expressions.wasm"
ANNA = Actor("anna", "Anna")
TENANT, ROOM = "größe", "laden"


def application() -> Application:
    """Return an application with workflows to measure."""
    add = {"type": "set", "variables": {"n": {"expr": "input.n + 1"}}}
    constant = {"type": "set", "variables": {"n": 1}}
    update: dict[str, Json] = {
        "type": "updateRecord",
        "model": "Note",
        "record": {"expr": "input.note"},
        "values": {"count": {"expr": "steps.all.output + item"}},
    }
    # As many steps, but in loops: a definition of hundreds of steps is not what people draw.
    hundreds = {"expr": "input.items"}
    model = {
        "id": "benchmark",
        "name": "Benchmark",
        "dataModels": [{"name": "Note", "fields": [{"name": "count", "type": "Integer"}]}],
        "workflows": [
            {"name": "constant", "steps": [_each(hundreds, constant)]},
            {"name": "expression", "steps": [_each(hundreds, add)]},
            {
                "name": "update",
                "steps": [
                    {"name": "all", "type": "query", "model": "Note"},
                    _each(hundreds, update),
                ],
            },
            {"name": "short", "steps": [add, add, add]},
            {
                "name": "triggered",
                "trigger": {"type": "recordCreated", "model": "Note"},
                "steps": [constant],
            },
        ],
    }
    return compile_application(read(_text(model)))


def _each(items: Json, step: Json) -> dict[str, Json]:
    return {"type": "forEach", "items": items, "steps": [step]}


def _text(model: Mapping[str, Json]) -> str:
    return json.dumps({"application": model}, ensure_ascii=False)


def wait_for(workflows: Workflows, runs: Sequence[str]) -> None:
    """Return when all *runs* have ended well; looks rarely, so as not to be what is measured."""
    while True:
        found = [item for item in workflows.runs(TENANT, ROOM, limit=100) if item.id in runs]
        if len(found) == len(runs) and all(item.ended_ms is not None for item in found):
            assert {item.status for item in found} == {"succeeded"}, found
            return
        time.sleep(0.02)


def percentile(times: Sequence[float], share: float) -> float:
    """Return in milliseconds what *share* of *times* (seconds) stay below."""
    return sorted(times)[int(share * (len(times) - 1))] * 1_000


def measure_steps(workflows: Workflows, note: str) -> None:
    """Print what a step takes, from the times between the notes of a run's steps."""
    for name in ("constant", "expression", "update"):
        given: dict[str, Any] = {"n": 1, "note": note, "items": list(range(STEPS))}
        processor = time.process_time()
        run = workflows.run(TENANT, ROOM, name, given, ANNA)
        wait_for(workflows, [run])
        processor = time.process_time() - processor
        times = _step_times(workflows, run)
        goal = f"   (goal {GOAL_MS} ms)" if name != "update" else ""
        print(
            f"a step, {name:11} p50 {percentile(times, 0.5):6.2f} ms"
            f"   p95 {percentile(times, 0.95):6.2f} ms"
            f"   of CPU {processor / STEPS * 1_000:5.2f} ms{goal}"
        )


def _step_times(workflows: Workflows, run: str) -> list[float]:
    steps = workflows.read(TENANT, ROOM, run).steps
    ends = [datetime.fromisoformat(step["endedAt"]).timestamp() for step in steps]
    return [later - earlier for earlier, later in pairwise(ends)]


def measure_triggers(workflows: Workflows, data: RoomData) -> None:
    """Print the time from a commit to the first note of the run that it triggers."""
    told = threading.Condition()
    begun: set[str] = set()

    def on_run(tenant: str, room: str, run: str) -> None:
        if run not in begun and workflows.read(tenant, room, run).steps:
            with told:
                begun.add(run)
                told.notify()

    stop = workflows.listen(on_run)
    times = []
    for number in range(TRIGGERED):
        start = time.perf_counter()
        data.create("Note", {"count": number}, ANNA)
        with told:
            assert told.wait_for(lambda: len(begun) > len(times), 10)
        times.append(time.perf_counter() - start)
    stop()
    print(
        f"change to first step   p50 {percentile(times, 0.5):6.1f} ms"
        f"   p95 {percentile(times, 0.95):6.1f} ms"
    )


def measure_runs(workflows: Workflows) -> None:
    """Print how many runs of three steps a room gets done in a second."""
    start = time.perf_counter()
    runs = [workflows.run(TENANT, ROOM, "short", {"n": 1}, ANNA) for _ in range(RUNS)]
    wait_for(workflows, runs)
    seconds = time.perf_counter() - start
    print(f"runs of three steps    {RUNS / seconds:6.0f} a second in one room")


def measure_idle() -> None:
    """Print what waiting costs."""
    before = time.process_time()
    time.sleep(3)
    print(f"nothing to do          {(time.process_time() - before) / 3 * 100:6.2f} % of a core")


def main(folder: Path) -> None:
    engine = Engine(COMPONENT, cache=folder)
    tenant = TenantData(folder / "tenant.db", engine)
    tenant.open()
    data = tenant.room(ROOM)
    data.adopt(application())
    connectors = Connectors(engine, {}, Secrets(folder, {}))
    workflows = Workflows(folder, engine, connectors, lambda *_: data)
    workflows.start()
    workflows.attach(TENANT, ROOM, data)
    try:
        note = data.create("Note", {"count": 1}, ANNA)
        measure_steps(workflows, note.id)
        measure_triggers(workflows, data)
        measure_runs(workflows)
        measure_idle()
    finally:
        workflows.stop()
        tenant.close()
        engine.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, help="where to put the files (default: temporary)")
    with tempfile.TemporaryDirectory(dir=parser.parse_args().folder) as temporary:
        main(Path(temporary))
