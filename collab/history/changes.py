"""Changes: what a revision did to a model, read off its op and the document after it.

Each component of the op is one change of one node, or of the application; several that say the same
thing are one. Nothing here fails: an op that fits no pattern is a change all the same, of what it
touches. SPEC: section HI. Called by ``entries``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Final

from collab.history.naming import kind_of, name_of, part_of, subject_of, value_of
from collab.limits import HISTORY_DESCRIBED_COMPONENTS_MAX
from collab.model.document import APPLICATION, Place, place_of
from collab.model.registry import Registry
from collab.model.schema import MISSING, Shape
from collab.values import Json, Path

__all__ = ["Change", "Deed", "changes_of"]

_ROOT: Final = ""


class Deed(StrEnum):
    """What was done; ``entries`` has the words for it.

    What was made stands nowhere yet, what was added does.
    """

    MADE = "made"
    ADDED = "added"
    DELETED = "deleted"
    UNDELETED = "undeleted"
    PURGED = "purged"
    MOVED = "moved"
    REORDERED = "reordered"
    RENAMED = "renamed"
    SET = "set"
    EDITED = "edited"
    PUT_IN = "put in"
    TAKEN_OUT = "taken out"
    TOUCHED = "touched"
    LOCKED = "locked"
    UNLOCKED = "unlocked"
    PASSED_ON = "passed on"
    BROKEN = "broken"
    RUN_OUT = "run out"
    ASKED_FOR = "asked for"


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that was done to one node, with the names of that time.

    ``node`` is its id, ``application``, or empty for the whole document. ``path`` leads to what
    was changed in its props, ``part`` says that in words. ``before`` and ``after`` are values in
    words, None where there was none and empty where they take too many words; of what was moved or
    added ``after`` is the new parent. ``inner`` counts what was added along with it, inside it.
    ``called`` is the subject's full name where ``subject`` leaves out what the change is about.
    """

    deed: Deed
    node: str
    subject: str
    path: Path = ()
    part: str = ""
    before: str | None = None
    after: str | None = None
    inner: int = 0
    called: str = ""

    def is_like(self, other: Change) -> bool:
        """Return whether *other*, right after this one, only carries on with the same thing."""
        return (
            self.deed is other.deed
            and self.deed in _CARRIED_ON
            and (self.node, self.path) == (other.node, other.path)
        )

    def placed_by(self, other: Change) -> Change | None:
        """Return this making and *other*, which placed what it made, as one; None if it did not."""
        if self.deed is not Deed.MADE or other.deed is not Deed.UNDELETED:
            return None
        return (
            replace(self, deed=Deed.ADDED, after=other.after) if self.node == other.node else None
        )

    def followed_by(self, other: Change) -> Change:
        """Return this change and *other*, which ``is_like`` it, as one."""
        return replace(other, before=self.before)


_NEW: Final = frozenset({Deed.MADE, Deed.ADDED})
_CARRIED_ON: Final = frozenset(
    {Deed.SET, Deed.EDITED, Deed.RENAMED, Deed.MOVED, Deed.REORDERED, Deed.TOUCHED}
)


def changes_of(op: Json, document: Json, registry: Registry) -> tuple[list[Change], int]:
    """Return what *op* did, given the *document* after it, and how many changes those are.

    What was added inside something that was added is counted there. Only the first
    ``HISTORY_DESCRIBED_COMPONENTS_MAX`` components are looked at; the others just count.
    """
    components = [item for item in op if isinstance(item, dict)] if isinstance(op, list) else []
    shown = components[:HISTORY_DESCRIBED_COMPONENTS_MAX]
    reader = _Reader(document, registry)
    changes = _folded(reader.change(item) for item in shown)
    changes = _outermost(changes, reader.nodes)
    return changes, len(changes) + len(components) - len(shown)


class _Reader:
    """Reads components against one document."""

    def __init__(self, document: Json, registry: Registry) -> None:
        whole = document if isinstance(document, dict) else {}
        nodes, application = whole.get("nodes"), whole.get(APPLICATION)
        self.nodes: Mapping[str, Json] = nodes if isinstance(nodes, dict) else {}
        self._application: Mapping[str, Json] = application if isinstance(application, dict) else {}
        self._registry = registry

    def change(self, component: Mapping[str, Any]) -> Change:
        """Return what *component* did."""
        raw = component.get("p")
        steps = raw if isinstance(raw, list) else []
        path: Path = tuple(step for step in steps if isinstance(step, str | int))
        match path:
            case ("nodes", str(node_id)):
                return self._whole(node_id, component)
            case ("nodes", str(node_id), "place", *_):
                return self._place(node_id, component)
            case ("nodes", str(node_id), "props", str(), *_):
                return self._prop(node_id, path[3:], component)
            case ("nodes", str(node_id), *_):
                return Change(Deed.TOUCHED, node_id, self._subject(node_id))
            case ("application", str(), *_):
                return self._prop(APPLICATION, path[1:], component)
            case _:
                return Change(Deed.TOUCHED, _ROOT, "the document")

    def _whole(self, node_id: str, component: Mapping[str, Any]) -> Change:
        """Describe a node that came, went, or was replaced by another."""
        if "oi" in component and "od" not in component:
            node = component["oi"]
            place = place_of(node)
            subject = subject_of(node, self._registry)
            if place is None:
                return Change(Deed.MADE, node_id, subject)
            return Change(Deed.ADDED, node_id, subject, after=self._parent(place))
        if "od" in component and "oi" not in component:
            return Change(Deed.PURGED, node_id, subject_of(component["od"], self._registry))
        return Change(Deed.TOUCHED, node_id, self._subject(node_id))

    def _place(self, node_id: str, component: Mapping[str, Any]) -> Change:
        old = place_of({"place": component.get("od")})
        new = place_of(self.nodes.get(node_id))
        subject = self._subject(node_id)
        if new is None:
            return Change(Deed.DELETED, node_id, subject)
        parent = self._parent(new)
        if old is None:
            return Change(Deed.UNDELETED, node_id, subject, after=parent)
        deed = Deed.REORDERED if (old.parent, old.slot) == (new.parent, new.slot) else Deed.MOVED
        return Change(deed, node_id, subject, after=parent)

    def _prop(self, node_id: str, path: Path, component: Mapping[str, Any]) -> Change:
        node = self._node(node_id)
        if path == ("name",) and ("od" in component or "oi" in component):
            old, new = component.get("od"), component.get("oi")
            return Change(
                Deed.RENAMED,
                node_id,
                kind_of(node, self._registry),
                path,
                before=name_of(old),
                after=name_of(new),
                called=self._subject(node_id),
            )
        # A name that is told as a value is not told as the subject too.
        is_named = path[0] in ("name", "title", "label", "text", "content")
        subject = kind_of(node, self._registry) if is_named else self._subject(node_id)
        if "si" in component or "sd" in component or _is_text(component):
            # What ends in an offset is a text, wherever the cursor stood in it.
            place = path[:-1] if path and isinstance(path[-1], int) else path
            part, called = self._part(node, place), self._subject(node_id)
            return Change(Deed.EDITED, node_id, subject, place, part, called=called)
        return self._value(node_id, node, subject, path, component)

    def _value(
        self, node_id: str, node: Json, subject: str, path: Path, component: Mapping[str, Any]
    ) -> Change:
        shape = self._shape(node, path[:1])
        before = component.get("od", component.get("ld", MISSING))
        after = component.get("oi", component.get("li", MISSING))
        merge = "lww" if shape is None else shape.merge
        whole = self._part(node, path[:1])
        if merge == "set" and len(path) == 2:
            deed = Deed.PUT_IN if after is True else Deed.TAKEN_OUT
            return Change(deed, node_id, subject, path, whole, after=f"‘{path[1]}’")
        if merge == "list" and len(path) == 2 and (before is MISSING) is not (after is MISSING):
            deed = Deed.PUT_IN if before is MISSING else Deed.TAKEN_OUT
            entry = after if before is MISSING else before
            return Change(deed, node_id, subject, path, whole, after=self._entry(entry))
        if merge == "list" and len(path) == 3 and path[2] == "order":
            return Change(Deed.REORDERED, node_id, subject, path[:1], whole)
        return Change(
            Deed.SET,
            node_id,
            subject,
            path,
            self._part(node, path),
            before=value_of(before, self.nodes),
            after=value_of(after, self.nodes),
            called=self._subject(node_id),
        )

    def _part(self, node: Json, path: Path) -> str:
        definition = self._registry.get(node.get("type"))
        titles = {} if definition is None else definition.schema.get("properties", {})
        props = node.get("props")
        container = props.get(path[0]) if path and isinstance(props, dict) else None
        return part_of(path, titles, container)

    def _entry(self, entry: Json) -> str:
        if not isinstance(entry, dict):
            return value_of(entry, self.nodes) or ""
        named = (entry.get(key) for key in ("name", "title", "label", "text", "value", "field"))
        words = (value_of(value, self.nodes) for value in named if value is not None)
        return next((word for word in words if word), "")

    def _shape(self, node: Json, path: Path) -> Shape | None:
        definition = self._registry.get(node.get("type"))
        if definition is None or not path or not isinstance(path[0], str):
            return None
        return definition.property(path[0])

    def _node(self, node_id: str) -> Json:
        if node_id == APPLICATION:
            return {"type": "Application@1", "props": self._application}
        node = self.nodes.get(node_id)
        return node if isinstance(node, dict) else {}

    def _subject(self, node_id: str) -> str:
        return subject_of(self._node(node_id), self._registry)

    def _parent(self, place: Place) -> str | None:
        if place.parent == APPLICATION:
            return None
        return subject_of(self._node(place.parent), self._registry)


def _is_text(component: Mapping[str, Any]) -> bool:
    return "t" in component and "o" in component


def _folded(changes: Iterable[Change]) -> list[Change]:
    """Return *changes* without those that carry on with an earlier one, which has them then."""
    found: dict[tuple[Deed, str, Path], Change] = {}
    for change in changes:
        key = (change.deed, change.node, change.path)
        earlier = found.get(key)
        found[key] = earlier.followed_by(change) if earlier is not None else change
    return list(found.values())


def _outermost(changes: list[Change], nodes: Mapping[str, Json]) -> list[Change]:
    """Return *changes* with what was added inside something added counted there."""
    added = {change.node for change in changes if change.deed in _NEW}
    tops = {node_id: _top(node_id, added, nodes) for node_id in added}
    inner: dict[str, int] = {}
    for node_id, top in tops.items():
        if node_id != top:
            inner[top] = inner.get(top, 0) + 1
    kept = []
    for change in changes:
        if change.node not in added:
            kept.append(change)
        elif change.deed in _NEW and tops[change.node] == change.node:
            kept.append(replace(change, inner=inner.get(change.node, 0)))
    return kept


def _top(node_id: str, added: set[str], nodes: Mapping[str, Json]) -> str:
    """Return the outermost of *added* that *node_id*, one of them, stands in."""
    seen = {node_id}
    while True:
        place = place_of(nodes.get(node_id))
        # Checks refuse a cycle; a log that has one all the same must not hang its readers.
        if place is None or place.parent not in added or place.parent in seen:
            return node_id
        node_id = place.parent
        seen.add(node_id)
