"""Component locks over HTTP: who holds what, taking and giving back, breaking.

For tools and for people who look; a session's own socket asks for the same. The user of the request
holds what it takes, whatever else of theirs is in the room. SPEC: section RG. Called by ``routes``.
"""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from collab.api.body import read_body, text_in
from collab.api.gate import Gate
from collab.api.problem import JsonResponse
from collab.auth.access import Verb
from collab.errors import InvalidValue
from collab.host.host import Host
from collab.host.service import lock
from collab.ids import RevisionNo
from collab.limits import INTEGER_MAX, KEY_UTF16_MAX
from collab.messages import LockAction, LockAnswer
from collab.protocol.lock_frames import answer_fields, state_fields
from collab.values import utf16_length

__all__ = ["LockRoutes"]


class LockRoutes:
    """The handlers, with what they need."""

    def __init__(self, host: Host, gate: Gate) -> None:
        self._host = host
        self._gate = gate

    def all(self) -> list[Route]:
        """Return the routes."""
        locks = "/api/rooms/{room}/locks"
        return [
            Route(locks, self.list, methods=["GET"]),
            Route(locks, self.ask, methods=["POST"]),
            Route(f"{locks}/{{component:path}}", self.break_, methods=["DELETE"]),
        ]

    async def list(self, request: Request) -> Response:
        """Say who holds and who waits for what."""
        room = await self._host.room((await self._gate.admit(request, Verb.READ)).room)
        revision, state = await room.read(lambda item: (item.head, item.committer.locks.state))
        return JsonResponse({"revision": revision, **state_fields(state)})

    async def ask(self, request: Request) -> Response:
        """Take, wait for, renew or give back a lock."""
        visit = await self._gate.admit(request, Verb.EDIT)
        body = await read_body(request)
        action = text_in(body, "action", "lock_action", LockAction.ACQUIRE)
        if action not in set(LockAction) - {LockAction.BREAK}:
            raise InvalidValue(
                "lock_action", "action is acquire, wait, renew or release", ("action",)
            )
        component = _checked(text_in(body, "component", "lock_component"))
        room = await self._host.room(visit.room)
        return _answer(await lock(room, visit.principal, component, LockAction(action)))

    async def break_(self, request: Request) -> Response:
        """Break a lock, with ``?lock=`` the one that has this token alone."""
        visit = await self._gate.admit(request, Verb.BREAK)
        component = _checked(request.path_params["component"])
        room = await self._host.room(visit.room)
        token = _token_of(request)
        return _answer(await lock(room, visit.principal, component, LockAction.BREAK, token))


def _checked(component: str) -> str:
    if not 0 < utf16_length(component) <= KEY_UTF16_MAX:
        raise InvalidValue("lock_component", "component is the id of an element", ("component",))
    return component


def _token_of(request: Request) -> RevisionNo | None:
    text = request.query_params.get("lock")
    if text is None:
        return None
    if not text.isascii() or not text.isdigit() or len(text) > 20 or int(text) > INTEGER_MAX:
        raise InvalidValue("lock_token", "lock is the token of a lock", ("lock",))
    return RevisionNo(int(text))


def _answer(event: LockAnswer) -> Response:
    fields: dict[str, Any] = answer_fields(event)
    return JsonResponse({key: value for key, value in fields.items() if key not in ("type", "id")})
