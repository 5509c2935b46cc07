"""Expressions over whole models: ``models.Order.filter(o, o.status == 'draft').size()``. SPEC:
section DA. Called by ``room``, within a reading transaction.

The engine would need all records of a model to count some. So the parts of an expression that SQL
can answer (a count, a sum, a smallest or greatest value, whether there is one) are answered by it,
each takes the place of a variable, and the engine evaluates what is left. A list that is left is
read, filtered where SQL can, and handed to the engine, up to a bound.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from sqlalchemy import Connection, and_, func, select

from runtime.data.comparing import NotSql
from runtime.data.conditions import open_path
from runtime.data.constants import children, free_names
from runtime.data.errors import DataLimit, ModelNotFound, QueryInvalid
from runtime.data.filters import is_total
from runtime.data.layout import ModelTable
from runtime.data.loading import Loader
from runtime.data.measuring import columns_of, has_sql, measured
from runtime.data.paths import Need, need_of
from runtime.data.queries import Measure
from runtime.data.querying import Querying
from runtime.data.records import Record
from runtime.data.selecting import Selection
from runtime.data.sight import Sight
from runtime.data.unparsing import Written, unparse
from runtime.expressions.ast import Analysis, Ast, Call, Identifier, Macro, Select
from runtime.expressions.errors import ExpressionError
from runtime.expressions.values import Value
from runtime.limits import EVALUATED_RECORDS_MAX
from runtime.parts import FieldType

__all__ = ["evaluate"]

_ROOT: Final = "models"
_MEASURES: Final = {"sum": Measure.SUM, "min": Measure.MINIMUM, "max": Measure.MAXIMUM}
_NUMBERS: Final = frozenset({FieldType.INTEGER, FieldType.DECIMAL})
_ORDERED: Final = _NUMBERS | {
    FieldType.TEXT,
    FieldType.DATE,
    FieldType.TIME,
    FieldType.DATE_TIME,
}
_INT_MAX: Final = 2**63 - 1


def evaluate(
    connection: Connection, sight: Sight, source: str, context: Mapping[str, Value]
) -> Value:
    """Return the value of *source*, which may read ``models`` and ``enums`` besides *context*.

    Raises ExpressionError, with ``expression_limit`` if it reads more records than it may.
    """
    enums: Any = sight.layout.schema.enums_value
    variables: dict[str, Value] = {"enums": enums, **context}
    analysis = sight.engine.analyse(source)
    if _ROOT not in analysis.roots or _ROOT in context:
        return sight.engine.evaluate(source, variables, now=sight.now)
    return _Evaluation(connection, sight, analysis, variables).value()


class _Evaluation:
    def __init__(
        self,
        connection: Connection,
        sight: Sight,
        analysis: Analysis,
        variables: dict[str, Value],
    ) -> None:
        self._connection = connection
        self._sight = sight
        self._analysis = analysis
        self._source = analysis.source
        self._variables = variables
        # Names of variables that take the place of parts, by the parts' ``id()``.
        self._names: dict[int, str] = {}
        self._answers: dict[str, Value] = {}
        self._written = Written(self._source)

    def value(self) -> Value:
        try:
            self._answer(self._analysis.ast, frozenset())
            self._written = unparse(self._analysis.ast, self._names)
            variables = {**self._variables, **self._answers, _ROOT: self._left()}
            source = self._written.source
            return self._sight.engine.evaluate(source, variables, now=self._sight.now)
        except DataLimit as limit:
            raise ExpressionError(
                "expression_limit", limit.message, source=self._source, end=_units(self._source)
            ) from limit
        except ExpressionError as error:
            raise self._placed(error) from None

    # --- parts --------------------------------------------------------------------------------

    def _answer(self, node: Ast, bound: frozenset[str]) -> None:
        """Answer *node* if it can be, else its parts; *bound* are variables of macros around."""
        names = free_names(node)
        if _ROOT not in names:
            return
        if not names & bound:
            try:
                value = self._measured(node)
            except NotSql:
                pass
            else:
                name = f"model_part_{len(self._answers)}"
                self._names[id(node)] = name
                self._answers[name] = value
                return
        inner = bound | {node.variable} if isinstance(node, Macro) else bound
        for part in children(node):
            is_target = isinstance(node, Macro) and part is node.target
            self._answer(part, bound if is_target else inner)

    def _measured(self, node: Ast) -> Value:
        """Return what *node* is if it is a measure of a model, or raise ``NotSql``."""
        match node:
            case Call(function="size", target=target, arguments=arguments):
                return self._size(_only(target, arguments))
            case Call(function="sum" | "min" | "max" as name, target=target, arguments=arguments):
                mapped = _only(target, arguments)
                if isinstance(mapped, Macro) and mapped.name == "map" and mapped.second is None:
                    return self._of_field(_MEASURES[name], mapped)
            case Macro(name="exists", target=target, variable=variable, body=body):
                selection = self._selection(target)
                self._filter(selection, variable, body)
                found = select(selection.table.table.c.id).select_from(selection.joins.clause)
                where = found.where(*selection.where).limit(1)
                return self._connection.scalar(where) is not None
            case Macro(name="filter"):
                return self._listed(self._selection(node))
        raise NotSql

    def _size(self, node: Ast) -> Value:
        selection = self._selection(node)
        statement = select(func.count()).select_from(selection.joins.clause)
        return self._connection.scalar(statement.where(*selection.where)) or 0

    def _of_field(self, measure: Measure, mapped: Macro) -> Value:
        selection = self._selection(mapped.target)
        path = _path_from(mapped.variable, mapped.body)
        try:
            hops, stored = open_path(self._sight, selection.table, path, "query_field")
        except QueryInvalid:
            raise NotSql from None
        types = _NUMBERS if measure is Measure.SUM else _ORDERED
        if stored.field.type not in types or not has_sql(measure, stored):
            raise NotSql
        column = selection.joins.column(hops, stored)
        columns = [*columns_of(measure, column), func.count(column)]
        statement = select(*columns).select_from(selection.joins.clause)
        row = self._connection.execute(statement.where(*selection.where)).one()
        if measure is Measure.SUM and not row[-1]:
            # The sum of nothing is the integer 0 to the engine, whatever there is nothing of.
            return 0
        value = measured(measure, stored, row[:-1])
        if isinstance(value, int) and abs(value) > _INT_MAX:
            raise NotSql
        return value

    def _selection(self, node: Ast) -> Selection:
        """Return the records of ``models.X`` or a filter of it, or raise ``NotSql``."""
        if isinstance(node, Macro) and node.name == "filter":
            selection = self._selection(node.target)
            self._filter(selection, node.variable, node.body)
            return selection
        name = _model_name(node)
        if name is None:
            raise NotSql
        selection = self._sight.select(self._table(name, node))
        if not selection.is_exact:
            raise NotSql
        return selection

    def _filter(self, selection: Selection, variable: str, body: Ast) -> None:
        """Add the body of a macro; raise ``NotSql`` if SQL cannot decide it, or it fails."""
        if _ROOT in free_names(body) - {variable}:
            raise NotSql
        before = len(selection.where)
        part = unparse(body).source
        selection.add_filter(part, variable, self._variables, self._sight, self._sight.load)
        if not selection.is_exact:
            raise NotSql
        condition = and_(*selection.where[before:])
        if is_total(body):
            return
        # A record for which it fails makes the whole expression fail; the engine says how.
        failing = (
            select(selection.table.table.c.id)
            .select_from(selection.joins.clause)
            .where(*selection.where[:before], condition.is_(None))
            .limit(1)
        )
        if self._connection.scalar(failing) is not None:
            raise NotSql

    def _table(self, name: str, node: Ast) -> ModelTable:
        try:
            return self._sight.layout.table(name)
        except ModelNotFound:
            text = f"there is no data model {name!r}"
            raise ExpressionError(
                "expression_name", text, start=node.start, end=node.end, source=self._source
            ) from None

    # --- lists --------------------------------------------------------------------------------

    def _listed(self, selection: Selection) -> Value:
        need = self._need(selection.table)
        statement = (
            select(*selection.table.columns)
            .select_from(selection.joins.clause)
            .where(*selection.where)
            .order_by(selection.table.table.c.id)
            .limit(EVALUATED_RECORDS_MAX + 1)
        )
        rows = self._connection.execute(statement).fetchall()
        if len(rows) > EVALUATED_RECORDS_MAX:
            raise DataLimit(f"this reads more than {EVALUATED_RECORDS_MAX} records")
        return self._values(selection.table, [selection.table.record(row) for row in rows], need)

    def _values(self, table: ModelTable, records: list[Record], need: Need) -> Value:
        return list(Loader(self._connection, self._sight).load(table, records, need))

    def _need(self, table: ModelTable) -> Need:
        """Return what the whole expression reads of records of *table* in ``models``."""
        head = (_ROOT, table.model.name)
        tails = [path[2:] for path in self._analysis.paths if path[:2] == head]
        return need_of(self._sight.layout, table, tails)

    def _left(self) -> dict[str, Value]:
        """Return the models that are still to be read whole."""
        left: dict[str, Value] = {}
        analysis = self._sight.engine.analyse(self._written.source)
        if _ROOT in analysis.roots:
            for name in {name for name, _ in _models_in(analysis.ast)}:
                table = self._table(name, analysis.ast)
                selection = self._sight.select(table)
                records = list(Querying(self._connection, self._sight).matching(selection))
                left[name] = self._values(table, records, self._need(table))
        return left

    def _placed(self, error: ExpressionError) -> ExpressionError:
        """Return an error of what was written anew as one of the source."""
        start, end = error.start, error.end
        if error.source == self._written.source:
            start, end = self._written.origin(start, end)
        elif error.source != self._source:
            start, end = 0, _units(self._source)
        return ExpressionError(error.code, error.message, start=start, end=end, source=self._source)


def _units(source: str) -> int:
    return len(source.encode("utf-16-le", "surrogatepass")) // 2


def _only(target: Ast | None, arguments: tuple[Ast, ...]) -> Ast:
    given = arguments if target is None else (target, *arguments)
    if len(given) != 1:
        raise NotSql
    return given[0]


def _model_name(node: Ast) -> str | None:
    if isinstance(node, Select) and isinstance(node.operand, Identifier):
        return node.field if node.operand.name == _ROOT else None
    return None


def _models_in(node: Ast) -> Iterator[tuple[str, Ast]]:
    name = _model_name(node)
    if name is not None:
        yield name, node
        return
    for part in children(node):
        yield from _models_in(part)


def _path_from(variable: str, node: Ast) -> str:
    names: list[str] = []
    while isinstance(node, Select):
        names.append(node.field)
        node = node.operand
    if not names or not isinstance(node, Identifier) or node.name != variable:
        raise NotSql
    return ".".join(reversed(names))
