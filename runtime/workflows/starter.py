"""Starting runs: in turn, where their room has a place. SPEC: section WF.

One thread looks after rooms that something happened in: it enters what the changes in the outbox
of the room's data trigger, and starts what waits. Changes stay in the outbox until their runs are
entered, under ids made from the changes: whenever the process is killed, each run is there once.
Called by ``workflows``.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Iterable
from typing import Any

import structlog

from runtime.data.records import RecordChange
from runtime.data.room import RoomData
from runtime.errors import PreviewError
from runtime.expressions.engine import Engine
from runtime.limits import RUNS_AT_ONCE_MAX, RUNS_AT_ONCE_PER_ROOM_MAX, TRIGGERED_CHANGES_MAX
from runtime.workflows.checking import WorkflowChecks
from runtime.workflows.definition import Order
from runtime.workflows.durable import Durable
from runtime.workflows.errors import RunRefused, RunsBusy, StepFault
from runtime.workflows.ledger import Ledger
from runtime.workflows.places import Places
from runtime.workflows.triggers import orders_of

__all__ = ["Starter", "derived_id", "room_prefix"]

_log = structlog.get_logger()

Room = tuple[str, str]


class Starter:
    """Starts runs. ``start`` before use, ``stop`` at the end. Thread-safe.

    *find_room* returns the data of a room that is open, or None.
    """

    def __init__(
        self,
        engine: Engine,
        checks: WorkflowChecks,
        durable: Durable,
        ledger: Ledger,
        find_room: Callable[[Room], RoomData | None],
        clock: Callable[[], float],
    ) -> None:
        self._engine = engine
        self._checks = checks
        self._durable = durable
        self._ledger = ledger
        self._find_room = find_room
        self._clock = clock
        self._places = Places()
        self._dirty: dict[Room, None] = {}
        self._changed = threading.Condition()
        self._is_stopping = False
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Start what waited when the process ended, and go on from there."""
        self._is_stopping = False
        self._thread = threading.Thread(target=self._look_after, name="runs", daemon=True)
        self._thread.start()
        self.wake(*self._ledger.rooms())

    def stop(self) -> None:
        """Start nothing more."""
        with self._changed:
            self._is_stopping = True
            self._changed.notify()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def begin(self, order: Order, run: str) -> None:
        """Start a run as soon as its room has a place; one of an id that was there is ignored.

        Raises ``RunRefused`` if the order is too long, ``RunsBusy`` if too many wait.
        """
        raw = order.to_json()
        now_ms = round(self._clock() * 1_000)
        self._ledger.add((order.tenant, order.room), run, raw, _about(raw), now_ms)
        self.wake((order.tenant, order.room))

    def resume(self, room: Room, run: str) -> None:
        """Note that a run is under way, though nobody may have started it since the restart."""
        self._places.claim(room, run)

    def end(self, room: Room, run: str) -> None:
        """Note that a run is no longer under way."""
        was_full = self._places.count() >= RUNS_AT_ONCE_MAX
        self._places.leave(room, run)
        self.wake(room)
        if was_full:
            self.wake(*self._ledger.rooms())

    def wake(self, *rooms: Room) -> None:
        """Look after these rooms soon."""
        with self._changed:
            for room in rooms:
                self._dirty[room] = None
            self._changed.notify()

    # --- its thread ---------------------------------------------------------------------------

    def _look_after(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._dirty or self._is_stopping)
                if self._is_stopping:
                    return
                room = next(iter(self._dirty))
                del self._dirty[room]
            try:
                if self._enter_triggered(room):
                    # More is there: the other rooms first.
                    self.wake(room)
                self._start_waiting(room)
            except PreviewError as error:
                _log.warning("runs.start", room=room[1], code=error.code, error=error.message)
            except Exception:  # noqa: BLE001
                # Another room's runs must not end with this one's; what was to start stays.
                _log.exception("runs.start", room=room[1])

    def _enter_triggered(self, room: Room) -> bool:
        """Enter what some changes trigger, and tell whether more may be there."""
        data = self._find_room(room)
        if data is None:
            return False
        changes = data.outbox(TRIGGERED_CHANGES_MAX)
        taken = []
        try:
            for change in changes:
                for order in orders_of(self._engine, self._checks, data, room, change):
                    self._enter(order, _id_of_change(room, change, order.workflow.id))
                taken.append(change.number)
        except RunsBusy:
            # The rest stays in the outbox until some runs have ended.
            return False
        finally:
            if taken:
                data.taken(taken)
        return len(changes) == TRIGGERED_CHANGES_MAX

    def _enter(self, order: Order, run: str) -> None:
        try:
            raw = order.to_json()
        except RunRefused as error:
            # The log is to say it; the definition itself is what does not fit.
            raw = _refused(order, error).to_json()
        now_ms = round(self._clock() * 1_000)
        self._ledger.add((order.tenant, order.room), run, raw, _about(raw), now_ms)

    def _start_waiting(self, room: Room) -> None:
        """Start what waits in a room while it has places."""
        # Those that were started just now may not have noted it yet.
        for run, raw in self._ledger.waiting(room, 2 * RUNS_AT_ONCE_PER_ROOM_MAX):
            if self._places.has(room, run):
                continue
            if not self._places.take(room, run):
                return
            try:
                self._durable.begin(run, raw)
            except BaseException:
                self._places.leave(room, run)
                raise


def _about(raw: dict[str, Any]) -> dict[str, Any]:
    """Return what lists of runs show of an order as it is kept."""
    origin = raw["origin"]
    return {
        "workflow": raw["workflow"]["id"],
        "name": raw["workflow"]["name"],
        "kind": origin["kind"],
        "actor": origin["actor"],
        "model": origin["model"],
        "record": origin["record"],
        "event": origin["event"],
        "depth": raw["depth"],
    }


def room_prefix(tenant: str, room: str) -> str:
    """Return what the ids of a room's runs begin with; no other room's do."""
    return _digest(tenant, room)[:16] + "-"


def derived_id(tenant: str, room: str, *cause: object) -> str:
    """Return the id of the one run that *cause* has in this room."""
    return room_prefix(tenant, room) + _digest(*cause)[:32]


def _id_of_change(room: Room, change: RecordChange, workflow: str) -> str:
    record = change.after or change.before
    # Numbers begin anew when a room's data is reset; ids and versions of records do not repeat.
    version = record.version if record is not None else 0
    moment = record.updated_at.isoformat() if record is not None else ""
    return derived_id(
        *room, "change", change.number, change.kind, change.record, version, moment, workflow
    )


def _refused(order: Order, error: RunRefused) -> Order:
    return Order(
        order.tenant,
        order.room,
        type(order.workflow)(order.workflow.id, order.workflow.name),
        {},
        order.origin,
        depth=order.depth,
        fault=StepFault(error.code, error.message),
    )


def _digest(*parts: object) -> str:
    texts: Iterable[str] = map(str, parts)
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()
