"""The driver: real clients of every dialect edit one room while everything that can break does.

A run starts the server as an operator does, with its store on disk, and lets each client edit,
be cut off, lose answers, work offline and crash, while the server is stopped and killed. In the end
all replicas, the server's document and the fold of the log have to be equal, and each edit has to
be in the log exactly once. What is tried follows from the seed; when it arrives does not.
"""

from __future__ import annotations

import asyncio
import json
import random
import tempfile
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from collab.client.room import connect
from collab.ids import RoomId, TenantId
from collab.values import Json, plain
from tests.api.native import Native
from tests.api.server import Server
from tests.fuzz.clients import (
    Client,
    ClientRelay,
    Ledger,
    NodeClient,
    NodeHost,
    PythonClient,
    State,
)
from tests.fuzz.edits import ApplicationEdits, Edits, FreeEdits, marked
from tests.fuzz.execution import plain as unmarked
from tests.fuzz.judge import difference, judge, read_history

__all__ = ["SCENARIOS", "Failed", "Report", "run"]

SCENARIOS: Final = ("free", "application")
_KINDS: Final = (
    "sharedb-7",
    "sharedb-7",
    "sharedb-5",
    "sharedb-6",
    "y-websocket",
    "hocuspocus",
    "python",
    "python",
)
_SETTLING_S_MAX: Final = 60.0
# How long a run may take beyond its own time: start, settling, judgement.
_OVERHEAD_S_MAX: Final = 180.0
_TENANT: Final = TenantId("local")
_SAMPLE: Final = "order-management.json"


class Failed(AssertionError):
    """Something that must hold does not; the text says what, and how to run it again."""


@dataclass(slots=True)
class Report:
    """What happened, so that a reader can tell that something did."""

    scenario: str
    seed: int
    seconds: float
    edits: int = 0
    acked: int = 0
    refused: int = 0
    revisions: int = 0
    cuts: int = 0
    lost_answers: int = 0
    offline: int = 0
    crashes: int = 0
    kills: int = 0
    stops: int = 0
    complaints: int = 0


async def run(scenario: str, seed: int, seconds: float) -> Report:
    """Run one scenario and return what happened; raises ``Failed``."""
    report = Report(scenario, seed, seconds)
    with tempfile.TemporaryDirectory(prefix="fuzz-") as folder:
        this = _Run(report, Path(folder))
        try:
            await asyncio.wait_for(this.all(), seconds + _OVERHEAD_S_MAX)
        except (AssertionError, TimeoutError, ExceptionGroup) as error:
            raise Failed(
                f"{_text(error)}\n{report}\nagain: python -m tests.fuzz "
                f"--scenario {scenario} --seed {seed} --seconds {seconds:g}\n"
                f"the server's log ends:\n{this.log()[-3000:]}"
            ) from error
    return report


def _text(error: BaseException) -> str:
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return str(error) or f"the run did not end: {error!r}"


class _Run:
    def __init__(self, report: Report, folder: Path) -> None:
        self._report = report
        self._folder = folder
        self._rng = random.Random(f"{report.scenario} {report.seed}")
        self._ledger = Ledger()
        self._is_application = report.scenario == "application"
        self._room = _SAMPLE.removesuffix(".json") if self._is_application else "fuzz/größe 😀"
        kind = ApplicationEdits if self._is_application else FreeEdits
        self._edits: Edits = kind(random.Random(self._rng.random()))
        self._clients: list[Client] = []
        self._stack = AsyncExitStack()
        self._server: Server | None = None
        self._crashes = 0

    def log(self) -> str:
        return "" if self._server is None else self._server.log()

    async def all(self) -> None:
        async with self._stack:
            self._server = await asyncio.to_thread(Server, self._folder)
            self._stack.callback(self._server.kill)
            await self._begin()
            deadline = time.monotonic() + self._report.seconds
            async with asyncio.TaskGroup() as tasks:
                for client in self._clients:
                    rng = random.Random(self._rng.random())
                    tasks.create_task(self._live(client, rng, deadline))
                tasks.create_task(self._break_server(random.Random(self._rng.random()), deadline))
            document, unsettled = await self._settle()
            await self._judge(document, unsettled)

    # --- the beginning ------------------------------------------------------------------------

    async def _begin(self) -> None:
        assert self._server is not None
        if self._is_application:
            await asyncio.to_thread(self._server.import_sample, _SAMPLE, self._room)
            nodes = unmarked(marked(self._edits.start()))
            async with connect(self._server.url, self._room, "fuzz") as room:
                await room.submit([{"p": ["nodes", key], "oi": nodes[key]} for key in nodes])
        host = await self._stack.enter_async_context(NodeHost(self._ledger))
        for number, kind in enumerate(_KINDS):
            relay = await self._stack.enter_async_context(ClientRelay(self._server.port))
            name = f"{kind}.{number}"
            client: Client = (
                PythonClient(name, relay, self._room, self._ledger)
                if kind == "python"
                else NodeClient(name, kind, relay, host, self._address())
            )
            await client.open()
            self._stack.push_async_callback(client.crash)
            self._clients.append(client)
        if not self._is_application:
            # By a Yjs client, because what an OT client inserts has no shared text.
            first = next(client for client in self._clients if client.kind == "y-websocket")
            while not (await first.state()).is_quiet:
                await asyncio.sleep(0.05)
            content = marked(self._edits.start())["$map"]
            await host.ask(first.name, "begin", content=content)

    def _address(self) -> dict[str, Any]:
        collection, _, document = self._room.rpartition("/")
        return {
            "room": self._room,
            "collection": collection or "rooms",
            "document": document,
            "isFree": not self._is_application,
            "roots": ["application", "nodes"] if self._is_application else ["model"],
        }

    # --- what clients live through ------------------------------------------------------------

    async def _live(self, client: Client, rng: random.Random, deadline: float) -> None:
        actions: list[tuple[Callable[[Client, random.Random], Awaitable[None]], int]] = [
            (self._edit, 60),
            (self._cut, 6),
            (self._lose_answer, 8),
            (self._go_offline, 5),
            (self._crash, 1),
            (self._change_ways, 10 if client.is_ot else 0),
        ]
        while time.monotonic() < deadline:
            await asyncio.sleep(rng.uniform(0.05, 0.5))
            action = rng.choices([item[0] for item in actions], [item[1] for item in actions])[0]
            await action(client, rng)
        client.relay.is_open = True
        client.relay.release_answers()

    async def _edit(self, client: Client, rng: random.Random) -> None:
        for _ in range(rng.choice([1, 1, 1, 2, 5])):
            spared = self._ledger.waiting(client.name)
            edit = self._edits.make(client.name, spared, is_ot=client.is_ot)
            # Known before it is made: the answer may be quicker than the return.
            self._ledger.edits[edit.token] = edit
            if not await client.edit(edit, spared):
                del self._ledger.edits[edit.token]
        self._report.edits = len(self._ledger.edits)

    async def _cut(self, client: Client, rng: random.Random) -> None:
        self._report.cuts += 1
        client.relay.cut()

    async def _lose_answer(self, client: Client, rng: random.Random) -> None:
        self._report.lost_answers += 1
        client.relay.hold_answers()
        await self._edit(client, rng)
        await asyncio.sleep(rng.uniform(0.02, 0.4))
        client.relay.cut()
        client.relay.release_answers()

    async def _go_offline(self, client: Client, rng: random.Random) -> None:
        self._report.offline += 1
        client.relay.is_open = False
        client.relay.cut()
        for _ in range(rng.randint(1, 6)):
            await asyncio.sleep(rng.uniform(0.02, 0.4))
            await self._edit(client, rng)
        client.relay.is_open = True

    async def _crash(self, client: Client, rng: random.Random) -> None:
        self._report.crashes += 1
        await client.crash()
        self._ledger.crash(client.name)
        await client.open()

    async def _change_ways(self, client: Client, rng: random.Random) -> None:
        await client.do(rng.choice(["pause", "resume", "unsubscribe", "subscribe", "fetch"]))
        await client.do("compose", prevent=rng.random() < 0.3)

    async def _break_server(self, rng: random.Random, deadline: float) -> None:
        assert self._server is not None
        while time.monotonic() + 5 < deadline:
            await asyncio.sleep(min(rng.uniform(3, 12), max(0.0, deadline - time.monotonic())))
            if rng.random() < 0.7:
                await self._kill(rng)
            else:
                self._report.stops += 1
                await asyncio.to_thread(self._server.stop)
            await asyncio.to_thread(self._server.start)

    async def _kill(self, rng: random.Random) -> None:
        """Kill the server, mostly with answers under way that nobody will ever hear."""
        assert self._server is not None
        self._report.kills += 1
        if rng.random() < 0.8:
            for client in self._clients:
                client.relay.hold_answers()
            await asyncio.sleep(rng.uniform(0.1, 1.0))
        await asyncio.to_thread(self._server.kill)
        for client in self._clients:
            client.relay.cut()
            client.relay.release_answers()

    # --- the end ------------------------------------------------------------------------------

    async def _settle(self) -> tuple[Json, str]:
        """Wait until nothing is on its way and all replicas are equal.

        Returns one replica's document, and what is still wrong when patience ends.
        """
        for client in self._clients:
            await client.do("compose", prevent=False)
            await client.do("resume")
            await client.do("subscribe")
        deadline = time.monotonic() + _SETTLING_S_MAX
        equal = 0
        while True:
            states = [await client.state() for client in self._clients]
            found = self._unsettled(states)
            equal = 0 if found else equal + 1
            # A y-websocket client does not know what it has under way: a second look, later.
            if equal == 3 or time.monotonic() > deadline:
                return plain(states[-1].document), found
            await asyncio.sleep(0.3)

    def _unsettled(self, states: list[State]) -> str:
        busy = [
            f"{client.name} waits for something: {json.dumps(state.detail, ensure_ascii=False)}"
            for client, state in zip(self._clients, states, strict=True)
            if not state.is_quiet
        ]
        if busy:
            return "\n".join(busy)
        last = plain(states[-1].document)
        for client, state in zip(self._clients, states, strict=True):
            found = difference(state.document, last)
            if found:
                return f"{client.name} and {self._clients[-1].name} differ at {found}"
        return ""

    async def _judge(self, document: Json, unsettled: str) -> None:
        assert self._server is not None
        await asyncio.to_thread(self._server.stop)
        room = RoomId.parse(_TENANT, self._room)
        history = await read_history(self._folder, room)
        await asyncio.to_thread(self._server.start)
        shown = await asyncio.to_thread(self._shown)
        wrong = [f"the replicas did not converge: {unsettled}"] if unsettled else []
        wrong += judge(self._ledger, history.revisions)
        for what, other in (
            ("the fold of the log", history.document),
            ("the fold from the snapshot", history.resumed),
            ("the server after a restart", shown),
        ):
            found = difference(document, other)
            if found:
                wrong.append(f"the replicas and {what} differ at {found}")
        report = self._report
        report.acked = len(self._ledger.acked)
        report.refused = len(self._ledger.refused)
        report.revisions = len(history.revisions)
        report.complaints = len(self._ledger.complaints)
        if wrong:
            some = "\n".join(wrong[:20])
            told = "\n".join(text[:300] for text in self._ledger.complaints[-10:])
            raise Failed(f"{len(wrong)} faults:\n{some}\ncomplaints:\n{told}")

    def _shown(self) -> Json:
        assert self._server is not None
        with Native(self._server, self._room) as reader:
            return reader.document
