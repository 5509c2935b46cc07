"""Commits: from a change to a numbered revision that carries both of its forms.

The committer owns the document, the ledger and the problems; the room above it owns sessions and
what leaves when. Every method is all or nothing: a change that is refused leaves no trace but, for
a Yjs update, the revision that undoes it. SPEC: sections CO and RF.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

from collab.crdt.bridge import Bridge, state_vector_of
from collab.crdt.places import PlaceIndex
from collab.crdt.update import Inspection, inspect
from collab.errors import InvalidOp, InvalidUpdate, InvalidValue, LimitExceeded, Refused
from collab.ids import ClientId, FencingToken, RevisionNo, UserId
from collab.limits import (
    CLIENT_IDS_PER_ROOM_MAX,
    DOCUMENT_BYTES_MAX,
    EXAMINED_NODES_MAX,
)
from collab.messages import (
    Ack,
    Event,
    Lost,
    Principal,
    Refusal,
    Resync,
    Submit,
    Update,
    UpdateKind,
)
from collab.model.problems import ProblemIndex
from collab.ot import json0
from collab.revision import SERVER_USER, ChangeKind, Revision, Snapshot
from collab.room.answers import lost_texts, refused, rejected, undone
from collab.room.encoded import EMPTY_UPDATES, EncodedDocument
from collab.room.fold import exists_after, fold, size_change
from collab.room.ledger import Ledger
from collab.room.refusal import judge
from collab.room.rules import ApplicationRules, Finding, RoomRules, by_node
from collab.room.submit import transform_change
from collab.values import Json, copy_json

__all__ = ["Committer", "Outcome"]

Component = dict[str, Any]


@dataclass(slots=True)
class Outcome:
    """What came of a change: a revision or none, and what its author is told after it."""

    revision: Revision | None = None
    events: list[Event] = field(default_factory=list)
    problems_changed: bool = False


class Committer:
    """The document of a room with everything that decides what may happen to it."""

    def __init__(
        self,
        *,
        rules: RoomRules,
        is_application: bool,
        token: FencingToken,
        snapshot: Snapshot,
        tail: Sequence[Revision],
    ) -> None:
        self.ledger = Ledger(snapshot)
        self.exists = snapshot.exists
        self._index = ProblemIndex(rules.registry) if isinstance(rules, ApplicationRules) else None
        self._rules = rules
        self._is_application = is_application
        self._open(token, snapshot, tail)
        self._document_bytes = len(orjson.dumps(self.document))
        self._encoded = EncodedDocument(self._bridge)
        if self._index is not None:
            self._index.begin()
            if len(self.document["nodes"]) < EXAMINED_NODES_MAX:
                self.examine()

    def _open(self, token: FencingToken, snapshot: Snapshot, tail: Sequence[Revision]) -> None:
        document = snapshot.document
        for revision in tail:
            document = fold(document, revision)
            self.exists = exists_after(self.exists, revision)
            self.ledger.record(revision)
        # Small, so that a client's concurrent edit of the same key wins over the server's.
        client = int(token)
        known = self.ledger.clients
        vector = state_vector_of(snapshot.state)
        while client in known or client in vector:
            client += 1
        self._server_client = ClientId(client)
        self._is_server_client_recorded = False
        self._bridge = Bridge(
            is_application=self._is_application,
            client_id=self._server_client,
            document=document,
            state=snapshot.state,
        )
        self._places = PlaceIndex(self._bridge.diff, snapshot.places)
        updates = [revision.update for revision in tail if revision.update]
        self._bridge.replay(updates)
        for update in updates:
            self._places.note(update)

    # --- reading ------------------------------------------------------------------------------

    @property
    def document(self) -> Json:
        """The marked JSON at the head. Read it, never change it."""
        return self._bridge.document

    @property
    def problems(self) -> ProblemIndex | None:
        """All problems at the head, None in a free room. Finishes what ``examine`` has left."""
        while not self.examine():
            pass
        return self._index

    @property
    def is_examined(self) -> bool:
        """Whether all problems are known."""
        return self._index is None or self._index.is_complete

    def examine(self) -> bool:
        """Look for problems in some more nodes; return whether all problems are known now.

        A look at a large model takes as long as hundreds of edits, so it is had piece by piece.
        """
        return self._index is None or self._index.advance(self.document, EXAMINED_NODES_MAX)

    @property
    def bridge(self) -> Bridge:
        """The bridge, for tests of its invariant."""
        return self._bridge

    def json(self) -> bytes:
        """Return the document as JSON text, encoded once for each revision."""
        return self._encoded.json()

    def state_vector(self) -> bytes:
        """Return the encoded state vector, made once for each revision."""
        return self._encoded.state_vector()

    def diff(self, state_vector: bytes) -> bytes:
        """Return the update that a peer with *state_vector* lacks.

        The whole state, which every newcomer asks for, is encoded once for each revision. Raises
        ``InvalidUpdate`` for a malformed vector.
        """
        return self._encoded.diff(state_vector)

    def snapshot(self) -> Snapshot:
        """Return the whole state at the head, sharing nothing with it."""
        return Snapshot(
            revision=self.ledger.head,
            epoch=self.ledger.epoch,
            exists=self.exists,
            document=copy_json(self.document),
            state=self.diff(b"\x00"),
            marks=dict(self.ledger.marks),
            clients=dict(self.ledger.clients),
            places=self._places.to_bytes(),
        )

    # --- an OT op -----------------------------------------------------------------------------

    def known(self, principal: Principal, command: Submit) -> Ack | Refusal | None:
        """Return the answer to a change that was committed before, None if it is new.

        However old its base is, and whoever may edit by now: it is in the log.
        """
        try:
            old = self.ledger.duplicate(command.source, command.seq, principal.user)
        except Refused as error:
            return refused(command.seq, error)
        return None if old is None else Ack(command.seq, old)

    def submit(self, principal: Principal, command: Submit, now_ms: int) -> Outcome:
        """Order, check and commit an OT change whose base is in memory."""
        known = self.known(principal, command)
        if known is not None:
            return Outcome(events=[known])
        try:
            change, op = self._prepare(command)
            update = self._write(op) if op else b""
        except (InvalidOp, InvalidValue, Refused, LimitExceeded) as error:
            return Outcome(events=[refused(command.seq, error)])
        kind = command.kind
        if kind is ChangeKind.OP:
            kind, change = (ChangeKind.OP, op) if op else (ChangeKind.NONE, None)
        elif kind is ChangeKind.CREATE:
            change = copy_json(self.document)
        revision = self._revision(kind, change, update, principal.user, now_ms, command=command)
        outcome = Outcome(revision, [Ack(command.seq, revision.number)])
        self._finish(outcome, revision, op)
        return outcome

    def _prepare(self, command: Submit) -> tuple[Json, list[Component]]:
        """Return the change at the head, and the op that carries it out on the document."""
        if not 0 <= command.base <= self.ledger.head:
            raise Refused("op_base_future", f"revision {command.base} is not committed")
        kind, change = command.kind, command.change
        if kind is ChangeKind.OP:
            change = json0.normalize(change)
        change = transform_change(kind, change, self.ledger.since(command.base))
        if kind is ChangeKind.CREATE:
            return change, self._create_op(change)
        if kind is ChangeKind.DELETE:
            return None, self._delete_op()
        if kind is ChangeKind.OP:
            if not self.exists:
                raise Refused("op_doc_missing", "the document does not exist: create it first")
            return change, self._rules.expand(change, self.document)
        return None, []

    def _create_op(self, data: Json) -> list[Component]:
        if self.exists:
            raise Refused("op_doc_created", "the document exists already")
        if not isinstance(data, dict):
            raise Refused("op_root", "the root of a free room's document is an object")
        return json0.normalize([{"p": [key], "oi": value} for key, value in data.items()])

    def _delete_op(self) -> list[Component]:
        if self._is_application:
            raise Refused("op_root", "the document of an application room cannot be deleted")
        return [{"p": [key], "od": value} for key, value in self.document.items()]

    def _write(self, op: list[Component]) -> bytes:
        """Apply *op* to both forms and return the update; the op is completed in place."""
        trial = self._bridge.try_op(op, self._rules.adopt)
        try:
            self._check_size(trial.op)
            findings = self._rules.check(self.document, by_node(trial.op, self._rules))
        except BaseException:
            self._bridge.take_back()
            raise
        if findings:
            self._bridge.take_back()
            first = findings[0]
            nodes = tuple(sorted({finding.node for finding in findings}))
            raise Refused(first.code, first.reason, first.path, nodes)
        op[:] = trial.op
        update = self._bridge.write()
        self._encoded.note_own_write(update)
        return update

    # --- a Yjs update -------------------------------------------------------------------------

    def update(self, principal: Principal, command: Update, now_ms: int) -> Outcome:
        """Inspect, order, check and commit a Yjs update."""
        is_step2 = command.kind is UpdateKind.STEP2
        try:
            inspection = self._inspect(principal, command.update)
        except (InvalidUpdate, LimitExceeded) as error:
            return Outcome(events=[rejected(command, error)])
        if inspection.missing:
            return Outcome(events=[Resync(command.seq, is_step2)])
        if inspection.is_known:
            return Outcome(events=[Ack(command.seq, self.ledger.head, is_step2)])
        if not principal.role.may_edit:
            if self._encoded.holds(inspection):
                return Outcome(events=[Ack(command.seq, self.ledger.head, is_step2)])
            reason = f"a {principal.role} cannot edit this room"
            return Outcome(events=[Refusal(command.seq, "auth_role", reason, is_step2=is_step2)])
        return self._apply(principal, command, inspection, now_ms)

    def brings_nothing(self, principal: Principal, update: bytes) -> bool:
        """True if the document has all of *update*, as of the step 2 of a mere reader."""
        try:
            inspection = self._inspect(principal, update)
        except (InvalidUpdate, LimitExceeded):
            return False
        return not inspection.missing and self._encoded.holds(inspection)

    def _inspect(self, principal: Principal, update: bytes) -> Inspection:
        inspection = inspect(
            update,
            state_vector=self._encoded.clocks(),
            owner_of=self._owner_of,
            principal=principal.user,
            rules=self._rules.update_rules,
            places=self._places,
        )
        if len(self.ledger.clients) + len(inspection.new_clients) > CLIENT_IDS_PER_ROOM_MAX:
            raise LimitExceeded(
                f"a room knows {CLIENT_IDS_PER_ROOM_MAX} client ids", code="limit_client_ids"
            )
        return inspection

    def _owner_of(self, client: int) -> str | None:
        if client == self._server_client:
            return SERVER_USER
        return self.ledger.clients.get(ClientId(client))

    def _apply(
        self, principal: Principal, command: Update, inspection: Inspection, now_ms: int
    ) -> Outcome:
        is_step2 = command.kind is UpdateKind.STEP2
        try:
            trial = self._bridge.try_update(command.update, inspection.decoded)
        except InvalidUpdate as error:
            return Outcome(events=[rejected(command, error)])
        verdict = judge(
            trial, self.document, self._rules, command.kind, self._size_findings(trial.op)
        )
        is_by_server = verdict.is_refused or bool(trial.broken_texts)
        if is_by_server:
            update, op = self._bridge.keep_with(
                command.update, inspection.decoded, verdict.inverse, trial.broken_texts
            )
            self._encoded.note_own_write(update)
        else:
            update, op = self._bridge.keep(command.update, inspection.decoded), trial.op
        self._encoded.note_update(inspection.decoded)
        if update in EMPTY_UPDATES:
            assert not op, op
            return Outcome(events=[Ack(command.seq, self.ledger.head, is_step2)])
        revision = self._yjs_revision(principal, op, update, inspection, now_ms, is_by_server)
        outcome = Outcome(revision)
        if verdict.is_refused:
            outcome.events.append(undone(command, verdict))
        else:
            outcome.events.append(Ack(command.seq, revision.number, is_step2))
            texts = lost_texts(inspection, command.update, update)
            if texts:
                outcome.events.append(Lost(command.seq, revision.number, texts))
        self._finish(outcome, revision, op)
        return outcome

    def _yjs_revision(
        self,
        principal: Principal,
        op: list[Component],
        update: bytes,
        inspection: Inspection,
        now_ms: int,
        is_by_server: bool,
    ) -> Revision:
        kind, change = (ChangeKind.OP, op) if op else (ChangeKind.NONE, None)
        if op and not self.exists:
            kind, change = ChangeKind.CREATE, copy_json(self.document)
        return self._revision(
            kind,
            change,
            update,
            principal.user,
            now_ms,
            clients=inspection.new_clients,
            is_by_server=is_by_server,
        )

    # --- private ------------------------------------------------------------------------------

    def _revision(
        self,
        kind: ChangeKind,
        change: Json,
        update: bytes,
        author: UserId,
        now_ms: int,
        *,
        command: Submit | None = None,
        clients: Sequence[int] = (),
        is_by_server: bool = True,
    ) -> Revision:
        owners = [(ClientId(client), author) for client in clients]
        if is_by_server and update and not self._is_server_client_recorded:
            owners.append((self._server_client, SERVER_USER))
            self._is_server_client_recorded = True
        return Revision(
            number=RevisionNo(self.ledger.head + 1),
            epoch=self.ledger.epoch,
            kind=kind,
            change=change,
            update=b"" if update in EMPTY_UPDATES else update,
            author=author,
            time_ms=now_ms,
            source=command.source if command else None,
            seq=command.seq if command else None,
            clients=tuple(owners),
        )

    def _finish(self, outcome: Outcome, revision: Revision, op: Sequence[Component]) -> None:
        self.ledger.record(revision)
        self._encoded.forget()
        if revision.update:
            self._places.note(revision.update)
        self.exists = exists_after(self.exists, revision)
        self._document_bytes += size_change(op)
        if self._index is not None and op:
            touched = {self._rules.node_of(component) for component in op}
            has_changed = self._index.update(self.document, touched)
            outcome.problems_changed = has_changed and self._index.is_complete

    def _check_size(self, op: Sequence[Component]) -> None:
        if self._document_bytes + max(0, size_change(op)) > DOCUMENT_BYTES_MAX:
            raise LimitExceeded(
                f"a document has at most {DOCUMENT_BYTES_MAX} bytes of JSON", code="limit_document"
            )

    def _size_findings(self, op: Sequence[Component]) -> list[Finding]:
        try:
            self._check_size(op)
        except LimitExceeded as error:
            nodes = {self._rules.node_of(component) for component in op}
            return [Finding(node, error.code, error.message, ()) for node in sorted(nodes)]
        return []
