"""Which records of a model are meant: what SQL decides, and what the engine has to. SPEC: section
DA. Called by ``sight``, ``querying``, ``grouping`` and ``reading_models``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection

from runtime.data.constants import FATAL, Constants
from runtime.data.filters import Translator
from runtime.data.joins import Joins
from runtime.data.layout import ModelTable
from runtime.data.paths import Need, need_of
from runtime.data.ports import Dialect, Visibility
from runtime.data.records import Record
from runtime.expressions.engine import Engine
from runtime.expressions.errors import ExpressionError
from runtime.expressions.values import RecordValue, Value

__all__ = ["Rest", "Selection"]

Load = Callable[[Connection, ModelTable, Sequence[Record], Need], list[RecordValue]]


@dataclass(frozen=True, slots=True)
class Rest:
    """A filter that SQL cannot decide alone; *load* brings what *need* says of a record."""

    source: str
    root: str
    variables: Mapping[str, Value]
    need: Need
    load: Load


class Selection:
    """Conditions on the records of one model, in one statement with its ``joins``."""

    def __init__(self, table: ModelTable, dialect: Dialect, engine: Engine, now: datetime) -> None:
        self.table = table
        self.joins = Joins(table)
        self.where: list[ColumnElement[bool]] = []
        self._rests: list[Rest] = []
        self._dialect = dialect
        self._engine = engine
        self._now = now

    @property
    def is_exact(self) -> bool:
        """Whether SQL decides everything."""
        return not self._rests

    def add_filter(
        self,
        source: str,
        root: str,
        variables: Mapping[str, Value],
        visibility: Visibility,
        load: Load,
    ) -> None:
        """Add an expression; raises ExpressionError if it is none, or fails whatever a record is.

        Everything about a record is seen as *visibility* and *load* see it.
        """
        analysis = self._engine.analyse(source)
        constants = Constants(root, variables, self._engine, self._now)
        translator = Translator(self.joins, visibility, constants, self._dialect, root)
        decided, is_all = translator.split(analysis.ast)
        self.where.extend(decided)
        if not is_all:
            tails = [path[1:] for path in analysis.paths if path[0] == root]
            need = need_of(visibility.layout, self.table, tails)
            self._rests.append(Rest(source, root, variables, need, load))

    def keep(self, connection: Connection, records: Sequence[Record]) -> list[bool]:
        """Return for each record that SQL found whether the rest holds for it, too.

        An error of a record's values leaves it out; one of the expression itself is raised.
        """
        kept = [True] * len(records)
        for rest in self._rests:
            loaded = rest.load(connection, self.table, records, rest.need)
            values = self._engine.evaluate_many(
                rest.source,
                [{rest.root: value} for value in loaded],
                shared=rest.variables,
                now=self._now,
            )
            for position, value in enumerate(values):
                if isinstance(value, ExpressionError) and value.code in FATAL:
                    raise value
                kept[position] = kept[position] and value is True
        return kept
