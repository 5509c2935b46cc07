"""Presence channels without sockets, on a clock that the test moves. SPEC: section PN."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from collab.errors import LimitExceeded, Refused
from collab.host import channels as channels_module
from collab.host.bounds import Bounds
from collab.host.channels import Channels
from collab.host.member import Member
from collab.ids import RevisionNo, TenantId
from collab.limits import PRESENCE_RECALL_MS
from collab.protocol.sharedb_presence import Place, Presence
from tests.host.forum_pipe import Pipe, member_of, next_turn, shown

_CHANNEL = "größe"


class _Clock:
    def __init__(self) -> None:
        self.time_ms = 1_000_000

    def now_ms(self) -> int:
        return self.time_ms


class _World:
    """Channels, and members that have introduced themselves."""

    def __init__(self, life_ms: int = 60_000) -> None:
        self.clock = _Clock()
        self.revisions: dict[tuple[str, str], int] = {}
        self.channels = Channels(self.clock, self._revision_of, life_ms)

    def _revision_of(self, tenant: TenantId, collection: str, document: str) -> RevisionNo | None:
        revision = self.revisions.get((collection, document))
        return None if revision is None else RevisionNo(revision)

    def join(self, source: str, *, is_listening: bool = True, **who: Any) -> tuple[Member, Pipe]:
        member, pipe = member_of(**who)
        self.channels.introduce(member, source)
        self.channels.heard(member)
        if is_listening:
            self.channels.listen(member, _CHANNEL)
        return member, pipe

    def show(self, member: Member, value: Any, version: int = 1, identity: str = "zoë") -> None:
        self.channels.show(member, Presence(_CHANNEL, member.source, identity, version, value))


async def test_what_is_shown_is_told() -> None:
    """[PN1] to everybody who listens but the sender, whose acknowledgement the answer is."""
    world = _World()
    anna, annas = world.join("a")
    _, boriss = world.join("b")
    world.show(anna, {"x": "é"})
    await next_turn()
    assert shown(boriss.take()) == [("a", "zoë", {"x": "é"}, 1)]
    assert annas.take() == []


async def test_who_comes_later_is_told_what_is_shown() -> None:
    """[PN2] all of it, once; and no more after ceasing to listen."""
    world = _World()
    anna, _ = world.join("a", is_listening=False)
    world.show(anna, 1)
    world.show(anna, 2, identity="ü")
    boris, boriss = world.join("b")
    await next_turn()
    assert shown(boriss.take()) == [("a", "zoë", 1, 1), ("a", "ü", 2, 1)]
    world.channels.listen(boris, _CHANNEL)
    assert boriss.take() == []
    world.channels.ignore(boris, _CHANNEL)
    world.show(anna, 3, 2)
    await next_turn()
    assert boriss.take() == []
    world.channels.ignore(boris, _CHANNEL)
    assert len(world.channels) == 1


async def test_the_highest_number_counts() -> None:
    """[PN3] what is older is told nobody; the same number again is as good."""
    world = _World()
    anna, _ = world.join("a")
    _, boriss = world.join("b")
    for version, value in ((5, "new"), (4, "old"), (5, "néw")):
        world.show(anna, value, version)
        await next_turn()
    assert shown(boriss.take()) == [("a", "zoë", "new", 5), ("a", "zoë", "néw", 5)]


async def test_null_takes_it_away() -> None:
    """[PN4] and an empty channel is forgotten; what is not shown cannot be taken away."""
    world = _World()
    anna, _ = world.join("a", is_listening=False)
    boris, boriss = world.join("b")
    world.show(anna, None, 9)
    world.show(anna, 1, 3)
    await next_turn()
    world.show(anna, None, 4)
    await next_turn()
    assert shown(boriss.take()) == [("a", "zoë", 1, 3), ("a", "zoë", None, 4)]
    assert anna.shown == {}
    world.channels.leave(boris)
    assert len(world.channels) == 0


async def test_it_goes_with_its_connection() -> None:
    """[PN5] in every channel, one in which its sender only showed something included."""
    world = _World()
    anna, _ = world.join("a", is_listening=False)
    boris, boriss = world.join("b")
    world.channels.listen(boris, "other é")
    world.show(anna, 1, 7)
    world.channels.show(anna, Presence("other é", "a", "y", 2, "é"))
    await next_turn()
    boriss.take()
    world.channels.leave(anna)
    await next_turn()
    assert sorted(shown(boriss.take())) == [("a", "y", None, 3), ("a", "zoë", None, 8)]
    world.channels.leave(anna)
    world.channels.leave(boris)
    assert len(world.channels) == 0


async def test_the_silent_are_asked_and_then_taken_for_gone() -> None:
    """[PN6] at half of a life they are asked, and only who says nothing is taken away."""
    world = _World(life_ms=400)
    idle, idles = world.join("a")
    dead, deads = world.join("d", is_listening=False)
    _, watchers = world.join("w")
    world.show(idle, "idle")
    world.show(dead, "dead", identity="tot")
    await next_turn()
    watchers.take()
    world.clock.time_ms += 200
    await _until(lambda: {"a": "pr", "ch": _CHANNEL} in idles.frames)
    assert deads.take() == [{"a": "pr", "ch": _CHANNEL}]
    # What an unmodified client does when it is asked.
    world.channels.heard(idle)
    world.show(idle, "idle", 2)
    world.clock.time_ms += 200
    await _until(lambda: ("d", "tot", None, 2) in shown(watchers.frames))
    assert ("a", "zoë", "idle", 2) in shown(watchers.frames)
    assert idle.shown == {_CHANNEL: {"zoë"}}
    assert dead.shown == {}
    # It was only silent: what it shows again is shown.
    world.channels.heard(dead)
    world.show(dead, "alive", 3, identity="tot")
    await next_turn()
    assert shown(watchers.take())[-1] == ("d", "tot", "alive", 3)


async def test_everybody_is_asked_once() -> None:
    """[PN7] however many ask; who asks is not asked, and who listens only has nothing to say."""
    world = _World()
    anna, annas = world.join("a", is_listening=False)
    boris, boriss = world.join("b")
    carla, carlas = world.join("c")
    world.show(anna, 1)
    world.show(boris, 2, identity="b")
    await next_turn()
    for pipe in (annas, boriss, carlas):
        pipe.take()
    for _ in range(5):
        world.channels.recall(boris, _CHANNEL)
    await _until(lambda: annas.frames != [])
    assert annas.take() == [{"a": "pr", "ch": _CHANNEL}]
    assert boriss.take() == carlas.take() == []
    for asker in (boris, carla, boris):
        world.channels.recall(asker, _CHANNEL)
    await next_turn()
    assert annas.take() == [], "too soon after the last time"
    world.clock.time_ms += PRESENCE_RECALL_MS
    await _until(lambda: annas.frames != [])
    assert annas.take() == boriss.take() == [{"a": "pr", "ch": _CHANNEL}]
    world.channels.recall(carla, "nobody is in it")


async def test_a_connection_that_comes_back_is_asked() -> None:
    """[PN8] for what it showed, in each channel, although it listens to none of them."""
    world = _World()
    anna, _ = world.join("a", is_listening=False)
    world.show(anna, 1)
    world.channels.leave(anna)
    _, stranger = world.join("other", is_listening=False)
    _, elsewhere = world.join("a", is_listening=False, tenant="bern")
    assert stranger.take() == elsewhere.take() == []
    _, back = world.join("a", is_listening=False)
    assert back.take() == [{"a": "pr", "ch": _CHANNEL}]
    _, again = world.join("a", is_listening=False)
    assert again.take() == []


async def test_an_old_connection_ends_late() -> None:
    """[PN8] what the new one shows stays; for what only the old one showed the new one is asked."""
    world = _World()
    _, boriss = world.join("b")
    old, _ = world.join("a", is_listening=False)
    world.show(old, "old", 3)
    world.show(old, "left", 3, identity="ü")
    new, news = world.join("a", is_listening=False)
    world.show(new, "néw", 4)
    await next_turn()
    boriss.take()
    world.channels.leave(old)
    await next_turn()
    assert shown(boriss.take()) == [("a", "ü", None, 4)]
    assert news.take() == [{"a": "pr", "ch": _CHANNEL}]
    assert new.shown == {_CHANNEL: {"zoë"}}


async def test_an_id_belongs_to_its_user() -> None:
    """[PN9] another user's is refused while it is shown, and free when it is not."""
    world = _World()
    anna, _ = world.join("a", user="anna")
    mallory, _ = world.join("m", user="mallory")
    world.show(anna, "anna é")
    with pytest.raises(Refused) as caught:
        world.show(mallory, "forged", 10_000)
    assert caught.value.code == "presence_id_taken"
    assert mallory.shown == {}
    world.channels.leave(anna)
    world.show(mallory, "free")
    assert mallory.shown == {_CHANNEL: {"zoë"}}


async def test_what_was_hidden_is_told_again() -> None:
    """[PN10] two pages of one user under one id: the end of one does not hide the other."""
    world = _World()
    first, _ = world.join("a")
    second, _ = world.join("b")
    _, watchers = world.join("w")
    world.show(first, "first", 20)
    world.show(second, "sécond", 1)
    await next_turn()
    watchers.take()
    world.channels.leave(first)
    await next_turn()
    assert shown(watchers.take()) == [("a", "zoë", None, 21), ("b", "zoë", "sécond", 1)]


async def test_one_turn_tells_the_newest() -> None:
    """[PN11] of each id; an end stays before what follows, which may count from 0 again."""
    world = _World()
    anna, _ = world.join("a")
    _, watchers = world.join("w")
    for version in range(1, 50):
        world.show(anna, version, version)
        world.show(anna, -version, version, identity="ü")
    await next_turn()
    assert shown(watchers.take()) == [("a", "zoë", 49, 49), ("a", "ü", -49, 49)]
    world.show(anna, "last", 60)
    world.show(anna, None, 61)
    world.show(anna, "first", 0)
    world.show(anna, "sécond", 1)
    await next_turn()
    assert shown(watchers.take()) == [("a", "zoë", None, 61), ("a", "zoë", "sécond", 1)]


async def test_a_slow_reader_is_told_the_newest() -> None:
    """[PN12] when it has drained, ends included; nobody else waits for it."""
    world = _World()
    anna, _ = world.join("a")
    _, slows = world.join("s")
    _, fasts = world.join("f")
    slows.is_stuck = True
    for version in (1, 2, 3):
        world.show(anna, version, version)
        world.show(anna, "é", version, identity="ü")
        await next_turn()
    world.show(anna, None, 4)
    await next_turn()
    world.show(anna, "again", 0)
    await next_turn()
    assert len(shown(fasts.take())) == 8
    assert slows.frames == []
    slows.is_stuck = False
    await _until(lambda: len(slows.frames) == 3)
    assert shown(slows.take()) == [
        ("a", "zoë", None, 4),
        ("a", "zoë", "again", 0),
        ("a", "ü", "é", 3),
    ]
    world.show(anna, "on", 1)
    await next_turn()
    assert shown(slows.take()) == [("a", "zoë", "on", 1)]


async def test_who_does_not_read_is_closed() -> None:
    """[PN12] with 1013, after the patience that every slow reader has."""
    world = _World()
    anna, _ = world.join("a")
    _, slows = world.join("s", bounds=Bounds(connection_stall_ms=40))
    slows.is_stuck = True
    world.show(anna, 1)
    await _until(lambda: slows.closed is not None)
    assert slows.closed is not None
    assert slows.closed[0] == 1013


async def test_what_one_socket_may_show_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """[PN13] the presences of a socket, those of a channel, and the channels of a socket."""
    monkeypatch.setattr(channels_module, "PRESENCES_PER_SOCKET_MAX", 2)
    monkeypatch.setattr(channels_module, "PRESENCES_PER_CHANNEL_MAX", 3)
    monkeypatch.setattr(channels_module, "CHANNELS_PER_SOCKET_MAX", 2)
    world = _World()
    anna, _ = world.join("a")
    boris, _ = world.join("b", is_listening=False)
    for identity in ("1", "2"):
        world.show(anna, "é", identity=identity)
    world.show(boris, "é", identity="3")
    for member, identity in ((anna, "4"), (boris, "5")):
        with pytest.raises(LimitExceeded) as caught:
            world.show(member, "é", identity=identity)
        assert caught.value.code == "limit_presence"
    world.show(anna, "moved", 2, identity="1")
    world.show(anna, None, 3, identity="2")
    world.show(boris, "fits now", identity="5")
    world.channels.listen(anna, "sécond")
    world.channels.check_room_for(anna, _CHANNEL)
    with pytest.raises(LimitExceeded) as caught:
        world.channels.check_room_for(anna, "third")
    assert caught.value.code == "limit_presence"


async def test_a_channel_is_its_tenants() -> None:
    """[PN14] what another tenant shows and asks under the same name reaches nobody here."""
    world = _World()
    anna, annas = world.join("a")
    spy, spys = world.join("a2", tenant="bern")
    world.show(anna, "geheim é")
    await next_turn()
    assert spys.take() == []
    world.show(spy, "forged")
    world.channels.recall(spy, _CHANNEL)
    world.channels.leave(spy)
    await asyncio.sleep(PRESENCE_RECALL_MS / 1000)
    assert annas.take() == []
    assert anna.shown == {_CHANNEL: {"zoë"}}


async def test_an_end_in_a_document_is_of_its_newest_revision() -> None:
    """[PN20] clients wait with an older one until they know what happened in between."""
    world = _World()
    name = "notes.ä"
    anna, _ = world.join("a", is_listening=False)
    boris, boriss = world.join("b", is_listening=False)
    world.channels.listen(boris, name)
    place = Place("notes", "ä", RevisionNo(3), "type")
    world.channels.show(anna, Presence(name, "a", "zoë", 1, {"index": 1}, place))
    await next_turn()
    boriss.take()
    world.revisions["notes", "ä"] = 12
    world.channels.leave(anna)
    await next_turn()
    (end,) = boriss.take()
    assert (end["p"], end["pv"], end["v"], end["c"], end["d"]) == (None, 2, 12, "notes", "ä")


async def _until(look: Any) -> None:
    async with asyncio.timeout(5):
        while not look():
            await asyncio.sleep(0.005)
