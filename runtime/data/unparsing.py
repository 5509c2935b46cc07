"""From a tree back to an expression. SPEC: section DA. Called by ``constants`` and ``model_parts``.

A tree's offsets leave the parentheses around its parts out, so a part of a source cannot simply be
cut out of it. What is written here means what the tree says, with parentheses around everything,
and remembers where each part came from.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

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

__all__ = ["Written", "unparse"]

_BINARY: Final = frozenset(
    {"==", "!=", "<", "<=", ">", ">=", "+", "-", "*", "/", "%", "&&", "||", "in"}
)
_UNARY: Final = {"!": "!", "neg": "-"}
_ESCAPES: Final = {"\\": "\\\\", "'": "\\'", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


@dataclass(slots=True)
class Written:
    """An expression, and for each of its parts where it is (in UTF-16 units) and where it was."""

    source: str
    spans: list[tuple[int, int, Ast]] = field(default_factory=list)

    def origin(self, start: int, end: int) -> tuple[int, int]:
        """Return where the smallest part that holds *start* to *end* was in the first source."""
        found = [span for span in self.spans if span[0] <= start and end <= span[1]]
        if not found:
            return start, end
        node = min(found, key=lambda span: span[1] - span[0])[2]
        return node.start, node.end


def unparse(tree: Ast, names: Mapping[int, str] | None = None) -> Written:
    """Return an expression that means *tree*; *names* replace parts, by their ``id()``."""
    writer = _Writer(names or {})
    writer.write(tree)
    return Written("".join(writer.parts), writer.spans)


class _Writer:
    def __init__(self, names: Mapping[int, str]) -> None:
        self._names = names
        self._at = 0
        self.parts: list[str] = []
        self.spans: list[tuple[int, int, Ast]] = []

    def write(self, node: Ast) -> None:
        start = self._at
        name = self._names.get(id(node))
        if name is not None:
            self._put(name)
        else:
            self._node(node)
        self.spans.append((start, self._at, node))

    def _put(self, *parts: str | Ast) -> None:
        for part in parts:
            if isinstance(part, str):
                self.parts.append(part)
                self._at += len(part) + sum(letter > "\uffff" for letter in part)
            else:
                self.write(part)

    def _node(self, node: Ast) -> None:
        match node:
            case Literal(value=value):
                self._put(_literal(value))
            case Identifier(name=name):
                self._put(name)
            case Select(operand=operand, field=field_):
                self._put(operand, ".", field_)
            case Has(operand=operand, field=field_):
                self._put("has(", operand, ".", field_, ")")
            case Index(operand=operand, index=index):
                self._put(operand, "[", index, "]")
            case ListLiteral(items=items):
                self._put("[")
                self._listed(items)
                self._put("]")
            case MapLiteral(entries=entries):
                self._put("{")
                for at, (key, item) in enumerate(entries):
                    self._put(", " if at else "", key, ": ", item)
                self._put("}")
            case Macro(name=name, target=target, variable=variable, body=body, second=second):
                self._put(target, f".{name}({variable}, ", body)
                if second is not None:
                    self._put(", ", second)
                self._put(")")
            case Call():
                self._call(node)

    def _call(self, node: Call) -> None:
        given = node.arguments
        if node.target is None and node.function in _BINARY and len(given) == 2:
            self._put("(", given[0], f" {node.function} ", given[1], ")")
        elif node.target is None and node.function in _UNARY:
            self._put("(", _UNARY[node.function], given[0], ")")
        elif node.target is None and node.function == "?:":
            self._put("(", given[0], " ? ", given[1], " : ", given[2], ")")
        else:
            if node.target is not None:
                self._put(node.target, ".")
            self._put(node.function, "(")
            self._listed(given)
            self._put(")")

    def _listed(self, items: tuple[Ast, ...]) -> None:
        for at, item in enumerate(items):
            self._put(", " if at else "", item)


def _literal(value: bool | int | float | str | None) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return "'" + "".join(map(_letter, value)) + "'"
    return f"({value!r})" if value < 0 else repr(value)


def _letter(letter: str) -> str:
    if letter in _ESCAPES:
        return _ESCAPES[letter]
    is_plain = letter.isprintable() or letter > "\u00a0"
    return letter if is_plain and not "\ud800" <= letter <= "\udfff" else f"\\u{ord(letter):04x}"
