"""Expressions as trees. SPEC: section EX. Made by ``Engine.analyse``; read by ``data``.

The nodes are independent of the library that parses them, so that what becomes SQL does not depend
on it. ``start`` and ``end`` count UTF-16 code units into the source, as editors in browsers do.
Operators are calls: ``==``, ``!=``, ``<``, ``<=``, ``>``, ``>=``, ``+``, ``-``, ``*``, ``/``,
``%``, ``&&``, ``||``, ``!``, ``neg``, ``?:``, ``in``.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = [
    "Analysis",
    "Ast",
    "Call",
    "Has",
    "Identifier",
    "Index",
    "ListLiteral",
    "Literal",
    "Macro",
    "MapLiteral",
    "Path",
    "Select",
]

# What is read, from a root on: ("record", "lines", "*", "product", "sku"); "*" is every element.
Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Literal:
    """A constant. Decimals have no literals: ``decimal('0.95')`` is a call."""

    value: bool | int | float | str | None
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Identifier:
    """A name of the scope, or a macro's variable."""

    name: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Select:
    """``operand.field``."""

    operand: Ast
    field: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Has:
    """``has(operand.field)``."""

    operand: Ast
    field: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Index:
    """``operand[index]``."""

    operand: Ast
    index: Ast
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Call:
    """``function(arguments)``, ``target.function(arguments)``, or an operator without a target."""

    function: str
    target: Ast | None
    arguments: tuple[Ast, ...]
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class ListLiteral:
    """``[items]``."""

    items: tuple[Ast, ...]
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class MapLiteral:
    """``{key: value}``, in the order of the source."""

    entries: tuple[tuple[Ast, Ast], ...]
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Macro:
    """``target.name(variable, body)``: ``map``, ``filter``, ``exists``, ``all``, ``exists_one``.

    ``second`` is only in ``map(variable, body, second)``, where *body* filters and *second* maps.
    """

    name: str
    target: Ast
    variable: str
    body: Ast
    second: Ast | None
    start: int
    end: int


Ast = Literal | Identifier | Select | Has | Index | Call | ListLiteral | MapLiteral | Macro


@dataclass(frozen=True, slots=True)
class Analysis:
    """An expression that parses: its tree, the roots it names, and all that it reads.

    ``paths`` are sorted and each is there once; a path that is the beginning of a longer one is
    listed too when its value itself is used. ``roots`` holds no variables of macros.
    """

    source: str
    ast: Ast
    roots: frozenset[str]
    paths: tuple[Path, ...]
