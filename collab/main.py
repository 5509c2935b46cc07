"""The server's composition: the only place that builds stores, host and app.

SPEC: section CF. Called by ``cli``.
"""

from __future__ import annotations

import logging
import sys

import structlog
import uvicorn
from starlette.applications import Starlette

from collab.api.app import build_app
from collab.api.preview import Preview
from collab.auth.local import LocalAuthenticator, load_key
from collab.host.host import Host
from collab.limits import SOCKET_FRAME_BYTES_MAX
from collab.model.registry import builtin
from collab.settings import Settings
from collab.stores.sqlite import SqliteStore
from collab.system import SystemClock

__all__ = ["build", "configure_logging", "serve"]


def build(settings: Settings) -> Starlette:
    """Return the application that *settings* describe; nothing is opened before it starts."""
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    key = load_key(settings.data_dir)
    store = SqliteStore(settings.data_dir / "rooms.db", bytes_max=settings.store_bytes_max)
    host = Host(store, SystemClock(), builtin())
    preview = Preview(settings, key)
    return build_app(
        host,
        LocalAuthenticator(key),
        settings.web_dir,
        extra_routes=preview.routes,
        around=[preview],
    )


def serve(settings: Settings) -> None:
    """Serve until SIGINT or SIGTERM; raises ``OperatingError`` if the store cannot be opened."""
    configure_logging()
    config = uvicorn.Config(
        build(settings),
        host=settings.host,
        port=settings.port,
        loop="uvloop",
        http="httptools",
        ws="websockets-sansio",
        ws_max_size=SOCKET_FRAME_BYTES_MAX,
        # Deflate costs more time for each client than it saves on updates of a few bytes.
        ws_per_message_deflate=False,
        access_log=False,
        log_config=None,
        timeout_graceful_shutdown=5,
        server_header=False,
    )
    uvicorn.Server(config).run()


def configure_logging() -> None:
    """Log one JSON object a line to standard error."""
    logging.basicConfig(level=logging.WARNING, format="%(message)s")
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(file=sys.stderr),
    )
