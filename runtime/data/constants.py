"""The parts of an expression that do not read the record. SPEC: section DA. Called by ``filters``.

They are evaluated once, by the engine itself; what is only a name or a field of one is looked up
here, since most filters have nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

from runtime.data.unparsing import unparse
from runtime.expressions.ast import (
    Ast,
    Call,
    Has,
    Identifier,
    Index,
    ListLiteral,
    Literal,
    Macro,
    MapLiteral,
    Select,
)
from runtime.expressions.engine import Engine
from runtime.expressions.values import RecordValue, Value

__all__ = ["FATAL", "Constants", "children", "free_names"]

# What is no matter of one record's values: the author has to know.
FATAL = frozenset({"expression_name", "expression_syntax", "expression_limit"})


class Constants:
    """Evaluates parts of a filter, in which *root* is the record and *variables* are known."""

    def __init__(
        self,
        root: str,
        variables: Mapping[str, Value],
        engine: Engine,
        now: datetime,
    ) -> None:
        self._root = root
        self._variables = variables
        self._engine = engine
        self._now = now

    def has(self, node: Ast) -> bool:
        """Return whether *node* does not read the record.

        The translator never enters a macro, so no name here is the variable of one around it.
        """
        return self._root not in free_names(node)

    def value(self, node: Ast) -> Value:
        """Return the value of a constant part; an error of its values raises ExpressionError."""
        if isinstance(node, Literal):
            return node.value
        if isinstance(node, Identifier) and node.name in self._variables:
            return self._variables[node.name]
        if isinstance(node, Select):
            operand = self.value(node.operand)
            if operand is None:
                return None
            if isinstance(operand, RecordValue):
                return operand.fields.get(node.field)
            if isinstance(operand, Mapping):
                return operand.get(node.field)
        return self._engine.evaluate(unparse(node).source, self._variables, now=self._now)


def free_names(node: Ast) -> frozenset[str]:
    """Return the names that *node* reads from around it: roots, and variables of outer macros."""
    match node:
        case Identifier(name=name):
            return frozenset((name,))
        case Macro(target=target, variable=variable, body=body, second=second):
            inner = free_names(body) | (free_names(second) if second else frozenset())
            return free_names(target) | (inner - {variable})
    return frozenset().union(*map(free_names, children(node)))


def children(node: Ast) -> Iterator[Ast]:
    """Give the parts of *node*."""
    match node:
        case Literal() | Identifier():
            return
        case Select(operand=operand) | Has(operand=operand):
            yield operand
        case Index(operand=operand, index=index):
            yield operand
            yield index
        case Call(target=target, arguments=arguments):
            if target is not None:
                yield target
            yield from arguments
        case ListLiteral(items=items):
            yield from items
        case MapLiteral(entries=entries):
            for entry in entries:
                yield from entry
        case Macro(target=target, body=body, second=second):
            yield target
            yield body
            if second is not None:
                yield second
