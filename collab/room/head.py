"""The head of a room: its document at the last revision, and what numbering the next one takes.

SPEC: section CO. Called by ``commit``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson

from collab.crdt.bridge import Bridge, state_vector_of
from collab.crdt.items import DecodedUpdate
from collab.crdt.places import PlaceIndex
from collab.crdt.text_bridge import TextBridge
from collab.errors import LimitExceeded
from collab.ids import ClientId, FencingToken, RevisionNo
from collab.limits import (
    DOCUMENT_BYTES_MAX,
    EXAMINED_NODES_MAX,
)
from collab.lock_records import LockRecord
from collab.locks.components import LockTable
from collab.messages import (
    Principal,
    Revert,
    Submit,
    Undo,
)
from collab.model.problems import ProblemIndex
from collab.ot.types import JSON0, OTType, find_type
from collab.revision import SERVER_USER, ChangeKind, Revision, Snapshot
from collab.room.encoded import EMPTY_UPDATES, EncodedDocument
from collab.room.fold import exists_after, fold, size_change, type_after
from collab.room.ledger import Ledger
from collab.room.rules import ApplicationRules, Finding, RoomRules
from collab.room.text_rules import TextRules
from collab.values import Json, copy_json

__all__ = ["Head"]

Component = dict[str, Any]


class Head:
    """The document of a room with the ledger, the problems and the encoded forms of it."""

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
        self.locks = LockTable(snapshot.locks)
        self.exists = snapshot.exists
        self._index = ProblemIndex(rules.registry) if isinstance(rules, ApplicationRules) else None
        self._is_application = is_application
        self._json_rules = rules
        self._open(token, snapshot, tail)
        self._rules = self._rules_of(self.type)
        self._document_bytes = len(orjson.dumps(self.document))
        self._encoded = EncodedDocument(self._bridge)
        if self._index is not None:
            self._index.begin()
            if len(self.document["nodes"]) < EXAMINED_NODES_MAX:
                self.examine()

    def _open(self, token: FencingToken, snapshot: Snapshot, tail: Sequence[Revision]) -> None:
        document, name = snapshot.document, snapshot.type
        for revision in tail:
            document = fold(document, revision)
            name = type_after(name, revision)
            self.exists = exists_after(self.exists, revision)
            self.ledger.record(revision)
            self.locks.note(revision)
        # Small, so that a client's concurrent edit of the same key wins over the server's.
        client = int(token)
        known = self.ledger.clients
        vector = state_vector_of(snapshot.state)
        while client in known or client in vector:
            client += 1
        self._server_client = ClientId(client)
        self._is_server_client_recorded = False
        self.type = find_type(name)
        self._bridge = self._make_bridge(document, snapshot.state)
        self._places = PlaceIndex(self._whole_state, snapshot.places)
        updates = [revision.update for revision in tail if revision.update]
        self._bridge.replay(updates)
        for update in updates:
            self._places.note(update)

    def _make_bridge(self, document: Json, state: bytes) -> Bridge | TextBridge:
        client = self._server_client
        if self.type is not JSON0:
            return TextBridge(kind=self.type, client_id=client, document=document, state=state)
        return Bridge(
            is_application=self._is_application, client_id=client, document=document, state=state
        )

    def _whole_state(self) -> bytes:
        # Asked for late, when the bridge may be another than the one that the room began with.
        return self._bridge.diff()

    def _rules_of(self, ot_type: OTType) -> RoomRules:
        return self._json_rules if ot_type is JSON0 else TextRules()

    def _become(self, ot_type: OTType) -> None:
        """Make the document, of which nothing is left, an empty one of *ot_type*."""
        if ot_type is self.type:
            return
        self.type = ot_type
        if ot_type is JSON0:
            document = Bridge.empty_document(is_application=self._is_application)
        else:
            document = ot_type.create(None)
        self._bridge = self._make_bridge(document, self._bridge.diff())
        self._rules = self._rules_of(ot_type)
        self._encoded = EncodedDocument(self._bridge)
        self._document_bytes = len(orjson.dumps(document))

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
    def bridge(self) -> Bridge | TextBridge:
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
            type=self.type.name,
            locks=self.locks.state,
        )

    # --- following ----------------------------------------------------------------------------

    def follow(self, revision: Revision) -> bool:
        """Take the next revision, which another owner has committed; return as ``_finish`` does."""
        if revision.kind is ChangeKind.CREATE:
            self._become(find_type(revision.type))
        self._bridge.document = fold(self._bridge.document, revision)
        if revision.update:
            self._bridge.replay([revision.update])
            self._encoded.note_own_write(revision.update)
        op = revision.change if revision.kind is ChangeKind.OP else ()
        return self._finish(revision, op)

    # --- private ------------------------------------------------------------------------------

    def _revision(
        self,
        kind: ChangeKind,
        change: Json,
        update: bytes,
        author: Principal,
        now_ms: int,
        *,
        command: Submit | Revert | Undo | None = None,
        reverts: RevisionNo | None = None,
        clients: Sequence[int] = (),
        is_by_server: bool = True,
        locks: tuple[LockRecord, ...] = (),
    ) -> Revision:
        owners = [(ClientId(client), author.user) for client in clients]
        submitted = command if isinstance(command, Submit) else None
        if is_by_server and update and not self._is_server_client_recorded:
            owners.append((self._server_client, SERVER_USER))
            self._is_server_client_recorded = True
        return Revision(
            number=RevisionNo(self.ledger.head + 1),
            epoch=self.ledger.epoch,
            kind=kind,
            change=change,
            update=b"" if update in EMPTY_UPDATES else update,
            author=author.user,
            time_ms=now_ms,
            source=command.source if command else None,
            seq=command.seq if command else None,
            clients=tuple(owners),
            reverts=reverts,
            type=self.type.name,
            inverse=self._bridge.undoing if kind is ChangeKind.OP else None,
            author_name=author.name,
            restores=submitted.restores if submitted else None,
            is_import=submitted is not None and submitted.is_import,
            locks=locks,
        )

    def _finish(
        self, revision: Revision, op: Sequence[Component], decoded: DecodedUpdate | None = None
    ) -> bool:
        """Take *revision*, whose op was applied already; return whether the problems changed.

        *decoded* is its update, if somebody has read it.
        """
        self.ledger.record(revision)
        self.locks.note(revision)
        if revision.update or revision.kind is not ChangeKind.NONE:
            self._encoded.forget()
        if revision.update:
            self._places.note(decoded or revision.update)
        self.exists = exists_after(self.exists, revision)
        if self.type is JSON0:
            self._document_bytes += size_change(op)
        elif not self.exists:
            self._become(JSON0)
        if self._index is not None and op:
            touched = set(self._rules.nodes_of(op))
            return self._index.update(self.document, touched) and self._index.is_complete
        return False

    def _check_size(self, op: Sequence[Component]) -> None:
        """Raise ``LimitExceeded`` if *op*, which is applied, makes the document too large."""
        if self.type is JSON0:
            size = self._document_bytes + max(0, size_change(op))
        else:
            size = self.type.size_bytes(self.document)
        if size > DOCUMENT_BYTES_MAX:
            raise LimitExceeded(
                f"a document has at most {DOCUMENT_BYTES_MAX} bytes of JSON", code="limit_document"
            )

    def _size_findings(self, op: Sequence[Component]) -> list[Finding]:
        try:
            self._check_size(op)
        except LimitExceeded as error:
            nodes = set(self._rules.nodes_of(op))
            return [Finding(node, error.code, error.message, ()) for node in sorted(nodes)]
        return []

    def _owner_of(self, client: int) -> str | None:
        if client == self._server_client:
            return SERVER_USER
        return self.ledger.clients.get(ClientId(client))
