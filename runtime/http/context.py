"""What an expression sees at one place of a page, from what the player says about that place.

The player names nodes, records and values, never expressions: those are taken from the model.
Values from the page are JSON of whatever type; records are read with the asker's rights.
SPEC: section RS. Called by ``player``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from runtime.access import READ, Access
from runtime.data.errors import RecordNotFound
from runtime.data.room import RoomData
from runtime.errors import PreviewInvalid
from runtime.expressions.checking import USER, Checks
from runtime.expressions.types import DYN, STRING, Type
from runtime.expressions.values import Value
from runtime.limits import JSON_NESTING_MAX
from runtime.tree import Node, Tree

__all__ = ["Place", "place_of"]

# ``Engine.analyse(source).paths``.
Paths = Callable[[str], tuple[tuple[str, ...], ...]]
_MEMBERS: Final = frozenset({"page", "params", "vars", "record", "item"})


@dataclass(frozen=True, slots=True)
class Place:
    """Where on a page: ``record`` is an id or empty, ``item`` a model's id and a record's."""

    params: Mapping[str, Any]
    variables: Mapping[str, Any]
    record: str = ""
    item: tuple[str, str] | None = None

    def values(
        self,
        source: str,
        paths: Paths,
        tree: Tree,
        node: Node,
        data: RoomData,
        access: Access,
        user: Mapping[str, Value],
    ) -> dict[str, Value]:
        """Return the values that *source*, an expression of *node*, reads; records as loaded.

        A record that is not there, or that the asker may not see, is null.
        """
        read = paths(source)
        values: dict[str, Value] = {
            "params": dict(self.params),
            "vars": {**tree.variables(node), **self.variables},
            "user": dict(user),
            "record": None,
            "item": None,
            "row": None,
        }
        if self.record:
            model = tree.record_model(node)
            values["record"] = _loaded(data, access, user, model, self.record, read, ("record",))
        if self.item is not None:
            model, record = self.item
            item = _loaded(data, access, user, model, record, read, ("item", "row"))
            values["item"] = values["row"] = item
        return values

    def types(self, tree: Tree, node: Node, access: Access, checks: Checks) -> dict[str, Type]:
        """Return the types of what ``values`` gives: a page's variables may be anything."""
        known = None if self.item is None else access.application.model(self.item[0])
        item = DYN if known is None else checks.record(known.id)
        return {
            "params": Type.map_of(STRING),
            "vars": DYN,
            "user": USER,
            "record": checks.record(tree.record_model(node)),
            "item": item,
            "row": item,
        }


def place_of(body: Mapping[str, Any]) -> Place:
    """Return the place that a request's ``context`` describes.

    Raises ``PreviewInvalid`` (``context_invalid``).
    """
    context = body.get("context", {})
    if not isinstance(context, Mapping) or not context.keys() <= _MEMBERS:
        raise _invalid(f"an object with {', '.join(sorted(_MEMBERS))}")
    params, variables = context.get("params", {}), context.get("vars", {})
    if not isinstance(params, Mapping) or not isinstance(variables, Mapping):
        raise _invalid("made of objects: params and vars")
    if _depth(params) > JSON_NESTING_MAX or _depth(variables) > JSON_NESTING_MAX:
        raise _invalid(f"nested at most {JSON_NESTING_MAX} times")
    record, item = context.get("record"), context.get("item")
    if record is not None and not isinstance(record, str):
        raise _invalid("about a record by its id")
    if item is None:
        return Place(params, variables, record or "")
    if not isinstance(item, Mapping) or not all(
        isinstance(item.get(name), str) for name in ("model", "id")
    ):
        raise _invalid("about an item by its model and id")
    return Place(params, variables, record or "", (item["model"], item["id"]))


def _loaded(
    data: RoomData,
    access: Access,
    user: Mapping[str, Value],
    model: str,
    record_id: str,
    paths: tuple[tuple[str, ...], ...],
    roots: tuple[str, ...],
) -> Value:
    wanted = [path[1:] for path in paths if path and path[0] in roots]
    known = access.application.model(model) if wanted else None
    if known is None or not access.model(known.id).may(READ):
        return None
    seen = access.of_data(user)
    try:
        record = data.read(known.id, record_id, access=seen)
    except RecordNotFound:
        return None
    return data.load(record, wanted, access=seen)


def _depth(value: Any) -> int:
    depth, level = 0, [value]
    while level and depth <= JSON_NESTING_MAX:
        depth += 1
        inner: list[Any] = []
        for each in level:
            if isinstance(each, Mapping):
                inner += each.values()
            elif isinstance(each, list):
                inner += each
        level = [each for each in inner if isinstance(each, Mapping | list)]
    return depth


def _invalid(what: str) -> PreviewInvalid:
    return PreviewInvalid(f"the context must be {what}", code="context_invalid")
