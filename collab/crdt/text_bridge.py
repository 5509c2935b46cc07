"""The bridge of a room whose document is a text: OT ops of a text type, and a root ``Y.Text``.

It does for texts what ``bridge`` does for JSON, with the same two Docs and the same methods, so
that the room need not know which it holds. Within, everything is a rich-text delta: a plain text is
one run without formats, and its ops are turned into deltas at the border. Documents of both types
are never changed in place, so an op is taken back by going back to the document before it.

A text that an update left in a state which the events do not tell, because it cut a surrogate pair
in two, is deleted and written again in the same transaction, which makes all replicas agree.

Invariant, after every method that returns: document == text of the real Doc == text of the twin,
but for formats that are null, which a document of npm's keeps and a Doc does not; and no member of
the root map. SPEC: section TR. Called by ``room``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from collab.crdt.bridge import FREE_ROOT, Trial
from collab.crdt.pairs import PairIndex
from collab.crdt.ruler import BYTES, UNITS, Piece, Ruler, length_of
from collab.crdt.text_doc import TEXT_ROOT, TextDoc
from collab.crdt.text_forms import TextForms, deletion_of, pieces_of, to_bytes
from collab.crdt.update import DecodedUpdate, decode
from collab.crdt.view import EMBED, FORMAT, Fault
from collab.errors import InvalidOp, InvalidUpdate, InvalidValue, LimitExceeded
from collab.ids import ClientId
from collab.ot import rich_text
from collab.ot.delta_parts import Delta, DeltaComponent
from collab.ot.types import OTType
from collab.values import Json, Path

__all__ = ["TextBridge"]

_MODEL_FAULT: Final = Fault(
    (FREE_ROOT,), "check_type", "the document is a text: its root map takes nothing"
)


@dataclass(slots=True)
class _Tried:
    """A change that is applied to the document and may still be taken back."""

    before: Json
    op: list[Any]
    # Of an update: the delta as the Doc has it, in UTF-16 units and unchecked.
    delta: Delta = field(default_factory=list)
    is_broken: bool = False
    is_refused: bool = False


class TextBridge:
    """The document of one room, of the text type *kind*; *state* is all that is in its Doc."""

    def __init__(self, *, kind: OTType, client_id: ClientId, document: Json, state: bytes) -> None:
        self._kind = kind
        self._forms = TextForms(kind)
        self._real = TextDoc(client_id, state)
        # Made for the first update, as in ``Bridge``.
        self._twin: TextDoc | None = None
        self._pairs: PairIndex | None = None
        self._tried: _Tried | None = None
        # What undoes the op that was kept last, where the op itself does not tell: see ``undoing``.
        self._undoing: list[Any] | None = None
        self.document: Json = document

    @property
    def undoing(self) -> list[Any] | None:
        """What undoes the op that was kept last, None where the op itself says it."""
        return self._undoing

    # --- reading the Doc ----------------------------------------------------------------------

    def state_vector(self) -> bytes:
        """Return the encoded state vector of the real Doc."""
        return self._real.state_vector()

    def diff(self, state_vector: bytes = b"\x00") -> bytes:
        """Return the update that a peer with *state_vector* lacks; by default the whole state."""
        return self._real.diff(state_vector)

    def views(self) -> tuple[Json, Json]:
        """Return the text of both Docs, read afresh: for tests of the invariant, not per edit."""
        twin = self._twin or self._real
        return self._forms.plain(_view(self._real)), self._forms.plain(_view(twin))

    def replay(self, updates: Sequence[bytes]) -> None:
        """Apply the updates of committed revisions, in order, without reading anything off."""
        self._real.apply_all(updates)
        self._twin = None

    # --- OT op in -----------------------------------------------------------------------------

    def try_op(self, op: Sequence[Any], adopt: Callable[[Path, Json, Json], Json]) -> Trial:
        """Apply *op* to the document; ``InvalidOp`` is raised, and nothing has changed, if not so.

        Then call :meth:`write` or :meth:`take_back`.
        """
        before = self.document
        self.document = self._kind.apply(before, list(op))
        completed = self._kind.complete(list(op), before)
        self._tried = _Tried(before, completed)
        return Trial(completed)

    def write(self) -> bytes:
        """Carry the tried op out on the Docs and return the update that fell out."""
        tried = self._take_tried()
        delta = to_bytes(
            self._forms.to_delta(tried.op, tried.before), self._forms.rich(tried.before)
        )

        def write() -> None:
            if not tried.before:
                # Where a document begins, something may stand that was never one.
                self._real.empty()
            self._real.write(delta)

        commit = self._real.transact(write, is_recording=False)
        self._note_undoing(tried)
        if commit.update:
            self._tell_twin(commit.update)
            if self._pairs is not None:
                self._pairs.note(decode(commit.update))
        return commit.update

    # --- Yjs update in ------------------------------------------------------------------------

    def try_update(self, update: bytes, decoded: DecodedUpdate) -> Trial:
        """Apply an inspected *update* to the twin and its op to the document.

        Then call :meth:`keep`, or :meth:`keep_with` where something has to be undone. What is
        faulty is not applied to the document. Raises ``InvalidUpdate`` (``update_unreadable``), and
        nothing has changed, if yrs cannot take it.
        """
        before = self.document
        twin = self._twin = self._twin or TextDoc(self._real.client_id, self._real.diff())
        try:
            commit = twin.take(update, is_recording=True)
        except BaseException as error:
            # yrs panics on some forged structs, and a panic is no Exception.
            self._twin = None
            if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
                raise
            raise InvalidUpdate(
                "update_unreadable", "the update cannot be applied to this document"
            ) from error
        faults = [_MODEL_FAULT] if twin.has_model else []
        delta = self._read(commit.delta, twin, decoded, faults)
        tried = self._tried = _Tried(before, [], delta or [], is_broken=delta is None)
        if delta is None:
            # What the Doc shows, as far as it is text, stands for what was meant.
            shown = _view(twin)
            tried.delta = _replacement(self._forms.rich(before), shown)
        if not faults:
            self._apply_delta(tried, faults)
        return Trial(tried.op, faults, {(TEXT_ROOT,): ""} if tried.is_broken else {})

    def refuse(self) -> Delta:
        """Refuse the tried update; return the delta that undoes it, for :meth:`keep_with`."""
        assert self._tried is not None
        self._tried.is_refused = True
        return rich_text.invert(self._tried.delta, self._forms.rich(self._tried.before))

    def keep(self, update: bytes, decoded: DecodedUpdate) -> bytes:
        """Apply the tried update to the real Doc; return what was new in it."""
        self._note_undoing(self._take_tried())
        if self._pairs is not None:
            self._pairs.note(decoded)
        return self._real.take(update, is_recording=False).update

    def keep_with(
        self,
        update: bytes,
        decoded: DecodedUpdate,
        inverse: Sequence[Any],
        fresh_texts: Mapping[Path, str],
    ) -> tuple[bytes, list[Any]]:
        """Apply the tried update together with *inverse*, or with the text written afresh.

        Returns the emitted update and the op that survives, which is applied to the document.
        """
        tried = self._take_tried()
        wanted = tried.before if tried.is_refused else self.document
        before = self._forms.rich(tried.before)
        real = self._real

        def write() -> None:
            if fresh_texts:
                # Before yrs sees the cut: it would take another character for the one that was
                # cut, which then stayed in every other replica.
                real.empty()
            real.apply(update)
            real.empty_model()
            if fresh_texts:
                real.empty()
                real.write(self._forms.rich(wanted))
            elif tried.is_refused:
                shown = rich_text.compose(before, tried.delta)
                real.write(to_bytes(list(inverse), shown))

        commit = real.transact(write, is_recording=True)
        if commit.update:
            self._tell_twin(commit.update)
        if self._pairs is not None:
            self._pairs.note(decoded)
            self._pairs.note(decode(commit.update))
        faults: list[Fault] = []
        delta = self._read_delta(commit.delta, before, faults)
        if delta is None or not self._fits(delta, before, real):
            delta = _replacement(before, _view(real))
        survived = _Tried(tried.before, [], delta)
        self.document = tried.before
        self._apply_delta(survived, faults)
        assert not faults, faults
        self._note_undoing(survived)
        return commit.update, survived.op

    def take_back(self) -> None:
        """Take the tried op back from the document."""
        self.document = self._take_tried().before

    # --- private ------------------------------------------------------------------------------

    def _take_tried(self) -> _Tried:
        assert self._tried is not None
        tried, self._tried = self._tried, None
        return tried

    def _note_undoing(self, tried: _Tried) -> None:
        self._undoing = self._kind.invert(tried.op, tried.before) if self._forms.is_rich else None

    def _tell_twin(self, update: bytes) -> None:
        if self._twin is not None:
            self._twin.take(update, is_recording=False)

    def _apply_delta(self, tried: _Tried, faults: list[Fault]) -> None:
        """Apply what *tried* says to the document; what no op may say is a fault."""
        try:
            op = self._forms.from_delta(rich_text.normalize(tried.delta), tried.before)
            self.document = self._kind.apply(tried.before, op)
        except (InvalidOp, InvalidValue, LimitExceeded) as error:
            faults.append(Fault((TEXT_ROOT,), error.code, error.message))
        else:
            tried.op = op

    # Reading what the Doc says.

    def _read(
        self,
        delta: list[dict[str, Any]],
        twin: TextDoc,
        decoded: DecodedUpdate,
        faults: list[Fault],
    ) -> Delta | None:
        """Return what an update did, None if it cannot be told because it cut a character."""
        before = self._forms.rich(self.document)
        if self._pairs is None and any(map(_has_pairs, pieces_of(before))):
            self._pairs = PairIndex.of_state(self._real.diff())
        pairs = self._pairs or PairIndex()
        if pairs.is_split_by(decoded) and delta:
            return None
        result = self._read_delta(delta, before, faults)
        return result if result is not None and self._fits(result, before, twin) else None

    def _read_delta(
        self, delta: list[dict[str, Any]], before: Delta, faults: list[Fault]
    ) -> Delta | None:
        """Return *delta* in UTF-16 units; what may not be in it is there as a stand-in."""
        ruler = Ruler(pieces_of(before), BYTES, UNITS)
        result: Delta = []
        for piece in delta:
            try:
                component = _content(piece, ruler, faults)
            except ValueError:
                return None
            attributes = piece.get("attributes")
            if attributes:
                component["attributes"] = attributes
            if not self._forms.is_rich:
                _check_plain(component, faults)
            result.append(component)
        return result

    def _fits(self, delta: Delta, before: Delta, doc: TextDoc) -> bool:
        """Return whether *delta* leads from *before* to a text as long as that of *doc*."""
        try:
            after = rich_text.compose(before, delta)
        except InvalidOp:
            return False
        is_text = all("insert" in component for component in after)
        return is_text and length_of(pieces_of(after), BYTES) == len(doc)


def _has_pairs(piece: Piece) -> bool:
    return piece is not None and not piece.isascii() and max(piece) > "\uffff"


def _content(piece: dict[str, Any], ruler: Ruler, faults: list[Fault]) -> DeltaComponent:
    """Return a piece of an event without its formats; ``ValueError`` if it cuts a character."""
    for kind in ("retain", "delete"):
        if kind in piece:
            return {kind: ruler.pass_over(int(piece[kind]))}
    content = piece["insert"]
    if isinstance(content, (str, dict)):
        return {"insert": content}
    faults.append(Fault((TEXT_ROOT,), EMBED, "an embed is an object of JSON"))
    return {"insert": {}}


def _check_plain(component: DeltaComponent, faults: list[Fault]) -> None:
    """Add to *faults* what no plain text has."""
    if any(value is not None for value in component.get("attributes", {}).values()):
        faults.append(Fault((TEXT_ROOT,), FORMAT, "a plain text was formatted"))
    if isinstance(component.get("insert"), dict):
        faults.append(Fault((TEXT_ROOT,), EMBED, "an object was embedded in a plain text"))


def _view(doc: TextDoc) -> Delta:
    """Return what stands in *doc*; what is no text and no object is left out."""
    shown: Delta = []
    for content, attributes in doc.view():
        if isinstance(content, (str, dict)):
            component: DeltaComponent = {"insert": content}
            shown.append({**component, "attributes": attributes} if attributes else component)
    return rich_text.create(shown)


def _replacement(before: Delta, after: Delta) -> Delta:
    """Return the delta that puts *after* into the place of *before*."""
    return rich_text.normalize([*after, *deletion_of(before)])
