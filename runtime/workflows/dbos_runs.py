"""DBOS behind this package's own words: runs that survive the process, and what is known of them.

DBOS is one object per process with a registry of functions; it is made in ``start`` and forgotten
in ``stop``. It opens no port, speaks to nobody (no Conductor, no telemetry) and logs errors only.
What it keeps is JSON (its default is pickle, which would run whatever is written into the file).
SPEC: section WF. Called by ``durable``, which loads it when it is needed; nothing else imports
DBOS.
"""

from __future__ import annotations

import logging
import sqlite3
import threading
from collections.abc import Callable
from contextvars import Context
from pathlib import Path
from typing import Any, Final, TypeVar

from dbos import DBOS, DBOSConfig, DBOSPortableJSONSerializer, SetWorkflowID

from runtime.limits import RUNS_AT_ONCE_MAX, RUNS_STOP_S
from runtime.workflows.durable import Execute, KeptStep
from runtime.workflows.errors import RunInterrupted
from runtime.workflows.sealing import RunSeal

__all__ = ["DbosRuns"]

# Runs of an older interpreter, whose steps are not these, would have to be told apart by this.
_VERSION: Final = "1"
_EXECUTOR: Final = "preview"
_FUNCTION: Final = "run"

Answer = TypeVar("Answer")


class DbosRuns:
    """Runs on SQLite, until *stopping* is set; otherwise as ``Durable``."""

    def __init__(
        self, path: Path, execute: Execute, seal: RunSeal, stopping: threading.Event
    ) -> None:
        self._path = path
        self._execute = execute
        self._seal = seal
        self._stopping = stopping
        self._function: Callable[..., Any] | None = None
        self._active = 0
        self._idle = threading.Condition()

    def start(self) -> None:
        """Open the file, and go on with the runs that were interrupted."""
        connection = sqlite3.connect(self._path)
        # Kept in the file: readers of the run log do not wait for runs, nor runs for them.
        connection.execute("PRAGMA journal_mode=WAL")
        connection.close()
        logging.getLogger("dbos").setLevel(logging.ERROR)
        config: DBOSConfig = {
            "name": "design-rooms-preview",
            "system_database_url": f"sqlite:///{self._path}",
            "application_version": _VERSION,
            "executor_id": _EXECUTOR,
            "log_level": "ERROR",
            "console_log_level": "ERROR",
            "enable_otlp": False,
            "serializer": DBOSPortableJSONSerializer(),
            "db_engine_kwargs": {"pool_pre_ping": False},
            # Nobody waits for notifications here; the thread that looks for them ends sooner.
            "notification_listener_polling_interval_sec": 0.1,
            # Runs hold a thread each; a few more are DBOS's own.
            "max_executor_threads": RUNS_AT_ONCE_MAX * 2 + 8,
        }
        DBOS(config=config)
        # How often a run may be recovered is the ledger's business, which can say so.
        self._function = DBOS.workflow(name=_FUNCTION, max_recovery_attempts=None)(self._run_of())
        DBOS.launch()

    def stop(self) -> None:
        """Wait for the runs that are being interrupted, and close the file."""
        with self._idle:
            self._idle.wait_for(lambda: self._active == 0, RUNS_STOP_S)
        if self._function is not None:
            self._function = None
            DBOS.destroy(destroy_registry=True)

    def begin(self, run: str, order: dict[str, Any]) -> None:
        """Start a run; a run of this id that was started before stays as it is."""
        assert self._function is not None, "start comes first"
        function = self._function
        sealed = self._seal.seal(run, order)

        def start() -> None:
            if DBOS.get_workflow_status(run) is None:
                with SetWorkflowID(run):
                    DBOS.start_workflow(function, sealed)

        _outside(start)

    def steps(self, run: str) -> list[KeptStep]:
        """Return the journal of a run, in order."""
        return [
            KeptStep(
                self._seal.open(run, step["output"]),
                step["started_at_epoch_ms"] or 0,
                step["completed_at_epoch_ms"] or 0,
            )
            for step in _outside(lambda: DBOS.list_workflow_steps(run))
            if isinstance(step["output"], dict)
        ]

    def forget(self, runs: list[str]) -> None:
        """Delete runs that have ended."""
        if runs:
            _outside(lambda: DBOS.delete_workflows(runs))

    def step(self, name: str, perform: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        """See ``ports.Journal.step``; only within *execute*."""
        if self._stopping.is_set():
            raise RunInterrupted
        try:
            run = DBOS.workflow_id
            assert run is not None, "a step is within a run"
            kept = DBOS.run_step({"name": name}, lambda: self._seal.seal(run, perform()))
            return self._seal.open(run, kept)
        except Exception:
            # Once the file is closed under a step that took too long, the step never happened.
            if self._stopping.is_set():
                raise RunInterrupted from None
            raise

    def _run_of(self) -> Callable[[dict[str, Any]], dict[str, Any]]:
        # A closure and not a method: DBOS keeps the object of a method with the run's input.
        def run(order: dict[str, Any]) -> dict[str, Any]:
            run_id = DBOS.workflow_id
            assert run_id is not None
            with self._idle:
                self._active += 1
            try:
                if self._stopping.is_set():
                    raise RunInterrupted
                outcome = self._execute(run_id, self._seal.open(run_id, order))
                return self._seal.seal(run_id, outcome)
            finally:
                with self._idle:
                    self._active -= 1
                    self._idle.notify_all()

        return run


def _outside(ask: Callable[[], Answer]) -> Answer:
    """Return what *ask* returns, asked from outside any run.

    Within a run DBOS takes a question for a step of it and notes the answer, which the next life
    of the run would not ask again: listeners are called in the threads of runs.
    """
    return Context().run(ask)
