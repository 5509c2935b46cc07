"""The registry: every definition the server knows, loaded from JSON and checked once.

The files beside this module (``components/<folder>/<Id>@<major>.json``) are the built-in
definitions. They alone drive import and export, checks, problems, merge rules, the palette and
the inspector; a component more is a file more. Schemas that several definitions use (an action, a
data source, a number format) stand in ``components/shared/`` and are written
``{"$ref": "shared:<name>"}``; loading puts them in place, so that a definition that leaves the
registry needs nothing else to be read.
SPEC: section MD. Called by every module of the model, by ``api`` and by ``runtime``.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from collab.model.definition import Definition

__all__ = ["Registry", "builtin", "expand"]

_FOLDER: Final = Path(__file__).parent / "components"
_SHARED_PREFIX: Final = "shared:"


class Registry:
    """An immutable set of definitions, one for each id and major version.

    ``etag`` is a strong validator of :meth:`to_json`: the same definitions give the same value.
    """

    __slots__ = ("_by_id", "_definitions", "_flat_types", "etag")

    def __init__(self, definitions: Iterable[Definition]) -> None:
        self._definitions = {definition.type: definition for definition in definitions}
        self._by_id: dict[str, tuple[Definition, ...]] = {}
        for definition in self._definitions.values():
            known = self._by_id.get(definition.id, ())
            self._by_id[definition.id] = (*known, definition)
        body = json.dumps(self.to_json(), sort_keys=True, ensure_ascii=False)
        self.etag = hashlib.sha256(body.encode()).hexdigest()[:32]
        self._flat_types = {
            kind: types[0]
            for kind in {definition.kind for definition in self._definitions.values()}
            if len(types := self._first_versions(kind)) == 1
        }

    def get(self, type_: object) -> Definition | None:
        """Return the definition of a node's type (``"Button@1"``), ``None`` if there is none."""
        return self._definitions.get(type_) if isinstance(type_, str) else None

    def versions(self, definition_id: str) -> tuple[Definition, ...]:
        """Return every known version of a definition; empty if even its id is unknown."""
        return self._by_id.get(definition_id, ())

    def implied_type(self, kind: str) -> str | None:
        """Return the type that an element of *kind* has when the disk form names none."""
        return self._flat_types.get(kind)

    def definitions(self) -> tuple[Definition, ...]:
        """Return all definitions, in the order in which they were loaded."""
        return tuple(self._definitions.values())

    def extended(self, raw_definitions: Iterable[Mapping[str, Any]]) -> Registry:
        """Return a registry that has these definitions too, replacing those of the same type.

        Raises ``InvalidDefinition`` for one that the meta-schema or its rules refuse.
        """
        added = [Definition.from_json(expand(raw, _shared())) for raw in raw_definitions]
        return Registry([*self._definitions.values(), *added])

    def to_json(self) -> dict[str, Any]:
        """Return what ``GET …/definitions`` answers: definitions by type, each self-contained."""
        return {
            "definitions": {
                type_: definition.to_json() for type_, definition in self._definitions.items()
            }
        }

    def _first_versions(self, kind: str) -> list[str]:
        ids = {
            definition.id for definition in self._definitions.values() if definition.kind == kind
        }
        return sorted(f"{definition_id}@1" for definition_id in ids)


@lru_cache(maxsize=1)
def builtin() -> Registry:
    """Return the registry of the built-in definitions; loaded at the first call."""
    shared = _shared()
    files = sorted(_FOLDER.glob("*/*@*.json"))
    return Registry(
        Definition.from_json(expand(json.loads(file.read_text("utf-8")), shared)) for file in files
    )


@lru_cache(maxsize=1)
def _shared() -> Mapping[str, Any]:
    files = sorted((_FOLDER / "shared").glob("*.json"))
    return {file.stem: json.loads(file.read_text("utf-8")) for file in files}


def expand(schema: Any, shared: Mapping[str, Any]) -> Any:
    """Return *schema* with every ``{"$ref": "shared:<name>"}`` replaced by what it names.

    Keys beside a ``$ref`` (a title, an editor hint) win over those of the shared schema.
    Raises ``KeyError`` for a name that is not there.
    """
    if isinstance(schema, list):
        return [expand(item, shared) for item in schema]
    if not isinstance(schema, Mapping):
        return schema
    target = schema.get("$ref")
    members = {key: expand(value, shared) for key, value in schema.items()}
    if isinstance(target, str) and target.startswith(_SHARED_PREFIX):
        del members["$ref"]
        return {
            **expand(shared[target.removeprefix(_SHARED_PREFIX)], shared),
            **members,
        }
    return members
