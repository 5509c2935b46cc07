"""A room with its log and its clients, driven by one random number generator.

The store is a list of encoded revisions; an append may be refused, whereupon the room is thrown
away and reopened from the log, and every client reconnects and resends. After each step the room's
invariant is checked: document == view of the Doc == view of the twin == fold of the log.
"""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import orjson
from pycrdt import Doc, Map

from collab.crdt.bridge import Bridge
from collab.ids import Epoch, FencingToken, RevisionNo, SessionId, SourceId, TenantId, UserId
from collab.messages import (
    Ack,
    Append,
    Appended,
    AppendFailed,
    Broadcast,
    CloseAll,
    CloseSession,
    Command,
    Dialect,
    Effect,
    Event,
    HistoryLoaded,
    Join,
    Joined,
    Leave,
    LoadHistory,
    Lost,
    Principal,
    Refusal,
    Resync,
    Role,
    SaveSnapshot,
    Send,
    StateVector,
    Submit,
    SyncDiff,
    Update,
    UpdateKind,
)
from collab.ot import json0
from collab.revision import (
    ChangeKind,
    Revision,
    Snapshot,
    decode_revision,
    decode_snapshot,
    encode_revision,
    encode_snapshot,
)
from collab.room.commit import fold
from collab.room.room import Room
from collab.room.rules import RoomRules
from collab.values import copy_json, json_equal, marked_equal, plain
from tests.room.edits import random_op, random_write

__all__ = ["OtClient", "World", "YjsClient"]


def principal(user: str, role: Role = Role.EDITOR) -> Principal:
    return Principal(UserId(user), user, "#888888", TenantId("t"), role)


@dataclass
class Client:
    """What every client has: a session while it is connected."""

    world: World
    user: str
    session: SessionId | None = None
    refusals: list[Refusal] = field(default_factory=list)

    def connect(self) -> None:
        raise NotImplementedError

    def disconnect(self) -> None:
        """Drop the connection; whatever is on its way is lost."""
        if self.session is not None:
            session, self.session = self.session, None
            self.world.clients.pop(session, None)
            self.world.feed(Leave(session))

    def on_event(self, event: Event) -> None:
        raise NotImplementedError

    def on_revision(self, revision: Revision) -> None:
        raise NotImplementedError

    def edit(self) -> None:
        raise NotImplementedError

    def settle(self) -> None:
        """Send whatever is left."""

    def join(self, dialect: Dialect, since: RevisionNo | None = None) -> None:
        self.session = SessionId(f"s{self.world.next_number()}")
        self.world.clients[self.session] = self
        self.world.feed(Join(self.session, principal(self.user), dialect, since))


@dataclass
class OtClient(Client):
    """An OT client as ShareDB's: one op in flight, the rest composed behind it."""

    source: SourceId = SourceId("")
    document: Any = None
    exists: bool = False
    base: RevisionNo = RevisionNo(0)
    in_flight: list[dict[str, Any]] | None = None
    in_flight_base: RevisionNo = RevisionNo(0)
    buffer: list[dict[str, Any]] = field(default_factory=list)
    seq: int = 0
    acked: list[int] = field(default_factory=list)
    edits: Callable[[random.Random, Any], list[dict[str, Any]]] = random_op

    def connect(self) -> None:
        since = self.base if self.document is not None else None
        self.join(Dialect.NATIVE, since)

    def on_event(self, event: Event) -> None:
        match event:
            case Joined():
                self._on_joined(event)
            case Ack():
                # The echo of a resent op may have acknowledged it already.
                if self.in_flight is not None and event.seq == self.seq:
                    self._on_ack()
            case Refusal():
                if event.seq == self.seq and self.in_flight is not None:
                    self.refusals.append(event)
                    self._restart()
            case _:
                pass

    def _on_joined(self, event: Joined) -> None:
        if event.is_resumed:
            for revision in event.revisions:
                self.on_revision(revision)
        else:
            self.document, self.exists = orjson.loads(event.json), event.exists
            self.base = event.revision
            self.in_flight, self.buffer = None, []
        if self.in_flight is not None:
            self._send()
        self._flush()

    def _on_ack(self) -> None:
        self.acked.append(self.seq)
        self.in_flight = None
        self._flush()

    def _restart(self) -> None:
        """A refused op: forget everything that is pending and fetch again."""
        self.document, self.in_flight, self.buffer = None, None, []
        self.disconnect()
        self.connect()

    def on_revision(self, revision: Revision) -> None:
        if revision.number <= self.base:
            return
        assert revision.number == self.base + 1, (revision.number, self.base)
        self.base = revision.number
        is_mine = revision.source == self.source and revision.seq == self.seq
        if is_mine and self.in_flight is not None:
            self._on_ack()
        elif revision.kind is ChangeKind.OP:
            self._on_op(plain(revision.change))
        elif revision.kind is not ChangeKind.NONE:
            self.document = fold(self.document, revision)
            self.document, self.exists = plain(self.document), revision.kind is ChangeKind.CREATE
            self.in_flight, self.buffer = None, []

    def _on_op(self, op: list[dict[str, Any]]) -> None:
        if self.in_flight:
            self.in_flight, op = _cross(self.in_flight, op)
        if self.buffer:
            self.buffer, op = _cross(self.buffer, op)
        self.document = json0.apply(self.document, op)

    def edit(self) -> None:
        if self.document is None or not self.exists:
            return
        op = self.edits(self.world.rng, self.document)
        self.document = json0.apply(self.document, op)
        self.buffer = json0.compose(self.buffer, op)
        self._flush()

    def _flush(self) -> None:
        if self.in_flight is None and self.buffer and self.session is not None:
            self.in_flight, self.buffer = self.buffer, []
            self.seq += 1
            self._send()

    def _send(self) -> None:
        assert self.session is not None
        self.world.feed(
            Submit(
                self.session,
                self.source,
                self.seq,
                self.base,
                ChangeKind.OP,
                copy_json(self.in_flight),
            )
        )

    def settle(self) -> None:
        self._flush()


def _cross(mine: list[Any], theirs: list[Any]) -> tuple[list[Any], list[Any]]:
    return (
        json0.transform(mine, theirs, "left"),
        json0.transform(theirs, mine, "right"),
    )


@dataclass
class YjsClient(Client):
    """A Yjs client on pycrdt, which sends live updates and answers the server's step 1."""

    client_id: int = 0
    roots: tuple[str, ...] = ("model",)
    write: Callable[[random.Random, Doc[Any]], None] = random_write
    unsynced: int = 0
    lost: list[Lost] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.doc: Doc[Any] = Doc(client_id=self.client_id)
        for root in self.roots:
            self.doc.get(root, type=Map)
        self._outgoing: list[bytes] = []
        self._is_remote = False
        self.doc.observe(self._on_update)

    def _on_update(self, event: Any) -> None:
        if not self._is_remote:
            self._outgoing.append(event.update)

    def connect(self) -> None:
        self.join(Dialect.YJS)
        assert self.session is not None
        self._outgoing.clear()
        self.world.feed(StateVector(self.session, self.doc.get_state()))

    def apply(self, update: bytes) -> None:
        self._is_remote = True
        self.doc.apply_update(update)
        self._is_remote = False

    def on_event(self, event: Event) -> None:
        match event:
            case SyncDiff():
                self.apply(event.update)
                self._send(self.doc.get_update(event.state_vector), UpdateKind.STEP2)
            case Refusal():
                assert not event.is_fatal, event
                self.refusals.append(event)
                self.unsynced -= 1
            case Ack():
                self.unsynced -= 1
            case Lost():
                self.lost.append(event)
            case Resync():
                assert self.session is not None
                self.unsynced -= 1
                self.world.feed(StateVector(self.session, self.doc.get_state()))
            case _:
                pass

    def on_revision(self, revision: Revision) -> None:
        if revision.update:
            self.apply(revision.update)

    def edit(self) -> None:
        self.write(self.world.rng, self.doc)
        self.flush()

    def flush(self) -> None:
        if self.session is not None:
            outgoing, self._outgoing = self._outgoing, []
            for update in outgoing:
                self._send(update, UpdateKind.LIVE)

    def _send(self, update: bytes, kind: UpdateKind) -> None:
        assert self.session is not None
        self.unsynced += 1
        self.world.feed(Update(self.session, self.world.next_number(), update, kind))

    def disconnect(self) -> None:
        super().disconnect()
        self.unsynced = 0

    def view(self) -> Any:
        return {root: self.doc.get(root, type=Map).to_py() for root in self.roots}


class World:
    """A room, its log, and a scheduler that decides what happens next."""

    def __init__(self, seed: int, *, rules: RoomRules, is_application: bool) -> None:
        self.rng = random.Random(seed)
        self.rules = rules
        self.is_application = is_application
        self.log: list[bytes] = []
        self.snapshots: list[tuple[RevisionNo, bytes]] = []
        self.clients: dict[SessionId, Client] = {}
        self.everybody: list[Client] = []
        self.token = 0
        self.time_ms = 1_000
        self.reopenings = 0
        self._numbers = 0
        self._inbox: deque[Command] = deque()
        self._is_feeding = False
        self._appends: deque[Append] = deque()
        self._folded: Any = Bridge.empty_document(is_application=is_application)
        self._folded_to = 0
        self.open()

    def next_number(self) -> int:
        self._numbers += 1
        return self._numbers

    def add(self, client: Client) -> None:
        self.everybody.append(client)
        client.connect()

    # --- the store --------------------------------------------------------------------------

    def open(self) -> None:
        """Open the room from the log, as its next owner does."""
        self.token += 1
        snapshot = self._snapshot()
        tail = self.revisions(snapshot.revision)
        self._appends.clear()
        self.room = Room(
            rules=self.rules,
            is_application=self.is_application,
            token=FencingToken(self.token),
            snapshot=snapshot,
            tail=tail,
        )

    def _snapshot(self) -> Snapshot:
        if self.snapshots:
            return decode_snapshot(*self.snapshots[-1])
        document = Bridge.empty_document(is_application=self.is_application)
        return Snapshot(RevisionNo(0), Epoch(1), self.is_application, document, b"")

    def revisions(self, after: int, through: int | None = None) -> list[Revision]:
        records = self.log[after:through]
        return [
            decode_revision(RevisionNo(after + 1 + index), record)
            for index, record in enumerate(records)
        ]

    def store(self) -> None:
        """Finish the append that is in flight."""
        if self._appends:
            append = self._appends.popleft()
            assert append.revisions[0].number == len(self.log) + 1
            self.log += [encode_revision(revision) for revision in append.revisions]
            self.feed(Appended(append.revisions[-1].number))

    def refuse(self, *, is_stored: bool) -> None:
        """Fail the append that is in flight, before or after it reached the log."""
        if self._appends:
            append = self._appends.popleft()
            if is_stored:
                self.log += [encode_revision(revision) for revision in append.revisions]
            self.feed(AppendFailed("store_unknown", "the store failed"))

    def drain(self) -> None:
        while self._appends:
            self.store()

    # --- the host ---------------------------------------------------------------------------

    def feed(self, command: Command) -> None:
        """Give the room a command; commands that arise from its effects come after it."""
        self._inbox.append(command)
        if self._is_feeding:
            return
        self._is_feeding = True
        while self._inbox:
            self.time_ms += 1
            effects = self.room.receive(self._inbox.popleft(), self.time_ms)
            for effect in effects:
                self._perform(effect)
        self._is_feeding = False

    def _perform(self, effect: Effect) -> None:
        match effect:
            case Append():
                self._appends.append(effect)
            case Send():
                client = self.clients.get(effect.session)
                if client is not None:
                    client.on_event(effect.event)
            case Broadcast():
                assert effect.revision.number <= len(self.log), "told before it was durable"
                for session in effect.to:
                    if session in self.clients:
                        self.clients[session].on_revision(effect.revision)
            case LoadHistory():
                self.feed(HistoryLoaded(tuple(self.revisions(effect.after, effect.through))))
            case SaveSnapshot():
                record = encode_snapshot(effect.snapshot)
                self.snapshots.append((effect.snapshot.revision, record))
            case CloseAll():
                self._reopen()
            case CloseSession():
                raise AssertionError(effect)
            case _:
                pass

    def _reopen(self) -> None:
        self.reopenings += 1
        connected = list(self.clients.values())
        self.clients.clear()
        self._inbox.clear()
        for client in connected:
            client.session = None
            client.disconnect()
        self.open()
        self.check()
        for client in connected:
            client.connect()

    def crash(self) -> None:
        """The process dies: what was not durable is gone."""
        self._appends.clear()
        self._reopen()

    # --- checks -----------------------------------------------------------------------------

    def check(self) -> None:
        """Assert the room's invariant at its head."""
        committer = self.room.committer
        real, twin = committer.bridge.views()
        assert marked_equal(committer.document, real), _difference(committer.document, real)
        assert marked_equal(real, twin), _difference(real, twin)
        while self._folded_to < len(self.log):
            revision = self.revisions(self._folded_to, self._folded_to + 1)[0]
            self._folded = fold(self._folded, revision)
            self._folded_to += 1
        if self.room.head == len(self.log):
            assert marked_equal(self._folded, real), _difference(self._folded, real)

    def settle(self) -> None:
        """Connect everybody, send everything, store everything."""
        for _ in range(3):
            for client in self.everybody:
                if client.session is None:
                    client.connect()
                client.settle()
            self.drain()
        self.check()

    def check_converged(self) -> None:
        """Assert that every replica is what the room is."""
        document = plain(self.room.committer.document)
        for client in self.everybody:
            if isinstance(client, YjsClient):
                view = client.view()
                shown = view if self.is_application else view["model"]
                assert json_equal(shown, document), (client.user, _difference(shown, document))
            elif isinstance(client, OtClient):
                assert client.in_flight is None and not client.buffer
                assert json_equal(client.document, document), _difference(client.document, document)
        sources = [
            (revision.source, revision.seq)
            for revision in self.revisions(0)
            if revision.source is not None
        ]
        assert len(sources) == len(set(sources)), "an op was committed twice"
        for client in self.everybody:
            if isinstance(client, OtClient):
                for seq in client.acked:
                    assert (client.source, seq) in sources, "an acknowledged op is not in the log"


def _difference(left: Any, right: Any, path: tuple[Any, ...] = ()) -> str:
    if type(left) is type(right) and isinstance(left, dict):
        for key in {*left, *right}:
            if key not in left or key not in right:
                return f"{(*path, key)}: only in {'left' if key in left else 'right'}"
            if not marked_equal(left[key], right[key]):
                return _difference(left[key], right[key], (*path, key))
    return f"{path}: {left!r} is not {right!r} ({type(left).__name__}, {type(right).__name__})"
