"""The evaluation of one node: what about it is unfinished or wrong, though accepted.

A problem is computed from the node itself and from what is known of others: the facts of its
parent and of what it refers to, and the names that are in use. ``problems`` keeps those facts up
to date and decides which nodes have to be evaluated again. SPEC: section MD.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, Protocol, TypeAlias

import jsonschema_rs

from collab.model.definition import Definition
from collab.model.document import APPLICATION, entries_of, view_props
from collab.model.explaining import explain, quoted, title_in_text
from collab.model.references import (
    Names,
    Occurrence,
    Site,
    occurrences,
    resolve,
    scope_of,
)
from collab.model.registry import Registry
from collab.model.schema import Shape
from collab.values import Json, Path

__all__ = ["Evaluation", "Facts", "Known", "Problem", "evaluate"]

Severity: TypeAlias = Literal["error", "warning"]

_KEYWORDS: Final[Mapping[str, str]] = {
    "required": "required_missing",
    "pattern": "pattern",
    "propertyNames": "pattern",
    "format": "format",
    "enum": "not_allowed",
    "const": "not_allowed",
    "uniqueItems": "duplicate_item",
    "additionalProperties": "unknown_property",
    "type": "wrong_type",
    "anyOf": "no_match",
    "oneOf": "no_match",
    **dict.fromkeys(
        (
            "minimum",
            "maximum",
            "exclusiveMinimum",
            "exclusiveMaximum",
            "multipleOf",
            "minLength",
            "maxLength",
            "minItems",
            "maxItems",
            "minProperties",
            "maxProperties",
        ),
        "range",
    ),
}
_WARNINGS: Final = frozenset({"unknown_property", "orphan"})
# A message may quote the value; a policy of a megabyte is not quoted.
_MESSAGE_LENGTH_MAX: Final = 300


@dataclass(frozen=True, slots=True)
class Problem:
    """Something accepted that a person should look at.

    ``path`` leads from the node to the place (``("props", "level")``), with entry ids in lists;
    ``view_path`` leads there in the props as they stand on disk, with positions instead.
    """

    node: str
    path: Path
    code: str
    message: str
    severity: Severity
    view_path: Path = ()

    def to_json(self) -> dict[str, Any]:
        """Return the problem as clients are told of it."""
        return {
            "node": self.node,
            "path": list(self.path),
            "code": self.code,
            "message": self.message,
            "severity": self.severity,
        }


@dataclass(frozen=True, slots=True)
class Facts:
    """What others need to know of a node. ``is_live``: the application reaches it."""

    type: str
    definition_id: str
    name: Json
    parent: str | None
    slot: str
    page: str | None
    is_live: bool


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The problems of a node, and what they depend on: target ids, and whether on names."""

    problems: tuple[Problem, ...] = ()
    targets: frozenset[str] = frozenset()
    uses_names: bool = False


class Known(Protocol):
    """What an evaluation asks about the rest of the document."""

    registry: Registry
    names: Names

    def facts(self, node: str) -> Facts | None:
        """Return the facts of a node, ``None`` if it is not there."""

    def children_in(self, node: str, slot: str) -> int:
        """Return how many children stand in a slot."""

    def namesakes(self, node: str) -> int:
        """Return how many nodes share this node's name where names should differ."""


def evaluate(node: str, props: Mapping[str, Json], known: Known) -> Evaluation:
    """Return the problems of a live node, or of the application. Source: [MD6]."""
    facts = known.facts(node)
    assert facts is not None, "only nodes that are there are evaluated"
    definition = known.registry.get(facts.type)
    problems = [] if node == APPLICATION else list(_standing(node, facts, definition, known))
    if definition is None:
        return Evaluation(tuple(problems))
    view = view_props(props, definition)
    problems.extend(_values(node, props, view, definition))
    site = Site(node, facts.parent, facts.page, definition, view)
    found = occurrences(view, definition)
    for occurrence in found:
        if _is_dangling(occurrence, site, known):
            problems.append(_dangling(node, occurrence, props, definition, known.registry))
    return Evaluation(
        tuple(problems),
        frozenset(item.value["ref"] for item in found if not isinstance(item.value, str)),
        any(map(_depends_on_names, found)),
    )


def problem(node: str, path: Path, code: str, message: str, view_path: Path = ()) -> Problem:
    """Return a problem with the severity that its code has."""
    severity: Severity = "warning" if code in _WARNINGS else "error"
    if len(message) > _MESSAGE_LENGTH_MAX:
        message = f"{message[:_MESSAGE_LENGTH_MAX]}…"
    return Problem(node, path, code, message, severity, view_path)


def _standing(
    node: str, facts: Facts, definition: Definition | None, known: Known
) -> Iterator[Problem]:
    """Yield what is wrong with a node's type, its place and its name."""
    if definition is None:
        code, what = "unknown_definition", "type"
        if known.registry.versions(facts.definition_id):
            code, what = "unknown_version", "version"
        yield problem(node, ("type",), code, f"The {what} {quoted(facts.type)} is not known here.")
    parent = None if facts.parent is None else known.facts(facts.parent)
    above = None if parent is None else known.registry.get(parent.type)
    if above is not None:
        slot = above.slots.get(facts.slot)
        if slot is None:
            message = f"{above.title} has no place called {quoted(facts.slot)}."
            yield problem(node, ("place",), "slot_not_accepting", message)
        elif definition is not None and not slot.takes(definition):
            message = f"{definition.title} cannot stand in {quoted(slot.title)} of {above.title}."
            yield problem(node, ("place",), "slot_not_accepting", message)
    if definition is not None:
        for slot in definition.slots.values():
            if slot.children_max is not None:
                count = known.children_in(node, slot.name)
                if count > slot.children_max:
                    message = f"{slot.title} holds {count}, and {slot.children_max} at most."
                    yield problem(node, (), "slot_full", message)
    if known.namesakes(node) > 1:
        message = f"The name {quoted(facts.name)} is there more than once."
        yield problem(node, ("props", "name"), "duplicate_name", message, ("name",))


def _values(
    node: str,
    props: Mapping[str, Json],
    view: Mapping[str, Json],
    definition: Definition,
) -> Iterator[Problem]:
    for key in view:
        if definition.property(key) is None:
            message = f"{definition.title} has no property {quoted(key)}."
            yield problem(node, _rooted(node, (key,)), "unknown_property", message, (key,))
    for fault in definition.faults(view):
        keyword = str(fault.schema_path[-1])
        place: Path = tuple(fault.instance_path)
        if not place and keyword == "additionalProperties":
            # Told above, for each of them and with its own place.
            continue
        if keyword == "required":
            place = (*place, _missing_key(fault))
        path = _rooted(node, _live_path(place, props, definition))
        code = _KEYWORDS.get(keyword, "not_valid")
        yield problem(node, path, code, explain(fault, definition), place)


def _missing_key(fault: jsonschema_rs.ValidationError) -> str:
    return str(getattr(fault.kind, "property", "")).strip('"')


def _rooted(node: str, path: Path) -> Path:
    return path if node == APPLICATION else ("props", *path)


def _live_path(place: Path, props: Mapping[str, Json], definition: Definition) -> Path:
    """Return the path in the live form of a place in the view: entries have ids there."""
    path: list[str | int] = []
    value: Json = props
    shape: Shape | None = definition.shape
    for step in place:
        if isinstance(step, int) and shape is not None and shape.merge == "list":
            entries = entries_of(value)
            if step < len(entries):
                entry_id, value = entries[step]
                path.append(entry_id)
                if not shape.has_entries:
                    path.append("value")
                    value = value.get("value")
                shape = shape.item
                continue
        path.append(step)
        value = value.get(step) if isinstance(value, Mapping) else None
        shape = shape.member(step) if shape is not None and isinstance(step, str) else None
    return tuple(path)


def _depends_on_names(occurrence: Occurrence) -> bool:
    """Tell whether a name that comes or goes elsewhere may make or mend this occurrence."""
    value, reference = occurrence.value, occurrence.reference
    if not isinstance(value, str) or value in reference.also:
        return False
    return not (reference.is_path and "." in value)


def _is_dangling(occurrence: Occurrence, site: Site, known: Known) -> bool:
    if isinstance(occurrence.value, str):
        return resolve(known.names, occurrence, site).is_dangling
    target = known.facts(occurrence.value["ref"])
    if target is None or not target.is_live:
        return True
    if target.definition_id != occurrence.reference.to:
        return True
    is_known, within = scope_of(known.names, occurrence, site)
    return is_known and within is not None and within not in (target.parent, target.page)


def _dangling(
    node: str,
    occurrence: Occurrence,
    props: Mapping[str, Json],
    definition: Definition,
    registry: Registry,
) -> Problem:
    value = occurrence.value
    to = occurrence.reference.to
    versions = registry.versions(to)
    title = title_in_text(versions[-1].title if versions else to)
    if isinstance(value, str):
        message = f"There is no {title} called {quoted(value)} here."
    else:
        message = f"The {title} that this refers to is deleted or stands elsewhere."
    path = _rooted(node, _live_path(occurrence.path, props, definition))
    return problem(node, path, "dangling_reference", message, occurrence.path)
