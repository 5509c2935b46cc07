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
from tests.fuzz.standing import LoopWatch, TellingServer, process_state, standing_tasks

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
_SETTLING_S_MAX: Final = 120.0
# How long a run may take beyond its own time: start, settling, judgement.
_OVERHEAD_S_MAX: Final = 300.0
# A client that has this much under way waits for it first: to catch up costs the product of what
# waits and what was missed, in ShareDB's clients as in the Python one, and nobody works so long
# without an answer.
_UNTOLD_MAX: Final = 60
# Room for the stacks that a server leaves behind.
_LOG_SHOWN: Final = 6000
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
            async with LoopWatch():
                await this.run()
        except Exception as error:
            this.count()
            raise Failed(
                f"{_text(error)}\nwhile {this.stage}\n{report}\nagain: python -m tests.fuzz "
                f"--scenario {scenario} --seed {seed} --seconds {seconds:g}\n"
                f"the server's log ends:\n{this.log()[-_LOG_SHOWN:]}"
            ) from error
    return report


def _text(error: BaseException) -> str:
    if isinstance(error, BaseExceptionGroup):
        return "\n".join(map(_text, error.exceptions))
    return str(error) if isinstance(error, AssertionError) else repr(error)


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
        self._server: TellingServer | None = None
        self._host = NodeHost(self._ledger)
        self.stage = "the server starts"

    def log(self) -> str:
        return "" if self._server is None else self._server.log()

    def count(self) -> None:
        """Report what the clients were told so far."""
        self._report.acked = len(self._ledger.acked)
        self._report.refused = len(self._ledger.refused)
        self._report.complaints = len(self._ledger.complaints)

    async def run(self) -> None:
        """Do everything; if that does not end, fail with where everything stands."""
        limit = self._report.seconds + _OVERHEAD_S_MAX
        task = asyncio.create_task(self._all(), name="run")
        try:
            if not (await asyncio.wait({task}, timeout=limit))[0]:
                # Before anything is cancelled: afterwards nothing stands there any more.
                raise AssertionError(f"the run did not end:\n{await self._standing()}")
            task.result()
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _standing(self) -> str:
        lines = [standing_tasks(), self._host.state()]
        if self._server is not None and self._server.is_running:
            lines.append(f"the server is {process_state(self._server.pid)}; its log has its stacks")
            await asyncio.to_thread(self._server.abort)
        return "\n".join(lines)

    async def _all(self) -> None:
        async with self._stack:
            self._server = await asyncio.to_thread(TellingServer, self._folder)
            self._stack.callback(self._server.kill)
            await self._begin()
            self.stage = "clients work"
            deadline = time.monotonic() + self._report.seconds
            async with asyncio.TaskGroup() as tasks:
                for client in self._clients:
                    rng = random.Random(self._rng.random())
                    tasks.create_task(self._live(client, rng, deadline), name=client.name)
                breaker = self._break_server(random.Random(self._rng.random()), deadline)
                tasks.create_task(breaker, name="server")
            self.stage = "clients settle"
            document, unsettled = await self._settle()
            self.stage = "the log is judged"
            await self._judge(document, unsettled)

    # --- the beginning ------------------------------------------------------------------------

    async def _begin(self) -> None:
        assert self._server is not None
        if self._is_application:
            await asyncio.to_thread(self._server.import_sample, _SAMPLE, self._room)
            nodes = unmarked(marked(self._edits.start()))
            async with connect(self._server.url, self._room, "fuzz") as room:
                await room.submit([{"p": ["nodes", key], "oi": nodes[key]} for key in nodes])
        await self._stack.enter_async_context(self._host)
        for number, kind in enumerate(_KINDS):
            relay = ClientRelay(self._server.port)
            await self._stack.enter_async_context(relay)
            name = f"{kind}.{number}"
            client: Client = (
                PythonClient(name, relay, self._room, self._ledger)
                if kind == "python"
                else NodeClient(name, kind, relay, self._host, self._address())
            )
            self.stage = f"{name} opens"
            await client.open()
            if isinstance(client, PythonClient):
                # The others end with their process, which is not asked.
                self._stack.push_async_callback(client.crash)
            self._clients.append(client)
        if not self._is_application:
            # By a Yjs client, because what an OT client inserts has no shared text.
            first = next(client for client in self._clients if client.kind == "y-websocket")
            while not (await first.state()).is_quiet:
                await asyncio.sleep(0.05)
            content = marked(self._edits.start())["$map"]
            await self._host.ask(first.name, "begin", content=content)

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
        if client.is_ot and len(self._ledger.untold(client.name)) >= _UNTOLD_MAX:
            await client.do("resume")
            return
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
        # What a client waits for in vain may stand in the server's stacks.
        await asyncio.to_thread(self._server.abort if unsettled else self._server.stop)
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
        self.count()
        self._report.revisions = len(history.revisions)
        if wrong:
            some = "\n".join(wrong[:20])
            told = "\n".join(text[:300] for text in self._ledger.complaints[-10:])
            raise Failed(f"{len(wrong)} faults:\n{some}\ncomplaints:\n{told}")

    def _shown(self) -> Json:
        assert self._server is not None
        with Native(self._server, self._room) as reader:
            return reader.document
