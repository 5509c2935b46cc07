"""A group: the outlets of a room that are sent the same bytes.

A revision is encoded once for the group, whatever one turn brought is framed and joined once, and
every member's connection is handed the same block. So what a revision costs does not grow with the
room's audience; only the write to each socket does. SPEC: section FO. Called by ``audience``.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable

from collab.host.outlet import Outlet
from collab.ids import RevisionNo
from collab.messages import Dialect
from collab.revision import Revision

__all__ = ["Group", "by_key"]


def by_key(outlets: Iterable[Outlet]) -> list[list[Outlet]]:
    """Return *outlets* by what they are sent."""
    groups: dict[Hashable, list[Outlet]] = {}
    for outlet in outlets:
        groups.setdefault(outlet.key, []).append(outlet)
    return list(groups.values())


class Group:
    """*members*, at least one, of the same key; what waits for the turn's end waits here.

    A member that is told something of its own takes what waits before that, and so is ahead of the
    others until the turn ends.
    """

    def __init__(self, members: list[Outlet]) -> None:
        self.waiting_bytes = 0
        self._members = members
        self._ahead: dict[Outlet, int] = {}
        self._frames: list[bytes] = []
        self._last = RevisionNo(0)
        for member in members:
            member.group = self

    @property
    def dialect(self) -> Dialect:
        return self._members[0].dialect

    @property
    def channel(self) -> str:
        """The channel of every member."""
        return self._members[0].channel

    def push(self, revision: Revision) -> None:
        """Let *revision* go to everybody at the end of the turn."""
        first = self._members[0]
        frame = first.adapter.encode_revision(first.channel, revision)
        if frame is not None:
            self.add(frame)
        self._last = revision.number

    def add(self, frame: bytes) -> None:
        """Let *frame* go to everybody at the end of the turn."""
        self._frames.append(frame)
        self.waiting_bytes += len(frame)

    def take(self, member: Outlet) -> None:
        """Send *member* what waits, before something of its own."""
        if self._last > member.cursor:
            member.cursor = self._last
        rest = self._rest(member)
        if rest:
            member.connection.send_packed(member.connection.pack(rest))
            self.skip(member)

    def skip(self, member: Outlet) -> None:
        """*member* has been sent what waits, in another way."""
        if self._frames:
            self._ahead[member] = len(self._frames)

    def keep(self, member: Outlet) -> bool:
        """Let *member* go if it is here; False if nobody is left."""
        if member.group is self:
            self._members.remove(member)
            self._ahead.pop(member, None)
            member.group = None
        return bool(self._members)

    def flush(self) -> list[Outlet]:
        """Send everybody what waits; return those who lag, who are sent none of it."""
        lagging: list[Outlet] = []
        frames, last, ahead = self._frames, self._last, self._ahead
        block = self._members[0].connection.pack(frames)
        for member in self._members:
            # The question of ``lags``, asked here: for a large audience it is most of the work.
            if member.is_lagging or member.connection.buffered_bytes > member.bytes_max:
                member.is_lagging = True
                lagging.append(member)
                continue
            if last > member.cursor:
                member.cursor = last
            if member in ahead:
                rest = frames[ahead[member] :]
                if rest:
                    member.connection.send_packed(member.connection.pack(rest))
            elif block:
                member.connection.send_packed(block)
        self._frames, self._ahead, self.waiting_bytes = [], {}, 0
        return lagging

    def _rest(self, member: Outlet) -> list[bytes]:
        return self._frames[self._ahead.get(member, 0) :]
