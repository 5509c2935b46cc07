"""Reads server-sent events as a browser does, one after the other."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

__all__ = ["events_of", "parse"]


def parse(block: str) -> tuple[str, Any]:
    """Return an event's name and data; a comment is ``("", None)``."""
    name, data = "", None
    for line in block.split("\n"):
        key, _, value = line.partition(": ")
        if key == "event":
            name = value
        elif key == "data":
            data = json.loads(value)
    return name, data


async def events_of(chunks: AsyncIterator[bytes]) -> AsyncIterator[tuple[str, Any]]:
    """Yield what *chunks* hold, comments and the preamble left out."""
    text = b""
    async for chunk in chunks:
        text += chunk
        while b"\n\n" in text:
            block, text = text.split(b"\n\n", 1)
            name, data = parse(block.decode())
            if name:
                yield name, data
