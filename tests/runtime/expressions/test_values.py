"""Values on their way to the engine and back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runtime.expressions.codec import encode, needs_of
from runtime.expressions.engine import Engine
from runtime.expressions.errors import ExpressionError
from runtime.expressions.values import RecordValue, Value

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)

_MOMENTS = st.datetimes(
    datetime(1, 1, 2),  # noqa: DTZ001 - hypothesis adds the zone
    datetime(9999, 12, 30),  # noqa: DTZ001
    timezones=st.just(UTC),
).map(lambda moment: moment.replace(microsecond=moment.microsecond // 1000 * 1000))
_SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False)
    | st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**30), max_value=10**30)
    | st.text(st.characters(exclude_categories=()), max_size=20)
    | _MOMENTS
    | st.integers(-(10**12), 10**12).map(lambda count: timedelta(milliseconds=count))
)
_NAMES = st.text(max_size=8) | st.sampled_from(["__proto__", "constructor", "ä", "1", "id"])
values = st.recursive(
    _SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(_NAMES, inner, max_size=4)
        | st.builds(
            RecordValue,
            st.text(max_size=8),
            st.just("größe"),
            st.dictionaries(_NAMES, inner.filter(lambda value: value is not None), max_size=4),
        )
    ),
    max_leaves=12,
)


@given(value=values)
@settings(max_examples=200, deadline=None)
def test_every_value_comes_back_as_it_was(engine: Engine, value: Value) -> None:
    """[EX16] a value that goes to the engine comes back with its type, exactly."""
    found = engine.evaluate("x", {"x": value}, now=NOW)
    assert found == value
    assert _kinds(found) == _kinds(value)


def _kinds(value: Any) -> Any:
    if isinstance(value, list):
        return [_kinds(item) for item in value]
    if isinstance(value, dict):
        return {name: _kinds(item) for name, item in value.items()}
    return type(value)


def test_moments_are_in_utc_and_in_milliseconds(engine: Engine) -> None:
    """[EX16] a moment of another zone becomes UTC, and what is finer than a millisecond is cut."""
    zone = timezone(timedelta(hours=2))
    moment = datetime(2026, 11, 22, 11, 0, 0, 123999, tzinfo=zone)
    found = engine.evaluate("x", {"x": moment}, now=NOW)
    assert found == datetime(2026, 11, 22, 9, 0, 0, 123000, tzinfo=UTC)
    assert engine.evaluate("now()", {}, now=moment) == found


@pytest.mark.parametrize(
    "value",
    [
        2**63,
        Decimal("NaN"),
        Decimal("Infinity"),
        Decimal("1e3000"),
        Decimal("1e-3000"),
        datetime(2026, 11, 22),  # noqa: DTZ001 - what a naive moment does is what is tested
        {1: 2},
        object(),
        ["ä", {"deep": [object()]}],
    ],
    # Not their text: what names an address differs from one worker to the next.
    ids=range(9),
)
def test_what_is_no_value_is_refused(engine: Engine, value: Any) -> None:
    """[EX16] what has no exact counterpart is an error and never something near it."""
    with pytest.raises(ExpressionError) as caught:
        engine.evaluate("x == null", {"x": value}, now=NOW)
    assert caught.value.code.startswith("expression_")
    assert (caught.value.start, caught.value.end) == (0, 9)


def test_nesting_without_end_is_refused(engine: Engine) -> None:
    """[EX10] a value that is nested too deeply is refused before it reaches the engine."""
    value: Value = "ä"
    for _ in range(1_000):
        value = [value]
    with pytest.raises(ExpressionError) as caught:
        engine.evaluate("x == null", {"x": value}, now=NOW)
    assert caught.value.code == "expression_limit"


def test_only_what_is_read_is_sent(engine: Engine) -> None:
    """[EX9] the engine is sent what the expression's paths name and nothing else."""
    line = RecordValue("l1", "line", {"price": Decimal("1.50"), "secret": "geheim", "note": None})
    order = RecordValue("o1", "order", {"lines": [line], "secret": "geheim", "status": "ä"})
    analysis = engine.analyse("record.lines.map(line, line.price).sum()")
    sent = encode(order, needs_of(analysis.paths)["record"])
    assert sent == {
        "r": ["o1", "order", {"lines": [{"r": ["l1", "line", {"price": {"d": (150, 2)}}]}]}]
    }
    context: dict[str, Value] = {"record": order, "other": object()}  # type: ignore[dict-item]
    found = engine.evaluate("record.lines.map(line, line.price).sum()", context, now=NOW)
    assert found == Decimal("1.50")


@given(
    paths=st.lists(st.lists(st.sampled_from(["a", "b", "*"]), min_size=1, max_size=4), max_size=5)
)
@settings(max_examples=100, deadline=None)
def test_what_is_read_whole_is_sent_whole(paths: list[list[str]]) -> None:
    """[EX9] a path that ends somewhere names all that is there, whatever the other paths name."""
    needs = needs_of([tuple(path) for path in paths])
    for path in paths:
        here: Any = needs
        for part in path:
            if here is not None:
                here = here[part]
        assert here is None
