"""One presence channel: who listens, what is shown, and what is still to be told of it.

A frame is made once for all who listen, and those who keep up are handed a turn's frames without
further questions: at a thousand people in one channel that is all that a presence costs.
SPEC: section PN. Called by ``channels``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

from collab.host.member import Member
from collab.ids import TenantId
from collab.limits import CATCH_UP_BYTES
from collab.protocol.sharedb_presence import Presence, encode_presence

__all__ = ["Channel", "Shown"]

# One presence in a channel: its id, and the connection that shows it.
_Key: TypeAlias = tuple[str, str]


@dataclass(slots=True)
class Shown:
    """What *member* shows; the frame is made once for all who come to listen."""

    presence: Presence
    member: Member
    _frame: bytes = b""

    @property
    def frame(self) -> bytes:
        self._frame = self._frame or encode_presence(self.presence)
        return self._frame


@dataclass(slots=True)
class Channel:
    """One channel: what is shown by id and source; ``changed`` waits for the end of the turn."""

    tenant: TenantId
    name: str
    listeners: dict[Member, None] = field(default_factory=dict)
    shown: dict[str, dict[str, Shown]] = field(default_factory=dict)
    changed: dict[_Key, tuple[Presence, ...]] = field(default_factory=dict)
    # Who asked everybody to say again what they show; empty if nobody did.
    askers: set[Member] = field(default_factory=set)
    recalled_ms: int = 0

    def of_id(self, identity: str) -> Iterable[Shown]:
        """Return what is shown under one id, which several connections of a user may use."""
        return self.shown.get(identity, {}).values()

    def all(self) -> Iterator[Shown]:
        """Yield everything that is shown."""
        for group in self.shown.values():
            yield from group.values()

    def note(self, presence: Presence) -> None:
        """Keep *presence* until ``flush``, in the place of an older one of the same key."""
        key = (presence.id, presence.source)
        self.changed[key] = _coalesce(self.changed.get(key, ()), presence)

    def flush(self) -> None:
        """Tell everybody who listens what was noted, but for their own."""
        changed, self.changed = self.changed, {}
        news = [
            _News((self.name, *key), encode_presence(presence), presence.value is None)
            for key, presences in changed.items()
            for presence in presences
        ]
        is_much = sum(len(item.frame) for item in news) > CATCH_UP_BYTES
        for listener in self.listeners:
            _tell_news(listener, news, is_much=is_much)


@dataclass(slots=True, frozen=True)
class _News:
    """One frame for all who listen; the key is channel, id and source."""

    key: tuple[str, str, str]
    frame: bytes
    is_end: bool


def _tell_news(listener: Member, news: list[_News], *, is_much: bool) -> None:
    """Tell *listener* what others show; of much it is asked in between whether it keeps up."""
    source = listener.source
    if listener.is_keeping_up and not is_much:
        send = listener.connection.send
        for item in news:
            if item.key[2] != source:
                send(item.frame)
        return
    for item in news:
        if item.key[2] != source:
            listener.tell(item.key, item.frame, is_end=item.is_end)


def _coalesce(waiting: tuple[Presence, ...], newest: Presence) -> tuple[Presence, ...]:
    """Return what is left to tell of one id: the newest, and before it an end, if one waits.

    After an end clients count anew, so a value that follows may have a smaller number.
    """
    if newest.value is not None and waiting and waiting[0].value is None:
        return (waiting[0], newest)
    return (newest,)
