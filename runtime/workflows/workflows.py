"""The workflows of all rooms: the door to everything in this package. SPEC: section WF.

Synchronous and thread-safe: callers are worker threads. One object per process, because DBOS is.
Made by ``main``; called by the runtime's doors.
"""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import structlog

from runtime.application import Application
from runtime.connectors.connectors import Connectors
from runtime.data.encryption import Cipher
from runtime.data.records import Actor, RecordChange
from runtime.data.room import RoomData
from runtime.errors import PreviewError, PreviewNotFound
from runtime.expressions.checking import Checking
from runtime.expressions.engine import Engine
from runtime.limits import (
    ROOM_WAIT_PAUSE_S,
    ROOM_WAIT_S,
    RUN_INPUT_BYTES_MAX,
    RUN_LIVES_MAX,
    RUNS_FORGOTTEN_EVERY,
    RUNS_KEPT_PER_ROOM,
)
from runtime.parts import Fault
from runtime.reading import reference
from runtime.workflows.checking import WorkflowChecks
from runtime.workflows.definition import Order, Origin
from runtime.workflows.durable import Durable
from runtime.workflows.errors import RunInterrupted, RunNotFound, RunRefused, StepFault
from runtime.workflows.interpreter import Interpreter, Surroundings
from runtime.workflows.journal import checked_size, encode
from runtime.workflows.ledger import Ledger
from runtime.workflows.log import Run, RunDetail, RunLog
from runtime.workflows.sealing import RunSeal
from runtime.workflows.starter import Starter, derived_id, room_prefix
from runtime.workflows.triggers import orders_of_event, triggers_of

__all__ = ["Workflows"]

_log = structlog.get_logger()

Room = tuple[str, str]
# Called with tenant, room and run whenever a run begins, gets on or ends, in the run's thread.
Listener = Callable[[str, str, str], None]


class Workflows:
    """Runs workflows. ``start`` before use, ``stop`` at the end.

    *directory* holds ``workflows.db`` and ``runs.db``. *open_room* gives the data of a tenant's
    room, opening it if need be; it may raise ``PreviewNotFound`` for a room that is gone and any
    other ``PreviewError`` for one that is not there yet.
    """

    def __init__(
        self,
        directory: Path,
        engine: Engine,
        connectors: Connectors,
        open_room: Callable[[str, str], RoomData],
        checking: Checking,
        *,
        cipher: Cipher | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._directory = directory
        self._engine = engine
        self._checks = WorkflowChecks(checking)
        self._connectors = connectors
        self._open_room = open_room
        self._clock = clock
        self._lock = threading.Lock()
        self._rooms: dict[Room, tuple[RoomData, Callable[[], None]]] = {}
        self._listeners: list[Listener] = []
        self._ended: dict[Room, int] = {}
        seal = RunSeal(cipher)
        self._durable = Durable(directory / "workflows.db", self._execute, seal)
        self._ledger = Ledger(directory / "runs.db", seal)
        self._starter = Starter(
            engine, self._checks, self._durable, self._ledger, self._find_room, clock
        )
        self._run_log = RunLog(self._durable, self._ledger)

    def start(self) -> None:
        """Open the files and go on with what was interrupted."""
        self._directory.mkdir(parents=True, exist_ok=True)
        self._connectors.start()
        self._ledger.open()
        self._durable.start()
        self._starter.start()

    def stop(self) -> None:
        """Interrupt all runs, which go on after the next ``start``, and close the files."""
        with self._lock:
            rooms = list(self._rooms)
        for tenant, room in rooms:
            self.detach(tenant, room)
        self._starter.stop()
        self._durable.stop()
        self._ledger.close()
        self._connectors.stop()

    # --- rooms --------------------------------------------------------------------------------

    def attach(self, tenant: str, room: str, data: RoomData) -> None:
        """Look after a room that is open: call it again whenever its application has changed."""
        key = (tenant, room)
        data.triggers = triggers_of(data.application)
        with self._lock:
            known = self._rooms.get(key)
            if known is None or known[0] is not data:
                if known is not None:
                    known[1]()
                self._rooms[key] = (data, data.listen(partial(self._on_changes, key)))
        if data.application.workflows:
            self._durable.prepare()
        self._starter.wake(key)

    def detach(self, tenant: str, room: str) -> None:
        """Leave a room that is being closed; its changes wait in its outbox."""
        with self._lock:
            known = self._rooms.pop((tenant, room), None)
        if known is not None:
            known[1]()

    def faults(self, application: Application) -> Iterator[Fault]:
        """Yield what is wrong with the expressions of the application's workflows."""
        return self._checks.faults(application)

    # --- runs ---------------------------------------------------------------------------------

    def run(
        self, tenant: str, room: str, workflow: str, input: Mapping[str, Any], actor: Actor
    ) -> str:
        """Start a workflow (its id or name) by hand and return the run's id.

        *input* is JSON or Values, and is ``input`` in expressions. If the workflow has a record
        trigger and ``input`` names a ``record`` by its id, that is ``record``. Raises
        ``RunNotFound`` (no such workflow), ``RunRefused``, ``RunsBusy``, and what *open_room* does.
        """
        data = self._room((tenant, room))
        found = data.application.workflow(workflow)
        if found is None:
            raise RunNotFound(f"there is no workflow {workflow!r}")
        try:
            checked_size(encode(input), RUN_INPUT_BYTES_MAX)
        except (StepFault, TypeError) as error:
            raise RunRefused(f"the input cannot be kept: {error}", code="run_input") from None
        record = input.get("record")
        model = reference(found.trigger.get("model"))
        origin = Origin(
            "manual",
            actor.name or actor.user,
            model=model if isinstance(record, str) else "",
            record=record if isinstance(record, str) and model else "",
        )
        order = Order.of(tenant, room, found, data.application, origin, input=input)
        run = room_prefix(tenant, room) + secrets.token_hex(16)
        self._starter.begin(order, run)
        self._tell(tenant, room, run)
        return run

    def runs(
        self, tenant: str, room: str, *, limit: int = 50, before: str | None = None
    ) -> list[Run]:
        """Return a room's runs, the newest first, after the run *before* if that is given."""
        return self._run_log.runs(tenant, room, limit, before)

    def read(self, tenant: str, room: str, run: str) -> RunDetail:
        """Return a run with its steps. Raises ``RunNotFound``, also for a run of another room."""
        return self._run_log.read(tenant, room, run)

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Call *listener* with tenant, room and run when a run gets on; returns how to stop.

        It is called in the threads of runs and must not block.
        """
        with self._lock:
            self._listeners = [*self._listeners, listener]

        def stop() -> None:
            with self._lock:
                self._listeners = [item for item in self._listeners if item is not listener]

        return stop

    # --- carrying out -------------------------------------------------------------------------

    def _execute(self, run: str, raw: dict[str, Any]) -> dict[str, Any]:
        order = Order.from_json(raw)
        room = (order.tenant, order.room)
        self._starter.resume(room, run)
        try:
            lives = self._ledger.live(run)
            self._tell(*room, run)
            outcome = self._given_up() if lives > RUN_LIVES_MAX else self._carry_out(order, run)
        except RunInterrupted:
            self._starter.end(room, run)
            raise
        except Exception:  # noqa: BLE001
            # Our own mistake: the run ends with it, its room and the others go on.
            _log.exception("run.broken", room=order.room, workflow=order.workflow.name)
            outcome = _failed(StepFault("internal", "the preview made a mistake in this run"))
        self._end(room, run, outcome)
        return outcome

    def _carry_out(self, order: Order, run: str) -> dict[str, Any]:
        try:
            data = self._room_in_time((order.tenant, order.room))
        except PreviewError as error:
            return _failed(
                StepFault("room_unavailable", f"the room cannot be opened: {error.message}")
            )
        around = Surroundings(
            self._engine,
            self._checks,
            data,
            self._connectors,
            lambda event, values, key: self._emit(order, data, event, values, key),
            self._clock,
        )
        journal = _RunJournal(run, self._durable, partial(self._tell, *(order.tenant, order.room)))
        return Interpreter(order, journal, around).run()

    def _emit(
        self, order: Order, data: RoomData, event: str, values: Mapping[str, Any], key: str
    ) -> None:
        for started in orders_of_event(order, data.application, event, values):
            run = derived_id(order.tenant, order.room, "event", key, started.workflow.id)
            self._starter.begin(started, run)

    def _end(self, room: Room, run: str, outcome: dict[str, Any]) -> None:
        self._ledger.end(run, outcome, round(self._clock() * 1_000))
        self._starter.end(room, run)
        self._tell(*room, run)
        with self._lock:
            ended = self._ended[room] = self._ended.get(room, 0) + 1
        if ended % RUNS_FORGOTTEN_EVERY == 0:
            self._durable.forget(self._ledger.forget(room, RUNS_KEPT_PER_ROOM))

    def _given_up(self) -> dict[str, Any]:
        return _failed(
            StepFault("run_given_up", "the preview ended too often while this run was under way")
        )

    # --- rooms and listeners ------------------------------------------------------------------

    def _find_room(self, room: Room) -> RoomData | None:
        with self._lock:
            known = self._rooms.get(room)
        return known[0] if known else None

    def _room(self, room: Room) -> RoomData:
        data = self._find_room(room)
        if data is None:
            data = self._open_room(*room)
            self.attach(*room, data)
        return data

    def _room_in_time(self, room: Room) -> RoomData:
        """Return the room's data, waiting for it: after a restart the server may not be there."""
        deadline = time.monotonic() + ROOM_WAIT_S
        while True:
            try:
                return self._room(room)
            except PreviewNotFound:
                raise
            except PreviewError:
                if time.monotonic() >= deadline:
                    raise
            self._durable.pause(ROOM_WAIT_PAUSE_S)

    def _on_changes(self, room: Room, changes: object) -> None:
        assert isinstance(changes, list | tuple)
        if any(isinstance(change, RecordChange) and change.number for change in changes):
            self._starter.wake(room)

    def _tell(self, tenant: str, room: str, run: str) -> None:
        with self._lock:
            listeners = self._listeners
        for listener in listeners:
            try:
                listener(tenant, room, run)
            except Exception:  # noqa: BLE001
                # Who watches a run must not end it.
                _log.exception("run.listener", room=room)


class _RunJournal:
    """One run's journal; *tell* is called with the run's id after each step that was done now."""

    def __init__(self, run: str, durable: Durable, tell: Callable[[str], None]) -> None:
        self.run = run
        self._durable = durable
        self._tell = tell

    def step(self, name: str, perform: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        is_new = False

        def once() -> dict[str, Any]:
            nonlocal is_new
            is_new = True
            return perform()

        entry = self._durable.step(name, once)
        if is_new:
            self._tell(self.run)
        return entry

    def wait(self, due_ms: int, at_most_ms: int) -> None:
        self._durable.wait(due_ms, at_most_ms)


def _failed(fault: StepFault) -> dict[str, Any]:
    return {"status": "failed", "error": fault.to_json()}
