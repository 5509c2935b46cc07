"""Benchmark of the expression engine: what an evaluation costs on the server.

Run with ``python -m benchmarks.expressions``; it needs ``web/dist/expressions.wasm`` (``make
build``). Each figure is the best of several runs, in CPU time.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from time import process_time

from runtime.expressions.component import Component
from runtime.expressions.engine import Engine
from runtime.expressions.errors import ExpressionError
from runtime.expressions.values import RecordValue, Value

__all__ = ["main"]

COMPONENT = Path(__file__).resolve().parents[1] / "web" / "dist" / "expressions.wasm"
NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
CALLS = 300
ITEMS = 2_000
RUNS = 5

TOTAL = (
    "record.lines.map(line, line.lineTotal).sum()"
    " * (record.customer.tier == 'gold' ? decimal('0.95') : decimal('1'))"
)
FILTER = "item.status == 'draft' && item.updatedAt < now() - duration('168h')"
HOSTILE = (
    "[1,2,3,4,5,6,7,8,9].map(a, LIST.map(b, LIST.map(c, LIST.map(d, a * b * c * d))))".replace(
        "LIST", f"[{','.join(['1'] * 100)}]"
    )
)


def main() -> None:
    """Measure and print the table."""
    with tempfile.TemporaryDirectory() as directory:
        cache = Path(directory)
        print(f"{'compile the component, once per version':<58}{_start(cache) * 1e3:10.0f} ms")
        print(f"{'load its machine code':<58}{_start(cache) * 1e3:10.1f} ms")
        print(f"{'start an instance and call it':<58}{_instance(cache) * 1e6:10.0f} µs")
        engine = Engine(COMPONENT, cache=cache)
        try:
            _table(engine)
        finally:
            engine.close()


def _table(engine: Engine) -> None:
    order = {"record": _order(3)}
    rows: tuple[tuple[str, Callable[[], object], int, str], ...] = (
        (
            "evaluate: a comparison",
            lambda: _each(engine, "record.status == 'ä'", order),
            CALLS,
            "µs",
        ),
        (
            "evaluate: the total of an order of 3 lines",
            lambda: _each(engine, TOTAL, order),
            CALLS,
            "µs",
        ),
        (
            "evaluate: the total of an order of 100 lines",
            lambda: _each(engine, TOTAL, {"record": _order(100)}),
            CALLS,
            "µs",
        ),
        (
            "evaluate_many: a filter, per record",
            lambda: _many(engine, FILTER, _items()),
            ITEMS,
            "µs",
        ),
        (
            "evaluate_many: the total of 3 lines, per order",
            lambda: _many(engine, TOTAL, [order] * ITEMS),
            ITEMS,
            "µs",
        ),
        ("a hostile expression until it is cut off", lambda: _hostile(engine), 1, "ms"),
    )
    for name, work, count, unit in rows:
        seconds = min(_timed(work) for _ in range(RUNS)) / count
        print(f"{name:<58}{seconds * (1e6 if unit == 'µs' else 1e3):10.1f} {unit}", flush=True)


def _timed(work: Callable[[], object]) -> float:
    start = process_time()
    work()
    return process_time() - start


def _start(cache: Path) -> float:
    def load() -> None:
        Component(COMPONENT, cache).close()

    return _timed(load)


def _instance(cache: Path) -> float:
    component = Component(COMPONENT, cache)
    request = '{"op":"evaluate","source":"1","now":0,"shared":{},"names":[],"contexts":[{}]}'
    try:
        # The first call of a component starts an instance; the next one finds it waiting.
        cold = _timed(lambda: component.call(request))
        warm = min(_timed(lambda: component.call(request)) for _ in range(CALLS))
    finally:
        component.close()
    return max(cold - warm, 0.0)


def _order(lines: int) -> RecordValue:
    items: list[Value] = [
        RecordValue(f"l{at}", "line", {"lineTotal": Decimal("19.99"), "note": "ä" * 50})
        for at in range(lines)
    ]
    customer = RecordValue("c1", "customer", {"tier": "gold", "name": "Zoë"})
    return RecordValue("o1", "order", {"lines": items, "customer": customer, "status": "draft"})


def _items() -> list[dict[str, Value]]:
    fields: dict[str, Value] = {"status": "draft", "updatedAt": NOW, "notes": "ä" * 50}
    return [{"item": RecordValue(f"o{at}", "order", fields)} for at in range(ITEMS)]


def _each(engine: Engine, source: str, context: dict[str, RecordValue]) -> None:
    for _ in range(CALLS):
        engine.evaluate(source, dict(context), now=NOW)


def _many(engine: Engine, source: str, contexts: list[dict[str, Value]]) -> None:
    engine.evaluate_many(source, contexts, now=NOW)


def _hostile(engine: Engine) -> None:
    try:
        engine.evaluate(HOSTILE, {}, now=NOW)
    except ExpressionError as error:
        if error.code == "expression_limit":
            return
    raise RuntimeError("the hostile expression was not cut off")


if __name__ == "__main__":
    main()
