"""A room's inbox: what waits to be taken, each session's commands in order, the sessions in turn.

Were there one queue, whoever sends ten thousand commands would make everybody behind them wait.
So each session has a lane, and a turn takes one command of each lane that has any. Lanes and
inbox are bounded; who meets a bound waits, which stops the reader of that session's socket and so
the peer. Nothing is dropped. SPEC: section HO. Called by ``room_host``.
"""

from __future__ import annotations

import asyncio
from collections import deque

from collab.ids import SessionId
from collab.limits import (
    INBOX_BYTES_MAX,
    INBOX_COMMANDS_MAX,
    INBOX_SESSION_BYTES_MAX,
    INBOX_SESSION_COMMANDS_MAX,
)
from collab.messages import (
    AppendDue,
    Appended,
    AppendFailed,
    Command,
    HistoryLoaded,
    LocksDue,
    Proceed,
    ReplicaCommand,
)

__all__ = ["Inbox"]


class _Lane:
    """The commands of one session, or of the room itself, each with its size in bytes."""

    __slots__ = ("bytes", "commands", "session")

    def __init__(self, session: SessionId | None) -> None:
        self.session = session
        self.bytes = 0
        self.commands: deque[tuple[Command, int]] = deque()

    @property
    def is_full(self) -> bool:
        return (
            len(self.commands) >= INBOX_SESSION_COMMANDS_MAX
            or self.bytes >= INBOX_SESSION_BYTES_MAX
        )


class Inbox:
    """Commands on their way to one room.

    Its owner calls ``open_doors`` after it took some, so that those who wait come in.
    """

    def __init__(self) -> None:
        self._count = 0
        self._bytes = 0
        self._lanes: dict[SessionId | None, _Lane] = {}
        # The lanes that have commands, in the order of their turns.
        self._turns: deque[_Lane] = deque()
        self._waiting: deque[tuple[SessionId | None, asyncio.Future[None]]] = deque()

    def __len__(self) -> int:
        return self._count

    def put(self, command: Command, size: int = 0) -> None:
        """Take *command*, of *size* bytes as it came in, whether there is space or not."""
        session = _session_of(command)
        lane = self._lanes.get(session)
        if lane is None:
            lane = self._lanes[session] = _Lane(session)
            self._turns.append(lane)
        lane.commands.append((command, size))
        lane.bytes += size
        self._count += 1
        self._bytes += size

    def has_space_for(self, command: Command) -> bool:
        """Whether *command* may come in now: the room and its session have room for one more."""
        if self._count >= INBOX_COMMANDS_MAX or self._bytes >= INBOX_BYTES_MAX:
            return False
        lane = self._lanes.get(_session_of(command))
        return lane is None or not lane.is_full

    def take(self) -> Command:
        """Return the next command; there has to be one."""
        lane = self._turns.popleft()
        command, size = lane.commands.popleft()
        lane.bytes -= size
        self._count -= 1
        self._bytes -= size
        if lane.commands:
            self._turns.append(lane)
        else:
            del self._lanes[lane.session]
        return command

    async def space_for(self, command: Command) -> None:
        """Wait until it is worth asking again whether there is space, first come, first served."""
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((_session_of(command), future))
        await future

    def open_doors(self) -> None:
        """Let those who wait ask again, as far as there is space by now."""
        if not self._waiting or self._count >= INBOX_COMMANDS_MAX or self._bytes >= INBOX_BYTES_MAX:
            return
        waiting, self._waiting = self._waiting, deque()
        for session, future in waiting:
            lane = self._lanes.get(session)
            if lane is not None and lane.is_full:
                self._waiting.append((session, future))
            elif not future.done():
                future.set_result(None)

    def let_everybody_go(self) -> None:
        """Nobody need wait any more: the room takes nothing."""
        waiting, self._waiting = self._waiting, deque()
        for _, future in waiting:
            if not future.done():
                future.set_result(None)


def _session_of(command: Command) -> SessionId | None:
    """Return whose *command* is; None for what the host itself says."""
    if isinstance(command, (Appended, AppendDue, AppendFailed, HistoryLoaded, Proceed)):
        return None
    if isinstance(command, (LocksDue, ReplicaCommand)):
        return None
    return command.session
