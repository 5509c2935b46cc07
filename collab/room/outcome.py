"""What came of a change, from whoever commits it to whoever tells of it. SPEC: section CO."""

from __future__ import annotations

from dataclasses import dataclass, field

from collab.messages import Event
from collab.revision import Revision

__all__ = ["Outcome"]


@dataclass(slots=True)
class Outcome:
    """What came of a change: a revision or none, and what its author is told after it."""

    revision: Revision | None = None
    events: list[Event] = field(default_factory=list)
    problems_changed: bool = False
