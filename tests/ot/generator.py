"""Random documents and ops that apply to them, from a given ``Random``.

Documents are small and drawn from few keys and values, so that ops of two authors meet: at the same
place, at a parent, a child, a sibling. Texts hold ``é``, combining characters and emoji, and every
cut lies between characters, as a real editor's does.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Any

from collab.ot import json0
from collab.values import copy_json, utf16_length

__all__ = ["OpStyle", "inserts_blindly", "random_document", "random_op", "random_value"]

KEYS = ("a", "b", "é", "😀")
TEXTS = ("", "a", "abcdef", "héllo", "a😀b😀c", "e\u0301👩\u200d👧z")
INSERTIONS = ("x", "é", "😀", "yz", "\u0301")
AMOUNTS = (-3, -1, 0, 1, 2, 0.5)
DEPTH_MAX = 3


@dataclass(frozen=True, slots=True)
class OpStyle:
    """What ops a generator makes.

    ``components_min`` and ``components_max`` bound an op's length. ``blind_inserts`` admits an
    ``oi`` without ``od`` over a member that is there, ``subtype_share`` is the part of text edits
    written as ``t: "text0"``.
    """

    components_max: int = 4
    components_min: int = 1
    blind_inserts: bool = False
    subtype_share: float = 0.0


def random_value(random: Random, depth: int = DEPTH_MAX) -> Any:
    """Return a random JSON value, nested at most *depth* levels."""
    choice = random.random()
    if depth and choice < 0.25:
        count = random.randrange(4)
        return {random.choice(KEYS): random_value(random, depth - 1) for _ in range(count)}
    if depth and choice < 0.5:
        return [random_value(random, depth - 1) for _ in range(random.randrange(5))]
    if choice < 0.75:
        return random.choice(TEXTS)
    return random.choice((None, True, False, 0, 1, 7, 2.5))


def random_document(random: Random) -> Any:
    """Return a document: nearly always an object that holds a list, a text and a number."""
    if random.random() < 0.05:
        return random_value(random)
    return {
        "list": [random_value(random, 2) for _ in range(random.randrange(1, 6))],
        "text": random.choice(TEXTS),
        "number": random.randrange(9),
        "map": {key: random_value(random, 1) for key in random.sample(KEYS, 2)},
    }


def random_op(random: Random, document: Any, style: OpStyle = OpStyle()) -> tuple[json0.Op, Any]:
    """Return an op that applies to *document*, and the document after it."""
    current = copy_json(document)
    op: json0.Op = []
    for _ in range(random.randint(style.components_min, style.components_max)):
        component = _random_component(random, current, style)
        current, _ = json0.apply_in_place(current, [component])
        op.append(component)
    return op, current


def inserts_blindly(document: Any, op: json0.Op) -> bool:
    """Whether *op* holds an ``oi`` without ``od`` over a member that is there.

    That is the class of ops for which the reference itself diverges ([OT13]): other components take
    such an insert for one of a new member.
    """
    current = document
    for component in op:
        if "oi" in component and "od" not in component and _exists(current, component["p"]):
            return True
        current = json0.apply(current, [component])
    return False


def _random_component(random: Random, document: Any, style: OpStyle) -> json0.Component:
    path: list[str | int] = []
    parent: Any = None
    value = document
    while isinstance(value, (dict, list)) and value and random.random() < 0.75:
        key = random.choice(list(value)) if isinstance(value, dict) else _index(random, value)
        path.append(key)
        parent, value = value, value[key]
    if random.random() < 0.25 and (path or random.random() < 0.1):
        return _replacement(random, path, parent, value)
    if isinstance(value, str):
        return _text_edit(random, path, value, style)
    if isinstance(value, dict):
        return _member_edit(random, path, value, style)
    if isinstance(value, list):
        return _element_edit(random, path, value)
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return {"p": path, "na": random.choice(AMOUNTS)}
    return _replacement(random, path, parent, value)


def _replacement(random: Random, path: list[Any], parent: Any, value: Any) -> json0.Component:
    if isinstance(parent, list):
        choice = random.random()
        if choice < 0.3:
            return {"p": path, "ld": copy_json(value)}
        if choice < 0.6:
            return {"p": path, "lm": _index(random, parent)}
        return {"p": path, "ld": copy_json(value), "li": random_value(random, 1)}
    if parent is not None and random.random() < 0.4:
        return {"p": path, "od": copy_json(value)}
    return {"p": path, "od": copy_json(value), "oi": random_value(random, 1)}


def _member_edit(
    random: Random, path: list[Any], value: dict[str, Any], style: OpStyle
) -> json0.Component:
    key = random.choice(KEYS)
    component: json0.Component = {"p": [*path, key], "oi": random_value(random, 1)}
    if key not in value or (style.blind_inserts and random.random() < 0.3):
        return component
    if random.random() < 0.5:
        del component["oi"]
    return {**component, "od": copy_json(value[key])}


def _element_edit(random: Random, path: list[Any], value: list[Any]) -> json0.Component:
    if not value or random.random() < 0.4:
        index = random.randint(0, len(value))
        return {"p": [*path, index], "li": random_value(random, 1)}
    index = _index(random, value)
    if random.random() < 0.5:
        return {"p": [*path, index], "ld": copy_json(value[index])}
    return {"p": [*path, index], "lm": _index(random, value)}


def _text_edit(random: Random, path: list[Any], text: str, style: OpStyle) -> json0.Component:
    start = random.randint(0, len(text))
    offset = utf16_length(text[:start])
    part: dict[str, Any] = {"p": offset}
    if start == len(text) or random.random() < 0.5:
        part["i"] = random.choice(INSERTIONS)
    else:
        part["d"] = text[start : start + random.randint(1, 4)]
    if random.random() < style.subtype_share:
        return {"p": path, "t": "text0", "o": [part]}
    if "i" in part:
        return {"p": [*path, offset], "si": part["i"]}
    return {"p": [*path, offset], "sd": part["d"]}


def _index(random: Random, items: list[Any]) -> int:
    return random.randrange(len(items))


def _exists(document: Any, path: list[str | int]) -> bool:
    value = document
    for key in path:
        if isinstance(value, dict) and key not in value:
            return False
        value = value[key]
    return True
