"""The preview's process: started, started again, stopped, and what it is told at its start."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from collab.api import runtime_process
from collab.api.runtime_process import RuntimeProcess
from collab.auth.keys import Keys

PATIENCE_S = 60

SLEEPER = "import time; time.sleep(600)"
STUBBORN = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(600)"


def process(script: str) -> RuntimeProcess:
    return RuntimeProcess(
        "http://127.0.0.1:1",
        Path(),
        Path(),
        identity_key=b"key",
        service_key=b"other",
        command=[sys.executable, "-c", script],
    )


async def until(look: Callable[[], Any]) -> Any:
    async with asyncio.timeout(PATIENCE_S):
        while not (result := look()):
            await asyncio.sleep(0.01)
        return result


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


async def test_process_is_started_again() -> None:
    """[PX7] A process that dies is started again, and stopped for good at the end."""
    kept = process(SLEEPER)
    await kept.start()
    first = await until(lambda: kept.pid)
    os.kill(first, signal.SIGKILL)
    second = await until(lambda: kept.pid not in (None, first) and kept.pid)
    assert kept.starts == 2
    await kept.stop()
    assert not is_running(second)
    assert kept.pid is None
    assert not kept.socket_path.parent.exists()


async def test_pauses_grow(monkeypatch: pytest.MonkeyPatch) -> None:
    """[PX7] The pause before the next start grows, so that nothing spins."""
    pauses: list[float] = []
    real_sleep = asyncio.sleep

    async def sleep(pause_s: float) -> None:
        pauses.append(pause_s)
        await real_sleep(0 if len(pauses) < 8 else 600)

    kept = process("raise SystemExit(3)")
    monkeypatch.setattr(runtime_process.asyncio, "sleep", sleep)
    await kept.start()
    async with asyncio.timeout(PATIENCE_S):
        while len(pauses) < 8:
            await real_sleep(0.01)
    monkeypatch.undo()
    await kept.stop()
    assert pauses == [0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 10.0, 10.0]


async def test_process_that_does_not_stop(monkeypatch: pytest.MonkeyPatch) -> None:
    """[PX8] A process that ignores the request to stop is killed."""
    monkeypatch.setattr(runtime_process, "_STOP_TIMEOUT_S", 0.2)
    kept = process(STUBBORN)
    await kept.start()
    pid = await until(lambda: kept.pid)
    # The signal is ignored only once the interpreter is up.
    await until(lambda: _ignores_sigterm(pid))
    await kept.stop()
    assert not is_running(pid)


def _ignores_sigterm(pid: int) -> bool:
    status = Path(f"/proc/{pid}/status").read_text()
    ignored = next(line for line in status.splitlines() if line.startswith("SigIgn:"))
    return bool(int(ignored.split()[1], 16) >> (signal.SIGTERM - 1) & 1)


async def test_process_that_cannot_start() -> None:
    """[PX7] What cannot be started at all is tried again, and can be stopped."""
    kept = RuntimeProcess(
        "http://127.0.0.1:1",
        Path(),
        Path(),
        identity_key=b"key",
        service_key=b"other",
        command=["/nonexistent/é"],
    )
    await kept.start()
    await asyncio.sleep(0)
    assert kept.pid is None
    await kept.stop()
    assert not kept.socket_path.parent.exists()


TELLER = """
import json, os, sys, time
keys = {name: value for name, value in os.environ.items() if name.isupper()}
path = sys.argv[1]
with open(path + ".new", "w") as file:
    json.dump(keys, file)
os.rename(path + ".new", path)
time.sleep(600)
"""


async def test_what_the_process_is_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """[PX16] The process gets its two keys, and nothing by which it could be somebody else."""
    for name in ("AUTH_SECRET", "AUTH_SECRET_PREVIOUS", "DESIGN_ROOMS_TOKEN"):
        monkeypatch.setenv(name, "geheim-größe")
    monkeypatch.setenv("PREVIEW_CONNECTORS", "kept")
    keys = Keys.derived(b"k" * 32)
    told = tmp_path / "told"
    kept = RuntimeProcess(
        "http://127.0.0.1:1",
        Path("web"),
        Path("data"),
        identity_key=keys.identity,
        service_key=keys.service,
        command=[sys.executable, "-c", TELLER, str(told)],
    )
    await kept.start()
    await until(told.exists)
    await kept.stop()
    environment = json.loads(told.read_text())
    assert environment["PREVIEW_TOKEN_KEY"] == keys.identity.hex()
    assert environment["PREVIEW_SERVICE_KEY"] == keys.service.hex()
    assert environment["PREVIEW_CONNECTORS"] == "kept"
    assert "geheim" not in told.read_text()
    assert keys.pages.hex() not in told.read_text()
    assert len({keys.identity, keys.service, keys.pages, b"k" * 32}) == 4
    assert keys == Keys.derived(b"k" * 32) != Keys.derived(b"x" * 32)
    assert keys.pages.hex() not in repr(keys)
    assert "b'" not in repr(keys)
