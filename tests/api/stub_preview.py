"""A stand-in for the preview's process on a Unix socket: tells what it was asked, and streams."""

from __future__ import annotations

import asyncio
import tempfile
import threading
from pathlib import Path
from typing import Any

import uvicorn
from itsdangerous import URLSafeTimedSerializer
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from tests.api.server import wait_until

__all__ = ["StubPreview"]


class StubPreview:
    """Answers every request below ``/preview/``; ``identity`` reads what the proxy signed."""

    def __init__(self) -> None:
        self._directory = tempfile.TemporaryDirectory()
        self.path = Path(self._directory.name) / "preview.sock"
        methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
        app = Starlette(
            routes=[
                Route("/preview/{room}/feed", self._feed),
                Route("/preview/{room}/hang", self._hang),
                Route("/preview/{path:path}", self._echo, methods=methods),
            ]
        )
        config = uvicorn.Config(app, uds=str(self.path), lifespan="off", log_level="critical")
        config.timeout_graceful_shutdown = 1
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, daemon=True)
        self.requests = 0
        self.feeds = 0
        self.hanging = 0

    @staticmethod
    def identity(answer: dict[str, Any], key: bytes) -> dict[str, Any]:
        """Return who asked, as an echoed *answer* was told under *key*."""
        serializer = URLSafeTimedSerializer(key, salt="design-rooms identity")
        header = answer["headers"]["x-design-rooms-identity"]
        content: dict[str, Any] = serializer.loads(header, max_age=60)
        return content

    async def _echo(self, request: Request) -> Response:
        self.requests += 1
        return JSONResponse(
            {
                "method": request.method,
                "path": request.scope["raw_path"].decode(),
                "query": request.url.query,
                "headers": dict(request.headers),
                "body": (await request.body()).decode(),
            }
        )

    async def _hang(self, request: Request) -> Response:
        """Never answer; ``hanging`` counts who waits."""
        self.hanging += 1
        while not await request.is_disconnected():
            await asyncio.sleep(0.02)
        self.hanging -= 1
        return Response()

    async def _feed(self, request: Request) -> Response:
        async def events() -> Any:
            self.feeds += 1
            try:
                yield b"data: hallo\n\n"
                while not await request.is_disconnected():
                    await asyncio.sleep(0.02)
            finally:
                self.feeds -= 1

        return StreamingResponse(events(), media_type="text/event-stream")

    def __enter__(self) -> StubPreview:
        self._thread.start()
        wait_until(lambda: self._server.started, "the stub to start")
        return self

    def __exit__(self, *_: object) -> None:
        self._server.should_exit = True
        self._thread.join(20)
        self._directory.cleanup()
