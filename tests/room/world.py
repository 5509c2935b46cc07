"""A room with its log and its clients, driven by one random number generator.

The store is a list of encoded revisions; an append may be refused, whereupon the room is thrown
away and reopened from the log, and every client reconnects and resends. After each step the room's
invariant is checked: document == view of the Doc == view of the twin == fold of the log.
"""

from __future__ import annotations

import random
from collections import deque
from typing import Any

from pycrdt import Doc, Map

from collab.crdt.bridge import Bridge
from collab.crdt.view import view
from collab.ids import Epoch, FencingToken, RevisionNo, SessionId
from collab.messages import (
    Append,
    Appended,
    AppendFailed,
    Broadcast,
    CloseAll,
    CloseSession,
    Command,
    Effect,
    HistoryLoaded,
    LoadHistory,
    SaveSnapshot,
    Send,
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
from collab.room.fold import fold
from collab.room.room import Room
from collab.room.rules import RoomRules
from collab.values import json_equal, marked_equal, plain
from tests.room.clients import Client, OtClient, YjsClient

__all__ = ["World"]


class World:
    """A room, its log, and a scheduler that decides what happens next."""

    def __init__(
        self, seed: int, *, rules: RoomRules, is_application: bool, first_token: int = 1
    ) -> None:
        self.rng = random.Random(seed)
        self.rules = rules
        self.is_application = is_application
        self.log: list[bytes] = []
        self.snapshots: list[tuple[RevisionNo, bytes]] = []
        self.clients: dict[SessionId, Client] = {}
        self.everybody: list[Client] = []
        self.token = first_token - 1
        self.time_ms = 1_000
        self.reopenings = 0
        self._numbers = 0
        self._inbox: deque[Command] = deque()
        self._is_feeding = False
        self._appends: deque[Append] = deque()
        self._loads: deque[LoadHistory] = deque()
        # The fold at each revision that is ordered but not durable, and at the last durable one.
        self._folds: deque[Any] = deque([Bridge.empty_document(is_application=is_application)])
        self._folded_to = 0
        self.log_doc: Doc[Any] = Doc()
        self._replayed_to = 0
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
        snapshot = self.snapshot()
        tail = self.revisions(snapshot.revision)
        self._appends.clear()
        self._loads.clear()
        while len(self._folds) > 1:
            self._folds.pop()
            self._folded_to -= 1
        self.room = Room(
            rules=self.rules,
            is_application=self.is_application,
            token=FencingToken(self.token),
            snapshot=snapshot,
            tail=tail,
        )

    def snapshot(self) -> Snapshot:
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

    def load(self) -> None:
        """Answer the oldest request for history."""
        if self._loads:
            request = self._loads.popleft()
            revisions = self.revisions(request.after, request.through)
            self.feed(HistoryLoaded(tuple(revisions)))

    def drain(self) -> None:
        while self._appends or self._loads:
            self.store()
            self.load()

    def retire(self) -> None:
        """The owner hands the room over: everything is stored, with a snapshot."""
        self.drain()
        effect = self.room.last_snapshot()
        if effect is not None:
            self._perform(effect)
        self._reopen()

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
                self._loads.append(effect)
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
        self._check_fold(real)

    def _check_fold(self, real: Any) -> None:
        """Fold what was ordered since, as the store gives it back, and compare."""
        durable = len(self.log)
        ordered = self.room.committer.ledger.since(RevisionNo(max(self._folded_to, durable)))
        for revision in [
            *self.revisions(self._folded_to),
            *(decode_revision(item.number, encode_revision(item)) for item in ordered),
        ]:
            self._folds.append(_folded(self._folds[-1], revision))
            self._folded_to = revision.number
        while len(self._folds) > 1 + self._folded_to - durable:
            self._folds.popleft()
        assert marked_equal(self._folds[-1], real), _difference(self._folds[-1], real)

    def settle(self) -> None:
        """Connect everybody, send everything, store everything."""
        for _ in range(4):
            for client in self.everybody:
                if client.session is None:
                    client.connect()
                client.settle()
            self.drain()
        self.check()

    def check_converged(self) -> None:
        """Assert that every replica is what the room is, and no acked op lost or doubled."""
        document = plain(self.room.committer.document)
        for client in self.everybody:
            if isinstance(client, YjsClient):
                shown = client.view()
                shown = shown if self.is_application else shown["model"]
                assert client.unanswered == 0, (client.user, client.unanswered)
            else:
                assert isinstance(client, OtClient)
                assert client.sent is None and not client.buffer
                shown = client.document
                assert client.exists == self.room.committer.exists
            assert json_equal(shown, document), (client.user, _difference(shown, document))
        if self.is_application:
            touched: dict[str, list[Any]] = {node: [] for node in document["nodes"]}
        else:
            touched = {key: [{"p": [key]}] for key in document}
        assert not self.rules.check(self.room.committer.document, touched)
        self._check_log_doc()
        self._check_sources()

    def _check_log_doc(self) -> None:
        """Assert that the updates of the log alone make the document."""
        for revision in self.revisions(self._replayed_to):
            self._replayed_to = revision.number
            if revision.update:
                self.log_doc.apply_update(revision.update)
        roots = self.room.committer.bridge.roots
        shown = {name: view(self.log_doc.get(name, type=Map), (name,), []) for name in roots}
        document = shown if self.is_application else shown["model"]
        assert marked_equal(document, self.room.committer.document)

    def _check_sources(self) -> None:
        revisions = self.revisions(0)
        assert [item.number for item in revisions] == list(range(1, len(self.log) + 1))
        sources = [(item.source, item.seq) for item in revisions if item.source is not None]
        assert len(sources) == len(set(sources)), "an op was committed twice"
        for client in self.everybody:
            if isinstance(client, OtClient):
                for seq in client.acked:
                    assert (client.source, seq) in sources, "an acknowledged op is not in the log"


def _folded(document: Any, revision: Revision) -> Any:
    if revision.kind is ChangeKind.OP:
        # Unlike ``fold`` this leaves the document as it is: it may be needed again.
        return json0.apply(document, revision.change)
    return fold(document, revision)


def _difference(left: Any, right: Any, path: tuple[Any, ...] = ()) -> str:
    if type(left) is type(right) and isinstance(left, dict):
        for key in {*left, *right}:
            if key not in left or key not in right:
                return f"{(*path, key)}: only in {'left' if key in left else 'right'}"
            if not marked_equal(left[key], right[key]):
                return _difference(left[key], right[key], (*path, key))
    return f"{path}: {left!r} is not {right!r} ({type(left).__name__}, {type(right).__name__})"
