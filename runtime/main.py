"""The preview process: ``python -m runtime.main --socket PATH --server URL --web DIR --data DIR``.

It listens on a Unix socket and follows rooms of the server at URL. With ``PREVIEW_TOKEN_KEY`` the
server's proxy signs who asks, and with ``PREVIEW_SERVICE_KEY`` the process signs what it shows to
the server (both hex); they come in the environment, where other users of the machine cannot read
them. ``PREVIEW_CONNECTORS`` names the addresses that connectors may really call. With
``--watch-stdin`` the process stops when its standard input ends, so that it never outlives a server
that was killed.
SPEC: section PV. Started by ``collab.api.runtime_process``.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import secrets
import sys
from collections.abc import Sequence
from pathlib import Path

import structlog
import uvicorn
import uvloop

from runtime.limits import SHUTDOWN_S
from runtime.preview import build_preview

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until SIGTERM, SIGINT, or the end of standard input if that is watched."""
    options = _parse(arguments)
    _configure_logging()
    app = build_preview(
        options.server,
        options.web,
        options.data,
        # Without a key nobody can sign, so that everything but health and metrics is refused.
        token_key=_key("PREVIEW_TOKEN_KEY") or secrets.token_bytes(32),
        service_key=_key("PREVIEW_SERVICE_KEY"),
    )
    config = uvicorn.Config(
        app,
        uds=str(options.socket),
        # The server that this process stands behind dates its answers.
        date_header=False,
        http="httptools",
        ws="none",
        access_log=False,
        log_config=None,
        server_header=False,
        timeout_graceful_shutdown=SHUTDOWN_S,
    )
    uvloop.run(_serve(uvicorn.Server(config), watches_stdin=options.watch_stdin))
    return 0


def _key(name: str) -> bytes | None:
    value = os.environ.get(name, "")
    return bytes.fromhex(value) if value else None


async def _serve(server: uvicorn.Server, *, watches_stdin: bool) -> None:
    watcher = asyncio.create_task(_watch_stdin(server)) if watches_stdin else None
    await server.serve()
    if watcher is not None:
        watcher.cancel()


async def _watch_stdin(server: uvicorn.Server) -> None:
    reader = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while await reader.read(1024):
        pass
    server.should_exit = True


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m runtime.main", description="The preview.")
    parser.add_argument("--socket", type=Path, required=True, help="the Unix socket to listen on")
    parser.add_argument("--server", required=True, help="where the server is, http://host:port")
    parser.add_argument("--web", type=Path, required=True, help="the web build (web/dist)")
    parser.add_argument("--data", type=Path, required=True, help="where the data is (DATA_DIR)")
    parser.add_argument("--watch-stdin", action="store_true", help="stop when stdin ends")
    return parser.parse_args(arguments)


def _configure_logging() -> None:
    logging.basicConfig(level=logging.WARNING, format="%(message)s")
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(file=sys.stderr),
    )


if __name__ == "__main__":
    sys.exit(main())
