"""Exact decimals: the engine against Python's own."""

from __future__ import annotations

import decimal
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runtime.expressions.engine import Engine
from runtime.expressions.errors import ExpressionError
from runtime.expressions.values import Value

NOW = datetime(2026, 11, 22, tzinfo=UTC)
# Wide enough that Python rounds no sum and no product.
EXACT = decimal.Context(prec=500)
DIVISION = decimal.Context(prec=34, rounding=decimal.ROUND_HALF_EVEN)

_SHORT = st.decimals(min_value=-(10**12), max_value=10**12, places=4)
_LONG = st.builds(
    lambda digits, places: Decimal(digits).scaleb(-places, EXACT),
    st.integers(-(10**60), 10**60),
    st.integers(0, 40),
)
decimals = _SHORT | _LONG
integers = st.integers(-(2**53), 2**53)


def _plain(value: Value) -> str:
    """Return the digits with all places; Python's zero may have a sign, the engine's has none."""
    assert isinstance(value, Decimal)
    return format(value or abs(value), "f")


def _values(engine: Engine, source: str, left: Value, right: Value) -> Value:
    return engine.evaluate(source, {"a": left, "b": right}, now=NOW)


@given(left=decimals, right=decimals | integers)
@settings(max_examples=150, deadline=None)
def test_sums_and_products_are_exact(engine: Engine, left: Decimal, right: Decimal | int) -> None:
    """[EX2] sums, differences and products are exact and keep their places, as Python's do."""
    other = Decimal(right)
    with decimal.localcontext(EXACT):
        expected: list[Value] = [
            left + other,
            left - other,
            left * other,
            -left if left else abs(left),
            left < other,
            left == other,
        ]
    found = _values(engine, "[a + b, a - b, a * b, -a, a < b, a == b]", left, right)
    assert found == expected
    assert isinstance(found, list)
    assert [_plain(value) for value in found[:3]] == [_plain(value) for value in expected[:3]]


@given(left=decimals | integers, right=decimals.filter(bool))
@settings(max_examples=150, deadline=None)
def test_quotients_have_34_digits(engine: Engine, left: Decimal | int, right: Decimal) -> None:
    """[EX2] a quotient has 34 significant digits, half to even, and a remainder is exact."""
    found = _values(engine, "[a / b, a % b]", left, right)
    with decimal.localcontext(EXACT):
        remainder = Decimal(left) % right
    assert found == [DIVISION.divide(Decimal(left), right), remainder]


@given(value=decimals, places=st.integers(0, 10))
@settings(max_examples=100, deadline=None)
def test_rounding_is_half_away_from_zero(engine: Engine, value: Decimal, places: int) -> None:
    """[EX2] rounding takes a half away from zero, as people learn it."""
    with decimal.localcontext(EXACT):
        expected = value.quantize(Decimal(1).scaleb(-places), rounding=decimal.ROUND_HALF_UP)
    text = format(expected, "f")
    found = _values(engine, "[string(round(a, b)), fixed(a, b)]", value, places)
    assert isinstance(found, list)
    assert Decimal(str(found[0])) == expected
    assert found[1] == (text if expected else text.removeprefix("-"))


def test_a_sum_of_many_is_right_to_the_last_digit(engine: Engine) -> None:
    """[EX2] what a float would smear stays exact over thousands of sums."""
    values: list[Value] = [Decimal("0.1")] * 3_000 + [Decimal("1e20")]
    found = engine.evaluate("values.sum()", {"values": values}, now=NOW)
    assert found == Decimal("100000000000000000300.0")


def test_decimals_do_not_mix_with_doubles(engine: Engine) -> None:
    """[EX2] a double between decimals is an error that says what to write instead."""
    for source in ("a * 0.95", "0.95 + a", "a == 0.95", "a < 0.95", "a in [0.95]", "[a, b].sum()"):
        with pytest.raises(ExpressionError, match=r"decimal\('0\.95'\)") as caught:
            _values(engine, source, Decimal("1.00"), 0.5)
        assert caught.value.code == "expression_type"


@given(left=st.integers(-(2**63), 2**63 - 1), right=st.integers(-(2**63), 2**63 - 1))
@settings(max_examples=100, deadline=None)
def test_integers_are_exact_to_64_bits(engine: Engine, left: int, right: int) -> None:
    """[EX3] an integer beyond 2^53 is exact, and a result beyond 64 bits is an error."""
    for source, expected in (
        ("a + b", left + right),
        ("a * b", left * right),
        ("a - b", left - right),
    ):
        if -(2**63) <= expected < 2**63:
            assert _values(engine, source, left, right) == expected
        else:
            with pytest.raises(ExpressionError) as caught:
                _values(engine, source, left, right)
            assert caught.value.code == "expression_value"
