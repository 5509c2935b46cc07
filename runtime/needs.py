"""What of other records a part of a page reads: columns, bindings and expressions. Sans-I/O.

The player asks for the records of a table, a list, a form or a page in one request; which
references and lists to bring along follows from the model, never from what the page says.
SPEC: section RS. Called by ``http.player``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final

from runtime.access import READ, Access
from runtime.application import Application
from runtime.expressions.errors import ExpressionError
from runtime.limits import EXPAND_PATHS_MAX, EXPANSION_DEPTH_MAX
from runtime.parts import DataModel
from runtime.reading import expression, items, reference
from runtime.tree import Node, Tree

__all__ = ["field_path", "item_paths", "needed_paths", "record_paths"]

# Where the paths of an expression are to be had: ``Engine.analyse(source).paths``.
Paths = Callable[[str], Iterable[tuple[str, ...]]]
_ITEM_ROOTS: Final = ("item", "row")
_RECORD_ROOTS: Final = ("record",)


def item_paths(
    tree: Tree, node: Node, application: Application, access: Access, model: DataModel, paths: Paths
) -> tuple[str, ...]:
    """Return what to expand in the records that *node* shows, by its columns and all within it."""
    wanted = [*_shown(node, application, model), *_read(tree, node, _ITEM_ROOTS, paths)]
    return needed_paths(application, access, model, wanted)


def record_paths(
    tree: Tree, node: Node, application: Application, access: Access, model: DataModel, paths: Paths
) -> tuple[str, ...]:
    """Return what to expand in the record that *node* is about, by all that is within it."""
    wanted = list(_read(tree, node, _RECORD_ROOTS, paths))
    for inner in tree.within(node.id):
        if inner.kind == "DetailView":
            wanted += _shown(inner, application, model)
    return needed_paths(application, access, model, wanted)


def field_path(application: Application, value: Any) -> tuple[str, ...]:
    """Return the names of a field reference: a node's id, or a text such as ``customer.name``."""
    target = reference(value)
    if target:
        for model in application.models:
            field = model.field(target)
            if field is not None:
                return (field.name,)
        return ()
    return tuple(value.split(".")) if isinstance(value, str) and value else ()


def needed_paths(
    application: Application, access: Access, model: DataModel, paths: Iterable[tuple[str, ...]]
) -> tuple[str, ...]:
    """Return the references and lists on the way of *paths* from *model*, as to be expanded.

    What may not be seen is left out: it stays an id, or is not there at all.
    """
    found: dict[str, None] = {}
    for path in paths:
        for prefix in _references(application, access, model, path):
            found.setdefault(prefix)
    return tuple(found)[:EXPAND_PATHS_MAX]


def _references(
    application: Application, access: Access, model: DataModel, path: tuple[str, ...]
) -> Iterator[str]:
    at, steps = model, list[str]()
    for name in path:
        if name == "*":
            continue
        target = _target(application, at, name)
        if target is None or len(steps) >= EXPANSION_DEPTH_MAX:
            return
        if name in access.model(at.id).hidden or not access.model(target.id).may(READ):
            return
        steps.append(name)
        at = target
        yield ".".join(steps)


def _target(application: Application, model: DataModel, name: str) -> DataModel | None:
    field = model.field(name)
    if field is not None:
        return application.model(field.model) if field.model else None
    for inverse in application.inverses(model.id):
        if inverse.name == name:
            return application.model(inverse.model)
    return None


def _shown(node: Node, application: Application, model: DataModel) -> list[tuple[str, ...]]:
    """Return the paths of a table's columns, a detail view's fields and an option's label."""
    shown = []
    for name in ("columns", "fields"):
        entries = node.props.get(name)
        shown += [field_path(application, entry.get("field")) for entry in items(entries)]
        if name == "fields" and node.kind == "DetailView" and not items(entries):
            # Without a choice of fields it shows all of them.
            shown += [(field.name,) for field in model.fields if field.model]
    shown.append(field_path(application, node.source("options").get("label")))
    return [path for path in shown if path]


def _read(
    tree: Tree, node: Node, roots: tuple[str, ...], paths: Paths
) -> Iterator[tuple[str, ...]]:
    for inner in tree.within(node.id):
        for source in _sources(inner.props):
            try:
                found = paths(source)
            except ExpressionError:
                # What cannot be understood reads nothing; the player shows the error in place.
                continue
            yield from (path[1:] for path in found if path and path[0] in roots)
        bound = inner.props.get("bind")
        if isinstance(bound, str) and bound.partition(".")[0] in roots:
            yield tuple(bound.split(".")[1:])


def _sources(value: Any) -> Iterator[str]:
    source = expression(value)
    if source:
        yield source
    elif isinstance(value, Mapping):
        for name, inner in value.items():
            # Filters are evaluated where the data is; the page reads nothing for them.
            if name != "filter":
                yield from _sources(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _sources(inner)
