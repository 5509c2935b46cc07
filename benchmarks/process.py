"""A server process under measurement: started, asked for its use of the machine, ended.

Only processes that were started here are ended here. Figures come from Linux's ``/proc``.
"""

from __future__ import annotations

import os
import platform
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType

import httpx

__all__ = ["ServerProcess", "machine_facts"]

_ROOT = Path(__file__).resolve().parent.parent
_START_SECONDS_MAX = 30.0
_STOP_SECONDS_MAX = 20.0
_TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")
_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


def machine_facts() -> str:
    """Return what the figures depend on, in one line."""
    model = next(
        (
            line.partition(":")[2].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if line.startswith("model name")
        ),
        platform.machine(),
    )
    python = f"{platform.python_implementation()} {platform.python_version()}"
    load = f"load average {os.getloadavg()[0]:.1f} before"
    return f"{os.cpu_count()} cores ({model}), {python}, {time.strftime('%Y-%m-%d')}, {load}"


class ServerProcess:
    """``design-rooms serve`` on a free port of the loopback, with its data in *folder*."""

    def __init__(self, folder: Path) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        self.url = f"http://127.0.0.1:{self.port}"
        self._log_path = folder / "server.log"
        environment = {**os.environ, "PORT": str(self.port), "DATA_DIR": str(folder)}
        environment["HOST"] = "127.0.0.1"
        # What is measured is how fast the server is, not how fast it lets one client be.
        environment |= {"SESSION_CHANGES_PER_S": "1000000", "USER_CHANGES_PER_S": "1000000"}
        with self._log_path.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "collab.cli", "serve"],
                cwd=_ROOT,
                env=environment,
                stdout=log,
                stderr=log,
            )

    @property
    def pid(self) -> int:
        """The process's id."""
        return self._process.pid

    def __enter__(self) -> ServerProcess:
        deadline = time.monotonic() + _START_SECONDS_MAX
        while not self._is_ready():
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise RuntimeError(f"the server did not start:\n{self._log_path.read_text()}")
            time.sleep(0.02)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """Ask the process to end, and make it end if it does not."""
        if self._process.poll() is not None:
            return
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(_STOP_SECONDS_MAX)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    @property
    def children(self) -> list[int]:
        """The processes that it started: the preview's, which is there when the server is ready."""
        children = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text()
        return [int(child) for child in children.split()]

    @property
    def cpu_seconds(self) -> float:
        """How long the process has computed, in all of its threads."""
        fields = Path(f"/proc/{self._process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS_PER_SECOND

    @property
    def resident_bytes(self) -> int:
        """How much memory the process has in use."""
        fields = Path(f"/proc/{self._process.pid}/statm").read_text().split()
        return int(fields[1]) * _PAGE_BYTES

    def import_model(self, room: str, content: bytes) -> None:
        """Make *content* the model of an application room, which is created."""
        response = self._request("POST", f"/api/rooms/{room}/import?create=true", content)
        response.raise_for_status()

    def get(self, path: str) -> httpx.Response:
        response = self._request("GET", path)
        response.raise_for_status()
        return response

    def _is_ready(self) -> bool:
        try:
            return self._request("GET", "/readyz").status_code == 200
        except httpx.TransportError:
            return False

    def _request(self, method: str, path: str, content: bytes | None = None) -> httpx.Response:
        return httpx.request(
            method, f"{self.url}{path}", content=content, timeout=30, trust_env=False
        )
