"""The servers that are compared, each with the clients that speak to it.

Every one is a process of its own on a free port of the loopback, kept on one core while the load
runs on another. Only processes that were started here are ended here.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from loadtests.peers.editors import (
    Address,
    BareEditor,
    Editor,
    HocuspocusEditor,
    YjsEditor,
)
from loadtests.peers.sharedb_editor import ShareDbEditor

__all__ = ["CONTESTANTS", "OURS", "Contestant", "Running", "pin"]

_SERVERS: Final = Path(__file__).with_name("servers")
_ROOT: Final = Path(__file__).resolve().parents[2]
_TICKS_PER_SECOND: Final = os.sysconf("SC_CLK_TCK")
_PAGE_BYTES: Final = os.sysconf("SC_PAGE_SIZE")
_START_SECONDS_MAX: Final = 40.0
_STOP_SECONDS_MAX: Final = 20.0
_LOOK_SECONDS: Final = 0.2
_CALM_LOOKS: Final = 4
SERVER_CORE: Final = 0
LOAD_CORE: Final = 1


def pin(pid: int, core: int) -> None:
    """Keep a process, with all its threads, on one core where there are several."""
    if (os.cpu_count() or 1) > 1:
        for thread in Path(f"/proc/{pid}/task").iterdir():
            os.sched_setaffinity(int(thread.name), {core})


class Running:
    """A server that runs: its port, and what it uses of the machine, its children included."""

    def __init__(self, process: subprocess.Popen[bytes], port: int) -> None:
        self.port = port
        self._process = process

    @property
    def cpu_seconds(self) -> float:
        """How long its processes have computed, in all of their threads."""
        return sum(_cpu_seconds(pid) for pid in self._pids())

    @property
    def memory_bytes(self) -> int:
        """How much memory the server's own process has in use."""
        fields = Path(f"/proc/{self._process.pid}/statm").read_text().split()
        return int(fields[1]) * _PAGE_BYTES

    def settle(self) -> None:
        """Keep its processes on their core, and wait until none has anything to do any more.

        A server that listens may still be starting parts of itself, which is not its work.
        """
        deadline, calm = time.monotonic() + _START_SECONDS_MAX, 0
        while calm < _CALM_LOOKS and time.monotonic() < deadline:
            for pid in self._pids():
                pin(pid, SERVER_CORE)
            before = self.cpu_seconds
            time.sleep(_LOOK_SECONDS)
            calm = calm + 1 if self.cpu_seconds - before <= 1 / _TICKS_PER_SECOND else 0

    def _pids(self) -> list[int]:
        pid = self._process.pid
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        return [pid, *map(int, children)]


@dataclass(frozen=True)
class Contestant:
    """A server and how its clients speak: *command* gets the port, and the folder for its data."""

    name: str
    short: str
    editor: type[Editor]
    command: Callable[[int, Path], list[str]]
    path: Callable[[str], str]
    is_ours: bool = False
    has_documents: bool = True

    def address(self, port: int, document: str) -> Address:
        """Return where *document* is on the server at *port*."""
        name = f"load/{document}" if self.is_ours and self.editor is HocuspocusEditor else document
        return Address(port, self.path(document), "load", name)

    @contextmanager
    def run(self) -> Iterator[Running]:
        """Run the server until the block ends; raises ``RuntimeError`` if it does not start."""
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = int(probe.getsockname()[1])
        with tempfile.TemporaryDirectory(prefix="bench-peers-") as folder:
            log = Path(folder) / "server.log"
            environment = {
                **os.environ,
                "HOST": "127.0.0.1",
                "PORT": str(port),
                "DATA_DIR": folder,
                "NODE_ENV": "production",
            }
            with log.open("wb") as output:
                process = subprocess.Popen(
                    self.command(port, Path(folder)),
                    cwd=_ROOT,
                    env=environment,
                    stdout=output,
                    stderr=output,
                )
            try:
                _await_port(process, port, log)
                running = Running(process, port)
                running.settle()
                yield running
            finally:
                _stop(process)


def _await_port(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + _START_SECONDS_MAX
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            if process.poll() is not None or time.monotonic() > deadline:
                text = log.read_text()[-2000:]
                raise RuntimeError(f"a server did not start: {text}") from None
            time.sleep(0.05)


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(_STOP_SECONDS_MAX)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _cpu_seconds(pid: int) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except FileNotFoundError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / _TICKS_PER_SECOND


def _serve(port: int, folder: Path) -> list[str]:
    return [sys.executable, "-m", "collab.cli", "serve"]


def _node(name: str) -> Callable[[int, Path], list[str]]:
    return lambda port, folder: ["node", str(_SERVERS / f"{name}.mjs"), str(port)]


def _python(name: str) -> Callable[[int, Path], list[str]]:
    return lambda port, folder: [sys.executable, str(_SERVERS / f"{name}.py"), str(port)]


def _root(document: str) -> str:
    return "/"


def _named(document: str) -> str:
    return f"/{document}"


CONTESTANTS: Final = (
    Contestant(
        "Design Rooms, Yjs",
        "ours-yjs",
        YjsEditor,
        _serve,
        lambda document: f"/yjs/load/{document}",
        is_ours=True,
    ),
    Contestant(
        "Design Rooms, Hocuspocus",
        "ours-hocuspocus",
        HocuspocusEditor,
        _serve,
        lambda document: "/hocuspocus",
        is_ours=True,
    ),
    Contestant(
        "Design Rooms, ShareDB",
        "ours-sharedb",
        ShareDbEditor,
        _serve,
        lambda document: "/sharedb",
        is_ours=True,
    ),
    Contestant("Hocuspocus 4.7", "hocuspocus", HocuspocusEditor, _node("hocuspocus"), _root),
    Contestant("y-websocket server", "y-websocket", YjsEditor, _node("yjs"), _named),
    Contestant("ShareDB 7", "sharedb", ShareDbEditor, _node("sharedb"), _root),
    Contestant("pycrdt-websocket", "pycrdt", YjsEditor, _python("pycrdt_ws"), _named),
    Contestant("bare loop", "bare", BareEditor, _python("bare"), _root, has_documents=False),
)
OURS: Final = tuple(item for item in CONTESTANTS if item.is_ours)
