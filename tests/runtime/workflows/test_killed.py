"""Processes that are killed with kill -9, and what the next one makes of it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from tests.runtime.workflows.place import ROOT
from tests.runtime.workflows.service import Service

_MODULE = "tests.runtime.workflows.child"


class Child:
    """One life of the process."""

    def __init__(self, folder: Path, address: str, **plan: Any) -> None:
        plan = {"notes": [], **plan}
        self._process = subprocess.Popen(
            [sys.executable, "-m", _MODULE, folder, address, json.dumps(plan)],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        )

    def events(self) -> Iterator[list[Any]]:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if line.startswith("["):
                yield json.loads(line)

    def kill_when(self, *event: Any) -> None:
        """Kill it when it tells *event*."""
        for found in self.events():
            if found == list(event):
                self.kill()
                return
        raise AssertionError("it ended before that")

    def kill(self) -> None:
        os.kill(self._process.pid, signal.SIGKILL)
        assert self._process.wait(20) == -signal.SIGKILL

    def is_killed(self) -> None:
        """Return when it has killed itself."""
        list(self.events())
        assert self._process.wait(60) == -signal.SIGKILL

    def end(self) -> tuple[list[dict[str, Any]], dict[str, list[dict[str, Any]]]]:
        """Return the runs and the records at its end."""
        [(_, runs, records)] = [event for event in self.events() if event[0] == "end"]
        assert self._process.wait(20) == 0
        return runs, records


def test_killed_between_attempts(tmp_path: Path) -> None:
    """[WF13] the attempts that are missing are made, at the time that was set, with one key."""
    with Service(503, 503, (201, {"ü": 1}, {})) as service:
        first = Child(tmp_path, service.address, app="call", run=[])
        first.kill_when("run", "running", [1])
        assert len(service.requests) == 1
        second = Child(tmp_path, service.address, app="call")
        second.kill_when("run", "running", [2])
        assert len(service.requests) == 2
        [run], records = Child(tmp_path, service.address, app="call").end()
        assert len(service.requests) == 3
        assert len(set(service.keys)) == 1
        times = [request["at"] for request in service.requests]
    assert run["status"] == "succeeded"
    attempts = run["steps"][0]["attempts"]
    assert [attempt["status"] for attempt in attempts] == [503, 503, 201]
    assert [attempt["delayMs"] for attempt in attempts] == [2_000, 2_000, None]
    due = [datetime.fromisoformat(attempt["nextAt"]).timestamp() for attempt in attempts[:2]]
    assert times[1] >= due[0] - 0.002
    assert times[2] >= due[1] - 0.002
    assert [item["text"] for item in records["Trace"]] == ["done 201"]


def test_killed_within_an_attempt(tmp_path: Path) -> None:
    """[WF13] an attempt whose answer nobody kept is made again, with the same key."""
    never = threading.Event()

    def silent() -> int:
        never.wait(30)
        return 200

    with Service(503, silent, 201) as service:
        first = Child(tmp_path, service.address, app="call", run=[])
        service.wait_for(2)
        first.kill()
        [run], _ = Child(tmp_path, service.address, app="call").end()
        never.set()
        assert len(service.requests) == 3
        assert len(set(service.keys)) == 1
    assert [attempt["status"] for attempt in run["steps"][0]["attempts"]] == [503, 201]


@pytest.mark.parametrize("kill", ["Note:updated", "Note:deleted", "Trace:created"])
def test_killed_between_commit_and_note(tmp_path: Path, kill: str) -> None:
    """[WF3] a change that was committed, but not noted, is not made again."""
    plan: dict[str, Any] = {"app": "changing", "notes": ["ä", "weg"], "run": ["note", "gone"]}
    Child(tmp_path, "http://127.0.0.1:9", kill=f"commit:{kill}", **plan).is_killed()
    [run], records = Child(tmp_path, "http://127.0.0.1:9", app="changing").end()
    assert run["status"] == "succeeded"
    assert [item["text"] for item in records["Trace"]] == ["first ä", "last"]
    [note] = records["Note"]
    assert (note["title"], note["count"], note["version"]) == ("ä", 3, 2)
    assert len(run["steps"]) == 5


@pytest.mark.parametrize("kill", ["commit:Note:created", "taken", "commit:Trace:created"])
def test_killed_between_change_and_run(tmp_path: Path, kill: str) -> None:
    """[WF14] a change whose runs were not started, or not noted as started, starts each once."""
    plan = {"app": "triggered", "notes": ["é"], "kill": kill}
    Child(tmp_path, "http://127.0.0.1:9", **plan).is_killed()
    runs, records = Child(tmp_path, "http://127.0.0.1:9", app="triggered").end()
    assert sorted(run["name"] for run in runs) == ["w0", "w1"]
    assert {run["status"] for run in runs} == {"succeeded"}
    assert sorted(item["text"] for item in records["Trace"]) == ["one é", "two é"]
