"""Deliberate mistakes, each of which a history has to show.

Each is what a wrong program would do; ``make`` puts it in place, for one test.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import pytest

from collab.errors import AppendRefused
from collab.ids import FencingToken, RevisionNo, RoomId
from collab.messages import Ack, AwarenessChanged, Broadcast, Effect, Send
from collab.room.ledger import Ledger
from collab.room.outbox import Outbox
from collab.stores import memory

__all__ = ["MISTAKES"]


def _no_fencing(patch: pytest.MonkeyPatch) -> None:
    """The store takes every append that follows the last revision, whoever has claimed since."""
    refused = memory.append_refused

    def judge(room: RoomId, *, held: FencingToken, **options: Any) -> AppendRefused | None:
        return refused(room, **{**options, "held": held, "token": held})

    patch.setattr(memory, "append_refused", judge)


def _early(patch: pytest.MonkeyPatch, is_early: Callable[[Effect], bool]) -> None:
    """Let some effects leave before what they speak of is durable."""
    emit = Outbox.emit

    def emit_early(self: Outbox, effect: Effect, revision: RevisionNo) -> None:
        if is_early(effect):
            self._waiting.appendleft((RevisionNo(0), effect))
        else:
            emit(self, effect, revision)

    patch.setattr(Outbox, "emit", emit_early)


def _ack_before_append(patch: pytest.MonkeyPatch) -> None:
    _early(patch, lambda effect: isinstance(effect, Send) and isinstance(effect.event, Ack))


def _speculation(patch: pytest.MonkeyPatch) -> None:
    _early(
        patch,
        lambda effect: (
            isinstance(effect, Broadcast)
            or (isinstance(effect, Send) and not isinstance(effect.event, (Ack, AwarenessChanged)))
        ),
    )


def _no_dedupe(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Ledger, "duplicate", lambda self, source, seq, user: None)


MISTAKES: Final[dict[str, Callable[[pytest.MonkeyPatch], None]]] = {
    "fencing off": _no_fencing,
    "ack before append": _ack_before_append,
    "effects of the speculative head let out": _speculation,
    "dedupe off": _no_dedupe,
}
