"""The check at the end of a run: every client's document equals the server's.

Edits have stopped; whatever is under way arrives, then a newcomer is given the document as the
server has it, and each replica is held against that. One that differs fails the run.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import gevent

from loadtests.replicas.channel import Lost
from loadtests.replicas.replica import Replica
from loadtests.replicas.yjs import YjsReplica

__all__ = ["Verdict", "compare", "verdict"]

_SETTLE_SECONDS_MAX = 60.0
_QUIET_SECONDS = 1.0


@dataclass
class Verdict:
    """What came of the check; ``faults`` says which client differs, and where first."""

    replicas: int = 0
    edits: int = 0
    rooms: set[str] = field(default_factory=set)
    faults: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        if self.faults:
            return f"{len(self.faults)} of {self.replicas} replicas are wrong"
        rooms = "1 room" if len(self.rooms) == 1 else f"{len(self.rooms)} rooms"
        return (
            f"all {self.replicas} replicas of {rooms} equal the server's after {self.edits} edits"
        )


def verdict(replicas: Iterable[Replica], base: str) -> Verdict:
    """Wait for *replicas* to settle and hold them against the server at *base*."""
    result = Verdict()
    everybody = list(replicas)
    reopened = [_reopen(replica) for replica in everybody]
    _settle(everybody)
    servers: dict[str, Any] = {}
    for replica, fault in zip(everybody, reopened, strict=True):
        result.replicas += 1
        result.edits += replica.edits
        result.rooms.add(replica.room)
        name = f"{replica.dialect} client of {replica.room}"
        if fault or replica.refused:
            result.faults.append(f"{name}: {fault or replica.refused[0]}")
            continue
        if not replica.is_settled:
            result.faults.append(f"{name}: an edit was never confirmed ({replica.lost})")
            continue
        if replica.room not in servers:
            servers[replica.room] = _newcomer(base, replica.room)
        difference = compare(servers[replica.room], replica.document())
        if difference:
            result.faults.append(f"{name}: {difference}")
    return result


def compare(server: Any, client: Any) -> str:
    """Return where the documents differ first, "" if they are equal as JSON."""
    if _canonical(server) == _canonical(client):
        return ""
    for key in sorted({*server, *client}):
        if _canonical(server.get(key)) != _canonical(client.get(key)):
            theirs, ours = _canonical(client.get(key))[:80], _canonical(server.get(key))[:80]
            return f"{key!r} is {theirs}, and {ours} on the server"
    return "the documents differ"


def _canonical(value: Any) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False)


def _reopen(replica: Replica) -> str:
    """Bring a client back that was away when the run ended; return why it cannot come."""
    if replica.lost is None:
        return ""
    try:
        replica.drop()
        replica.open()
    except Lost as error:
        return str(error)
    return ""


def _settle(replicas: list[Replica]) -> None:
    deadline = time.monotonic() + _SETTLE_SECONDS_MAX
    while time.monotonic() < deadline:
        newest = max((replica.heard_at for replica in replicas), default=0.0)
        is_quiet = time.monotonic() - newest > _QUIET_SECONDS
        if is_quiet and all(replica.is_settled or replica.lost for replica in replicas):
            return
        gevent.sleep(0.05)


def _newcomer(base: str, room: str) -> Any:
    replica = YjsReplica(base, room, lambda name, seconds: None)
    replica.open()
    try:
        return replica.document()
    finally:
        replica.drop()
