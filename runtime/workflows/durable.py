"""Runs that survive the process.

What keeps them, DBOS with all that it imports, takes as long to load as the rest of the preview
does. So it is loaded once there is something to keep: a file of runs, or an application that has
workflows. SPEC: section WF. Called by ``workflows``, ``starter`` and ``log``.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from runtime.workflows.errors import RunInterrupted
from runtime.workflows.sealing import RunSeal

if TYPE_CHECKING:
    from runtime.workflows.dbos_runs import DbosRuns

__all__ = ["Durable", "Execute", "KeptStep"]

Execute = Callable[[str, dict[str, Any]], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class KeptStep:
    """One entry of a run's journal."""

    entry: dict[str, Any]
    started_ms: int
    ended_ms: int


class Durable:
    """Runs on SQLite. *execute* is given a run's id and order, and carries it out.

    Orders, results and outcomes are kept as *seal* seals them.
    """

    def __init__(self, path: Path, execute: Execute, seal: RunSeal) -> None:
        self._path = path
        self._execute = execute
        self._seal = seal
        self._stopping = threading.Event()
        self._is_started = False
        self._opened: DbosRuns | None = None
        self._opening = threading.Lock()

    def start(self) -> None:
        """Go on with the runs that were interrupted; where there is no file there are none."""
        self._stopping.clear()
        self._is_started = True
        if self._path.exists():
            self._open()

    def prepare(self) -> None:
        """Load what keeps runs, in a thread of its own: the first run is not to wait for it."""
        if self._opened is None and self._is_started:
            threading.Thread(target=self._open, name="workflows", daemon=True).start()

    def stop(self) -> None:
        """Interrupt the runs, which go on after the next ``start``, and close the file."""
        self._stopping.set()
        with self._opening:
            self._is_started = False
        if self._opened is not None:
            # Runs that are ending ask for it still.
            self._opened.stop()
            self._opened = None

    def begin(self, run: str, order: dict[str, Any]) -> None:
        """Start a run; a run of this id that was started before stays as it is."""
        self._required().begin(run, order)

    def steps(self, run: str) -> list[KeptStep]:
        """Return the journal of a run, in order."""
        return self._required().steps(run)

    def forget(self, runs: list[str]) -> None:
        """Delete runs that have ended."""
        if runs:
            self._required().forget(runs)

    def step(self, name: str, perform: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        """See ``ports.Journal.step``; only within *execute*."""
        if self._stopping.is_set():
            raise RunInterrupted
        return self._required().step(name, perform)

    def wait(self, due_ms: int, at_most_ms: int) -> None:
        """See ``ports.Journal.wait``."""
        # A clock that was put back must not make the delay longer than it was to be.
        delay_ms = min(due_ms - time.time() * 1_000, at_most_ms)
        self.pause(max(delay_ms, 0) / 1_000)

    def pause(self, seconds: float) -> None:
        """Wait without keeping it, or raise ``RunInterrupted``."""
        if self._stopping.wait(seconds):
            raise RunInterrupted

    def _required(self) -> DbosRuns:
        opened = self._open()
        if opened is None:
            raise RunInterrupted
        return opened

    def _open(self) -> DbosRuns | None:
        """Return what keeps the runs; None once the process stops."""
        with self._opening:
            if self._opened is None and self._is_started:
                from runtime.workflows.dbos_runs import DbosRuns  # Late: see the top.

                opened = DbosRuns(self._path, self._execute, self._seal, self._stopping)
                opened.start()
                self._opened = opened
            return self._opened
