"""From an expression to SQL. SPEC: section DA. Called by ``selecting``.

What does not read the record is computed once, by the engine. What reads it is translated where
SQL says exactly the same (see ``comparing``); every other part is left to the engine, record by
record, and only the parts of a top-level ``&&`` are told apart: a record for which one of them is
not true is out, whatever the others say.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from sqlalchemy import ColumnElement, and_, case, false, not_, or_, true

from runtime.data.comparing import (
    UNKNOWN,
    Kind,
    NotSql,
    Term,
    compare,
    compare_columns,
    equal,
    kind_of,
)
from runtime.data.constants import FATAL, Constants, children
from runtime.data.joins import Joins
from runtime.data.layout import ModelTable
from runtime.data.paths import Hop, hop_from
from runtime.data.ports import Dialect, Visibility
from runtime.data.storage import Shape
from runtime.expressions.ast import Ast, Call, Has, Identifier, ListLiteral, Literal, Select
from runtime.expressions.errors import ExpressionError
from runtime.expressions.values import Value

__all__ = ["Translator", "is_total"]

_ORDERS: Final = frozenset({"<", "<=", ">", ">="})
_FLIPPED: Final = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}
_MATCHES: Final = frozenset({"contains", "startsWith", "endsWith"})
_LISTED_MAX: Final = 100
_TOTAL: Final = frozenset({"==", "!=", "&&", "||", "!", "in"})


@dataclass(frozen=True, slots=True)
class _Failed:
    """A constant part that is an error."""


@dataclass(frozen=True, slots=True)
class _Constant:
    value: Value


_Part = Term | _Constant | _Failed


class Translator:
    """Translates expressions in which *root* is a record of ``joins.table``."""

    def __init__(
        self,
        joins: Joins,
        visibility: Visibility,
        constants: Constants,
        dialect: Dialect,
        root: str,
    ) -> None:
        self._joins = joins
        self._visibility = visibility
        self._constants = constants
        self._dialect = dialect
        self._root = root

    def split(self, node: Ast) -> tuple[list[ColumnElement[bool]], bool]:
        """Return the parts of *node* that SQL decides, and whether that is all of it."""
        found: list[ColumnElement[bool]] = []
        is_all = True
        for part in _conjuncts(node):
            try:
                found.append(self._condition(part))
            except NotSql:
                is_all = False
        return found, is_all

    # --- conditions ---------------------------------------------------------------------------

    def _condition(self, node: Ast) -> ColumnElement[bool]:
        """Return a condition; an error is NULL. Raises ``NotSql``."""
        if self._constants.has(node):
            return self._truth(self._constant(node))
        match node:
            case Call(function="&&", arguments=(left, right)):
                return and_(self._condition(left), self._condition(right))
            case Call(function="||", arguments=(left, right)):
                return or_(self._condition(left), self._condition(right))
            case Call(function="!", arguments=(operand,)):
                return not_(self._condition(operand))
            case Call(function="?:", arguments=(asked, yes, no)):
                return self._choice(asked, yes, no)
            case Call(function="==" | "!=" as function, arguments=(left, right)):
                return self._compare(function, self._part(left), self._part(right))
            case Call(function=function, arguments=(left, right)) if function in _ORDERS:
                return self._compare(function, self._part(left), self._part(right))
            case Call(function="in", arguments=(item, listed)):
                return self._member(item, listed)
            case Call(function=function, target=target, arguments=(given,)):
                if function in _MATCHES and target is not None:
                    return self._match(function, self._part(target), self._part(given))
            case Has(operand=operand, field=field):
                return self._has(operand, field)
            case Select():
                return self._truth(self._part(node))
        raise NotSql

    def _choice(self, asked: Ast, yes: Ast, no: Ast) -> ColumnElement[bool]:
        if self._constants.has(asked):
            part = self._constant(asked)
            if isinstance(part, _Constant) and isinstance(part.value, bool):
                return self._condition(yes if part.value else no)
            return UNKNOWN
        condition = self._condition(asked)
        return case(
            (condition.is_(None), UNKNOWN),
            (condition, self._condition(yes)),
            else_=self._condition(no),
        )

    @staticmethod
    def _truth(part: _Part) -> ColumnElement[bool]:
        if isinstance(part, Term):
            if part.kind is Kind.OTHER:
                raise NotSql
            return part.column if part.kind is Kind.BOOLEAN else UNKNOWN
        if isinstance(part, _Constant) and isinstance(part.value, bool):
            return true() if part.value else false()
        return UNKNOWN

    def _compare(self, function: str, left: _Part, right: _Part) -> ColumnElement[bool]:
        if isinstance(left, _Failed) or isinstance(right, _Failed):
            return UNKNOWN
        if isinstance(left, Term) and isinstance(right, Term):
            return compare_columns(left, function, right)
        if isinstance(left, Term) and isinstance(right, _Constant):
            term, value = left, right.value
        elif isinstance(left, _Constant) and isinstance(right, Term):
            term, value, function = right, left.value, _FLIPPED.get(function, function)
        else:
            # Both parts are constant and only fields that may not be seen made them so.
            raise NotSql
        if function in _ORDERS:
            return compare(term, function, value)
        same = equal(term, value)
        return same if function == "==" else not_(same)

    def _member(self, item: Ast, listed: Ast) -> ColumnElement[bool]:
        term = self._part(item)
        if isinstance(listed, ListLiteral):
            parts = [self._part(each) for each in listed.items]
        else:
            part = self._part(listed)
            if not isinstance(part, _Constant) or not isinstance(part.value, list):
                raise NotSql
            parts = [_Constant(value) for value in part.value]
        if len(parts) > _LISTED_MAX or any(isinstance(part, _Failed) for part in parts):
            raise NotSql
        found = [self._compare("==", term, part) for part in parts]
        if any(_is_float(part) for part in (term, *parts)):
            return _first(found)
        return or_(false(), *found)

    def _match(self, function: str, target: _Part, given: _Part) -> ColumnElement[bool]:
        if not isinstance(target, Term) or target.kind is not Kind.TEXT:
            raise NotSql
        if not isinstance(given, _Constant) or not isinstance(given.value, str):
            raise NotSql
        if "\0" in given.value or not _is_encodable(given.value):
            raise NotSql
        match function:
            case "contains":
                return self._dialect.holds(target.column, given.value)
            case "startsWith":
                return self._dialect.begins(target.column, given.value)
        return self._dialect.ends(target.column, given.value)

    def _has(self, operand: Ast, field: str) -> ColumnElement[bool]:
        part = self._part(Select(operand, field, operand.start, operand.end))
        if isinstance(part, Term):
            return part.column.is_not(None)
        if part == _Constant(None):
            return false()
        raise NotSql

    # --- values -------------------------------------------------------------------------------

    def _part(self, node: Ast) -> _Part:
        if self._constants.has(node):
            return self._constant(node)
        names: list[str] = []
        while isinstance(node, Select):
            names.append(node.field)
            node = node.operand
        if not isinstance(node, Identifier) or node.name != self._root:
            raise NotSql
        return self._path(tuple(reversed(names)))

    def _path(self, names: tuple[str, ...]) -> _Part:
        """Return the column at a path, or null where it may not be seen."""
        hops: list[Hop] = []
        table = self._joins.table
        for position, name in enumerate(names):
            is_last = position == len(names) - 1
            if hops and name == "id" and is_last:
                # The reference says it already, and says it of records that may not be seen too.
                return self._reference(hops, Kind.TEXT)
            if name in self._hidden_names(table):
                return _Constant(None)
            hop = hop_from(self._visibility.layout, table, name)
            if hop is None:
                return self._field(hops, table, name, is_last)
            # A list is no value of SQL, and who may see which record is not said by a join.
            is_open = is_last or not self._visibility.is_restricted(hop.target)
            if hop.is_list or not is_open:
                raise NotSql
            hops.append(hop)
            table = hop.target
        if hops:
            return self._reference(hops, Kind.RECORD)
        return Term(self._joins.table.table.c.id, Kind.RECORD, Shape.of(table.system[0].field))

    def _field(self, hops: list[Hop], table: ModelTable, name: str, is_last: bool) -> _Part:
        stored = table.by_name.get(name)
        if stored is None or not is_last:
            raise NotSql
        column = self._joins.column(hops, stored)
        return Term(column, kind_of(stored), Shape.of(stored.field))

    def _reference(self, hops: list[Hop], kind: Kind) -> Term:
        """Return the id of the record behind *hops*: what its reference holds."""
        reference = hops[-1].reference
        column = self._joins.column(hops[:-1], reference)
        return Term(column, kind, Shape.of(reference.field))

    def _hidden_names(self, table: ModelTable) -> frozenset[str]:
        hidden = self._visibility.hidden(table)
        if not hidden:
            return hidden
        return frozenset(name for name, item in table.by_name.items() if item.field.id in hidden)

    def _constant(self, node: Ast) -> _Part:
        try:
            value = self._constants.value(node)
        except ExpressionError as error:
            if error.code in FATAL:
                raise
            return _Failed()
        return _Constant(value)


def is_total(node: Ast) -> bool:
    """Return whether a condition that was translated is true or false for every record."""
    match node:
        case Call(function=function, arguments=arguments, target=None) if function in _TOTAL:
            if function in ("==", "!=", "in"):
                # A floating-point number beside a decimal is an error.
                return all(not _has_float(argument) for argument in arguments)
            return all(is_total(argument) for argument in arguments)
        case Has():
            return True
    return False


def _is_float(part: _Part) -> bool:
    return isinstance(part, _Constant) and isinstance(part.value, float)


def _first(found: list[ColumnElement[bool]]) -> ColumnElement[bool]:
    """Return whether one of *found* is true: an error counts where it comes before that one."""
    cases = [each for is_met in found for each in ((is_met.is_(None), UNKNOWN), (is_met, true()))]
    return case(*cases, else_=false()) if cases else false()


def _has_float(node: Ast) -> bool:
    is_float = isinstance(node, Literal) and isinstance(node.value, float)
    return is_float or isinstance(node, Call) or any(map(_has_float, children(node)))


def _conjuncts(node: Ast) -> Iterator[Ast]:
    if isinstance(node, Call) and node.function == "&&" and len(node.arguments) == 2:
        for part in node.arguments:
            yield from _conjuncts(part)
    else:
        yield node


def _is_encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
