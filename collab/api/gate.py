"""The gate of the HTTP API: who asks, for which room, and whether they may.

Every handler that touches a room comes through ``admit``, so that none can forget to ask. The
tenant is the session's and nothing else's. SPEC: section RG. Called by the routes.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from starlette.requests import Request

from collab.api.requests import check_origin, principal_of, room_name_of
from collab.auth.access import Access, Verb
from collab.errors import NotFound
from collab.host.pace import Paces
from collab.ids import RoomId
from collab.messages import Principal
from collab.ports import Authenticator, RoomRecord, Store

__all__ = ["Gate", "Visit"]

_SAFE_METHODS = frozenset({"GET", "HEAD"})


@dataclass(frozen=True, slots=True)
class Visit:
    """Somebody who may do what they ask for in a room; the principal's role is that in the room."""

    principal: Principal
    room: RoomId


class Gate:
    """Judges requests by what *authenticator*, *access* and *paces* say."""

    def __init__(
        self, store: Store, authenticator: Authenticator, access: Access, paces: Paces
    ) -> None:
        self._store = store
        self._paces = paces
        self._authenticator = authenticator
        self._access = access

    def principal(self, request: Request) -> Principal:
        """Return who sent *request*.

        Raises ``NotAuthenticated`` or ``NotAllowed``, also for a change that a page of another
        origin asks for, and ``TooManyRequests`` for changes that come too fast.
        """
        if request.method in _SAFE_METHODS:
            return principal_of(self._authenticator, request)
        check_origin(request)
        principal = principal_of(self._authenticator, request)
        length = request.headers.get("content-length", "")
        self._paces.check_request(principal, int(length) if length.isdigit() else 0)
        return principal

    def room_id(self, request: Request, principal: Principal) -> RoomId:
        """Return the room that the address names; ``InvalidName``."""
        if "room" in request.path_params:
            return RoomId.application(principal.tenant, request.path_params["room"])
        return RoomId.parse(principal.tenant, room_name_of(request))

    async def admit(self, request: Request, verb: Verb) -> Visit:
        """Return who may do *verb* in the room of the address; raises what ``require`` raises."""
        principal = self.principal(request)
        room = self.room_id(request, principal)
        role = await self._access.require(principal, room, verb)
        return Visit(replace(principal, role=role), room)

    async def record(self, room: RoomId) -> RoomRecord:
        """Return the record of a room that is in use; ``NotFound``."""
        record = await self._store.room(room)
        if record is None:
            raise NotFound(f"there is no room {room.name!r}")
        return record
