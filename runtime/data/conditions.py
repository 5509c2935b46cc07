"""Conditions on fields, as addresses write them. SPEC: section DA. Called by ``querying``.

``filter[customer.name][contains]=ä`` names a path of references, an operator and a value, which is
read as one of the field's type. Whatever cannot be asked is told at once, naming the condition.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

from sqlalchemy import ColumnElement, false, not_, or_

from runtime.data.comparing import Kind, Term, compare, equal, kind_of
from runtime.data.errors import QueryInvalid
from runtime.data.joins import Joins
from runtime.data.layout import ModelTable, StoredField
from runtime.data.paths import Hop, hop_from
from runtime.data.ports import Dialect, Visibility
from runtime.data.queries import Condition, Operator
from runtime.data.storage import Shape, is_sealed
from runtime.data.values import TEXTS, BadValue, read_value
from runtime.expressions.values import Value
from runtime.limits import PATH_REFERENCES_MAX, SEARCH_CHARACTERS_MAX
from runtime.parts import Field, FieldType

__all__ = ["condition", "open_path", "refuse_encrypted", "search"]

_ORDERS: Final = {
    Operator.LESS: "<",
    Operator.AT_MOST: "<=",
    Operator.GREATER: ">",
    Operator.AT_LEAST: ">=",
}
_PARTS: Final = {
    Operator.CONTAINS: (True, True),
    Operator.STARTS_WITH: (False, True),
    Operator.ENDS_WITH: (True, False),
}
_LISTED_MAX: Final = 100
_TEXT: Final = Field("", "", FieldType.TEXT)
_NUMBER: Final = Field("", "", FieldType.DECIMAL, precision=1_000, scale=500)


def open_path(
    visibility: Visibility, table: ModelTable, path: str, code: str
) -> tuple[tuple[Hop, ...], StoredField]:
    """Return the references and the field that *path* names, if they may be seen.

    Raises ``QueryInvalid`` with this code; what may not be seen is told like what is not there.
    """
    hops: list[Hop] = []
    names = path.split(".")
    for position, name in enumerate(names):
        stored = table.find(name)
        is_hidden = stored is None or stored.field.id in visibility.hidden(table)
        if stored is None or is_hidden or (hops and visibility.is_restricted(table)):
            raise QueryInvalid(f"there is no field {path[:200]!r} to ask for", code=code)
        if position == len(names) - 1:
            return tuple(hops), stored
        hop = hop_from(visibility.layout, table, stored.field.name)
        if hop is None or len(hops) >= PATH_REFERENCES_MAX:
            raise QueryInvalid(f"{name!r} in {path[:200]!r} leads to no record", code=code)
        hops.append(hop)
        table = hop.target
    raise AssertionError("a split text has a part")


def refuse_encrypted(stored: StoredField, path: str) -> None:
    """Raise ``QueryInvalid`` (``query_encrypted``) for a field that the database cannot read."""
    if is_sealed(stored.field):
        text = f"{path[:200]} is encrypted: it has no order and no groups, and only a filter by an "
        raise QueryInvalid(text + "expression finds its values", code="query_encrypted")


def condition(
    joins: Joins, visibility: Visibility, dialect: Dialect, asked: Condition
) -> ColumnElement[bool]:
    """Return a condition as SQL. Raises ``QueryInvalid``."""
    hops, stored = open_path(visibility, joins.table, asked.path, "query_field")
    refuse_encrypted(stored, asked.path)
    column = joins.column(hops, stored)
    term = Term(column, kind_of(stored), Shape.of(stored.field))
    try:
        return _Asked(asked, stored.field, term, dialect).condition()
    except BadValue as bad:
        text = f"the value for {asked.path} must be {bad.message}"
        raise QueryInvalid(text, code="query_value") from None


def search(
    table: ModelTable, visibility: Visibility, dialect: Dialect, text: str
) -> ColumnElement[bool]:
    """Return whether any text of a record that may be seen contains *text*, ignoring case."""
    try:
        read_value(_TEXT, text)
        is_text = len(text) <= SEARCH_CHARACTERS_MAX
    except BadValue:
        is_text = False
    if not is_text:
        told = f"a search is a text of at most {SEARCH_CHARACTERS_MAX} characters"
        raise QueryInvalid(told, code="query_value")
    hidden = visibility.hidden(table)
    return or_(
        false(),
        *(
            dialect.like(item.column, text, before=True, after=True)
            for item in table.fields
            if item.field.type in TEXTS
            and item.field.id not in hidden
            and not is_sealed(item.field)
        ),
    )


class _Asked:
    def __init__(self, asked: Condition, field: Field, term: Term, dialect: Dialect) -> None:
        self._asked = asked
        self._field = field
        self._term = term
        self._dialect = dialect

    def condition(self) -> ColumnElement[bool]:
        operator, value = self._asked.operator, self._asked.value
        if operator is Operator.EMPTY:
            return self._empty(value)
        if operator is Operator.IN:
            return self._among(value)
        if operator in _PARTS:
            return self._part(value)
        read = self._read(value)
        if operator in (Operator.EQUAL, Operator.NOT_EQUAL):
            same = self._equal(read)
            return same if operator is Operator.EQUAL else not_(same)
        if self._term.kind in (Kind.BOOLEAN, Kind.RECORD, Kind.OTHER) or read is None:
            raise self._no_operator()
        return compare(self._term, _ORDERS[operator], read)

    def _empty(self, value: object) -> ColumnElement[bool]:
        if value not in (True, False, "true", "false"):
            raise BadValue("boolean", "true or false")
        column = self._term.column
        is_empty: ColumnElement[bool] = column.is_(None)
        if self._field.type is FieldType.TEXT:
            is_empty = or_(is_empty, column == "")
        return is_empty if value in (True, "true") else not_(is_empty)

    def _among(self, value: object) -> ColumnElement[bool]:
        listed = value.split(",") if isinstance(value, str) else value
        if not isinstance(listed, list | tuple) or len(listed) > _LISTED_MAX:
            raise BadValue("list", f"a list of at most {_LISTED_MAX} values")
        return or_(false(), *(self._equal(self._read(item)) for item in listed))

    def _part(self, value: object) -> ColumnElement[bool]:
        if self._term.kind is not Kind.TEXT:
            raise self._no_operator()
        text = read_value(_TEXT, value)
        if not isinstance(text, str) or len(text) > SEARCH_CHARACTERS_MAX:
            raise BadValue("text", f"a text of at most {SEARCH_CHARACTERS_MAX} characters")
        before, after = _PARTS[self._asked.operator]
        return self._dialect.like(self._term.column, text, before=before, after=after)

    def _equal(self, value: Value) -> ColumnElement[bool]:
        if self._term.kind is Kind.OTHER and value is not None:
            raise self._no_operator()
        return equal(self._term, value)

    def _read(self, value: Any) -> Value:
        """Return a value to compare with: of the field's type, but not bound to its rules."""
        field = self._field
        if field.type is FieldType.ENUM:
            return read_value(_TEXT, value) if value != "" else None
        if field.type in (FieldType.DECIMAL, FieldType.INTEGER):
            # 0.005 is a fine limit for amounts of two digits.
            read = read_value(_NUMBER, value)
            return read.normalize() if isinstance(read, Decimal) else read
        if field.type in (FieldType.JSON, FieldType.FILE) and value in (None, "", "null"):
            return None
        return read_value(field, value)

    def _no_operator(self) -> QueryInvalid:
        text = f"{self._asked.path} is {self._field.type} and cannot be asked with "
        return QueryInvalid(text + self._asked.operator, code="query_operator")
