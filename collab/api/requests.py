"""What every door asks of a request first: where it comes from and who it is.

A browser sends the cookie of this origin with requests that *another* site's page makes, so
whatever changes something or opens a socket has to come from a page of ours, or from no browser at
all. The host name is checked too, or a foreign name that resolves to this machine would make a
foreign page one of ours. SPEC: section AU. Called by ``routes`` and ``sockets``.
"""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

from starlette.requests import HTTPConnection

from collab.errors import NotAllowed
from collab.messages import Principal
from collab.ports import Authenticator

__all__ = ["check_host", "check_origin", "principal_of", "room_name_of"]

_LOCAL_NAMES: Final = frozenset({"localhost", "127.0.0.1", "::1"})
_SCHEMES: Final = {"ws": "http", "wss": "https"}
# What stands before and after a room's name in an address.
_ROOM_PATHS: Final = (
    ("/yjs/", ""),
    ("/rooms/", "/socket"),
    ("/free/", "/socket"),
    ("/api/free/", "/revisions"),
)


def check_host(connection: HTTPConnection) -> None:
    """Raise ``NotAllowed`` (``auth_host``) if the request was meant for another host's name."""
    try:
        host = urlsplit(f"//{connection.headers.get('host', '')}").hostname
    except ValueError:
        host = None
    if host not in _LOCAL_NAMES:
        raise NotAllowed("this server answers to localhost and 127.0.0.1 only", code="auth_host")


def check_origin(connection: HTTPConnection) -> None:
    """Raise ``NotAllowed`` (``auth_origin``) if a page of another origin sent the request."""
    check_host(connection)
    origin = connection.headers.get("origin")
    if origin is None:
        return
    scheme = _SCHEMES.get(connection.url.scheme, connection.url.scheme)
    if origin != f"{scheme}://{connection.headers.get('host', '')}":
        raise NotAllowed(f"requests from the origin {origin[:200]} are refused", code="auth_origin")


def principal_of(
    authenticator: Authenticator, connection: HTTPConnection, token: str | None
) -> Principal:
    """Return who sent the request; *token* comes from the address or from a message.

    A Bearer token is taken where no other is given. Raises ``NotAllowed``, also for a request that
    was meant for another host's name: what a room holds must not be read from there either.
    """
    check_host(connection)
    authorization = connection.headers.get("authorization", "")
    if token is None and authorization.lower().startswith("bearer "):
        token = authorization[7:].strip()
    peer = connection.client.host if connection.client is not None else ""
    return authenticator.authenticate(token=token, cookies=connection.cookies, peer=peer)


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
