"""The bridge: one document in two forms, JSON for OT and a Yjs Doc, kept in step edit by edit.

Theory. A change arrives in one form and has to happen in both, atomically, or not at all; but a
Yjs update cannot be looked into before it is applied, and a transaction cannot be rolled back. So
there are two Docs. An update goes to the *twin* first, whose events give the op; the op is applied
to the JSON document, where it can be checked and, unlike in a Doc, taken back. Then

- accepted: the *real* Doc takes the update as it is (``keep``);
- refused, in whole or in part: one transaction on the real Doc takes the update *and* the inverse
  of what is refused (``keep_with``). What that emits holds no trace of the refused values, is the
  revision's update, and brings the twin back into step. Since an inverse may restore something
  under a new identity, the surviving op is read off the real Doc's events.

An op needs no twin: it is checked on the JSON document and then written to the real Doc, and what
falls out is applied to the twin (``write``).

Invariant, after every method that returns: document == view of the real Doc == view of the twin.
SPEC: section BR. Called by ``room``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from pycrdt import Map, get_state

from collab.crdt.pairs import PairIndex
from collab.crdt.reading import Component, Reading, has_pairs, read_changes
from collab.crdt.update import DecodedUpdate, decode, decode_state_vector
from collab.crdt.view import EMBED, FORMAT, Fault
from collab.crdt.writing import write_fresh_text, write_op
from collab.crdt.ydoc import YDoc
from collab.errors import DesignRoomsError, InvalidUpdate
from collab.ids import ClientId
from collab.values import Json, Path, SharedList, SharedMap, SharedText

__all__ = ["APPLICATION_ROOTS", "FREE_ROOT", "Bridge", "Trial", "state_vector_of"]

APPLICATION_ROOTS: Final = ("application", "nodes")
FREE_ROOT: Final = "model"
# Stands for a value that is not there.
_NOTHING: Final = object()


@dataclass(slots=True)
class Trial:
    """An op that is applied to the JSON document and may still be taken back.

    ``faults`` is what the update holds that is no JSON; their paths are the document's.
    ``broken_texts`` have to be replaced by fresh ones, because replicas would differ in them.
    """

    op: list[Component]
    faults: list[Fault] = field(default_factory=list)
    broken_texts: dict[Path, str] = field(default_factory=dict)


class Bridge:
    """The document of one room. *document* is the marked JSON of a snapshot, owned from now on."""

    def __init__(
        self, *, is_application: bool, client_id: ClientId, document: Json, state: bytes
    ) -> None:
        roots = APPLICATION_ROOTS if is_application else (FREE_ROOT,)
        self._is_application = is_application
        self._real = YDoc(client_id, roots, state, allows_formats=not is_application)
        # Made for the first update, since a large Doc takes a while and many rooms never need it.
        self._twin: YDoc | None = None
        self._reading: Reading | None = None
        # Read off the Doc when a text with a surrogate pair is first edited: it may take a while.
        self._pairs: PairIndex | None = None
        self.document: Json = document

    @staticmethod
    def empty_document(*, is_application: bool) -> Json:
        """Return the document of a room at revision 0."""
        if is_application:
            return {name: SharedMap() for name in APPLICATION_ROOTS}
        return SharedMap()

    @property
    def undoing(self) -> None:
        """What undoes the op that was kept last: it says that itself."""
        return None

    # --- reading the Doc --------------------------------------------------------------------

    @property
    def roots(self) -> tuple[str, ...]:
        """The names of the root maps that hold the document."""
        return tuple(self._real.roots)

    def state_vector(self) -> bytes:
        """Return the encoded state vector of the real Doc."""
        return self._real.state_vector()

    def diff(self, state_vector: bytes = b"\x00") -> bytes:
        """Return the update that a peer with *state_vector* lacks; by default the whole state."""
        return self._real.diff(state_vector)

    def views(self) -> tuple[Json, Json]:
        """Return the JSON of both Docs, read afresh: for tests of the invariant, not per edit."""
        twin = self._twin or self._real
        return self._shape(self._real.view()), self._shape(twin.view())

    def replay(self, updates: Sequence[bytes]) -> None:
        """Apply the updates of committed revisions, in order, without reading anything off."""
        self._real.apply_all(updates)
        self._twin = None

    # --- OT op in -----------------------------------------------------------------------------

    def try_op(self, op: Sequence[Component], adopt: Callable[[Path, Json, Json], Json]) -> Trial:
        """Apply *op* to the JSON document, with marks given to what it inserts.

        ``adopt(path, value, document)`` returns *value* as it becomes at *path*. ``InvalidOp`` is
        raised, and nothing has changed, if the op does not apply. Then call :meth:`write` or
        :meth:`take_back`.
        """
        self._reading = reading = Reading(self.document)
        try:
            for component in op:
                reading.apply([_adopted(component, reading.document, adopt)])
        except Exception:
            self.take_back()
            raise
        self.document = reading.document
        return Trial(reading.op)

    def write(self) -> bytes:
        """Carry the tried op out on the Docs and return the update that fell out."""
        assert self._reading is not None
        op = self._reading.op
        self._reading = None
        try:
            commit = self._real.transact(lambda: write_op(self._target(), op), is_recording=False)
        except DesignRoomsError as error:
            # Not the peer's fault: the op is valid, and the Doc is now half-written.
            raise AssertionError("an op fits the JSON document but not the Doc") from error
        if commit.update:
            self._tell_twin(commit.update)
            if self._pairs is not None:
                self._pairs.note(decode(commit.update))
        return commit.update

    # --- Yjs update in ------------------------------------------------------------------------

    def try_update(self, update: bytes, decoded: DecodedUpdate) -> Trial:
        """Apply an inspected *update* to the twin and its op to the JSON document.

        *decoded* is the update as it was read. Then call :meth:`keep`, or :meth:`keep_with` with
        what has to be undone. Raises
        ``InvalidUpdate`` (``update_unreadable``), and nothing has changed, if yrs cannot take it.
        """
        self._reading = reading = Reading(self.document)
        twin = self._twin = self._twin or self._make_twin()
        try:
            commit = twin.take(update, is_recording=True)
            read_changes(reading, commit.changes, strip=self._strip)
            self._find_cut_texts(reading, decoded)
        except BaseException as error:
            # yrs panics on some forged structs, and a panic is no Exception. The real Doc has not
            # seen the update, so the next twin is made from it and only the sender is told.
            self.take_back()
            if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
                raise
            self._twin = None
            raise InvalidUpdate(
                "update_unreadable", "the update cannot be applied to this document"
            ) from error
        self.document = reading.document
        faults = [replace(fault, path=fault.path[self._strip :]) for fault in commit.faults]
        for fault in faults:
            if fault.code in (EMBED, FORMAT) and fault.path in reading.edited_texts:
                # Putting its characters back would leave it there.
                reading.broken_texts[fault.path] = reading.edited_texts[fault.path]
        return Trial(reading.op, faults, reading.broken_texts)

    def keep(self, update: bytes, decoded: DecodedUpdate) -> bytes:
        """Apply the tried update to the real Doc; return what was new in it."""
        assert self._reading is not None
        self._reading = None
        if self._pairs is not None:
            self._pairs.note(decoded)
        return self._real.take(update, is_recording=False).update

    def keep_with(
        self,
        update: bytes,
        decoded: DecodedUpdate,
        inverse: Sequence[Component],
        fresh_texts: Mapping[Path, str],
    ) -> tuple[bytes, list[Component]]:
        """Apply the tried update together with *inverse* and with *fresh_texts*, by their paths.

        Returns the emitted update and the op that survives, which is applied to the document.
        """
        self.take_back()

        def write() -> None:
            self._real.apply(update)
            # Their paths are those right after the update, so they come before the inverse.
            for path, text in fresh_texts.items():
                write_fresh_text(self._target(), path, text)
            write_op(self._target(), inverse)

        commit = self._real.transact(write, is_recording=True)
        assert not commit.faults, commit.faults
        if commit.update:
            self._tell_twin(commit.update)
        if self._pairs is not None:
            self._pairs.note(decoded)
            self._pairs.note(decode(commit.update))
        reading = Reading(self.document)
        read_changes(reading, commit.changes, strip=self._strip)
        self.document = reading.document
        return commit.update, reading.op

    def take_back(self) -> None:
        """Take the tried op back from the JSON document."""
        assert self._reading is not None
        self.document = self._reading.rollback()
        self._reading = None

    # --- private ------------------------------------------------------------------------------

    def _find_cut_texts(self, reading: Reading, decoded: DecodedUpdate) -> None:
        """Report the texts that an update touched if it cuts a surrogate pair anywhere.

        The real Doc has not seen the update yet, so its pairs are those that may be cut.
        """
        pairs = self._pairs
        if pairs is None:
            pairs = PairIndex()
            if reading.has_edited_pairs:
                pairs = self._pairs = PairIndex.of_state(self._real.diff())
        if pairs.is_split_by(decoded):
            reading.broken_texts |= reading.edited_texts
            for component in reading.op:
                value = component.get("oi", component.get("li"))
                reading.broken_texts.update(_texts_with_pairs(value, tuple(component["p"])))

    def _tell_twin(self, update: bytes) -> None:
        if self._twin is not None:
            self._twin.take(update, is_recording=False)

    def _make_twin(self) -> YDoc:
        return YDoc(
            self._real.client_id,
            tuple(self._real.roots),
            self._real.diff(),
            allows_formats=not self._is_application,
        )

    @property
    def _strip(self) -> int:
        return 0 if self._is_application else 1

    def _target(self) -> Map[Any] | dict[str, Map[Any]]:
        return self._real.roots if self._is_application else self._real.roots[FREE_ROOT]

    def _shape(self, roots: dict[str, Json]) -> Json:
        return roots if self._is_application else roots[FREE_ROOT]


def state_vector_of(update: bytes) -> dict[int, int]:
    """Return the state vector of a Doc that holds just *update*, without making the Doc."""
    return decode_state_vector(get_state(update)) if update else {}


def _texts_with_pairs(value: Json, path: Path) -> Iterator[tuple[Path, str]]:
    """Yield the shared texts within *value* that hold a surrogate pair, with their paths."""
    if isinstance(value, SharedText):
        if has_pairs(value):
            yield path, str(value)
    elif isinstance(value, SharedMap):
        for key, item in value.items():
            yield from _texts_with_pairs(item, (*path, key))
    elif isinstance(value, SharedList):
        for index, item in enumerate(value):
            yield from _texts_with_pairs(item, (*path, index))


def _adopted(
    component: Component, document: Json, adopt: Callable[[Path, Json, Json], Json]
) -> Component:
    """Return *component* with marks on what it inserts and the values that it really removes."""
    path: Path = tuple(component["p"])
    result = dict(component)
    for key in ("oi", "li"):
        if key in result and _is_shared(document, path[:-1]):
            result[key] = adopt(path, result[key], document)
    for key in ("od", "ld"):
        if key in result:
            result[key] = _value_at(document, path, result[key])
    if "oi" in result and "od" not in result:
        # Clients may leave out what they overwrite. The log has it, or it could not be put back.
        overwritten = _value_at(document, path, _NOTHING)
        if overwritten is not _NOTHING:
            result["od"] = overwritten
    return result


def _is_shared(document: Json, path: Path) -> bool:
    """True unless *path* leads into a plain value, all of which is one register in the Doc."""
    for key in path:
        try:
            document = document[key]
        except (KeyError, IndexError, TypeError):
            return True
        if isinstance(document, (dict, list)) and not isinstance(document, SharedMap | SharedList):
            return False
    return True


def _value_at(document: Json, path: Path, otherwise: Json) -> Json:
    """Return what stands at *path*; ``apply`` reports a path that leads nowhere."""
    try:
        for key in path:
            document = document[key]
    except (KeyError, IndexError, TypeError):
        return otherwise
    return document
