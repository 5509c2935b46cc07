"""Clients of a simulated room: an OT client as ShareDB's, Yjs clients on pycrdt and npm's Yjs.

They keep exactly what their real counterparts keep, so that a mistake of the room shows as a
replica that differs. A client acts on the world's random numbers only.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

import orjson
from pycrdt import Doc, Map

from collab.ids import RevisionNo, SessionId, SourceId, TenantId, UserId
from collab.messages import (
    Ack,
    Dialect,
    Event,
    Join,
    Joined,
    Leave,
    Lost,
    Principal,
    Refusal,
    Resync,
    Role,
    StateVector,
    Submit,
    SyncDiff,
    Update,
    UpdateKind,
)
from collab.ot import json0
from collab.revision import ChangeKind, Revision
from collab.room.fold import fold
from collab.values import Json, copy_json, plain
from tests.crdt.oracle import OracleError, YjsOracle
from tests.room.edits import random_op, random_value, random_write
from tests.room.intents import Intent, for_js, for_ot, perform

if TYPE_CHECKING:
    from tests.room.sites import Site
    from tests.room.world import World

__all__ = ["Client", "JsClient", "OtClient", "YjsClient", "principal"]

# Makes up the intents of one action from a client's own document.
Author: TypeAlias = Callable[[random.Random, Json], list[Intent]]


def principal(user: str, role: Role = Role.EDITOR) -> Principal:
    return Principal(UserId(user), user, "#888888", TenantId("t"), role)


@dataclass
class Client:
    """What every client has: a session while it is connected."""

    world: World | Site
    user: str
    session: SessionId | None = None
    role: Role = Role.EDITOR
    refusals: list[Refusal] = field(default_factory=list)
    edits: int = 0

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
        self.world.feed(Join(self.session, principal(self.user, self.role), dialect, since))


@dataclass
class OtClient(Client):
    """An OT client as ShareDB's: one change in flight, the rest composed behind it.

    After a reconnect it resends what was in flight as it first sent it, before it has caught up.
    """

    source: SourceId = SourceId("")
    author: Author | None = None
    document: Any = None
    exists: bool = False
    base: RevisionNo = RevisionNo(0)
    in_flight: list[dict[str, Any]] | None = None
    buffer: list[dict[str, Any]] = field(default_factory=list)
    seq: int = 0
    acked: list[int] = field(default_factory=list)
    sent: tuple[RevisionNo, ChangeKind, Json] | None = None

    def connect(self) -> None:
        self.join(Dialect.NATIVE, self.base if self.document is not None else None)
        if self.sent is not None:
            self._send()

    def on_event(self, event: Event) -> None:
        match event:
            case Joined():
                self._on_joined(event)
            case Ack():
                # The echo may have acknowledged it already.
                if self.sent is not None and event.seq == self.seq:
                    self._on_ack()
            case Refusal():
                if event.seq == self.seq and self.sent is not None:
                    self.refusals.append(event)
                    self.sent = None
                    self._fetch()
            case _:
                pass

    def _on_joined(self, event: Joined) -> None:
        if event.is_resumed:
            for revision in event.revisions:
                self.on_revision(revision)
        else:
            # A snapshot says nothing about what is in flight; its answer will.
            self.document, self.exists = orjson.loads(event.json), event.exists
            self.base = event.revision
            self.in_flight, self.buffer = None, []
        self._flush()

    def _on_ack(self) -> None:
        assert self.sent is not None
        self.acked.append(self.seq)
        is_op = self.sent[1] is ChangeKind.OP
        self.in_flight, self.sent = None, None
        if is_op:
            self._flush()
        else:
            self._fetch()

    def _fetch(self) -> None:
        """Forget everything that is pending and take the document anew."""
        self.document, self.in_flight, self.buffer = None, None, []
        self.disconnect()
        self.connect()

    def on_revision(self, revision: Revision) -> None:
        if revision.number <= self.base:
            return
        if self.document is None:
            # A create or del is in flight: its answer brings the document.
            self.base = revision.number
            return
        assert revision.number == self.base + 1, (revision.number, self.base)
        self.base = revision.number
        is_mine = revision.source == self.source and revision.seq == self.seq
        if is_mine and self.in_flight is not None:
            self._on_ack()
            return
        if revision.kind is ChangeKind.OP:
            self._on_op(plain(revision.change))
        elif revision.kind is not ChangeKind.NONE:
            self.document = plain(fold(self.document, revision))
            self.exists = revision.kind is ChangeKind.CREATE
            self.in_flight, self.buffer = None, []
        if is_mine and self.sent is not None:
            self.acked.append(self.seq)
            self.sent = None
            self._flush()

    def _on_op(self, op: list[dict[str, Any]]) -> None:
        if self.in_flight:
            self.in_flight, op = _cross(self.in_flight, op)
        if self.buffer:
            self.buffer, op = _cross(self.buffer, op)
        self.document = json0.apply(self.document, op)

    def edit(self) -> None:
        if self.document is None:
            return
        self.edits += 1
        if not self.exists:
            self._change_whole(ChangeKind.CREATE, {"é": random_value(self.world.rng)})
            return
        if self.author is not None:
            op = for_ot(self.author(self.world.rng, self.document), self.document)
        else:
            op = random_op(self.world.rng, self.document)
        self.document = json0.apply(self.document, op)
        self.buffer = json0.compose(self.buffer, op)
        self._flush()

    def delete(self) -> None:
        """Delete the whole document."""
        if self.document is not None:
            self._change_whole(ChangeKind.DELETE, None)

    def _change_whole(self, kind: ChangeKind, value: Json) -> None:
        if self.sent is None and self.session is not None:
            self.seq += 1
            self.sent = (self.base, kind, value)
            self.document = None
            self._send()

    def _flush(self) -> None:
        if self.sent is None and self.buffer and self.session is not None:
            self.in_flight, self.buffer = self.buffer, []
            self.seq += 1
            self.sent = (self.base, ChangeKind.OP, copy_json(self.in_flight))
            self._send()

    def _send(self) -> None:
        assert self.session is not None and self.sent is not None
        base, kind, change = self.sent
        self.world.feed(Submit(self.session, self.source, self.seq, base, kind, copy_json(change)))

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
    author: Author | None = None
    unanswered: int = 0
    lost: list[Lost] = field(default_factory=list)
    rejections: list[Refusal] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.make()

    # --- the document, which another kind of client keeps elsewhere -----------------------------

    def make(self) -> None:
        """Begin with an empty document."""
        self.doc: Doc[Any] = Doc(client_id=self.client_id)
        for root in self.roots:
            self.doc.get(root, type=Map)
        self._outgoing: list[bytes] = []
        self._is_remote = False
        self.doc.observe(self._on_update)

    def _on_update(self, event: Any) -> None:
        if not self._is_remote:
            self._outgoing.append(event.update)

    def apply(self, update: bytes) -> None:
        self._is_remote = True
        self.doc.apply_update(update)
        self._is_remote = False

    def state_vector(self) -> bytes:
        return self.doc.get_state()

    def diff(self, state_vector: bytes) -> bytes:
        return self.doc.get_update(state_vector)

    def write(self, intents: list[Intent] | None) -> None:
        """Carry out *intents*, or something at random."""
        if intents is None:
            random_write(self.world.rng, self.doc)
        else:
            perform(self.doc, intents)

    def take_outgoing(self) -> list[bytes]:
        outgoing, self._outgoing = self._outgoing, []
        return outgoing

    def view(self) -> Any:
        return {root: self.doc.get(root, type=Map).to_py() for root in self.roots}

    # --- the protocol ---------------------------------------------------------------------------

    def connect(self) -> None:
        self.join(Dialect.YJS)
        assert self.session is not None
        self.take_outgoing()
        self.world.feed(StateVector(self.session, self.state_vector()))

    def on_event(self, event: Event) -> None:
        match event:
            case SyncDiff():
                self.apply(event.update)
                self._send(self.diff(event.state_vector), UpdateKind.STEP2)
            case Refusal() if event.is_fatal:
                self.rejections.append(event)
                self._reload()
            case Refusal():
                self.refusals.append(event)
                self.unanswered -= 1
            case Ack():
                self.unanswered -= 1
            case Lost():
                self.lost.append(event)
            case Resync():
                assert self.session is not None
                self.unanswered -= 1
                self.world.feed(StateVector(self.session, self.state_vector()))
            case _:
                pass

    def _reload(self) -> None:
        """Throw away a document that the room will never have, as a page does that is reloaded."""
        self.disconnect()
        self.client_id = self.world.rng.randrange(2**32)
        self.make()
        self.connect()

    def on_revision(self, revision: Revision) -> None:
        if revision.update:
            self.apply(revision.update)

    def edit(self) -> None:
        intents = self.author(self.world.rng, self.view()) if self.author is not None else None
        self.perform(intents)

    def perform(self, intents: list[Intent] | None) -> None:
        """Edit and send, if connected."""
        self.edits += 1
        self.write(intents)
        self.flush()

    def flush(self) -> None:
        if self.session is not None:
            for update in self.take_outgoing():
                if self.session is not None:
                    self._send(update, UpdateKind.LIVE)

    def _send(self, update: bytes, kind: UpdateKind) -> None:
        assert self.session is not None
        self.unanswered += 1
        self.world.feed(Update(self.session, self.world.next_number(), update, kind))

    def disconnect(self) -> None:
        super().disconnect()
        self.unanswered = 0


@dataclass
class JsClient(YjsClient):
    """A Yjs client whose document is npm's Yjs in the oracle's process."""

    oracle: YjsOracle | None = None
    features: tuple[str, ...] = ()

    @property
    def yjs(self) -> YjsOracle:
        assert self.oracle is not None
        return self.oracle

    def make(self) -> None:
        self.yjs.create(self.user, self.client_id)

    def apply(self, update: bytes) -> None:
        assert not self.yjs.apply(self.user, update), "an update stays pending in JavaScript"

    def state_vector(self) -> bytes:
        return self.yjs.state_vector(self.user)

    def diff(self, state_vector: bytes) -> bytes:
        return self.yjs.update(self.user, state_vector)

    def write(self, intents: list[Intent] | None) -> None:
        if intents is None:
            seed = self.world.rng.randrange(2**31)
            self.yjs.random(self.user, seed, 1, features=self.features)
        else:
            # A bad edit of this client may stand where a text was, until the room undoes it.
            with suppress(OracleError):
                self.yjs.edit(self.user, *for_js(intents))

    def take_outgoing(self) -> list[bytes]:
        return [live.update for live in self.yjs.live(self.user) if live.is_local]

    def view(self) -> Any:
        return self.yjs.json(self.user, **dict.fromkeys(self.roots, "map"))
