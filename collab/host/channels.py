"""Presence channels: who shows what to whom, kept by name for each tenant and never stored.

Whoever listens to a channel is told what is shown there, first all of it and then each change. What
changes in one turn of the loop is told once, the newest of each, and to a reader that is too slow
when it has caught up. A presence lives as long as its connection: however that ends, what it showed
is taken away in every channel, whether it listened there or not, and whoever is silent for too long
is asked, then taken for gone. ``collab.host.admission`` says who may be in a channel.
SPEC: section PN. Called by ``listening``.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Final

from collab.errors import LimitExceeded, Refused
from collab.host.channel import Channel, Shown
from collab.host.member import Member
from collab.ids import RevisionNo, TenantId
from collab.limits import (
    CHANNELS_PER_SOCKET_MAX,
    PRESENCE_LIFE_MS,
    PRESENCE_RECALL_MS,
    PRESENCES_PER_CHANNEL_MAX,
    PRESENCES_PER_SOCKET_MAX,
)
from collab.ports import Clock
from collab.protocol.sharedb_presence import Presence, encode_recall

__all__ = ["Channels"]

# A connection that went is remembered for as long as a presence lives, at most so many of them.
_DEPARTED_MAX: Final = 10_000


class Channels:
    """The channels of one server. Lives on one event loop.

    *revision_of* returns the durable revision of an open document, by tenant, collection and name,
    or None; *life_ms* is how long a silent connection is believed in.
    """

    def __init__(
        self,
        clock: Clock,
        revision_of: Callable[[TenantId, str, str], RevisionNo | None],
        life_ms: int = PRESENCE_LIFE_MS,
    ) -> None:
        self._clock = clock
        self._revision_of = revision_of
        self._life_ms = life_ms
        self._channels: dict[tuple[TenantId, str], Channel] = {}
        self._members: dict[tuple[TenantId, str], dict[Member, None]] = {}
        self._departed: dict[tuple[TenantId, str], tuple[int, frozenset[str]]] = {}
        self._due: dict[tuple[TenantId, str], Channel] = {}
        self._sweep_timer: asyncio.TimerHandle | None = None

    def __len__(self) -> int:
        """The channels in which somebody is."""
        return len(self._channels)

    # --- coming and going ---------------------------------------------------------------------

    def introduce(self, member: Member, source: str) -> None:
        """A connection has said who it is; one that came back is asked for what it showed."""
        self._forget_source(member)
        member.source = source
        key = (member.tenant, source)
        self._members.setdefault(key, {})[member] = None
        _, names = self._departed.pop(key, (0, frozenset[str]()))
        for name in names:
            member.tell((name,), encode_recall(name))

    def heard(self, member: Member) -> None:
        """A message of *member* came, so what it shows is believed in for another while."""
        member.heard_ms = self._clock.now_ms()
        member.is_asked = False

    def leave(self, member: Member) -> None:
        """A connection is gone: take away all that it showed, and let nobody wait for it."""
        names = frozenset(member.shown)
        for name in member.listened | names:
            channel = self._channels[member.tenant, name]
            channel.listeners.pop(member, None)
            self._take_away(channel, member)
        member.listened.clear()
        self._forget_source(member)
        if names:
            self._note_departure(member, names)

    def check_room_for(self, member: Member, name: str) -> None:
        """Raise ``LimitExceeded`` (``limit_presence``) if *member* is in too many channels."""
        if name in member.listened or name in member.shown:
            return
        if len(member.listened | member.shown.keys()) >= CHANNELS_PER_SOCKET_MAX:
            raise _too_many(f"a socket may be in {CHANNELS_PER_SOCKET_MAX} presence channels")

    def is_in(self, member: Member, name: str) -> bool:
        """Return whether *member* listens to a channel or shows something there."""
        return name in member.listened or name in member.shown

    # --- what is shown ------------------------------------------------------------------------

    def listen(self, member: Member, name: str) -> None:
        """Tell *member* what is shown in a channel, and every change from now on."""
        channel = self._channel(member.tenant, name)
        if member in channel.listeners:
            return
        # What waits for the end of the turn is in what is shown already; told twice it is ignored.
        channel.listeners[member] = None
        member.listened.add(name)
        for shown in channel.all():
            presence = shown.presence
            if presence.source != member.source:
                member.tell((name, presence.id, presence.source), shown.frame)

    def ignore(self, member: Member, name: str) -> None:
        """Tell *member* no more of a channel."""
        channel = self._channels.get((member.tenant, name))
        if channel is not None and member in channel.listeners:
            del channel.listeners[member]
            member.listened.discard(name)
            self._close_if_empty(channel)

    def show(self, member: Member, presence: Presence) -> None:
        """Show *presence* to everybody who listens to its channel, but to *member*.

        An older one than is shown already is ignored. Raises ``LimitExceeded``
        (``limit_presence``) and ``Refused`` (``presence_id_taken``): an id belongs to the user who
        shows something under it, since clients tell presences apart by id alone, and a forged one
        with a high number would hide the real one.
        """
        if member.source != presence.source:
            # A client that never shook hands goes by the id that the server gave it.
            self.introduce(member, presence.source)
        address = (member.tenant, presence.channel)
        channel = self._channels.get(address) or Channel(*address)
        shown = channel.shown.get(presence.id, {}).get(presence.source)
        if shown is not None and presence.version < shown.presence.version:
            return
        if presence.value is None:
            if shown is not None:
                self._end(channel, shown, presence)
            return
        if shown is None or shown.member is not member:
            self._check_may_show(channel, member, presence.id)
        if shown is not None:
            # Perhaps of a connection that was replaced by this one, and lingers.
            self._forget(channel, shown)
        self._channels[address] = channel
        channel.shown.setdefault(presence.id, {})[presence.source] = Shown(presence, member)
        member.shown.setdefault(channel.name, set()).add(presence.id)
        self._spread(channel, presence)
        self._schedule_sweep()

    def recall(self, member: Member, name: str) -> None:
        """Ask everybody but *member* who shows something in a channel to say it again.

        However often it is asked for, it is passed on every ``PRESENCE_RECALL_MS``.
        """
        channel = self._channels.get((member.tenant, name))
        if channel is None:
            return
        if not channel.askers:
            pause_ms = channel.recalled_ms + PRESENCE_RECALL_MS - self._clock.now_ms()
            pause_ms = max(0, min(pause_ms, PRESENCE_RECALL_MS))
            loop = asyncio.get_running_loop()
            loop.call_later(pause_ms / 1000, self._pass_recall_on, channel)
        channel.askers.add(member)

    # --- private ------------------------------------------------------------------------------

    def _channel(self, tenant: TenantId, name: str) -> Channel:
        channel = self._channels.get((tenant, name))
        if channel is None:
            channel = self._channels[tenant, name] = Channel(tenant, name)
        return channel

    def _close_if_empty(self, channel: Channel) -> None:
        if not channel.listeners and not channel.shown:
            self._channels.pop((channel.tenant, channel.name), None)

    def _forget_source(self, member: Member) -> None:
        members = self._members.get((member.tenant, member.source), {})
        members.pop(member, None)
        if not members:
            self._members.pop((member.tenant, member.source), None)

    def _check_may_show(self, channel: Channel, member: Member, identity: str) -> None:
        for other in channel.of_id(identity):
            if other.member.principal.user != member.principal.user:
                raise Refused("presence_id_taken", "somebody else shows a presence under this id")
        if sum(map(len, member.shown.values())) >= PRESENCES_PER_SOCKET_MAX:
            raise _too_many(f"a socket may show {PRESENCES_PER_SOCKET_MAX} presences")
        if sum(map(len, channel.shown.values())) >= PRESENCES_PER_CHANNEL_MAX:
            raise _too_many(f"a channel may show {PRESENCES_PER_CHANNEL_MAX} presences")

    def _forget(self, channel: Channel, shown: Shown) -> None:
        presence, member = shown.presence, shown.member
        group = channel.shown[presence.id]
        del group[presence.source]
        if not group:
            del channel.shown[presence.id]
        if all(other.member is not member for other in group.values()):
            member.shown[channel.name].discard(presence.id)
        if not member.shown[channel.name]:
            del member.shown[channel.name]

    def _end(self, channel: Channel, shown: Shown, end: Presence) -> None:
        """Take away what is shown, and show again what it hid."""
        self._forget(channel, shown)
        self._spread(channel, end)
        for other in channel.of_id(end.id):
            # Clients have forgotten the id together with the numbers under it.
            self._spread(channel, other.presence)
        self._close_if_empty(channel)

    def _take_away(self, channel: Channel, member: Member) -> None:
        for identity in list(member.shown.get(channel.name, ())):
            for shown in list(channel.of_id(identity)):
                if shown.member is member:
                    self._end(channel, shown, self._end_of(shown.presence, channel.tenant))
        self._close_if_empty(channel)

    def _end_of(self, presence: Presence, tenant: TenantId) -> Presence:
        """Return what says that *presence* is over.

        In a document it is of the newest revision, since clients wait with an older one until they
        know what happened in between, which for somebody who went nobody will tell them.
        """
        place = presence.place
        if place is not None:
            revision = self._revision_of(tenant, place.collection, place.document)
            if revision is not None:
                place = replace(place, revision=revision)
        return replace(presence, version=presence.version + 1, value=None, place=place)

    def _spread(self, channel: Channel, presence: Presence) -> None:
        if not channel.listeners:
            return
        channel.note(presence)
        if not self._due:
            asyncio.get_running_loop().call_soon(self._flush)
        self._due[channel.tenant, channel.name] = channel

    def _flush(self) -> None:
        due, self._due = self._due, {}
        for channel in due.values():
            channel.flush()

    def _pass_recall_on(self, channel: Channel) -> None:
        askers, channel.askers = channel.askers, set()
        channel.recalled_ms = self._clock.now_ms()
        frame = encode_recall(channel.name)
        # With several askers each is asked too: the others wait for what it shows.
        spared = askers if len(askers) == 1 else set()
        for member in {shown.member: None for shown in channel.all()}:
            if member not in spared:
                member.tell((channel.name,), frame)

    def _note_departure(self, member: Member, names: Iterable[str]) -> None:
        key = (member.tenant, member.source)
        if key in self._members:
            # It is back already: this was its old connection, which took long to end.
            for other in self._members[key]:
                for name in names:
                    other.tell((name,), encode_recall(name))
            return
        while len(self._departed) >= _DEPARTED_MAX:
            del self._departed[next(iter(self._departed))]
        self._departed[key] = (self._clock.now_ms(), frozenset(names))
        self._schedule_sweep()

    # --- the silent ---------------------------------------------------------------------------

    def _schedule_sweep(self) -> None:
        if self._sweep_timer is None:
            loop = asyncio.get_running_loop()
            self._sweep_timer = loop.call_later(self._life_ms / 4000, self._sweep)

    def _sweep(self) -> None:
        """Ask whoever has been silent for half a life, and take away what the dead showed."""
        self._sweep_timer = None
        now_ms = self._clock.now_ms()
        for member in self._showing():
            silent_ms = now_ms - member.heard_ms
            if silent_ms >= self._life_ms:
                for name in list(member.shown):
                    self._take_away(self._channels[member.tenant, name], member)
            elif silent_ms >= self._life_ms // 2 and not member.is_asked:
                member.is_asked = True
                for name in member.shown:
                    member.tell((name,), encode_recall(name))
        for key, (departed_ms, _) in list(self._departed.items()):
            if now_ms - departed_ms < self._life_ms:
                break
            del self._departed[key]
        if self._departed or self._showing():
            self._schedule_sweep()

    def _showing(self) -> list[Member]:
        members = (member for group in self._members.values() for member in group)
        return [member for member in members if member.shown]


def _too_many(reason: str) -> LimitExceeded:
    return LimitExceeded(reason, code="limit_presence")
