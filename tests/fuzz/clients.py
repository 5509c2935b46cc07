"""The clients of the fuzz driver: npm's in one Node process, and the Python client.

Each is reached through a relay of its own, which can cut it off and swallow its answers.
"""

from __future__ import annotations

import asyncio
import json
import sys
from asyncio.subprocess import PIPE
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Protocol

from collab.client.errors import ClientRefused, RoomClosed
from collab.client.room import Connecting, Room, connect
from collab.errors import DesignRoomsError
from collab.values import Json
from tests.client.relay import Relay
from tests.fuzz.edits import Edit
from tests.fuzz.execution import op_of
from tests.fuzz.standing import process_state

__all__ = ["Client", "ClientRelay", "Ledger", "NodeClient", "NodeHost", "PythonClient", "State"]

# All of npm's clients share one thread. One that was paused carries each op that waits past each
# one that it missed, which keeps all others waiting: for seconds, and many on a busy machine.
_ANSWER_S_MAX: Final = 120.0
_CONNECT_S_MAX: Final = 60.0
_LINE_BYTES_MAX: Final = 1 << 26


class ClientRelay(Relay):
    """A relay that outlives its server."""

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await super()._serve(reader, writer)
        except OSError:
            # The server is down: the client sees a connection that breaks, and tries again.
            writer.transport.abort()

    @property
    def socket_url(self) -> str:
        return self.url.replace("http://", "ws://")


@dataclass(slots=True)
class Ledger:
    """What was tried, and what each author was told of it."""

    edits: dict[str, Edit] = field(default_factory=dict)
    acked: set[str] = field(default_factory=set)
    refused: dict[str, str] = field(default_factory=dict)
    # Made by a client that crashed before it was told anything: both outcomes are right.
    unknown: set[str] = field(default_factory=set)
    complaints: list[str] = field(default_factory=list)

    def waiting(self, author: str) -> set[str]:
        """Return the tokens of *author* that may still be on their way."""
        return {
            token
            for token, edit in self.edits.items()
            if edit.author == author and token not in self.acked and token not in self.refused
        }

    def untold(self, author: str) -> set[str]:
        """Return the tokens of *author* that it still waits to be told of."""
        return self.waiting(author) - self.unknown

    def crash(self, author: str) -> None:
        self.unknown |= self.waiting(author)


@dataclass(frozen=True, slots=True)
class State:
    """A client's document, and whether nothing is on its way to or from it; ``detail`` is why."""

    document: Json
    is_quiet: bool
    detail: dict[str, Any]


class Client(Protocol):
    """One client, whatever it is."""

    name: str
    kind: str
    relay: ClientRelay

    @property
    def is_ot(self) -> bool: ...

    async def open(self) -> None: ...

    async def edit(self, edit: Edit, spared: set[str]) -> bool:
        """Make *edit*; return whether there was a place for it."""
        ...

    async def do(self, action: str, **content: Any) -> None:
        """Do what only some kinds of clients can do; the others do nothing."""
        ...

    async def state(self) -> State: ...

    async def crash(self) -> None: ...


class NodeHost:
    """The Node process in which npm's clients live."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._answers: dict[int, asyncio.Future[Any]] = {}
        self._count = 0
        self._process: asyncio.subprocess.Process | None = None
        self._reader: asyncio.Task[None] | None = None

    async def __aenter__(self) -> NodeHost:
        self._process = await asyncio.create_subprocess_exec(
            "node",
            str(Path(__file__).with_name("clients.mjs")),
            stdin=PIPE,
            stdout=PIPE,
            stderr=sys.stderr,
            limit=_LINE_BYTES_MAX,
        )
        self._reader = asyncio.create_task(self._read())
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._process is not None
        assert self._reader is not None
        if self._process.returncode is None:
            self._process.kill()
        await self._process.wait()
        self._reader.cancel()

    async def ask(self, client: str, action: str, **content: Any) -> Any:
        assert self._process is not None
        assert self._process.stdin is not None
        assert self._reader is not None
        if self._reader.done():
            raise AssertionError("the Node process ended")
        self._count += 1
        answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._answers[self._count] = answer
        request = {"id": self._count, "client": client, "do": action, **content}
        self._process.stdin.write(json.dumps(request).encode() + b"\n")
        try:
            return await asyncio.wait_for(answer, _ANSWER_S_MAX)
        except TimeoutError as error:
            raise AssertionError(
                f"{client} did not answer {action!r} within {_ANSWER_S_MAX:g} s: {self.state()}"
            ) from error

    def state(self) -> str:
        """Return what the system says of the process."""
        if self._process is None:
            return "Node is not started"
        return f"Node is {process_state(self._process.pid)}"

    async def _read(self) -> None:
        assert self._process is not None
        assert self._process.stdout is not None
        try:
            while line := await self._process.stdout.readline():
                self._take(json.loads(line))
        finally:
            # Also when it said what nobody understands: nobody listens any more.
            for answer in self._answers.values():
                if not answer.done():
                    answer.set_exception(AssertionError("the Node process ended"))

    def _take(self, message: dict[str, Any]) -> None:
        if "id" in message:
            answer = self._answers.pop(message["id"])
            if answer.done():
                return
            if "error" in message:
                answer.set_exception(AssertionError(message["error"]))
            else:
                answer.set_result(message["answer"])
        elif "acked" in message:
            self._ledger.acked.add(message["acked"])
        elif "refused" in message:
            if message["first"]:
                self._ledger.refused[message["refused"]] = str(message["code"])
        else:
            self._ledger.complaints.append(f"{message['client']}: {message['complaint']}")


class NodeClient:
    """One of npm's clients; *room* says in its kind's words where the document is."""

    def __init__(
        self, name: str, kind: str, relay: ClientRelay, host: NodeHost, room: dict[str, Any]
    ) -> None:
        self.name, self.kind, self.relay = name, kind, relay
        self._host, self._room = host, room

    @property
    def is_ot(self) -> bool:
        return self.kind.startswith("sharedb")

    async def open(self) -> None:
        path = "sharedb" if self.is_ot else {"y-websocket": "yjs"}.get(self.kind, self.kind)
        url = f"{self.relay.socket_url}/{path}"
        await self._host.ask(self.name, "open", kind=self.kind, url=url, **self._room)

    async def edit(self, edit: Edit, spared: set[str]) -> bool:
        is_made: bool = await self._host.ask(
            self.name, "edit", steps=edit.steps, token=edit.token, spared=sorted(spared)
        )
        return is_made

    async def do(self, action: str, **content: Any) -> None:
        if self.is_ot:
            await self._host.ask(self.name, action, **content)

    async def state(self) -> State:
        state = await self._host.ask(self.name, "state")
        return State(state.get("document"), state["isQuiet"], state["detail"])

    async def crash(self) -> None:
        await self._host.ask(self.name, "crash")


class PythonClient:
    """The Python client of the native protocol."""

    kind = "python"
    is_ot = True

    def __init__(self, name: str, relay: ClientRelay, room: str, ledger: Ledger) -> None:
        self.name, self.relay = name, relay
        self._name_of_room, self._ledger = room, ledger
        self._connecting: Connecting | None = None
        self._room: Room | None = None

    async def open(self) -> None:
        self._connecting = connect(
            self.relay.url, self._name_of_room, "fuzz", timeout_s=_CONNECT_S_MAX
        )
        self._room = await self._connecting.__aenter__()

    async def edit(self, edit: Edit, spared: set[str]) -> bool:
        room, is_made = self._room, False
        if room is None or not room.exists:
            return False
        for step in edit.steps:
            op = op_of(step, room.document, sorted(spared))
            if op is None:
                if not is_made:
                    return False
                continue
            try:
                future = room.submit_nowait(op)
            except DesignRoomsError as error:
                self._ledger.complaints.append(f"{self.name}: {error!r}")
                return is_made
            future.add_done_callback(self._told(edit.token, is_first=not is_made))
            is_made = True
        return is_made

    def _told(self, token: str, *, is_first: bool) -> Callable[[asyncio.Future[Any]], None]:
        def told(future: asyncio.Future[Any]) -> None:
            error = None if future.cancelled() else future.exception()
            if not is_first or future.cancelled() or isinstance(error, RoomClosed):
                return
            if error is None:
                self._ledger.acked.add(token)
            elif isinstance(error, ClientRefused):
                self._ledger.refused[token] = error.code
            else:
                self._ledger.complaints.append(f"{self.name}: {error!r}")

        return told

    async def do(self, action: str, **content: Any) -> None:
        pass

    async def state(self) -> State:
        assert self._room is not None
        is_connected, has_pending = self._room.is_connected, self._room.has_pending
        detail = {"is_connected": is_connected, "has_pending": has_pending}
        return State(self._room.document, is_connected and not has_pending, detail)

    async def crash(self) -> None:
        if self._connecting is not None:
            try:
                await self._connecting.__aexit__(None, None, None)
            except DesignRoomsError as error:
                self._ledger.complaints.append(f"{self.name}: {error!r}")
        self._room = None
