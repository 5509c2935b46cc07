"""The query of a list: filters, order, pages and what to bring along.

::

    ?filter[status]=draft&filter[total][gte]=5&filter[customer.name][contains]=ä
    &sort=-createdAt,orderNo&limit=25&cursor=…&expand=customer,lines&q=…&total=false

A parameter that is not known is refused: a filter that somebody misspelt must not give everything.
SPEC: section RS. Called by ``records``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from runtime.data.queries import Access, Condition, Operator, Query
from runtime.errors import PreviewInvalid
from runtime.limits import (
    EXPAND_PATHS_MAX,
    PAGE_DEFAULT,
    PAGE_MAX,
    QUERY_SORT_MAX,
    SEARCH_CHARACTERS_MAX,
)

__all__ = ["ListParameters", "expand_of", "list_parameters"]

_FILTER: Final = re.compile(r"filter\[([^\[\]]+)\](?:\[([^\[\]]+)\])?")
_PATH: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}(?:\.[A-Za-z_][A-Za-z0-9_]{0,63}){0,7}")
_SINGLE: Final = frozenset({"sort", "limit", "cursor", "expand", "q", "total"})
_BOOLEANS: Final = {"true": True, "false": False}


@dataclass(frozen=True, slots=True)
class ListParameters:
    """What a list is asked for; see ``runtime.data.queries.Query``."""

    conditions: tuple[Condition, ...] = ()
    search: str = ""
    sort: tuple[str, ...] = ()
    cursor: str | None = None
    limit: int = PAGE_DEFAULT
    expand: tuple[str, ...] = ()
    has_total: bool = True

    def query(self, model: str, access: Access) -> Query:
        """Return the question to the data."""
        return Query(
            model,
            conditions=self.conditions,
            search=self.search,
            sort=self.sort,
            cursor=self.cursor,
            limit=self.limit,
            expand=self.expand,
            access=access,
            has_total=self.has_total,
        )


def list_parameters(pairs: list[tuple[str, str]]) -> ListParameters:
    """Return what the query's *pairs* ask for.

    Raises ``PreviewInvalid`` (``query_parameter``) naming the first that cannot be understood.
    """
    conditions = []
    single: dict[str, str] = {}
    for name, value in pairs:
        if match := _FILTER.fullmatch(name):
            conditions.append(_condition(name, match[1], match[2] or "eq", value))
        elif name not in _SINGLE:
            raise _invalid(name, "is not known")
        elif name in single:
            raise _invalid(name, "stands there twice")
        else:
            single[name] = value
    return ListParameters(
        tuple(conditions),
        search=_search(single.get("q", "")),
        sort=_sort(single.get("sort", "")),
        cursor=single.get("cursor"),
        limit=_limit(single.get("limit")),
        expand=expand_of(single.get("expand", "")),
        has_total=_total(single.get("total", "true")),
    )


def expand_of(value: str) -> tuple[str, ...]:
    """Return the paths to expand, which stand between commas."""
    return _paths("expand", value, EXPAND_PATHS_MAX)


def _condition(name: str, path: str, operator: str, value: str) -> Condition:
    if not _PATH.fullmatch(path):
        raise _invalid(name, "names no field")
    try:
        return Condition(path, Operator(operator), value)
    except ValueError:
        known = ", ".join(Operator)
        raise _invalid(name, f"has an unknown operator; there are {known}") from None


def _sort(value: str) -> tuple[str, ...]:
    # The first mention of a path decides its direction.
    signs: dict[str, str] = {}
    for path in value.split(","):
        signs.setdefault(path.removeprefix("-"), "-" if path.startswith("-") else "")
    plain = ",".join(path.removeprefix("-") for path in value.split(","))
    return tuple(f"{signs[path]}{path}" for path in _paths("sort", plain, QUERY_SORT_MAX))


def _paths(name: str, value: str, count_max: int) -> tuple[str, ...]:
    if not value:
        return ()
    paths = value.split(",")
    if len(paths) > count_max:
        raise _invalid(name, f"names more than {count_max} paths")
    for path in paths:
        if not _PATH.fullmatch(path):
            raise _invalid(name, "must be names of fields between commas")
    # A path that stands there twice says nothing new.
    return tuple(dict.fromkeys(paths))


def _search(value: str) -> str:
    if len(value) > SEARCH_CHARACTERS_MAX:
        raise _invalid("q", f"is longer than {SEARCH_CHARACTERS_MAX} characters")
    return value


def _limit(value: str | None) -> int:
    if value is None:
        return PAGE_DEFAULT
    # Only digits of ASCII: int() would take others, and underscores, too.
    if re.fullmatch(r"[0-9]{1,4}", value) and 1 <= int(value) <= PAGE_MAX:
        return int(value)
    raise _invalid("limit", f"must be a number from 1 to {PAGE_MAX}")


def _total(value: str) -> bool:
    if value not in _BOOLEANS:
        raise _invalid("total", "must be true or false")
    return _BOOLEANS[value]


def _invalid(name: str, reason: str) -> PreviewInvalid:
    return PreviewInvalid(f"the parameter {name} {reason}", code="query_parameter")
