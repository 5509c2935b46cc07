"""A workspace: all that the runtime has of one room, its feed, its application and its data.

SPEC: section PV. Made by ``rooms``; asked by ``http``.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import Any, Protocol, TypeVar

import structlog

from runtime.access import Access, access_of, filter_fits, grant_faults
from runtime.answers import Answers
from runtime.application import Application
from runtime.data.records import RecordChange
from runtime.data.room import RoomData
from runtime.errors import PreviewBusy, PreviewError
from runtime.expressions.checking import UNSETTLED, Checking
from runtime.feed import RoomFeed
from runtime.identity import Identity
from runtime.limits import ASK_ATTEMPTS_MAX, CHANGED_IDS_MAX, CHANGES_WINDOW_S
from runtime.metrics import Metrics
from runtime.parts import Fault
from runtime.tenants import Tenants
from runtime.tree import Tree
from runtime.workers import Workers

__all__ = ["Attached", "Workspace"]

T = TypeVar("T")
_log = structlog.get_logger()


class Attached(Protocol):
    """Who looks after the workflows of open rooms; see ``runtime.workflows.workflows``."""

    def attach(self, tenant: str, room: str, data: RoomData) -> None:
        """Look after a room; called again whenever its application has changed."""

    def detach(self, tenant: str, room: str) -> None:
        """Leave a room that is closed."""

    def faults(self, application: Application) -> Iterable[Fault]:
        """Return what is wrong with the expressions of the application's workflows."""


class Workspace:
    """The room *name* of *tenant*. ``feed`` is started and stopped by ``rooms``."""

    def __init__(
        self,
        tenant: str,
        name: str,
        tenants: Tenants,
        workers: Workers,
        follow: Callable[[Workspace], RoomFeed],
        metrics: Metrics,
        workflows: Attached | None,
        checking: Checking | None = None,
    ) -> None:
        self.tenant = tenant
        self.name = name
        self.used_at = time.monotonic()
        self.feed = follow(self)
        # What of the model did not go with the data when it was last migrated.
        self.faults: tuple[Fault, ...] = ()
        self._tenants = tenants
        self._workers = workers
        self._metrics = metrics
        self._workflows = workflows
        self._checking = checking
        self._data: RoomData | None = None
        self._failure = "the preview of this room is still starting"
        self._stop_listening: Callable[[], None] | None = None
        self._changes = _Changes(self.feed.tell)
        self._tree = Tree({})
        self.answers = Answers()
        self._rights: dict[tuple[bool, str], Access] = {}
        self._design_faults: tuple[Application, tuple[Fault, ...]] | None = None

    @property
    def data(self) -> RoomData:
        """The room's data; ``PreviewBusy`` (``preview_waiting``) while there is none."""
        if self._data is None:
            raise PreviewBusy(self._failure, code="preview_waiting")
        return self._data

    def tree(self) -> Tree:
        """Return the nodes that the viewers see, as a tree; may be called in any thread."""
        shown = self.feed.shown
        nodes = shown.application.nodes if shown is not None else {}
        tree = self._tree
        if tree.nodes is not nodes:
            tree = self._tree = Tree(nodes)
        return tree

    async def run(self, work: Callable[[], T]) -> T:
        """Return what *work* returns in one of the threads that this room shares."""
        self.used_at = time.monotonic()
        return await self._workers.run((self.tenant, self.name), work)

    def ask(self, identity: Identity, view_as: str, question: Callable[[RoomData, Access], T]) -> T:
        """Return what *question* finds, in this very thread.

        Rights and tables must be of one application: a field that came while the question was
        answered would be one that no right hides. Then it is asked again.
        """
        data = self.data
        for _ in range(ASK_ATTEMPTS_MAX):
            application = data.application
            answer = question(data, self.access(application, identity, view_as))
            if data.application is application:
                return answer
        raise PreviewBusy("the model is changing: try again in a moment")

    def access(self, application: Application, identity: Identity, view_as: str) -> Access:
        """Return the rights of *identity* on *application*, viewed as the role *view_as*."""
        key = (identity.role.may_write, view_as)
        access = self._rights.get(key)
        if access is None or access.application is not application:
            access = access_of(application, identity.role, view_as, self._fits(application))
            # One for each role there is: an unknown one has raised.
            self._rights[key] = access
            if len(self._rights) > 2 * (len(application.roles) + 1):
                self._rights = {key: access}
        return access

    def design_faults(self) -> tuple[Fault, ...]:
        """Return what of the model cannot be used, its expressions held against its types.

        They are looked at once for all revisions that change none of it; may be called in any
        thread, with data.
        """
        application = self.data.application
        known = self._design_faults
        if known is None or not _is_same_design(known[0], application):
            faults = tuple(self._expression_faults(application))
            known = (application, faults)
            if not any(fault.code in UNSETTLED for fault in faults):
                self._design_faults = known
        return (*application.faults, *self.faults, *known[1])

    def _expression_faults(self, application: Application) -> Iterator[Fault]:
        if self._checking is not None:
            yield from grant_faults(self._checking.of(application), application)
        if self._workflows is not None:
            yield from self._workflows.faults(application)

    def _fits(self, application: Application) -> Callable[[str, str], bool]:
        # Without an engine there is no data either, and nobody comes here.
        assert self._checking is not None
        return partial(filter_fits, self._checking.of(application))

    async def adopt(self, application: Application) -> None:
        """Migrate the data to *application*; a failure is logged and answered to who asks."""
        loop = asyncio.get_running_loop()

        def tell(changes: Sequence[RecordChange]) -> None:
            self.answers.forget()
            loop.call_soon_threadsafe(self._changes.add, changes)

        def work() -> None:
            data = self._data or self._tenants.room(self.tenant, self.name)
            started_at = time.perf_counter()
            adoption = data.adopt(application)
            self.faults = adoption.faults
            self.answers.forget()
            if adoption.statements:
                self._metrics.migrations.observe(time.perf_counter() - started_at)
            if self._stop_listening is None:
                self._stop_listening = data.listen(tell)
            self._data = data
            if self._workflows is not None:
                self._workflows.attach(self.tenant, self.name, data)

        try:
            await self._workers.run((self.tenant, self.name), work)
        except Exception as error:  # noqa: BLE001 Designing goes on, whatever became of the data.
            is_ours = not isinstance(error, PreviewError)
            reason = "the preview's log says why" if is_ours else str(error)
            self._failure = f"the data could not be made ready: {reason}"
            self._metrics.failed_migrations.inc()
            told = {"tenant": self.tenant, "room": self.name, "reason": str(error)}
            _log.error("preview.adopt", **told, exc_info=error if is_ours else None)

    async def stop(self) -> None:
        """Stop following the room; its data stays open, and workflows open the room again."""
        await self.feed.stop()
        if self._workflows is not None:
            self._workflows.detach(self.tenant, self.name)
        self._changes.stop()
        if self._stop_listening is not None:
            self._stop_listening()


def _is_same_design(one: Application, other: Application) -> bool:
    """Return whether both were compiled from the same data models, roles and workflows."""
    return (
        one.models is other.models
        and one.roles is other.roles
        and one.connectors is other.connectors
        and one.workflows is other.workflows
    )


class _Changes:
    """Gathers changed records for a moment, so that an import is one event and not thousands."""

    def __init__(self, tell: Callable[[str, dict[str, Any]], None]) -> None:
        self._tell = tell
        self._ids: dict[str, set[str]] = {}
        self._timer: asyncio.TimerHandle | None = None

    def add(self, changes: Sequence[RecordChange]) -> None:
        for change in changes:
            ids = self._ids.setdefault(change.model, set())
            if len(ids) <= CHANGED_IDS_MAX:
                ids.add(change.record)
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(CHANGES_WINDOW_S, self._flush)

    def stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()

    def _flush(self) -> None:
        self._timer = None
        ids, self._ids = self._ids, {}
        changes = {
            model: sorted(found) if len(found) <= CHANGED_IDS_MAX else None
            for model, found in ids.items()
        }
        self._tell("records", {"changes": changes})
