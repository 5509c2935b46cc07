"""A query: which documents of a collection, in which order, and which part of them.

The language is the plain part of what ShareDB's databases share. ``{"a.b": 1, "c": {"$gt": 2}}``
says what holds of a document's fields, all of it at once. A path leads through objects by key and
through lists by index. A condition holds of a list also if it holds of one of its items, a missing
field counts as null, and ``_id`` is the document's own name. ``$sort``, ``$skip``, ``$limit`` and
``$count`` say what is told of the documents that match; without ``$sort`` they come by name.
Whatever else begins with a dollar is refused by name, because a query that silently means less
than it says shows the wrong documents. SPEC: section SQ. Called by ``collab.host.collections``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, TypeAlias

from collab.errors import LimitExceeded, Refused
from collab.limits import INTEGER_MAX, NESTING_MAX, QUERY_TERMS_MAX, QUERY_WORK_MAX
from collab.values import Json, json_equal

__all__ = ["Query", "SortKey", "read_query"]

# What a document is ordered by: for each field of ``$sort`` the kind of its value and the value
# itself, turned round where the order descends, and at last the document's name.
SortKey: TypeAlias = tuple[Any, ...]

_COMPARISONS: Final = frozenset({"$gt", "$gte", "$lt", "$lte"})
_LISTS: Final = frozenset({"$in", "$nin"})
_OPERATORS: Final = frozenset({"$eq", "$ne", "$exists"}) | _COMPARISONS | _LISTS
_NAME: Final = "_id"
_MISSING: Final = object()
# Enough to order titles by; a longer text would be kept for every document of every live query.
_SORTED_TEXT_MAX: Final = 256


@dataclass(frozen=True, slots=True)
class _Condition:
    path: tuple[str, ...]
    operator: str
    operand: Json
    # How many values the operand has, each of which may be compared.
    size: int

    def work(self, name: str, document: Json) -> int:
        """Return how many comparisons it may take to say whether this holds."""
        found = _look_up(name, document, self.path)
        return self.size * (1 + len(found) if isinstance(found, list) else 1)

    def holds(self, name: str, document: Json) -> bool:
        found = _look_up(name, document, self.path)
        match self.operator:
            case "$exists":
                return (found is not _MISSING) is self.operand
            case "$eq":
                return _equals(found, self.operand)
            case "$ne":
                return not _equals(found, self.operand)
            case "$in":
                return any(_equals(found, item) for item in self.operand)
            case "$nin":
                return not any(_equals(found, item) for item in self.operand)
            case _:
                return any(self._compares(value) for value in _candidates(found))

    def _compares(self, value: Json) -> bool:
        operand = self.operand
        if _kind(value) != _kind(operand):
            return False
        match self.operator:
            case "$gt":
                return bool(value > operand)
            case "$gte":
                return bool(value >= operand)
            case "$lt":
                return bool(value < operand)
            case _:
                return bool(value <= operand)


@dataclass(frozen=True, slots=True)
class Query:
    """A query that was read. ``limit`` None is no limit; ``is_count`` asks for the number alone."""

    conditions: tuple[_Condition, ...] = ()
    sort: tuple[tuple[tuple[str, ...], bool], ...] = ()
    skip: int = 0
    limit: int | None = None
    is_count: bool = False

    def matches(self, name: str, document: Json) -> bool:
        """Return whether the document *name* is one that is asked for.

        Raises ``LimitExceeded`` (``limit_query``) if more than ``QUERY_WORK_MAX`` values would have
        to be compared, as with a long list.
        """
        work = 0
        for condition in self.conditions:
            work += condition.work(name, document)
            if work > QUERY_WORK_MAX:
                raise LimitExceeded(
                    f"a query may compare {QUERY_WORK_MAX} values of a document", code="limit_query"
                )
            if not condition.holds(name, document):
                return False
        return True

    def may_match(self, name: str) -> bool:
        """Return whether a document of that name can be asked for, whatever is in it."""
        named = (condition for condition in self.conditions if condition.path == (_NAME,))
        return all(condition.holds(name, None) for condition in named)

    def sort_key(self, name: str, document: Json) -> SortKey:
        """Return what the document is ordered by; no two documents have the same."""
        fields = [
            _Descending(key) if is_descending else key
            for path, is_descending in self.sort
            for key in [_rank(_look_up(name, document, path))]
        ]
        return (*fields, name)

    @property
    def window(self) -> slice:
        """The part of the ordered documents that is told."""
        stop = None if self.limit is None else self.skip + self.limit
        return slice(self.skip, stop)


def read_query(value: object) -> Query:
    """Return the query that *value* is in JSON.

    Raises ``Refused``: ``query_unsupported`` names the operator that is not understood,
    ``query_invalid`` says what is wrong with one that is. Raises ``LimitExceeded``
    (``limit_query``) for more than ``QUERY_TERMS_MAX`` terms.
    """
    if not isinstance(value, Mapping):
        raise _invalid("a query is an object")
    query = Query()
    conditions: list[_Condition] = []
    terms = 0
    for key, item in value.items():
        if not key.startswith("$"):
            found = list(_read_field(key, item))
            conditions += found
            terms += sum(1 + condition.size for condition in found)
        else:
            query = _read_option(query, key, item)
            terms += 1 + len(query.sort)
        if terms > QUERY_TERMS_MAX:
            raise LimitExceeded(f"a query may have {QUERY_TERMS_MAX} terms", code="limit_query")
    return replace(query, conditions=tuple(conditions))


def _read_option(query: Query, key: str, value: Json) -> Query:
    match key:
        case "$sort":
            return replace(query, sort=_read_sort(value))
        case "$skip":
            return replace(query, skip=_read_number(key, value))
        case "$limit":
            limit = _read_number(key, value)
            # As in MongoDB, where 0 is no limit.
            return replace(query, limit=limit or None)
        case "$count":
            if value is not True and not (_kind(value) == "number" and value == 1):
                raise _invalid("$count is true or left out")
            return replace(query, is_count=True)
        case _:
            raise _unsupported(key)


def _read_field(key: str, value: Json) -> Iterator[_Condition]:
    path = _read_path(key)
    if not isinstance(value, Mapping) or not any(name.startswith("$") for name in value):
        yield _Condition(path, "$eq", value, _size_of(value))
        return
    for operator, operand in value.items():
        if operator not in _OPERATORS:
            raise _unsupported(operator)
        if operator in _LISTS and not isinstance(operand, list):
            raise _invalid(f"{operator} takes a list")
        if operator == "$exists" and not isinstance(operand, bool):
            raise _invalid("$exists takes true or false")
        if operator in _COMPARISONS and _kind(operand) not in {"number", "text"}:
            raise _invalid(f"{operator} takes a number or a text")
        yield _Condition(path, operator, operand, _size_of(operand))


def _read_sort(value: Json) -> tuple[tuple[tuple[str, ...], bool], ...]:
    if not isinstance(value, Mapping):
        raise _invalid("$sort is an object of paths and 1 or -1")
    fields = []
    for key, direction in value.items():
        if key.startswith("$"):
            raise _unsupported(key)
        if isinstance(direction, bool) or direction not in (1, -1):
            raise _invalid("$sort takes 1 for ascending or -1 for descending")
        fields.append((_read_path(key), direction == -1))
    return tuple(fields)


def _read_path(key: str) -> tuple[str, ...]:
    path = tuple(key.split("."))
    if not all(path) or len(path) > NESTING_MAX:
        raise _invalid(f"{key[:80]!r} is no path of field names parted by dots")
    return path


def _read_number(key: str, value: Json) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= INTEGER_MAX:
        raise _invalid(f"{key} takes a whole number from 0")
    return value


def _look_up(name: str, document: Json, path: tuple[str, ...]) -> Any:
    if path == (_NAME,):
        return name
    found = document
    for step in path:
        if isinstance(found, dict):
            found = found.get(step, _MISSING)
        elif isinstance(found, list) and step.isdecimal() and len(step) < 10:
            index = int(step)
            found = found[index] if index < len(found) else _MISSING
        else:
            return _MISSING
    return found


def _candidates(found: Any) -> Iterator[Json]:
    """Yield the values that a condition on *found* may hold of."""
    if found is not _MISSING:
        yield found
    if isinstance(found, list):
        yield from found


def _equals(found: Any, operand: Json) -> bool:
    if found is _MISSING:
        return operand is None
    return any(json_equal(value, operand) for value in _candidates(found))


def _kind(value: Json) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int | float):
        return "number"
    if isinstance(value, str):
        return "text"
    return "container"


def _rank(found: Any) -> tuple[Any, ...]:
    """Return what a value is ordered by: its kind first, as MongoDB orders kinds."""
    if found is _MISSING or found is None:
        return (0,)
    match _kind(found):
        case "number":
            return (1, found)
        case "text":
            return (2, str(found[:_SORTED_TEXT_MAX]))
        case "boolean":
            return (4, found)
        case _:
            # What is in a container orders nothing: the name decides.
            return (3,)


@dataclass(frozen=True, slots=True)
class _Descending:
    """A key that is ordered the other way round."""

    key: tuple[Any, ...]

    def __lt__(self, other: _Descending) -> bool:
        return other.key < self.key


def _size_of(value: Json, depth: int = 0) -> int:
    """Return how many values a condition's operand has in it; ``Refused`` if it is too deep."""
    if depth > NESTING_MAX:
        raise _invalid(f"a value is nested deeper than {NESTING_MAX} levels")
    if isinstance(value, Mapping):
        return 1 + sum(_size_of(item, depth + 1) for item in value.values())
    if isinstance(value, list):
        return 1 + sum(_size_of(item, depth + 1) for item in value)
    return 1


def _invalid(reason: str) -> Refused:
    return Refused("query_invalid", reason)


def _unsupported(operator: str) -> Refused:
    return Refused("query_unsupported", f"the operator {operator[:80]!r} is not understood here")
