"""The steps of an edit as json0 ops, for clients that are written in Python."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from collab.values import Json, utf16_length

__all__ = ["op_of", "plain"]


def op_of(step: dict[str, Any], document: Json, spared: Sequence[str]) -> list[Any] | None:
    """Return the op of *step* on *document*, None if there is nothing for it to be made on."""
    path: list[str | int] = []
    target = document
    for part in step["path"]:
        key = _index(target, part["id"]) if isinstance(part, dict) else part
        if key is None or (isinstance(target, dict) and key not in target):
            return None
        target = target[key]
        path.append(key)
    if "set" in step:
        return _set(path, target, step, spared)
    if "add" in step:
        return [{"p": path, "na": step["add"]}]
    if "type" in step or "erase" in step:
        return _text(path, target, step)
    return _list(path, target, step)


def _set(
    path: list[str | int], target: Json, step: dict[str, Any], spared: Sequence[str]
) -> list[Any] | None:
    component = {"p": [*path, step["key"]], "oi": plain(step["set"])}
    if step["key"] in target:
        component["od"] = target[step["key"]]
        if component["od"] in spared:
            return None
    return [component]


def _text(path: list[str | int], text: str, step: dict[str, Any]) -> list[Any] | None:
    if "type" in step:
        after = step["after"]
        at = text.find(after) if after else -1
        at = len(text) if at < 0 else at + len(after)
        return [{"p": [*path, utf16_length(text[:at])], "si": step["type"]}]
    at = text.find(step["erase"])
    if at < 0:
        return None
    return [{"p": [*path, utf16_length(text[:at])], "sd": step["erase"]}]


def _list(path: list[str | int], items: list[Any], step: dict[str, Any]) -> list[Any] | None:
    after = _index(items, step.get("after"))
    place = len(items) if after is None else after + 1
    if "insert" in step:
        return [{"p": [*path, place], "li": plain(step["insert"])}]
    at = _index(items, step.get("remove", step.get("move")))
    if at is None:
        return None
    if "remove" in step:
        return [{"p": [*path, at], "ld": items[at]}]
    return [{"p": [*path, at], "lm": min(place, len(items) - 1)}]


def _index(items: Any, token: str | None) -> int | None:
    for index, item in enumerate(items):
        if (item["id"] if isinstance(item, dict) else item) == token:
            return index
    return None


def plain(value: Json) -> Json:
    """Return a marked value as plain JSON."""
    if isinstance(value, list):
        return [plain(item) for item in value]
    if not isinstance(value, dict):
        return value
    if len(value) == 1 and next(iter(value)).startswith("$"):
        return plain(next(iter(value.values())))
    return {key: plain(item) for key, item in value.items()}
