"""Taking back over HTTP: revert a revision, undo and redo for a source of one's own.

For tools, and for OT clients whose protocol has no message for it, such as ShareDB's.
SPEC: section RG. Called by ``routes``.
"""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from collab.api.body import read_body, text_in
from collab.api.gate import Gate, Visit
from collab.api.problem import JsonResponse
from collab.auth.access import Verb
from collab.errors import InvalidValue, LimitExceeded, NotAllowed, NotFound, Refused
from collab.host.host import Host
from collab.host.room_host import RoomHost
from collab.host.service import revert, undo
from collab.ids import RevisionNo, SourceId
from collab.limits import INTEGER_MAX, SOURCE_BYTES_MAX
from collab.messages import Ack

__all__ = ["RevertRoutes"]


class RevertRoutes:
    """The handlers, with what they need."""

    def __init__(self, host: Host, gate: Gate) -> None:
        self._host = host
        self._gate = gate

    def all(self) -> list[Route]:
        """Return the routes, for application rooms and for free rooms."""
        return [
            Route(f"{room}/{name}", handler, methods=["POST"])
            for room in ("/api/rooms/{room}", "/api/free/{collection}/{document:path}")
            for name, handler in (
                ("revert", self.revert),
                ("undo", self.undo),
                ("redo", self.redo),
            )
        ]

    async def revert(self, request: Request) -> Response:
        """Take back one revision, whoever made it."""
        visit, room = await self._admit(request)
        revision = _revision_in(await read_body(request))
        try:
            ack = await revert(room, visit.principal, revision)
        except Refused as error:
            raise _clearer(error) from None
        return _answer(ack)

    async def undo(self, request: Request) -> Response:
        """Take back what a source of the caller's did last."""
        return await self._undo(request, is_redo=False)

    async def redo(self, request: Request) -> Response:
        """Do again what was undone last for a source of the caller's."""
        return await self._undo(request, is_redo=True)

    # --- private ------------------------------------------------------------------------------

    async def _undo(self, request: Request, *, is_redo: bool) -> Response:
        visit, room = await self._admit(request)
        source = _source_in(await read_body(request))
        try:
            ack = await undo(room, visit.principal, source, is_redo=is_redo)
        except Refused as error:
            raise _clearer(error) from None
        return _answer(ack)

    async def _admit(self, request: Request) -> tuple[Visit, RoomHost]:
        visit = await self._gate.admit(request, Verb.EDIT)
        # A free room is made by whoever comes first: not by somebody who takes something back.
        await self._gate.record(visit.room)
        return visit, await self._host.room(visit.room)


def _revision_in(body: dict[str, Any]) -> RevisionNo:
    value = body.get("revision")
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= INTEGER_MAX:
        raise InvalidValue("revert_revision", "revision is a whole number from 1", ("revision",))
    return RevisionNo(value)


def _source_in(body: dict[str, Any]) -> SourceId:
    source = text_in(body, "source", "undo_source")
    if len(source.encode()) > SOURCE_BYTES_MAX:
        raise LimitExceeded(f"a source has at most {SOURCE_BYTES_MAX} bytes", code="limit_source")
    return SourceId(source)


def _clearer(error: Refused) -> Refused | NotFound | NotAllowed:
    """Return *error* with the status that HTTP has for it; the code stays."""
    match error.code:
        case "revert_unknown":
            return NotFound(error.message, code=error.code)
        case "op_source_foreign":
            return NotAllowed(error.message, code=error.code)
        case _:
            return error


def _answer(ack: Ack) -> Response:
    conflicts = [list(path) for path in ack.conflicts]
    return JsonResponse({"revision": ack.revision, "conflicts": conflicts})
