"""Random edits that can be recognised for ever: each carries a token that no other edit has.

An edit is a list of steps. A step names a place by what stands there, never by an index, so that
each client finds it in its own replica:

* ``{path, key, set}`` sets a key; ``{path, insert, after}`` puts a value into a list;
* ``{path, remove}`` and ``{path, move, after}`` take the item with a token out, or elsewhere;
* ``{path, type, after}`` and ``{path, erase}`` edit a text; ``{path, add}`` adds to a number.

A part ``{id: token}`` of a path is the list's item of that id. Values are marked as Yjs needs them
(``{$map}``, ``{$array}``, ``{$text}``). A step that finds no place is left out; an edit whose first
step finds none is not made. Texts are inserted between tokens and erased token by token, so that a
token stays in one piece; nobody erases or overwrites an edit of its own that may still be on its
way, which would leave no trace of it in the history.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from collab.model.nodes import build_node
from collab.model.order import key_between
from collab.model.registry import builtin
from collab.values import Json, SharedList, SharedMap, SharedText

__all__ = ["TOKEN", "ApplicationEdits", "Edit", "Edits", "FreeEdits", "marked"]

TOKEN: Final = re.compile(r"⟦[^⟦⟧]*⟧")

# More than this, and what is there is rather taken away than joined by more.
_LIVE_MANY: Final = 40
_KEYS: Final = ("a", "clé", "日本", "😀")
_BUTTONS: Final = 5
_TEXTS: Final = 2

Step = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Edit:
    """What one client does in one turn.

    ``slot`` names the key that it sets, for which others compete; ``inside`` is the token of the
    container that it writes into, with which it may vanish. ``is_bad``: the room has to refuse it.
    """

    author: str
    token: str
    steps: tuple[Step, ...]
    slot: tuple[str, ...] | None = None
    inside: str | None = None
    is_bad: bool = False


@dataclass(slots=True)
class Edits:
    """Makes edits from *rng*, and remembers what may be removed."""

    rng: random.Random
    live: dict[str, list[str]] = field(default_factory=dict)
    count: int = 0

    def start(self) -> Json:
        """Return the document that the room begins with, marked."""
        raise NotImplementedError

    def make(self, author: str, spared: set[str], *, is_ot: bool) -> Edit:
        """Return an edit; *spared* are the author's own that may still be on their way."""
        raise NotImplementedError

    def token(self, author: str) -> str:
        self.count += 1
        return f"⟦{author} é😀 {self.count}⟧"

    def any(self, kind: str) -> str | None:
        """Return the token of something that was put in, if there is any."""
        tokens = self.live.get(kind)
        return self.rng.choice(tokens) if tokens else None

    def removals(self, kind: str, spared: set[str], step: Callable[[str], Step]) -> list[Step]:
        """Return a step that takes away what somebody put in, now and then."""
        tokens = self.live.setdefault(kind, [])
        odds = 0.8 if len(tokens) > _LIVE_MANY else 0.25
        candidates = [token for token in tokens if token not in spared]
        if not candidates or self.rng.random() > odds:
            return []
        token = self.rng.choice(candidates)
        tokens.remove(token)
        return [step(token)]


class FreeEdits(Edits):
    """Edits of a free room: a list, a text, a map, and a list of maps."""

    def start(self) -> Json:
        return SharedMap(
            items=SharedList(), text=SharedText(), map=SharedMap(), boxes=SharedList(), sum=0
        )

    def make(self, author: str, spared: set[str], *, is_ot: bool) -> Edit:
        token = self.token(author)
        kind = self.rng.choices(
            [self._item, self._text, self._key, self._box, self._field], [4, 4, 2, 1, 2]
        )[0]
        return kind(author, token, spared, is_ot)

    def _item(self, author: str, token: str, spared: set[str], is_ot: bool) -> Edit:
        path = ["items"]
        steps: list[Step] = [{"path": path, "insert": token, "after": self.any("items")}]
        steps += self.removals("items", spared, lambda other: {"path": path, "remove": other})
        if is_ot and self.rng.random() < 0.4:
            moved = self.any("items")
            steps.append({"path": path, "move": moved, "after": self.any("items")})
        if is_ot and self.rng.random() < 0.5:
            steps.append({"path": ["sum"], "add": self.rng.randint(1, 9)})
        self.live.setdefault("items", []).append(token)
        return Edit(author, token, tuple(steps))

    def _text(self, author: str, token: str, spared: set[str], is_ot: bool) -> Edit:
        steps: list[Step] = [{"path": ["text"], "type": token, "after": self.any("text")}]
        steps += self.removals("text", spared, lambda other: {"path": ["text"], "erase": other})
        self.live.setdefault("text", []).append(token)
        return Edit(author, token, tuple(steps))

    def _key(self, author: str, token: str, spared: set[str], is_ot: bool) -> Edit:
        key = self.rng.choice(_KEYS)
        return Edit(
            author, token, ({"path": ["map"], "key": key, "set": token},), slot=("map", key)
        )

    def _box(self, author: str, token: str, spared: set[str], is_ot: bool) -> Edit:
        box = {"$map": {"id": token, "n": 1, "tags": {"$array": ["é"]}}}
        steps: list[Step] = [{"path": ["boxes"], "insert": box, "after": self.any("boxes")}]
        steps += self.removals("boxes", spared, lambda other: {"path": ["boxes"], "remove": other})
        self.live.setdefault("boxes", []).append(token)
        return Edit(author, token, tuple(steps))

    def _field(self, author: str, token: str, spared: set[str], is_ot: bool) -> Edit:
        box = self.any("boxes")
        if box is None:
            return self._box(author, token, spared, is_ot)
        key = self.rng.choice(_KEYS)
        step = {"path": ["boxes", {"id": box}], "key": key, "set": token}
        return Edit(author, token, (step,), slot=(box, key), inside=box)


class ApplicationEdits(Edits):
    """Edits of an application: labels, texts, places, new nodes, and some that are refused."""

    def start(self) -> Json:
        nodes = SharedMap()
        nodes["page"] = _node("Page@1", "application", {"name": "Größe", "path": "/groesse"})
        for number in range(_BUTTONS):
            nodes[f"button{number}"] = _node("Button@1", "page", {"label": "é"})
        for number in range(_TEXTS):
            nodes[f"text{number}"] = _node("Markdown@1", "page", {})
        return nodes

    def make(self, author: str, spared: set[str], *, is_ot: bool) -> Edit:
        token = self.token(author)
        kind = self.rng.choices(
            [self._label, self._text, self._place, self._add, self._bad], [10, 12, 5, 2, 1]
        )[0]
        return kind(author, token, spared)

    def _label(self, author: str, token: str, spared: set[str]) -> Edit:
        if self.rng.random() < 0.2:
            step: Step = {"path": ["application"], "key": "name", "set": token}
            return Edit(author, token, (step,), slot=("application", "name"))
        node = f"button{self.rng.randrange(_BUTTONS)}"
        step = {"path": ["nodes", node, "props"], "key": "label", "set": token}
        return Edit(author, token, (step,), slot=(node, "label"))

    def _text(self, author: str, token: str, spared: set[str]) -> Edit:
        node = f"text{self.rng.randrange(_TEXTS)}"
        path = ["nodes", node, "props", "text"]
        steps: list[Step] = [{"path": path, "type": token, "after": self.any(node)}]
        steps += self.removals(node, spared, lambda other: {"path": path, "erase": other})
        self.live.setdefault(node, []).append(token)
        return Edit(author, token, tuple(steps))

    def _place(self, author: str, token: str, spared: set[str]) -> Edit:
        node = f"button{self.rng.randrange(_BUTTONS)}"
        order = key_between(None, self.rng.choice([None, "a0", "a1"]))
        place = self.rng.choice([["page", "children", order], None])
        steps: tuple[Step, ...] = (
            {"path": ["nodes", node, "props"], "key": "icon", "set": token},
            {"path": ["nodes", node], "key": "place", "set": place},
        )
        return Edit(author, token, steps, slot=(node, "icon"))

    def _add(self, author: str, token: str, spared: set[str]) -> Edit:
        node = marked(_node("Button@1", "page", {"label": token}))
        step = {"path": ["nodes"], "key": f"n{self.count}", "set": node}
        return Edit(author, token, (step,))

    def _bad(self, author: str, token: str, spared: set[str]) -> Edit:
        # A node of its own, so that no good edit is refused along with it.
        node = marked(_node("Button@1", "page", {"label": "é"}))
        node["$map"]["place"] = [token]
        step = {"path": ["nodes"], "key": f"bad{self.count}", "set": node}
        return Edit(author, token, (step,), is_bad=True)


def _node(type_: str, parent: str, props: dict[str, Json]) -> SharedMap:
    place = [parent, "children", key_between(None, None)]
    return build_node(type_, place, props, builtin().get(type_))


def marked(value: Json) -> Json:
    """Return *value* with its shared types written out for JSON."""
    if isinstance(value, SharedMap):
        return {"$map": {key: marked(item) for key, item in value.items()}}
    if isinstance(value, SharedList):
        return {"$array": [marked(item) for item in value]}
    if isinstance(value, SharedText):
        return {"$text": str(value)}
    return value
