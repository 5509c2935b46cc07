"""From a json0 op to writes on shared types, within one transaction.

The op was applied to the JSON document before, so it is valid; here each component is carried out
on the Doc, which goes through the same states. A component inside a *plain* value (one register in
the Doc) rewrites that value whole. A container that replaces another of its kind is applied as a
diff, so that the shared types, and everybody's cursors and concurrent edits in them, stay.
SPEC: section BR. Called by ``bridge``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pycrdt import Array, Map, Text

from collab.crdt.reading import replace_text
from collab.crdt.view import Fault, plain_view, prelim, view
from collab.ot import json0
from collab.values import Json, SharedList, SharedMap, SharedText, marked_equal

__all__ = ["write_fresh_text", "write_op", "write_value"]

Component = Mapping[str, Any]
Container = Map[Any] | Array[Any]


def write_op(root: Map[Any] | Mapping[str, Map[Any]], op: Sequence[Component]) -> None:
    """Carry out *op* on *root*: one root map, or several by name (the op's first path element).

    Values must carry their marks. Must be called inside a transaction. Components that replace a
    root have to be expanded to its keys before (``room.rules``).
    """
    for component in op:
        path = list(component["p"])
        if isinstance(root, Mapping):
            container, rest = root[path[0]], path[1:]
        else:
            container, rest = root, path
        _write(container, rest, component)


def _write(container: Any, path: list[Any], component: Component) -> None:
    is_text = "si" in component or "sd" in component
    last = len(path) - (2 if is_text else 1)
    for depth, key in enumerate(path):
        if depth == last:
            _write_at(container, key, path[depth + 1 :], component)
            return
        child = container[key]
        if isinstance(child, Map | Array):
            container = child
        else:
            _rewrite(container, key, child, path[depth + 1 :], component)
            return
    raise AssertionError("an op ends at a value")


def _rewrite(
    container: Container, key: Any, child: Json, rest: list[str | int], component: Component
) -> None:
    value = plain_view(child, (), [])
    _put(container, key, json0.apply(value, [{**component, "p": rest}]))


def _write_at(container: Container, key: Any, rest: list[str | int], component: Component) -> None:
    if "si" in component or "sd" in component:
        text = container[key]
        if isinstance(text, Text):
            _write_text(text, int(rest[0]), component)
        else:
            _rewrite(container, key, text, rest, component)
    elif "na" in component:
        _rewrite(container, key, container[key], [], component)
    elif "lm" in component:
        assert isinstance(container, Array)
        value = view(container[key], (), [])
        del container[key]
        container.insert(component["lm"], prelim(value))
    elif "oi" in component or ("li" in component and "ld" in component):
        write_value(container, key, component["oi"] if "oi" in component else component["li"])
    elif "li" in component:
        assert isinstance(container, Array)
        container.insert(key, prelim(component["li"]))
    else:
        del container[key]


def _write_text(text: Text, offset: int, component: Component) -> None:
    shown = str(text)
    index = _byte_index(shown, offset)
    if "sd" in component:
        del text[index : index + len(component["sd"].encode())]
    else:
        text.insert(index, component["si"])


def _byte_index(text: str, offset: int) -> int:
    if text.isascii():
        return offset
    return len(text.encode("utf-16-le")[: 2 * offset].decode("utf-16-le").encode())


def write_value(container: Container, key: Any, value: Json) -> None:
    """Set *key* to *value*, keeping a shared type that is there already and of the same kind."""
    is_there = not isinstance(container, Map) or key in container
    child = container[key] if is_there else None
    if isinstance(child, Map) and isinstance(value, SharedMap):
        _merge_map(child, value)
    elif isinstance(child, Array) and isinstance(value, SharedList):
        _merge_list(child, value)
    elif isinstance(child, Text) and isinstance(value, SharedText) and not _faults_of(child):
        _merge_text(child, value)
    else:
        _put(container, key, value)


def _put(container: Container, key: Any, value: Json) -> None:
    if isinstance(container, Array):
        del container[key]
        container.insert(key, prelim(value))
    else:
        container[key] = prelim(value)


def _merge_map(target: Map[Any], value: Mapping[str, Json]) -> None:
    for key in sorted(target.keys()):
        if key not in value:
            del target[key]
    for key, item in value.items():
        if key not in target or not _reads_as(target[key], item):
            write_value(target, key, item)


def _merge_list(target: Array[Any], value: Sequence[Json]) -> None:
    old = [target[index] for index in range(len(target))]
    start = 0
    while start < min(len(old), len(value)) and _reads_as(old[start], value[start]):
        start += 1
    end = 0
    while end < min(len(old), len(value)) - start and _reads_as(old[-1 - end], value[-1 - end]):
        end += 1
    shared = min(len(old), len(value)) - start - end
    for index in range(start, start + shared):
        write_value(target, index, value[index])
    if len(old) > len(value):
        del target[start + shared : len(old) - end]
    for index in range(start + shared, len(value) - end):
        target.insert(index, prelim(value[index]))


def _reads_as(child: Any, value: Json) -> bool:
    """True if *child* is *value* in the Doc too; what is no JSON reads as null and is nothing."""
    faults: list[Fault] = []
    return marked_equal(view(child, (), faults), value) and not faults


def _faults_of(child: Any) -> list[Fault]:
    faults: list[Fault] = []
    view(child, (), faults)
    return faults


def _merge_text(target: Text, value: str) -> None:
    shown = str(target)
    for component in replace_text((), shown, value):
        _write_text(target, component["p"][-1], component)


def write_fresh_text(root: Map[Any] | dict[str, Map[Any]], path: Sequence[Any], text: str) -> None:
    """Replace the ``Y.Text`` at *path* by a new one with *text*, if one is still there."""
    container: Any = root
    for key in path[:-1]:
        if isinstance(container, Map | dict) and key not in container:
            return
        container = container[key]
    if isinstance(container[path[-1]], Text):
        _put(container, path[-1], SharedText(text))
