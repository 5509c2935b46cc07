"""What is wrong with a value, in the words of the person who sees it beside the field.

A validator speaks of schemas (``"dataSource" is a required property``); these sentences speak of
the definition's titles ("Table needs a data source."). The codes, by which programs tell problems
apart, are ``evaluation``'s. SPEC: section MD. Called by ``evaluation``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import jsonschema_rs

from collab.model.definition import Definition
from collab.values import Json, Path

__all__ = ["explain", "quoted", "title_in_text"]

_TYPES: Final[Mapping[str, str]] = {
    "string": "a text",
    "number": "a number",
    "integer": "a whole number",
    "boolean": "yes or no",
    "array": "a list",
    "object": "a group of values",
    "null": "empty",
}
_FORMATS: Final[Mapping[str, str]] = {
    "date": "a date, such as 2026-11-22",
    "time": "a time, such as 09:00:00",
    "date-time": "a date and time, such as 2026-11-22T09:00:00Z",
    "duration": "a duration, such as PT5M",
    "email": "an e-mail address",
    "uri": "an address, such as https://example.com",
    "regex": "a regular expression",
    "uuid": "a UUID",
}
_NAME: Final = "takes letters, digits and underscores, with no digit in front"
# The patterns of the built-in definitions; others are shown as they are.
_PATTERNS: Final[Mapping[str, str]] = {
    "^/": "has to begin with /",
    "^[A-Za-z_][A-Za-z0-9_]*$": _NAME,
    "^\\S+ \\S+ \\S+ \\S+ \\S+$": "has to be five fields: minute, hour, day, month, weekday",
    "^(record|vars|item|row)\\..+": "has to say what it holds, such as record.name or vars.search",
    "^[0-9]+(ms|s|m|h|d)$": "has to be a number and its unit, such as 30s, 5m or 2h",
    "^[a-z0-9]+(-[a-z0-9]+)*$": "has to be small letters and digits with hyphens between them",
    "^[A-Z]{3}$": "has to be three capital letters, such as EUR",
}
# What a property is rather than what it is called, by the kind of its editor.
_THINGS: Final[Mapping[str, str]] = {"dataSource": "a data source"}
_PLURALS: Final[Mapping[str, str]] = {
    "has": "have",
    "needs": "need",
    "takes": "take",
    "does": "do",
}
_CHOICES_MAX: Final = 8
_QUOTED_MAX: Final = 60


def explain(fault: jsonschema_rs.ValidationError, definition: Definition) -> str:
    """Return what *fault*, found in a node's props, says: one sentence with a full stop.

    Source: [MD6].
    """
    place = tuple(fault.instance_path)
    schema = _schema_at(definition.schema, place)
    title = _title_of(definition, place)
    keyword = str(fault.schema_path[-1])
    kind = fault.kind
    if keyword == "required":
        return _sentence(title, f"needs {_needed(schema, str(getattr(kind, 'property', '')))}")
    if "propertyNames" in fault.schema_path:
        inner = getattr(kind, "error", None)
        name = inner.instance if inner is not None else ""
        return f"{quoted(name)} cannot be a name in {title}."
    if keyword in ("anyOf", "oneOf"):
        return _sentence(title, _unmatched(kind, schema))
    words = _WORDS.get(keyword)
    return _sentence(title, words(kind) if words is not None else "has a value that does not fit")


def title_in_text(title: str) -> str:
    """Return a title as it stands within a sentence: ``Data model`` becomes ``data model``."""
    return title if title[1:2].isupper() else f"{title[:1].lower()}{title[1:]}"


def quoted(value: Json) -> str:
    """Return a value in quotation marks, shortened to what is read at a glance."""
    text = value if isinstance(value, str) else _plain(value)
    return f"“{text if len(text) <= _QUOTED_MAX else text[:_QUOTED_MAX] + '…'}”"


def _sentence(title: str, predicate: str) -> str:
    """Return title and predicate with a verb that agrees: ``Attempts have to be at least 1.``"""
    verb, _, rest = predicate.partition(" ")
    return f"{title} {_PLURALS.get(verb, verb) if _is_plural(title) else verb} {rest}."


def _is_plural(title: str) -> bool:
    return title.endswith("s") and not title.endswith(("ss", "us", "is"))


def _needed(schema: Mapping[str, Any], key: str) -> str:
    """Return what is missing, with its article: ``a data source``, ``columns``."""
    member = schema.get("properties", {}).get(key, {})
    editor = member.get("x-editor", {}).get("kind")
    if editor in _THINGS:
        return _THINGS[editor]
    if editor == "expression" and member.get("type") == "boolean":
        return "a condition"
    title: str = title_in_text(member.get("title", key))
    if _is_plural(title) or member.get("type") in ("array", "object"):
        return title
    return f"{'an' if title[:1].lower() in 'aeiou' else 'a'} {title}"


def _unmatched(kind: object, schema: Mapping[str, Any]) -> str:
    """Return what a value that fits none of several forms has to be."""
    branches: Sequence[Sequence[jsonschema_rs.ValidationError]] = getattr(kind, "context", ())
    faults = [branch[0] for branch in branches if branch]
    missing = [str(getattr(one.kind, "property", "")) for one in faults]
    if faults and all(missing):
        properties = schema.get("properties", {})
        titles = [str(properties.get(key, {}).get("title", key)) for key in missing]
        return f"needs one of {_listed(titles, 'and')}"
    types = [name for one in faults for name in _type_names(one.kind)]
    if faults and all(_type_names(one.kind) for one in faults):
        return f"has to be {_listed(list(dict.fromkeys(_TYPES[name] for name in types)))}"
    return "has none of the forms that it can have"


def _type_names(kind: object) -> list[str]:
    return [str(name) for name in getattr(kind, "types", ())]


def _count(limit: object, one: str, many: str) -> str:
    return f"{limit} {one if limit == 1 else many}"


def _at_least(one: str, many: str) -> Callable[[Any], str]:
    def words(kind: Any) -> str:
        return "cannot be empty" if kind.limit == 1 else f"needs {_count(kind.limit, one, many)}"

    return words


def _at_most(one: str, many: str) -> Callable[[Any], str]:
    return lambda kind: f"can have {_count(kind.limit, one, many)} at most"


def _enum(kind: Any) -> str:
    options = list(kind.options)
    if len(options) > _CHOICES_MAX:
        return "has to be one of the offered values"
    return f"has to be {_listed([_plain(option) for option in options])}"


def _pattern(kind: Any) -> str:
    return _PATTERNS.get(kind.pattern, f"does not have the form {kind.pattern}")


_WORDS: Final[Mapping[str, Callable[[Any], str]]] = {
    "type": lambda kind: f"has to be {_listed([_TYPES[name] for name in _type_names(kind)])}",
    "pattern": _pattern,
    "format": lambda kind: f"has to be {_FORMATS.get(kind.format, kind.format)}",
    "enum": _enum,
    "const": lambda kind: f"has to be {_plain(kind.expected_value)}",
    "minimum": lambda kind: f"has to be at least {kind.limit}",
    "maximum": lambda kind: f"has to be at most {kind.limit}",
    "exclusiveMinimum": lambda kind: f"has to be more than {kind.limit}",
    "exclusiveMaximum": lambda kind: f"has to be less than {kind.limit}",
    "multipleOf": lambda kind: f"has to be a multiple of {kind.multiple_of:g}",
    "minLength": _at_least("character", "characters"),
    "maxLength": _at_most("character", "characters"),
    "minItems": _at_least("entry", "entries"),
    "maxItems": _at_most("entry", "entries"),
    "minProperties": _at_least("entry", "entries"),
    "maxProperties": _at_most("entry", "entries"),
    "uniqueItems": lambda kind: "has an entry more than once",
    "additionalProperties": lambda kind: "has something that does not belong there",
}


def _plain(value: Json) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "empty" if value is None else str(value)


def _listed(words: list[str], last: str = "or") -> str:
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {last} {words[-1]}"


def _schema_at(schema: Mapping[str, Any], place: Path) -> Mapping[str, Any]:
    """Return the schema of a place, an empty one where it is not described."""
    for step in place:
        schema = _member(schema, step)
    return schema


def _member(schema: Mapping[str, Any], step: str | int) -> Mapping[str, Any]:
    found = (
        schema.get("items")
        if isinstance(step, int)
        else schema.get("properties", {}).get(step, schema.get("additionalProperties"))
    )
    if isinstance(found, Mapping):
        return found
    for branch in (*schema.get("anyOf", ()), *schema.get("oneOf", ())):
        found = _member(branch, step)
        if found:
            return found
    return {}


def _title_of(definition: Definition, place: Path) -> str:
    """Return what a place is called: its title, with the position of an entry, or the node's."""
    title, schema = definition.title, definition.schema
    for step in place:
        schema = _member(schema, step)
        title = f"{title} {step + 1}" if isinstance(step, int) else str(schema.get("title", step))
    return title
