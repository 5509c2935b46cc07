"""Access: what a principal may do in a room, asked anew for everything that is done.

In an application room the member list decides, then who created it, then the roles in the tenant;
in a free room the roles in the tenant alone. A share link gives its room and nothing else. The
answers rest on what the store says of a room, which is kept until it changes; every change is told
here (``room_changed``), and then everybody in the room is judged again. SPEC: section TK. Called by
every route and socket.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from collab.auth.revocations import Revocations
from collab.auth.sessions import LiveSessions, Stay
from collab.auth.tokens import highest
from collab.errors import DesignRoomsError, NotAllowed, NotAuthenticated, NotFound, Refused
from collab.ids import RoomId, UserId
from collab.limits import ACCESS_ROOMS_MAX, EXPIRY_SWEEP_MS
from collab.messages import Principal, Role
from collab.ports import Clock, RoomRecord, ShareRecord, Store

__all__ = ["Access", "Verb"]

_RECONNECT: Final = 1012


class Verb(StrEnum):
    """What may be done in a room; the text completes "a viewer may not …"."""

    READ = "read this room"
    HISTORY = "read this room's history"
    LIST_MEMBERS = "see this room's members"
    EDIT = "edit this room"
    MANAGE = "manage who may come into this room"
    TRIM = "trim this room's history"
    BREAK = "break a lock in this room"
    DELETE = "delete this room"
    RESTORE = "restore this room"


_NEEDED: Final[Mapping[Verb, frozenset[Role]]] = {
    Verb.READ: frozenset(Role),
    Verb.HISTORY: frozenset({Role.OWNER, Role.EDITOR, Role.REVIEWER}),
    Verb.LIST_MEMBERS: frozenset({Role.OWNER, Role.EDITOR, Role.REVIEWER}),
    Verb.EDIT: frozenset({Role.OWNER, Role.EDITOR}),
    Verb.MANAGE: frozenset({Role.OWNER}),
    Verb.TRIM: frozenset({Role.OWNER}),
    Verb.BREAK: frozenset({Role.OWNER}),
    Verb.DELETE: frozenset({Role.OWNER}),
    Verb.RESTORE: frozenset({Role.OWNER}),
}
_LOCAL_VERBS: Final = frozenset(Verb) - {Verb.LIST_MEMBERS, Verb.MANAGE}


@dataclass(frozen=True, slots=True)
class _Facts:
    """What the store says of one room."""

    created_by: UserId
    members: Mapping[UserId, Role]
    shares: Mapping[str, ShareRecord]


class Access:
    """The judge of one server. ``start`` once the store is open, ``stop`` at the end.

    In local mode (*is_local*) everybody may do everything but share rooms with people, since there
    are no people to tell apart.
    """

    def __init__(
        self, store: Store, clock: Clock, revocations: Revocations, *, is_local: bool
    ) -> None:
        self.is_local = is_local
        self.sessions = LiveSessions()
        # Called with each room of which it has changed who may do what, or whether it is there.
        self.listeners: list[Callable[[RoomId], None]] = []
        self._store = store
        self._clock = clock
        self._revocations = revocations
        self._rooms: dict[RoomId, _Facts] = {}
        # Counts changes, so that what was read before one is not kept after it.
        self._changes = 0
        self._sweeper: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Read which tokens are revoked, and begin to end what has expired."""
        if not self.is_local:
            self._revocations.load(await self._store.revoked_tokens(), self._clock.now_ms())
            self._sweeper = asyncio.create_task(self._sweep(), name="expired tokens")

    async def stop(self) -> None:
        """Stop looking for what has expired."""
        if self._sweeper is not None:
            self._sweeper.cancel()
            with suppress(asyncio.CancelledError):
                await self._sweeper

    # --- questions ----------------------------------------------------------------------------

    async def role_in(self, principal: Principal, room_id: RoomId) -> Role:
        """Return the principal's role in a room that is in use.

        Raises ``NotFound``, ``NotAllowed`` for somebody without any role in it, and
        ``NotAuthenticated`` for a share link that was revoked. A free room that is not there yet
        is created by whoever may edit.
        """
        facts = await self._facts(room_id)
        return self._judge(principal, room_id, facts)

    async def require(self, principal: Principal, room_id: RoomId, verb: Verb) -> Role:
        """Return the principal's role in a room if it allows *verb*.

        Raises what ``role_in`` raises, ``NotAllowed`` (``auth_role``), and in local mode
        ``Refused`` (``auth_local_mode``) for members and shares. ``RESTORE`` is about a room in
        the trash, everything else about one in use.
        """
        if verb is Verb.RESTORE:
            facts = await self._read(room_id, deleted=True)
            role = self._judge(principal, room_id, facts)
        else:
            role = await self.role_in(principal, room_id)
        if self.is_local:
            if verb not in _LOCAL_VERBS:
                raise Refused(
                    "auth_local_mode",
                    "in local mode everybody may edit every room: set AUTH_SECRET to share rooms "
                    "with members and links",
                )
            return role
        if self.allows(principal, role, verb):
            return role
        raise NotAllowed(f"{_article(role)} {role} may not {verb}", code="auth_role")

    def allows(self, principal: Principal, role: Role, verb: Verb) -> bool:
        """Return whether *role*, which the principal has in a room, allows *verb* there."""
        if self.is_local:
            return verb in _LOCAL_VERBS
        return role in _NEEDED[verb] or (verb is Verb.HISTORY and _reads_history(principal))

    def require_create(self, principal: Principal) -> None:
        """Raise ``NotAllowed`` (``auth_role``) unless the principal may create rooms."""
        if principal.grant is not None or not any(role.may_edit for role in principal.roles):
            raise NotAllowed("owners and editors of the tenant may create rooms", code="auth_role")

    async def roles_in(
        self, principal: Principal, records: Iterable[RoomRecord]
    ) -> dict[RoomId, Role]:
        """Return the principal's role in each of *records* that they may know of.

        *records* are the tenant's, in use or in the trash.
        """
        if principal.grant is not None:
            mine = RoomId(principal.tenant, principal.grant.room)
            # One that is in the trash is not theirs to know of.
            with suppress(NotFound):
                if any(record.room == mine for record in records):
                    return {mine: await self.role_in(principal, mine)}
            return {}
        members: Mapping[RoomId, Role] = {}
        if not self.is_local:
            members = await self._store.memberships(principal.tenant, principal.user)
        roles = {}
        for record in records:
            role = members.get(record.room) or _own_role(principal, record.created_by)
            if role is not None and record.room.tenant == principal.tenant:
                roles[record.room] = role
        return roles

    # --- changes ------------------------------------------------------------------------------

    async def room_changed(self, room_id: RoomId) -> None:
        """Judge everybody in *room_id* again; call it after its members, shares or trash changed.

        Who has no role any more is closed for good (4403, a revoked link 4401, a deleted room
        4404), and who has another one with 1012, which brings them back with the new role.
        """
        self._changes += 1
        self._rooms.pop(room_id, None)
        facts = await self._facts(room_id)
        for stay in self.sessions.in_room(room_id):
            self._judge_again(stay, facts)
        for listener in self.listeners:
            listener(room_id)

    async def revoke_token(self, principal: Principal, token_id: str, expires_ms: int) -> None:
        """Refuse a token of the principal's tenant from now on, and close what it opened.

        An owner of the tenant may revoke every token, everybody else their own. Raises
        ``NotAllowed`` (``auth_role``), ``LimitExceeded`` and, in local mode, ``Refused``.
        """
        if self.is_local:
            raise Refused("auth_local_mode", "in local mode there are no tokens to revoke")
        is_own = token_id == principal.token_id
        if not is_own and (principal.grant is not None or Role.OWNER not in principal.roles):
            raise NotAllowed(
                "owners of the tenant may revoke other people's tokens", code="auth_role"
            )
        await self._store.revoke_token(principal.tenant, token_id, expires_ms)
        self._revocations.add(principal.tenant, token_id, expires_ms)
        self.sessions.end_token(
            principal.tenant,
            token_id,
            NotAuthenticated.close_code,
            "your token was revoked: sign in again",
        )

    def enter(self, stay: Stay) -> None:
        """Let a stay be found when its right to be there ends; ``sessions.leave`` when it is over.

        Nothing may be awaited between the question that let it in and this call.
        """
        self.sessions.enter(stay)

    # --- private ------------------------------------------------------------------------------

    def _judge(self, principal: Principal, room_id: RoomId, facts: _Facts | None) -> Role:
        missing = NotFound(f"there is no room {room_id.name!r}")
        if room_id.tenant != principal.tenant:
            raise missing
        self._revocations.check(principal)
        if principal.grant is not None:
            return self._judge_grant(principal, room_id, facts)
        if not room_id.is_application:
            role = highest(principal.roles)
            if role is not None and facts is None and not role.may_edit:
                raise missing
        elif facts is not None:
            role = facts.members.get(principal.user) or _own_role(principal, facts.created_by)
        elif principal.roles:
            raise missing
        else:
            role = None
        if role is None:
            # The same answer whether the room is there or not.
            raise NotAllowed("you have no role in this room", code="auth_room")
        return role

    def _judge_grant(self, principal: Principal, room_id: RoomId, facts: _Facts | None) -> Role:
        grant = principal.grant
        assert grant is not None
        if grant.room != room_id.name:
            raise NotAllowed("this token is for another room", code="auth_room")
        if facts is None:
            raise NotFound(f"there is no room {room_id.name!r}")
        if not grant.share:
            return grant.role
        share = facts.shares.get(grant.share)
        if share is None or share.revoked_ms is not None:
            raise NotAuthenticated("this link was revoked: ask for another", code="auth_revoked")
        if share.expires_ms <= self._clock.now_ms():
            raise NotAuthenticated("this link has expired: ask for another", code="auth_expired")
        return share.role

    def _judge_again(self, stay: Stay, facts: _Facts | None) -> None:
        if facts is None:
            self.sessions.end(stay, NotFound.close_code, "the room was deleted")
            return
        try:
            role = self._judge(stay.principal, stay.room, facts)
        except DesignRoomsError as error:
            self.sessions.end(stay, error.close_code, error.message)
            return
        if role is not stay.role:
            self.sessions.end(stay, _RECONNECT, f"your role in this room is {role} now")

    async def _facts(self, room_id: RoomId) -> _Facts | None:
        facts = self._rooms.get(room_id)
        if facts is not None:
            return facts
        while True:
            changes = self._changes
            facts = await self._read(room_id, deleted=False)
            if changes == self._changes:
                break
        if facts is not None:
            if len(self._rooms) >= ACCESS_ROOMS_MAX:
                self._rooms.clear()
            self._rooms[room_id] = facts
        return facts

    async def _read(self, room_id: RoomId, *, deleted: bool) -> _Facts | None:
        record = await self._store.room(room_id, deleted=deleted)
        if record is None:
            return None
        if self.is_local or not room_id.is_application:
            return _Facts(record.created_by, {}, {})
        members, shares = await asyncio.gather(
            self._store.members(room_id), self._store.shares(room_id)
        )
        return _Facts(record.created_by, members, {share.id: share for share in shares})

    async def _sweep(self) -> None:
        while True:
            next_ms = self.sessions.end_expired(
                self._clock.now_ms(),
                NotAuthenticated.close_code,
                "your token has expired: sign in again",
            )
            pause_ms = EXPIRY_SWEEP_MS
            if next_ms is not None:
                pause_ms = max(1, min(pause_ms, next_ms - self._clock.now_ms()))
            await asyncio.sleep(pause_ms / 1000)


def _own_role(principal: Principal, created_by: UserId) -> Role | None:
    if principal.user == created_by:
        return Role.OWNER
    return highest(principal.roles)


def _reads_history(principal: Principal) -> bool:
    return principal.grant is not None and principal.grant.reads_history


def _article(role: Role) -> str:
    return "an" if role in {Role.OWNER, Role.EDITOR} else "a"
