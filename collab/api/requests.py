"""What every door asks of a request first: where it comes from and who it is.

A browser sends the cookie of this origin with requests that *another* site's page makes, so
whatever changes something or opens a socket has to come from a page of ours, or from no browser at
all. In local mode the host name is checked too, or a foreign name that resolves to this machine
would make a foreign page one of ours; where tokens are asked for, such a page has none.
SPEC: sections AU and TK. Called by every route and socket.
"""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

from starlette.requests import HTTPConnection

from collab.errors import NotAllowed
from collab.messages import Principal
from collab.ports import Authenticator

__all__ = [
    "Origins",
    "check_host",
    "check_origin",
    "origins_of",
    "peer_of",
    "principal_of",
    "room_name_of",
    "shown_token",
]

_LOCAL_NAMES: Final = frozenset({"localhost", "127.0.0.1", "::1"})
_SCHEMES: Final = {"ws": "http", "wss": "https"}
# What stands before and after a room's name in an address.
_ROOM_PATHS: Final = (
    ("/yjs/", ""),
    ("/rooms/", "/socket"),
    ("/free/", "/socket"),
    ("/api/free/", "/revisions"),
    ("/api/free/", "/revert"),
    ("/api/free/", "/undo"),
    ("/api/free/", "/redo"),
    ("/api/free/", "/trim"),
)


class Origins:
    """Where this server is found: in local mode on this machine only, otherwise anywhere.

    *public_url* is its address in front of a proxy that ends TLS. The application keeps one as
    ``app.state.origins``.
    """

    def __init__(self, *, is_local: bool, public_url: str | None = None) -> None:
        self._is_local = is_local
        self._public_url = public_url

    def check_host(self, connection: HTTPConnection) -> None:
        """Raise ``NotAllowed`` (``auth_host``) if the request was meant for another's name."""
        if not self._is_local:
            return
        try:
            host = urlsplit(f"//{connection.headers.get('host', '')}").hostname
        except ValueError:
            host = None
        if host not in _LOCAL_NAMES:
            raise NotAllowed(
                "this server answers to localhost and 127.0.0.1 only", code="auth_host"
            )

    def origin(self, connection: HTTPConnection) -> str:
        """Return the origin that the browser asked: ``https://host:port``."""
        if self._public_url is not None:
            return self._public_url
        scheme = connection.scope["scheme"]
        scheme = _SCHEMES.get(scheme, scheme)
        return f"{scheme}://{connection.headers.get('host', '')}"

    def is_own(self, connection: HTTPConnection, origin: str) -> bool:
        """Return whether *origin* is this server's, as the ``Origin`` header spells it."""
        return origin == self.origin(connection)


_LOCAL: Final = Origins(is_local=True)


def origins_of(connection: HTTPConnection) -> Origins:
    """Return where the application of *connection* is found: on this machine unless it says."""
    origins: Origins = getattr(connection.scope["app"].state, "origins", _LOCAL)
    return origins


def check_host(connection: HTTPConnection) -> None:
    """Raise ``NotAllowed`` (``auth_host``) if the request was meant for another host's name."""
    origins_of(connection).check_host(connection)


def check_origin(connection: HTTPConnection) -> None:
    """Raise ``NotAllowed`` (``auth_origin``) if a page of another origin sent the request."""
    check_host(connection)
    origin = connection.headers.get("origin")
    if origin is not None and not origins_of(connection).is_own(connection, origin):
        raise NotAllowed(f"requests from the origin {origin[:200]} are refused", code="auth_origin")


def principal_of(
    authenticator: Authenticator, connection: HTTPConnection, token: str | None = None
) -> Principal:
    """Return who sent the request; *token* comes from a message.

    Without one the address's ``?token=`` counts, then a Bearer token, then a cookie; what comes
    first decides, good or bad. Raises ``NotAuthenticated`` or ``NotAllowed``, also for a request
    that was meant for another host's name: what a room holds must not be read from there either.
    """
    check_host(connection)
    return authenticator.authenticate(
        token=token if token is not None else shown_token(connection),
        cookies=connection.cookies,
        peer=peer_of(connection),
    )


def shown_token(connection: HTTPConnection) -> str | None:
    """Return the token in the address or the ``Authorization`` header, or None."""
    token = connection.query_params.get("token")
    if token:
        return token
    authorization = connection.headers.get("authorization", "")
    if authorization.lower().startswith("bearer "):
        return authorization[7:].strip()
    return None


def peer_of(connection: HTTPConnection) -> str:
    """Return the address of the machine that sent the request, empty if nobody knows."""
    return connection.client.host if connection.client is not None else ""


def room_name_of(connection: HTTPConnection) -> str:
    """Return the room's part of the address as it was sent, still percent-encoded.

    The decoded path will not do: a slash within a name would come out as one between two names.
    """
    raw_path: bytes = connection.scope.get("raw_path", b"")
    path = raw_path.decode("ascii", "replace").partition("?")[0]
    for prefix, suffix in _ROOM_PATHS:
        if path.startswith(prefix) and path.endswith(suffix):
            return path[len(prefix) : len(path) - len(suffix)]
    return ""
