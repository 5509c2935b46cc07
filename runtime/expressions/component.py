"""The engine's WebAssembly component: compiled once, run in a bounded pool of instances.

A component has no imports, so it can do nothing but answer. What it may cost is bounded thrice:
fuel (instructions, the same on every machine), an epoch (wall time, for a machine that is busy) and
memory. An instance that was cut off is thrown away, so that nothing it left behind reaches another
call. SPEC: section EX. Used by ``engine``.
"""

from __future__ import annotations

import hashlib
import os
import platform
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import wasmtime
import wasmtime.component

from runtime.expressions.errors import ExpressionError
from runtime.limits import (
    EXPRESSION_CALL_S,
    EXPRESSION_CODE_FILES_KEPT,
    EXPRESSION_FUEL_MAX,
    EXPRESSION_INSTANCES_MAX,
    EXPRESSION_KEPT_CHARACTERS_MAX,
    EXPRESSION_MEMORY_BYTES_MAX,
    EXPRESSION_TICK_S,
)

__all__ = ["Component"]

# Whatever changes the machine code that is kept.
_CONFIGURATION: Final = "fuel epoch"
_DIGEST_BYTES: Final = 32
# How a component's traps are told; the last is what QuickJS does when nothing is left.
_LIMIT_TRAPS: Final = (
    "all fuel consumed",
    "wasm trap: interrupt",
    "call stack exhausted",
    "out of bounds memory access",
    "`unreachable` instruction executed",
)


class Component:
    """A compiled component. Thread-safe; calls release the interpreter's lock."""

    def __init__(self, path: Path, cache: Path | None = None) -> None:
        """Load *path*; machine code is kept in the directory *cache*, which only we may write."""
        configuration = wasmtime.Config()
        configuration.consume_fuel = True
        configuration.epoch_interruption = True
        self._engine = wasmtime.Engine(configuration)
        self._component = _compiled(self._engine, path, cache)
        self._linker = wasmtime.component.Linker(self._engine)
        self._slots = threading.BoundedSemaphore(EXPRESSION_INSTANCES_MAX)
        self._idle: list[_Instance] = []
        self._lock = threading.Lock()
        self._stopped = threading.Event()
        self._ticker = threading.Thread(target=self._tick, name="expressions-clock", daemon=True)
        self._ticker.start()

    def close(self) -> None:
        """Stop the clock and let the instances go; calls under way must have ended."""
        self._stopped.set()
        self._ticker.join()
        with self._lock:
            self._idle.clear()

    def call(self, request: str) -> str:
        """Return the answer. Raises ExpressionError (expression_limit, expression_internal)."""
        if len(request) > EXPRESSION_KEPT_CHARACTERS_MAX:
            # An instance keeps the memory that it once needed, so this one is not kept.
            with self._slots:
                return self._made().call(request)
        with self._instance() as instance:
            return instance.call(request)

    def _made(self) -> _Instance:
        return _Instance(self._engine, self._linker, self._component)

    @contextmanager
    def _instance(self) -> Iterator[_Instance]:
        with self._slots:
            with self._lock:
                instance = self._idle.pop() if self._idle else None
            instance = instance or self._made()
            yield instance
            # Reached only by calls that answered: what was cut off is not used again.
            with self._lock:
                self._idle.append(instance)

    def _tick(self) -> None:
        while not self._stopped.wait(EXPRESSION_TICK_S):
            self._engine.increment_epoch()


class _Instance:
    """One instance in a store of its own; one call at a time."""

    def __init__(self, engine: wasmtime.Engine, linker: Any, component: Any) -> None:
        self._store = wasmtime.Store(engine)
        self._store.set_limits(memory_size=EXPRESSION_MEMORY_BYTES_MAX)
        self._refill()
        instance = linker.instantiate(self._store, component)
        self._function = instance.get_func(self._store, "call")

    def _refill(self) -> None:
        self._store.set_fuel(EXPRESSION_FUEL_MAX)
        self._store.set_epoch_deadline(max(1, round(EXPRESSION_CALL_S / EXPRESSION_TICK_S)))

    def call(self, request: str) -> str:
        self._refill()
        try:
            answer = self._function(self._store, request)
            self._function.post_return(self._store)
        except (wasmtime.Trap, wasmtime.WasmtimeError) as error:
            raise _cut_off(str(error)) from error
        return str(answer)


def _cut_off(reason: str) -> ExpressionError:
    """Return what to tell of a trap: backtraces of machine code are for nobody."""
    if any(trap in reason for trap in _LIMIT_TRAPS):
        message = "The expression takes too much time or memory."
        return ExpressionError("expression_limit", message)
    last = reason.strip().splitlines()[-1].strip()
    return ExpressionError("expression_internal", f"The expression engine failed: {last}")


def _compiled(engine: wasmtime.Engine, path: Path, cache: Path | None) -> Any:
    content = path.read_bytes()
    if cache is None:
        return wasmtime.component.Component(engine, content)
    kept = cache / f"expressions-{_key(content)}.cwasm"
    code = _read(kept)
    if code is not None:
        return wasmtime.component.Component.deserialize(engine, code)
    component = wasmtime.component.Component(engine, content)
    _keep(kept, bytes(component.serialize()))
    return component


def _read(path: Path) -> bytes | None:
    """Return the machine code in a file, or None where there is none or it is damaged.

    wasmtime itself runs damaged code; a digest before it tells. Nothing here protects against who
    may write to the directory.
    """
    try:
        written = path.read_bytes()
    except OSError:
        return None
    digest, code = written[:_DIGEST_BYTES], written[_DIGEST_BYTES:]
    return code if digest == hashlib.sha256(code).digest() else None


def _key(content: bytes) -> str:
    parts = (version("wasmtime"), platform.machine(), platform.system(), _CONFIGURATION)
    digest = hashlib.sha256(content)
    digest.update("\0".join(parts).encode())
    return digest.hexdigest()[:32]


def _keep(path: Path, content: bytes) -> None:
    """Write machine code so that nobody ever reads half of it."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=path.name)
    with os.fdopen(handle, "wb") as file:
        file.write(hashlib.sha256(content).digest() + content)
    Path(name).replace(path)
    kept = sorted(path.parent.glob("expressions-*.cwasm"), key=lambda item: item.stat().st_mtime)
    for old in kept[:-EXPRESSION_CODE_FILES_KEPT]:
        old.unlink(missing_ok=True)
