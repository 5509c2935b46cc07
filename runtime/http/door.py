"""The door: who comes in, to which room, and how what goes wrong is answered.

A handler gets a :class:`Call`: a room that is open to a person, whose rights are known. Everything
that touches data runs in a worker thread of the room. SPEC: sections AC and RS. Called by
``preview``.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Final, TypeVar
from urllib.parse import unquote

from starlette.requests import Request
from starlette.responses import Response

from runtime.access import Access
from runtime.data.records import Actor
from runtime.data.room import RoomData
from runtime.errors import PreviewDenied, PreviewError
from runtime.expressions.values import Value
from runtime.http.problems import on_error, on_unforeseen
from runtime.identity import IDENTITY_HEADER, Identities, Identity
from runtime.limits import DATA_PATIENCE_S, OPEN_TIMEOUT_S
from runtime.metrics import Metrics
from runtime.rooms import Rooms
from runtime.tree import Tree
from runtime.workspace import Workspace

__all__ = ["Call", "Door", "Endpoint", "Handler"]

T = TypeVar("T")
U = TypeVar("U")
Endpoint = Callable[[Request], Awaitable[Response]]
_VIEW_AS: Final = "x-view-as"


class Call:
    """One request of *identity* in *space*. ``view_as`` is the application's role, or empty."""

    def __init__(self, request: Request, identity: Identity, space: Workspace) -> None:
        self.request = request
        self.identity = identity
        self.space = space
        # Percent-encoded, since roles have names that no header can hold.
        self.view_as = unquote(request.headers.get(_VIEW_AS, ""))

    @property
    def actor(self) -> Actor:
        """Who is written down as the author of a change."""
        return Actor(self.identity.user, self.identity.name)

    @property
    def user(self) -> Mapping[str, Value]:
        """What expressions see as ``user``."""
        return {"id": self.identity.user, "name": self.identity.name, "role": self.view_as}

    @property
    def tree(self) -> Tree:
        """The nodes of the revision that the room's viewers see."""
        return self.space.tree()

    @property
    def revision(self) -> int:
        """The revision that the room's viewers see."""
        shown = self.space.feed.shown
        return 0 if shown is None else shown.revision

    def parameter(self, name: str) -> str:
        """Return a part of the path."""
        return str(self.request.path_params[name])

    async def ask(self, question: Callable[[RoomData, Access], T]) -> T:
        """Return what *question* finds in a worker thread; it may be asked more than once."""
        return await self.space.run(lambda: self.find(question))

    async def ask_again(
        self, question: Callable[[RoomData, Access], tuple[bytes, str]]
    ) -> tuple[bytes, str]:
        """Return the body and the tag that *question* finds for this very address.

        An answer that is the same for everybody and still good is taken instead.
        """
        answers = self.space.answers
        if self.view_as:
            return await self.ask(question)
        address = f"{self.request.scope['path']}?{self.request.scope['query_string'].decode()}"
        kept: tuple[bytes, str] | None = answers.find(address)
        if kept is not None:
            self.space.used_at = time.monotonic()
            return kept

        def work() -> tuple[bytes, str]:
            generation = answers.generation
            found = self.find(question)
            answers.keep(address, found, len(found[0]), generation)
            return found

        return await self.space.run(work)

    def find(self, question: Callable[[RoomData, Access], T]) -> T:
        """Return what *question* finds in this thread; it may be asked more than once."""
        return self.space.ask(self.identity, self.view_as, question)

    async def change(
        self,
        action: Callable[[RoomData, Access], T],
        question: Callable[[RoomData, Access, T], U],
    ) -> U:
        """Do *action* once, and return what *question* makes of its result, in a worker thread."""

        def work() -> U:
            data = self.space.data
            access = self.space.access(data.application, self.identity, self.view_as)
            result = action(data, access)
            return self.find(lambda data, access: question(data, access, result))

        return await self.space.run(work)

    def require_editor(self) -> None:
        """Raise ``PreviewDenied`` unless the person may edit this room."""
        if not self.identity.role.may_write:
            raise PreviewDenied(f"a {self.identity.role} of this room may only read")


Handler = Callable[[Call], Awaitable[Response]]


class Door:
    """Lets signed people into the rooms that they are signed for."""

    def __init__(self, rooms: Rooms, identities: Identities, metrics: Metrics) -> None:
        self._rooms = rooms
        self._identities = identities
        self._metrics = metrics

    def identify(self, request: Request) -> Identity:
        """Return who asks for the room in the path; raise ``PreviewDenied`` for anybody else."""
        return self._identities.read(
            request.headers.get(IDENTITY_HEADER), str(request.path_params["room"])
        )

    async def enter(self, request: Request, patience_s: float = OPEN_TIMEOUT_S) -> Call:
        """Return the call of somebody who may come in; raises ``PreviewError``."""
        identity = self.identify(request)
        space = await self._rooms.open(identity.tenant, identity.room, patience_s=patience_s)
        return Call(request, identity, space)

    def to(self, name: str, handlers: Mapping[str, Handler]) -> Endpoint:
        """Return the endpoint with these *handlers* by method, counted under *name*."""

        async def endpoint(request: Request) -> Response:
            started_at = time.perf_counter()
            try:
                call = await self.enter(request, DATA_PATIENCE_S)
                method = "GET" if request.method == "HEAD" else request.method
                response = await handlers[method](call)
            except PreviewError as error:
                response = await on_error(request, error)
            except Exception as error:  # noqa: BLE001 Our own bug is logged and answered as one.
                response = await on_unforeseen(request, error)
            self._metrics.requests.labels(name, f"{response.status_code // 100}xx").observe(
                time.perf_counter() - started_at
            )
            return response

        return endpoint
