"""The rules of fields, and what to tell people whose values break them. SPEC: section DA.

What needs no look at other records is checked here; uniqueness and references are checked by
``changes`` within the transaction. Called by ``writing``, ``samples`` and ``migration``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, Final

from runtime.data.errors import FieldFault
from runtime.data.sealing import sealing_faults
from runtime.data.texts import RULES, compile_pattern, is_address, is_email
from runtime.data.values import TEXTS, BadValue, read_value
from runtime.expressions.values import Value
from runtime.parts import DataModel, Fault, Field, FieldType

__all__ = ["REQUIRED", "field_faults", "is_empty", "limit", "model_faults", "rules_of"]

REQUIRED: Final = FieldFault("required", "must be filled in")
# Types that are a rule of their own: its strict form's name, its code, and the check.
_KINDS: Final = {
    FieldType.EMAIL: ("RFC5322", "email", is_email),
    FieldType.URL: ("RFC3986", "url", is_address),
}
_NUMBERS: Final = frozenset({FieldType.INTEGER, FieldType.DECIMAL})
_TIMES: Final = frozenset({FieldType.DATE, FieldType.TIME, FieldType.DATE_TIME})


def is_empty(value: Value) -> bool:
    """Return whether a required field would still be to fill in."""
    return value is None or value == ""


def rules_of(field: Field) -> Mapping[str, Any]:
    """Return the limits of a field's validation; none where it names a rule or nothing."""
    return field.validation if isinstance(field.validation, Mapping) else {}


def limit(field: Field, name: str) -> Any:
    """Return the ``min`` or ``max`` of a number, day, time or moment; None if it has none."""
    raw = rules_of(field).get(name)
    if raw is None or raw == "" or isinstance(raw, bool):
        return None
    try:
        if field.type in _NUMBERS:
            # A limit may have more digits than the values that it bounds.
            wide = Field("", "", FieldType.DECIMAL, precision=1_000, scale=500)
            return read_value(wide, raw)
        return read_value(field, raw) if field.type in _TIMES else None
    except BadValue:
        return None


def field_faults(field: Field, value: Value) -> Iterator[FieldFault]:
    """Give everything that is wrong with a value of the field's type; null breaks no rule here."""
    if value is None:
        return
    kind = _KINDS.get(field.type)
    if kind is not None and field.validation != kind[0]:
        rule, code, is_one = kind
        if not is_one(str(value), is_strict=False):
            yield FieldFault(code, f"must be {RULES[rule][1]}")
    if isinstance(field.validation, str):
        yield from _named_rule(field, field.validation, value)
    elif field.validation:
        yield from _limits(field, value)


def _named_rule(field: Field, name: str, value: Value) -> Iterator[FieldFault]:
    rule = RULES.get(name)
    # An optional text that is left empty breaks no rule.
    if rule is None or field.type not in TEXTS or value == "":
        return
    follows, description = rule
    if not follows(str(value)):
        yield FieldFault(name.lower(), f"must be {description}")


def _limits(field: Field, value: Any) -> Iterator[FieldFault]:
    rules = rules_of(field)
    if field.type in TEXTS:
        yield from _text_limits(rules, str(value))
        return
    minimum, maximum = limit(field, "min"), limit(field, "max")
    if field.type in _NUMBERS:
        value = Decimal(value)
    if minimum is not None and value < minimum:
        yield FieldFault("min", f"must be at least {rules['min']}")
    if maximum is not None and value > maximum:
        yield FieldFault("max", f"must be at most {rules['max']}")


def _text_limits(rules: Mapping[str, Any], value: str) -> Iterator[FieldFault]:
    if not value:
        # Whether it may be empty is what "required" says.
        return
    shortest, longest = rules.get("minLength"), rules.get("maxLength")
    if isinstance(shortest, int) and len(value) < shortest:
        yield FieldFault("minLength", f"must have at least {shortest} characters")
    if isinstance(longest, int) and len(value) > longest:
        yield FieldFault(
            "maxLength", f"must have at most {longest} characters and has {len(value)}"
        )
    source = rules.get("pattern")
    if isinstance(source, str) and source:
        pattern = compile_pattern(source)
        if pattern is not None and not pattern.matches(value):
            yield FieldFault("pattern", f"must match the pattern {source}")


def model_faults(model: DataModel) -> Iterator[Fault]:
    """Give the validations that cannot be held, which therefore refuse nothing."""
    for field in model.fields:
        rules = rules_of(field)
        source = rules.get("pattern")
        if isinstance(source, str) and compile_pattern(source) is None:
            text = f"the pattern of {field.name} cannot be matched in linear time or is none"
            yield Fault(field.id, ("validation", "pattern"), "validation_pattern", text)
        for name in ("min", "max"):
            if field.type in _NUMBERS | _TIMES and rules.get(name) and limit(field, name) is None:
                text = f"{name} of {field.name} is no {field.type}"
                yield Fault(field.id, ("validation", name), "validation_limit", text)
    yield from sealing_faults(model)
