"""The corpus that browsers and the server share: both must agree on every line of it."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from runtime.expressions.codec import decode, encode
from runtime.expressions.engine import Engine
from runtime.expressions.errors import ExpressionError
from runtime.expressions.trees import type_of_json
from runtime.expressions.types import ModelType, Schema, Type
from runtime.expressions.values import Value

WEB = Path(__file__).resolve().parents[3] / "web" / "src" / "expressions"
CORPUS: dict[str, Any] = json.loads((WEB / "testing" / "corpus.json").read_text())
NOW = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=CORPUS["now"])


def _lines(part: str) -> list[Any]:
    return [pytest.param(line, id=line["source"] or "empty") for line in CORPUS[part]]


def _written(value: Value) -> Any:
    """Return a value as the corpus writes it: decimals always by their digits."""
    match value:
        case Decimal():
            return {"d": format(value, "f")}
        case list():
            return [_written(item) for item in value]
        case dict():
            return {"m": [part for name, item in value.items() for part in (name, _written(item))]}
    return encode(value)


def _types(types: dict[str, Any]) -> dict[str, Type]:
    return {name: type_of_json(type_) for name, type_ in types.items()}


SCHEMA = Schema(
    models={
        key: ModelType(model["name"], _types(model["fields"]))
        for key, model in CORPUS["schema"]["models"].items()
    },
    enums=CORPUS["schema"]["enums"],
)


def _place(error: ExpressionError) -> dict[str, Any]:
    return {"code": error.code, "start": error.start, "end": error.end}


@pytest.mark.parametrize("line", _lines("evaluate"))
def test_values_are_those_of_the_browser(engine: Engine, line: dict[str, Any]) -> None:
    """[EX1] the same source, context and time give the same value or error here and there."""
    wire = CORPUS["contexts"][line["context"]]
    context = {name: decode(value) for name, value in wire.items()}
    try:
        found: Any = _written(engine.evaluate(line["source"], context, now=NOW))
    except ExpressionError as error:
        assert error.source == line["source"]
        assert error.message.endswith((".", "?"))
        found = _place(error)
    assert found == line.get("error", line.get("value"))


@pytest.mark.parametrize("line", _lines("check"))
def test_types_are_those_of_the_browser(engine: Engine, line: dict[str, Any]) -> None:
    """[EX7] what does not go together is found without evaluating, the same as in a browser."""
    try:
        found: Any = engine.check(line["source"], _types(CORPUS["scope"]), SCHEMA)
    except ExpressionError as error:
        found = _place(error)
    assert found == line.get("error") or found == type_of_json(line["type"])


@pytest.mark.parametrize("line", _lines("analyse"))
def test_analyses_are_those_of_the_browser(engine: Engine, line: dict[str, Any]) -> None:
    """[EX9] an analysis tells every root and path, seen through macros, choices and literals."""
    analysis = engine.analyse(line["source"])
    assert sorted(analysis.roots) == line["roots"]
    assert [list(path) for path in analysis.paths] == line["paths"]
