"""The examples of docs/expressions.md."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from runtime.expressions.engine import Engine
from runtime.expressions.errors import ExpressionError
from runtime.expressions.values import RecordValue, Value

DOCUMENT = Path(__file__).resolve().parents[3] / "docs" / "expressions.md"
NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
EXAMPLES = [
    pytest.param(*(part.strip() for part in line.split("→")), id=line.partition("→")[0].strip())
    for block in re.findall(r"```cel\n(.*?)```", DOCUMENT.read_text(), re.DOTALL)
    for line in block.splitlines()
]


def _context() -> dict[str, Value]:
    lines: list[Value] = [
        RecordValue(
            f"l{quantity}",
            "line",
            {
                "price": Decimal(price),
                "quantity": quantity,
                "note": note,
                "order": RecordValue("o1", "order", {}),
            },
        )
        for price, quantity, note in (("10.00", 1, "fragil"), ("2.50", 2, None))
    ]
    fields: dict[str, Value] = {
        "orderNo": "A-100",
        "status": "draft",
        "quantity": 3,
        "totalAmount": Decimal("12.50"),
        "paid": True,
        "dueOn": "2026-12-24",
        "placedAt": datetime(2026, 11, 1, tzinfo=UTC),
        "approvedBy": None,
        "customer": RecordValue("c1", "customer", {"name": "Zoë", "tier": "gold"}),
        "lines": lines,
    }
    return {
        "record": RecordValue("o1", "order", fields),
        "params": {"id": "o1"},
        "vars": {"search": ""},
        "enums": {"Order": {"status": ["draft", "shipped"]}},
    }


def test_there_are_examples() -> None:
    """[EX19] the examples of the documentation are found."""
    assert len(EXAMPLES) > 60


@pytest.mark.parametrize(("source", "expected"), EXAMPLES)
def test_the_examples_are_true(engine: Engine, source: str, expected: str) -> None:
    """[EX19] an example gives what the documentation says."""
    if expected.startswith("error "):
        with pytest.raises(ExpressionError) as caught:
            engine.evaluate(source, _context(), now=NOW)
        assert caught.value.code == expected.removeprefix("error ")
    else:
        found = engine.evaluate(source, _context(), now=NOW)
        wanted = engine.evaluate(expected, {}, now=NOW)
        assert found == wanted
        assert type(found) is type(wanted) or source == "[].sum() * decimal('0.95')"


def test_the_bounds_are_the_engines() -> None:
    """[EX19] the table of bounds has the numbers of limits.ts."""
    limits = (DOCUMENT.parents[1] / "web" / "src" / "expressions" / "limits.ts").read_text()
    numbers = dict(re.findall(r"export const (\w+) = ([\d_]+);", limits))
    text = DOCUMENT.read_text()
    for name, words in (
        ("SOURCE_UNITS_MAX", "{} characters, 64 brackets"),
        ("NESTING_MAX", "{} brackets within brackets"),
        ("TREE_DEPTH_MAX", "{} levels"),
        ("TREE_NODES_MAX", "{} parts"),
        ("STEPS_MAX", "{} steps"),
        ("TEXT_UNITS_MAX", "{} characters, 100,000 items"),
        ("LIST_ITEMS_MAX", ", {} items"),
        ("RESULT_ITEMS_MAX", "{} values"),
        ("DECIMAL_DIGITS_MAX", "{} digits"),
        ("DECIMAL_PLACES_MAX", "{} of them behind"),
        ("PATTERN_UNITS_MAX", "{} characters, 2,000 states"),
        ("PATTERN_STATES_MAX", "{} states"),
        ("QUOTIENT_DIGITS", "{} significant digits"),
    ):
        assert words.format(f"{int(numbers[name]):,}") in text, name
