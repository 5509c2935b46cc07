"""Revisions on their way to the viewers: in order, and never before the data is ready for them.

A revision that changes data models is shown after the tables were migrated, which takes as long as
it takes and happens in a thread; what is committed meanwhile queues up behind it. Everything else,
a label say, is shown at once. Migrations that queue up are done as one. SPEC: section PV. Called
by ``feed``.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from collab.ids import RevisionNo
from runtime.application import Application
from runtime.interpreter import Patch

__all__ = ["Deliveries", "Delivery", "has_same_parts"]


@dataclass(frozen=True, slots=True)
class Delivery:
    """A revision as it will be shown. Without a *patch* only the whole model will do.

    *time_ms* is when it was committed; None for a whole model, which is not news.
    """

    revision: RevisionNo
    document: Any
    application: Application
    patch: Patch | None = None
    time_ms: int | None = None


class Deliveries:
    """Shows deliveries by *show*, each after *adopt* if its application has other parts.

    *adopt* reports its own failures: what cannot be migrated is shown all the same, since people
    are designing it.
    """

    def __init__(
        self, adopt: Callable[[Application], Awaitable[None]], show: Callable[[Delivery], None]
    ) -> None:
        self._adopt = adopt
        self._show = show
        self._adopted: Application | None = None
        self._waiting: list[Delivery] = []
        self._worker: asyncio.Task[None] | None = None

    def add(self, delivery: Delivery) -> None:
        """Take the next delivery; it is shown before this returns if nothing stands before it."""
        if not self._waiting and self._is_adopted(delivery.application):
            self._show(delivery)
            return
        self._waiting.append(delivery)
        if self._worker is None:
            self._worker = asyncio.create_task(self._work(), name="adoption")

    async def stop(self) -> None:
        """Show nothing more; a migration that runs goes on to its end."""
        self._waiting.clear()
        if self._worker is not None:
            self._worker.cancel()
            await asyncio.gather(self._worker, return_exceptions=True)

    async def _work(self) -> None:
        while self._waiting:
            count, newest = len(self._waiting), self._waiting[-1].application
            if not self._is_adopted(newest):
                await self._adopt(newest)
                self._adopted = newest
            for delivery in self._waiting[:count]:
                self._show(delivery)
            del self._waiting[:count]
        self._worker = None

    def _is_adopted(self, application: Application) -> bool:
        return self._adopted is not None and has_same_parts(self._adopted, application)


def has_same_parts(one: Application, other: Application) -> bool:
    """Whether data, rights and workflows are the same in both; pages may differ.

    Parts that did not change keep their identity, so this costs next to nothing for a label.
    """
    return (
        one.models == other.models
        and one.roles == other.roles
        and one.workflows == other.workflows
        and one.connectors == other.connectors
    )
