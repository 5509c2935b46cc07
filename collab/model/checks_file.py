"""Checks files: what an operator declares about one collection, read and found sound, or refused.

The form is ``checks.schema.json``; what a schema cannot say is looked at here. Everything that is
wrong with a file is told at once, each with its JSON pointer and line. SPEC: section CC. Called by
``host.checks_folder`` and the command.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import islice
from pathlib import Path as FilePath
from typing import Any, Final

import jsonschema

from collab.errors import InvalidModel, ModelError, PeerError
from collab.limits import (
    CHECK_ERRORS_MAX,
    CHECK_REASON_CHARACTERS_MAX,
    CHECKS_FILE_BYTES_MAX,
)
from collab.messages import Role
from collab.model.collection_checks import CollectionChecks, NodeChecks, UniqueCheck
from collab.model.path_permissions import PathPermission
from collab.model.pointers import parse_pointer
from collab.model.source import Source, read_source
from collab.model.value_schema import ValueSchema, schema_faults
from collab.values import Path

__all__ = ["APPLICATIONS", "InvalidChecks", "checks_schema", "read_checks"]

# The collection whose documents are the application rooms, which the model's definitions check.
APPLICATIONS: Final = "rooms"

_SCHEMA_FILE: Final = FilePath(__file__).with_name("checks.schema.json")
_FOR_APPLICATIONS: Final = frozenset({"$schema", "version", "description", "permissions"})


class InvalidChecks(PeerError):
    """A checks file that cannot be used; ``errors`` lists every fault at once."""

    default_code = "checks_invalid"
    http_status = 422

    def __init__(self, errors: tuple[ModelError, ...]) -> None:
        first = errors[0]
        place = f"at {first.pointer}: " if first.pointer else ""
        more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
        super().__init__(f"{place}{first.reason}{more}")
        self.errors = errors


@lru_cache(maxsize=1)
def checks_schema() -> Mapping[str, Any]:
    """Return the JSON Schema of checks files."""
    schema: Mapping[str, Any] = json.loads(_SCHEMA_FILE.read_text("utf-8"))
    return schema


def read_checks(text: bytes, collection: str) -> CollectionChecks:
    """Return what the checks file *text* declares for *collection*.

    Raises ``InvalidChecks`` with every fault. Source: [CC1].
    """
    if len(text) > CHECKS_FILE_BYTES_MAX:
        reason = f"a checks file has at most {CHECKS_FILE_BYTES_MAX} bytes"
        raise InvalidChecks((ModelError("", 0, "limit_checks_bytes", reason),))
    try:
        source = read_source(text, "json")
    except InvalidModel as error:
        raise InvalidChecks(error.errors) from None
    # What does not have the form cannot be looked at any further.
    faults = list(_form_faults(source)) or list(_rule_faults(source, collection))
    if faults:
        raise InvalidChecks(tuple(faults[:CHECK_ERRORS_MAX]))
    return _compile(source.value)


def _form_faults(source: Source) -> Iterator[ModelError]:
    validator = jsonschema.Draft202012Validator(checks_schema())
    for error in islice(validator.iter_errors(source.value), CHECK_ERRORS_MAX):
        reason = error.message[:CHECK_REASON_CHARACTERS_MAX]
        yield source.error(tuple(error.absolute_path), "checks_form", reason)


def _rule_faults(source: Source, collection: str) -> Iterator[ModelError]:
    raw = source.value
    if collection == APPLICATIONS:
        for key in sorted(raw.keys() - _FOR_APPLICATIONS):
            reason = "application rooms are checked by their definitions: only permissions go here"
            yield source.error((key,), "checks_application", reason)
        return
    for path, schema in _schemas(raw):
        for place, reason in schema_faults(schema, path):
            yield source.error(place, "checks_schema", reason)
    if "nodes" in raw:
        at = parse_pointer(raw["nodes"]["at"])
        for pointer in raw.get("schema", {}):
            if parse_pointer(pointer) == at[:1] or not at:
                # It would look at every node again whenever one of them is touched.
                reason = "the nodes stand here, and are checked by the schema of nodes"
                yield source.error(("schema", pointer), "checks_schema", reason)


def _schemas(raw: Mapping[str, Any]) -> Iterator[tuple[Path, Any]]:
    if "schema" in raw.get("nodes", {}):
        yield ("nodes", "schema"), raw["nodes"]["schema"]
    for pointer, schema in raw.get("schema", {}).items():
        yield ("schema", pointer), schema


def _compile(raw: Mapping[str, Any]) -> CollectionChecks:
    return CollectionChecks(
        nodes=_nodes(raw["nodes"]) if "nodes" in raw else None,
        schema={
            parse_pointer(pointer)[0]: ValueSchema(schema)
            for pointer, schema in raw.get("schema", {}).items()
        },
        unique=tuple(
            UniqueCheck(parse_pointer(item["at"]), parse_pointer(item["field"]))
            for item in raw.get("unique", ())
        ),
        permissions=tuple(
            PathPermission(parse_pointer(item["path"]), frozenset(map(Role, item["write"])))
            for item in raw.get("permissions", ())
        ),
    )


def _nodes(raw: Mapping[str, Any]) -> NodeChecks:
    return NodeChecks(
        at=parse_pointer(raw["at"]),
        schema=ValueSchema(raw["schema"]) if "schema" in raw else None,
        parent=parse_pointer(raw["parent"]) if "parent" in raw else None,
        parent_must_exist=raw.get("parentMustExist", True),
    )
