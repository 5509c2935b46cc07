"""A deliberate fault must make the histories fail: what they cannot notice they do not prove."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from collab.crdt.bridge import Bridge
from collab.crdt.writing import write_op
from collab.errors import DesignRoomsError
from collab.messages import Ack, Effect, Send
from collab.room import commit, room
from collab.room.ledger import Ledger
from collab.room.outbox import Outbox
from collab.room.refusal import Verdict, judge
from tests.room.histories import run_history

_SEEDS = 12
_STEPS = 150


def _fails(kind: str) -> bool:
    """Whether one of a bounded number of histories notices."""
    for seed in range(_SEEDS):
        try:
            run_history(kind, seed, _STEPS)
        except (AssertionError, DesignRoomsError, KeyError, RuntimeError):
            return True
    return False


@pytest.mark.parametrize("kind", ["free", "application"])
def test_sound_room_passes(kind: str) -> None:
    """[BR1] the seeds below pass as long as nothing is broken."""
    run_history(kind, 0, _STEPS)


def test_telling_before_the_append(monkeypatch: pytest.MonkeyPatch) -> None:
    """[RM4] a room that tells before the store has it is noticed."""

    def drain(outbox: Outbox) -> list[Effect]:
        durable = outbox.durable
        if outbox._waiting:
            outbox.durable = outbox._waiting[-1][0]
        effects = drain_soundly(outbox)
        outbox.durable = durable
        return effects

    drain_soundly = Outbox.drain
    monkeypatch.setattr(Outbox, "drain", drain)
    assert _fails("free")


def test_acknowledging_before_the_append(monkeypatch: pytest.MonkeyPatch) -> None:
    """[RM4] a room whose acks alone come too early is noticed, because a crash takes the op."""

    def emit(outbox: Outbox, effect: Effect, revision: Any) -> None:
        is_ack = isinstance(effect, Send) and isinstance(effect.event, Ack)
        if is_ack:
            outbox._waiting.appendleft((outbox.durable, effect))
        else:
            emit_soundly(outbox, effect, revision)

    emit_soundly = Outbox.emit
    monkeypatch.setattr(Outbox, "emit", emit)
    assert _fails("free")


def test_forgetting_sources(monkeypatch: pytest.MonkeyPatch) -> None:
    """[RM6] a room that does not know what it committed already is noticed."""
    monkeypatch.setattr(Ledger, "duplicate", lambda *_: None)
    assert _fails("free")


def test_twin_left_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    """[BR1] a twin that is not told of an OT op is noticed."""

    def write(bridge: Bridge) -> bytes:
        assert bridge._reading is not None
        op, bridge._reading = bridge._reading.op, None
        real = bridge._real
        return real.transact(lambda: write_op(bridge._target(), op), is_recording=False).update

    monkeypatch.setattr(Bridge, "write", write)
    assert _fails("free")


def test_inverse_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """[RF1] a refused change that is not undone is noticed."""

    def forgiving(*arguments: Any) -> Verdict:
        verdict = judge(*arguments)
        return Verdict((), verdict.nodes, verdict.findings)

    monkeypatch.setattr(commit, "judge", forgiving)
    assert _fails("application")


def test_history_not_folded(monkeypatch: pytest.MonkeyPatch) -> None:
    """[CO2] an op that is logged otherwise than it was applied is noticed."""
    finish = commit.Committer._finish

    def forget(
        self: commit.Committer, revision: Any, op: Sequence[Any], decoded: Any = None
    ) -> bool:
        if len(op) > 1:
            op[0]["oi"] = "é"
        return finish(self, revision, op, decoded)

    monkeypatch.setattr(commit.Committer, "_finish", forget)
    assert _fails("free")


def test_dead_room_that_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """[RM7] a room that goes on after a refused append is noticed."""

    def dispatch(self: room.Room, command: Any, now_ms: int) -> None:
        dispatch_soundly(self, command, now_ms)
        self.is_dead = False
        self._effects = [item for item in self._effects if type(item).__name__ != "CloseAll"]

    dispatch_soundly = room.Room._dispatch
    monkeypatch.setattr(room.Room, "_dispatch", dispatch)
    assert _fails("free")
