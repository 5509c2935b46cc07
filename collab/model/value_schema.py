"""Value schemas: JSON Schemas that an operator wrote, and in which words they refuse a value.

``jsonschema-rs`` decides on the hot path; ``jsonschema`` says what is wrong with a schema itself.
Nothing is ever fetched, and patterns are matched in linear time. SPEC: section CC. Called by
``checks_file`` and ``collection_checks``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any, Final

import jsonschema
import jsonschema_rs

from collab.limits import CHECK_ERRORS_MAX, CHECK_REASON_CHARACTERS_MAX
from collab.values import Json, Path, plain

__all__ = ["ValueSchema", "schema_faults"]

_DRAFT: Final = "https://json-schema.org/draft/2020-12/schema"
_META: Final = jsonschema.Draft202012Validator(jsonschema.Draft202012Validator.META_SCHEMA)
_REFERENCES: Final = ("$ref", "$dynamicRef")
# What stands under these keywords are values and not schemas.
_VALUES: Final = frozenset({"const", "enum", "default", "examples"})
_SURPLUS: Final = frozenset({"additionalProperties", "unevaluatedProperties"})
# So that a reason is the same whatever the value, and tells nobody what it was.
_MASK: Final = "the value"


class ValueSchema:
    """A compiled schema. *raw* is one of which ``schema_faults`` found nothing wrong."""

    def __init__(self, raw: Any) -> None:
        self._validator = _compiled(raw)

    def fault(self, value: Json) -> tuple[Path, str] | None:
        """Return where *value* breaks the schema first and why, None if it does not.

        First is by place and then by reason, so that both doors are told the same. Source: [CC4].
        """
        value = plain(value)
        if self._validator.is_valid(value):
            return None
        errors = islice(self._validator.iter_errors(value), CHECK_ERRORS_MAX)
        found = [(tuple(error.instance_path), _reason(error)) for error in errors]
        return min(found, key=lambda item: ([str(step) for step in item[0]], item[1]))


def schema_faults(raw: Any, path: Path) -> Iterator[tuple[Path, str]]:
    """Yield what is wrong with the schema *raw*, which stands at *path* of its file."""
    is_sound = True
    for place, reason in (*_draft_faults(raw, path), *_foreign(raw, path)):
        is_sound = False
        yield place, reason
    if not is_sound:
        return
    try:
        _compiled(raw)
    except (ValueError, jsonschema_rs.ValidationError, jsonschema_rs.ReferencingError) as error:
        # A pattern that linear time does not allow, or a reference to nowhere, is found only here.
        place = getattr(error, "instance_path", ())
        yield (*path, *place), str(error).partition("\n")[0][:CHECK_REASON_CHARACTERS_MAX]


def _draft_faults(raw: Any, path: Path) -> Iterator[tuple[Path, str]]:
    for error in islice(_META.iter_errors(raw), CHECK_ERRORS_MAX):
        yield (*path, *error.absolute_path), error.message[:CHECK_REASON_CHARACTERS_MAX]


def _foreign(raw: Any, path: Path) -> Iterator[tuple[Path, str]]:
    """Yield where *raw* is of another draft or refers to something outside of itself."""
    if isinstance(raw, Mapping):
        for key, member in raw.items():
            if key == "$schema" and isinstance(member, str) and member.rstrip("#") != _DRAFT:
                yield (*path, key), f"only {_DRAFT} is understood"
            elif key in _REFERENCES and isinstance(member, str) and not member.startswith("#"):
                yield (*path, key), "a schema may refer to its own parts only, such as #/$defs/name"
            elif key not in _VALUES:
                yield from _foreign(member, (*path, key))
    elif isinstance(raw, list):
        for index, member in enumerate(raw):
            yield from _foreign(member, (*path, index))


def _compiled(raw: Any) -> jsonschema_rs.Draft202012Validator:
    return jsonschema_rs.Draft202012Validator(
        raw,
        validate_formats=True,
        # By default the library fetches http:// and file:// references.
        retriever=_refuse_retrieval,
        pattern_options=jsonschema_rs.RegexOptions(),
        mask=_MASK,
    )


def _refuse_retrieval(uri: str) -> Any:
    raise ValueError(f"a schema may not refer to {uri}")


def _reason(error: jsonschema_rs.ValidationError) -> str:
    if error.kind.name in _SURPLUS:
        # In the library's own words the keys stand in the document's order, which is the door's.
        unexpected = ", ".join(repr(key) for key in sorted(getattr(error.kind, "unexpected", ())))
        return f"no such key is allowed: {unexpected}"[:CHECK_REASON_CHARACTERS_MAX]
    return error.message[:CHECK_REASON_CHARACTERS_MAX]
