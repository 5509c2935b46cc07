"""Admission: who may be in a presence channel.

A channel is a name, and a name with a dot in it may mean a document: ``{collection}.{document}`` is
where the clients of that document show their cursors, whoever chose the name. So whoever may not
read a document is kept out of every channel whose name can be read as its, with every dot taken for
the one that parts collection and document. All other channels are the tenant's, and closed to
guests, who have one room and nothing else. SPEC: section PN. Called by ``listening``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from collab.auth.access import Access, Verb
from collab.auth.sessions import Stay
from collab.errors import InvalidName, LimitExceeded, NotAllowed, NotFound
from collab.ids import RoomId, TenantId
from collab.limits import CHANNEL_NAME_DOTS_MAX
from collab.messages import Principal
from collab.ports import Store

__all__ = ["ROOMS_COLLECTION", "Admission", "room_of"]

# The collection whose documents are the application rooms.
ROOMS_COLLECTION = "rooms"


def room_of(tenant: TenantId, collection: str, document: str) -> RoomId:
    """Return the room that a ShareDB client means; ``InvalidName`` if there can be none."""
    if collection == ROOMS_COLLECTION:
        return RoomId.application(tenant, document)
    return RoomId.free(tenant, collection, document)


class Admission:
    """What one socket may hear of and speak in. *close* ends the socket when that changes."""

    def __init__(
        self,
        access: Access,
        store: Store,
        principal: Principal,
        close: Callable[[int, str], None],
    ) -> None:
        self._access = access
        self._store = store
        self._principal = principal
        self._close = close
        self._stays: dict[str, list[Stay]] = {}

    async def admit(self, channel: str) -> None:
        """Let the principal into *channel*, until ``release``.

        Raises what ``Access.require`` raises for each document that the name may mean,
        ``NotAllowed`` (``auth_room``) for a guest where it means another than theirs or none, and
        ``LimitExceeded`` (``limit_presence``) for a name with too many dots.
        """
        if channel in self._stays:
            return
        if channel.count(".") > CHANNEL_NAME_DOTS_MAX:
            raise LimitExceeded(
                f"the name of a presence channel may have {CHANNEL_NAME_DOTS_MAX} dots",
                code="limit_presence",
            )
        stays: list[Stay] = []
        try:
            for room in _rooms_meant(self._principal.tenant, channel):
                if await self._is_subject(room):
                    await self._enter(room, stays)
            if not stays and self._principal.grant is not None:
                raise NotAllowed("this link is for one room, not for channels", code="auth_room")
        except BaseException:
            self._end(stays)
            raise
        # Two requests of one socket may have waited for the same answer.
        self._end(self._stays.pop(channel, []))
        self._stays[channel] = stays

    def release(self, channel: str) -> None:
        """The socket is in *channel* no longer."""
        self._end(self._stays.pop(channel, []))

    def leave(self) -> None:
        """The socket is gone."""
        for channel in list(self._stays):
            self.release(channel)

    async def _is_subject(self, room: RoomId) -> bool:
        """Return whether the name can mean *room*; one that nobody can open is no document."""
        if room.is_application or self._principal.grant is None:
            return True
        # A guest is asked about no room but theirs, so whether there is one is asked first.
        return await self._store.room(room) is not None

    async def _enter(self, room: RoomId, stays: list[Stay]) -> None:
        try:
            role = await self._access.require(self._principal, room, Verb.READ)
        except NotFound:
            if room.is_application or self._principal.grant is not None:
                raise
            # A viewer of the tenant may read whatever comes to be under this name.
            return
        stay = Stay(self._principal, room, role, self._close)
        self._access.enter(stay)
        stays.append(stay)

    def _end(self, stays: list[Stay]) -> None:
        for stay in stays:
            self._access.sessions.leave(stay)


def _rooms_meant(tenant: TenantId, channel: str) -> Iterator[RoomId]:
    """Yield each room that *channel* names if one of its dots parts collection and document."""
    for position, character in enumerate(channel):
        collection, document = channel[:position], channel[position + 1 :]
        if character != "." or not collection or not document:
            continue
        try:
            yield room_of(tenant, collection, document)
        except InvalidName:
            # No room can have such a name, so there is nothing to keep anybody out of.
            continue
