"""Component locks at nodes that do not own the room, and when its owner is replaced."""

from __future__ import annotations

from dataclasses import dataclass, field

from collab.ids import SourceId
from collab.lock_records import LockDeed
from collab.messages import Event, Lock, LockAction, LockAnswer, LockStanding
from collab.model.registry import builtin
from collab.room.rules import ApplicationRules
from tests.room.clients import OtClient
from tests.room.sites import ClusterWorld


@dataclass
class _Locker(OtClient):
    """A client that keeps what it is told of its locks."""

    heard: list[LockAnswer] = field(default_factory=list)

    def on_event(self, event: Event) -> None:
        if isinstance(event, LockAnswer):
            self.heard.append(event)
        super().on_event(event)

    def ask(self, action: LockAction) -> None:
        assert self.session is not None
        number = len(self.heard) + 1
        self.world.feed(Lock(self.session, number, "application", action))


def _cluster() -> tuple[ClusterWorld, list[_Locker]]:
    """Return a room with änne at one node and ben at another; its owner is a third."""
    rules = ApplicationRules(builtin())
    world = ClusterWorld(5, rules=rules, is_application=True, count=2)
    people = []
    for site, name in zip(world.sites, ("änne", "ben"), strict=True):
        client = _Locker(site, name, source=SourceId(name))  # type: ignore[arg-type]
        world.add(client)
        people.append(client)
    world.drain()
    return world, people


def _holders(world: ClusterWorld) -> set[tuple[str, ...]]:
    """Return who holds what, as the owner and every replica have it."""
    heads = [world.room.committer, *(site.replica.committer for site in world.sites)]
    return {tuple(lock.user for lock in head.locks.state.held) for head in heads}


def test_at_a_replica() -> None:
    """[LK4] what is asked at any node is answered there, and every node has the same locks."""
    world, (anna, ben) = _cluster()
    anna.ask(LockAction.ACQUIRE)
    world.drain()
    assert [answer.standing for answer in anna.heard] == [LockStanding.HELD]
    assert _holders(world) == {("änne",)}
    ben.ask(LockAction.WAIT)
    world.drain()
    assert [answer.position for answer in ben.heard] == [1]
    anna.ask(LockAction.RELEASE)
    world.drain()
    assert _holders(world) == {("ben",)}


def test_the_owner_is_replaced() -> None:
    """[LK4] the next owner knows who holds and who waits; what was not answered is asked again."""
    world, (anna, ben) = _cluster()
    anna.ask(LockAction.ACQUIRE)
    for site in world.sites:
        while site.to_owner:
            site.deliver()
    world.store()
    world.crash()
    world.settle()
    assert [answer.standing for answer in anna.heard] == [LockStanding.HELD]
    token = anna.heard[0].token
    assert token is not None and _holders(world) == {("änne",)}
    steps = [item.deed for revision in world.revisions(0) for item in revision.locks]
    assert steps == [LockDeed.TAKE]
    ben.ask(LockAction.WAIT)
    world.drain()
    world.retire()
    world.settle()
    anna.ask(LockAction.RELEASE)
    world.drain()
    assert _holders(world) == {("ben",)}
    ben.ask(LockAction.ACQUIRE)
    world.drain()
    held = ben.heard[-1].token
    assert held is not None and held > token
