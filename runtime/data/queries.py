"""Questions to the data and their answers. SPEC: section DA. Used by everything above ``data``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from runtime.data.records import Record
from runtime.expressions.values import Value

__all__ = [
    "OPEN",
    "Access",
    "Condition",
    "Group",
    "GroupQuery",
    "Measure",
    "ModelAccess",
    "Operator",
    "Page",
    "Period",
    "Query",
]


@dataclass(frozen=True, slots=True)
class ModelAccess:
    """What may be seen of one model's records.

    ``restrict`` is an expression over ``record`` and the variables of the ``Access``; a record for
    which it is not true is not there. It may read hidden fields, since it is the grant's author's
    and not the asker's. ``hidden`` holds field ids and names of system fields: they are null to
    every filter and expression, and may be named nowhere.
    """

    restrict: str = ""
    hidden: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Access:
    """What an asker may see, by model id; a model that is not in ``models`` may not be seen at all.

    ``models`` None means everything. ``variables`` (such as ``user``) are for ``restrict``.
    """

    models: Mapping[str, ModelAccess] | None = None
    variables: Mapping[str, Value] = field(default_factory=dict)

    def of(self, model_id: str) -> ModelAccess | None:
        """Return what may be seen of this model's records, or None for nothing."""
        if self.models is None:
            return _ALL
        return self.models.get(model_id)


_ALL = ModelAccess()
OPEN = Access()


class Operator(StrEnum):
    """How a condition compares; as in ``filter[total][gte]=5``, without an operator ``eq``."""

    EQUAL = "eq"
    NOT_EQUAL = "ne"
    LESS = "lt"
    AT_MOST = "lte"
    GREATER = "gt"
    AT_LEAST = "gte"
    IN = "in"
    CONTAINS = "contains"
    STARTS_WITH = "startsWith"
    ENDS_WITH = "endsWith"
    EMPTY = "empty"


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition on one field. ``path`` is as in ``customer.name``, by names.

    ``value`` is what is on the wire, a text from an address or JSON: ``"5"``, ``5`` and ``"5.00"``
    are the same to a Decimal. ``in`` takes a list or a text with commas; ``empty`` takes a boolean
    or its text. ``eq`` null or an empty text on a field that is not text means ``empty``.
    ``contains``, ``startsWith`` and ``endsWith`` ignore case, for people type them.
    """

    path: str
    operator: Operator
    value: object


@dataclass(frozen=True, slots=True)
class Query:
    """Which records of a model to give, in which order, and what of others to bring along.

    ``model`` is a name or an id. ``filter`` is an expression over ``item`` and ``variables``; a
    record for which it is not true, or fails, is left out. ``search`` is looked for in all texts of
    a record that may be seen, ignoring case. ``sort`` holds paths, descending after a minus sign;
    records that are equal are ordered by id, and null comes last in either direction. ``cursor`` is
    what an earlier ``Page.next`` of the same question was; ``offset`` is the alternative to it.
    ``expand`` holds paths of references and inverse lists, such as ``lines.product``.
    ``limit`` 0 means the default. ``has_total`` False spares the counting.
    """

    model: str
    filter: str = ""
    variables: Mapping[str, Value] = field(default_factory=dict)
    conditions: tuple[Condition, ...] = ()
    search: str = ""
    sort: tuple[str, ...] = ()
    cursor: str | None = None
    offset: int | None = None
    limit: int = 0
    expand: tuple[str, ...] = ()
    access: Access = OPEN
    has_total: bool = True


@dataclass(frozen=True, slots=True)
class Page:
    """An answer. ``next`` is None at the end; ``total`` is None if it was not asked for."""

    items: tuple[Record, ...]
    next: str | None
    total: int | None


class Measure(StrEnum):
    """What is told about a group."""

    COUNT = "count"
    SUM = "sum"
    AVERAGE = "average"
    MINIMUM = "minimum"
    MAXIMUM = "maximum"


class Period(StrEnum):
    """How much of a Date or a DateTime (in UTC) makes a group; nothing for other types."""

    DAY = "day"
    MONTH = "month"
    YEAR = "year"


@dataclass(frozen=True, slots=True)
class GroupQuery:
    """Groups of a model's records, for charts.

    ``by`` is a path, or empty for one group of all. ``field`` is the path of what is measured (not
    for ``count``). ``limit`` 0 means the default.
    """

    model: str
    by: str = ""
    measure: Measure = Measure.COUNT
    variables: Mapping[str, Value] = field(default_factory=dict)
    field: str = ""
    period: Period = Period.DAY
    filter: str = ""
    conditions: tuple[Condition, ...] = ()
    search: str = ""
    limit: int = 0
    access: Access = OPEN


@dataclass(frozen=True, slots=True)
class Group:
    """A group: its key (None: without a value), a label for people, and what was measured.

    ``key`` is the value as records have it; for a period an ISO text such as ``2026-11``. Groups
    by an Enum come in the order of its values and have zero where nobody is in them; others by key.
    An average is exact to six places more than the field has.
    """

    key: Value
    label: str
    value: Value
