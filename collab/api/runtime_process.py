"""The preview process: started with the server, started again when it dies, stopped with it.

It gets its secrets in its environment and its socket in a directory that only this user can enter.
Its standard input is a pipe that nobody writes to: when the server is killed the pipe ends, and the
process with it. SPEC: section PX. Called by ``app``.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

import structlog

__all__ = ["RuntimeProcess"]

_log = structlog.get_logger()

# Whoever has these can be anybody: they are not for a process that runs designs.
_SECRETS: Final = frozenset({"AUTH_SECRET", "AUTH_SECRET_PREVIOUS", "DESIGN_ROOMS_TOKEN"})
_PAUSE_S_MIN: Final = 0.2
_PAUSE_S_MAX: Final = 10.0
# A process that lived this long did not die of its start: the next pause is short again.
_STEADY_S: Final = 30.0
# How long it may take to stop before it is killed.
_STOP_TIMEOUT_S: Final = 5.0


class RuntimeProcess:
    """Keeps ``python -m runtime.main`` running from ``start`` to ``stop``.

    *server_url* is where the process reaches this server, *web_dir* the web build, *data_dir* where
    it keeps what people enter into previews. *identity_key* signs what it is told of who asks,
    *service_key* what it shows to this server; both are the same from one start to the next.
    *command* is for tests.
    """

    def __init__(
        self,
        server_url: str,
        web_dir: Path,
        data_dir: Path,
        *,
        identity_key: bytes,
        service_key: bytes,
        command: Sequence[str] | None = None,
    ) -> None:
        # Not below the data directory: a Unix socket's path holds 107 bytes at most.
        self._directory = Path(tempfile.mkdtemp(prefix="design-rooms-"))
        self.socket_path = self._directory / "preview.sock"
        self._command = (
            list(command) if command is not None else self._own(server_url, web_dir, data_dir)
        )
        self._environment = {
            **{name: value for name, value in os.environ.items() if name not in _SECRETS},
            "PREVIEW_TOKEN_KEY": identity_key.hex(),
            "PREVIEW_SERVICE_KEY": service_key.hex(),
        }
        self._process: asyncio.subprocess.Process | None = None
        self._keeper: asyncio.Task[None] | None = None
        self.starts = 0

    @property
    def pid(self) -> int | None:
        """The process's id while it runs."""
        process = self._process
        return process.pid if process is not None and process.returncode is None else None

    async def start(self) -> None:
        """Start the process and keep it running; returns at once."""
        self._keeper = asyncio.create_task(self._keep(), name="preview process")

    async def stop(self) -> None:
        """Ask the process to stop, kill it if it does not, and remove its socket."""
        if self._keeper is not None:
            self._keeper.cancel()
            await asyncio.gather(self._keeper, return_exceptions=True)
        if self._process is not None:
            await self._end(self._process)
        shutil.rmtree(self._directory, ignore_errors=True)

    def _own(self, server_url: str, web_dir: Path, data_dir: Path) -> list[str]:
        return [
            *(sys.executable, "-m", "runtime.main", "--watch-stdin"),
            *("--socket", str(self.socket_path)),
            *("--server", server_url),
            *("--web", str(web_dir)),
            *("--data", str(data_dir.resolve())),
        ]

    async def _keep(self) -> None:
        pause_s = _PAUSE_S_MIN
        while True:
            started_at = time.monotonic()
            reason = await self._run()
            if time.monotonic() - started_at >= _STEADY_S:
                pause_s = _PAUSE_S_MIN
            _log.warning("preview.process_ended", reason=reason, restart_in_s=pause_s)
            await asyncio.sleep(pause_s)
            pause_s = min(_PAUSE_S_MAX, pause_s * 2)

    async def _run(self) -> str:
        """Run the process once and return why it ended."""
        try:
            self._process = await asyncio.create_subprocess_exec(
                *self._command,
                stdin=asyncio.subprocess.PIPE,
                # Its log goes where the server's does.
                stdout=sys.stderr.fileno(),
                env=self._environment,
                # A Ctrl-C at the terminal is the server's to pass on, once it has finished.
                start_new_session=True,
            )
        except OSError as error:
            return str(error)
        self.starts += 1
        _log.info("preview.process_started", pid=self._process.pid)
        return f"exit code {await self._process.wait()}"

    async def _end(self, process: asyncio.subprocess.Process) -> None:
        if process.returncode is not None:
            return
        with suppress(ProcessLookupError):
            process.terminate()
        try:
            async with asyncio.timeout(_STOP_TIMEOUT_S):
                await process.wait()
        except TimeoutError:
            _log.warning("preview.process_killed", pid=process.pid)
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()
