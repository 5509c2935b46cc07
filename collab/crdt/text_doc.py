"""One Yjs document whose root text is what is edited: transactions that report what they did.

The counterpart of ``ydoc`` for rooms whose document is a text. Its root map stays empty: that is
where the room's document stands when it is JSON. SPEC: section TR. Used by ``text_bridge``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from pycrdt import Doc, Map, Text

from collab.crdt import engine
from collab.crdt.bridge import FREE_ROOT
from collab.ids import ClientId
from collab.ot.delta_parts import Delta, DeltaComponent

__all__ = ["TEXT_ROOT", "TextCommit", "TextDoc"]

# Where editors bound by y-quill and the like are told to look.
TEXT_ROOT: Final = "text"


@dataclass(slots=True)
class TextCommit:
    """What one transaction did: its update, and its delta with lengths in UTF-8 bytes."""

    update: bytes = b""
    delta: list[dict[str, Any]] = field(default_factory=list)


class TextDoc:
    """A pycrdt ``Doc`` with a root text. *state* is an update with all that is in it.

    All that the server itself writes is under *client_id*.
    """

    def __init__(self, client_id: ClientId, state: bytes = b"") -> None:
        self._doc: Doc[Any] = Doc(client_id=client_id)
        if state:
            self._doc.apply_update(state)
        self._text: Text = self._doc.get(TEXT_ROOT, type=Text)
        self._model: Map[Any] = self._doc.get(FREE_ROOT, type=Map)
        self._commit: TextCommit | None = None
        self._error: Exception | None = None
        self._last = engine.LastUpdate()
        self._updates = self._last.watch(self._doc)

    def __len__(self) -> int:
        """The length of the text in UTF-8 bytes; an embed counts one."""
        return len(self._text)

    @property
    def client_id(self) -> ClientId:
        return ClientId(self._doc.client_id)

    @property
    def has_model(self) -> bool:
        """Whether something stands where JSON documents do."""
        return len(self._model) > 0

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
        """Apply *updates*, in order, in one transaction."""
        with self._doc.transaction():
            for update in updates:
                self._doc.apply_update(update)

    def view(self) -> list[tuple[Any, dict[str, Any] | None]]:
        """Return the text as runs with their formats. Reads all of it: not per edit."""
        return list(self._text.diff())

    def transact(self, write: Callable[[], None], *, is_recording: bool) -> TextCommit:
        """Run *write* in one transaction and return what it did, the delta if *is_recording*."""

        def run() -> None:
            with self._doc.transaction():
                write()

        return self._run(run, is_recording=is_recording)

    def take(self, update: bytes, *, is_recording: bool) -> TextCommit:
        """Apply an inspected *update* in a transaction of its own: see :meth:`transact`."""
        return self._run(lambda: engine.apply_update(self._doc, update), is_recording=is_recording)

    def _run(self, run: Callable[[], None], *, is_recording: bool) -> TextCommit:
        commit = self._commit = TextCommit()
        self._error = None
        subscription = engine.observe(self._text, self._on_change) if is_recording else None
        self._last.is_wanted = True
        try:
            run()
        finally:
            self._commit = None
            self._last.is_wanted = False
            if subscription is not None:
                subscription.drop()
        commit.update = self._last.pop()
        if self._error is not None:
            raise self._error
        return commit

    # --- within a transaction -----------------------------------------------------------------

    def write(self, delta: Delta) -> None:
        """Carry *delta* out, whose lengths are in UTF-8 bytes and fit the text."""
        position = 0
        for component in delta:
            if "insert" in component:
                position += self._insert(position, component)
                continue
            if "delete" in component:
                del self._text[position : position + component["delete"]]
                continue
            end = position + component["retain"]
            if "attributes" in component:
                self._text.format(position, end, component["attributes"])
            position = end

    def empty(self) -> None:
        """Delete whatever stands in the text."""
        if len(self._text):
            del self._text[0 : len(self._text)]

    def empty_model(self) -> None:
        """Delete whatever stands where JSON documents do."""
        for key in list(self._model.keys()):
            del self._model[key]

    # --- private ------------------------------------------------------------------------------

    def _insert(self, position: int, component: DeltaComponent) -> int:
        content = component["insert"]
        # Without formats of its own, a text would take those on its left.
        attributes = component.get("attributes") or {}
        if isinstance(content, str):
            self._text.insert(position, content, attributes)
            return len(content.encode())
        self._text.insert_embed(position, content, attributes)
        return 1

    def _on_change(self, event: Any) -> None:
        if self._commit is None:
            return
        try:
            self._commit.delta = engine.shared(event.delta, self._doc)
        except Exception as error:  # noqa: BLE001 - raised again after the transaction.
            # pycrdt drops what a callback raises, and the change would be lost in silence.
            self._error = error
