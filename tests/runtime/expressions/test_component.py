"""The walls around the component: they hold even if the engine inside does not."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest
import wasmtime
import wasmtime.component

from runtime.expressions import component as component_module
from runtime.expressions.component import Component
from runtime.expressions.engine import Engine
from runtime.expressions.errors import ExpressionError
from runtime.expressions.values import RecordValue, Value

NOW = datetime(2026, 11, 22, tzinfo=UTC)

# A component whose answer is its request, unless `%s` does something else first.
HOSTILE = """
(component
  (core module $m
    (memory (export "memory") 4)
    (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 4096))
    (func $deep (param i32) (result i32)
      (i32.add (i32.const 1) (call $deep (i32.add (local.get 0) (i32.const 1)))))
    (func (export "call") (param i32 i32) (result i32)
      %s
      (i32.store (i32.const 0) (local.get 0))
      (i32.store (i32.const 4) (local.get 1))
      (i32.const 0)))
  (core instance $i (instantiate $m))
  (func (export "call") (param "request" string) (result string)
    (canon lift (core func $i "call")
      (memory (core memory $i "memory")) (realloc (core func $i "realloc")))))
"""
# Only a request that begins with an exclamation mark is hostile.
IF_ASKED = "(if (i32.eq (i32.load8_u (local.get 0)) (i32.const 33)) (then %s))"
LOOP = IF_ASKED % "(loop $again (br $again))"
RECURSION = IF_ASKED % "(drop (call $deep (i32.const 0)))"
# Grows by a megabyte until it is refused, and gives up as QuickJS does.
MEMORY = IF_ASKED % (
    "(loop $again (if (i32.eq (memory.grow (i32.const 16)) (i32.const -1))"
    " (then unreachable)) (br $again))"
)
DEFECT = IF_ASKED % "(drop (i32.div_u (i32.const 1) (i32.const 0)))"


@pytest.fixture
def hostile(tmp_path: Path) -> Callable[[str], Component]:
    """Return a function that builds a component which does this."""
    made: list[Component] = []

    def build(body: str) -> Component:
        path = tmp_path / "hostile.wasm"
        path.write_bytes(wasmtime.wat2wasm(HOSTILE % body))
        made.append(Component(path))
        return made[-1]

    yield build  # type: ignore[misc]
    for component in made:
        component.close()


@pytest.mark.parametrize("body", [LOOP, RECURSION, MEMORY], ids=["loop", "recursion", "memory"])
def test_what_does_not_end_is_ended(
    hostile: Callable[[str], Component], body: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """[EX11] endless loops, recursion and memory end with expression_limit; the next call works."""
    monkeypatch.setattr(component_module, "EXPRESSION_FUEL_MAX", 10_000_000)
    component = hostile(body)
    assert component.call("grüße") == "grüße"
    for _ in range(3):
        with pytest.raises(ExpressionError) as caught:
            component.call("!")
        assert caught.value.code == "expression_limit"
        assert component.call("grüße") == "grüße"


def test_time_ends_what_fuel_does_not(
    hostile: Callable[[str], Component], monkeypatch: pytest.MonkeyPatch
) -> None:
    """[EX11] on a machine where fuel burns slowly, time ends a call."""
    monkeypatch.setattr(component_module, "EXPRESSION_FUEL_MAX", 2**62)
    monkeypatch.setattr(component_module, "EXPRESSION_CALL_S", 0.3)
    component = hostile(LOOP)
    start = time.monotonic()
    with pytest.raises(ExpressionError) as caught:
        component.call("!")
    assert caught.value.code == "expression_limit"
    assert 0.1 < time.monotonic() - start < 10
    assert component.call("ä") == "ä"


def test_a_defect_is_told_from_a_bound(hostile: Callable[[str], Component]) -> None:
    """[EX11] what fails for another reason is expression_internal, without machine code in it."""
    component = hostile(DEFECT)
    with pytest.raises(ExpressionError, match="divide by zero") as caught:
        component.call("!")
    assert caught.value.code == "expression_internal"
    assert "0x" not in caught.value.message
    assert component.call("ä") == "ä"


def test_the_component_imports_nothing(component: Path) -> None:
    """[EX12] the engine has no clock, no randomness, no files and no network to ask."""
    configuration = wasmtime.Config()
    # Nothing is run here, so that compiling need not take long.
    configuration.cranelift_opt_level = "none"
    engine = wasmtime.Engine(configuration)
    loaded = wasmtime.component.Component(engine, component.read_bytes())
    assert dict(loaded.type.imports(engine)) == {}
    assert "call" in loaded.type.exports(engine)


def test_machine_code_is_kept_and_made_again(tmp_path: Path) -> None:
    """[EX13] machine code is kept by the component's content, and what is damaged is made anew."""
    path, cache = tmp_path / "echo.wasm", tmp_path / "Größe" / "cache"

    def answer(body: str) -> str:
        path.write_bytes(wasmtime.wat2wasm(HOSTILE % body))
        component = Component(path, cache)
        try:
            return component.call("ä")
        finally:
            component.close()

    assert answer("") == "ä"
    (kept,) = cache.iterdir()
    assert kept.suffix == ".cwasm"
    assert cache.stat().st_mode & 0o077 == 0
    written = kept.stat().st_mtime_ns
    assert answer("") == "ä"
    assert kept.stat().st_mtime_ns == written

    content = kept.read_bytes()
    for damaged in (content[:1_000], b"", content[:-1_000] + bytes(1_000)):
        kept.write_bytes(damaged)
        assert answer("") == "ä"
    assert [item.name for item in cache.iterdir()] == [kept.name]
    assert kept.stat().st_size == len(content)

    # Another component has machine code of its own; that of old ones goes.
    for count, expected in ((1, 2), (2, 3), (3, 4), (4, 4), (5, 4)):
        assert answer("(nop)" * count) == "ä"
        assert len(list(cache.iterdir())) == expected
    assert not kept.exists()


def test_many_threads_share_one_engine(engine: Engine) -> None:
    """[EX14] an engine is used from many threads at once, and answers are not mixed up."""
    barrier = threading.Barrier(8)

    def work(worker: int) -> list[Value]:
        barrier.wait()
        record = RecordValue(f"ä{worker}", "m", {"count": worker})
        return [
            engine.evaluate(
                "record.id + string(record.count * n)", {"record": record, "n": n}, now=NOW
            )
            for n in range(50)
        ]

    with ThreadPoolExecutor(8) as pool:
        for worker, found in enumerate(pool.map(work, range(8))):
            assert found == [f"ä{worker}{worker * n}" for n in range(50)]
