"""The order of a question's answer, and the cursors that go on where a page ended. SPEC: section
DA. Called by ``querying``.

Null comes last either way, and records that are otherwise equal are in the order of their ids, in
the direction of the last field. Ids are in the order of creation, so ``createdAt`` at the end is
that order already, and an index serves it. A cursor holds what the last record of a page is sorted
by: the next page begins after it, whatever was inserted or deleted meanwhile.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import orjson
from sqlalchemy import ColumnElement, and_, case, false, null, or_

from runtime.data.conditions import open_path, refuse_encrypted
from runtime.data.errors import QueryInvalid
from runtime.data.joins import Joins
from runtime.data.layout import StoredField
from runtime.data.ports import Visibility
from runtime.limits import CURSOR_CHARACTERS_MAX, QUERY_SORT_MAX
from runtime.parts import FieldType

__all__ = ["Order"]

_BIGINT_MAX: Final = 2**63 - 1
_UNSORTED: Final = frozenset({FieldType.JSON, FieldType.FILE})


@dataclass(frozen=True, slots=True)
class _Key:
    name: str
    column: ColumnElement[Any]
    is_descending: bool
    # What a cursor may hold for it, besides null.
    type: type


class Order:
    """How the records of ``joins.table`` are sorted by *sort*. Raises ``QueryInvalid``."""

    def __init__(self, joins: Joins, visibility: Visibility, sort: Sequence[str]) -> None:
        if len(sort) > QUERY_SORT_MAX:
            raise QueryInvalid(f"at most {QUERY_SORT_MAX} fields to sort by", code="query_sort")
        self._id = joins.table.table.c.id
        self._keys: list[_Key] = []
        is_descending = False
        for position, item in enumerate(sort):
            is_descending = item.startswith("-")
            hops, stored = open_path(visibility, joins.table, item.lstrip("-+"), "query_sort")
            is_last = position == len(sort) - 1
            if not hops and (stored.field.id == "id" or (is_last and _is_creation(stored))):
                break
            refuse_encrypted(stored, item.lstrip("-+"))
            if stored.field.type in _UNSORTED:
                text = f"{item.lstrip('-+')} is {stored.field.type}, which has no order"
                raise QueryInvalid(text, code="query_sort")
            column, type_ = _sorted_by(stored, joins.column(hops, stored))
            self._keys.append(_Key(item, column, is_descending, type_))
        self._is_descending = is_descending
        told = repr((joins.table.model.id, tuple(sort)))
        self._fingerprint = hashlib.sha256(told.encode()).hexdigest()[:12]

    @property
    def columns(self) -> list[ColumnElement[Any]]:
        """What to select besides the record's columns, for ``cursor``."""
        return [key.column.label(f"sort_{at}") for at, key in enumerate(self._keys)]

    @property
    def clauses(self) -> list[ColumnElement[Any]]:
        """What to order by."""
        found: list[ColumnElement[Any]] = []
        for key in self._keys:
            column = key.column.desc() if key.is_descending else key.column.asc()
            found.append(column.nulls_last())
        found.append(self._id.desc() if self._is_descending else self._id.asc())
        return found

    def cursor(self, row: Sequence[Any]) -> str:
        """Return the cursor after a row that begins with the id and ends with ``columns``."""
        values = list(row[len(row) - len(self._keys) :]) if self._keys else []
        packed = orjson.dumps([self._fingerprint, values, row[0]])
        return base64.urlsafe_b64encode(packed).decode().rstrip("=")

    def after(self, cursor: str) -> ColumnElement[bool]:
        """Return the condition for what comes after *cursor*. Raises ``QueryInvalid``."""
        values, record_id = self._unpacked(cursor)
        beyond = self._id < record_id if self._is_descending else self._id > record_id
        for key, value in reversed(list(zip(self._keys, values, strict=True))):
            if value is None:
                # Null is last, so what comes after it is null as well.
                beyond = and_(key.column.is_(None), beyond)
                continue
            further = key.column < value if key.is_descending else key.column > value
            beyond = or_(further, key.column.is_(None), and_(key.column == value, beyond))
        return beyond

    def _unpacked(self, cursor: str) -> tuple[list[Any], str]:
        try:
            if len(cursor) > CURSOR_CHARACTERS_MAX:
                raise ValueError
            padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
            fingerprint, values, record_id = orjson.loads(base64.urlsafe_b64decode(padded))
            is_known = fingerprint == self._fingerprint and isinstance(record_id, str)
            if not is_known or len(values) != len(self._keys):
                raise ValueError
            for key, value in zip(self._keys, values, strict=True):
                _check(key, value)
        except (ValueError, TypeError, binascii.Error) as error:
            text = "this cursor is not of this question: begin again without one"
            raise QueryInvalid(text, code="query_cursor") from error
        return values, record_id


def _check(key: _Key, value: Any) -> None:
    is_fit = value is None or type(value) is key.type
    if not is_fit or (isinstance(value, int) and abs(value) > _BIGINT_MAX):
        raise ValueError


def _is_creation(stored: StoredField) -> bool:
    return stored.field.id == "createdAt"


def _sorted_by(stored: StoredField, column: ColumnElement[Any]) -> tuple[ColumnElement[Any], type]:
    """Return what a field is sorted by; an Enum is in the order of its values."""
    if stored.field.type is FieldType.ENUM:
        places = {value: place for place, value in enumerate(stored.field.values)}
        if not places:
            return case((false(), 0), else_=null()), int
        place = case(places, value=column, else_=len(places))
        return case((column.is_(None), null()), else_=place), int
    if stored.field.type is FieldType.BOOLEAN:
        return case((column.is_(None), null()), (column, 1), else_=0), int
    is_number = stored.encode is not None or stored.field.type is FieldType.INTEGER
    return column, int if is_number and not _is_text(stored) else str


def _is_text(stored: StoredField) -> bool:
    return stored.column.type.python_type is str
