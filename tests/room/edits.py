"""Random edits, as ops against JSON and as writes on pycrdt's shared types."""

from __future__ import annotations

import random
from typing import Any

from pycrdt import Array, Doc, Map, Text

from collab.values import utf16_length

__all__ = ["KEYS", "random_op", "random_text", "random_value", "random_write"]

KEYS = ("a", "b", "clé", "日本", "x")
_PIECES = ("é", "😀", "a", "b ", "ß", "日", "👩‍👩‍👧", "\n", "z")


def random_text(rng: random.Random, length: int = 3) -> str:
    return "".join(rng.choice(_PIECES) for _ in range(rng.randint(1, length)))


def random_scalar(rng: random.Random) -> Any:
    return rng.choice([None, True, False, 0, 1, -7, 2.5, 2**53, random_text(rng), ""])


def random_value(rng: random.Random, depth: int = 2) -> Any:
    """Plain JSON, nested up to *depth*."""
    kind = rng.random()
    if depth and kind < 0.25:
        return {rng.choice(KEYS): random_value(rng, depth - 1) for _ in range(rng.randint(0, 3))}
    if depth and kind < 0.45:
        return [random_value(rng, depth - 1) for _ in range(rng.randint(0, 3))]
    return random_scalar(rng)


# --- ops ----------------------------------------------------------------------------------------


def random_op(rng: random.Random, document: Any) -> list[dict[str, Any]]:
    """One component that applies to *document*, a JSON object."""
    path: list[str | int] = []
    container = document
    while rng.random() < 0.7:
        inner = _children(container)
        if not inner:
            break
        key = rng.choice(inner)
        path.append(key)
        container = container[key]
    return [_component(rng, path, container)]


def _children(container: Any) -> list[Any]:
    return _members(container, (dict, list))


def _component(rng: random.Random, path: list[str | int], container: Any) -> dict[str, Any]:
    texts = _members(container, str)
    numbers = [key for key in _members(container, (int, float)) if _is_small(container[key])]
    choice = rng.random()
    if texts and choice < 0.3:
        return _text_component(rng, path, container, rng.choice(texts))
    if numbers and choice < 0.35:
        return {"p": [*path, rng.choice(numbers)], "na": rng.randint(-3, 3)}
    if isinstance(container, dict):
        return _object_component(rng, path, container)
    return _list_component(rng, path, container)


def _is_small(value: Any) -> bool:
    return not isinstance(value, bool) and abs(value) < 1000


def _members(container: Any, kinds: Any) -> list[Any]:
    # Sorted: the keys of a plain object come out of a Doc in another order each time.
    keys: list[Any] = sorted(container) if isinstance(container, dict) else [*range(len(container))]
    return [key for key in keys if isinstance(container[key], kinds)]


def _text_component(
    rng: random.Random, path: list[str | int], container: Any, key: Any
) -> dict[str, Any]:
    text = container[key]
    start = rng.randint(0, len(text))
    offset = utf16_length(text[:start])
    removed = text[start : start + rng.randint(1, 3)]
    if removed and rng.random() < 0.4:
        return {"p": [*path, key, offset], "sd": str(removed)}
    return {"p": [*path, key, offset], "si": random_text(rng)}


def _object_component(
    rng: random.Random, path: list[str | int], container: dict[str, Any]
) -> dict[str, Any]:
    key = rng.choice(KEYS)
    component: dict[str, Any] = {"p": [*path, key]}
    if key in container:
        component["od"] = container[key]
        if rng.random() < 0.5:
            return component
    component["oi"] = random_value(rng)
    return component


def _list_component(
    rng: random.Random, path: list[str | int], container: list[Any]
) -> dict[str, Any]:
    choice = rng.random()
    if container and choice < 0.5:
        index = rng.randrange(len(container))
        component: dict[str, Any] = {"p": [*path, index]}
        if choice < 0.15:
            component["lm"] = rng.randrange(len(container))
            return component
        component["ld"] = container[index]
        if choice < 0.3:
            component["li"] = random_value(rng)
        return component
    return {"p": [*path, rng.randint(0, len(container))], "li": random_value(rng)}


# --- writes -------------------------------------------------------------------------------------


def random_write(rng: random.Random, doc: Doc[Any], root: str = "model") -> None:
    """One transaction of one or a few writes somewhere below the root map."""
    with doc.transaction():
        for _ in range(rng.choice([1, 1, 1, 2, 4])):
            _write(rng, doc.get(root, type=Map))


def _write(rng: random.Random, container: Any) -> None:
    while rng.random() < 0.7:
        inner = _shared(container)
        if not inner:
            break
        container = rng.choice(inner)
    if isinstance(container, Text):
        _write_text(rng, container)
    elif isinstance(container, Map):
        key = rng.choice(KEYS)
        if key in container and rng.random() < 0.35:
            del container[key]
        else:
            container[key] = _shared_value(rng)
    else:
        _write_array(rng, container)


def _shared(container: Any) -> list[Any]:
    if isinstance(container, Text):
        return []
    if isinstance(container, Map):
        values = [container[key] for key in sorted(container.keys())]
    else:
        values = [container[index] for index in range(len(container))]
    return [value for value in values if isinstance(value, Map | Array | Text)]


def _write_text(rng: random.Random, text: Text) -> None:
    shown = str(text)
    start = rng.randint(0, len(shown))
    index = len(shown[:start].encode())
    if shown[start:] and rng.random() < 0.4:
        stop = start + rng.randint(1, 3)
        del text[index : index + len(shown[start:stop].encode())]
    else:
        text.insert(index, random_text(rng))


def _write_array(rng: random.Random, array: Array[Any]) -> None:
    if len(array) and rng.random() < 0.4:
        del array[rng.randrange(len(array))]
    else:
        array.insert(rng.randint(0, len(array)), _shared_value(rng))


def _shared_value(rng: random.Random, depth: int = 2) -> Any:
    kind = rng.random()
    if kind < 0.2:
        return Text(random_text(rng))
    if depth and kind < 0.4:
        return Map({rng.choice(KEYS): _shared_value(rng, depth - 1) for _ in range(2)})
    if depth and kind < 0.55:
        return Array([_shared_value(rng, depth - 1) for _ in range(rng.randint(0, 3))])
    value = random_value(rng)
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value
