"""How values are stored. SPEC: section DA. Called by ``layout``, ``conversion``, ``filters``.

A Decimal of up to 18 digits is an integer of its smallest unit, which sorts, compares and adds up
exactly. A wider one is a text of fixed width that sorts as the number does: a sign, then the digits
of the smallest unit, those of negative numbers turned round (9 minus each). A moment is an integer
of milliseconds; days and times of day are ISO texts; JSON and the description of a file are JSON
texts. Everything else is what it is. Of an encrypted field all of this is sealed: see ``sealing``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Final

import orjson
from sqlalchemy import BigInteger, Boolean, LargeBinary, Text
from sqlalchemy.types import TypeEngine

from runtime.data.values import EXACT, TEXTS, milliseconds, moment
from runtime.expressions.values import Value
from runtime.parts import Field, FieldType

__all__ = [
    "TEXT",
    "WIDE_DIGITS",
    "LongText",
    "Shape",
    "is_sealed",
    "is_wide",
    "scaled",
    "wide_text",
]

# A BIGINT holds every number of 18 digits.
WIDE_DIGITS: Final = 18
_LONG: Final = TEXTS | {FieldType.JSON, FieldType.FILE}
# Every database sorts and compares texts by code points.
TEXT: Final[TypeEngine[str]] = Text().with_variant(Text(collation="C"), "postgresql")
_NINES: Final = str.maketrans("0123456789", "9876543210")


class LongText(Text):
    """A text that may be longer than what a database's index holds of it."""


_LONG_TEXT: Final[TypeEngine[str]] = LongText().with_variant(LongText(collation="C"), "postgresql")


@dataclass(frozen=True, slots=True)
class Shape:
    """What decides how a field is stored: a change of it may convert values.

    ``precision`` and ``scale`` are those of a Decimal, else 0; ``target`` is the id of the model
    that a Reference refers to, else empty. ``encode`` and ``decode`` are those of the value within
    what is encrypted.
    """

    type: FieldType
    precision: int = 0
    scale: int = 0
    target: str = ""
    is_encrypted: bool = False

    @classmethod
    def of(cls, field: Field) -> Shape:
        """Return the shape of *field*."""
        if field.type is FieldType.DECIMAL:
            return cls(field.type, field.precision, field.scale, "", is_sealed(field))
        return cls(field.type, target=field.model, is_encrypted=is_sealed(field))

    @property
    def clear(self) -> Shape:
        """The shape of the value itself, whether it is encrypted or not."""
        return replace(self, is_encrypted=False) if self.is_encrypted else self

    @property
    def column_type(self) -> TypeEngine[Any]:
        """The type of its column."""
        if self.is_encrypted:
            return LargeBinary()
        if self.type is FieldType.BOOLEAN:
            return Boolean(create_constraint=False)
        if self.type in (FieldType.INTEGER, FieldType.DATE_TIME):
            return BigInteger()
        if self.type is FieldType.DECIMAL and not is_wide(self):
            return BigInteger()
        return _LONG_TEXT if self.type in _LONG else TEXT

    @property
    def encode(self) -> Callable[[Any], Any] | None:
        """From a value to what is stored; None if that is the same. Not for None."""
        match self.type:
            case FieldType.DECIMAL:
                return self._encode_decimal
            case FieldType.DATE_TIME:
                return milliseconds
            case FieldType.JSON | FieldType.FILE:
                return _encode_json
        return None

    @property
    def decode(self) -> Callable[[Any], Value] | None:
        """From what is stored to a value; None if that is the same. Not for None."""
        match self.type:
            case FieldType.DECIMAL:
                return self._decode_wide if is_wide(self) else self._decode_decimal
            case FieldType.DATE_TIME:
                return moment
            case FieldType.JSON | FieldType.FILE:
                return orjson.loads
        return None

    def _encode_decimal(self, value: Decimal) -> int | str:
        number = scaled(value, self.scale)
        return wide_text(number, self.precision) if is_wide(self) else number

    def _decode_decimal(self, stored: int) -> Decimal:
        return Decimal(stored).scaleb(-self.scale)

    def _decode_wide(self, stored: str) -> Decimal:
        digits = stored[1:] if stored[0] == "1" else "-" + stored[1:].translate(_NINES)
        value = Decimal(digits).scaleb(-self.scale, EXACT)
        return value or abs(value)


def is_sealed(field: Field) -> bool:
    """Return whether a field is stored encrypted; a reference is not, for it is looked for."""
    return field.is_encrypted and field.type is not FieldType.REFERENCE


def is_wide(shape: Shape) -> bool:
    """Return whether a Decimal of this shape is stored as a text."""
    return shape.precision > WIDE_DIGITS


def scaled(value: Decimal, scale: int) -> int:
    """Return an exact *value* in units of its last digit."""
    return int(value.scaleb(scale, EXACT))


def wide_text(number: int, precision: int) -> str:
    """Return the text of a number of at most *precision* digits that sorts as numbers do."""
    digits = f"{abs(number):0{precision}d}"
    return "1" + digits if number >= 0 else "0" + digits.translate(_NINES)


def _encode_json(value: Any) -> str:
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()
