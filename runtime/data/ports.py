"""What the data needs of a database beyond SQLAlchemy's Core. SPEC: section DA.

SQLAlchemy quotes names, binds values and speaks the dialect; what it cannot say alike everywhere is
here. ``sqlite`` is the embedded implementation, ``postgres`` the one that processes share.
"""

from __future__ import annotations

from collections.abc import Collection
from contextlib import AbstractContextManager
from typing import Any, Protocol

from sqlalchemy import ColumnElement, Connection

from runtime.data.layout import Layout, ModelTable
from runtime.data.queries import Period

__all__ = ["Database", "Dialect", "Visibility"]


class Visibility(Protocol):
    """What an asker can see; ``sight.Sight`` is one."""

    layout: Layout

    def hidden(self, table: ModelTable) -> frozenset[str]:
        """The ids of fields that may not be seen (names of system fields)."""

    def is_restricted(self, table: ModelTable) -> bool:
        """Whether some records of this model may not be seen."""


class Dialect(Protocol):
    """Expressions that databases write differently."""

    def among(self, column: ColumnElement[Any], values: Collection[Any]) -> ColumnElement[bool]:
        """Whether *column* is one of *values*, however many, in one bound parameter."""

    def holds(self, column: ColumnElement[str], text: str) -> ColumnElement[bool]:
        """Whether *column* contains exactly *text*."""

    def begins(self, column: ColumnElement[str], text: str) -> ColumnElement[bool]:
        """Whether *column* starts with exactly *text*."""

    def ends(self, column: ColumnElement[str], text: str) -> ColumnElement[bool]:
        """Whether *column* ends with exactly *text*."""

    def like(
        self, column: ColumnElement[str], text: str, *, before: bool, after: bool
    ) -> ColumnElement[bool]:
        """Whether *column* is *text*, ignoring case, with anything before or after it."""

    def period(self, column: ColumnElement[int], period: Period) -> ColumnElement[str]:
        """The day, month or year in UTC of milliseconds since 1970, as the start of an ISO text."""

    def uuid(self) -> ColumnElement[str]:
        """A random UUID, another one for each row."""


class Database(Protocol):
    """One tenant's database: many readers, one writer at a time."""

    dialect: Dialect

    @property
    def commits(self) -> int:
        """How many transactions were committed.

        Who read it before reading data, and finds it the same within a writing transaction, knows
        that nothing has changed in between.
        """

    def open(self) -> None:
        """Open or create it."""

    def close(self) -> None:
        """Close it after its writer is done."""

    def reading(self) -> AbstractContextManager[Connection]:
        """A transaction that sees one state of the data and cannot change it.

        A statement that takes too long raises ``DataLimit`` (``data_limit_time``).
        """

    def writing(self, seconds_max: float) -> AbstractContextManager[Connection]:
        """The only writing transaction, DDL included; committed unless an exception leaves it.

        Raises ``DataBusy`` if another one goes on for too long, ``DataFull``, ``DataLimit``.
        """

    def scrub(self) -> None:
        """Leave nothing on the disk of what was overwritten or deleted; outside transactions.

        Raises ``DataBusy``, ``DataFull``, ``DataLimit``: then it is to be tried again.
        """
