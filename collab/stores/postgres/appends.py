"""Appends: one statement, one commit for all rooms whose edits gathered while the last one ran.

The statement is the compare-and-set of every append in it: the rooms that stand at the revision
and under the token that their append names are moved on, and the records of those, and of no
others, are inserted. A room that does not is refused alone, without an error, so that the others'
transaction is not touched. And since it is one statement, a node that stops in the middle (a
process paused for minutes) never holds a row that the room's next owner waits for.

What happens to an append:

- Its room moved on: it is durable once the server says so.
- Its room did not: why is asked afterwards, and the refusal is typed.
- The server reports an error: nothing of the statement is stored. Its appends are tried one by one,
  so that the one to blame takes no other room with it.
- The connection breaks: the commit may have happened, so it is ``AppendUnknown``.
- There is no connection to send it by: ``StoreUnavailable``, nothing is stored.

SPEC: [PG1] to [PG4]. Called by ``store``.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import psycopg
from psycopg import errors

from collab.errors import (
    AppendUnknown,
    DesignRoomsError,
    RevisionConflict,
    ServerBusy,
    StoreUnavailable,
)
from collab.ids import FencingToken, RoomId
from collab.limits import (
    APPEND_BATCH_BYTES_MAX,
    APPEND_BATCH_REVISIONS_MAX,
    APPEND_QUEUE_MAX,
)
from collab.revision import Revision
from collab.stores.postgres.arrays import ByteaArray, Int8Array, TextArray
from collab.stores.postgres.connections import Address, Connections, Database, failure
from collab.stores.postgres.rooms import select_states
from collab.stores.rules import append_refused, no_such_room

__all__ = ["Append", "Appends"]

# Which refusal it was is asked only afterwards: here is no word of deleted rooms or epochs but the
# comparison. A room is in a statement at most once.
_APPEND: Final = """
    WITH moved AS (
        UPDATE rooms
        SET last_revision = asked.last, epoch = asked.last_epoch, updated_ms = asked.time_ms
        FROM unnest(
            %b::int8[], %b::text[], %b::text[], %b::int8[], %b::int8[], %b::int8[], %b::int8[],
            %b::int8[], %b::int8[]
        ) AS asked (place, tenant, name, token, first, first_epoch, last, last_epoch, time_ms)
        WHERE rooms.tenant = asked.tenant AND rooms.name = asked.name
            AND rooms.token = asked.token AND rooms.last_revision = asked.first - 1
            AND rooms.epoch <= asked.first_epoch AND rooms.deleted_ms IS NULL
        RETURNING rooms.room_key, asked.place
    ), stored AS (
        INSERT INTO revisions (room_key, revision, record)
        SELECT moved.room_key, given.revision, given.record
        FROM moved
        JOIN unnest(%b::int8[], %b::int8[], %b::bytea[]) AS given (place, revision, record)
            ON given.place = moved.place
    )
    SELECT place FROM moved
"""


@dataclass(frozen=True, slots=True)
class Append:
    """Consecutive *revisions* for one room, at least one, and their *records*."""

    room: RoomId
    token: FencingToken
    revisions: Sequence[Revision]
    records: Sequence[bytes]
    size: int


@dataclass(slots=True)
class _Waiting:
    """An append, the future that waits for it, and why it was refused, if it was."""

    append: Append
    future: asyncio.Future[None]
    error: DesignRoomsError | None = None


class Appends:
    """Stores appends in the order in which they were submitted. Lives on one event loop."""

    def __init__(self, connections: Connections, address: Address) -> None:
        """Start the task; *connections* should have one that nothing else takes."""
        self._connections = connections
        self._address = address
        self._queue: deque[_Waiting] = deque()
        self._newest: dict[RoomId, _Waiting] = {}
        self._has_work = asyncio.Event()
        self._is_closed = False
        self._commits = 0
        self._task = asyncio.create_task(self._work())

    @property
    def commits(self) -> int:
        """How many statements were committed."""
        return self._commits

    async def submit(self, append: Append) -> None:
        """Return once *append* is durable; raises what the module and ``ports.Store`` say.

        A caller that is cancelled does not stop it.
        """
        if self._is_closed:
            raise StoreUnavailable(f"{self._address} is closed")
        if len(self._queue) >= APPEND_QUEUE_MAX:
            raise ServerBusy(f"{APPEND_QUEUE_MAX} appends are waiting for {self._address}")
        # What cannot be sent is its caller's to know, not the batch's.
        str(append.room).encode()
        Int8Array.of([append.token, append.revisions[-1].number, append.revisions[-1].time_ms])
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        waiting = _Waiting(append, future)
        self._queue.append(waiting)
        self._newest[append.room] = waiting
        self._has_work.set()
        await asyncio.shield(future)

    async def settled(self, room: RoomId) -> None:
        """Return once what was submitted for *room* is stored or refused.

        Who claims or deletes a room after that does not overtake its own node's appends.
        """
        waiting = self._newest.get(room)
        if waiting is not None:
            await asyncio.wait([waiting.future])

    async def close(self) -> None:
        """Finish what was submitted and end the task."""
        self._is_closed = True
        self._has_work.set()
        await self._task

    async def _work(self) -> None:
        while True:
            while not self._queue:
                if self._is_closed:
                    return
                self._has_work.clear()
                await self._has_work.wait()
            batch = self._take()
            try:
                await self._store(batch)
            except Exception as error:  # noqa: BLE001 - a bug may raise anything
                # The other rooms live on; this batch's callers have to look at the log.
                _refuse(batch, AppendUnknown(f"{self._address}: an internal error"), error)
            for waiting in batch:
                self._report(waiting)

    def _take(self) -> list[_Waiting]:
        """Return what goes into the next statement: each room once, and no more than the bounds."""
        batch: list[_Waiting] = []
        rooms: set[RoomId] = set()
        count = size = 0
        while self._queue:
            append = self._queue[0].append
            count += len(append.records)
            size += append.size
            is_too_much = count > APPEND_BATCH_REVISIONS_MAX or size > APPEND_BATCH_BYTES_MAX
            if batch and (is_too_much or append.room in rooms):
                break
            rooms.add(append.room)
            batch.append(self._queue.popleft())
        return batch

    async def _store(self, batch: list[_Waiting]) -> None:
        """Store *batch* in one transaction, or its appends in one each; set their errors."""
        try:
            async with self._connections.lent() as connection:
                await self._attempt(connection, batch)
        except (StoreUnavailable, ServerBusy) as error:
            _refuse(batch, error)
        except psycopg.Error as error:
            if len(batch) == 1:
                _refuse(batch, self._single_failure(batch[0].append, error), error)
                return
            for waiting in batch:
                await self._store([waiting])

    async def _attempt(self, connection: Database, batch: list[_Waiting]) -> None:
        """Run the statement; raises ``psycopg.Error`` if nothing was stored."""
        try:
            places = await _append(connection, [waiting.append for waiting in batch])
        except psycopg.Error as error:
            if not connection.closed:
                raise
            text = f"{self._address}: the connection broke during an append"
            _refuse(batch, AppendUnknown(text), error)
            return
        self._commits += bool(places)
        refused = [waiting for place, waiting in enumerate(batch) if place not in places]
        if refused:
            await self._explain(connection, refused)

    async def _explain(self, connection: Database, refused: list[_Waiting]) -> None:
        """Set the refusals of appends of which nothing was stored."""
        try:
            states = await select_states(connection, [waiting.append.room for waiting in refused])
        except psycopg.Error as error:
            _refuse(refused, failure(self._address, error))
            return
        for waiting in refused:
            waiting.error = _refusal(waiting.append, states.get(waiting.append.room))

    def _report(self, waiting: _Waiting) -> None:
        room = waiting.append.room
        if self._newest.get(room) is waiting:
            del self._newest[room]
        if waiting.error is None:
            waiting.future.set_result(None)
        else:
            waiting.future.set_exception(waiting.error)

    def _single_failure(self, append: Append, error: psycopg.Error) -> DesignRoomsError:
        if isinstance(error, errors.UniqueViolation):
            # The second line of defence: no path of this program leads here, but a database that
            # was repaired by hand may hold revisions that its room does not know of.
            first = append.revisions[0].number
            return RevisionConflict(f"{append.room} holds a revision after {first - 1}")
        return failure(self._address, error)


async def _append(connection: Database, appends: Sequence[Append]) -> set[int]:
    """Run the statement and return the places in *appends* of those that are stored."""
    rooms = [append.room for append in appends]
    firsts = [append.revisions[0] for append in appends]
    lasts = [append.revisions[-1] for append in appends]
    cursor = await connection.execute(
        _APPEND,
        (
            Int8Array.of(range(len(appends))),
            TextArray.of([room.tenant for room in rooms]),
            TextArray.of([room.name for room in rooms]),
            Int8Array.of([append.token for append in appends]),
            Int8Array.of([first.number for first in firsts]),
            Int8Array.of([first.epoch for first in firsts]),
            Int8Array.of([last.number for last in lasts]),
            Int8Array.of([last.epoch for last in lasts]),
            Int8Array.of([last.time_ms for last in lasts]),
            Int8Array.of([place for place, append in enumerate(appends) for _ in append.records]),
            Int8Array.of([each.number for append in appends for each in append.revisions]),
            ByteaArray.of([record for append in appends for record in append.records]),
        ),
        binary=True,
    )
    return {place for (place,) in await cursor.fetchall()}


def _refusal(append: Append, state: Any) -> DesignRoomsError:
    room, first = append.room, append.revisions[0]
    if state is None:
        return no_such_room(room)
    refusal = append_refused(room, token=append.token, first=first, **state)
    if refusal is None:
        # It would be accepted now: somebody else wrote under the same token in between.
        return RevisionConflict(f"{room} has changed while {first.number} was appended")
    return refusal


def _refuse(
    batch: Sequence[_Waiting], error: DesignRoomsError, cause: BaseException | None = None
) -> None:
    if cause is not None:
        error.__cause__ = cause
    for waiting in batch:
        waiting.error = error
