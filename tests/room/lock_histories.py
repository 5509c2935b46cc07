"""Histories of a room in which people and tools hold parts of the application.

Whether a change keeps to the locks is judged here by what the held parts look like before and
after it, not by the op: the room's own rule reads the op, so the two cannot share a mistake.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from collab.ids import RevisionNo
from collab.lock_records import HeldLock, LockDeed
from collab.locks.components import LockTable, fold_locks
from collab.messages import Lock, LockAction, LocksDue, Role
from collab.ot import json0
from collab.revision import ChangeKind, decode_revision, decode_snapshot, encode_snapshot
from tests.room.histories import Report, run_with
from tests.room.world import World

__all__ = ["LockReport", "run_locked_history"]


@dataclass
class LockReport:
    """What happened, so that a test can tell that something did."""

    history: Report
    deeds: dict[LockDeed, int]
    refusals: int


@dataclass
class _Watch:
    """Follows the log: the locks and the document after each durable revision."""

    table: LockTable = field(default_factory=LockTable)
    document: Any = field(default_factory=lambda: {"application": {}, "nodes": {}})
    read: int = 0
    requests: int = 0
    refusals: int = 0
    deeds: dict[LockDeed, int] = field(default_factory=dict)

    def after_step(self, world: World) -> None:
        self._act(world)
        self._follow(world)
        self._compare(world)
        self.refusals = sum(
            refusal.code == "lock_held" for client in world.everybody for refusal in client.refusals
        )

    def _act(self, world: World) -> None:
        rng = world.rng
        # From when she comes the next time.
        world.everybody[0].role = Role.OWNER
        if rng.random() < 0.1:
            world.time_ms += rng.randrange(40_000)
            world.feed(LocksDue(world.time_ms))
        client = rng.choice(world.everybody)
        if client.session is None or rng.random() < 0.6:
            return
        nodes = world.room.committer.document["nodes"]
        component = rng.choice([*sorted(nodes), "application", "nobody"])
        held = sorted(world.room.committer.locks.held)
        actions = [LockAction.WAIT] * 3 + [LockAction.ACQUIRE, LockAction.RENEW]
        if held and rng.random() < 0.4:
            component, actions = rng.choice(held), [*LockAction]
        self.requests += 1
        action = rng.choice(actions)
        world.feed(Lock(client.session, self.requests, component, action))

    def _follow(self, world: World) -> None:
        while self.read < len(world.log):
            record = world.log[self.read]
            self.read += 1
            revision = decode_revision(RevisionNo(self.read), record)
            before = {key: self._image(lock) for key, lock in self.table.held.items()}
            if revision.kind is ChangeKind.OP:
                self.document = json0.apply(self.document, revision.change)
            for key, lock in self.table.held.items():
                if lock.user != revision.author:
                    assert self._image(lock) == before[key], (self.read, lock)
            self.table.note(revision)
            for item in revision.locks:
                self.deeds[item.deed] = self.deeds.get(item.deed, 0) + 1
            self._check_apart()

    def _compare(self, world: World) -> None:
        """Assert that fold, table and snapshot are one, at the head that is not durable yet."""
        committer = world.room.committer
        ordered = committer.ledger.since(RevisionNo(len(world.log)))
        state = fold_locks(list(ordered), self.table.state)
        assert state == committer.locks.state
        if world.rng.random() < 0.05:
            snapshot = committer.snapshot()
            assert decode_snapshot(snapshot.revision, encode_snapshot(snapshot)).locks == state

    def _check_apart(self) -> None:
        held = list(self.table.held.values())
        for lock in held:
            steps = self._steps(lock.component)
            assert steps is not None, ("held in the Trash", lock)
            for other in held:
                assert other.user == lock.user or other.component not in steps, (lock, other)

    def _image(self, lock: HeldLock) -> Any:
        """Return all that *lock* keeps: the part with everything in it, and where it stands."""
        if lock.component == "application":
            return self.document["application"]
        nodes = self.document["nodes"]
        inside = {}
        for node in nodes:
            steps = self._steps(node)
            if steps is not None and lock.component in steps:
                inside[node] = nodes[node]
        return inside

    def _steps(self, node: str) -> list[str] | None:
        """Return *node* and all that it stands in; None for what is not in the application."""
        steps = [node]
        while steps[-1] != "application":
            place = self.document["nodes"].get(steps[-1], {}).get("place")
            if place is None:
                return None
            steps.append(place[0])
        return steps[:-1] or steps


def run_locked_history(seed: int, steps: int) -> LockReport:
    """Run a history of an application room with locks, and assert that they hold."""
    watch = _Watch()
    report = run_with(seed, steps, watch.after_step)
    return LockReport(report, watch.deeds, watch.refusals)
