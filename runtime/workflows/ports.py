"""What a run needs of the machinery that makes it durable. SPEC: section WF."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

__all__ = ["Journal"]


class Journal(Protocol):
    """What one run did, kept: after an interruption it is told again instead of done again."""

    @property
    def run(self) -> str:
        """The run's id."""

    def step(self, name: str, perform: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        """Return what *perform* returns, or what it returned in an earlier life of the run.

        A run that is interrupted within *perform* calls it again; so it has to be idempotent.
        Raises ``RunInterrupted`` when the process is to stop.
        """

    def wait(self, due_ms: int, at_most_ms: int) -> None:
        """Return at *due_ms* (Unix time), but after *at_most_ms* whatever the clock says.

        Raises ``RunInterrupted`` when the process is to stop.
        """
