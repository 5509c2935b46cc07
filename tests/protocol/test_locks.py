"""Component locks on the wire, in the native and the Hocuspocus protocol."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import orjson
import pytest

from collab.ids import RevisionNo, UserId
from collab.limits import KEY_UTF16_MAX
from collab.lock_records import HeldLock, LockState, Waiter
from collab.messages import Lock, LockAction, LockAnswer, LocksChanged, LockStanding
from collab.protocol.adapter import Output
from collab.protocol.native import NativeAdapter
from tests.protocol.hocuspocus_session import PREFIX, ROOM, opened, stateless, synced
from tests.protocol.native_session import JOINED, assert_error, hello, pack, unpack, welcomed
from tests.protocol.wire import SESSION, principal, var_string

_ASKED: dict[str, Any] = {"type": "lock", "id": 7, "component": "größe", "action": "wait"}
_STATE = LockState(
    (HeldLock("größe", UserId("u"), "Änne", "#123456", RevisionNo(9), 1_000, 61_000),),
    (
        Waiter("größe", UserId("v"), "Ben", "#654321", 2_000, 602_000),
        Waiter("größe", UserId("w"), "Cy", "#abcdef", 3_000, 603_000),
    ),
)
_TOLD = {
    "locks": [
        {
            "component": "größe",
            "user": "u",
            "name": "Änne",
            "color": "#123456",
            "token": 9,
            "since": 1_000,
            "until": 61_000,
        }
    ],
    "waiting": [
        {
            "component": "größe",
            "user": user,
            "name": name,
            "color": color,
            "since": since,
            "position": position,
        }
        for user, name, color, since, position in (
            ("v", "Ben", "#654321", 2_000, 1),
            ("w", "Cy", "#abcdef", 3_000, 2),
        )
    ],
}
_ANSWERS: list[tuple[LockAnswer, dict[str, Any]]] = [
    (
        LockAnswer(7, RevisionNo(9), "ß", LockStanding.HELD, token=RevisionNo(4), until_ms=5),
        {"standing": "held", "token": 4, "until": 5},
    ),
    (
        LockAnswer(7, RevisionNo(9), "ß", LockStanding.QUEUED, until_ms=5, position=2),
        {"standing": "queued", "position": 2, "until": 5},
    ),
    (LockAnswer(7, RevisionNo(9), "ß", LockStanding.FREE), {"standing": "free"}),
    (
        LockAnswer(7, RevisionNo(9), "ß", LockStanding.REFUSED, code="c", reason="é", nodes=("n",)),
        {"standing": "refused", "code": "c", "reason": "é", "nodes": ["n"]},
    ),
]


def _say(**fields: Any) -> bytes:
    return PREFIX + b"\x05" + var_string(orjson.dumps(fields).decode())


@pytest.mark.parametrize("action", list(LockAction))
def test_asking(action: LockAction) -> None:
    """[NA18] [HP22] each action reaches the room, with the token where there is one."""
    asked = {**_ASKED, "action": str(action)}
    command = Lock(SESSION, 7, "größe", action)
    assert welcomed().receive(pack(**asked)).requests == [command]
    assert synced().receive(_say(**asked)).requests == [command]
    with_token = {**asked, "token": 12}
    command = replace(command, token=RevisionNo(12))
    assert welcomed().receive(pack(**with_token)).requests == [command]
    assert synced().receive(_say(**with_token)).requests == [command]


@pytest.mark.parametrize(
    "wrong",
    [
        {"component": ""},
        {"component": "x" * (KEY_UTF16_MAX + 1)},
        {"component": 3},
        {"action": "steal"},
        {"action": None},
        {"id": "7"},
        {"id": True},
        {"token": -1},
    ],
)
def test_malformed(wrong: dict[str, Any]) -> None:
    """[NA18] [HP22] it is refused by its form, at the bound of a component's id too."""
    asked = {**_ASKED, **wrong}
    assert_error(welcomed().receive(pack(**asked)), "protocol_field", 1002)
    output = synced().receive(_say(**asked))
    assert output.close is not None and output.close.code == 1002 and not output.requests
    longest = {**_ASKED, "component": "x" * KEY_UTF16_MAX}
    assert len(welcomed().receive(pack(**longest)).requests) == 1


def test_before_the_room_is_open() -> None:
    """[HP22] nothing can be asked of a room that is not open, nor of one by another name."""
    assert opened().receive(var_string("other") + _say(**_ASKED)[len(PREFIX) :]) == Output()
    adapter = NativeAdapter()
    assert_error(adapter.receive(pack(**_ASKED)), "protocol_order", 1002)


@pytest.mark.parametrize(("event", "fields"), _ANSWERS)
def test_answers(event: LockAnswer, fields: dict[str, Any]) -> None:
    """[NA18] [HP22] an answer has the fields of its standing, and no other."""
    told = {"type": "lock", "id": 7, "revision": 9, "component": "ß", **fields}
    (frame,) = welcomed().event("", event).frames
    assert unpack(frame) == told
    (frame,) = synced().event(ROOM, event).frames
    assert stateless(frame) == told


def test_pushes() -> None:
    """[NA19] [HP23] who holds and who waits is told with the names and the places."""
    event = LocksChanged(RevisionNo(9), _STATE)
    told = {"type": "locks", "revision": 9, **_TOLD}
    (frame,) = welcomed().event("", event).frames
    assert unpack(frame) == told
    (frame,) = synced().event(ROOM, event).frames
    assert stateless(frame) == told


def test_welcome() -> None:
    """[NA19] the welcome has it, of a resumed session too."""
    for joined in (JOINED, replace(JOINED, json=b"", is_resumed=True)):
        adapter = NativeAdapter()
        hello(adapter)
        adapter.opened("", SESSION, principal())
        (frame,) = adapter.event("", replace(joined, locks=_STATE)).frames
        fields = unpack(frame)
        assert {key: fields[key] for key in _TOLD} == _TOLD
