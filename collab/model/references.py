"""References: from a name to a node and back.

In the live form a reference is ``{"ref": "<node id>"}``, so that renaming breaks nothing; on disk
it is the name, so that people can read and write it. Which properties are references, and to what,
stands in their schema (``x-ref``). A name is looked for among the nodes of one definition, and
where the schema says so only under one parent: the fields of the model that the data source
beside it names, say. A name that stands for itself (``"*"``, a system field, a dotted path) is no
reference and stays text. SPEC: section MD. Called by ``reader``, ``writer`` and ``problems``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from collab.model.definition import Definition
from collab.model.schema import Reference, Shape, is_expression, is_reference
from collab.values import Json, Path

__all__ = [
    "Names",
    "Occurrence",
    "Outcome",
    "Site",
    "map_references",
    "occurrences",
    "resolve",
    "scope_of",
]

Key: TypeAlias = tuple[str, str | None, str]


@dataclass(frozen=True, slots=True)
class Site:
    """The node in whose props a reference stands. ``view`` is the props as they stand on disk."""

    node: str
    parent: str | None
    page: str | None
    definition: Definition | None
    view: Mapping[str, Json]


@dataclass(frozen=True, slots=True)
class Occurrence:
    """A reference found in a view: its place, its value, its rule, and the object it stands in."""

    path: Path
    value: Json
    reference: Reference
    holder: Mapping[str, Json]
    holder_shape: Shape


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a name means: a node, or (without a node) itself, nothing, or nobody can say."""

    node: str | None
    is_dangling: bool = False


_ITSELF = Outcome(None)
_DANGLING = Outcome(None, is_dangling=True)


class Names:
    """The names of the live nodes, by definition and, for each, by parent and by page.

    Where a name is there twice, it means the node that was added first; with ``is_by_id`` the one
    of the lowest id, so that the order in which nodes come and go makes no difference.
    """

    __slots__ = ("_ids", "_is_by_id", "_names")

    def __init__(self, *, is_by_id: bool = False) -> None:
        self._is_by_id = is_by_id
        self._ids: dict[Key, dict[str, None]] = {}
        self._names: dict[str, str] = {}

    def add(
        self,
        node: str,
        definition: str,
        name: Json,
        parent: str | None,
        page: str | None,
    ) -> None:
        """Take in a node; what is no name (missing, an expression) is not taken in."""
        for key in _keys(definition, name, parent, page):
            self._ids.setdefault(key, {})[node] = None
            self._names[node] = key[2]

    def discard(
        self,
        node: str,
        definition: str,
        name: Json,
        parent: str | None,
        page: str | None,
    ) -> None:
        """Forget a node that was added with these very arguments."""
        self._names.pop(node, None)
        for key in _keys(definition, name, parent, page):
            named = self._ids.get(key)
            if named is not None:
                named.pop(node, None)
                if not named:
                    del self._ids[key]

    def name_of(self, node: str) -> str | None:
        """Return the name of a node, ``None`` if it has none or was not taken in."""
        return self._names.get(node)

    def find(self, definition: str, within: str | None, name: str) -> str | None:
        """Return the node of that name; *within* is a parent or a page, or ``None``, everywhere."""
        named = self._ids.get((definition, within, name))
        if not named:
            return None
        return min(named) if self._is_by_id else next(iter(named))


def resolve(names: Names, occurrence: Occurrence, site: Site) -> Outcome:
    """Return what the *name* (a string) of an occurrence means at *site*."""
    return _resolve_name(
        names,
        occurrence.value,
        occurrence.reference,
        site,
        occurrence.holder,
        occurrence.holder_shape,
    )


def scope_of(names: Names, occurrence: Occurrence, site: Site) -> tuple[bool, str | None]:
    """Return whether it is known within which parent the target has to be, and that parent."""
    return _scope(names, occurrence.reference, site, occurrence.holder, occurrence.holder_shape)


def occurrences(view: Mapping[str, Json], definition: Definition | None) -> list[Occurrence]:
    """Return every place of *view* that is marked as a reference and has a value."""
    found: list[Occurrence] = []
    if definition is not None and definition.shape.has_references:
        map_references(view, definition, found.append)
    return found


def map_references(
    view: Mapping[str, Json],
    definition: Definition | None,
    change: Callable[[Occurrence], Json],
) -> dict[str, Json]:
    """Return a copy of *view* in which each reference is what *change* returns for it.

    Names (strings) and references by id are both given to *change*; expressions are not.
    """
    if definition is None or not definition.shape.has_references:
        return dict(view)
    changed = _walk(view, definition.shape, (), view, definition.shape, change)
    assert isinstance(changed, dict), "an object stays an object"
    return changed


def _walk(
    value: Json,
    shape: Shape | None,
    path: Path,
    holder: Mapping[str, Json],
    holder_shape: Shape,
    change: Callable[[Occurrence], Json],
) -> Json:
    if shape is None or not shape.has_references or (path and is_expression(value)):
        return value
    if shape.reference is not None:
        if isinstance(value, str) or is_reference(value):
            return change(Occurrence(path, value, shape.reference, holder, holder_shape))
        return value
    if isinstance(value, Mapping):
        chosen = shape.variant(value)
        return {
            key: _walk(item, chosen.member(key), (*path, key), value, chosen, change)
            for key, item in value.items()
        }
    if isinstance(value, list):
        item_shape = shape.variant(value).item
        return [
            _walk(item, item_shape, (*path, index), holder, holder_shape, change)
            for index, item in enumerate(value)
        ]
    return value


def _keys(definition: str, name: Json, parent: str | None, page: str | None) -> Iterator[Key]:
    if not isinstance(name, str) or not name:
        return
    yield (definition, None, name)
    if parent is not None:
        yield (definition, parent, name)
    if page is not None and page != parent:
        yield (definition, page, name)


def _resolve_name(
    names: Names,
    name: str,
    reference: Reference,
    site: Site,
    holder: Mapping[str, Json],
    holder_shape: Shape,
) -> Outcome:
    if name in reference.also:
        return _ITSELF
    is_known, within = _scope(names, reference, site, holder, holder_shape)
    if not is_known:
        return _ITSELF
    node = names.find(reference.to, within, name)
    if node is not None:
        return Outcome(node)
    return _ITSELF if reference.is_path and "." in name else _DANGLING


def _scope(
    names: Names,
    reference: Reference,
    site: Site,
    holder: Mapping[str, Json],
    holder_shape: Shape,
) -> tuple[bool, str | None]:
    """Return whether the scope is known, and the parent or page; ``None`` is everywhere."""
    within = reference.within
    if within is None:
        return True, None
    if within == "..":
        return True, site.parent
    if within == "page":
        return site.page is not None, site.page
    if within.startswith("/") and site.definition is not None:
        holder, holder_shape = site.view, site.definition.shape
    *steps, last = within.strip("/").split("/")
    for step in steps:
        inner, shape = holder.get(step), holder_shape.member(step)
        if not isinstance(inner, Mapping) or shape is None:
            return False, None
        holder, holder_shape = inner, shape.variant(inner)
    return _scope_at(names, holder, holder_shape, last, site)


def _scope_at(
    names: Names, holder: Mapping[str, Json], holder_shape: Shape, key: str, site: Site
) -> tuple[bool, str | None]:
    value, shape = holder.get(key), holder_shape.member(key)
    if isinstance(value, dict) and is_reference(value):
        return True, str(value["ref"])
    if not isinstance(value, str) or shape is None or shape.reference is None:
        return False, None
    if shape.reference.within not in (None, "..", "page"):
        # Two scopes in props could name each other for ever; no model needs a chain of them.
        return False, None
    outcome = _resolve_name(names, value, shape.reference, site, holder, holder_shape)
    return outcome.node is not None, outcome.node
