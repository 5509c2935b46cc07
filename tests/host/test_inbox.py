"""The inbox of a room: order, fairness, bounds, on its own and on a real server."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collab.host import inbox as inbox_module
from collab.host.bounds import Bounds
from collab.host.inbox import Inbox
from collab.ids import SessionId
from collab.limits import (
    INBOX_BYTES_MAX,
    INBOX_COMMANDS_MAX,
    INBOX_SESSION_BYTES_MAX,
    INBOX_SESSION_COMMANDS_MAX,
)
from collab.messages import Command, Fetch, HistoryLoaded, Leave, Proceed
from collab.stores.memory import MemoryStore
from tests.api.inside import InsideServer
from tests.api.native import Native
from tests.api.server import wait_until

_NAMES = ("ülrike", "anna", "😀")


def _fetch(session: str, number: int) -> Fetch:
    return Fetch(SessionId(session), number)


def _name_of(command: Command) -> str:
    assert isinstance(command, Fetch)
    return str(command.session)


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 2**32))
def test_each_session_in_order_and_all_in_turn(seed: int) -> None:
    """[HO16] any schedule: a session's commands in order, nobody waits more than a turn of all."""
    random = Random(seed)
    inbox, put = Inbox(), dict.fromkeys(_NAMES, 0)
    waiting: dict[str, deque[int]] = {name: deque() for name in _NAMES}
    passed = dict.fromkeys(_NAMES, 0)
    for _ in range(random.randrange(400)):
        # One floods, the others say something now and then.
        name = random.choices(_NAMES, weights=(8, 1, 1))[0]
        if random.random() < 0.6:
            inbox.put(_fetch(name, put[name]), random.randrange(100))
            waiting[name].append(put[name])
            put[name] += 1
        elif inbox:
            taken = inbox.take()
            assert isinstance(taken, Fetch)
            owner = _name_of(taken)
            assert taken.request == waiting[owner].popleft()
            for other in _NAMES:
                passed[other] = 0 if other == owner or not waiting[other] else passed[other] + 1
                assert passed[other] < len(_NAMES)
    assert len(inbox) == sum(map(len, waiting.values()))
    while inbox:
        taken = inbox.take()
        assert isinstance(taken, Fetch) and taken.request == waiting[_name_of(taken)].popleft()
    assert not any(waiting.values()) and inbox.has_space_for(_fetch("ülrike", 0))


def test_who_leaves_is_heard_to_the_end() -> None:
    """[HO16] a session's leaving stays behind what it said; the room's own commands have a turn."""
    inbox = Inbox()
    for number in range(3):
        inbox.put(_fetch("ülrike", number))
    inbox.put(Leave(SessionId("ülrike")))
    inbox.put(HistoryLoaded(()))
    inbox.put(Proceed())
    kinds = [type(inbox.take()).__name__ for _ in range(6)]
    assert kinds == ["Fetch", "HistoryLoaded", "Fetch", "Proceed", "Fetch", "Leave"]


def test_bounds_of_a_session() -> None:
    """[HO17] a session that has its share waiting meets the bound, and no other session does."""
    inbox = Inbox()
    for number in range(INBOX_SESSION_COMMANDS_MAX):
        assert inbox.has_space_for(_fetch("ülrike", number))
        inbox.put(_fetch("ülrike", number))
    assert not inbox.has_space_for(_fetch("ülrike", 0))
    assert inbox.has_space_for(_fetch("anna", 0))
    inbox.put(_fetch("anna", 0), INBOX_SESSION_BYTES_MAX - 1)
    assert inbox.has_space_for(_fetch("anna", 1))
    inbox.put(_fetch("anna", 1), 1)
    assert not inbox.has_space_for(_fetch("anna", 2)) and inbox.has_space_for(_fetch("😀", 0))
    inbox.take()
    assert inbox.has_space_for(_fetch("ülrike", 0))


@pytest.mark.parametrize(
    ("count", "size"), [(INBOX_COMMANDS_MAX, 0), (2, INBOX_BYTES_MAX // 2)], ids=["count", "bytes"]
)
def test_bounds_of_a_room(count: int, size: int) -> None:
    """[HO17] a full room has space for nobody until something was taken."""
    inbox = Inbox()
    for number in range(count):
        assert inbox.has_space_for(_fetch(f"{number}", 0))
        inbox.put(_fetch(f"{number}", 0), size)
    assert not inbox.has_space_for(_fetch("ülrike", 0))
    inbox.take()
    assert inbox.has_space_for(_fetch("ülrike", 0))


async def test_who_waits_comes_in_when_there_is_space(monkeypatch: pytest.MonkeyPatch) -> None:
    """[HO17] nothing is dropped: who met a bound is let in, first come first, as space comes."""
    monkeypatch.setattr(inbox_module, "INBOX_SESSION_COMMANDS_MAX", 2)
    inbox, order = Inbox(), []

    async def post(session: str, number: int) -> None:
        while not inbox.has_space_for(_fetch(session, number)):
            await inbox.space_for(_fetch(session, number))
        inbox.put(_fetch(session, number))

    posts = [asyncio.create_task(post("ülrike", number)) for number in range(7)]
    posts.append(asyncio.create_task(post("anna", 0)))
    await asyncio.sleep(0)
    assert len(inbox) == 3
    while inbox:
        taken = inbox.take()
        assert isinstance(taken, Fetch)
        order.append((_name_of(taken), taken.request))
        inbox.open_doors()
        await asyncio.sleep(0)
    await asyncio.wait_for(asyncio.gather(*posts), 1)
    assert order[1] == ("anna", 0)
    assert [number for name, number in order if name == "ülrike"] == list(range(7))


async def test_nobody_waits_for_a_room_that_ended() -> None:
    """[HO17] who waits for a room that takes nothing any more is let go."""
    inbox = Inbox()
    waiting = asyncio.create_task(inbox.space_for(_fetch("ülrike", 0)))
    await asyncio.sleep(0)
    inbox.let_everybody_go()
    await asyncio.wait_for(waiting, 1)


def test_a_flood_delays_nobody_else() -> None:
    """[HO16] while one session asks ten thousand times, another one's edit is acknowledged soon."""
    bounds = Bounds(session_changes_per_s=1_000_000, user_changes_per_s=1_000_000)
    with InsideServer(bounds=bounds) as server, Native(server, "flood/é") as author:
        assert author.answer(author.submit({}, 0, kind="create"))["type"] == "ack"
        with Native(server, "flood/é") as flood:
            # Malformed ops cost the room a refusal each, and the sender reads none of them yet.
            for number in range(10_000):
                flood.send(type="submit", seq=number + 1, base=1, op=[{"p": ["é"], "na": 1}])
            begin = time.perf_counter()
            assert author.edit("größe", 1)["type"] == "ack"
            seconds = time.perf_counter() - begin
            answered = sum(item["type"] == "refuse" for item in flood.seen)
            assert answered < 10_000 and seconds < 2


class _Held(MemoryStore):
    """A store whose appends wait until ``may_append``."""

    may_append = True

    async def append(self, room: Any, token: Any, revisions: Any) -> None:
        while not self.may_append:
            await asyncio.sleep(0.005)
        await super().append(room, token, revisions)


def test_a_slow_disk_stops_the_readers(monkeypatch: pytest.MonkeyPatch) -> None:
    """[HO18] beyond the bytes that may wait for the disk nothing is taken, and nothing is lost."""
    monkeypatch.setattr("collab.host.room_host.PENDING_BYTES_MAX", 100_000)
    store = _Held()
    with InsideServer(store) as server, Native(server, "slow/ö") as author:
        assert author.answer(author.submit({}, 0, kind="create"))["type"] == "ack"
        store.may_append = False
        seqs = [author.submit([{"p": [f"k{n}"], "oi": "é" * 10_000}], 1) for n in range(40)]
        (room,) = server.call(lambda: list(server.host))
        wait_until(lambda: server.call(lambda: room.room.pending_bytes) > 100_000, "the edits")
        # Of 40 edits of 20 KB about five are taken.
        assert server.call(lambda: room.room.head) <= 10
        store.may_append = True
        assert [author.answer(seq)["type"] for seq in seqs] == ["ack"] * 40
        assert server.call(lambda: room.room.pending_bytes) == 0
