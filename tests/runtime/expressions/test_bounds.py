"""Hostile expressions: each is cut off, says so, and harms no other."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from runtime.expressions.engine import Engine
from runtime.expressions.errors import ExpressionError
from runtime.expressions.values import Value

NOW = datetime(2026, 11, 22, tzinfo=UTC)
# Several times what the worst takes on an idle machine.
PATIENCE_S = 10.0

HUNDRED = "[" + ",".join(["1"] * 100) + "]"
NINES = "9" * 900


def _rounds(times: int, body: str) -> str:
    """Return macros over a hundred items within each other, with variables a, b, c, …."""
    for variable in "abcd"[:times][::-1]:
        body = f"{HUNDRED}.map({variable}, {body})"
    return body


def _doubling(step: str, times: int, start: str) -> str:
    """Return `[start].map(v, [step(v)].map(v, …))`, which doubles at every level."""
    inner = "v"
    for _ in range(times):
        inner = f"[{step}].map(v, {inner})"
    return f"[{start}].map(v, {inner})"


HOSTILE = {
    "a long source": "'" + "ä" * 20_000 + "'",
    "brackets within brackets": "(" * 2_000 + "1" + ")" * 2_000,
    "lists within lists": "[" * 2_000 + "]" * 2_000,
    "calls within calls": "size(" * 1_500 + "'ä'" + ")" * 1_500,
    "negations": "!" * 9_000 + "true",
    "signs": "- " * 4_000 + "1",
    "choices within choices": "true ? " * 1_000 + "1" + " : 1" * 1_000,
    "a long chain": "1" + "+1" * 4_000,
    "a long path": "x" + ".a" * 4_000,
    "a large list": "[" + "1," * 4_000 + "1]",
    "a large map": "{" + ",".join(f"'{key}':1" for key in range(1_400)) + "}",
    "lists times lists": _rounds(4, "a + b + c + d"),
    "filters in a filter": (
        f"{HUNDRED}.filter(a, {HUNDRED}.filter(b, {HUNDRED}.exists(c, c == 2)).size() > 0)"
    ),
    "an error for every element": _rounds(4, "a / 0 == 1").replace("map", "exists"),
    "texts that double": _doubling("v + v", 22, "'ä'"),
    "texts that are replaced by longer ones": "'a'" + ".replace('a', 'aaaaaaaaaaaaaaaa')" * 8,
    "texts that are joined": f"{HUNDRED}.map(a, '{'x' * 2_000}').join('{'y' * 2_000}')",
    "lists that double": _doubling("v + v", 22, "[1]"),
    "a result that doubles": _doubling("[v, v]", 25, "1"),
    "a comparison that doubles": " == ".join([_doubling("[v, v]", 25, "1")] * 2),
    "a decimal's exponent": "decimal('1e999999')",
    "a small decimal's exponent": "decimal('1e-999999')",
    "decimals that are squared": _doubling("v * v", 20, f"decimal('{NINES}')"),
    "places that are squared": _doubling("v * v", 20, "decimal('0.123456789')"),
    "long decimals again and again": f"[decimal('{NINES}')].map(d, {_rounds(3, 'd / 7')})",
    "long numbers as texts": f"[decimal('{NINES}')].map(d, {_rounds(3, 'string(d)')})",
    "a pattern that grows": "'a'.matches('((a{1000}){1000}){1000}')",
    "a pattern of nothing that grows": "'a'.matches('(((()){1000}){1000}){1000}')",
    "a deep pattern": "'a'.matches('" + "(" * 240 + ")" * 240 + "')",
    "a long pattern": "'a'.matches('" + "a" * 600 + "')",
    "a slow pattern": f"'{'a' * 3_000}X'.matches('^(a{{0,30}}){{0,20}}$')",
    # Every level reads two things of each thing that the level above reads.
    "paths that double": "[x]"
    + "".join(f".map(v{level}, [v{level}[0].p, v{level}[0].q])" for level in range(12)),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_expression_is_cut_off(engine: Engine, name: str) -> None:
    """[EX10] what is too long, deep, large or slow is expression_limit; the next call works."""
    source = HOSTILE[name]
    start = time.monotonic()
    with pytest.raises(ExpressionError) as caught:
        engine.evaluate(source, {"x": "ä"}, now=NOW)
    assert caught.value.code == "expression_limit"
    assert 0 <= caught.value.start <= caught.value.end <= len(source)
    assert time.monotonic() - start < PATIENCE_S
    assert engine.evaluate("x + '€'", {"x": "ä"}, now=NOW) == "ä€"


@pytest.mark.parametrize(
    "pattern", ["^(a+)+$", "^(a|a)*$", "^(a|aa)+$", "(.*)*x", "^(a*)*(a*)*(a*)*$", "(x+x+)+y"]
)
def test_regular_expressions_take_linear_time(engine: Engine, pattern: str) -> None:
    """[EX20] patterns on which a backtracking engine never ends are answered at once."""
    start = time.monotonic()
    context: dict[str, Value] = {"text": "a" * 2_000 + "€"}
    assert engine.evaluate(f"text.matches('{pattern}')", context, now=NOW) is False
    assert time.monotonic() - start < PATIENCE_S


def test_a_bound_ends_everything_around_it(engine: Engine) -> None:
    """[EX10] `||` and `exists` forgive errors, but not that there is no time left."""
    slow = HOSTILE["lists times lists"]
    for source in (f"{slow} == [] || true", f"[1, 2].exists(x, {slow} == [] || x == 2)"):
        with pytest.raises(ExpressionError) as caught:
            engine.evaluate(source, {}, now=NOW)
        assert caught.value.code == "expression_limit"


def test_the_steps_of_a_batch_are_bounded_together(engine: Engine) -> None:
    """[EX10] many slow evaluations take no longer than a few: the rest is refused."""
    source = _rounds(3, "n")
    start = time.monotonic()
    contexts: list[dict[str, Value]] = [{"n": number} for number in range(150)]
    outcomes = engine.evaluate_many(source, contexts, now=NOW)
    assert time.monotonic() - start < PATIENCE_S
    assert {getattr(outcome, "code", None) for outcome in outcomes} == {"expression_limit"}


def test_a_context_that_is_too_large_is_refused(engine: Engine) -> None:
    """[EX10] data of more than a request may weigh is not even sent."""
    rows: list[Value] = ["ä" * 1_000] * 9_000
    with pytest.raises(ExpressionError) as caught:
        engine.evaluate("rows.size()", {"rows": rows}, now=NOW)
    assert caught.value.code == "expression_limit"
    assert engine.evaluate("rows.size()", {"rows": rows[:100]}, now=NOW) == 100


def test_what_is_just_within_the_bounds_works(engine: Engine) -> None:
    """[EX10] the bounds leave room for what people write."""
    rows: list[Value] = [Decimal(number) for number in range(5_000)]
    found = engine.evaluate("rows.filter(r, r > 10 && r != 20).sum()", {"rows": rows}, now=NOW)
    assert found == sum(range(5_000)) - sum(range(11)) - 20
    chain = " + ".join(["'ä'"] * 100)
    assert engine.evaluate(chain, {}, now=NOW) == "ä" * 100
    nested = "(" * 30 + "1" + ")" * 30
    assert engine.evaluate(nested, {}, now=NOW) == 1
