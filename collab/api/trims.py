"""Trimming over HTTP: an owner lets a room forget its oldest revisions. SPEC: section RG.

Called by ``routes``.
"""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from collab.api.body import read_body
from collab.api.gate import Gate
from collab.api.problem import JsonResponse
from collab.auth.access import Verb
from collab.errors import InvalidValue
from collab.host.host import Host
from collab.ids import RevisionNo
from collab.limits import INTEGER_MAX

__all__ = ["TrimRoutes"]


class TrimRoutes:
    """The handlers, with what they need."""

    def __init__(self, host: Host, gate: Gate) -> None:
        self._host = host
        self._gate = gate

    def all(self) -> list[Route]:
        """Return the routes, for application rooms and for free rooms."""
        return [
            Route(f"{room}/trim", self.trim, methods=["POST"])
            for room in ("/api/rooms/{room}", "/api/free/{collection}/{document:path}")
        ]

    async def trim(self, request: Request) -> Response:
        """Forget the revisions up to the newest snapshot not above the one that is named."""
        visit = await self._gate.admit(request, Verb.TRIM)
        await self._gate.record(visit.room)
        before = (await read_body(request)).get("before")
        if isinstance(before, bool) or not isinstance(before, int):
            raise InvalidValue("trim_before", "before is the number of a revision", ("before",))
        if not 1 <= before <= INTEGER_MAX:
            raise InvalidValue("trim_before", "before is a whole number from 1", ("before",))
        start = await self._host.trim(visit.room, RevisionNo(before))
        return JsonResponse({"start": start})
