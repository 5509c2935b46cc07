"""A socket of the forum without a network: what it was sent, in order."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from typing import Any

from collab.host.bounds import Bounds
from collab.host.member import Member
from collab.ids import TenantId, UserId
from collab.messages import Principal, Role

__all__ = ["Pipe", "member_of", "next_turn", "principal_of", "shown"]


class Pipe:
    """A connection whose peer takes everything, until ``is_stuck``."""

    def __init__(self) -> None:
        self.frames: list[dict[str, Any]] = []
        self.closed: tuple[int, str] | None = None
        self.is_stuck = False

    @property
    def buffered_bytes(self) -> int:
        return 1 << 30 if self.is_stuck else 0

    @property
    def is_closed(self) -> bool:
        return self.closed is not None

    def send(self, frame: bytes) -> None:
        self.frames.append(json.loads(frame))

    def send_parts(self, parts: Sequence[bytes]) -> None:
        self.send(b"".join(parts))

    def pack(self, frames: Sequence[bytes]) -> bytes:
        return b"\n".join(frames)

    def send_packed(self, block: bytes) -> None:
        for frame in block.splitlines():
            self.send(frame)

    def close(self, code: int, reason: str) -> None:
        self.closed = self.closed or (code, reason)

    def take(self) -> list[dict[str, Any]]:
        """Return what came since the last time."""
        taken = list(self.frames)
        self.frames.clear()
        return taken


def principal_of(user: str = "zoë", tenant: str = "zürich", role: Role = Role.EDITOR) -> Principal:
    return Principal(
        user=UserId(user),
        name=user,
        color="#336699",
        tenant=TenantId(tenant),
        role=role,
        roles=frozenset({role}),
    )


def member_of(
    source: str = "", *, user: str = "zoë", tenant: str = "zürich", bounds: Bounds | None = None
) -> tuple[Member, Pipe]:
    pipe = Pipe()
    member = Member(principal_of(user, tenant), pipe, pipe.close, bounds or Bounds())
    member.source = source
    return member, pipe


async def next_turn() -> None:
    """Let what waits for the end of this turn of the loop happen."""
    await asyncio.sleep(0)
    await asyncio.sleep(0)


def shown(frames: list[dict[str, Any]]) -> list[tuple[str, str, Any, int]]:
    """Return source, id, value and number of each presence that was told."""
    return [(f["src"], f["id"], f["p"], f["pv"]) for f in frames if f["a"] == "p"]
