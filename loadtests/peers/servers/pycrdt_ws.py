"""pycrdt-websocket on uvicorn, in memory: ``python pycrdt_ws.py PORT``."""

from __future__ import annotations

import asyncio
import sys

import uvicorn
from pycrdt.websocket import ASGIServer, WebsocketServer

__all__ = ["main"]


async def main(port: int) -> None:
    """Serve until the process is ended."""
    rooms = WebsocketServer(auto_clean_rooms=False)
    async with rooms:
        config = uvicorn.Config(
            ASGIServer(rooms),
            host="127.0.0.1",
            port=port,
            log_level="warning",
            ws="websockets-sansio",
            ws_max_size=1 << 25,
        )
        await uvicorn.Server(config).serve()


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=__import__("uvloop").new_event_loop) as runner:
        runner.run(main(int(sys.argv[1])))
