"""A small server and its clients in one thread: what the property tests of ``pending`` run against.

The sequencer numbers, transforms and applies, knows each source's last submission, and refuses at
random. Messages wait in two queues for each client; a lost connection loses both.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from random import Random
from typing import Any

from collab.client.pending import Committed, Outcome, Pending, Rejected, Ticket
from collab.errors import DesignRoomsError
from collab.ids import Epoch, RevisionNo, SourceId, UserId
from collab.ot import json0
from collab.revision import ChangeKind, Revision
from collab.values import copy_json
from tests.ot.generator import random_op

EPOCH = Epoch(7)


@dataclass
class Sequencer:
    random: Random
    document: Any
    refusal_share: float = 0.1
    exists: bool = True
    log: list[Revision] = field(default_factory=list)
    marks: dict[SourceId, tuple[int, RevisionNo]] = field(default_factory=dict)
    clients: list[SimClient] = field(default_factory=list)

    @property
    def head(self) -> RevisionNo:
        return RevisionNo(len(self.log))

    def submit(self, client: SimClient, message: dict[str, Any]) -> None:
        seq, source = message["seq"], client.pending.source
        mark = self.marks.get(source)
        if mark is not None and mark[0] == seq:
            client.inbox.append({"type": "ack", "seq": seq, "revision": mark[1]})
            return
        assert mark is None or seq > mark[0], "a submission came again after a later one"
        try:
            if self.random.random() < self.refusal_share:
                raise DesignRoomsError("by chance", code="check_chance")
            change = self._order(message)
        except DesignRoomsError as error:
            client.inbox.append({"type": "refuse", "seq": seq, "code": error.code})
            return
        number = RevisionNo(self.head + 1)
        self.marks[source] = (seq, number)
        kind = message["kind"]
        if kind is ChangeKind.OP and not change:
            kind, change = ChangeKind.NONE, None
        revision = Revision(number, EPOCH, kind, change, b"", UserId("u"), 0, source, seq)
        self.log.append(revision)
        for each in self.clients:
            if each.is_connected:
                each.inbox.append({"type": "revision", "revision": revision})
        client.inbox.append({"type": "ack", "seq": seq, "revision": number})

    def _order(self, message: dict[str, Any]) -> Any:
        kind, change = message["kind"], copy_json(message["change"])
        for revision in self.log[message["base"] :]:
            if revision.kind is ChangeKind.DELETE and kind is not ChangeKind.DELETE:
                raise DesignRoomsError("gone", code="op_doc_deleted")
            if revision.kind is ChangeKind.CREATE:
                raise DesignRoomsError("new", code="op_doc_created")
            if revision.kind is ChangeKind.OP and kind is ChangeKind.OP:
                change = json0.transform(change, revision.change, "left")
        if kind is ChangeKind.OP:
            if not self.exists:
                raise DesignRoomsError("none", code="op_doc_missing")
            self.document = json0.apply(self.document, change)
        elif kind is ChangeKind.CREATE:
            if self.exists:
                raise DesignRoomsError("there", code="op_doc_created")
            self.document, self.exists = copy_json(change), True
        else:
            self.document, self.exists = None, False
        return change


class SimClient:
    """One client. ``answers`` holds what became of each ticket."""

    def __init__(self, server: Sequencer, name: str) -> None:
        self.server = server
        self._seq = 0
        self.pending = Pending(SourceId(name), self._next_seq)
        self.inbox: deque[dict[str, Any]] = deque()
        self.outbox: deque[dict[str, Any]] = deque()
        self.is_connected = False
        self.answers: dict[Ticket, Outcome] = {}
        self.tickets: list[Ticket] = []
        server.clients.append(self)

    def _next_seq(self) -> int:
        self._seq += 1
        return self._seq

    def connect(self, *, by_snapshot: bool) -> None:
        self.is_connected = True
        server = self.server
        if by_snapshot:
            document = copy_json(server.document)
            self.settle(self.pending.take_snapshot(EPOCH, server.head, server.exists, document))
        else:
            for revision in server.log[self.pending.revision :]:
                self.settle(self.pending.receive(revision))

    def disconnect(self) -> None:
        self.is_connected = False
        self.inbox.clear()
        self.outbox.clear()
        self.pending.disconnect()

    def edit(self, random: Random) -> None:
        document = self.pending.document
        if not self.pending.exists or not isinstance(document, dict):
            return
        before = copy_json(document)
        op, after = random_op(random, document)
        self.tickets.append(self.pending.submit(ChangeKind.OP, op))
        assert document == before, "a document that was handed out has changed"
        assert self.pending.document == after

    def change(self, kind: ChangeKind, data: Any = None) -> None:
        self.tickets.append(self.pending.submit(kind, data))

    def send(self) -> None:
        if not self.is_connected:
            return
        submission = self.pending.send()
        if submission is not None:
            self.outbox.append(
                {
                    "seq": submission.seq,
                    "base": submission.base,
                    "kind": submission.kind,
                    "change": copy_json(submission.change),
                }
            )

    def deliver_up(self) -> None:
        if self.outbox:
            self.server.submit(self, self.outbox.popleft())

    def deliver_down(self) -> None:
        if not self.inbox:
            return
        message = self.inbox.popleft()
        match message["type"]:
            case "revision":
                self.settle(self.pending.receive(message["revision"]))
            case "ack":
                self.settle(self.pending.acknowledge(message["seq"], message["revision"]))
            case "refuse":
                self.settle(self.pending.refuse(message["seq"], message["code"], "no"))

    def settle(self, outcomes: list[Outcome]) -> None:
        for outcome in outcomes:
            for ticket in outcome.tickets:
                assert ticket not in self.answers, "a ticket was answered twice"
                self.answers[ticket] = outcome

    def committed(self) -> list[Committed]:
        return [item for item in self.answers.values() if isinstance(item, Committed)]

    def rejected(self) -> list[Rejected]:
        return [item for item in self.answers.values() if isinstance(item, Rejected)]


def run(
    random: Random,
    clients: list[SimClient],
    steps: int,
    *,
    loses: bool = False,
    snapshots: bool = False,
    deletes: bool = False,
) -> None:
    """Let chance act on *clients*, then bring everything to rest."""
    for _ in range(steps):
        client = random.choice(clients)
        chance = random.random()
        if chance < 0.25:
            client.edit(random)
        elif deletes and chance < 0.28:
            client.change(ChangeKind.DELETE)
        elif deletes and chance < 0.33:
            client.change(ChangeKind.CREATE, {"text": "é😀", "list": [1, 2]})
        elif loses and chance < 0.37:
            if client.is_connected:
                client.disconnect()
            else:
                client.connect(by_snapshot=snapshots and random.random() < 0.5)
        elif chance < 0.55:
            client.send()
        elif chance < 0.75:
            client.deliver_up()
        else:
            client.deliver_down()
    settle(clients)


def settle(clients: list[SimClient]) -> None:
    """Connect everybody and deliver until nobody has anything to say."""
    for client in clients:
        if not client.is_connected:
            client.connect(by_snapshot=False)
    while True:
        for client in clients:
            client.send()
        if not any(client.inbox or client.outbox for client in clients):
            return
        for client in clients:
            client.deliver_up()
            while client.inbox:
                client.deliver_down()
