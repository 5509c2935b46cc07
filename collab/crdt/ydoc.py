"""One Yjs document: transactions that report what they changed and the update they emitted.

pycrdt raises events only at commit, and only inside a callback; :meth:`YDoc.transact` runs the
writer, collects the events as plain records and returns both. Which roots are observed is fixed at
construction: those that hold the JSON document. SPEC: section BR. Used by ``bridge``.

The events are read as the engine beneath pycrdt gives them (``engine``): pycrdt's own wrapping of
them takes several times as long as the transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import field
from typing import Any, Final, TypeAlias, TypeVar

from pycrdt import Doc, Map

from collab.crdt import engine
from collab.crdt.view import EMBED, FORMAT, Fault, view
from collab.ids import ClientId
from collab.records import dataclass
from collab.values import Json, Path

__all__ = ["Change", "Commit", "ListChange", "MapChange", "TextChange", "YDoc"]


@dataclass(frozen=True, slots=True)
class MapChange:
    """Keys of one map: those that are set, with their new values, and those that are gone.

    ``faulty`` are the keys whose value is no JSON, so that it differs from what ``values`` shows.
    """

    path: Path
    values: dict[str, Json]
    removed: tuple[str, ...]
    faulty: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class ListChange:
    """A delta over one list: ``("retain", n)``, ``("delete", n)``, ``("insert", values)``."""

    path: Path
    delta: tuple[tuple[str, Any], ...]


@dataclass(frozen=True, slots=True)
class TextChange:
    """A delta over one text, in UTF-8 bytes, and the whole text after it.

    A piece is ``("retain", bytes)``, ``("delete", bytes)`` or ``("insert", text)``.
    """

    path: Path
    delta: tuple[tuple[str, Any], ...]
    text: str


Change: TypeAlias = MapChange | ListChange | TextChange

_Given = TypeVar("_Given")

# Out of the engine texts are well-formed: these are JSON as they are.
_PLAIN_TYPES: Final = frozenset({str, bool, type(None)})


@dataclass(slots=True)
class Commit:
    """What one transaction did. ``changes`` are in the order in which they have to be applied."""

    update: bytes = b""
    changes: list[Change] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


class YDoc:
    """A pycrdt ``Doc`` whose JSON roots are watched.

    *roots* names the root maps that hold the document. *state* is an update with the whole state,
    empty for a new document. Everything the server itself writes is under *client_id*. Formatted
    texts are faults unless *allows_formats*.
    """

    def __init__(
        self,
        client_id: ClientId,
        roots: tuple[str, ...],
        state: bytes = b"",
        *,
        allows_formats: bool,
    ) -> None:
        self._allows_formats = allows_formats
        self._doc: Doc[Any] = Doc(client_id=client_id)
        if state:
            self._doc.apply_update(state)
        self.roots: dict[str, Map[Any]] = {}
        self._commit: Commit | None = None
        self._error: Exception | None = None
        for name in roots:
            self.roots[name] = self._doc.get(name, type=Map)
        self._collectors = {name: self._collector(name) for name in roots}
        self._last = engine.LastUpdate()
        self._updates = self._last.watch(self._doc)

    @property
    def client_id(self) -> ClientId:
        return ClientId(self._doc.client_id)

    def state_vector(self) -> bytes:
        """Return the encoded state vector."""
        return self._doc.get_state()

    def diff(self, state_vector: bytes = b"\x00") -> bytes:
        """Return the update that a peer with *state_vector* lacks; by default the whole state."""
        return self._doc.get_update(state_vector)

    def apply(self, update: bytes) -> None:
        """Apply an inspected update within the current transaction."""
        self._doc.apply_update(update)

    def apply_all(self, updates: Sequence[bytes]) -> None:
        """Apply *updates*, in order, in one transaction: half the time of one for each."""
        with self._doc.transaction():
            for update in updates:
                self._doc.apply_update(update)

    def view(self) -> dict[str, Json]:
        """Return the marked JSON of every watched root. Reads the whole document: not per edit."""
        faults: list[Fault] = []
        result = {name: view(root, (name,), faults) for name, root in self.roots.items()}
        assert not self._real_faults(faults), faults
        return result

    def transact(self, write: Callable[[], None], *, is_recording: bool) -> Commit:
        """Run *write* in one transaction and return what it did.

        Without *is_recording* only the update is reported, which is cheaper. An exception in
        *write* leaves a half-written document behind (pycrdt does not roll back): the caller has
        to throw the room away.
        """

        run = self._recorded if is_recording else self._run
        return run(self._write, write)

    def take(self, update: bytes, *, is_recording: bool) -> Commit:
        """Apply an inspected *update* in a transaction of its own: see :meth:`transact`."""
        run = self._recorded if is_recording else self._run
        return run(self._apply, update)

    def _write(self, write: Callable[[], None]) -> None:
        with self._doc.transaction():
            write()

    def _apply(self, update: bytes) -> None:
        engine.apply_update(self._doc, update)

    def _run(self, run: Callable[[_Given], None], given: _Given) -> Commit:
        self._error = None
        commit = self._commit = Commit()
        self._last.is_wanted = True
        try:
            run(given)
        finally:
            self._commit = None
            self._last.is_wanted = False
        commit.update = self._last.pop()
        if self._error is not None:
            raise self._error
        return commit

    def _recorded(self, run: Callable[[_Given], None], given: _Given) -> Commit:
        # The engine makes its events before it asks whether anybody wants them, so nobody watches
        # where nothing is recorded.
        watched = [
            engine.observe_deep(root, self._collectors[name]) for name, root in self.roots.items()
        ]
        try:
            commit = self._run(run, given)
        finally:
            for subscription in watched:
                subscription.drop()
        if commit.faults:
            commit.faults = self._real_faults(commit.faults)
        # Parents first: a path is in the coordinates of the state after the transaction, so it
        # holds as soon as everything above it has been applied.
        if len(commit.changes) > 1:
            commit.changes.sort(key=lambda change: len(change.path))
        return commit

    def _real_faults(self, faults: list[Fault]) -> list[Fault]:
        return [fault for fault in faults if fault.code != FORMAT or not self._allows_formats]

    def _collector(self, name: str) -> Callable[[list[Any]], None]:
        def collect(events: list[Any]) -> None:
            commit = self._commit
            if commit is None:
                return
            try:
                event = events[0]
                if len(events) == 1 and engine.is_of_map(event):
                    # Nearly every edit, and nothing in it is read off the Doc.
                    plain_change = _plain_change(event.keys, (name, *event.path))
                    if plain_change is not None:
                        commit.changes.append(plain_change)
                        return
                with engine.reading(self._doc, event):
                    for event in events:
                        change = self._change(event, (name, *event.path), commit.faults)
                        if change is not None:
                            commit.changes.append(change)
            except Exception as error:  # noqa: BLE001 - raised again after the transaction.
                # pycrdt drops what a callback raises, and the change would be lost in silence.
                self._error = error

        return collect

    def _change(self, event: Any, path: Path, faults: list[Fault]) -> Change | None:
        if engine.is_of_map(event):
            return self._map_change(event.keys, path, faults)
        delta = engine.shared(event.delta, self._doc)
        if engine.is_of_text(event):
            return _text_change(delta, str(engine.shared(event.target, self._doc)), path, faults)
        return _list_change(delta, path, faults)

    def _map_change(
        self, keys: dict[str, dict[str, Any]], path: Path, faults: list[Fault]
    ) -> MapChange | None:
        values: dict[str, Json] = {}
        removed: list[str] = []
        faulty: set[str] = set()
        for key in sorted(keys):
            entry = keys[key]
            if entry["action"] == "delete":
                removed.append(key)
                continue
            count = len(faults)
            values[key] = view(engine.shared(entry["newValue"], self._doc), (*path, key), faults)
            if len(faults) > count:
                faulty.add(key)
        if not values and not removed:
            return None
        return MapChange(path, values, tuple(removed), frozenset(faulty))


def _plain_change(keys: dict[str, dict[str, Any]], path: Path) -> MapChange | None:
    """Return the change of a map in which only texts and constants were set, None for another."""
    values: dict[str, Json] = {}
    removed: list[str] = []
    for key in sorted(keys):
        entry = keys[key]
        if entry["action"] == "delete":
            removed.append(key)
            continue
        value = values[key] = entry["newValue"]
        if type(value) not in _PLAIN_TYPES:
            return None
    return MapChange(path, values, tuple(removed)) if keys else None


def _list_change(
    pieces: list[dict[str, Any]], path: Path, faults: list[Fault]
) -> ListChange | None:
    delta: list[tuple[str, Any]] = []
    index = 0
    for piece in pieces:
        if "insert" in piece:
            values = []
            for item in piece["insert"]:
                values.append(view(item, (*path, index), faults))
                index += 1
            delta.append(("insert", values))
        elif "delete" in piece:
            delta.append(("delete", piece["delete"]))
        else:
            delta.append(("retain", piece["retain"]))
            index += piece["retain"]
    return ListChange(path, tuple(delta)) if delta else None


def _text_change(
    pieces: list[dict[str, Any]], text: str, path: Path, faults: list[Fault]
) -> TextChange:
    delta: list[tuple[str, Any]] = []
    for piece in pieces:
        if "insert" in piece:
            if isinstance(piece["insert"], str):
                delta.append(("insert", piece["insert"]))
            else:
                faults.append(Fault(path, EMBED, "an object was embedded in a text"))
        elif "delete" in piece:
            delta.append(("delete", piece["delete"]))
        else:
            delta.append(("retain", piece["retain"]))
        attributes = piece.get("attributes")
        if attributes and any(value is not None for value in attributes.values()):
            faults.append(Fault(path, FORMAT, "a text was formatted"))
    return TextChange(path, tuple(delta), text)
