"""Scenes: the Playwright scripts of this folder, started by a test, and who is in them."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeAlias

from collab.auth.tokens import Tokens
from collab.messages import Role
from collab.system import SystemClock
from tests.api.server import ROOT, Server

__all__ = [
    "PICTURES",
    "SECRET",
    "Lines",
    "environment",
    "import_sample",
    "play",
    "token",
    "told_by",
]

SECRET = "a secret of these tests, größer als nötig 😀"
PICTURES = os.environ.get("PICTURES", "")
"""The folder for screenshots, or empty for none."""

Lines: TypeAlias = Callable[[], Awaitable[dict[str, Any]]]

_SECONDS_MAX = 300
_LINE_SECONDS_MAX = 120
_TOKEN_MS = 600_000
_LINE_BYTES_MAX = 1 << 24


def play(scene: str, *arguments: str, **people: str) -> dict[str, Any]:
    """Return what a scene printed at its end; it fails with what the scene says.

    *people* are tokens by their owners' names, which the scene has in its environment.
    """
    finished = subprocess.run(
        _command(scene, arguments),
        env=environment(people),
        capture_output=True,
        text=True,
        timeout=_SECONDS_MAX,
        check=False,
    )
    assert finished.returncode == 0, finished.stderr
    found: dict[str, Any] = json.loads(finished.stdout)
    return found


@asynccontextmanager
async def told_by(scene: str, *arguments: str) -> AsyncIterator[Lines]:
    """Start a scene and give what waits for its next line, an object; end it afterwards."""
    browsers = await asyncio.create_subprocess_exec(
        *_command(scene, arguments), stdout=subprocess.PIPE, limit=_LINE_BYTES_MAX
    )
    assert browsers.stdout is not None
    output = browsers.stdout

    async def line() -> dict[str, Any]:
        told: dict[str, Any] = json.loads(
            await asyncio.wait_for(output.readline(), _LINE_SECONDS_MAX) or b"{}"
        )
        assert told, "the browsers failed: see above"
        return told

    try:
        yield line
    finally:
        if browsers.returncode is None:
            browsers.kill()
        await browsers.wait()


def environment(people: Mapping[str, str]) -> dict[str, str]:
    """Return the environment of a scene: tokens by their owners' names in capitals."""
    return {**os.environ, **{name.upper(): token for name, token in people.items()}}


def token(user: str, *roles: Role, name: str | None = None) -> str:
    """Return what signs *user* in, in the tenant of these tests; called *User é* without a name."""
    clock = SystemClock()
    return Tokens((SECRET.encode(),), clock).issue(
        user=user,
        name=name or f"{user.title()} é",
        tenant="zuerich",
        roles=roles,
        expires_ms=clock.now_ms() + _TOKEN_MS,
    )


def import_sample(server: Server, room: str, owner: str) -> None:
    """Make *room* of the order management, as whom the token *owner* says."""
    server.request(
        "POST",
        f"/api/rooms/{room}/import?create=true",
        content=(ROOT / "samples" / "order-management.json").read_bytes(),
        headers={"authorization": f"Bearer {owner}", "content-type": "application/json"},
    ).raise_for_status()


def _command(scene: str, arguments: tuple[str, ...]) -> list[str]:
    return ["node", str(Path(__file__).with_name(scene)), *arguments]
