"""A scripted server: says exactly what a test tells it to, over a real WebSocket and real HTTP."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

import msgpack
from websockets.asyncio.server import ServerConnection, serve
from websockets.datastructures import Headers
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response

__all__ = ["Scripted", "scripted"]

Script = Callable[[int, "Session"], Any]


@dataclass
class Session:
    """One connection of the client under test."""

    socket: ServerConnection

    async def read(self) -> dict[str, Any]:
        fields: dict[str, Any] = msgpack.unpackb(await self.socket.recv())
        return fields

    async def say(self, **fields: Any) -> None:
        await self.socket.send(msgpack.packb(fields))

    async def welcome(self, revision: int, epoch: int = 1, **fields: Any) -> None:
        await self.say(
            type="welcome",
            session="s",
            epoch=epoch,
            revision=revision,
            exists=True,
            client=7,
            read_only="",
            **fields,
        )


@dataclass
class Scripted:
    """``log`` is what the HTTP history gives; ``hellos`` what the client has said first."""

    url: str = ""
    log: list[dict[str, Any]] = field(default_factory=list)
    hellos: list[dict[str, Any]] = field(default_factory=list)
    history_status: int = 200
    history_reads: int = 0

    def history(self, query: str) -> Response:
        self.history_reads += 1
        parameters = parse_qs(query)
        after, limit = int(parameters["after"][0]), int(parameters["limit"][0])
        items = [item for item in self.log if item["revision"] > after][:limit]
        body = json.dumps({"revisions": items, "head": len(self.log)}).encode()
        headers = Headers({"Content-Length": str(len(body)), "Connection": "close"})
        return Response(self.history_status, "", headers, body)


def item(number: int, op: Any, *, source: str | None = None, seq: int | None = None) -> Any:
    """Return one revision as the HTTP history gives it."""
    return {
        "revision": number,
        "author": "u",
        "time": "2026-01-02T03:04:05.678Z",
        "kind": "op",
        "change": op,
        "update": base64.b64encode(b"\0\0").decode(),
        "source": source,
        "seq": seq,
    }


@asynccontextmanager
async def scripted(script: Script) -> AsyncIterator[Scripted]:
    """Run *script* for each connection; it gets the connection's number and its session."""
    server = Scripted()

    async def handle(socket: ServerConnection) -> None:
        session = Session(socket)
        try:
            server.hellos.append(await session.read())
            await script(len(server.hellos), session)
            await socket.wait_closed()
        except ConnectionClosed:
            return

    def answer(_connection: ServerConnection, request: Request) -> Response | None:
        parts = urlsplit(request.path)
        return server.history(parts.query) if parts.path.endswith("/revisions") else None

    async with serve(handle, "127.0.0.1", 0, process_request=answer) as listening:
        port = listening.sockets[0].getsockname()[1]
        server.url = f"http://127.0.0.1:{port}"
        yield server
        await asyncio.sleep(0)
