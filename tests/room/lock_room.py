"""A room with a small application in it, of which people and tools hold parts.

``page`` has a ``form`` with a ``field`` in it and a ``list`` beside it; ``model`` stands apart.
"""

from __future__ import annotations

from typing import Any, Final

from pycrdt import Doc, Map

from collab.ids import RevisionNo, SessionId
from collab.lock_records import LockDeed
from collab.messages import (
    Ack,
    Dialect,
    Join,
    Lock,
    LockAction,
    LockAnswer,
    LocksDue,
    Refusal,
    Role,
    StateVector,
)
from collab.model.nodes import build_node
from collab.model.registry import builtin
from tests.room.clients import principal
from tests.room.driver import Driver, updates_of

__all__ = ["LockRoom"]

_NODES: Final[tuple[tuple[str, str, list[str], dict[str, str]], ...]] = (
    ("page", "Page@1", ["application", "pages", "a0"], {"name": "Bestellung", "path": "/b"}),
    ("form", "Form@1", ["page", "children", "a0"], {}),
    ("field", "TextField@1", ["form", "children", "a0"], {"label": "Größe"}),
    ("list", "List@1", ["page", "children", "a1"], {}),
    (
        "model",
        "DataModel@1",
        ["application", "dataModels", "a0"],
        {"name": "M", "description": "ß"},
    ),
)


class LockRoom(Driver):
    """The sessions are native and named after their users; everything asked is stored at once."""

    def __init__(self, **options: Any) -> None:
        super().__init__(is_application=True, **options)
        self._requests = 0
        self._seqs: dict[str, int] = {}
        self._docs: dict[str, tuple[Doc[Any], list[bytes]]] = {}
        if "tail" not in options and "snapshot" not in options:
            self.join("maker", Dialect.NATIVE)
            for node, type_, place, props in _NODES:
                definition = builtin().get(type_)
                assert definition is not None
                made = build_node(type_, place, props, definition)
                self.edit("maker", ["nodes", node], made)
                self.store()

    def enter(self, *names: str, role: Role = Role.EDITOR) -> None:
        for name in names:
            self.join(name, Dialect.NATIVE, role=role)
        self.store()

    def feed_as(self, user: str, session: str) -> None:
        """Let *user* in once more, with a Yjs client."""
        self.feed(Join(SessionId(session), principal(user), Dialect.YJS))
        self.feed(StateVector(SessionId(session), b"\x00"))
        self.store()

    def lock(
        self,
        name: str,
        component: str,
        action: LockAction = LockAction.ACQUIRE,
        token: int | None = None,
    ) -> LockAnswer:
        """Ask, store, and return the answer; ``effects`` are those of the storing."""
        self._requests += 1
        number = None if token is None else RevisionNo(token)
        self.feed(Lock(SessionId(name), self._requests, component, action, number))
        early = self.effects
        self.effects = early + self.store()
        (answer,) = self.told(LockAnswer, name)
        return answer

    def edit(self, name: str, path: list[Any], value: Any, old: Any = None) -> Refusal | None:
        """Set a value by an op; return the refusal, if there is one."""
        component = {"p": path, "oi": value} | ({"od": old} if old is not None else {})
        return self.send(name, [component])

    def send(self, name: str, op: list[Any]) -> Refusal | None:
        """Submit *op*; return the refusal, if there is one."""
        self._seqs[name] = self._seqs.get(name, 0) + 1
        self.submit(name, op, seq=self._seqs[name])
        early = self.effects
        self.effects = early + self.store()
        refusals = self.told(Refusal, name)
        assert len(refusals) + len(self.told(Ack, name)) == 1
        return refusals[0] if refusals else None

    def move(self, name: str, node: str, place: list[str] | None) -> Refusal | None:
        """Give *node* another place by an op; None deletes it."""
        old = self.document["nodes"][node]["place"]
        return self.send(name, [{"p": ["nodes", node, "place"], "od": old, "oi": place}])

    def doc(self, name: str) -> Doc[Any]:
        """Return the Yjs document of a user who is (also) here with a Yjs client."""
        if name not in self._docs:
            doc: Doc[Any] = Doc(client_id=1_000 + len(self._docs))
            doc.apply_update(self.room.committer.diff(b"\x00"))
            self._docs[name] = (doc, updates_of(doc))
        return self._docs[name][0]

    def nodes(self, name: str) -> Any:
        return self.doc(name).get("nodes", type=Map)

    def push(self, name: str, session: str, *, step2: bool = False) -> Refusal | None:
        """Send what *name*'s Yjs document has that was not sent, as one update of *session*."""
        doc, updates = self._docs[name]
        update = doc.get_update() if step2 else updates[-1]
        updates.clear()
        self.update(session, update, step2=step2)
        early = self.effects
        self.effects = early + self.store()
        refusals = self.told(Refusal, session)
        return refusals[0] if refusals else None

    def wait(self, ms: int) -> None:
        """Let time pass; the host wakes the room, as it was asked to."""
        self.now_ms += ms
        self.feed(LocksDue(self.now_ms))
        early = self.effects
        self.effects = early + self.store()

    @property
    def holders(self) -> dict[str, str]:
        return {lock.component: lock.user for lock in self.room.committer.locks.state.held}

    @property
    def queue(self) -> list[tuple[str, str]]:
        waiting = self.room.committer.locks.state.waiting
        return [(waiter.component, waiter.user) for waiter in waiting]

    def deeds(self, since: int = 0) -> list[tuple[LockDeed, str, str]]:
        """Return the steps that the log has after revision *since*."""
        return [
            (record.deed, record.component, record.user)
            for revision in self.log[since:]
            for record in revision.locks
        ]
