"""A room with replicas on other nodes: the owner's world, and sites that are linked to it.

A link carries messages in order until it breaks, which loses everything that is on its way in both
directions; then the site is unbound, and bound anew later. Whenever the room is reopened all links
break. What the owner publishes may be dropped alone, too: the log has it.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from collab.ids import RevisionNo, SessionId
from collab.messages import (
    Ack,
    Answered,
    AwaitTurn,
    Bound,
    Broadcast,
    CatchUp,
    CloseSession,
    Command,
    Dialect,
    Effect,
    Expelled,
    Followed,
    Forward,
    HistoryLoaded,
    Join,
    Leave,
    LoadHistory,
    Proceed,
    Send,
    Unbound,
)
from collab.revision import Revision, decode_revision, encode_revision
from collab.room.replica import Replica
from collab.room.rules import RoomRules
from collab.values import marked_equal
from tests.room.world import World

if TYPE_CHECKING:
    import random

    from tests.room.clients import Client

__all__ = ["ClusterWorld", "Site", "step_links"]


@dataclass
class LinkReport:
    """How many answers came over a link: so that a history can tell that it tried something."""

    answers: int = 0
    catch_ups: int = 0
    breaks: int = 0


class Site:
    """One node with a replica of the world's room; for its clients it is the world."""

    def __init__(self, world: ClusterWorld, name: str) -> None:
        self.world = world
        self.name = name
        self.clients: dict[SessionId, Client] = {}
        # Whom the owner knows of this site, by ids of the owner's own, and the other way round.
        self.guests: dict[SessionId, SessionId] = {}
        self.is_bound = False
        self.to_owner: deque[Forward] = deque()
        self.from_owner: deque[Command] = deque()
        self._reads: deque[CatchUp | LoadHistory] = deque()
        self._inbox: deque[Command] = deque()
        self._is_feeding = False
        snapshot = world.snapshot()
        self.replica = Replica(
            rules=world.rules,
            is_application=world.is_application,
            snapshot=snapshot,
            tail=world.revisions(snapshot.revision),
            first_client=2**41,
            history_start=RevisionNo(0),
        )

    @property
    def rng(self) -> random.Random:
        return self.world.rng

    def next_number(self) -> int:
        return self.world.next_number()

    def host_of(self, guest: SessionId) -> SessionId:
        """Return the session that the owner knows as *guest*."""
        return next(session for session, other in self.guests.items() if other == guest)

    # --- the link -----------------------------------------------------------------------------

    def bind(self) -> None:
        """The owner takes commands from here on."""
        self.is_bound = True
        self.from_owner.append(Bound(self.world.room.durable))

    def unbind(self) -> None:
        """The link breaks, and with it goes what was on its way."""
        if not self.is_bound:
            return
        self.is_bound = False
        self.world.report.breaks += 1
        self.to_owner.clear()
        self.from_owner.clear()
        self.feed(Unbound())

    def deliver(self) -> None:
        """Let one message arrive at either end."""
        if self.from_owner and (not self.to_owner or self.rng.random() < 0.5):
            command = self.from_owner.popleft()
            if isinstance(command, Answered) and isinstance(command.event, Ack):
                self.world.report.answers += 1
            self.feed(command)
        elif self.to_owner:
            self.world.take(self, self.to_owner.popleft())

    def read_log(self) -> None:
        """Answer the oldest request for what the log has."""
        if not self._reads:
            return
        request = self._reads.popleft()
        if isinstance(request, LoadHistory):
            revisions = self.world.revisions(request.after, request.through)
            self.feed(HistoryLoaded(tuple(revisions)))
            return
        self.world.report.catch_ups += 1
        through = request.after + self.rng.choice([1, 20])
        chunk = self.world.revisions(request.after, through)
        is_end = through >= len(self.world.log)
        head = RevisionNo(request.after + len(chunk))
        self.feed(Followed(tuple(chunk), head, is_log_end=is_end))
        if not is_end:
            self._reads.appendleft(CatchUp(RevisionNo(through)))

    @property
    def is_quiet(self) -> bool:
        return not (self.to_owner or self.from_owner or self._reads)

    # --- the host -----------------------------------------------------------------------------

    def feed(self, command: Command) -> None:
        self._inbox.append(command)
        if self._is_feeding:
            return
        self._is_feeding = True
        while self._inbox:
            self.world.time_ms += 1
            for effect in self.replica.receive(self._inbox.popleft(), self.world.time_ms):
                self._perform(effect)
        self._is_feeding = False

    def _perform(self, effect: Effect) -> None:
        match effect:
            case Forward():
                assert self.is_bound
                self.to_owner.append(effect)
            case CatchUp() | LoadHistory():
                self._reads.append(effect)
            case Send():
                client = self.clients.get(effect.session)
                if client is not None:
                    client.on_event(effect.event)
            case Broadcast():
                assert effect.revision.number <= len(self.world.log), "told before it was durable"
                for session in effect.to:
                    if session in self.clients:
                        self.clients[session].on_revision(effect.revision)
            case CloseSession():
                client = self.clients.pop(effect.session, None)
                if client is not None:
                    client.disconnect()
                    client.connect()
            case AwaitTurn():
                self._inbox.append(Proceed())
            case _:
                pass

    def check(self) -> None:
        """Assert that document and Doc of the replica are one, and what the log says."""
        committer = self.replica.committer
        real, _ = committer.bridge.views()
        assert marked_equal(committer.document, real)
        assert committer.ledger.head <= len(self.world.log)
        if committer.ledger.head == len(self.world.log) == self.world.room.head:
            assert marked_equal(real, self.world.room.committer.document)


class ClusterWorld(World):
    """The owner's world with *count* sites beside it."""

    def __init__(
        self, seed: int, *, rules: RoomRules, is_application: bool, count: int, first_token: int = 1
    ) -> None:
        self.sites: list[Site] = []
        self.report = LinkReport()
        super().__init__(seed, rules=rules, is_application=is_application, first_token=first_token)
        self.sites = [Site(self, f"n{index}") for index in range(count)]

    def site_of(self, session: SessionId) -> Site | None:
        return next((site for site in self.sites if session in site.guests.values()), None)

    def take(self, site: Site, forward: Forward) -> None:
        """The owner gets what a site has forwarded."""
        command = forward.command
        guest = site.guests.get(command.session)
        if guest is None:
            if isinstance(command, Leave):
                return
            # Never the same twice: what an earlier guest was to be told may still come.
            guest = site.guests[command.session] = SessionId(f"guest{self.next_number()}")
            self.feed(Join(guest, forward.principal, Dialect.PEER))
        self.feed(replace(command, session=guest))
        if isinstance(command, Leave):
            del site.guests[command.session]

    def unbind(self, site: Site) -> None:
        """The link to *site* breaks; the owner lets its sessions go."""
        site.unbind()
        guests, site.guests = site.guests, {}
        for guest in guests.values():
            self.feed(Leave(guest))

    def _perform(self, effect: Effect) -> None:
        match effect:
            case Send():
                site = self.site_of(effect.session)
                if site is not None:
                    site.from_owner.append(Answered(site.host_of(effect.session), effect.event))
                    return
            case Broadcast():
                # As it comes over the wire.
                revision = _copied(effect.revision)
                for site in self.sites:
                    if site.is_bound and self.rng.random() < 0.95:
                        site.from_owner.append(Followed((revision,), revision.number))
            case CloseSession():
                site = self.site_of(effect.session)
                if site is not None:
                    session = site.host_of(effect.session)
                    del site.guests[session]
                    site.from_owner.append(
                        Expelled(session, effect.code, effect.reason, effect.error)
                    )
                    return
        super()._perform(effect)

    def _reopen(self) -> None:
        for site in self.sites:
            site.guests.clear()
            site.unbind()
        super()._reopen()

    def drain(self) -> None:
        """Let everything arrive that is on its way, at the sites too."""
        super().drain()
        while True:
            for site in self.sites:
                if not site.is_bound:
                    site.bind()
                site.from_owner.append(Followed((), self.room.durable))
                while not site.is_quiet:
                    site.deliver()
                    site.read_log()
            super().drain()
            if all(site.is_quiet for site in self.sites) and self.room.head == self.room.durable:
                return

    def check(self) -> None:
        super().check()
        for site in self.sites:
            site.check()

    def check_converged(self) -> None:
        super().check_converged()
        for site in self.sites:
            ledger = site.replica.committer.ledger
            assert ledger.head == len(self.log)
            assert ledger.marks == self.room.committer.ledger.marks
            assert ledger.clients == self.room.committer.ledger.clients
            assert site.replica.pending_bytes == 0


def _copied(revision: Revision) -> Revision:
    return decode_revision(revision.number, encode_revision(revision))


def step_links(world: ClusterWorld) -> None:
    """Let something happen to a link."""
    site = world.rng.choice(world.sites)
    choice = world.rng.random()
    if choice < 0.86:
        site.deliver()
    elif choice < 0.94:
        site.read_log()
    elif site.is_bound and choice < 0.97:
        world.unbind(site)
    elif not site.is_bound:
        site.bind()
