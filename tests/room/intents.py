"""Edits that say the same to every kind of client: to pycrdt, to npm's Yjs, and as json0 ops.

A path begins with the name of a root; indices in texts count UTF-16 units; values carry the marks
of shared types.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from pycrdt import Doc, Map, Text

from collab.crdt.view import prelim
from collab.values import Json, SharedList, SharedMap, SharedText, plain

__all__ = [
    "DeleteKey",
    "DeleteText",
    "InsertText",
    "Intent",
    "Raw",
    "SetKey",
    "for_js",
    "for_ot",
    "perform",
]

Path: TypeAlias = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Raw:
    """A value that only JavaScript can say, in the notation of ``yjs_oracle.mjs``."""

    value: Any


@dataclass(frozen=True, slots=True)
class SetKey:
    path: Path
    key: str
    value: Any


@dataclass(frozen=True, slots=True)
class DeleteKey:
    path: Path
    key: str


@dataclass(frozen=True, slots=True)
class InsertText:
    path: Path
    index: int
    text: str


@dataclass(frozen=True, slots=True)
class DeleteText:
    path: Path
    index: int
    length: int


Intent: TypeAlias = SetKey | DeleteKey | InsertText | DeleteText


def perform(doc: Doc[Any], intents: Iterable[Intent]) -> None:
    """Carry all *intents* out on a pycrdt Doc in one transaction."""
    with doc.transaction():
        for intent in intents:
            target: Any = doc.get(str(intent.path[0]), type=Map)
            for key in intent.path[1:]:
                target = target[key]
            is_text = isinstance(intent, InsertText | DeleteText)
            if is_text is not isinstance(target, Text):
                # A bad edit of this client stands here until the room undoes it.
                continue
            match intent:
                case SetKey():
                    target[intent.key] = prelim(intent.value)
                case DeleteKey():
                    del target[intent.key]
                case InsertText():
                    target.insert(_bytes(str(target), intent.index), intent.text)
                case DeleteText():
                    shown = str(target)
                    start = _bytes(shown, intent.index)
                    del target[start : _bytes(shown, intent.index + intent.length)]


def _bytes(text: str, offset: int) -> int:
    return len(text.encode("utf-16-le")[: 2 * offset].decode("utf-16-le").encode())


def for_js(intents: Iterable[Intent]) -> list[dict[str, Any]]:
    """Return *intents* as the edits of ``YjsOracle.edit``."""
    edits: list[dict[str, Any]] = []
    for intent in intents:
        edit: dict[str, Any] = {"path": list(intent.path)}
        match intent:
            case SetKey():
                edit |= {"do": "map-set", "key": intent.key, "value": marked(intent.value)}
            case DeleteKey():
                edit |= {"do": "map-delete", "key": intent.key}
            case InsertText():
                edit |= {"do": "text-insert", "index": intent.index, "text": intent.text}
            case DeleteText():
                edit |= {"do": "text-delete", "index": intent.index, "length": intent.length}
        edits.append(edit)
    return edits


def marked(value: Any) -> Any:
    """Return a marked value in the notation of ``yjs_oracle.mjs``."""
    match value:
        case Raw():
            return value.value
        case SharedMap():
            return {"$map": {key: marked(item) for key, item in value.items()}}
        case SharedList():
            return {"$array": [marked(item) for item in value]}
        case SharedText():
            return {"$text": str(value)}
        case dict():
            return {key: marked(item) for key, item in value.items()}
        case list():
            return [marked(item) for item in value]
        case _:
            return value


def for_ot(intents: Sequence[Intent], document: Json) -> list[dict[str, Any]]:
    """Return *intents* as a json0 op on *document*."""
    op: list[dict[str, Any]] = []
    for intent in intents:
        target = document
        for key in intent.path:
            target = target[key]
        match intent:
            case SetKey():
                component = {"p": [*intent.path, intent.key], "oi": plain(intent.value)}
                if intent.key in target:
                    component["od"] = target[intent.key]
                op.append(component)
            case DeleteKey():
                op.append({"p": [*intent.path, intent.key], "od": target[intent.key]})
            case InsertText():
                op.append({"p": [*intent.path, intent.index], "si": intent.text})
            case DeleteText():
                units = target.encode("utf-16-le")
                removed = units[2 * intent.index : 2 * (intent.index + intent.length)]
                component = {"p": [*intent.path, intent.index], "sd": removed.decode("utf-16-le")}
                op.append(component)
    return op
