"""The engine beneath pycrdt, for what every edit does: take an update, and read its events.

pycrdt wraps each transaction, event and value in Python objects of its own, looks at the signature
of each callback and reads every part of an event at once: ten times as long as the engine takes for
a keystroke. So these few calls go to ``pycrdt._pycrdt`` itself, and nothing else does: writing and
reading a document stay with pycrdt's own types. That module is private, so pycrdt is held to one
minor version and the tests of the bridge are the contract. SPEC: section BR. Used by ``ydoc`` and
``text_doc``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pycrdt import Doc, Subscription
from pycrdt._base import BaseType, process_event
from pycrdt._pycrdt import MapEvent, TextEvent, TransactionEvent
from pycrdt._transaction import ReadTransaction

__all__ = [
    "LastUpdate",
    "apply_update",
    "is_of_map",
    "is_of_text",
    "observe",
    "observe_deep",
    "reading",
    "shared",
]


def apply_update(doc: Doc[Any], update: bytes) -> None:
    """Apply *update* in a transaction of its own; there must be none.

    A panic of yrs passes through: the Doc is then beyond use.
    """
    engine = doc._doc
    transaction = engine.create_transaction()
    try:
        engine.apply_update(transaction, update)
        transaction.commit()
    finally:
        transaction.drop()


class LastUpdate:
    """Where a Doc's updates go: the one of the last transaction in which ``is_wanted`` was set.

    The engine holds it, and Python's collector does not see what the engine holds. Were it to hold
    the Doc, whoever has that, or the subscription, none of them would ever be freed.
    """

    __slots__ = ("__weakref__", "is_wanted", "update")

    def __init__(self) -> None:
        self.is_wanted = False
        self.update = b""

    def watch(self, doc: Doc[Any]) -> Subscription:
        """Take the updates of *doc* for as long as what is returned is kept."""
        return doc._doc.observe(self._take)

    def _take(self, event: TransactionEvent) -> None:
        # Made when it is asked for.
        if self.is_wanted:
            self.update = event.update

    def pop(self) -> bytes:
        """Return the update, empty if nothing was changed, and forget it."""
        update, self.update = self.update, b""
        return update


def observe(target: BaseType, callback: Callable[[Any], None]) -> Subscription:
    """Call *callback* with the event of each change of *target*, until the subscription's drop."""
    return target.integrated.observe(callback)  # type: ignore[no-any-return]


def observe_deep(target: BaseType, callback: Callable[[list[Any]], None]) -> Subscription:
    """Call *callback* with the events in and beneath *target*, until the subscription's drop."""
    return target.integrated.observe_deep(callback)  # type: ignore[no-any-return]


def is_of_map(event: Any) -> bool:
    """Whether *event* tells of a map: it has ``keys``, others have a ``delta``."""
    return type(event) is MapEvent


def is_of_text(event: Any) -> bool:
    """Whether *event* tells of a text."""
    return type(event) is TextEvent


def reading(doc: Doc[Any], event: Any) -> ReadTransaction:
    """Return the context in which a callback can read the shared types of *doc*."""
    return doc._read_transaction(event.transaction)


def shared(value: Any, doc: Doc[Any]) -> Any:
    """Return *value* out of an event with pycrdt's own types for those of the engine."""
    return process_event(value, doc)
