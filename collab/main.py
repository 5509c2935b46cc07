"""The server's composition: the only place that builds stores, host and app.

SPEC: section CF. Called by ``cli``.
"""

from __future__ import annotations

import gc
import logging
import socket
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from pathlib import Path
from typing import Final

import structlog
import uvicorn
from starlette.applications import Starlette

from collab.api.app import access_to, build_app
from collab.api.preview import Preview
from collab.api.sample import Sample
from collab.api.socket_protocol import SocketProtocol
from collab.auth.authenticator import TokenAuthenticator
from collab.auth.keys import Keys
from collab.auth.local import LocalAuthenticator, load_key
from collab.auth.revocations import Revocations
from collab.auth.tokens import ServiceTokens, Tokens
from collab.errors import OperatingError
from collab.host.bounds import Bounds
from collab.host.checks_folder import read_folder
from collab.host.host import Host
from collab.limits import (
    OPEN_FILES_WANTED,
    PING_INTERVAL_MS,
    PONG_TIMEOUT_MS,
    SOCKET_FRAME_BYTES_MAX,
    SWITCH_INTERVAL_MS,
)
from collab.messages import Principal
from collab.model.registry import builtin
from collab.ports import Clock, Store
from collab.settings import Settings
from collab.stores.sqlite import SqliteStore
from collab.system import SystemClock, raise_file_limit

__all__ = ["build", "configure_logging", "serve", "server_config"]

_log = structlog.get_logger()

# What is under way gets this long at the end; the sockets are closed at its beginning.
_GRACE_S: Final = 3
# A join storm after a restart: every client comes back in the same second.
_BACKLOG: Final = 2_048


def build(settings: Settings, sample: Sample | None = None) -> Starlette:
    """Return the application that *settings* describe; nothing is opened before it starts.

    *sample* is installed before the first request. Raises ``OSError`` and ``OperatingError`` if
    the data directory cannot be used, and ``SettingsError`` for a checks file that cannot.
    """
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    key = load_key(settings.data_dir)
    keys = Keys.derived(key)
    clock = SystemClock()
    store = _store(settings)
    bounds = Bounds(
        session_changes_per_s=settings.session_changes_per_s,
        user_changes_per_s=settings.user_changes_per_s,
    )
    checks = read_folder(settings.data_dir / "checks")
    host = Host(store, clock, builtin(), bounds, checks=checks)
    guests = LocalAuthenticator(key, ServiceTokens(keys.service, clock))
    authenticator = _authenticator(settings, keys, clock) if settings.auth_secrets else guests
    access = access_to(host, authenticator)
    preview = Preview(settings, keys, authenticator, access, clock)
    around: list[AbstractAsyncContextManager[object]] = [preview]
    if sample is not None:
        # The tenant that tokens are minted for unless they name another.
        author = guests.authenticate(token=None, cookies={}, peer="127.0.0.1")
        around.insert(0, _installed(sample, host, author))
    return build_app(
        host,
        authenticator,
        settings.web_dir,
        access=access,
        public_url=settings.public_url,
        source_key=keys.sources,
        extra_routes=preview.routes,
        around=around,
    )


def _store(settings: Settings) -> Store:
    if settings.database_url is not None:
        # Late: the driver takes a third of the time to start, and most servers have a file.
        from collab.stores.postgres import PostgresStore

        return PostgresStore(settings.database_url)
    return SqliteStore(settings.data_dir / "rooms.db", bytes_max=settings.store_bytes_max)


def _authenticator(settings: Settings, keys: Keys, clock: Clock) -> TokenAuthenticator:
    return TokenAuthenticator(
        Tokens(settings.auth_secrets, clock), Revocations(clock), ServiceTokens(keys.service, clock)
    )


def server_config(app: Starlette) -> uvicorn.Config:
    """Return how *app* is served, but for its address."""
    return uvicorn.Config(
        app,
        loop="uvloop",
        http="httptools",
        ws=SocketProtocol,
        ws_max_size=SOCKET_FRAME_BYTES_MAX,
        ws_ping_interval=PING_INTERVAL_MS / 1000,
        ws_ping_timeout=PONG_TIMEOUT_MS / 1000,
        # Deflate costs more time for each client than it saves on updates of a few bytes.
        ws_per_message_deflate=False,
        access_log=False,
        log_config=None,
        lifespan="on",
        timeout_graceful_shutdown=_GRACE_S,
        server_header=False,
    )


def serve(settings: Settings, sample: Path | None, announce: Callable[[str], None]) -> None:
    """Serve until SIGINT or SIGTERM; *announce* is told, once, where to look.

    *sample* is a model file that becomes a room if there is none of its name. Raises
    ``OperatingError`` if the address or the data directory cannot be used, and what
    ``Sample.read`` raises.
    """
    configure_logging()
    sys.setswitchinterval(SWITCH_INTERVAL_MS / 1000)
    files = raise_file_limit()
    if files < OPEN_FILES_WANTED:
        _log.warning(
            "server.few_files",
            limit=files,
            hint="each connection is a file: raise the hard limit (ulimit -Hn, LimitNOFILE)",
        )
    installed = None if sample is None else Sample.read(sample, builtin())
    listener = _listen(settings)
    try:
        app = build(settings, installed)
    except OSError as error:
        raise OperatingError(
            f"{settings.data_dir} cannot be used: {error.strerror}", code="data_dir"
        ) from error
    room = "" if installed is None else f"/rooms/{installed.room}"
    # An expected failure is the caller's to tell, in one line and without a traceback.
    logging.getLogger("uvicorn.error").addFilter(lambda record: app.state.failure is None)
    server = _Server(
        server_config(app), lambda: announce(f"{settings.public_url or settings.url}{room}")
    )
    # Ctrl-C, which is how to stop, is raised again at the end; a start that failed exits.
    with suppress(KeyboardInterrupt, SystemExit):
        server.run(sockets=[listener])
    if not server.started:
        raise app.state.failure or OperatingError("the server did not start")


class _Server(uvicorn.Server):
    """A server that says when it listens."""

    def __init__(self, config: uvicorn.Config, on_started: Callable[[], None]) -> None:
        super().__init__(config)
        self._on_started = on_started

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            # What a server is made of lives as long as it does. Looking through all of it again
            # for cycles would stop every room for 70 ms, several times a minute.
            gc.collect()
            gc.freeze()
            self._on_started()


def _listen(settings: Settings) -> socket.socket:
    """Return a listening socket: bound before the data is opened, so that a second server fails."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        return socket.create_server((settings.host, settings.port), family=family, backlog=_BACKLOG)
    except OSError as error:
        raise OperatingError(
            f"{settings.url} cannot be served: {error.strerror}. Is another server running? "
            "Set PORT to use another port",
            code="address_in_use",
        ) from error


@asynccontextmanager
async def _installed(sample: Sample, host: Host, author: Principal) -> AsyncIterator[None]:
    await sample.install(host, author)
    yield


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
