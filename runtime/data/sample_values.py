"""A plausible value for a field, from its type and its name. SPEC: section DA. Called by
``samples``.

Every value is made by *chance*, which is seeded, and by the record's place, which keeps unique
values apart. Whether it is one that the field takes, the caller asks ``validation``.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any, Final

from runtime.data.sample_patterns import text_for
from runtime.data.sample_words import (
    CITIES,
    COLORS,
    COMPANIES,
    COUNTRIES,
    FAMILY_NAMES,
    GIVEN_NAMES,
    PRODUCTS,
    SENTENCES,
    STREETS,
    TOPICS,
    ascii_word,
)
from runtime.data.validation import limit, rules_of
from runtime.data.values import EXACT, format_moment, round_decimal
from runtime.expressions.values import Value
from runtime.parts import DataModel, Field, FieldType

__all__ = ["sample_value"]

_WORD: Final = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|[0-9]+")
_PEOPLE: Final = frozenset(
    (
        *("customer", "person", "user", "employee", "contact", "member", "client", "patient"),
        *("student", "author", "owner"),
    )
)
_GOODS: Final = frozenset((*("product", "article", "item", "part", "good", "material"),))
_FIRMS: Final = frozenset(
    (*("company", "supplier", "vendor", "firm", "account", "organisation", "organization"),)
)
_NUMBERED: Final = frozenset(
    (
        *("no", "number", "nr", "code", "sku", "ref", "reference", "key", "isbn", "ean"),
        *("serial",),
    )
)
_LONG: Final = frozenset(
    (
        *("note", "notes", "description", "comment", "comments", "text", "remark", "remarks"),
        *("body",),
    )
)
# By a word of the name: the least and the greatest whole number.
_RANGES: Final = {
    "quantity": (1, 12),
    "count": (0, 40),
    "stock": (0, 400),
    "age": (18, 80),
    "year": (1990, 2026),
    "rating": (1, 5),
    "percent": (0, 100),
    "priority": (1, 5),
    "minutes": (5, 120),
    "hours": (1, 40),
    "days": (1, 30),
}
# How far from today days and moments are.
_PAST_DAYS: Final = 90
_CHARACTERS: Final = 120


def sample_value(
    field: Field,
    model: DataModel,
    place: int,
    chance: Random,
    record: Mapping[str, Value],
    now: datetime,
) -> Any:
    """Return a value as on the wire for *field* of the record number *place*; null for none.

    *record* holds what is already made of it: an address is that of its name.
    """
    words = frozenset(word.lower() for word in _WORD.findall(field.name))
    match field.type:
        case FieldType.TEXT:
            return _text(field, model, words, place, chance, record)
        case FieldType.EMAIL:
            return _email(record, place, chance)
        case FieldType.URL:
            return f"https://example.com/{ascii_word(model.name)}/{place}"
        case FieldType.UUID:
            return str(uuid.UUID(int=chance.getrandbits(128), version=4))
        case FieldType.INTEGER:
            return _integer(field, words, chance)
        case FieldType.DECIMAL:
            return _decimal(field, words, chance)
        case FieldType.BOOLEAN:
            return chance.random() < (0.85 if field.default is not False else 0.25)
        case FieldType.ENUM:
            return _enum(field, chance)
        case FieldType.JSON:
            return {"label": chance.choice(TOPICS), "rank": place}
        case FieldType.DATE:
            return _within(field, (now - timedelta(_days(chance))).date().isoformat())
        case FieldType.TIME:
            return _within(
                field, f"{chance.randint(8, 17):02d}:{chance.choice((0, 15, 30)):02d}:00"
            )
        case FieldType.DATE_TIME:
            moment = now - timedelta(_days(chance), minutes=chance.randint(0, 600))
            return format_moment(moment.replace(second=0, microsecond=0))
    return None


def _text(
    field: Field,
    model: DataModel,
    words: frozenset[str],
    place: int,
    chance: Random,
    record: Mapping[str, Value],
) -> str | None:
    rules = rules_of(field)
    if isinstance(rules.get("pattern"), str):
        return text_for(str(rules["pattern"]), chance)
    if field.validation == "E164":
        return f"+4930{place % 10_000:04d}{chance.randint(0, 999):03d}"
    if field.validation == "ISO4217":
        return chance.choice(("EUR", "USD", "CHF", "JPY"))
    if field.validation in ("RFC5322", "RFC3986"):
        is_email = field.validation == "RFC5322"
        return _email(record, place, chance) if is_email else f"https://example.com/{place}"
    text = _words(field, model, words, place, chance)
    if text is None:
        return None
    if field.is_unique and not words & _NUMBERED:
        text = f"{text} {place}"
    return _cut(text, rules, chance)


def _words(
    field: Field, model: DataModel, words: frozenset[str], place: int, chance: Random
) -> str | None:
    """Return what a text of this name says."""
    about = frozenset(word.lower() for word in _WORD.findall(model.name))
    if words & _NUMBERED:
        return f"{ascii_word(model.name)[:3].upper()}-{1_000 + place}"
    if words & _LONG:
        is_left_out = not field.is_required and chance.random() < 0.6
        return None if is_left_out else chance.choice(SENTENCES)
    for word, pool in _POOLS.items():
        if word in words:
            return chance.choice(pool)
    if words & {"street", "address"}:
        return f"{chance.choice(STREETS)} {chance.randint(1, 120)}"
    if words & {"zip", "postal", "postcode"}:
        return f"{chance.randint(10_000, 99_999)}"
    if words & {"phone", "telephone", "mobile", "fax"}:
        return f"+49 30 {chance.randint(100_000, 999_999)}"
    if words & (_PEOPLE | {"by", "manager", "assignee", "responsible"}):
        is_left_out = not field.is_required and chance.random() < 0.5
        return (
            None if is_left_out else f"{chance.choice(GIVEN_NAMES)} {chance.choice(FAMILY_NAMES)}"
        )
    if words & {"name", "title", "label", "subject"}:
        return _title(words, about, chance)
    if not field.is_required and chance.random() < 0.4:
        return None
    return chance.choice(TOPICS)


_POOLS: Final = {
    "first": GIVEN_NAMES,
    "given": GIVEN_NAMES,
    "last": FAMILY_NAMES,
    "family": FAMILY_NAMES,
    "surname": FAMILY_NAMES,
    "city": CITIES,
    "town": CITIES,
    "country": COUNTRIES,
    "company": COMPANIES,
    "supplier": COMPANIES,
    "color": COLORS,
    "colour": COLORS,
    "currency": ("EUR", "USD", "CHF", "JPY"),
    "product": PRODUCTS,
}


def _title(words: frozenset[str], about: frozenset[str], chance: Random) -> str:
    if about & _FIRMS:
        return chance.choice(COMPANIES)
    if about & _GOODS:
        return chance.choice(PRODUCTS)
    if about & _PEOPLE or "name" in words:
        return _person(chance)
    return chance.choice(TOPICS)


def _person(chance: Random) -> str:
    return f"{chance.choice(GIVEN_NAMES)} {chance.choice(FAMILY_NAMES)}"


def _cut(text: str, rules: Mapping[str, Any], chance: Random) -> str:
    longest, shortest = rules.get("maxLength"), rules.get("minLength")
    if isinstance(longest, int):
        text = text[-longest:] if len(text) > longest else text
    while isinstance(shortest, int) and len(text) < min(shortest, _CHARACTERS * 10):
        text += " " + chance.choice(SENTENCES)
        text = text[:longest] if isinstance(longest, int) else text
        if isinstance(longest, int) and len(text) >= longest:
            break
    return text


def _email(record: Mapping[str, Value], place: int, chance: Random) -> str:
    named = next(
        (str(value) for name, value in record.items() if "name" in name.lower() and value), ""
    )
    words = [ascii_word(word) for word in named.split()]
    local = ".".join(word for word in words if word) or ascii_word(chance.choice(GIVEN_NAMES))
    return f"{local[:40]}.{place}@example.{chance.choice(('com', 'org', 'net'))}"


def _integer(field: Field, words: frozenset[str], chance: Random) -> int:
    least, most = next((_RANGES[word] for word in words if word in _RANGES), (1, 100))
    minimum, maximum = limit(field, "min"), limit(field, "max")
    if minimum is not None:
        least = int(minimum.to_integral_value("ROUND_CEILING"))
        most = max(most, least + 10)
    if maximum is not None:
        most = min(most, int(maximum))
        least = min(least, most) if minimum is None else least
    return chance.randint(least, max(least, most))


def _decimal(field: Field, words: frozenset[str], chance: Random) -> str:
    least, most = Decimal("4.90"), Decimal("499.90")
    if words & {"rate", "share", "factor", "discount"}:
        least, most = Decimal(0), Decimal(1)
    minimum, maximum = limit(field, "min"), limit(field, "max")
    least = max(least, minimum) if minimum is not None else least
    most = min(most, maximum) if maximum is not None else most
    least, most = (min(least, most), most) if minimum is None else (least, max(least, most))
    room = Decimal(10) ** (field.precision - field.scale) - 1
    value = least + (most - least) * Decimal(chance.randint(0, 10_000)) / 10_000
    return str(round_decimal(EXACT.min(value, room), field.scale))


def _enum(field: Field, chance: Random) -> str | None:
    if not field.values:
        return None
    # The first states of a life are more often seen than the last ones.
    weights = [len(field.values) + 2 - place for place in range(len(field.values))]
    return chance.choices(field.values, weights)[0]


def _days(chance: Random) -> int:
    return int(chance.triangular(0, _PAST_DAYS, 0))


def _within(field: Field, value: str) -> str:
    minimum, maximum = limit(field, "min"), limit(field, "max")
    if minimum is not None and value < minimum:
        return str(minimum)
    return str(maximum) if maximum is not None and value > maximum else value
