"""Changes that the server makes on somebody's behalf: one session for one change.

An import through the API goes the way of every other change: it joins, submits, and is answered
when its revision is durable; and so does what is taken back. SPEC: section HO. Called by ``api``.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Hashable, Sequence
from typing import Final, TypeAlias

from collab.errors import (
    DesignRoomsError,
    Refused,
    ServerBusy,
    StorageFull,
    StoreUnavailable,
)
from collab.host.outlet import Outlet
from collab.host.room_host import RoomHost
from collab.ids import RevisionNo, SessionId, SourceId
from collab.limits import REQUEST_TIMEOUT_MS
from collab.messages import (
    Ack,
    AwarenessChanged,
    Dialect,
    Event,
    Lock,
    LockAction,
    LockAnswer,
    LockStanding,
    Principal,
    ReadOnly,
    Refusal,
    Revert,
    Submit,
    Undo,
)
from collab.protocol.adapter import Output
from collab.revision import ChangeKind, Revision
from collab.system import new_session_id, new_source_id
from collab.values import Json

__all__ = ["SEQ", "lock", "revert", "submit_op", "undo"]

# The number of the one change that each of these sources makes.
SEQ: Final = 1

# Makes the command of a session that was opened for it, under a source of its own.
_Request: TypeAlias = Callable[[SessionId, SourceId], Submit | Revert | Undo]
_Answered: TypeAlias = Ack | LockAnswer


async def submit_op(
    room: RoomHost,
    principal: Principal,
    op: Json,
    base: RevisionNo,
    *,
    restores: RevisionNo | None = None,
    is_import: bool = False,
    source: SourceId | None = None,
) -> RevisionNo:
    """Submit *op*, made at revision *base*, and return its revision once that is durable.

    *restores* and *is_import* are what the history says of it, as in ``Submit``. What was submitted
    from *source* before, at ``SEQ``, is not done again; without one it is a source of its own.
    Raises ``Refused`` with the code of whatever refused it, or an ``OperatingError``.
    """

    def request(session: SessionId, new_source: SourceId) -> Submit:
        return Submit(
            session,
            new_source if source is None else source,
            SEQ,
            base,
            ChangeKind.OP,
            op,
            restores=restores,
            is_import=is_import,
        )

    return (await _perform(room, principal, request)).revision


async def revert(room: RoomHost, principal: Principal, revision: RevisionNo) -> Ack:
    """Take *revision* back; return the ack, with the conflicts. Raises as ``submit_op`` does."""

    def request(session: SessionId, source: SourceId) -> Revert:
        return Revert(session, source, SEQ, revision)

    return await _perform(room, principal, request)


async def undo(room: RoomHost, principal: Principal, of: SourceId, *, is_redo: bool) -> Ack:
    """Undo, or redo, for the principal's own source *of*. Raises as ``submit_op`` does."""

    def request(session: SessionId, source: SourceId) -> Undo:
        return Undo(session, source, SEQ, of, is_redo)

    return await _perform(room, principal, request)


async def lock(
    room: RoomHost,
    principal: Principal,
    component: str,
    action: LockAction,
    token: RevisionNo | None = None,
) -> LockAnswer:
    """Ask for a component's lock for the principal; return the answer, which is no refusal.

    Raises as ``submit_op`` does.
    """

    def request(session: SessionId, _source: SourceId) -> Lock:
        return Lock(session, SEQ, component, action, token)

    answer = await _ask(room, principal, request)
    assert isinstance(answer, LockAnswer)
    if answer.standing is not LockStanding.REFUSED:
        return answer
    if answer.code == StorageFull.default_code:
        raise StorageFull(answer.reason)
    raise Refused(answer.code, answer.reason, ("component",), answer.nodes)


async def _perform(room: RoomHost, principal: Principal, request: _Request) -> Ack:
    answer = await _ask(room, principal, request)
    assert isinstance(answer, Ack)
    return answer


async def _ask(
    room: RoomHost,
    principal: Principal,
    request: Callable[[SessionId, SourceId], Submit | Revert | Undo | Lock],
) -> _Answered:
    answer: asyncio.Future[_Answered] = asyncio.get_running_loop().create_future()
    outlet = Outlet(new_session_id(), _Nowhere(), _Answer(answer), "", lambda output: None)
    room.join(outlet, principal)
    room.post_now(request(outlet.session, new_source_id()))
    try:
        async with asyncio.timeout(REQUEST_TIMEOUT_MS / 1000):
            return await answer
    except ServerBusy:
        # The door was closed; the room knows why better than its door does.
        raise room.failure or StoreUnavailable("the room was closed: try again") from None
    except TimeoutError:
        raise StoreUnavailable("the store does not answer: try again later") from None
    finally:
        room.leave(outlet.session)


class _Nowhere:
    """A connection that takes everything and keeps nothing."""

    buffered_bytes = 0
    is_closed = False

    def send(self, frame: bytes) -> None:
        return None

    def send_parts(self, parts: Sequence[bytes]) -> None:
        return None

    def pack(self, frames: Sequence[bytes]) -> bytes:
        return b""

    def send_packed(self, block: bytes) -> None:
        return None

    def close(self, code: int, reason: str) -> None:
        return None


class _Answer:
    """An adapter with no client behind it: the first answer goes into a future."""

    # A Yjs session is pushed nothing before it has asked for a state, which this one never does.
    dialect = Dialect.YJS
    is_text = False

    def __init__(self, answer: asyncio.Future[_Answered]) -> None:
        self._answer = answer

    def event(self, channel: str, event: Event) -> Output:
        match event:
            case Ack() | LockAnswer():
                self._resolve(event)
            case Refusal() if event.code == StorageFull.default_code:
                self._fail(StorageFull(event.reason))
            case Refusal():
                self._fail(Refused(event.code, event.reason, event.path, event.nodes))
            case ReadOnly():
                self._fail(StorageFull(event.reason, code=event.code))
            case _:
                pass
        return Output()

    def closed_by_room(self, channel: str, code: int, reason: str, error: str = "") -> Output:
        self._fail(ServerBusy(f"{reason}: try again"))
        return Output()

    def failed(self, error: DesignRoomsError) -> Output:
        self._fail(error)
        return Output()

    def receive(self, frame: bytes) -> Output:
        return Output()

    def opened(self, channel: str, session: SessionId, principal: Principal) -> Output:
        return Output()

    def denied(self, channel: str, error: DesignRoomsError) -> Output:
        return Output()

    def revision_key(self, channel: str) -> Hashable:
        return "service"

    def encode_revision(self, channel: str, revision: Revision) -> bytes | None:
        return None

    def encode_update(self, channel: str, update: bytes) -> bytes:
        return b""

    def encode_awareness(self, channel: str, event: AwarenessChanged) -> bytes:
        return b""

    def keepalive(self) -> bytes:
        return b""

    def _resolve(self, event: _Answered) -> None:
        if not self._answer.done():
            self._answer.set_result(event)

    def _fail(self, error: DesignRoomsError) -> None:
        if not self._answer.done():
            self._answer.set_exception(error)
