"""Commits: from a change to a numbered revision that carries both of its forms.

The committer owns the document, the ledger and the problems; the room above it owns sessions and
what leaves when. Every method is all or nothing: a change that is refused leaves no trace but, for
a Yjs update, the revision that undoes it. SPEC: sections CO and RF.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from collab.crdt.text_bridge import TextBridge
from collab.crdt.text_forms import creation_of, deletion_of
from collab.crdt.update import Inspection, inspect
from collab.errors import InvalidOp, InvalidUpdate, InvalidValue, LimitExceeded, Refused
from collab.ids import RevisionNo
from collab.limits import (
    CLIENT_IDS_PER_ROOM_MAX,
    DOCUMENT_BYTES_MAX,
)
from collab.messages import (
    Ack,
    Lost,
    Principal,
    Refusal,
    Resync,
    Revert,
    Submit,
    Undo,
    Update,
    UpdateKind,
)
from collab.ot import json0
from collab.ot.types import JSON0, OTType, find_type
from collab.revision import ChangeKind, Revision
from collab.room.answers import lost_texts, refused, rejected, undone
from collab.room.encoded import EMPTY_UPDATES
from collab.room.inverter import Inverter, Json0Inverter, TextInverter
from collab.room.lock_keeping import LockKeeper
from collab.room.outcome import Outcome
from collab.room.refusal import judge, judge_text
from collab.room.revert import Reversal, reversal
from collab.room.rules import Finding, Touched, by_node
from collab.room.submit import transform_change
from collab.values import Json, copy_json

__all__ = ["Committer"]

Component = dict[str, Any]


class Committer(LockKeeper):
    """The document of a room with everything that decides what may happen to it."""

    # --- an OT op -----------------------------------------------------------------------------

    def known(self, principal: Principal, command: Submit | Revert | Undo) -> Ack | Refusal | None:
        """Return the answer to a change that was committed before, None if it is new.

        However old its base is, and whoever may edit by now: it is in the log.
        """
        try:
            old = self.ledger.duplicate(command.source, command.seq, principal.user)
        except Refused as error:
            return refused(command.seq, error)
        return None if old is None else Ack(command.seq, old)

    def submit(
        self, principal: Principal, command: Submit, base: RevisionNo, now_ms: int
    ) -> Outcome:
        """Order, check and commit an OT change made at *base*, after which all is in memory.

        It is one that is not ``known``.
        """
        try:
            change, op = self._prepare(command, base)
            return self._carry_out(principal, command, command.kind, change, op, now_ms)
        except (InvalidOp, InvalidValue, Refused, LimitExceeded) as error:
            return Outcome(events=[refused(command.seq, error)])

    def revert(
        self, principal: Principal, command: Revert | Undo, target: RevisionNo, now_ms: int
    ) -> Outcome:
        """Take back *target*, which is in memory with all that followed, as far as it applies."""
        revisions = list(self.ledger.since(RevisionNo(target - 1)))
        try:
            found = self._reversal(command, revisions)
            op: list[Component] = []
            if found.kind is ChangeKind.OP:
                op = self._rules.expand(found.change, self.document)
            elif found.kind is ChangeKind.CREATE:
                op = self._create_op(found.change, find_type(revisions[0].type))
            elif found.kind is ChangeKind.DELETE:
                op = self._delete_op()
            outcome = self._carry_out(
                principal, command, found.kind, found.change, op, now_ms, reverts=target
            )
        except (InvalidOp, InvalidValue, Refused, LimitExceeded) as error:
            return Outcome(events=[refused(command.seq, error)])
        outcome.events = [
            replace(event, conflicts=tuple(found.conflicts)) if isinstance(event, Ack) else event
            for event in outcome.events
        ]
        return outcome

    def _reversal(self, command: Revert | Undo, revisions: Sequence[Revision]) -> Reversal:
        target, since = revisions[0], revisions[1:]
        try:
            return reversal(target, since, self.document, self._inverter(find_type(target.type)))
        except Refused as error:
            if isinstance(command, Revert):
                raise
            # It is taken off the pile all the same: the next undo is about what came before it.
            return Reversal(ChangeKind.NONE, conflicts=[error.path])

    def _inverter(self, ot_type: OTType) -> Inverter:
        return Json0Inverter(self._rules.retraction) if ot_type is JSON0 else TextInverter(ot_type)

    def _carry_out(
        self,
        principal: Principal,
        command: Submit | Revert | Undo,
        kind: ChangeKind,
        change: Json,
        op: list[Component],
        now_ms: int,
        *,
        reverts: RevisionNo | None = None,
    ) -> Outcome:
        """Check and commit what *op* does to the document at the head."""
        if kind is ChangeKind.DELETE:
            change = copy_json(self.document)
        # Even an empty text is written: something that was never a document may stand in its place.
        update = self._write(principal, op) if op or kind is ChangeKind.CREATE else b""
        if kind is ChangeKind.OP:
            kind, change = (ChangeKind.OP, op) if op else (ChangeKind.NONE, None)
        elif kind is ChangeKind.CREATE:
            change = copy_json(self.document)
        revision = self._revision(
            kind,
            change,
            update,
            principal,
            now_ms,
            command=command,
            reverts=reverts,
            locks=self._locks_after(principal.user, op, now_ms),
        )
        outcome = Outcome(revision, [Ack(command.seq, revision.number)])
        outcome.problems_changed = self._finish(revision, op)
        return outcome

    def _prepare(self, command: Submit, base: RevisionNo) -> tuple[Json, list[Component]]:
        """Return the change at the head, and the op that carries it out on the document."""
        if not 0 <= base <= self.ledger.head:
            raise Refused("op_base_future", f"revision {base} is not committed")
        kind, change = command.kind, command.change
        if kind is ChangeKind.OP and not self.exists:
            # Nobody can tell whether it is well made: the document that it was for is not here.
            change = []
        change = transform_change(kind, change, base, self.ledger, self.type)
        if kind is ChangeKind.CREATE:
            return change, self._create_op(change, find_type(command.type))
        if kind is ChangeKind.DELETE:
            return None, self._delete_op()
        if kind is ChangeKind.OP:
            if not self.exists:
                raise Refused("op_doc_missing", "the document does not exist: create it first")
            return change, self._rules.expand(change, self.document)
        return None, []

    def _create_op(self, data: Json, ot_type: OTType) -> list[Component]:
        if self.exists:
            raise Refused("op_doc_created", "the document exists already")
        if ot_type is not JSON0:
            return self._create_text_op(data, ot_type)
        if not isinstance(data, dict):
            raise Refused("op_root", "the root of a free room's document is an object")
        return json0.normalize([{"p": [key], "oi": value} for key, value in data.items()])

    def _create_text_op(self, data: Json, ot_type: OTType) -> list[Component]:
        if not self._rules.takes_texts:
            raise Refused("check_type", "what is declared of this collection holds for JSON alone")
        document = ot_type.create(data)
        if ot_type.size_bytes(document) > DOCUMENT_BYTES_MAX:
            # From here on nothing may fail: the room is about to be one of that type.
            raise LimitExceeded(
                f"a document has at most {DOCUMENT_BYTES_MAX} bytes of JSON", code="limit_document"
            )
        self._become(ot_type)
        return creation_of(document)

    def _delete_op(self) -> list[Component]:
        if self._is_application:
            raise Refused("op_root", "the document of an application room cannot be deleted")
        if self.type is not JSON0:
            return deletion_of(self.document)
        return [{"p": [key], "od": value} for key, value in self.document.items()]

    def _write(self, principal: Principal, op: list[Component]) -> bytes:
        """Apply *op* to both forms and return the update; the op is completed in place."""
        trial = self._bridge.try_op(op, self._rules.adopt)
        try:
            self._check_size(trial.op)
            findings = [
                *self._rules.permits(principal.role, trial.op),
                *self._findings(self.document, by_node(trial.op, self._rules), principal.user),
            ]
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

    def _apply(
        self, principal: Principal, command: Update, inspection: Inspection, now_ms: int
    ) -> Outcome:
        is_step2 = command.kind is UpdateKind.STEP2
        try:
            trial = self._bridge.try_update(command.update, inspection.decoded)
        except InvalidUpdate as error:
            return Outcome(events=[rejected(command, error)])
        extra = [
            *self._size_findings(trial.op),
            *self._rules.permits(principal.role, trial.op),
        ]
        if isinstance(self._bridge, TextBridge):
            verdict = judge_text(trial, extra, self._bridge.refuse)
        else:

            def check(document: Json, touched: Touched) -> list[Finding]:
                return self._findings(document, touched, principal.user)

            verdict = judge(trial, self.document, self._rules, command.kind, extra, check)
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
        # Mostly the Doc emits what it was given, which was read already.
        decoded = inspection.decoded if update == command.update else None
        outcome.problems_changed = self._finish(revision, op, decoded)
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
            principal,
            now_ms,
            clients=inspection.new_clients,
            is_by_server=is_by_server,
            locks=self._locks_after(principal.user, op, now_ms),
        )
